"""Limits of agreement: between which two differences 95 of 100 couples lie, and whether that changes with the level.

``x`` and ``y`` are (couples,), complete. A difference is x - y; who is first, and what a positive sign means, is for
the caller to say. Partners who answer about themselves are not two instruments that measure one thing: a wide range is
no error of either. Sources: Bland & Altman (1999), https://doi.org/10.1177/096228029900800204; Carkeet (2015),
https://doi.org/10.1097/OPX.0000000000000513.
"""

from __future__ import annotations

from collections.abc import Callable
from math import nan, sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import bdtr, chdtri, nctdtrit

from analysis.stats.intervals import normal_quantile
from analysis.stats.jackknife import LOG, PLAIN, Numbers, PairMoments, of_pairs
from analysis.stats.moments import difference, is_constant, mean_t, sd
from analysis.stats.regression import classical, least_squares, robust
from analysis.stats.value import Array, Value

INSIDE = 0.95  # the share of couples between the limits, whatever the confidence of intervals
Z = normal_quantile(INSIDE)  # 1.959964, not 1.96
TAILS = ((1 - INSIDE) / 2, (1 + INSIDE) / 2)
NOTHING = Value(nan)


class Limits(NamedTuple):
    """Mean difference and limits of agreement."""

    bias: Value
    lower: Value
    upper: Value


class Trend(NamedTuple):
    """How the difference, and its spread, change with the couple's mean, per point."""

    slope: Value
    heteroscedasticity: Value


class OrderFree(NamedTuple):
    """What differences say where nobody is first."""

    mean_abs_difference: Value
    limit: Value
    heteroscedasticity: Value


def limits(x: Array, y: Array, confidence: float) -> Limits:
    """Return the mean difference with its t interval and the limits mean -/+ 1.959964 SD with exact intervals.

    Notes
    -----
    With D normal, (limit - mean) sqrt(n) / SD has a noncentral t distribution with n - 1 df and noncentrality
    1.959964 sqrt(n); each limit has an interval of its own, not one for the pair. In simulated scale means of four
    five-point items (50 to 200 couples) 95 % intervals held the true limit in .95 to .97 of symmetric samples and in
    .90 to .96 of those with half of all answers in the lowest category (.90 to .93 and .96 to .99, by the tail, where
    only one partner's are skewed); :func:`limits_jackknife` held it in .92 to .96. NaN limits for fewer than two
    couples.

    Examples
    --------
    >>> x, y = np.array([3.0, 4.0, 2.0, 5.0]), np.array([2.0, 4.0, 3.0, 3.0])
    >>> found = limits(x, y, 0.95)
    >>> round(found.bias.estimate, 2), round(found.lower.estimate, 2), round(found.upper.estimate, 2)
    (0.5, -2.03, 3.03)
    """
    d = difference(x, y)
    bias, spread, n = mean_t(d, confidence), sd(d), len(d)
    if n < 2:
        return Limits(bias, NOTHING, NOTHING)
    if spread == 0:
        return Limits(bias, Value(bias.estimate), Value(bias.estimate))
    near, far = (
        float(nctdtrit(n - 1, Z * sqrt(n), tail)) / sqrt(n) * spread
        for tail in ((1 - confidence) / 2, (1 + confidence) / 2)
    )
    middle, half = bias.estimate, Z * spread
    return Limits(
        bias, Value(middle - half, middle - far, middle - near, df=n - 1),
        Value(middle + half, middle + near, middle + far, df=n - 1),
    )  # fmt: skip


def limits_jackknife(x: Array, y: Array, confidence: float) -> tuple[Value, Value]:
    """Return the same lower and upper limit with intervals by leaving couples out, for scores that are not normal.

    They are still limits of a normal difference: where that is skewed, more than a fortieth may lie beyond one of
    them; :func:`quantiles` has no such assumption.
    """
    low, high = (of_pairs(_limit(side), x, y, confidence, PLAIN) for side in (-1, 1))
    return low._replace(test=nan, p=nan), high._replace(test=nan, p=nan)  # a limit of 0 is no hypothesis


def _limit(side: int) -> Callable[[PairMoments], Numbers]:
    def of(m: PairMoments) -> Numbers:
        return m.bias + side * Z * np.sqrt(m.dd / (m.n - 1))

    return of


def trend(x: Array, y: Array, confidence: float) -> Trend:
    """Return the slope of x - y on (x + y) / 2, and that of the absolute residual of this line on the same mean.

    Least squares with t, n - 2 df. The p of the slope is that of :func:`analysis.stats.spreads.sd_ratio`, which is
    too small on skewed scores; 95 % intervals of the second slope held the truth in .86 to .88 of skewed samples (50
    and 100 couples): show :func:`trend_robust`. A slope comes from unequal spreads, no more: partners whose scores have
    the same spread have slope 0. On bounded scores differences are small at both ends of the scale, whatever partners
    do, so heteroscedasticity there is no finding. NaN where means do not vary.
    """
    return _trend(x, y, confidence, is_robust=False)


def trend_robust(x: Array, y: Array, confidence: float) -> Trend:
    """Return the same slopes with HC3 standard errors, which let the spread change along the scale.

    In simulated scale means of four five-point items (50 and 100 couples, symmetric and skewed) 95 % intervals held the
    true slope in .93 to .95 and that of the spread in .91 to .96 of the samples; partners of equal spread were found to
    differ at .05 in .046 to .066.
    """
    return _trend(x, y, confidence, is_robust=True)


def _trend(x: Array, y: Array, confidence: float, *, is_robust: bool) -> Trend:
    d, middle = difference(x, y), difference(x, -y) / 2
    if len(d) < 3 or is_constant(middle):
        return Trend(NOTHING, NOTHING)
    slope, residuals = _line(middle, d, confidence, is_robust=is_robust)
    return Trend(slope, _line(middle, np.abs(residuals), confidence, is_robust=is_robust)[0])


