"""Pair: a DataFrame of text -> one row a person, indexed (couple, partner, file, row).

Couples are joined by their id alone, after folding case and outer space; no id is corrected and nothing is guessed.
What cannot be paired leaves for the ledger by name: blank ids, exact duplicates, and couples whose rows do not say
which two belong together.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import DataError, StudyError, did_you_mean, named
from analysis.intake.ledger import carry, note, put_out
from analysis.intake.widening import lengthen

RESPONDENT = "respondent"


def pair(
    frame: pd.DataFrame,
    *,
    couple: str = "",
    partner: str = "",
    roles: Mapping[str, str] | None = None,
    wide: str = "",
    partners: Sequence[str] = (),
    items: Iterable[str] = (),
    one_person: bool = False,
) -> pd.DataFrame:
    """Return one row a person, indexed (couple, partner, file, row), the cells still text.

    Parameters
    ----------
    frame : DataFrame
        Texts indexed (file, row), as :func:`analysis.intake.reading.read` returns them.
    couple : str
        The column of couple ids. It may be left out in a wide file and with ``one_person``: the file row is the couple.
    partner : str
        The column that says which partner a row is. It may be left out where partners are exchangeable.
    roles : mapping of mark to label, optional
        Distinguishable partners: ``{"w": "woman", "m": "man"}``. The first role is "first" in every difference.
    wide : str
        How a wide file names its columns, ``"{item}_{partner}"``; ``{item}`` stands for the item's column name.
    partners : sequence of str
        The two marks of a wide file whose partners are exchangeable.
    items : iterable of str
        The columns that hold answers. A person without any answer in them leaves for the ledger.
    one_person : bool
        One respondent a couple.

    Returns
    -------
    DataFrame
        At most two rows a couple. ``attrs["out"]`` holds the rows that left, ``attrs["notes"]`` what was folded.

    Raises
    ------
    DataError, StudyError
        If a column is missing, a mark is in no role, or the wide pattern fits a column in two ways.

    Examples
    --------
    >>> from analysis.intake.reading import text_cells
    >>> raw = text_cells(pd.DataFrame({"id": ["A1", "a1 ", "A2"], "who": list("wmw"), "H1": [4, 5, 3]}))
    >>> pair(raw, couple="id", partner="who", roles={"w": "woman", "m": "man"}, items=["H1"]).reset_index()
      couple partner   file  row  id who H1
    0     A1   woman  frame    1  A1   w  4
    1     A1     man  frame    2  a1   m  5
    2     A2   woman  frame    3  A2   w  3
    """
    marks = _marks(roles, partners)
    if wide:
        frame = lengthen(frame, wide, marks, items)
        mark = frame.index.get_level_values("partner").to_numpy()
        frame = carry(frame, frame.droplevel("partner"))
    else:
        mark = _mark_column(frame, partner, marks)
    ids = _fold_ids(frame, couple, may_be_rows=bool(wide) or one_person)
    people = pd.DataFrame({"couple": ids, "mark": mark}, index=frame.index)
    frame, people = _without_blank_ids(frame, people, partner)
    frame, people = _without_silent_persons(frame, people, items, wide=bool(wide))
    frame, people = _without_doubtful_couples(frame, people, 1 if one_person else 2)
    people["partner"] = RESPONDENT if one_person else _partner_labels(people, roles)
    return _indexed(frame, people)


def _marks(roles: Mapping[str, str] | None, partners: Sequence[str]) -> list[str]:
    if roles and partners:
        raise StudyError("roles and partners are both given: roles are for distinguishable, partners for exchangeable.")
    marks = [str(mark) for mark in (roles or partners)]
    if marks and len(set(marks)) != 2:
        raise StudyError(f"A couple has two partners, but {len(marks)} are named: {named(marks)}.")
    if roles and len(set(roles.values())) != 2:
        raise StudyError(f"Both roles are called {named(set(roles.values()))}; give each its own label.")
    return marks


def _column(frame: pd.DataFrame, name: str, what: str) -> pd.Series:
    if name not in frame.columns:
        raise DataError(
            f"The {what} column '{name}' is not in the file.{did_you_mean(name, frame.columns)} "
            f"Its columns are {named(frame.columns, most=8)}."
        )
    return frame[name]


def _mark_column(frame: pd.DataFrame, partner: str, marks: list[str]) -> NDArray[np.object_]:
    if not partner:
        if marks:
            raise StudyError("roles are named, but not the column that says which partner a row is: add partner.")
        return np.full(len(frame), "", dtype=object)
    found = _column(frame, partner, "partner").str.strip()
    known = {mark.casefold(): mark for mark in marks}
    unknown = sorted(set(found) - {""} - {text for text in found.unique() if text.casefold() in known})
    if marks and unknown:
        counts = ", ".join(f"'{mark}' ({(found == mark).sum()} rows)" for mark in unknown[:8])
        raise DataError(
            f"The column '{partner}' holds {counts}, but roles names only {named(marks)}. Add or mend them."
        )
    return found.map(lambda text: known.get(text.casefold(), text)).to_numpy(dtype=object)


def _fold_ids(frame: pd.DataFrame, couple: str, *, may_be_rows: bool) -> NDArray[np.object_]:
    if not couple:
        if not may_be_rows:
            raise StudyError("A file with one row a person needs the column of couple ids: name it as couple (id).")
        return frame.index.get_level_values("row").astype(str).to_numpy(dtype=object)
    ids = _column(frame, couple, "couple id").str.strip()
    folded = ids.map(lambda text: unicodedata.normalize("NFKC", text).strip().casefold())
    first = ids.groupby(folded, sort=False).first()
    spellings = frame[couple].groupby(folded, sort=False).unique()
    joined = [", ".join(f"'{text}'" for text in forms) for forms in spellings if len(forms) > 1 and forms[0].strip()]
    if joined:
        note(frame, f"Couple ids that differ only in case or outer space were read as one: {named_forms(joined)}.")
    return folded.map(first).to_numpy(dtype=object)


def named_forms(forms: list[str]) -> str:
    """Return spelling groups joined by semicolons, the first eight of them."""
    return "; ".join(forms[:8]) + (f"; and {len(forms) - 8} more" if len(forms) > 8 else "")


Pairing = tuple[pd.DataFrame, pd.DataFrame]


def _keep(frame: pd.DataFrame, people: pd.DataFrame, kept: NDArray[np.bool_]) -> Pairing:
    return carry(frame, frame[kept]), people[kept]


def _without_blank_ids(frame: pd.DataFrame, people: pd.DataFrame, partner: str) -> Pairing:
    no_id = (people["couple"] == "").to_numpy()
    no_mark = (people["mark"] == "").to_numpy() & bool(partner) & ~no_id
    for lost, reason in ((no_id, "blank couple id"), (no_mark, f"blank partner mark in '{partner}'")):
        if lost.any():
            rows = frame.index[lost].unique()
            note(frame, f"{reason[0].upper()}{reason[1:]} in file row {named_rows(rows)}: out, see the ledger.")
            put_out(frame, rows, reason)
    return _keep(frame, people, ~(no_id | no_mark))


def named_rows(rows: Iterable[tuple[str, int]]) -> str:
    """Return the numbers of file rows joined by commas, the first twelve of them."""
    numbers = [str(row) for _, row in rows]
    return ", ".join(numbers[:12]) + (f" and {len(numbers) - 12} more" if len(numbers) > 12 else "")


def _without_silent_persons(frame: pd.DataFrame, people: pd.DataFrame, items: Iterable[str], *, wide: bool) -> Pairing:
    columns = [column for column in items if column in frame.columns]
    if not columns:
        return frame, people
    silent = (frame[columns].apply(lambda cells: cells.str.strip()) == "").all(axis=1).to_numpy()
    if silent.all():
        raise DataError(f"All answers are missing: no row has an answer in {named(columns, most=6)}.")
    kept_rows = set(frame.index[~silent]) if wide else set()
    rows = [row for row in dict.fromkeys(frame.index[silent]) if row not in kept_rows]
    put_out(frame, rows, "no answer to any item")
    return _keep(frame, people, ~silent)


def _without_doubtful_couples(frame: pd.DataFrame, people: pd.DataFrame, most: int) -> Pairing:
    sizes = people.groupby("couple", sort=False)["mark"].transform("size")
    same_mark = people.duplicated(["couple", "mark"], keep=False) & (people["mark"] != "")
    suspect = ((sizes > most) | same_mark).to_numpy()
    if not suspect.any():
        return frame, people
    kept = ~_duplicates(frame, people, suspect)
    frame, people = _keep(frame, people, kept)
    doubtful = np.zeros(len(people), dtype=bool)
    for couple, group in people.groupby("couple", sort=False):
        reason = _doubt(group, most)
        if reason:
            inside = (people["couple"] == couple).to_numpy()
            doubtful |= inside
            rows = list(dict.fromkeys(frame.index[inside]))
            put_out(frame, rows, reason, str(couple))
            note(frame, f"Couple '{couple}': {reason} (file rows {named_rows(rows)}): out, see the ledger.")
    return _keep(frame, people, ~doubtful)


def _duplicates(frame: pd.DataFrame, people: pd.DataFrame, suspect: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows repeat an earlier row of their couple in every cell, and put them out."""
    cells = pd.concat([people, frame], axis=1).iloc[suspect]
    again = np.zeros(len(frame), dtype=bool)
    again[suspect] = cells.duplicated(keep="first").to_numpy()
    for couple, row in zip(people["couple"][again], frame.index[again], strict=True):
        put_out(frame, [row], "exact duplicate of an earlier row", str(couple))
    if again.any():
        note(frame, f"Exact duplicates in file row {named_rows(frame.index[again])}: out, see the ledger.")
    return again


def _doubt(group: pd.DataFrame, most: int) -> str:
    marks = group["mark"][group["mark"] != ""]
    twice = marks[marks.duplicated()].unique()
    if len(group) > most:
        return f"{len(group)} rows where a couple has {most}"
    return f"two rows are both marked {named(twice)}" if len(twice) else ""


def _partner_labels(people: pd.DataFrame, roles: Mapping[str, str] | None) -> pd.Series:
    if roles:
        return people["mark"].map(dict(roles))
    marks = sorted(set(people["mark"]) - {""})
    if len(marks) == 2:
        return people["mark"]
    order = people.assign(place=np.arange(len(people))).sort_values(["mark", "place"], kind="stable")
    return (order.groupby("couple").cumcount() + 1).astype(str).reindex(order.index).loc[people.index]


def _indexed(frame: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays(
        [people["couple"], people["partner"], *(frame.index.get_level_values(level) for level in ("file", "row"))],
        names=["couple", "partner", "file", "row"],
    )
    return carry(frame, frame.set_axis(index))
