"""Table 1: means and spreads by partner and group, within-couple intervals, correlations within and across persons."""

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from handmade import FINISHED, PROFILE, answers, book, couples, items, made
from scipy import stats as scipy_stats

import analysis as an
from analysis.estimation.descriptives import BLOCK_CAUTION
from analysis.estimation.notes import FLAT_MEAN, NO_DIFFERENCE, PERFECT
from analysis.results import Row
from analysis.stats.value import Array


def only(table: an.Estimates, **where: str) -> Row:
    rows = list(table.where(**where))
    assert len(rows) == 1, rows
    return rows[0]


def of_role(data: an.Couples, scale: str, role: str) -> pd.Series:
    return data.scores[scale].xs(role, level="partner")


def test_means_sds_and_n_are_those_of_the_scores() -> None:
    data = made(PROFILE, absent=[(0, 1), (4, 1)])
    table = an.describe(data)
    for role in data.partners:
        score = of_role(data, "H1", role).dropna()
        mean = only(table, scale="H1", partner=role, statistic="scale_mean", variant="")
        assert mean["estimate"] == pytest.approx(score.mean())
        assert mean["n_couples"] == mean["n_persons"] == len(score) == (30 if role == "w" else 28)
        low, high = scipy_stats.t.interval(
            0.95, len(score) - 1, float(score.mean()), float(score.std() / sqrt(len(score)))
        )
        assert (mean["lower"], mean["upper"]) == pytest.approx((low, high))
        assert only(table, scale="H1", partner=role, statistic="scale_sd")["estimate"] == pytest.approx(score.std())


def test_whether_a_mean_is_zero_is_not_tested() -> None:
    frame = an.describe(made(PROFILE)).where(statistic="scale_mean").frame
    assert frame["p"].isna().all()
    assert frame["test"].isna().all()


def test_a_score_needs_four_of_five_answers() -> None:
    codebook = book(items("H1", 5))
    cells = answers(codebook, 10)
    cells[0, 0, 0] = cells[1, 0, 0] = cells[1, 0, 1] = np.nan
    mean = only(an.describe(couples(codebook, cells)), scale="H1", partner="w", statistic="scale_mean", variant="")
    kept = [np.nanmean(cells[i, 0].astype(float)) for i in range(10) if i != 1]
    assert mean["estimate"] == pytest.approx(np.mean(kept))
    assert mean["n_persons"] == 9


def test_exchangeable_partners_get_one_mean_over_everyone_with_couples_as_clusters() -> None:
    data = made(PROFILE, roles=None, absent=[(3, 0)])
    mean = only(an.describe(data), scale="H1", statistic="scale_mean")
    score = data.scores["H1"].dropna()
    assert mean["estimate"] == pytest.approx(score.mean())
    assert (mean["n_couples"], mean["n_persons"], mean["df"]) == (30, 59, 29)
    sums = (score - score.mean()).groupby(level="couple").sum()
    assert mean["se"] == pytest.approx(sqrt(30 / 29 * (sums**2).sum()) / 59)
    assert "clusters" in mean["method"]


def test_each_group_of_couples_has_its_own_means() -> None:
    group = ["married", "dating", "dating"] * 10
    data = made(PROFILE, group=group)
    table = an.describe(data)
    assert set(table.frame["group"]) == {"", "married", "dating"}
    married = [
        name
        for name, of in zip(data.items.index.get_level_values("couple").unique(), group, strict=True)
        if of == "married"
    ]
    row = only(table, scale="U1", partner="m", group="married", statistic="scale_mean", variant="")
    assert row["estimate"] == pytest.approx(of_role(data, "U1", "m")[married].mean())
    assert row["n_couples"] == 10


def test_the_within_couple_intervals_compare_partners_as_the_paired_t_test_does() -> None:
    data = made(PROFILE, absent=[(2, 0)])
    table = an.describe(data).where(scale="H1", variant="within_couple")
    pair = data.scores["H1"].unstack().dropna()
    w, m = table
    assert (w["estimate"], m["estimate"]) == pytest.approx((pair["w"].mean(), pair["m"].mean()))
    low, high = scipy_stats.ttest_rel(pair["w"], pair["m"]).confidence_interval(0.95)
    # An interval of the difference is sqrt 2 times as wide as one of each mean, as for independent means.
    assert w["upper"] - w["lower"] == pytest.approx((high - low) / sqrt(2))
    assert w["upper"] - w["lower"] == pytest.approx(m["upper"] - m["lower"])
    assert w["n_couples"] == len(pair) == 29


