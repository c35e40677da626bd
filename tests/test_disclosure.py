from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from handmade import answers, book, couples, items

import analysis as an
from analysis.disclosure import HIDDEN, public, public_count, public_note, stamp
from analysis.estimation.blocks import NOT_IDENTIFIED, ONE_ITEM, ONE_SCALE
from analysis.report.joining import OTHERS, shown_compositions
from analysis.results import Estimates, Row, row, said

CLOSED, OPEN = an.Settings(), an.Settings(synthetic=True)


def _one(**values: Any) -> Row:
    place: dict[str, Any] = {"scale": "H1", "item": "H1_1", "partner": "woman", "n_couples": 50, "n_persons": 50}
    return row("items", **(place | values))


def _shown(*rows: Row, settings: an.Settings = CLOSED) -> list[Row]:
    return list(public(Estimates(rows), settings))


def test_numbers_on_fewer_couples_than_the_threshold_are_hidden_with_their_n() -> None:
    (shown,) = _shown(_one(statistic="mean", estimate=3.2, lower=3.0, upper=3.4, n_couples=9, n_persons=9))
    assert np.isnan(shown["estimate"])
    assert np.isnan(shown["lower"])
    assert shown["n_couples"] is not None
    assert str(shown["n_couples"]) == "<NA>"
    assert shown["note"] == HIDDEN


def test_the_threshold_itself_is_shown() -> None:
    (shown,) = _shown(_one(statistic="mean", estimate=3.2, lower=3.0, upper=3.4, n_couples=10, n_persons=10))
    assert shown["estimate"] == 3.2


def test_a_threshold_of_five_hides_less() -> None:
    rows = [_one(statistic="mean", estimate=3.2, n_couples=5, n_persons=5)]
    assert next(iter(public(Estimates(rows), an.Settings(threshold=5))))["estimate"] == 3.2


@pytest.mark.parametrize(("share", "hidden"), [(0.10, True), (0.20, False), (0.80, False), (0.90, True), (0.0, True)])
def test_a_share_whose_count_or_complement_is_small_is_hidden(share: float, *, hidden: bool) -> None:
    (shown,) = _shown(_one(statistic="floor", estimate=share))
    assert np.isnan(shown["estimate"]) == hidden
    assert (shown["note"] == HIDDEN) == hidden


def test_a_spread_of_zero_is_hidden_with_the_mean_beside_it() -> None:
    mean, spread, other = _shown(
        _one(statistic="mean", estimate=5.0, lower=5.0, upper=5.0, se=0.0),
        _one(statistic="sd", estimate=0.0),
        _one(statistic="sd", estimate=0.5, scale="H2", item="H2_2"),
    )
    assert np.isnan(mean["estimate"])
    assert np.isnan(spread["estimate"])
    assert other["estimate"] == 0.5


def test_a_hidden_row_says_the_same_and_loses_its_n_whatever_the_reason() -> None:
    rows = _shown(
        _one(statistic="mean", estimate=3.2, n_couples=9, n_persons=9),
        _one(statistic="floor", estimate=0.02, item="H1_2"),
        _one(statistic="sd", estimate=0.0, item="H1_3"),
        row("agreement", "icc_1", estimate=1.0, n_couples=50, n_persons=100),
    )
    assert {line["note"] for line in rows} == {HIDDEN}
    assert {str(line[n]) for line in rows for n in ("n_couples", "n_persons")} == {"<NA>"}


def test_an_items_skew_is_hidden_as_it_gives_the_counts_of_answers_away() -> None:
    (shown,) = _shown(_one(statistic="skew", estimate=0.31))
    assert np.isnan(shown["estimate"])
    assert next(iter(public(Estimates([_one(statistic="skew", estimate=0.31)]), OPEN)))["estimate"] == 0.31


def _mean(estimate: float, n: int, **place: str) -> Row:
    return row("describe", "scale_mean", scale="H1", estimate=estimate, n_couples=n, n_persons=n, **place)


@pytest.mark.parametrize(("n", "hidden"), [(50, False), (49, True), (41, True), (40, False)])
def test_a_mean_within_couples_is_hidden_where_it_gives_single_persons_away(n: int, *, hidden: bool) -> None:
    whole, within = _shown(_mean(3.21, 50, partner="woman"), _mean(3.24, n, partner="woman", variant="within_couple"))
    assert whole["estimate"] == 3.21
    assert np.isnan(within["estimate"]) == hidden


def test_beside_a_hidden_group_the_smallest_shown_one_is_hidden_too() -> None:
    whole, few, small, large = _shown(
        _mean(3.2, 90), _mean(3.0, 6, group="a"), _mean(3.1, 30, group="b"), _mean(3.3, 54, group="c")
    )
    assert [np.isnan(line["estimate"]) for line in (whole, few, small, large)] == [False, True, True, False]
    unharmed = _shown(_mean(3.2, 84), _mean(3.1, 30, group="b"), _mean(3.3, 54, group="c"))
    assert not any(np.isnan(line["estimate"]) for line in unharmed)


@pytest.mark.parametrize(("section", "statistic"), [("agreement", "icc_1"), ("describe", "cross_partner_r")])
def test_a_perfect_correlation_between_partners_is_hidden(section: str, statistic: str) -> None:
    (shown,) = public(Estimates([row(section, statistic, estimate=-1.0, n_couples=50, n_persons=100)]), CLOSED)
    assert np.isnan(shown["estimate"])


def test_a_distance_of_zero_is_hidden() -> None:
    (shown,) = public(Estimates([row("profiles", "profile_d2", estimate=0.0, n_couples=50, n_persons=100)]), CLOSED)
    assert np.isnan(shown["estimate"])


