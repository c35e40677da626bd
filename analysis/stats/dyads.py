"""Reliability in couples: of the mean and the difference of two partners, and their correlation without error.

Partners answer the same items, so the same item in both has something of its own in common, which is no part of what
the scale measures: residual covariances in the factor model, and error in the versions of alpha here. All take couples
complete on both sides: x and y of shape (couples, k). Exchangeable couples are entered twice, once in each order, with
couples as clusters: then every number is the same whoever is first.
"""

from __future__ import annotations

from math import log, nan, sqrt
from typing import NamedTuple

import numpy as np

from analysis.stats.consistency import FEWEST_FOR_ALPHA, alpha, alpha_clustered, alpha_influence
from analysis.stats.factor import fit_one_factor, omega_influence
from analysis.stats.goodness import likelihood_ratio
from analysis.stats.intervals import (
    Limits,
    clustered_se,
    from_influence,
    normal_two_sided,
    on_fisher_z,
    on_log_complement,
    wald,
    without_rounding,
)  # fmt: skip
from analysis.stats.moments import covariance, difference, is_constant
from analysis.stats.structure import dyadic, exchangeable_dyadic
from analysis.stats.structure_fit import StructureFit, composite_reliability, fit_structure, parameter_influence
from analysis.stats.value import Array, Value

FEWEST_COUPLES = 2


class DyadicFactor(NamedTuple):
    """What the dyadic factor model of one scale says; of exchangeable partners both omegas are the same."""

    latent_partner_r: Value
    couple_mean_reliability: Value
    couple_difference_reliability: Value
    partner_r_disattenuated: Value
    omega_first: Value
    omega_second: Value
    chi2: Value
    heywood: bool


NO_MODEL = DyadicFactor(*(Value(nan),) * 7, False)


class CoupleAlpha(NamedTuple):
    """The same questions answered with alpha."""

    couple_mean_reliability: Value
    couple_difference_reliability: Value
    partner_r_disattenuated: Value


class _Influenced(NamedTuple):
    """An estimate and every row's influence on it."""

    estimate: float
    influence: Array


class _Entered(NamedTuple):
    """Couples as rows, exchangeable ones in both orders: answers of the two (n, k), and the couple of each row."""

    x: Array
    y: Array
    couple: Array


def _entered(x: Array, y: Array, *, twice: bool) -> _Entered:
    couple = np.arange(len(x))
    if not twice:
        return _Entered(x, y, couple)
    return _Entered(np.vstack([x, y]), np.vstack([y, x]), np.tile(couple, 2))


def dyadic_factor(x: Array, y: Array, confidence: float, *, exchangeable: bool = False) -> DyadicFactor:
    """Return reliabilities and partner correlations from the dyadic one-factor model, by maximum likelihood.

    Parameters
    ----------
    x, y : ndarray, (couples, k)
        The same k >= 3 items answered by the first and by the second partner, complete.
    exchangeable : bool
        Nobody is first: loadings, residuals, means and variances are equal across partners.

    Notes
    -----
    Two factors of variance 1, one a partner, and residual covariances of each item with itself. With common variance c
    and all variance v of the sum or of the difference of both scores, its reliability is c / v: residual covariances
    are error. ``partner_r_disattenuated`` is the correlation of the scores over the root of both omegas of this model;
    other than ``latent_partner_r`` it keeps what the same items share. Standard errors are robust (sandwich).
    Intervals: Fisher's z for the latent correlation, ln(1 - reliability) for reliabilities; on z for the disattenuated
    correlation too, symmetric where it lies beyond 1. In simulations (3 and 6 items, 60 to 300 couples) 95 % intervals
    on Fisher's z held the latent correlation in 92 to 97 % of samples, symmetric ones in 89 to 96 %.

    chi2 of exchangeable couples compares with all matrices in which partners are alike, so it does not test whether
    they are; df = k (k + 1) less parameters. All NaN where the model has no solution, as for two items. Sources: Kenny,
    Kashy & Cook (2006, ISBN 978-1572309869); Olsen & Kenny (2006), https://doi.org/10.1037/1082-989X.11.2.127.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> shared = rng.normal(size=(200, 1))
    >>> x, y = (shared + rng.normal(size=(200, 1)) + rng.normal(size=(200, 4)) for _ in range(2))
    >>> round(dyadic_factor(x, y, 0.95).latent_partner_r.estimate, 2)
    0.47
    """
    rows, k = _entered(x, y, twice=exchangeable), x.shape[1]
    both, structure = np.hstack([rows.x, rows.y]), exchangeable_dyadic(k) if exchangeable else dyadic(k)
    if len(x) < FEWEST_COUPLES:
        return NO_MODEL
    cov = covariance(both, ddof=0)
    fit = fit_structure(structure, cov)
    if not fit.converged:
        return NO_MODEL
    r, mean, gap, first, second = _of_model(fit, both)

    def value(part: _Influenced, limits: Limits = on_log_complement) -> Value:
        return from_influence(*part, rows.couple, confidence, limits, corrected=exchangeable)

    return DyadicFactor(
        value(r, on_fisher_z),
        value(mean),
        value(gap),
        value(_disattenuated(rows, first, second), on_z_below_1),
        value(first),
        value(second),
        likelihood_ratio(fit.sigma, cov, len(x), k * (k + 1) - structure.free if exchangeable else structure.df),
        fit.heywood,
    )


