"""How alike persons who are no couple are: the mean of a function of two persons, for many measures at once.

A kernel R is a function of two persons' values. Its mean over the couples is all that an agreement index learns of who
belongs to whom: everything else is margins, which no re-pairing changes (:mod:`analysis.stats.margins`). The mean of R
over all pairs that are no couple, and its mean and SD over all re-pairings, need sums over the others for each person
only. They come from sorted values, so no persons x persons matrix is made.

``people`` is (measures, 2 couples), NaN where an answer is missing: first partners, then second partners in the same
order. A couple counts for a measure where both answers are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import nan, sqrt
from typing import NamedTuple

import numpy as np

from analysis.stats.kernels import Kernel
from analysis.stats.pairtables import cells_of, means_of_tables
from analysis.stats.repairing import matching_moments, orders, permutation_moments, repaired
from analysis.stats.value import ROUNDING, Array

BLOCK = 400_000  # numbers in one block of re-pairings: they stay in the processor's cache
FEWEST_COUPLES = 3  # two couples have one other pairing only


class Part(NamedTuple):
    """A kernel and the values that it is a function of, (measures, 2 couples)."""

    kernel: Kernel
    people: Array


class Law(NamedTuple):
    """The mean of a kernel over couples, for each measure: as observed, and what chance does to it.

    ``all_pairs`` is the mean over all pairs that are no couple; ``mean`` and ``sd`` are exact over all re-pairings,
    which hold true couples too; ``draws``, (measures, resamples), are values of random re-pairings.
    """

    observed: Array
    all_pairs: Array
    mean: Array
    sd: Array
    draws: Array


def complete_couples(people: Array) -> Array:
    """Return which couples have both answers; (measures, 2 couples) -> bool (measures, couples)."""
    n = people.shape[1] // 2
    return ~np.isnan(people[:, :n] + people[:, n:])


def laws(
    parts: Mapping[str, Part],
    strata: Array,
    *,
    exchangeable: bool,
    resamples: int,
    rng: np.random.Generator,
    codes: Array | None = None,
) -> dict[str, Law]:
    """Return the law of each part's kernel mean; the same random re-pairings serve all parts and measures.

    Parameters
    ----------
    parts : mapping of name to Part
        All with the same measures and couples; an answer is missing from all of them or from none.
    strata : Array
        (couples,); partners are exchanged within a stratum only, and ``all_pairs`` gives each couple of two or more in
        a stratum the same weight. A couple alone in its stratum stays as it is in every re-pairing and is left out of
        ``all_pairs``.
    exchangeable : bool
        Pair all persons anew, not second partners with first ones.
    codes : Array, optional
        Categories 1 .. C of which the values of all parts are functions, for each partner: then all parts are drawn at
        the cost of one.

    Returns
    -------
    dict of name to Law
        NaN for ``all_pairs`` where no stratum has two couples; for ``mean``, ``sd`` and ``draws`` where fewer than
        three couples can be paired anew. Draws of measures with missing answers are joint as far as their couples are.

    Examples
    --------
    >>> people = np.array([[1.0, 2.0, 3.0, 1.0, 2.0, 3.0]])  # three couples of equals
    >>> from analysis.stats.kernels import SAME
    >>> law = laws({"same": Part(SAME, people)}, np.zeros(3), exchangeable=False, resamples=9,
    ...            rng=np.random.default_rng(1))["same"]
    >>> [float(law.observed[0]), float(law.all_pairs[0]), round(float(law.mean[0]), 3), round(float(law.sd[0]), 3)]
    [1.0, 0.0, 0.333, 0.333]
    """
    there = complete_couples(next(iter(parts.values())).people)
    groups = [[row & (strata == label) for label in np.unique(strata[row])] for row in there]
    draws = _drawn(parts, groups, codes, exchangeable=exchangeable, resamples=resamples, rng=rng)
    found = {}
    for name, (kernel, people) in parts.items():
        exact = [_exact(kernel, *one, exchangeable=exchangeable) for one in zip(people, groups, strict=True)]
        observed, all_pairs, mean, sd = np.array(exact).reshape(len(people), 4).T
        found[name] = Law(observed, all_pairs, mean, sd, draws[name])
    return found


class _Sums(NamedTuple):
    """Sums of a kernel over the couples of one stratum, and mean and variance of that sum over re-pairings.

    ``strangers`` is the sum over couples of the mean over pairs that are no couple; NaN where there is no such pair.
    """

    couples: int
    own: float
    strangers: float
    mean: float
    variance: float


def _exact(kernel: Kernel, values: Array, groups: list[Array], *, exchangeable: bool) -> tuple[float, ...]:
    """Return observed mean, mean over all pairs that are no couple, mean and SD over re-pairings of one measure."""
    sums = [_sums(kernel, *np.split(values[np.tile(group, 2)], 2), exchangeable=exchangeable) for group in groups]
    if not sums:
        return nan, nan, nan, nan
    n, own, _, mean, variance = np.sum(sums, axis=0).tolist()
    movable = [one for one in sums if one.couples > 1]
    moved = sum(one.couples for one in movable)
    all_pairs = sum(one.strangers for one in movable) / moved if moved else nan
    if moved < FEWEST_COUPLES:
        return own / n, all_pairs, nan, nan
    return own / n, all_pairs, mean / n, sqrt(variance) / n


def _sums(kernel: Kernel, x: Array, y: Array, *, exchangeable: bool) -> _Sums:
    n, own = len(x), float(kernel.of(x, y).sum())
    if exchangeable:
        z = np.concatenate([x, y])
        alone = kernel.of(z, z).astype(float)
        rows = kernel.of_each(z, z) - alone
        squares = (kernel.squares(z, z) - float(alone @ alone)) / 2
        mean, variance = matching_moments(rows, squares)
        strangers = (float(rows.sum()) / 2 - own) / 2
    else:
        rows, squares = kernel.of_each(x, y), kernel.squares(x, y)
        mean, variance = permutation_moments(rows, kernel.of_each(y, x), squares)
        strangers = float(rows.sum()) - own
    spread = variance if variance > ROUNDING * squares else 0.0
    return _Sums(n, own, strangers / (n - 1) if n > 1 else nan, mean, spread)


def _drawn(
    parts: Mapping[str, Part],
    groups: list[list[Array]],
    codes: Array | None,
    *,
    exchangeable: bool,
    resamples: int,
    rng: np.random.Generator,
) -> dict[str, Array]:
    """Return each part's kernel means in random re-pairings, (measures, resamples)."""
    persons = next(iter(parts.values())).people.shape[1]
    draws = {name: np.zeros((len(groups), resamples)) for name in parts}
    means = [
        (group, [(j, _mean_of(parts, codes, j, group, exchangeable=exchangeable)) for j in measures])
        for group, measures in _measures_by_group(groups)
    ]
    units = persons if exchangeable else persons // 2
    for where, order in orders(units, resamples, rng, max(1, BLOCK // max(1, persons))):
        for group, of_measures in means:
            partners = repaired(order, group, exchangeable=exchangeable)[1]
            for j, mean_of in of_measures:
                for name, mean in mean_of(partners).items():
                    draws[name][j, where] += mean * group.sum()
    for j, members in enumerate(groups):
        sizes = [int(group.sum()) for group in members]
        enough = sum(size for size in sizes if size > 1) >= FEWEST_COUPLES
        for of_part in draws.values():
            of_part[j] = of_part[j] / sum(sizes) if enough else nan
    return draws


def _measures_by_group(groups: list[list[Array]]) -> list[tuple[Array, list[int]]]:
    """Return the sets of couples that are paired among themselves, and the measures that each serves."""
    found: dict[bytes, tuple[Array, list[int]]] = {}
    for j, members in enumerate(groups):
        for group in members:
            found.setdefault(group.tobytes(), (group, []))[1].append(j)
    return list(found.values())


def _mean_of(
    parts: Mapping[str, Part], codes: Array | None, measure: int, group: Array, *, exchangeable: bool
) -> Callable[[Array], dict[str, Array]]:
    """Return a function that makes the means of all kernels, (rows,), from the partners of a group's persons."""
    values = {name: (kernel, people[measure]) for name, (kernel, people) in parts.items()}
    persons = np.flatnonzero(np.concatenate([group, group & exchangeable]))
    if codes is not None:
        others = persons if exchangeable else len(group) + persons
        return partial(means_of_tables, cells_of(values, codes[measure], persons, others))
    return partial(_means, values, persons)


def _means(values: Mapping[str, tuple[Kernel, Array]], persons: Array, partners: Array) -> dict[str, Array]:
    return {name: kernel.of(x[persons], np.take(x, partners)).mean(axis=1) for name, (kernel, x) in values.items()}
