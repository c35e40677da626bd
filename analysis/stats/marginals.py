"""Do two partners use the categories of an item alike? Tests of marginal homogeneity on one table (C, C) of counts.

First partner in rows. Not for exchangeable partners, whose margins mean nothing. Sources: Stuart (1955),
https://doi.org/10.1093/biomet/42.3-4.412; Maxwell (1970), https://doi.org/10.1192/bjp.116.535.651; Bhapkar (1966),
https://doi.org/10.1080/01621459.1966.10502021.
"""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc

from analysis.stats.resampling import two_sided_p
from analysis.stats.value import ROUNDING, Array, Value


class _Homogeneity(NamedTuple):
    """The generalised inverse of the covariance matrix of the differences of margins, its rank, and the statistic."""

    inverse: Array
    rank: int
    statistic: float


def stuart_maxwell(table: Array) -> Value:
    """Return the Stuart-Maxwell chi-square of equal margins: d' V^-1 d, with d the differences of the margins.

    estimate = test = chi-square, df = how many differences are free. Categories that neither partner used are left
    out; so is what couples who differ cannot tell: a category on which no couple differs, and one difference for each
    set of categories that no couple's two answers connect with the others. NaN where no couple differs. With few
    couples who differ take the p of :func:`swapped_p`.

    Examples
    --------
    >>> found = stuart_maxwell(np.array([[20.0, 10.0], [5.0, 15.0]]))
    >>> round(found.estimate, 4), found.df, round(found.p, 4)  # two categories: McNemar's (10 - 5)^2 / (10 + 5)
    (1.6667, 1, 0.1967)
    """
    found = _homogeneity(table)
    return _tested(found.statistic, found.rank)


def bhapkar(table: Array) -> Value:
    """Return Bhapkar's chi-square of equal margins, Q / (1 - Q / n) with Q that of Stuart and Maxwell.

    It estimates the covariance matrix without taking the margins as equal, so it is the larger of the two. NaN also
    where Q = n: then every couple differs in the same way. Its p rejects too often with few couples: in simulated ones
    with equal margins (five answers, symmetric and skewed; partner r 0 and .5) .07 to .09 of p were at most .05 with 50
    couples and .06 to .07 with 100, of Stuart-Maxwell's .03 to .04 and .04 to .05, of :func:`swapped_p` .04 to .06.
    """
    found, n = _homogeneity(table), float(table.sum())
    left = 1 - found.statistic / n if n else nan
    return _tested(found.statistic / left if left > ROUNDING else nan, found.rank)


def swapped_p(table: Array, resamples: int, generator: np.random.Generator) -> float:
    """Return the p of equal margins by swapping partners within couples at random, of Stuart-Maxwell and Bhapkar.

    Both statistics have the same p, as each grows with the other and a swap leaves V as it is. A swap moves a couple
    from cell ij to ji: of all who gave i and j, a binomial number with probability 1/2 are in ij. Exact in size where
    the table is symmetric in the population, and in large samples where only its margins are equal. At least
    1 / (resamples + 1); NaN where no couple differs.

    Examples
    --------
    >>> table = np.array([[20.0, 10.0], [5.0, 15.0]])
    >>> round(swapped_p(table, 9999, np.random.default_rng(1)), 1)  # of 15: P(5 or fewer, or 10 or more) = .302
    0.3
    """
    found = _homogeneity(table)
    if not found.rank:
        return nan
    first, second = np.triu_indices(len(table), 1)
    differ = (table + table.T)[first, second].astype(int)
    net = 2 * generator.binomial(differ, 0.5, (resamples, len(differ))) - differ
    moves = np.eye(len(table))[first] - np.eye(len(table))[second]
    return two_sided_p(found.statistic, _quadratic_form(net @ moves, found.inverse), 0.0)


def _homogeneity(table: Array) -> _Homogeneity:
    """Return what tests of equal margins are made of.

    V is the Laplacian of the graph that joins categories by the couples who gave both, and d lies in its range; so
    with the generalised inverse no category need be chosen and left out.
    """
    both = table + table.T
    covariance = np.diag(both.sum(axis=1)) - both
    roots, axes = np.linalg.eigh(covariance)
    real = roots > ROUNDING * roots[-1]
    inverse = (axes[:, real] / roots[real]) @ axes[:, real].T
    d = table.sum(axis=1) - table.sum(axis=0)
    rank = int(real.sum()) if roots[-1] > 0 else 0
    return _Homogeneity(inverse, rank, float(_quadratic_form(d[None], inverse)[0]) if rank else nan)


def _quadratic_form(d: Array, inverse: Array) -> Array:
    return np.einsum("bi,bi->b", d @ inverse, d)


def _tested(statistic: float, rank: int) -> Value:
    if not np.isfinite(statistic):
        return Value(nan)
    return Value(statistic, test=statistic, df=rank, p=float(chdtrc(rank, statistic)))