def _line(x: Array, y: Array, confidence: float, *, is_robust: bool) -> tuple[Value, Array]:
    """Return the slope of y on x, and the residuals."""
    design = np.stack([np.ones(len(x)), x - x.mean()], axis=1)[:, None]
    fit = least_squares(design, y[:, None])
    if fit is None:
        return NOTHING, np.full(len(y), nan)
    return (robust if is_robust else classical)(fit, confidence)[1], fit.residuals[:, 0]


def order_free(x: Array, y: Array, confidence: float) -> OrderFree:
    """Return the mean absolute difference, a symmetric limit, and the slope of the absolute difference on the mean.

    Where nobody is first the sign of a difference says nothing: it is + or - by chance, so its mean is 0 by
    construction and there is no bias and no slope. Its root mean square is the same whoever comes first; 95 of 100
    couples then lie between -limit and +limit, limit = 1.959964 sqrt(mean d^2) = 1.959964 sqrt(2) times the SD within
    couples. The interval of the limit by chi-square with n df (normal differences), that of the mean absolute
    difference by t, that of the slope by HC3. In simulated scale means (50 and 100 couples) 95 % intervals held the
    truth in .94 to .95 (mean absolute difference), .90 to .96 (limit; lowest on skewed scores, where
    :func:`order_free_jackknife` held it in .93 to .95) and .92 to .96 (slope) of the samples.

    Examples
    --------
    >>> x, y = np.array([3.0, 4.0, 2.0, 5.0]), np.array([2.0, 4.0, 3.0, 3.0])
    >>> order_free(x, y, 0.95) == order_free(y, x, 0.95)
    True
    """
    d = np.abs(difference(x, y))
    n, square = len(d), float(d @ d)
    if not n:
        return OrderFree(NOTHING, NOTHING, NOTHING)
    limit = Value(Z * sqrt(square / n))
    if square > 0:
        low, high = (Z * sqrt(square / float(chdtri(n, tail))) for tail in ((1 - confidence) / 2, (1 + confidence) / 2))
        limit = Value(limit.estimate, low, high, df=n)
    middle = difference(x, -y) / 2
    if n < 3 or is_constant(middle):
        return OrderFree(mean_t(d, confidence), limit, NOTHING)
    return OrderFree(mean_t(d, confidence), limit, _line(middle, d, confidence, is_robust=True)[0])


def order_free_jackknife(x: Array, y: Array, confidence: float) -> Value:
    """Return the same symmetric limit with an interval by leaving couples out, on its logarithm."""
    value = of_pairs(lambda m: Z * np.sqrt(m.dd / m.n + m.bias**2), x, y, confidence, LOG)
    return value._replace(test=nan, p=nan)


def quantiles(d: Array, confidence: float, widest: float = nan) -> tuple[Value, Value]:
    """Return the 2.5 % and the 97.5 % quantile (type 7) of the differences with intervals that assume no shape.

    Parameters
    ----------
    d : ndarray, (couples,)
    confidence : float
    widest : float
        The largest difference that the scale allows, its maximum minus its minimum; NaN where it has no bounds.

    Notes
    -----
    The ends are order statistics: the number of couples below a quantile is binomial, whatever the distribution. With
    fewer than 146 couples (at 95 %) none is far enough out, and the end is -widest or widest, or missing without
    bounds. A bootstrap of couples never passes the outermost couple: in simulated scale means its 95 % intervals (BCa)
    held the true quantile in .71 to .85 of samples of 50 couples, .88 to .97 of 100 and .91 to .98 of 200; these in
    .97 to 1.00 of all. An end that is an order statistic is one couple's difference: not for public files.

    Examples
    --------
    >>> low, high = quantiles(np.linspace(-2, 2, 201), 0.95)
    >>> round(low.estimate, 2), round(low.lower, 2), round(low.upper, 2)
    (-1.9, -2.0, -1.8)
    """
    if not len(d):
        return NOTHING, NOTHING
    ordered = np.concatenate([[-widest], np.sort(d), [widest]])
    low, high = (_quantile(ordered, tail, confidence) for tail in TAILS)
    return low, high


def _quantile(ordered: Array, tail: float, confidence: float) -> Value:
    """Return a quantile of sorted values between the two bounds of the scale, with its binomial interval."""
    n = len(ordered) - 2
    at_most = bdtr(np.arange(n + 1), n, tail)
    lower = int((at_most <= (1 - confidence) / 2).sum())
    upper = int((at_most < (1 + confidence) / 2).sum()) + 1
    estimate = float(np.quantile(ordered[1:-1], tail))
    return Value(estimate, float(ordered[lower]), float(ordered[upper]))


def resampled_quantiles(d: Array, weights: Array) -> Array:
    """Return the same two quantiles of every resample, (resamples, couples) -> (resamples, 2); see :func:`quantiles`.

    For BCa intervals by couples; their jackknife has the weights 1 - I.

    Examples
    --------
    >>> resampled_quantiles(np.array([3.0, 1.0, 2.0]), np.array([[1, 1, 1], [0, 3, 0]]))
    array([[1.05, 2.95],
           [1.  , 1.  ]])
    """
    order = np.argsort(d, kind="stable")
    ordered, counts = d[order], weights[:, order].cumsum(axis=1)
    place = (counts[:, -1:] - 1) * np.array(TAILS)
    below = np.floor(place)
    at = [np.minimum((counts[:, None, :] <= (below + more)[:, :, None]).sum(axis=2), len(d) - 1) for more in (0, 1)]
    part = place - below
    low, high = ordered[at[0]], ordered[at[1]]
    return np.where(part > 0, low + part * (high - low), low)
