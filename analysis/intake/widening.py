"""Wide files: one row a couple, both partners' answers in columns named by a pattern -> one row a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd

from analysis.errors import DataError, StudyError, listing, named
from analysis.intake.ledger import ABOUT_COLUMNS, ByColumn, carry, how_read

Places = dict[str, dict[str, str]]  # mark -> item -> column


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
        If a column can be read in two ways, an item is there for one partner only, or the file also has a column that
        is called like an item.
    """
    wanted = list(items)
    _check_pattern(pattern, marks, wanted)
    places = _places(frame, pattern, marks, wanted)
    used = {column for by_item in places.values() for column in by_item.values()}
    shared = [column for column in frame.columns if column not in used]
    _check_shared(shared, places, pattern)
    halves = {
        mark: frame[[*shared, *by_item.values()]].set_axis([*shared, *by_item], axis=1)
        for mark, by_item in places.items()
    }
    both = pd.concat(halves, names=["partner"]).reorder_levels(["file", "row", "partner"])
    side_by_side = np.arange(len(both)).reshape(2, -1).T.ravel()  # both partners of a file row below each other
    both = carry(frame, both.iloc[side_by_side])
    for key in ABOUT_COLUMNS:
        both.attrs[key] = _by_item(frame.attrs.get(key, {}), places)
    return both


def _check_pattern(pattern: str, marks: list[str], items: list[str]) -> None:
    if not marks:
        raise StudyError("A wide file needs the marks of its two partners: name roles, or partners if exchangeable.")
    if "{partner}" not in pattern or ("{item}" not in pattern and len(items) != 1):
        raise StudyError(
            f"The wide pattern '{pattern}' must hold {{partner}} and {{item}}, as in '{{item}}_{{partner}}'."
        )
    if pattern.count("{item}") > 1:
        raise StudyError(f"The wide pattern '{pattern}' holds {{item}} twice; write it once.")


def _expression(pattern: str, mark: str) -> re.Pattern[str]:
    """Return what a column of the partner with that mark looks like."""
    meanings = {"{item}": "(?P<item>.+)", "{partner}": re.escape(mark)}
    parts = re.split(r"(\{item\}|\{partner\})", pattern)
    return re.compile("".join(meanings.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _places(frame: pd.DataFrame, pattern: str, marks: list[str], items: list[str]) -> Places:
    expressions = {mark: _expression(pattern, mark) for mark in marks}
    known = frozenset(items)
    places: Places = {mark: {} for mark in marks}
    doubtful = []
    for column in frame.columns:
        found = {mark: expression.fullmatch(column) for mark, expression in expressions.items()}
        readings = [(match.groupdict().get("item") or items[0], mark) for mark, match in found.items() if match]
        readings = [(item, mark) for item, mark in readings if not known or item in known]
        if len(readings) > 1:
            ways = " or ".join(f"item '{item}' of partner '{mark}'" for item, mark in readings)
            doubtful.append(f"'{column}' is {ways}")
        for item, mark in readings:
            places[mark][item] = column
    if doubtful:
        raise DataError(f"The wide pattern '{pattern}' fits columns in two ways; rename them:\n{listing(doubtful)}")
    _check_both(places, pattern, marks, frame)
    return places


def _check_both(places: Places, pattern: str, marks: list[str], frame: pd.DataFrame) -> None:
    if not any(places.values()):
        raise DataError(
            f"No column fits the wide pattern '{pattern}' with partners {named(marks)} and the codebook's items. "
            f"The file's columns are {named(frame.columns, most=8)}.{how_read(frame)}"
        )
    first, second = marks
    lonely = [
        f"item '{item}' has a column for partner '{mark}' only, '{column}'"
        for mark, other in ((first, second), (second, first))
        for item, column in places[mark].items()
        if item not in places[other]
    ]
    if lonely:
        raise DataError(f"The wide pattern '{pattern}' finds columns of one partner only:\n{listing(lonely)}")


def _check_shared(shared: Collection[str], places: Places, pattern: str) -> None:
    first = next(iter(places.values()))
    clashing = [column for column in shared if column in first]
    if clashing:
        raise DataError(
            f"The file has the column '{clashing[0]}' beside '{first[clashing[0]]}', which is item '{clashing[0]}' by "
            f"the wide pattern '{pattern}'. Rename or delete one of them. Columns like this: {named(clashing)}."
        )


def _by_item(about: Mapping[str, Mapping[str, object]], places: Places) -> ByColumn:
    """Return what a file says of its columns as what it says of items, both partners together."""
    joined: dict[str, dict[str, object]] = {}
    for by_item in places.values():
        for item, column in by_item.items():
            if column in about:
                joined[item] = joined.get(item, {}) | dict(about[column])
    return ByColumn(joined)
