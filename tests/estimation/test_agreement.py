"""What is compared with what, under which name, with which statistics, and the words of every gap."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from handmade import MIRRORED, MIXED, PROFILE, answers, book, couples, items, made
from scipy import stats as scipy_stats

import analysis as an
from analysis.estimation.agreement import NO_VARIANCE, ONE_SIDED
from analysis.estimation.notes import NO_DIFFERENCE, PERFECT
from analysis.results import Row

OF_ROLES = {
    "icc_1", "icc_pairwise", "pearson_r", "icc_a1", "icc_c1", "ccc", "ccc_accuracy", "location_shift", "scale_shift",
    "mean_difference", "d_z", "d_av", "loa_bias", "loa_lower", "loa_upper", "loa_slope", "loa_heteroscedasticity",
    "sd_ratio", "mean_abs_difference", "krippendorff_interval", "design_effect", "rwg", "average_deviation",
}  # fmt: skip
ORDER_FREE = {
    "icc_1", "icc_pairwise", "krippendorff_interval", "design_effect", "mean_abs_difference", "loa_upper",
    "loa_heteroscedasticity", "rwg", "average_deviation",
}  # fmt: skip
BESIDE = ("jackknife", "quantile", "robust", "linear", "pseudo")
SELF_OTHER, ASSUMED = "self_other_agreement", "assumed_similarity"


def rows_of(table: an.Estimates, variant: str = "", **where: str) -> dict[str, Row]:
    return {row["statistic"]: row for row in table.where(variant=variant, **where)}


def comparisons(table: an.Estimates) -> set[tuple[str, str, str, str]]:
    """Return what is compared; an interval or random couples beside an index are no comparison of their own."""
    rows = [row for row in table if not row["variant"].endswith(BESIDE)]
    return {(row["scale"], row["comparison"], row["variant"], row["partner"]) for row in rows}


def test_roles_get_every_statistic_and_exchangeable_partners_the_order_free_ones() -> None:
    assert set(rows_of(an.agreement(made(PROFILE)), scale="H1")) == OF_ROLES
    assert set(rows_of(an.agreement(made(PROFILE, roles=None)), scale="H1")) == ORDER_FREE


def test_scores_are_compared_over_couples_with_both() -> None:
    data = made(PROFILE, absent=[(0, 1), (5, 0)])
    found = rows_of(an.agreement(data), scale="H1")
    pair = data.scores["H1"].unstack().dropna()
    theirs = scipy_stats.pearsonr(pair["w"], pair["m"])
    assert found["pearson_r"]["estimate"] == pytest.approx(theirs.statistic)
    assert found["pearson_r"]["p"] == pytest.approx(theirs.pvalue)
    assert {(row["n_couples"], row["n_persons"]) for row in found.values()} == {(28, 56)}


def test_differences_are_the_first_role_minus_the_second() -> None:
    data = made(PROFILE)
    found = rows_of(an.agreement(data), scale="H1")
    pair = data.scores["H1"].unstack()
    assert found["mean_difference"]["estimate"] == pytest.approx((pair["w"] - pair["m"]).mean())
    assert found["mean_difference"]["method"] == "w minus m; paired t; p adjusted by Holm for 6 tests"
    assert found["scale_shift"]["method"] == "w over m"
    assert found["location_shift"]["method"] == "w minus m"


@pytest.mark.parametrize(
    ("referent", "name"), [("self", "similarity"), ("partner", "similarity"), ("couple", "agreement")]
)
def test_the_referent_names_the_comparison(referent: str, name: str) -> None:
    table = an.agreement(made(book(items("H1", 2, referent=referent))))
    assert comparisons(table) == {("H1", name, "", "both")}


def test_a_scale_of_mixed_referents_is_compared_as_a_whole_and_by_referent() -> None:
    data = made(MIXED)
    table = an.agreement(data)
    assert {place[1:3] for place in comparisons(table.where(scale="H1"))} == {
        ("similarity", ""), ("similarity", "self_items"), ("agreement", "couple_items"),
    }  # fmt: skip
    wide = data.items[["H1_3", "H1_4", "H1_5"]].mean(axis=1).unstack()
    couple_items = rows_of(table, scale="H1", variant="couple_items")["pearson_r"]
    assert couple_items["estimate"] == pytest.approx(wide["w"].corr(wide["m"]))


def test_a_scale_of_one_referent_has_no_variant() -> None:
    assert {place[2] for place in comparisons(an.agreement(made(MIXED)).where(scale="U1"))} == {""}


def test_mirrored_items_give_self_other_agreement_and_assumed_similarity_by_perceiver() -> None:
    named = {place for place in comparisons(an.agreement(made(MIRRORED))) if place[1] in (SELF_OTHER, ASSUMED)}
    assert named == {
        (scale, name, "", role) for scale, name, role in product(("H1", "U1"), (SELF_OTHER, ASSUMED), "wm")
    }


def perceived_and_own(
    data: an.Couples, about_partner: list[str], about_self: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    return data.items[about_partner].mean(axis=1).unstack(), data.items[about_self].mean(axis=1).unstack()


def test_a_perception_is_compared_with_the_partners_own_answers_to_the_mirrored_items_alone() -> None:
    data = made(MIRRORED)
    perceived, own = perceived_and_own(data, ["U1_partner"], ["U1_1", "U1_2"])
    table = an.agreement(data)
    w = rows_of(table, scale="U1", comparison=SELF_OTHER, partner="w")
    assert w["pearson_r"]["estimate"] == pytest.approx(perceived["w"].corr(own["m"]))
    assert w["mean_difference"]["estimate"] == pytest.approx((perceived["w"] - own["m"]).mean())
    assert w["mean_difference"]["method"].startswith("perceived minus own; paired t;")
    assumed = rows_of(table, scale="U1", comparison=ASSUMED, partner="m")
    assert assumed["pearson_r"]["estimate"] == pytest.approx(perceived["m"].corr(own["m"]))


def test_where_the_scales_own_items_are_about_the_partner_the_mirror_is_the_own_answer() -> None:
    data = made(MIRRORED)  # H1: two items about the partner; H1_self mirrors the first
    perceived, own = perceived_and_own(data, ["H1_1"], ["H1_self"])
    found = rows_of(an.agreement(data), scale="H1", comparison=SELF_OTHER, partner="w")
    assert found["pearson_r"]["estimate"] == pytest.approx(perceived["w"].corr(own["m"]))


def test_persons_are_counted_once_where_each_is_compared_with_him_or_herself() -> None:
    table = an.agreement(made(MIRRORED, absent=[(0, 0)]))
    n = {
        (row["comparison"], row["partner"]): (row["n_couples"], row["n_persons"])
        for row in table.where(scale="U1", comparison=[SELF_OTHER, ASSUMED], statistic="pearson_r")
    }
    assert n == {
        (SELF_OTHER, "w"): (29, 58), (SELF_OTHER, "m"): (29, 58), (ASSUMED, "w"): (29, 29), (ASSUMED, "m"): (30, 30),
    }  # fmt: skip


def test_exchangeable_perceivers_are_one_sample_with_couples_as_clusters() -> None:
    data = made(MIRRORED, roles=None)
    perceived, own = perceived_and_own(data, ["U1_partner"], ["U1_1", "U1_2"])
    rows = list(an.agreement(data).where(scale="U1", comparison=SELF_OTHER))
    assert [row["statistic"] for row in rows] == ["pearson_r", "accuracy", "bias", "directional_bias"]
    both = np.corrcoef(np.concatenate([perceived["1"], perceived["2"]]), np.concatenate([own["2"], own["1"]]))[0, 1]
    assert rows[0]["estimate"] == pytest.approx(both)
    assert (rows[0]["n_couples"], rows[0]["n_persons"]) == (30, 60)
    assert "clusters" in rows[0]["method"]


def test_companions_are_compared_with_nothing() -> None:
    plain = an.agreement(made(MIRRORED)).frame
    without = book(items("H1", 2, referent="partner"), list(MIRRORED.items[2:3]), list(MIRRORED.items[3:7]))
    cells = answers(MIRRORED)
    assert an.agreement(couples(without, cells[:, :, :7])).frame.equals(plain)


def test_mirrors_are_in_no_scale_score() -> None:
    data = made(MIRRORED)
    found = rows_of(an.agreement(data), scale="U1", comparison="similarity")["pearson_r"]
    wide = data.items[["U1_1", "U1_2", "U1_3"]].mean(axis=1).unstack()
    assert found["estimate"] == pytest.approx(wide["w"].corr(wide["m"]))


@pytest.mark.parametrize("referent", ["self", "partner"])
def test_mirrors_that_are_about_the_same_person_as_their_originals_are_named(referent: str) -> None:
    codebook = book(
        items("H1", 2, referent=referent),
        [an.Item("H1_m", "H1", 1, 5, referent=referent, mirrors=("H1_1",))],
        items("U1", 2),
    )
    table = an.agreement(made(codebook))
    assert {place[1] for place in comparisons(table)} == {"similarity"}
    assert table.notes[0] == f"H1: {ONE_SIDED}"


def test_the_built_in_codebook_compares_every_mirrored_scale() -> None:
    table = an.agreement(an.make_couples(30, seed=1))
    mirrored = {place[0] for place in comparisons(table) if place[1] == SELF_OTHER}
    assert mirrored == {"H4", "H7", "U2b", "U3b", "U5a"}


@pytest.mark.parametrize(
    ("there", "words"),
    [(0, "couples with both scores: 0; 3 are needed"), (2, "couples with both scores: 2; 3 are needed")],
)
def test_a_scale_that_few_couples_have_says_how_many(there: int, words: str) -> None:
    cells = answers(PROFILE, 10)
    cells[there:, 0, 0:3] = np.nan
    found = rows_of(an.agreement(couples(PROFILE, cells)), scale="H1")
    assert found["ccc"]["note"] == words
    assert set(found) == OF_ROLES


def test_three_couples_have_a_correlation_with_p_but_no_fisher_interval() -> None:
    found = rows_of(an.agreement(made(PROFILE, 3)), scale="H2")
    assert found["pearson_r"]["note"] == "too few couples for an interval: 3"
    assert np.isfinite(found["pearson_r"]["p"])
    assert np.isfinite(found["icc_1"]["lower"])


def test_twins_have_no_interval_no_test_and_a_note() -> None:
    cells = answers(PROFILE, 10)
    cells[:, 1] = cells[:, 0]
    found = rows_of(an.agreement(couples(PROFILE, cells)), scale="H1")
    for statistic in ("icc_1", "icc_pairwise", "pearson_r", "icc_a1", "icc_c1", "ccc"):
        assert found[statistic]["estimate"] == 1
        assert found[statistic]["note"] == PERFECT
    assert found["mean_difference"]["estimate"] == 0
    assert found["mean_difference"]["note"] == f"{NO_DIFFERENCE}: no interval and no test"
    assert found["d_z"]["note"] == NO_DIFFERENCE
    assert found["d_av"]["estimate"] == 0


def test_a_partner_who_always_answers_the_same_leaves_reasons() -> None:
    cells = answers(PROFILE, 10)
    cells[:, 0, 0:3] = 4.0
    found = rows_of(an.agreement(couples(PROFILE, cells)), scale="H1")
    assert found["pearson_r"]["note"] == found["ccc"]["note"] == NO_VARIANCE
    assert np.isfinite(found["icc_1"]["estimate"])
    assert np.isfinite(found["d_z"]["estimate"])


def test_one_respondent_a_couple_is_refused_with_the_remedy() -> None:
    table = an.agreement(couples(PROFILE, answers(PROFILE)[:, :1]))
    assert not len(table)
    assert "Ask both partners" in table.notes[0]


def test_too_few_complete_couples_are_refused_and_pointed_to_the_ledger() -> None:
    table = an.agreement(made(PROFILE, 4, absent=[(0, 0), (1, 1)]))
    assert not len(table)
    assert "Comparing partners needs 3" in table.notes[0]
    assert "ledger" in table.notes[0]
