"""What is calibrated for exchangeable partners: persons of both together, couples as clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from analysis.stats.blocks import alpha_stratified, block_reliability, omega_hierarchical
from analysis.stats.consistency import (
    alpha,
    alpha_if_dropped,
    alpha_if_dropped_clustered,
    item_rest_r,
    item_rest_r_clustered,
)
from analysis.stats.discriminant import latent_r
from analysis.stats.factor import omega
from analysis.stats.incomplete import alpha_fiml, omega_fiml
from analysis.stats.moments import mean_clustered
from analysis.stats.value import Array, Value
from benchmarks.measured import (
    LEVEL,
    OF_OWN,
    SIZES,
    Measure,
    Of,
    Sample,
    between_scales,
    block,
    corrected,
    general,
    latent_partner,
    of_couple,
    of_omega,
    of_own,
    omega_without_first,
    true_omega,
)
from benchmarks.population import PARTNERS, SCALES


def persons(sample: Sample, *scales: int) -> tuple[Array, Array]:
    """Return the answers of both partners to some scales, persons complete on them, and the couple of each."""
    rows = np.vstack([np.hstack([sample.answers[:, s, partner] for s in scales]) for partner in range(PARTNERS)])
    kept = ~np.isnan(rows).any(axis=1)
    return rows[kept], np.tile(np.arange(len(sample.answers)), PARTNERS)[kept]


def _in_parts(x: Array) -> list[Array]:
    return np.split(x, np.cumsum(SIZES)[: x.shape[1] // SIZES[0] - 1], axis=1)


def _mean(sample: Sample) -> Value:
    answers = sample.answers[:, 0, :, 0]
    there = ~np.isnan(answers)
    return mean_clustered(answers[there], np.nonzero(there)[0], LEVEL)


def _latent_r(sample: Sample) -> Value:
    x, couple = persons(sample, 0, 1)
    first, second = _in_parts(x)
    return latent_r(first, second, couple, LEVEL)


def _block(sample: Sample) -> Value:
    x, couple = persons(sample, *range(SCALES))
    return block_reliability(_in_parts(x), couple, LEVEL)


def _hierarchical(sample: Sample) -> Value:
    x, couple = persons(sample, *range(SCALES))
    return omega_hierarchical(x, SIZES, LEVEL, couple)[0]


def _fiml(of: Callable[[Array, Array], Value]) -> Callable[[Sample], Value]:
    def value(sample: Sample) -> Value:
        rows = np.vstack([sample.answers[:, 0, partner] for partner in range(PARTNERS)])
        return of(rows, np.tile(np.arange(len(sample.answers)), PARTNERS))

    return value


def _of_model(name: str) -> Callable[[Sample], Value]:
    return lambda sample: Value(*getattr(sample.dyadic_alike, name))


def _by_alpha(name: str) -> Callable[[Sample], Value]:
    return lambda sample: Value(*getattr(sample.by_alpha_alike, name))


def _of_persons(of: Of) -> Callable[[Sample], Value]:
    return lambda sample: sample.both.interval(of)


COUPLES: Mapping[str, tuple[Callable[..., float], bool]] = {
    "couple_mean_reliability": (of_couple(1), True),
    "couple_difference_reliability": (of_couple(-1), True),
    "partner_r_disattenuated": (corrected, True),
    "latent_partner_r": (latent_partner, False),
}
CLOSED: dict[str, Measure] = {
    "mean": Measure(_mean, lambda population: population.mean),
    "item_rest_r": Measure(
        lambda s: item_rest_r_clustered(*s.persons, LEVEL)[0], of_own(lambda cov: item_rest_r(cov)[0])
    ),
    "alpha_if_dropped": Measure(
        lambda s: alpha_if_dropped_clustered(*s.persons, LEVEL)[0], of_own(lambda cov: alpha_if_dropped(cov)[0])
    ),
    "omega_if_dropped": Measure(
        lambda s: omega(s.persons[0][:, 1:], s.persons[1], LEVEL, clustered=True)[0], omega_without_first
    ),
    "latent_r": Measure(_latent_r, between_scales),
    "block_reliability": Measure(_block, lambda population: float(alpha_stratified(block(population), SIZES))),
    **{name: Measure(_of_model(name), truth) for name, (truth, _) in COUPLES.items()},
    **{f"{name} alpha": Measure(_by_alpha(name), truth) for name, (truth, by_alpha) in COUPLES.items() if by_alpha},
}
FIML: dict[str, Measure] = {
    "alpha_pooled fiml": Measure(_fiml(lambda x, couple: alpha_fiml(x, LEVEL, couple)), of_own(alpha)),
    "omega_pooled fiml": Measure(_fiml(lambda x, couple: omega_fiml(x, LEVEL, couple)[0]), true_omega),
}
RESAMPLED: dict[str, Measure] = {
    name.replace("alpha ", "alpha_pooled "): Measure(_of_persons(of), of_own(of)) for name, of in OF_OWN.items()
}
REFITTED: dict[str, Measure] = {
    "omega_pooled bootstrap": Measure(_of_persons(of_omega), true_omega),
    "omega_hierarchical": Measure(_hierarchical, general),
}


def named(measures: Mapping[str, Measure]) -> dict[str, Measure]:
    """Return the measures under the names that docs/calibration.md gives them."""
    return {name if "_pooled" in name else f"{name} exchangeable": measure for name, measure in measures.items()}
