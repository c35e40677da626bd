"""Fits of linear factor structures by maximum likelihood: parameters, information, robust errors, reliabilities.

Sigma = L F L' + R, see the module structure. Covariances have divisor n. Nothing is bounded: improper solutions
are found and told. Means are free and play no part.

Source: Bollen (1989, ISBN 978-0471011712), chapters 4 and 7; Yuan & Bentler (2000),
https://doi.org/10.1111/0081-1750.00078.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan

import numpy as np

from analysis.stats.ascent import ITERATIONS, Slope, climb
from analysis.stats.moments import covariance, is_regular
from analysis.stats.structure import Matrices, Structure, flat, start_values
from analysis.stats.value import Array


@dataclass(frozen=True, eq=False)
class StructureFit:
    """A fitted structure: its parameters (q,), NaN where it did not converge."""

    structure: Structure
    theta: Array
    converged: bool

    @property
    def sigma(self) -> Array:
        """The covariance matrix that the model implies, (p, p)."""
        return self.structure.implied(self.theta)

    @property
    def matrices(self) -> Matrices:
        """Loadings, factor covariances and residual covariances."""
        return self.structure.matrices(self.theta)

    @property
    def heywood(self) -> bool:
        """Whether the solution is improper: residuals or factors with covariances that nothing real can have."""
        if not self.converged:
            return False
        return any(bool(np.linalg.eigvalsh(part)[0] < 0) for part in self.matrices[1:])


def fit_structure(
    structure: Structure, cov: Array, start: Array | None = None, iterations: int = ITERATIONS
) -> StructureFit:
    """Return the maximum likelihood fit of a structure to a (p, p) covariance matrix with divisor n.

    Every factor's sum of loadings is made positive. Not converged, with NaN as parameters, where the matrix is singular
    or the likelihood has no single maximum near the start. Source: Joreskog (1970), https://doi.org/10.1093/biomet/57.2.239.

    Examples
    --------
    >>> from analysis.stats.structure import one_factor
    >>> l = np.array([0.9, 0.8, 0.7, 0.6])
    >>> fit = fit_structure(one_factor(4), np.outer(l, l) + np.diag(1 - l**2))
    >>> fit.theta.round(6), fit.converged
    (array([0.9 , 0.8 , 0.7 , 0.6 , 0.19, 0.36, 0.51, 0.64]), True)
    """
    theta = None
    if is_regular(cov):
        first = start_values(structure, cov) if start is None else start
        theta = climb(
            first, lambda at: misfit(structure.implied(at), cov), lambda at: _slope(structure, at, cov), iterations
        )
    if theta is None:
        return StructureFit(structure, np.full(structure.free, nan), converged=False)
    return StructureFit(structure, signed(structure, theta), converged=True)


def signed(structure: Structure, theta: Array) -> Array:
    """Return the same model's parameters with every factor's sum of loadings positive, (q,)."""
    loadings, factors, residuals = structure.matrices(theta)
    sign = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    return structure.parameters(Matrices(loadings * sign, factors * np.outer(sign, sign), residuals))


def misfit(sigma: Array, cov: Array) -> float:
    """Return ln|Sigma| + tr(S Sigma^-1), infinite where Sigma is not positive definite."""
    try:
        root = np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError:
        return inf
    return float(2 * np.log(np.diagonal(root)).sum() + np.trace(np.linalg.solve(sigma, cov)))


def traces(left: Array, right: Array) -> Array:
    """Return the traces of all products A_i B_j of two stacks of square matrices, (q, p, p) -> (q, q)."""
    return flat(left) @ flat(right.transpose(0, 2, 1)).T


def _slope(structure: Structure, theta: Array, cov: Array) -> Slope:
    p, d = np.linalg.inv(structure.implied(theta)), structure.slopes(theta)
    m = p @ cov @ p
    pd = p @ d
    expected = traces(pd, pd) / 2
    observed = traces(m @ d, pd) - expected - structure.bend(theta, m - p) / 2
    return Slope(np.tensordot(d, m - p) / 2, observed, expected)


def observed_information(fit: StructureFit, cov: Array) -> Array:
    """Return minus the second derivatives of the mean log-likelihood at the fit, (q, q)."""
    return _slope(fit.structure, fit.theta, cov).observed


def casewise_scores(fit: StructureFit, x: Array) -> Array:
    """Return each row's derivative of the log-likelihood at the fit, means taken out; (n, p) -> (n, q)."""
    p, d = np.linalg.inv(fit.sigma), fit.structure.slopes(fit.theta)
    return half_quadratic((x - x.mean(axis=0)) @ p, d) - np.tensordot(d, p) / 2


def half_quadratic(u: Array, d: Array) -> Array:
    """Return u' D u / 2 of every row and every symmetric matrix; (n, p), (q, p, p) -> (n, q)."""
    return np.stack([((u @ one) * u).sum(axis=1) for one in d], axis=1) / 2


def parameter_influence(fit: StructureFit, x: Array) -> Array:
    """Return each row's influence on every parameter, scores times inverse observed information; (n, p) -> (n, q)."""
    return np.linalg.solve(observed_information(fit, covariance(x, ddof=0)), casewise_scores(fit, x).T).T


def composite_reliability(
    fit: StructureFit, weights: Array, factors: tuple[int, ...] | None = None
) -> tuple[float, Array]:
    """Return the share of a weighted sum's variance that common factors make, and its gradient by the parameters (q,).

    w' L F L' w / w' Sigma w, with only the named factors in the numerator. NaN where the model has no solution or the
    sum no variance. Source: Raykov & Shrout (2002), https://doi.org/10.1207/S15328007SEM0902_3.

    Examples
    --------
    >>> from analysis.stats.structure import one_factor
    >>> fit = fit_structure(one_factor(3), np.full((3, 3), 0.5) + np.eye(3) / 2)
    >>> round(composite_reliability(fit, np.ones(3))[0], 6)
    0.75
    """
    total = float(weights @ fit.sigma @ weights)
    if not total > 0:
        return nan, np.full(len(fit.theta), nan)
    loadings, factor_covariances, _ = fit.matrices
    patterns, reach = fit.structure.patterns, weights @ loadings
    kept = np.ones(len(reach)) if factors is None else np.isin(np.arange(len(reach)), factors).astype(float)
    pull = kept * (factor_covariances @ (kept * reach))
    common = float(reach @ pull)
    slope = 2 * (weights @ patterns.loadings) @ pull + (kept * reach) @ patterns.factors @ (kept * reach)
    slope_of_total = weights @ fit.structure.slopes(fit.theta) @ weights
    return common / total, slope / total - common * slope_of_total / total**2
