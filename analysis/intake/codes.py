"""Codes of open answers: a DataFrame of text -> what each coder found in each person's answer, one row a coder.

The codes are the fifteen of the indicators, one column each (0 or 1, or counts), or several in one cell. A blank cell
is "not coded" and 0 is "coded as absent". The open answers themselves are never looked at, and no message shows a
longer text of a cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError, StudyError, counted, did_you_mean, first_of, listing, named
from analysis.instrument.codebook import Codebook, Item
from analysis.instrument.indicators import indicator_scales, split_indicators
from analysis.intake.coding import code, listed_cells, part
from analysis.intake.leaving import check_any_left, places, without, without_blank_ids
from analysis.intake.ledger import carry, how_read, note, note_unused, put_out
from analysis.intake.pairing import column_marks, folded_ids, wanted_marks

LIKE_A_CODE = re.compile(r"[HU][\s._-]*\d+[\s._-]*[a-z]?", re.IGNORECASE)
NONE = "0"  # the whole cell: coded, and none of the codes is there
CODES = re.compile(r"[HU]\d[HUab\d\W_]*", re.IGNORECASE)
SHORT = 5  # characters; a longer text in a cell that is not all codes may be an open answer and is not shown
SEPARATORS = (";", ",", "|", "/", "+", "&", " ")
TAKEN = ("couple", "partner", "code")  # columns of the list of what to discuss, in which coders are columns too
PLACE = ["couple", "partner", "file", "row"]


def code_book(codes: Sequence[str], maximum: int) -> Codebook:
    """Return a codebook in which each code is a scale with one item from 0 to ``maximum``."""
    items = tuple(Item(name, name, 0, maximum, indicator=name) for name in codes)
    return Codebook(items, tuple(indicator_scales()[name] for name in codes), name="coded open answers")


def code_rows(
    frame: pd.DataFrame,
    *,
    couple: str,
    partner: str,
    coder: str,
    roles: Mapping[str, str] | None,
    codes: str,
    separator: str,
    maximum: int,
) -> pd.DataFrame:
    """Return one row a person and coder, indexed (couple, partner, file, row): ``coder``, then a column each code.

    Parameters
    ----------
    frame : DataFrame
        Texts indexed (file, row).
    couple, partner, coder : str
        The columns that say whose answer was coded, and by whom.
    roles : mapping of mark to label, or None
    codes : str
        The column with several codes in one cell, joined by ``separator``; blank where each code has its own column.
    separator : str
    maximum : int
        The largest count; 1 for codes that are there or not.

    Returns
    -------
    DataFrame
        Codes as float64, NaN where not coded. Rows with blank ids, without any code and exact repetitions are in
        ``attrs["out"]``.

    Raises
    ------
    DataError
        If a column is missing or like a code but none, a cell is no judgement, a coder has judged a person in two
        ways, or a couple has three partners; all faults of a kind at once.
    """
    frame = carry(frame, frame.copy(deep=False))
    marks = wanted_marks(roles, ())
    people = pd.DataFrame(
        {
            "couple": folded_ids(frame, couple, "couple id"),
            "mark": column_marks(frame, partner, marks),
            "coder": folded_ids(frame, coder, "coder"),
        }
    )
    columns = [codes] if codes else _code_columns(frame, {couple, partner, coder})
    if codes not in ("", *frame.columns):
        raise DataError(f"The column of codes '{codes}' is not in the file.{did_you_mean(codes, frame.columns)}")
    note_unused(frame, {couple, partner, coder, *columns})
    frame, people = without_blank_ids(frame, people, partner)
    frame, people = without(frame, people, (people["coder"] == "").to_numpy(), f"blank coder in '{coder}'")
    frame, people = _without_silent_rows(frame, people, columns)
    check_any_left(
        frame, "Fill in couples, partners, coders and codes; 0 means coded and not there, blank is not coded."
    )
    _check_coders(people["coder"])
    if roles:
        people["mark"] = people["mark"].map({str(mark).strip(): label for mark, label in roles.items()})
    _check_couples(people)
    rows = _placed(frame, people)
    found = _of_cells(rows, people, codes, separator, maximum) if codes else _of_columns(rows, people, columns, maximum)
    found.insert(0, "coder", people["coder"].to_numpy())
    return _once(found)


def _code_columns(frame: pd.DataFrame, taken: set[str]) -> list[str]:
    """Return the columns that are codes, in the codes' order; refuse those that look like codes and are none."""
    others = [column for column in frame.columns if column not in taken]
    alike = [column for column in others if column not in indicator_scales() and LIKE_A_CODE.fullmatch(column.strip())]
    if alike:
        lines = [f"'{column}'; allowed is {_instead(column)}" for column in alike]
        raise DataError(
            f"{counted(len(alike), 'column')} cannot be read as a code:\n{listing(lines)}\n"
            "Rename such a column in the file, or delete it if it is no code."
        )
    columns = [column for column in indicator_scales() if column in others]
    if not columns:
        raise DataError(
            f"No column is called like one of the fifteen codes {', '.join(indicator_scales())}. The file's columns "
            f"are {named(frame.columns, most=8)}. Where one cell holds several codes, name its column: "
            f'codes="…".{how_read(frame)}'
        )
    return columns


