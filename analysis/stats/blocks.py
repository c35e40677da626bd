"""Reliability of a block of scales: stratified alpha of its mean, and what one general factor makes of its items."""

from __future__ import annotations

from math import inf, nan

import numpy as np

from analysis.stats.consistency import FEWEST_FOR_ALPHA
from analysis.stats.factor import FEWEST_ITEMS
from analysis.stats.intervals import from_influence
from analysis.stats.moments import covariance, is_regular
from analysis.stats.structure import bifactor
from analysis.stats.structure_fit import (
    StructureFit,
    composite_reliability,
    fit_structure,
    misfit,
    parameter_influence,
)
from analysis.stats.value import ROUNDING, Array, Value

FEWEST_GROUPS = 3  # with fewer group factors general and group factors cannot be told apart
STARTS, FEW_STARTS, MANY_ITEMS = 8, 2, 40  # with many items a start takes seconds
ITERATIONS = 50  # of one start; those that go anywhere need fewer
ENOUGH = 3  # fits at the same lowest misfit
SAME = 1e-9  # apart from it
SEED = 31
GENERAL, GROUP = (0.2, 0.9), (-0.2, 0.8)  # loadings to start from, in units of the items' standard deviations
FEWEST_PERSONS = 2


def alpha_stratified(cov: Array, sizes: tuple[int, ...]) -> Array:
    """Return the stratified alpha of the mean of several scales' means; (..., p, p) -> (...).

    Parameters
    ----------
    cov : ndarray, (..., p, p)
        Covariance matrices of all items, scale after scale.
    sizes : tuple of int
        The number of items of each scale, two or more; they add up to p. Every scale counts alike in the block's mean.

    Notes
    -----
    1 - sum(variance_s (1 - alpha_s)) / variance of the block's mean, with each scale mean's variance and alpha. At most
    1, may be negative. With one scale it is alpha. NaN for a scale of one item, whose error nothing tells, and for a
    block without variance. Source: Cronbach, Schonemann & McKie (1965), https://doi.org/10.1177/001316446502500201.

    Examples
    --------
    >>> cov = np.full((4, 4), 0.5) + np.eye(4) / 2
    >>> float(alpha_stratified(cov, (2, 2)))
    0.8
    """
    if min(sizes) < FEWEST_FOR_ALPHA:
        return np.full(cov.shape[:-2], nan)
    weights, errors = _weights(sizes)
    total, error = (cov * np.outer(weights, weights)).sum(axis=(-2, -1)), (cov * errors).sum(axis=(-2, -1))
    trace = (np.diagonal(cov, axis1=-2, axis2=-1) * weights**2).sum(axis=-1)
    defined = total > ROUNDING * trace
    return np.where(defined, np.minimum(1 - error / np.where(defined, total, 1.0), 1.0), nan)


def _weights(sizes: tuple[int, ...]) -> tuple[Array, Array]:
    """Return the items' weights in the block's mean, (p,), and their covariances' in its error variance, (p, p)."""
    k = np.repeat(sizes, sizes)
    scale = np.repeat(np.arange(len(sizes)), sizes)
    same = scale[:, None] == scale
    divisor = np.where(k > 1, (k - 1.0) * k**2, nan)
    errors = (np.diag(k) - same) / divisor[:, None]
    return 1 / (k * len(sizes)), errors / len(sizes) ** 2


