"""The population behind synthetic couples: thresholds, shifts and correlations that give exactly the truth asked for.

The correlations behind the answers are solved for, so that alpha, partner correlation and role difference of the
*answers* are in the population exactly what was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import sqrt

import numpy as np

from analysis.errors import SurveyError, did_you_mean, named
from analysis.instrument.codebook import Codebook
from analysis.stats.binormal import (
    category_variance,
    mean_category,
    rho_for_covariance,
    shift_for_mean,
)

SHIFTS = {
    "typical": {"healthy": 0.7, "neutral": 0.0, "unhealthy": -0.7},
    "symmetric": {"healthy": 0.0, "neutral": 0.0, "unhealthy": 0.0},
    "skewed": {"healthy": 1.5, "neutral": 1.5, "unhealthy": -1.5},
}
LEANS = {"typical": (0.3, -0.3, 0.0, -0.3, 0.3)}  # added to a scale's shift by its place: the norm has a shape
ALONE = 0.5  # correlation between items of a scale that has only one

ByScale = float | Mapping[str, float]


@dataclass(frozen=True)
class Population:
    """What one scale is in the population: shifts and inter-item correlations of both partners, and what links them."""

    thresholds: tuple[float, ...]
    shifts: tuple[float, float]
    rho: tuple[float, float]
    kappa: float


def by_scale(codebook: Codebook, value: ByScale) -> dict[str, float]:
    """Return the value of every scale."""
    if not isinstance(value, Mapping):
        return dict.fromkeys(codebook.codes, float(value))
    for code in codebook.codes:
        if code not in value:
            raise SurveyError(f"The truth names no value for the scale '{code}'; it names {named(value)}.")
    unknown = [code for code in value if code not in codebook.codes]
    if unknown:
        hint = did_you_mean(unknown[0], codebook.codes)
        raise SurveyError(f"The truth names '{unknown[0]}', which is no scale of the codebook.{hint}")
    return {code: float(value[code]) for code in codebook.codes}


def population(codebook: Codebook, code: str, answers: str, alpha: float, r: float, difference: float) -> Population:
    """Return what a scale is in the population; a SurveyError where no answers have this truth."""
    low, high = codebook.bounds(code) or (1.0, 5.0)
    leans = LEANS.get(answers, (0.0,))
    shift = SHIFTS[answers][codebook.scale(code).valence] + leans[codebook.codes.index(code) % len(leans)]
    found = _solve(len(codebook.scored_items(code)), int(high - low) + 1, shift, alpha, r, difference)
    if found is None:
        raise SurveyError(
            f"{code}: no answers have alpha {alpha:g}, partner correlation {r:g} and role difference {difference:g} at "
            "once. Lower one of them."
        )
    return found


@cache
def _solve(k: int, categories: int, shift: float, alpha: float, r: float, difference: float) -> Population | None:
    """Return the population, or None where there is none with this truth."""
    if not (0 <= alpha < 1 and abs(r) < 1):
        return None
    thresholds = np.linspace(-1.0, 1.0, categories - 1) * min(1.5, 0.5 * (categories - 2) + 0.1)
    centre = mean_category(thresholds, shift)
    shifts = [shift_for_mean(thresholds, centre + side * difference / 2) for side in (1, -1)]
    cuts = [thresholds - s for s in shifts]
    variance = [category_variance(cut) for cut in cuts]
    inter_item = alpha / (k - (k - 1) * alpha) if k > 1 else ALONE
    rho = [rho_for_covariance(cut, cut, inter_item * v) for cut, v in zip(cuts, variance, strict=True)]
    of_score = [sqrt(v * (1 + (k - 1) * inter_item) / k) for v in variance]
    across = rho_for_covariance(cuts[0], cuts[1], r * of_score[0] * of_score[1])
    kappa = 0.0 if across == 0 else across / sqrt(rho[0] * rho[1]) if min(rho) > 0 else np.inf
    if not (np.isfinite([*shifts, *rho, kappa]).all() and abs(kappa) < 1):
        return None
    return Population(tuple(thresholds), (shifts[0], shifts[1]), (rho[0], rho[1]), kappa)
