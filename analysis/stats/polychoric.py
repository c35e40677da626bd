"""Polychoric correlations: how strongly the attitudes behind ordered answers go together, for all pairs of items.

Each answer is a normal variable cut at thresholds. In two steps: thresholds from the shares of the categories, then
each correlation by maximum likelihood with the thresholds held.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np

from analysis.stats.categories import declared_categories, is_constant, one_hot, pairs, thresholds
from analysis.stats.intervals import on_fisher_z
from analysis.stats.polychoric_fit import fit_tables
from analysis.stats.value import Array, Value


@dataclass(frozen=True)
class Polychoric:
    """Polychoric correlations of k items, and what to know before they are used.

    Attributes
    ----------
    correlations, se : ndarray, (k, k)
        NaN in the rows of a constant item; the standard error also at the bound, and where it would be 0.
    thresholds : ndarray, (k, C - 1)
        Standard normal quantiles of the cumulated shares; -8 or 8 stands for an infinite one beside categories that
        nobody used, NaN follows an item's last threshold where it has fewer categories than others.
    empty_cells : ndarray of int, (k, k)
        How many cells of the pair's table on the declared categories are empty; 0 on the diagonal.
    constant : ndarray of bool, (k,)
        Whether everybody gave the same answer: there is no correlation.
    at_bound : ndarray of bool, (k, k)
        Whether the likelihood still grows, or no longer changes, at |rho| = .999, where the search ends.
    converged : ndarray of bool, (k, k)
        Whether the search came to rest, at the bound or inside.
    """

    correlations: Array
    se: Array
    thresholds: Array
    empty_cells: Array
    constant: Array
    at_bound: Array
    converged: Array


def polychoric(x: Array, categories: int | Array) -> Polychoric:
    """Return the polychoric correlations of all pairs of items with standard errors, two-step.

    Parameters
    ----------
    x : ndarray of integers, (n, k)
        Answers as categories 1 .. C, complete.
    categories : int or ndarray (k,)
        How many categories each item declares. Unused ones stay and change nothing but ``empty_cells``.

    Notes
    -----
    Maximises the sum of counts times ln P(cell; rho) over rho. Nothing is added to empty cells. Two categories each
    give the tetrachoric correlation. The standard error counts the thresholds as estimated: each cell's influence on
    rho, as in lavaan (Muthen's estimator). It is not to be trusted where most cells are empty. Rows are taken as
    independent: it is too small for both partners stacked. Source: Olsson (1979), https://doi.org/10.1007/BF02296207;
    Muthen (1984), https://doi.org/10.1007/BF02294210.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> a, b = rng.normal(size=(2, 2000))
    >>> attitudes = np.column_stack([a, 0.6 * a + 0.8 * b])
    >>> found = polychoric(np.digitize(attitudes, [-1, 0, 1]) + 1, 4)
    >>> found.correlations.round(2)[0, 1], found.se.round(3)[0, 1], found.thresholds[0].round(2)
    (np.float64(0.58), np.float64(0.018), array([-0.95,  0.02,  1.05]))
    """
    declared = declared_categories(x, categories)
    k, first, second = x.shape[1], *pairs(x.shape[1])
    indicators = one_hot(x, int(declared.max()))
    gram = np.tensordot(indicators, indicators, (0, 0))
    tables = np.ascontiguousarray(np.moveaxis(gram[first, :, second, :], 0, -1))
    margins = indicators.sum(axis=0).T
    fits = fit_tables(tables)
    possible = declared[first] * declared[second]
    return Polychoric(
        correlations=_square(k, fits.rho, np.where(is_constant(margins), nan, 1.0)),
        se=_square(k, np.sqrt(fits.variance), np.where(is_constant(margins), nan, 0.0)),
        thresholds=np.where(np.arange(1, declared.max()) < declared[:, None], thresholds(margins).T, nan),
        empty_cells=_square(k, possible - (tables > 0).sum(axis=(0, 1)), np.zeros(k, dtype=int)),
        constant=is_constant(margins),
        at_bound=_square(k, fits.at_bound, np.zeros(k, dtype=bool)),
        converged=_square(k, ~np.isnan(fits.rho), ~is_constant(margins)),
    )


def partner_polychoric(table: Array, confidence: float) -> Value:
    """Return the polychoric correlation of two partners' answers to one item, from their table (C, C) of counts.

    The interval is made on Fisher's z from the standard error of :func:`polychoric`. Neither where the search ended at
    its bound of .999; NaN where a partner always gave the same answer. Of exchangeable partners give the symmetrised
    table: thresholds are then the same for both.

    Examples
    --------
    >>> found = partner_polychoric(np.array([[20.0, 10.0, 2.0], [9.0, 25.0, 8.0], [1.0, 8.0, 17.0]]), 0.95)
    >>> round(found.estimate, 2), round(found.se, 2), round(found.lower, 2), round(found.upper, 2)
    (0.7, 0.07, 0.55, 0.81)
    """
    fits = fit_tables(table[:, :, None])
    rho, se = float(fits.rho[0]), sqrt(float(fits.variance[0]))
    return Value(rho, *on_fisher_z(rho, se, confidence), se)


def _square(k: int, of_pairs: Array, diagonal: Array) -> Array:
    square = np.diag(diagonal)
    first, second = pairs(k)
    square[first, second] = square[second, first] = of_pairs
    return square
