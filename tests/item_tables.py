"""The items of the reference of agreement: both partners' codes, their table, and every number computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from oracles import FRAMES, couples, numbers

from analysis.stats.contingency import cells, tables
from analysis.stats.value import Array

COLUMNS = ("value", "lower", "upper", "se", "df", "p", "n")


@dataclass(frozen=True, eq=False)
class Item:
    """Complete couples' codes 0 .. C - 1 on one item, and the reference numbers by their statistic."""

    frame: str
    scale: str
    name: str
    exchangeable: bool
    categories: int
    first: Array
    second: Array
    reference: dict[str, dict[str, float]]

    def __str__(self) -> str:
        return f"{self.frame} {self.name}"

    @property
    def table(self) -> Array:
        return tables(cells(self.first, self.second, self.categories), self.categories)


@cache
def items() -> tuple[Item, ...]:
    """Return every item of the reference."""
    known = numbers("06_agreement_items")
    return tuple(
        _item(str(frame), str(scale), str(name))
        for frame, scale, name in known.loc[~known.variant.str.contains(";"), ["frame", "scale", "variant"]]
        .drop_duplicates()
        .itertuples(index=False)
    )


def _item(frame: str, scale: str, name: str) -> Item:
    known, spec = numbers("06_agreement_items"), FRAMES[frame]
    rows = known[(known.frame == frame) & (known.scale == scale) & (known.variant == name)]
    both = couples(frame).answers([name])[:, :, 0] - spec["min"]
    first, second = both[~np.isnan(both).any(axis=1)].T
    reference = {str(row["statistic"]): {c: float(row[c]) for c in COLUMNS} for row in rows.to_dict("records")}
    return Item(frame, scale, name, spec["exchangeable"], spec["max"] - spec["min"] + 1, first, second, reference)


def skewed_pair(n: int, seed: int = 3) -> tuple[Array, Array]:
    """Return two partners' codes 0 to 4 that go together, most of them low."""
    a, b = np.random.default_rng(seed).normal(size=(2, n))
    cuts = [0.0, 0.7, 1.2, 1.8]
    return np.digitize(a, cuts).astype(float), np.digitize(0.6 * a + 0.8 * b + 0.2, cuts).astype(float)
