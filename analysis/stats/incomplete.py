"""Answers with gaps: means and covariances by the EM algorithm, and factor models by full information.

Every row counts with the answers it has, as if the others were missing at random. All of it runs over patterns: the
rows that have the same answers missing. For a pattern, K is the inverse of the covariance matrix of what was answered,
with 0 in the rows and columns of what was not. Covariances have divisor n. Not to be used where a third of n is fewer
than the variables: callers see to that.

Source: Little & Rubin (2019), https://doi.org/10.1002/9781119482260, chapters 8 and 11; Yuan & Bentler (2000),
https://doi.org/10.1111/0081-1750.00078.
"""

from __future__ import annotations

from math import inf, nan
from typing import NamedTuple

import numpy as np

from analysis.stats.ascent import Slope, climb
from analysis.stats.consistency import alpha
from analysis.stats.intervals import from_influence
from analysis.stats.moments import is_constant, is_regular
from analysis.stats.structure import Structure, one_factor, saturated, start_values
from analysis.stats.structure_fit import (
    StructureFit,
    composite_reliability,
    half_quadratic,
    signed,
    traces,
)
from analysis.stats.value import Array, Value

STEPS = 20_000
TOLERANCE = 1e-13  # of the largest last change, in units of the variables' standard deviations
# smallest eigenvalue of the correlations on the way, below which they have no inverse worth the name
NEARLY_SINGULAR = 1e-10


class Moments(NamedTuple):
    """Means (k,) and covariances with divisor n (k, k) of n rows, NaN unless the iterations came to rest."""

    mean: Array
    covariance: Array
    n: int
    converged: bool


class _Patterns(NamedTuple):
    """Rows by what they answered: of each pattern what is there (g, k), its share of n, its mean and covariance."""

    observed: Array
    share: Array
    mean: Array
    covariance: Array
    of_row: Array

    def inverses(self, sigma: Array) -> Array:
        """Return K of every pattern, (g, k, k)."""
        both = self.observed[:, :, None] * self.observed[:, None, :]
        unit = np.eye(len(sigma))
        return np.asarray(np.linalg.inv(np.where(both > 0, sigma, unit)) * both)

    def about(self, mean: Array) -> tuple[Array, Array]:
        """Return every pattern's deviations of its mean from the mean, (g, k), and its second moments about it."""
        d = (self.mean - mean) * self.observed
        return d, self.covariance + d[:, :, None] * d[:, None, :]


def _patterns(x: Array) -> _Patterns:
    there = ~np.isnan(x)
    observed, of_row = np.unique(there, axis=0, return_inverse=True)
    of_row, count = of_row.ravel(), np.bincount(of_row.ravel())
    filled = np.where(there, x, 0.0)
    mean, second = np.zeros(observed.shape), np.zeros((*observed.shape, x.shape[1]))
    np.add.at(mean, of_row, filled)
    mean /= count[:, None]
    d = filled - mean[of_row]
    for g in range(len(observed)):
        rows = d[of_row == g]
        second[g] = rows.T @ rows / count[g]
    return _Patterns(observed.astype(float), count / len(x), mean, second, of_row)


def answered(x: Array) -> Array:
    """Return which rows have any answer; (n, k) -> bool (n,)."""
    return np.asarray(~np.isnan(x).all(axis=1))


def em_moments(x: Array) -> Moments:
    """Return maximum likelihood means and covariances of answers (n, k) with gaps, NaN, by the EM algorithm.

    Rows without any answer are left out, and n counts the others. Not converged, with NaN, where two variables were
    never answered by the same person, one is constant or the others determine it. Without gaps these are the ordinary
    moments. Source: Dempster, Laird & Rubin (1977), https://doi.org/10.1111/j.2517-6161.1977.tb01600.x.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0], [2.0, 2.0], [3.0, 5.0], [4.0, np.nan]])
    >>> em_moments(x).mean.round(6)
    array([2.5 , 3.75])
    """
    x = x[answered(x)]
    n, k = x.shape
    none = Moments(np.full(k, nan), np.full((k, k), nan), n, converged=False)
    there = (~np.isnan(x)).astype(float)
    if not n or not (there.T @ there).all():
        return none
    if any(is_constant(column[~np.isnan(column)]) for column in x.T):
        return none
    centre, scale = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
    found = _em(_patterns((x - centre) / scale))
    if found is None or not is_regular(found[1]):
        return none
    return Moments(centre + scale * found[0], found[1] * np.outer(scale, scale), n, converged=True)


