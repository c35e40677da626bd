"""Estimates: the one result table. Full precision inside; printing rounds, joins intervals and lists the notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from math import isfinite, nan
from typing import Any

import pandas as pd

from analysis.display import degrees, interval, number, p_value
from analysis.errors import SurveyError, did_you_mean
from analysis.rules import sentence
from analysis.statistics import kind_of

KEY = (
    "section", "scale", "item", "partner", "group", "wave",
    "comparison", "outcome", "predictor", "statistic", "variant",
)  # fmt: skip
NUMBERS = ("estimate", "lower", "upper", "confidence", "se", "test", "df", "df2", "p", "p_adjusted")
COUNTS = ("n_couples", "n_persons")
TEXTS = (*KEY, "method", "note")
COLUMNS = (*KEY, *NUMBERS, *COUNTS, "method", "note")
KINDS = dict.fromkeys(TEXTS, "str") | dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(COUNTS, "Int64")
NO_INTERVAL = "no interval for this statistic"
NOT_SHOWN = "p not shown"  # in the note of a p that rejects too often to be read
MOST_ROWS = 60
MOST_NOTES = 12
AVERAGE = re.compile(r"icc_?\(?[123ac]?[_,]?k\)?")  # such as icc_k, ICC2k, ICC(A,k)

Row = dict[str, Any]


def row(section: str, statistic: str, **values: Any) -> Row:  # noqa: ANN401 - texts and numbers by column
    """Return one row of the result table; what is not given is empty.

    A finite estimate without an interval says so in its note, beside what else the note says; an estimate that does
    not exist must come with its reason. A column that the table does not have is a TypeError.
    """
    unknown = values.keys() - set(COLUMNS)
    if unknown:
        raise TypeError(f"the result table has no column {', '.join(sorted(unknown))}")
    made: Row = (
        dict.fromkeys(KEY, "") | dict.fromkeys(NUMBERS, nan) | dict.fromkeys(COUNTS, 0) | {"method": "", "note": ""}
    )
    made |= {"section": section, "statistic": statistic} | values
    if not isfinite(made["lower"]):
        made["confidence"] = nan
        if isfinite(made["estimate"]) and "interval" not in made["note"]:
            made["note"] = "; ".join(filter(None, [made["note"], NO_INTERVAL]))
    return made


def said(note: str) -> str:
    """Return what a note says besides that there is no interval, which an empty cell shows by itself.

    Examples
    --------
    >>> said("three items; no interval for this statistic"), said("no interval for this statistic")
    ('three items', '')
    """
    return note.removesuffix(NO_INTERVAL).removesuffix("; ")


def shows_p(note: str) -> bool:
    """Return whether the p beside a note may be printed: not where the note says that it rejects too often.

    Examples
    --------
    >>> shows_p("three items"), shows_p("p not shown: below .05 in .34 of simulated samples")
    (True, False)
    """
    return NOT_SHOWN not in note


class Estimates:
    """An ordered, immutable table of results, with notes that belong to the table as a whole.

    Parameters
    ----------
    rows : iterable of dict, or DataFrame
        As :func:`row` makes them, or a frame with just the table's columns.
    notes : iterable of str
        Sentences for the reader: cautions, and what was not computed and why.

    Examples
    --------
    >>> Estimates([row("reliability", "alpha", scale="H1", partner="woman", estimate=0.81, lower=0.76, upper=0.85,
    ...                confidence=0.95, n_couples=198, n_persons=198)])
    scale partner statistic estimate  interval    n
    H1    woman   alpha          .81  [.76, .85]  198
    """

    def __init__(self, rows: Iterable[Row] | pd.DataFrame = (), notes: Iterable[str] = ()) -> None:
        frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), columns=list(COLUMNS))
        self._frame = _typed(frame).copy(deep=False)
        self._notes = tuple(dict.fromkeys(notes))

    @classmethod
    def of_frame(cls, frame: pd.DataFrame, notes: Iterable[str] = ()) -> Estimates:
        """Return the results that a frame with the result table's columns holds."""
        return cls(frame[list(COLUMNS)].reset_index(drop=True), notes)

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the table: one number a cell, full precision, the columns of ``COLUMNS``."""
        return self._frame.copy()

    @property
    def notes(self) -> tuple[str, ...]:
        """The sentences that belong to the table as a whole, each once."""
        return self._notes

    def where(self, **columns: str | Sequence[str]) -> Estimates:
        """Return the rows whose columns hold the given text, or one of several.

        An unknown column is a SurveyError with the nearest right one, and so is the ICC of a mean (rule W18).
        """
        kept = pd.Series(data=True, index=self._frame.index)
        for column, wanted in columns.items():
            if column not in KEY:
                raise SurveyError(f"Results have no text column '{column}'.{did_you_mean(column, KEY)}")
            words = [wanted] if isinstance(wanted, str) else list(wanted)
            average = [word for word in words if column == "statistic" and AVERAGE.fullmatch(word.casefold())]
            if average:
                raise SurveyError(f"There is no statistic '{average[0]}'. {sentence('W18')}")
            kept &= self._frame[column].isin(words)
        return Estimates.of_frame(self._frame[kept], self.notes)

    def __add__(self, other: Estimates) -> Estimates:
        return join([self, other])

    def __len__(self) -> int:
        return len(self._frame)

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows as dictionaries."""
        for values in self._frame.itertuples(index=False, name=None):
            yield dict(zip(COLUMNS, values, strict=True))

    def to_markdown(self) -> str:
        """Return the printed table as a Markdown pipe table, with its notes below."""
        table, notes = printed(self._frame)
        cells = [[_markdown(cell) for cell in line] for line in table.to_numpy().tolist()]
        lines = ["| " + " | ".join(table.columns) + " |", "|" + "---|" * len(table.columns)]
        lines += ["| " + " | ".join(line) + " |" for line in cells]
        return "\n".join([*lines, "", *(f"- {_markdown(note)}" for note in (*notes, *self.notes))]).rstrip() + "\n"

    def __repr__(self) -> str:
        table, notes = printed(self._frame.head(MOST_ROWS))
        text = _aligned(table) if len(table) else "(no results)"
        return "\n".join([text, *self._more(), *_first(notes), *self.notes])

    def _repr_html_(self) -> str:
        table, notes = printed(self._frame.head(MOST_ROWS))
        below = "".join(
            f"<p><small>{escape(line)}</small></p>" for line in (*self._more(), *_first(notes), *self.notes)
        )
        with pd.option_context("display.max_colwidth", None):
            return (table.to_html(index=False, escape=True, border=0) if len(table) else "<p>(no results)</p>") + below

    def _more(self) -> list[str]:
        left = len(self) - MOST_ROWS
        return [f"… {left} more rows in .frame; .where(scale=…) shows a part"] if left > 0 else []


