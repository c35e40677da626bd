"""Differences of two partners' scores: their mean, their limits, their trend, their spread, and whether they are small.

A difference is signed where there are roles, or a perceiver; of exchangeable partners only its size says something.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, nan

import numpy as np

from analysis.estimation.notes import NO_DIFFERENCE, joined
from analysis.estimation.score_coefficients import NO_VARIANCE, too_few, why_no_jackknife
from analysis.estimation.score_pairs import Found
from analysis.guards import FEWEST_COUPLES
from analysis.results import NOT_SHOWN
from analysis.stats import limits as stats
from analysis.stats.concordance import concordance, paired_difference
from analysis.stats.equivalence import equivalence
from analysis.stats.moments import difference
from analysis.stats.spreads import sd_ratio, sd_ratio_jackknife
from analysis.stats.value import ROUNDING, Array, Value

LIMIT = "1.959964 SD"
NO_TEST = f"{NO_DIFFERENCE}: no interval and no test"
SAME_SIZE = "all differences are of the same size: no interval"
NO_LEVELS = "the couples' means do not vary"
ONE_LINE = "a straight line through all couples, or one couple alone that makes it: no interval"
DETERMINED = "the scores determine each other: no interval"
TIED = "so many couples differ alike that the interval has no width"
TOO_FEW_BEYOND = "too few couples beyond it for an end of the interval, and the scale has no declared range"
NO_PITMAN = f"{NOT_SHOWN}: below .05 in .06 to .12 of simulated samples of skewed scores of equal spread; read variant "
NO_SPREAD = f"{NOT_SHOWN}: 95 % intervals missed the true slope in .12 to .14 of simulated samples of skewed scores"
NO_ROBUST_SPREAD = f"{NOT_SHOWN}: 95 % intervals missed the true slope in .04 to .09 of simulated samples"


def signed_differences(
    x: Array, y: Array, confidence: float, *, sign: str, widest: float, bound: float | None
) -> Iterator[Found]:
    """Yield everything that a first score less a second says."""
    yield from _location(x, y, confidence, sign)
    yield from _limits(x, y, confidence, sign, widest)
    least_squares, robust = stats.trend(x, y, confidence), stats.trend_robust(x, y, confidence)
    method = f"{sign}, on the mean of the two; "
    for value, how, variant, hidden in (
        (least_squares.slope, "least squares", "", f"{NO_PITMAN}robust"),
        (robust.slope, "least squares, HC3", "robust", ""),
    ):
        yield _slope("loa_slope", value, len(x), method + how, variant, hidden)
    yield _heteroscedasticity(least_squares.heteroscedasticity, len(x), "least squares", "", NO_SPREAD)
    yield _heteroscedasticity(robust.heteroscedasticity, len(x), "least squares, HC3", "robust", NO_ROBUST_SPREAD)
    yield from _spreads(x, y, confidence, sign.replace(" minus ", " over "))
    yield _distance(stats.order_free(x, y, confidence).mean_abs_difference, len(x))
    if bound is not None:
        yield _equivalence(x, y, confidence, sign, bound)


def unsigned_differences(x: Array, y: Array, confidence: float) -> Iterator[Found]:
    """Yield what the size of a difference says where nobody is first."""
    found, n = stats.order_free(x, y, confidence), len(x)
    yield _distance(found.mean_abs_difference, n)
    symmetric = "+/- 1.959964 sqrt(mean d²), whoever is first"
    note = too_few(n) if not n else "" if isfinite(found.limit.lower) else SAME_SIZE
    yield Found("loa_upper", found.limit, f"{symmetric}; chi-square interval", note)
    value = with_spread(stats.order_free_jackknife(x, y, confidence))
    note = why_no_jackknife(value, n, too_few(n))
    yield Found("loa_upper", value, f"{symmetric}; couples left out in turn, on the logarithm", note, "jackknife")
    method = "|difference| on the mean of the two; least squares, HC3"
    yield _slope("loa_heteroscedasticity", found.heteroscedasticity, n, method, "", NO_ROBUST_SPREAD)


def _location(x: Array, y: Array, confidence: float, sign: str) -> Iterator[Found]:
    lin, found, n = concordance(x, y, confidence), paired_difference(x, y, confidence), len(x)
    over = sign.replace(" minus ", " over ")
    yield Found("location_shift", Value(lin.location_shift), sign, _missing(lin.location_shift, n, NO_VARIANCE))
    yield Found("scale_shift", Value(lin.scale_shift), over, _missing(lin.scale_shift, n, NO_VARIANCE))
    yield Found("mean_difference", found.mean, f"{sign}; paired t", _of_mean(found.mean, n))
    yield Found(
        "d_z", Value(found.d_z), f"{sign}; over the SD of the differences", _missing(found.d_z, n, NO_DIFFERENCE)
    )
    yield Found(
        "d_av", Value(found.d_av), f"{sign}; over the mean of the two SDs", _missing(found.d_av, n, NO_VARIANCE)
    )


def _limits(x: Array, y: Array, confidence: float, sign: str, widest: float) -> Iterator[Found]:
    found, n = stats.limits(x, y, confidence), len(x)
    bias = found.bias._replace(test=nan, p=nan)
    yield Found("loa_bias", bias, f"{sign}; t interval", _of_mean(bias, n))
    without = map(with_spread, stats.limits_jackknife(x, y, confidence))
    beyond = stats.quantiles(difference(x, y), confidence, widest)
    ends = (("loa_lower", "-", "2.5"), ("loa_upper", "+", "97.5"))
    for (name, side, percent), exact, left_out, quantile in zip(ends, found[1:], without, beyond, strict=True):
        method = f"{sign}; mean {side} {LIMIT}"
        note = _missing(exact.estimate, n, NO_DIFFERENCE) or ("" if isfinite(exact.lower) else NO_TEST)
        yield Found(name, exact, f"{method}, exact interval (noncentral t)", note)
        note = why_no_jackknife(left_out, n, NO_DIFFERENCE)
        yield Found(name, left_out, f"{method}; couples left out in turn", note, "jackknife")
        value, note = _with_width(quantile)
        note = too_few(n) if not n else note
        yield Found(name, value, f"{sign}; {percent} % quantile, binomial interval", note, "quantile")


def _with_width(value: Value) -> tuple[Value, str]:
    """Return a quantile without an interval that has an end missing or no width, and the reason."""
    if not isfinite(value.lower + value.upper):
        return Value(value.estimate), TOO_FEW_BEYOND
    return (value, "") if value.upper > value.lower else (Value(value.estimate), TIED)


def _heteroscedasticity(value: Value, n: int, how: str, variant: str, hidden: str) -> Found:
    method = f"|residual| of loa_slope's line, on the mean of the two; {how}"
    return _slope("loa_heteroscedasticity", value, n, method, variant, hidden)


def _slope(statistic: str, value: Value, n: int, method: str, variant: str, hidden: str) -> Found:
    value = with_spread(value)
    note = _missing(value.estimate, n, NO_LEVELS) or ("" if isfinite(value.lower) else ONE_LINE)
    return Found(statistic, value, method, joined(note, hidden if isfinite(value.p) else ""), variant)


def with_spread(value: Value) -> Value:
    """Return a value without the interval and the test that a standard error of 0, or of rounding, would give it."""
    return value if value.se > ROUNDING * max(1.0, abs(value.estimate)) else Value(value.estimate)


def _spreads(x: Array, y: Array, confidence: float, over: str) -> Iterator[Found]:
    value, n = sd_ratio(x, y, confidence), len(x)
    left_out = with_spread(sd_ratio_jackknife(x, y, confidence))
    if value.estimate == 0:
        value = left_out = Value(nan)
    note = _missing(value.estimate, n, NO_VARIANCE) or ("" if isfinite(value.lower) else DETERMINED)
    hidden = f"{NO_PITMAN}jackknife" if isfinite(value.p) else ""
    yield Found("sd_ratio", value, f"{over}; Pitman's interval, Pitman-Morgan test", joined(note, hidden))
    note = why_no_jackknife(left_out, n, NO_VARIANCE)
    yield Found("sd_ratio", left_out, f"{over}; couples left out in turn, on the logarithm", note, "jackknife")


def _distance(value: Value, n: int) -> Found:
    value = value._replace(test=nan, df=nan, p=nan)
    note = _missing(value.estimate, n, NO_DIFFERENCE) or ("" if isfinite(value.lower) else SAME_SIZE)
    return Found("mean_abs_difference", value, "t interval, in points of the score", note)


def _equivalence(x: Array, y: Array, confidence: float, sign: str, bound: float) -> Found:
    value, n = equivalence(x, y, bound, confidence), len(x)
    method = f"{sign}; two one-sided t tests within -/+ {bound:g}, interval of {2 * confidence - 1:.0%}"
    return Found("equivalence", value, method, _of_mean(value, n))


def _of_mean(value: Value, n: int) -> str:
    return _missing(value.estimate, n, NO_DIFFERENCE) or ("" if value.se > 0 else NO_TEST)


def _missing(estimate: float, n: int, undefined: str) -> str:
    """Return why an estimate does not exist, or an empty string."""
    if np.isfinite(estimate):
        return ""
    return too_few(n) if n < FEWEST_COUPLES else undefined
