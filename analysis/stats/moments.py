"""Means, spreads and correlations, with missing values where a function says so."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np

from analysis.stats.intervals import clustered_se, fisher, on_fisher_z, t_quantile, t_two_sided
from analysis.stats.value import Array, Value


def complete_rows(x: Array) -> Array:
    """Return which rows have no missing value; (rows, columns) -> bool (rows,)."""
    return np.asarray(~np.isnan(x).any(axis=1))


def covariance(x: Array) -> Array:
    """Return the covariance matrix with divisor n - 1; (n, k) -> (k, k)."""
    centred = x - x.mean(axis=0)
    return centred.T @ centred / (len(x) - 1)


def correlation(cov: Array) -> Array:
    """Return the correlation matrix of a covariance matrix; NaN for a constant variable."""
    sd = np.sqrt(np.diagonal(cov))
    with np.errstate(invalid="ignore", divide="ignore"):
        return cov / np.outer(sd, sd)


def sd(x: Array) -> float:
    """Return the standard deviation with divisor n - 1; NaN for fewer than two values."""
    return float(x.std(ddof=1)) if len(x) > 1 else nan


def skewness(x: Array) -> float:
    """Return the adjusted Fisher-Pearson skewness, g1 sqrt(n(n-1)) / (n-2); NaN for a constant or n < 3.

    Source: Joanes & Gill (1998), https://doi.org/10.1111/1467-9884.00122, their G1.
    """
    n = len(x)
    centred = x - x.mean() if n else x
    spread = float((centred**2).mean()) if n else 0.0
    if n < 3 or spread == 0:
        return nan
    return float((centred**3).mean()) / spread**1.5 * sqrt(n * (n - 1)) / (n - 2)


def mean_clustered(x: Array, cluster: Array, confidence: float) -> Value:
    """Return the mean of persons with an interval that takes couples as clusters: t with couples - 1 df."""
    if not len(x):
        return Value(nan)
    mean, couples = float(x.mean()), len(np.unique(cluster))
    se = clustered_se(x - mean, cluster)
    half = t_quantile(confidence, couples - 1) * se if couples > 1 else nan
    return Value(mean, mean - half, mean + half, se, df=couples - 1)


def pearson(x: Array, y: Array, confidence: float) -> Value:
    """Return Pearson's r over independent pairs with its Fisher interval; test = t with n - 2 df, p two-sided.

    NaN where x or y is constant.
    """
    n = len(x)
    r = _r(x, y)
    lower, upper = fisher(r, n, confidence)
    df = n - 2
    if df < 1 or not abs(r) < 1:
        return Value(r, lower, upper, df=df)
    t = r * sqrt(df / (1 - r**2))
    return Value(r, lower, upper, test=t, df=df, p=t_two_sided(t, df))


def pearson_clustered(x: Array, y: Array, cluster: Array, confidence: float) -> Value:
    """Return Pearson's r over persons with an interval on Fisher's z that takes couples as clusters.

    The influence of a person on r is zx zy - r (zx^2 + zy^2) / 2, with z standardized by divisor n.
    """
    r = _r(x, y)
    if not abs(r) < 1:
        return Value(r)
    zx, zy = ((v - v.mean()) / v.std() for v in (x, y))
    se = clustered_se(zx * zy - r * (zx**2 + zy**2) / 2, cluster)
    lower, upper = on_fisher_z(r, se, confidence)
    return Value(r, lower, upper, se)


def _r(x: Array, y: Array) -> float:
    if len(x) < 2:
        return nan
    a, b = x - x.mean(), y - y.mean()
    spread = sqrt(float(a @ a) * float(b @ b))
    if is_constant(x) or is_constant(y) or spread == 0:
        return nan
    return min(1.0, max(-1.0, float(a @ b) / spread))


def is_constant(x: Array) -> bool:
    """Say whether all values are the same."""
    return len(x) == 0 or bool((x == x[0]).all())
