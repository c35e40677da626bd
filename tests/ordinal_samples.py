"""The samples of the ordinal reference: answers of one partner, or of all persons, to one scale of a frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from oracles import FRAMES, couples, numbers

from analysis.stats.value import Array


class Sample(NamedTuple):
    """Complete answers as categories 1 .. C, and where they come from."""

    frame: str
    scale: str
    items: list[str]
    x: Array
    lowest: int
    categories: int

    def __str__(self) -> str:
        return f"{self.frame} {self.scale}"

    def reference(self, statistic: str) -> dict[str, tuple[float, float]]:
        """Return value and n of each variant."""
        table = numbers("03_ordinal")
        rows = table[(table.frame == self.frame) & (table.scale == self.scale) & (table.statistic == statistic)]
        return {name: (value, n) for name, value, n in zip(rows.variant, rows.value, rows.n, strict=True)}


def samples() -> Iterator[Sample]:
    """Yield every sample of the reference."""
    known = set(numbers("03_ordinal").frame)
    for frame in (name for name in FRAMES if name in known):
        found = couples(frame)
        for code in found.codebook.codes:
            items = found.codebook.scored_items(code)
            lowest, highest = (int(bound) for bound in items[0].bounds or ())
            cube = found.cube(code)
            people = {f"{code}:{role}": cube[:, slot] for slot, role in enumerate(found.partners)}
            if not found.roles:
                people = {f"{code}:pooled": cube.reshape(-1, len(items))}
            for scale, x in people.items():
                complete = x[~np.isnan(x).any(axis=1)].astype(int) - lowest + 1
                names = [item.name for item in items]
                yield Sample(frame, scale, names, complete, lowest, highest - lowest + 1)
