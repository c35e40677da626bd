"""Alpha and omega by partner, group or over everyone; which coefficients, which n, and the words of every gap."""

import numpy as np
import pandas as pd
import pingouin
import pytest
from handmade import FINISHED, answers, book, couples, items, made

import analysis as an
from analysis.estimation.alphas import IDENTICAL
from analysis.estimation.notes import DETERMINED, HEYWOOD, SATURATED, TOO_FEW_ITEMS
from analysis.estimation.omegas import NOT_ORDERED
from analysis.estimation.reliability import NO_CORRELATIONS
from analysis.results import Row
from analysis.stats.incomplete import em_moments
from analysis.stats.ordinal import omega_categorical

FIVE = book(items("H1", 5))
MORE = {
    (statistic, "")
    for statistic in (
        "alpha_standardized", "lambda2", "lambda6", "mean_interitem_r", "score_sem", "score_mdc", "omega_observed",
        "omega_categorical",
    )
}  # fmt: skip


def by_place(table: an.Estimates, partner: str = "w") -> dict[tuple[str, str], Row]:
    return {(row["statistic"], row["variant"]): row for row in table.where(partner=partner)}


def test_roles_get_alpha_with_two_intervals_standardized_alpha_and_omega() -> None:
    table = an.reliability(made(FIVE))
    expected = {("alpha", ""), ("alpha", "feldt"), ("omega", ""), *MORE}
    assert set(by_place(table, "w")) == set(by_place(table, "m")) == expected


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
    assert set(found) == {("alpha_pooled", ""), ("omega_pooled", ""), *MORE}
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
    table = an.reliability(made(book(items("H1", 1)))).where(scale="H1")
    assert {row["note"] for row in table} == {"a scale of one item has no internal consistency"}
    assert table.frame["estimate"].isna().all()


def test_a_constant_item_stays_in_k_and_is_named() -> None:
    cells = answers(FIVE, 30)
    cells[:, 0, 1] = 2.0
    found = by_place(an.reliability(couples(FIVE, cells)))
    assert found["alpha", ""]["note"] == found["alpha", "feldt"]["note"] == "constant, and counted in k: H1_2"
    others = pingouin.cronbach_alpha(pd.DataFrame(np.delete(cells[:, 0].astype(float), 1, axis=1)))[0]
    assert found["alpha", ""]["estimate"] == pytest.approx(5 / 4 * 3 / 4 * others)
    assert found["omega", ""]["note"] == "an item is constant: H1_2"
    assert found["alpha_standardized", ""]["note"] == NO_CORRELATIONS


def test_only_the_role_whose_item_is_constant_is_told() -> None:
    cells = answers(FIVE, 30)
    cells[:, 0, 1] = 2.0
    found = by_place(an.reliability(couples(FIVE, cells)), "m")
    assert not found["alpha", ""]["note"]


def test_too_few_persons_say_how_many_are_needed() -> None:
    found = by_place(an.reliability(made(FIVE, 5), bootstrap=True))
    singular = "persons complete on all 5 items: 5; more than 5 are needed (singular covariances)"
    for name in ("omega", "omega_observed", "omega_categorical", "lambda6"):
        assert found[name, ""]["note"] == singular
        assert (name, "bootstrap") not in found
    for variant in ("", "feldt", "bootstrap"):  # alpha inverts nothing
        assert np.isfinite(found["alpha", variant]["estimate"])
    two = by_place(an.reliability(made(FIVE, 2)))
    assert {row["note"] for row in two.values()} == {"couples with a person complete on all 5 items: 2; 3 are needed"}


def test_two_couples_of_exchangeable_partners_are_too_few_whatever_their_persons() -> None:
    table = an.reliability(made(book(items("H1", 2)), 2, roles=None)).where(scale="H1")
    assert {row["note"] for row in table} == {"couples with a person complete on all 2 items: 2; 3 are needed"}


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
    assert found["omega", ""]["note"] == DETERMINED


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
    assert set(table.frame["scale"]) == {"H1", ""}  # and the reason why persons of two roles are not pooled


def test_both_roles_in_one_heap_are_refused_with_the_remedy() -> None:
    rows = an.reliability(made(FIVE)).where(statistic=["alpha_pooled", "omega_pooled"])
    assert [(row["partner"], row["n_persons"]) for row in rows] == [("both", 0), ("both", 0)]
    assert all("leave roles out of study.toml where partners are exchangeable" in row["note"] for row in rows)
    assert not an.reliability(made(FIVE, roles=None)).where(statistic="alpha")