def test_within_couple_intervals_are_moreys() -> None:
    data = made(PROFILE)
    pair = data.scores["H1"].unstack()[["w", "m"]].to_numpy()
    normalized = pair - pair.mean(axis=1, keepdims=True) + pair.mean()
    expected = np.sqrt(2 * normalized.var(axis=0, ddof=1) / len(pair))  # M / (M - 1) = 2 with two partners
    found = an.describe(data).where(scale="H1", variant="within_couple").frame["se"]
    assert found.tolist() == pytest.approx(expected.tolist())


@pytest.mark.parametrize("roles", [None, ("w", "m")])
def test_within_couple_rows_are_for_roles_alone(roles: tuple[str, str] | None) -> None:
    rows = an.describe(made(PROFILE, roles=roles)).where(variant="within_couple")
    assert bool(len(rows)) == (roles is not None)


def test_within_and_cross_correlations_of_roles_are_those_of_pandas() -> None:
    data = made(PROFILE, absent=[(0, 1)])
    table = an.describe(data).where(scale="H1+U1")
    wide = data.scores[["H1", "U1"]].unstack()
    for role, other in (("w", "m"), ("m", "w")):
        within = only(table, statistic="within_person_r", partner=role)
        assert within["estimate"] == pytest.approx(wide["H1", role].corr(wide["U1", role]))
        assert within["n_persons"] == within["n_couples"] == wide["H1", role].notna().sum()
        cross = only(table, statistic="cross_partner_r", partner=role)
        assert cross["estimate"] == pytest.approx(wide["H1", role].corr(wide["U1", other]))
        assert (cross["n_couples"], cross["n_persons"]) == (29, 58)
        theirs = scipy_stats.pearsonr(*wide[[("H1", role), ("U1", other)]].dropna().to_numpy().T)
        low, high = theirs.confidence_interval(0.95)
        assert (cross["lower"], cross["upper"], cross["p"]) == pytest.approx((low, high, theirs.pvalue))


def double_entry(data: an.Couples, first: str, second: str) -> tuple[Array, Array]:
    wide = data.scores[[first, second]].unstack()
    one, two = data.partners
    x = pd.concat([wide[first, one], wide[first, two]]).to_numpy()
    y = pd.concat([wide[second, two], wide[second, one]]).to_numpy()
    there = np.isfinite(x) & np.isfinite(y)
    return x[there], y[there]


def test_exchangeable_correlations_are_over_everyone_and_double_entered() -> None:
    data = made(PROFILE, roles=None, absent=[(0, 1)])
    table = an.describe(data).where(scale="H1+U1")
    within = only(table, statistic="within_person_r")
    assert within["estimate"] == pytest.approx(data.scores["H1"].corr(data.scores["U1"]))
    assert (within["n_couples"], within["n_persons"]) == (30, 59)
    cross = only(table, statistic="cross_partner_r")
    assert cross["estimate"] == pytest.approx(np.corrcoef(*double_entry(data, "H1", "U1"))[0, 1])
    assert (cross["n_couples"], cross["n_persons"]) == (29, 58)
    assert cross["lower"] < cross["estimate"] < cross["upper"]


def test_every_pair_of_scales_and_the_two_blocks_are_correlated() -> None:
    table = an.describe(made(PROFILE)).where(statistic="within_person_r", partner="w")
    pairs = table.frame["scale"].tolist()
    assert len(pairs) == 6 * 5 // 2 + 1
    assert pairs[-1] == "block:healthy+block:unhealthy"


def test_one_block_has_no_correlation_of_blocks() -> None:
    table = an.describe(made(book(items("H1"), items("H2")))).where(statistic="within_person_r", partner="w")
    assert table.frame["scale"].tolist() == ["H1+H2"]


