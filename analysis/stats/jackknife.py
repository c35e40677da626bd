"""Leaving each couple out in turn: intervals of what compares two partners' scores, whatever the scores' shape.

Every statistic here is a function of two means, two sums of squares and one of products, so all samples without one
couple come from one subtraction. Exact F, Pitman's t and noncentral t stand on normal scores; in simulated scale means
of four five-point items with half of all answers in the lowest category (50 to 200 couples) 95 % intervals that do held
the truth in .90 to .98 of the samples, these in .92 to .97. Source: Miller (1974),
https://doi.org/10.1093/biomet/61.1.1.
"""

from __future__ import annotations

from collections.abc import Callable
from math import nan, sqrt
from typing import Any, NamedTuple

import numpy as np

from analysis.stats.intervals import t_quantile, t_two_sided
from analysis.stats.moments import difference, is_constant
from analysis.stats.value import ROUNDING, Array, Value

FEWEST_COUPLES = 4  # three are left where one is left out
Numbers = Any  # one number, or an array of one for each couple that is left out


class PairMoments(NamedTuple):
    """Couples, mean difference, and sums about the means: of squares of x, of y and of x - y, and of products.

    One number each, or for every couple the number without it.
    """

    n: int
    bias: Numbers
    xx: Numbers
    yy: Numbers
    dd: Numbers
    xy: Numbers


class Scale(NamedTuple):
    """Where an interval is symmetric: a function, its inverse, and its slope."""

    forward: Callable[[Numbers], Numbers]
    back: Callable[[float], float]
    slope: Callable[[float], float]


PLAIN = Scale(lambda v: v, lambda v: v, lambda _: 1.0)
LOG = Scale(np.log, lambda v: float(np.exp(v)), lambda v: 1 / v)
FISHER = Scale(np.arctanh, lambda v: float(np.tanh(v)), lambda v: 1 / (1 - v**2))


def pair_moments(x: Array, y: Array) -> PairMoments:
    """Return the moments of two partners' scores, (couples,) each."""
    d = difference(x, y)
    a, b, c = _centred(x), _centred(y), _centred(d)
    return PairMoments(len(x), float(d.mean()), float(a @ a), float(b @ b), float(c @ c), float(a @ b))


def _centred(x: Array) -> Array:
    return np.zeros_like(x) if is_constant(x) else x - x.mean()


def without_each(x: Array, y: Array) -> PairMoments:
    """Return the moments of all couples but one, (couples,) each; exactly 0 where only rounding is left.

    Examples
    --------
    >>> x, y = np.array([1.0, 2.0, 4.0]), np.array([2.0, 2.0, 3.0])
    >>> round(float(without_each(x, y).xx[0]), 12), pair_moments(x[1:], y[1:]).xx
    (2.0, 2.0)
    """
    n, d = len(x), difference(x, y)
    a, b, c = _centred(x), _centred(y), _centred(d)
    return PairMoments(n - 1, d.mean() - c / (n - 1), _less(a, a), _less(b, b), _less(c, c), _less(a, b))


def _less(a: Array, b: Array) -> Array:
    n, whole, root = len(a), float(a @ b), sqrt(float(a @ a) * float(b @ b))
    left = whole - n / (n - 1) * a * b
    return np.where(np.abs(left) <= ROUNDING * n * root, 0.0, left)


def jackknife(estimate: float, without: Array, confidence: float, scale: Scale = PLAIN) -> Value:
    """Return an estimate with its jackknife standard error and a t interval, df = couples - 1.

    Parameters
    ----------
    estimate : float
    without : ndarray, (couples,)
        The statistic without each couple.
    confidence : float
    scale : Scale
        The interval is symmetric there, and ``test`` is the estimate there over its standard error; p is two-sided.
        The standard error given is that of the estimate itself.

    Notes
    -----
    Standard error: sqrt((n - 1) / n sum (t_i - mean t)^2). Nothing but the estimate where the statistic does not exist
    without some couple, or does not vary. Not for quantiles.

    Examples
    --------
    >>> x = np.array([2.0, 3.0, 7.0, 8.0])
    >>> round(jackknife(5.0, (x.sum() - x) / 3, 0.95).se, 6) == round(float(x.std(ddof=1)) / 2, 6)
    True
    """
    n = len(without)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.asarray(scale.forward(without), dtype=float)
        at = float(scale.forward(np.float64(estimate)))
    if n < FEWEST_COUPLES or not np.isfinite(at) or not np.isfinite(values).all() or is_constant(values):
        return Value(estimate)
    away = values - values.mean()
    se = sqrt((n - 1) / n * float(away @ away))
    half, test = t_quantile(confidence, n - 1) * se, at / se
    return Value(
        estimate, scale.back(at - half), scale.back(at + half), se / scale.slope(estimate), test, n - 1,
        p=t_two_sided(test, n - 1),
    )  # fmt: skip


def of_pairs(
    statistic: Callable[[PairMoments], Numbers], x: Array, y: Array, confidence: float, scale: Scale = PLAIN
) -> Value:
    """Return a statistic of two partners' moments with its jackknife interval; NaN for fewer than two couples."""
    if len(x) < 2:
        return Value(nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(statistic(PairMoments(*map(np.float64, pair_moments(x, y)))))  # type: ignore[arg-type]
        without = statistic(without_each(x, y)) if len(x) > 2 else np.full(len(x), nan)
    return jackknife(estimate, without, confidence, scale)
