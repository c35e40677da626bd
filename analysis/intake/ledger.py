"""Nothing is lost: every row that came in is kept, or stands in the ledger with the reason why it is not."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

LEDGER = ["file", "row", "couple", "partner", "kept", "reason"]


def note(frame: pd.DataFrame, sentence: str) -> None:
    """Add a sentence to the frame's notes, once."""
    notes = frame.attrs.setdefault("notes", [])
    if sentence not in notes:
        notes.append(sentence)


def notes(frame: pd.DataFrame) -> list[str]:
    """Return the sentences that the steps so far left for the person."""
    return list(frame.attrs.get("notes", []))


def carry(source: pd.DataFrame, target: pd.DataFrame) -> pd.DataFrame:
    """Return the target with the notes, rows out and file labels of the frame that it was made from."""
    target.attrs = {key: value.copy() for key, value in source.attrs.items()}
    return target


def put_out(frame: pd.DataFrame, rows: Iterable[tuple[str, int]], reason: str, couple: str = "") -> None:
    """Record file rows as out, with the reason."""
    out = frame.attrs.setdefault("out", [])
    out.extend({"file": file, "row": int(row), "couple": couple, "reason": reason} for file, row in rows)


def ledger(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each file row: kept with its couple and partner, or out with the reason.

    Parameters
    ----------
    frame : DataFrame
        Indexed (couple, partner, file, row), as :func:`analysis.intake.pairing.pair` returns it.

    Returns
    -------
    DataFrame
        Columns file, row, couple, partner, kept, reason. A file row that holds both partners stands there once,
        with both partners named.
    """
    kept = frame.index.to_frame(index=False)[["couple", "partner", "file", "row"]]
    kept = kept.groupby(["file", "row"], sort=False, as_index=False).agg(
        couple=("couple", "first"), partner=("partner", " and ".join)
    )
    out = pd.DataFrame(frame.attrs.get("out", []), columns=["file", "row", "couple", "reason"])
    table = pd.concat([kept.assign(kept=True, reason=""), out.assign(kept=False, partner="")])
    return table[LEDGER].sort_values(["file", "row"], ignore_index=True)
