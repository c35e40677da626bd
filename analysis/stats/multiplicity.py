"""p values adjusted for how many there are; NaN stays NaN and is not counted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.stats.value import Array


def holm(p: Array) -> Array:
    """Return p values adjusted so that the chance of any false one is held; any dependence between tests.

    Source: Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6,
    65-70.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, np.nan, 0.03]))
    array([0.03, 0.06,  nan, 0.06])
    """
    return _adjusted(p, lambda ordered: np.maximum.accumulate(ordered * np.arange(len(ordered), 0, -1)))


def benjamini_hochberg(p: Array) -> Array:
    """Return p values adjusted so that the expected share of false ones among those found is held.

    For independent tests or tests that depend positively, as those of scales of one instrument mostly do. Source:
    Benjamini & Hochberg (1995), https://doi.org/10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, np.nan, 0.03]))
    array([0.03, 0.04,  nan, 0.04])
    """
    return _adjusted(
        p,
        lambda ordered: np.minimum.accumulate((ordered * len(ordered) / np.arange(1, len(ordered) + 1))[::-1])[::-1],
    )


def _adjusted(p: Array, step: Callable[[Array], Array]) -> Array:
    """Return what a step through the sorted p values makes of them, at most 1, in their own order."""
    adjusted = np.full(p.shape, np.nan)
    there = np.flatnonzero(np.isfinite(p))
    order = there[np.argsort(p[there], kind="stable")]
    adjusted[order] = np.minimum(step(p[order]), 1.0)
    return adjusted
