"""Leave: rows that cannot be paired go to the ledger by name, and a note says so.

Each step takes the answers and, row by row beside them, ``people``: the couple and the partner's mark. In a wide file
both partners share a file row, which is out only when both are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import DataError, counted, first_of, named
from analysis.intake.ledger import FileRow, carry, note, put_out

Pairing = tuple[pd.DataFrame, pd.DataFrame]


def places(rows: Iterable[FileRow], most: int = 12) -> str:
    """Return file rows in words: "w.csv row 3", or "w.csv rows 3, 7 and m.csv row 2"."""
    by_file: dict[str, list[int]] = {}
    for file, row in dict.fromkeys(rows):
        by_file.setdefault(file, []).append(row)
    return " and ".join(
        f"{file} {'row' if len(found) == 1 else 'rows'} {', '.join(str(row) for row in found[:most])}"
        + (f" and {len(found) - most} more" if len(found) > most else "")
        for file, found in by_file.items()
    )


def _keep(frame: pd.DataFrame, people: pd.DataFrame, kept: NDArray[np.bool_]) -> Pairing:
    return carry(frame, frame[kept]), people[kept]


def _put_out(frame: pd.DataFrame, people: pd.DataFrame, out: NDArray[np.bool_], reason: str) -> list[FileRow]:
    """Put out the file rows of persons and return them; a row that still holds the other partner stays."""
    gone = dict(zip(frame.index[out], people["couple"][out], strict=True))
    for row in frame.index[~out].intersection(frame.index[out]):
        del gone[row]
    put_out(frame, gone, reason, gone.values())
    return list(gone)


def without(frame: pd.DataFrame, people: pd.DataFrame, lost: NDArray[np.bool_], reason: str) -> Pairing:
    """Put out rows for a reason, which a note says with their places."""
    if lost.any():
        rows = _put_out(frame, people, lost, reason)
        note(frame, f"{reason[0].upper()}{reason[1:]} in {places(rows)}: out, see the ledger.", private=True)
    return _keep(frame, people, ~lost)


def without_blank_ids(frame: pd.DataFrame, people: pd.DataFrame, partner: str) -> Pairing:
    """Put out rows that name no couple, or no partner where the column ``partner`` should."""
    frame, people = without(frame, people, (people["couple"] == "").to_numpy(), "blank couple id")
    no_mark = (people["mark"] == "").to_numpy() & bool(partner)
    return without(frame, people, no_mark, f"blank partner mark in '{partner}'")


def without_silent_persons(frame: pd.DataFrame, people: pd.DataFrame, items: Iterable[str]) -> Pairing:
    """Put out persons who answered nothing; their partners stay."""
    columns = [column for column in items if column in frame.columns]
    if not columns or not len(frame):
        return frame, people
    silent = np.array([not "".join(row).strip() for row in frame[columns].to_numpy(dtype=object)])
    if silent.all():
        raise DataError(
            f"All answers are missing: no row has an answer in {named(columns, most=6)}. Export the answers too, or "
            "name under 'column' in items.csv the columns that hold them."
        )
    _put_out(frame, people, silent, "no answer to any item")
    return _keep(frame, people, ~silent)


def _doubtful(people: pd.DataFrame, most: int) -> NDArray[np.bool_]:
    """Return who belongs to a couple with too many persons, or with two of the same mark."""
    many = people.groupby("couple", sort=False)["mark"].transform("size") > most
    alike = people.duplicated(["couple", "mark"]) & (people["mark"] != "")
    return (many | people["couple"].isin(people["couple"][alike])).to_numpy()


def without_duplicates(frame: pd.DataFrame, people: pd.DataFrame, most: int) -> Pairing:
    """Put out the rows of doubtful couples that repeat an earlier row in every cell."""
    again = _doubtful(people, most).copy()
    cells = pd.concat([people.set_axis(frame.index), frame], axis=1)[again]
    again[again] = cells.duplicated().groupby(level=["file", "row"]).transform("all")
    if again.any():
        rows = _put_out(frame, people, again, "exact duplicate of an earlier row")
        note(frame, f"Exact duplicates of an earlier row in {places(rows)}: out, see the ledger.", private=True)
    return _keep(frame, people, ~again)


def without_doubtful_couples(frame: pd.DataFrame, people: pd.DataFrame, most: int, most_rows: int) -> Pairing:
    """Put out the couples whose rows do not say which two persons belong together."""
    doubtful = _doubtful(people, most)
    persons: dict[str, list[tuple[FileRow, str]]] = {}
    for couple, mark, row in zip(
        people["couple"][doubtful], people["mark"][doubtful], frame.index[doubtful], strict=True
    ):
        persons.setdefault(couple, []).append((row, mark))
    reasons = {couple: _doubt(found, most_rows) for couple, found in persons.items()}
    for reason in dict.fromkeys(reasons.values()):
        _put_out(frame, people, people["couple"].map(reasons).eq(reason).to_numpy(), reason)
    if reasons:
        said = [
            f"'{couple}', {reasons[couple]} ({places(row for row, _ in found)})" for couple, found in persons.items()
        ]
        note(frame, f"{counted(len(said), 'couple')} out, see the ledger: {first_of(said)}.", private=True)
    return _keep(frame, people, ~doubtful)


def _doubt(persons: Sequence[tuple[FileRow, str]], most_rows: int) -> str:
    rows = {row for row, _ in persons}
    if len(rows) > most_rows:
        return f"{len(rows)} rows where a couple has {most_rows}"
    counts = Counter(mark for _, mark in persons)
    return f"two rows are both marked {named(mark for mark, count in counts.items() if count > 1)}"


def without_shared_persons(frame: pd.DataFrame, people: pd.DataFrame, person: NDArray[np.object_]) -> Pairing:
    """Put out the couples that have a person in common, or one person as both partners; blank ids are nobody's."""
    known = people.assign(person=person)[person != ""]
    rows = known.groupby("person", sort=False)["couple"].agg(["nunique", "size", "unique"])
    shared = rows[rows["nunique"] > 1]
    alone = rows[(rows["nunique"] == 1) & (rows["size"] > 1)]
    for found, reason in ((shared, "a person is in another couple too"), (alone, "both partners are one person")):
        couples = {couple for names in found["unique"] for couple in names}
        _put_out(frame, people, people["couple"].isin(couples).to_numpy(), reason)
        if couples:
            said = [f"'{name}' in {named(names)}" for name, names in found["unique"].items()]
            note(frame, f"{counted(len(couples), 'couple')} out, {reason}: {first_of(said)}.", private=True)
    lost = {couple for names in rows.loc[rows["size"] > 1, "unique"] for couple in names}
    return _keep(frame, people, ~people["couple"].isin(lost).to_numpy())


