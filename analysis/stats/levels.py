"""Factor structures of both partners' answers with means: the levels of measurement invariance across partners.

Means ride on a constant: a last variable that is 1 for every couple, on a third factor of variance 1. Then mean
squares and products take the place of covariances, what an item loads on the third factor is its intercept, and every
level is an ordinary Structure for the fits of :mod:`analysis.stats.structure_fit`. The constant's own loading is a
parameter too; every fit makes it 1 or -1, and it takes the degree of freedom that the constant brings.

Source: Joreskog & Sorbom (1996, ISBN 978-0894980404), chapter 10; Kenny, Kashy & Cook (2006, ISBN 978-1572309869).
"""

from __future__ import annotations

from functools import cache
from math import sqrt

import numpy as np

from analysis.stats.structure import FIXED, Matrices, Structure, dyadic, start_values
from analysis.stats.structure_fit import StructureFit, fit_structure
from analysis.stats.value import Array

LEVELS = ("configural", "metric", "scalar", "residual")


@cache
def level_structure(k: int, level: str) -> Structure:
    """Return the structure of k items of both partners and the constant, at one level of invariance.

    Residual covariances of each item with itself are free at every level. ``configural``: partners share the form
    only, both factors have mean 0 and variance 1. ``metric``: equal loadings, the second variance is free. ``scalar``:
    equal intercepts too, the second mean is free. ``residual``: equal residual variances too.

    Parameters in this order: loadings, residual variances, residual covariances, intercepts, the factors' covariance,
    the second factor's mean square and mean as far as they are free, the constant.

    Examples
    --------
    >>> [level_structure(4, level).df for level in LEVELS]
    [15, 18, 21, 25]
    """
    equal, j = LEVELS.index(level), np.arange(k)
    loading, residual = _of_both(k, equal >= 1, 0), _of_both(k, equal >= 3, 2 * k)
    same_item, intercept = 4 * k + j, _of_both(k, equal >= 2, 5 * k)
    between, square, mean, constant = range(7 * k, 7 * k + 4)
    loadings = np.full((2 * k + 1, 3), FIXED)
    loadings[:k, 0], loadings[k:-1, 1] = loading[:k], loading[k:]
    loadings[:-1, 2], loadings[-1, 2] = intercept, constant
    residuals = np.full((2 * k + 1, 2 * k + 1), FIXED)
    np.fill_diagonal(residuals[:-1, :-1], residual)
    residuals[j, k + j] = residuals[k + j, j] = same_item
    square, mean = square if equal >= 1 else FIXED, mean if equal >= 2 else FIXED
    factors = np.array([[FIXED, between, FIXED], [between, square, mean], [FIXED, mean, FIXED]])
    loadings, factors, residuals = _renumbered(loadings, factors, residuals)
    return Structure(loadings, factors, residuals, np.eye(3))


def _of_both(k: int, equal: bool, first: int) -> Array:  # noqa: FBT001 - equal or not is what it says
    """Return numbers of a parameter of both partners' items, from ``first`` on; the same for both where equal."""
    return first + np.tile(np.arange(k), 2) if equal else first + np.arange(2 * k)


def _renumbered(*parts: Array) -> list[Array]:
    """Return the parts with their parameters numbered without gaps."""
    used = np.unique(np.concatenate([part[part >= 0] for part in parts]))
    return [np.where(part >= 0, np.searchsorted(used, part), FIXED) for part in parts]


def with_constant(x: Array, y: Array) -> Array:
    """Return both partners' items about their common means, and the constant: (couples, k) twice -> (couples, 2k + 1).

    Each item's mean over both partners is taken from both: no level minds it, and no digits are lost.
    """
    centre = np.vstack([x, y]).mean(axis=0)
    return np.hstack([x - centre, y - centre, np.ones((len(x), 1))])


def mean_products(z: Array) -> Array:
    """Return the mean squares and products of columns, (n, p) -> (p, p)."""
    return z.T @ z / len(z)


def mean_and_covariance(products: Array) -> tuple[Array, Array]:
    """Return means (2k,) and covariances (2k, 2k) from mean products in which the last variable is the constant."""
    mean = products[:-1, -1]
    return mean, products[:-1, :-1] - np.outer(mean, mean)


def fit_levels(products: Array) -> dict[str, StructureFit]:
    """Return the maximum likelihood fit of each level to mean products (2k + 1, 2k + 1), k >= 3.

    Each level starts from the last one that has a solution, so that the order is a part of the result only where a
    likelihood has several maxima.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> shared = rng.normal(size=(200, 1))
    >>> x, y = (shared + rng.normal(size=(200, 1)) + rng.normal(size=(200, 4)) for _ in range(2))
    >>> fits = fit_levels(mean_products(with_constant(x, y)))
    >>> [fit.structure.df for fit in fits.values() if fit.converged]
    [15, 18, 21, 25]
    """
    k, fits = len(products) // 2, {}
    at = _start(products)
    for level in LEVELS:
        structure = level_structure(k, level)
        fits[level] = fit_structure(structure, products, start=structure.parameters(at))
        if fits[level].converged:
            at = fits[level].matrices
    return fits


def _start(products: Array) -> Matrices:
    """Return matrices to start from: those of the dyadic model of covariances, and the means."""
    mean, cov = mean_and_covariance(products)
    k = len(mean) // 2
    first = dyadic(k).matrices(start_values(dyadic(k), cov))
    loadings, factors, residuals = np.zeros((2 * k + 1, 3)), np.eye(3), np.zeros((2 * k + 1, 2 * k + 1))
    loadings[:-1, :2], loadings[:-1, 2], loadings[-1, 2] = first.loadings, mean, 1.0
    factors[:2, :2], residuals[:-1, :-1] = first.factors, first.residuals
    return Matrices(loadings, factors, residuals)


def moved(matrices: Matrices, level: str) -> Array:
    """Return the parameters of a level at which it is the same model as that of stricter matrices, (q,).

    What the level fixes of the second factor, its mean at 0 and its variance at 1, goes into intercepts and loadings.
    """
    loadings, factors, residuals = (part.copy() for part in matrices)
    structure = level_structure(len(residuals) // 2, level)
    if structure.factors[1, 2] == FIXED:
        loadings[:, 2] += loadings[:, 1] * factors[1, 2]
        factors[1, 1] -= factors[1, 2] ** 2
        factors[1, 2] = factors[2, 1] = 0.0
    if structure.factors[1, 1] == FIXED and factors[1, 1] > 0:
        spread = sqrt(factors[1, 1])
        loadings[:, 1] *= spread
        factors[0, 1] = factors[1, 0] = factors[0, 1] / spread
    return structure.parameters(Matrices(loadings, factors, residuals))