def _em(patterns: _Patterns) -> tuple[Array, Array] | None:
    """Return mean and covariance of standardized answers, or None where the covariance becomes singular."""
    k = patterns.observed.shape[1]
    mean, sigma = np.zeros(k), np.eye(k)
    for _ in range(STEPS):
        if np.linalg.eigvalsh(sigma)[0] < NEARLY_SINGULAR:
            return None
        inverse = patterns.inverses(sigma)
        d, second = patterns.about(mean)
        to_mean = sigma @ np.einsum("g,gij,gj->i", patterns.share, inverse, d)
        pull = np.tensordot(patterns.share, inverse @ second @ inverse - inverse, axes=1)
        to_sigma = sigma @ pull @ sigma - np.outer(to_mean, to_mean)
        mean, sigma = mean + to_mean, sigma + (to_sigma + to_sigma.T) / 2
        if max(np.abs(to_mean).max(), np.abs(to_sigma).max()) < TOLERANCE:
            return mean, sigma
    return None


class IncompleteFit(NamedTuple):
    """A structure fitted to answers with gaps: its fit, the means (k,), and each row's influence on means and theta."""

    fit: StructureFit
    mean: Array
    influence: Array


def fit_incomplete(structure: Structure, x: Array) -> IncompleteFit:
    """Return the full information maximum likelihood fit of a structure with free means to answers (n, k) with gaps.

    Rows without any answer must have been left out. ``influence`` is (n, k + q), casewise scores times the inverse
    observed information; it gives robust standard errors (lavaan's MLR with missing = "fiml"). Not converged as
    complete data, and where the EM algorithm is not. Source: Arbuckle (1996), in Marcoulides & Schumacker (ISBN
    978-0805814996).
    """
    moments, k = em_moments(x), x.shape[1]
    at = None
    if moments.converged:
        patterns = _patterns(x)
        start = np.concatenate([moments.mean, start_values(structure, moments.covariance)])
        at = climb(start, lambda a: _misfit(structure, patterns, a), lambda a: _slope(structure, patterns, a))
    if at is None:
        fit = StructureFit(structure, np.full(structure.free, nan), converged=False)
        return IncompleteFit(fit, np.full(k, nan), np.full((len(x), k + structure.free), nan))
    at = np.concatenate([at[:k], signed(structure, at[k:])])
    influence = _influence(structure, patterns, at, x)
    return IncompleteFit(StructureFit(structure, at[k:], converged=True), at[:k], influence)


def _influence(structure: Structure, patterns: _Patterns, at: Array, x: Array) -> Array:
    """Return each row's influence on means and parameters, (n, k + q)."""
    return np.linalg.solve(_slope(structure, patterns, at).observed, _scores(structure, patterns, at, x).T).T


def _misfit(structure: Structure, patterns: _Patterns, at: Array) -> float:
    """Return minus twice the mean log-likelihood of means and parameters, infinite where Sigma is not definite."""
    k = patterns.observed.shape[1]
    sigma = structure.implied(at[k:])
    if not np.linalg.eigvalsh(sigma)[0] > 0:
        return inf
    both = patterns.observed[:, :, None] * patterns.observed[:, None, :]
    sizes = np.linalg.slogdet(np.where(both > 0, sigma, np.eye(k)))[1]
    second = patterns.about(at[:k])[1]
    return float(patterns.share @ (sizes + (patterns.inverses(sigma) * second).sum(axis=(1, 2))))


def _slope(structure: Structure, patterns: _Patterns, at: Array) -> Slope:
    """Return the slope of the mean log-likelihood by means and parameters, (k + q,)."""
    k, q = patterns.observed.shape[1], structure.free
    theta, d = at[k:], structure.slopes(at[k:])
    inverse = patterns.inverses(structure.implied(theta))
    off, second = patterns.about(at[:k])
    pull = np.tensordot(patterns.share, inverse @ second @ inverse - inverse, axes=1)
    by_mean = np.einsum("g,gij,gj->i", patterns.share, inverse, off)
    observed, expected = np.zeros((k + q, k + q)), np.zeros((k + q, k + q))
    observed[:k, :k] = expected[:k, :k] = np.tensordot(patterns.share, inverse, axes=1)
    for share, p, m, gap in zip(patterns.share, inverse, inverse @ second @ inverse, off, strict=True):
        pd = p @ d
        information = traces(pd, pd) / 2
        expected[k:, k:] += share * information
        observed[k:, k:] += share * (traces(m @ d, pd) - information)
        observed[:k, k:] += share * (pd @ p @ gap).T
    observed[k:, :k] = observed[:k, k:].T
    observed[k:, k:] -= structure.bend(theta, pull) / 2
    return Slope(np.concatenate([by_mean, np.tensordot(d, pull) / 2]), observed, expected)


