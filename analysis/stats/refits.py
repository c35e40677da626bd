"""Many one-factor models at once by maximum likelihood: every resample of a scale, or every scale of a study.

The model and its solution are those of :mod:`analysis.stats.factor`. Matrices stand in the first two axes and the fits
along the last, (k, k, m), so that each step is plain arithmetic on long rows. With one factor everything is closed:
Sigma^-1 = D - w w' / (1 + g) with D = diag(1/t), w = D l, g = l'w, and the information that Fisher scoring needs is,
with the loadings eliminated, diag(D (D - 2u)) / 2 + u u' / 2 with u = w^2 / g. A step costs one product R w a fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np

from analysis.stats.ascent import HALVINGS, SMALL
from analysis.stats.factor import FEWEST_ITEMS, FLAT, fit_one_factor
from analysis.stats.moments import SINGULAR
from analysis.stats.value import ROUNDING, Array

AT_ONCE = 2**13  # elements of a row of all items; more would leave the processor's cache
ITERATIONS = 100  # what still moves then is fitted by itself
SCORING = 15  # iterations of Fisher scoring, cheap but slow in the end for few couples, before Newton's steps
FEWER = 0.7  # fits that came to rest are set aside when so few still move
AT_REST = 1e-9  # largest step, in units of the items' standard deviations
SMALLEST, LARGEST = 0.1, 0.95  # standardized loadings to start from


@dataclass(frozen=True)
class ManyFits:
    """Fitted one-factor models: loadings and unique variances (k, m), NaN where a fit did not converge."""

    loadings: Array
    uniquenesses: Array

    @property
    def converged(self) -> Array:
        """Whether there is a solution, (m,)."""
        return np.asarray(~np.isnan(self.loadings).any(axis=0))

    @property
    def standardized(self) -> Array:
        """Loadings over the model's standard deviations of the items, (k, m)."""
        return self.loadings / np.sqrt(self.loadings**2 + self.uniquenesses)

    @property
    def heywood(self) -> Array:
        """Whether a unique variance is negative, (m,)."""
        return np.asarray((self.uniquenesses < 0).any(axis=0))

    @property
    def omega(self) -> Array:
        """(sum of loadings)^2 over that plus the sum of unique variances, (m,); NaN without a solution."""
        common, unique = self.loadings.sum(axis=0) ** 2, self.uniquenesses.sum(axis=0)
        return common / np.where(common + unique > 0, common + unique, nan)


class Point(NamedTuple):
    """Loadings and unique variances of standardized items, and what both misfit and step need of them."""

    loadings: Array
    unique: Array
    inverse: Array  # 1 / unique
    w: Array
    g: Array
    rw: Array
    misfit: Array

    def at(self, which: Array) -> Point:
        """Return the points at some places, (m,) int."""
        return Point(*(np.take(part, which, axis=-1) for part in self))

    def put(self, which: Array, other: Point) -> None:
        """Set the points at some places to those of another."""
        for mine, new in zip(self, other, strict=True):
            mine[..., which] = new


