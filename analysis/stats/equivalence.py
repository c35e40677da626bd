"""Are two partners' means near enough? Two one-sided tests within bounds that somebody set beforehand."""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy.special import stdtr

from analysis.stats.moments import difference, mean_t, sd
from analysis.stats.value import Array, Value


def equivalence(x: Array, y: Array, bound: float, confidence: float) -> Value:
    """Return the mean of x - y with the interval and the p of two one-sided t tests against -bound and +bound.

    Parameters
    ----------
    x, y : ndarray, (couples,)
        Complete. Not for exchangeable partners.
    bound : float
        The largest difference in points of the score that counts as none, above 0; fixed before the data are seen.
    confidence : float
        1 - alpha; the interval has 1 - 2 alpha, so that it lies within the bounds exactly where p < alpha.

    Notes
    -----
    ``p`` is the larger of the two one-sided p values and ``test`` its t, df = n - 1. That a difference is not
    significant never shows that there is none; this does. In simulated scale means of four five-point items with a true
    difference at the bound it said "within" at .05 in .047 to .055 of the samples (50 and 100 couples). No test where
    all differences are the same. Sources: Schuirmann (1987), https://doi.org/10.1007/BF01068419; Lakens (2017),
    https://doi.org/10.1177/1948550617697177.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=200)
    >>> value = equivalence(x, x + 0.5 * rng.normal(size=200), 0.2, 0.95)
    >>> value.p < 0.05, -0.2 < value.lower, value.upper < 0.2
    (True, True, True)
    """
    if not bound > 0:
        message = f"an equivalence bound is above 0; found {bound}"
        raise ValueError(message)
    d = difference(x, y)
    mean, spread, df = mean_t(d, 2 * confidence - 1), sd(d), len(d) - 1
    if not spread > 0:
        return Value(mean.estimate)
    below, above = (np.array([mean.estimate + bound, bound - mean.estimate]) * sqrt(len(d)) / spread).tolist()
    test = below if below < above else -above
    return mean._replace(test=test, p=float(stdtr(df, -min(below, above))))
