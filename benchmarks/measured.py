"""What is calibrated: every interval and every p of the reliability section, beside its true value in a population.

The first scale stands for all scales, its first item for all items, the first partner for both: in these populations
they are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from analysis.stats.bca import bca
from analysis.stats.blocks import alpha_stratified, block_reliability, omega_hierarchical
from analysis.stats.bootstrap import features, resampled
from analysis.stats.consistency import (
    alpha,
    alpha_clustered,
    alpha_feldt,
    alpha_if_dropped,
    alpha_if_dropped_clustered,
    alpha_standardized,
    item_rest_r,
    item_rest_r_clustered,
    lambda2,
    lambda6,
    mean_interitem_r,
)  # fmt: skip
from analysis.stats.discriminant import latent_r
from analysis.stats.dyads import (
    CoupleAlpha,
    DyadicFactor,
    alpha_difference,
    disattenuated,
    dyadic_alpha,
    dyadic_factor,
    omega_difference,
)  # fmt: skip
from analysis.stats.factor import fit_one_factor, omega
from analysis.stats.goodness import Goodness, one_factor_goodness
from analysis.stats.incomplete import alpha_fiml, omega_fiml
from analysis.stats.moments import mean_t
from analysis.stats.ordinal import omega_categorical, omega_categorical_resampled
from analysis.stats.refits import fit_many
from analysis.stats.resampling import stream
from analysis.stats.value import Array, Value
from benchmarks.population import ITEMS, SCALES, Population

LEVEL = 0.95
CATEGORIES = 5
Of = Callable[[Array], Any]


@dataclass(frozen=True, eq=False)
class Sample:
    """Answers of couples, (couples, scales, partners, items), NaN where missing, and draws of these couples.

    ``random`` returns the generator of what is drawn under a name.
    """

    answers: Array
    weights: Array
    random: Callable[[str], np.random.Generator] = field(default=partial(stream, 0))

    def complete(self, *columns: tuple[int, int]) -> tuple[Array, ...]:
        """Return the answers to some (scale, partner), of the couples that are complete on all of them."""
        parts = [self.answers[:, scale, partner] for scale, partner in columns]
        kept = ~np.isnan(np.hstack(parts)).any(axis=1)
        return tuple(part[kept] for part in parts)

    @cached_property
    def x(self) -> Array:
        """The first scale of the first partner."""
        return self.complete((0, 0))[0]

    @property
    def first_item(self) -> Array:
        """The answers of the first partner to the first item."""
        x = self.answers[:, 0, 0, 0]
        return x[~np.isnan(x)]

    @cached_property
    def persons(self) -> tuple[Array, Array]:
        """The first scale of both partners as persons, and the couple of each."""
        rows = np.concatenate([self.answers[:, 0, 0], self.answers[:, 0, 1]])
        kept = ~np.isnan(rows).any(axis=1)
        return rows[kept], np.tile(np.arange(len(self.answers)), 2)[kept]

    @cached_property
    def partners(self) -> tuple[Array, Array]:
        """The first scale of both partners, in couples complete on both sides."""
        return self.with_first((0, 1))

    def with_first(self, other: tuple[int, int]) -> tuple[Array, Array]:
        """Return the first scale of the first partner and another (scale, partner), of those complete on both."""
        first, second = self.complete((0, 0), other)
        return first, second

    @cached_property
    def scales(self) -> tuple[Array, ...]:
        """All scales of the first partner, persons complete on all of them."""
        return self.complete(*((scale, 0) for scale in range(SCALES)))

    @cached_property
    def goodness(self) -> Goodness:
        """The fit of one factor to the first scale."""
        return one_factor_goodness(self.x)

    @cached_property
    def dyadic(self) -> DyadicFactor:
        """The dyadic model of the first scale."""
        return dyadic_factor(*self.partners, LEVEL)

    @cached_property
    def by_alpha(self) -> CoupleAlpha:
        """The same questions answered with alpha."""
        return dyadic_alpha(*self.partners, LEVEL)

    @cached_property
    def dyadic_alike(self) -> DyadicFactor:
        """The dyadic model of the first scale of exchangeable partners."""
        return dyadic_factor(*self.partners, LEVEL, exchangeable=True)

    @cached_property
    def by_alpha_alike(self) -> CoupleAlpha:
        """The same questions about exchangeable partners, answered with alpha."""
        return dyadic_alpha(*self.partners, LEVEL, exchangeable=True)

    @cached_property
    def both(self) -> Drawn:
        """Covariance matrices of the first scale over the persons of both partners."""
        return drawn(self.answers[:, 0], self.weights)

    @cached_property
    def own(self) -> Drawn:
        """Covariance matrices of the first scale of the first partner."""
        return drawn(self.answers[:, 0, 0], self.weights)

    @cached_property
    def sides(self) -> Drawn:
        """Covariance matrices of the first scale of both partners side by side."""
        return drawn(np.hstack([self.answers[:, 0, 0], self.answers[:, 0, 1]]), self.weights)

    @cached_property
    def block(self) -> Drawn:
        """Covariance matrices of all scales of the first partner side by side."""
        return drawn(np.hstack([self.answers[:, scale, 0] for scale in range(SCALES)]), self.weights)


class Drawn(NamedTuple):
    """Covariance matrices with divisor n - 1: of all couples, of every resample, of all couples but one."""

    whole: Array
    resamples: Array
    others: Array

    def interval(self, of: Of) -> Value:
        """Return the BCa interval of a statistic of a covariance matrix."""
        estimate = float(of(self.whole))
        found = bca(estimate, of(self.resamples), of(self.others), LEVEL)
        return Value(estimate, float(found.lower), float(found.upper))


def drawn(x: Array, weights: Array) -> Drawn:
    """Return the covariance matrices of couples' answers (couples, k), incomplete ones left out."""
    parts = features(x)
    draws = resampled(weights, [parts])[0].covariances()
    return Drawn(parts.whole.covariances(), draws, parts.left_out.covariances())


