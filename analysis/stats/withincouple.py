"""Agreement inside each couple over the items of one scale, against a null of answers by chance.

``x`` and ``y`` are (couples, k): both partners' answers to the same k items, complete, with declared numbers of
categories. The null is uniform: every category equally likely. People do not answer so; on skewed items strangers
agree, too, and these numbers say little without those of random couples. Sources: James, Demaree & Wolf (1984),
https://doi.org/10.1037/0021-9010.69.1.85; LeBreton & Senter (2008), https://doi.org/10.1177/1094428106296642.
"""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np

from analysis.stats.moments import mean_t
from analysis.stats.value import Array, Value


class WithinCouple(NamedTuple):
    """Means over couples, and the share of couples who differ more than chance, whose r_wg(j) was set to 0."""

    rwg: Value
    rwg_linear: Value
    average_deviation: Value
    beyond_chance: float


def within_couple(x: Array, y: Array, categories: int | Array, confidence: float) -> WithinCouple:
    """Return r_wg(j), its linear form r*_wg(j) and the average deviation: means over couples with t intervals.

    Parameters
    ----------
    x, y : ndarray, (couples, k)
    categories : int or ndarray, (k,)
        How many answers each item offers, at least 2.
    confidence : float

    Notes
    -----
    u = mean over items of s_j^2 / ((C_j^2 - 1) / 12), s_j^2 = (x_j - y_j)^2 / 2. r_wg(j) = k (1 - u) / (k (1 - u) + u),
    and 0 where u > 1 (the convention; that hides disagreement beyond chance, counted in ``beyond_chance``). It grows
    with k alone. r*_wg(j) = 1 - u does not, and stays negative where partners differ more than chance: with two people
    of five-point items down to -3. Average deviation: mean over items of |x_j - y_j| / 2, in points; by chance
    :func:`uniform_deviation`. All are the same whoever comes first. Sources, besides the module's: Lindell, Brandt &
    Whitney (1999), https://doi.org/10.1177/01466219922031257; Burke, Finkelstein & Dusig (1999),
    https://doi.org/10.1177/109442819921004.

    Examples
    --------
    >>> x, y = np.array([[4.0, 5], [2, 1]]), np.array([[4.0, 4], [2, 5]])
    >>> found = within_couple(x, y, 5, 0.95)
    >>> found.rwg_linear.estimate, found.average_deviation.estimate, found.beyond_chance
    (-0.0625, 0.625, 0.5)
    """
    declared = np.broadcast_to(np.asarray(categories), x.shape[1:])
    if not (declared >= 2).all():
        message = f"every item needs at least two categories; found {declared.min()}"
        raise ValueError(message)
    n, k = x.shape
    if not n or not k:
        return WithinCouple(*(Value(nan),) * 3, nan)
    apart = np.abs(x - y)
    u = (6 * apart**2 / (declared**2 - 1)).mean(axis=1)
    agreed = k * np.maximum(1 - u, 0.0)
    rwg = agreed / (agreed + u)
    return WithinCouple(
        mean_t(rwg, confidence),
        mean_t(1 - u, confidence),
        mean_t(apart.mean(axis=1) / 2, confidence),
        float((u > 1).mean()),
    )


def uniform_deviation(categories: int | Array) -> float:
    """Return the average deviation of two people who answer by chance: mean of (C^2 - 1) / (6 C) over the items.

    Examples
    --------
    >>> uniform_deviation(5)
    0.8
    """
    declared = np.asarray(categories, dtype=float)
    return float(((declared**2 - 1) / (6 * declared)).mean())
