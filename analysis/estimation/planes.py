"""The healthy x unhealthy plane: where persons lie, as a density, and where each role's mean is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.couples import Couples
from analysis.errors import SurveyError
from analysis.estimation.samples import Sample, samples
from analysis.guards import FEWEST_COUPLES
from analysis.intake.scoring import unlike_ranges
from analysis.stats.density import enclosing_levels, mean_ellipse, smooth_density
from analysis.stats.value import Array

AXES = ("block:healthy", "block:unhealthy")
SHARES = (0.75, 0.5, 0.25)


@dataclass(frozen=True)
class Mean:
    """A role's mean on the plane and the outline of its confidence region; n couples, all or those of a group."""

    partner: str
    group: str
    point: tuple[float, float]
    outline: Array
    n: int


@dataclass(frozen=True)
class Plane:
    """What the plane figure draws: a density on a grid, levels that enclose shares of it, and means with ellipses.

    ``pairs`` are the couples' points, (couples, 2 partners, 2 axes), for studies that may show them; ``fewest`` is the
    smallest number of couples, above 0, that a role (in a group) has both means of, whether its mean is drawn or not.
    """

    x: Array
    y: Array
    density: Array
    levels: tuple[float, ...]
    means: tuple[Mean, ...]
    pairs: Array
    fewest: int
    bounds: tuple[tuple[float, float], tuple[float, float]]


def plane(couples: Couples, *, by_group: bool = False) -> Plane:
    """Return the density of persons over their two block means, and each role's mean with its 95 % ellipse.

    Parameters
    ----------
    couples : Couples
        With a healthy and an unhealthy block.
    by_group : bool
        Whether the means are those of each role in each group of couples.

    Returns
    -------
    Plane
        The density is smoothed with Scott's bandwidth; its levels enclose 25, 50 and 75 % of it, so that no outlier has
        an island of its own. The ellipse is the confidence region of the mean (Hotelling), persons of one role being
        independent; for exchangeable partners it is made from couple means.

    Raises
    ------
    SurveyError
        If there are not both blocks, or no role has both means of three couples.

    Examples
    --------
    >>> import analysis as an
    >>> [mean.partner for mean in plane(an.make_couples(50, seed=1)).means]
    ['woman', 'man']
    """
    missing = [axis for axis in AXES if axis not in couples.scores]
    if missing:
        raise SurveyError(
            f"The plane needs a healthy and an unhealthy block; there is no scale in the {missing[0][6:]} block. "
            "Give scales their valence in scales.csv, or code items to indicators."
        )
    points = couples.scored(AXES)
    chosen = [sample for sample in samples(couples, by_group=by_group) if bool(sample.group) == by_group]
    rows = [_rows(sample, points) for sample in chosen]
    means = [
        _mean(sample, of_sample, couples.settings.confidence)
        for sample, of_sample in zip(chosen, rows, strict=True)
        if len(of_sample) >= FEWEST_COUPLES
    ]
    everyone = points.reshape(-1, 2)
    everyone = everyone[np.isfinite(everyone).all(axis=1)]
    if not means:
        raise SurveyError(
            f"The plane needs {FEWEST_COUPLES} couples of a role with both block means; no role has them."
        )
    bounds = (_bounds(couples, AXES[0], everyone[:, 0]), _bounds(couples, AXES[1], everyone[:, 1]))
    x, y, density = smooth_density(everyone, bounds)
    fewest = min(len(of_sample) for of_sample in rows if len(of_sample))
    return Plane(x, y, density, enclosing_levels(density, SHARES), tuple(means), points, fewest, bounds)


def _rows(sample: Sample, points: Array) -> Array:
    """Return the independent points of a sample: its persons, or the couple means where both partners are in it."""
    rows, couple = sample.complete(points)
    if not sample.clustered:
        return rows
    return np.array([rows[couple == one].mean(axis=0) for one in np.unique(couple)]).reshape(-1, 2)


def _mean(sample: Sample, rows: Array, confidence: float) -> Mean:
    point = (float(rows[:, 0].mean()), float(rows[:, 1].mean()))
    return Mean(sample.partner, sample.group, point, mean_ellipse(rows, confidence), len(rows))


def _bounds(couples: Couples, axis: str, values: Array) -> tuple[float, float]:
    """Return the axis' range: the declared one, 0 to 100 for unlike ranges, or the observed one without bounds.

    An observed range of one value is taken half a point wider on either side.
    """
    codes = couples.codebook.block(axis)
    if unlike_ranges(couples.codebook, codes):
        return 0.0, 100.0
    low, high = float(values.min()), float(values.max())
    return couples.codebook.bounds(codes[0]) or ((low, high) if low < high else (low - 0.5, high + 0.5))
