"""Percentile and BCa intervals from replicates of a statistic, several statistics at once.

Replicates come from resamples of couples (:mod:`analysis.stats.bootstrap`) or from anywhere else.
"""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from analysis.stats.value import ROUNDING, Array


class Interval(NamedTuple):
    """Limits and standard error of one or several statistics from their replicates; what does not exist is NaN.

    ``usable`` of ``of`` replicates existed and were used. ``fallback`` says that a BCa interval has no correction and
    is the percentile interval.
    """

    lower: Array
    upper: Array
    se: Array
    usable: Array
    of: int
    fallback: Array


def percentile(replicates: Array, confidence: float) -> Interval:
    """Return the percentile interval: quantiles (type 7) of the replicates, (resamples, ...) -> (...).

    Examples
    --------
    >>> found = percentile(np.arange(101.0), 0.50)
    >>> float(found.lower), float(found.upper), int(found.usable)
    (25.0, 75.0, 101)
    """
    ordered, usable = _ordered(replicates)
    shape = replicates.shape[1:]
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    lower, upper = (_quantile(ordered, usable, np.full(usable.shape, tail)) for tail in tails)
    return _interval(lower, upper, ordered, usable, np.zeros(usable.shape, dtype=bool), shape)


def bca(estimate: Array | float, replicates: Array, jackknife: Array, confidence: float) -> Interval:
    """Return the bias-corrected and accelerated interval of one or several statistics.

    Replicates that do not exist are left out and counted. The percentile interval, with ``fallback``, where the
    correction is infinite (all replicates on one side of the estimate, or 1 - a z <= 0) or the jackknife does not
    exist for every couple or does not vary. NaN where the estimate is.

    Parameters
    ----------
    estimate : float or ndarray, (...)
    replicates : ndarray, (resamples, ...)
    jackknife : ndarray, (couples, ...)
        The statistic without each couple.
    confidence : float

    Notes
    -----
    As scipy.stats.bootstrap: quantiles of type 7, replicates equal to the estimate counted half in the bias. Here
    equal means within 1e-12 (of the estimate where that is above 1). Not for statistics that the bootstrap cannot
    resample, as a maximum. Source: Efron (1987), https://doi.org/10.1080/01621459.1987.10478410.

    Examples
    --------
    >>> from analysis.stats.bootstrap import draw_weights, features, resampled
    >>> x = np.random.default_rng(1).exponential(size=(50, 1))
    >>> parts, weights = features(x), draw_weights(50, 2000, np.random.default_rng(2))
    >>> moments = resampled(weights, [parts])[0]
    >>> found = bca(x.mean(axis=0), moments.means, parts.left_out.means, 0.95)
    >>> bool(found.lower[0] < x.mean() < found.upper[0]), int(found.usable[0]), found.of
    (True, 2000, 2000)
    """
    shape = np.shape(estimate)
    point = np.reshape(np.float64(estimate), -1)
    ordered, usable = _ordered(replicates)
    levels = _levels(_bias(point, ordered, usable), _acceleration(jackknife), confidence)
    fallback = ~np.isfinite(levels).all(axis=0) & np.isfinite(point) & (usable > 0)
    tails = np.array([[(1 - confidence) / 2], [(1 + confidence) / 2]])
    levels = np.where(fallback, tails, levels)
    lower, upper = (np.where(np.isfinite(point), _quantile(ordered, usable, level), nan) for level in levels)
    return _interval(lower, upper, ordered, usable, fallback, shape)


def _interval(
    lower: Array, upper: Array, ordered: Array, usable: Array, fallback: Array, shape: tuple[int, ...]
) -> Interval:
    parts = (lower, upper, _spread(ordered, usable), usable, fallback)
    lower, upper, se, usable, fallback = (part.reshape(shape)[()] for part in parts)
    return Interval(lower, upper, se, usable, ordered.shape[1], fallback)


def _ordered(replicates: Array) -> tuple[Array, Array]:
    """Return the replicates of each statistic in order, (statistics, resamples), NaN last, and how many exist."""
    flat = np.ascontiguousarray(replicates.reshape(len(replicates), -1).T)
    there = np.isfinite(flat)
    usable = there.sum(axis=1)
    if (usable < flat.shape[1]).any():
        flat = np.where(there, flat, nan)
    return np.sort(flat, axis=1), usable


def _spread(ordered: Array, usable: Array) -> Array:
    """Return the standard deviation (divisor n - 1) of the replicates that exist; NaN for fewer than two."""
    there = np.isfinite(ordered)
    mean = ordered.sum(axis=1, where=there) / np.maximum(usable, 1)
    squares = ((ordered - mean[:, None]) ** 2).sum(axis=1, where=there)
    return np.sqrt(squares / np.where(usable > 1, usable - 1, nan))


def _quantile(ordered: Array, usable: Array, level: Array) -> Array:
    """Return the quantile of type 7 of each row at its own level; NaN without replicates or without level."""
    exists = (usable > 0) & np.isfinite(level)
    place = np.where(exists, level, 0.0) * np.maximum(usable - 1, 0)
    below = np.floor(place).astype(int)
    row, above = np.arange(len(ordered)), np.minimum(below + 1, np.maximum(usable - 1, 0))
    part = place - below
    low, high = ordered[row, below], ordered[row, above]
    return np.where(exists, np.where(part > 0, low + part * (high - low), low), nan)


def _bias(point: Array, ordered: Array, usable: Array) -> Array:
    """Return z0, the normal quantile of the share of replicates below the estimate, ties counted half."""
    tie = ROUNDING * np.maximum(1.0, np.abs(point))
    distance = ordered - point[:, None]
    below, not_above = (distance < -tie[:, None]).sum(axis=1), (distance <= tie[:, None]).sum(axis=1)
    return np.asarray(ndtri((below + not_above) / (2 * np.where(usable > 0, usable, nan))))


def _acceleration(jackknife: Array) -> Array:
    """Return a sixth of the skewness of the jackknife; NaN where it is not finite everywhere or does not vary."""
    flat = jackknife.reshape(len(jackknife), -1)
    finite = np.isfinite(flat).all(axis=0)
    values = np.where(finite, flat, 0.0)
    mean = values.mean(axis=0)
    away = mean - values
    squares = (away**2).sum(axis=0)
    varies = finite & (np.abs(away).max(axis=0) > ROUNDING * np.abs(mean))
    return (away**3).sum(axis=0) / (6 * np.where(varies, squares, nan) ** 1.5)


def _levels(bias: Array, acceleration: Array, confidence: float) -> Array:
    """Return the levels at which the replicates are cut, (2, statistics); not finite where there is no correction."""
    known = np.isfinite(bias) & np.isfinite(acceleration)
    z0, a = np.where(known, bias, nan), np.where(known, acceleration, nan)
    shifted = z0 + np.array([[ndtri((1 - confidence) / 2)], [ndtri((1 + confidence) / 2)]])
    slope = 1 - a * shifted
    return np.asarray(ndtr(z0 + shifted / np.where(slope > 0, slope, nan)))
