"""The bootstrap of couples: one set of draws for all analyses of some couples, and the rows that come from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import numpy as np

from analysis.couples import Couples
from analysis.estimation.notes import joined
from analysis.estimation.scales import Answers
from analysis.results import Row, row
from analysis.stats.bca import Interval, bca
from analysis.stats.bootstrap import Moments, draw_weights, resampled
from analysis.stats.resampling import stream
from analysis.stats.value import Array

METHOD = "BCa bootstrap of couples"
PERCENTILE = "the BCa correction is infinite: percentile interval"
OUTSIDE = "the interval does not hold the estimate"


@dataclass(frozen=True)
class Resamples:
    """What the resamples make of one scale: the weights of all couples, (resamples, couples), and its moments."""

    weights: Array
    moments: Moments


def weights(couples: Couples) -> Array:
    """Return how often each couple is drawn in each resample, (resamples, couples), drawn within groups of couples.

    The same for every analysis of the same couples: they depend on seed, resamples, couples and groups alone. Couples
    are drawn in the order of their names, so that the order of the rows in the file changes no number.

    Examples
    --------
    >>> import analysis as an
    >>> weights(an.make_couples(30, seed=1)).sum(axis=1).min()
    np.float64(30.0)
    """
    names = couples.items.index.get_level_values("couple").unique()
    groups = () if couples.groups is None else tuple(couples.groups.reindex(names).astype(str))
    return _drawn(tuple(names.astype(str)), couples.settings.resamples, couples.settings.seed, groups)


@lru_cache(maxsize=1)
def _drawn(names: tuple[str, ...], resamples: int, seed: int, groups: tuple[str, ...]) -> Array:
    order = np.argsort(np.array(names), kind="stable")
    strata = np.array(groups)[order] if groups else None
    drawn = np.empty((resamples, len(names)))
    drawn[:, order] = draw_weights(len(names), resamples, stream(seed, "couples"), strata)
    drawn.flags.writeable = False
    return drawn


def resamples_of(scales: Sequence[Answers], drawn: Array) -> list[Resamples]:
    """Return the resamples of some scales of one sample, from one matrix product; at least one scale."""
    here = drawn[:, scales[0].sample.couples]
    return [Resamples(drawn, moments) for moments in resampled(here, [scale.features for scale in scales])]


def bootstrap_row(
    statistic: str, at: Row, estimate: float, replicates: Array, jackknife: Array, variant: str = "bootstrap",
    note: str = "",
) -> Row:  # fmt: skip
    """Return a row with a BCa interval; its note counts resamples without a value and says when BCa fell back."""
    interval = bca(estimate, replicates, jackknife, at["confidence"])
    limits = {"lower": float(interval.lower), "upper": float(interval.upper), "se": float(interval.se)}
    return row(
        "reliability", statistic, variant=variant, **at, estimate=estimate, **limits,
        method=f"{METHOD}, {interval.of:,} resamples", note=joined(note, _said(estimate, interval)),
    )  # fmt: skip


def _said(estimate: float, interval: Interval) -> str:
    lost = interval.of - int(interval.usable)
    lower, upper = float(interval.lower), float(interval.upper)
    outside = isfinite(lower) and not lower <= estimate <= upper
    return joined(
        f"resamples without a value: {lost}" if lost else "",
        PERCENTILE if bool(interval.fallback) else "",
        OUTSIDE if outside else "",
        "" if isfinite(lower) or not isfinite(estimate) else "no interval: too few resamples have a value",
    )
