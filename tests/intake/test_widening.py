"""Wide files: one row a couple becomes one row a person, by the pattern of the column names."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from surveys import message, raw

import analysis as an
from analysis.intake.widening import lengthen

MARKS = ["w", "m"]


def wide(**columns: Sequence[object]) -> pd.DataFrame:
    return raw(**columns)


def test_both_partners_of_a_row_stand_below_each_other() -> None:
    frame = lengthen(wide(id=["A", "B"], a_w=[1, 2], a_m=[3, 4]), "{item}_{partner}", MARKS, ["a"])
    assert frame.index.tolist() == [("frame", 1, "w"), ("frame", 1, "m"), ("frame", 2, "w"), ("frame", 2, "m")]
    assert frame["id"].tolist() == ["A", "A", "B", "B"]
    assert frame["a"].tolist() == ["1", "3", "2", "4"]


@pytest.mark.parametrize(
    ("pattern", "columns"),
    [
        ("{item}_{partner}", ("trust_1_w", "trust_1_m")),
        ("{partner}.{item}", ("w.trust_1", "m.trust_1")),
        ("{partner}{item}", ("wtrust_1", "mtrust_1")),
        ("Q({item})[{partner}]", ("Q(trust_1)[w]", "Q(trust_1)[m]")),
    ],
)
def test_a_pattern_may_put_item_and_partner_anywhere(pattern: str, columns: tuple[str, str]) -> None:
    frame = lengthen(wide(**{columns[0]: [1], columns[1]: [2]}), pattern, MARKS, ["trust_1"])
    assert frame["trust_1"].tolist() == ["1", "2"]


def test_marks_and_patterns_are_taken_literally() -> None:
    source = wide(**{"a.(1+)": [1], "a.(2*)": [2], "a_(2*)": [9], "aX(1+)": [9]})
    frame = lengthen(source, "{item}.({partner})", ["1+", "2*"], ["a"])
    assert frame["a"].tolist() == ["1", "2"]


def test_a_single_item_needs_no_item_in_the_pattern() -> None:
    frame = lengthen(wide(woman=[1], man=[2]), "{partner}", ["woman", "man"], ["fun"])
    assert frame["fun"].tolist() == ["1", "2"]


def test_without_known_items_the_pattern_finds_them() -> None:
    frame = lengthen(wide(a_w=[1], a_m=[2], b_w=[3], b_m=[4], n=[7]), "{item}_{partner}", MARKS, [])
    assert set(frame.columns) == {"n", "a", "b"}


def test_columns_that_fit_the_pattern_but_are_no_items_stay_shared() -> None:
    frame = lengthen(wide(a_w=[1], a_m=[2], age_w=[30]), "{item}_{partner}", MARKS, ["a"])
    assert list(frame.columns) == ["age_w", "a"]


def test_what_the_file_says_of_columns_is_said_of_items() -> None:
    source = wide(a_w=[1], a_m=[9])
    source.attrs["user_missing"] = {"a_m": {"9": True}, "a_w": {"8": True}}
    source.attrs["value_labels"] = {"a_w": {"1": "no"}, "other": {"1": "x"}}
    frame = lengthen(source, "{item}_{partner}", MARKS, ["a"])
    assert frame.attrs["user_missing"] == {"a": {"8": True, "9": True}}
    assert frame.attrs["value_labels"] == {"a": {"1": "no"}}


def refused(kind: type[an.SurveyError], source: pd.DataFrame, pattern: str, marks: list[str], items: list[str]) -> str:
    return message(kind, lengthen, source, pattern, marks, items)


def test_marks_are_needed() -> None:
    said = refused(an.StudyError, wide(a_w=[1]), "{item}_{partner}", [], ["a"])
    assert said == "A wide file needs the marks of its two partners: name roles, or partners if exchangeable."


@pytest.mark.parametrize("pattern", ["{item}", "{item}_{Partner}", "a_b", "{partner}"])
def test_a_pattern_holds_partner_and_item(pattern: str) -> None:
    said = refused(an.StudyError, wide(a_w=[1], a_m=[1]), pattern, MARKS, ["a", "b"])
    assert said == f"The wide pattern '{pattern}' must hold {{partner}} and {{item}}, as in '{{item}}_{{partner}}'."


def test_a_pattern_holds_item_once() -> None:
    said = refused(an.StudyError, wide(a_w=[1]), "{item}_{item}_{partner}", MARKS, ["a"])
    assert "holds {item} twice; write it once" in said


def test_a_column_that_fits_in_two_ways_is_shown_in_both() -> None:
    source = wide(H11=[1], H1=[1], H12=[1], H112=[2])
    said = refused(an.DataError, source, "{item}{partner}", ["1", "11"], ["H", "H1"])
    assert said.startswith("The wide pattern '{item}{partner}' fits columns in two ways; rename them:")
    assert "'H11' is item 'H1' of partner '1' or item 'H' of partner '11'" in said


def test_a_reading_that_names_no_item_is_no_second_way() -> None:
    frame = lengthen(wide(H11=[1], H12=[2]), "{item}{partner}", ["1", "2"], ["H1"])
    assert frame["H1"].tolist() == ["1", "2"]


def test_a_pattern_that_fits_nothing_is_refused_with_the_columns_of_the_file() -> None:
    said = refused(an.DataError, wide(id=[1], a1=[1], a2=[2]), "{item}_{partner}", ["1", "2"], ["a"])
    assert said == (
        "No column fits the wide pattern '{item}_{partner}' with partners '1', '2' and the codebook's items. "
        "The file's columns are 'id', 'a1', 'a2'."
    )


def test_items_of_one_partner_only_are_all_named() -> None:
    source = wide(a_w=[1], a_m=[2], b_w=[3], c_m=[4])
    said = refused(an.DataError, source, "{item}_{partner}", MARKS, ["a", "b", "c"])
    assert said.splitlines() == [
        "The wide pattern '{item}_{partner}' finds columns of one partner only:",
        "  item 'b' has a column for partner 'w' only, 'b_w'",
        "  item 'c' has a column for partner 'm' only, 'c_m'",
    ]


def test_a_column_called_like_an_item_is_refused() -> None:
    said = refused(an.DataError, wide(a=[9], a_w=[1], a_m=[2]), "{item}_{partner}", MARKS, ["a"])
    assert "The file has the column 'a' beside 'a_w', which is item 'a' by the wide pattern" in said
    assert "Rename or delete one of them." in said
