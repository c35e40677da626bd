"""Similarity of two partners' profiles, and what the same index is for persons who are no couple.

``people`` is (2 couples, scales), complete: first partners, then second partners in the same order. The index of any
two persons p and q is a product first_p . second_q of features of one person each. So its mean over all pairs that
are no couple, and its mean and SD over all re-pairings, are closed forms: no persons x persons matrix is made.

Sources: Cronbach & Gleser (1953), https://doi.org/10.1037/h0057173; Furr (2008),
https://doi.org/10.1111/j.1467-6494.2008.00516.x; Hoeffding (1951), https://doi.org/10.1214/aoms/1177729545.
"""

from __future__ import annotations

from math import nan, sqrt
from typing import NamedTuple

import numpy as np

from analysis.stats.moments import complete_rows
from analysis.stats.repairing import matching_moments, orders, permutation_moments, repaired
from analysis.stats.value import ROUNDING, Array

FLAT = 1e-20  # sum of squared deviations below which a profile has no shape
BLOCK = 4_000_000  # numbers in one block of re-pairings


class Index(NamedTuple):
    """An index of two persons: its value for each true couple, (couples,), and the features that it is a product of.

    Features are (2 couples, features); a person without the index has NaN.
    """

    of_couples: Array
    first: Array
    second: Array


def _squared_distance(x: Array) -> Index:
    """Return the index x_p . x_p + x_q . x_q - 2 x_p . x_q; means are taken out first, so that rounding stays small."""
    a, b = _halves(x)
    centred = x - x.mean(axis=0)
    square, one = (centred**2).sum(axis=1), np.ones(len(x))
    of_couples = ((a - b) ** 2).sum(axis=1)
    return Index(of_couples, np.column_stack([square, one, -2 * centred]), np.column_stack([one, square, centred]))


def _largest(first: Array, second: Array) -> float:
    """Return a bound of every product first_p . second_q; below ROUNDING times it a product is only rounding."""
    return sqrt(float((first**2).sum(axis=1).max(initial=0.0) * (second**2).sum(axis=1).max(initial=0.0)))


def _without_rounding(x: Array, largest: float | Array) -> Array:
    return np.where(np.abs(x) <= ROUNDING * largest, 0.0, x)


