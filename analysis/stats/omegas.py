"""Omega of many scales at once, with robust standard errors from a quadratic form, and the fit of each model."""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np

from analysis.stats.intervals import clustered_se
from analysis.stats.refits import ManyFits, fit_many, information, inverse_sigma, point_at
from analysis.stats.value import Array


class ManyOmegas(NamedTuple):
    """Omega of several scales with its robust standard error and the model's chi-square, (scales,) each, and the fits.

    Chi-square has k (k - 3) / 2 degrees of freedom.
    """

    omega: Array
    se: Array
    chi2: Array
    fits: ManyFits


def omega_of_many(x: Array, cluster: Array | None = None) -> ManyOmegas:
    """Return omega, its robust standard error and the model's chi-square for many scales, (scales, n, k).

    Parameters
    ----------
    x : ndarray, (scales, n, k)
        The same n persons, complete on every scale. Scales of other lengths or other persons are other calls.
    cluster : ndarray (n,), optional
        The couple of each person where both partners stand among the rows; the variance then carries G / (G - 1).

    Notes
    -----
    As :func:`analysis.stats.factor.omega`. Chi-square is n (ln|Sigma| + tr(S Sigma^-1) - ln|S| - k), 0 for three items.
    NaN without a solution.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(6, 200, 1)) + rng.normal(size=(6, 200, 4))
    >>> found = omega_of_many(x)
    >>> found.omega.shape, bool((np.abs(found.omega - 0.8) < 4 * found.se).all())
    ((6,), True)
    """
    n = x.shape[1]
    deviations = x - x[:, :1]  # so that a constant item has a variance of exactly 0
    deviations -= deviations.mean(axis=1, keepdims=True)
    cov = np.moveaxis(deviations.swapaxes(1, 2) @ deviations / n, 0, -1)
    fits = fit_many(cov)
    form = influence_form(cov, fits)
    influence = np.einsum("sni,sni->sn", deviations @ np.moveaxis(form, -1, 0), deviations)
    influence -= np.einsum("ijs,ijs->s", form, cov)[:, None]
    se = np.array([clustered_se(row, cluster) for row in influence])
    return ManyOmegas(fits.omega, se, n * _misfit_beyond(cov, fits), fits)


def influence_form(cov: Array, fits: ManyFits) -> Array:
    """Return the (k, k, m) matrices A that make d'A d - tr(A S) the influence on omega of a person with deviations d.

    With a, b the inverse observed information times the gradient of omega by loadings and unique variances, and P =
    Sigma^-1, A = P ((a l' + l a') / 2 + diag(b) / 2) P. NaN without a solution.
    """
    k, converged = len(cov), fits.converged
    loadings, unique = np.where(converged, fits.loadings, 1.0), np.where(converged, fits.uniquenesses, 1.0)
    total, rest = loadings.sum(axis=0), unique.sum(axis=0)
    by_omega = np.stack([2 * total * rest, -(total**2)]) / (total**2 + rest) ** 2
    gradient = np.repeat(by_omega, k, axis=0).T[:, :, None]
    curvature = np.moveaxis(information(np.where(converged, cov, 1.0), loadings, unique), -1, 0)
    curvature = np.where(converged[:, None, None], curvature, np.eye(2 * k))
    direction = np.linalg.solve(curvature, gradient)[:, :, 0].T
    outer = direction[:k, None] * loadings
    core = (outer + outer.swapaxes(0, 1) + direction[k:, None] * np.eye(k)[:, :, None]) / 2
    p = inverse_sigma(loadings, unique)
    return np.where(converged, np.einsum("ijm,jlm->ilm", np.einsum("ijm,jlm->ilm", p, core), p), nan)


def _misfit_beyond(cov: Array, fits: ManyFits) -> Array:
    """Return how much worse than S itself the model fits, (m,); NaN without a solution."""
    converged, identity = fits.converged, np.eye(len(cov))[:, :, None]
    scale = np.sqrt(np.where(converged, np.einsum("iim->im", cov), 1.0))
    r = np.where(converged, cov / (scale[:, None] * scale), identity)
    loadings, unique = np.where(converged, fits.loadings / scale, 1.0), np.where(converged, fits.uniquenesses, 1.0)
    determinant = np.linalg.slogdet(np.moveaxis(r, -1, 0))[1]
    beyond = point_at(r, loadings, unique / scale**2).misfit - determinant - len(cov)
    return np.where(converged, np.maximum(beyond, 0.0), nan)


class OmegaReplicates(NamedTuple):
    """Omega of many resamples, NaN without a solution; how many were improper (Heywood), and not converged."""

    omega: Array
    heywood: Array
    not_converged: Array


def omega_resampled(cov: Array, start: ManyFits | None = None) -> OmegaReplicates:
    """Return omega of every resample from covariance matrices with divisor n, (..., resamples, k, k).

    Omega is (..., resamples), the counts are (...). Improper solutions are kept, as in the estimate, and counted.

    Parameters
    ----------
    cov : ndarray, (..., resamples, k, k)
    start : ManyFits, optional
        The fits of the samples, one for each of the leading axes.

    Examples
    --------
    >>> from analysis.stats.bootstrap import draw_weights, features, resampled
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
    >>> moments = resampled(draw_weights(200, 1000, rng), [features(x)])[0]
    >>> found = omega_resampled(moments.covariances(ddof=0))
    >>> found.omega.shape, int(found.heywood), int(found.not_converged)
    ((1000,), 0, 0)
    """
    shape, k = cov.shape[:-2], cov.shape[-1]
    flat = np.moveaxis(cov, (-2, -1), (0, 1)).reshape(k, k, -1)
    if start is not None:
        start = ManyFits(*(np.repeat(part, shape[-1], axis=1) for part in (start.loadings, start.uniquenesses)))
    fits = fit_many(flat, start, persist=False)
    heywood, lost = (part.reshape(shape).sum(axis=-1) for part in (fits.heywood, ~fits.converged))
    return OmegaReplicates(fits.omega.reshape(shape), heywood, lost)
