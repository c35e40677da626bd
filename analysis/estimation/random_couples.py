"""Random couples: who may be paired anew, and the row of an index beside that of the couples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np

from analysis.couples import Couples
from analysis.estimation.score_pairs import Pair
from analysis.results import Row, row
from analysis.stats.benchmark import Benchmark, benchmark_scores
from analysis.stats.resampling import stream
from analysis.stats.value import Array

PSEUDO = "pseudo"
TOO_FEW = "too few couples to pair persons anew"


def strata(couples: Couples) -> Array:
    """Return the stratum of each couple, (couples,): persons are paired anew inside a stratum only."""
    return np.zeros(couples.n, dtype=int)


def can_be_paired_anew(pair: Pair, couples: Couples) -> bool:
    """Say whether a pair has one row a couple: perceivers of exchangeable couples have two, each with two answers."""
    return couples.roles is not None or not pair.perceiving


def random_pairs(couples: Couples, pairs: Sequence[Pair]) -> Mapping[str, Benchmark]:
    """Return what each index of each pair is for random couples, from the same re-pairings for all pairs."""
    if not pairs:
        return {}
    return benchmark_scores(
        np.stack([np.stack([pair.x, pair.y], axis=1) for pair in pairs], axis=2),
        strata(couples),
        couples.settings.confidence,
        exchangeable=couples.roles is None,
        resamples=couples.settings.resamples,
        rng=stream(couples.settings.seed, "agreement"),
    )


def beside(
    statistic: str, at: Row, random: Benchmark, place: int, resamples: int, undefined: str, note: str = ""
) -> Row:
    """Return the row of random couples of one index: variant ``pseudo``, or that word behind the variant of ``at``.

    ``undefined`` is the reason of an index that does not exist, ``note`` what to know of one that does.
    """
    estimate, se, p = (float(part[place]) for part in (random.estimate, random.se, random.p))
    note = note if isfinite(p) else TOO_FEW
    variant = " ".join(filter(None, (at.get("variant", ""), PSEUDO)))
    return row(
        "agreement", statistic, **{**at, "variant": variant}, estimate=estimate, se=se, p=p,
        method=f"all pairs that are no couple; p from {resamples:,} random re-pairings",
        note=note if isfinite(estimate) else undefined,
    )  # fmt: skip
