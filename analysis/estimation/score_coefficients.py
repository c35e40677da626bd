"""Correlations of two partners' scores: what they are, with what interval, and what dependence does to other tests."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.display import p_value
from analysis.estimation.notes import PERFECT, joined, why_no_interval
from analysis.estimation.score_pairs import Found
from analysis.guards import FEWEST_COUPLES
from analysis.results import NOT_SHOWN
from analysis.stats import concordance as stats
from analysis.stats.coefficients import coefficients
from analysis.stats.dependence import design_effect, false_alarms_of_couples, false_alarms_of_partners
from analysis.stats.jackknife import FEWEST_COUPLES as FEWEST_TO_LEAVE_OUT
from analysis.stats.moments import pearson, pearson_clustered
from analysis.stats.value import Array, Value

NO_VARIANCE = "a partner's scores do not vary"
NO_ICC_1 = (
    f"{NOT_SHOWN}: where the partners' means differ it is below .05 in .07 to .31 of simulated samples of independent "
    "partners; read the p of icc_c1"
)
JACKKNIFE = "couples left out in turn, on Fisher's z"
NOTHING_LEFT = "without some couple it does not exist or does not change: no interval"
FROM_PAIRWISE = "1 - (1 - r)(2n - 1) / 2n with r the pairwise ICC"
IN_JACKKNIFE = "its interval stands in variant jackknife"


def too_few(n: int) -> str:
    """Return that so few couples have both scores."""
    return f"couples with both scores: {n}; {FEWEST_COUPLES} are needed"


def why_no_jackknife(value: Value, n: int, undefined: str) -> str:
    """Return why a statistic of n couples, or its interval by leaving them out, is empty; or an empty string."""
    if not np.isfinite(value.estimate):
        return too_few(n) if n < FEWEST_COUPLES else undefined
    if np.isfinite(value.lower):
        return ""
    return NOTHING_LEFT if n >= FEWEST_TO_LEAVE_OUT else f"too few couples for an interval: {n}"


def clustered(x: Array, y: Array, couple: Array, confidence: float) -> Iterator[Found]:
    """Yield the correlation over perceivers who are both partners of a couple."""
    r, n = pearson_clustered(x, y, couple, confidence), len(np.unique(couple))
    yield Found("pearson_r", r, "Fisher's z, couples as clusters", _why(r, n))


def correlations(x: Array, y: Array, confidence: float, *, exchangeable: bool) -> Iterator[Found]:
    """Yield every correlation with the interval of normal scores, and as variant ``jackknife`` with the other."""
    without = coefficients(x, y, confidence, exchangeable=exchangeable)
    for statistic, value, method in _normal(x, y, confidence, exchangeable=exchangeable):
        yield Found(statistic, value, method, _note(statistic, value, len(x), exchangeable=exchangeable))
        if statistic in without:
            left_out = without[statistic]
            yield Found(statistic, left_out, JACKKNIFE, _of_jackknife(left_out, len(x)), "jackknife")
    yield from _krippendorff(without["icc_pairwise"], len(x))


def _normal(x: Array, y: Array, confidence: float, *, exchangeable: bool) -> Iterator[tuple[str, Value, str]]:
    yield "icc_1", stats.icc_1(x, y, confidence), "exact F interval on n couples, two-sided p"
    yield "icc_pairwise", stats.icc_pairwise(x, y, confidence), "double entry, Fisher interval on n couples"
    if exchangeable:
        return
    yield "pearson_r", pearson(x, y, confidence), "Fisher interval on n couples"
    yield "icc_a1", stats.icc_a1(x, y, confidence), "McGraw and Wong interval, two-sided p"
    yield "icc_c1", stats.icc_c1(x, y, confidence), "exact F interval, two-sided p"
    lin = stats.concordance(x, y, confidence)
    yield "ccc", lin.ccc, "Lin's standard error on Fisher's z, moments with divisor n"
    yield "ccc_accuracy", Value(lin.accuracy), "CCC / r"


def _krippendorff(pairwise: Value, n: int) -> Iterator[Found]:
    """Yield alpha of scores, a line of the pairwise ICC, so its interval is that line of the interval."""
    value = Value(*(1 - (1 - end) * (2 * n - 1) / (2 * n) if n else np.nan for end in pairwise[:3]))
    why = why_no_jackknife(value, n, NO_VARIANCE)
    yield Found("krippendorff_interval", Value(value.estimate), FROM_PAIRWISE, why or IN_JACKKNIFE)
    left_out = PERFECT if abs(pairwise.estimate) == 1 else why
    yield Found("krippendorff_interval", value, f"{FROM_PAIRWISE}; {JACKKNIFE}", left_out, "jackknife")


def dependence(x: Array, y: Array, confidence: float) -> Iterator[Found]:
    """Yield the design effect, with what tests that take two partners for two persons would do."""
    icc, n = stats.icc_1(x, y, confidence), len(x)
    shared, between = false_alarms_of_couples(icc.estimate, n), false_alarms_of_partners(icc.estimate, n)
    alarms = (
        f"tests at .05 that took partners for independent persons would find something where nothing is in "
        f"{_share(shared)} of samples of what couples share, in {_share(between)} of what partners differ in"
        if np.isfinite(shared)
        else ""
    )
    value = design_effect(icc)
    yield Found("design_effect", value, "1 + ICC(1), exact F interval", joined(_why(icc, n), alarms))


def _share(share: float) -> str:
    return p_value(share).replace("< ", "less than ")


def _why(value: Value, n: int) -> str:
    """Return why a correlation of n couples, or its interval, is empty; or an empty string."""
    if not np.isfinite(value.estimate):
        return too_few(n) if n < FEWEST_COUPLES else NO_VARIANCE
    return why_no_interval(value, n)


def _note(statistic: str, value: Value, n: int, *, exchangeable: bool) -> str:
    if statistic == "ccc_accuracy" and np.isfinite(value.estimate):
        return ""
    if statistic == "icc_a1" and np.isfinite(value.estimate) and not np.isfinite(value.lower):
        return PERFECT if not np.isfinite(value.p) else "Satterthwaite's degrees of freedom are below 1: no interval"
    hidden = NO_ICC_1 if statistic == "icc_1" and np.isfinite(value.p) and not exchangeable else ""
    return joined(_why(value, n), hidden)


def _of_jackknife(value: Value, n: int) -> str:
    if abs(value.estimate) == 1 and not np.isfinite(value.lower):
        return PERFECT
    return why_no_jackknife(value, n, NO_VARIANCE)
