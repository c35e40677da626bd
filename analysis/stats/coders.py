"""Coders who judge the same persons: share of equal judgements, kappa, AC1 and Krippendorff's alpha, couples whole.

Judgements are 0 (absent) and 1 (present), NaN = not coded; kappa takes counts as well. Each coefficient is
1 - (observed disagreement) / (disagreement expected by chance) and a function of a few sums over persons, so that
leaving out a couple is a subtraction. Two partners judged by the same coders are one cluster: standard errors are those
of the jackknife that leaves out whole couples. Source: Efron & Stein (1981), https://doi.org/10.1214/aos/1176345462.
"""

from __future__ import annotations

from collections.abc import Callable
from math import nan, sqrt
from typing import NamedTuple

import numpy as np

from analysis.stats.intervals import Limits, normal_quantile, on_fisher_z, t_quantile
from analysis.stats.moments import is_constant
from analysis.stats.value import Array, Value

Statistic = Callable[[Array], Array]  # sums (features, ...) -> (...)


class TwoCoders(NamedTuple):
    """Two coders' agreement on one code: shares, then coefficients."""

    percent: Value
    prevalence: Value
    kappa: Value
    ac1: Value
    krippendorff: Value


def two_coders(x: Array, y: Array, couple: Array, confidence: float) -> TwoCoders:
    """Return the agreement of two coders on a code that is there or not; over the persons whom both coded.

    Parameters
    ----------
    x, y : ndarray, (persons,)
        Each coder's judgements, 0 or 1.
    couple : ndarray of int, (persons,)
    confidence : float

    Returns
    -------
    TwoCoders
        percent, the share of equal judgements, and prevalence, the share of all judgements that are 1, from 0 to 1;
        kappa, ac1 and krippendorff, from -1 to 1. kappa and krippendorff are NaN where every judgement is the same.

    Examples
    --------
    >>> x, y = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
    >>> found = two_coders(x, y, np.array([0, 0, 1, 1, 2, 2]), 0.95)
    >>> round(found.percent.estimate, 3), round(found.kappa.estimate, 3), round(found.ac1.estimate, 3)
    (0.833, 0.667, 0.676)
    """
    sums, both = _of_two(x, y, couple), np.column_stack([x, y])
    return TwoCoders(
        jackknifed(lambda s: _ratio(s[0] - s[4], s[0]), sums, confidence, on_wilson(len(x), sums.shape[1])),
        prevalence(both, couple, confidence),
        jackknifed(_kappa, sums, confidence),
        jackknifed(_ac1, sums, confidence),
        krippendorff(both, couple, confidence),
    )


def kappa(x: Array, y: Array, couple: Array, confidence: float) -> Value:
    """Return Cohen's kappa, from -1 to 1: of judgements 0 and 1, or, with quadratic weights, of counts.

    1 - sum (x - y)^2 / (what that sum would be if every judgement of one coder met every one of the other). Quadratic
    weights make it Lin's concordance with divisor n; it does not depend on how many counts are declared. NaN where all
    judgements are the same; 0, whatever the other does, where one coder does not vary. Not for codes that are very rare
    or very common: there small differences between coders move it far; see AC1 and the prevalence beside it. Sources:
    Cohen (1960), https://doi.org/10.1177/001316446002000104; Cohen (1968), https://doi.org/10.1037/h0026256.

    Examples
    --------
    >>> found = kappa(np.array([0.0, 1.0, 3.0, 2.0]), np.array([0.0, 2.0, 3.0, 1.0]), np.array([0, 0, 1, 1]), 0.95)
    >>> round(found.estimate, 3)
    0.8
    """
    return jackknifed(_kappa, _of_two(x, y, couple), confidence)


def krippendorff(judgements: Array, couple: Array, confidence: float) -> Value:
    """Return Krippendorff's nominal alpha of any number of coders, from -1 to 1; (persons, coders), NaN = not coded.

    1 - (N - 1) sum k (m - k) / (m - 1) / (n1 n0) over persons whom m >= 2 coders judged and k found the code in, with
    N judgements, n1 of them 1 and n0 of them 0. Persons judged by one coder are left out. NaN where all judgements are
    the same. Source: Hayes & Krippendorff (2007), https://doi.org/10.1080/19312450709336664.

    Examples
    --------
    >>> judged = np.array([[1, 1, np.nan], [0, 0, 1], [0, 0, 0], [1, 1, 1], [0, np.nan, np.nan]])
    >>> round(krippendorff(judged, np.array([0, 0, 1, 1, 2]), 0.95).estimate, 3)
    0.667
    """
    return jackknifed(_krippendorff, _of_several(judgements, couple), confidence)


def prevalence(judgements: Array, couple: Array, confidence: float) -> Value:
    """Return the share of all judgements that are 1, of persons whom two coders or more judged; as ``krippendorff``."""
    sums = _of_several(judgements, couple)
    size = int((np.isfinite(judgements).sum(axis=1) > 1).sum())
    return jackknifed(lambda s: _ratio(s[1], s[0]), sums, confidence, on_wilson(size, sums.shape[1]))