def _scores(structure: Structure, patterns: _Patterns, at: Array, x: Array) -> Array:
    """Return each row's derivative of the log-likelihood by means and parameters, (n, k + q)."""
    k, d = x.shape[1], structure.slopes(at[x.shape[1] :])
    inverse = patterns.inverses(structure.implied(at[k:]))
    off = np.where(np.isnan(x), 0.0, x - at[:k])
    u = np.einsum("nij,nj->ni", inverse[patterns.of_row], off)
    expected = np.tensordot(inverse, d, axes=([1, 2], [1, 2])) / 2
    return np.hstack([u, half_quadratic(u, d) - expected[patterns.of_row]])


def alpha_fiml(x: Array, confidence: float, cluster: Array | None = None) -> Value:
    """Return alpha of the EM covariances of answers (n, k) with gaps, with its robust interval on ln(1 - alpha).

    The standard error is the sandwich of the saturated normal model: observed information and casewise scores of means
    and covariances. On complete data it is that of the influence function, times sqrt(n / (n - 1)). With clusters (n,)
    rows are summed within them and the variance carries G / (G - 1). Rows without any answer are left out. In
    simulations (4 items, 80 to 400 persons, gaps at random given the answers) 95 % intervals held alpha in 92 to 96 %
    of samples of normal and of five-point answers, of very skewed ones in 86 to 94 %: there gaps that follow the
    answers also bias alpha, by about -.02. Sources: Yuan & Bentler (2000), https://doi.org/10.1111/0081-1750.00078;
    Enders (2003), https://doi.org/10.1037/1082-989X.8.3.322.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(100, 1)) + np.random.default_rng(2).normal(size=(100, 4))
    >>> x[:20, 0] = np.nan
    >>> round(alpha_fiml(x, 0.95).estimate, 3)
    0.741
    """
    x, cluster = _present(x, cluster)
    moments = em_moments(x)
    estimate = float(alpha(moments.covariance)) if moments.converged else nan
    if not estimate < 1:
        return Value(estimate)
    k = x.shape[1]
    structure = saturated(k)
    theta = moments.covariance[np.tril_indices(k)]
    at, patterns = np.concatenate([moments.mean, theta]), _patterns(x)
    influence = _influence(structure, patterns, at, x)
    total, trace = float(moments.covariance.sum()), float(np.trace(moments.covariance))
    slopes = structure.slopes(theta)
    gradient = k / (k - 1) * (trace * slopes.sum(axis=(1, 2)) / total - np.trace(slopes, axis1=1, axis2=2)) / total
    return from_influence(estimate, influence[:, k:] @ gradient, cluster, confidence)


def omega_fiml(x: Array, confidence: float, cluster: Array | None = None) -> tuple[Value, StructureFit]:
    """Return omega of one-factor full information ML of answers (n, k) with gaps, its robust interval, and the fit.

    Interval on ln(1 - omega); rows and clusters as for :func:`alpha_fiml`. NaN for fewer than three items or a model
    without a solution. Source: McDonald (1999, ISBN 978-0805830750); Yuan & Bentler (2000),
    https://doi.org/10.1111/0081-1750.00078.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(100, 1)) + np.random.default_rng(2).normal(size=(100, 4))
    >>> x[:20, 0] = np.nan
    >>> round(omega_fiml(x, 0.95)[0].estimate, 3)
    0.747
    """
    x, cluster = _present(x, cluster)
    k = x.shape[1]
    fit, _, influence = fit_incomplete(one_factor(k), x)
    estimate, gradient = composite_reliability(fit, np.ones(k))
    if not np.isfinite(estimate):
        return Value(nan), fit
    return from_influence(estimate, influence[:, k:] @ gradient, cluster, confidence), fit


def _present(x: Array, cluster: Array | None) -> tuple[Array, Array | None]:
    rows = answered(x)
    return x[rows], None if cluster is None else cluster[rows]
