"""Re-pairings: orders that the numbers decide, subsets of an order, and moments by enumerating every re-pairing."""

from itertools import permutations
from math import sqrt

import numpy as np
import pytest
from agreement_by_hand import matchings

from analysis.stats.repairing import in_order, matching_moments, orders, permutation_moments, repaired
from analysis.stats.value import Array


def pairs(couples: int = 12) -> Array:
    """Return couples' answers to two items, (couples, 2, 2): some couples tie, some answers are missing."""
    x = np.random.default_rng(4).integers(1, 4, size=(couples, 2, 2)).astype(float)
    x[0, 0, 0] = x[1, 1, 1] = x[2, :, 0] = np.nan
    return x


@pytest.mark.parametrize("exchangeable", [True, False])
def test_the_order_of_couples_does_not_matter(*, exchangeable: bool) -> None:
    couples = pairs()
    shuffled = couples[np.random.default_rng(1).permutation(len(couples))]
    found, expected = (in_order(x, exchangeable=exchangeable) for x in (shuffled, couples))
    assert np.array_equal(found, expected, equal_nan=True)


def test_who_is_first_does_not_matter_where_partners_are_exchangeable() -> None:
    couples = pairs()
    for swapped in (slice(0, None, 2), slice(1, None, 2)):
        turned = couples.copy()
        turned[swapped] = turned[swapped, ::-1]
        found, expected = (in_order(x, exchangeable=True) for x in (turned, couples))
        assert np.array_equal(found, expected, equal_nan=True)


def test_roles_stay_where_they_are() -> None:
    couples = pairs()
    ordered = in_order(couples, exchangeable=False)
    filled = [np.nan_to_num(x, nan=9.0).reshape(12, -1).tolist() for x in (ordered, couples)]
    assert sorted(filled[0]) == sorted(filled[1])


def test_no_couples_are_in_order() -> None:
    assert in_order(np.empty((0, 2, 3)), exchangeable=True).shape == (0, 2, 3)


def test_moments_of_permutations_are_those_of_full_enumeration() -> None:
    r = np.random.default_rng(1).normal(size=(5, 5))
    every = [r[np.arange(5), list(order)].sum() for order in permutations(range(5))]
    found = permutation_moments(r.sum(axis=1), r.sum(axis=0), (r**2).sum())
    assert found == pytest.approx((np.mean(every), np.var(every)), rel=1e-12)


@pytest.mark.parametrize("couples", [2, 3, 4])
def test_moments_of_matchings_are_those_of_full_enumeration(couples: int) -> None:
    r = np.random.default_rng(1).normal(size=(2 * couples, 2 * couples))
    r = r + r.T
    np.fill_diagonal(r, 0)
    every = [sum(r[p, q] for p, q in matching) for matching in matchings(tuple(range(2 * couples)))]
    assert len(every) == [3, 15, 105][couples - 2]
    found = matching_moments(r.sum(axis=1), (r**2).sum() / 2)
    assert found == pytest.approx((np.mean(every), np.var(every)), rel=1e-12)


def test_one_couple_stays_together() -> None:
    assert permutation_moments(np.array([3.0]), np.array([3.0]), 9.0) == (3.0, 0.0)
    assert matching_moments(np.array([3.0, 3.0]), 9.0) == (3.0, 0.0)


def test_blocks_change_no_order() -> None:
    whole, blocks = (
        np.vstack([order for _, order in orders(7, 10, np.random.default_rng(1), rows)]) for rows in (10, 3)
    )
    assert (whole == blocks).all()
    assert [(w.start, w.stop) for w, _ in orders(7, 10, np.random.default_rng(1), 4)] == [(0, 4), (4, 8), (8, 10)]


@pytest.mark.parametrize("exchangeable", [True, False])
def test_some_couples_are_paired_among_themselves_each_way_as_likely(*, exchangeable: bool) -> None:
    members, count = np.array([True, False, True, True, False]), 6000
    order = next(orders(10 if exchangeable else 5, count, np.random.default_rng(2), count))[1]
    persons, partners = repaired(order, members, exchangeable=exchangeable)
    assert persons.tolist() == ([0, 2, 3, 5, 7, 8] if exchangeable else [0, 2, 3])
    if exchangeable:  # a partner's partner is oneself
        assert (np.take_along_axis(partners, np.searchsorted(persons, partners), axis=1) == persons).all()
        assert not (partners == persons).any()
    found = [tuple(row) for row in partners.tolist()]
    assert {person for row in found for person in row} == ({0, 2, 3, 5, 7, 8} if exchangeable else {5, 7, 8})
    kinds = [found.count(kind) for kind in set(found)]
    ways = 15 if exchangeable else 6
    assert len(kinds) == ways
    chi2 = sum((kind - count / ways) ** 2 for kind in kinds) / (count / ways)
    assert chi2 < ways - 1 + 4 * sqrt(2 * (ways - 1))


def test_sets_of_couples_are_paired_anew_independently() -> None:
    members = np.array([True, True, False, False])
    order = next(orders(4, 4000, np.random.default_rng(3), 4000))[1]
    turned = [
        repaired(order, which, exchangeable=False)[1][:, 0] == 4 + 2 * i for i, which in enumerate([members, ~members])
    ]
    assert abs(np.corrcoef(*turned)[0, 1]) < 4 / sqrt(4000)
