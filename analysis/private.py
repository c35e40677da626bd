"""The private folder: where what names couples is written, with a warning, out of version control."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.errors import StudyError, plain_words

PRIVATE = "private"
WARNING = """These files hold what a partner could use to read the other's answers: the ledger with file rows, results
on few couples at full precision, notes that name couples, exported answers, codes that coders see differently. Keep
them where only the research team can read them. Do not send them, and do not put them under version control.
"""
KEPT_FROM_GIT = {"READ_ME_FIRST.txt": WARNING, ".gitignore": "*\n"}


def is_private(folder: Path) -> bool:
    """Say whether a folder is named ``private`` or lies in one that is; a system's own /private is none.

    Examples
    --------
    >>> is_private(Path("/data/study/private/lavaan")), is_private(Path("/private/tmp/lavaan"))
    (True, False)
    """
    return PRIVATE in folder.resolve().parts[2:]


def private_folder(folder: str | Path, what: str) -> Path:
    """Return a private folder, made if need be, with a warning in it; one that is not private is a StudyError.

    ``what`` says in the error which content names couples.
    """
    folder = Path(folder)
    if not is_private(folder):
        raise StudyError(
            f"{what} names couples, so it is written into a folder called '{PRIVATE}' only, and '{folder}' is not. "
            f"Name one, such as '{folder / PRIVATE}'."
        )
    with plain_words(StudyError, folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in KEPT_FROM_GIT.items():
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with an apostrophe before texts that a spreadsheet would run.

    Examples
    --------
    >>> safe(pd.DataFrame({"couple": ["=1+1", "7"]}))["couple"].tolist()
    ["'=1+1", '7']
    """
    frame = frame.copy()
    for column in frame.columns[[pd.api.types.is_string_dtype(kind) for kind in frame.dtypes]]:
        risky = frame[column].str.match(r"[=+\-@\t\r]", na=False)
        frame.loc[risky, column] = "'" + frame.loc[risky, column]
    return frame
