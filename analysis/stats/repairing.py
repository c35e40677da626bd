"""Pairing persons anew: random re-pairings in blocks, and the exact mean and variance of a sum over them.

With roles the second partners are permuted. Exchangeable, all persons are matched in pairs at random. Persons are
numbered first partners 0 .. n - 1, then second partners n .. 2n - 1 in the same order. A sum over couples of a function
R of two persons has a mean and a variance over all re-pairings that need no draws: Hoeffding (1951),
https://doi.org/10.1214/aoms/1177729545, and the like for matchings.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.stats.value import Array


def in_order(pairs: Array, *, exchangeable: bool) -> Array:
    """Return couples' values, (couples, 2, measures), in an order that the numbers alone decide.

    Couples are sorted by the lesser of their two rows, then the greater; the first measure that differs says which is
    the lesser, and a missing value is greater than any other. Exchangeable partners are sorted within the couple as
    well. So random re-pairings depend neither on the order of a file nor on who came first in it.

    Examples
    --------
    >>> in_order(np.array([[[4.0, 1.0], [2.0, 5.0]], [[1.0, 1.0], [3.0, 3.0]]]), exchangeable=True).tolist()
    [[[1.0, 1.0], [3.0, 3.0]], [[2.0, 5.0], [4.0, 1.0]]]
    """
    keys = np.where(np.isnan(pairs), np.inf, pairs)
    place, couple = (keys[:, 0] != keys[:, 1]).argmax(axis=1), np.arange(len(pairs))
    turned = (keys[couple, 0, place] > keys[couple, 1, place])[:, None, None]
    sorted_keys, within = (np.where(turned, x[:, ::-1], x) for x in (keys, pairs))
    order = np.lexsort((turned.ravel(), *sorted_keys.reshape(len(pairs), 2 * pairs.shape[2]).T[::-1]))
    return (within if exchangeable else pairs)[order]


def orders(units: int, resamples: int, rng: np.random.Generator, rows: int) -> Iterator[tuple[slice, Array]]:
    """Yield random orders of so many units, (at most ``rows``, units), and which of all resamples they are.

    The number of rows in a block changes no order.
    """
    for start in range(0, resamples, rows):
        count = min(rows, resamples - start)
        yield slice(start, start + count), rng.permuted(np.tile(np.arange(units), (count, 1)), axis=1)


def repaired(order: Array, members: Array, *, exchangeable: bool) -> tuple[Array, Array]:
    """Return the persons who are paired anew, (persons,), and each one's partner, (rows, persons).

    ``order`` is rows of orders of all n second partners or, exchangeable, all 2n persons; ``members``, bool (n,), says
    which couples are paired among themselves. Persons are first partners or, exchangeable, all, so that each couple is
    there twice; a mean over persons is one over couples in both cases. Any subset of a random order is in random order,
    and disjoint subsets are independent, so one order serves every set of couples.

    Examples
    --------
    >>> repaired(np.array([[2, 0, 1]]), np.array([True, True, True]), exchangeable=False)
    (array([0, 1, 2]), array([[5, 3, 4]]))
    >>> repaired(np.array([[2, 0, 1, 3]]), np.array([True, True]), exchangeable=True)
    (array([0, 1, 2, 3]), array([[3, 2, 1, 0]]))
    """
    n = len(members)
    kept = np.tile(members, order.shape[1] // n)
    if not members.all():
        order = order[kept[order]].reshape(len(order), -1)
    if not exchangeable:
        return np.flatnonzero(members), n + order
    left, right = np.split(order, 2, axis=1)
    partners = np.empty((len(order), 2 * n), dtype=order.dtype)
    np.put_along_axis(partners, left, right, axis=1)
    np.put_along_axis(partners, right, left, axis=1)
    return np.flatnonzero(kept), partners if members.all() else partners[:, kept]


def permutation_moments(rows: Array, columns: Array, squares: float) -> tuple[float, float]:
    """Return mean and variance of the sum of R[i, pi(i)] over all permutations pi.

    ``rows`` and ``columns``, (n,), are the sums of R over each row and column, ``squares`` is the sum of R^2.

    Examples
    --------
    >>> r = np.array([[1.0, 3.0], [0.0, 4.0]])  # the two sums are 1 + 4 and 3 + 0
    >>> permutation_moments(r.sum(axis=1), r.sum(axis=0), (r**2).sum())
    (4.0, 1.0)
    """
    n, mean = len(rows), float(rows.sum()) / len(rows)
    if n == 1:
        return mean, 0.0
    effects = float(((rows - mean) ** 2).sum() + ((columns - mean) ** 2).sum()) / n
    return mean, (float(squares) - mean**2 - effects) / (n - 1)


def matching_moments(by_person: Array, squares: float) -> tuple[float, float]:
    """Return mean and variance of the sum of R over the couples, over all ways to match 2n persons in pairs.

    ``by_person``, (2n,), is the sum of the symmetric R over each person's pairs with the others, ``squares`` the sum
    of R^2 over all pairs, each counted once. The variance is (N - 2) / ((N - 1)(N - 3)) times what is left of
    ``squares`` without the mean and the persons' effects, N = 2n.

    Examples
    --------
    >>> matching_moments(np.array([3.0, 1.0, 1.0, 1.0]), 3.0)  # the first person is 1 with everyone, the others 0
    (1.0, 0.0)
    """
    count, total = len(by_person), float(by_person.sum())
    mean = total / (2 * (count - 1))
    if count == 2:
        return mean, 0.0
    effects = float(((by_person - total / count) ** 2).sum()) / (count - 2)
    left = float(squares) - total**2 / (2 * count * (count - 1)) - effects
    return mean, (count - 2) / ((count - 1) * (count - 3)) * left