def _halves(x: Array) -> tuple[Array, Array]:
    """Return the first partners' rows and the second partners'."""
    return x[: len(x) // 2], x[len(x) // 2 :]


def _deviations(people: Array) -> Array:
    return people - people.mean(axis=1, keepdims=True)


def distance_indices(people: Array) -> dict[str, Index]:
    """Return profile_d2, the sum of squared differences, and the three parts that it is the sum of.

    d2_elevation = k (difference of means)^2; d2_scatter = (difference of S)^2; d2_shape = 2 S S' (1 - r), with S the
    root of the sum of squared deviations from the person's own mean. A flat profile has shape part 0. Couples' values
    are made from differences, so that they are exactly 0 for two equal profiles.

    Examples
    --------
    >>> people = np.array([[1.0, 2.0, 4.0], [2.0, 2.0, 5.0]])
    >>> parts = {name: float(index.of_couples[0]) for name, index in distance_indices(people).items()}
    >>> abs(parts["profile_d2"] - parts["d2_elevation"] - parts["d2_scatter"] - parts["d2_shape"]) < 1e-12
    True
    """
    deviations = _deviations(people)
    spread = np.sqrt((deviations**2).sum(axis=1))
    d_a, d_b = _halves(deviations)
    scatter = _squared_distance(spread[:, None])
    return {
        "profile_d2": _squared_distance(people),
        "d2_elevation": _squared_distance(sqrt(people.shape[1]) * people.mean(axis=1, keepdims=True)),
        "d2_scatter": scatter,
        "d2_shape": Index(
            np.maximum(((d_a - d_b) ** 2).sum(axis=1) - scatter.of_couples, 0.0),
            np.column_stack([2 * spread, -2 * deviations]),
            np.column_stack([spread, deviations]),
        ),
    }


def correlation_index(people: Array) -> Index:
    """Return the correlation of two profiles over their scales; a flat profile has none (NaN)."""
    deviations = _deviations(people)
    square = (deviations**2).sum(axis=1, keepdims=True)
    unit = np.divide(deviations, np.sqrt(square), out=np.full_like(deviations, nan), where=square > FLAT)
    return Index(np.einsum("ij,ij->i", *_halves(unit)), unit, unit)


def distinctive_profiles(people: Array, *, exchangeable: bool) -> Array:
    """Return every person's deviations from the norm without their own couple; same shape as ``people``.

    The norm is the mean profile of the person's own role, or of everyone where partners are exchangeable.
    """
    a, b = _halves(people)
    n = len(a)
    if exchangeable:
        norm = (people.sum(axis=0) - a - b) / (2 * n - 2)
        return np.vstack([a - norm, b - norm])
    return np.vstack([x - (x.sum(axis=0) - x) / (n - 1) for x in (a, b)])


def pseudo_mean(index: Index, *, exchangeable: bool, strata: Array | None = None) -> float:
    """Return the mean of the index over all pairs of persons from different couples.

    With roles these are the pairs of a first and a second partner; exchangeable, all pairs of persons. Persons without
    the index are left out. ``strata``, (couples,), keeps pairs within a stratum; each stratum that has a pair weighs as
    many persons as it has with the index. NaN where there is no such pair.
    """
    there = complete_rows(index.first)
    first, second = (np.where(there[:, None], x, 0.0) for x in (index.first, index.second))
    found = [
        (int(there[own].sum()), *_total(first[own], second[own], there[own], exchangeable=exchangeable))
        for own in _persons(_members(strata, len(there) // 2))
    ]
    total = sum(persons * total / pairs for persons, total, pairs in found if pairs)
    weight = sum(persons for persons, _, pairs in found if pairs)
    return float(_without_rounding(np.array(total / weight), _largest(first, second))) if weight else nan


def _members(strata: Array | None, couples: int) -> list[Array]:
    """Return which couples each stratum has, bool (couples,); one stratum of all where there are none."""
    labels = np.zeros(couples) if strata is None else np.asarray(strata)
    return [labels == label for label in np.unique(labels)]


def _total(first: Array, second: Array, there: Array, *, exchangeable: bool) -> tuple[float, int]:
    """Return the sum of the index over all pairs of persons from different couples, and how many pairs there are."""
    n = len(first) // 2
    if exchangeable:
        left, right = first[:n] + first[n:], second[:n] + second[n:]
        n_left = n_right = there[:n].astype(int) + there[n:]
    else:
        left, right, n_left, n_right = first[:n], second[n:], there[:n].astype(int), there[n:].astype(int)
    pairs = int(n_left.sum()) * int(n_right.sum()) - int((n_left * n_right).sum())
    return float(left.sum(axis=0) @ right.sum(axis=0) - (left * right).sum()), pairs


class Repairing(NamedTuple):
    """The mean index of the couples when everyone is paired anew: exact mean and SD, and drawn values."""

    mean: float
    sd: float
    draws: Array


def repairing(
    index: Index, *, exchangeable: bool, resamples: int, rng: np.random.Generator, strata: Array | None = None
) -> Repairing:
    """Return the distribution of the couples' mean index over random re-pairings.

    With roles second partners are permuted; exchangeable, all persons are matched at random. ``strata``, (couples,),
    keeps re-pairings within a stratum; a couple alone in its stratum stays as it is. Couples in which a person has no
    index are left out first. Draws may hold true couples by chance; which ones depends on the order of ``people``. NaN
    and no draws for fewer than three couples that can be paired anew.
    """
    kept = np.logical_and(*_halves(complete_rows(index.first)))
    first, second = (x[np.tile(kept, 2)] for x in (index.first, index.second))
    m = int(kept.sum())
    groups = _members(None if strata is None else np.asarray(strata)[kept], m)
    if sum(int(members.sum()) for members in groups if members.sum() > 1) < 3:
        return Repairing(nan, nan, np.array([]))
    largest = _largest(first, second)
    moments = [_moments(first[own], second[own], exchangeable=exchangeable) for own in _persons(groups)]
    mean, variance = np.sum(moments, axis=0)
    exact = _without_rounding(np.array([mean / m, variance / m**2]), np.array([largest, largest**2]))
    draws = np.zeros(resamples)
    units = 2 * m if exchangeable else m
    for where, order in orders(units, resamples, rng, max(1, BLOCK // (2 * m * first.shape[1]))):
        for members in groups:
            persons, partners = repaired(order, members, exchangeable=exchangeable)
            draws[where] += np.einsum("ij,bij->b", first[persons], second[partners]) / units
    return Repairing(float(exact[0]), sqrt(max(0.0, exact[1])), _without_rounding(draws, largest))


def _persons(groups: list[Array]) -> list[Array]:
    """Return which persons belong to each stratum, bool (2 couples,)."""
    return [np.tile(members, 2) for members in groups]


def _moments(first: Array, second: Array, *, exchangeable: bool) -> tuple[float, float]:
    """Return mean and variance of the sum of the index over all re-pairings of persons who all have it."""
    if not exchangeable:
        first, second = _halves(first)[0], _halves(second)[1]
    rows, columns = first @ second.sum(axis=0), second @ first.sum(axis=0)
    squares = float(((first.T @ first) * (second.T @ second)).sum())
    if not exchangeable:
        return permutation_moments(rows, columns, squares)
    own = np.einsum("ij,ij->i", first, second)
    return matching_moments(rows - own, (squares - float(own @ own)) / 2)
