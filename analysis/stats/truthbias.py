"""Truth and bias: how far what one partner says of the other follows the other's own word, and how far one's own.

For scales with mirrored items. A perceiver has three scores: ``perceived``, the answers about the partner; ``truth``,
the partner's own; ``own``, the same person's about him- or herself. "Truth" is the partner's word, no more. Sources:
West & Kenny (2011), https://doi.org/10.1037/a0022936; Stern & West (2018), https://doi.org/10.1177/0265407517712615.
"""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np

from analysis.stats.intervals import t_two_sided
from analysis.stats.moments import difference, mean_clustered, mean_t
from analysis.stats.regression import least_squares, robust
from analysis.stats.value import Array, Value


class TruthBias(NamedTuple):
    """Truth force, bias force and directional bias."""

    truth: Value
    bias: Value
    directional: Value


def truth_bias(perceived: Array, truth: Array, own: Array, confidence: float) -> TruthBias:
    """Return truth force, bias force (assumed similarity) and directional bias.

    Parameters
    ----------
    perceived, truth, own : ndarray, (couples, perceivers)
        One column for the perceivers of one role, a call for each role; both partners of exchangeable couples in two.
        NaN = missing; a perceiver counts who has all three.
    confidence : float

    Notes
    -----
    perceived - mean truth = directional + truth force (truth - mean) + bias force (own - mean) + rest, by least
    squares over perceivers. Each predictor is centred at its own mean, so directional bias is mean perceived minus mean
    truth whatever the forces are. Standard errors of the forces by leaving couples out (HC3 with one perceiver a
    couple, clusters of couples with two), t with couples - 3 df. Directional bias has the interval of the paired
    difference: a regression's intercept takes the mean of truth for known.

    Forces are of answers, errors of measurement among them: an unreliable truth lowers its force and may raise the
    other. In simulated couples (50 and 100; normal scores, symmetric or skewed five-point scale means; perceivers of
    one role or both) 95 % intervals held the truth in .94 to .96 of the samples, those that take the mean of truth for
    known held directional bias in .87 to .91. NaN where a predictor does not vary, where both are
    the same up to a line, or for fewer than four perceivers.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> truth, own = rng.normal(size=(2, 300, 1))
    >>> perceived = 0.3 + 0.6 * truth + 0.2 * own + 0.5 * rng.normal(size=(300, 1))
    >>> [round(value.estimate, 1) for value in truth_bias(perceived, truth, own, 0.95)]
    [0.5, 0.2, 0.3]
    """
    kept = np.isfinite(perceived) & np.isfinite(truth) & np.isfinite(own)
    if not kept.any():
        return TruthBias(*(Value(nan),) * 3)
    of_couple = kept.any(axis=1)
    kept, perceived, truth, own = (part[of_couple] for part in (kept, perceived, truth, own))
    directional = _directional(perceived, truth, kept, confidence)
    predictors = [np.where(kept, part - part[kept].mean(), 0.0) for part in (truth, own)]
    design = np.stack([kept.astype(float), *predictors], axis=2)
    fit = least_squares(design, np.where(kept, perceived - truth[kept].mean(), 0.0))
    if fit is None:
        return TruthBias(Value(nan), Value(nan), directional)
    _, force, assumed = robust(fit, confidence)
    return TruthBias(force, assumed, directional)


def _directional(perceived: Array, truth: Array, kept: Array, confidence: float) -> Value:
    """Return mean perceived minus mean truth; with two perceivers a couple, couples are clusters."""
    d = difference(perceived[kept], truth[kept])
    if kept.shape[1] == 1:
        return mean_t(d, confidence)
    value = mean_clustered(d, np.repeat(np.arange(len(kept)), kept.sum(axis=1)), confidence)
    test = value.estimate / value.se if value.se > 0 else nan
    return value._replace(test=test, p=t_two_sided(test, value.df))