def test_one_respondent_a_couple_has_means_and_correlations_within_persons() -> None:
    data = couples(PROFILE, answers(PROFILE)[:, :1])
    frame = an.describe(data).frame
    assert set(frame["partner"]) == {"respondent"}
    assert set(frame["statistic"]) == {"scale_mean", "scale_sd", "within_person_r"}
    assert (frame["n_couples"] == frame["n_persons"]).all()


def test_finished_scores_are_described_like_others() -> None:
    frame = an.describe(made(FINISHED)).frame
    plain = {"scale_sd", "scale_floor", "scale_ceiling"}  # these have no interval
    assert set(frame["statistic"]) == {"scale_mean", *plain, "within_person_r", "cross_partner_r"}
    assert (frame["note"] != "").sum() == frame["statistic"].isin(plain).sum()


def test_facets_and_blocks_have_means_too() -> None:
    table = an.describe(an.make_couples(20, seed=1)).where(statistic="scale_mean", variant="", partner="woman")
    scales = table.frame["scale"].tolist()
    assert {"H6.apart", "block:healthy", "block:unhealthy"} <= set(scales)


def test_the_unhealthy_block_of_the_built_in_scales_carries_its_caution() -> None:
    table = an.describe(an.make_couples(20, seed=1)).where(statistic=["scale_mean", "scale_sd"])
    cautioned = {row["scale"] for row in table if BLOCK_CAUTION in row["note"]}
    assert cautioned == {"block:unhealthy"}
    assert len({row["variant"] for row in table if BLOCK_CAUTION in row["note"]}) == 2  # within_couple as well


def test_a_block_of_another_codebook_carries_no_such_caution() -> None:
    assert not any(BLOCK_CAUTION in row["note"] for row in an.describe(made(PROFILE)))


def test_the_confidence_level_is_that_of_the_settings() -> None:
    table = an.describe(made(PROFILE, settings={"confidence": 0.8})).where(scale="H1", partner="w")
    narrow = only(table, statistic="scale_mean", variant="")
    assert narrow["confidence"] == 0.8
    half = scipy_stats.t.ppf(0.9, 29) * narrow["se"]
    assert narrow["upper"] - narrow["estimate"] == pytest.approx(half)


def test_scores_that_nobody_or_one_person_has_say_so() -> None:
    cells = answers(PROFILE, 6)
    cells[:, 0, :3] = np.nan
    cells[1:, 1, :3] = np.nan
    table = an.describe(couples(PROFILE, cells)).where(scale="H1")
    notes = {(row["partner"], row["statistic"], row["variant"]): row["note"] for row in table}
    assert notes["w", "scale_mean", ""] == "nobody in it has this score"
    assert notes["w", "scale_sd", ""] == "fewer than two persons"
    assert notes["m", "scale_mean", ""] == "too few couples for an interval: 1"
    assert notes["m", "scale_mean", "within_couple"] == "couples with both scores: 0"


def test_constant_and_perfect_scores_say_why_they_have_no_correlation_or_no_interval() -> None:
    cells = answers(PROFILE, 10)
    cells[:, :, 0:3] = 3.0
    cells[:, :, 6:9] = cells[:, :, 3:6]
    table = an.describe(couples(PROFILE, cells)).where(statistic="within_person_r", partner="w")
    notes = {row["scale"]: row["note"] for row in table}
    assert notes["H1+H2"] == "a score is constant or too few persons have both"
    assert notes["H2+H3"] == PERFECT
    assert only(an.describe(couples(PROFILE, cells)), scale="H1", partner="w", statistic="scale_sd")["estimate"] == 0


def test_scores_that_do_not_vary_have_a_mean_without_interval() -> None:
    cells = answers(PROFILE, 10)
    cells[:, :, 0:3] = 3.0
    found = {(row["partner"], row["variant"]): row for row in an.describe(couples(PROFILE, cells)).where(
        scale="H1", statistic="scale_mean")}  # fmt: skip
    assert {row["estimate"] for row in found.values()} == {3.0}
    assert np.isnan([row["lower"] for row in found.values()]).all()
    assert found["w", ""]["note"] == FLAT_MEAN
    assert found["w", "within_couple"]["note"] == f"{NO_DIFFERENCE}: no interval"
