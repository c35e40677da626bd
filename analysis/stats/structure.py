"""Linear factor structures: which entries of three matrices are free, which are equal, and where a fit may start.

Sigma = L F L' + R with loadings L (p, m), factor covariances F (m, m) and residual covariances R (p, p). A
Structure numbers the free parameters: entries with the same number are equal, entries with number -1 are fixed,
at 0 in L and R. The module structure_fit fits them.

Source: Bollen (1989, ISBN 978-0471011712), chapter 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from analysis.stats.value import Array

FIXED = -1
HIGHEST_START = 0.9  # of the correlation of two factors, at the start


class Matrices(NamedTuple):
    """The three matrices of a factor model: loadings (p, m), factor and residual covariances, (m, m) and (p, p)."""

    loadings: Array
    factors: Array
    residuals: Array


def flat(stack: Array) -> Array:
    """Return every matrix of a stack as one row, (q, rows, columns) -> (q, rows * columns)."""
    return stack.reshape(len(stack), -1)


@dataclass(frozen=True, eq=False)
class Structure:
    """Which entries of the three matrices are which parameter, -1 for none, and the values of fixed factor entries."""

    loadings: Array
    factors: Array
    residuals: Array
    fixed_factors: Array

    @property
    def free(self) -> int:
        """The number of free parameters."""
        return 1 + max(int(part.max()) for part in (self.loadings, self.factors, self.residuals))

    @property
    def df(self) -> int:
        """Distinct covariances less free parameters."""
        p = len(self.loadings)
        return p * (p + 1) // 2 - self.free

    @cached_property
    def patterns(self) -> Matrices:
        """The derivatives of the three matrices by each parameter, (q, rows, columns): 1 where it stands."""
        number = np.arange(self.free)[:, None, None]
        return Matrices(*((part == number).astype(float) for part in (self.loadings, self.factors, self.residuals)))

    def matrices(self, theta: Array) -> Matrices:
        """Return the three matrices that parameters (q,) make."""
        return Matrices(
            np.where(self.loadings >= 0, theta[self.loadings], 0.0),
            np.where(self.factors >= 0, theta[self.factors], self.fixed_factors),
            np.where(self.residuals >= 0, theta[self.residuals], 0.0),
        )

    def parameters(self, matrices: Matrices) -> Array:
        """Return the parameters (q,) that stand in three matrices; of equal ones the mean."""
        numbers = np.concatenate([part.ravel() for part in (self.loadings, self.factors, self.residuals)])
        values = np.concatenate([part.ravel() for part in matrices])
        free = numbers >= 0
        return np.bincount(numbers[free], weights=values[free]) / np.bincount(numbers[free])

    def implied(self, theta: Array) -> Array:
        """Return Sigma, (p, p)."""
        loadings, factors, residuals = self.matrices(theta)
        return loadings @ factors @ loadings.T + residuals

    def slopes(self, theta: Array) -> Array:
        """Return the derivatives of Sigma by each parameter, (q, p, p)."""
        loadings, factors, _ = self.matrices(theta)
        half = self.patterns.loadings @ (factors @ loadings.T)
        by_factors = loadings @ self.patterns.factors @ loadings.T
        return half + half.transpose(0, 2, 1) + by_factors + self.patterns.residuals

    def bend(self, theta: Array, weight: Array) -> Array:
        """Return the sum of a symmetric weight (p, p) times the second derivatives of Sigma, (q, q)."""
        loadings, factors, _ = self.matrices(theta)
        turned = weight @ self.patterns.loadings
        by_loadings = flat(turned @ factors) @ flat(self.patterns.loadings).T
        mixed = flat(loadings.T @ turned) @ flat(self.patterns.factors).T
        return 2 * (by_loadings + mixed + mixed.T)


def start_values(structure: Structure, cov: Array) -> Array:
    """Return parameters to start from: factor by factor the first principal component of what is left, shrunk."""
    p, m = structure.loadings.shape
    left, loadings = cov.copy(), np.zeros((p, m))
    for j in range(m):
        items = np.flatnonzero(structure.loadings[:, j] >= 0)
        if len(items):
            block = np.ix_(items, items)
            loadings[items, j] = _component(left[block], np.diagonal(cov)[items])
            left[block] = left[block] - np.outer(loadings[items, j], loadings[items, j])
    variance = np.diagonal(cov)
    residuals = np.diag(np.maximum(np.diagonal(left), variance / 10))
    return structure.parameters(Matrices(loadings, _start_of_factors(structure, loadings, cov), residuals))


def _component(left: Array, variance: Array) -> Array:
    """Return loadings from the first principal component of a matrix, in units of the items' standard deviations."""
    scale = np.sqrt(variance)
    values, vectors = np.linalg.eigh(left / np.outer(scale, scale))
    share = float(np.mean(np.diagonal(left) / variance))
    loadings = vectors[:, -1] * np.sqrt(max(values[-1] - share, 0.1) * HIGHEST_START) * scale
    return loadings if loadings.sum() >= 0 else -loadings


