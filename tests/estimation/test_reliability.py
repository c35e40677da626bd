"""Alpha and omega by partner, group or over everyone; which coefficients, which n, and the words of every gap."""

import numpy as np
import pandas as pd
import pingouin
import pytest
from handmade import FINISHED, answers, book, couples, items, made

import analysis as an
from analysis.estimation.notes import CONSTANT_ITEM, HEYWOOD, NO_SOLUTION, SATURATED, TOO_FEW_ITEMS
from analysis.estimation.reliability import IDENTICAL, NO_CORRELATIONS, POOLED
from analysis.results import Row

FIVE = book(items("H1", 5))
PLAIN = ("alpha_standardized", "lambda2", "lambda6", "mean_interitem_r", "score_sem", "score_mdc")
OF_EVERYONE = {(name, "") for name in (*PLAIN, "omega_observed", "omega_categorical")}


def by_place(table: an.Estimates, partner: str = "w") -> dict[tuple[str, str], Row]:
    """Return the rows of one partner's scales, of which the table has one; not those that are of no scale."""
    rows = [row for row in table.where(partner=partner) if row["scale"]]
    found = {(row["statistic"], row["variant"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def notes_of_scales(table: an.Estimates) -> set[str]:
    return {row["note"] for row in table if row["scale"]}


def test_roles_get_every_coefficient() -> None:
    table = an.reliability(made(FIVE))
    expected = {("alpha", ""), ("alpha", "feldt"), ("omega", "")} | OF_EVERYONE
    assert set(by_place(table, "w")) == set(by_place(table, "m")) == expected


def test_persons_of_two_roles_are_not_pooled_and_the_remedy_is_said() -> None:
    rows = [row for row in an.reliability(made(book(items("H1", 3), items("U1", 3)))) if not row["scale"]]
    assert [(row["statistic"], row["partner"], row["n_couples"], row["n_persons"]) for row in rows] == [
        ("alpha_pooled", "both", 0, 0),
        ("omega_pooled", "both", 0, 0),
    ]
    assert {row["note"] for row in rows} == {POOLED}
    assert "leave roles out of study.toml where partners are exchangeable" in POOLED
    for data in (made(FIVE, roles=None), couples(FIVE, answers(FIVE)[:, :1])):
        assert all(row["scale"] for row in an.reliability(data))


def test_alpha_is_pingouins_on_complete_rows_and_n_counts_them() -> None:
    cells = answers(FIVE, 40)
    cells[:4, 0, 2] = np.nan
    found = by_place(an.reliability(couples(FIVE, cells)))
    theirs, interval = pingouin.cronbach_alpha(pd.DataFrame(cells[4:, 0].astype(float)))
    feldt = found["alpha", "feldt"]
    assert feldt["estimate"] == found["alpha", ""]["estimate"] == pytest.approx(theirs)
    assert (feldt["lower"], feldt["upper"]) == pytest.approx(interval, abs=5e-4)  # pingouin rounds to three decimals
    assert {row["n_persons"] for row in found.values()} == {36}


def test_exchangeable_partners_get_pooled_coefficients_with_couples_as_clusters() -> None:
    data = made(FIVE, roles=None, absent=[(1, 0)])
    found = by_place(an.reliability(data), "both")
    assert set(found) == {("alpha_pooled", ""), ("omega_pooled", "")} | OF_EVERYONE
    pooled = found["alpha_pooled", ""]
    assert pooled["estimate"] == pytest.approx(pingouin.cronbach_alpha(data.items.dropna())[0])
    assert (pooled["n_couples"], pooled["n_persons"]) == (30, 59)
    assert "couples as clusters" in pooled["method"]
    assert "couples as clusters" in found["omega_pooled", ""]["method"]


def test_one_respondent_a_couple_has_reliability() -> None:
    found = by_place(an.reliability(couples(FIVE, answers(FIVE)[:, :1])), "respondent")
    assert ("alpha", "feldt") in found
    assert found["omega", ""]["lower"] < found["omega", ""]["estimate"] < found["omega", ""]["upper"]


def test_each_group_of_couples_has_its_own_coefficients() -> None:
    data = made(FIVE, group=["a", "b", "b"] * 10)
    in_a = by_place(an.reliability(data).where(group="a"))["alpha", ""]
    x = data.cube("H1")[::3, 0]
    assert in_a["estimate"] == pytest.approx(pingouin.cronbach_alpha(pd.DataFrame(x))[0])
    assert in_a["n_couples"] == 10


def test_two_items_have_the_spearman_brown_value_and_no_omega() -> None:
    data = made(book(items("H1", 2)))
    found = by_place(an.reliability(data))
    r = np.corrcoef(*data.cube("H1")[:, 0].T)[0, 1]
    assert found["alpha_standardized", ""]["estimate"] == pytest.approx(2 * r / (1 + r))
    assert found["alpha_standardized", ""]["method"].endswith("Spearman-Brown")
    assert np.isnan(found["omega", ""]["estimate"])
    assert found["omega", ""]["note"] == f"{TOO_FEW_ITEMS}: see alpha_standardized"


def test_three_items_say_that_their_model_is_saturated() -> None:
    found = by_place(an.reliability(made(book(items("H1", 3)), 60)))
    assert found["omega", ""]["note"] == SATURATED
    assert np.isfinite(found["omega", ""]["lower"])


def test_one_item_has_no_internal_consistency() -> None:
    table = an.reliability(made(book(items("H1", 1))))
    assert notes_of_scales(table) == {"a scale of one item has no internal consistency"}
    assert table.frame["estimate"].isna().all()


def test_a_constant_item_stays_in_k_and_is_named() -> None:
    cells = answers(FIVE, 30)
    cells[:, 0, 1] = 2.0
    found = by_place(an.reliability(couples(FIVE, cells)))
    assert found["alpha", ""]["note"] == found["alpha", "feldt"]["note"] == "constant, and counted in k: H1_2"
    others = pingouin.cronbach_alpha(pd.DataFrame(np.delete(cells[:, 0].astype(float), 1, axis=1)))[0]
    assert found["alpha", ""]["estimate"] == pytest.approx(5 / 4 * 3 / 4 * others)
    assert found["omega", ""]["note"] == CONSTANT_ITEM
    assert found["alpha_standardized", ""]["note"] == NO_CORRELATIONS


def test_only_the_role_whose_item_is_constant_is_told() -> None:
    cells = answers(FIVE, 30)
    cells[:, 0, 1] = 2.0
    found = by_place(an.reliability(couples(FIVE, cells)), "m")
    assert not found["alpha", ""]["note"]


def test_too_few_persons_say_how_many_are_needed() -> None:
    table = an.reliability(made(FIVE, 5))
    assert notes_of_scales(table) == {"persons complete on all 5 items: 5; more than 5 are needed"}


def test_answers_without_variance_have_no_alpha() -> None:
    cells = answers(FIVE, 10)
    cells[...] = 3.0
    found = by_place(an.reliability(couples(FIVE, cells)))
    assert found["alpha", ""]["note"].startswith("constant, and counted in k: H1_1, H1_2")
    assert found["alpha", ""]["note"].endswith("no item varies, or the covariances sum to 0")


def test_equal_items_have_an_alpha_of_one_without_interval() -> None:
    cells = answers(FIVE, 12)
    cells[:, :, 1:] = cells[:, :, :1]
    found = by_place(an.reliability(couples(FIVE, cells)))
    assert found["alpha", ""]["estimate"] == 1
    assert found["alpha", ""]["note"] == IDENTICAL
    assert found["omega", ""]["note"] == NO_SOLUTION


def test_a_negative_alpha_is_shown_with_its_interval() -> None:
    codebook = book(items("H1", 2, low=None, high=None))
    rng = np.random.default_rng(2)
    one = rng.normal(size=(50, 2, 1))
    cells = np.concatenate([one, -one], axis=2) + rng.normal(size=(50, 2, 2))
    row = by_place(an.reliability(couples(codebook, cells)))["alpha", ""]
    assert row["lower"] < row["estimate"] < row["upper"] < 0


def test_a_forgotten_key_is_neither_flipped_nor_dropped() -> None:
    keyed = book(items("H1", 4), items("H1", 1, first=5, keyed=-1))
    cells = answers(FIVE, 60)  # the fifth item goes with the others, yet is keyed against them
    wrong, right = (by_place(an.reliability(couples(b, cells)))["alpha", ""] for b in (keyed, FIVE))
    assert wrong["estimate"] < right["estimate"] - 0.2


def test_a_heywood_case_is_told() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(400, 1)) + rng.normal(size=(400, 3)) * 0.9
    first = x.mean(axis=1) + rng.normal(size=400) * 0.05
    cells = np.stack([np.column_stack([first, x])] * 2, axis=1)
    found = by_place(an.reliability(couples(book(items("H1", 4, low=None, high=None)), cells)))
    assert HEYWOOD in found["omega", ""]["note"]


def test_mirrors_and_companions_are_in_no_coefficient() -> None:
    plain = book(items("H1", 4))
    more = book(
        items("H1", 4),
        [an.Item("H1_partner", "H1", 1, 5, referent="partner", mirrors=("H1_1",))],
        [an.Item("H1_beside", "H1", 1, 5, companion=True)],
    )
    cells = answers(more)
    found, expected = (an.reliability(data) for data in (couples(more, cells), couples(plain, cells[:, :, :4])))
    assert found.frame.equals(expected.frame)


def test_finished_scores_alone_are_refused_with_the_remedy() -> None:
    table = an.reliability(made(FINISHED))
    assert not len(table)
    assert "Bring the answers to the items and their codebook" in table.notes[0]


def test_a_finished_score_among_items_is_named() -> None:
    table = an.reliability(made(book(items("H1", 3), [an.Item("H2", "H2", 1, 5, finished=True)])))
    assert table.notes == ("H2: a finished score without items has no reliability.",)
    assert set(table.frame["scale"]) == {"H1", ""}  # a row of no scale says why roles are not pooled
