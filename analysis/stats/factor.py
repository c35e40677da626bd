"""The one-factor model by maximum likelihood, unbounded, and omega with its robust standard error.

Sigma = l l' + diag(t): loadings l, unique variances t, the factor's variance fixed to 1. Newton steps where the
likelihood curves down, Fisher scoring elsewhere, halved until the likelihood grows. A unique variance may become
negative (a Heywood case): the caller is told, nothing is forced. A point of rest where the likelihood is flat in some
direction determines no loadings and is no solution. Covariances here have divisor n, as in maximum likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from analysis.stats.ascent import HALVINGS, ITERATIONS, SMALL, solved
from analysis.stats.intervals import from_influence
from analysis.stats.moments import covariance, is_regular
from analysis.stats.structure_fit import misfit
from analysis.stats.value import Array, Value

FEWEST_ITEMS = 3  # with fewer, covariances do not determine the loadings of a factor
AT_REST = 1e-10  # largest last step, in units of the items' standard deviations
FLAT = 1e-8  # smallest curvature of the likelihood, for items of variance 1, at which its maximum determines the model


@dataclass(frozen=True)
class OneFactor:
    """A fitted one-factor model: loadings and unique variances (k,), and whether the iterations came to rest."""

    loadings: Array
    uniquenesses: Array
    converged: bool

    @property
    def omega(self) -> float:
        """(sum of loadings)^2 over that plus the sum of unique variances."""
        common = float(self.loadings.sum()) ** 2
        total = common + float(self.uniquenesses.sum())
        return common / total if self.converged and total > 0 else nan

    @property
    def heywood(self) -> bool:
        """Whether a unique variance is negative."""
        return bool((self.uniquenesses < 0).any())

    @property
    def standardized(self) -> Array:
        """Loadings over the model's standard deviations of the items, (k,)."""
        return self.loadings / np.sqrt(self.loadings**2 + self.uniquenesses)

    @property
    def implied(self) -> Array:
        """The covariance matrix that the model implies, (k, k)."""
        return _sigma(self.loadings, self.uniquenesses)


def fit_one_factor(cov: Array) -> OneFactor:
    """Return the maximum likelihood fit to a (k, k) covariance matrix with divisor n, k >= 3.

    Not converged where the matrix is singular or the likelihood has no single maximum. Source: Joreskog (1967),
    https://doi.org/10.1007/BF02289658.

    Examples
    --------
    >>> l = np.array([0.9, 0.8, 0.7, 0.6])
    >>> fit = fit_one_factor(np.outer(l, l) + np.diag(1 - l**2))
    >>> fit.loadings.round(6), fit.converged
    (array([0.9, 0.8, 0.7, 0.6]), True)
    """
    k = len(cov)
    if k < FEWEST_ITEMS or not is_regular(cov):
        return _undetermined(k)
    scale = np.sqrt(np.diagonal(cov))
    r = cov / (scale[:, None] * scale)
    loadings, unique = _start(r)
    lowest = misfit(_sigma(loadings, unique), r)
    for _ in range(ITERATIONS):
        step = _step(r, loadings, unique)
        size = float(np.abs(step).max())
        loadings, unique, lowest = _advance(r, loadings, unique, lowest, step)
        if size < AT_REST:
            fit = OneFactor(loadings, unique, converged=True)
            if np.linalg.eigvalsh(observed_information(r, fit))[0] < FLAT:
                break
            sign = -1.0 if loadings.sum() < 0 else 1.0
            return OneFactor(sign * loadings * scale, unique * scale**2, converged=True)
    return _undetermined(k)


def _undetermined(k: int) -> OneFactor:
    return OneFactor(np.full(k, nan), np.full(k, nan), converged=False)


def _start(r: Array) -> tuple[Array, Array]:
    """Return loadings from the first principal component, shrunk, and what they leave over."""
    values, vectors = np.linalg.eigh(r)
    loadings = vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.1) * 0.9)
    return loadings, np.maximum(1 - loadings**2, 0.1)


def _sigma(loadings: Array, unique: Array) -> Array:
    sigma = loadings[:, None] * loadings
    sigma.flat[:: len(loadings) + 1] += unique
    return sigma


