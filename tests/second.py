"""Second implementations, by other roads than the product takes: a general optimiser, finite differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from analysis.stats.value import Array


def one_factor_by_scipy(cov: Array) -> tuple[Array, Array]:
    """Return loadings and unique variances of the one-factor ML fit to a covariance matrix, by L-BFGS."""
    k, scale = len(cov), np.sqrt(np.diagonal(cov))
    r = cov / np.outer(scale, scale)

    def misfit(parameters: Array) -> tuple[float, Array]:
        loadings, unique = parameters[:k], parameters[k:]
        sigma = np.outer(loadings, loadings) + np.diag(unique)
        if np.linalg.eigvalsh(sigma)[0] <= 0:
            return 1e6, np.zeros(2 * k)
        p = np.linalg.inv(sigma)
        slope = p - p @ r @ p
        return np.linalg.slogdet(sigma)[1] + np.trace(r @ p), np.concatenate([2 * slope @ loadings, np.diagonal(slope)])

    start = np.concatenate([np.full(k, 0.6), np.full(k, 0.64)])
    # L-BFGS stops where it can no longer tell misfits apart; the last Newton-like digits come from starting it anew.
    for _ in range(3):
        start = minimize(misfit, start, jac=True, method="L-BFGS-B", options={"ftol": 0, "gtol": 1e-11}).x
    sign = np.sign(start[:k].sum())
    return sign * start[:k] * scale, start[k:] * scale**2


def omega_by_scipy(cov: Array) -> float:
    loadings, unique = one_factor_by_scipy(cov)
    return float(loadings.sum() ** 2 / (loadings.sum() ** 2 + unique.sum()))


def slopes(function: Callable[[Array], Array], at: Array, step: float = 1e-5) -> Array:
    """Return central differences of a function of a vector, one row a parameter."""
    return np.array([(function(at + h) - function(at - h)) / (2 * step) for h in step * np.eye(len(at))])


def one_factor_loglik(x: Array, parameters: Array) -> Array:
    """Return each person's log-likelihood under the one-factor model, (n,), means taken out."""
    k = x.shape[1]
    sigma = np.outer(parameters[:k], parameters[:k]) + np.diag(parameters[k:])
    d = x - x.mean(axis=0)
    return np.asarray(-0.5 * (np.linalg.slogdet(sigma)[1] + np.einsum("ij,jk,ik->i", d, np.linalg.inv(sigma), d)))


def numeric_influence(statistic: Callable[[Array], float], n: int, step: float = 1e-4) -> Array:
    """Return each row's influence on a statistic of weights (n,) that sum to 1, by giving the row more and less."""
    found = np.empty(n)
    for i in range(n):
        at = [statistic((np.full(n, 1 / n) * (1 - h)) + h * (np.arange(n) == i)) for h in (step / n, -step / n)]
        found[i] = (at[0] - at[1]) / (2 * step / n)
    return found


def weighted_covariance(x: Array, weights: Array) -> Array:
    """Return the covariance matrix of rows that count by weights (n,), which sum to 1."""
    d = x - weights @ x
    return np.asarray((d * weights[:, None]).T @ d)


NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


def quadrant(h: float, k: float, rho: float) -> float:
    """Return P(X < h, Y < k) of the bivariate normal: Y's conditional probability over X, in panels of a quarter."""
    low, high = -10.0, min(h, 10.0)
    if low >= high or k == -np.inf:
        return 0.0
    grid = np.linspace(low, high, int(4 * (high - low)) + 2)
    half = np.diff(grid)[:, None] / 2
    x = grid[:-1, None] + half * (NODES + 1)
    chance = norm.pdf(x) * norm.cdf((k - rho * x) / np.sqrt(1 - rho**2))
    return float((half * WEIGHTS * chance).sum())
