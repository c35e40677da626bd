"""Agreement and distinguishability of real couples: every number that R gave for them, and what was published.

acitelli and sexualfun are studies of data/studies. The spouses of Johnson and Wichern's book are no study: that the
i-th husband and the i-th wife of the printed table are a couple is an assumption, as nothing there says so. It is made
here because the references make it; what is compared is arithmetic, and says nothing of couples.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from oracles import shared
from real_data import SPOUSES, compare, differing, open_study
from scipy.stats import chi2

import analysis as an

FEWER = an.Settings(resamples=200)
SPOUSE_SCALES = {"passionate": ("item1", "item2"), "companionate": ("item3", "item4")}


@cache
def sexualfun() -> an.Couples:
    return open_study("sexualfun").couples().with_settings(resamples=200)


@cache
def acitelli(*scores: str) -> an.Couples:
    """Return the couples with the named scores in one block, so that they are tested together."""
    study = open_study("acitelli")
    items = tuple(an.Item(name, name, finished=True) for name in scores)
    book = an.Codebook(items, tuple(an.Scale(name, valence="healthy") for name in scores), name="scores")
    layout = {key: value for key, value in study.layout.items() if key not in ("id", "scores")}
    return an.couples_from_frame(study.frame(), codebook=book, couple="cuplid", settings=FEWER, **layout)


@cache
def spouses() -> an.Couples:
    items = tuple(an.Item(item, scale, 1, 5) for scale, names in SPOUSE_SCALES.items() for item in names)
    book = an.Codebook(items, tuple(an.Scale(scale, valence="healthy") for scale in SPOUSE_SCALES), name="love")
    return an.couples_from_frame(
        an.read(shared("data", *SPOUSES["spouse"])),
        codebook=book,
        couple="couple",
        partner="spouse",
        roles={"Husband": "husband", "Wife": "wife"},
        settings=FEWER,
    )


def of_partners(data: an.Couples) -> an.Estimates:
    return an.describe(data) + an.agreement(data) + an.distinguishability(data)


def one(table: an.Estimates, **place: str) -> float:
    (row,) = table.where(**place)
    return float(row["estimate"])


# One item: sexualfun


def test_every_number_of_one_item_of_both_spouses_equals_its_reference() -> None:
    data = sexualfun()
    compared = compare(of_partners(data) + an.items(data) + an.item_agreement(data), "sexualfun", {}, roles=True)
    assert not differing(compared)
    assert len(compared) >= 83


def test_the_kappas_are_those_that_were_published() -> None:
    table = an.item_agreement(sexualfun())
    for statistic, kappa, error in (("kappa", 0.1293, 0.0686), ("kappa_linear", 0.2374, 0.0783)):
        (row,) = table.where(statistic=statistic, item="fun", variant="")
        assert (round(row["estimate"], 4), round(row["se"], 4)) == (kappa, error)


def test_spouses_who_answer_about_both_agree_and_are_not_called_similar() -> None:
    assert set(an.agreement(sexualfun()).frame["comparison"]) == {"agreement"}


# Finished scores: acitelli


@pytest.mark.parametrize("scores", [("satisfaction", "other_pos"), ("tension", "self_pos")], ids="+".join)
def test_every_number_of_scores_of_both_spouses_equals_its_reference(scores: tuple[str, str]) -> None:
    data = acitelli(*scores)
    compared = compare(of_partners(data), "acitelli", {"block:all": "+".join(scores)}, roles=True)
    assert not differing(compared)
    assert len(compared) >= 91


def test_the_published_test_of_two_scores_is_found_again() -> None:
    """Kenny's slides give chi-square (6) = 9.192, p = .163, with the divisor n - 1."""
    table = an.distinguishability(acitelli("satisfaction", "other_pos"))
    (row,) = table.where(scale="block:all", statistic="isat_chi2", variant="")
    assert row["df"] == 6
    assert row["estimate"] * 147 / 148 == pytest.approx(9.192, abs=5e-4)
    assert chi2.sf(row["estimate"] * 147 / 148, row["df"]) == pytest.approx(0.163, abs=5e-4)


def test_the_published_numbers_of_satisfaction_are_found_again() -> None:
    table = an.agreement(acitelli("satisfaction", "other_pos")).where(scale="satisfaction")
    assert round(one(table, statistic="icc_1", variant=""), 5) == 0.61847
    (difference,) = table.where(statistic="mean_difference", variant="")
    assert (round(difference["estimate"], 3), round(difference["p"], 2)) == (0.027, 0.45)


def test_the_study_sets_a_spouses_view_of_the_other_against_the_others_own() -> None:
    data = open_study("acitelli").couples()
    seen = an.agreement(data).where(statistic="pearson_r", comparison="self_other_agreement", variant="")
    frame = open_study("acitelli").frame().reset_index()
    wide = frame.pivot_table(index="cuplid", columns="gender", values=["self_pos", "other_pos"], aggfunc="first")
    wide = wide.astype(float)
    for perceiver, other, partner in (("husband", "-1", "1"), ("wife", "1", "-1")):
        r = np.corrcoef(wide["other_pos", partner], wide["self_pos", other])[0, 1]
        assert one(seen, partner=perceiver) == pytest.approx(r, rel=1e-12)


# Items and scales on an assumed pairing: the spouses of a textbook


def test_every_number_of_items_and_scales_of_thirty_couples_equals_its_reference() -> None:
    data = spouses()
    tables = [an.items, an.reliability, an.partner_reliability, an.scale_pairs, an.factor_fit, an.item_agreement]
    results = of_partners(data)
    for table in tables:
        results += table(data)
    compared = compare(results, "spouse", {"block:all": "passionate+companionate"}, roles=True)
    assert not differing(compared)
    assert len(compared) >= 419


def test_the_means_of_the_four_items_are_those_of_the_book() -> None:
    means = an.items(spouses()).where(statistic="mean", variant="")
    found = {
        partner: [one(means, partner=partner, item=f"item{i}") for i in range(1, 5)] for partner in spouses().partners
    }
    assert np.round(found["husband"], 3).tolist() == [3.9, 3.967, 4.333, 4.4]
    assert np.round(found["wife"], 3).tolist() == [3.833, 4.1, 4.633, 4.533]


def test_pairing_row_i_with_row_30_plus_i_is_what_was_taken() -> None:
    rows = shared("data", *SPOUSES["spouse"]).read_text(encoding="utf-8").splitlines()[1:]
    marks = [row.split(",")[-2:] for row in rows]
    assert [mark[0].strip('"') for mark in marks] == ["Husband"] * 30 + ["Wife"] * 30
    assert [mark[1] for mark in marks] == [str(i) for i in (*range(1, 31), *range(1, 31))]
