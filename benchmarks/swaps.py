"""Speed of the swaps that test exchangeability, against a loop of swaps in numpy."""

from __future__ import annotations

from functools import partial

import numpy as np

from analysis.stats.swaps import swap_omnibus
from benchmarks.turns import measure

SWAPS, PART = 10_000, 500  # the loop does a part of them


def job_8() -> None:
    """Measure the omnibus test of 12 scores with 10,000 swaps."""
    for couples in (50, 100, 300, 1_000):
        x, y = np.random.default_rng(4).standard_normal((2, couples, 12))
        measure(
            f"8  {SWAPS:,} swaps of 12 scores, {couples:,} couples", 15, partial(ours, x, y),
            partial(loop_over_swaps, x, y), peer="numpy loop", part=SWAPS / PART,
        )  # fmt: skip


def ours(x: np.ndarray, y: np.ndarray) -> float:
    """Return the toolkit's p."""
    return swap_omnibus(x, y, SWAPS, np.random.default_rng(5)).p


def loop_over_swaps(x: np.ndarray, y: np.ndarray) -> float:
    """Return the same p from fewer swaps, one by one."""
    rng, observed, beyond = np.random.default_rng(6), likelihood_ratio(x, y), 0
    for _ in range(PART):
        turned = rng.random((len(x), 1)) < 0.5
        beyond += likelihood_ratio(np.where(turned, y, x), np.where(turned, x, y)) >= observed - 1e-9
    return (1 + beyond) / (1 + PART)


def likelihood_ratio(x: np.ndarray, y: np.ndarray) -> float:
    """Return the omnibus likelihood ratio as it stands in the textbook."""
    s, d = x + y, x - y
    matrices = (np.cov(s.T, ddof=0), d.T @ d / len(x), np.cov(np.hstack([s, d]).T, ddof=0))
    first, second, both = (np.linalg.slogdet(matrix)[1] for matrix in matrices)
    return float(len(x) * (first + second - both))
