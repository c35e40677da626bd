"""What every use of chance has in common: streams of random numbers with names, and the p of a resampled null.

A stream of its own for each analysis: then adding one changes no other number. Couples are drawn from a stream in
:mod:`analysis.stats.bootstrap`, and intervals are made from replicates in :mod:`analysis.stats.bca`.
"""

from __future__ import annotations

import hashlib

import numpy as np

from analysis.stats.value import ROUNDING, Array


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the generator that belongs to a seed and a name, the same on every machine and in every order.

    Examples
    --------
    >>> stream(7, "profiles", "block:healthy").integers(100) == stream(7, "profiles", "block:healthy").integers(100)
    np.True_
    """
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return np.random.default_rng([seed, *np.frombuffer(digest, dtype="<u4").tolist()])


def two_sided_p(value: float, null: Array, centre: float) -> float:
    """Return the share of null values at least as far from the centre, the observed one counted in.

    Values that only rounding tells apart are ties and count. Never 0: at least 1 / (resamples + 1). Source: Phipson &
    Smyth (2010), https://doi.org/10.2202/1544-6115.1585.
    """
    farther, ties = _beyond(value, null, centre)
    return (1 + farther + ties) / (1 + len(null))


def mid_p(value: float, null: Array, centre: float) -> float:
    """Return the two-sided p in which ties, the observed value among them, count one half; for discrete indices.

    In the mean over samples it is 1/2 under the null, where :func:`two_sided_p` is larger; but it does not keep its
    level in every sample size, so it stands beside that p and not in its place. Source: Lancaster (1961),
    https://doi.org/10.1080/01621459.1961.10482105.

    Examples
    --------
    >>> null = np.array([0.0, 1.0, 1.0, 2.0])
    >>> two_sided_p(2.0, null, 1.0), mid_p(2.0, null, 1.0)
    (0.6, 0.3)
    """
    farther, ties = _beyond(value, null, centre)
    return (farther + (1 + ties) / 2) / (1 + len(null))


def _beyond(value: float, null: Array, centre: float) -> tuple[int, int]:
    """Return how many null values are farther from the centre than the observed one, and how many as far."""
    distance = abs(value - centre)
    small = ROUNDING * max(abs(value), abs(centre), float(np.abs(null).max()))
    away = np.abs(null - centre)
    farther = int((away > distance + small).sum())
    return farther, int((away >= distance - small).sum()) - farther
