"""The couple bootstrap of items' coefficients against a loop over the krippendorff package: part of `run.py bench`.

The package is needed for nothing else and may be absent. It makes one coefficient of the toolkit's four.
"""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import Literal

import numpy as np

from analysis.stats.bootstrap import draw_weights
from analysis.stats.categorical import SCHEMES, corrected
from analysis.stats.contingency import Coefficient, cells, resampled
from analysis.stats.krippendorff import krippendorff_interval, krippendorff_ordinal
from benchmarks.randomcouples import CATEGORIES, ITEMS, answers
from benchmarks.turns import measure

RESAMPLES, FEW = 2_000, 2
COEFFICIENTS: tuple[Coefficient, ...] = (
    krippendorff_interval,
    krippendorff_ordinal,
    *(partial(corrected, scheme=SCHEMES[name](CATEGORIES)) for name in ("kappa_quadratic", "ac2")),
)


def drawn(couples: int, resamples: int) -> np.ndarray:
    """Return how often each couple is drawn, (resamples, couples)."""
    return draw_weights(couples, resamples, np.random.default_rng(3))


def coefficients(pairs: np.ndarray, resamples: int) -> list[np.ndarray]:
    """Return four coefficients of all items in resamples of couples, drawn anew, (resamples, items) each."""
    of_couples = cells(pairs[:, 0] - 1, pairs[:, 1] - 1, CATEGORIES)
    return resampled(drawn(len(pairs), resamples), of_couples, CATEGORIES, COEFFICIENTS)


def in_a_loop(pairs: np.ndarray, metric: Literal["interval", "ordinal"]) -> np.ndarray:
    """Return the peer's alpha of all items in the first few of the same resamples, (FEW, items)."""
    import krippendorff

    couple = np.arange(len(pairs))
    return np.array(
        [
            [
                krippendorff.alpha(pairs[rows, :, item].T, value_domain=np.arange(1, 6), level_of_measurement=metric)
                for item in range(ITEMS)
            ]
            for rows in (np.repeat(couple, weights.astype(int)) for weights in drawn(len(pairs), FEW))
        ]
    )


def job_6() -> None:
    """Two alphas, quadratic kappa and AC2 of 48 items in 2,000 resamples of couples; the peer makes one alpha."""
    if find_spec("krippendorff") is None:
        print("6  left out: the package krippendorff is not installed")
        return
    for couples, bar in ((300, 50), (1_000, 80), (5_000, 100)):
        pairs = answers(couples)
        interval, ordinal, *_ = coefficients(pairs, FEW)
        gaps = interval - in_a_loop(pairs, "interval"), ordinal - in_a_loop(pairs, "ordinal")
        gap = float(np.abs(gaps).max())
        measure(
            f"6  4 coefficients, {ITEMS} items, {RESAMPLES:,} resamples, {couples:,} couples (gap {gap:.0e})", bar,
            partial(coefficients, pairs, RESAMPLES), partial(in_a_loop, pairs, "interval"),
            peer="krippendorff loop, one alpha", part=RESAMPLES / FEW, rounds=5 if couples < 5_000 else 3,
        )  # fmt: skip
