"""Codes of open answers: what is no judgement is refused with its place, blank is never 0, rows are kept or out."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from coders import ROLES, codings, table
from surveys import message, write

import analysis as an
from analysis.instrument.indicators import indicator_scales

FIFTEEN = "H1, H2, H3, H4, H5, H6, H7, U1, U2a, U2b, U3a, U3b, U4, U5a, U5b"
ANSWER = "We talk for hours, and then she tells my mother everything."
PAIR = [("a", "w", "ann"), ("a", "w", "ben")]


def cells(*texts: object, column: str = "H1", **how: Any) -> list[float]:
    """Return one coder's judgements of one code in several persons."""
    rows = [(f"c{i}", "w", "ann", text) for i, text in enumerate(texts)]
    found = an.read_codings(table(*rows, columns=[column]), **how)
    return [float(value) for value in found.judgements[:, 0, 0]]


def joined(*texts: str, **how: Any) -> pd.DataFrame:
    """Return one coder's judgements, several codes in a cell, of several persons."""
    rows = [(f"c{i}", "w", "ann", text) for i, text in enumerate(texts)]
    found = an.read_codings(table(*rows, columns=["codes"]), codes="codes", **how)
    return pd.DataFrame(found.judgements[:, 0], found.persons.get_level_values("couple"), list(found.codes))


def refused(*rows: tuple[object, ...], columns: Sequence[str] = ("H1", "U4"), **how: Any) -> str:
    return message(an.DataError, an.read_codings, table(*rows, columns=columns), **how)


# One column a code


def test_zero_is_absent_and_blank_is_not_coded() -> None:
    found = codings(("a", "w", "ann", 0, ""), ("a", "m", "ann", "1", " "), ("b", "w", "ann", "1.0", "0"))
    assert found.codes == ("H1", "U4")
    np.testing.assert_array_equal(found.judgements[:, 0], [[1, nan], [0, nan], [1, 0]])
    assert list(found.persons) == [("a", "m"), ("a", "w"), ("b", "w")]


@pytest.mark.parametrize("text", ["1", "1.0", "1,0", " 1 ", "+1", "01"])
def test_a_judgement_may_be_written_in_many_ways(text: str) -> None:
    assert cells(text) == [1]


@pytest.mark.parametrize("text", ["2", "-1", "0.5", "yes", "x", "H1", "True", "1;0"])
def test_anything_else_is_refused_with_its_place(text: str) -> None:
    assert refused(("a", "w", "ann", "1", "0"), ("a", "m", "ann", text, "0")) == (
        "1 cell is no judgement:\n"
        f"  frame row 2, couple 'a', m, coder 'ann': H1 is '{text}'; allowed is 0 or 1, or blank where not coded\n"
        "Mend the file. For counts say what the largest may be, such as maximum=5. The error's .cells holds every one."
    )


def test_all_bad_cells_are_listed_at_once() -> None:
    with pytest.raises(an.DataError) as caught:
        codings(("a", "w", "ann", "3", "x"), ("a", "w", "ben", "1", "9"), roles=ROLES)
    assert caught.value.cells.to_dict("list") == {
        "file": ["frame"] * 3,
        "row": [1, 1, 2],
        "couple": ["a"] * 3,
        "partner": ["woman"] * 3,
        "coder": ["ann", "ann", "ben"],
        "item": ["H1", "U4", "U4"],
        "value": ["3", "x", "9"],
        "allowed": ["0 or 1, or blank where not coded"] * 3,
    }
    assert str(caught.value).startswith("3 cells are no judgements:")
    assert caught.value.__context__ is None


def test_no_message_shows_a_longer_text_as_it_may_be_an_answer() -> None:
    with pytest.raises(an.DataError) as caught:
        codings(("a", "w", "ann", ANSWER, "0"))
    assert "mother" not in str(caught.value) + caught.value.cells.to_string()
    assert f"H1 is '(a text of {len(ANSWER)} characters)'" in str(caught.value)
    said = refused(("a", "w", "ann", ANSWER), columns=("answer",), codes="answer")
    assert "mother" not in said
    assert "(a text of" in said


@pytest.mark.parametrize("text", ["my mum", "I love him", "0171 234567", "Hannah"])
def test_a_short_answer_is_not_shown_either(text: str) -> None:
    assert text not in refused(("a", "w", "ann", f"H1; {text}"), columns=("codes",), codes="codes")


