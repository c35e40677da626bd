"""Tests of factor structures with the signs of couples flipped: a p that non-normal answers and few couples leave true.

A score test asks how steeply the likelihood still rises, at the solution of a narrow model, in the directions that a
wider model adds. Every couple contributes to that slope, and where the narrow model is true its contribution has mean
0, whatever the distribution of answers. So contributions with random signs show how large the slope would be by chance.

Source: Hemerik, Goeman & Finos (2020), https://doi.org/10.1111/rssb.12369; the statistic: Satorra (1989),
https://doi.org/10.1007/BF02294453.
"""

from __future__ import annotations

from math import nan

import numpy as np

from analysis.stats.resampling import two_sided_p
from analysis.stats.structure import Structure
from analysis.stats.structure_fit import half_quadratic, traces
from analysis.stats.value import Array, Value

FEWEST = 2
FLAT = 1e-9  # smallest information, as a share of the largest, that a direction may have
AT_ONCE = 2**22  # numbers of a block of signs


def draw_signs(n: int, flips: int, generator: np.random.Generator) -> Array:
    """Return random signs of n couples, 1 or -1, (flips, n) int8.

    Examples
    --------
    >>> draw_signs(4, 2, np.random.default_rng(1))
    array([[ 1,  1, -1, -1],
           [ 1,  1, -1,  1]], dtype=int8)
    """
    return generator.integers(0, 2, (flips, n), dtype=np.int8) * np.int8(2) - np.int8(1)


def contributions(structure: Structure, theta: Array, z: Array) -> Array:
    """Return what each row adds to the slope of a structure's likelihood; (n, p) -> (n, directions).

    Scores of rows about 0, in directions in which the expected information is the unit matrix: so the sum of squares
    of their total is n times the score statistic, and it does not depend on how the model is parameterized.
    """
    inverse, slopes = np.linalg.inv(structure.implied(theta)), structure.slopes(theta)
    scores = half_quadratic(z @ inverse, slopes) - np.tensordot(slopes, inverse) / 2
    turned = inverse @ slopes
    values, vectors = np.linalg.eigh(traces(turned, turned) / 2)
    kept = values > FLAT * values[-1]
    return np.asarray(scores @ (vectors[:, kept] / np.sqrt(values[kept])))


def contributions_to_all(sigma: Array, z: Array) -> Array:
    """Return the same for the model in which every mean product is free, (n, p) -> (n, p (p + 1) / 2)."""
    u = z @ np.linalg.cholesky(np.linalg.inv(sigma))
    i, j = np.tril_indices(len(sigma))
    return np.where(i == j, np.sqrt(0.5), 1.0) * (u[:, i] * u[:, j] - (i == j))


def flipped_score_test(wider: Array, narrower: Array, df: int, signs: Array) -> Value:
    """Return the score statistic of a narrow model within a wider one, with its p by flipped signs.

    Parameters
    ----------
    wider, narrower : ndarray, (n, directions)
        Contributions of the same n couples to the slopes of both models at the narrow one's solution.
    df : int
        How many parameters more the wider model has.
    signs : ndarray, (flips, n)

    Notes
    -----
    Flipped sums carry n / (n - 1), because contributions about fitted moments are that much too small. NaN for one row.

    Examples
    --------
    >>> wider = np.random.default_rng(1).normal(size=(50, 3))
    >>> signs = draw_signs(50, 99, np.random.default_rng(2))
    >>> value = flipped_score_test(wider + [1.0, 0.0, 0.0], wider[:, 1:], 1, signs)
    >>> round(value.estimate, 1), value.p
    (59.1, 0.01)
    """
    n = len(wider)
    if n < FEWEST:
        return Value(nan)
    estimate = float(_statistics(wider, narrower, np.ones((1, n)))[0])
    rows = max(1, AT_ONCE // n)
    null = [_statistics(wider, narrower, signs[at : at + rows]) for at in range(0, len(signs), rows)]
    p = two_sided_p(estimate, (n / (n - 1)) ** 2 * np.concatenate(null), 0.0)
    return Value(estimate, test=estimate, df=float(df), p=p)


def _statistics(wider: Array, narrower: Array, signs: Array) -> Array:
    """Return the score statistic at each row of signs, (flips,)."""
    sums = signs.astype(float) @ np.hstack([wider, narrower])
    of_wider, of_narrower = np.split(sums**2, [wider.shape[1]], axis=1)
    return np.maximum(of_wider.sum(axis=1) - of_narrower.sum(axis=1), 0.0) / len(wider)