def _start_of_factors(structure: Structure, loadings: Array, cov: Array) -> Array:
    """Return factor covariances: those that explain the sums of covariances between the factors' items."""
    member = (structure.loadings >= 0).astype(float)
    between, sums = member.T @ cov @ member, loadings.sum(axis=0)
    product = np.outer(sums, sums)
    r = np.divide(between, product, out=np.zeros_like(between), where=product > 0)
    return np.where(np.eye(len(sums)) > 0, 1.0, np.clip(r, -HIGHEST_START, HIGHEST_START))


@cache
def one_factor(k: int, *, equal: bool = False) -> Structure:
    """Return one factor of variance 1 with k items; with ``equal``, equal loadings (tau-equivalence)."""
    loadings = np.zeros((k, 1), dtype=int) if equal else np.arange(k)[:, None]
    return Structure(loadings, np.array([[FIXED]]), _diagonal(k, int(loadings.max()) + 1), np.eye(1))


def _diagonal(p: int, first: int) -> Array:
    """Return residual variances numbered from ``first`` on, and no residual covariances."""
    return np.where(np.eye(p) > 0, first + np.arange(p), FIXED)


@cache
def two_factors(k1: int, k2: int) -> Structure:
    """Return two correlated factors of variance 1 with k1 and k2 items; the last parameter is their correlation."""
    p = k1 + k2
    first = np.arange(p) < k1
    loadings = np.where(np.stack([first, ~first], axis=1), np.arange(p)[:, None], FIXED)
    factors = np.array([[FIXED, 2 * p], [2 * p, FIXED]])
    return Structure(loadings, factors, _diagonal(p, p), np.eye(2))


@cache
def dyadic(k: int) -> Structure:
    """Return two partners' factors with the same k items each, and residual covariances of each item with itself.

    Parameters in this order: 2k loadings, 2k residual variances, the partners' latent correlation, k residual
    covariances.
    """
    base = two_factors(k, k)
    return Structure(base.loadings, base.factors, _with_same_item(base.residuals, base.free), np.eye(2))


def _with_same_item(residuals: Array, first: int) -> Array:
    residuals, j = residuals.copy(), np.arange(len(residuals) // 2)
    k = len(j)
    residuals[j, k + j] = residuals[k + j, j] = first + j
    return residuals


@cache
def exchangeable_dyadic(k: int) -> Structure:
    """Return the dyadic structure with everything equal across partners: loadings, residuals and their covariances.

    Parameters in this order: k loadings, k residual variances, the partners' latent correlation, k residual
    covariances.
    """
    column = np.arange(k)[:, None]
    none = np.full((k, 1), FIXED)
    loadings = np.block([[column, none], [none, column]])
    factors = np.array([[FIXED, 2 * k], [2 * k, FIXED]])
    within, empty = _diagonal(k, k), np.full((k, k), FIXED)
    residuals = np.block([[within, empty], [empty, within]])
    return Structure(loadings, factors, _with_same_item(residuals, 2 * k + 1), np.eye(2))


@cache
def bifactor(sizes: tuple[int, ...]) -> Structure:
    """Return a general factor of all items and one group factor a scale, all of variance 1 and uncorrelated.

    Parameters in this order: p loadings on the general factor, p on the group factors, p residual variances.
    """
    p, scale = sum(sizes), np.repeat(np.arange(len(sizes)), sizes)
    groups = np.where(scale[:, None] == np.arange(len(sizes)), p + np.arange(p)[:, None], FIXED)
    m = 1 + len(sizes)
    return Structure(np.hstack([np.arange(p)[:, None], groups]), np.full((m, m), FIXED), _diagonal(p, 2 * p), np.eye(m))


@cache
def saturated(p: int) -> Structure:
    """Return no factor and every covariance free: parameters are the lower triangle of Sigma, row by row."""
    numbers, below = np.zeros((p, p), dtype=int), np.tril_indices(p)
    numbers[below] = np.arange(len(below[0]))
    numbers = np.maximum(numbers, numbers.T)
    return Structure(np.full((p, 1), FIXED), np.array([[FIXED]]), numbers, np.eye(1))
