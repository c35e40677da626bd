"""Equal margins: the reference, other roads to the same number, the permutation by swapping couples one by one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from item_tables import Item, items, skewed_pair
from scipy import stats as scipy_stats
from statsmodels.stats.contingency_tables import SquareTable

from analysis.stats.contingency import cells, tables
from analysis.stats.marginals import bhapkar, stuart_maxwell, swapped_p
from analysis.stats.value import Array, Value

TESTS = {"stuart_maxwell": stuart_maxwell, "bhapkar": bhapkar}
WITH_ROLES = [item for item in items() if not item.exchangeable]
CLOSED_FORM = 1e-9
GAPS = np.array([[5.0, 4.0, 0, 0], [1, 6, 0, 0], [0, 0, 7, 2], [0, 0, 8, 3]])  # 1 and 2 differ, 3 and 4, no others


def table_of(n: int, seed: int = 3) -> Array:
    return tables(cells(*skewed_pair(n, seed), 5), 5)


@pytest.mark.parametrize("item", WITH_ROLES, ids=str)
def test_tests_of_equal_margins_are_those_of_the_reference(item: Item) -> None:
    for name, test in TESTS.items():
        ours, theirs = test(item.table), item.reference[name]
        expected = (theirs["value"], theirs["value"], theirs["df"], theirs["p"])
        found = (ours.estimate, ours.test, ours.df, ours.p)
        assert found == pytest.approx(expected, rel=CLOSED_FORM, abs=CLOSED_FORM)


def test_they_are_those_of_statsmodels() -> None:
    table = table_of(200)
    for method, test in (("stuart_maxwell", stuart_maxwell), ("bhapkar", bhapkar)):
        theirs = SquareTable(table, shift_zeros=False).homogeneity(method=method)
        ours = test(table)
        assert (ours.estimate, ours.df, ours.p) == pytest.approx((theirs.statistic, theirs.df, theirs.pvalue), rel=1e-9)


def test_two_categories_are_mcnemars_test() -> None:
    value = stuart_maxwell(np.array([[4.0, 9.0], [2.0, 6.0]]))
    assert (value.estimate, value.df) == pytest.approx((49 / 11, 1))
    assert value.p == pytest.approx(scipy_stats.chi2.sf(49 / 11, 1))
    assert bhapkar(np.array([[4.0, 9.0], [2.0, 6.0]])).estimate == pytest.approx(49 / 11 / (1 - 49 / 11 / 21))


@pytest.mark.parametrize("test", TESTS.values())
def test_categories_that_no_couple_connects_are_tested_apart(test: Callable[[Array], Value]) -> None:
    parts = [stuart_maxwell(GAPS[:2, :2]).estimate, stuart_maxwell(GAPS[2:, 2:]).estimate]
    assert stuart_maxwell(GAPS).estimate == pytest.approx(sum(parts))
    assert test(GAPS).df == 2
    agreed = np.zeros((5, 5))
    agreed[:4, :4], agreed[4, 4] = GAPS, 6  # a category on which nobody differs says nothing about margins
    assert stuart_maxwell(agreed).df == 2
    assert stuart_maxwell(agreed).estimate == pytest.approx(sum(parts))


@pytest.mark.parametrize("test", TESTS.values())
def test_partners_exchanged_and_categories_in_another_order_change_nothing(test: Callable[[Array], Value]) -> None:
    table, order = table_of(80), [3, 0, 4, 1, 2]
    for same in (table.T, table[np.ix_(order, order)]):
        assert test(same) == pytest.approx(test(table), rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("table", [np.zeros((3, 3)), np.diag([4.0, 0.0, 3.0]), np.diag([0.0, 9.0])])
def test_without_a_couple_that_differs_there_is_no_test(table: Array) -> None:
    for test in TESTS.values():
        assert test(table) == pytest.approx(Value(np.nan), nan_ok=True)
    assert np.isnan(swapped_p(table, 99, np.random.default_rng(1)))


def test_where_every_couple_differs_in_the_same_way_bhapkars_does_not_exist() -> None:
    table = np.array([[0.0, 8.0], [0.0, 0.0]])
    assert stuart_maxwell(table).estimate == pytest.approx(8)
    assert np.isnan(bhapkar(table)).all()


def swapped_one_by_one(x: Array, y: Array) -> float:
    """Return the exact p of Stuart-Maxwell over all ways to swap the couples who differ."""
    observed, differ = stuart_maxwell(tables(cells(x, y, 3), 3)).estimate, np.flatnonzero(x != y)
    as_far = []
    for swaps in product([False, True], repeat=len(differ)):
        turned = np.isin(np.arange(len(x)), differ[list(swaps)])
        table = tables(cells(np.where(turned, y, x), np.where(turned, x, y), 3), 3)
        as_far.append(stuart_maxwell(table).estimate >= observed - 1e-9)
    return float(np.mean(as_far))


def test_the_swap_p_is_the_share_of_all_swaps() -> None:
    x = np.array([0.0, 0, 0, 1, 1, 2, 0, 0, 1, 2, 1, 0])
    y = np.array([1.0, 1, 2, 2, 1, 2, 1, 0, 2, 1, 0, 2])
    expected = swapped_one_by_one(x, y)
    assert 0.02 < expected < 0.98
    found = swapped_p(tables(cells(x, y, 3), 3), 40_000, np.random.default_rng(1))
    assert found == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 40_000))


def test_the_swap_p_is_never_zero_and_the_same_for_the_same_seed() -> None:
    table = np.zeros((3, 3))
    table[0, 2] = 60
    assert swapped_p(table, 199, np.random.default_rng(1)) == 1 / 200
    first, second = (swapped_p(table_of(60), 199, np.random.default_rng(7)) for _ in range(2))
    assert first == second


def test_in_large_samples_the_swap_p_is_that_of_chi_square_even_if_only_the_margins_are_equal() -> None:
    shares = np.full((3, 3), 0.05) + np.diag([0.2, 0.2, 0.15])
    shares[0, 1] += 0.04  # answers go round: margins stay equal, the table is not symmetric
    shares[1, 2] += 0.04
    shares[2, 0] += 0.04
    rng = np.random.default_rng(3)
    for table in rng.multinomial(3000, (shares / shares.sum()).ravel(), 20).reshape(-1, 3, 3).astype(float):
        assert swapped_p(table, 4000, rng) == pytest.approx(stuart_maxwell(table).p, abs=0.04)


def test_the_swap_p_keeps_its_size_where_few_couples_differ() -> None:
    rng = np.random.default_rng(11)
    shares = np.diag([0.7, 0.1, 0.05, 0.03, 0.02]) + 0.005
    found = rng.multinomial(50, (shares / shares.sum()).ravel(), 1200).reshape(-1, 5, 5).astype(float)
    p = np.array([swapped_p(table, 199, rng) for table in found])
    assert (p[np.isfinite(p)] <= 0.05).mean() < 0.07