def test_counts_need_their_largest() -> None:
    assert cells("0", "3", "5", maximum=5) == [0, 3, 5]
    assert refused(("a", "w", "ann", "6"), columns=("H1",), maximum=5) == (
        "1 cell is no judgement:\n"
        "  frame row 1, couple 'a', w, coder 'ann': H1 is '6'; allowed is a whole number from 0 to 5, or blank where "
        "not coded\nMend the file. The error's .cells holds every one."
    )


@pytest.mark.parametrize("maximum", [0, -1, 1.5, 101, True, "5"])
def test_a_largest_count_that_is_none_is_refused(maximum: Any) -> None:
    said = message(an.StudyError, cells, "1", maximum=maximum)
    assert said == f"maximum is {maximum!r}; allowed is a whole number from 1 to 100, the largest count of a code."


# Columns


@pytest.mark.parametrize(
    ("bare", "scales"), [("U2", "U2a or U2b"), ("U3", "U3a or U3b"), ("U5", "U5a or U5b"), ("u5", "U5a or U5b")]
)
def test_a_bare_indicator_of_two_scales_is_refused_as_column_and_in_a_cell(bare: str, scales: str) -> None:
    said = f"allowed is {scales}: a bare {bare.upper()} holds two scales that are never averaged"
    assert refused(("a", "w", "ann", "1", "1"), columns=("H1", bare)) == (
        f"1 column cannot be read as a code:\n  '{bare}'; {said}\n"
        "Rename such a column in the file, or delete it if it is no code."
    )
    in_cell = refused(("a", "w", "ann", f"H1;{bare}"), columns=("codes",), codes="codes")
    assert f"frame row 1, couple 'a', w, coder 'ann': codes is '{bare}'; {said}" in in_cell


@pytest.mark.parametrize(("column", "hint"), [("U5A", "U5a"), ("h1", "H1"), ("U2_a", "U2a"), ("H 6", "H6")])
def test_a_column_like_a_code_is_refused_with_the_nearest_one(column: str, hint: str) -> None:
    said = refused(("a", "w", "ann", "1", "1"), columns=("U4", column))
    assert f"'{column}'; allowed is one of the fifteen codes {FIFTEEN}. Did you mean '{hint}'?" in said


def test_all_such_columns_are_listed() -> None:
    said = refused(("a", "w", "ann", 1, 1, 1, 1), columns=("H1", "H8", "U5", "u4"))
    assert said.startswith("3 columns cannot be read as a code:\n  'H8'; ")


def test_other_columns_are_not_looked_at_and_named() -> None:
    found = codings(("a", "w", "ann", "1", ANSWER), columns=("H1", "answer"))
    assert found.codes == ("H1",)
    assert "Columns of the file that nothing used: 'answer'." in found.notes
    assert "mother" not in repr(found) + " ".join(found.notes)


def test_a_file_without_codes_is_refused() -> None:
    assert refused(("a", "w", "ann", "1"), columns=("answer",)) == (
        f"No column is called like one of the fifteen codes {FIFTEEN}. The file's columns are 'couple', 'partner', "
        "'coder', 'answer'. Where one cell holds several codes, name its column: codes=\"…\"."
    )


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"couple": "id"}, "The couple id column 'id' is not in the file."),
        ({"partner": "partnr"}, "The partner column 'partnr' is not in the file. Did you mean 'partner'?"),
        ({"coder": "codr"}, "The coder column 'codr' is not in the file. Did you mean 'coder'?"),
        ({"codes": "cods"}, "The column of codes 'cods' is not in the file."),
    ],
)
def test_a_column_that_is_not_there_is_named(how: dict[str, Any], said: str) -> None:
    assert refused(("a", "w", "ann", "1", "0"), **how).startswith(said)


def test_the_partners_column_is_needed() -> None:
    said = message(an.StudyError, cells, "1", partner="")
    assert said == "Codings need the column that says which partner's answer was coded: name it as partner."


# Several codes in a cell


def test_codes_in_a_cell_are_there_and_all_others_are_absent() -> None:
    found = joined("H2;U5a", " U4 ;", "0", "H1")
    assert list(found.columns) == list(indicator_scales())
    assert found.sum(axis=1).tolist() == [2, 1, 0, 1]
    assert found.T["c0"][["H2", "U5a", "H1"]].tolist() == [1, 1, 0]
    assert found.T["c1"]["U4"] == 1


