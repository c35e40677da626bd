"""Tables of two partners' answers on the declared categories, of a sample, of resamples, and without each couple.

A couple's answer to an item is one cell of the item's table. So a table is a count of cells, the tables of all
resamples are one product of weights and cell indicators, and leaving a couple out is one less in its cell: couples of
the same cell share that table. Statistics are functions of tables, (..., C, C) -> (...), first partner in rows:
:mod:`analysis.stats.categorical`, :mod:`analysis.stats.marginals`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from analysis.stats.value import Array

Coefficient = Callable[[Array], Array]  # tables (..., C, C) -> (...)
AT_ONCE = 2**19  # cells in one block of tables, and in one block of cell indicators
NO_CELL = -1  # of a couple in which an answer is missing


def cells(first: Array, second: Array, categories: int) -> Array:
    """Return the cell of each couple's two answers, code C + code, of the same shape as the answers; -1 = incomplete.

    Parameters
    ----------
    first, second : ndarray, (couples,) or (couples, items)
        Codes 0 .. C - 1, an answer less the declared minimum; NaN = missing.
    categories : int
        C, how many are declared, at least two.

    Raises
    ------
    ValueError
        If an answer is none of the declared categories.

    Examples
    --------
    >>> cells(np.array([0.0, 2.0, np.nan]), np.array([1.0, 2.0, 0.0]), 3)
    array([ 1,  8, -1])
    """
    if categories < 2:
        raise ValueError("an item needs at least two declared categories")
    there = ~(np.isnan(first) | np.isnan(second))
    rows, columns = (np.where(there, codes, 0.0) for codes in (first, second))
    for codes in (rows, columns):
        if not ((codes >= 0) & (codes < categories) & (codes == np.rint(codes))).all():
            raise ValueError(f"answers must be codes 0 .. {categories - 1} of the declared categories")
    return np.where(there, rows * categories + columns, NO_CELL).astype(int)


def tables(of_couples: Array, categories: int) -> Array:
    """Return how many couples are in each cell; cells (couples,) or (couples, items) -> (C, C) or (items, C, C).

    Examples
    --------
    >>> tables(np.array([0, 1, 1, 3, -1]), 2)
    array([[1., 2.],
           [0., 1.]])
    """
    size, flat = categories**2, of_couples if of_couples.ndim == 2 else of_couples[:, None]
    there = flat != NO_CELL
    place = (flat + size * np.arange(flat.shape[1]))[there]
    counts = np.bincount(place, minlength=size * flat.shape[1]).astype(float)
    return counts.reshape(*of_couples.shape[1:], categories, categories)


def summed(tables_of_counts: Array, weights: Array) -> Array:
    """Return weighted sums of the cells, (..., C, C) and (C, C) or (C, C, k) -> (...) or (..., k).

    One matrix product: several times faster than sums over two short axes.

    Examples
    --------
    >>> summed(np.array([[2.0, 1.0], [0.0, 4.0]]), np.eye(2))
    np.float64(6.0)
    """
    size = weights.shape[0] ** 2
    flat = tables_of_counts.reshape(*tables_of_counts.shape[:-2], size)
    return (flat @ weights.reshape(size, *weights.shape[2:]))[()]


def margins(tables_of_counts: Array) -> tuple[Array, Array]:
    """Return how often the first and the second partner used each category, (..., C, C) -> twice (..., C).

    Examples
    --------
    >>> margins(np.array([[2.0, 1.0], [0.0, 4.0]]))
    (array([3., 4.]), array([2., 5.]))
    """
    each = np.eye(tables_of_counts.shape[-1])
    rows, columns = np.broadcast_arrays(each[:, None], each[None])
    return summed(tables_of_counts, rows), summed(tables_of_counts, columns)


def symmetrised(tables_of_roles: Array) -> Array:
    """Return the tables with each couple counted half in each order of its partners, (T + T') / 2.

    A statistic of it does not depend on who of two exchangeable partners comes first. Its standard error may be taken
    from it as from any table: the influence of a cell on a statistic that treats rows and columns alike is that of the
    mirrored cell, so halving a couple between the two changes no sum of squares.
    """
    return (tables_of_roles + np.swapaxes(tables_of_roles, -2, -1)) / 2


def resampled(weights: Array, of_couples: Array, categories: int, coefficients: Sequence[Coefficient]) -> list[Array]:
    """Return each coefficient of each item in each resample of couples: one array (resamples, items) a coefficient.

    Parameters
    ----------
    weights : ndarray, (resamples, couples)
        Whole numbers, how often each couple was drawn (:func:`analysis.stats.bootstrap.draw_weights`); the same for
        all items, so that differences and means over items can be resampled too.
    of_couples : ndarray, (couples, items)
        From :func:`cells`; a couple without a cell adds nothing to that item.
    categories : int
    coefficients : sequence of callables
        Tables (..., C, C) -> (...). For exchangeable partners ``lambda tables: kappa(symmetrised(tables))``.

    Notes
    -----
    Items and resamples are taken in blocks: memory stays at some twenty MB beside weights and results. Counts are
    exact in single precision, up to 2^24 couples.

    Examples
    --------
    >>> from analysis.stats.bootstrap import draw_weights
    >>> from analysis.stats.categorical import exact
    >>> of_couples = cells(np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [1.0], [1.0]]), 3)
    >>> resampled(draw_weights(3, 4, np.random.default_rng(1)), of_couples, 3, [exact])[0].round(2).T
    array([[0.67, 0.67, 0.33, 0.67]])
    """
    couples, items = of_couples.shape
    found = [np.empty((len(weights), items)) for _ in coefficients]
    drawn, size = weights.astype(np.float32), categories**2
    wide = max(1, min(items, AT_ONCE // max(1, couples * size)))
    tall = max(1, AT_ONCE // (wide * size))
    for start in range(0, items, wide):
        here = of_couples[:, start : start + wide]
        indicators = (here[:, :, None] == np.arange(size)).astype(np.float32).reshape(couples, -1)
        for top in range(0, len(weights), tall):
            counts = (drawn[top : top + tall] @ indicators).astype(float)
            block = counts.reshape(len(counts), -1, categories, categories)
            for values, coefficient in zip(found, coefficients, strict=True):
                values[top : top + tall, start : start + wide] = coefficient(block)
    return found


def left_out(of_couples: Array, categories: int, coefficient: Coefficient) -> Array:
    """Return a coefficient of each item without each couple, (couples, items): the jackknife.

    Without a couple that has no cell the item's coefficient is what it is. NaN where it does not exist.

    Examples
    --------
    >>> from analysis.stats.categorical import exact
    >>> left_out(np.array([[0], [0], [1], [-1]]), 2, exact).T.round(2)
    array([[0.5 , 0.5 , 1.  , 0.67]])
    """
    size, items = categories**2, of_couples.shape[1]
    whole = tables(of_couples, categories).reshape(items, size)
    one = np.eye(size + 1, size)  # the last one takes nobody out
    fewer = np.maximum(whole[:, None] - one, 0.0).reshape(items, size + 1, categories, categories)
    return coefficient(fewer).T[of_couples, np.arange(items)]
