"""Formats: one reader for each kind of survey file, path -> header, cells as text, and notes for the person."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import DataError, counted, did_you_mean, named, plain_words
from analysis.intake.ledger import ByColumn
from analysis.textfiles import DELIMITERS, UNREADABLE, decode, find_delimiter, odd_letters, value_text

IMPORT_ID = '{"ImportId":'


class Table(NamedTuple):
    """What a file holds: header, cells as text, notes, what it says of its columns; and how it was read.

    ``private`` are those of the notes that name rows.
    """

    header: list[str]
    cells: pd.DataFrame
    notes: list[str]
    about: Mapping[str, ByColumn] = {}
    read: str = ""
    header_rows: int = 0
    private: Sequence[str] = ()


def reader_of(path: Path) -> Callable[[Path], Table]:
    """Return the reader for a file's ending; a DataError where there is no such file, or none for its kind."""
    with plain_words(DataError, path):
        _check_file(path)
    readers = {".xlsx": _read_excel, ".xls": _read_excel, ".sav": _read_spss, ".zsav": _read_spss}
    readers |= {".parquet": _read_parquet, ".csv": _read_text, ".tsv": _read_text, ".txt": _read_text}
    if path.suffix.lower() not in readers:
        raise DataError(
            f"'{path.name}' has the ending '{path.suffix}'; known are {', '.join(readers)}. "
            "Export the survey as one of these."
        )
    return readers[path.suffix.lower()]


def _check_file(path: Path) -> None:
    """Refuse what is no file that can be opened and holds something."""
    if path.is_dir():
        raise DataError(f"'{path.name}' is a folder; name the survey file in it.")
    if not path.is_file():
        beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(
            f"There is no file '{path}'.{did_you_mean(path.name, beside)} Correct its name: in study.toml it is "
            "relative to that file, behind --data to the folder that you are in."
        )
    with path.open("rb") as file:
        if not file.read(1):
            raise DataError(f"'{path.name}' is empty (0 bytes). Export the survey again.")


def _told(path: Path, kind: str, table: Table) -> Table:
    """Return the table without further header rows, and with the notes that say how it was read."""
    table = without_header_rows(path.name, table)
    rows, columns = table.cells.shape
    headers = counted(1 + table.header_rows, "header row")
    said = [f"{path.name}: {kind}, {headers}, {counted(columns, 'column')}, rows: {rows}."]
    if columns == 1 and kind.startswith("CSV"):
        name = str(table.header[0])[:60]
        said.append(f"{path.name} has a single column, '{name}': is another delimiter used in it?")
    return table._replace(notes=[*said, *table.notes], read=" ".join(said))


def without_header_rows(name: str, table: Table, first_row: int = 2) -> Table:
    """Return the table without the rows that a Qualtrics export has below its header, the last one of ImportIds."""
    below = next((i for i in range(min(2, len(table.cells))) if _is_import_ids(table.cells.iloc[i])), -1) + 1
    if not below:
        return table
    places = " and ".join(str(first_row + i) for i in range(below))
    places = f"{'row' if below == 1 else 'rows'} {places}"
    note = f"{name}: {places} (questions, ImportId) are header rows of Qualtrics and no answers."
    cells = table.cells.iloc[below:].reset_index(drop=True)
    return table._replace(cells=cells, notes=[*table.notes, note], header_rows=below)


def _is_import_ids(row: pd.Series) -> bool:
    texts = [text for cell in row if (text := "".join(str(cell).split()))]
    return bool(texts) and all(text.startswith(IMPORT_ID) for text in texts)


def _read_text(path: Path) -> Table:
    text, encoding = decode(path.read_bytes())
    if not text.strip():
        raise DataError(f"'{path.name}' holds no text. Export the survey again.")
    if "\0" in text:
        raise DataError(
            f"'{path.name}' holds zero bytes, so it is no text file. Is its ending right? Else save it as CSV UTF-8."
        )
    delimiter = find_delimiter(text)
    header, *rows = _parted(path.name, text, delimiter)
    short = [number for number, row in enumerate(rows, start=2) if 0 < len(row) < len(header)]
    cells = pd.DataFrame([_of_width(row, len(header)) for row in rows], columns=range(len(header)), dtype=str)
    notes: list[str] = _letter_notes(path, text, encoding)
    private: list[str] = []
    if short:
        where = f"{'row' if len(short) == 1 else 'rows'} {_first_numbers(short)}"
        private = [f"{path.name} has fewer cells than the header in {where}, read as blank at the end."]
    table = Table(header, cells, [*notes, *private], private=private)
    return _told(path, f"CSV ({DELIMITERS[delimiter]}, {encoding})", table)


def _parted(name: str, text: str, delimiter: str) -> list[list[str]]:
    """Return the rows of a text file as cells, the header first; none holds more than that has names for."""
    rows: list[list[str]] = []
    refused = f"'{name}' cannot be parted into columns by {DELIMITERS[delimiter]}"
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise DataError(
            f"{refused}: in row {len(rows) + 1} a quotation mark is not closed, or stands in an answer without being "
            f"doubled ({error}). Mend it, or export the survey again."
        ) from error
    width = len(rows[0])
    long = [number for number, row in enumerate(rows, start=1) if any(row[width:])]
    if long and any(rows[0]):
        raise DataError(
            f"{refused}: row {long[0]} has {len(rows[long[0] - 1])} cells, but the header has {width}. Such a row may "
            "have a delimiter inside an answer: put that answer into quotation marks. "
            f"Rows like this: {_first_numbers(long)}."
        )
    return rows


