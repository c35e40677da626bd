"""What is calibrated of measurement invariance across partners: every level is true in these populations."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from analysis.stats.invariance import Invariance, Level, ScoreTests, partner_invariance
from analysis.stats.levels import LEVELS
from analysis.stats.sign_flips import draw_signs
from analysis.stats.value import Array, Value
from benchmarks.measured import Measure, Sample, always, nothing

FLIPS = 499


@lru_cache(maxsize=1)
def fitted(sample: Sample) -> tuple[Invariance, Array]:
    """Return the fits of all levels to the first scale, and signs of the couples."""
    x, y = sample.partners
    return partner_invariance(x, y), draw_signs(len(x), FLIPS, sample.random("signs"))


@lru_cache(maxsize=len(LEVELS))
def _level(sample: Sample, level: str) -> tuple[Level, ScoreTests]:
    found, signs = fitted(sample)
    return found.level(level), found.tested(level, signs)


def _of_level(level: str, name: str) -> Callable[[Sample], Value]:
    return lambda sample: getattr(_level(sample, level)[0], name)


def _flipped(level: str, name: str) -> Callable[[Sample], Value]:
    return lambda sample: Value(np.nan, p=getattr(_level(sample, level)[1], name).p)


def _tested(value: Callable[[Sample], Value]) -> Measure:
    return Measure(value, nothing, null=always, interval=False)


FITS: dict[str, Measure] = {}
STEPS: dict[str, Measure] = {}
for one in LEVELS:
    FITS[f"invariance {one}"] = _tested(_of_level(one, "chi2"))
    FITS[f"invariance {one} sign_flips"] = _tested(_flipped(one, "fit"))
    FITS[f"invariance_rmsea {one}"] = Measure(_of_level(one, "rmsea"), nothing)
for one in LEVELS[1:]:
    STEPS[f"invariance_difference {one}"] = _tested(_of_level(one, "difference"))
    STEPS[f"invariance_difference {one} sign_flips"] = _tested(_flipped(one, "difference"))
INVARIANCE = FITS | STEPS
