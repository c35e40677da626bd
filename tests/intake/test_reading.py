"""Reading: every cell of every kind of file comes in as the text that the file has, and the notes say how."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from oracles import shared
from surveys import book, message, reasons, write

import analysis as an
from analysis.intake.grouping import group_of

AWKWARD = ["007", "1E5", "None", "N/A", "NA", "null", "=1+1", "1e300", "inf", "nan", "TRUE", " x "]


def cells(frame: pd.DataFrame) -> list[list[str]]:
    """Return the header and the rows."""
    return [list(frame.columns), *frame.to_numpy().tolist()]


def read(tmp_path: Path, content: str | bytes, name: str = "survey.csv") -> pd.DataFrame:
    """Return what is read from a file with that content."""
    return an.read(write(tmp_path, content, name))


def refused(tmp_path: Path, content: str | bytes, name: str = "survey.csv") -> str:
    """Return what is said of a file with that content."""
    return message(an.DataError, an.read, write(tmp_path, content, name))


def workbook(tmp_path: Path, *rows: Sequence[object], name: str = "survey.xlsx", more: tuple[str, ...] = ()) -> Path:
    """Return the path of a workbook whose first sheet has these rows, and further empty sheets."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for title in more:
        book.create_sheet(title)
    book.save(tmp_path / name)
    return tmp_path / name


def spss(tmp_path: Path, frame: pd.DataFrame, name: str = "survey.sav", **about: Any) -> Path:
    """Return the path of an SPSS file."""
    pyreadstat.write_sav(frame, str(tmp_path / name), **about)
    return tmp_path / name


# Text files


