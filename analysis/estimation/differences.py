"""Differences against means: how the couples of a scale are spread, without a couple that could be seen alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from analysis.couples import Couples
from analysis.errors import SurveyError
from analysis.estimation.score_pairs import Pair, score_pairs
from analysis.guards import FEWEST_COUPLES, refusal
from analysis.stats.density import enclosing_levels, smooth_density
from analysis.stats.limits import limits
from analysis.stats.moments import is_constant
from analysis.stats.value import Array

SHARES = (0.75, 0.5, 0.25)
TOGETHER = 3  # couples with the same scores that make the lowest shade by themselves
NO_SIGN = (
    "Partners are exchangeable here, so a difference has no sign to draw: look at the mean size of the differences in "
    "the table of agreement. If a column says who is who, name its marks as roles in study.toml."
)


@dataclass(frozen=True)
class Differences:
    """One scale's differences: a density over mean and difference, the mean difference and the limits of agreement.

    Rows of ``density`` run along ``y``, the difference; ``levels`` enclose shares of it, from the widest; ``points``
    are the couples' (mean, difference), for studies that may show them.
    """

    scale: str
    comparison: str
    x: Array
    y: Array
    density: Array
    levels: tuple[float, ...]
    bias: float
    lower: float
    upper: float
    points: Array

    @property
    def n(self) -> int:
        """The number of couples."""
        return len(self.points)


def differences(couples: Couples) -> list[Differences]:
    """Return each scale's differences against the mean of the two, first role minus second.

    Parameters
    ----------
    couples : Couples
        With roles.

    Returns
    -------
    list of Differences
        In the order of the codebook; without scales of fewer than three couples or of partners whose means or
        differences do not vary. Densities are smoothed with Scott's bandwidth; levels enclose 25, 50 and 75 % of them,
        and one that three couples of the same scores would reach alone is left out.

    Raises
    ------
    SurveyError
        If partners are exchangeable, or one person a couple answered.

    Examples
    --------
    >>> import analysis as an
    >>> first, *_ = differences(an.make_couples(60, seed=1))
    >>> first.scale, first.n, len(first.levels), first.lower < first.bias < first.upper
    ('H1', 60, 3, True)
    """
    couples = couples.as_one_sample()
    if refusal("agreement", couples):
        raise SurveyError(refusal("agreement", couples))
    if couples.roles is None:
        raise SurveyError(NO_SIGN)
    whole = (pair for pair in score_pairs(couples) if not pair.perceiving and not pair.variant)
    return [found for pair in whole if (found := _of_scale(couples, pair)) is not None]


def _of_scale(couples: Couples, pair: Pair) -> Differences | None:
    x, y, _ = pair.complete
    points = np.column_stack([(x + y) / 2, x - y])
    if len(points) < FEWEST_COUPLES or any(is_constant(column) for column in points.T):
        return None
    low, high = couples.codebook.bounds(pair.scale) or (float(points[:, 0].min()), float(points[:, 0].max()))
    widest = pair.widest if isfinite(pair.widest) else high - low
    across, up, density = smooth_density(points, ((low, high), (-widest, widest)))
    levels = tuple(level for level in enclosing_levels(density, SHARES) if level > TOGETHER * _alone(points))
    bias, lower, upper = (limit.estimate for limit in limits(x, y, couples.settings.confidence))
    return Differences(pair.scale, pair.comparison, across, up, density, levels, bias, lower, upper, points)


def _alone(points: Array) -> float:
    """Return the density that one couple alone makes where it lies."""
    n = len(points)
    widths = points.std(axis=0, ddof=1) * n ** (-1 / 6)
    return float(1 / (2 * np.pi * n * widths.prod()))
