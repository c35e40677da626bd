"""How intervals did in simulated couples like those of a study: the measured table, and the case that a study is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from math import log, nan

import numpy as np

from analysis.couples import Couples
from analysis.results import Estimates, shows_p
from analysis.stats.goodness import RMSEA_CONFIDENCE
from analysis.stats.moments import skewness
from analysis.textfiles import read_rows

LEVEL = 0.95  # of the intervals that were measured
NOMINAL = {"coverage": LEVEL, "type_1": 0.05}
OF_90 = ("onefactor_rmsea", "invariance_rmsea", "equivalence")  # their intervals have a level of their own
ORDER_FREE = (
    "icc_1", "icc_pairwise", "design_effect", "mean_abs_difference", "rwg", "average_deviation", "exact", "within_1",
    "krippendorff_ordinal", "krippendorff_interval",
)  # fmt: skip
SKEWED = 1.0  # median of the items' absolute skewness from which answers count as skewed
GAPS = 0.05  # share of missing answers from which they count as missing
FEWER = 1.4  # so many times fewer couples than the smallest case are like none that was simulated
TOLERANCE = 0.02  # how far a share may be from its level before it is named


@dataclass(frozen=True)
class Case:
    """A condition of the simulation: symmetric or skewed answers, share of answers missing, couples."""

    shape: str
    missing: float
    couples: int

    def __str__(self) -> str:
        gaps = f", {self.missing:.0%} of answers missing" if self.missing else ""
        return f"{self.shape} answers{gaps}, {self.couples} couples"


def level_of(name: str, what: str) -> float:
    """Return the share that should be: the level of an interval, or that of a test (``type_1``).

    Examples
    --------
    >>> level_of("alpha", "coverage"), level_of("invariance_rmsea metric", "coverage"), level_of("bhapkar", "type_1")
    (0.95, 0.9, 0.05)
    """
    own = what == "coverage" and name.partition(" ")[0] in OF_90
    return RMSEA_CONFIDENCE if own else NOMINAL[what]


@cache
def measured(what: str = "coverage") -> dict[tuple[str, Case], float]:
    """Return the coverage of each interval, or the Type I error at .05 of each p (``type_1``), in each case.

    Keys are "statistic variant" and case; see docs/calibration.md.

    Examples
    --------
    >>> abs(measured()["alpha", Case("symmetric", 0.0, 200)] - 0.95) < 0.02
    True
    """
    rows = read_rows((resources.files("analysis") / "calibration.csv").read_bytes())
    return {
        (row["measure"], Case(row["shape"], float(row["missing"]), int(row["couples"]))): float(row["share"])
        for row in rows
        if row["what"] == what
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
    """Return which intervals and tests in results are off in simulated couples like these, or an empty string."""
    case = case_of(couples)
    alike = " exchangeable" if couples.roles is None and not couples.one_person else ""
    off = {what: _off(results, case, what, alike) for what in NOMINAL}
    sentences = []
    if off["coverage"] and couples.settings.confidence == LEVEL:
        sentences.append(
            f"some intervals held the truth less, or more, often than the {LEVEL:.0%} that they say (RMSEA: "
            f"{RMSEA_CONFIDENCE:.0%}): {off['coverage']}"
        )
    if off["type_1"]:
        sentences.append(f"some tests at .05 rejected what was true less, or more, often than that: {off['type_1']}")
    if couples.n < case.couples / FEWER:
        sentences.append("fewer couples were not simulated, and intervals and tests are further off there")
    return (
        f"In simulated couples like these ({case}) {'; '.join(sentences)} (docs/calibration.md)." if sentences else ""
    )


def _off(results: Estimates, case: Case, what: str, alike: str) -> str:
    """Return the statistics in results whose measured share is off in a case, with that share.

    ``alike`` ends the names of what was measured with exchangeable partners. What was measured with roles only is
    marked; what was measured with complete answers only is taken from there. A p that is not shown is not named.
    """
    frame, table = results.frame, measured(what)
    there = frame[np.isfinite(frame["lower" if what == "coverage" else "p"])]
    if what == "type_1":
        there = there[there["note"].map(shows_p).astype(bool)]
    names = dict.fromkeys((there["statistic"] + " " + there["variant"]).str.strip())
    said = []
    for name in names:
        places = [(name + end, where) for where in (case, replace(case, missing=0.0)) for end in (alike, "")]
        there_as, share = next(((place[0], table[place]) for place in places if place in table), ("", nan))
        own = there_as == name + alike or "_pooled" in name or name.partition(" ")[0] in ORDER_FREE
        if abs(share - level_of(name, what)) > TOLERANCE:
            words = f"{name.replace('_', ' ')} {share:.3f}".replace(" 0.", " .")
            said.append(words if own else f"{words} (measured with two roles)")
    return ", ".join(said)