def test_a_blank_cell_is_not_coded_and_0_is_coded_as_none() -> None:
    rows = [("a", "w", "ann", ""), ("a", "w", "ben", "H1"), ("a", "m", "ann", "0"), ("a", "m", "ben", "H1")]
    found = an.read_codings(table(*rows, columns=["codes"]), codes="codes")
    ann = dict(zip(found.persons, found.of("ann"), strict=True))
    assert np.isnan(ann["a", "w"]).all()
    assert (ann["a", "m"] == 0).all()
    assert not found.ledger["kept"][0]
    assert found.ledger["reason"][0] == "not coded, every code is blank"


@pytest.mark.parametrize("separator", [",", "|", " ", "//"])
def test_codes_are_parted_by_the_declared_separator(separator: str) -> None:
    assert joined(f"H2{separator}U5a", separator=separator).to_numpy().sum() == 2


def test_another_separator_is_recognised_but_not_taken_unasked() -> None:
    said = refused(("a", "w", "ann", "H2, U5a"), ("b", "w", "ann", "H1"), columns=("codes",), codes="codes")
    assert said == (
        "1 cell is no judgement:\n  frame row 1, couple 'a', w, coder 'ann': codes is 'H2, U5a'; allowed is one of the "
        f"fifteen codes {FIFTEEN}. Did you mean 'U5a'?\n"
        "Mend the file. A cell takes codes, or 0 alone where none of them is there. The cells look as if their codes "
        "are joined by ',': say separator=','. The error's .cells holds every one."
    )


@pytest.mark.parametrize("separator", ["", "a", "1"])
def test_a_separator_that_cannot_be_one_is_refused(separator: str) -> None:
    said = message(an.StudyError, joined, "H1", separator=separator)
    assert said == f"separator is '{separator}'; it takes the mark between two codes of a cell, such as ';'."


def test_a_code_twice_in_a_cell_is_a_count_where_counts_are_declared() -> None:
    assert joined("H2;H2;U4", maximum=3)[["H2", "U4"]].to_numpy().tolist() == [[2, 1]]
    said = refused(("a", "w", "ann", "H2;H2"), columns=("codes",), codes="codes")
    assert "codes is 'H2 ×2'; allowed is each code once" in said
    said = refused(("a", "w", "ann", "H2;H2;H2"), columns=("codes",), codes="codes", maximum=2)
    assert "codes is 'H2 ×3'; allowed is each code 2 times at most" in said


def test_0_beside_a_code_is_refused() -> None:
    assert "codes is '0'; allowed is one of" in refused(("a", "w", "ann", "0;H2"), columns=("codes",), codes="codes")


def test_a_misspelt_code_in_a_cell_is_named_with_the_nearest_one() -> None:
    said = refused(("a", "w", "ann", "H2;U5A"), ("a", "m", "ben", "H9"), columns=("codes",), codes="codes")
    assert said.startswith("2 cells are no judgements:")
    assert f"codes is 'U5A'; allowed is one of the fifteen codes {FIFTEEN}. Did you mean 'U5a'?" in said
    assert "frame row 2, couple 'a', m, coder 'ben': codes is 'H9'" in said


# Rows, coders, couples


def test_rows_without_couple_partner_or_coder_are_out_and_told() -> None:
    rows = [("a", "w", "ann", 1, 0), ("", "w", "ann", 1, 0), ("b", "", "ann", 1, 0), ("b", "w", " ", 1, 0)]
    found = codings(*rows)
    assert found.ledger["reason"].tolist() == [
        "", "blank couple id", "blank partner mark in 'partner'", "blank coder in 'coder'"
    ]  # fmt: skip
    assert found.ledger["kept"].tolist() == [True, False, False, False]
    assert found.private_notes == (
        "Blank couple id in frame row 2: out, see the ledger.",
        "Blank partner mark in 'partner' in frame row 3: out, see the ledger.",
        "Blank coder in 'coder' in frame row 4: out, see the ledger.",
    )


def test_a_coder_who_coded_nothing_is_named_and_left_out() -> None:
    found = codings(*[(*who, 1, 0) for who in PAIR], ("a", "w", "cleo", "", " "), ("a", "m", "cleo", "", ""))
    assert found.coders == ("ann", "ben")
    assert "The coder 'cleo' coded nothing (2 rows, every code blank) and is left out." in found.notes
    assert found.ledger["reason"].tolist() == ["", "", *["not coded, every code is blank"] * 2]


