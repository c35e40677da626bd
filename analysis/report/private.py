"""Files that only the research team may see: a folder named ``private`` that version control leaves alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

PRIVATE = "private"
WARNING = """These files hold what a partner could use to read the other's answers: the ledger with file rows, results
on few couples at full precision, notes that name couples, and answers where they were exported. Keep them where only
the research team can read them. Do not send them, and do not put them under version control.
"""


def make_private(folder: Path) -> None:
    """Make a folder with a warning, which version control leaves alone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "READ_ME_FIRST.txt").write_text(WARNING, encoding="utf-8")
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def is_private(folder: Path) -> bool:
    """Say whether a folder is named ``private`` or lies in one that is; a system's own /private is none.

    Examples
    --------
    >>> is_private(Path("/data/study/private/lavaan")), is_private(Path("/private/tmp/lavaan"))
    (True, False)
    """
    return PRIVATE in folder.resolve().parts[2:]


def spreadsheet_safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with an apostrophe before texts that a spreadsheet would run."""
    frame = frame.copy()
    for column in frame.columns[[pd.api.types.is_string_dtype(kind) for kind in frame.dtypes]]:
        risky = frame[column].str.match(r"[=+\-@\t\r]", na=False)
        frame.loc[risky, column] = "'" + frame.loc[risky, column]
    return frame
