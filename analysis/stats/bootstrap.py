"""The bootstrap of couples: weights, sums that give every covariance of every resample at once, and BCa intervals.

A resample is a row of weights, how often each couple was drawn. What a covariance matrix needs of a couple is the row
[1, x, products of x]; so all resamples are one matrix product, and leaving a couple out is a subtraction. Every
statistic of the same couples should use the same weights: then differences between statistics can be resampled too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from analysis.stats.moments import centre_of, covariance_of_sums
from analysis.stats.value import ROUNDING, Array

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
