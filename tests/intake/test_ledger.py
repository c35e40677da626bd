"""The ledger: every row once, kept or out with a reason; what frames carry does not slow them down."""

from __future__ import annotations

from copy import copy, deepcopy

import pandas as pd
from surveys import ROLES, pair, raw

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
