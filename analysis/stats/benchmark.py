"""Agreement indices of couples beside those of random couples, for many scales or items at once.

Partners may agree because they know each other, or because everybody answers alike. Persons who are no couple show how
much the second alone brings: Kenny & Acitelli (1994), https://doi.org/10.1037/0893-3200.8.4.417. ``pairs`` is
(couples, 2, measures), NaN where an answer is missing; a couple counts for a measure with both answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from analysis.stats.categories import declared_categories
from analysis.stats.margins import Form, forms_of_items, forms_of_scores, parts_of_items, parts_of_scores
from analysis.stats.randomcouples import Law, laws
from analysis.stats.repairing import in_order
from analysis.stats.resampling import mid_p, two_sided_p
from analysis.stats.value import Array


class Benchmark(NamedTuple):
    """What an index is for random couples, each (measures,).

    ``estimate`` is the index with its mean over couples replaced by the mean over all pairs that are no couple, margins
    unchanged; ``se`` its SD over random re-pairings; ``lower`` and ``upper`` the band of drawn re-pairings; ``p`` the
    two-sided permutation p of the couples' own value, and ``mid_p`` the same with ties counted one half.
    """

    estimate: Array
    lower: Array
    upper: Array
    se: Array
    p: Array
    mid_p: Array


def benchmark_scores(
    pairs: Array,
    strata: Array,
    confidence: float,
    *,
    exchangeable: bool,
    resamples: int,
    rng: np.random.Generator,
) -> dict[str, Benchmark]:
    """Return for each index of agreement of scores what it is for random couples.

    Parameters
    ----------
    pairs : Array
        (couples, 2, measures). Neither the order of couples nor, exchangeable, who is first changes a number.
    strata : Array
        (couples,), whole numbers; persons are paired anew within a stratum only (the couple's composition).
    confidence : float
        Of the band, 0 to 1.
    exchangeable : bool
        Pair all persons anew and return only indices that do not ask who is first.
    resamples : int
        Random re-pairings, the same ones for all measures; needed for p and band only.

    Returns
    -------
    dict of index to Benchmark
        icc_1, icc_pairwise, krippendorff_interval, mean_abs_difference; with roles also pearson_r, icc_a1, icc_c1, ccc.

    Notes
    -----
    An index is (a + b s) / (c + d s) with s a mean over couples, so mean and SD over re-pairings need no draws: they
    are exact for d = 0. For icc_1 and icc_a1 ``se`` is the first order: within 0.2 % with 20 couples, 1 % with 10,
    which 5,000 draws would not reach. p is computed on s, so all indices made from the same s share it: pearson_r, the
    four ICCs, ccc and krippendorff_interval do. Re-pairings hold true couples by chance and ``estimate`` does not, so
    it is farther from the couples' value than their mean, by (value - mean) / (n - 1) with roles and one stratum.
    NaN where the index is undefined; se, p and band also for fewer than three couples that can be paired anew.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> pairs = rng.normal(size=(40, 1, 1)) + rng.normal(size=(40, 2, 1))  # a true correlation of .5
    >>> found = benchmark_scores(
    ...     pairs, np.zeros(40), 0.95, exchangeable=False, resamples=999, rng=np.random.default_rng(2)
    ... )["ccc"]
    >>> bool(abs(found.estimate[0]) < 0.02), bool(found.p[0] < 0.01), bool(found.lower[0] < 0 < found.upper[0])
    (True, True, True)
    """
    people, strata = _in_order(pairs, strata, exchangeable=exchangeable)
    parts = parts_of_scores(people, exchangeable=exchangeable)
    found = laws(parts, strata, exchangeable=exchangeable, resamples=resamples, rng=rng)
    return _benchmarks(forms_of_scores(people, exchangeable=exchangeable), found, confidence)


def benchmark_items(
    pairs: Array,
    categories: int | Array,
    strata: Array,
    confidence: float,
    *,
    exchangeable: bool,
    resamples: int,
    rng: np.random.Generator,
) -> dict[str, Benchmark]:
    """Return for each index of agreement of items what it is for random couples; see :func:`benchmark_scores`.

    ``pairs`` holds categories 1 .. C, ``categories`` C of every item or of each. Indices are those of scores and exact,
    within_1, kappa, kappa_linear, kappa_quadratic, ac1, ac2 and brennan_prediger (both with quadratic weights), and
    krippendorff_ordinal; shares are between 0 and 1. Exchangeable, kappas are those of the symmetrised table. All of
    these are exact.

    Raises
    ------
    ValueError
        If an answer is none of the categories.

    Examples
    --------
    >>> pairs = np.array([[1.0, 1.0], [2.0, 2.0], [1.0, 1.0], [2.0, 1.0]])[:, :, None]
    >>> found = benchmark_items(
    ...     pairs, 2, np.zeros(4), 0.95, exchangeable=False, resamples=99, rng=np.random.default_rng(1)
    ... )
    >>> [round(float(found[name].estimate[0]), 3) for name in ("exact", "kappa")]
    [0.417, -0.167]
    """
    people, strata = _in_order(pairs, strata, exchangeable=exchangeable)
    declared = declared_categories(np.where(np.isnan(people), 1, people).T, categories)
    parts = parts_of_items(people, exchangeable=exchangeable)
    found = laws(parts, strata, exchangeable=exchangeable, resamples=resamples, rng=rng, codes=people)
    return _benchmarks(forms_of_items(people, declared, exchangeable=exchangeable), found, confidence)


def _in_order(pairs: Array, strata: Array, *, exchangeable: bool) -> tuple[Array, Array]:
    """Return persons' values, (measures, 2 couples), and couples' strata, sorted by the numbers alone.

    A couple with both answers to nothing is left out: it must not change the draws of the others.
    """
    there = (~np.isnan(pairs[:, 0] + pairs[:, 1])).any(axis=1)
    pairs, strata = pairs[there], np.asarray(strata)[there]
    labels = np.broadcast_to(strata.astype(float)[:, None, None], (len(pairs), 2, 1))
    ordered = in_order(np.concatenate([labels, pairs], axis=2), exchangeable=exchangeable)
    return ordered[:, :, 1:].transpose(2, 1, 0).reshape(pairs.shape[2], 2 * len(pairs)), ordered[:, 0, 0]


def _benchmarks(forms: Mapping[str, Form], found: Mapping[str, Law], confidence: float) -> dict[str, Benchmark]:
    tails = {name: _tails(law) for name, law in found.items()}
    return {name: _benchmark(form, found[form.kernel], tails[form.kernel], confidence) for name, form in forms.items()}


def _benchmark(form: Form, law: Law, tails: Array, confidence: float) -> Benchmark:
    p, middle = np.where(np.isnan(form.at(law.observed)), np.nan, tails)
    spread = np.abs(form.slope(law.mean)) * law.sd
    return Benchmark(form.at(law.all_pairs), *null_band(form, law, confidence), spread, p, middle)


def null_band(form: Form, law: Law, confidence: float) -> tuple[Array, Array]:
    """Return the quantiles of an index over the drawn re-pairings that hold the middle share ``confidence`` of them.

    An index is monotone in its mean over couples, so these are the index at the quantiles of that mean. NaN without
    draws.
    """
    if not law.draws.shape[1]:
        nothing = np.full(len(law.draws), np.nan)
        return nothing, nothing
    tail = (1 - confidence) / 2
    ends = form.at(np.quantile(law.draws, [tail, 1 - tail], axis=1))
    return ends.min(axis=0), ends.max(axis=0)


def _tails(law: Law) -> Array:
    """Return p and mid-p of the couples' own mean, (2, measures)."""
    found = np.full((2, len(law.mean)), np.nan)
    if law.draws.shape[1]:
        for j in np.flatnonzero(np.isfinite(law.mean)):
            seen = float(law.observed[j]), law.draws[j], float(law.mean[j])
            found[:, j] = two_sided_p(*seen), mid_p(*seen)
    return found
