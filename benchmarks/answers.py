"""What is calibrated of two partners' answers to one item: the first item of the first scale.

Truths are those of the exact shares of couples in each pair of answers. Both partners use the answers alike, so tests
of equal margins are true; random couples are like the couples where partners have nothing in common.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
from scipy.special import ndtr

from analysis.stats.bca import bca
from analysis.stats.benchmark import Benchmark, benchmark_items
from analysis.stats.binormal import quadrant_gain
from analysis.stats.categorical import SCHEMES, corrected, corrected_value, exact, mean_abs_difference, share_value
from analysis.stats.categorical import within_1 as within_one
from analysis.stats.contingency import Coefficient, cells, left_out, resampled, symmetrised, tables
from analysis.stats.krippendorff import krippendorff_interval, krippendorff_ordinal
from analysis.stats.marginals import bhapkar, stuart_maxwell, swapped_p
from analysis.stats.moments import mean_t
from analysis.stats.polychoric import partner_polychoric
from analysis.stats.value import Array, Value
from benchmarks.measured import CATEGORIES, LEVEL, Measure, Sample, always, nothing
from benchmarks.population import ITEMS, PARTNERS, Population
from benchmarks.scores import REPAIRINGS, of_random

SWAPS = 499
MANY = 1e9  # couples: so many that Krippendorff's correction for few is none
SHARES = {"exact": exact, "within_1": within_one}
ALPHAS = {"krippendorff_ordinal": krippendorff_ordinal, "krippendorff_interval": krippendorff_interval}
RANDOM = (*SHARES, *SCHEMES, *ALPHAS, "mean_abs_difference")


def shares_of_cells(thresholds: Array, rho: float) -> Array:
    """Return the shares of couples in each pair of answers, (C, C), whose normal variables correlate rho."""
    below = ndtr(thresholds)
    inside = np.multiply.outer(below, below) + quadrant_gain(thresholds[:, None], thresholds, np.arcsin(rho))
    quadrants = np.zeros((len(below) + 2, len(below) + 2))
    quadrants[1:-1, 1:-1] = inside
    quadrants[-1, 1:-1] = quadrants[1:-1, -1] = below
    quadrants[-1, -1] = 1.0
    return np.diff(np.diff(quadrants, axis=0), axis=1)


def across(population: Population) -> float:
    """Return the normal correlation of both partners' answers to the first item: the polychoric one."""
    return float(population.normal[0, ITEMS])


def of_cells(of: Coefficient) -> Callable[[Population], float]:
    """Return the truth of a statistic of the table of answers."""
    return lambda population: float(of(MANY * shares_of_cells(population.thresholds, across(population))))


def pairs(sample: Sample) -> Array:
    """Return both partners' answers to the first item, 1 to 5, couples complete on it."""
    found = sample.answers[:, 0, :, 0]
    return found[~np.isnan(found).any(axis=1)]


@lru_cache(maxsize=1)
def table(sample: Sample) -> Array:
    """Return the table of these answers."""
    first, second = pairs(sample).T - 1
    return tables(cells(first, second, CATEGORIES), CATEGORIES)


@lru_cache(maxsize=PARTNERS)
def random_couples(sample: Sample, *, exchangeable: bool) -> dict[str, Benchmark]:
    """Return what the indices of answers are for random couples."""
    found = pairs(sample)[:, :, None]
    return benchmark_items(
        found, CATEGORIES, np.zeros(len(found)), LEVEL, exchangeable=exchangeable, resamples=REPAIRINGS,
        rng=sample.random("answers"),
    )  # fmt: skip


def _distance(sample: Sample) -> Value:
    first, second = pairs(sample).T
    return mean_t(np.abs(first - second), LEVEL)._replace(p=np.nan)


def _alpha(of: Coefficient) -> Callable[[Sample], Value]:
    def value(sample: Sample) -> Value:
        first, second = sample.answers[:, 0, 0, :1] - 1, sample.answers[:, 0, 1, :1] - 1
        of_couples = cells(first, second, CATEGORIES)
        replicates = resampled(sample.weights, of_couples, CATEGORIES, [of])[0][:, 0]
        estimate, others = float(of(table(sample))), left_out(of_couples, CATEGORIES, of)[:, 0]
        found = bca(estimate, replicates, others, LEVEL)
        return Value(estimate, float(found.lower), float(found.upper))

    return value


def _swapped(sample: Sample) -> Value:
    return Value(np.nan, p=swapped_p(table(sample), SWAPS, sample.random("swaps")))


def _of_table(of: Callable[[Array], Value]) -> Callable[[Sample], Value]:
    return lambda sample: of(table(sample))


def _of_both_orders(of: Callable[[Array], Value]) -> Callable[[Sample], Value]:
    return lambda sample: of(symmetrised(table(sample)))


def _corrected(name: str) -> tuple[Callable[[Array], Value], Callable[[Population], float]]:
    scheme = SCHEMES[name](CATEGORIES)
    return (lambda of: corrected_value(of, scheme, LEVEL)), of_cells(partial(corrected, scheme=scheme))


ITEM: dict[str, Measure] = {
    **{
        name: Measure(_of_table(partial(share_value, share=share, confidence=LEVEL)), of_cells(share))
        for name, share in SHARES.items()
    },
    "mean_abs_difference of items": Measure(_distance, of_cells(mean_abs_difference)),
    **{name: Measure(_of_table(_corrected(name)[0]), _corrected(name)[1]) for name in SCHEMES},
    **{f"{name} exchangeable": Measure(_of_both_orders(_corrected(name)[0]), _corrected(name)[1]) for name in SCHEMES},
    **{name: Measure(_alpha(of), of_cells(of)) for name, of in ALPHAS.items()},
    "polychoric_r": Measure(_of_table(partial(partner_polychoric, confidence=LEVEL)), across),
    "polychoric_r exchangeable": Measure(_of_both_orders(partial(partner_polychoric, confidence=LEVEL)), across),
    "stuart_maxwell": Measure(_of_table(stuart_maxwell), nothing, null=always, interval=False),
    "bhapkar": Measure(_of_table(bhapkar), nothing, null=always, interval=False),
    "stuart_maxwell permutation": Measure(_swapped, nothing, null=always, interval=False),
    "bhapkar permutation": Measure(_swapped, nothing, null=always, interval=False),
}
OF_RANDOM: dict[str, Measure] = {
    f"{name} pseudo{' of items' if name in ('krippendorff_interval', 'mean_abs_difference') else ''}{end}": of_random(
        name, random_couples, exchangeable=bool(end)
    )
    for end in ("", " exchangeable")
    for name in RANDOM
}
