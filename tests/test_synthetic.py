"""Synthetic couples: the truth that was asked for comes back, impossible truths are refused in words."""

from __future__ import annotations

from functools import cache
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from handmade import book, items

import analysis as an
from analysis.errors import SurveyError
from analysis.population import LEANS
from analysis.results import Row
from analysis.stats.moments import pearson_clustered

MANY, FEWER = 20_000, 5_000
ERRORS = 4.5  # a number may be this many of its own standard errors off: two in a million for each of some hundred
SMALL = book(items("H1", 4), items("H2", 5), items("U1", 3))


def made(couples: int = 50, codebook: an.Codebook = SMALL, **truth: Any) -> an.Couples:
    return an.make_couples(couples, codebook=codebook, **truth)


@cache
def many(alpha: float = 0.8, partner_r: float = 0.35, answers: str = "typical", difference: float = 0.3) -> an.Couples:
    return made(MANY, alpha=alpha, partner_r=partner_r, answers=answers, role_difference=difference)


def error_of_r(data: an.Couples, scale: str) -> float:
    """Return the standard error of a partner correlation without any assumption on the answers."""
    x, y = data.scored([scale])[:, :, 0].T
    return pearson_clustered(x, y, np.arange(data.n), 0.95).se


def rows(table: an.Estimates, **where: str | list[str]) -> list[Row]:
    found = list(table.where(**where))
    assert found
    return found


TRUTHS = [
    {"alpha": 0.8, "partner_r": 0.35, "answers": "typical"},
    {"alpha": 0.7, "partner_r": -0.3, "answers": "symmetric"},
    {"alpha": 0.85, "partner_r": 0.0, "answers": "skewed"},
]
every_truth = pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth["answers"])


@every_truth
def test_alpha_of_both_roles_comes_back(truth: dict[str, Any]) -> None:
    for row in rows(an.reliability(many(**truth)), statistic="alpha", variant=""):
        assert abs(row["estimate"] - truth["alpha"]) < ERRORS * row["se"], row


@every_truth
def test_the_partner_correlation_comes_back_with_its_sign(truth: dict[str, Any]) -> None:
    data = many(**truth)
    for row in rows(an.agreement(data), statistic="pearson_r", variant=""):
        assert abs(row["estimate"] - truth["partner_r"]) < ERRORS * error_of_r(data, row["scale"]), row


@every_truth
def test_the_role_difference_is_first_minus_second_and_comes_back(truth: dict[str, Any]) -> None:
    for row in rows(an.agreement(many(**truth)), statistic="mean_difference"):
        assert abs(row["estimate"] - 0.3) < ERRORS * row["se"], row


def test_each_scale_can_have_a_truth_of_its_own() -> None:
    alpha, r = {"H1": 0.9, "H2": 0.6, "U1": 0.75}, {"H1": 0.5, "H2": 0.2, "U1": 0.3}
    difference = {"H1": 0.5, "H2": -0.4, "U1": 0.0}
    data = made(MANY, alpha=alpha, partner_r=r, role_difference=difference)
    for row in rows(an.reliability(data), statistic="alpha", variant=""):
        assert abs(row["estimate"] - alpha[row["scale"]]) < ERRORS * row["se"], row
    for row in rows(an.agreement(data), statistic="mean_difference"):
        assert abs(row["estimate"] - difference[row["scale"]]) < ERRORS * row["se"], row
    for row in rows(an.agreement(data), statistic="pearson_r", variant=""):
        assert abs(row["estimate"] - r[row["scale"]]) < ERRORS * error_of_r(data, row["scale"]), row


def test_the_built_in_instrument_has_its_truth_too() -> None:
    data = an.make_couples(1500, seed=3)
    for row in rows(an.reliability(data), statistic="alpha", variant="", scale=list(data.codebook.codes)):
        assert abs(row["estimate"] - 0.8) < ERRORS * row["se"], row


