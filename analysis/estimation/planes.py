"""The healthy x unhealthy plane: where persons lie, as a density, and where each role's mean is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.couples import Couples
from analysis.errors import SurveyError
from analysis.estimation.samples import samples
from analysis.stats.density import enclosing_levels, mean_ellipse, smooth_density
from analysis.stats.value import Array

AXES = ("block:healthy", "block:unhealthy")
SHARES = (0.75, 0.5, 0.25)
FEWEST = 3


@dataclass(frozen=True)
class Mean:
    """A role's mean on the plane and the outline of its confidence region; n couples."""

    partner: str
    point: tuple[float, float]
    outline: Array
    n: int


@dataclass(frozen=True)
class Plane:
    """What the plane figure draws: a density on a grid, levels that enclose shares of it, and means with ellipses.

    ``pairs`` are the couples' points, (couples, 2 partners, 2 axes), for studies that may show them.
    """

    x: Array
    y: Array
    density: Array
    levels: tuple[float, ...]
    means: tuple[Mean, ...]
    pairs: Array
    bounds: tuple[tuple[float, float], tuple[float, float]]


def plane(couples: Couples) -> Plane:
    """Return the density of persons over their two block means, and each role's mean with its 95 % ellipse.

    Parameters
    ----------
    couples : Couples
        With a healthy and an unhealthy block.

    Returns
    -------
    Plane
        The density is smoothed with Scott's bandwidth; its levels enclose 25, 50 and 75 % of it, so that no outlier has
        an island of its own. The ellipse is the confidence region of the mean (Hotelling), persons of one role being
        independent; for exchangeable partners it is made from couple means.

    Raises
    ------
    SurveyError
        If there are not both blocks, or fewer than three persons have both means.

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
    means = []
    for sample in samples(couples):
        rows, couple = sample.complete(points)
        if sample.clustered:
            kept = np.unique(couple)
            rows = np.array([rows[couple == one].mean(axis=0) for one in kept])
        if len(rows) >= FEWEST:
            outline = mean_ellipse(rows, couples.settings.confidence)
            means.append(Mean(sample.partner, (float(rows[:, 0].mean()), float(rows[:, 1].mean())), outline, len(rows)))
    everyone = points.reshape(-1, 2)
    everyone = everyone[np.isfinite(everyone).all(axis=1)]
    if len(everyone) < FEWEST or not means:
        raise SurveyError(f"{len(everyone)} persons have both block means; the plane needs {FEWEST} of a role.")
    bounds = (_bounds(couples, AXES[0], everyone[:, 0]), _bounds(couples, AXES[1], everyone[:, 1]))
    x, y, density = smooth_density(everyone, bounds)
    return Plane(x, y, density, enclosing_levels(density, SHARES), tuple(means), points, bounds)


def _bounds(couples: Couples, axis: str, values: Array) -> tuple[float, float]:
    """Return the axis' range: the declared one, 0 to 100 for unlike ranges, or the observed one without bounds."""
    ranges = {couples.codebook.bounds(code) for code in couples.codebook.block(axis)}
    if len(ranges) > 1:
        return 0.0, 100.0
    return ranges.pop() or (float(values.min()), float(values.max()))