def _of_two(x: Array, y: Array, couple: Array) -> Array:
    """Return n, sum x, sum y, sum x^2 + y^2 and sum (x - y)^2 of each couple, (5, couples)."""
    return _by_couple(np.stack([np.ones(len(x)), x, y, x**2 + y**2, (x - y) ** 2]), couple)


def _of_several(judgements: Array, couple: Array) -> Array:
    """Return judgements, judgements of 1 and k (m - k) / (m - 1), of each couple, (3, couples)."""
    count = np.isfinite(judgements).sum(axis=1)
    kept = count > 1
    m, k = count[kept], np.nansum(judgements[kept], axis=1)
    return _by_couple(np.stack([m, k, k * (m - k) / (m - 1)]), couple[kept])


def _by_couple(features: Array, couple: Array) -> Array:
    """Return the sums of features, (features, persons), over the persons of each couple that is there."""
    found, place = np.unique(couple, return_inverse=True)
    sums = np.zeros((len(features), len(found)))
    np.add.at(sums.T, place, features.T)
    return sums


def _kappa(sums: Array) -> Array:
    n, x, y, squares, apart = sums
    return 1 - _ratio(apart * n, squares * n - 2 * x * y)


def _ac1(sums: Array) -> Array:
    """Return Gwet's AC1 of two categories, whose chance agreement is 2 p (1 - p) with p the prevalence.

    Source: Gwet (2008), https://doi.org/10.1348/000711006X126600.
    """
    n, x, y, _, apart = sums
    p = _ratio(x + y, 2 * n)
    return 1 - _ratio(apart, n) / (1 - 2 * p * (1 - p))


def _krippendorff(sums: Array) -> Array:
    judgements, ones, apart = sums
    return 1 - _ratio((judgements - 1) * apart, ones * (judgements - ones))


def _ratio(top: Array, bottom: Array) -> Array:
    """Return top / bottom, NaN where bottom is not above 0."""
    top, bottom = np.broadcast_arrays(np.asarray(top, dtype=float), np.asarray(bottom, dtype=float))
    return np.divide(top, bottom, out=np.full(top.shape, nan), where=bottom > 0)


def on_z(couples: int) -> Limits:
    """Return limits made on Fisher's z with quantiles of t, couples - 1 degrees of freedom."""

    def limits(estimate: float, se: float, confidence: float) -> tuple[float, float]:
        return on_fisher_z(estimate, se * t_quantile(confidence, couples - 1) / normal_quantile(confidence), confidence)

    return limits


def on_wilson(persons: int, couples: int) -> Limits:
    """Return Wilson's limits of a share, n being the effective number of persons, p (1 - p) / se^2.

    That is at most the number of persons; for a share of 0 or 1, which has no se, it is the number of couples. Sources:
    Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953; Franco, Little, Louis & Slud (2019),
    https://doi.org/10.1093/jssam/smy019.
    """

    def limits(share: float, se: float, confidence: float) -> tuple[float, float]:
        spread, t2 = share * (1 - share), t_quantile(confidence, couples - 1) ** 2
        most = persons if spread > 0 else couples
        n = min(most, spread / se**2) if se > 0 else most
        centre, half = share + t2 / (2 * n), sqrt(t2 * (spread / n + t2 / (4 * n**2)))
        return max(0.0, (centre - half) / (1 + t2 / n)), min(1.0, (centre + half) / (1 + t2 / n))

    return limits


def jackknifed(statistic: Statistic, sums: Array, confidence: float, limits: Limits | None = None) -> Value:
    """Return a statistic of sums with the standard error and interval that leaving out each couple gives it.

    Parameters
    ----------
    statistic : callable
        From sums (features, ...) to (...).
    sums : ndarray, (features, couples)
    confidence : float
    limits : callable, optional
        By default :func:`on_z`, and no interval where the standard error is 0.

    Notes
    -----
    se^2 = (G - 1) / G sum (t_g - mean t)^2 over G couples. No interval for fewer than two couples, or where the
    statistic does not exist without one of them.

    Examples
    --------
    >>> mean = jackknifed(lambda s: s[1] / s[0], np.array([[1.0, 1.0, 1.0], [0.2, 0.4, 0.6]]), 0.95)
    >>> round(mean.estimate, 12), round(mean.se**2 * 3, 12)
    (0.4, 0.04)
    """
    couples = sums.shape[1]
    whole = sums.sum(axis=1)
    estimate = float(statistic(whole))
    if not np.isfinite(estimate) or couples < 2:
        return Value(estimate)
    left = statistic(whole[:, None] - sums)
    if not np.isfinite(left).all():
        return Value(estimate)
    se = 0.0 if is_constant(left) else sqrt((couples - 1) / couples * float(((left - left.mean()) ** 2).sum()))
    if limits is None and se == 0:
        return Value(estimate)
    return Value(estimate, *(limits or on_z(couples))(estimate, se, confidence), se)
