"""Maximum likelihood where some moments of two partners are equal, in the coordinates in which that is zeros.

With sums S = x + y and differences D = x - y, equal means are a zero mean of D, and equal covariances are zeros in the
block G = cov(S, D): equal variances its diagonal, equal covariances within persons the symmetric part off the diagonal,
symmetric covariances between partners the antisymmetric part. Where the means are equal a constant stands beside S, and
the moments are about 0: then equal means are the zeros of its row of G. So every set of equal moments is a covariance
matrix of (L, D) with linear zeros in its block (L, D), and nothing else is bound.

Sources: Anderson (1973), https://doi.org/10.1214/aos/1193342389, on linear covariances; Anderson (1965),
https://doi.org/10.1145/321296.321305, on faster iterations.
"""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan

import numpy as np

from analysis.stats.structure_fit import misfit
from analysis.stats.value import Array

MEANS, VARIANCES, WITHIN, CROSS = COMPONENTS = ("means", "variances", "within_covariances", "cross_covariances")
ITERATIONS = 1000
AT_REST = 1e-14  # twice what a step would still take from the misfit
NOISE = 1e-10  # below it rounding may keep the misfit from telling steps apart
MEMORY = 5  # steps that acceleration looks back on
HALVINGS = 30


def equal_moments_chi2(x: Array, y: Array, equal: frozenset[str]) -> float:
    """Return the likelihood ratio chi-square of some components being equal, all others free.

    Parameters
    ----------
    x, y : ndarray, (n, p)
        Complete scores, n > 2 p, of a regular covariance matrix.
    equal : frozenset of str
        Of ``COMPONENTS``, at least one of which binds a moment.

    Returns
    -------
    float
        n (ln|Sigma| + tr(M Sigma^-1) - ln|M| - size), M the sample's moments with divisor n. NaN where no maximum is
        found.

    Examples
    --------
    >>> x, y = np.random.default_rng(1).normal(size=(2, 50, 1))
    >>> r = np.corrcoef((x + y)[:, 0], (x - y)[:, 0])[0, 1]
    >>> bool(np.isclose(equal_moments_chi2(x, y, frozenset({VARIANCES})), -50 * np.log(1 - r**2)))
    True
    """
    moments = _moments(x, y, means=MEANS in equal)
    bound = _bound(x.shape[1], equal)
    sigma = _fitted(moments, bound)
    if sigma is None:
        return nan
    return len(x) * (misfit(sigma, moments) - float(np.linalg.slogdet(moments)[1]) - len(moments))


def _moments(x: Array, y: Array, *, means: bool) -> Array:
    """Return the moments of (S, D), both centred; or of (1, S, D) about 0 where the means are bound. S is centred."""
    spread = np.sqrt((x.var(axis=0) + y.var(axis=0)) / 2)
    total, difference = (x + y) / spread, (x - y) / spread
    total = total - total.mean(axis=0)
    if means:
        rows = np.column_stack([np.ones(len(x)), total, difference])
    else:
        rows = np.column_stack([total, difference - difference.mean(axis=0)])
    return rows.T @ rows / len(x)


def _bound(p: int, equal: frozenset[str]) -> Array:
    """Return which sums of entries of G are 0, (constraints, rows of G, p)."""
    one, mean = np.eye(p), int(MEANS in equal)
    kinds: dict[str, list[Array]] = {
        VARIANCES: [np.outer(one[j], one[j]) for j in range(p)],
        WITHIN: [np.outer(one[j], one[k]) + np.outer(one[k], one[j]) for k in range(p) for j in range(k)],
        CROSS: [np.outer(one[j], one[k]) - np.outer(one[k], one[j]) for k in range(p) for j in range(k)],
    }
    chosen = [matrix for kind, matrices in kinds.items() if kind in equal for matrix in matrices]
    rows = np.zeros((len(chosen) + mean * p, p + mean, p))
    if mean:
        rows[np.arange(p), 0, np.arange(p)] = 1.0
    if chosen:
        rows[mean * p :, mean:] = np.stack(chosen)
    return rows


def _fitted(moments: Array, bound: Array) -> Array | None:
    """Return the likeliest Sigma by Fisher's scoring, accelerated; None where it does not come to rest."""
    sigma = _start(moments, bound)
    lowest = misfit(sigma, moments)
    steps: list[Array] = []
    changes: list[Array] = []
    for _ in range(ITERATIONS):
        change = _scored(sigma, moments, bound) - sigma
        relative = np.linalg.solve(sigma, change)
        decrement = float((relative * relative.T).sum())
        if decrement < AT_REST:
            return sigma + change
        changes.append(change)
        faster = _accelerated(steps, changes)
        step = faster if misfit(sigma + faster, moments) <= lowest else change * _share(sigma, change, moments, lowest)
        if not step.any():
            return sigma if decrement < NOISE else None
        sigma = sigma + step
        lowest = misfit(sigma, moments)
        steps.append(step)
        del steps[:-MEMORY], changes[:-MEMORY]
    return None


def _accelerated(steps: list[Array], changes: list[Array]) -> Array:
    """Return Anderson's step: scoring's from that mix of the last points where its change would be least."""
    if not steps:
        return changes[-1]
    turns = np.stack([after - before for before, after in pairwise(changes)]).reshape(len(steps), -1)
    weights = np.linalg.lstsq(turns.T, changes[-1].ravel(), rcond=None)[0]
    moved = np.stack(steps).reshape(len(steps), -1) + turns
    return changes[-1] - (weights @ moved).reshape(changes[-1].shape)


def _start(moments: Array, bound: Array) -> Array:
    """Return the moments with their bound part taken out, or without covariance of L and D if that is not regular."""
    size = bound.shape[1]
    flat = bound.reshape(len(bound), -1)
    block = moments[:size, size:]
    out = ((flat @ block.ravel()) / (flat**2).sum(axis=1)) @ flat
    for left in (block - out.reshape(block.shape), np.zeros_like(block)):
        sigma = moments.copy()
        sigma[:size, size:], sigma[size:, :size] = left, left.T
        if misfit(sigma, moments) < inf:
            return sigma
    return sigma


def _scored(sigma: Array, moments: Array, bound: Array) -> Array:
    """Return Sigma's next value, M - Sigma N Sigma with such multipliers N in block (L, D) that the zeros hold."""
    size = bound.shape[1]
    flat = bound.reshape(len(bound), -1)
    p, g, q = sigma[:size, :size], sigma[:size, size:], sigma[size:, size:]
    of_block = np.einsum("ik,lj->ijkl", p, q) + np.einsum("il,kj->ijkl", g, g)
    system = flat @ of_block.reshape(flat.shape[1], -1) @ flat.T
    multipliers = np.linalg.solve(system, flat @ moments[:size, size:].ravel())
    pull = np.zeros_like(sigma)
    pull[:size, size:] = np.tensordot(multipliers, bound, axes=1)
    left = sigma @ pull @ sigma
    return moments - left - left.T  # symmetric to the last digit, or rounding would grow


def _share(sigma: Array, change: Array, moments: Array, lowest: float) -> float:
    """Return how much of a change to make so that the misfit does not grow; 0 where none of it helps."""
    share = 1.0
    for _ in range(HALVINGS):
        if misfit(sigma + share * change, moments) <= lowest:
            return share
        share /= 2
    return 0.0
