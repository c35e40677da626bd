"""Internal consistency from covariance matrices of items: alpha, its relatives and what one item does to it.

Where a function takes covariance matrices they may be many, (..., k, k): scales, resamples, couples left out.
"""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
from scipy.special import fdtri

from analysis.stats.intervals import from_influence, normal_quantile, on_fisher_z
from analysis.stats.moments import SINGULAR, correlation, covariance
from analysis.stats.value import ROUNDING, Array, Value

FEWEST_FOR_ALPHA = 2  # items


def alpha(cov: Array) -> Array:
    """Return Cronbach's alpha, k/(k-1) (1 - trace / sum), (..., k, k) -> (...); at most 1, may be negative.

    NaN where the sum of all covariances is 0, up to rounding. Not for a scale of one item. Source: Cronbach (1951),
    https://doi.org/10.1007/BF02310555.

    Examples
    --------
    >>> alpha(np.array([[1.0, 0.5], [0.5, 1.0]]))
    np.float64(0.6666666666666667)
    """
    return _alpha(cov.sum(axis=(-2, -1)), _variances(cov).sum(axis=-1), cov.shape[-1])


def _alpha(total: Array, trace: Array, k: int) -> Array:
    """Return alpha from the sum of all covariances and that of the variances; NaN for fewer than two items."""
    defined = (total > ROUNDING * trace) & (k > 1)
    ratio = trace / np.where(defined, total, nan)
    return np.minimum(1.0, k / max(k - 1, 1) * (1 - ratio))


def _variances(cov: Array) -> Array:
    return np.diagonal(cov, axis1=-2, axis2=-1)


def alpha_influence(x: Array) -> Array:
    """Return each person's influence on alpha; (n, k) -> (n,), mean 0.

    k/(k-1) (trace s^2 / T^2 - q / T) with s the person's sum of deviations, q the sum of their squares and T the sum of
    the covariance matrix. Source: Maydeu-Olivares, Coffman & Hartmann (2007), https://doi.org/10.1037/1082-989X.12.2.157.
    """
    k, deviations, cov = x.shape[1], x - x.mean(axis=0), covariance(x)
    total = cov.sum()
    square, squares = deviations.sum(axis=1) ** 2, (deviations**2).sum(axis=1)
    return k / (k - 1) * (np.trace(cov) * square / total**2 - squares / total)


def alpha_clustered(x: Array, cluster: Array, confidence: float) -> Value:
    """Return alpha with its influence-function interval on ln(1 - alpha), couples as clusters.

    With one person a cluster this is the distribution-free interval of one group of persons. An alpha of 1 has none.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
    >>> value = alpha_clustered(x, np.arange(200), 0.95)
    >>> value.lower < value.estimate < value.upper
    True
    """
    estimate = float(alpha(covariance(x)))
    if not estimate < 1:
        return Value(estimate)
    return from_influence(estimate, alpha_influence(x), cluster, confidence)


def alpha_feldt(x: Array, confidence: float) -> Value:
    """Return alpha with Feldt's interval, 1 - (1 - alpha) F(n - 1, (n - 1)(k - 1)), over independent persons.

    Exact only for normal answers with equal covariances. Source: Feldt (1965), https://doi.org/10.1007/BF02289499.
    """
    n, k = x.shape
    estimate = float(alpha(covariance(x)))
    if not estimate < 1:
        return Value(estimate)
    df, df2 = n - 1, (n - 1) * (k - 1)
    upper_tail = (1 + confidence) / 2
    lower = 1 - (1 - estimate) * float(fdtri(df, df2, upper_tail))
    return Value(estimate, lower, 1 - (1 - estimate) * float(fdtri(df, df2, 1 - upper_tail)), df=df, df2=df2)


def alpha_standardized(cov: Array) -> Array:
    """Return alpha of the correlation matrices, (..., k, k) -> (...); NaN with a constant item.

    For two items it is Spearman-Brown.
    """
    return alpha(correlation(cov))


