"""Categorical omega: the reliability of the sum of ordered answers, with its replicates over weighted couples.

One factor stands behind the attitudes of all items. Its loadings fit the polychoric correlations by diagonally weighted
least squares; what share of the variance of the summed categories it makes then follows from loadings and thresholds.
Everything is computed for many sets at once: several scales, or one under many sets of weights. Sets stand last in
arrays of tables and first in arrays of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np

from analysis.stats.binormal import quadrant_gain
from analysis.stats.categories import declared_categories, is_constant, one_hot, pairs, thresholds
from analysis.stats.dwls import dwls_loadings
from analysis.stats.factor import FEWEST_ITEMS
from analysis.stats.polychoric_fit import AT_ONCE, fit_tables
from analysis.stats.value import Array

RESAMPLED_STEP = 1e-4  # last step of an angle in a resample: what is missing is about its square
TABLES = 2048  # in one block
CELLS = 4_000_000  # numbers in one block of features


@dataclass(frozen=True)
class CategoricalOmega:
    """Categorical omega of a scale.

    Attributes
    ----------
    estimate : float
        NaN where ``reason`` says why.
    loadings : ndarray, (k,)
        Of the standardized attitudes; NaN where the fit did not converge.
    heywood : bool
        Whether a loading is 1 or more in size.
    converged : bool
        Whether the loadings are a determined minimum.
    reason : str
        Why there is no estimate; empty where there is one.
    """

    estimate: float
    loadings: Array
    heywood: bool
    converged: bool
    reason: str


class _Fits(NamedTuple):
    """Fits of many sets, or of one: omega (B,), loadings (B, k).

    And whether an item is constant and whether a pair has no correlation, (B,).
    """

    omega: Array
    loadings: Array
    constant: Array
    without_pair: Array


def omega_categorical(x: Array, categories: int | Array) -> CategoricalOmega:
    """Return categorical omega, the reliability of the sum of ordered answers, at most 1.

    Parameters
    ----------
    x : ndarray of integers, (n, k)
        Answers as categories 1 .. C, complete, all keyed in one direction; the score is their sum.
    categories : int or ndarray (k,)
        How many categories each item declares. A category that nobody used keeps its place, so that the score of those
        above it stays what it is.

    Notes
    -----
    Loadings l: one factor, diagonally weighted least squares on two-step polychoric correlations, weights one over
    their variances. Omega: the sum over items i, j of cov(l_i l_j) over the same sum with each item's own variance for
    i = j, where cov(rho) is the covariance of two category numbers whose attitudes correlate rho: the true variance
    over the model's. Three items are fitted exactly. None for fewer than three items, a constant item, a pair whose
    correlation or its variance does not exist (at the bound: they go together perfectly), loadings that are not
    determined, or a loading of 1 or more. Not for subscales or items with correlated residuals: one factor is taken as
    true. Source: Green & Yang (2009), https://doi.org/10.1007/s11336-008-9099-3.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> attitude = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> found = omega_categorical(np.digitize(attitude, [-1.5, 0, 1.5]) + 1, 4)
    >>> round(found.estimate, 2), found.loadings.round(2)
    (0.73, array([0.66, 0.74, 0.63, 0.68]))
    """
    return omega_categorical_of_many([(x, categories)])[0]


def omega_categorical_of_many(scales: Sequence[tuple[Array, int | Array]]) -> list[CategoricalOmega]:
    """Return categorical omega of each of several scales: what ``omega_categorical`` takes of each, in its order.

    Scales of as many items and categories are fitted together, whoever answered them: with some hundred persons a
    scale by itself costs little but the calls.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> attitude = rng.normal(size=(2, 300, 1)) + rng.normal(size=(2, 300, 4))
    >>> scales = [(answers, 3) for answers in np.digitize(attitude, [-1, 1]) + 1]
    >>> [round(found.estimate, 2) for found in omega_categorical_of_many(scales)]
    [0.69, 0.71]
    """
    alike: dict[tuple[int, int], list[int]] = {}
    for place, (x, categories) in enumerate(scales):
        declared = declared_categories(x, categories)
        alike.setdefault((len(declared), int(declared.max(initial=0))), []).append(place)
    found: dict[int, CategoricalOmega] = {}
    for (k, most), places in alike.items():
        few = k < FEWEST_ITEMS
        fits = [_too_few(k)] * len(places) if few else _together([scales[place][0] for place in places], most)
        found |= zip(places, fits, strict=True)
    return [found[place] for place in range(len(scales))]


def _too_few(k: int) -> CategoricalOmega:
    return CategoricalOmega(nan, np.full(k, nan), heywood=False, converged=False, reason="fewer than three items")


def _together(answers: list[Array], categories: int) -> list[CategoricalOmega]:
    """Return categorical omega of scales of as many items, (n, k) each."""
    counts = np.stack([_crossed(one_hot(x, categories)) for x in answers], axis=-1)
    first, second = pairs(len(counts))
    fits = fit_tables(np.moveaxis(counts[first, :, second], 0, 2).reshape(categories, categories, -1))
    rho, variance = (part.reshape(len(first), -1) for part in fits[:2])
    found = _fits(np.einsum("icics->cis", counts), rho, variance)
    return [_read(_Fits(*parts)) for parts in zip(*found, strict=True)]


def _crossed(indicators: Array) -> Array:
    """Return how many gave each pair of answers to each pair of items; (n, k, C) -> (k, C, k, C)."""
    return np.tensordot(indicators, indicators, (0, 0))


def _read(fit: _Fits) -> CategoricalOmega:
    """Return what one fit says."""
    converged, heywood = bool(np.isfinite(fit.loadings).all()), bool((np.abs(fit.loadings) >= 1).any())
    reasons = {
        "an item is constant": fit.constant,
        "a pair of items has no polychoric correlation inside its bounds": fit.without_pair,
        "the loadings are not determined": not converged,
        "a loading is 1 or more": heywood,
    }
    reason = next((reason for reason, holds in reasons.items() if holds), "")
    return CategoricalOmega(float(fit.omega), fit.loadings, heywood, converged, reason)


def omega_categorical_resampled(x: Array, categories: int | Array, weights: Array) -> Array:
    """Return categorical omega of each set of weights, (B,); NaN where it has none, as in ``omega_categorical``.

    Parameters
    ----------
    x : ndarray of integers, (n, k)
        Answers as categories 1 .. C, complete.
    categories : int or ndarray (k,)
        How many categories each item declares.
    weights : ndarray, (B, n)
        How often each row counts: bootstrap counts, or ones with a single 0 for the jackknife.

    Notes
    -----
    Each set is fitted from the start: thresholds, correlations, the variances that weigh them, loadings. Holding the
    weights of the sample would be little faster, and its spread would be that of another estimator: where one factor
    does not fit exactly, the loadings depend on the weights, and their errors belong to the estimate's.

    Loadings of 1 or more are common where n is small and an item loads highly: a fifth of the resamples at n = 60 with
    five items loading .5 to .85. These are not missing by chance. An interval from the others alone is too narrow;
    none should be shown where many are missing, and their number always.

    Correlations are good to about 1e-8, and so is omega.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> attitude = rng.normal(size=(200, 1)) + rng.normal(size=(200, 3))
    >>> answers = np.digitize(attitude, [-1, 1]) + 1
    >>> drawn = rng.multinomial(200, np.full(200, 1 / 200), size=50)
    >>> replicates = omega_categorical_resampled(answers, 3, drawn)
    >>> replicates.shape, bool(abs(replicates.mean() - omega_categorical(answers, 3).estimate) < 0.02)
    ((50,), True)
    """
    declared = declared_categories(x, categories)
    if len(declared) < FEWEST_ITEMS:
        return np.full(len(weights), nan)
    indicators, counts = one_hot(x, int(declared.max())), np.asarray(weights, dtype=float)
    margins = np.tensordot(indicators, counts, (0, 1)).transpose(1, 0, 2)
    return _fits(margins, *_correlations(indicators, counts)).omega


def _fits(margins: Array, rho: Array, variance: Array) -> _Fits:
    """Return the fits of sets from each item's counts (C, k, B) and the correlations of pairs (pairs, B)."""
    _, k, sets = margins.shape
    first, second = pairs(k)
    correlations, precision = np.zeros((2, sets, k, k))
    correlations[:, first, second] = correlations[:, second, first] = rho.T
    precision[:, first, second] = precision[:, second, first] = 1 / variance.T
    exist = np.asarray(np.isfinite(variance).all(axis=0))
    loadings = np.full((sets, k), nan)
    loadings[exist] = dwls_loadings(correlations[exist], precision[exist])
    omega = np.full(sets, nan)
    proper = (np.abs(loadings) < 1).all(axis=1)
    counts = margins[..., proper]
    omega[proper] = green_yang(loadings[proper].T, thresholds(counts), category_variances(counts))
    return _Fits(omega, loadings, np.asarray(is_constant(margins).any(axis=0)), ~exist)


