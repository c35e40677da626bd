"""Two partners' scores: intraclass and concordance correlations, and the paired mean difference.

``x`` and ``y`` are (couples,), first and second partner, complete. Couples are the targets. Sources: McGraw & Wong
(1996), https://doi.org/10.1037/1082-989X.1.1.30; Lin (1989), https://doi.org/10.2307/2532051, corrected (2000),
https://doi.org/10.1111/j.0006-341X.2000.00324.x; Kenny, Kashy & Cook (2006, ISBN 978-1572309869), chapter 2.
"""

from __future__ import annotations

from math import nan, sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import fdtr, fdtrc, fdtri

from analysis.stats.intervals import fisher, on_fisher_z
from analysis.stats.moments import difference, is_constant, mean_t, sd, snapped, variance
from analysis.stats.value import Array, Value


class MeanSquares(NamedTuple):
    """Mean squares of couples, within couples, between partners, and of what is left; n couples."""

    n: int
    couples: float
    within: float
    partners: float
    residual: float


def mean_squares(x: Array, y: Array) -> MeanSquares:
    """Return the mean squares of a couples x partners table."""
    n = len(x)
    if n < 2:
        return MeanSquares(n, nan, nan, nan, nan)
    d, total = difference(x, y), difference(x, -y)
    return MeanSquares(n, variance(total) / 2, float(d @ d) / 2 / n, n * float(d.mean()) ** 2 / 2, variance(d) / 2)


def two_sided_f(f: float, df: float, df2: float) -> float:
    """Return twice the smaller tail of an F statistic, at most 1: dependence may be negative."""
    return min(1.0, 2 * min(float(fdtr(df, df2, f)), float(fdtrc(df, df2, f))))


def icc_1(x: Array, y: Array, confidence: float) -> Value:
    """Return ICC(1), (MSB - MSW) / (MSB + MSW), from -1 to 1, with its exact F interval on n couples.

    It is the same whoever of the two comes first. test = F, df = n - 1, df2 = n; p two-sided. A perfect one, 1 or -1,
    has neither interval nor test.

    Examples
    --------
    >>> x, y = np.array([4.0, 3.0, 5.0, 1.0]), np.array([5.0, 3.0, 4.0, 2.0])
    >>> round(icc_1(x, y, 0.95).estimate, 4) == round(icc_1(y, x, 0.95).estimate, 4)
    True
    """
    ms = mean_squares(x, y)
    return _ratio_icc(ms.couples, ms.within, ms.n - 1, ms.n, confidence)


def icc_c1(x: Array, y: Array, confidence: float) -> Value:
    """Return ICC(C,1), (MSB - MSE) / (MSB + MSE), with its exact F interval; a constant difference changes nothing."""
    ms = mean_squares(x, y)
    return _ratio_icc(ms.couples, ms.residual, ms.n - 1, ms.n - 1, confidence)


def _ratio_icc(between: float, inside: float, df: int, df2: int, confidence: float) -> Value:
    if not between + inside > 0:
        return Value(nan)
    estimate = (between - inside) / (between + inside)
    if inside == 0 or between == 0:
        return Value(estimate)
    f, tail = between / inside, (1 + confidence) / 2
    low, high = f / float(fdtri(df, df2, tail)), f * float(fdtri(df2, df, tail))
    return Value(
        estimate, (low - 1) / (low + 1), (high - 1) / (high + 1), test=f, df=df, df2=df2, p=two_sided_f(f, df, df2)
    )


