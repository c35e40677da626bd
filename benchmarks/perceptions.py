"""What is calibrated of perceptions: truth and bias, a correlation over perceivers, and coders of what persons wrote.

What a person says of the other, and of him- or herself, are scales of these populations: three scores that are related
within persons, and across partners where these have something in common. Coders are two items of a person: each finds
a code where the answer is high.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from analysis.stats.categorical import NOMINAL, corrected, gwet_scheme, kappa_scheme
from analysis.stats.coders import TwoCoders, two_coders
from analysis.stats.moments import pearson_clustered
from analysis.stats.truthbias import TruthBias, truth_bias
from analysis.stats.value import Array, Value
from benchmarks.answers import shares_of_cells
from benchmarks.measured import LEVEL, Measure, Sample, always, nothing
from benchmarks.population import ITEMS, PARTNERS, Population
from benchmarks.scores import independent

FOUND_FROM = 4  # the answer from which a coder finds the code


def three_scores(sample: Sample) -> tuple[Array, Array, Array]:
    """Return each person's first score, the partner's third and the person's second, (couples, persons) each."""
    first, second, third = (sample.answers[:, scale].mean(axis=-1) for scale in range(3))
    return first, third[:, ::-1], second


def forces(sample: Sample, perceivers: int) -> TruthBias:
    """Return truth and bias of the first scale: the partner's third as truth, the person's own second as bias."""
    perceived, truth, own = (part[:, :perceivers] for part in three_scores(sample))
    return truth_bias(perceived, truth, own, LEVEL)


def turned(sample: Sample, perceivers: int) -> TruthBias:
    """Return the same with truth and bias changed for each other, so that bias is what may be 0."""
    perceived, own, truth = (part[:, :perceivers] for part in three_scores(sample))
    return truth_bias(perceived, truth, own, LEVEL)


def covariances(population: Population) -> Array:
    """Return the covariance matrix of a person's first score, the partner's third and the person's second."""
    cov = population.of((0, 0), (2, 1), (1, 0))
    return cov.reshape(3, ITEMS, 3, ITEMS).mean(axis=(1, 3))


def true_force(population: Population) -> float:
    """Return the slope on the partner's score, which is 0 where partners have nothing in common."""
    cov = covariances(population)
    return float(np.linalg.solve(cov[1:, 1:], cov[1:, 0])[0])


def across(population: Population) -> float:
    """Return the correlation of a person's first score with the partner's third."""
    cov = covariances(population)
    return float(cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1]))


def _over_perceivers(sample: Sample) -> Value:
    x, y = (part.ravel() for part in three_scores(sample)[:2])
    kept = np.isfinite(x) & np.isfinite(y)
    return pearson_clustered(x[kept], y[kept], np.repeat(np.arange(len(sample.answers)), PARTNERS)[kept], LEVEL)


@lru_cache(maxsize=1)
def coded(sample: Sample) -> TwoCoders:
    """Return the agreement of two coders on the persons of both partners."""
    found = sample.answers[:, 0, :, :2].reshape(-1, 2)
    kept = ~np.isnan(found).any(axis=1)
    couple = np.repeat(np.arange(len(sample.answers)), PARTNERS)[kept]
    first, second = (found[kept] >= FOUND_FROM).astype(float).T
    return two_coders(first, second, couple, LEVEL)


def of_judgements(of: Callable[[Array], float]) -> Callable[[Population], float]:
    """Return the truth of a statistic of the 2 x 2 shares of two coders' judgements."""

    def truth(population: Population) -> float:
        cut, rho = population.thresholds[FOUND_FROM - 2 : FOUND_FROM - 1], float(population.normal[0, 1])
        return float(of(shares_of_cells(cut, rho)))

    return truth


JUDGED: dict[str, Callable[[Array], float]] = {
    "percent": lambda shares: float(np.trace(shares)),
    "prevalence": lambda shares: float(shares[1].sum()),
    "kappa": lambda shares: float(corrected(shares, kappa_scheme(2, NOMINAL))),
    "ac1": lambda shares: float(corrected(shares, gwet_scheme(2, NOMINAL))),
    "krippendorff": lambda shares: float(corrected(shares, kappa_scheme(2, NOMINAL))),  # coders find it equally often
}
PERCEPTIONS: dict[str, Measure] = {
    "accuracy": Measure(lambda s: forces(s, 1).truth, true_force, null=independent),
    "bias": Measure(lambda s: turned(s, 1).bias, true_force, null=independent),
    "directional_bias": Measure(lambda s: forces(s, 1).directional, nothing, null=always),
    "directional_bias exchangeable": Measure(lambda s: forces(s, 2).directional, nothing, null=always),
    "accuracy exchangeable": Measure(lambda s: forces(s, 2).truth, true_force, null=independent),
    "bias exchangeable": Measure(lambda s: turned(s, 2).bias, true_force, null=independent),
    "pearson_r exchangeable": Measure(_over_perceivers, across, null=independent),
}


def _coded(name: str) -> Callable[[Sample], Value]:
    return lambda sample: getattr(coded(sample), name)


CODERS: dict[str, Measure] = {f"coder_{name}": Measure(_coded(name), of_judgements(of)) for name, of in JUDGED.items()}