def _correlations(indicators: Array, weights: Array) -> tuple[Array, Array]:
    """Return polychoric correlations and their variances for every pair of items and set of weights, (pairs, B)."""
    (n, k, c), sets = indicators.shape, len(weights)
    first, second = pairs(k)
    rho, variance = np.full((2, len(first), sets), nan)
    for some in _blocks(len(first), max(1, min(TABLES // 32, CELLS // max(1, n * c * c)))):
        features = indicators[:, first[some], :, None] * indicators[:, second[some], None, :]
        features = features.reshape(n, (some.stop - some.start) * c * c)
        for which in _blocks(sets, TABLES // (some.stop - some.start)):
            counts = (features.T @ weights[which].T).reshape(-1, c, c, which.stop - which.start)
            tables = counts.transpose(1, 2, 0, 3).reshape(c, c, -1)
            fits = fit_tables(tables, RESAMPLED_STEP)
            rho[some, which], variance[some, which] = (part.reshape(len(counts), -1) for part in fits[:2])
    return rho, variance


def _blocks(total: int, size: int) -> Iterator[slice]:
    for start in range(0, total, size):
        yield slice(start, min(start + size, total))


def green_yang(loadings: Array, cuts: Array, variances: Array) -> Array:
    """Return the share of the summed categories' variance that the factor makes, (B,).

    Parameters
    ----------
    loadings : ndarray, (k, B)
        Inside -1 and 1.
    cuts : ndarray, (C - 1, k, B)
        Thresholds.
    variances : ndarray, (k, B)
        Of each item's category number.
    """
    first, second = np.triu_indices(len(loadings))
    covariances = np.empty((len(first), loadings.shape[1]))
    for some in _blocks(loadings.shape[1], max(1, AT_ONCE // len(first))):
        angle = np.arcsin(loadings[first, some] * loadings[second, some])
        covariances[:, some] = quadrant_gain(cuts[:, None, first, some], cuts[None, :, second, some], angle).sum((0, 1))
    own, between = covariances[first == second].sum(axis=0), 2 * covariances[first != second].sum(axis=0)
    return np.asarray((own + between) / (variances.sum(axis=0) + between))


def category_variances(counts: Array) -> Array:
    """Return the variance of the category number, divisor n; counts (C, ...) -> (...)."""
    shares, numbers = counts / counts.sum(axis=0), np.arange(len(counts))
    mean = np.tensordot(numbers, shares, 1)
    return np.asarray(np.tensordot(numbers**2, shares, 1) - mean**2)
