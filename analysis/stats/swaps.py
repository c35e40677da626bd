"""Exchangeability of partners tested by swapping them: the p of a null made by exchanging partners within couples.

A swap turns the sign of a couple's difference d = x - y and leaves the sum s = x + y alone. So what a statistic needs
of a swapped sample are sums of signed rows, and all swaps are one matrix product. Where all swaps are few they are all
taken, and p is exact; else they are drawn.

Sources: Pitman (1937), https://doi.org/10.2307/2984124; Davidson & Flachaire (2008),
https://doi.org/10.1016/j.jeconom.2008.08.003, for signs that are given to couples' contributions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import fsum
from typing import NamedTuple

import numpy as np

from analysis.stats.equal_moments import VARIANCES, WITHIN
from analysis.stats.repairing import in_order
from analysis.stats.value import ROUNDING, Array

MOST_ENUMERATED = 14  # couples; 2^13 swaps tell everything
AT_ONCE = 4_000_000  # numbers in one block of signed sums
WORD = 64  # signs in one random number
NEAR = 1e-3  # share of the statistic within which single precision does not decide
TIE = 1e-9  # share of the statistic within which two values are one
SMALLEST = 1e-300

Statistic = Callable[[Array], Array]  # signed sums (swaps, columns) -> (swaps,), larger where partners differ more


class SwapTest(NamedTuple):
    """A statistic, its p, how many swaps that stands on, and whether these are all there are."""

    estimate: float
    p: float
    swaps: int
    exact: bool


def swap_omnibus(x: Array, y: Array, swaps: int, generator: np.random.Generator) -> SwapTest:
    """Return the likelihood ratio of exchangeability with the p that swapping partners gives it.

    Valid at any number of couples and for answers of any shape, as exchangeable partners can be swapped without
    changing their law. It tests full exchangeability, no part of it.

    Parameters
    ----------
    x, y : ndarray, (n, p)
        Scores of the first and the second partners, without missing values, of couples in any order; more couples than
        2 p, and no score that others determine (see :func:`analysis.stats.exchangeability.determined`).
    swaps : int
        How many are drawn. All 2^(n - 1) are taken instead where n is 14 or less.
    generator : numpy.random.Generator

    Returns
    -------
    SwapTest
        ``estimate`` is the likelihood ratio -n ln det(I - V V'), V = sum of d_i u_i' over couples, with orthonormal
        columns d of the differences and u of the sums and a constant. ``p`` is the share of swaps with a ratio at
        least as large, the observed one counted in. Neither the order of couples nor which role is first matters.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x, y = rng.normal(size=(2, 40, 3))
    >>> test = swap_omnibus(x, y + 1, 1000, rng)
    >>> test.p < 0.01, test.exact
    (True, False)
    """
    pairs, turned = _in_one_direction(x, y)
    n, p = len(x), x.shape[1]
    total, difference = pairs.sum(axis=1), pairs[:, 0] - pairs[:, 1]
    of_sums = np.linalg.qr(np.column_stack([np.ones(n), total - total.mean(axis=0)]))[0]
    of_differences = np.linalg.qr(difference)[0]
    rows = (of_differences[:, :, None] * of_sums[:, None, :]).reshape(n, -1)

    def ratio(sums: Array) -> Array:
        v = sums.reshape(-1, p, p + 1).astype(np.float64)
        left = np.linalg.det(np.eye(p) - v @ v.transpose(0, 2, 1))
        return np.maximum(-n * np.log(np.maximum(left, SMALLEST)), 0.0)

    return _tested(rows, turned, ratio, swaps, generator)


def swap_component(x: Array, y: Array, component: str, swaps: int, generator: np.random.Generator) -> SwapTest:
    """Return how unequal the partners are in variances or covariances, with a p that only these must be equal for.

    Roles are centred first; then swapping partners at random keeps every couple's part in a contrast but for its sign,
    and what else differs between partners stays (a wild bootstrap of couples). Each swapped sample is centred and
    studentized anew. In simulated samples of 50 couples the p was below .05 in .03 to .06 of those with the component
    equal, all others unequal, and up to 15 scores (docs/calibration.md).

    Parameters
    ----------
    x, y, swaps, generator
        As for :func:`swap_omnibus`.
    component : str
        variances, within_covariances or cross_covariances; the latter two need two scores.

    Returns
    -------
    SwapTest
        ``estimate`` is the sum over contrasts of (sum of contributions)^2 / sum of contributions^2. With s and d the
        centred sum and difference a couple contributes s_j d_j, s_j d_k + s_k d_j or s_j d_k - s_k d_j.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x, y = rng.normal(size=(2, 40, 3))
    >>> swap_component(x, 2 * y, "variances", 1000, rng).p < 0.01
    True
    """
    j, k, sign = _contrast(component, x.shape[1])
    s, d, turned = _centred_in_one_direction(x, y)
    n, one = len(s), s.T @ s
    parts = s[:, j] * d[:, k] + sign * s[:, k] * d[:, j]
    rows = np.hstack([parts, s[:, j] * parts, s[:, k] * parts, d])
    squares = (parts**2).sum(axis=0)

    def studentized(sums: Array) -> Array:
        total, by_j, by_k, mean = np.split(sums.astype(np.float64), np.cumsum([len(j)] * 3), axis=1)
        to_k, to_j = mean[:, k] / n, sign * mean[:, j] / n  # what centring takes from a contribution, times s_j and s_k
        size = squares - 2 * (to_k * by_j + to_j * by_k) + 2 * to_j * to_k * one[j, k]
        size += to_k**2 * one[j, j] + to_j**2 * one[k, k]
        return np.divide(total**2, size, out=np.zeros_like(size), where=size > ROUNDING * squares).sum(axis=1)

    return _tested(rows, turned, studentized, swaps, generator)


def _contrast(component: str, p: int) -> tuple[Array, Array, float]:
    """Return which scores' sums and differences make the contrasts of a component, and the sign of the mirrored one."""
    if component == VARIANCES:
        return np.arange(p), np.arange(p), 0.0
    j, k = np.triu_indices(p, 1)
    return j, k, 1.0 if component == WITHIN else -1.0


def _centred_in_one_direction(x: Array, y: Array) -> tuple[Array, Array, Array]:
    """Return centred sums and differences, and the signs that turn these back, in an order and direction of their own.

    Means are rounded once, so that neither the order of couples nor exchanging all partners changes a digit.
    """
    s, d = (part - np.array([fsum(column) / len(column) for column in part.T]) for part in (x + y, x - y))
    turned = _direction(d)
    d = d * turned[:, None]
    order = np.lexsort(np.hstack([s, d]).T)
    return s[order], d[order], turned[order]


def _direction(d: Array) -> Array:
    """Return -1 for every row whose first number other than 0 is above 0, else 1."""
    return np.where(d[np.arange(len(d)), (d != 0).argmax(axis=1)] > 0, -1.0, 1.0)


def _in_one_direction(x: Array, y: Array) -> tuple[Array, Array]:
    """Return couples (n, 2, p) in an order and a direction of their own, and the signs that turn them back, (n,)."""
    pairs = in_order(np.stack([x, y], axis=1), exchangeable=False)
    turned = _direction(pairs[:, 0] - pairs[:, 1])
    return np.where(turned[:, None, None] < 0, pairs[:, ::-1], pairs), turned


def _tested(rows: Array, observed: Array, statistic: Statistic, swaps: int, generator: np.random.Generator) -> SwapTest:
    """Return the share of swaps whose statistic is at least that of the observed signs."""
    n = len(rows)
    estimate = float(statistic(observed[None] @ rows)[0])
    exact = n <= MOST_ENUMERATED
    single = rows.astype(np.float32)
    beyond = count = 0
    at_once = max(1, AT_ONCE // (n + rows.shape[1]))
    for signs in _all_signs(n, at_once) if exact else _drawn_signs(n, swaps, at_once, generator):
        values = statistic(signs @ single)
        unsure = np.abs(values - estimate) <= NEAR * estimate
        values[unsure] = statistic(signs[unsure].astype(np.float64) @ rows)
        beyond += int((values >= estimate * (1 - TIE)).sum())
        count += len(signs)
    p = beyond / count if exact else (1 + beyond) / (1 + count)
    return SwapTest(estimate, p, count, exact)


def _all_signs(n: int, at_once: int) -> Iterator[Array]:
    """Yield all ways to turn couples, the first one never: turning everybody changes nothing."""
    for start in range(0, 2 ** (n - 1), at_once):
        numbers = np.arange(start, min(start + at_once, 2 ** (n - 1)))
        yield (1 - 2 * (numbers[:, None] >> np.arange(n) & 1)).astype(np.float32)


def _drawn_signs(n: int, swaps: int, at_once: int, generator: np.random.Generator) -> Iterator[Array]:
    """Yield random signs, (some, n); the size of the blocks changes no sign."""
    words = -(-n // WORD)
    for start in range(0, swaps, at_once):
        drawn = generator.integers(0, 2**WORD, (min(at_once, swaps - start), words), dtype=np.uint64, endpoint=False)
        bits = np.unpackbits(drawn.astype("<u8").view(np.uint8), axis=1, count=n)
        yield 1 - 2 * bits.astype(np.float32)