def test_where_nobody_coded_anything_nothing_is_left() -> None:
    said = refused(("a", "w", "ann", "", ""), ("a", "m", "ann", "", " "))
    assert said.startswith("No couple is left, every row is out: not coded, every code is blank (2 rows).")


def test_a_row_that_repeats_the_codes_of_an_earlier_one_is_out() -> None:
    found = codings(("a", "w", "ann", 1, ""), ("A ", "w", "Ann", "1.0", ""), ("a", "w", "ben", 1, 0))
    assert found.ledger["reason"].tolist() == ["", "exact duplicate of an earlier row", ""]
    assert found.ledger["couple"].tolist() == ["a", "a", "a"]
    assert "Codes that repeat an earlier row in frame row 2: out, see the ledger." in found.private_notes
    assert found.coders == ("ann", "ben")


def test_a_coder_who_judged_a_person_in_two_ways_is_refused_with_the_rows() -> None:
    rows = [("a", "w", "ann", 1, 0), ("a", "m", "ann", 1, 0), ("a", "w", "ann", 1, 1), ("b", "w", "ben", 1, "")]
    assert refused(*rows, ("b", "w", "ben", 1, 0)) == (
        "A coder has coded one person in two ways: 'ann', couple 'a', w (frame rows 1, 3); 'ben', couple 'b', w (frame "
        "rows 4, 5). Delete the row that does not count, or, if the coder came back to the answer, give the second "
        "round a coder's name of its own."
    )


def test_coders_who_differ_in_case_are_one_and_a_note_says_so() -> None:
    found = codings(("a", "w", "Ann", 1, 0), ("b", "w", "ann ", 1, 0))
    assert found.coders == ("Ann",)
    assert (
        "Coders that differ only in case, outer space or form of letters were read as one: 'Ann', 'ann '."
        in found.private_notes
    )


@pytest.mark.parametrize("name", ["couple", "Partner", "code"])
def test_a_coder_with_the_name_of_a_column_is_refused(name: str) -> None:
    assert refused(("a", "w", name, 1, 0)).startswith(f"A coder is called '{name}', but the lists of codes use")


def test_a_couple_of_three_is_refused() -> None:
    rows = [("a", partner, "ann", 1, 0) for partner in "wmx"]
    assert refused(*rows, ("b", "w", "ann", 1, 0)) == (
        "A couple has two partners; more are coded in 1 couple:\n  couple 'a': 'w', 'm', 'x'\n"
        "Mend the couple ids or the partners' marks."
    )


def test_a_mark_that_no_role_has_is_refused() -> None:
    said = refused(("a", "x", "ann", 1, 0), roles=ROLES)
    assert said.startswith("The column 'partner' holds 'x' (1 row), but roles names only 'w', 'm'.")


def test_roles_give_the_labels_and_the_order_of_partners() -> None:
    found = codings(("a", "m", "ann", 1, 0), ("a", "W", "ann", 0, 0), roles=ROLES)
    assert list(found.persons) == [("a", "woman"), ("a", "man")]
    assert found.roles == ("woman", "man")


# Files


def test_a_file_is_read_as_text_with_its_rows(tmp_path: Path) -> None:
    text = "couple;partner;coder;H1;note\n007;w;ann;1;x\n007;w;ben;0;\n;;;;\n007;m;ann;;y\n"
    found = an.read_codings(write(tmp_path, text, "codes.csv"))
    assert found.persons.tolist() == [("007", "w")]
    assert found.ledger["row"].tolist() == [2, 3, 4, 5]
    assert found.ledger["reason"].tolist() == ["", "", "entirely blank row", "not coded, every code is blank"]
    assert found.notes[0] == "codes.csv: CSV (semicolon, utf-8), 1 header row, 5 columns, rows: 4."


def test_a_workbook_gives_the_same_codings(tmp_path: Path) -> None:
    frame = table(*[(*who, 1, None) for who in PAIR], ("b", "w", "ann", 0, 1))
    frame.to_excel(tmp_path / "codes.xlsx", index=False)
    one, other = an.read_codings(tmp_path / "codes.xlsx"), an.read_codings(frame)
    np.testing.assert_array_equal(one.judgements, other.judgements)
    assert one.persons.equals(other.persons)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = message(an.DataError, an.read_codings, tmp_path / "codes.csv")
    assert said.startswith("There is no file '")
