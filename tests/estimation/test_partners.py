"""Both partners at once: every column against the kernel, who is counted, and the words of every gap."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import FINISHED, answers, book, couples, items, made

import analysis as an
from analysis.estimation.calibrated import reliability_note
from analysis.estimation.notes import TOO_FEW_ITEMS
from analysis.estimation.partners import EXCHANGEABLE, NO_ALPHA, NO_P, OF_MODEL, OF_ROLES
from analysis.estimation.resampling import weights
from analysis.results import Row, said
from analysis.stats.bca import bca
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
    chi2 = found["dyadic_chi2", ""]
    assert (chi2["estimate"], chi2["df"]) == (model.chi2.estimate, model.chi2.df)
    assert np.isnan(chi2["p"])
    assert said(chi2["note"]) == NO_P
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
    found, constant = by_place(an.partner_reliability(couples(FOUR, cells))), "an item is constant: H1_1 (m)"
    assert found["alpha_difference", ""]["note"] == f"{constant}; {reliability_note('alpha_difference')}"
    assert {found[statistic, ""]["note"] for statistic in (*OF_MODEL, "omega_difference")} == {constant}
    assert np.isfinite(found["alpha_difference", ""]["estimate"])


def test_a_partner_without_variance_leaves_reasons() -> None:
    cells = answers(FOUR, 40)
    cells[:, 1] = 3.0
    found = by_place(an.partner_reliability(couples(FOUR, cells)))
    assert found["alpha_difference", ""]["note"].endswith("no item of a partner varies")
    assert all(row["note"] for row in found.values() if not np.isfinite(row["estimate"]))


def test_few_couples_say_how_many_are_needed() -> None:
    found = by_place(an.partner_reliability(made(FOUR, 8)))
    words = "couples complete on both sides: 8; more than 8 are needed (singular covariances)"
    assert {found[statistic, ""]["note"] for statistic in (*OF_MODEL, "dyadic_chi2")} == {words}
    assert np.isfinite(found["omega_difference", ""]["estimate"])


def test_fewer_couples_than_items_have_alphas_and_no_models() -> None:
    found = by_place(an.partner_reliability(made(FOUR, 4), bootstrap=True))
    words = "couples complete on both sides: 4; more than {} are needed (singular covariances)"
    assert found["omega_difference", ""]["note"] == words.format(4)
    assert {found[statistic, ""]["note"] for statistic in OF_MODEL} == {words.format(8)}
    assert np.isfinite(found["alpha_difference", ""]["lower"])


def test_one_respondent_and_finished_scores_are_refused_with_the_remedy() -> None:
    alone = an.partner_reliability(couples(FOUR, answers(FOUR)[:, :1]))
    assert not len(alone)
    assert "Ask both partners" in alone.notes[0]
    assert "Bring the answers to the items" in an.partner_reliability(made(FINISHED)).notes[0]


def test_exchangeable_columns_are_those_of_the_kernels_over_couples_complete_on_both_sides() -> None:
    cells = answers(FOUR, 60).astype(float)
    cells[0, 0, 0] = cells[1, 1, 2] = np.nan
    data = couples(FOUR, cells, roles=None)
    found, (x, y) = by_place(an.partner_reliability(data)), sides(data)
    model = dyadic_factor(x, y, 0.95, exchangeable=True)
    by_alpha = dyadic_alpha(x, y, 0.95, exchangeable=True)
    for statistic in OF_MODEL:
        equal(found[statistic, ""], getattr(model, statistic))
    for statistic, value in by_alpha._asdict().items():
        equal(found[statistic, "alpha"], value)
    fit = found["dyadic_chi2", ""]
    assert (fit["estimate"], fit["df"]) == (model.chi2.estimate, model.chi2.df)
    assert {(row["n_couples"], row["n_persons"]) for row in found.values()} == {(58, 116)}


def test_estimates_by_alpha_are_those_of_plain_formulas() -> None:
    data = made(FOUR, 60)
    found, (x, y) = by_place(an.partner_reliability(data)), sides(data)
    first, second = (float(plain_alpha(part)) for part in (x, y))
    assert found["alpha_difference", ""]["estimate"] == pytest.approx(first - second)
    assert found["couple_mean_reliability", "alpha"]["estimate"] == pytest.approx(plain_alpha(x + y))
    assert found["couple_difference_reliability", "alpha"]["estimate"] == pytest.approx(plain_alpha(x - y))
    r = np.corrcoef(x.mean(axis=1), y.mean(axis=1))[0, 1]
    corrected = found["partner_r_disattenuated", "alpha"]["estimate"]
    assert corrected == pytest.approx(r / np.sqrt(first * second))


def plain_alpha(x: Array) -> float:
    k, s = x.shape[1], np.cov(x.T)
    return float(k / (k - 1) * (1 - np.trace(s) / s.sum()))


def test_resampled_columns_are_those_of_a_loop_over_the_same_couples() -> None:
    cells = answers(FOUR, 40).astype(float)
    cells[3, 0, 1] = np.nan
    data = couples(FOUR, cells)
    found, cube, drawn = by_place(an.partner_reliability(data, bootstrap=True)), data.cube("H1"), weights(data)
    for (statistic, variant), of in RESAMPLED.items():
        kept = [np.repeat(cube, times.astype(int), axis=0) for times in drawn]
        kept += [np.delete(cube, i, axis=0) for i in range(40)]
        values = np.array([of(part[~np.isnan(part).any(axis=(1, 2))]) for part in kept])
        row = found[statistic, variant]
        expected = bca(row["estimate"], values[:100], values[100:], 0.95)
        assert (row["lower"], row["upper"], row["se"]) == pytest.approx(
            (expected.lower, expected.upper, expected.se), rel=1e-9
        )
        assert row["n_couples"] == 39


def _gap(part: Array) -> float:
    return plain_alpha(part[:, 0]) - plain_alpha(part[:, 1])


def _corrected(part: Array) -> float:
    r = np.corrcoef(part[:, 0].mean(axis=1), part[:, 1].mean(axis=1))[0, 1]
    both = plain_alpha(part[:, 0]), plain_alpha(part[:, 1])
    return float(r / np.sqrt(both[0] * both[1])) if min(both) > 0 else float("nan")


RESAMPLED = {("alpha_difference", "bootstrap"): _gap, ("partner_r_disattenuated", "alpha bootstrap"): _corrected}


def test_exchangeable_partners_have_no_resampled_rows_as_nobody_is_first() -> None:
    table = an.partner_reliability(made(FOUR, 30, roles=None), bootstrap=True)
    assert not [row for row in table if "bootstrap" in row["variant"]]


def test_groups_of_couples_do_not_split_the_table() -> None:
    assert set(an.partner_reliability(made(FOUR, group=["a", "b", "b"] * 10)).frame["group"]) == {""}


def test_too_little_leaves_the_reason_on_every_statistic_the_chi_square_included() -> None:
    for roles, names in ((("w", "m"), (*OF_ROLES, *OF_MODEL, "dyadic_chi2")), (None, (*OF_MODEL, "dyadic_chi2"))):
        cells = answers(FOUR, 5).astype(float)
        cells[2:, 1, 3] = np.nan
        found = by_place(an.partner_reliability(couples(FOUR, cells, roles=roles)))
        assert set(found) == {(name, "") for name in names}
        assert {(row["n_couples"], row["n_persons"]) for row in found.values()} == {(2, 4)}
        assert {row["note"] for row in found.values()} == {
            "couples with both partners complete on all 4 items: 2; 3 are needed"
        }


def test_partners_who_answer_alike_have_no_reliable_difference() -> None:
    cells = answers(FOUR, 40)
    cells[:, 1] = cells[:, 0]
    found = by_place(an.partner_reliability(couples(FOUR, cells)))
    assert found["couple_difference_reliability", "alpha"]["note"] == "nothing varies"
    assert found["alpha_difference", ""]["estimate"] == 0
    assert all(row["note"] for row in found.values() if not np.isfinite(row["estimate"]))


def test_negative_alphas_are_compared_but_correct_no_correlation() -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(size=(60, 2, 2))
    cells = np.concatenate([one, -one], axis=2) + 0.9 * rng.normal(size=(60, 2, 4))
    found = by_place(an.partner_reliability(couples(book(items("H1", 4, low=None, high=None)), cells), bootstrap=True))
    assert found["alpha_difference", ""]["lower"] < found["alpha_difference", ""]["estimate"]
    assert found["partner_r_disattenuated", "alpha"]["note"] == NO_ALPHA
    assert ("partner_r_disattenuated", "alpha bootstrap") not in found
    mean = found["couple_mean_reliability", "alpha"]
    assert mean["lower"] < mean["estimate"] < min(0, mean["upper"])


def test_two_couples_are_refused_with_the_remedy() -> None:
    table = an.partner_reliability(made(FOUR, 2))
    assert not len(table)
    assert "Comparing partners needs 3 couples with answers from both; couples that have them: 2." in table.notes[0]


def test_a_hundred_items_of_forty_couples_are_too_many() -> None:
    found = by_place(an.partner_reliability(made(book(items("H1", 100)), 40)))
    words = "couples complete on both sides: 40; more than {} are needed (singular covariances)"
    assert found["omega_difference", ""]["note"] == words.format(100)
    assert {found[statistic, ""]["note"] for statistic in OF_MODEL} == {words.format(200)}
    assert np.isfinite(found["alpha_difference", ""]["lower"])