def test_the_other_coefficients_are_those_of_plain_formulas() -> None:
    data = made(FIVE, 80)
    found = by_place(an.reliability(data))
    x = data.cube("H1")[:, 0]
    s, r = np.asarray(np.cov(x.T)), np.asarray(np.corrcoef(x.T))
    off = s[~np.eye(5, dtype=bool)]
    assert found["lambda2", ""]["estimate"] == pytest.approx((off.sum() + np.sqrt(5 / 4 * (off**2).sum())) / s.sum())
    smc = 1 - 1 / np.diagonal(np.linalg.inv(r))
    assert found["lambda6", ""]["estimate"] == pytest.approx(1 - (1 - smc).sum() / r.sum())
    assert found["mean_interitem_r", ""]["estimate"] == pytest.approx(r[~np.eye(5, dtype=bool)].mean())
    sem = x.mean(axis=1).std(ddof=1) * np.sqrt(1 - found["alpha", ""]["estimate"])
    assert found["score_sem", ""]["estimate"] == pytest.approx(sem)
    assert found["score_mdc", ""]["estimate"] == pytest.approx(1.959963984540054 * np.sqrt(2) * sem)
    assert found["score_mdc", ""]["method"] == "at the level 95%"


def test_facets_stand_beside_their_scales_companions_included() -> None:
    data = an.make_couples(60, seed=5)
    table = an.reliability(data).where(partner="woman", variant="", statistic="alpha").frame.set_index("scale")
    assert {"H3.refuse", "H6.together", "U4.driven", "U4.lonely"} <= set(table.index)
    names = [item.name for item in data.codebook.facets["U4.driven"]]
    assert any(data.codebook.item(name).companion for name in names)
    x = data.answers(names)[:, 0]
    x = x[~np.isnan(x).any(axis=1)]
    assert table.loc["U4.driven", "estimate"] == pytest.approx(pingouin.cronbach_alpha(pd.DataFrame(x))[0])
    assert not {"U2", "U3", "U5"} & set(table.index)


def _gaps(share: float = 0.1) -> an.Couples:
    cells = answers(FIVE, 60).astype(float)
    cells[np.random.default_rng(3).random(cells.shape) < share] = np.nan
    return couples(FIVE, cells)


def test_with_missing_answers_both_estimates_stand_in_the_table_each_with_its_n() -> None:
    data = _gaps()
    found = by_place(an.reliability(data, fiml=True))
    cube = data.cube("H1")[:, 0]
    complete, answered = int((~np.isnan(cube)).all(axis=1).sum()), int((~np.isnan(cube)).any(axis=1).sum())
    for statistic in ("alpha", "omega"):
        assert found[statistic, ""]["n_persons"] == complete
        assert found[statistic, "fiml"]["n_persons"] == answered > complete
        assert found[statistic, "fiml"]["lower"] < found[statistic, "fiml"]["estimate"]
    moments = em_moments(cube)
    k, s = 5, moments.covariance
    assert found["alpha", "fiml"]["estimate"] == pytest.approx(k / (k - 1) * (1 - np.trace(s) / s.sum()))
    assert by_place(an.reliability(data)).keys() < found.keys()
    assert (
        an.reliability(data)
        .notes[-1]
        .endswith("reliability(couples, fiml=True) adds alpha and omega from everyone with an answer.")
    )
    assert not an.reliability(data, fiml=True).notes


def test_without_a_missing_answer_there_is_nothing_to_add() -> None:
    table = an.reliability(made(FIVE), fiml=True)
    assert not len(table.where(variant="fiml"))
    assert not table.notes


def test_full_information_is_refused_where_items_exceed_a_third_of_the_persons() -> None:
    cells = answers(FIVE, 14).astype(float)
    cells[0, 0, 0] = np.nan
    found = by_place(an.reliability(couples(FIVE, cells), fiml=True))
    note = found["omega", "fiml"]["note"]
    assert note.startswith("persons with an answer: 14; full information maximum likelihood of 5 items needs 15")
    assert note.endswith("Use the listwise estimate, or fewer items")
    assert np.isnan(found["alpha", "fiml"]["estimate"])


def test_a_hundred_items_of_forty_couples_say_that_they_are_too_many() -> None:
    found = by_place(an.reliability(made(book(items("H1", 100)), 40)))
    words = "persons complete on all 100 items: 40; more than 100 are needed (singular covariances)"
    assert {key for key, row in found.items() if row["note"] == words} == {
        ("omega", ""), ("omega_observed", ""), ("omega_categorical", ""), ("lambda6", ""),
    }  # fmt: skip
    assert found["alpha", ""]["lower"] < found["alpha", ""]["estimate"] < found["alpha", ""]["upper"]


def test_answers_that_are_no_categories_have_no_categorical_omega() -> None:
    decimals = answers(book(items("H1", 3, low=None, high=None)), 40)
    decimals = decimals.astype(float) + 0.25
    found = by_place(an.reliability(couples(book(items("H1", 3, low=None, high=None)), decimals)))
    assert found["omega_categorical", ""]["note"] == NOT_ORDERED
    many = by_place(an.reliability(made(book(items("H1", 3, low=0, high=100)), 40)))
    assert many["omega_categorical", ""]["note"] == "answers have more than 11 categories: take omega"


def test_categorical_omega_is_that_of_the_declared_categories() -> None:
    data = made(FIVE, 80)
    found = by_place(an.reliability(data))["omega_categorical", ""]
    assert found["estimate"] == omega_categorical(data.cube("H1")[:, 0].astype(int), 5).estimate
    assert found["n_persons"] == 80
    assert "Green & Yang" in found["method"]
