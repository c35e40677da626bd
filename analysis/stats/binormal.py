"""The bivariate normal distribution cut into ordered categories: what answers are of the attitudes behind them."""

from __future__ import annotations

from functools import cache
from math import nan, pi

import numpy as np
from scipy.special import ndtr

from analysis.stats.value import Array

NODES = 48
BISECTIONS = 60
LARGEST = 0.999


def category_shares(thresholds: Array) -> Array:
    """Return the share of each category of a standard normal variable; (c,) -> (c + 1,)."""
    above = np.concatenate([[1.0], ndtr(-thresholds), [0.0]])
    return -np.diff(above)


def category_variance(thresholds: Array) -> float:
    """Return the variance of the category's number."""
    shares, numbers = category_shares(thresholds), np.arange(len(thresholds) + 1)
    return float(shares @ numbers**2 - (shares @ numbers) ** 2)


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


def quadrant_gain(h: Array, k: Array, end: Array | float, start: Array | float = 0.0, *, nodes: int = 24) -> Array:
    """Return what P(X < h, Y < k) gains as the correlation goes from sin(start) to sin(end); all broadcast together.

    The integral of the bivariate normal density over the correlation, taken over its angle, in which it stays smooth up
    to a correlation of 1, by Gauss-Legendre. From 0, 24 nodes are exact to rounding up to |rho| = .95, to 4e-14 at .98
    and 1e-10 at .995; 12 nodes to 3e-15 at .8 and 5e-10 at .95. Source: Plackett (1954),
    https://doi.org/10.1093/biomet/41.3-4.351.

    Examples
    --------
    >>> quadrant_gain(np.array(0.0), np.array(0.0), np.arcsin(0.5)).round(6), round(np.arcsin(0.5) / (2 * pi), 6)
    (np.float64(0.083333), np.float64(0.083333))
    """
    points, weights = gauss_legendre(nodes)
    half = np.asarray((end - start) / 2)
    rank = max(np.ndim(h), np.ndim(k), half.ndim)
    angle = start + half * (points.reshape(-1, *[1] * rank) + 1)
    exponent = h * k * np.sin(angle)
    exponent -= (h**2 + k**2) / 2
    exponent /= np.cos(angle) ** 2
    values = np.exp(exponent, out=exponent)
    return (weights @ values.reshape(nodes, -1)).reshape(values.shape[1:]) * (half / (2 * pi))


@cache
def gauss_legendre(nodes: int) -> tuple[Array, Array]:
    """Return nodes on (-1, 1) and weights of Gauss-Legendre integration."""
    return np.polynomial.legendre.leggauss(nodes)


def category_covariance(h: Array, k: Array, rho: float) -> float:
    """Return the covariance of two category numbers whose normal variables correlate rho and are cut at h and k.

    What the quadrants below every pair of thresholds gain over independence, with 48 nodes: good to 2e-13 at .999.

    Examples
    --------
    >>> median = np.array([0.0])
    >>> round(category_covariance(median, median, 0.5), 6), round(np.arcsin(0.5) / (2 * pi), 6)
    (0.083333, np.float64(0.083333))
    """
    return float(quadrant_gain(h[:, None], k, np.arcsin(rho), nodes=NODES).sum())


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
