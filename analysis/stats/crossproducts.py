"""Every scale's consistency and item table from one pass over the answers, however many persons there are.

The sums of products of all columns contain each scale's covariance matrix. Answers are taken in blocks that stay in the
processor's cache. Sums of small whole numbers are exact in single precision up to 2^24, and single precision is more
than twice as fast; blocks are added in double precision. Everything else is centred and summed in double precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import NamedTuple

import numpy as np

from analysis.stats.consistency import alpha, alpha_if_dropped, alpha_standardized, item_rest_r
from analysis.stats.moments import centre_of, covariance_of_sums
from analysis.stats.value import Array

ROWS_AT_ONCE = 1024  # 128^2 times this is 2^24, up to which whole numbers are exact in single precision


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
    array([[35., 32.],
           [32., 50.]])
    """
    n, m = x.shape
    whole = _whole(x[:ROWS_AT_ONCE]) is not None
    centre = np.zeros(m) if whole else centre_of(x[:ROWS_AT_ONCE].astype(np.float64))
    first, second = np.zeros(m), np.zeros((m, m))
    for start in range(0, n, ROWS_AT_ONCE):
        rows = x[start : start + ROWS_AT_ONCE]
        block = _whole(rows) if whole else None
        block = rows - centre if block is None else block
        first += np.ones(len(block), dtype=block.dtype) @ block
        second += block.T @ block
    return Sums(np.full(m, n), first, second, centre)


def _whole(rows: Array, missing: Array | None = None, there: Array | None = None) -> Array | None:
    """Return answers in single precision if they are whole numbers so small that the sums of a block are exact.

    What is not ``there`` becomes 0, and what is missing need not be whole.
    """
    codes = rows
    if rows.dtype != np.int8:
        with np.errstate(invalid="ignore"):  # what is no small whole number is told by the comparison
            codes = rows.astype(np.int8)
        same = codes == rows
        if not (same if missing is None else same | missing).all():
            return None
    return (codes if there is None else codes * there).astype(np.float32)


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
    first_rows = x[:ROWS_AT_ONCE, taken]
    whole = _whole(first_rows, np.isnan(first_rows)) is not None
    centre = np.zeros(len(taken)) if whole else centre_of(first_rows)
    count, first, second = np.zeros(len(scales)), np.zeros(len(taken)), np.zeros((len(taken), len(taken)))
    for start in range(0, len(x), ROWS_AT_ONCE):
        rows = x[start : start + ROWS_AT_ONCE]
        rows = rows if in_order else rows[:, taken]
        missing = np.isnan(rows)
        complete = missing.astype(np.float32) @ member == 0
        there = np.take(complete, scale_of, axis=1)
        block = _whole(rows, missing, there) if whole else None
        block = np.where(there, rows - centre, 0.0) if block is None else block
        count += complete.sum(axis=0)
        first += np.ones(len(block), dtype=block.dtype) @ block
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
