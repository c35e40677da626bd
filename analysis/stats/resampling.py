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
    distance = abs(value - centre)
    small = ROUNDING * max(abs(value), abs(centre), float(np.abs(null).max()))
    beyond = np.abs(null - centre) >= distance - small
    return (1 + int(beyond.sum())) / (1 + len(null))
