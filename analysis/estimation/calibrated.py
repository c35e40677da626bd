"""What was measured of p values that reject too often: the note that stands beside them, so that nobody reads them."""

from __future__ import annotations

from functools import cache
from importlib import resources
from math import log

from analysis.results import NOT_SHOWN
from analysis.textfiles import read_rows

LEVEL = 0.05
ALLOWED = 0.07  # largest Type I error of a p that is shown, at LEVEL
OF_RELIABILITY = {  # lowest and highest share, over symmetric and skewed complete answers of 50 and of 100 couples
    "alpha_difference": ".06 to .08",
    "latent_r": ".06 to .09",
    "onefactor_chi2": ".06 to .13",
    "tau_equivalence_chi2": ".04 to .12",
}


def reliability_note(statistic: str) -> str:
    """Return that the p of a statistic of reliability is not shown, and its measured size.

    Examples
    --------
    >>> reliability_note("latent_r").startswith("p not shown: below .05 in .06 to .09 of simulated samples")
    True
    """
    return (
        f"{NOT_SHOWN}: below .05 in {OF_RELIABILITY[statistic]} of simulated samples of 50 and 100 couples in which it "
        "should be in .05"
    )


@cache
def measured() -> dict[tuple[str, str], dict[tuple[int, int], list[float]]]:
    """Return how often each p was below .05 where its null is true: by (statistic, variant), then (scores, couples).

    One share for each kind of answers, other components equal or not; see benchmarks/distinguishability.py.
    """
    found: dict[tuple[str, str], dict[tuple[int, int], list[float]]] = {}
    for line in read_rows((resources.files("analysis") / "distinguishability.csv").read_bytes()):
        place = int(line["scores"]), int(line["couples"])
        found.setdefault((line["statistic"], line["variant"]), {}).setdefault(place, []).append(float(line["share"]))
    return found


def measured_note(statistic: str, variant: str, scores: int, couples: int) -> str:
    """Return that a p is not shown, and its size in the simulated samples most like this one.

    Examples
    --------
    >>> measured_note("isat_chi2", "", 12, 60).startswith("p not shown")
    True
    """
    cells = measured()[statistic, variant]
    nearest = min(cells, key=lambda cell: abs(log(cell[0] / scores)) + abs(log(cell[1] / couples)))
    low, high = (f"{share:.2f}".removeprefix("0") for share in (min(cells[nearest]), max(cells[nearest])))
    return (
        f"{NOT_SHOWN}: below .05 in {low} to {high} of simulated samples of {nearest[1]} couples and {nearest[0]} "
        "scores in which it should be in .05"
    )
