"""Agreement of items: columns of the kernels, random couples beside them, order-free if exchangeable, gaps."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import answers, book, couples, items, made

import analysis as an
from analysis.estimation.item_agreement import (
    ALWAYS_0,
    MOSTLY_ONE,
    NO_BHAPKAR,
    NO_CHANGE,
    OF_ROLES,
    ONE_ANSWER,
    STATISTICS,
    TOO_MANY,
)
from analysis.estimation.notes import PERFECT, TOO_FLAT
from analysis.estimation.omegas import NOT_ORDERED
from analysis.results import Row, said
from analysis.rules import clause
from analysis.stats.categorical import SCHEMES, corrected_value
from analysis.stats.marginals import stuart_maxwell
from analysis.stats.value import Array, Value

TWO = book(items("H1", 2), items("U1", 2, referent="couple"))
VALUES = Value._fields


def of_item(table: an.Estimates, item: str = "H1_1") -> dict[tuple[str, str], Row]:
    return {(row["statistic"], row["variant"]): row for row in table.where(item=item)}


def table_of(cells: Array, categories: int = 5) -> Array:
    found = np.zeros((categories, categories))
    np.add.at(found, tuple(cells.astype(int).T - 1), 1)
    return found


def test_every_column_is_that_of_the_kernel_over_couples_with_both_answers() -> None:
    cells = answers(TWO, 60).astype(float)
    cells[0, 0, 0] = cells[1, 1, 0] = np.nan
    found = of_item(an.item_agreement(couples(TWO, cells)))
    kept = cells[2:, :, 0]
    for name, scheme in SCHEMES.items():
        value = corrected_value(table_of(kept), scheme(5), 0.95)
        np.testing.assert_array_equal([found[name, ""][column] for column in VALUES], value)
    expected = stuart_maxwell(table_of(kept))
    np.testing.assert_array_equal([found["stuart_maxwell", ""][column] for column in VALUES], expected)
    assert found["exact", ""]["estimate"] == pytest.approx(float((kept[:, 0] == kept[:, 1]).mean()))
    assert {(row["n_couples"], row["n_persons"]) for row in found.values()} == {(58, 116)}


def test_comparison_follows_the_referent() -> None:
    table = an.item_agreement(made(TWO, 30))
    assert {row["comparison"] for row in table.where(scale="H1")} == {"similarity"}
    assert {row["comparison"] for row in table.where(scale="U1")} == {"agreement"}


def test_random_couples_are_all_pairs_that_are_no_couple() -> None:
    cells = answers(TWO, 25).astype(float)
    found = of_item(an.item_agreement(couples(TWO, cells)))
    x, y = cells[:, 0, 0], cells[:, 1, 0]
    strangers = ~np.eye(25, dtype=bool)
    same = (x[:, None] == y)[strangers].mean()
    assert found["exact", "pseudo"]["estimate"] == pytest.approx(same)
    apart = np.abs(x[:, None] - y)[strangers].mean()
    assert found["mean_abs_difference", "pseudo"]["estimate"] == pytest.approx(apart)
    drawn = [(x == np.random.default_rng(seed).permutation(y)).mean() for seed in range(4000)]
    assert found["exact", "pseudo"]["se"] == pytest.approx(np.std(drawn), rel=0.06)


def test_couples_who_share_nothing_but_their_habits_are_not_taken_for_alike() -> None:
    rng = np.random.default_rng(2)
    habits = np.clip(np.round(rng.normal(4.3, 0.5, (60, 2, 4))), 1, 5)
    found = of_item(an.item_agreement(couples(TWO, habits)))
    assert found["exact", ""]["estimate"] > 0.4
    assert abs(found["exact", ""]["estimate"] - found["exact", "pseudo"]["estimate"]) < 0.15
    assert found["exact", "pseudo"]["p"] > 0.05
    for row in (row for (_, variant), row in found.items() if variant == "pseudo"):
        assert "mid-p = ." in row["note"], row["statistic"]


def test_exchangeable_partners_in_either_order_have_the_same_numbers() -> None:
    cells = answers(TWO, 40).astype(float)
    swapped = cells.copy()
    turned = np.random.default_rng(3).random(40) < 0.5
    swapped[turned] = swapped[turned][:, ::-1]
    one, other = (an.item_agreement(couples(TWO, part, roles=None)).frame for part in (cells, swapped))
    assert not set(OF_ROLES) & set(one["statistic"])
    for column in ("estimate", "lower", "upper", "se", "p"):
        np.testing.assert_allclose(one[column], other[column], atol=1e-9)


def test_with_roles_a_swap_changes_no_index_of_agreement() -> None:
    cells = answers(TWO, 40).astype(float)
    one, other = (of_item(an.item_agreement(couples(TWO, part))) for part in (cells, cells[:, ::-1]))
    for name in STATISTICS:
        assert one[name, ""]["estimate"] == pytest.approx(other[name, ""]["estimate"], abs=1e-9)


def test_twins_and_constant_answers_say_what_they_leave() -> None:
    cells = answers(TWO, 30).astype(float)
    cells[:, 1, 0] = cells[:, 0, 0]
    cells[:, :, 1] = 3.0
    table = an.item_agreement(couples(TWO, cells))
    twins, constant = of_item(table), of_item(table, "H1_2")
    assert twins["kappa", ""]["estimate"] == 1
    assert twins["kappa", ""]["note"] == PERFECT
    assert said(twins["stuart_maxwell", ""]["note"]) == NO_CHANGE
    assert ONE_ANSWER in constant["kappa", ""]["note"]
    assert constant["exact", ""]["estimate"] == 1
    assert all(row["note"] for row in [*twins.values(), *constant.values()] if not np.isfinite(row["estimate"]))


def test_a_partner_with_one_answer_makes_kappa_zero_and_the_note_says_so() -> None:
    cells = answers(TWO, 30).astype(float)
    cells[:, 0, 0] = 3.0
    row = of_item(an.item_agreement(couples(TWO, cells)))["kappa", ""]
    assert row["estimate"] == 0
    assert np.isnan(row["lower"])
    assert row["note"] == ALWAYS_0


def test_couples_who_are_all_equally_far_apart_leave_no_interval() -> None:
    cells = answers(TWO, 30).astype(float)
    cells[:, 0, 0] = np.tile([1.0, 2.0, 3.0], 10)
    cells[:, 1, 0] = cells[:, 0, 0] + 1
    row = of_item(an.item_agreement(couples(TWO, cells)))["brennan_prediger", ""]
    assert np.isfinite(row["estimate"])
    assert np.isnan(row["lower"])
    assert row["note"] == TOO_FLAT


@pytest.mark.parametrize(("share", "there"), [(0.96, True), (0.6, False)])
def test_nearly_one_category_is_cautioned(share: float, *, there: bool) -> None:
    cells = answers(TWO, 50).astype(float)
    cells[:, :, 0] = np.where(np.random.default_rng(4).random((50, 2)) < share, 5.0, 2.0)
    found = of_item(an.item_agreement(couples(TWO, cells)))
    assert (clause("W22") in found["kappa", ""]["note"]) == there
    assert clause("W22") not in found["exact", ""]["note"]
    assert share > MOSTLY_ONE or not there


def test_the_chi_square_that_rejects_too_often_points_to_the_swaps() -> None:
    found = of_item(an.item_agreement(made(TWO, 50)))
    assert found["bhapkar", ""]["note"].startswith(NO_BHAPKAR)
    assert 0 < found["bhapkar", "permutation"]["p"] <= 1
    assert found["bhapkar", "permutation"]["p"] == found["stuart_maxwell", "permutation"]["p"]


def test_answers_that_are_no_categories_and_few_couples_have_reasons() -> None:
    decimals = answers(book(items("H1", 1, low=None, high=None)), 30).astype(float) + 0.5
    table = an.item_agreement(couples(book(items("H1", 1, low=None, high=None)), decimals))
    assert {row["note"] for row in table} == {NOT_ORDERED}
    many = an.item_agreement(made(book(items("H1", 1, low=0, high=100)), 30))
    assert {row["note"] for row in many} == {TOO_MANY}
    cells = answers(TWO, 10).astype(float)
    cells[2:, 1, 0] = np.nan
    few = of_item(an.item_agreement(couples(TWO, cells)))
    assert {row["note"] for row in few.values()} == {"couples with both answers: 2; 3 are needed"}


def test_one_respondent_a_couple_is_refused_with_the_remedy() -> None:
    table = an.item_agreement(couples(TWO, answers(TWO)[:, :1]))
    assert not len(table)
    assert "Ask both partners" in table.notes[0]
