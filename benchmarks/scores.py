"""What is calibrated of two partners' scores: agreement coefficients, limits of agreement, means and spreads.

The score of a person is the mean of the first scale's four items, persons complete on it. Partners are alike in these
populations, so differences are 0, spreads equal and every test of them true; tests of dependence are true where the
partners' correlation is 0, and that of equivalence where the second partner's scores are moved to the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from math import sqrt

import numpy as np

from analysis.stats.benchmark import Benchmark, benchmark_scores
from analysis.stats.coefficients import coefficients
from analysis.stats.concordance import concordance, icc_1, icc_a1, icc_c1, icc_pairwise, paired_difference
from analysis.stats.dependence import design_effect
from analysis.stats.equivalence import equivalence
from analysis.stats.limits import (
    TAILS,
    Z,
    limits,
    limits_jackknife,
    order_free,
    order_free_jackknife,
    quantiles,
    trend,
    trend_robust,
)
from analysis.stats.moments import pearson
from analysis.stats.spreads import sd_ratio, sd_ratio_jackknife
from analysis.stats.value import Array, Value
from analysis.stats.withincouple import within_couple
from benchmarks.measured import CATEGORIES, LEVEL, Measure, Sample, always, both, nothing
from benchmarks.population import ITEMS, PARTNERS, Population

OfScores = Callable[[Array, Array], Value]
BOUND = 0.5  # points that count as no difference
WIDEST = CATEGORIES - 1  # the largest difference that the scale allows
REPAIRINGS = 499
MANY = 250_000  # couples whose mean is the truth where no integral is at hand: its error is a fortieth of a sample's


def scores(sample: Sample) -> tuple[Array, Array]:
    """Return both partners' scores, couples complete on both sides."""
    x, y = sample.partners
    return x.mean(axis=1), y.mean(axis=1)


def moments(population: Population) -> tuple[float, float]:
    """Return the variance of a score and the covariance of both partners' scores."""
    cov = both(population)
    return float(cov[:ITEMS, :ITEMS].mean()), float(cov[:ITEMS, ITEMS:].mean())


def correlation(population: Population) -> float:
    """Return the correlation of partners, which is every intraclass and concordance correlation, as they are alike."""
    variance, covariance = moments(population)
    return covariance / variance


def limit(sign: int) -> Callable[[Population], float]:
    """Return a limit of agreement: 1.959964 SD of the difference from 0."""

    def truth(population: Population) -> float:
        variance, covariance = moments(population)
        return sign * Z * sqrt(2 * (variance - covariance))

    return truth


def one(_: Population) -> float:
    """Return the ratio of equal spreads."""
    return 1.0


def correlation_plus_one(population: Population) -> float:
    """Return the design effect."""
    return 1 + correlation(population)


def of_many(of: Callable[[Array, Array], Array | float]) -> Callable[[Population], float]:
    """Return the truth of a statistic, or of a mean over couples, of very many couples' answers (couples, items)."""

    @cache
    def truth(population: Population) -> float:
        return float(np.mean(of(*many(population))))

    return truth


@lru_cache(maxsize=1)
def many(population: Population) -> tuple[Array, Array]:
    """Return the answers of very many couples to the first scale, (couples, items) of each partner."""
    first, second = np.moveaxis(population.draw(MANY, np.random.default_rng(0))[:, 0], 1, 0).copy()
    return first, second


def quantile(tail: float) -> Callable[[Array, Array], float]:
    """Return a function that returns a quantile of the differences of scores."""
    return lambda x, y: float(np.quantile(x.mean(axis=1) - y.mean(axis=1), tail))


def spreading(x: Array, y: Array) -> float:
    """Return the slope of the spread of the differences on the couples' means."""
    return trend_robust(x.mean(axis=1), y.mean(axis=1), LEVEL).heteroscedasticity.estimate


def spreading_order_free(x: Array, y: Array) -> float:
    """Return the same where nobody is first."""
    return order_free(x.mean(axis=1), y.mean(axis=1), LEVEL).heteroscedasticity.estimate


def is_symmetric(population: Population) -> bool:
    """Return whether answers are, so that the spread of differences has no slope."""
    return bool(np.allclose(population.thresholds, -population.thresholds[::-1]))


def apart(x: Array, y: Array) -> Array:
    """Return how far apart each couple's scores are."""
    return np.abs(x.mean(axis=1) - y.mean(axis=1))


def deviation(x: Array, y: Array) -> Array:
    """Return each couple's average deviation."""
    return np.abs(x - y).mean(axis=1) / 2


def rwg_linear(x: Array, y: Array) -> Array:
    """Return each couple's r*_wg(j)."""
    return 1 - ((x - y) ** 2).mean(axis=1) / 2 / ((CATEGORIES**2 - 1) / 12)


def rwg(x: Array, y: Array) -> Array:
    """Return each couple's r_wg(j): 0 where partners differ more than by chance."""
    u = 1 - rwg_linear(x, y)
    return np.where(u > 1, 0.0, ITEMS * (1 - u) / (ITEMS - (ITEMS - 1) * np.minimum(u, 1.0)))


def independent(population: Population) -> bool:
    """Return whether partners have nothing in common."""
    return bool(np.isclose(correlation(population), 0, atol=1e-12))


def _of(statistic: OfScores) -> Callable[[Sample], Value]:
    return lambda sample: statistic(*scores(sample))


@lru_cache(maxsize=1)
def _jackknifed(sample: Sample) -> dict[str, Value]:
    return coefficients(*scores(sample), LEVEL)


def _robust(name: str) -> Measure:
    return Measure(lambda sample: _jackknifed(sample)[name], correlation)


def _within(name: str) -> Callable[[Sample], Value]:
    return lambda sample: getattr(within_couple(*sample.partners, CATEGORIES, LEVEL), name)


