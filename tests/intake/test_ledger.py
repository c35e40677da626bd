"""The ledger: every row once, kept or out with a reason; what frames carry does not slow them down."""

from __future__ import annotations

from copy import copy, deepcopy
from pathlib import Path

import pandas as pd
import pytest
from surveys import ROLES, book, message, pair, raw

import analysis as an
from analysis.intake.ledger import ByColumn, RowsOut, carry, ledger, note, notes, put_out


def test_every_row_stands_there_once_in_the_order_of_the_file() -> None:
    people = pair(
        raw(id=["x", "", "y", "x"], who=["m", "w", "w", "w"], a=[1, 2, 3, 4]),
        couple="id",
        partner="who",
        roles=ROLES,
        items=["a"],
    )
    table = ledger(people)
    assert table.to_dict("list") == {
        "file": ["frame"] * 4,
        "row": [1, 2, 3, 4],
        "couple": ["x", "", "y", "x"],
        "partner": ["man", "", "woman", "woman"],
        "kept": [True, False, True, True],
        "reason": ["", "blank couple id", "", ""],
    }


def test_a_row_with_both_partners_names_both() -> None:
    people = pair(raw(a_w=[1], a_m=[2]), wide="{item}_{partner}", roles=ROLES, items=["a"])
    assert ledger(people)["partner"].tolist() == ["woman and man"]


def test_without_rows_out_kept_is_still_yes_or_no() -> None:
    table = ledger(pair(raw(a=[1, 2]), one_person=True, items=["a"]))
    assert table["kept"].dtype == bool
    assert not (~table["kept"]).any()


def test_a_note_stands_there_once() -> None:
    frame = pd.DataFrame()
    assert notes(frame) == []
    for sentence in ("one", "two", "one"):
        note(frame, sentence)
    assert notes(frame) == ["one", "two"]


def test_notes_of_a_step_are_not_those_of_the_step_before() -> None:
    before = pd.DataFrame({"a": [1]})
    note(before, "one")
    after = carry(before, before.copy())
    note(after, "two")
    put_out(after, [("f", 2)], "gone")
    assert notes(before) == ["one"]
    assert "out" not in before.attrs


def test_rows_out_name_their_couples_where_they_are_known() -> None:
    frame = pd.DataFrame()
    put_out(frame, [("f", 2)], "first")
    put_out(frame, [("f", 3), ("g", 2)], "second", ["x", "y"])
    assert frame.attrs["out"] == (
        {"file": "f", "row": 2, "couple": "", "reason": "first"},
        {"file": "f", "row": 3, "couple": "x", "reason": "second"},
        {"file": "g", "row": 2, "couple": "y", "reason": "second"},
    )


def test_what_does_not_change_is_not_copied() -> None:
    for table in (RowsOut([{"row": 1}]), ByColumn(a={"1": "no"})):
        assert copy(table) is table
        assert deepcopy(table) is table


def test_the_attributes_of_a_frame_that_is_no_survey_are_carried_too() -> None:
    frame = raw(id=["x", "x"], a=[1, 2])
    frame.attrs["mine"] = 7
    assert an.pair(frame, couple="id").attrs["mine"] == 7


def survey() -> pd.DataFrame:
    return raw(id=["x", "x", "y", "y", ""], wave=["0", "0", "1", "1", "0"], a=[1, 2, 3, 4, 5])


def test_rows_taken_out_by_hand_before_pairing_stand_in_the_ledger() -> None:
    frame = survey()
    table = an.ledger(an.pair(frame[frame["wave"] == "0"], couple="id", items=["a"]))
    by_hand = "taken out by hand between the steps"
    assert table["reason"].tolist() == ["", "", by_hand, by_hand, "blank couple id"]
    assert table["kept"].tolist() == [True, True, False, False, False]


def test_rows_taken_out_by_hand_after_pairing_coding_and_scoring_stand_there_too() -> None:
    people = an.pair(survey(), couple="id", items=["a"])
    scores = an.score(an.code(people, book("a")), book("a"))
    for frame in (people.iloc[1:], scores.iloc[1:]):
        assert an.ledger(frame)["reason"].tolist() == [
            "taken out by hand between the steps",
            "",
            "",
            "",
            "blank couple id",
        ]


def test_rows_taken_out_by_hand_reach_the_couples() -> None:
    frame = survey()
    couples = an.couples_from_frame(frame[frame["id"] != "y"], codebook=book("a"), couple="id")
    assert len(couples.ledger) == 5
    assert (couples.ledger["reason"] == "taken out by hand between the steps").sum() == 2


def test_no_row_of_files_read_together_is_lost(tmp_path: Path) -> None:
    for mark in "wm":
        (tmp_path / f"{mark}.csv").write_text("id,a\nx,1\ny,2\n")
    frame = an.read({mark: tmp_path / f"{mark}.csv" for mark in "wm"})
    table = an.ledger(an.pair(frame[frame["id"] == "x"], couple="id", partner="partner", roles=ROLES, items=["a"]))
    assert table["kept"].tolist() == [True, False, True, False]


def test_a_ledger_of_what_is_not_paired_is_refused_with_the_remedy() -> None:
    said = message(an.DataError, an.ledger, survey())
    assert "indexed 'couple', 'partner', 'file', 'row'; this one is indexed 'file', 'row'. Pair it first" in said


@pytest.mark.parametrize("columns", [1, 12])
def test_columns_that_nothing_used_are_named_without_a_cell_of_them(columns: int) -> None:
    more = {f"more{i}": ["secret"] * 5 for i in range(columns)}
    frame = raw(id=["x", "x", "y", "y", "z"], wave=["0"] * 5, kind=["k"] * 5, a=[1, 2, 3, 4, 5], **more)
    couples = an.couples_from_frame(frame, codebook=book("a"), couple="id", where={"wave": "0"}, group="kind")
    (said,) = couples.notes
    assert said.startswith("Columns of the file that nothing used: 'more0'")
    assert said.endswith("'more0'." if columns == 1 else "'more7' and 4 more.")
    assert couples.private_notes == ()


def test_where_every_column_is_used_nothing_is_said() -> None:
    long = an.couples_from_frame(
        raw(id=["x", "x"], who=["w", "m"], a=[1, 2]), codebook=book("a"), couple="id", partner="who"
    )
    wide = an.couples_from_frame(
        raw(id=["x"], a_w=[1], a_m=[2]), codebook=book("a"), couple="id", wide="{item}_{partner}", roles=ROLES
    )
    assert long.notes == wide.notes == ()
