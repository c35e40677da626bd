"""Agreement inside each couple: r_wg and the average deviation, one number a couple.

``first`` and ``second`` are (couples, items), answers of the two partners to the items of a scale, or to one item,
keyed one way; a couple with a missing answer has NaN. Neither changes with who comes first. Their means over couples
have the t interval of :func:`analysis.stats.moments.mean_t`.

Sources: James, Demaree & Wolf (1984), https://doi.org/10.1037/0021-9010.69.1.85; Burke, Finkelstein & Dusig (1999),
https://doi.org/10.1177/109442819921004; LeBreton & Senter (2008), https://doi.org/10.1177/1094428106296642.
"""

from __future__ import annotations

import numpy as np

from analysis.stats.value import Array


def rwg(first: Array, second: Array, categories: int) -> Array:
    """Return r_wg(j) of each couple against the uniform null, (couples,), from 0 to 1.

    J (1 - s) / (J (1 - s) + s), with s the mean over J items of the variance of the couple's two answers, d^2 / 2,
    over that of C equally likely categories, (C^2 - 1) / 12. With one item it is r_wg, 1 - s.

    Notes
    -----
    As published, s above 1 counts as 1: a couple that differs more than chance has 0, so a mean over couples is not
    linear in the differences. More items alone raise r_wg(j), so scales of different length do not compare. What
    couples share by stereotype alone it counts as agreement.

    Examples
    --------
    >>> rwg(np.array([[1.0], [4.0], [5.0], [2.0]]), np.array([[1.0], [3.0], [1.0], [np.nan]]), 5)
    array([1.  , 0.75, 0.  ,  nan])
    >>> rwg(np.array([[1.0, 4.0, 2.0]]), np.array([[1.0, 3.0, 3.0]]), 5).round(3)
    array([0.938])
    """
    items = first.shape[1]
    ratio = np.minimum(1.0, ((first - second) ** 2).mean(axis=1) / 2 / ((categories**2 - 1) / 12))
    return items * (1 - ratio) / (items * (1 - ratio) + ratio)


def average_deviation(first: Array, second: Array) -> Array:
    """Return the average deviation of each couple, (couples,): how far an answer is from the couple's mean, over items.

    Half the mean absolute difference, in units of the answers; of two persons the mean and the median are the same, so
    AD about the mean is AD about the median.

    Examples
    --------
    >>> average_deviation(np.array([[1.0, 4.0], [5.0, 2.0]]), np.array([[1.0, 3.0], [1.0, np.nan]]))
    array([0.25,  nan])
    """
    return np.abs(first - second).mean(axis=1) / 2