@lru_cache(maxsize=PARTNERS)
def random_couples(sample: Sample, *, exchangeable: bool) -> dict[str, Benchmark]:
    """Return what the indices of scores are for random couples."""
    pairs = np.stack(scores(sample), axis=1)[:, :, None]
    return benchmark_scores(
        pairs, np.zeros(len(pairs)), LEVEL, exchangeable=exchangeable, resamples=REPAIRINGS, rng=sample.random("scores")
    )


def of_random(name: str, found: Callable[..., dict[str, Benchmark]], *, exchangeable: bool) -> Measure:
    """Return the permutation p of an index beside random couples."""

    def value(sample: Sample) -> Value:
        one = found(sample, exchangeable=exchangeable)[name]
        return Value(float(one.estimate[0]), p=float(one.p[0]))

    return Measure(value, nothing, null=independent, interval=False)


COEFFICIENTS: dict[str, OfScores] = {
    "icc_1": lambda x, y: icc_1(x, y, LEVEL),
    "icc_a1": lambda x, y: icc_a1(x, y, LEVEL),
    "icc_c1": lambda x, y: icc_c1(x, y, LEVEL),
    "icc_pairwise": lambda x, y: icc_pairwise(x, y, LEVEL),
    "ccc": lambda x, y: concordance(x, y, LEVEL).ccc,
    "pearson_r": lambda x, y: pearson(x, y, LEVEL),
}
ORDER_FREE = ("icc_1", "icc_pairwise")
SCORES: dict[str, Measure] = {
    **{name: Measure(_of(of), correlation, null=independent) for name, of in COEFFICIENTS.items()},
    **{f"{name} jackknife": _robust(name) for name in COEFFICIENTS},
    **{f"{name} exchangeable": Measure(_of(COEFFICIENTS[name]), correlation, null=independent) for name in ORDER_FREE},
    "mean_difference": Measure(_of(lambda x, y: paired_difference(x, y, LEVEL).mean), nothing, null=always),
    "loa_lower": Measure(_of(lambda x, y: limits(x, y, LEVEL).lower), limit(-1)),
    "loa_upper": Measure(_of(lambda x, y: limits(x, y, LEVEL).upper), limit(1)),
    "loa_lower jackknife": Measure(_of(lambda x, y: limits_jackknife(x, y, LEVEL)[0]), limit(-1)),
    "loa_upper jackknife": Measure(_of(lambda x, y: limits_jackknife(x, y, LEVEL)[1]), limit(1)),
    "loa_slope": Measure(_of(lambda x, y: trend(x, y, LEVEL).slope), nothing, null=always),
    "loa_slope robust": Measure(_of(lambda x, y: trend_robust(x, y, LEVEL).slope), nothing, null=always),
    "sd_ratio": Measure(_of(lambda x, y: sd_ratio(x, y, LEVEL)), one, null=always),
    "sd_ratio jackknife": Measure(_of(lambda x, y: sd_ratio_jackknife(x, y, LEVEL)), one, null=always),
    "loa_upper exchangeable": Measure(_of(lambda x, y: order_free(x, y, LEVEL).limit), limit(1)),
    "loa_upper jackknife exchangeable": Measure(_of(lambda x, y: order_free_jackknife(x, y, LEVEL)), limit(1)),
    "mean_abs_difference": Measure(_of(lambda x, y: order_free(x, y, LEVEL).mean_abs_difference), of_many(apart)),
    "design_effect": Measure(_of(lambda x, y: design_effect(icc_1(x, y, LEVEL))), correlation_plus_one),
    "rwg": Measure(_within("rwg"), of_many(rwg)),
    "rwg linear": Measure(_within("rwg_linear"), of_many(rwg_linear)),
    "loa_bias": Measure(_of(lambda x, y: limits(x, y, LEVEL).bias), nothing),
    "loa_lower quantile": Measure(_of(lambda x, y: quantiles(x - y, LEVEL, WIDEST)[0]), of_many(quantile(TAILS[0]))),
    "loa_upper quantile": Measure(_of(lambda x, y: quantiles(x - y, LEVEL, WIDEST)[1]), of_many(quantile(TAILS[1]))),
    "loa_heteroscedasticity": Measure(
        _of(lambda x, y: trend(x, y, LEVEL).heteroscedasticity), of_many(spreading), null=is_symmetric
    ),
    "loa_heteroscedasticity robust": Measure(
        _of(lambda x, y: trend_robust(x, y, LEVEL).heteroscedasticity), of_many(spreading), null=is_symmetric
    ),
    "loa_heteroscedasticity exchangeable": Measure(
        _of(lambda x, y: order_free(x, y, LEVEL).heteroscedasticity), of_many(spreading_order_free), null=is_symmetric
    ),
    "average_deviation": Measure(_within("average_deviation"), of_many(deviation)),
}
UNEQUAL_MEANS = Measure(
    _of(lambda x, y: Value(np.nan, p=icc_1(x + BOUND, y, LEVEL).p)), correlation, null=independent, interval=False
)
AT_THE_BOUND = Measure(_of(lambda x, y: equivalence(x + BOUND, y, BOUND, LEVEL)), lambda _: BOUND, null=always)
OF_SCORES = ("icc_1", "icc_pairwise", "krippendorff_interval", "mean_abs_difference")
OF_ROLES = ("pearson_r", "icc_a1", "icc_c1", "ccc")
RANDOM: dict[str, Measure] = {
    **{f"{name} pseudo": of_random(name, random_couples, exchangeable=False) for name in (*OF_SCORES, *OF_ROLES)},
    **{f"{name} pseudo exchangeable": of_random(name, random_couples, exchangeable=True) for name in OF_SCORES},
}
