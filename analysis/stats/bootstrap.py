"""The bootstrap of couples: weights, and sums that give every covariance of every resample at once.

A resample is a row of weights, how often each couple was drawn. What a covariance matrix needs of a couple is the row
[1, x, products of x]; so all resamples are one matrix product, and leaving a couple out is a subtraction. Every
statistic of the same couples should use the same weights: then differences between statistics can be resampled too.
Their intervals are those of :mod:`analysis.stats.bca`, their generator one of :mod:`analysis.stats.resampling`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from analysis.stats.moments import centre_of, covariance_of_sums
from analysis.stats.value import Array

EXACT = 2**24  # whole numbers up to here are exact in single precision
DRAWN_AT_ONCE, LOOKED_AT_ONCE = 2**20, 2**16  # numbers; blocks keep memory small and change no draw


def draw_weights(n: int, resamples: int, generator: np.random.Generator, strata: Array | None = None) -> Array:
    """Return how often each of n couples was drawn in each resample, (resamples, n) float64.

    Without strata these are the draws of scipy.stats.bootstrap with the same generator.

    Parameters
    ----------
    n, resamples : int
    generator : numpy.random.Generator
    strata : ndarray, (n,), optional
        Kind or group of each couple: couples are drawn within each, so that their numbers stay as they are.

    Examples
    --------
    >>> draw_weights(5, 2, np.random.default_rng(1))
    array([[1., 0., 2., 1., 1.],
           [1., 2., 0., 0., 2.]])
    """
    if strata is None:
        return _simple_weights(n, resamples, generator)
    weights = np.empty((resamples, n))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        weights[:, members] = _simple_weights(len(members), resamples, generator)
    return weights


def _simple_weights(n: int, resamples: int, generator: np.random.Generator) -> Array:
    weights = np.empty((resamples, n))
    rows = max(1, DRAWN_AT_ONCE // max(n, 1))
    for start in range(0, resamples, rows):
        block = weights[start : start + rows]
        drawn = generator.integers(0, n, block.shape) + n * np.arange(len(block))[:, None]
        block[:] = np.bincount(drawn.ravel(), minlength=block.size).reshape(block.shape)
    return weights


@dataclass(frozen=True)
class Features:
    """What each couple adds to count, sums and sums of products of k columns, (couples, 1 + k + k (k + 1) / 2).

    ``centre`` (k,) was taken from the columns first, because sums of products of numbers far from 0 lose digits.
    """

    rows: Array
    centre: Array

    @property
    def whole(self) -> Moments:
        """The moments of all couples."""
        return Moments(self.rows.sum(axis=0), self.centre)

    @property
    def left_out(self) -> Moments:
        """The moments of all couples but one, for each couple: the jackknife."""
        return Moments(self.rows.sum(axis=0)[:, None] - self.rows.T, self.centre)


@dataclass(frozen=True)
class Moments:
    """Sums of features, (1 + k + k (k + 1) / 2, ...): of one sample, or of many along the last axis."""

    sums: Array
    centre: Array

    @property
    def counts(self) -> Array:
        """The persons (or couples) that went in, (...)."""
        return self.sums[0]

    @property
    def means(self) -> Array:
        """The means, (..., k); NaN where nobody went in."""
        counts = np.where(self.counts > 0, self.counts, nan)
        return np.moveaxis(self.sums[1 : 1 + len(self.centre)] / counts, 0, -1) + self.centre

    def covariances(self, *, ddof: int = 1) -> Array:
        """Return the covariance matrices with divisor count - ddof, (..., k, k); NaN where that is not above 0."""
        k = len(self.centre)
        first = np.moveaxis(self.sums[1 : 1 + k], 0, -1)
        second = np.moveaxis(self.sums[1 + k :][_places(k)], (0, 1), (-2, -1))
        return covariance_of_sums(self.counts, first, second, ddof=ddof)


def features(x: Array) -> Features:
    """Return what each couple adds to the moments of k columns, from (couples, k) or (couples, persons, k).

    Parameters
    ----------
    x : ndarray
        NaN = missing. A person with a missing value adds nothing, so moments are those of complete persons. Persons of
        one couple add up: exchangeable partners are stacked, and drawn together.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0], [2.0, 4.0], [np.nan, 1.0], [3.0, 3.0]])
    >>> features(x).whole.covariances()
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    persons = x[:, None, :] if x.ndim == 2 else x
    k = persons.shape[-1]
    complete = np.asarray(~np.isnan(persons).any(axis=-1, keepdims=True))
    centre = centre_of(persons.reshape(-1, k))
    if _are_whole(persons[complete[..., 0]]):
        centre = np.rint(centre)  # sums of whole numbers are exact
    deviations = np.where(complete, persons - centre, 0.0)
    upper = np.triu_indices(k)
    products = np.einsum("cpi,cpj->cij", deviations, deviations)[:, upper[0], upper[1]]
    return Features(np.hstack([complete.sum(axis=1), deviations.sum(axis=1), products]), centre)


def _are_whole(x: Array) -> bool:
    """Say whether all values are whole numbers, block by block, so that no copy of many weights is made."""
    rows = max(1, LOOKED_AT_ONCE // max(1, x.shape[-1]))
    blocks = (x[start : start + rows] for start in range(0, len(x), rows))
    return all(bool((np.rint(block) == block).all()) for block in blocks)


def _places(k: int) -> Array:
    """Return where each product of two columns stands in the upper triangle, (k, k)."""
    places = np.zeros((k, k), dtype=int)
    upper = np.triu_indices(k)
    places[upper] = np.arange(len(upper[0]))
    return np.maximum(places, places.T)


def resampled(weights: Array, parts: Sequence[Features]) -> list[Moments]:
    """Return the moments of every resample, for each of several sets of columns, from one matrix product.

    Parameters
    ----------
    weights : ndarray, (resamples, couples)
    parts : sequence of Features
        Of the same couples in the same order.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(50, 3))
    >>> weights = draw_weights(50, 1000, np.random.default_rng(2))
    >>> resampled(weights, [features(x)])[0].covariances().shape
    (1000, 3, 3)
    """
    rows = np.vstack([part.rows.T for part in parts])
    kind = _precision(rows, weights)
    sums = (rows.astype(kind) @ weights.astype(kind).T).astype(np.float64)
    ends = np.cumsum([part.rows.shape[1] for part in parts])
    return [Moments(block, part.centre) for block, part in zip(np.split(sums, ends[:-1]), parts, strict=True)]


def _precision(rows: Array, weights: Array) -> type:
    """Return single precision where every sum is of whole numbers and exact in it, which halves the time."""
    largest = float(np.abs(rows).max(initial=0.0)) * float(weights.sum(axis=1).max(initial=0.0))
    return np.float32 if largest < EXACT and _are_whole(rows) and _are_whole(weights) else np.float64