def block_reliability(scales: list[Array], cluster: Array, confidence: float) -> Value:
    """Return the stratified alpha of the mean of several scales' means, with its interval on ln(1 - alpha).

    Parameters
    ----------
    scales : list of ndarray, (n, k_s)
        The same persons' answers to the items of each scale, complete; two or more items each.
    cluster : ndarray, (n,)
        The couple of each person: influences are summed within couples.

    Notes
    -----
    The influence of a person on 1 - E / T is E t / T^2 - e / T, with e and t the person's parts of error and total
    variance. With one scale this is alpha with its interval. None for a reliability of 1.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> both = rng.normal(size=(200, 1))
    >>> scales = [both + rng.normal(size=(200, 1)) + rng.normal(size=(200, k)) for k in (4, 6)]
    >>> value = block_reliability(scales, np.arange(200), 0.95)
    >>> value.lower < value.estimate < value.upper
    True
    """
    x, sizes = np.hstack(scales), tuple(part.shape[1] for part in scales)
    if len(x) < FEWEST_PERSONS:
        return Value(nan)
    cov = covariance(x)
    estimate = float(alpha_stratified(cov, sizes))
    if not estimate < 1:
        return Value(estimate)
    weights, errors = _weights(sizes)
    d, total, error = x - x.mean(axis=0), float(weights @ cov @ weights), float((cov * errors).sum())
    influence = error * (d @ weights) ** 2 / total**2 - ((d @ errors) * d).sum(axis=1) / total
    return from_influence(estimate, influence, cluster, confidence)


def fit_bifactor(cov: Array, sizes: tuple[int, ...]) -> StructureFit:
    """Return the maximum likelihood fit of a general and one group factor a scale, uncorrelated, to (p, p) covariances.

    The likelihood often has several maxima: of up to nine fits, from principal components and from eight fixed random
    starts (two for more than 40 items), the best is kept, and the search ends when three have reached it. Divisor n.
    Source: Reise (2012), https://doi.org/10.1080/00273171.2012.715555.
    """
    structure = bifactor(sizes)
    best = fit_structure(structure, cov, iterations=ITERATIONS)
    if not is_regular(cov):
        return best
    lowest, reached = (misfit(best.sigma, cov), 1) if best.converged else (inf, 0)
    for start in _starts(cov):
        if reached == ENOUGH:
            break
        fit = fit_structure(structure, cov, start, iterations=ITERATIONS)
        found = misfit(fit.sigma, cov) if fit.converged else inf
        if found < lowest - SAME:
            best, lowest, reached = fit, found, 1
        elif fit.converged and found <= lowest + SAME:
            reached += 1
    return best


def _starts(cov: Array) -> Array:
    """Return parameters to start from, (starts, q): loadings from a fixed seed, half of the variance as residual."""
    rng, variance = np.random.default_rng(SEED), np.diagonal(cov)
    count = FEW_STARTS if len(cov) > MANY_ITEMS else STARTS
    draws = [rng.uniform(*share, size=(count, len(cov))) * np.sqrt(variance) for share in (GENERAL, GROUP)]
    return np.hstack([*draws, np.tile(variance / 2, (count, 1))])


def omega_hierarchical(
    x: Array, sizes: tuple[int, ...], confidence: float, cluster: Array | None = None
) -> tuple[Value, StructureFit]:
    """Return hierarchical omega, what the general factor makes of the sum's variance, with its interval, and the fit.

    Parameters
    ----------
    x : ndarray, (n, p)
        Answers without gaps to the items of three or more scales of three or more items, scale after scale.
    sizes : tuple of int
        The number of items of each scale; they add up to p.
    cluster : ndarray, (n,), optional
        The couple of each person, where both partners stand among the rows.

    Notes
    -----
    (sum of general loadings)^2 / variance of the sum of all items under the model, by maximum likelihood in the
    bifactor model. Robust standard error (sandwich), interval on ln(1 - omega). Not to be read where the fit is a
    Heywood case: then general and group factors may have changed places. NaN for fewer scales or items, and where the
    model has no solution. Sources: Zinbarg, Revelle, Yovel & Li (2005), https://doi.org/10.1007/s11336-003-0974-7;
    Reise (2012), https://doi.org/10.1080/00273171.2012.715555.
    """
    if len(sizes) < FEWEST_GROUPS or min(sizes) < FEWEST_ITEMS or not len(x):
        structure = bifactor(sizes)
        return Value(nan), StructureFit(structure, np.full(structure.free, nan), converged=False)
    fit = fit_bifactor(covariance(x, ddof=0), sizes)
    estimate, gradient = composite_reliability(fit, np.ones(x.shape[1]), (0,))
    if not np.isfinite(estimate):
        return Value(nan), fit
    return from_influence(estimate, parameter_influence(fit, x) @ gradient, cluster, confidence), fit
