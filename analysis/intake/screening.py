"""Screen: a DataFrame of text -> the rows that the study asks for; the others go to the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from analysis.errors import DataError, StudyError, did_you_mean, named
from analysis.intake.ledger import carry, how_read, put_out
from analysis.textfiles import value_texts

Values = str | float | Iterable[str | float]


def screen(frame: pd.DataFrame, where: Mapping[str, Values]) -> pd.DataFrame:
    """Return the rows in which every named column holds one of the named values.

    Parameters
    ----------
    frame : DataFrame
        Texts indexed (file, row).
    where : mapping of column to value or values
        For example ``{"month": "0"}`` or ``{"month": [0, 3]}``. They are compared as text, outer space aside.

    Raises
    ------
    DataError
        If a column is not there, or no row is left; the values that do occur are named.
    StudyError
        If no value is named for a column.

    Examples
    --------
    >>> from analysis.intake.reading import text_cells
    >>> frame = text_cells(pd.DataFrame({"couple": [1, 1, 2], "month": [0, 3, 0]}))
    >>> len(screen(frame, {"month": "0"}))
    2
    """
    for column, values in where.items():
        if column not in frame.columns:
            raise DataError(
                f"where names the column '{column}', which is not in the file.{did_you_mean(column, frame.columns)}"
                f"{how_read(frame)}"
            )
        allowed = [value.strip() for value in value_texts(values)]
        if not allowed:
            raise StudyError(f"where names no value of '{column}'. Name those of the rows to take, or leave it out.")
        cells = frame[column].str.strip()
        kept = carry(frame, frame[cells.isin(allowed)])
        if not len(kept):
            raise DataError(
                f"No row has {column} = {named(allowed)}; the column holds {named(cells.unique(), most=8)}."
            )
        put_out(kept, frame.index[~cells.isin(allowed)], f"{column} is not {' or '.join(allowed)}")
        frame = kept
    return frame
