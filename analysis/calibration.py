"""How intervals did in simulated couples like those of a study: the measured table, and the case that a study is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log

import numpy as np

from analysis.couples import Couples
from analysis.results import Estimates
from analysis.stats.moments import skewness
from analysis.textfiles import read_rows

LEVEL = 0.95  # of the intervals that were measured
SKEWED = 1.0  # median of the items' absolute skewness from which answers count as skewed
GAPS = 0.05  # share of missing answers from which they count as missing
TOLERANCE = 0.02  # how far a coverage may be from its level before it is named


@dataclass(frozen=True)
class Case:
    """A condition of the simulation: symmetric or skewed answers, share of answers missing, couples."""

    shape: str
    missing: float
    couples: int

    def __str__(self) -> str:
        gaps = f", {self.missing:.0%} of answers missing" if self.missing else ""
        return f"{self.shape} answers{gaps}, {self.couples} couples"


@cache
def measured() -> dict[tuple[str, Case], float]:
    """Return the coverage of each interval in each case, by "statistic variant" and case; see docs/calibration.md.

    Examples
    --------
    >>> abs(measured()["alpha", Case("symmetric", 0.0, 200)] - 0.95) < 0.02
    True
    """
    rows = read_rows((resources.files("analysis") / "calibration.csv").read_bytes())
    return {
        (row["measure"], Case(row["shape"], float(row["missing"]), int(row["couples"]))): float(row["share"])
        for row in rows
        if row["what"] == "coverage" and float(row["nominal"]) == LEVEL
    }


def case_of(couples: Couples) -> Case:
    """Return the case of the simulation that couples are most like.

    Examples
    --------
    >>> import analysis as an
    >>> str(case_of(an.make_couples(120, seed=1)))
    'symmetric answers, 100 couples'
    """
    names = [item.name for item in couples.codebook.items if item.scored]
    answers = couples.answers(names)[couples.present]
    skews = [abs(skewness(column[np.isfinite(column)])) for column in answers.T]
    known = [skew for skew in skews if np.isfinite(skew)]
    shape = "skewed" if known and float(np.median(known)) >= SKEWED else "symmetric"
    missing = 0.1 if answers.size and float(np.isnan(answers).mean()) >= GAPS else 0.0
    sizes = sorted({case.couples for _, case in measured()})
    return Case(shape, missing, min(sizes, key=lambda size: abs(log(size / max(couples.n, 1)))))


def caution(couples: Couples, results: Estimates) -> str:
    """Return which of the intervals in results are off in simulated couples like these, or an empty string."""
    if couples.settings.confidence != LEVEL:
        return ""
    case, table = case_of(couples), measured()
    frame = results.frame
    there = frame[np.isfinite(frame["lower"])]
    names = dict.fromkeys((there["statistic"] + " " + there["variant"]).str.strip())
    off = [
        f"{name.replace('_', ' ')} {table[name, case]:.3f}".replace(" 0.", " .")
        for name in names
        if (name, case) in table and abs(table[name, case] - LEVEL) > TOLERANCE
    ]
    if not off:
        return ""
    return (
        f"In simulated couples like these ({case}), some {LEVEL:.0%} intervals held the truth less, or more, often "
        f"than they say: {', '.join(off)} (docs/calibration.md)."
    )
