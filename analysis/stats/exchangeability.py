"""Are partners distinguishable? Likelihood ratios of equal moments, whole and in components, and tests that hold.

Scores are x and y, (n, p), of the first and the second partners, without missing values. The chi-squares are those of
structural equation programs, and reject a true null far too often unless couples are many; so each has a companion
whose p can be read: Hotelling's T^2 for means, swaps for all else (:mod:`analysis.stats.swaps`). Nothing here says that
partners are the same.

Sources: Olsen & Kenny (2006), https://doi.org/10.1037/1082-989X.11.2.127; Kenny, Kashy & Cook (2006,
ISBN 978-1572309869), chapters 3 and 7; Votaw (1948), https://doi.org/10.1214/aoms/1177730145.
"""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
from scipy.special import chdtri, fdtrc

from analysis.stats.equal_moments import COMPONENTS, CROSS, MEANS, VARIANCES, WITHIN, equal_moments_chi2
from analysis.stats.goodness import chi_square
from analysis.stats.moments import covariance, is_regular
from analysis.stats.value import Array, Value

SEQUENCE = (VARIANCES, WITHIN, CROSS, MEANS)


def determined(x: Array, y: Array) -> bool:
    """Say whether there are too few couples (n <= 2 p), or a score that is constant or that others determine."""
    return len(x) <= 2 * x.shape[1] or not is_regular(covariance(np.hstack([x, y])))


def exchangeability(x: Array, y: Array) -> Value:
    """Return the omnibus test that partners are exchangeable, in closed form.

    n (ln|S_S| + ln|D'D / n| - ln|S_(S,D)|), S = x + y, D = x - y, covariances with divisor n; df = p (p + 1). It is
    the chi-square of the model with equal means, variances and covariances within persons and symmetric covariances
    between partners. Its p is right for very many couples only: with 12 scores it rejects a true null in 89 % of
    samples of 50 couples, and in 14 % of 200.

    Examples
    --------
    >>> x, y = np.random.default_rng(1).normal(size=(2, 50, 2))
    >>> exchangeability(x, y).df, exchangeability(x, y) == exchangeability(y, x)
    (6.0, True)
    """
    p = x.shape[1]
    difference = x - y
    return chi_square(_apart(x, y, difference.T @ difference / len(x)), p * (p + 1))


def with_bartlett_factor(omnibus: Value, n: int, p: int) -> Value:
    """Return the omnibus test times (n - 1 - (2 p + 1) / 2) / n, with the p of chi-square.

    Source: Bartlett (1954), https://doi.org/10.1111/j.2517-6161.1954.tb00174.x, whose factor this is by analogy.
    """
    return chi_square(omnibus.estimate * (n - 1 - (2 * p + 1) / 2) / n, int(omnibus.df))


def chi_square_size(n: int, p: int, level: float = 0.05) -> float:
    """Return how often the omnibus chi-square rejects exchangeable partners with normal scores, at a nominal level.

    Exchangeable, the ratio of determinants is Wilks' Lambda of p differences on a constant and p sums, whose law is
    close to Rao's F (exactly so for p of 1). Source: Anderson (2003, ISBN 978-0471360919), section 8.5.

    Examples
    --------
    >>> [round(chi_square_size(n, 12), 2) for n in (50, 100, 200, 5000)]
    [0.88, 0.37, 0.16, 0.05]
    """
    q = p + 1
    df = p * q
    power = sqrt((df**2 - 4) / (p**2 + q**2 - 5)) if p > 1 else 1.0
    df2 = (n - p - 1) * power - df / 2 + 1
    ratio = exp(chdtri(df, level) / n / power)  # of the determinants, at the critical value
    return float(fdtrc(df, df2, (ratio - 1) * df2 / df))


def hotelling(x: Array, y: Array) -> Value:
    """Return Hotelling's T^2 of the differences: equal means, whatever variances and covariances are.

    T^2 = n dbar' S_D^-1 dbar; p from F = T^2 (n - p) / ((n - 1) p) with df = p and df2 = n - p. Source: Hotelling
    (1931), https://doi.org/10.1214/aoms/1177732979.

    Examples
    --------
    >>> x, y = np.random.default_rng(1).normal(size=(2, 50, 1))
    >>> from analysis.stats.moments import mean_t
    >>> bool(np.isclose(hotelling(x, y).p, mean_t((x - y)[:, 0], 0.95).p))
    True
    """
    n, p = x.shape
    difference = x - y
    mean = difference.mean(axis=0)
    square = max(n * float(mean @ np.linalg.solve(covariance(difference), mean)), 0.0)
    f = square * (n - p) / ((n - 1) * p)
    return Value(square, test=square, df=float(p), df2=float(n - p), p=float(fdtrc(p, n - p, f)))


def binding(p: int) -> dict[str, int]:
    """Return the components that p scores have, and in how many moments each binds two partners."""
    pairs = p * (p - 1) // 2
    return {name: df for name, df in zip(COMPONENTS, (p, p, pairs, pairs), strict=True) if df}


def components(x: Array, y: Array) -> dict[tuple[str, str], Value]:
    """Return the likelihood ratio tests of equal components, by (component, variant).

    Variants: "" (that component alone is equal, against all free), "released" (all equal, against all but that
    component) and "sequential" (variances, within-person, between-partner covariances and means bound one after the
    other; the tests add up to the omnibus test). NaN where a fit finds no maximum. Each p is that of chi-square, and
    rejects a true null too often with few couples or skewed answers.

    Examples
    --------
    >>> x, y = np.random.default_rng(1).normal(size=(2, 50, 2))
    >>> parts = components(x, y)
    >>> total = sum(value.estimate for (name, variant), value in parts.items() if variant == "sequential")
    >>> bool(np.isclose(total, exchangeability(x, y).estimate))
    True
    """
    df = binding(x.shape[1])
    whole = frozenset(df)
    known = _closed_forms(x, y, whole)

    def chi2(equal: frozenset[str]) -> float:
        if equal not in known:
            known[equal] = equal_moments_chi2(x, y, equal)
        return known[equal]

    found, before = {}, frozenset[str]()
    for name in df:
        found[name, ""] = chi_square(chi2(frozenset({name})), df[name])
        found[name, "released"] = chi_square(chi2(whole) - chi2(whole - {name}), df[name])
    for name in (part for part in SEQUENCE if part in df):
        found[name, "sequential"] = chi_square(chi2(before | {name}) - chi2(before), df[name])
        before = before | {name}
    return found


def _closed_forms(x: Array, y: Array, whole: frozenset[str]) -> dict[frozenset[str], float]:
    n = len(x)
    return {
        frozenset(): 0.0,
        frozenset({MEANS}): n * log(1 + hotelling(x, y).estimate / (n - 1)),
        whole: exchangeability(x, y).estimate,
        whole - {MEANS}: _apart(x, y, covariance(x - y, ddof=0)),
    }


def _apart(x: Array, y: Array, of_differences: Array) -> float:
    """Return n times what the logarithms of the determinants of sums and of differences are above that of both."""
    both = covariance(np.hstack([x + y, x - y]), ddof=0)
    of_sums = both[: x.shape[1], : x.shape[1]]
    logs = [float(np.linalg.slogdet(matrix)[1]) for matrix in (of_sums, of_differences, both)]
    return len(x) * (logs[0] + logs[1] - logs[2])