def hint_on_waves(frame: pd.DataFrame, people: pd.DataFrame, most: int, items: Iterable[str]) -> str:
    """Return the sentence on the column that tells rows of doubtful couples apart, such as that of waves; or nothing.

    Each of its values must make whole couples, two or more of them.
    """
    doubtful = _doubtful(people, most)
    who, rows = people[doubtful], frame[doubtful]
    for column in frame.columns.difference(list(items), sort=False):
        parted = who.assign(value=rows[column].to_numpy())
        values = parted.groupby("value")["couple"].nunique()
        in_parts = parted.groupby("couple")["value"].nunique().gt(1).all()
        if len(values) > 1 and values.min() > 1 and in_parts and not _doubtful(_by_value(parted), most).any():
            return (
                f"The column '{column}' tells the rows of a couple apart ({named(values.index, most=6)}). If these are "
                f'waves, take one of them with where, such as {{{column} = "{values.index[0]}"}}.'
            )
    return ""


def _by_value(parted: pd.DataFrame) -> pd.DataFrame:
    return parted.assign(couple=pd.MultiIndex.from_frame(parted[["couple", "value"]]).to_flat_index())


def check_any_left(frame: pd.DataFrame, hint: str = "") -> None:
    """Refuse data of which every row left, and say why they left and what may help."""
    if not len(frame):
        counts = Counter(row["reason"] for row in frame.attrs["out"])
        reasons = ", ".join(f"{reason} ({counted(count, 'row')})" for reason, count in counts.items())
        raise DataError(
            f"No couple is left, every row is out: {reasons}. "
            + (hint or "Look whether the columns of the couple and of the partner are named rightly.")
        )