def _of_width(row: list[str], width: int) -> list[str]:
    return row[:width] + [""] * (width - len(row))


def _first_numbers(numbers: Sequence[int], most: int = 8) -> str:
    shown = ", ".join(str(number) for number in numbers[:most])
    return shown + (f" and {len(numbers) - most:,} more" if len(numbers) > most else "")


def _letter_notes(path: Path, text: str, encoding: str) -> list[str]:
    notes = []
    if encoding == "cp1252":
        notes.append(
            f"{path.name} is not UTF-8; it was read as Windows-1252. Look whether its letters are right: "
            f"{odd_letters(text)}. If not, save it as CSV UTF-8."
        )
    if UNREADABLE in text:
        count = counted(text.count(UNREADABLE), "letter")
        notes.append(f"{path.name} has {count} that cannot be read, shown as {UNREADABLE}. Save it as CSV UTF-8.")
    return notes


def _read_excel(path: Path) -> Table:
    from python_calamine import CalamineError  # noqa: PLC0415 - only workbooks need it

    try:
        sheets = pd.read_excel(
            path, sheet_name=None, header=None, dtype=object, engine="calamine", keep_default_na=False
        )
    except (CalamineError, ValueError, OSError) as error:
        raise DataError(
            f"'{path.name}' cannot be read as an Excel workbook: {error}. Save it again as .xlsx."
        ) from error
    name, cells = next(iter(sheets.items()))
    if cells.empty:
        raise DataError(f"The first sheet of '{path.name}', '{name}', is empty. Put the answers on the first sheet.")
    notes = []
    if len(sheets) > 1:
        notes.append(f"{path.name}: only the first sheet is read; the others are {named(list(sheets)[1:])}.")
    cells = table_of(cells, notes).cells
    table = Table(cells.iloc[0].tolist(), cells.iloc[1:].reset_index(drop=True), notes)
    return _told(path, f"Excel (sheet '{name}')", table)


def _read_parquet(path: Path) -> Table:
    import pyarrow as pa  # noqa: PLC0415 - only Parquet files need it
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        frame = pq.read_table(path).to_pandas(integer_object_nulls=True)  # else whole numbers with gaps turn decimal
    except (pa.ArrowException, ValueError, OSError) as error:
        raise DataError(
            f"'{path.name}' cannot be read as Parquet: {str(error).rstrip('.')}. Write it again."
        ) from error
    return _told(path, "Parquet", table_of(frame, []))


def _read_spss(path: Path) -> Table:
    frame, meta, notes = _load_spss(path)
    table = _told(path, "SPSS", table_of(frame, notes))
    missing = {
        name: found
        for name, cells in zip(table.header, (table.cells[i] for i in table.cells), strict=True)
        if (found := _user_missing(cells, meta.missing_ranges.get(name, [])))
    }
    labels = {
        name: {value_text(value): str(text) for value, text in values.items()}
        for name, values in meta.variable_value_labels.items()
    }
    if missing:
        table.notes.append(
            f"{path.name} has user-missing values in {counted(len(missing), 'column')}; they count as skipped unless "
            "[answers] missing gives them another reason."
        )
    return table._replace(about={"user_missing": ByColumn(missing), "value_labels": ByColumn(labels)})


def _load_spss(path: Path) -> tuple[pd.DataFrame, Any, list[str]]:
    import pyreadstat  # noqa: PLC0415 - a third of a second that only .sav files need

    try:
        try:
            return *pyreadstat.read_sav(path, user_missing=True), []
        except OverflowError:
            notes = [f"{path.name} has dates beyond the calendar; dates are read as the seconds that SPSS counts."]
            return *pyreadstat.read_sav(path, user_missing=True, disable_datetime_conversion=True), notes
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OSError) as error:
        raise DataError(f"'{path.name}' cannot be read as an SPSS file: {error}. Save it again from SPSS.") from error


def _user_missing(cells: pd.Series, ranges: Iterable[Mapping[str, Any]]) -> dict[str, bool]:
    """Return the texts of a column that its file declares missing, as the keys of a table."""
    return {text: True for text in cells.unique() if any(_is_between(text, span["lo"], span["hi"]) for span in ranges)}


def _is_between(text: str, low: float | str, high: float | str) -> bool:
    if isinstance(low, str) or isinstance(high, str):
        return text == low
    try:
        return low <= float(text) <= high
    except ValueError:
        return False


def table_of(frame: pd.DataFrame, notes: list[str]) -> Table:
    """Return a frame's column names, those of named index levels first, and its cells as text."""
    levels = [level for level in frame.index.names if level is not None and level not in frame.columns]
    frame = frame.reset_index(level=levels) if levels else frame
    texts = np.empty(frame.shape, dtype=object)
    for i, (_, column) in enumerate(frame.items()):
        texts[:, i] = _as_text(column)
    return Table([str(column) for column in frame.columns], pd.DataFrame(texts, dtype=str), notes)


def _as_text(column: pd.Series) -> NDArray[np.object_] | list[str]:
    """Return the cells of a column as text, missing values blank."""
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("").to_numpy(dtype=object)
    if column.dtype == object:  # True, 1 and 1.0 are one value to pandas, but not one text
        gone = column.isna()
        return ["" if no else value_text(value) for value, no in zip(column, gone, strict=True)]
    codes, values = pd.factorize(column, use_na_sentinel=True)
    # as Python numbers, those of single precision would grow digits that the file does not have
    found = values.to_numpy() if column.dtype.kind == "f" else values
    return np.array([*(value_text(value) for value in found), ""], dtype=object)[codes]
