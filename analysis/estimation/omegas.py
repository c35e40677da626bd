"""Omega in its several readings: of one factor, over the observed variance, of ordered answers, with missing answers."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, nan

import numpy as np

from analysis.estimation.notes import NOT_BELOW_1, TOO_FLAT, of_one_factor, too_many_variables
from analysis.estimation.resampling import bootstrap_row
from analysis.estimation.scales import Answers
from analysis.results import Row, row
from analysis.stats.factor import FEWEST_ITEMS, OneFactor, omega
from analysis.stats.incomplete import omega_fiml
from analysis.stats.moments import covariance
from analysis.stats.ordinal import Categorical, omega_categorical, omega_categorical_resampled
from analysis.stats.refits import fit_many
from analysis.stats.value import Array, Value

OMEGA_IDS = ("omega_observed", "omega_categorical")
SATURATED = "three items: the one-factor model is saturated, so its fit is not tested"
NOT_ORDERED = "answers are not whole numbers between declared bounds, so they have no categories"
MOST_CATEGORIES = 11


def omegas(scale: Answers, drawn: Array | None) -> Iterator[Row]:
    """Yield omega, its BCa interval if couples were drawn, omega_observed and omega_categorical of a scale."""
    statistic = "omega_pooled" if scale.clustered else "omega"
    value, fit = omega(scale.x, scale.couple, scale.confidence, clustered=scale.clustered)
    note = _fit_note(scale, value, fit)
    method = "one-factor ML, robust standard error on ln(1 - omega)"
    method += ", couples as clusters" if scale.clustered else ""
    yield row("reliability", statistic, **scale.at, **value._asdict(), method=method, note=note)
    if drawn is not None and isfinite(value.estimate):
        yield _resampled(scale, statistic, value.estimate, drawn)
    yield _observed(scale, fit)
    yield _categorical(scale)


def _fit_note(scale: Answers, value: Value, fit: OneFactor) -> str:
    note = of_one_factor(fit, constant=bool(scale.constant))
    if scale.k < FEWEST_ITEMS:
        return f"{note}: see alpha_standardized"
    if not fit.converged:
        return note
    saturated = SATURATED if scale.k == FEWEST_ITEMS else ""
    return "; ".join(filter(None, [saturated, note, _why_none(value)]))


def _why_none(value: Value) -> str:
    if isfinite(value.lower) or not isfinite(value.estimate):
        return ""
    return TOO_FLAT if value.estimate < 1 else NOT_BELOW_1


def _observed(scale: Answers, fit: OneFactor) -> Row:
    """Return the common variance over the observed variance of the sum, moments with divisor n."""
    total = float(covariance(scale.x, ddof=0).sum())
    estimate = float(fit.loadings.sum()) ** 2 / total if fit.converged and total > 0 else nan
    note = "" if isfinite(estimate) else of_one_factor(fit, constant=bool(scale.constant))
    return row("reliability", "omega_observed", **scale.at, estimate=estimate, method="one-factor ML", note=note)


def _resampled(scale: Answers, statistic: str, estimate: float, drawn: Array) -> Row:
    """Return omega with the BCa interval of refits in every resample."""
    raise NotImplementedError
