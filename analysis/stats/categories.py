"""Ordered answers as categories: how many are declared, which one each answer is, thresholds of a normal attitude."""

from __future__ import annotations

from functools import cache
from math import nan

import numpy as np
from scipy.special import ndtri

from analysis.stats.value import Array

CLIP = 8.0  # the threshold of a share of 0 or 1


def declared_categories(x: Array, categories: int | Array) -> Array:
    """Return the number of categories of each item, (k,); refuse answers that are none of them."""
    declared = np.broadcast_to(np.asarray(categories, dtype=int), x.shape[1:])
    if not ((x >= 1) & (x <= declared) & (x == np.round(x))).all():
        message = "answers must be the categories 1 .. C of their item, without missing ones"
        raise ValueError(message)
    return declared


@cache
def pairs(k: int) -> tuple[Array, Array]:
    """Return first and second item of every pair, in the order (0, 1), (0, 2) ..."""
    first, second = np.triu_indices(k, 1)
    first.flags.writeable = second.flags.writeable = False
    return first, second


def one_hot(x: Array, categories: int) -> Array:
    """Return which category each answer is; (n, k) -> 0 or 1 (n, k, C)."""
    return (x[:, :, None] == np.arange(1, categories + 1)).astype(float)


def thresholds(counts: Array) -> Array:
    """Return the normal quantiles of the cumulated shares, at most 8 in size; counts (C, ...) -> (C - 1, ...)."""
    total = counts.sum(axis=0)
    shares = counts.cumsum(axis=0)[:-1] / np.where(total > 0, total, nan)
    return np.clip(ndtri(shares), -CLIP, CLIP)


def is_constant(counts: Array) -> Array:
    """Return whether all answers fall into one category; counts (C, ...) -> (...)."""
    return np.asarray(counts.max(axis=0) == counts.sum(axis=0))