def lambda2(cov: Array) -> Array:
    """Return Guttman's lambda 2, (c + sqrt(k/(k-1) q)) / sum, (..., k, k) -> (...); alpha <= lambda 2 <= 1.

    c is the sum of the covariances of different items, q the sum of their squares. NaN where alpha is. Source:
    Guttman (1945), https://doi.org/10.1007/BF02288892.

    Examples
    --------
    >>> lambda2(np.array([[1.0, 0.5], [0.5, 1.0]]))
    np.float64(0.6666666666666666)
    """
    k, variance, total = cov.shape[-1], _variances(cov), cov.sum(axis=(-2, -1))
    trace = variance.sum(axis=-1)
    squares = np.maximum((cov**2).sum(axis=(-2, -1)) - (variance**2).sum(axis=-1), 0.0)
    defined = (total > ROUNDING * trace) & (k > 1)
    shared = total - trace + np.sqrt(k / max(k - 1, 1) * squares)
    return np.minimum(1.0, shared / np.where(defined, total, nan))


def lambda6(cov: Array) -> Array:
    """Return Guttman's lambda 6 of the correlation matrices, 1 - (sum of 1 - smc) / sum R, (..., k, k) -> (...).

    smc is the squared multiple correlation of an item with all others. NaN with a constant item and where the
    correlations have no inverse: an item that others determine, or no more persons than items. Too high with few
    persons, as smc is. Source: Guttman (1945), https://doi.org/10.1007/BF02288892.

    Examples
    --------
    >>> lambda6(np.array([[1.0, 0.5], [0.5, 1.0]])).round(12)
    np.float64(0.5)
    """
    r = correlation(cov)
    total = r.sum(axis=(-2, -1))
    defined = np.isfinite(total) & (cov.shape[-1] > 1)
    values, vectors = np.linalg.eigh(np.where(defined[..., None, None], r, np.eye(cov.shape[-1])))
    defined &= (values[..., 0] > SINGULAR) & (total > ROUNDING * cov.shape[-1])
    inverse = (vectors**2 / np.where(defined[..., None], values, nan)[..., None, :]).sum(axis=-1)
    return 1 - (1 / inverse).sum(axis=-1) / np.where(defined, total, nan)


def mean_interitem_r(cov: Array) -> Array:
    """Return the mean correlation of different items, (..., k, k) -> (...); NaN with a constant item or one item.

    Examples
    --------
    >>> mean_interitem_r(np.array([[1.0, 0.5], [0.5, 1.0]]))
    np.float64(0.5)
    """
    k = cov.shape[-1]
    return (correlation(cov).sum(axis=(-2, -1)) - k) / (k * (k - 1) if k > 1 else nan)


def score_sem(cov: Array) -> Array:
    """Return the standard error of measurement of the mean of the items, sd sqrt(1 - alpha), (..., k, k) -> (...).

    In the unit of the answers; NaN where alpha is. One number for all scores, high and low ones alike. Source: Weir
    (2005), https://doi.org/10.1519/15184.1.

    Examples
    --------
    >>> score_sem(np.array([[1.0, 0.5], [0.5, 1.0]])).round(12)
    np.float64(0.5)
    """
    return np.sqrt(cov.sum(axis=(-2, -1)) * (1 - alpha(cov))) / cov.shape[-1]


def score_mdc(cov: Array, confidence: float) -> Array:
    """Return the smallest change of a person's mean that is more than error of measurement, z sqrt(2) SEM.

    (..., k, k) -> (...), at 95 % 1.96 sqrt(2) SEM. It takes alpha for the reliability of a score given twice. Source:
    Weir (2005), https://doi.org/10.1519/15184.1.
    """
    return normal_quantile(confidence) * sqrt(2) * score_sem(cov)


def item_rest_r(cov: Array) -> Array:
    """Return each item's correlation with the sum of the others; (..., k, k) -> (..., k).

    NaN where either is constant, exactly 1 or -1 where only rounding keeps it from that.
    """
    variance, with_all = _variances(cov), cov.sum(axis=-1)
    rest = with_all.sum(axis=-1)[..., None] - 2 * with_all + variance
    defined = np.minimum(variance, rest) > ROUNDING * variance.sum(axis=-1)[..., None]
    r = (with_all - variance) / np.sqrt(np.where(defined, variance * rest, nan))
    return np.where(np.abs(r) > 1 - ROUNDING, np.sign(r), r)


