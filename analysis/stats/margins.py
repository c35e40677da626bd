"""Agreement indices as functions of one mean over couples; everything else in them is margins.

Whom a person is paired with enters an index only through the mean s of a kernel over the couples: products of scores,
distances, or shares of couples with the same answer. The rest, means and spreads and answers' frequencies, is the same
however persons are paired. So each index is (a + b s) / (c + d s), and d = 0 for all but icc_1 and icc_a1.

``people`` is (measures, 2 couples) as in :mod:`analysis.stats.randomcouples`. Sources of the indices:
:mod:`analysis.stats.concordance`; Cohen (1968), https://doi.org/10.1037/h0026256; Gwet (2008),
https://doi.org/10.1348/000711006X126600; Brennan & Prediger (1981), https://doi.org/10.1177/001316448104100307; Hayes
& Krippendorff (2007), https://doi.org/10.1080/19312450709336664.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import nan
from typing import NamedTuple

import numpy as np

from analysis.stats.kernels import DISTANCE, NEAR, PRODUCT, SAME, Kernel
from analysis.stats.moments import centre_of, difference, variance
from analysis.stats.randomcouples import Part, complete_couples
from analysis.stats.value import ROUNDING, Array


class Form(NamedTuple):
    """An index of each measure as (a + b s) / (c + d s), s the mean of the named kernel over couples.

    Coefficients are (measures,). An index is undefined, NaN, where the lower half is not positive.
    """

    kernel: str
    a: Array
    b: Array
    c: Array
    d: Array

    def at(self, s: Array) -> Array:
        """Return the index where the kernel's mean is s; (..., measures) -> (..., measures)."""
        bottom = self.c + self.d * s
        return np.divide(self.a + self.b * s, bottom, out=np.full_like(bottom + 0.0, np.nan), where=bottom > 0)

    def slope(self, s: Array) -> Array:
        """Return the derivative of the index at s, the same everywhere where d = 0."""
        bottom = self.c + self.d * s
        top = self.b * self.c - self.a * self.d
        return np.divide(top, bottom**2, out=np.full_like(bottom + 0.0, np.nan), where=bottom > 0)


class _Margins(NamedTuple):
    """What no re-pairing changes, each (measures,); variances with divisor n.

    ``persons`` is the variance of all persons about one mean, and ``expected`` half the mean squared difference of a
    random first and a random second partner: with roles larger than ``persons`` by ``shift``, the squared half
    difference of the partners' means; exchangeable, shift is 0 and both are the same.
    """

    n: Array
    first: Array
    second: Array
    shift: Array
    persons: Array
    expected: Array


def with_couples_only(people: Array) -> Array:
    """Return the answers, NaN where the partner's is missing."""
    return np.where(np.tile(complete_couples(people), 2), people, np.nan)


def _of_each_measure(people: Array, of: Callable[[Array, Array], Sequence[float]], width: int) -> Array:
    """Return numbers made from the two partners' answers to each measure, (width, measures)."""
    found = [of(*np.split(row[~np.isnan(row)], 2)) for row in people]
    return np.array(found, dtype=float).reshape(len(people), width).T


def _margins(people: Array, *, exchangeable: bool) -> _Margins:
    def of_measure(x: Array, y: Array) -> tuple[float, ...]:
        n = len(x)
        if n < 2:
            return n, nan, nan, nan
        return n, *(variance(part) * (n - 1) / n for part in (x, y)), (float(difference(x, y).mean()) / 2) ** 2

    n, first, second, apart = _of_each_measure(people, of_measure, 4)
    persons = (first + second) / 2 + apart
    shift = 0 * apart if exchangeable else apart
    return _Margins(n, first, second, shift, persons, persons + shift)


def _expected(people: Array, kernel: Kernel, *, pooled: bool) -> Array:
    """Return the mean of a kernel over all pairs of a first and a second partner, or of two persons, (measures,)."""

    def of_measure(x: Array, y: Array) -> tuple[float]:
        if pooled:
            x = y = np.concatenate([x, y])
        return (float(kernel.of_each(x, y).sum()) / len(x) ** 2 if len(x) else nan,)

    return _of_each_measure(people, of_measure, 1)[0]


def _centred(people: Array, *, exchangeable: bool) -> Array:
    """Return deviations from each partner's mean, or everyone's; exactly 0 where only rounding makes a difference."""
    halves = [people] if exchangeable else np.split(people, 2, axis=1)
    deviations = np.hstack([half - centre_of(half.T)[:, None] for half in halves])
    largest = np.where(np.isnan(people), 0.0, np.abs(people)).max(axis=1, initial=0.0)
    return np.where(np.abs(deviations) <= ROUNDING * largest[:, None], 0.0, deviations)


