"""Reliability: alpha and omega of each scale, by partner, or over everyone with couples as clusters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.couples import Couples
from analysis.estimation.notes import few_persons, of_finished, of_one_factor
from analysis.estimation.samples import Sample, counts, samples
from analysis.guards import refusal
from analysis.results import Estimates, Row, row
from analysis.stats.consistency import alpha_clustered, alpha_feldt, alpha_standardized
from analysis.stats.factor import FEWEST_ITEMS, omega
from analysis.stats.moments import covariance, is_constant
from analysis.stats.value import Array, Value

SATURATED = "three items: the one-factor model is saturated, so its fit is not tested"
IDENTICAL = "the items differ from each other by nothing but a constant: no interval"
TOO_FLAT = "the likelihood is too flat for an interval"
NO_CORRELATIONS = "correlations with a constant item do not exist, or they sum to 0"


def reliability(couples: Couples) -> Estimates:
    """Return alpha and omega with intervals for each scale, by partner (and by group of couples).

    Rows of section ``reliability``. Distinguishable or single respondents: alpha (interval by influence function on
    ln(1 - alpha)), alpha with variant ``feldt``, alpha_standardized, omega (robust interval on ln(1 - omega)).
    Exchangeable partners: alpha_pooled, omega_pooled and alpha_standardized over all persons, couples as clusters.

    Parameters
    ----------
    couples : Couples

    Returns
    -------
    Estimates
        Coefficients at most 1, possibly negative; n counts the persons complete on the scale's scored items.

    Notes
    -----
    A constant item stays in the scale and is named. A scale of two items has no omega; its alpha_standardized is the
    Spearman-Brown value. Sources: Cronbach (1951), https://doi.org/10.1007/BF02310555; Maydeu-Olivares, Coffman &
    Hartmann (2007), https://doi.org/10.1037/1082-989X.12.2.157; McDonald (1999, ISBN 978-0805830750).

    Examples
    --------
    >>> import analysis as an
    >>> an.reliability(an.make_couples(50, seed=1)).where(scale="H1", statistic=["alpha", "omega"], variant="")
    scale partner statistic estimate interval    n
    H1    woman   alpha          .86 [.77, .91] 50
    H1    woman   omega          .86 [.78, .91] 50
    H1    man     alpha          .80 [.69, .87] 50
    H1    man     omega          .80 [.70, .87] 50
    """
    text = refusal("reliability", couples)
    if text:
        return Estimates((), [text])
    rows = [
        line
        for sample in samples(couples, by_group=True)
        for code in couples.codebook.codes
        for line in _scale(couples, sample, code)
    ]
    return Estimates(rows, of_finished(couples, "reliability"))


def _scale(couples: Couples, sample: Sample, code: str) -> Iterator[Row]:
    if couples.codebook.finished(code):
        return
    x, couple = sample.complete(couples.cube(code))
    at = {
        "scale": code, "partner": sample.partner, "group": sample.group, **counts(couple),
        "confidence": couples.settings.confidence,
    }  # fmt: skip
    ids = ("alpha_pooled", "omega_pooled") if sample.clustered else ("alpha", "omega")
    reason = _too_little(x)
    if reason:
        for statistic in (*ids, "alpha_standardized"):
            yield row("reliability", statistic, **at, note=reason)
        return
    names = [item.name for item in couples.codebook.scored_items(code)]
    yield from _alphas(x, couple, at, ids[0], _constant(x, names), clustered=sample.clustered)
    yield _omega(x, couple, at, ids[1], clustered=sample.clustered)


def _too_little(x: Array) -> str:
    n, k = x.shape
    if k < 2:
        return "a scale of one item has no internal consistency"
    if n <= k:
        return few_persons(n, k)
    return ""


def _constant(x: Array, names: list[str]) -> str:
    constant = [name for name, column in zip(names, x.T, strict=True) if is_constant(column)]
    return f"constant, and counted in k: {', '.join(constant)}" if constant else ""


def _alphas(x: Array, couple: Array, at: Row, statistic: str, constant: str, *, clustered: bool) -> Iterator[Row]:
    value, method = alpha_clustered(x, couple, at["confidence"]), "influence function on ln(1 - alpha)"
    method += ", couples as clusters" if clustered else ""
    note = _alpha_note(value, constant)
    yield row("reliability", statistic, **at, **value._asdict(), method=method, note=note)
    if not clustered:
        feldt = alpha_feldt(x, at["confidence"])
        yield row("reliability", statistic, variant="feldt", **at, **feldt._asdict(), method="Feldt's F", note=note)
    standardized = float(alpha_standardized(covariance(x)))
    note = "" if np.isfinite(standardized) else NO_CORRELATIONS
    yield row("reliability", "alpha_standardized", **at, estimate=standardized, method=_standardized(x), note=note)


def _alpha_note(value: Value, constant: str) -> str:
    """Return which items are constant, and why alpha or its interval is empty."""
    undefined = "" if np.isfinite(value.estimate) else "no item varies, or the covariances sum to 0"
    return "; ".join(filter(None, [constant, undefined, IDENTICAL if value.estimate == 1 else ""]))


def _standardized(x: Array) -> str:
    return "alpha of the correlation matrix" + ("; two items: Spearman-Brown" if x.shape[1] == 2 else "")


def _omega(x: Array, couple: Array, at: Row, statistic: str, *, clustered: bool) -> Row:
    value, fit = omega(x, couple, at["confidence"], clustered=clustered)
    method = "one-factor ML, robust standard error on ln(1 - omega)" + (", couples as clusters" if clustered else "")
    note = of_one_factor(fit, constant=any(is_constant(column) for column in x.T))
    if x.shape[1] < FEWEST_ITEMS:
        note += ": see alpha_standardized"
    elif fit.converged:
        saturated = SATURATED if x.shape[1] == FEWEST_ITEMS else ""
        flat = TOO_FLAT if value.estimate < 1 and not np.isfinite(value.lower) else ""
        note = "; ".join(filter(None, [saturated, note, flat]))
    return row("reliability", statistic, **at, **value._asdict(), method=method, note=note)
