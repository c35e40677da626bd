"""Internal consistency from a covariance matrix of items: alpha, its relatives and what one item does to it."""

from __future__ import annotations

from math import nan

import numpy as np
from scipy.special import fdtri

from analysis.stats.intervals import clustered_se, on_log_complement
from analysis.stats.moments import correlation, covariance
from analysis.stats.value import ROUNDING, Array, Value


def alpha(cov: Array) -> float:
    """Return Cronbach's alpha, k/(k-1) (1 - trace / sum), of a (k, k) covariance matrix; at most 1, may be negative.

    NaN where the sum of all covariances is 0, up to rounding. Not for a scale of one item. Source: Cronbach (1951),
    https://doi.org/10.1007/BF02310555.

    Examples
    --------
    >>> alpha(np.array([[1.0, 0.5], [0.5, 1.0]]))
    0.6666666666666667
    """
    k, total, trace = len(cov), float(cov.sum()), float(np.trace(cov))
    if k < 2 or total <= ROUNDING * trace:
        return nan
    return min(1.0, k / (k - 1) * (1 - trace / total))


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
    estimate = alpha(covariance(x))
    if not estimate < 1:
        return Value(estimate)
    se = clustered_se(alpha_influence(x), cluster)
    return Value(estimate, *on_log_complement(estimate, se, confidence), se)


def alpha_feldt(x: Array, confidence: float) -> Value:
    """Return alpha with Feldt's interval, 1 - (1 - alpha) F(n - 1, (n - 1)(k - 1)), over independent persons.

    Exact only for normal answers with equal covariances. Source: Feldt (1965), https://doi.org/10.1007/BF02289499.
    """
    n, k = x.shape
    estimate = alpha(covariance(x))
    if not estimate < 1:
        return Value(estimate)
    df, df2 = n - 1, (n - 1) * (k - 1)
    upper_tail = (1 + confidence) / 2
    lower = 1 - (1 - estimate) * float(fdtri(df, df2, upper_tail))
    return Value(estimate, lower, 1 - (1 - estimate) * float(fdtri(df, df2, 1 - upper_tail)), df=df, df2=df2)


def alpha_standardized(cov: Array) -> float:
    """Return alpha of the correlation matrix; NaN with a constant item. For two items it is Spearman-Brown."""
    return alpha(correlation(cov)) if (np.diagonal(cov) > 0).all() else nan


def item_rest_r(cov: Array) -> Array:
    """Return each item's correlation with the sum of the others; (k, k) -> (k,), NaN where either is constant."""
    variance, with_all = np.diagonal(cov), cov.sum(axis=1)
    rest = cov.sum() - 2 * with_all + variance
    defined = np.minimum(variance, rest) > ROUNDING * variance.sum()
    root = np.sqrt(np.where(defined, variance * rest, 1.0))
    return np.where(defined, np.clip((with_all - variance) / root, -1.0, 1.0), nan)


def alpha_if_dropped(cov: Array) -> Array:
    """Return alpha of the scale without each item; (k, k) -> (k,), NaN where fewer than two items would be left."""
    k = len(cov)
    return np.array([alpha(without(cov, j)) if k > 2 else nan for j in range(k)])


def without(cov: Array, j: int) -> Array:
    """Return the matrix without row and column j."""
    return np.delete(np.delete(cov, j, axis=0), j, axis=1)
