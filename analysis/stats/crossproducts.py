"""Every scale's consistency and item table from one pass over the answers, however many persons there are.

The sums of products of all columns contain each scale's covariance matrix. Answers are taken in blocks that stay in the
processor's cache. Whole numbers (an integer dtype) are exact in single precision as long as no sum of a block reaches
2^24, and single precision is twice as fast; blocks are added in double precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import NamedTuple

import numpy as np

from analysis.stats.consistency import alpha, alpha_if_dropped, alpha_standardized, item_rest_r
from analysis.stats.moments import centre_of, covariance_of_sums
from analysis.stats.value import Array

ROWS_AT_ONCE = 1024
EXACT = 2**24  # whole numbers up to here are exact in single precision


class ConsistencyTables(NamedTuple):
    """Alpha and the item table of each scale: arrays over scales, or one array over its items for each scale.

    ``n`` counts the persons complete on the scale; everything is of these. What does not exist is NaN.
    """

    n: Array
    alpha: Array
    alpha_standardized: Array
    mean: list[Array]
    sd: list[Array]
    item_rest_r: list[Array]
    alpha_if_dropped: list[Array]


class Sums(NamedTuple):
    """Counts, sums and sums of products of columns from which ``centre`` was taken: (m,), (m,), (m, m), (m,)."""

    counts: Array
    first: Array
    second: Array
    centre: Array


def consistency_tables(x: Array, scales: Sequence[Array]) -> ConsistencyTables:
    """Return alpha, standardized alpha and the item table of many scales, persons complete on each scale.

    Parameters
    ----------
    x : ndarray, (n, columns)
        Answers of all scales (and partners) side by side. NaN = missing. An integer dtype, of codes, is fastest.
    scales : sequence of int ndarray
        The columns of each scale; a column may be in several.

    Notes
    -----
    The same numbers as :mod:`analysis.stats.consistency` gives for each scale. The sums also serve other coefficients:
    :func:`sums_of_products`.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.clip(np.round(3 + rng.normal(size=(500, 1)) + rng.normal(size=(500, 6))), 1, 5).astype(np.int8)
    >>> found = consistency_tables(x, [np.arange(4), np.arange(2, 6)])
    >>> found.alpha.round(1), found.n, found.item_rest_r[0].shape
    (array([0.8, 0.7]), array([500, 500]), (4,))
    """
    columns = [np.asarray(scale, dtype=int) for scale in scales]
    sums, places = _sums(x, columns)
    tables = ConsistencyTables(
        np.array([int(sums.counts[place[0]]) if len(place) else 0 for place in places], dtype=int),
        np.full(len(columns), nan), np.full(len(columns), nan), *([np.empty(0)] * len(columns) for _ in range(4)),
    )  # fmt: skip
    for k in {len(place) for place in places}:
        alike = [i for i, place in enumerate(places) if len(place) == k]
        if k:
            _fill(tables, alike, sums, np.array([places[i] for i in alike]))
    return tables


def sums_of_products(x: Array) -> Sums:
    """Return counts, sums and sums of products of all columns of complete answers, (n, m).

    Examples
    --------
    >>> x = np.array([[1, 5], [3, 4], [5, 3]], dtype=np.int8)
    >>> sums_of_products(x).second
    array([[ 8., -4.],
           [-4.,  5.]])
    """
    n, m = x.shape
    centre, kind = _centre(x)
    first, second = np.zeros(m), np.zeros((m, m))
    for start in range(0, n, ROWS_AT_ONCE):
        block = np.subtract(x[start : start + ROWS_AT_ONCE], centre, dtype=kind)
        first += np.ones(len(block), dtype=kind) @ block
        second += block.T @ block
    return Sums(np.full(m, n), first, second, centre.astype(np.float64))


def _centre(x: Array) -> tuple[Array, type]:
    """Return what to take from each column, near its mean, and the precision in which all sums of a block are exact."""
    if not np.issubdtype(x.dtype, np.integer):
        return centre_of(x[:ROWS_AT_ONCE]), np.float64
    low, high = (int(x.min()), int(x.max())) if x.size else (0, 0)
    middle = (low + high) // 2
    exact = (high - middle) ** 2 * ROWS_AT_ONCE < EXACT
    kind = np.float32 if exact else np.float64
    return np.full(x.shape[1], middle, dtype=kind), kind


def _sums(x: Array, scales: list[Array]) -> tuple[Sums, list[Array]]:
    """Return the sums, and where each scale stands in them; what is missing shows in the sums themselves."""
    if np.issubdtype(x.dtype, np.integer) or not np.isnan(x[:ROWS_AT_ONCE]).any():
        sums = sums_of_products(x)
        if not np.isnan(sums.first).any():
            return sums, scales
    return _listwise(x, scales)


def _listwise(x: Array, scales: list[Array]) -> tuple[Sums, list[Array]]:
    """Return the sums over persons complete on each scale, scales side by side, and where each scale stands."""
    taken = np.concatenate(scales)
    ends = np.cumsum([len(scale) for scale in scales])
    scale_of = np.repeat(np.arange(len(scales)), [len(scale) for scale in scales])
    member = (scale_of[:, None] == np.arange(len(scales))).astype(np.float32)
    in_order = np.array_equal(taken, np.arange(x.shape[1]))
    centre = centre_of(x[:ROWS_AT_ONCE])[taken]
    count, first, second = np.zeros(len(scales)), np.zeros(len(taken)), np.zeros((len(taken), len(taken)))
    for start in range(0, len(x), ROWS_AT_ONCE):
        rows = x[start : start + ROWS_AT_ONCE]
        block = (rows if in_order else rows[:, taken]) - centre
        complete = np.isnan(block).astype(np.float32) @ member == 0
        block[~complete[:, scale_of]] = 0.0
        count += complete.sum(axis=0)
        first += block.sum(axis=0)
        second += block.T @ block
    return Sums(count[scale_of], first, second, centre), np.split(np.arange(len(taken)), ends[:-1])


def _fill(tables: ConsistencyTables, alike: list[int], sums: Sums, places: Array) -> None:
    """Set the results of scales with the same number of items; places (scales, k)."""
    count, first = sums.counts[places[:, 0]], sums.first[places]
    cov = covariance_of_sums(count, first, sums.second[places[:, :, None], places[:, None, :]])
    mean = sums.centre[places] + first / np.where(count > 0, count, nan)[:, None]
    tables.alpha[alike], tables.alpha_standardized[alike] = alpha(cov), alpha_standardized(cov)
    spread = np.sqrt(np.diagonal(cov, axis1=-2, axis2=-1))
    of_items = (mean, spread, item_rest_r(cov), alpha_if_dropped(cov))
    lists = (tables.mean, tables.sd, tables.item_rest_r, tables.alpha_if_dropped)
    for into, values in zip(lists, of_items, strict=True):
        for i, row in zip(alike, values, strict=True):
            into[i] = row
