"""Read: a survey file -> a DataFrame in which every cell is text, just as the file has it.

No cell is turned into a number, a date or a missing value here: 007, 1E5, None and N/A survive. Only the codebook and
the study say what a text means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import DataError, listing, named
from analysis.intake.formats import Table, reader_of, table_of, without_header_rows
from analysis.intake.ledger import ABOUT_COLUMNS, ABOUT_FILES, ByColumn, ByFile, RowsOut, note, put_out


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
        Columns as in the file's header, a nameless one by its place (``column 3``); a blank cell is an empty text.
        ``row`` counts as a spreadsheet does: the header is row 1. ``attrs["notes"]`` says format, encoding, header rows
        and rows; entirely blank rows are in ``attrs["out"]``.

    Raises
    ------
    DataError
        If there is no such file, it cannot be read as what its ending says, it is empty, has no row below its header,
        or names a column twice.

    Notes
    -----
    Below the header of a Qualtrics export stand the questions and their ImportId: these two rows are taken for header
    rows, and a note says so.

    Examples
    --------
    >>> import analysis as an
    >>> frame = an.read(an.demo() / "responses.csv")
    >>> frame.attrs["notes"][0]
    'responses.csv: CSV (comma, utf-8), 1 header row, 78 columns, rows: 390.'
    """
    if isinstance(source, Mapping):
        return _read_partners({str(mark): Path(path) for mark, path in source.items()})
    return _read_file(Path(source), Path(source).name)


def text_cells(frame: pd.DataFrame, name: str = "frame") -> pd.DataFrame:
    """Return a DataFrame of one's own with every cell as text, indexed (file, row) like a file that was read.

    Numbers lose a needless ``.0``; missing values of any kind become blank. Named levels of the frame's index become
    columns. ``row`` counts from 1.

    Examples
    --------
    >>> text_cells(pd.DataFrame({"couple": ["007", "1E5"], "H1": [4.0, None]}))
               couple H1
    file  row
    frame 1       007  4
          2       1E5
    """
    table = without_header_rows(name, table_of(frame, []), first_row=1)
    return _frame(name, table, first_row=1 + table.header_rows)


def _read_file(path: Path, name: str) -> pd.DataFrame:
    table = reader_of(path)(path)
    return _frame(name, table, first_row=2 + table.header_rows)


def _read_partners(paths: Mapping[str, Path]) -> pd.DataFrame:
    alike = len({path.name for path in paths.values()}) < len(paths)
    frames = [
        _of_partner(_read_file(path, f"{mark}: {path.name}" if alike else path.name), mark)
        for mark, path in paths.items()
    ]
    both = pd.concat(frames)
    both.attrs = {key: [said for frame in frames for said in frame.attrs[key]] for key in ("notes", "private")}
    both.attrs["out"] = RowsOut(out for frame in frames for out in frame.attrs["out"])
    for key in ABOUT_FILES:
        both.attrs[key] = ByFile({file: value for frame in frames for file, value in frame.attrs[key].items()})
    for key in ABOUT_COLUMNS:
        both.attrs[key] = reduce(_joined, (frame.attrs.get(key, ByColumn()) for frame in frames))
    for frame in frames:
        lost = [column for column in both.columns if column not in frame.columns]
        if lost:
            file = frame.index[0][0]
            note(both, f"{file} lacks columns of the other file, read as blank: {named(lost, most=8)}.")
    return both.fillna("")


def _of_partner(frame: pd.DataFrame, mark: str) -> pd.DataFrame:
    if "partner" in frame:
        raise DataError(
            f"'{frame.index[0][0]}' has a column 'partner' of its own, but with one file a partner the mark '{mark}' "
            "goes there. Rename the column in the file."
        )
    return frame.assign(partner=mark)


def _joined(one: ByColumn, other: ByColumn) -> ByColumn:
    """Return what two files, or two columns of one file, say of a column, both together."""
    return ByColumn({key: {**one.get(key, {}), **other.get(key, {})} for key in {**one, **other}})


def _frame(name: str, table: Table, first_row: int = 2) -> pd.DataFrame:
    header = [column.strip() for column in table.header]
    _check_header(name, header)
    cells = table.cells.set_axis([column or f"column {i}" for i, column in enumerate(header, start=1)], axis=1)
    blank = np.array([not "".join(row).strip() for row in cells.to_numpy(dtype=object)], dtype=bool)
    if blank.all():
        raise DataError(
            f"'{name}' has a header but no row below it that is not blank. Export the answers, not only the questions."
        )
    rows = np.arange(first_row, first_row + len(cells))
    cells.index = pd.MultiIndex.from_product([[name], rows], names=["file", "row"])
    kept = cells[~blank]
    came_in = ByFile({name: (first_row, first_row + len(cells) - 1)})
    kept.attrs = {"notes": list(table.notes), "private": list(table.private), "out": RowsOut(), "rows_in": came_in}
    kept.attrs["how_read"] = ByFile({name: table.read} if table.read else {})
    kept.attrs.update(table.about)
    put_out(kept, [(name, row) for row in rows[blank]], "entirely blank row")
    return kept


def _check_header(name: str, header: list[str]) -> None:
    if not any(header):
        raise DataError(
            f"The first row of '{name}' is blank, but the columns' names belong there. Delete what is above them."
        )
    twice = [column for column, count in Counter(header).items() if column and count > 1]
    if twice:
        where = [f"'{column[:60]}' in columns {_positions(header, column)}" for column in twice]
        raise DataError(f"'{name}' names columns more than once; rename them in the file:\n{listing(where)}")


def _positions(header: list[str], column: str) -> str:
    return ", ".join(str(i) for i, other in enumerate(header, start=1) if other == column)
