"""Scores of two partners: those of the reference frames, and drawn ones like scale means of answers on five points."""

from __future__ import annotations

from functools import cache

import numpy as np
from oracles import couples, numbers

from analysis.stats.value import Array

FILE = "05_agreement_continuous"


@cache
def scores(frame: str, scale: str) -> tuple[Array, Array]:
    """Return both partners' scores of the couples who have both."""
    both = couples(frame).scored([scale])[:, :, 0]
    first, second = both[np.isfinite(both).all(axis=1)].T
    return first, second


def places() -> list[tuple[str, str, str]]:
    """Return every frame and scale of the reference, and the start of its variants."""
    table = numbers(FILE)
    return [
        (frame, scale, "score rule available80" if frame == "b_missing" else "scale mean")
        for frame, scale in table[["frame", "scale"]].drop_duplicates().itertuples(index=False)
        if not scale.endswith("as_stored")
    ]


def likert(n: int, seed: int, *, skewed: bool = True) -> tuple[Array, Array]:
    """Return scale means of four five-point items of two partners who are alike."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1, 1))
    latent = 0.6 * common + 0.5 * rng.normal(size=(n, 2, 1)) + 0.6 * rng.normal(size=(n, 2, 4))
    cuts = [0.0, 0.7, 1.2, 1.75] if skewed else [-1.5, -0.5, 0.5, 1.5]
    x, y = (1 + np.searchsorted(cuts, latent)).mean(axis=2).T
    return x, y
