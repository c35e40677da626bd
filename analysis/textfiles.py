"""Text as spreadsheets write it: which encoding, which delimiter, how numbers and answers look."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from datetime import datetime, time
from itertools import islice, zip_longest
from math import nan

import numpy as np

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE = 100_000  # characters; below the csv module's limit for one cell
FIRST_ROWS = 20
UNREADABLE = "\ufffd"
_WRITTEN_OUT = 1e16  # a whole number up to here is written with all its digits, as Python and spreadsheets do
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def decode(raw: bytes) -> tuple[str, str]:
    """Return the text of a file and the encoding it was read with.

    A byte order mark decides; else strict UTF-8; else Windows-1252, the usual encoding of spreadsheets that
    are not UTF-8. Bytes that the encoding does not define become U+FFFD. Nothing is guessed from letter counts.

    Examples
    --------
    >>> decode("Ärger".encode("cp1252"))
    ('Ärger', 'cp1252')
    """
    for mark, encoding in _MARKS.items():
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace"), encoding
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), "cp1252"


def odd_letters(text: str, most: int = 20) -> str:
    """Return the letters outside ASCII, each once: enough to see a wrong encoding by, and nobody's answer.

    Examples
    --------
    >>> odd_letters("Ärger über Ärger")
    'Ä ü'
    """
    found = sorted({letter for letter in text if not letter.isascii() and letter.isprintable()})
    return " ".join(found[:most]) + (" …" if len(found) > most else "")


def find_delimiter(text: str) -> str:
    r"""Return the delimiter, of comma, semicolon, tab and bar, that parts the first rows best.

    That is the one by which most cells stand in rows as wide as the header; a comma in a question's words or in a
    decimal number does not mislead it, because the rows then differ in width.

    Examples
    --------
    >>> find_delimiter('couple;"trust, overall, now";fun, too\n1;2,5;3\n')
    ';'
    """
    return max(DELIMITERS, key=lambda mark: _fit(text[:SAMPLE], mark))


def _fit(sample: str, delimiter: str) -> tuple[bool, float, int]:
    """Return how well a delimiter parts the rows: the header at all; cells in rows as wide as it; cells in it."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    header, *rows = list(islice((len(row) for row in reader if row), FIRST_ROWS)) or [0]
    alike = sum(width == header for width in rows) / len(rows) if rows else 1.0
    return header > 1, header * alike, header


def read_table(raw: bytes) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a small CSV table, every cell stripped.

    Raises
    ------
    csv.Error
        If a quotation mark is not closed or stands inside a cell.
    """
    text, _ = decode(raw)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text), strict=True)
    header, *rows = [[cell.strip() for cell in row] for row in reader] or [[]]
    return header, rows


def read_rows(raw: bytes) -> list[dict[str, str]]:
    """Return the rows of a small CSV table as dictionaries of stripped texts, keyed by its header."""
    header, rows = read_table(raw)
    return [by_column(header, row) for row in rows if row]


def by_column(header: list[str], row: list[str]) -> dict[str, str]:
    """Return the cells of a row by column; missing ones at its end are blank, further ones are left out."""
    return dict(zip_longest(header, row[: len(header)], fillvalue=""))


def value_text(value: object) -> str:
    """Return a value as a file would write it: whole numbers without a decimal part, dates without midnight.

    Examples
    --------
    >>> value_text(4.0), value_text(2.5), value_text(1e300), value_text("007"), value_text(datetime(2026, 11, 25))
    ('4', '2.5', '1e+300', '007', '2026-11-25')
    """
    if isinstance(value, (float, np.floating)) and float(value).is_integer() and abs(float(value)) < _WRITTEN_OUT:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value)


def value_texts(values: object) -> list[str]:
    """Return one value, or each of several, as texts.

    Examples
    --------
    >>> value_texts(0), value_texts("0"), value_texts([0, -99.0])
    (['0'], ['0'], ['0', '-99'])
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        return [value_text(values)]
    return [value_text(value) for value in values]


def fold(text: str) -> str:
    """Return a text as it is compared: case, space around and between words, and kinds of apostrophe aside.

    Examples
    --------
    >>> fold("  I don’t  Know ")
    "i don't know"
    """
    return " ".join(text.replace("’", "'").split()).casefold()


def number_of(text: str) -> float:
    """Return the number that a text writes, decimal comma included, or NaN.

    Examples
    --------
    >>> number_of("6.0"), number_of("6,5"), number_of("six"), number_of("1_000")
    (6.0, 6.5, nan, nan)
    """
    for written in (text, text.replace(",", ".", 1)):
        try:
            return float(written) if "_" not in written else nan
        except ValueError:
            continue
    return nan
