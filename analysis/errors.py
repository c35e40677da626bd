"""What can go wrong with a person's files, said so that the person can mend it."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches

import pandas as pd

MOST_LINES = 20
LONGEST_WORD = 60  # characters of a name or value that a message shows
LONGEST_PATH = 200
_NOT_ALLOWED = (
    "Look who may use it and its folder, or work with a copy of your own; close it where a program has it open"
)
_REMEDIES = {
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.ENAMETOOLONG: "Name it and its folders more briefly",
    errno.EISDIR: "It is a folder; name a file in it",
    errno.ENOTDIR: "A part of this path is a file and no folder; correct the path",
    errno.ENOSPC: "The disk is full; free some space",
    errno.EROFS: "Name a folder that can be written",
}


class SurveyError(Exception):
    """A fault in a file, a codebook or a study that its owner can mend; the message says how."""


class DataError(SurveyError):
    """A fault in the survey file.

    ``cells`` holds every refused cell, one a row (file, row, couple, partner, item, value, allowed); it is empty
    where the fault is not one of single cells.
    """

    def __init__(self, message: str, cells: pd.DataFrame | None = None) -> None:
        super().__init__(message)
        self.cells = pd.DataFrame() if cells is None else cells


class CodebookError(SurveyError):
    """One or more faults in a codebook's files; the message lists all of them."""


class StudyError(SurveyError):
    """A fault in study.toml or in what it names."""


def system_fault(error: OSError, path: object = "") -> str:
    """Return in one sentence which file the system refuses, why, and what to do.

    Examples
    --------
    >>> system_fault(IsADirectoryError(errno.EISDIR, "Is a directory", "answers.csv"))
    "'answers.csv' cannot be used: Is a directory. It is a folder; name a file in it."
    """
    name = str(error.filename or path or "a file")
    shown = name if len(name) <= LONGEST_PATH else f"{name[:LONGEST_PATH]}…"
    remedy = _REMEDIES.get(error.errno or 0, "Look whether it is there and can be opened, then call again")
    return f"'{shown}' cannot be used: {error.strerror or error}. {remedy}."


@contextmanager
def plain_words(kind: type[SurveyError], path: object) -> Iterator[None]:
    """Turn what the system says against a file into one sentence of that kind of error."""
    try:
        yield
    except OSError as error:
        raise kind(system_fault(error, path)) from error


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the closest allowed word, or an empty string.

    Examples
    --------
    >>> did_you_mean("partnr", ["couple", "partner"])
    " Did you mean 'partner'?"
    >>> did_you_mean("zzz", ["couple", "partner"])
    ''
    """
    exact = {name.casefold(): name for name in allowed}
    close = get_close_matches(word.casefold(), list(exact), n=1, cutoff=0.6)
    return f" Did you mean '{exact[close[0]]}'?" if close else ""


def listing(lines: Sequence[str], most: int = MOST_LINES, total: int | None = None) -> str:
    """Return the lines indented below each other, the first ``most`` of them, and how many more there are.

    ``total`` is the number of all lines where only the first ones were made.

    Examples
    --------
    >>> print(listing(["row 2", "row 5", "row 9"], most=2))
      row 2
      row 5
      … and 1 more
    """
    shown = [f"  {line}" for line in lines[:most]]
    more = (len(lines) if total is None else total) - len(shown)
    if more > 0:
        shown.append(f"  … and {more:,} more")
    return "\n".join(shown)


def named(words: Iterable[object], most: int = MOST_LINES) -> str:
    """Return the words quoted and joined by commas, the first ``most`` of them, and how many more there are.

    Examples
    --------
    >>> named(["w", "m"])
    "'w', 'm'"
    """
    quoted = [f"'{str(word)[:LONGEST_WORD]}'" for word in words]
    more = f" and {len(quoted) - most} more" if len(quoted) > most else ""
    return ", ".join(quoted[:most]) + more


def counted(count: int, word: str) -> str:
    """Return the number and the word, in the plural where it is due.

    Examples
    --------
    >>> counted(1, "couple"), counted(1500, "couple")
    ('1 couple', '1,500 couples')
    """
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def first_of(phrases: Sequence[str], most: int = 8) -> str:
    """Return phrases joined by semicolons, the first ones of them, and how many more there are.

    Examples
    --------
    >>> first_of(["'A1', 'a1'", "'B', 'b'", "'C', 'c'"], most=1)
    "'A1', 'a1'; and 2 more"
    """
    more = [f"and {len(phrases) - most} more"] if len(phrases) > most else []
    return "; ".join([*phrases[:most], *more])
