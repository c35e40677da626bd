"""Encodings, delimiters and numbers as spreadsheets write them."""

import csv
from datetime import date, datetime
from math import isnan

import numpy as np
import pandas as pd
import pytest

from analysis.textfiles import (
    decode,
    find_delimiter,
    fold,
    number_of,
    odd_letters,
    read_rows,
    read_table,
    value_text,
    value_texts,
)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
    ],
)
def test_a_text_is_decoded_and_its_encoding_named(encoding: str, said: str) -> None:
    assert decode("Größe;naïve €".encode(encoding)) == ("Größe;naïve €", said)


def test_big_endian_utf_16_with_its_mark_is_read() -> None:
    assert decode(b"\xfe\xff" + "é".encode("utf-16-be")) == ("é", "utf-16")


def test_bytes_that_no_encoding_knows_are_marked_not_dropped() -> None:
    assert decode(b"\xe4\x81!") == ("ä\ufffd!", "cp1252")
    assert decode(b"\xef\xbb\xbfa\xff") == ("a\ufffd", "utf-8-sig")


def test_odd_letters_are_each_shown_once_and_never_a_word() -> None:
    assert odd_letters("Müller, Jäger, Müller") == "ä ü"
    assert odd_letters("plain") == ""
    assert odd_letters("".join(map(chr, range(0xC0, 0xF0)))).endswith(" …")


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2\n", ";"),
        ("a\tb\n1,5\t2,5\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("a\n1\n", ","),
        ("", ","),
        ("\n\na;b\n1;2\n", ";"),
        ('id;"trust, overall, now, here";fun\n1;2;3\n', ";"),
        ("id;trust, overall, now, here;fun\n1;2;3\n", ";"),
        ('id,"a; b; c; d; e"\n1,2\n', ","),
        ("id;x, y\n1;2,5\n2;3\n", ";"),
        ("a,b,c\n1,2\n", ","),  # short rows
        ("a,b\n1,2,3\n4,5,6\n", ","),  # long rows
        ('a,b\n1,"never closed\n2,3\n', ","),
    ],
)
def test_the_delimiter_is_the_one_that_parts_header_and_rows_alike(text: str, delimiter: str) -> None:
    assert find_delimiter(text) == delimiter


def test_a_header_of_ten_thousand_columns_is_no_obstacle() -> None:
    header = ";".join(f"question number {i}" for i in range(10_000))
    assert find_delimiter(f"{header}\n{';'.join('1' * 10_000)}\n") == ";"


def test_a_small_table_is_read_row_by_row_with_blank_rows_in_their_place() -> None:
    assert read_table(b'a, b\n1," x "\n\n2\n') == (["a", "b"], [["1", "x"], [], ["2"]])
    assert read_table(b"") == ([], [])


@pytest.mark.parametrize("raw", [b'a,b\n1,"x\n2,3\n', b'a,b\n1,"x"y\n'])
def test_a_small_table_with_a_stray_quotation_mark_is_no_table(raw: bytes) -> None:
    with pytest.raises(csv.Error):
        read_table(raw)


def test_rows_as_dictionaries_fill_what_is_missing_at_their_end() -> None:
    assert read_rows("a;b\nä\n\n1;2;3\n".encode("cp1252")) == [{"a": "ä", "b": ""}, {"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.0, "4"),
        (-99.0, "-99"),
        (2.5, "2.5"),
        (np.float32(3.1), "3.1"),
        (np.int64(7), "7"),
        (1234567890123456.0, "1234567890123456"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        (True, "True"),
        ("007", "007"),
        (date(2026, 11, 25), "2026-11-25"),
        (datetime(2026, 11, 25), "2026-11-25"),  # noqa: DTZ001 - files hold no time zone
        (pd.Timestamp("2026-11-25 08:30"), "2026-11-25 08:30:00"),
    ],
)
def test_a_value_is_written_as_a_file_would_have_it(value: object, text: str) -> None:
    assert value_text(value) == text


def test_one_value_or_several_become_texts() -> None:
    assert value_texts("-99") == ["-99"]  # not its letters
    assert value_texts(-99.0) == ["-99"]
    assert value_texts(pd.Series([1.0, 2.0])) == ["1", "2"]
    assert value_texts(["N/A", -99]) == ["N/A", "-99"]


def test_answers_are_compared_without_case_space_and_kind_of_apostrophe() -> None:
    assert fold(" Don’t\n KNOW ") == fold("don't know")


@pytest.mark.parametrize(("text", "number"), [("6", 6), ("6.0", 6), ("6,0", 6), ("3,5", 3.5), ("-1", -1), ("1e2", 100)])
def test_numbers_are_read_with_either_decimal_mark(text: str, number: float) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize("text", ["", "six", "1_000", "1,5,0", "1.234,5", "=1+1", "5%", "nan"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert isnan(number_of(text))
