"""Do two scales measure different things: the correlation of their latent variables, and ratios of correlations."""

from __future__ import annotations

from math import nan

import numpy as np

from analysis.stats.intervals import clustered_se, normal_two_sided, wald
from analysis.stats.moments import correlation, covariance
from analysis.stats.structure import two_factors
from analysis.stats.structure_fit import fit_structure, parameter_influence
from analysis.stats.value import ROUNDING, Array, Value


def latent_r(x1: Array, x2: Array, cluster: Array | None, confidence: float) -> Value:
    """Return the correlation of the latent variables of two scales with its robust interval, by maximum likelihood.

    Parameters
    ----------
    x1, x2 : ndarray, (n, k1) and (n, k2)
        The same persons' answers to the items of two scales, complete; two or more items each.
    cluster : ndarray, (n,), or None
        The couple of each person, where both partners stand among the rows: their contributions are summed and the
        variance carries the factor G / (G - 1) for G couples. None where every row is a couple of its own.

    Notes
    -----
    Two factors of variance 1, every item on its own scale's. The interval is symmetric (lavaan's MLR, delta method) and
    may reach beyond 1, as the estimate may where the scales are one; ``test`` is z against 0. NaN where the model has
    no solution. Not for scales that share an item. Source: Bagozzi, Yi & Phillips (1991),
    https://doi.org/10.2307/2393203.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> factor = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=400)
    >>> x1, x2 = (factor[:, [j]] + rng.normal(size=(400, 4)) for j in range(2))
    >>> round(latent_r(x1, x2, None, 0.95).estimate, 2)
    0.54
    """
    x = np.hstack([x1, x2])
    if not len(x):
        return Value(nan)
    fit = fit_structure(two_factors(x1.shape[1], x2.shape[1]), covariance(x, ddof=0))
    if not fit.converged:
        return Value(nan)
    r, influence = float(fit.theta[-1]), parameter_influence(fit, x)[:, -1]
    se = clustered_se(influence, cluster)
    test = r / se if se > 0 else nan
    return Value(r, *wald(r, se, confidence), se, test, p=normal_two_sided(test))


def htmt(cov: Array, k1: int, *, signed: bool = False) -> Array:
    """Return heterotrait-monotrait ratios, mean correlation between two scales over that within; (..., p, p) -> (...).

    Parameters
    ----------
    cov : ndarray, (..., k1 + k2, k1 + k2)
        Covariance or correlation matrices of the items, those of the first scale first; two or more items each.
    k1 : int
        The number of items of the first scale.
    signed : bool
        Take correlations as they are. Otherwise their absolute values, as semTools does: scales that oppose each other
        are then compared by strength, but items that point the wrong way within a scale are hidden.

    Notes
    -----
    mean |r between| / sqrt(mean |r within 1| mean |r within 2|). Not negative unless ``signed``. NaN for a constant
    item, a scale of one item, or a mean within a scale that is not positive. Source: Henseler, Ringle & Sarstedt
    (2015), https://doi.org/10.1007/s11747-014-0403-8.

    Examples
    --------
    >>> r = np.array([[1, 0.6, 0.3, 0.3], [0.6, 1, 0.3, 0.3], [0.3, 0.3, 1, 0.6], [0.3, 0.3, 0.6, 1]])
    >>> float(htmt(r, 2))
    0.5
    """
    between, first, second = _blocks(cov, k1)
    if not signed:
        between, first, second = (np.abs(part) for part in (between, first, second))
    return _ratio(*(_mean(part) for part in (between, first, second)))


def htmt2(cov: Array, k1: int) -> Array:
    """Return heterotrait-monotrait ratios with geometric means of absolute correlations; (..., p, p) -> (...).

    As :func:`htmt`, but right for items with unequal loadings too. A single correlation near 0 moves it much, and one
    of exactly 0 within a scale leaves it undefined. Source: Roemer, Schuberth & Henseler (2021),
    https://doi.org/10.1108/IMDS-02-2021-0082.

    Examples
    --------
    >>> l = np.array([0.9, 0.6, 0.8, 0.5])
    >>> between = np.outer(np.arange(4) < 2, np.arange(4) >= 2)
    >>> r = np.outer(l, l) * np.where(between | between.T, 0.4, 1.0)
    >>> np.fill_diagonal(r, 1)
    >>> round(float(htmt2(r, 2)), 6)
    0.4
    """
    return _ratio(*(_geometric_mean(np.abs(part)) for part in _blocks(cov, k1)))


def _blocks(cov: Array, k1: int) -> tuple[Array, Array, Array]:
    """Return correlations between the scales, within the first and within the second, each as (..., count)."""
    r = correlation(cov)
    rows, columns = np.tril_indices(cov.shape[-1], -1)
    pairs = r[..., rows, columns]
    pairs = np.where(np.abs(pairs) <= ROUNDING, 0.0, pairs)  # else geometric means are of rounding errors
    first, second = rows < k1, columns >= k1
    return pairs[..., ~first & ~second], pairs[..., first], pairs[..., second]


def _mean(part: Array) -> Array:
    return part.mean(axis=-1) if part.shape[-1] else np.full(part.shape[:-1], nan)


def _geometric_mean(part: Array) -> Array:
    logs = np.log(part, out=np.full(part.shape, -np.inf), where=~(part <= 0))
    return np.exp(_mean(logs))


def _ratio(between: Array, first: Array, second: Array) -> Array:
    product = np.asarray(np.where((first > 0) & (second > 0), first * second, nan))
    return np.asarray(between / np.sqrt(product))
