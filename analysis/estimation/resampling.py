"""The bootstrap of couples: one set of draws for all analyses of some couples, and the rows that come from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import nan

import numpy as np

from analysis.couples import Couples
from analysis.estimation.notes import TOO_FLAT, joined
from analysis.estimation.scales import Answers
from analysis.results import Row, row
from analysis.stats.bca import Interval, bca
from analysis.stats.bootstrap import Moments, draw_weights, resampled
from analysis.stats.resampling import stream
from analysis.stats.value import ROUNDING, Array, Value

METHOD = "BCa bootstrap of couples"
PERCENTILE = "the BCa correction is infinite: percentile interval"
NO_JACKKNIFE = "without one of the couples there is no value, so no BCa correction: percentile interval"
TOO_FEW = "no interval: fewer than half of the resamples have a value"
OUTSIDE = "the interval does not hold the estimate"


@dataclass(frozen=True)
class Resamples:
    """What the resamples make of one scale: the weights of all couples, (resamples, couples), and its moments."""

    weights: Array
    moments: Moments


def weights(couples: Couples) -> Array:
    """Return how often each couple is drawn in each resample, (resamples, couples), drawn within groups of couples.

    Within compositions too, where a column names them. The same for every analysis of the same couples: they depend on
    seed, resamples, couples, groups and compositions alone. Couples are drawn in the order of their names, so that the
    order of the rows in the file changes no number.

    Examples
    --------
    >>> import analysis as an
    >>> weights(an.make_couples(30, seed=1)).sum(axis=1).min()
    np.float64(30.0)
    """
    names = couples.names
    groups = () if couples.groups is None else tuple(couples.groups.reindex(names).astype(str))
    if couples.compositions:
        of_couples = couples.compositions.of_couples.reindex(names).astype(str)
        groups = tuple(map("\0".join, zip(groups, of_couples, strict=True))) if groups else tuple(of_couples)
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
    value, method, said = bootstrap_value(estimate, replicates, jackknife, at["confidence"])
    return row(
        "reliability", statistic, variant=variant, **at, **value._asdict(), method=method, note=joined(note, said)
    )


def bootstrap_value(estimate: float, replicates: Array, jackknife: Array, confidence: float) -> tuple[Value, str, str]:
    """Return an estimate with its BCa interval, how that was made, and a note on resamples without a value."""
    interval = bca(estimate, replicates, jackknife, confidence)
    lost, none = interval.of - int(interval.usable), _no_interval(interval)
    lower, upper = (nan, nan) if none else (float(interval.lower), float(interval.upper))
    said = (
        f"{lost:,} of {interval.of:,} resamples have no value" if lost else "",
        none or _of_limits(estimate, lower, upper),
        _of_correction(jackknife) if interval.fallback and not none else "",
    )
    value = Value(estimate, lower, upper, float(interval.se))
    return value, f"{METHOD}, {interval.of:,} resamples", joined(*said)


def _no_interval(interval: Interval) -> str:
    """Return why replicates make no interval: too few have a value, or they are all the same; or an empty string."""
    if 2 * int(interval.usable) < interval.of:
        return TOO_FEW
    return "" if float(interval.se) > ROUNDING else TOO_FLAT


def _of_limits(estimate: float, lower: float, upper: float) -> str:
    width = ROUNDING * max(1.0, abs(estimate))
    return "" if lower - width <= estimate <= upper + width else OUTSIDE


def _of_correction(jackknife: Array) -> str:
    return PERCENTILE if np.isfinite(jackknife).all() else NO_JACKKNIFE
