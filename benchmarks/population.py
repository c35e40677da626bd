"""Couples whose population is known exactly: answers on five points, cut from normal variables.

Three scales of four items for each of two partners. Every item reflects its factor equally, so a one-factor model,
equal loadings and equal partners are all true; that makes p values checkable. The covariance matrix of the answers
follows from the thresholds by integration, so a statistic's true value is the statistic of that matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtri

from analysis.stats.binormal import category_covariance, category_shares, category_variance, rho_for_covariance
from analysis.stats.value import Array

SCALES, ITEMS, PARTNERS = 3, 4, 2
BETWEEN_SCALES = 0.5  # correlation of the factors of two scales within a person
SAME_ITEM = 0.1  # what the same item shares between partners beyond the factor, where partners are related
SHARES = {"symmetric": (0.07, 0.31, 0.69, 0.93), "skewed": (0.50, 0.75, 0.88, 0.96)}  # cumulated, of five answers
BISECTIONS = 60


@dataclass(frozen=True, eq=False)
class Population:
    """Normal correlations, thresholds and the exact covariance matrix of (scale, partner, item), flat in this order."""

    normal: Array
    thresholds: Array
    covariance: Array

    @property
    def mean(self) -> float:
        """The mean of an item's answers."""
        shares = category_shares(self.thresholds)
        return float(shares @ np.arange(1, len(shares) + 1))

    def draw(self, couples: int, generator: np.random.Generator) -> Array:
        """Return answers 1 to 5 of so many couples, (couples, scales, partners, items)."""
        root = np.linalg.cholesky(self.normal)
        y = generator.standard_normal((couples, len(root))) @ root.T
        codes = 1.0 + np.searchsorted(self.thresholds, y)
        return codes.reshape(couples, SCALES, PARTNERS, ITEMS)

    def of(self, *places: tuple[int, int]) -> Array:
        """Return the covariance matrix of the items of some (scale, partner) in this order."""
        rows = [np.arange(ITEMS) + ITEMS * (PARTNERS * scale + partner) for scale, partner in places]
        chosen = np.concatenate(rows)
        return self.covariance[np.ix_(chosen, chosen)]


@cache
def population(shape: str, alpha: float, partner_r: float) -> Population:
    """Return the population in which each scale's alpha and the partners' correlation of scores are the given ones."""
    h = ndtri(np.array(SHARES[shape]))
    variance = category_variance(h)
    within = rho_for_covariance(h, h, variance * alpha / (ITEMS - alpha * (ITEMS - 1)))
    across = _across(h, variance, alpha, partner_r, within)
    normal = _normal(within, across, SAME_ITEM if partner_r else 0.0)
    covariances = {rho: category_covariance(h, h, rho) for rho in np.unique(normal[normal < 1])}
    answers = np.array([[variance if rho == 1 else covariances[rho] for rho in row] for row in normal])
    return Population(normal, h, answers)


def _across(h: Array, variance: float, alpha: float, partner_r: float, within: float) -> float:
    """Return the normal correlation of different items of two partners at which their scores correlate as asked."""
    if not partner_r:
        return 0.0
    inside = variance * alpha / (ITEMS - alpha * (ITEMS - 1))
    wanted = partner_r * (variance + (ITEMS - 1) * inside)  # the same for both partners, times ITEMS on either side
    low, high = 0.0, within
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        shared = category_covariance(h, h, middle + SAME_ITEM * (1 - within))
        reached = shared + (ITEMS - 1) * category_covariance(h, h, middle) < wanted
        low, high = (middle, high) if reached else (low, middle)
    return (low + high) / 2


def _normal(within: float, across: float, same_item: float) -> Array:
    """Return the correlations of the normal variables, (scale, partner, item) by (scale, partner, item)."""
    scales = np.where(np.eye(SCALES, dtype=bool), 1.0, BETWEEN_SCALES)
    partners = np.array([[within, across], [across, within]])
    blocks = np.kron(np.kron(scales, partners), np.ones((ITEMS, ITEMS)))
    own = np.kron(np.eye(SCALES), np.kron([[0.0, 1.0], [1.0, 0.0]], np.eye(ITEMS)))
    normal = blocks + same_item * (1 - within) * own
    np.fill_diagonal(normal, 1.0)
    return normal
