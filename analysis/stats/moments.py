"""Means, spreads and correlations, with missing values where a function says so.

A spread or a rest that only rounding makes different from 0 is 0 here, and a correlation that only rounding keeps from
1 is 1: constant and perfect are facts that notes and disclosure depend on.
"""

from __future__ import annotations

from math import copysign, nan, sqrt

import numpy as np

from analysis.stats.intervals import clustered_se, fisher, on_fisher_z, t_quantile, t_two_sided
from analysis.stats.value import ROUNDING, Array, Value

SINGULAR = 1e-12  # smallest eigenvalue of a correlation matrix that still has an inverse


def complete_rows(x: Array) -> Array:
    """Return which rows have no missing value; (rows, columns) -> bool (rows,)."""
    return np.asarray(~np.isnan(x).any(axis=1))


def is_constant(x: Array) -> bool:
    """Say whether all values are the same, up to rounding."""
    return len(x) == 0 or bool(x.max() - x.min() <= ROUNDING * _largest(x))


def difference(x: Array, y: Array) -> Array:
    """Return x - y with what is only rounding taken out: such values are 0, and a constant difference is constant.

    Examples
    --------
    >>> difference(np.array([1.2, 3.4]), np.array([1.0, 3.2])).var()
    np.float64(0.0)
    """
    d = x - y
    if not len(d):
        return d
    small = ROUNDING * max(_largest(x), _largest(y))
    if d.max() - d.min() <= small:
        d = np.full_like(d, d[0])
    return np.where(np.abs(d) <= small, 0.0, d)


def _largest(x: Array) -> float:
    """Return the largest size of a value; without a copy, as this is asked of every pair of scores."""
    return max(float(x.max()), -float(x.min()))


def variance(x: Array) -> float:
    """Return the variance with divisor n - 1, exactly 0 for a constant; NaN for fewer than two values."""
    if len(x) < 2:
        return nan
    if is_constant(x):
        return 0.0
    centred = x - x.sum() / len(x)
    return float(centred @ centred) / (len(x) - 1)


def sd(x: Array) -> float:
    """Return the standard deviation with divisor n - 1, exactly 0 for a constant; NaN for fewer than two values."""
    return sqrt(variance(x))


def covariance(x: Array, *, ddof: int = 1) -> Array:
    """Return the covariance matrix with divisor n - ddof, exactly 0 for a constant column; (n, k) -> (k, k)."""
    centred = x - x[0]
    centred = centred - centred.mean(axis=0)
    return centred.T @ centred / (len(x) - ddof)


def centre_of(x: Array) -> Array:
    """Return the means of the values that are there, (n, k) -> (k,), exactly the value itself for a constant column.

    0 for a column without values.
    """
    there = ~np.isnan(x)
    count = there.sum(axis=0)
    if not len(x):
        return np.zeros(x.shape[1])
    first = np.where(count > 0, x[there.argmax(axis=0), np.arange(x.shape[1])], 0.0)
    return first + (x - first).sum(axis=0, where=there) / np.maximum(count, 1)


