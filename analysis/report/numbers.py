"""Looking numbers up in results, and writing them into cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.display import interval, number, p_value
from analysis.estimation.notes import HEYWOOD, MID_P
from analysis.results import KEY, NOT_SHOWN, Estimates, said, shows_p
from analysis.statistics import kind_of

NONE = "–"
IMPROPER = "†"  # behind a number from a Heywood case
IN_RESULTS_ALONE = (  # statistics that no table of the report shows
    "design_effect", "rwg", "average_deviation", "krippendorff_interval", "kappa", "kappa_linear", "ac1",
    "brennan_prediger", "stuart_maxwell", "bhapkar", "loa_slope", "loa_heteroscedasticity",
)  # fmt: skip
Line = Mapping[str, Any]


class Numbers:
    """The results of a report, found by their key; what is not there is an empty row."""

    def __init__(self, results: Estimates) -> None:
        self.results = results
        self._rows = {tuple(line[column] for column in KEY): line for line in results}

    def at(self, section: str, statistic: str, **place: str) -> Line:
        """Return the row at a place; columns that are not given are empty."""
        where = dict.fromkeys(KEY, "") | {"section": section, "statistic": statistic} | place
        return self._rows.get(tuple(where[column] for column in KEY), {})

    def column(self, name: str, **where: str | list[str]) -> list[str]:
        """Return the distinct texts of a column, in their order, among the rows that hold the given texts."""
        return list(dict.fromkeys(self.results.where(**where).frame[name]))


def improper(line: Line) -> bool:
    """Say whether a row comes from a model with a negative unique variance."""
    return bool(line) and HEYWOOD in line["note"] and bool(np.isfinite(line["estimate"]))


def value(line: Line, digits: int = 2) -> str:
    """Return a row's estimate as a cell, marked where its model is a Heywood case; a dash where there is none."""
    if not line or not np.isfinite(line["estimate"]):
        return NONE
    return number(line["estimate"], kind_of(line["section"], line["statistic"]), digits) + IMPROPER * improper(line)


def with_interval(line: Line) -> str:
    r"""Return a row's estimate and interval as one cell that does not break, brackets escaped for Markdown."""
    if not line:
        return NONE
    limits = interval(line["lower"], line["upper"], kind_of(line["section"], line["statistic"]))
    escaped = limits.replace("[", r"\[").replace("]", r"\]")
    return f"{value(line)} {escaped}".strip().replace(" ", "\u00a0")


def p_of(line: Line, column: str = "p") -> str:
    """Return a row's p, or its p_adjusted, as a cell."""
    if not line or not np.isfinite(line[column]) or not shows_p(line["note"]):
        return NONE
    return p_value(line[column]).replace("< ", "\\<\u00a0")


def p_in_words(line: Line) -> str:
    """Return a row's p as a sentence has it: with the sign before it.

    Examples
    --------
    >>> p_in_words({"p": 0.0213}), p_in_words({"p": 0.0001})
    ('= .021', '< .001')
    """
    p = p_value(line["p"])
    return p if p.startswith("<") else f"= {p}"


def n_of(line: Line, column: str = "n_couples") -> str:
    """Return a row's number of couples (or persons) as a cell."""
    return NONE if not line or pd.isna(line[column]) else f"{int(line[column]):,}"


def reasons(lines: Iterable[Line], *, empty: bool) -> dict[str, dict[str, list[str]]]:
    """Return note -> statistic -> scales of the rows that have one.

    With ``empty`` those of the rows without an estimate, else those of the rows with one. What a note says of a p that
    is not shown, of the mid-p beside one, or of a statistic that no table shows, stands in results alone.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for line in lines:
        note = said(line["note"]).partition(NOT_SHOWN)[0].removesuffix("; ")
        is_read = note and not note.startswith(MID_P) and line["statistic"] not in IN_RESULTS_ALONE
        if is_read and empty != bool(np.isfinite(line["estimate"])):
            scales = found.setdefault(note, {}).setdefault(line["statistic"], [])
            if line["scale"] not in scales:
                scales.append(line["scale"])
    return found
