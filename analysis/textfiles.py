"""Text as spreadsheets write it: which encoding, which delimiter."""

from __future__ import annotations

import codecs
import csv
import io

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE = 100_000  # characters; below the csv module's limit for one cell
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def decode(raw: bytes) -> tuple[str, str]:
    """Return the text of a file and the encoding it was read with.

    A byte order mark decides; else strict UTF-8; else Windows-1252, the usual encoding of spreadsheets that
    are not UTF-8 (bytes that it does not define become U+FFFD). Nothing is guessed from letter counts.

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


def first_odd_line(text: str) -> str:
    """Return the first line with a letter outside ASCII, cut to 60 characters."""
    return next((line.strip()[:60] for line in text.splitlines() if not line.isascii()), "")


def find_delimiter(text: str) -> str:
    """Return the delimiter of the header row: the one of comma, semicolon, tab and bar that parts it into most cells.

    Examples
    --------
    >>> find_delimiter('couple;"a, b";item')
    ';'
    """
    sample = text[:SAMPLE]
    rows = {mark: csv.reader(io.StringIO(sample, newline=""), delimiter=mark) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: len(next(rows[mark], [])))


def read_rows(raw: bytes) -> list[dict[str, str]]:
    """Return the rows of a small CSV table as dictionaries of stripped texts, keyed by its header."""
    text, _ = decode(raw)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=find_delimiter(text))
    return [
        {str(key).strip(): (value or "").strip() for key, value in row.items() if key is not None} for row in reader
    ]
