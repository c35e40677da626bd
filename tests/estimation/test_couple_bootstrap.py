"""The bootstrap of couples: the same draws for every analysis, the reference's intervals, and what the notes count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from handmade import answers, book, couples, frame, items, made
from oracles import REFERENCE, close, numbers
from oracles import couples as of_frame

import analysis as an
from analysis.estimation import resampling
from analysis.estimation.notes import TOO_FLAT
from analysis.estimation.resampling import NO_JACKKNIFE, OUTSIDE, PERCENTILE, bootstrap_row, weights
from analysis.results import Row

FIVE = book(items("H1", 5))


def bootstrapped(table: an.Estimates, scale: str = "H1", partner: str = "w") -> dict[str, Row]:
    return {r["statistic"]: r for r in table.where(scale=scale, partner=partner, variant="bootstrap")}


def test_draws_depend_on_seed_resamples_couples_and_groups_alone() -> None:
    first = weights(made(FIVE, 30))
    other_items = weights(made(book(items("U1", 3)), 30))
    np.testing.assert_array_equal(first, other_items)
    assert first.shape == (100, 30)
    assert (first.sum(axis=1) == 30).all()
    assert not np.array_equal(first, weights(made(FIVE, 30, settings={"seed": 7})))


def test_couples_are_drawn_within_their_groups() -> None:
    data = made(FIVE, 30, group=["a", "b", "b"] * 10)
    drawn = weights(data)
    in_a = np.array([True, False, False] * 10)
    assert (drawn[:, in_a].sum(axis=1) == 10).all()
    assert (drawn[:, ~in_a].sum(axis=1) == 20).all()


def test_numbers_do_not_depend_on_what_was_asked_before() -> None:
    data = made(FIVE, 40)
    alone = an.reliability(data, bootstrap=True).frame
    an.partner_reliability(data, bootstrap=True)
    an.reliability(made(FIVE, 35), bootstrap=True)
    again = an.reliability(data, bootstrap=True).frame
    assert alone.equals(again)


def test_with_the_references_draws_the_intervals_of_alpha_are_the_references(monkeypatch: pytest.MonkeyPatch) -> None:
    index = np.loadtxt(REFERENCE / "frames" / "boot_index_f_tiny.csv", delimiter=",", skiprows=1).astype(int) - 1
    drawn = np.stack([np.bincount(row, minlength=12) for row in index]).astype(float)
    monkeypatch.setattr(resampling, "_drawn", lambda *_: drawn)
    data = of_frame("f_tiny")
    table = numbers("16_bootstrap")
    rows = an.reliability(data, bootstrap=True) + an.partner_reliability(data, bootstrap=True)
    for scale in ("healthy", "unhealthy"):
        of_alpha = bootstrapped(rows, scale, "w")["alpha"]
        gap = bootstrapped(rows, scale, "both")["alpha_difference"]
        for ours, statistic, place in ((of_alpha, "boot_alpha", f"{scale}:w"), (gap, "boot_alpha_difference", scale)):
            here = table[(table["scale"] == place) & (table["statistic"] == statistic)]
            halves = here[here["variant"].str.contains("ties counted half")]
            plain = here[here["variant"] == "BCa, jackknife over couples, quantile type 7"]
            wanted = (halves if len(halves) else plain).to_dict("records")[0]
            for column, theirs in (("estimate", "value"), ("lower", "lower"), ("upper", "upper"), ("se", "se")):
                assert close(ours[column], float(wanted[theirs]), 1e-9), (place, column)


def test_an_item_that_becomes_constant_in_resamples_is_counted() -> None:
    cells = answers(FIVE, 12)
    cells[:, 0, 1] = 3.0
    cells[0, 0, 1] = 4.0  # a single answer differs: about a third of the resamples miss it
    found = bootstrapped(an.reliability(couples(FIVE, cells, settings={"resamples": 400}), bootstrap=True))
    drawn = weights(couples(FIVE, cells, settings={"resamples": 400}))
    lost = int((drawn[:, 0] == 0).sum() + (drawn[:, 0] == 12).sum())
    assert found["alpha"]["note"].startswith(f"{lost} of 400 resamples have a constant item")
    assert f"{lost} of 400 resamples have no value" in found["alpha_standardized"]["note"]


def test_an_infinite_correction_falls_back_to_the_percentile_interval_and_says_so() -> None:
    at = {"scale": "H1", "partner": "w", "confidence": 0.95, "n_couples": 5, "n_persons": 5}
    replicates = np.linspace(0.5, 0.6, 200)
    row = bootstrap_row("alpha", at, 0.7, replicates, np.array([0.69, 0.71, 0.7, 0.72, 0.68]))
    assert PERCENTILE in row["note"]
    assert OUTSIDE in row["note"]
    assert (row["lower"], row["upper"]) == pytest.approx(tuple(np.quantile(replicates, [0.025, 0.975])))
    lost = bootstrap_row("alpha", at, 0.55, np.r_[replicates, np.nan, np.nan], np.array([0.5, 0.6, 0.55, 0.56, 0.54]))
    assert "2 of 202 resamples have no value" in lost["note"]
    assert lost["method"] == "BCa bootstrap of couples, 202 resamples"


def test_exchangeable_partners_are_drawn_together() -> None:
    data = made(FIVE, 40, roles=None)
    swapped = couples(FIVE, answers(FIVE, 40)[:, ::-1], roles=None)
    one, other = (bootstrapped(an.reliability(d, bootstrap=True), partner="both") for d in (data, swapped))
    for statistic in ("alpha_pooled", "omega_pooled", "lambda2", "mean_interitem_r"):
        assert one[statistic]["lower"] == pytest.approx(other[statistic]["lower"], abs=1e-9)
        assert one[statistic]["upper"] == pytest.approx(other[statistic]["upper"], abs=1e-9)


def test_heywood_cases_in_resamples_are_counted() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(30, 1)) + rng.normal(size=(30, 3)) * 1.5
    first = x.mean(axis=1) + rng.normal(size=30) * 0.7
    cells = np.stack([np.column_stack([first, x])] * 2, axis=1)
    data = couples(book(items("H1", 4, low=None, high=None)), cells, settings={"resamples": 300})
    note = bootstrapped(an.reliability(data, bootstrap=True))["omega"]["note"]
    assert " resamples are a Heywood case" in note


def test_with_the_references_draws_pooled_alpha_is_the_references_too(monkeypatch: pytest.MonkeyPatch) -> None:
    index = np.loadtxt(REFERENCE / "frames" / "boot_index_f_tiny.csv", delimiter=",", skiprows=1).astype(int) - 1
    drawn = np.stack([np.bincount(row, minlength=12) for row in index]).astype(float)
    monkeypatch.setattr(resampling, "_drawn", lambda *_: drawn)
    rows = an.reliability(replace(of_frame("f_tiny"), roles=None), bootstrap=True)
    table = numbers("16_bootstrap")
    for scale in ("healthy", "unhealthy"):
        here = table[(table["scale"] == f"{scale}:pooled") & (table["statistic"] == "boot_alpha")]
        halves = here[here["variant"].str.contains("ties counted half")]
        plain = here[here["variant"] == "BCa, jackknife over couples, quantile type 7"]
        wanted = (halves if len(halves) else plain).to_dict("records")[0]
        ours = bootstrapped(rows, scale, "both")["alpha_pooled"]
        for column, theirs in (("estimate", "value"), ("lower", "lower"), ("upper", "upper"), ("se", "se")):
            assert close(ours[column], float(wanted[theirs]), 1e-9), (scale, column)
        assert ours["method"] == "BCa bootstrap of couples, 999 resamples"


def test_the_order_of_the_file_changes_no_draw_of_a_couple() -> None:
    cells, group = answers(FIVE, 20), ["a", "b"] * 10
    table = frame(FIVE, cells)
    table["group"] = [group[int(couple[1:])] for couple in table["couple"]]
    other = table.sample(frac=1, random_state=3)
    one, shuffled = (
        an.couples_from_frame(
            each, codebook=FIVE, couple="couple", partner="partner", roles={"w": "w", "m": "m"}, group="group",
            settings=an.Settings(resamples=100),
        )
        for each in (table, other)
    )  # fmt: skip
    names, shuffled_names = (list(data.items.index.get_level_values("couple").unique()) for data in (one, shuffled))
    assert names != shuffled_names
    in_order = [shuffled_names.index(name) for name in names]
    np.testing.assert_array_equal(weights(one), weights(shuffled)[:, in_order])
    first, second = (an.reliability(data, bootstrap=True) for data in (one, shuffled))
    for a, b in zip(first, second, strict=True):
        limits = [(row["estimate"], row["lower"], row["upper"], row["se"]) for row in (a, b)]
        assert limits[0] == pytest.approx(limits[1], rel=1e-7, nan_ok=True)


def test_the_same_draws_reach_scales_pairs_partners_and_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made(book(items("H1", 3), items("H2", 3)), 30, group=["a", "b"] * 15)
    calls = []
    original = resampling._drawn

    def noted(*key: Any) -> Any:
        calls.append(key)
        return original(*key)

    monkeypatch.setattr(resampling, "_drawn", noted)
    for analysis in (an.reliability, an.partner_reliability, an.block_reliability):
        analysis(data, bootstrap=True)
    assert len(calls) == 3
    assert len(set(calls)) == 1


def test_the_order_of_analyses_changes_no_number() -> None:
    data = made(book(items("H1", 3), items("H2", 3)), 30)
    analyses = (an.reliability, an.partner_reliability, an.block_reliability)
    forth = [analysis(data, bootstrap=True).frame for analysis in analyses]
    resampling._drawn.cache_clear()
    back = [analysis(data, bootstrap=True).frame for analysis in analyses[::-1]][::-1]
    assert all(one.equals(other) for one, other in zip(forth, back, strict=True))


def test_draws_cannot_be_changed_by_who_gets_them() -> None:
    with pytest.raises(ValueError, match="read-only"):
        weights(made(FIVE, 10))[0, 0] = 5


def test_with_too_few_values_among_the_resamples_there_is_no_interval_and_the_note_says_so() -> None:
    at = {"scale": "H1", "partner": "w", "confidence": 0.95, "n_couples": 5, "n_persons": 5}
    row = bootstrap_row("omega", at, 0.7, np.full(100, np.nan), np.full(5, np.nan))
    assert np.isnan(row["lower"])
    assert (
        row["note"] == "100 of 100 resamples have no value; no interval: fewer than half of the resamples have a value"
    )


def test_an_interval_that_does_not_hold_its_estimate_is_shown_and_said() -> None:
    rng = np.random.default_rng(0)
    at = {"scale": "H1", "partner": "w", "confidence": 0.95, "n_couples": 12, "n_persons": 12}
    replicates, jackknife = 0.45 + rng.gamma(1.0, 0.1, 999), 0.5 + 0.01 * rng.standard_t(1.2, 12)
    outside = bootstrap_row("alpha", at, 0.4501, replicates, jackknife)
    assert outside["lower"] > 0.4501 or outside["upper"] < 0.4501
    assert outside["note"] == OUTSIDE
    inside = bootstrap_row("alpha", at, 0.52, replicates, jackknife)
    assert inside["lower"] < 0.52 < inside["upper"]
    assert not inside["note"]


def test_replicates_that_do_not_vary_make_no_interval() -> None:
    at = {"scale": "H1", "partner": "w", "confidence": 0.95, "n_couples": 5, "n_persons": 5}
    row = bootstrap_row("alpha", at, 0.7, np.full(100, 0.7), np.full(5, 0.7))
    assert np.isnan([row["lower"], row["upper"]]).all()
    assert row["note"] == TOO_FLAT


def test_without_a_jackknife_the_interval_is_percentile_and_the_note_says_why() -> None:
    at = {"scale": "H1", "partner": "w", "confidence": 0.95, "n_couples": 5, "n_persons": 5}
    replicates = np.linspace(0.5, 0.6, 200)
    row = bootstrap_row("omega", at, 0.55, replicates, np.array([0.5, 0.6, np.nan, 0.56, 0.54]))
    assert (row["lower"], row["upper"]) == pytest.approx(tuple(np.quantile(replicates, [0.025, 0.975])))
    assert row["note"] == NO_JACKKNIFE