def _step(r: Array, loadings: Array, unique: Array) -> Array:
    """Return the next step of (loadings, unique variances), (2k,): Newton's, or Fisher's where that would climb."""
    p = np.linalg.inv(_sigma(loadings, unique))
    m = p @ r @ p
    gradient = np.concatenate([(m - p) @ loadings, np.diagonal(m - p) / 2])
    curvature = _information(p, m, loadings)
    step = solved(curvature, gradient)
    return np.linalg.pinv(_information(p, p, loadings), hermitian=True) @ gradient if step is None else step


def _advance(r: Array, loadings: Array, unique: Array, lowest: float, step: Array) -> tuple[Array, Array, float]:
    """Return the parameters after the step, halved until the fit is no worse, and their misfit."""
    k = len(loadings)
    if float(np.abs(step).max()) < SMALL:
        return loadings + step[:k], unique + step[k:], lowest
    for _ in range(HALVINGS):
        new = loadings + step[:k], unique + step[k:]
        after = misfit(_sigma(*new), r)
        if after <= lowest:
            return *new, after
        step = step / 2
    return loadings, unique, lowest


def _information(p: Array, m: Array, loadings: Array) -> Array:
    """Return minus the second derivatives of the mean log-likelihood, (2k, 2k).

    With P = Sigma^-1 and M = P S P they are the observed information, with M = P the expected one.
    """
    k, v, w = len(loadings), p @ loadings, m @ loadings
    c, d = loadings @ v, loadings @ w
    vw = v[:, None] * w
    mixed = m * v + p * w - p * v
    information = np.empty((2 * k, 2 * k))
    information[:k, :k] = vw + vw.T + c * m + d * p - (c * p + v[:, None] * v) - (m - p)
    information[:k, k:], information[k:, :k] = mixed, mixed.T
    information[k:, k:] = p * m - p**2 / 2
    return information


def observed_information(cov: Array, fit: OneFactor) -> Array:
    """Return minus the second derivatives of the mean log-likelihood at the fit, (2k, 2k)."""
    p = np.linalg.inv(fit.implied)
    return _information(p, p @ cov @ p, fit.loadings)


def scores(x: Array, fit: OneFactor) -> Array:
    """Return each person's derivative of the log-likelihood at the fit; (n, k) -> (n, 2k)."""
    p = np.linalg.inv(fit.implied)
    u = (x - x.mean(axis=0)) @ p
    by_loading = u * (u @ fit.loadings)[:, None] - p @ fit.loadings
    by_unique = (u**2 - np.diagonal(p)) / 2
    return np.hstack([by_loading, by_unique])


def omega_influence(x: Array, fit: OneFactor) -> Array:
    """Return each person's influence on omega; (n, k) -> (n,)."""
    common, unique = float(fit.loadings.sum()), float(fit.uniquenesses.sum())
    total, k = common**2 + unique, len(fit.loadings)
    gradient = np.concatenate([np.full(k, 2 * common * unique / total**2), np.full(k, -(common**2) / total**2)])
    return scores(x, fit) @ np.linalg.solve(observed_information(covariance(x, ddof=0), fit), gradient)


def omega(x: Array, cluster: Array, confidence: float, *, clustered: bool) -> tuple[Value, OneFactor]:
    """Return omega of one-factor ML with its robust interval on ln(1 - omega), and the fit.

    Parameters
    ----------
    x : ndarray, (n, k)
    cluster : ndarray, (n,)
        The couple of each person.
    clustered : bool
        Persons of one couple stand among the rows: their contributions are summed and the variance carries the factor
        G / (G - 1) for G couples. Otherwise every row is a couple of its own.

    Notes
    -----
    The standard error is that of the sandwich: inverse observed information, sum of squared scores, inverse observed
    information (lavaan's MLR). NaN for fewer than three items, a constant item, or a model without a solution.
    Source: McDonald (1999, ISBN 978-0805830750); Yuan & Bentler (2000), https://doi.org/10.1111/0081-1750.00078.
    """
    fit = fit_one_factor(covariance(x, ddof=0)) if len(x) else _undetermined(x.shape[1])
    if not np.isfinite(fit.omega):
        return Value(nan), fit
    return from_influence(fit.omega, omega_influence(x, fit), cluster, confidence, corrected=clustered), fit