def join(parts: Iterable[Estimates]) -> Estimates:
    """Return several tables of results as one, with all their notes."""
    parts = list(parts)
    frames = [part.frame for part in parts if len(part)]
    notes = [note for part in parts for note in part.notes]
    return Estimates.of_frame(pd.concat(frames), notes) if frames else Estimates((), notes)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the table's types, and empty texts where a text is missing."""
    if {name: str(kind) for name, kind in frame.dtypes.items()} == KINDS:
        return frame
    return frame.astype(KINDS).fillna(dict.fromkeys(TEXTS, ""))


def printed(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the table as texts, without columns that are empty throughout, and its notes numbered."""
    columns: dict[str, list[str]] = {
        name: frame[name].tolist() for name in KEY if name != "section" and frame[name].any()
    }
    if frame["section"].nunique() > 1:
        columns = {"section": frame["section"].tolist(), **columns}
    kinds = [
        kind_of(section, statistic) for section, statistic in zip(frame["section"], frame["statistic"], strict=True)
    ]
    columns["estimate"] = [number(value, kind) for value, kind in zip(frame["estimate"], kinds, strict=True)]
    bounds = zip(frame["lower"], frame["upper"], kinds, strict=True)
    columns["interval"] = [interval(lower, upper, kind) for lower, upper, kind in bounds]
    columns["df"] = [degrees(df, df2) for df, df2 in zip(frame["df"], frame["df2"], strict=True)]
    columns["p"] = [p_value(p) if shows_p(note) else "" for p, note in zip(frame["p"], frame["note"], strict=True)]
    columns["p_adjusted"] = [p_value(p) for p in frame["p_adjusted"]]
    columns["n"] = ["" if pd.isna(n) else f"{n}" for n in frame["n_couples"]]
    notes = [said(note) for note in frame["note"]]
    kept = list(dict.fromkeys(filter(None, notes)))
    columns["note"] = [f"{kept.index(note) + 1}" if note else "" for note in notes]
    table = pd.DataFrame(columns, dtype="str")
    empty = [name for name in ("interval", "df", "p", "p_adjusted", "note") if not table[name].any()]
    return table.drop(columns=empty), [f"({i}) {note}" for i, note in enumerate(kept, start=1)]


def _first(notes: list[str]) -> list[str]:
    """Return the first notes of rows, and where the others stand."""
    left = len(notes) - MOST_NOTES
    return [*notes[:MOST_NOTES], f"… {left} more notes in .frame, column note"] if left > 0 else notes


def _markdown(text: str) -> str:
    """Return a text as one line of Markdown in which it can open neither a cell nor a tag."""
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").split())


def _aligned(table: pd.DataFrame) -> str:
    """Return the table as lines of text, numbers to the right, words to the left."""
    lines = [list(table.columns), *table.to_numpy().tolist()]
    widths = [max(len(line[c]) for line in lines) for c in range(len(table.columns))]
    right = [name in ("estimate", "df", "p", "p_adjusted", "n") for name in table.columns]
    texts = [
        " ".join(cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True))
        for line in lines
    ]
    return "\n".join(text.rstrip() for text in texts)
