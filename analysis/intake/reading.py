"""Read: a survey file -> a DataFrame in which every cell is text, just as the file has it.

No cell is turned into a number, a date or a missing value here: 007, 1E5, None and N/A survive. Only the codebook and
the study say what a text means.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError, did_you_mean, listing, named
from analysis.intake.ledger import put_out
from analysis.textfiles import DELIMITERS, decode, find_delimiter, first_odd_line

Table = tuple[list[str], pd.DataFrame, list[str], dict[Hashable, Any]]  # header, cells, notes, further attributes


def read(source: str | Path | Mapping[str, str | Path]) -> pd.DataFrame:
    """Return the cells of a survey file as text, indexed (file, row).

    Parameters
    ----------
    source : path, or mapping of partner mark to path
        CSV or TSV, .xlsx or .xls, SPSS .sav or .zsav, or Parquet. A mapping reads one file a partner: the rows are
        stacked, and the mark stands in the column ``partner``.

    Returns
    -------
    DataFrame
        Columns as in the file's header; a blank cell is an empty text. ``row`` counts as a spreadsheet does: the
        header is row 1. ``attrs["notes"]`` says format, encoding, header rows and rows; entirely blank rows are in
        ``attrs["out"]``.

    Raises
    ------
    DataError
        If there is no such file, it is empty, has no row below its header, or names a column twice.

    Examples
    --------
    >>> import analysis as an
    >>> frame = an.read(an.demo() / "responses.csv")
    >>> frame.attrs["notes"][0]
    'responses.csv: CSV (comma, utf-8), 1 header row, 391 rows, 79 columns.'
    """
    if isinstance(source, Mapping):
        return _read_partners({str(mark): Path(path) for mark, path in source.items()})
    path = Path(source)
    header, cells, notes, more = _reader(path)(path)
    return _frame(path.name, header, cells, notes, more)


def text_cells(frame: pd.DataFrame, name: str = "frame") -> pd.DataFrame:
    """Return a DataFrame of one's own with every cell as text, indexed (file, row) like a file that was read.

    Numbers lose a needless ``.0``; missing values of any kind become blank. ``row`` counts from 1.

    Examples
    --------
    >>> text_cells(pd.DataFrame({"couple": ["007", "1E5"], "H1": [4.0, None]}))
               couple H1
    file  row
    frame 1       007  4
          2       1E5
    """
    cells = pd.DataFrame({i: _as_text(frame.iloc[:, i]) for i in range(frame.shape[1])})
    return _frame(name, [str(column) for column in frame.columns], cells, [], {}, first_row=1)


def _reader(path: Path) -> Callable[[Path], Table]:
    if path.is_dir():
        raise DataError(f"'{path.name}' is a folder; name the survey file in it.")
    if not path.is_file():
        beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"There is no file '{path}'.{did_you_mean(path.name, beside)}")
    if path.stat().st_size == 0:
        raise DataError(f"'{path.name}' is empty (0 bytes). Export the survey again.")
    readers = {".xlsx": _read_excel, ".xls": _read_excel, ".sav": _read_spss, ".zsav": _read_spss}
    readers |= {".parquet": _read_parquet, ".csv": _read_text, ".tsv": _read_text, ".txt": _read_text}
    if path.suffix.lower() not in readers:
        raise DataError(f"'{path.name}' has the ending '{path.suffix}'; known are {', '.join(readers)}.")
    return readers[path.suffix.lower()]


def _read_partners(paths: Mapping[str, Path]) -> pd.DataFrame:
    frames = []
    for mark, path in paths.items():
        frame = read(path)
        if "partner" in frame:
            raise DataError(
                f"'{path.name}' has a column 'partner' of its own, but with one file a partner the mark '{mark}' goes "
                "there. Rename the column in the file."
            )
        frames.append(frame.assign(partner=mark))
    if len({path.name for path in paths.values()}) < len(paths):
        frames = [
            pd.concat({f"{m}: {p.name}": f.droplevel("file")}, names=["file"])
            for (m, p), f in zip(paths.items(), frames, strict=True)
        ]
    both = pd.concat(frames).fillna("")
    both.attrs = {
        "notes": [n for f in frames for n in f.attrs["notes"]],
        "out": [o for f in frames for o in f.attrs.get("out", [])],
    }
    for key in ("user_missing", "value_labels"):
        merged: dict[str, Any] = {}
        for frame in frames:
            for column, values in frame.attrs.get(key, {}).items():
                merged[column] = merged.get(column, type(values)()) | values
        both.attrs[key] = merged
    return both


def _frame(
    name: str, header: list[str], cells: pd.DataFrame, notes: list[str], more: dict[Hashable, Any], first_row: int = 2
) -> pd.DataFrame:
    header = [column.strip() for column in header]
    _check_header(name, header)
    if not len(cells):
        raise DataError(f"'{name}' has a header but no row below it. Export the answers, not only the questions.")
    blank = (cells == "").all(axis=1).to_numpy()
    rows = np.arange(first_row, first_row + len(cells))
    cells.columns = pd.Index(header)
    cells.index = pd.MultiIndex.from_product([[name], rows], names=["file", "row"])
    kept = cells[~blank]
    kept.attrs = {"notes": notes, "out": [], **more}
    if blank.any():
        put_out(kept, [(name, row) for row in rows[blank]], "entirely blank row")
    return kept


def _check_header(name: str, header: list[str]) -> None:
    counts = pd.Series([column for column in header if column]).value_counts()
    twice = counts[counts > 1]
    if len(twice):
        where = [f"'{column}' in columns {_positions(header, column)}" for column in twice.index]
        raise DataError(f"'{name}' names columns more than once; rename them in the file:\n{listing(where)}")


def _positions(header: list[str], column: str) -> str:
    return ", ".join(str(i) for i, other in enumerate(header, start=1) if other == column)


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _said(path: Path, kind: str, cells: pd.DataFrame) -> str:
    rows, columns = cells.shape
    return f"{path.name}: {kind}, 1 header row, {_plural(rows, 'row')}, {_plural(columns, 'column')}."


def _read_text(path: Path) -> Table:
    text, encoding = decode(path.read_bytes())
    if not text.strip():
        raise DataError(f"'{path.name}' holds no text. Export the survey again.")
    delimiter = find_delimiter(text)
    cells = _parse(path.name, text, delimiter)
    header = ["" if pd.isna(cell) else str(cell) for cell in cells.iloc[0]]
    cells = cells.iloc[1:].reset_index(drop=True)
    notes = [_said(path, f"CSV ({DELIMITERS[delimiter]}, {encoding})", cells)]
    if encoding == "cp1252":
        odd = first_odd_line(text)
        notes.append(f"{path.name} is not UTF-8; it was read as Windows-1252. Look whether this line is right: {odd}")
    if len(header) == 1 and len(cells):
        notes.append(f"{path.name} has a single column, '{header[0][:60]}': is another delimiter used in it?")
    short = cells.isna().any(axis=1) & ~cells.isna().iloc[:, 1:].all(axis=1)
    if short.any():
        rows = named(cells.index[short] + 2, most=8)
        notes.append(f"{path.name} has rows with fewer cells than the header, read as blank at their end: {rows}.")
    return header, cells.fillna(""), notes, {}


def _parse(name: str, text: str, delimiter: str) -> pd.DataFrame:
    if "\0" in text:
        raise DataError(f"'{name}' holds zero bytes, so it is no text file. Is its ending right?")
    try:
        return pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            low_memory=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(
            f"'{name}' cannot be parted into columns by {DELIMITERS[delimiter]}: {str(error).strip()}. "
            "A row with more cells than the header often has a delimiter or a quotation mark inside an answer."
        ) from error


def _read_excel(path: Path) -> Table:
    try:
        sheets = pd.read_excel(path, sheet_name=None, header=None, dtype=object, engine="calamine")
    except Exception as error:
        raise DataError(
            f"'{path.name}' cannot be read as an Excel workbook: {error}. Save it again as .xlsx."
        ) from error
    name, cells = next(iter(sheets.items()))
    if cells.empty:
        raise DataError(f"The first sheet of '{path.name}', '{name}', is empty. Put the answers on the first sheet.")
    notes = [_said(path, f"Excel (sheet '{name}')", cells.iloc[1:])]
    if len(sheets) > 1:
        notes.append(f"{path.name}: only the first sheet is read; the others are {named(list(sheets)[1:])}.")
    cells = cells.apply(_as_text)
    return cells.iloc[0].tolist(), cells.iloc[1:].reset_index(drop=True), notes, {}


def _read_parquet(path: Path) -> Table:
    try:
        frame = pd.read_parquet(path)
    except Exception as error:
        raise DataError(f"'{path.name}' cannot be read as Parquet: {error}. Write it again.") from error
    cells = pd.DataFrame({i: _as_text(frame.iloc[:, i]) for i in range(frame.shape[1])})
    return [str(column) for column in frame.columns], cells, [_said(path, "Parquet", cells)], {}


def _read_spss(path: Path) -> Table:
    import pyreadstat  # noqa: PLC0415 - a third of a second that only .sav files need

    def load(*, raw_dates: bool = False) -> tuple[pd.DataFrame, Any]:
        return pyreadstat.read_sav(path, user_missing=True, disable_datetime_conversion=raw_dates)

    try:
        try:
            frame, meta = load()
        except OverflowError:
            frame, meta = load(raw_dates=True)
    except Exception as error:
        raise DataError(f"'{path.name}' cannot be read as an SPSS file: {error}. Save it again from SPSS.") from error
    cells = pd.DataFrame({i: _as_text(frame.iloc[:, i]) for i in range(frame.shape[1])})
    names = [str(column) for column in frame.columns]
    texts = dict(zip(names, (cells[i] for i in cells), strict=True))
    missing = {n: _user_missing(texts[n], meta.missing_ranges.get(n, [])) for n in names if n in meta.missing_ranges}
    labels = {
        n: {_number_text(v): str(t) for v, t in values.items()} for n, values in meta.variable_value_labels.items()
    }
    notes = [_said(path, "SPSS", cells)]
    if any(missing.values()):
        notes.append(
            f"{path.name} declares user-missing values for {_plural(len(missing), 'column')}; they stay missing."
        )
    return names, cells, notes, {"user_missing": missing, "value_labels": labels}


def _user_missing(cells: pd.Series, ranges: Iterable[dict[str, Any]]) -> set[str]:
    """Return the texts of a column that its file declares missing."""
    found = set()
    for text in cells.unique():
        for bounds in ranges:
            low, high = bounds["lo"], bounds["hi"]
            inside = text == low if isinstance(low, str) else _is_between(text, low, high)
            if inside:
                found.add(text)
    return found


def _is_between(text: str, low: float, high: float) -> bool:
    try:
        return low <= float(text) <= high
    except ValueError:
        return False


def _number_text(value: object) -> str:
    return f"{int(value)}" if isinstance(value, float) and value.is_integer() else str(value)


def _as_text(column: pd.Series) -> pd.Series:
    """Return a column as text: whole numbers without a decimal part, missing values blank."""
    codes, values = pd.factorize(column, use_na_sentinel=True)
    texts = np.array([*(_number_text(v.item() if isinstance(v, np.generic) else v) for v in values), ""], dtype=object)
    return pd.Series(texts[codes], dtype=str)
