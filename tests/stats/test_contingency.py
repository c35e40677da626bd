"""Tables of partners' answers: counted by loops, resampled by drawing rows, without each couple by leaving it out."""

from __future__ import annotations

import numpy as np
import pytest
from item_tables import skewed_pair

from analysis.stats import contingency
from analysis.stats.categorical import SCHEMES, corrected, exact, mean_abs_difference
from analysis.stats.contingency import cells, left_out, resampled, symmetrised, tables
from analysis.stats.krippendorff import krippendorff_ordinal
from analysis.stats.value import Array


def ac2(table: Array) -> Array:
    return corrected(table, SCHEMES["ac2"](table.shape[-1]))


def answers(n: int, items: int, seed: int = 1) -> tuple[Array, Array]:
    """Return both partners' codes with some answers missing, (n, items) each."""
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 4, (2, n, items)).astype(float)
    first[rng.random((n, items)) < 0.1] = np.nan
    second[rng.random((n, items)) < 0.1] = np.nan
    return first, second


def counted(first: Array, second: Array, categories: int) -> Array:
    """Return one item's table by a loop over couples."""
    table = np.zeros((categories, categories))
    for a, b in zip(first, second, strict=True):
        if not np.isnan([a, b]).any():
            table[int(a), int(b)] += 1
    return table


def test_tables_count_couples_with_both_answers() -> None:
    first, second = answers(60, 5)
    found = tables(cells(first, second, 4), 4)
    assert found.shape == (5, 4, 4)
    for item in range(5):
        assert (found[item] == counted(first[:, item], second[:, item], 4)).all()
        assert (tables(cells(first[:, item], second[:, item], 4), 4) == found[item]).all()
    assert found.sum() < 300


def test_partners_exchanged_transpose_the_table_and_couples_in_another_order_do_not_change_it() -> None:
    first, second = answers(60, 5)
    found, order = tables(cells(first, second, 4), 4), np.random.default_rng(2).permutation(60)
    assert (tables(cells(second, first, 4), 4) == np.swapaxes(found, 1, 2)).all()
    assert (tables(cells(first[order], second[order], 4), 4) == found).all()


def test_a_symmetrised_table_is_that_of_couples_in_both_orders_halved() -> None:
    x, y = skewed_pair(40)
    both = tables(cells(np.concatenate([x, y]), np.concatenate([y, x]), 5), 5)
    assert (symmetrised(tables(cells(x, y, 5), 5)) == both / 2).all()


@pytest.mark.parametrize("wrong", [-1.0, 4.0, 1.5, np.inf])
def test_an_answer_outside_the_declared_categories_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match=r"codes 0 \.\. 3"):
        cells(np.array([0.0, 1.0]), np.array([2.0, wrong]), 4)


def test_one_declared_category_is_refused() -> None:
    with pytest.raises(ValueError, match="two declared"):
        cells(np.zeros(3), np.zeros(3), 1)


def test_no_couples_give_empty_tables() -> None:
    empty = cells(np.empty((0, 2)), np.empty((0, 2)), 3)
    assert tables(empty, 3).sum() == 0
    assert np.isnan(exact(tables(empty, 3))).all()
    assert left_out(empty, 3, exact).shape == (0, 2)


def resampled_by_drawing(first: Array, second: Array, rows: Array) -> Array:
    """Return krippendorff_ordinal of each item for couples that are drawn as rows."""
    drawn = [counted(first[rows, item], second[rows, item], 4) for item in range(first.shape[1])]
    return krippendorff_ordinal(np.array(drawn))


@pytest.mark.parametrize("at_once", [2**21, 7000, 100])
def test_resampled_coefficients_are_those_of_drawn_rows_in_blocks_of_any_size(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contingency, "AT_ONCE", at_once)
    first, second = answers(30, 5)
    rows = np.random.default_rng(4).integers(0, 30, (20, 30))
    weights = np.array([np.bincount(row, minlength=30) for row in rows], dtype=float)
    ordinal, distance = resampled(weights, cells(first, second, 4), 4, [krippendorff_ordinal, mean_abs_difference])
    assert distance.shape == (20, 5)
    assert ordinal == pytest.approx(np.array([resampled_by_drawing(first, second, row) for row in rows]), rel=1e-12)


def test_a_coefficient_without_a_couple_is_that_of_the_others() -> None:
    first, second = answers(25, 4)
    for coefficient in (krippendorff_ordinal, ac2, lambda table: krippendorff_ordinal(symmetrised(table))):
        found = left_out(cells(first, second, 4), 4, coefficient)
        for couple in range(25):
            others = np.arange(25) != couple
            expected = coefficient(tables(cells(first[others], second[others], 4), 4))
            assert found[couple] == pytest.approx(expected, rel=1e-12)


def test_the_jackknife_asks_for_no_table_with_less_than_nobody_in_a_cell() -> None:
    asked = []

    def coefficient(table: Array) -> Array:
        asked.append(table)
        return exact(table)

    left_out(cells(*answers(6, 2), 4), 4, coefficient)
    assert min(table.min() for table in asked) == 0


def test_the_jackknife_of_a_single_couple_does_not_exist() -> None:
    one = cells(np.array([[1.0]]), np.array([[0.0]]), 3)
    assert np.isnan(left_out(one, 3, exact)).all()
