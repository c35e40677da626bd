"""Units: is what a file calls a couple really one couple, once, and do its roles mean anything? Rules W1, W2 and W5."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import DataError, StudyError, named
from analysis.intake.ledger import note
from analysis.rules import allows, refuse_unless_allowed

FEWEST_COUPLES = 3  # with fewer nothing can be said of how ids are used
FEWEST_ROWS = 10
NEARLY_ALL = 0.9
TELLING_ITEMS = 4  # couples do not agree by chance in all answers of both partners to so many items
TELLING_PAIRS = 10
FILLERS = re.compile(
    r"\b(partner|person|participant|respondent|member|spouse|mate|subject|individual|role|mark|no|p)\b"
)
ORDERS = (
    ("1", "2"), ("0", "1"), ("a", "b"), ("x", "y"), ("i", "ii"), ("one", "two"), ("first", "second"), ("1st", "2nd"),
)  # fmt: skip


def couple_column(
    frame: pd.DataFrame,
    couple: str,
    roles: Mapping[str, str] | None,
    items: Collection[str],
    used: Collection[str],
    allow: Sequence[str],
    *,
    one_person: bool,
) -> str:
    """Return the column of couple ids, "" where the file row is the couple; refuse what makes persons units.

    ``items`` are the columns of answers, ``used`` all that the study names.

    Raises
    ------
    DataError
        If there should be one respondent a couple, but ids stand in two rows: both partners answered (rule W1).
    StudyError
        If the roles are called by nothing but an order, such as "first" and "second" (rule W5).
    """
    _check_roles(frame, roles, allow)
    fact = _both_answered(frame, couple, items, used) if one_person else ""
    if not fact:
        return couple
    note(frame, refuse_unless_allowed("W1", fact, allow, DataError))
    return ""


def _both_answered(frame: pd.DataFrame, couple: str, items: Collection[str], used: Collection[str]) -> str:
    """Return what shows that both partners of couples with one respondent answered, or an empty string."""
    if couple in frame.columns:
        return (
            f"one_person is true, but most ids in '{couple}' stand in more than one row: both partners answered."
            if _mostly_twice(frame, couple, items)
            else ""
        )
    unused = [column for column in frame.columns if column not in used]
    twice = next((column for column in unused if not couple and _stands_twice(frame[column])), "")
    if not twice:
        return ""
    return (
        f"one_person is true and no couple id is named, but the values of the column '{twice}' stand in two rows each, "
        "as ids of couples do."
    )


def _mostly_twice(frame: pd.DataFrame, couple: str, items: Collection[str]) -> bool:
    """Return whether most ids stand in several rows that have an answer and repeat no other row."""
    answered = [column for column in items if column in frame.columns]
    there = ~frame.duplicated() & frame[couple].str.strip().ne("")
    if answered:
        there &= (frame[answered] != "").any(axis=1)
    counts = frame.loc[there, couple].str.strip().str.casefold().value_counts()
    return bool(len(counts)) and bool((counts > 1).mean() > 0.5)


def _stands_twice(column: pd.Series) -> bool:
    counts = column.str.strip().value_counts().drop("", errors="ignore")
    rows = counts.sum()
    return bool(rows >= FEWEST_ROWS and counts.max() == 2 and counts[counts == 2].sum() >= NEARLY_ALL * rows)


def _check_roles(frame: pd.DataFrame, roles: Mapping[str, str] | None, allow: Sequence[str]) -> None:
    labels = [str(label) for label in roles.values()] if isinstance(roles, Mapping) else []
    if tuple(sorted(_without_fillers(label) for label in labels)) in ORDERS:
        fact = f"The roles are called {named(labels)}, which names an order and no difference between the partners."
        note(frame, refuse_unless_allowed("W5", fact, allow, StudyError))


def _without_fillers(label: str) -> str:
    """Return a label without the words that say nothing but "partner".

    Examples
    --------
    >>> _without_fillers("Partner_1"), _without_fillers("P2"), _without_fillers("father"), _without_fillers("partner")
    ('1', '2', 'father', '')
    """
    apart = re.sub(r"[\W_]+|(?<=[a-z])(?=\d)", " ", label.strip().casefold())
    return " ".join(FILLERS.sub(" ", apart).split())


def check_units(
    people: pd.DataFrame, answers: pd.DataFrame, couple: str, allow: Sequence[str], *, marked: bool
) -> None:
    """Refuse couples of whom none has two persons (rule W1), or who all stand in the data twice (rule W2).

    ``people`` is indexed (couple, partner, file, row); ``answers`` has a row for each partner of each couple;
    ``marked`` says that the file names who is which partner.

    Raises
    ------
    DataError
        The message says what was found and the remedy.
    """
    if answers.index.get_level_values("partner").nunique() == 2:
        for rule, fact in (("W1", _nobody_paired(people, couple, marked=marked)), ("W2", _copied(answers, allow))):
            if fact:
                note(people, refuse_unless_allowed(rule, fact, allow, DataError))


def _nobody_paired(people: pd.DataFrame, couple: str, *, marked: bool) -> str:
    """Return that no couple has two persons, though both partners' marks occur or there are none; or nothing."""
    persons = people.groupby(level="couple", sort=False).size()
    marks = people.index.get_level_values("partner").nunique()
    if len(persons) < FEWEST_COUPLES or persons.max() > 1 or (marked and marks < 2):
        return ""
    where = (
        f"every id in '{couple}' stands in one row, as ids of persons do" if couple else "every row holds one person"
    )
    return f"No couple has answers from two partners: {where}."


def _copied(answers: pd.DataFrame, allow: Sequence[str]) -> str:
    """Return that every couple has a twin with the same answers, swapped or not; or an empty string."""
    grid = answers.to_numpy(float).reshape(len(answers) // 2, 2, -1)
    pairs, counts = _unordered_pairs(grid)
    telling = FEWEST_COUPLES if grid.shape[2] >= TELLING_ITEMS else TELLING_PAIRS
    if len(counts) < telling or (counts % 2).any():
        return ""
    fact = "Every couple stands in these data twice, with the partners swapped (double entry) or as a copy"
    twins = answers.index.get_level_values("couple")[::2][pairs == pairs[0]][:2]
    return f"{fact}." if allows(allow, "W2") else f"{fact}: for example couples {named(twins)}."


def _unordered_pairs(grid: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which pair of answers, whoever comes first, each couple has, and how many couples have each."""
    n, _, k = grid.shape
    filled = np.where(np.isnan(grid), np.inf, grid).reshape(2 * n, k)
    _, person = np.unique(filled, axis=0, return_inverse=True)
    _, pairs, counts = np.unique(np.sort(person.reshape(n, 2), axis=1), axis=0, return_inverse=True, return_counts=True)
    return pairs.reshape(-1), counts