def covariance_of_sums(count: Array, first: Array, second: Array, *, ddof: int = 1) -> Array:
    """Return covariance matrices from counts (...), sums (..., k) and sums of products (..., k, k): (..., k, k).

    The values must be whole numbers or have been centred near their means. Exactly 0 for a column that only rounding
    keeps from being constant, NaN where count <= ddof.

    Examples
    --------
    >>> x = np.array([[-1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    >>> covariance_of_sums(np.array(3), x.sum(axis=0), x.T @ x)
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    rows = np.asarray(count, dtype=np.float64)[..., None]
    enough = rows > max(ddof, 0)
    products = second * rows[..., None]  # before the difference, so that sums of whole numbers give exact ones
    spread = products - first[..., :, None] * first[..., None, :]
    variances, squares = (np.diagonal(part, axis1=-2, axis2=-1) for part in (spread, products))
    dead = variances <= ROUNDING * squares
    if dead.any():
        spread = np.where(dead[..., :, None] | dead[..., None, :], 0.0, spread)
    return spread / np.where(enough, rows * (rows - ddof), nan)[..., None]


def correlation(cov: Array) -> Array:
    """Return the correlation matrices of covariance matrices, (..., k, k); NaN for a constant variable."""
    spread = np.sqrt(np.diagonal(cov, axis1=-2, axis2=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return cov / (spread[..., :, None] * spread[..., None, :])


def is_regular(cov: Array) -> bool:
    """Say whether a covariance matrix has no constant variable and none that the others determine."""
    scale = np.sqrt(np.maximum(np.diagonal(cov), 0.0))
    if not (scale > 0).all():
        return False
    return bool(np.linalg.eigvalsh(cov / (scale[:, None] * scale))[0] >= SINGULAR)


def skewness(x: Array) -> float:
    """Return the adjusted Fisher-Pearson skewness, g1 sqrt(n(n-1)) / (n-2); NaN for a constant or n < 3.

    Source: Joanes & Gill (1998), https://doi.org/10.1111/1467-9884.00122, their G1.
    """
    n = len(x)
    if n < 3 or is_constant(x):
        return nan
    centred = x - x.mean()
    return float((centred**3).mean()) / float((centred**2).mean()) ** 1.5 * sqrt(n * (n - 1)) / (n - 2)


def mean_t(x: Array, confidence: float) -> Value:
    """Return the mean of independent values with its t interval; test against 0, df = n - 1.

    No interval and no test where the values do not vary.

    Examples
    --------
    >>> round(mean_t(np.array([1.0, 2.0, 3.0]), 0.95).upper, 3)
    4.484
    """
    n = len(x)
    if n < 2:
        return Value(float(x.mean()) if n else nan)
    mean, se = float(x.mean()), sd(x) / sqrt(n)
    if not se > 0:
        return Value(mean, se=se, df=n - 1)
    half, test = t_quantile(confidence, n - 1) * se, mean / se
    return Value(mean, mean - half, mean + half, se, test, n - 1, p=t_two_sided(test, n - 1))


def mean_clustered(x: Array, cluster: Array, confidence: float) -> Value:
    """Return the mean of persons with an interval that takes couples as clusters: t with couples - 1 df."""
    if not len(x):
        return Value(nan)
    mean, couples = float(x.mean()), len(np.unique(cluster))
    se = clustered_se(difference(x, np.full_like(x, mean)), cluster)
    half = t_quantile(confidence, couples - 1) * se if couples > 1 and se > 0 else nan
    return Value(mean, mean - half, mean + half, se, df=couples - 1)


def pearson(x: Array, y: Array, confidence: float) -> Value:
    """Return Pearson's r over independent pairs with its Fisher interval; test = t with n - 2 df, p two-sided.

    NaN where x or y is constant; a perfect correlation, as any of two pairs, has neither interval nor test.
    """
    r = _r(x, y)
    if not abs(r) < 1:
        return Value(r)
    df = len(x) - 2
    t = r * sqrt(df / (1 - r**2))
    return Value(r, *fisher(r, len(x), confidence), test=t, df=df, p=t_two_sided(t, df))


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
    if is_constant(x) or is_constant(y):
        return nan
    a, b = x - x.mean(), y - y.mean()
    return snapped(float(a @ b) / sqrt(float(a @ a) * float(b @ b)))


def snapped(r: float) -> float:
    """Return a correlation, 1 or -1 where only rounding keeps it from that."""
    return copysign(1.0, r) if abs(r) > 1 - ROUNDING else r


def pairwise_r(x: Array) -> Array:
    """Return Pearson's r between columns over the rows with both; (rows, columns) -> (columns, columns).

    NaN where a column does not vary over these rows; exactly 1 or -1 where only rounding keeps it from that.

    Examples
    --------
    >>> pairwise_r(np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 3.0], [3.0, np.nan, 3.0], [5.0, 9.0, 3.0]])).round(3)
    array([[1.   , 0.999,   nan],
           [0.999, 1.   ,   nan],
           [  nan,   nan,   nan]])
    """
    there = np.isfinite(x)
    lowest = np.where(there, x, np.inf).min(axis=0, initial=np.inf)
    x, m = np.where(there, x - lowest, 0.0), there.astype(float)
    n, total, squares = m.T @ m, x.T @ m, (x**2).T @ m
    spread = n * squares - total**2
    spread = np.where(spread > ROUNDING * n * squares, spread, np.nan)
    r = (n * (x.T @ x) - total * total.T) / np.sqrt(spread * spread.T)
    return np.where(np.abs(r) > 1 - ROUNDING, np.sign(r), r)
