"""Intervals and the standard error that they stand on; quantiles from scipy.special, which loads fast."""

from __future__ import annotations

from collections.abc import Callable
from math import atanh, exp, log, nan, sqrt, tanh

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from analysis.stats.value import ROUNDING, Array, Value

Limits = Callable[[float, float, float], tuple[float, float]]  # estimate, standard error, confidence -> limits
FEWEST_FOR_FISHER = 4
WIDEST = 100.0  # half an interval on a log scale; a wider one says nothing


def normal_quantile(confidence: float) -> float:
    """Return z with ``confidence`` of the standard normal distribution between -z and z."""
    return float(ndtri((1 + confidence) / 2))


def normal_two_sided(z: float) -> float:
    """Return the two-sided p of a standard normal statistic."""
    return float(2 * ndtr(-abs(z)))


def t_quantile(confidence: float, df: float) -> float:
    """Return t with ``confidence`` of Student's distribution between -t and t."""
    return float(stdtrit(df, (1 + confidence) / 2))


def t_two_sided(t: float, df: float) -> float:
    """Return the two-sided p of a t statistic."""
    return float(2 * stdtr(df, -abs(t)))


def clustered_se(influence: Array, cluster: Array | None, *, corrected: bool = True) -> float:
    """Return the standard error of a statistic from its influence values, summed within clusters.

    sqrt(sum over clusters of (sum of influence)^2) / N, times sqrt(G / (G - 1)) if ``corrected``, with N values in G
    clusters, numbered from 0 on. With one value a cluster it is the ordinary standard error. None: every value is by
    itself, and nothing is corrected. Exactly 0 where only rounding keeps every sum from 0.
    """
    if cluster is None:
        return clustered_se(influence, np.arange(len(influence)), corrected=False)
    sums = np.bincount(cluster, weights=influence)[np.bincount(cluster) > 0]
    count = len(sums)
    if count < 2:
        return nan
    sums[np.abs(sums) <= ROUNDING * np.abs(influence).max()] = 0.0
    factor = count / (count - 1) if corrected else 1.0
    return sqrt(factor * float(sums @ sums)) / len(influence)


def fisher(r: float, n: float, confidence: float) -> tuple[float, float]:
    """Return the interval of a correlation over n independent pairs by Fisher's z, variance 1 / (n - 3).

    NaN for fewer than four pairs and for a perfect correlation, which leaves nothing to make an interval from.
    """
    if n < FEWEST_FOR_FISHER or not abs(r) < 1:
        return nan, nan
    return on_fisher_z(r, (1 - r**2) / sqrt(n - 3), confidence)


def on_fisher_z(r: float, se: float, confidence: float) -> tuple[float, float]:
    """Return the interval of a coefficient between -1 and 1 made on atanh(r) from its standard error."""
    if not abs(r) < 1:
        return nan, nan
    half = normal_quantile(confidence) * se / (1 - r**2)
    return tanh(atanh(r) - half), tanh(atanh(r) + half)


def on_log_complement(estimate: float, se: float, confidence: float) -> tuple[float, float]:
    """Return the interval of a reliability made on ln(1 - estimate) from its standard error; it stays below 1."""
    half = normal_quantile(confidence) * se / (1 - estimate) if estimate < 1 else nan
    if not half < WIDEST:
        return nan, nan
    return 1 - exp(log(1 - estimate) + half), 1 - exp(log(1 - estimate) - half)


def wald(estimate: float, se: float, confidence: float) -> tuple[float, float]:
    """Return the interval of an estimate on its own scale, so many standard errors to both sides."""
    half = normal_quantile(confidence) * se
    return estimate - half, estimate + half


def from_influence(
    estimate: float, influence: Array, cluster: Array | None, confidence: float, limits: Limits = on_log_complement,
    *, corrected: bool = True,
) -> Value:  # fmt: skip
    """Return an estimate with the standard error and the interval that its influence values give it.

    Clusters as for :func:`clustered_se`. Nothing but the estimate where that is not finite; no interval where the
    standard error is 0, as one without width would claim to know the truth.

    Examples
    --------
    >>> from_influence(0.8, np.array([0.5, -0.5, 0.5, -0.5]), None, 0.95, wald).se
    0.25
    """
    if not np.isfinite(estimate):
        return Value(estimate)
    se = without_rounding(clustered_se(influence, cluster, corrected=corrected), estimate)
    return Value(estimate, *limits(estimate, se, confidence), se) if se > 0 else Value(estimate, se=se)


def without_rounding(se: float, estimate: float) -> float:
    """Return a standard error, 0 where it is only the rounding of a coefficient of this size.

    Examples
    --------
    >>> without_rounding(4e-17, 0.0), without_rounding(0.03, 0.7)
    (0.0, 0.03)
    """
    return 0.0 if se <= ROUNDING * max(1.0, abs(estimate)) else se
