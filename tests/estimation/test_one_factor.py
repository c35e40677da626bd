"""The fit of one factor: the kernel's numbers, saturated scales, and reasons where there is no fit."""

from __future__ import annotations

import numpy as np
from handmade import answers, book, couples, items, made

import analysis as an
from analysis.estimation.calibrated import reliability_note
from analysis.estimation.notes import SATURATED, TOO_FEW_ITEMS
from analysis.estimation.one_factor import NO_RMSEA, PERSONS, STATISTICS
from analysis.results import Row, said
from analysis.stats.goodness import one_factor_goodness
from analysis.stats.value import Value

FIVE = book(items("H1", 5))


def by_statistic(table: an.Estimates, partner: str = "w") -> dict[str, Row]:
    return {row["statistic"]: row for row in table.where(partner=partner)}


def test_every_column_is_that_of_the_kernel() -> None:
    data = made(FIVE, 80)
    found = by_statistic(an.factor_fit(data), "m")
    assert tuple(found) == STATISTICS
    for row, value in zip(found.values(), one_factor_goodness(data.cube("H1")[:, 1]), strict=True):
        np.testing.assert_array_equal([row[name] for name in Value._fields], value)
        assert row["n_persons"] == 80
    assert found["onefactor_rmsea"]["confidence"] == 0.90


def test_three_items_fit_perfectly_and_say_that_this_says_nothing() -> None:
    found = by_statistic(an.factor_fit(made(book(items("H1", 3)), 60)))
    assert [found[name]["estimate"] for name in STATISTICS[:5]] == [0, 1, 1, 0, 0]
    assert {said(found[name]["note"]) for name in STATISTICS[:3]} == {SATURATED}
    assert NO_RMSEA in found["onefactor_rmsea"]["note"]
    assert found["tau_equivalence_chi2"]["df"] == 2
    assert said(found["tau_equivalence_chi2"]["note"]) == reliability_note("tau_equivalence_chi2")


def test_without_a_fit_every_row_has_the_reason() -> None:
    two = by_statistic(an.factor_fit(made(book(items("H1", 2)), 40)))
    assert {row["note"] for row in two.values()} == {TOO_FEW_ITEMS}
    cells = answers(FIVE, 40)
    cells[:, 0, 2] = 4.0
    assert {row["note"] for row in by_statistic(an.factor_fit(couples(FIVE, cells))).values()} == {
        "an item is constant: H1_3"
    }
    few = by_statistic(an.factor_fit(made(FIVE, 4)))
    assert {row["note"] for row in few.values()} == {
        "persons complete on all 5 items: 4; more than 5 are needed (singular covariances)"
    }


def test_exchangeable_partners_are_told_that_persons_count_as_independent() -> None:
    found = by_statistic(an.factor_fit(made(FIVE, 60, roles=None)), "both")
    assert PERSONS in found["onefactor_chi2"]["note"]
    assert PERSONS not in found["onefactor_cfi"]["note"]
    assert found["onefactor_chi2"]["n_persons"] == 120