def _of_model(fit: StructureFit, both: Array) -> list[_Influenced]:
    """Return latent correlation, reliabilities of the couple's mean and difference, and both omegas."""
    k, influence = both.shape[1] // 2, parameter_influence(fit, both)
    first, place = np.arange(2 * k) < k, fit.structure.factors[0, 1]
    sums = (np.ones(2 * k), np.where(first, 1.0, -1.0), first.astype(float), 1.0 - first)
    reliabilities = (composite_reliability(fit, weights) for weights in sums)
    return [
        _Influenced(float(fit.theta[place]), influence[:, place]),
        *(_Influenced(estimate, influence @ gradient) for estimate, gradient in reliabilities),
    ]


def _disattenuated(rows: _Entered, first: _Influenced, second: _Influenced) -> _Influenced:
    """Return the correlation of the scale means over the root of two reliabilities, NaN where one is not positive."""
    x, y = rows.x.mean(axis=1), rows.y.mean(axis=1)
    if not min(first.estimate, second.estimate) > 0 or is_constant(x) or is_constant(y):
        return _Influenced(nan, np.full(len(x), nan))
    zx, zy = ((v - v.mean()) / v.std() for v in (x, y))
    r, root = float((zx * zy).mean()), sqrt(first.estimate * second.estimate)
    of_r = zx * zy - r * (zx**2 + zy**2) / 2
    of_root = first.influence / first.estimate + second.influence / second.estimate
    return _Influenced(r / root, (of_r - r * of_root / 2) / root)


def dyadic_alpha(x: Array, y: Array, confidence: float, *, exchangeable: bool = False) -> CoupleAlpha:
    """Return the same reliabilities by alpha, in closed form; (couples, k) each, k >= 2, complete.

    The reliability of the couple's mean is alpha of the items' sums x_j + y_j, that of the difference alpha of x_j -
    y_j: what the same item shares across partners beyond what different items share counts as error.
    ``partner_r_disattenuated`` is the correlation of the scores over the root of both alphas; for exchangeable partners
    the pairwise intraclass correlation over alpha of all persons. Intervals by influence functions, on ln(1 - alpha)
    and on z, symmetric beyond 1. NaN for one item. Source: Cronbach (1951), https://doi.org/10.1007/BF02310555.

    Examples
    --------
    >>> x = np.array([[1.0, 2], [2, 2], [3, 4], [4, 5]])
    >>> y = np.array([[2.0, 2], [1, 2], [4, 3], [5, 5]])
    >>> round(dyadic_alpha(x, y, 0.95).couple_mean_reliability.estimate, 3)
    0.993
    """
    if len(x) < FEWEST_COUPLES or x.shape[1] < FEWEST_FOR_ALPHA:
        return CoupleAlpha(*(Value(nan),) * 3)
    rows = _entered(x, y, twice=exchangeable)
    gaps = np.column_stack([difference(a, b) for a, b in zip(rows.x.T, rows.y.T, strict=True)])
    return CoupleAlpha(
        alpha_clustered(x + y, np.arange(len(x)), confidence),
        alpha_clustered(gaps, rows.couple, confidence),
        from_influence(*_disattenuated(rows, _alpha(rows.x), _alpha(rows.y)), rows.couple, confidence, on_z_below_1),
    )


