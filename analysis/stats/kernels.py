"""Functions of two persons' values: their mean over couples is all that an agreement index learns of who is a couple.

Sums over everyone else come from sorted values, so no persons x persons matrix is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from analysis.stats.value import Array


class Kernel(NamedTuple):
    """A symmetric function R of two values, and sums of it.

    ``of`` is R of aligned arrays. ``of_each`` returns for each value of the first array the sum of R with all values of
    the second. ``squares`` is the sum of R^2 over all pairs of the two arrays.
    """

    of: Callable[[Array, Array], Array]
    of_each: Callable[[Array, Array], Array]
    squares: Callable[[Array, Array], float]


def _distances(x: Array, y: Array) -> Array:
    """Return sum |x - y| over all y for each x."""
    y = np.sort(y)
    below, sums = np.searchsorted(y, x), np.concatenate([[0.0], y.cumsum()])
    return x * (2 * below - len(y)) + sums[-1] - 2 * sums[below]


def _near(x: Array, y: Array, within: int) -> Array:
    """Return how many of all y are at most so far from each x."""
    y = np.sort(y)
    return np.searchsorted(y, x + within, "right") - np.searchsorted(y, x - within, "left")


PRODUCT = Kernel(
    lambda x, y: x * y,
    lambda x, y: x * y.sum(),
    lambda x, y: float(x @ x) * float(y @ y),
)
DISTANCE = Kernel(
    lambda x, y: np.abs(x - y),
    _distances,
    lambda x, y: len(y) * float(x @ x) + len(x) * float(y @ y) - 2 * float(x.sum()) * float(y.sum()),
)
SAME = Kernel(
    lambda x, y: x == y,
    lambda x, y: _near(x, y, 0),
    lambda x, y: float(_near(x, y, 0).sum()),
)
NEAR = Kernel(
    lambda x, y: np.abs(x - y) <= 1,
    lambda x, y: _near(x, y, 1),
    lambda x, y: float(_near(x, y, 1).sum()),
)