def _ranks(people: Array) -> Array:
    """Return mean ranks among all persons, less their mean."""
    ranks = np.full(people.shape, nan)
    for row, into in zip(people, ranks, strict=True):
        there = ~np.isnan(row)
        z = np.sort(row[there])
        into[there] = (np.searchsorted(z, row[there]) + np.searchsorted(z, row[there], "right") - len(z)) / 2
    return ranks


def parts_of_scores(people: Array, *, exchangeable: bool) -> dict[str, Part]:
    """Return the kernels that indices of scores need, and the values that they are functions of."""
    people = with_couples_only(people)
    return {
        "product": Part(PRODUCT, _centred(people, exchangeable=exchangeable)),
        "distance": Part(DISTANCE, _centred(people, exchangeable=True)),
    }


def parts_of_items(people: Array, *, exchangeable: bool) -> dict[str, Part]:
    """Return the kernels that indices of categories need, and the values that they are functions of."""
    people = with_couples_only(people)
    return parts_of_scores(people, exchangeable=exchangeable) | {
        "ranks": Part(PRODUCT, _ranks(people)),
        "same": Part(SAME, people),
        "near": Part(NEAR, people),
    }


def _krippendorff(kernel: str, n: Array, persons: Array, expected: Array) -> Form:
    """Return 1 - (2n - 1) / 2n (expected - s) / persons."""
    return Form(kernel, 2 * n * persons - (2 * n - 1) * expected, 2 * n - 1, 2 * n * persons, 0 * n)


def forms_of_scores(people: Array, *, exchangeable: bool) -> dict[str, Form]:
    """Return the indices of scores: those of two roles, or those that do not ask who is first.

    Examples
    --------
    >>> list(forms_of_scores(np.array([[1.0, 2.0, 4.0, 2.0, 2.0, 5.0]]), exchangeable=True))
    ['icc_1', 'icc_pairwise', 'krippendorff_interval', 'mean_abs_difference']
    """
    n, first, second, shift, persons, expected = _margins(with_couples_only(people), exchangeable=exchangeable)
    none, one, others = 0 * n, 0 * n + 1, 2 * n - 1
    free_of_order = {
        "icc_1": Form("product", persons - others * shift, others, others * persons - shift, one),
        "icc_pairwise": Form("product", -shift, one, persons, none),
        "krippendorff_interval": _krippendorff("product", n, persons, expected),
        "mean_abs_difference": Form("distance", none, one, one, none),
    }
    if exchangeable:
        return free_of_order
    both = np.sqrt(first * second)
    return free_of_order | {
        "pearson_r": Form("product", none, one, both, none),
        "icc_a1": Form("product", none, n, (n - 1) * expected, one),
        "icc_c1": Form("product", none, one, (first + second) / 2, none),
        "ccc": Form("product", none, one, np.where(both > 0, expected, 0.0), none),
    }


def forms_of_items(people: Array, categories: Array, *, exchangeable: bool) -> dict[str, Form]:
    """Return the indices of categories 1 .. C, ``categories`` (measures,), and with them those of scores.

    Exchangeable, expected agreement is that of two random persons, so kappa is that of the symmetrised table.
    """
    people = with_couples_only(people)
    n, *_, expected = _margins(people, exchangeable=exchangeable)
    none, one = 0 * n, 0 * n + 1
    same, apart = (_expected(people, kernel, pooled=exchangeable) for kernel in (SAME, DISTANCE))
    varied = 1 - _expected(people, SAME, pooled=True)
    k = np.where(categories > 1, categories, nan)
    weights = 1 - (k + 1) / (6 * (k - 1))  # the mean of all quadratic weights
    square = 2 / (k - 1) ** 2

    def corrected(chance: Array) -> Form:
        return Form("product", 1 - square * expected - chance, square + none, 1 - chance, none)

    ranks = _ranks(people)
    spread = np.where(np.isnan(ranks), 0.0, ranks**2).sum(axis=1) / (2 * np.maximum(n, 1))
    return forms_of_scores(people, exchangeable=exchangeable) | {
        "exact": Form("same", none, one, one, none),
        "within_1": Form("near", none, one, one, none),
        "kappa": Form("same", -same, one, 1 - same, none),
        "kappa_linear": Form("distance", apart, -one, apart, none),
        "kappa_quadratic": Form("product", none, one, expected, none),
        "ac1": Form("same", -varied / (k - 1), one, 1 - varied / (k - 1), none),
        "ac2": corrected(weights * k / (k - 1) * varied),
        "brennan_prediger": corrected(weights),
        "krippendorff_ordinal": _krippendorff("ranks", n, spread, spread),
    }