def disattenuated(cov: Array, k: int) -> Array:
    """Return the partners' correlation of sums over the root of both alphas, (..., 2k, 2k) -> (...); may pass 1.

    Of covariance matrices of both partners' k items side by side, so that resamples are one call. NaN where an alpha is
    not positive. Source: Spearman (1904), https://doi.org/10.2307/1412159.

    Examples
    --------
    >>> within, across = np.full((2, 2), 0.5), np.full((2, 2), 0.2)
    >>> np.fill_diagonal(within, 1.0)
    >>> disattenuated(np.block([[within, across], [across, within]]), 2).round(6)
    np.float64(0.4)
    """
    first, second, between = cov[..., :k, :k], cov[..., k:, k:], cov[..., :k, k:].sum(axis=(-2, -1))
    a, b = alpha(first), alpha(second)
    reliable = first.sum(axis=(-2, -1)) * a, second.sum(axis=(-2, -1)) * b
    positive = (a > 0) & (b > 0)
    return np.asarray(between / np.sqrt(np.where(positive, reliable[0] * reliable[1], nan)))[()]


def on_z_below_1(r: float, se: float, confidence: float) -> tuple[float, float]:
    """Return the interval of a corrected correlation: on Fisher's z, or symmetric where it is 1 or more in size."""
    return on_fisher_z(r, se, confidence) if abs(r) < 1 else wald(r, se, confidence)


def _alpha(x: Array) -> _Influenced:
    estimate = float(alpha(covariance(x)))
    return _Influenced(estimate, alpha_influence(x) if np.isfinite(estimate) else np.full(len(x), nan))


def alpha_difference(x: Array, y: Array, confidence: float) -> Value:
    """Return alpha of the first partner minus alpha of the second, in the same couples; (couples, k) each, complete.

    The interval is on the scale of alpha, its standard error from the differences of both influences (divisor n - 1);
    ``test`` is the difference of -ln(1 - alpha) over its standard error, positive where the first has the higher alpha,
    and p its two-sided normal probability. So p may be small where the interval just holds 0, or the other way round.
    No interval and test with an alpha of 1, or where the standard error is 0. Source: Maydeu-Olivares, Coffman &
    Hartmann (2007), https://doi.org/10.1037/1082-989X.12.2.157.

    Examples
    --------
    >>> x = np.array([[1.0, 2], [2, 2], [3, 4], [4, 5]])
    >>> y = np.array([[2.0, 1], [1, 2], [4, 3], [3, 5]])
    >>> round(alpha_difference(x, y, 0.95).estimate, 3)
    0.292
    """
    if len(x) < FEWEST_COUPLES:
        return Value(nan)
    return _compared(_alpha(x), _alpha(y), confidence, corrected=True)


def omega_difference(x: Array, y: Array, confidence: float) -> Value:
    """Return omega of the first partner minus omega of the second, in the same couples; (couples, k) each, complete.

    Each omega is that of its own one-factor model; interval and test as for the difference of alphas, with robust
    standard errors from both omegas' influences (divisor n, as that of omega itself). NaN where a model has no
    solution.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x, y = (rng.normal(size=(200, 1)) + spread * rng.normal(size=(200, 4)) for spread in (0.5, 1.5))
    >>> round(omega_difference(x, y, 0.95).estimate, 2)
    0.27
    """
    return _compared(_omega(x), _omega(y), confidence, corrected=False)


def _omega(x: Array) -> _Influenced:
    fit = fit_one_factor(covariance(x, ddof=0)) if len(x) else None
    if fit is None or not np.isfinite(fit.omega):
        return _Influenced(nan, np.full(len(x), nan))
    return _Influenced(fit.omega, omega_influence(x, fit))


def _compared(first: _Influenced, second: _Influenced, confidence: float, *, corrected: bool) -> Value:
    estimate, couple = first.estimate - second.estimate, np.arange(len(first.influence))
    if not max(first.estimate, second.estimate) < 1:
        return Value(estimate)
    se = without_rounding(clustered_se(first.influence - second.influence, couple, corrected=corrected), estimate)
    relative = first.influence / (1 - first.estimate) - second.influence / (1 - second.estimate)
    se_of_logs = without_rounding(clustered_se(relative, couple, corrected=corrected), 0.0)
    if not (se > 0 and se_of_logs > 0):
        return Value(estimate, se=se)
    test = log((1 - second.estimate) / (1 - first.estimate)) / se_of_logs
    return Value(estimate, *wald(estimate, se, confidence), se, test, p=normal_two_sided(test))
