"""Krippendorff's alphas of items with intervals of the couple bootstrap: the same draws of couples for all items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import NamedTuple

import numpy as np

from analysis.couples import Couples
from analysis.estimation.notes import PERFECT
from analysis.estimation.resampling import bootstrap_value, weights
from analysis.instrument.codebook import Item
from analysis.stats.contingency import cells, left_out, resampled, tables
from analysis.stats.krippendorff import krippendorff_interval, krippendorff_ordinal
from analysis.stats.value import Array, Value

ALPHAS = {"krippendorff_ordinal": krippendorff_ordinal, "krippendorff_interval": krippendorff_interval}


class Alpha(NamedTuple):
    """One alpha of one item, how its interval was made, and what there is to know of its resamples."""

    value: Value
    method: str
    note: str


def alphas(couples: Couples, items: Sequence[Item]) -> dict[tuple[str, str], Alpha]:
    """Return the alphas of some items with declared bounds, by (item, statistic); intervals BCa, couples drawn whole.

    Resamples in which all answers to an item are the same have no alpha: they are left out and counted in the note.
    """
    found: dict[tuple[str, str], Alpha] = {}
    drawn = weights(couples) if items else np.empty((0, couples.n))
    for categories in sorted({_categories(item) for item in items}):
        alike = [item for item in items if _categories(item) == categories]
        found |= dict(_of_alike(couples, alike, categories, drawn))
    return found


def _categories(item: Item) -> int:
    low, high = item.bounds or (0.0, 0.0)
    return int(high - low) + 1


def _of_alike(
    couples: Couples, items: Sequence[Item], categories: int, drawn: Array
) -> Iterator[tuple[tuple[str, str], Alpha]]:
    """Yield the alphas of items with the same number of categories, from one product of weights and cells."""
    low = np.array([item.bounds[0] for item in items if item.bounds])
    codes = couples.answers([item.name for item in items]) - low
    of_couples = cells(codes[:, 0], codes[:, 1], categories)
    whole = tables(of_couples, categories)
    replicates = resampled(drawn, of_couples, categories, list(ALPHAS.values()))
    for (statistic, of), drawn_alphas in zip(ALPHAS.items(), replicates, strict=True):
        estimates, without = of(whole), left_out(of_couples, categories, of)
        for place, item in enumerate(items):
            answered = of_couples[:, place] >= 0
            one = float(estimates[place]), drawn_alphas[:, place], without[answered, place]
            yield (item.name, statistic), _alpha(*one, couples.settings.confidence)


def _alpha(estimate: float, replicates: Array, jackknife: Array, confidence: float) -> Alpha:
    if not isfinite(estimate):
        return Alpha(Value(estimate), "", "")
    value, method, note = bootstrap_value(estimate, replicates, jackknife, confidence)
    return Alpha(value, method, PERFECT if estimate == 1 else note)