def never(_: Population) -> bool:
    """Return that there is no test, or that what it tests is not true."""
    return False


def always(_: Population) -> bool:
    """Return that what is tested is true: one factor, equal loadings, equal partners."""
    return True


@dataclass(frozen=True)
class Measure:
    """One interval or p, the truth it is about, and whether what its p tests is true in a population.

    What has a p only, and no ``interval``, need not be computed where that is not true.
    """

    value: Callable[[Sample], Value]
    truth: Callable[[Population], float]
    null: Callable[[Population], bool] = never
    interval: bool = True


def own(population: Population) -> Array:
    """Return the covariance matrix of one scale of one person."""
    return population.of((0, 0))


def both(population: Population) -> Array:
    """Return the covariance matrix of one scale of both partners."""
    return population.of((0, 0), (0, 1))


def block(population: Population) -> Array:
    """Return the covariance matrix of all scales of one person."""
    return population.of(*((scale, 0) for scale in range(SCALES)))


def of_own(of: Of) -> Callable[[Population], float]:
    """Return the truth of a statistic of one scale's covariance matrix."""
    return lambda population: float(of(own(population)))


def nothing(_: Population) -> float:
    """Return the truth of a difference between partners who are alike."""
    return 0.0


def true_omega(population: Population) -> float:
    """Return omega in the population."""
    return fit_one_factor(own(population)).omega


def omega_without_first(population: Population) -> float:
    """Return omega of the scale without its first item."""
    return fit_one_factor(own(population)[1:, 1:]).omega


def of_categories(population: Population) -> float:
    """Return the reliability of the sum of the answers: another such scale of the same person would correlate so."""
    cov = own(population)
    inside = float(cov[0, 1])  # equal loadings and thresholds: the covariance of true parts of an item with itself too
    return ITEMS**2 * inside / float(cov.sum())


def latent_partner(population: Population) -> float:
    """Return the correlation of the partners' factors: that of different items over that within persons."""
    cov = both(population)
    return float(cov[0, ITEMS + 1] / cov[0, 1])


