"""Adjusted p values: one family for all rows that ask the same of several scales, items or blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite

import numpy as np

from analysis.errors import counted
from analysis.results import Row, shows_p
from analysis.settings import ADJUSTMENTS
from analysis.stats.multiplicity import benjamini_hochberg, holm

ADJUST = dict(zip(ADJUSTMENTS, (holm, benjamini_hochberg), strict=True))
NAMES = dict(zip(ADJUSTMENTS, ("Holm", "Benjamini and Hochberg"), strict=True))
ADJUSTED = "p_adjusted: "  # how the sentence on adjusted p begins


def adjusted(rows: Iterable[Row], family: Sequence[str], adjust: str) -> list[Row]:
    """Return the rows with p_adjusted, and in method by whom and for how many tests.

    Rows that are equal in the columns of ``family`` are one family. A p that is not shown counts for nothing.
    """
    rows = list(rows)
    families: dict[tuple[str, ...], list[int]] = {}
    for place, line in enumerate(rows):
        if isfinite(line["p"]) and shows_p(line["note"]):
            families.setdefault(tuple(line[column] for column in family), []).append(place)
    for places in families.values():
        found = ADJUST[adjust](np.array([rows[place]["p"] for place in places]))
        said = f"p adjusted by {NAMES[adjust]} for {counted(len(places), 'test')}"
        for place, p in zip(places, found.tolist(), strict=True):
            method = "; ".join(filter(None, (rows[place]["method"], said)))
            rows[place] = rows[place] | {"p_adjusted": p, "method": method}
    return rows


def adjustment(rows: Iterable[Row], across: str, adjust: str) -> list[str]:
    """Return the sentence that says how p is adjusted, ``across`` scales, items or blocks; none without such a p."""
    if not any(isfinite(line["p_adjusted"]) for line in rows):
        return []
    return [f"{ADJUSTED}{NAMES[adjust]} across {across}; p itself is not adjusted."]