@pytest.mark.parametrize(("delimiter", "word"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
@pytest.mark.parametrize("ending", ["csv", "tsv", "txt", "CSV"])
def test_a_text_file_is_read_whatever_its_delimiter(tmp_path: Path, delimiter: str, word: str, ending: str) -> None:
    frame = read(tmp_path, f"id{delimiter}a\n1{delimiter}5\n", f"s.{ending}")
    assert cells(frame) == [["id", "a"], ["1", "5"]]
    assert frame.attrs["notes"] == [f"s.{ending}: CSV ({word}, utf-8), 1 header row, 2 columns, rows: 1."]


@pytest.mark.parametrize(("encoding", "said"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16")])
def test_letters_survive_every_encoding_that_names_itself(tmp_path: Path, encoding: str, said: str) -> None:
    frame = read(tmp_path, "id;Größe\nä;naïve – €\n".encode(encoding))
    assert cells(frame) == [["id", "Größe"], ["ä", "naïve – €"]]
    assert frame.attrs["notes"] == [f"survey.csv: CSV (semicolon, {said}), 1 header row, 2 columns, rows: 1."]


def test_a_file_that_is_not_utf_8_is_read_as_windows_text_and_says_so(tmp_path: Path) -> None:
    frame = read(tmp_path, "id;name\n1;Jürgen Groß\n".encode("cp1252"))
    assert frame["name"].tolist() == ["Jürgen Groß"]
    note = frame.attrs["notes"][1]
    assert note == (
        "survey.csv is not UTF-8; it was read as Windows-1252. Look whether its letters are right: ß ü. "
        "If not, save it as CSV UTF-8."
    )
    assert "Jürgen" not in note  # notes stand in reports: no answer may


def test_letters_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    frame = read(tmp_path, b"\xef\xbb\xbfid,a\n1,\xff\xfe\n")
    assert (
        frame.attrs["notes"][1]
        == "survey.csv has 2 letters that cannot be read, shown as \ufffd. Save it as CSV UTF-8."
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(tmp_path: Path, end: str) -> None:
    assert cells(read(tmp_path, f"id,a{end}1,2{end}3,4")) == [["id", "a"], ["1", "2"], ["3", "4"]]


def test_text_survives_as_it_is(tmp_path: Path) -> None:
    rows = "".join(f"{i},{text}\n" for i, text in enumerate(AWKWARD))
    assert read(tmp_path, f"id,a\n{rows}")["a"].tolist() == AWKWARD


def test_decimal_commas_stay_in_their_cells(tmp_path: Path) -> None:
    assert cells(read(tmp_path, "id;a;b\n1;2,5;3,5\n")) == [["id", "a", "b"], ["1", "2,5", "3,5"]]


def test_quoted_delimiters_newlines_and_marks_belong_to_the_cell(tmp_path: Path) -> None:
    frame = read(tmp_path, 'id,"Yes, often"\n1,"two\nlines"\n2,"say ""no"", ok"\n3,5" wide\n')
    assert cells(frame) == [
        ["id", "Yes, often"], ["1", "two\nlines"], ["2", 'say "no", ok'], ["3", '5" wide'],
    ]  # fmt: skip
    assert frame.index.get_level_values("row").tolist() == [2, 3, 4]


def test_a_comma_in_the_words_of_a_question_does_not_part_a_semicolon_file(tmp_path: Path) -> None:
    frame = read(tmp_path, "id;If you quarrel, how often, roughly;fun\n1;2;3\n")
    assert list(frame.columns) == ["id", "If you quarrel, how often, roughly", "fun"]


def test_outer_space_of_column_names_is_dropped(tmp_path: Path) -> None:
    assert list(read(tmp_path, " id , a\u00a0\n1,2\n").columns) == ["id", "a"]


def test_nameless_columns_are_named_by_their_place(tmp_path: Path) -> None:
    assert cells(read(tmp_path, "id,,a,\n1,x,2,\n")) == [["id", "column 2", "a", "column 4"], ["1", "x", "2", ""]]


def test_columns_named_twice_are_refused_with_their_places(tmp_path: Path) -> None:
    said = refused(tmp_path, "id,a,b,a,b,a\n1,2,3,4,5,6\n")
    assert said.splitlines() == [
        "'survey.csv' names columns more than once; rename them in the file:",
        "  'a' in columns 2, 4, 6",
        "  'b' in columns 3, 5",
    ]


def test_blank_rows_go_to_the_ledger_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    frame = read(tmp_path, "id,a\n1,2\n\n,\n \t,\n3,4\n\n")
    assert frame.index.tolist() == [("survey.csv", 2), ("survey.csv", 6)]
    assert reasons(frame) == dict.fromkeys([3, 4, 5, 7], "entirely blank row")


def test_short_rows_are_filled_and_named(tmp_path: Path) -> None:
    frame = read(tmp_path, "id,a,b\n1,2\n2,3,4\n3\n\n4,,\n")
    assert cells(frame)[1:] == [["1", "2", ""], ["2", "3", "4"], ["3", "", ""], ["4", "", ""]]
    assert frame.attrs["notes"][1:] == [
        "survey.csv has fewer cells than the header in rows 2, 4, read as blank at the end."
    ]


def test_many_short_rows_are_counted(tmp_path: Path) -> None:
    note = read(tmp_path, "id,a\n" + "1\n" * 1010).attrs["notes"][1]
    assert "in rows 2, 3, 4, 5, 6, 7, 8, 9 and 1,002 more," in note


def test_a_row_that_is_too_long_is_refused_with_its_number(tmp_path: Path) -> None:
    said = refused(tmp_path, 'id,a\n1,"two\nlines"\n2,well, yes\n3,4\n4,5,6,7\n')
    assert said.startswith(
        "'survey.csv' cannot be parted into columns by comma: row 3 has 3 cells, but the header has 2."
    )
    assert "put that answer into quotation marks" in said
    assert said.endswith("Rows like this: 3, 5.")


def test_blank_cells_beyond_the_header_do_no_harm(tmp_path: Path) -> None:
    assert cells(read(tmp_path, "id,a\n1,2,,\n3,4,\n")) == [["id", "a"], ["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("row", ['2,"well', '2,"say "no" to it"', '2,"say \\"no\\""'])
def test_a_stray_quotation_mark_is_refused_with_its_row(tmp_path: Path, row: str) -> None:
    said = refused(tmp_path, f"id,a\n1,2\n{row}\n3,4\n")
    assert "by comma: in row 3 a quotation mark is not closed, or stands in an answer without being doubled" in said
    assert said.endswith("Mend it, or export the survey again.")


def test_a_single_column_asks_for_the_delimiter(tmp_path: Path) -> None:
    frame = read(tmp_path, "id/a\n1/2\n")
    assert frame.attrs["notes"][1] == "survey.csv has a single column, 'id/a': is another delimiter used in it?"


def test_ten_thousand_columns_are_read(tmp_path: Path) -> None:
    header, row = ",".join(f"q{i}" for i in range(10_000)), ",".join(["5"] * 10_000)
    frame = read(tmp_path, f"{header}\n{row}\n{row}\n")
    assert frame.shape == (2, 10_000)
    assert "10,000 columns, rows: 2." in frame.attrs["notes"][0]


# Files that are none


@pytest.mark.parametrize("content", ["id,a\n", "id,a", "id,a\n,\n\n", "id,a\n \n"])
def test_a_header_alone_is_no_survey(tmp_path: Path, content: str) -> None:
    said = refused(tmp_path, content)
    assert said.startswith("'survey.csv' has a header but no row below it")
    assert said.endswith("Export the answers, not only the questions.")


@pytest.mark.parametrize("content", ["\nid,a\n1,2\n", ",\nid,a\n1,2\n"])
def test_a_blank_first_row_is_named(tmp_path: Path, content: str) -> None:
    said = refused(tmp_path, content)
    assert (
        said
        == "The first row of 'survey.csv' is blank, but the columns' names belong there. Delete what is above them."
    )


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path, "") == "'survey.csv' is empty (0 bytes). Export the survey again."
    assert refused(tmp_path, " \n\n") == "'survey.csv' holds no text. Export the survey again."


@pytest.mark.parametrize("content", [b"id,a\n1,\0\n", "id,a\n1,2\n".encode("utf-16-le")])
def test_zero_bytes_are_no_text(tmp_path: Path, content: bytes) -> None:
    said = refused(tmp_path, content)
    assert said.startswith("'survey.csv' holds zero bytes, so it is no text file. Is its ending right?")
    assert said.endswith("save it as CSV UTF-8.")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").mkdir()
    assert message(an.DataError, an.read, tmp_path / "answers.csv") == (
        "'answers.csv' is a folder; name the survey file in it."
    )


def test_a_missing_file_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    write(tmp_path, "id\n1\n", "answers.csv")
    said = message(an.DataError, an.read, tmp_path / "answer.csv")
    assert said.startswith("There is no file '")
    assert "answer.csv'. Did you mean 'answers.csv'? Correct its name: in study.toml it is relative to" in said
    assert "where.csv'. Correct its name" in message(an.DataError, an.read, tmp_path / "no" / "where.csv")


@pytest.mark.parametrize("ending", [".dta", ".csv.gz", ".por", ""])
def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path: Path, ending: str) -> None:
    said = refused(tmp_path, "id\n1\n", f"survey{ending}")
    assert (
        f"has the ending '{Path(f'survey{ending}').suffix}'; known are .xlsx, .xls, .sav, .zsav, .parquet, .csv" in said
    )
    assert said.endswith("Export the survey as one of these.")


@pytest.mark.parametrize(
    ("ending", "kind", "remedy"),
    [
        (".xlsx", "an Excel workbook", "Save it again as .xlsx."),
        (".xls", "an Excel workbook", "Save it again as .xlsx."),
        (".sav", "an SPSS file", "Save it again from SPSS."),
        (".zsav", "an SPSS file", "Save it again from SPSS."),
        (".parquet", "Parquet", "Write it again."),
    ],
)
@pytest.mark.parametrize(
    "content", [b"id,a\n1,2\n", b"PK\x03\x04junk", b"$FL2@(#) broken", b"PAR1junkPAR1", b"\0" * 99]
)
def test_a_file_that_is_not_what_its_ending_says_is_refused(
    tmp_path: Path, ending: str, kind: str, remedy: str, content: bytes
) -> None:
    said = refused(tmp_path, content, f"survey{ending}")
    assert said.startswith(f"'survey{ending}' cannot be read as {kind}: ")
    assert said.endswith(remedy)


# Excel


def test_a_workbook_gives_the_texts_that_it_shows(tmp_path: Path) -> None:
    when = datetime(2026, 11, 25, 8, 30)  # noqa: DTZ001 - files hold no time zone
    path = workbook(
        tmp_path,
        ["id", "whole", "decimal", "yes", "day", "moment", "text"],
        ["007", 4, 2.5, True, date(2026, 11, 25), when, "N/A"],
        ["1E5", 4.0, 0.1, False, None, None, None],
    )
    frame = an.read(path)
    assert cells(frame)[1:] == [
        ["007", "4", "2.5", "True", "2026-11-25", "2026-11-25 08:30:00", "N/A"],
        ["1E5", "4", "0.1", "False", "", "", ""],
    ]
    assert frame.attrs["notes"] == ["survey.xlsx: Excel (sheet 'Sheet'), 1 header row, 7 columns, rows: 2."]


def test_texts_of_a_workbook_survive_as_they_are(tmp_path: Path) -> None:
    texts = [text for text in AWKWARD if not text.startswith("=")]  # a workbook takes that one for a formula
    frame = an.read(workbook(tmp_path, ["id", "a"], *([str(i), text] for i, text in enumerate(texts))))
    assert frame["a"].tolist() == texts


def test_one_and_true_in_a_column_stay_apart(tmp_path: Path) -> None:
    assert an.read(workbook(tmp_path, ["a"], [1], [True], [1.0], ["1"]))["a"].tolist() == ["1", "True", "1", "1"]


def test_numbers_as_column_names_are_texts(tmp_path: Path) -> None:
    assert list(an.read(workbook(tmp_path, ["id", 1, 2.0, None], ["x", 4, 5, 6])).columns) == [
        "id",
        "1",
        "2",
        "column 4",
    ]


def test_only_the_first_sheet_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    frame = an.read(workbook(tmp_path, ["id"], [1], more=("Codes", "Old")))
    assert frame.attrs["notes"][1] == "survey.xlsx: only the first sheet is read; the others are 'Codes', 'Old'."


def test_an_empty_first_sheet_is_named(tmp_path: Path) -> None:
    said = message(an.DataError, an.read, workbook(tmp_path, more=("Answers",)))
    assert said == "The first sheet of 'survey.xlsx', 'Sheet', is empty. Put the answers on the first sheet."


def test_rows_of_a_workbook_keep_their_numbers(tmp_path: Path) -> None:
    frame = an.read(workbook(tmp_path, ["id", "a"], [1, 2], [None, None], [3, 4]))
    assert frame.index.get_level_values("row").tolist() == [2, 4]
    assert reasons(frame) == {3: "entirely blank row"}


def test_a_workbook_with_a_header_alone_or_below_blank_rows_is_refused(tmp_path: Path) -> None:
    assert "has a header but no row below it" in message(an.DataError, an.read, workbook(tmp_path, ["id", "a"]))
    above = workbook(tmp_path, [None, None], ["id", "a"], [1, 2], name="above.xlsx")
    assert "The first row of 'above.xlsx' is blank" in message(an.DataError, an.read, above)


def test_real_workbooks_are_read() -> None:
    old = an.read(shared("data", "import_fixtures", "excel", "love_may_labels_in_cells.xls"))
    assert old.shape == (253, 187)
    assert "Completely true about me7" in set(old["a2-1"])
    new = an.read(shared("data", "import_fixtures", "excel", "divorce_uci.xlsx"))
    assert new.shape == (170, 55)
    assert set(new["Atr1"]) == set("01234")


# SPSS


def test_an_spss_file_gives_texts_and_what_it_says_of_its_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["007", "N/A", ""], "a": [1.0, 9.0, np.nan], "b": [2.5, -77.0, 3.0]})
    path = spss(
        tmp_path,
        frame,
        missing_ranges={"a": [9], "b": [{"lo": -99, "hi": -1}]},
        variable_value_labels={"a": {1.0: "never", 9.0: "no answer"}},
    )
    made = an.read(path)
    assert cells(made)[1:] == [["007", "1", "2.5"], ["N/A", "9", "-77"], ["", "", "3"]]
    assert set(made.attrs["user_missing"]["a"]) == {"9"}
    assert set(made.attrs["user_missing"]["b"]) == {"-77"}
    assert made.attrs["value_labels"] == {"a": {"1": "never", "9": "no answer"}}
    assert made.attrs["notes"] == [
        "survey.sav: SPSS, 1 header row, 3 columns, rows: 3.",
        (
            "survey.sav has user-missing values in 2 columns; they count as skipped unless [answers] missing gives "
            "them another reason."
        ),
    ]


def test_an_spss_file_may_declare_texts_missing(tmp_path: Path) -> None:
    path = spss(tmp_path, pd.DataFrame({"a": ["x", "na"]}), missing_ranges={"a": ["na"]})
    assert set(an.read(path).attrs["user_missing"]["a"]) == {"na"}


def test_declared_missing_values_that_do_not_occur_are_not_spoken_of(tmp_path: Path) -> None:
    path = spss(tmp_path, pd.DataFrame({"a": [1.0, 2.0]}), missing_ranges={"a": [9]})
    assert len(an.read(path).attrs["notes"]) == 1


def test_a_compressed_spss_file_is_read(tmp_path: Path) -> None:
    path = spss(tmp_path, pd.DataFrame({"a": [1.0, 2.0]}), "survey.zsav", compress=True)
    assert an.read(path)["a"].tolist() == ["1", "2"]


def test_a_frame_from_spss_can_be_written_elsewhere(tmp_path: Path) -> None:
    path = spss(tmp_path, pd.DataFrame({"a": [1.0, 9.0]}), missing_ranges={"a": [9]})
    an.read(path).to_parquet(tmp_path / "copy.parquet")
    assert an.read(tmp_path / "copy.parquet")["a"].tolist() == ["1", "9"]


def test_real_spss_files_are_read_with_labels_and_missing_values() -> None:
    folder = shared("data", "import_fixtures", "spss")
    efc = an.read(folder / "efc_labelled_usermissing.sav")
    assert efc.shape == (908, 26)
    assert set(efc.attrs["user_missing"]) == {"c82cop1"}
    assert efc.attrs["value_labels"]["c82cop1"]["9"] == "no answer"
    ranges = an.read(folder / "pyreadstat_sample_missing.sav").attrs["user_missing"]
    assert {column: set(texts) for column, texts in ranges.items()} == {
        "mynum": {"-1", "2500"},
        "mylabl": {"-1"},
        "myord": {"-1", "-3"},
    }
    assert set(an.read(folder / "pyreadstat_missing_char.sav").attrs["user_missing"]["mychar"]) == {"Z"}
    assert an.read(folder / "haven_umlauts.sav").attrs["value_labels"]["var1"]["2"] == "the ü umlaut"
    assert an.read(folder / "pyreadstat_sample.zsav").shape == an.read(folder / "pyreadstat_sample.sav").shape


def test_dates_beyond_the_calendar_do_not_stop_the_reading() -> None:
    frame = an.read(shared("data", "import_fixtures", "spss", "haven_datetime.sav"))
    assert frame["date"].tolist() == ["13630723200", "13630809600"]
    assert frame.attrs["notes"][1].endswith("dates are read as the seconds that SPSS counts.")


def test_a_wide_real_spss_file_is_paired_and_coded_without_delay() -> None:
    frame = an.read(shared("data", "import_fixtures", "spss", "surveydata_2010.sav"))
    assert frame.shape == (2044, 790)
    people = an.pair(frame, one_person=True, items=frame.columns)
    assert len(people) == 2044


# Parquet, and frames of one's own


def awkward_frame() -> pd.DataFrame:
    """Return columns of every kind that a researcher's frame may have."""
    return pd.DataFrame(
        {
            "text": ["007", "None", None],
            "whole": pd.array([1, None, 2], dtype="Int64"),
            "decimal": [4.0, np.nan, 2.5],
            "single": np.array([3.1, 4, np.nan], dtype="float32"),
            "flag": pd.array([True, None, False], dtype="boolean"),
            "kind": pd.Categorical(["b", None, "a"]),
            "day": pd.to_datetime(["2026-11-25", None, "2026-11-25 08:30"], format="ISO8601"),  # type: ignore[arg-type]
            "exact": [Decimal("3.00"), None, Decimal("0.1")],
        }
    )


AS_TEXT = {
    "text": ["007", "None", ""],
    "whole": ["1", "", "2"],
    "decimal": ["4", "", "2.5"],
    "single": ["3.1", "4", ""],
    "flag": ["True", "", "False"],
    "kind": ["b", "", "a"],
    "day": ["2026-11-25", "", "2026-11-25 08:30:00"],
    "exact": ["3.00", "", "0.10"],
}


def test_parquet_gives_the_same_texts(tmp_path: Path) -> None:
    awkward_frame().to_parquet(tmp_path / "survey.parquet")
    frame = an.read(tmp_path / "survey.parquet")
    assert {column: frame[column].tolist() for column in frame} == AS_TEXT
    assert frame.attrs["notes"] == ["survey.parquet: Parquet, 1 header row, 8 columns, rows: 3."]


@pytest.mark.parametrize("ids", [[1, 2], ["x", "y"], [7, 3]])
def test_the_index_of_a_parquet_file_is_a_column_too(tmp_path: Path, ids: Sequence[object]) -> None:
    pd.DataFrame({"id": ids, "a": [4, 5]}).set_index("id").to_parquet(tmp_path / "survey.parquet")
    frame = an.read(tmp_path / "survey.parquet")
    assert cells(frame) == [["id", "a"], [str(ids[0]), "4"], [str(ids[1]), "5"]]
    assert "2 columns" in frame.attrs["notes"][0]


def test_large_whole_numbers_with_gaps_keep_their_digits(tmp_path: Path) -> None:
    table = pa.table({"id": pa.array([9007199254740993, None]), "a": [1, 2]})  # not written by pandas
    pq.write_table(table, tmp_path / "survey.parquet")
    assert an.read(tmp_path / "survey.parquet")["id"].tolist() == ["9007199254740993", ""]


def test_a_frame_of_ones_own_becomes_text(tmp_path: Path) -> None:
    frame = an.text_cells(awkward_frame())
    expected = AS_TEXT | {"exact": ["3.00", "", "0.1"]}
    assert {column: frame[column].tolist() for column in frame} == expected
    assert frame.index.tolist() == [("frame", 1), ("frame", 2), ("frame", 3)]
    assert not list(tmp_path.iterdir())


def test_texts_of_a_frame_survive_as_they_are() -> None:
    assert an.text_cells(pd.DataFrame({"a": AWKWARD}))["a"].tolist() == AWKWARD


def test_lists_in_cells_are_no_obstacle() -> None:
    assert an.text_cells(pd.DataFrame({"a": [[1], [], "x"]}))["a"].tolist() == ["[1]", "[]", "x"]


def test_named_levels_of_an_index_become_columns() -> None:
    frame = pd.DataFrame({"id": [1, 1], "who": ["w", "m"], "a": [4, 5]}).set_index(["id", "who"])
    assert list(an.text_cells(frame).columns) == ["id", "who", "a"]


def test_a_frame_of_ones_own_is_left_as_it_was() -> None:
    frame = awkward_frame()
    an.text_cells(frame)
    pd.testing.assert_frame_equal(frame, awkward_frame())


def test_a_frame_with_columns_twice_or_without_rows_is_refused() -> None:
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert "'frame' names columns more than once" in message(an.DataError, an.text_cells, twice)
    assert "no row below it" in message(an.DataError, an.text_cells, pd.DataFrame({"a": []}))


# One file a partner


def test_one_file_a_partner_is_stacked_with_the_mark_in_a_column(tmp_path: Path) -> None:
    women, men = write(tmp_path, "id,a\n1,4\n,\n", "w.csv"), write(tmp_path, "id,a\n1,5\n", "m.csv")
    frame = an.read({"w": women, "m": men})
    assert cells(frame) == [["id", "a", "partner"], ["1", "4", "w"], ["1", "5", "m"]]
    assert frame.index.tolist() == [("w.csv", 2), ("m.csv", 2)]
    assert frame.attrs["out"] == ({"file": "w.csv", "row": 3, "couple": "", "reason": "entirely blank row"},)
    assert [note.partition(":")[0] for note in frame.attrs["notes"]] == ["w.csv", "m.csv"]


def test_two_files_of_the_same_name_stay_apart(tmp_path: Path) -> None:
    for partner in "wm":
        (tmp_path / partner).mkdir()
        write(tmp_path / partner, "id,a\n1,4\n,\n")
    frame = an.read({partner: tmp_path / partner / "survey.csv" for partner in "wm"})
    assert frame.index.tolist() == [("w: survey.csv", 2), ("m: survey.csv", 2)]
    assert [(out["file"], out["row"]) for out in frame.attrs["out"]] == [("w: survey.csv", 3), ("m: survey.csv", 3)]


def test_columns_of_one_file_only_are_blank_in_the_other_and_named(tmp_path: Path) -> None:
    women, men = write(tmp_path, "id,a,x\n1,4,9\n", "w.csv"), write(tmp_path, "id,a\n1,5\n", "m.csv")
    frame = an.read({"w": women, "m": men})
    assert frame["x"].tolist() == ["9", ""]
    assert frame.attrs["notes"][-1] == "m.csv lacks columns of the other file, read as blank: 'x'."


def test_a_partner_column_of_its_own_is_refused(tmp_path: Path) -> None:
    women, men = write(tmp_path, "id,partner\n1,4\n", "w.csv"), write(tmp_path, "id,a\n1,5\n", "m.csv")
    said = message(an.DataError, an.read, {"w": women, "m": men})
    assert "'w.csv' has a column 'partner' of its own" in said
    assert "the mark 'w' goes there. Rename the column in the file." in said


def test_what_two_spss_files_say_of_their_columns_is_joined(tmp_path: Path) -> None:
    about = {"missing_ranges": {"a": [9]}, "variable_value_labels": {"a": {1.0: "no"}}}
    women = spss(tmp_path, pd.DataFrame({"id": ["1"], "a": [9.0]}), "w.sav", **about)
    men = spss(tmp_path, pd.DataFrame({"id": ["1"], "a": [8.0]}), "m.sav", missing_ranges={"a": [8]})
    frame = an.read({"w": women, "m": men})
    assert set(frame.attrs["user_missing"]["a"]) == {"8", "9"}
    assert frame.attrs["value_labels"]["a"] == {"1": "no"}


# Real exports


@pytest.mark.parametrize(
    ("folder", "name", "shape"),
    [
        ("qualtrics", "qualtRics_sample_3header_german.csv", (1, 20)),
        ("limesurvey", "survey_998192_R_data_file.csv", (7, 71)),
        ("redcap", "russian__data.csv", (3, 402)),
        ("redcap", "decimal-comma__data.csv", (4, 6)),
        ("surveymonkey", "StarWars.csv", (1187, 38)),
    ],
)
def test_real_exports_are_read_without_a_warning(folder: str, name: str, shape: tuple[int, int]) -> None:
    path = shared("data", "import_fixtures", folder, name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert an.read(path).shape == shape


QUALTRICS = (
    'id,Q1,Q2\n"Couple code","How, in words?",Again\n"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}",'
    '"{ ""ImportId"": ""QID3"" }"\nx,4,5\n\ny,3,2\n'
)


def test_the_header_rows_of_qualtrics_are_left_out_and_said(tmp_path: Path) -> None:
    frame = an.read(write(tmp_path, QUALTRICS))
    assert frame["Q1"].tolist() == ["4", "3"]
    assert frame.index.get_level_values("row").tolist() == [4, 6]
    assert frame.attrs["notes"] == [
        "survey.csv: CSV (comma, utf-8), 3 header rows, 3 columns, rows: 3.",
        "survey.csv: rows 2 and 3 (questions, ImportId) are header rows of Qualtrics and no answers.",
    ]


def test_a_single_row_of_import_ids_is_left_out_too(tmp_path: Path) -> None:
    lines = QUALTRICS.split("\n")
    frame = an.read(write(tmp_path, "\n".join([lines[0], *lines[2:]])))
    assert frame.index.get_level_values("row").tolist() == [3, 5]
    assert "row 2 (questions, ImportId)" in frame.attrs["notes"][1]


def test_an_answer_that_speaks_of_import_ids_is_an_answer(tmp_path: Path) -> None:
    frame = an.read(write(tmp_path, QUALTRICS.replace('"{ ""ImportId"": ""QID3"" }"', "mine")))
    assert len(frame) == 4


def test_a_frame_from_qualtrics_loses_its_header_rows_too(tmp_path: Path) -> None:
    frame = an.text_cells(pd.read_csv(write(tmp_path, QUALTRICS), skip_blank_lines=True))
    assert frame.index.get_level_values("row").tolist() == [3, 4]
    assert "frame: rows 1 and 2 (questions, ImportId)" in frame.attrs["notes"][0]


def test_a_workbook_from_qualtrics_loses_its_header_rows_too(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["id", "Q1"], ["Code", "How?"], ['{"ImportId":"a"}', '{"ImportId":"b"}'], ["x", 4])
    frame = an.read(path)
    assert frame.index.get_level_values("row").tolist() == [4]
    assert "3 header rows, 2 columns, rows: 1." in frame.attrs["notes"][0]


def test_header_rows_alone_are_no_answers(tmp_path: Path) -> None:
    said = message(an.DataError, an.read, write(tmp_path, "\n".join(QUALTRICS.split("\n")[:3])))
    assert "Export the answers, not only the questions" in said


def test_a_real_qualtrics_export_keeps_its_hundred_responses() -> None:
    path = shared("data", "import_fixtures", "qualtrics", "excluder_qualtrics_raw_3header.csv")
    assert an.read(path).shape == (100, 16)


ASKING: dict[str, Callable[[pd.DataFrame], object]] = {
    "a couple id": lambda frame: an.pair(frame, couple="id"),
    "a partner": lambda frame: an.pair(frame, couple="id^a", partner="who"),
    "items": lambda frame: an.code(an.pair(frame, couple="id^a", items=[]), book("a")),
    "where": lambda frame: an.screen(frame, {"wave": "0"}),
    "a wide pattern": lambda frame: an.pair(frame, wide="{item}_{partner}", partners=["1", "2"], items=["a"]),
    "a group": lambda frame: group_of(an.pair(frame, couple="id^a"), "kind", {}),
}


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
def test_a_column_that_is_not_there_is_refused_with_what_reading_noticed(
    ask: Callable[[pd.DataFrame], object], tmp_path: Path
) -> None:
    said = message(an.DataError, ask, an.read(write(tmp_path, "id^a\nx^4\n")))
    assert "As it was read: survey.csv: CSV (comma, utf-8), 1 header row, 1 column, rows: 1." in said
    assert "survey.csv has a single column, 'id^a': is another delimiter used in it?" in said
    with pytest.raises(an.DataError) as own:
        ask(an.text_cells(pd.DataFrame({"id^a": ["x^4"]})))
    assert "As it was read" not in str(own.value)


def test_rows_that_are_too_short_are_named_in_private_only(tmp_path: Path) -> None:
    frame = an.read(write(tmp_path, "id,a,b\n1,2,3\n4,5\n"))
    said = "survey.csv has fewer cells than the header in row 3, read as blank at the end."
    assert said in frame.attrs["notes"]
    assert frame.attrs["private"] == [said]
