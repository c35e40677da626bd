"""What is calibrated of two partners' scores: agreement coefficients, limits of agreement, means and spreads.

The score of a person is the mean of the first scale's four items, persons complete on it. Partners are alike in these
populations, so differences are 0, spreads equal and every test of them true; tests of dependence are true where the
partners' correlation is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np

from analysis.stats.coefficients import coefficients
from analysis.stats.concordance import concordance, icc_1, icc_a1, icc_c1, icc_pairwise, paired_difference
from analysis.stats.limits import Z, limits, limits_jackknife, order_free, order_free_jackknife, trend, trend_robust
from analysis.stats.moments import pearson
from analysis.stats.spreads import sd_ratio, sd_ratio_jackknife
from analysis.stats.value import Array, Value
from benchmarks.measured import LEVEL, Measure, Sample, always, both, nothing
from benchmarks.population import ITEMS, Population

OfScores = Callable[[Array, Array], Value]


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


def independent(population: Population) -> bool:
    """Return whether partners have nothing in common."""
    return bool(np.isclose(correlation(population), 0, atol=1e-12))


def _of(statistic: OfScores) -> Callable[[Sample], Value]:
    return lambda sample: statistic(*scores(sample))


def _robust(name: str) -> Measure:
    return Measure(_of(lambda x, y: coefficients(x, y, LEVEL)[name]), correlation)


COEFFICIENTS: dict[str, OfScores] = {
    "icc_1": lambda x, y: icc_1(x, y, LEVEL),
    "icc_a1": lambda x, y: icc_a1(x, y, LEVEL),
    "icc_c1": lambda x, y: icc_c1(x, y, LEVEL),
    "icc_pairwise": lambda x, y: icc_pairwise(x, y, LEVEL),
    "ccc": lambda x, y: concordance(x, y, LEVEL).ccc,
    "pearson_r": lambda x, y: pearson(x, y, LEVEL),
}
SCORES: dict[str, Measure] = {
    **{name: Measure(_of(of), correlation, null=independent) for name, of in COEFFICIENTS.items()},
    **{f"{name} jackknife": _robust(name) for name in COEFFICIENTS},
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
    "loa_upper exchangeable jackknife": Measure(_of(lambda x, y: order_free_jackknife(x, y, LEVEL)), limit(1)),
}