def icc_a1(x: Array, y: Array, confidence: float) -> Value:
    """Return ICC(A,1): absolute agreement of a single partner, lowered by a mean difference between partners.

    (MSB - MSE) / (MSB + MSE + 2 (MSP - MSE) / n), with McGraw and Wong's interval on Satterthwaite df. test =
    MSB / MSE, df = n - 1, df2 = n - 1; p two-sided, of no dependence. With few couples it and its interval may reach
    below -1; where Satterthwaite's df fall below 1 (negative dependence with a large mean difference) there is no
    interval. Not for exchangeable partners.
    """
    n, between, _, partners, residual = mean_squares(x, y)
    bottom = between + residual + 2 * (partners - residual) / n if n > 1 else nan
    if not bottom > 0:
        return Value(nan)
    r = (between - residual) / bottom
    if residual == 0 or between == 0:
        return Value(r)
    f = between / residual
    tested = Value(r, test=f, df=n - 1, df2=n - 1, p=two_sided_f(f, n - 1, n - 1))
    a, b = 2 * r / (n * (1 - r)), 1 + 2 * r * (n - 1) / (n * (1 - r))
    squares = (a * partners) ** 2 + (b * residual) ** 2 / (n - 1)
    v = (a * partners + b * residual) ** 2 / squares if squares > 0 else 0.0
    if v < 1:
        return tested
    tail = (1 + confidence) / 2
    f_low, f_high = float(fdtri(n - 1, v, tail)), float(fdtri(v, n - 1, tail))
    spread = 2 * partners + (n - 2) * residual
    lower = n * (between - f_low * residual) / (f_low * spread + n * between)
    upper = n * (f_high * between - residual) / (spread + n * f_high * between)
    return tested._replace(lower=lower, upper=upper)


def icc_pairwise(x: Array, y: Array, confidence: float) -> Value:
    """Return the double-entry correlation of (x, y) with (y, x), and Fisher's interval on n couples, never on 2n."""
    n, both = len(x), np.concatenate([x, y])
    if n < 2 or is_constant(both):
        return Value(nan)
    deviations = both - both.mean()
    r = snapped(float(2 * deviations[:n] @ deviations[n:] / (deviations @ deviations)))
    return Value(r, *fisher(r, n, confidence))


class Concordance(NamedTuple):
    """Lin's concordance correlation with its accuracy, location shift and scale shift."""

    ccc: Value
    accuracy: float
    location_shift: float
    scale_shift: float


def concordance(x: Array, y: Array, confidence: float) -> Concordance:
    """Return the concordance correlation, 2 sxy / (sx^2 + sy^2 + (mx - my)^2), moments with divisor n, and its parts.

    ccc = r x accuracy; location shift (mx - my) / sqrt(sx sy); scale shift sx / sy, first over second. The interval is
    made on Fisher's z with Lin's standard error (corrected 2000, divisor n - 2). NaN for fewer than three couples or a
    constant partner. Not for exchangeable partners.
    """
    n = len(x)
    if n < 3 or is_constant(x) or is_constant(y):
        return Concordance(Value(nan), nan, nan, nan)
    bias = float(difference(x, y).mean())
    a, b = x - x.mean(), y - y.mean()
    sx2, sy2, sxy = float(a @ a) / n, float(b @ b) / n, float(a @ b) / n
    r, mean_square = sxy / sqrt(sx2 * sy2), sx2 + sy2 + bias**2
    ccc, accuracy = snapped(2 * sxy / mean_square), 2 * sqrt(sx2 * sy2) / mean_square
    shift = bias / sqrt(sqrt(sx2 * sy2))
    if abs(ccc) == 1:
        return Concordance(Value(ccc), accuracy, shift, sd(x) / sd(y))
    se = sqrt(max(0.0, _lin_variance(ccc, r, accuracy, shift)) / (n - 2))
    return Concordance(Value(ccc, *on_fisher_z(ccc, se, confidence), se), accuracy, shift, sd(x) / sd(y))


def _lin_variance(ccc: float, r: float, accuracy: float, shift: float) -> float:
    """Return Lin's variance times n - 2, with ccc / r written as the accuracy, so that it exists at r = 0 too."""
    c2, u2 = accuracy**2, shift**2
    return (1 - r**2) * c2 * (1 - ccc**2) + 2 * ccc**2 * (1 - ccc) * u2 * accuracy - ccc**2 * u2**2 * c2 / 2


class Difference(NamedTuple):
    """The paired mean difference, and its two standardized forms."""

    mean: Value
    d_z: float
    d_av: float


def paired_difference(x: Array, y: Array, confidence: float) -> Difference:
    """Return the mean of first minus second with its t interval and test, d_z and d_av.

    d_z is the mean over the SD of the differences, d_av over the mean of the two SDs; NaN where that SD is 0. Source:
    Lakens (2013), https://doi.org/10.3389/fpsyg.2013.00863. Not for exchangeable partners.
    """
    d = difference(x, y)
    mean = mean_t(d, confidence)
    spread, average = sd(d), (sd(x) + sd(y)) / 2
    return Difference(
        mean, mean.estimate / spread if spread > 0 else nan, mean.estimate / average if average > 0 else nan
    )