def _without_silent_rows(
    frame: pd.DataFrame, people: pd.DataFrame, columns: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put out rows in which no code is filled in, and say which coders have no other."""
    silent = np.array([not "".join(row).strip() for row in frame[columns].to_numpy(dtype=object)], dtype=bool)
    lost = sorted(set(people["coder"]) - set(people["coder"][~silent]))
    for name in lost:
        rows = counted(int((people["coder"] == name).sum()), "row")
        note(frame, f"The coder '{name}' coded nothing ({rows}, every code blank) and is left out.")
    return without(frame, people, silent, "not coded, every code is blank")


def _check_coders(coders: pd.Series) -> None:
    taken = [name for name in coders.unique() if name.casefold() in TAKEN]
    if taken:
        raise DataError(
            f"A coder is called '{taken[0]}', but the lists of codes use the words {named(TAKEN)} for something else. "
            "Give the coder another name in the file."
        )


def _check_couples(people: pd.DataFrame) -> None:
    marks = people.groupby("couple", sort=False)["mark"].unique()
    crowded = [f"couple '{name}': {named(found)}" for name, found in marks.items() if len(found) > 2]
    if crowded:
        raise DataError(
            f"A couple has two partners; more are coded in {counted(len(crowded), 'couple')}:\n"
            f"{listing(crowded)}\nMend the couple ids or the partners' marks."
        )


def _placed(frame: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    levels = [people["couple"], people["mark"], *_file_rows(frame)]
    return carry(frame, frame.set_axis(pd.MultiIndex.from_arrays(levels, names=PLACE)))


def _of_columns(rows: pd.DataFrame, people: pd.DataFrame, columns: Sequence[str], maximum: int) -> pd.DataFrame:
    """Return the judgements of a file with one column a code."""
    try:
        return part(code(rows, code_book(columns, maximum)), "answer")
    except DataError as error:
        cells = error.cells.drop(columns="allowed")
        by_row = dict(zip(zip(*_file_rows(rows), strict=True), people["coder"], strict=True))
        coders = [by_row[place] for place in zip(cells["file"], cells["row"], strict=True)]
        remedy = "" if maximum > 1 else " For counts say what the largest may be, such as maximum=5."
        refusal = _refusal(cells.assign(coder=coders, allowed=allowed(maximum)), remedy)
    raise refusal


def _file_rows(rows: pd.DataFrame) -> list[Any]:
    return [rows.index.get_level_values(level) for level in ("file", "row")]


def allowed(maximum: int) -> str:
    """Return in words what a cell of one code may hold."""
    judgement = "0 or 1" if maximum == 1 else f"a whole number from 0 to {maximum}"
    return f"{judgement}, or blank where not coded"


def _of_cells(rows: pd.DataFrame, people: pd.DataFrame, column: str, separator: str, maximum: int) -> pd.DataFrame:
    """Return the judgements of a file with several codes in one cell."""
    _check_separator(separator)
    book, bad = list(indicator_scales()), []
    found = np.zeros((len(rows), len(book)))
    cells = zip(rows.index, people["coder"], rows[column], strict=True)
    for row, ((couple, partner, file, number), coder, text) in enumerate(cells):
        counts = Counter(_tokens(text, separator))
        place = {"file": file, "row": number, "couple": couple, "partner": partner, "item": column, "coder": coder}
        bad += [{**place, **fault} for fault in _token_faults(counts, maximum)]
        found[row] = [counts[name] for name in book]
    if bad:
        remedy = " A cell takes codes, or 0 alone where none of them is there."
        raise _refusal(pd.DataFrame(bad), remedy + _other_separator(rows[column], separator))
    return carry(rows, pd.DataFrame(found, index=rows.index, columns=book))


def _check_separator(separator: str) -> None:
    if not separator or any(letter.isalnum() for letter in separator):
        raise StudyError(f"separator is '{separator}'; it takes the mark between two codes of a cell, such as ';'.")


def _tokens(text: str, separator: str) -> list[str]:
    found = [token.strip() for token in text.split(separator)]
    return [] if text.strip() == NONE else [token for token in found if token]


def _token_faults(counts: Mapping[str, int], maximum: int) -> list[dict[str, str]]:
    """Return value and what is allowed for each text of a cell that is no code, and for codes that are too often in it.

    Examples
    --------
    >>> _token_faults({"H1": 1, "U5": 1}, 1)
    [{'value': 'U5', 'allowed': 'U5a or U5b: a bare U5 holds two scales that are never averaged'}]
    """
    unknown = [{"value": token, "allowed": _instead(token)} for token in counts if token not in indicator_scales()]
    often = {token: count for token, count in counts.items() if count > maximum and token in indicator_scales()}
    most = "each code once" if maximum == 1 else f"each code {maximum} times at most"
    return [*unknown, *({"value": f"{token} ×{count}", "allowed": most} for token, count in often.items())]


def _instead(text: str) -> str:
    """Return what can stand in the place of a text that is no code."""
    scales = split_indicators().get(text.strip().upper(), ())
    if scales:
        return f"{' or '.join(scales)}: a bare {text.strip().upper()} holds two scales that are never averaged"
    hint = did_you_mean(text, indicator_scales()) if _may_be_shown(text) else ""
    return f"one of the fifteen codes {', '.join(indicator_scales())}.{hint}"


def _other_separator(cells: pd.Series, separator: str) -> str:
    """Return the hint that another separator parts every cell into codes, or an empty string."""
    for other in SEPARATORS:
        tokens = {token for text in cells.unique() for token in _tokens(text, other)}
        if other != separator and tokens <= set(indicator_scales()):
            return f" The cells look as if their codes are joined by '{other}': say separator='{other}'."
    return ""


def _refusal(cells: pd.DataFrame, remedy: str) -> DataError:
    """Return the error that lists the cells that are no judgements; texts that may be answers stay unseen."""
    cells = cells.assign(value=[_shown(str(value)) for value in cells["value"]])
    cells = cells[["file", "row", "couple", "partner", "coder", "item", "value", "allowed"]]
    people = [f"{partner}, coder '{coder}'" for partner, coder in zip(cells["partner"], cells["coder"], strict=True)]
    verb = "is no judgement" if len(cells) == 1 else "are no judgements"
    return DataError(
        f"{counted(len(cells), 'cell')} {verb}:\n{listed_cells(cells.assign(partner=people))}\n"
        f"Mend the file.{remedy} The error's .cells holds every one.",
        cells,
    )


def _may_be_shown(text: str) -> bool:
    return len(text) <= SHORT or bool(CODES.fullmatch(text))


def _shown(text: str) -> str:
    return text if _may_be_shown(text) else f"(a text of {len(text)} characters)"


def _once(found: pd.DataFrame) -> pd.DataFrame:
    """Put out repetitions of an earlier row's codes; refuse a coder's second, different judgement of a person."""
    flat = found.reset_index()
    who = ["couple", "partner", "coder"]
    again = flat.duplicated([*who, *found.columns[1:]]).to_numpy()
    if again.any():
        lines = list(zip(flat["file"][again], flat["row"][again], strict=True))
        put_out(found, lines, "exact duplicate of an earlier row", flat["couple"][again])
        note(found, f"Codes that repeat an earlier row in {places(lines)}: out, see the ledger.", private=True)
    kept, flat = carry(found, found[~again]), flat[~again]
    twice = flat[flat.duplicated(who, keep=False)]
    if len(twice):
        said = [
            f"'{coder}', couple '{couple}', {partner} ({places(zip(rows['file'], rows['row'], strict=True))})"
            for (couple, partner, coder), rows in twice.groupby(who, sort=False)
        ]
        raise DataError(
            f"A coder has coded one person in two ways: {first_of(said)}. Delete the row that does not count, or, if "
            "the coder came back to the answer, give the second round a coder's name of its own."
        )
    return kept
