"""Omega as it is read: of one factor, over the observed variance, of ordered answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite, nan

import numpy as np

from analysis.estimation.notes import HEYWOOD, SATURATED, constant_items, joined, no_interval, of_one_factor
from analysis.estimation.resampling import Resamples, bootstrap_row
from analysis.estimation.scales import Answers
from analysis.results import Row, row
from analysis.stats.bootstrap import Moments
from analysis.stats.factor import FEWEST_ITEMS, OneFactor, omega
from analysis.stats.moments import covariance
from analysis.stats.omegas import omega_resampled
from analysis.stats.ordinal import CategoricalOmega, omega_categorical_of_many, omega_categorical_resampled
from analysis.stats.refits import ManyFits
from analysis.stats.value import Array, Value

NOT_ORDERED = "answers are not whole numbers between declared bounds, so they have no categories"
TOO_MANY_CATEGORIES = "answers have more than {0} categories: take omega"
MOST_CATEGORIES = 11
OMEGA_IDS = ("omega_observed", "omega_categorical")


def categorical_omegas(scales: Sequence[Answers]) -> list[CategoricalOmega | str]:
    """Return categorical omega of each scale, fitted together, or why it has none."""
    codes = [scale.too_little or scale.singular or _codes(scale) for scale in scales]
    fits = iter(omega_categorical_of_many([each for each in codes if not isinstance(each, str)]))
    return [each if isinstance(each, str) else next(fits) for each in codes]


def omegas(
    scale: Answers, ordered: CategoricalOmega | str, resamples: Resamples | None, *, categorical: bool
) -> Iterator[Row]:
    """Yield omega, omega_observed and omega_categorical of a scale, with BCa intervals where couples were drawn.

    ``ordered`` is what :func:`categorical_omegas` found; ``categorical`` asks for its BCa interval too.
    """
    statistic = "omega_pooled" if scale.clustered else "omega"
    if scale.singular:
        yield from (row("reliability", name, **scale.at, note=scale.singular) for name in (statistic, *OMEGA_IDS))
        return
    value, fit = omega(scale.x, scale.couple, scale.confidence, clustered=scale.clustered)
    method = "one-factor ML, robust standard error on ln(1 - omega)"
    method += ", couples as clusters" if scale.clustered else ""
    note = _fit_note(scale, value, fit)
    yield row("reliability", statistic, **scale.at, **value._asdict(), method=method, note=note)
    yield _observed(scale, fit)
    yield _categorical(scale, ordered)
    if resamples and isfinite(value.estimate):
        yield from _refitted(scale, statistic, fit, resamples.moments)
    if resamples and categorical:
        yield from _categorical_resampled(scale, ordered, resamples.weights)


def _fit_note(scale: Answers, value: Value, fit: OneFactor) -> str:
    note = of_one_factor(fit, scale.constant)
    if scale.k < FEWEST_ITEMS:
        return f"{note}: see alpha_standardized"
    if not fit.converged:
        return note
    return joined(SATURATED if scale.k == FEWEST_ITEMS else "", note, no_interval(value))


def _observed(scale: Answers, fit: OneFactor) -> Row:
    """Return the common variance over the observed variance of the sum, divisor n in both."""
    total = float(covariance(scale.x, ddof=0).sum())
    estimate = float(fit.loadings.sum()) ** 2 / total if fit.converged and total > 0 else nan
    note = of_one_factor(fit, scale.constant)
    return row("reliability", "omega_observed", **scale.at, estimate=estimate, method="one-factor ML", note=note)


def _refitted(scale: Answers, statistic: str, fit: OneFactor, moments: Moments) -> Iterator[Row]:
    """Yield the BCa interval of omega, the model fitted again in every resample."""
    start = ManyFits(fit.loadings[:, None], fit.uniquenesses[:, None])
    of_resamples = omega_resampled(moments.covariances(ddof=0), start)
    of_others = omega_resampled(scale.features.left_out.covariances(ddof=0), start)
    heywood = int(of_resamples.heywood)
    cases = HEYWOOD.partition(":")[0]
    note = f"{heywood:,} of {len(of_resamples.omega):,} resamples are a {cases}" if heywood else ""
    yield bootstrap_row(statistic, scale.at, fit.omega, of_resamples.omega, of_others.omega, note=note)


def _codes(scale: Answers) -> tuple[Array, Array] | str:
    """Return the answers as categories from 1 on and how many each item declares; or why there are none."""
    bounds = [item.bounds for item in scale.items]
    if None in bounds or (scale.x != np.round(scale.x)).any():
        return NOT_ORDERED
    low, high = np.array([bound for bound in bounds if bound]).T
    count = (high - low + 1).astype(int)
    if count.max() > MOST_CATEGORIES:
        return TOO_MANY_CATEGORIES.format(MOST_CATEGORIES)
    return (scale.x - low + 1).astype(int), count


def _categorical(scale: Answers, found: CategoricalOmega | str) -> Row:
    method = "Green & Yang, polychoric correlations, DWLS loadings, on the declared categories"
    if isinstance(found, str):
        return row("reliability", "omega_categorical", **scale.at, note=found)
    note = constant_items(scale.constant) if found.reason and scale.constant else found.reason
    return row("reliability", "omega_categorical", **scale.at, estimate=found.estimate, note=note, method=method)


def _categorical_resampled(scale: Answers, found: CategoricalOmega | str, drawn: Array) -> Iterator[Row]:
    codes = _codes(scale)
    if isinstance(codes, str) or isinstance(found, str) or not isfinite(found.estimate):
        return
    couples, place = np.unique(scale.couple, return_inverse=True)
    replicates = omega_categorical_resampled(*codes, drawn[:, scale.couple])
    jackknife = omega_categorical_resampled(*codes, (place != np.arange(len(couples))[:, None]).astype(float))
    yield bootstrap_row("omega_categorical", scale.at, found.estimate, replicates, jackknife)