def fit_many(cov: Array, start: ManyFits | None = None, *, persist: bool = True) -> ManyFits:
    """Return the maximum likelihood fits to many covariance matrices with divisor n, (k, k, m), k >= 3.

    Parameters
    ----------
    cov : ndarray, (k, k, m)
    start : ManyFits, optional
        The fit of the sample that the matrices are resamples of, or of each one's sample: it saves steps.
    persist : bool
        Let ``fit_one_factor`` take over the few that still move after a hundred steps. In resamples of few couples they
        are many, slow, and mostly without a solution: there they count as not converged.

    Notes
    -----
    Each fit is that of :func:`analysis.stats.factor.fit_one_factor`. With very few couples a likelihood may have two
    maxima; then the start decides. Not converged: singular matrices, constant items, NaN, likelihoods that are flat at
    their maximum.

    Examples
    --------
    >>> l = np.array([0.9, 0.8, 0.7, 0.6])
    >>> cov = np.outer(l, l) + np.diag(1 - l**2)
    >>> fits = fit_many(np.stack([cov, 4 * cov], axis=2))
    >>> fits.loadings.round(6).T
    array([[0.9, 0.8, 0.7, 0.6],
           [1.8, 1.6, 1.4, 1.2]])
    """
    k, m = cov.shape[1:]
    loadings, unique = np.full((k, m), nan), np.full((k, m), nan)
    first_guess = np.full((k, m), nan) if start is None else np.broadcast_to(start.standardized, (k, m))
    rows = max(1, AT_ONCE // k)
    for first in range(0, m if k >= FEWEST_ITEMS else 0, rows):
        block = slice(first, first + rows)
        part = np.ascontiguousarray(cov[:, :, block])
        loadings[:, block], unique[:, block] = _fit(part, first_guess[:, block], persist=persist)
    return ManyFits(loadings, unique)


def _fit(cov: Array, start: Array, *, persist: bool) -> tuple[Array, Array]:
    """Return loadings and unique variances, (k, m) each, NaN without a solution."""
    k, _, m = cov.shape
    variance = np.einsum("iim->im", cov)
    possible = np.isfinite(cov).all(axis=(0, 1)) & (variance > 0).all(axis=0)
    scale = np.sqrt(np.where(possible, variance, 1.0))
    r = np.where(possible, cov / (scale[:, None] * scale), np.eye(k)[:, :, None])
    possible &= _is_definite(r - SINGULAR * np.eye(k)[:, :, None])
    loadings, unique = np.full((k, m), nan), np.full((k, m), nan)
    chosen = np.flatnonzero(possible)
    with np.errstate(all="ignore"):  # a fit that leads nowhere becomes NaN, which never comes to rest
        point, rest = _solve(r[:, :, chosen], _start(r[:, :, chosen], start[:, chosen]))
    kept = np.flatnonzero(rest)
    kept = kept[_is_peak(r[:, :, chosen[kept]], point.at(kept))]
    into, sign = chosen[kept], np.where(point.loadings[:, kept].sum(axis=0) < 0, -1.0, 1.0)
    loadings[:, into] = sign * point.loadings[:, kept] * scale[:, into]
    unique[:, into] = point.unique[:, kept] * scale[:, into] ** 2
    for one in chosen[~rest] if persist else []:
        fit = fit_one_factor(cov[:, :, one])
        loadings[:, one], unique[:, one] = fit.loadings, fit.uniquenesses
    return loadings, unique


def _start(r: Array, start: Array) -> Array:
    """Return standardized loadings to start from, (k, m): the given ones if proper, else centroid ones."""
    shared = np.abs(r).sum(axis=1) - 1
    sign = np.where(r.sum(axis=1) < 1, -1.0, 1.0)
    centroid = sign * shared / np.sqrt(np.maximum(shared.sum(axis=0), ROUNDING))
    proper = (np.abs(start) < 1).all(axis=0)
    chosen = np.where(proper, start, centroid)
    return np.where(chosen < 0, -1.0, 1.0) * np.clip(np.abs(chosen), SMALLEST, LARGEST)


def _solve(r: Array, loadings: Array) -> tuple[Point, Array]:
    """Return the last point of each fit and whether it is one of rest, (m,)."""
    point = point_at(r, loadings, 1 - loadings**2)
    active, moving = np.arange(r.shape[2]), point
    rest = np.zeros(r.shape[2], dtype=bool)
    for iteration in range(ITERATIONS):
        step = _scoring(moving) if iteration < SCORING else _newton(r, moving)
        size = np.abs(step).max(axis=(0, 1))
        moving = _advance(r, moving, step, size)
        still = ~(size < AT_REST)
        if still.sum() < FEWER * len(active):
            point.put(active, moving)
            rest[active[~still]] = True
            left = np.flatnonzero(still)
            active, r, moving = active[left], np.take(r, left, axis=2), moving.at(left)
        if not len(active):
            break
    return point, rest


def point_at(r: Array, loadings: Array, unique: Array) -> Point:
    """Return a point with its misfit, ln|Sigma| + tr(R Sigma^-1); infinite where Sigma is not positive definite."""
    inverse = 1 / unique
    w = loadings * inverse
    g = (loadings * w).sum(axis=0)
    rw = np.einsum("ijm,jm->im", r, w)
    determinant = unique.prod(axis=0) * (1 + g)
    definite = (determinant > 0) & ((unique < 0).sum(axis=0) <= 1) & (g != 0)
    logarithm = np.log(np.where(definite, determinant, 1.0))
    misfit = logarithm + inverse.sum(axis=0) - (w * rw).sum(axis=0) / np.where(definite, 1 + g, 1.0)
    return Point(loadings, unique, inverse, w, g, rw, np.where(definite, misfit, np.inf))


def _scoring(point: Point) -> Array:
    """Return the steps of Fisher scoring in loadings and unique variances, (2, k, m)."""
    loadings, unique, d, w, g, rw, _ = point
    h = 1 / (1 + g)
    c, v, explained = g * h, w * h, d * rw
    share = (w * rw).sum(axis=0) * h
    excess = explained - w * (share + 1)
    slope, along = excess * h, (share - g) * h
    target = d * (d - 1) - v * (excess + explained) - (2 / c) * v * (slope - v * (along / (2 * c)))
    u = w * w / g
    pivot = d * (d - 2 * u)
    pivot[pivot == 0] = ROUNDING
    ratio = u / pivot
    both = (ratio * target).sum(axis=0) / (1 + (u * ratio).sum(axis=0))
    step = target / pivot - ratio * both
    spread = v * step
    away = (w * spread).sum(axis=0) * h
    slope -= d * spread - w * away
    along = (along - away) * (1 - 1 / (2 * c))
    return np.stack([(unique * slope + loadings * along) / c, step])


def _newton(r: Array, point: Point) -> Array:
    """Return Newton's steps where the likelihood curves down, those of Fisher scoring elsewhere, (2, k, m)."""
    step, k = _scoring(point), len(r)
    curvature = information(r, point.loadings, point.unique)
    definite = np.flatnonzero(_is_definite(curvature - FLAT * np.eye(2 * k)[:, :, None]))
    if len(definite):
        slope = _slope(point.at(definite))
        found = np.linalg.solve(np.moveaxis(curvature[:, :, definite], -1, 0), slope.reshape(2 * k, -1).T[:, :, None])
        step[:, :, definite] = found[:, :, 0].T.reshape(2, k, -1)
    return step


def _slope(point: Point) -> Array:
    """Return the derivatives of the mean log-likelihood by loadings and unique variances, (2, k, m)."""
    _, _, d, w, g, rw, _ = point
    h, explained = 1 / (1 + g), d * rw
    excess = explained - w * ((w * rw).sum(axis=0) * h + 1)
    return np.stack([excess * h, (d * (d - 1) - w * h * (excess + explained)) / 2])


def _advance(r: Array, point: Point, step: Array, size: Array) -> Point:
    """Return the points after the step, halved where the fit would be worse."""
    new = point_at(r, point.loadings + step[0], point.unique + step[1])
    worse = np.flatnonzero(~(new.misfit <= point.misfit) & ~(size < SMALL))
    factor = 1.0
    for _ in range(HALVINGS):
        if not len(worse):
            break
        factor /= 2
        old = point.at(worse)
        tried = point_at(
            r[:, :, worse], old.loadings + factor * step[0][:, worse], old.unique + factor * step[1][:, worse]
        )
        new.put(worse, tried)
        worse = worse[~(tried.misfit <= old.misfit)]
    if len(worse):
        new.put(worse, point.at(worse))
    return new


def _is_definite(matrices: Array) -> Array:
    """Return which of many symmetric matrices are positive definite, (k, k, m) -> (m,), by elimination."""
    a = matrices.copy()
    definite = np.ones(a.shape[2], dtype=bool)
    for i in range(len(a)):
        definite &= a[i, i] > 0
        row = a[i, i + 1 :]
        a[i + 1 :, i + 1 :] -= (row / np.where(definite, a[i, i], np.inf))[:, None] * row
    return definite


def _is_peak(r: Array, point: Point) -> Array:
    """Return whether the likelihood curves down in every direction at points of rest, (m,)."""
    return _is_definite(information(r, point.loadings, point.unique) - FLAT * np.eye(2 * len(r))[:, :, None])


def inverse_sigma(loadings: Array, unique: Array) -> Array:
    """Return Sigma^-1, (k, k, m)."""
    w = loadings / unique
    return np.eye(len(w))[:, :, None] / unique - w[:, None] * w / (1 + (loadings * w).sum(axis=0))


def information(r: Array, loadings: Array, unique: Array) -> Array:
    """Return minus the second derivatives of the mean log-likelihood, (2k, 2k, m), as factor.observed_information."""
    p = inverse_sigma(loadings, unique)
    m = np.einsum("ijm,jlm->ilm", p, np.einsum("ijm,jlm->ilm", r, p))
    v = (p * loadings).sum(axis=1)
    c = (loadings * v).sum(axis=0)
    mv = (m * loadings).sum(axis=1)
    d = (loadings * mv).sum(axis=0)
    cross = v[:, None] * mv
    by_loadings = cross + cross.swapaxes(0, 1) + c * m + d * p - (c * p + v[:, None] * v) - (m - p)
    mixed = m * v + p * mv - p * v
    return np.concatenate(
        [
            np.concatenate([by_loadings, mixed], axis=1),
            np.concatenate([mixed.swapaxes(0, 1), p * m - p**2 / 2], axis=1),
        ]
    )