OTHERS = {
    "seven points": book(items("H1", 4, high=7), items("U1", 3, high=7)),
    "yes or no": book(items("H1", 6, low=0, high=1)),
    "reversed and turned": book(
        items("H1", 2), items("H1", 2, first=3, keyed=-1), items("H1", 1, first=5, turned=True),
        items("H1", 1, first=6, keyed=-1, turned=True),
    ),
    "neutral": book(items("N1", 4), items("N2", 4)),
    "with mirrors": book(
        items("U1", 4),
        [an.Item("U1_partner", "U1", 1, 5, referent="partner", mirrors=("U1_1", "U1_2"))],
        [an.Item("U1_beside", "U1", 1, 5, companion=True)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_any_codebook_has_its_truth(name: str) -> None:
    data = made(FEWER, OTHERS[name], alpha=0.75, partner_r=0.3)
    for row in rows(an.reliability(data), statistic="alpha", variant=""):
        assert abs(row["estimate"] - 0.75) < ERRORS * row["se"], row
    for row in rows(an.agreement(data), statistic="pearson_r", variant="", comparison="similarity"):
        assert abs(row["estimate"] - 0.3) < ERRORS * error_of_r(data, row["scale"]), row


def test_reversed_items_are_stored_against_the_others_and_stored_turned_ones_are_not() -> None:
    frame = an.make_responses(4000, codebook=OTHERS["reversed and turned"])
    r = frame[[f"H1_{j}" for j in range(1, 7)]].astype(float).corr()["H1_1"]
    assert (np.sign(r) == [1, 1, -1, -1, -1, 1]).all()  # keyed - or turned is stored against it; both together are not


def test_a_scale_of_one_item_has_the_partner_correlation_and_no_alpha() -> None:
    data = made(FEWER, book(items("H1", 1)), partner_r=0.2, alpha=0.99)
    r = rows(an.agreement(data), statistic="pearson_r", variant="")[0]["estimate"]
    assert abs(r - 0.2) < ERRORS * error_of_r(data, "H1")


def test_a_mirrored_answer_goes_with_the_partners_own() -> None:
    table = an.agreement(made(4000, OTHERS["with mirrors"]))
    for row in rows(table, comparison="self_other_agreement", statistic="pearson_r", variant=""):
        assert row["lower"] > 0.2


def test_items_without_anything_in_common_are_possible() -> None:
    data = made(FEWER, alpha=0.0, partner_r=0.0)
    for row in rows(an.reliability(data), statistic="alpha", variant=""):
        assert abs(row["estimate"]) < ERRORS * row["se"], row


def test_typical_answers_have_a_norm_with_a_shape_and_symmetric_ones_have_none() -> None:
    codebook = book(*(items(code) for code in ("H1", "H2", "H3", "H4")))
    pseudo = {
        answers: rows(an.profiles(made(1000, codebook, answers=answers)), statistic="overall_r", variant="pseudo")[0]
        for answers in ("typical", "symmetric")
    }
    assert pseudo["typical"]["estimate"] > 0.1
    assert abs(pseudo["symmetric"]["estimate"]) < 0.01


def test_scales_lean_by_their_place() -> None:
    codebook = book(*(items(f"H{i}", 2) for i in range(5)))
    means = made(FEWER, codebook, alpha=0.6).scores[list(codebook.codes)].mean()
    assert np.corrcoef(means, LEANS["typical"])[0, 1] > 0.99


# --- who and what is missing


MISSING = {"refused": 0.08, "skipped": 0.05, "not_asked": 0.03}


def test_cells_are_missing_by_the_shares_asked_for() -> None:
    data = made(FEWER, missing=MISSING)
    cells = data.items.size
    for reason, share in MISSING.items():
        found = float((data.reasons == reason).to_numpy().mean())
        assert abs(found - share) < ERRORS * sqrt(share * (1 - share) / cells)


def test_gates_close_for_the_share_of_couples_for_both_partners_and_apart() -> None:
    codebook = book(items("H1", 3, gate="quarrel"), items("U1", 3, gate="ill"), items("U2", 2))
    data = made(FEWER, codebook, missing={"does_not_apply": 0.1, "refused": 0.2})
    closed = (data.reasons == "does_not_apply").to_numpy().reshape(FEWER, 2, 8)
    behind = closed[:, :, [0, 3]]
    assert (closed[:, :, :3] == closed[:, :1, :1]).all()
    assert (closed[:, :, 3:6] == closed[:, :1, 3:4]).all()
    assert not closed[:, :, 6:].any()
    error = sqrt(0.1 * 0.9 / FEWER)
    assert np.abs(behind[:, 0].mean(axis=0) - 0.1).max() < ERRORS * error
    assert abs((behind[:, 0, 0] & behind[:, 0, 1]).mean() - 0.01) < ERRORS * sqrt(0.01 / FEWER)


def test_one_partner_answers_in_the_share_of_couples_asked_for_either_as_often() -> None:
    data = made(FEWER, one_partner=0.2)
    alone = ~data.present.all(axis=1)
    assert abs(alone.mean() - 0.2) < ERRORS * sqrt(0.2 * 0.8 / FEWER)
    first = data.present[alone, 0].mean()
    assert abs(first - 0.5) < ERRORS * 0.5 / sqrt(alone.sum())
    assert data.present.any(axis=1).all()


def test_leaving_answers_out_changes_no_other_answer() -> None:
    whole = an.make_responses(40, codebook=SMALL)
    with_gaps = an.make_responses(40, codebook=SMALL, missing={"refused": 0.3}, one_partner=0.4)
    merged = whole.merge(with_gaps, on=["couple", "partner"], suffixes=("", "_gaps"))
    assert len(merged) == len(with_gaps) < 80
    for item in SMALL.items:
        left = ~merged[f"{item.name}_gaps"].str.contains("prefer")
        assert (merged.loc[left, item.name] == merged.loc[left, f"{item.name}_gaps"]).all()


# --- the file, the seed, the partners


def test_the_file_holds_texts_one_row_a_person() -> None:
    frame = an.make_responses(3, codebook=SMALL)
    assert frame.columns.tolist() == ["couple", "partner", *(item.name for item in SMALL.items)]
    assert set(frame.dtypes.astype(str)) == {"str"}
    assert frame["couple"].tolist() == ["1", "1", "2", "2", "3", "3"]
    assert frame["partner"].tolist() == ["woman", "man"] * 3


def test_the_same_seed_gives_the_same_file_and_another_one_another() -> None:
    one, same, other = (an.make_responses(20, codebook=SMALL, seed=seed) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


def test_couples_are_synthetic_by_their_settings_unless_others_are_given() -> None:
    assert made().settings.synthetic
    assert not made(settings=an.Settings()).settings.synthetic


def test_role_labels_are_the_callers() -> None:
    assert made(roles=("A|b", "=1+1")).roles == ("A|b", "=1+1")


def test_exchangeable_partners_have_no_roles_and_the_same_truth() -> None:
    data = made(FEWER, roles=None, alpha=0.8, partner_r=0.35)
    assert data.roles is None
    for row in rows(an.reliability(data), statistic="alpha_pooled"):
        assert abs(row["estimate"] - 0.8) < ERRORS * row["se"], row
    for row in rows(an.agreement(data), statistic="icc_pairwise", variant=""):
        assert abs(row["estimate"] - 0.35) < ERRORS * error_of_r(data, row["scale"]), row
    first, second = data.scored(SMALL.codes).swapaxes(0, 1)
    error = (first - second).std(axis=0) / sqrt(FEWER)
    assert (np.abs((first - second).mean(axis=0)) < ERRORS * error).all()


# --- what is refused


IMPOSSIBLE: dict[str, tuple[dict[str, Any], str]] = {
    "alpha of one": ({"alpha": 1.0}, "H1: no answers have alpha 1, partner correlation 0.35 and role difference 0"),
    "alpha where the formula divides by zero": ({"alpha": 4 / 3}, "no answers have alpha 1.33333"),
    "negative alpha": ({"alpha": -0.2}, "no answers have alpha -0.2"),
    "alpha that is no number": ({"alpha": float("nan")}, "no answers have alpha nan"),
    "partners more alike than alpha allows": ({"alpha": 0.3, "partner_r": 0.6}, "partner correlation 0.6"),
    "partners alike without anything to be alike in": ({"alpha": 0.0, "partner_r": 0.1}, "no answers have alpha 0,"),
    "partner correlation beyond one": ({"partner_r": -1.2}, "partner correlation -1.2"),
    "partner correlation too negative for skewed answers": ({"partner_r": -0.75, "answers": "skewed"}, "Lower one of"),
    "difference beyond the range": ({"role_difference": 9.0}, "role difference 9"),
    "correlations that no population has": (
        {"partner_r": {"H1": 0.75, "H2": 0.0, "U1": 0.0}}, "no population has them. Bring them closer."
    ),
    "a scale left out": ({"alpha": {"H1": 0.8}}, "no value for the scale 'H2'; it names 'H1'"),
    "a scale misspelt": (
        {"alpha": {"H1": 0.8, "H2": 0.8, "U1": 0.8, "U11": 0.8}}, r"names 'U11', which is no scale.* mean 'U1'\?"
    ),
    "unknown answers": ({"answers": "skewd"}, r"answers is 'skewd'; allowed are .*Did you mean 'skewed'\?"),
    "unknown reason": ({"missing": {"refusd": 0.1}}, r"missing names 'refusd'.*Did you mean 'refused'\?"),
    "share above one": ({"missing": {"refused": 1.5}}, "refused is 1.5; a share lies from 0 to 1"),
    "negative share": ({"one_partner": -0.1}, "one_partner is -0.1; a share lies from 0 to 1"),
    "shares that add up to more than all": ({"missing": {"refused": 0.7, "skipped": 0.6}}, "sum to 1.3"),
    "one couple": ({"couples": 1}, "couples is 1; make 2 or more"),
    "three roles": ({"roles": ("a", "b", "c")}, "name two different ones"),
    "one role twice": ({"roles": ("a", "a")}, "name two different ones"),
    "a difference between exchangeable partners": (
        {"roles": None, "role_difference": {"H1": 0.2, "H2": 0, "U1": 0}}, "Exchangeable partners have no role"
    ),
    "continuous items": ({"codebook": book(items("H1", 2, low=None, high=None))}, "'H1_1' is a continuous score"),
    "one scale with two ranges": (
        {"codebook": book(items("H1", 2), items("H1", 1, first=3, high=7, companion=True))}, "its items have several"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("truth", "words"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_is_refused_in_words(truth: dict[str, Any], words: str) -> None:
    with pytest.raises(SurveyError, match=words):
        an.make_responses(**({"codebook": SMALL} | truth))


def test_no_difference_between_exchangeable_partners_may_be_said_scale_by_scale() -> None:
    assert made(roles=None, role_difference={"H1": 0, "H2": 0, "U1": 0}).roles is None
