"""Tables of two partners' categories in many re-pairings, and kernels' means from them: all kernels at the cost of one.

Whatever partners' categories say of a couple is a function of the cell that they stand in. Counts of several categories
are added as one number: each has binary digits of its own, so one product with first persons' categories counts a whole
table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from analysis.stats.kernels import Kernel
from analysis.stats.value import Array

DIGITS = 53  # binary digits of a double: sums of whole numbers are exact that far


class Cells(NamedTuple):
    """What tables are made from, and kernels as functions of a table.

    ``weights``, (C x C, kernels), belong to the cells, partners' categories first. ``one_hot``, (persons, C), is each
    person's category. ``packed``, (rows, everyone), holds numbers whose sums are counts of as many categories as fit
    into a double with so many ``digits`` for each. The last category needs none: it has what the others leave.
    """

    names: tuple[str, ...]
    weights: Array
    one_hot: Array
    packed: Array
    digits: int


def cells_of(values: Mapping[str, tuple[Kernel, Array]], codes: Array, persons: Array, others: Array) -> Cells:
    """Return the cells of the categories of ``persons`` and of ``others``, their possible partners.

    ``codes`` are everyone's categories 1 .. C, and values of all kernels are functions of them.
    """
    categories = int(max(codes[persons].max(), codes[others].max()))
    weights = []
    for kernel, x in values.values():
        first, second = np.zeros(categories), np.zeros(categories)
        first[codes[persons].astype(int) - 1] = x[persons]
        second[codes[others].astype(int) - 1] = x[others]
        weights.append(kernel.of(first, second[:, None]).astype(float).ravel() / len(persons))
    digits = len(persons).bit_length()
    row, lane = np.divmod(codes - 1, DIGITS // digits)
    rows = np.arange(-(-(categories - 1) // (DIGITS // digits)))[:, None]
    packed = np.where(row == rows, 2.0 ** (digits * lane), 0.0)
    one_hot = (codes[persons, None] == np.arange(1, categories + 1)).astype(float)
    return Cells(tuple(values), np.column_stack(weights), one_hot, packed, digits)


def means_of_tables(cells: Cells, partners: Array) -> dict[str, Array]:
    """Return the mean of each kernel over persons and their partners, (rows, persons) -> (rows,).

    Examples
    --------
    >>> same = Kernel(lambda x, y: x == y, lambda x, y: x, lambda x, y: 0.0)
    >>> codes = np.array([1.0, 2.0, 2.0, 1.0, 2.0, 1.0])
    >>> cells = cells_of({"same": (same, codes)}, codes, np.array([0, 1, 2]), np.array([3, 4, 5]))
    >>> means_of_tables(cells, np.array([[3, 4, 5], [4, 3, 5]]))["same"].round(3).tolist()
    [0.667, 0.0]
    """
    lanes, categories = DIGITS // cells.digits, cells.one_hot.shape[1]
    tables = np.empty((len(partners), categories, categories))
    for category in range(categories - 1):
        row, lane = divmod(category, lanes)
        if lane == 0:
            sums = (np.take(cells.packed[row], partners) @ cells.one_hot).astype(np.int64)
        tables[:, category] = (sums >> (cells.digits * lane)) & (2**cells.digits - 1)
    tables[:, -1] = cells.one_hot.sum(axis=0) - tables[:, :-1].sum(axis=1)
    means = tables.reshape(len(partners), -1) @ cells.weights
    return dict(zip(cells.names, means.T, strict=True))