def item_rest_r_influence(x: Array) -> Array:
    """Return each person's influence on each item-rest r; (n, k) -> (n, k), columns with mean 0.

    a b - r (a^2 + b^2) / 2 with a the standardized item and b the standardized sum of the others (divisor n). 0 where
    the r does not exist. Source: Devlin, Gnanadesikan & Kettenring (1975), https://doi.org/10.1093/biomet/62.3.531.
    """
    item = x - x.mean(axis=0)
    rest = item.sum(axis=1, keepdims=True) - item
    r = item_rest_r(covariance(x, ddof=0))
    exists = np.isfinite(r)
    a, b = (part / np.where(exists, part.std(axis=0), np.inf) for part in (item, rest))
    return a * b - np.where(exists, r, 0.0) * (a**2 + b**2) / 2


def item_rest_r_clustered(x: Array, cluster: Array, confidence: float) -> list[Value]:
    """Return every item's correlation with the sum of the others, its interval on Fisher's z, couples as clusters.

    From the influence function, so it holds for answers of any distribution. An r of 1 or -1 has no interval.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
    >>> [value.lower < value.estimate < value.upper for value in item_rest_r_clustered(x, np.arange(200), 0.95)]
    [True, True, True, True]
    """
    influence = item_rest_r_influence(x)
    return [
        from_influence(float(r), column, cluster, confidence, on_fisher_z) if abs(r) < 1 else Value(float(r))
        for r, column in zip(item_rest_r(covariance(x)), influence.T, strict=True)
    ]


def alpha_if_dropped(cov: Array) -> Array:
    """Return alpha of the scale without each item, (..., k, k) -> (..., k); NaN for fewer than three items."""
    k = cov.shape[-1]
    others = 1 - np.eye(k)
    total = ((others @ cov) * others).sum(axis=-1)
    return _alpha(total, (_variances(cov)[..., None, :] * others).sum(axis=-1), k - 1)


def alpha_if_dropped_influence(x: Array) -> Array:
    """Return each person's influence on alpha without each item; (n, k) -> (n, k), columns with mean 0.

    :func:`alpha_influence` of the other items. 0 where that alpha does not exist.
    """
    k, item, cov = x.shape[1], x - x.mean(axis=0), covariance(x)
    others = 1 - np.eye(k)
    total = np.where(np.isfinite(alpha_if_dropped(cov)), ((others @ cov) * others).sum(axis=1), np.inf)
    square = (item.sum(axis=1, keepdims=True) - item) ** 2
    squares = (item**2) @ others
    return (k - 1) / max(k - 2, 1) * (np.diagonal(cov) @ others * square / total**2 - squares / total)


def alpha_if_dropped_clustered(x: Array, cluster: Array, confidence: float) -> list[Value]:
    """Return alpha without each item, its influence-function interval on ln(1 - alpha), couples as clusters.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
    >>> one = alpha_clustered(x[:, 1:], np.arange(200), 0.95)
    >>> bool(np.allclose(alpha_if_dropped_clustered(x, np.arange(200), 0.95)[0], one, equal_nan=True))
    True
    """
    influence = alpha_if_dropped_influence(x)
    return [
        from_influence(float(value), column, cluster, confidence) if value < 1 else Value(float(value))
        for value, column in zip(alpha_if_dropped(covariance(x)), influence.T, strict=True)
    ]


def first_component(cov: Array) -> Array:
    """Return each item's loading on the first principal component of the correlations, (k, k) -> (k,); sum positive.

    The component's weights times the root of its variance: correlations of the items with the component. NaN with a
    constant item. To see which items run against the others; no measure of reliability.

    Examples
    --------
    >>> first_component(np.array([[1.0, 0.5, -0.5], [0.5, 1.0, -0.5], [-0.5, -0.5, 1.0]])).round(3)
    array([ 0.816,  0.816, -0.816])
    """
    r = correlation(cov)
    if not np.isfinite(r).all():
        return np.full(len(cov), nan)
    values, vectors = np.linalg.eigh(r)
    loadings = np.clip(vectors[:, -1] * sqrt(max(float(values[-1]), 0.0)), -1.0, 1.0)
    return -loadings if loadings.sum() < 0 else loadings
