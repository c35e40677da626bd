"""Both partners at once: every column against the kernel, who is counted, and the words of every gap."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import FINISHED, answers, book, couples, items, made

import analysis as an
from analysis.estimation.notes import CONSTANT_ITEM, TOO_FEW_ITEMS
from analysis.estimation.partners import EXCHANGEABLE, OF_MODEL, OF_ROLES
from analysis.results import Row
from analysis.stats.dyads import alpha_difference, dyadic_alpha, dyadic_factor, omega_difference
from analysis.stats.value import Array, Value

FOUR = book(items("H1", 4))


def by_place(table: an.Estimates, scale: str = "H1") -> dict[tuple[str, str], Row]:
    return {(row["statistic"], row["variant"]): row for row in table.where(scale=scale)}


def columns(row: Row) -> Value:
    return Value(*(row[name] for name in Value._fields))


def equal(row: Row, value: Value) -> None:
    np.testing.assert_array_equal(columns(row), value)


def sides(data: an.Couples) -> tuple[Array, Array]:
    cube = data.cube("H1")
    kept = ~np.isnan(cube).any(axis=(1, 2))
    return cube[kept, 0], cube[kept, 1]


def test_every_column_is_that_of_the_kernel_over_couples_complete_on_both_sides() -> None:
    cells = answers(FOUR, 60).astype(float)
    cells[0, 0, 0] = cells[1, 1, 2] = np.nan
    data = couples(FOUR, cells, absent=[(5, 1)])
    found, (x, y) = by_place(an.partner_reliability(data)), sides(data)
    equal(found["alpha_difference", ""], alpha_difference(x, y, 0.95))
    equal(found["omega_difference", ""], omega_difference(x, y, 0.95))
    model, by_alpha = dyadic_factor(x, y, 0.95), dyadic_alpha(x, y, 0.95)
    for statistic in OF_MODEL:
        equal(found[statistic, ""], getattr(model, statistic))
    for statistic, value in by_alpha._asdict().items():
        equal(found[statistic, "alpha"], value)
    equal(found["dyadic_chi2", ""], model.chi2)
    assert {(row["n_couples"], row["n_persons"], row["partner"]) for row in found.values()} == {(57, 114, "both")}


def test_exchangeable_partners_get_the_same_numbers_whoever_is_first_and_no_difference() -> None:
    cells = answers(FOUR, 50)
    one, other = (an.partner_reliability(couples(FOUR, c, roles=None)) for c in (cells, cells[:, ::-1]))
    reasons = list(one.where(scale=""))
    assert [(row["statistic"], row["note"]) for row in reasons] == [(name, EXCHANGEABLE) for name in OF_ROLES]
    for key, row in by_place(one).items():
        assert columns(row) == pytest.approx(columns(by_place(other)[key]), abs=1e-8, nan_ok=True)
    assert "everything equal across partners" in by_place(one)["latent_partner_r", ""]["method"]
    assert not {"alpha_difference", "omega_difference"} & {statistic for statistic, _ in by_place(one)}


def test_the_bootstrap_compares_the_same_couples() -> None:
    data = made(FOUR, 60, settings={"resamples": 500})
    found = by_place(an.partner_reliability(data, bootstrap=True))
    for key in (("alpha_difference", "bootstrap"), ("partner_r_disattenuated", "alpha bootstrap")):
        row, plain = found[key], found[key[0], key[1].replace("bootstrap", "").strip()]
        assert row["estimate"] == pytest.approx(plain["estimate"], abs=1e-12)
        assert row["lower"] < row["estimate"] < row["upper"]
        assert row["se"] == pytest.approx(plain["se"], rel=0.35)


def test_roles_swapped_turn_the_sign() -> None:
    cells = answers(FOUR, 50)
    one, other = (by_place(an.partner_reliability(couples(FOUR, c))) for c in (cells, cells[:, ::-1]))
    for statistic in OF_ROLES:
        a, b = one[statistic, ""], other[statistic, ""]
        assert (a["estimate"], a["lower"], a["test"]) == pytest.approx((-b["estimate"], -b["upper"], -b["test"]))
        assert a["p"] == pytest.approx(b["p"])


def test_two_items_have_alpha_only() -> None:
    found = by_place(an.partner_reliability(made(book(items("H1", 2)), 40)))
    assert np.isfinite(found["alpha_difference", ""]["p"])
    assert found["omega_difference", ""]["note"] == TOO_FEW_ITEMS
    assert {found[statistic, ""]["note"] for statistic in OF_MODEL} == {TOO_FEW_ITEMS}
    assert np.isfinite(found["couple_mean_reliability", "alpha"]["lower"])


def test_one_item_has_no_internal_consistency() -> None:
    found = by_place(an.partner_reliability(made(book(items("H1", 1)), 40)))
    assert {row["note"] for row in found.values()} == {"a scale of one item has no internal consistency"}


def test_a_constant_item_leaves_the_model_out_and_alpha_in() -> None:
    cells = answers(FOUR, 40)
    cells[:, 1, 0] = 3.0
    found = by_place(an.partner_reliability(couples(FOUR, cells)))
    assert {found[statistic, ""]["note"] for statistic in (*OF_MODEL, "omega_difference")} == {CONSTANT_ITEM}
    assert np.isfinite(found["alpha_difference", ""]["estimate"])


def test_a_partner_without_variance_leaves_reasons() -> None:
    cells = answers(FOUR, 40)
    cells[:, 1] = 3.0
    found = by_place(an.partner_reliability(couples(FOUR, cells)))
    assert found["alpha_difference", ""]["note"] == "no item varies"
    assert all(row["note"] for row in found.values() if not np.isfinite(row["estimate"]))


def test_few_couples_say_how_many_are_needed() -> None:
    found = by_place(an.partner_reliability(made(FOUR, 8)))
    words = "couples complete on all 4 items on both sides: 8; more than 8 are needed"
    assert {found[statistic, ""]["note"] for statistic in OF_MODEL} == {words}
    assert np.isfinite(found["alpha_difference", ""]["estimate"])
    fewer = by_place(an.partner_reliability(made(FOUR, 4)))
    assert {row["note"] for row in fewer.values()} == {words.replace(": 8;", ": 4;").replace("than 8", "than 4")}


def test_one_respondent_and_finished_scores_are_refused_with_the_remedy() -> None:
    alone = an.partner_reliability(couples(FOUR, answers(FOUR)[:, :1]))
    assert not len(alone)
    assert "Ask both partners" in alone.notes[0]
    assert "Bring the answers to the items" in an.partner_reliability(made(FINISHED)).notes[0]
