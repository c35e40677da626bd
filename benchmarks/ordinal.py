"""Polychoric correlations and categorical omega against ordinalcorr: part of `python3 run.py bench`.

The peer computes correlations pair by pair, without standard errors; the toolkit's times include these. It is needed
for nothing else and may be absent.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

import numpy as np

from analysis.stats.ordinal import omega_categorical_of_many, omega_categorical_resampled
from analysis.stats.polychoric import polychoric
from benchmarks.turns import measure

PEERS_STOP = 1e-5  # where the peer's optimiser stops
COUPLES, CATEGORIES, SCALES, RESAMPLES = 300, 5, 24, 1_000


def answers(items: int, seed: int = 4) -> np.ndarray:
    """Return answers 1 to 5 to items of one factor, (couples, items)."""
    rng = np.random.default_rng(seed)
    attitude = rng.standard_normal((COUPLES, 1)) + rng.standard_normal((COUPLES, items))
    return np.clip(np.round(3 + 0.8 * attitude), 1, CATEGORIES).astype(int)


def peer_correlations(x: np.ndarray) -> np.ndarray:
    """Return the peer's correlations of all pairs, in the order of the lower triangle."""
    import ordinalcorr

    return np.array([ordinalcorr.polychoric(x[:, i], x[:, j]) for i in range(x.shape[1]) for j in range(i)])


def job_4() -> None:
    """Polychoric correlations of 12 and 48 items; categorical omega of 24 scales, and over 1,000 resamples.

    Of omega the peer computes no more than the correlations that it starts from.
    """
    if find_spec("ordinalcorr") is None:
        print("4  polychoric correlations: ordinalcorr is not installed, nothing to compare with")
        return
    for items, rounds in ((12, 7), (48, 3)):
        x = answers(items)
        gap = np.abs(polychoric(x, CATEGORIES).correlations[np.tril_indices(items, -1)] - peer_correlations(x)).max()
        assert gap < PEERS_STOP, f"the peer's correlations differ by {gap}"
        job = f"4  polychoric, {items} items, with se (largest gap {gap:.0e})"
        mine, peer = partial(polychoric, x, CATEGORIES), partial(peer_correlations, x)
        measure(job, 50, mine, peer, peer="ordinalcorr", rounds=rounds)
    x = answers(4)
    drawn = np.random.default_rng(5).multinomial(COUPLES, np.full(COUPLES, 1 / COUPLES), size=RESAMPLES)
    scales = [answers(4, seed) for seed in range(SCALES)]
    ours = partial(omega_categorical_of_many, [(scale, CATEGORIES) for scale in scales])
    peers = partial(_each, peer_correlations, scales)
    measure(f"4  categorical omega, {SCALES} scales", None, ours, peers, peer="ordinalcorr, r alone")
    resampled = partial(omega_categorical_resampled, x, CATEGORIES, drawn)
    few = [np.repeat(x, times, axis=0) for times in drawn[:5]]
    job = f"4  categorical omega of {RESAMPLES:,} resamples, 1 scale"
    loop = partial(_each, peer_correlations, few)
    measure(job, None, resampled, loop, peer="ordinalcorr, r alone", part=RESAMPLES / len(few), rounds=3)


def _each(work: Callable[[np.ndarray], object], samples: list[np.ndarray]) -> None:
    for x in samples:
        work(x)
