"""Coding: only what codebook and study declare becomes a number; everything else is refused, all of it at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from surveys import ROLES, book, message, raw, write

import analysis as an
from analysis.intake.coding import REASONS, allowed_text, code, part
from analysis.intake.ledger import notes

ANSWER = "answer"
REMEDY = (
    "Mend the file, widen the item's bounds or labels in the codebook, or declare the value under [answers] in "
    "study.toml as a label or as missing. The error's .cells holds every one."
)


def people(**items: Sequence[object]) -> pd.DataFrame:
    """Return one respondent a couple."""
    return an.pair(raw(**items), one_person=True)


def coded(item: an.Item | str, cells: Sequence[object], **how: Any) -> tuple[list[float], list[str]]:
    """Return the numbers of one item and why each missing one is missing."""
    source = people(**{book(item).items[0].header: cells}, comment=["-"] * len(cells))
    made = code(source, book(item), **how)
    numbers = part(made, "answer").iloc[:, 0]
    positions = part(made, "reason").iloc[:, 0]
    assert numbers.dtype == np.float64
    assert positions.dtype == np.int8
    assert (numbers.isna() == (positions >= 0)).all()
    return numbers.tolist(), [REASONS[i] if i >= 0 else ANSWER for i in positions]


def refused(item: an.Item | str, cells: Sequence[object], **how: Any) -> str:
    """Return what is said of cells that are no answers."""
    return message(an.DataError, coded, item, cells, **how)


# Numbers and labels


@pytest.mark.parametrize("text", ["4", "4.0", "4,0", " 4 ", "+4", "04", "4e0", "4.0000000001"])
def test_a_whole_number_may_be_written_in_many_ways(text: str) -> None:
    assert coded("a", [text])[0] == [4]


@pytest.mark.parametrize(
    "text", ["3.5", "3,5", "0", "6", "-1", "six", "=1+1", "1e300", "inf", "nan", "None", "4 5", "1_0", "4.01", "true"]
)
def test_anything_else_is_refused(text: str) -> None:
    said = refused("a", [text, "4"])
    assert said.startswith("1 cell is neither an answer nor a declared missing value:")
    assert f"frame row 1, couple '1', respondent: a is '{text}'; allowed is a whole number from 1 to 5" in said


LABELLED = an.Item("a", "H", 1, 5, labels=((1, "Never"), (5, "I don’t know")))


@pytest.mark.parametrize(
    ("text", "number"), [("never", 1), (" NEVER ", 1), ("I don't  know", 5), ("4", 4), ("Often", 3)]
)
def test_labels_are_read_without_case_space_and_kind_of_apostrophe(text: str, number: float) -> None:
    assert coded(LABELLED, [text], labels={"often": 3})[0] == [number]


def test_the_labels_of_the_item_go_before_those_of_the_study() -> None:
    assert coded(LABELLED, ["Never"], labels={"Never": 5})[0] == [1]


def test_a_label_outside_the_bounds_is_refused() -> None:
    assert "a is 'Always'; allowed is a whole number from 1 to 5" in refused("a", ["Always"], labels={"Always": 9})


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (an.Item("a", "H", 1, 5), "a whole number from 1 to 5"),
        (an.Item("a", "H", 0, 4, labels=((0, "no"),)), "a whole number from 0 to 4 or one of 'no'"),
        (an.Item("a", "H", 0, 99.5, finished=True), "a number from 0 to 99.5"),
        (an.Item("a", "H"), "a finite number below 1e+100"),
    ],
)
def test_what_is_allowed_is_said_in_words(item: an.Item, words: str) -> None:
    assert allowed_text(item) == words


def test_a_continuous_score_is_taken_as_it_is() -> None:
    assert coded(an.Item("a", "H"), ["2.25", "-7,5", "1E5", "1000"])[0] == [2.25, -7.5, 1e5, 1000]


@pytest.mark.parametrize("text", ["inf", "-inf", "nan", "1e300", "high"])
def test_a_continuous_score_is_a_finite_number(text: str) -> None:
    assert f"a is '{text}'; allowed is a finite number below 1e+100" in refused(an.Item("a", "H"), [text, "1"])


def test_a_finished_score_keeps_to_its_bounds() -> None:
    item = an.Item("a", "H", 0, 10, finished=True)
    assert coded(item, ["2.5", "10"])[0] == [2.5, 10]
    assert "a is '10.5'; allowed is a number from 0 to 10" in refused(item, ["10.5"])


# Reversing


@pytest.mark.parametrize(
    ("keyed", "turned", "numbers"), [(1, False, [2, 3]), (-1, False, [5, 4]), (1, True, [5, 4]), (-1, True, [2, 3])]
)
def test_reversing_uses_the_declared_bounds(keyed: int, turned: bool, numbers: list[float]) -> None:  # noqa: FBT001
    item = an.Item("a", "H", 0, 7, keyed=keyed, turned=turned)  # nobody answered 0 or 7
    assert coded(item, ["2", "3"])[0] == numbers


def test_missing_answers_are_not_reversed() -> None:
    numbers, why = coded(an.Item("a", "H", 1, 5, keyed=-1), ["", "1"])
    assert isnan(numbers[0])
    assert numbers[1] == 5
    assert why == ["skipped", ANSWER]


def test_a_finished_score_is_reversed_by_its_bounds_too() -> None:
    assert coded(an.Item("a", "H", 0, 10, keyed=-1, finished=True), ["2.5"])[0] == [7.5]


# Missing answers


def test_reasons_stay_apart() -> None:
    missing = {
        "refused": ["Prefer not to say"],
        "does_not_apply": ["N/A", "None"],
        "not_asked": [-77],
        "skipped": ["-99"],
    }
    cells = ["prefer not to SAY", "N/A", "none", "-77", "-99", "", " ", "4"]
    assert coded("a", cells, missing=missing)[1] == [
        "refused", "does_not_apply", "does_not_apply", "not_asked", "skipped", "skipped", "skipped", ANSWER,
    ]  # fmt: skip


@pytest.mark.parametrize("declared", [-99, -99.0, "-99", "-99.0", [-99], ["-99,0"]])
@pytest.mark.parametrize("text", ["-99", "-99.0", "-99,0"])
def test_a_missing_number_is_compared_as_a_number(declared: object, text: str) -> None:
    assert coded("a", [text, "4"], missing={"refused": declared})[1] == ["refused", ANSWER]


def test_a_single_missing_text_is_not_taken_for_its_letters() -> None:
    numbers, why = coded("a", ["4", "45"], missing={"refused": "45"})
    assert numbers[0] == 4
    assert why == [ANSWER, "refused"]


def test_a_declared_missing_value_goes_before_an_answer() -> None:
    assert coded("a", ["1", "2"], missing={"skipped": [1]})[1] == ["skipped", ANSWER]


def test_an_item_may_have_missing_values_of_its_own() -> None:
    codebook = book(an.Item("a", "H", 0, 5), an.Item("b", "H", 0, 5))
    made = code(
        people(a=["0", "9"], b=["0", "9"]),
        codebook,
        missing={"refused": [9]},
        missing_by_item={"a": {"skipped": [0], "not_asked": [9]}},
    )
    assert part(made, "reason")["a"].tolist() == [REASONS.index("skipped"), REASONS.index("not_asked")]
    assert part(made, "reason")["b"].tolist() == [-1, REASONS.index("refused")]


def test_the_empty_text_may_be_declared() -> None:
    assert coded("a", ["", "4"], missing={"not_asked": [""]})[1] == ["not_asked", ANSWER]


@pytest.mark.parametrize("reason", ["refusd", "no_partner"])
def test_an_unknown_reason_is_refused_with_the_known_ones(reason: str) -> None:
    said = message(an.StudyError, coded, "a", ["4"], missing={reason: ["x"]})
    assert f"missing names the reason '{reason}'; reasons are not_asked, does_not_apply, refused, skipped." in said
    assert "Did you mean 'refused'?" in message(an.StudyError, coded, "a", ["4"], missing={"refusd": ["x"]})


def test_missing_values_of_unknown_items_are_refused_with_the_nearest() -> None:
    said = message(an.StudyError, coded, "abc", ["4"], missing_by_item={"acb": {}, "zz": {}})
    assert said.startswith("[answers.item] names items that are not in the codebook:")
    assert "'acb'. Did you mean 'abc'?" in said
    assert "'zz'." in said


# Refusing


def test_all_bad_cells_are_listed_with_their_place(tmp_path: Path) -> None:
    source = an.read(write(tmp_path, "id,who,a,b\nx,w,4,9\nx,m,many,\ny,w,3.5,1\n"))
    codebook = book("a", an.Item("b", "J", 1, 7))
    paired = an.pair(source, couple="id", partner="who", roles=ROLES, items=["a", "b"])
    with pytest.raises(an.DataError) as caught:
        code(paired, codebook)
    assert str(caught.value).splitlines() == [
        "3 cells are neither an answer nor a declared missing value:",
        "  survey.csv row 3, couple 'x', man: a is 'many'; allowed is a whole number from 1 to 5",
        "  survey.csv row 4, couple 'y', woman: a is '3.5'; allowed is a whole number from 1 to 5",
        "  survey.csv row 2, couple 'x', woman: b is '9'; allowed is a whole number from 1 to 7",
        REMEDY,
    ]
    assert caught.value.cells.to_dict("records")[0] == {
        "file": "survey.csv",
        "row": 3,
        "couple": "x",
        "partner": "man",
        "item": "a",
        "value": "many",
        "allowed": "a whole number from 1 to 5",
    }
    assert len(caught.value.cells) == 3


def test_many_bad_cells_are_counted_by_item_and_value() -> None:
    source = people(a=["x"] * 30 + ["y"] * 10 + ["4"], b=["z"] * 40 + ["4"])
    with pytest.raises(an.DataError) as caught:
        code(source, book("a", "b"))
    said = str(caught.value)
    assert said.startswith("80 cells are neither")
    assert "  … and 68 more\nAll of them by item and value:\n  b: 'z' × 40\n  a: 'x' × 30\n  a: 'y' × 10\n" in said
    assert len(caught.value.cells) == 80


def test_long_values_are_cut_in_the_message_and_whole_in_the_cells() -> None:
    with pytest.raises(an.DataError) as caught:
        code(people(a=["x" * 99, "4"]), book("a"))
    assert f"a is '{'x' * 40}';" in str(caught.value)
    assert caught.value.cells["value"].tolist() == ["x" * 99]


def test_a_codebook_that_does_not_fit_is_refused_with_the_lost_columns() -> None:
    codebook = book("trust1", an.Item("b", "H", 1, 5, column="fun"), *(f"z{i}" for i in range(12)))
    said = message(an.DataError, code, people(trust_1=["4"], b=["3"]), codebook)
    *lines, last = said.splitlines()
    assert lines == [
        "The codebook 'small' does not fit the file: 14 of 14 item columns are not in it:",
        "  'trust1' (item trust1) Did you mean 'trust_1'?",
        "  'fun' (item b)",
        *(f"  'z{i}' (item z{i})" for i in range(8)),
        "  … and 4 more",
    ]
    assert last.startswith("The file's columns are 'trust_1', 'b'. Where a column is not called like its item,")
    assert last.endswith("the codebook names it under 'column'.")


def test_an_item_is_found_by_its_column() -> None:
    assert coded(an.Item("a", "H", 1, 5, column="Question 1"), ["4"])[0] == [4]


def test_columns_that_are_no_items_are_left_alone() -> None:
    made = code(people(a=["4"], comment=["<b>"]), book("a"))
    assert made.columns.tolist() == [("answer", "a"), ("reason", "a")]  # type: ignore[comparison-overlap]


# SPSS


def spss(tmp_path: Path, **about: Any) -> pd.DataFrame:
    """Return one respondent a couple from an SPSS file whose column a holds 1, 5, 9, 8 and a gap."""
    pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 5.0, 9.0, 8.0, nan], "n": 1.0}), str(tmp_path / "s.sav"), **about)
    return an.pair(an.read(tmp_path / "s.sav"), one_person=True)


def test_user_missing_values_are_skipped_unless_the_study_gives_a_reason(tmp_path: Path) -> None:
    source = spss(tmp_path, missing_ranges={"a": [{"lo": 8, "hi": 9}]})
    made = code(source, book("a"), missing={"refused": [9]})
    assert [REASONS[i] for i in part(made, "reason")["a"][2:]] == ["refused", "skipped", "skipped"]


def test_labels_that_differ_from_the_codebooks_are_noted(tmp_path: Path) -> None:
    labels = {"a": {1.0: "always", 5.0: "NEVER"}}
    source = spss(tmp_path, missing_ranges={"a": [8, 9]}, variable_value_labels=labels)
    item = an.Item("a", "H", 1, 5, labels=((1, "never"), (5, "always"), (3, "so")))
    note = notes(code(source, book(item)))[-1]
    assert note.startswith("The file's value labels differ from the codebook's, so an item may be keyed wrongly.")
    assert "a: 1 is 'always' in the file, 'never' in the codebook; a: 5 is 'NEVER' in the file" in note


def test_labels_that_agree_are_not_spoken_of(tmp_path: Path) -> None:
    labels = {"a": {1.0: "Never", 2.0: "other"}}
    source = spss(tmp_path, missing_ranges={"a": [8, 9]}, variable_value_labels=labels)
    before = notes(source)
    assert notes(code(source, book(an.Item("a", "H", 1, 5, labels=((1, "never"),))))) == before


def test_the_coded_frame_keeps_index_and_ledger() -> None:
    source = an.pair(raw(id=["x", ""], a=["4", "5"]), couple="id", items=["a"])
    made = code(source, book("a"))
    assert made.index.equals(source.index)
    assert made.attrs["out"] == source.attrs["out"]


def test_a_million_cells_are_coded_in_no_time() -> None:
    names = [f"q{i}" for i in range(200)]
    cells = np.random.default_rng(1).integers(1, 6, (5000, 200)).astype(str)
    source = an.pair(an.text_cells(pd.DataFrame(cells, columns=names)), one_person=True, items=names)
    assert part(code(source, book(*names)), "answer").to_numpy().tolist() == cells.astype(float).tolist()
