"""Nothing is lost: every row that came in is kept, or stands in the ledger with the reason why it is not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import copy
from typing import Any, Self

import pandas as pd

from analysis.errors import DataError, named

TYPES = {"file": "str", "row": "int64", "couple": "str", "partner": "str", "kept": "bool", "reason": "str"}
LEDGER = list(TYPES)
ABOUT_COLUMNS = ("user_missing", "value_labels")  # what SPSS files say of their columns, kept in a frame's attrs
ABOUT_FILES = ("rows_in", "how_read")
FileRow = tuple[str, int]
LEVELS = ["couple", "partner", "file", "row"]
BY_HAND = "taken out by hand between the steps"


class _Unchanging:
    """What is never changed needs no copy: pandas copies a frame's ``attrs`` deeply at every step, for each column."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class RowsOut(_Unchanging, tuple[dict[str, Any], ...]):  # noqa: SLOT001 - slots cannot be given to a tuple's child
    """The rows that left so far, each with file, row, couple and reason."""


class ByColumn(_Unchanging, dict[str, Any]):
    """What a file says of its columns: user-missing values, value labels."""


class ByFile(_Unchanging, dict[str, Any]):
    """What is known of each file: which rows came in, how it was read."""


def note(frame: pd.DataFrame, sentence: str, *, private: bool = False) -> None:
    """Add a sentence to the frame's notes, once; ``private`` if it names couples or rows, which no report may show."""
    for kind in ("notes", *(("private",) if private else ())):
        notes = frame.attrs.setdefault(kind, [])
        if sentence not in notes:
            notes.append(sentence)


def note_unused(frame: pd.DataFrame, used: Collection[str], most: int = 8) -> None:
    """Note which columns of the file nothing used, by their names alone."""
    unused = [column for column in frame.columns if column not in used]
    if unused:
        note(frame, f"Columns of the file that nothing used: {named(unused, most=most)}.")


def notes(frame: pd.DataFrame) -> list[str]:
    """Return the sentences that the steps so far left for the person."""
    return list(frame.attrs.get("notes", []))


def private_notes(frame: pd.DataFrame) -> list[str]:
    """Return those of the notes that name couples or rows."""
    return list(frame.attrs.get("private", []))


def how_read(frame: pd.DataFrame) -> str:
    """Return how the frame's files were read, for a message on what is not in them; empty for a frame of one's own."""
    said = frame.attrs.get("how_read", {}).values()
    return f" As it was read: {' '.join(said)}" if said else ""


def carry(source: pd.DataFrame, target: pd.DataFrame) -> pd.DataFrame:
    """Return the target with the notes, rows out and file labels of the frame that it was made from."""
    target.attrs = {key: copy(value) for key, value in source.attrs.items()}
    return target


def put_out(frame: pd.DataFrame, rows: Iterable[FileRow], reason: str, couples: Iterable[str] | None = None) -> None:
    """Record file rows as out, with the reason and, where they are known, the couples that they belong to."""
    rows = list(rows)
    out = [
        {"file": file, "row": int(row), "couple": couple, "reason": reason}
        for (file, row), couple in zip(rows, couples if couples is not None else [""] * len(rows), strict=True)
    ]
    frame.attrs["out"] = RowsOut((*frame.attrs.get("out", ()), *out))


def ledger(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each file row: kept with its couple and partner, or out with the reason.

    Parameters
    ----------
    frame : DataFrame
        Indexed (couple, partner, file, row), as :func:`analysis.pair`, :func:`analysis.code` and
        :func:`analysis.score` return it.

    Returns
    -------
    DataFrame
        Columns file, row, couple, partner, kept, reason. A file row that holds both partners stands there once,
        with both partners named. Rows that a person took out between the steps are out, too.

    Raises
    ------
    DataError
        If the frame is not indexed like that.

    Examples
    --------
    >>> import analysis as an
    >>> raw = an.text_cells(pd.DataFrame({"id": ["x", "x", ""], "H1": [4, 5, 3]}))
    >>> ledger(an.pair(raw, couple="id", items=["H1"]))[["row", "couple", "kept", "reason"]]
       row couple   kept           reason
    0    1      x   True
    1    2      x   True
    2    3         False  blank couple id
    """
    if list(frame.index.names) != LEVELS:
        raise DataError(
            f"The ledger is that of a frame indexed {named(LEVELS)}; this one is indexed {named(frame.index.names)}. "
            "Pair it first: ledger(pair(frame, …)). Couples have theirs as .ledger."
        )
    kept: dict[FileRow, dict[str, Any]] = {}
    for couple, partner, file, row in frame.index:
        if (file, row) in kept:
            kept[file, row]["partner"] += f" and {partner}"
        else:
            kept[file, row] = {"file": file, "row": row, "couple": couple, "partner": partner, "kept": True}
    out = [{**line, "partner": "", "kept": False} for line in frame.attrs.get("out", ())]
    gone = [*out, *_by_hand(frame, {*kept, *((line["file"], line["row"]) for line in out)})]
    lines = sorted(
        [*({**line, "reason": ""} for line in kept.values()), *gone], key=lambda line: (line["file"], line["row"])
    )
    return pd.DataFrame(lines, columns=LEDGER).astype(TYPES)


def _by_hand(frame: pd.DataFrame, known: set[FileRow]) -> list[dict[str, Any]]:
    """Return the rows that came in, but neither are there nor left by a step."""
    files = frame.attrs.get("rows_in", {}).items()
    came_in = ((file, row) for file, (first, last) in files for row in range(first, last + 1))
    line = {"couple": "", "partner": "", "kept": False, "reason": BY_HAND}
    return [{"file": file, "row": row, **line} for file, row in came_in if (file, row) not in known]