def test_the_name_of_a_constant_item_is_not_public() -> None:
    note = "constant, and counted in k: h4"
    (shown,) = public(
        Estimates([row("reliability", "alpha", estimate=0.7123456, n_couples=50, n_persons=50, note=note)]), CLOSED
    )
    assert "h4" not in shown["note"]
    assert "does not vary" in shown["note"]


@pytest.mark.parametrize("note", ["an item is constant: H1_2 (man)", "items are constant: H1_2, H1_3; no interval"])
def test_the_name_of_an_item_that_leaves_no_model_is_not_public(note: str) -> None:
    line = row("reliability", "omega", scale="H1", partner="man", n_couples=50, n_persons=50, note=note)
    (shown,) = _shown(line)
    assert shown["note"] == "an item is constant"
    assert _shown(line, settings=OPEN)[0]["note"] == note


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        (
            "couples left out: 3; a flat profile has no shape",
            "couples left out: fewer than 10; a flat profile has no shape",
        ),
        ("(with both partners: 120): H1: 2; H7: 11.", "(with both partners: 120): H1: fewer than 10; H7: 11."),
        ("2 scales; a profile correlation needs 3", "2 scales; a profile correlation needs 3"),
    ],
)
def test_small_counts_in_notes_are_hidden(note: str, shown: str) -> None:
    made = public(Estimates([_one(statistic="mean", estimate=3.0, note=note)], [note]), CLOSED)
    assert made.notes == (shown,)
    assert said(next(iter(made))["note"]) == shown


def test_what_is_shown_has_four_significant_digits() -> None:
    (shown,) = _shown(_one(statistic="mean", estimate=3.14159265, lower=0.000123456, upper=123456.0))
    assert (shown["estimate"], shown["lower"], shown["upper"]) == (3.142, 0.0001235, 123500.0)


def test_synthetic_and_disclosed_studies_hide_nothing() -> None:
    rows = [_one(statistic="sd", estimate=0.0, n_couples=3, n_persons=3)]
    for settings in (OPEN, an.Settings(disclose=True)):
        assert next(iter(public(Estimates(rows), settings)))["estimate"] == 0.0


def test_every_open_study_carries_a_stamp() -> None:
    assert stamp(CLOSED) == ""
    assert "Synthetic" in stamp(OPEN)
    assert "Do not give this to participants" in stamp(an.Settings(disclose=True))


def test_small_counts_are_only_fewer_than() -> None:
    assert [public_count(n, CLOSED) for n in (0, 1, 9, 10)] == ["0", "fewer than 10", "fewer than 10", "10"]
    assert public_count(1, OPEN) == "1"


def test_where_an_item_does_not_vary_the_means_of_its_scale_do_not_tell_its_answer() -> None:
    codebook = book(items("H1", 4), items("H2", 4))
    cells = answers(codebook, 40).astype(float)
    cells[:, 0, 1] = 4.0
    data = couples(codebook, cells)
    shown = public(an.describe(data) + an.items(data) + an.reliability(data), CLOSED)
    of_scale = shown.where(section="items", scale="H1", partner="w")
    assert {row["note"] for row in of_scale} == {HIDDEN}
    assert np.isnan(of_scale.frame["estimate"]).all()
    assert np.isfinite(next(iter(shown.where(statistic="scale_mean", scale="H1", partner="w", variant="")))["estimate"])
    other = shown.where(section="items", statistic="mean", scale="H1", partner="m").frame
    assert np.isfinite(other["estimate"]).all()


def test_counts_of_scales_and_resamples_are_no_counts_of_couples() -> None:
    for note in (
        ONE_SCALE.format(1),
        ONE_ITEM.format(2),
        NOT_IDENTIFIED.format(3, 2, 1),
        "2 of 999 resamples have no value",
    ):
        assert public_note(note, CLOSED) == note


def test_an_item_against_its_key_is_named_where_its_numbers_are_shown() -> None:
    codebook = book(items("H1", 4))
    for n, named in ((8, False), (40, True)):
        cells = answers(codebook, n).astype(float)
        cells[:, 0, 2] = 6.0 - cells[:, 0, 2]
        notes = an.items(couples(codebook, cells, settings={"synthetic": False})).notes
        assert any("run against their declared key" in note for note in notes) == named


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"a": 40, "b": 10}, {"a": ("a",), "b": ("b",)}),
        ({"a": 40, "b": 6, "c": 5}, {"a": ("a",), "other compositions": ("b", "c")}),
        ({"a": 40, "b": 30, "c": 9}, {"a": ("a",), "other compositions": ("b", "c")}),
        ({"a": 40, "b": 12, "c": 4, "d": 3}, {"a": ("a",), "other compositions": ("b", "c", "d")}),
        ({"a": 40, "b": 9}, {"all compositions": ("a", "b")}),
        ({"a": 4, "b": 3}, {"all compositions": ("a", "b")}),
        ({"a": 4}, {"all compositions": ("a",)}),
        ({OTHERS: 40, "b": 20, "c": 6, "d": 5}, {"all compositions": (OTHERS, "b", "c", "d")}),
        ({"a": 60, OTHERS: 40, "c": 6, "d": 5}, {"a": ("a",), OTHERS: (OTHERS, "c", "d")}),
    ],
)
def test_small_compositions_are_joined_until_none_can_be_told(
    sizes: dict[str, int], shown: dict[str, tuple[str, ...]]
) -> None:
    assert shown_compositions(sizes, an.Settings()) == shown
    assert shown_compositions(sizes, an.Settings(disclose=True)) == {name: (name,) for name in sizes}
