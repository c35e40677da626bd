"""Pair: a DataFrame of text -> one row a person, indexed (couple, partner, file, row).

Couples are joined by their id alone, after folding case, outer space and form of letters; no id is corrected and
nothing is guessed. What cannot be paired leaves for the ledger by name, see :mod:`analysis.intake.leaving`: blank ids,
exact duplicates, and couples whose rows do not say which two belong together.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import DataError, StudyError, counted, did_you_mean, first_of, named
from analysis.intake.compositions import (
    APART,
    EXCHANGEABLE,
    blank_shared_marks,
    check_roles,
    check_treatment,
    note_treatment,
)
from analysis.intake.leaving import (
    check_any_left,
    hint_on_waves,
    without_blank_ids,
    without_doubtful_couples,
    without_duplicates,
    without_shared_persons,
    without_silent_persons,
)
from analysis.intake.ledger import carry, how_read, note
from analysis.intake.widening import lengthen

RESPONDENT = "respondent"
RESERVED = ("both", RESPONDENT)  # what results call both partners together, and the only one


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
    composition: str = "",
    compositions: str = "",
    person: str = "",
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
    composition : str
        The column that names the composition of each couple, where a file holds women and men beside same-gender
        couples.
    compositions : {"apart", "pooled", "exchangeable"}
        How they are analysed. ``apart``: couples of a composition in which partners share a mark have no roles; they
        are "1" and "2" as the file has them, and nothing depends on it. ``pooled``: every couple has both roles.
        ``exchangeable``: marks and roles are not used.
    person : str
        Long file: the column of person ids. Couples that have a person in common leave, as nothing says which of them
        to take; equal answers are no proof of one person.

    Returns
    -------
    DataFrame
        At most two rows a couple. ``attrs["out"]`` holds the rows that left, ``attrs["notes"]`` what was folded.

    Raises
    ------
    DataError, StudyError
        If a column is missing, a mark is in no role, the wide pattern fits a column in two ways, or couples have not
        the roles that their sample has.

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
    _check_layout(partner, wide, person, one_person=one_person)
    check_treatment(composition, compositions, roles=bool(roles) and not one_person)
    marks, items = wanted_marks(roles, partners), list(items)
    if wide:
        frame = lengthen(frame, wide, marks, items)
        mark = frame.index.get_level_values("partner").to_numpy(dtype=object)
        frame = carry(frame, frame.droplevel("partner"))
    else:
        frame = carry(frame, frame.copy(deep=False))  # what is noted from here on is not the caller's
    if composition:
        _column(frame, composition, "composition")
        if roles and not one_person:
            note_treatment(frame, compositions, roles, wide=bool(wide))
        if compositions == EXCHANGEABLE or not roles or one_person:
            roles, partner, marks = None, "", []
    if not wide:
        mark = column_marks(frame, partner, marks, only=not composition)
    ids = _ids(frame, couple, may_be_rows=bool(wide) or one_person)
    people = pd.DataFrame({"couple": ids, "mark": mark})
    persons, rows = (1 if one_person else 2), (1 if wide or one_person else 2)
    frame, people = without_blank_ids(frame, people, partner)
    frame, people = without_silent_persons(frame, people, items)
    if compositions == APART and roles:
        people = blank_shared_marks(frame, people, composition, marks)
    frame, people = without_duplicates(frame, people, persons)
    if composition and roles:
        check_roles(frame, people, composition, compositions, roles)
    hint = hint_on_waves(frame, people, persons, items)
    frame, people = without_doubtful_couples(frame, people, persons, rows)
    check_any_left(frame, hint)
    if hint:
        note(frame, hint)
    if person:
        frame, people = without_shared_persons(frame, people, folded_ids(frame, person, "person id"))
        check_any_left(frame)
    people["partner"] = RESPONDENT if one_person else _partner_labels(people, roles)
    return _indexed(frame, people)


def _check_layout(partner: str, wide: str, person: str, *, one_person: bool) -> None:
    if wide and person:
        raise StudyError(
            "wide and person are both given: person is a column of a long file with one row a person. Leave one "
            "of them out."
        )
    if wide and partner:
        raise StudyError(
            "wide and partner are both given: wide says how columns name the partner, partner is the column of a long "
            "file that does. Leave one of them out."
        )
    if wide and one_person:
        raise StudyError("wide and one_person are both given: a wide file has both partners. Leave one of them out.")


def wanted_marks(roles: Mapping[str, str] | None, partners: Sequence[str]) -> list[str]:
    """Return the two marks that ``roles`` or ``partners`` name, checked; none where neither does."""
    if isinstance(partners, str):
        raise StudyError(f"partners is '{partners}', a text; it takes the two marks as a list, such as ['1', '2'].")
    if roles and not isinstance(roles, Mapping):
        raise StudyError(
            f"roles is {roles!r}; it takes a mapping of each partner's mark in the file to a label, such as "
            "{'w': 'woman', 'm': 'man'}."
        )
    if roles and partners:
        raise StudyError("roles and partners are both given: roles are for distinguishable, partners for exchangeable.")
    marks = [str(mark).strip() for mark in (roles or partners)]
    if marks and (len(marks), len({mark.casefold() for mark in marks})) != (2, 2):
        raise StudyError(f"A couple has two partners, but the marks named are {named(marks)}. Name two different ones.")
    if roles and len({str(label).strip().casefold() for label in roles.values()} - {""}) != 2:
        raise StudyError(f"The roles are called {named(roles.values())}; give each a label of its own.")
    _check_words(roles.values() if roles else marks)
    return marks


def _check_words(labels: Iterable[object]) -> None:
    """Refuse labels that mean something else in results."""
    taken = [label for label in labels if str(label).strip().casefold() in RESERVED]
    if taken:
        raise StudyError(
            f"A partner is called '{taken[0]}', but results use the words {named(RESERVED)} for something else. Give "
            "the partners other labels with roles, or rename the mark in the file."
        )


def _column(frame: pd.DataFrame, name: str, what: str) -> pd.Series:
    if name not in frame.columns:
        raise DataError(
            f"The {what} column '{name}' is not in the file.{did_you_mean(name, frame.columns)} "
            f"Its columns are {named(frame.columns, most=8)}.{how_read(frame)}"
        )
    return frame[name]


def column_marks(frame: pd.DataFrame, partner: str, marks: list[str], *, only: bool = True) -> NDArray[np.object_]:
    """Return each row's mark of the partner as ``marks`` write it; blank everywhere without a column ``partner``.

    ``only`` refuses other marks than these.
    """
    if not partner:
        if marks:
            raise StudyError("roles are named, but not the column that says which partner a row is: add partner.")
        return np.full(len(frame), "", dtype=object)
    found = _column(frame, partner, "partner").str.strip()
    known = {mark.casefold(): mark for mark in marks}
    read = {text: known.get(text.casefold(), text) for text in found.unique()}
    unknown = sorted(text for text, mark in read.items() if text and mark not in marks)
    if marks and unknown and only:
        counts = ", ".join(f"'{mark}' ({counted(int((found == mark).sum()), 'row')})" for mark in unknown[:8])
        more = f" and {len(unknown) - 8} more" if len(unknown) > 8 else ""
        raise DataError(
            f"The column '{partner}' holds {counts}{more}, but roles names only {named(marks)}. Name the marks as the "
            "file has them, mend the cells, or take these rows out with where."
        )
    for mark in marks:
        if mark not in read.values():
            note(frame, f"Nobody is marked '{mark}' in the column '{partner}', which holds {_held(read.values())}.")
    return found.map(read).to_numpy(dtype=object)


def _held(marks: Iterable[str]) -> str:
    return named(filter(None, dict.fromkeys(marks))) or "blanks only"


def _ids(frame: pd.DataFrame, couple: str, *, may_be_rows: bool) -> NDArray[np.object_]:
    if couple:
        return folded_ids(frame, couple, "couple id")
    if not may_be_rows:
        raise StudyError("A file with one row a person needs the column of couple ids: name it as couple (id).")
    return frame.index.get_level_values("row").astype(str).to_numpy(dtype=object)


def folded_ids(frame: pd.DataFrame, column: str, what: str) -> NDArray[np.object_]:
    """Return the ids of a column, the same for those that differ only in case, outer space or form of letters.

    A note names those that were joined, ``what`` they are ids of.
    """
    ids = _column(frame, column, what)
    folded = {text: unicodedata.normalize("NFKC", text).strip().casefold() for text in ids.unique()}
    spellings: dict[str, list[str]] = {}
    for text, key in folded.items():
        spellings.setdefault(key, []).append(text)
    joined = [named(texts) for key, texts in spellings.items() if key and len(texts) > 1]
    if joined:
        note(
            frame,
            f"{what[0].upper()}{what[1:]}s that differ only in case, outer space or form of letters were read as one: "
            f"{first_of(joined)}.",
            private=True,
        )
    return ids.map({text: spellings[key][0].strip() for text, key in folded.items()}).to_numpy(dtype=object)


def _partner_labels(people: pd.DataFrame, roles: Mapping[str, str] | None) -> pd.Series:
    if not roles and people["mark"].nunique() == 2:
        _check_words(people["mark"].unique())
        return people["mark"]
    place = people.sort_values("mark", kind="stable").groupby("couple", sort=False).cumcount() + 1
    labels = {str(mark).strip(): label for mark, label in (roles or {}).items()}
    return people["mark"].map(labels).where(people["mark"].isin(list(labels)), place.astype(str)).astype("str")


def _indexed(frame: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays(
        [people["couple"], people["partner"], *(frame.index.get_level_values(level) for level in ("file", "row"))],
        names=["couple", "partner", "file", "row"],
    )
    return carry(frame, frame.set_axis(index))
