"""Polychoric correlations and categorical omega against ordinalcorr: `python3 benchmarks/ordinal.py`.

The peer computes correlations pair by pair, without standard errors; the toolkit's times include these. It is needed
for nothing else and may be absent.
"""

from __future__ import annotations

from importlib.util import find_spec

from run import in_turns, say  # type: ignore[attr-defined]  # the one beside; first, as it sets the threads for numpy

# isort: split
import numpy as np

from analysis.stats.ordinal import omega_categorical, omega_categorical_resampled
from analysis.stats.polychoric import polychoric

COUPLES, CATEGORIES, SCALES, RESAMPLES = 300, 5, 24, 1_000


def answers(items: int, seed: int = 4) -> np.ndarray:
    """Return answers 1 to 5 to items of one factor, (couples, items)."""
    rng = np.random.default_rng(seed)
    attitude = rng.standard_normal((COUPLES, 1)) + rng.standard_normal((COUPLES, items))
    return np.clip(np.round(3 + 0.8 * attitude), 1, CATEGORIES).astype(int)


def peer_correlations(x: np.ndarray) -> np.ndarray:
    """Return the peer's correlations of all pairs, in the order of the lower triangle."""
    import ordinalcorr  # type: ignore[import-not-found]

    return np.array([ordinalcorr.polychoric(x[:, i], x[:, j]) for i in range(x.shape[1]) for j in range(i)])


def job_4() -> None:
    """Polychoric correlations of 12 and 48 items; categorical omega of 24 scales, and over 1,000 resamples."""
    if find_spec("ordinalcorr") is None:
        print("4  polychoric correlations: ordinalcorr is not installed, nothing to compare with")
        return
    for items, rounds in ((12, 7), (48, 3)):
        x = answers(items)
        gap = np.abs(polychoric(x, CATEGORIES).correlations[np.tril_indices(items, -1)] - peer_correlations(x)).max()
        job = f"4  polychoric, {items} items, with se (largest gap {gap:.0e})"
        say(
            job,
            *in_turns(lambda x=x: polychoric(x, CATEGORIES), lambda x=x: peer_correlations(x), rounds),
            "ordinalcorr",
        )
    omegas()


def omegas() -> None:
    """Measure categorical omega; the peer computes no more than the correlations that it starts from."""
    x = answers(4)
    drawn = np.random.default_rng(5).multinomial(COUPLES, np.full(COUPLES, 1 / COUPLES), size=RESAMPLES)
    ours, theirs, ratio = in_turns(lambda: omega_categorical(x, CATEGORIES), lambda: peer_correlations(x))
    say(
        f"4  categorical omega, {SCALES} scales (peer: r alone)",
        SCALES * ours,
        SCALES * theirs,
        ratio,
        "ordinalcorr",
    )
    ours, theirs, ratio = in_turns(
        lambda: omega_categorical_resampled(x, CATEGORIES, drawn),
        lambda: [peer_correlations(np.repeat(x, times, axis=0)) for times in drawn[:5]],
    )
    scaled = RESAMPLES / 5
    job = f"4  … over {RESAMPLES:,} resamples (1 scale, 5 of the peer's, scaled)"
    say(job, SCALES * ours, SCALES * scaled * theirs, ratio / scaled, "ordinalcorr")


if __name__ == "__main__":
    job_4()