def of_couple(sign: float) -> Callable[[Population], float]:
    """Return the reliability of the sum (1) or the difference (-1) of both partners' scores."""

    def truth(population: Population) -> float:
        cov = both(population)
        common = 2 * ITEMS**2 * (cov[0, 1] + sign * cov[0, ITEMS + 1])
        return float(common / (2 * cov[:ITEMS, :ITEMS].sum() + 2 * sign * cov[:ITEMS, ITEMS:].sum()))

    return truth


def corrected(population: Population) -> float:
    """Return the partners' correlation over the root of both alphas, which are the omegas here."""
    return float(disattenuated(both(population), ITEMS))


def between_scales(population: Population) -> float:
    """Return the latent correlation of two scales of one person."""
    cov = block(population)
    return float(cov[0, ITEMS] / cov[0, 1])


def unrelated(population: Population) -> bool:
    """Return whether different scales of two partners have nothing in common."""
    return bool(np.allclose(population.of((0, 0), (1, 1))[:ITEMS, ITEMS:], 0, atol=1e-12))


def _latent_r(sample: Sample) -> Value:
    """Return the latent correlation of two scales of one person, with the p of two scales of two partners."""
    within, between = (latent_r(x1, x2, None, LEVEL) for x1, x2 in map(sample.with_first, ((1, 0), (1, 1))))
    return within._replace(p=between.p)


def general(population: Population) -> float:
    """Return omega hierarchical: the general factor's part of the variance of the sum of all items."""
    cov = block(population)
    return float((SCALES * ITEMS) ** 2 * cov[0, ITEMS] / cov.sum())


def each(count: int) -> Array:
    """Return numbers from 0 on: everybody is a couple of its own."""
    return np.arange(count)


def _alpha_gap(cov: Array) -> Any:  # noqa: ANN401 - of one matrix or of many
    return alpha(cov[..., :ITEMS, :ITEMS]) - alpha(cov[..., ITEMS:, ITEMS:])


SIZES = (ITEMS,) * SCALES
OF_OWN: Mapping[str, Of] = {
    "alpha bootstrap": alpha,
    "alpha_standardized bootstrap": alpha_standardized,
    "lambda2 bootstrap": lambda2,
    "lambda6 bootstrap": lambda6,
    "mean_interitem_r bootstrap": mean_interitem_r,
}


