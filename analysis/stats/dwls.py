"""Loadings of one factor by diagonally weighted least squares, for many correlation matrices at once."""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np

from analysis.stats.value import Array

ITERATIONS = 200
AT_REST = 1e-10  # largest last step of a loading
HALVINGS = 30
SMALL = 1e-6  # steps that are taken in any case
FLAT = 1e-8  # smallest curvature, of weights with mean 1, at which the minimum determines the loadings


def dwls_loadings(correlations: Array, precision: Array) -> Array:
    """Return the loadings of one factor that fit correlations best, weighted; (B, k, k) twice -> (B, k).

    The minimum of the sum over pairs of precision times (r_ij - l_i l_j)^2, by Gauss-Newton from the first principal
    component, steps halved while the fit gets worse; diagonals must be 0. The loadings' sum is made positive. NaN where
    the iterations do not come to rest, or the fit is flat in some direction, as where no items go together.

    Examples
    --------
    >>> l = np.array([0.9, 0.8, 0.7, 0.6])
    >>> r, pairs = np.outer(l, l), 1 - np.eye(4)
    >>> dwls_loadings((r * pairs)[None], pairs[None]).round(6)
    array([[0.9, 0.8, 0.7, 0.6]])
    """
    weights = precision / precision.mean(axis=(1, 2), keepdims=True)
    fits = _Loadings(correlations, weights, _first_component(correlations))
    found, left = np.full(correlations.shape[:2], nan), np.arange(len(correlations))
    for _ in range(ITERATIONS):
        step = fits.step()
        fits = fits.advanced(step)
        done = np.abs(step).max(axis=1) < AT_REST
        if done.any():
            found[left[done]] = fits.only(done).determined()
            fits, left = fits.only(~done), left[~done]
        if not len(left):
            break
    return found * np.where(found.sum(axis=1, keepdims=True) < 0, -1, 1)


def _first_component(correlations: Array) -> Array:
    """Return loadings from the first principal component, less what the diagonal adds to it."""
    values, vectors = np.linalg.eigh(correlations)  # the diagonal is 0: eigenvalues less 1
    return np.asarray(vectors[:, :, -1] * np.sqrt(np.maximum(values[:, -1:], 0.1)))


class _Loadings(NamedTuple):
    """One-factor fits on their way: correlations and weights (B, k, k), loadings (B, k)."""

    correlations: Array
    weights: Array
    loadings: Array

    def misfit(self) -> Array:
        return (self.weights * (self.correlations - self._products()) ** 2).sum(axis=(1, 2))

    def _products(self) -> Array:
        return self.loadings[:, :, None] * self.loadings[:, None, :]

    def curvature(self) -> Array:
        """Return the Gauss-Newton approximation of the second derivatives, (B, k, k)."""
        matrix = self.weights * self._products()
        diagonal = np.arange(matrix.shape[1])
        matrix[:, diagonal, diagonal] = (self.weights @ self.loadings[..., None] ** 2)[..., 0]
        return matrix

    def only(self, which: Array) -> _Loadings:
        return _Loadings(*(part[which] for part in self))

    def determined(self) -> Array:
        """Return the loadings, NaN where the fit is flat in some direction."""
        curved = np.linalg.eigvalsh(self.curvature())[:, :1] > FLAT
        return np.where(curved, self.loadings, nan)

    def step(self) -> Array:
        rest = self.weights * (self.correlations - self._products())
        ridge = FLAT * np.eye(self.loadings.shape[1])  # only against division by zero: it moves no minimum
        return np.linalg.solve(self.curvature() + ridge, rest @ self.loadings[..., None])[..., 0]

    def advanced(self, step: Array) -> _Loadings:
        """Return the fits after the step, halved where the fit would get worse."""
        before, step = self.misfit(), step.copy()
        for _ in range(HALVINGS):
            after = self._replace(loadings=self.loadings + step)
            worse = (after.misfit() > before) & (np.abs(step).max(axis=1) > SMALL)
            if not worse.any():
                break
            step[worse] /= 2
        return after
