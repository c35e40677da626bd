"""Omega as it is read: of one factor, over the observed variance, of ordered answers, with missing answers."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, nan

import numpy as np

from analysis.estimation.notes import HEYWOOD, SATURATED, joined, no_interval, of_one_factor
from analysis.estimation.resampling import bootstrap_row
from analysis.estimation.scales import Answers
from analysis.results import Row, row
from analysis.stats.bootstrap import resampled
from analysis.stats.factor import FEWEST_ITEMS, OneFactor, omega
from analysis.stats.moments import covariance
from analysis.stats.ordinal import omega_categorical, omega_categorical_resampled
from analysis.stats.refits import ManyFits, fit_many
from analysis.stats.value import Array, Value

NOT_ORDERED = "answers are not whole numbers between declared bounds, so they have no categories"
TOO_MANY_CATEGORIES = "answers have more than {0} categories: take omega"
MOST_CATEGORIES = 11
OMEGA_IDS = ("omega_observed", "omega_categorical")


def omegas(scale: Answers, drawn: Array | None, *, categorical: bool) -> Iterator[Row]:
    """Yield omega, omega_observed and omega_categorical of a scale, with BCa intervals where couples were drawn."""
    statistic = "omega_pooled" if scale.clustered else "omega"
    value, fit = omega(scale.x, scale.couple, scale.confidence, clustered=scale.clustered)
    method = "one-factor ML, robust standard error on ln(1 - omega)"
    method += ", couples as clusters" if scale.clustered else ""
    note = _fit_note(scale, value, fit)
    yield row("reliability", statistic, **scale.at, **value._asdict(), method=method, note=note)
    observed = _observed(scale, fit)
    yield observed
    yield _categorical(scale)
    if drawn is not None and isfinite(value.estimate):
        yield from _refitted(scale, statistic, value.estimate, observed["estimate"], drawn)
    if drawn is not None and categorical:
        yield from _categorical_resampled(scale, drawn)


def _fit_note(scale: Answers, value: Value, fit: OneFactor) -> str:
    note = of_one_factor(fit, constant=bool(scale.constant))
    if scale.k < FEWEST_ITEMS:
        return f"{note}: see alpha_standardized"
    if not fit.converged:
        return note
    return joined(SATURATED if scale.k == FEWEST_ITEMS else "", note, no_interval(value))


def _observed(scale: Answers, fit: OneFactor) -> Row:
    """Return the common variance over the observed variance of the sum, divisor n in both."""
    total = float(covariance(scale.x, ddof=0).sum())
    estimate = float(fit.loadings.sum()) ** 2 / total if fit.converged and total > 0 else nan
    note = "" if isfinite(estimate) else of_one_factor(fit, constant=bool(scale.constant))
    return row("reliability", "omega_observed", **scale.at, estimate=estimate, method="one-factor ML", note=note)


def _refitted(scale: Answers, statistic: str, estimate: float, observed: float, drawn: Array) -> Iterator[Row]:
    """Yield the BCa intervals of omega and omega_observed, the model fitted again in every resample."""
    here = drawn[:, scale.sample.couples]
    of_resamples = resampled(here, [scale.features])[0].covariances(ddof=0)
    of_others = scale.features.left_out.covariances(ddof=0)
    fits, others = _fits(of_resamples), _fits(of_others)
    heywood = int(fits.heywood.sum())
    note = f"resamples with a {HEYWOOD.partition(':')[0]}: {heywood}" if heywood else ""
    yield bootstrap_row(statistic, scale.at, estimate, fits.omega, others.omega, note=note)
    replicates, jackknife = _over_observed(fits, of_resamples), _over_observed(others, of_others)
    yield bootstrap_row("omega_observed", scale.at, observed, replicates, jackknife, note=note)


def _fits(cov: Array) -> ManyFits:
    """Return the one-factor fits of many covariance matrices (m, k, k)."""
    return fit_many(np.ascontiguousarray(np.moveaxis(cov, 0, -1)))


def _over_observed(fits: ManyFits, cov: Array) -> Array:
    """Return the common variance over the observed variance of the sum, (m,); NaN without a solution."""
    total = cov.sum(axis=(1, 2))
    return np.asarray(fits.loadings.sum(axis=0) ** 2 / np.where(total > 0, total, nan))


def _codes(scale: Answers) -> tuple[Array, Array] | str:
    """Return the answers as categories from 1 on and how many each item declares; or why there are none."""
    bounds = [item.bounds for item in scale.items]
    if None in bounds:
        return NOT_ORDERED
    low, high = np.array([bound for bound in bounds if bound]).T
    if any((part != np.round(part)).any() for part in (scale.x, low, high)):
        return NOT_ORDERED
    count = (high - low + 1).astype(int)
    if count.max() > MOST_CATEGORIES:
        return TOO_MANY_CATEGORIES.format(MOST_CATEGORIES)
    return (scale.x - low + 1).astype(int), count


def _categorical(scale: Answers) -> Row:
    codes = _codes(scale)
    method = "Green & Yang, polychoric correlations, DWLS loadings, on the declared categories"
    if isinstance(codes, str):
        return row("reliability", "omega_categorical", **scale.at, note=codes)
    found = omega_categorical(*codes)
    return row(
        "reliability", "omega_categorical", **scale.at, estimate=found.estimate, note=found.reason, method=method
    )


def _categorical_resampled(scale: Answers, drawn: Array) -> Iterator[Row]:
    codes = _codes(scale)
    estimate = nan if isinstance(codes, str) else omega_categorical(*codes).estimate
    if isinstance(codes, str) or not isfinite(estimate):
        return
    couples, place = np.unique(scale.couple, return_inverse=True)
    replicates = omega_categorical_resampled(*codes, drawn[:, scale.couple])
    jackknife = omega_categorical_resampled(*codes, (place != np.arange(len(couples))[:, None]).astype(float))
    yield bootstrap_row("omega_categorical", scale.at, estimate, replicates, jackknife)
