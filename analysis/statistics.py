"""The product's own table of statistics: what each id means, its formula, its source and what checks it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from analysis.textfiles import read_rows


@dataclass(frozen=True)
class Statistic:
    """One id of the result table.

    ``kind`` says how its numbers look: coefficient, share, or plain. ``checked_by`` names the reference file, or the
    second implementation and simulation, that its tests compare it with.
    """

    section: str
    statistic: str
    unit: str
    kind: str
    meaning: str
    formula: str
    source: str
    checked_by: str


@cache
def statistics() -> dict[tuple[str, str], Statistic]:
    """Return every statistic by (section, id).

    Examples
    --------
    >>> statistics()["reliability", "alpha"].kind
    'coefficient'
    """
    rows = read_rows((resources.files("analysis") / "statistics.csv").read_bytes())
    return {(row["section"], row["statistic"]): Statistic(**row) for row in rows}


def kind_of(section: str, statistic: str) -> str:
    """Return how numbers of a statistic look; plain for an id that is not in the table."""
    known = statistics().get((section, statistic))
    return known.kind if known else "plain"