CLOSED: dict[str, Measure] = {
    "mean": Measure(lambda s: mean_t(s.first_item, LEVEL), lambda population: population.mean),
    "alpha": Measure(lambda s: alpha_clustered(s.x, each(len(s.x)), LEVEL), of_own(alpha)),
    "alpha feldt": Measure(lambda s: alpha_feldt(s.x, LEVEL), of_own(alpha)),
    "alpha_pooled": Measure(lambda s: alpha_clustered(*s.persons, LEVEL), of_own(alpha)),
    "item_rest_r": Measure(
        lambda s: item_rest_r_clustered(s.x, each(len(s.x)), LEVEL)[0], of_own(lambda cov: item_rest_r(cov)[0])
    ),
    "alpha_if_dropped": Measure(
        lambda s: alpha_if_dropped_clustered(s.x, each(len(s.x)), LEVEL)[0],
        of_own(lambda cov: alpha_if_dropped(cov)[0]),
    ),
    "alpha_difference": Measure(lambda s: alpha_difference(*s.partners, LEVEL), nothing, null=always),
    "couple_mean_reliability alpha": Measure(lambda s: s.by_alpha.couple_mean_reliability, of_couple(1)),
    "couple_difference_reliability alpha": Measure(lambda s: s.by_alpha.couple_difference_reliability, of_couple(-1)),
    "partner_r_disattenuated alpha": Measure(lambda s: s.by_alpha.partner_r_disattenuated, corrected),
    "block_reliability": Measure(
        lambda s: block_reliability(list(s.scales), each(len(s.scales[0])), LEVEL),
        lambda population: float(alpha_stratified(block(population), SIZES)),
    ),
}
MODELS: dict[str, Measure] = {
    "omega": Measure(lambda s: omega(s.x, each(len(s.x)), LEVEL, clustered=False)[0], true_omega),
    "omega_pooled": Measure(lambda s: omega(*s.persons, LEVEL, clustered=True)[0], true_omega),
    "omega_if_dropped": Measure(
        lambda s: omega(s.x[:, 1:], each(len(s.x)), LEVEL, clustered=False)[0], omega_without_first
    ),
    "omega_difference": Measure(lambda s: omega_difference(*s.partners, LEVEL), nothing, null=always),
    "latent_partner_r": Measure(lambda s: s.dyadic.latent_partner_r, latent_partner),
    "couple_mean_reliability": Measure(lambda s: s.dyadic.couple_mean_reliability, of_couple(1)),
    "couple_difference_reliability": Measure(lambda s: s.dyadic.couple_difference_reliability, of_couple(-1)),
    "partner_r_disattenuated": Measure(lambda s: s.dyadic.partner_r_disattenuated, corrected),
    "dyadic_chi2": Measure(lambda s: s.dyadic.chi2, nothing, null=always),
    "latent_r": Measure(_latent_r, between_scales, null=unrelated),
    "onefactor_chi2": Measure(lambda s: s.goodness.chi2, nothing, null=always),
    "onefactor_rmsea": Measure(lambda s: s.goodness.rmsea, nothing),
    "tau_equivalence_chi2": Measure(lambda s: s.goodness.tau_equivalence, nothing, null=always),
}
FIML: dict[str, Measure] = {
    "alpha fiml": Measure(lambda s: alpha_fiml(s.answers[:, 0, 0], LEVEL), of_own(alpha)),
    "omega fiml": Measure(lambda s: omega_fiml(s.answers[:, 0, 0], LEVEL)[0], true_omega),
}


def _of_own(of: Of) -> Measure:
    return Measure(lambda s: s.own.interval(of), of_own(of))


RESAMPLED: dict[str, Measure] = {name: _of_own(of) for name, of in OF_OWN.items()} | {
    "alpha_difference bootstrap": Measure(lambda s: s.sides.interval(_alpha_gap), nothing),
    "partner_r_disattenuated alpha bootstrap": Measure(
        lambda s: s.sides.interval(lambda cov: disattenuated(cov, ITEMS)), corrected
    ),
    "block_reliability bootstrap": Measure(
        lambda s: s.block.interval(lambda cov: alpha_stratified(cov, SIZES)),
        lambda p: float(alpha_stratified(block(p), SIZES)),
    ),
}


def of_omega(cov: Array) -> Array:
    """Return omega of many covariance matrices (m, k, k), or of one."""
    many = fit_many(np.ascontiguousarray(np.moveaxis(np.atleast_3d(cov.T).T.reshape(-1, ITEMS, ITEMS), 0, -1))).omega
    return many if cov.ndim > 2 else many[0]


def _categorical(sample: Sample) -> Value:
    x = sample.x.astype(int)
    kept = ~np.isnan(sample.answers[:, 0, 0]).any(axis=1)
    estimate = omega_categorical(x, CATEGORIES).estimate
    replicates = omega_categorical_resampled(x, CATEGORIES, sample.weights[:, kept])
    jackknife = omega_categorical_resampled(x, CATEGORIES, 1 - np.eye(len(x)))
    found = bca(estimate, replicates, jackknife, LEVEL)
    return Value(estimate, float(found.lower), float(found.upper))


REFITTED: dict[str, Measure] = {
    "omega bootstrap": Measure(lambda s: s.own.interval(of_omega), true_omega),
    "omega_categorical bootstrap": Measure(_categorical, of_categories),
    "omega_hierarchical": Measure(lambda s: omega_hierarchical(np.hstack(s.scales), SIZES, LEVEL)[0], general),
}
