"""The bivariate normal distribution cut into ordered categories: what answers are of the attitudes behind them."""

from __future__ import annotations

from math import nan, pi

import numpy as np
from scipy.special import ndtr

from analysis.stats.value import Array

NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)
BISECTIONS = 60
LARGEST = 0.999


def category_shares(thresholds: Array, shift: float = 0.0) -> Array:
    """Return the share of each category of a standard normal variable moved by ``shift``; (c,) -> (c + 1,)."""
    above = np.concatenate([[1.0], ndtr(shift - thresholds), [0.0]])
    return -np.diff(above)


def mean_category(thresholds: Array, shift: float) -> float:
    """Return the mean category, counted from 0."""
    return float(ndtr(shift - thresholds).sum())


def shift_for_mean(thresholds: Array, mean: float) -> float:
    """Return the shift at which the mean category is the given one, by bisection; NaN where no shift reaches it."""
    if not 0 < mean < len(thresholds):
        return nan
    low, high = -10.0, 10.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if mean_category(thresholds, middle) < mean else (low, middle)
    return (low + high) / 2


def category_covariance(h: Array, k: Array, rho: float) -> float:
    """Return the covariance of two category numbers whose normal variables correlate rho.

    The integral over r from 0 to rho of the bivariate normal density at every pair of thresholds ``h`` and ``k``, over
    the angle arcsin(r), in which it stays smooth up to rho = 1, by Gauss-Legendre with 48 nodes. Source: Plackett
    (1954), https://doi.org/10.1093/biomet/41.3-4.351.

    Examples
    --------
    >>> median = np.array([0.0])
    >>> round(category_covariance(median, median, 0.5), 6), round(np.arcsin(0.5) / (2 * pi), 6)
    (0.083333, np.float64(0.083333))
    """
    half = np.arcsin(rho) / 2
    angle = half * (NODES + 1)
    a, b, r = h[:, None, None], k[None, :, None], np.sin(angle)
    density = np.exp(-(a**2 - 2 * r * a * b + b**2) / (2 * np.cos(angle) ** 2)) / (2 * pi)
    return float(density.sum(axis=(0, 1)) @ WEIGHTS) * float(half)


def rho_for_covariance(h: Array, k: Array, covariance: float) -> float:
    """Return the normal correlation behind a covariance of categories, by bisection; NaN where none reaches it."""
    if covariance == 0:
        return 0.0
    sign = 1.0 if covariance >= 0 else -1.0
    if abs(covariance) > abs(category_covariance(h, k, sign * LARGEST)):
        return nan
    low, high = 0.0, LARGEST
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        inside = abs(category_covariance(h, k, sign * middle)) < abs(covariance)
        low, high = (middle, high) if inside else (low, middle)
    return sign * (low + high) / 2
