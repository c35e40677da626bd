"""Wide files: one row a couple, both partners' answers in columns named by a pattern -> one row a person."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from analysis.errors import DataError, StudyError, listing, named
from analysis.intake.ledger import carry


def lengthen(frame: pd.DataFrame, pattern: str, marks: list[str], items: Iterable[str]) -> pd.DataFrame:
    """Return one row a person, indexed (file, row, partner); columns outside the pattern are repeated for both.

    Parameters
    ----------
    frame : DataFrame
        Texts indexed (file, row), one row a couple.
    pattern : str
        How columns are named: ``{partner}`` and, unless there is a single item, ``{item}``.
    marks : list of str
        The two texts that stand for ``{partner}``.
    items : iterable of str
        The column names of the codebook; when empty, whatever the pattern finds.

    Raises
    ------
    DataError
        If a column can be read in two ways, or an item is there for one partner only.
    """
    wanted = list(items)
    _check_pattern(pattern, marks, wanted)
    places = _places(frame, pattern, marks, wanted)
    used = {column for by_item in places.values() for column in by_item.values()}
    shared = [column for column in frame.columns if column not in used]
    halves = {
        mark: frame[shared + list(by_item.values())].set_axis([*shared, *by_item], axis=1)
        for mark, by_item in places.items()
    }
    both = pd.concat(halves, names=["partner"]).reorder_levels(["file", "row", "partner"])
    both = carry(frame, both.fillna(""))
    for key in ("user_missing", "value_labels"):
        both.attrs[key] = _by_item(frame.attrs.get(key, {}), places)
    return both


def _check_pattern(pattern: str, marks: list[str], items: list[str]) -> None:
    if not marks:
        raise StudyError("A wide file needs the marks of its two partners: name roles, or partners if exchangeable.")
    if "{partner}" not in pattern or ("{item}" not in pattern and len(items) != 1):
        raise StudyError(
            f"The wide pattern '{pattern}' must hold {{partner}} and {{item}}, as in '{{item}}_{{partner}}'."
        )


def _parse(column: str, pattern: str, marks: list[str], items: list[str]) -> list[tuple[str, str]]:
    """Return every way to read a column's name as (item, mark)."""
    readings = []
    for mark in marks:
        parts = re.split(r"(\{item\}|\{partner\})", pattern)
        expression = "".join(
            {"{item}": "(?P<item>.+)", "{partner}": re.escape(mark)}.get(part, re.escape(part)) for part in parts
        )
        found = re.fullmatch(expression, column)
        if found:
            readings.append((found.groupdict().get("item") or items[0], mark))
    return [reading for reading in readings if not items or reading[0] in items]


def _places(frame: pd.DataFrame, pattern: str, marks: list[str], items: list[str]) -> dict[str, dict[str, str]]:
    """Return mark -> item -> column."""
    places: dict[str, dict[str, str]] = {mark: {} for mark in marks}
    doubtful = []
    for column in frame.columns:
        readings = _parse(column, pattern, marks, items)
        if len(readings) > 1:
            ways = " or ".join(f"item '{item}' of partner '{mark}'" for item, mark in readings)
            doubtful.append(f"'{column}' is {ways}")
        for item, mark in readings:
            places[mark][item] = column
    if doubtful:
        raise DataError(f"The wide pattern '{pattern}' fits columns in two ways; rename them:\n{listing(doubtful)}")
    _check_both(places, pattern, marks, frame)
    return places


def _check_both(places: dict[str, dict[str, str]], pattern: str, marks: list[str], frame: pd.DataFrame) -> None:
    if not any(places.values()):
        raise DataError(
            f"No column fits the wide pattern '{pattern}' with partners {named(marks)} and the codebook's items. "
            f"The file's columns are {named(frame.columns, most=8)}."
        )
    first, second = marks
    lonely = [
        f"item '{item}' has a column for partner '{first}' only" for item in places[first] if item not in places[second]
    ]
    lonely += [
        f"item '{item}' has a column for partner '{second}' only"
        for item in places[second]
        if item not in places[first]
    ]
    if lonely:
        raise DataError(f"The wide pattern '{pattern}' finds columns of one partner only:\n{listing(lonely)}")


def _by_item(table: dict, places: dict[str, dict[str, str]]) -> dict:  # type: ignore[type-arg]
    """Return what is known of columns as what is known of items, both partners joined."""
    known: dict = {}  # type: ignore[type-arg]
    for by_item in places.values():
        for item, column in by_item.items():
            if column in table:
                known[item] = known.get(item, type(table[column])()) | table[column]
    return known
