"""docs/calibration.md is the tracked tables in words, and what it calls printed is what results let through."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from handmade import book, items, made

import analysis as an
from analysis.calibration import Case, case_of, caution, level_of, measured
from analysis.results import shows_p
from benchmarks.calibrate import PARTS, kept, pieces
from benchmarks.calibration_tables import is_printed, page

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "analysis" / "calibration.csv"
AGREEMENT = PARTS["agreement"].names
MOST = 0.07  # Type I error at .05 that a p which is shown may have


def test_the_page_is_that_of_the_tracked_table() -> None:
    tracked = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert page(pd.read_csv(TABLE), AGREEMENT) == tracked


def test_everything_that_a_part_measures_is_in_the_table() -> None:
    known = {name for what in ("coverage", "type_1") for name, _ in measured(what)}
    for part in PARTS.values():
        assert not part.names - known


def test_a_part_leaves_the_rows_of_the_other() -> None:
    table = pd.read_csv(TABLE)
    left = kept(["agreement"], TABLE)
    assert set(left["measure"]) == set(table["measure"]) - AGREEMENT
    assert set(left["measure"]) == PARTS["reliability"].names
    assert kept(list(PARTS), TABLE).empty


def test_pieces_of_a_part_are_those_of_the_whole_work() -> None:
    whole = pieces(list(PARTS), 300, 100)
    for name in PARTS:
        assert pieces([name], 300, 100) == [piece for piece in whole if piece.part == name]


def test_what_is_printed_is_what_the_notes_of_results_let_through() -> None:
    data = made(book(items("H1", 4), items("H2", 4)), 60)
    frame = (an.agreement(data) + an.item_agreement(data) + an.invariance(data)).frame
    names = (frame["statistic"] + " " + frame["variant"]).str.strip()
    tested = frame["p"].notna() & names.isin([name for name, _ in measured("type_1")])
    assert tested.sum() > 20
    for name, note in zip(names[tested], frame.loc[tested, "note"], strict=True):
        assert is_printed(name) == shows_p(note) or name == "icc_1", name  # shown where partners have one mean


def test_every_p_of_agreement_that_is_printed_keeps_its_level() -> None:
    found = {
        (name, case): share
        for (name, case), share in measured("type_1").items()
        if name in AGREEMENT and case.couples in (50, 100) and is_printed(name)
    }
    assert len(found) > 100
    assert not {key: share for key, share in found.items() if share > MOST}


def test_every_interval_of_agreement_that_is_printed_is_measured() -> None:
    data = made(book(items("H1", 4), items("H2", 4)), 60)
    frame = (an.agreement(data) + an.item_agreement(data) + an.invariance(data)).frame
    there = frame[frame["lower"].notna()]
    of_another = {"krippendorff_interval jackknife"}  # that of icc_pairwise by a line, as test_agreement_rows shows
    printed = set((there["statistic"] + " " + there["variant"]).str.strip())
    assert not printed - of_another - {name for name, _ in measured()}


def test_an_interval_of_agreement_that_is_off_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made(book(items("H1", 4), items("H2", 4)), 50)
    case = case_of(data)
    table = {"coverage": {("icc_1", case): 0.91, ("ccc", case): 0.94}, "type_1": {("bhapkar", case): 0.09}}
    monkeypatch.setattr("analysis.calibration.measured", lambda what="coverage": table[what])
    said = caution(data, an.agreement(data) + an.item_agreement(data))
    assert "icc 1 .910" in said
    assert "ccc" not in said
    assert "bhapkar" not in said  # its p is not shown


def test_answers_with_gaps_are_read_beside_complete_ones_where_only_these_were_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = {("icc_1", Case("symmetric", 0.0, 50)): 0.91, ("kappa", Case("symmetric", 0.0, 50)): 0.92}
    monkeypatch.setattr("analysis.calibration.case_of", lambda _: Case("symmetric", 0.1, 50))
    monkeypatch.setattr("analysis.calibration.measured", lambda what="coverage": table if what == "coverage" else {})
    data = made(book(items("H1", 4)), 50, roles=None)
    said = caution(data, an.agreement(data) + an.item_agreement(data))
    assert "icc 1 .910" in said
    assert "icc 1 .910 (measured with two roles)" not in said
    assert "kappa .920 (measured with two roles)" in said


def test_levels_are_those_of_the_intervals() -> None:
    names = ("icc_1", "equivalence", "invariance_rmsea scalar")
    assert [level_of(name, "coverage") for name in names] == [0.95, 0.9, 0.9]
