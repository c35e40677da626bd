"""Invariance scale by scale: every column against the kernel, the words of every gap, and cautions that fit."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import answers, book, couples, items, made

import analysis as an
from analysis.disclosure import public
from analysis.estimation.invariance import INDICES, MEASURED, ML_P
from analysis.results import Row
from analysis.rules import sentence
from analysis.stats.invariance import partner_invariance
from analysis.stats.levels import LEVELS
from analysis.stats.value import Array, Value

THREE = book(items("H1", 3))


def by_place(table: an.Estimates, scale: str = "H1") -> dict[tuple[str, str], Row]:
    return {(row["statistic"], row["variant"]): row for row in table.where(scale=scale)}


def equal(row: Row, value: Value) -> None:
    np.testing.assert_array_equal([row[name] for name in Value._fields], value)


def alike(n: int, k: int = 3, seed: int = 1, *, shift: float = 0.0) -> Array:
    """Return answers 0 to 20 that measure the same for both; ``shift`` raises the second partner's first item."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n, 1, 1)) + rng.normal(size=(n, 2, 1))
    cells = np.clip(np.round(10 + 2 * (factor + rng.normal(size=(n, 2, k)))), 0, 20)
    cells[:, 1, 0] = np.clip(cells[:, 1, 0] + shift, 0, 20)
    return cells


def wide_range(k: int = 3) -> an.Codebook:
    return book(items("H1", k, low=0, high=20))


def test_every_column_is_that_of_the_kernel_over_couples_complete_on_both_sides() -> None:
    cells = alike(60)
    cells[0, 0, 0] = cells[1, 1, 2] = np.nan
    data = couples(wide_range(), cells, absent=[(5, 1)])
    found = by_place(an.invariance(data))
    kept = ~np.isnan(data.cube("H1")).any(axis=(1, 2))
    model = partner_invariance(data.cube("H1")[kept, 0], data.cube("H1")[kept, 1])
    for level in LEVELS:
        ours = model.level(level)
        equal(found["invariance", level], ours.chi2)
        assert ML_P.format(MEASURED["fit"]) in found["invariance", level]["note"]
        for index in INDICES:
            equal(found[f"invariance_{index}", level], getattr(ours, index))
        flipped = found["invariance", f"{level} sign_flips"]
        assert flipped["df"] == ours.chi2.df
        assert 1 / 101 <= flipped["p"] <= 1
        if level != "configural":
            equal(found["invariance_difference", level], ours.difference)
            assert found["invariance_difference", f"{level} sign_flips"]["df"] == ours.difference.df
    assert {(row["n_couples"], row["n_persons"], row["partner"]) for row in found.values()} == {(57, 114, "both")}
    assert found["invariance_rmsea", "metric"]["confidence"] == 0.9
    assert len(found) == 4 * 6 + 3 * 2


def test_the_order_of_couples_in_the_file_changes_no_p() -> None:
    cells, order = alike(40), np.random.default_rng(3).permutation(40)
    table = couples(wide_range(), cells).items
    one = an.invariance(couples(wide_range(), cells))
    frame = table.reset_index()
    names = frame["couple"].unique()[order]
    moved = frame.set_index("couple").loc[names].reset_index()
    other = an.couples_from_frame(
        moved, codebook=wide_range(), couple="couple", partner="partner", roles={"w": "w", "m": "m"},
        settings=an.Settings(resamples=100),
    )  # fmt: skip
    np.testing.assert_allclose(an.invariance(other).frame["p"], one.frame["p"], rtol=1e-6)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda: made(book(items("H1", 2))), "needs 3 items; this scale has 2"),
        (lambda: made(book(items("H1", 13)), 60), "12 items at most; this scale has 13"),
        (lambda: made(THREE, 6), "couples complete on both sides: 6; more than 6 are needed"),
        (lambda: couples(THREE, _constant(answers(THREE, 30))), "an item is constant: H1_2 (m)"),
        (lambda: couples(THREE, _twins(answers(THREE, 30))), "this level has no single solution"),
    ],
    ids=["two items", "thirteen items", "few couples", "constant", "twins"],
)  # fmt: skip
def test_a_gap_says_why(data: object, words: str) -> None:
    table = an.invariance(data())  # type: ignore[operator]
    assert len(table) == 30
    for row in table:
        assert np.isnan(row["estimate"])
        assert words in row["note"]
    assert not any("above .05" in note or "Few couples" in note for note in table.notes)


def _constant(cells: Array) -> Array:
    cells[:, 1, 1] = 4.0
    return cells


def _twins(cells: Array) -> Array:
    cells[:, 1] = cells[:, 0]
    return cells


def test_exchangeable_partners_are_refused_with_the_remedy() -> None:
    table = an.invariance(made(THREE, roles=None))
    assert len(table) == 0
    assert "exchangeable" in table.notes[0]
    assert "[couples] of study.toml" in table.notes[0]


def test_few_couples_are_warned_of_and_many_are_not() -> None:
    few, many = (an.invariance(couples(wide_range(), alike(n))).notes for n in (59, 60))
    assert any(note.startswith("Few couples for the items of H1: ") for note in few)
    assert not any(note.startswith("Few couples") for note in many)


def test_a_p_above_05_is_said_to_show_nothing_and_one_below_calls_means_into_question() -> None:
    alike_notes = an.invariance(couples(wide_range(), alike(150, seed=3))).notes
    assert sentence("W8") in alike_notes
    assert not any("Comparing means needs scalar invariance" in note for note in alike_notes)
    shifted = an.invariance(couples(wide_range(), alike(150, seed=3, shift=3.0)))
    assert by_place(shifted)["invariance_difference", "scalar sign_flips"]["p"] <= 0.05
    assert any(note.startswith("H1: equal loadings or intercepts were rejected") for note in shifted.notes)


def test_a_p_below_05_everywhere_needs_no_caution_about_equality() -> None:
    rng = np.random.default_rng(2)
    cells = alike(300, 4)
    cells[:, :, 2:] += 2 * rng.normal(size=(300, 2, 1))  # a second factor
    cells[:, 1, 0] = 10 + 0.4 * (cells[:, 1, 0] - 10)
    cells[:, 1, 1] += 2
    cells[:, 1, 3] += 3 * rng.normal(size=300)
    table = an.invariance(couples(wide_range(4), np.clip(np.round(cells), 0, 20)))
    assert all(row["p"] <= 0.05 for row in table if row["variant"].endswith("sign_flips"))
    assert len(table.notes) == 1
    assert table.notes[0].startswith("H1: equal loadings or intercepts were rejected")


def test_small_counts_in_notes_are_hidden_and_constant_items_not_named() -> None:
    for data, secret in ((made(THREE, 6), ": 6;"), (couples(THREE, _constant(answers(THREE, 30))), "H1_2")):
        shown = public(an.invariance(data), data.settings)
        assert not any(secret in row["note"] for row in shown)
