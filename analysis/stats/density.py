"""Points on a plane: a smooth density, levels that enclose shares of it, and the confidence region of a mean."""

from __future__ import annotations

from math import pi

import numpy as np
from scipy.special import fdtri

from analysis.stats.value import Array

GRID = 101
Bounds = tuple[tuple[float, float], tuple[float, float]]


def smooth_density(points: Array, bounds: Bounds) -> tuple[Array, Array, Array]:
    """Return grid x, grid y and the density over them of (n, 2) points; rows of the density run along y.

    A product of normal kernels with Scott's bandwidth, sd n^(-1/6), at least 2 % of the axis. Source: Scott (1992,
    ISBN 978-0471547709).
    """
    n = len(points)
    axes, kernels = [], []
    for (low, high), values in zip(bounds, points.T, strict=True):
        grid = np.linspace(low, high, GRID)
        width = max(float(values.std(ddof=1)) * n ** (-1 / 6), 0.02 * (high - low))
        axes.append(grid)
        kernels.append(np.exp(-(((grid[:, None] - values) / width) ** 2) / 2) / (width * np.sqrt(2 * pi)))
    return axes[0], axes[1], kernels[1] @ kernels[0].T / n


def enclosing_levels(density: Array, shares: tuple[float, ...]) -> tuple[float, ...]:
    """Return, for each share of the mass, the density above which that share lies."""
    ordered = np.sort(density.ravel())[::-1]
    mass = np.cumsum(ordered) / ordered.sum()
    return tuple(float(ordered[np.searchsorted(mass, share)]) for share in shares)


def mean_ellipse(points: Array, confidence: float) -> Array:
    """Return the outline of the confidence region of the mean of (n, 2) independent points, (120, 2).

    The points m for which n (m - mean)' S^-1 (m - mean) = 2 (n - 1) / (n - 2) F(2, n - 2). Source: Hotelling (1931),
    https://doi.org/10.1214/aoms/1177732979.
    """
    n = len(points)
    radius = np.sqrt(2 * (n - 1) / (n - 2) * fdtri(2, n - 2, confidence) / n)
    values, vectors = np.linalg.eigh(np.cov(points, rowvar=False))
    angle = np.linspace(0, 2 * pi, 120)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    return points.mean(axis=0) + radius * circle @ (vectors * np.sqrt(np.maximum(values, 0))).T
