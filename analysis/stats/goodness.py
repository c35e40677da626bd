"""How well a factor model fits: chi-square, comparative and absolute indices, and whether loadings are equal.

All on the normal likelihood with divisor n: chi-square is n times the discrepancy (lavaan's convention; Amos takes
n - 1).
"""

from __future__ import annotations

from math import nan, sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, chndtr

from analysis.stats.factor import FEWEST_ITEMS, OneFactor, fit_one_factor
from analysis.stats.moments import covariance, is_regular
from analysis.stats.structure import one_factor
from analysis.stats.structure_fit import fit_structure, misfit
from analysis.stats.value import Array, Value

RMSEA_CONFIDENCE = 0.90
DOUBLINGS = 60  # of an upper bound, before it is taken for infinite


class Goodness(NamedTuple):
    """The fit of a one-factor model; ``chi2.df`` says whether it could be tested at all."""

    chi2: Value
    cfi: Value
    tli: Value
    rmsea: Value
    srmr: Value
    tau_equivalence: Value


def one_factor_goodness(x: Array, fit: OneFactor | None = None) -> Goodness:
    """Return how well one factor fits the answers (n, k), k >= 3, by maximum likelihood.

    Parameters
    ----------
    x : ndarray, (n, k)
        Answers without gaps.
    fit : OneFactor, optional
        The fit to these answers, if it is there already.

    Notes
    -----
    chi2 = n (ln|Sigma| + tr(S Sigma^-1) - ln|S| - k), df = k (k - 3) / 2. Three items are always fitted exactly: df and
    chi2 are 0, CFI and TLI 1, RMSEA and SRMR 0, which says nothing. The interval of the RMSEA covers 90 %.
    ``tau_equivalence`` is the chi-square of equal loadings, df = k - 1; it needs no df of the model itself. NaN, df
    too, where a model has no solution. Not to be used for few persons and many items: chi2 is then too large. Sources:
    Joreskog (1969), https://doi.org/10.1007/BF02289343; Bentler (1990), https://doi.org/10.1037/0033-2909.107.2.238;
    Browne & Cudeck (1992), https://doi.org/10.1177/0049124192021002005; Hu & Bentler (1999),
    https://doi.org/10.1080/10705519909540118.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> goodness = one_factor_goodness(rng.normal(size=(200, 1)) + rng.normal(size=(200, 5)))
    >>> goodness.chi2.df, round(goodness.cfi.estimate, 3)
    (5.0, 0.977)
    """
    n, k = x.shape
    cov = covariance(x, ddof=0) if n else np.full((k, k), nan)
    if k < FEWEST_ITEMS or not is_regular(cov):
        return Goodness(*(Value(nan),) * 6)
    fit = fit_one_factor(cov) if fit is None else fit
    if not fit.converged:
        return Goodness(*(Value(nan),) * 6)
    chi2 = likelihood_ratio(fit.implied, cov, n, df=k * (k - 3) // 2)
    base = _independence(cov, n)
    return Goodness(
        chi2,
        *_comparative(chi2, base),
        _rmsea(chi2, n),
        Value(_srmr(cov, fit.implied) if chi2.df > 0 else 0.0, df=chi2.df),
        _tau_equivalence(cov, n, misfit(fit.implied, cov)),
    )


def likelihood_ratio(sigma: Array, cov: Array, n: int, df: int) -> Value:
    """Return the chi-square of a model's Sigma against the sample's covariance matrix with divisor n; (p, p) both.

    n (ln|Sigma| + tr(S Sigma^-1) - ln|S| - p). Exactly 0, without p, where df is 0.
    """
    if df == 0:
        return Value(0.0, df=0.0)
    return chi_square(n * (misfit(sigma, cov) - np.linalg.slogdet(cov)[1] - len(cov)), df)


def chi_square(statistic: float, df: int) -> Value:
    """Return a statistic, at least 0, with the p that chi-square with so many degrees of freedom gives it."""
    estimate = max(float(statistic), 0.0)
    return Value(estimate, test=estimate, df=float(df), p=float(chdtrc(df, estimate)))


def _independence(cov: Array, n: int) -> Value:
    """Return the chi-square of the model in which nothing correlates."""
    k, sizes = len(cov), np.log(np.diagonal(cov)).sum()
    return chi_square(n * (sizes - np.linalg.slogdet(cov)[1]), k * (k - 1) // 2)


def _comparative(model: Value, base: Value) -> tuple[Value, Value]:
    """Return CFI and TLI; 1 where the model has no df, TLI NaN where the independence model fits perfectly."""
    if not model.df > 0:
        return Value(1.0, df=model.df), Value(1.0, df=model.df)
    excess, excess_of_base = max(model.estimate - model.df, 0.0), base.estimate - base.df
    largest = max(excess, excess_of_base, 0.0)
    cfi = 1 - excess / largest if largest > 0 else 1.0
    tli = 1 - (model.estimate - model.df) / model.df * base.df / excess_of_base if excess_of_base != 0 else nan
    return Value(cfi, df=model.df), Value(tli, df=model.df)


def _rmsea(model: Value, n: int) -> Value:
    """Return the RMSEA, sqrt(max(chi2 - df, 0) / (n df)), with its 90 % interval from noncentral chi-squares."""
    chi2, df = model.estimate, model.df
    if not df > 0:
        return Value(0.0, df=df)
    tail = (1 - RMSEA_CONFIDENCE) / 2
    lower, upper = (sqrt(noncentrality(chi2, df, p) / (n * df)) for p in (1 - tail, tail))
    return Value(sqrt(max(chi2 - df, 0.0) / (n * df)), lower, upper, df=df)


def noncentrality(chi2: float, df: float, p: float) -> float:
    """Return the noncentrality at which a chi-square is below the given one with probability p, 0 where there is none.

    Examples
    --------
    >>> round(noncentrality(20.0, 5.0, 0.05), 6)
    32.714927
    """
    if not chndtr(chi2, df, 0.0) > p:
        return 0.0
    low, high = 0.0, max(chi2, 1.0)
    for _ in range(DOUBLINGS):
        if chndtr(chi2, df, high) < p:
            break
        low, high = high, 2 * high
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if chndtr(chi2, df, middle) > p else (low, middle)
    return middle


def _srmr(cov: Array, sigma: Array) -> float:
    """Return the root mean square of residual covariances over the items' standard deviations, variances counted."""
    spread = np.sqrt(np.diagonal(cov))
    residuals = ((cov - sigma) / np.outer(spread, spread))[np.tril_indices(len(cov))]
    return sqrt(float(residuals @ residuals) / len(residuals))


def _tau_equivalence(cov: Array, n: int, free: float) -> Value:
    """Return the chi-square difference of equal loadings, given the misfit of free ones."""
    fit = fit_structure(one_factor(len(cov), equal=True), cov)
    if not fit.converged:
        return Value(nan)
    return chi_square(n * (misfit(fit.sigma, cov) - free), len(cov) - 1)
