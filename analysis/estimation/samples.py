"""Whose answers a number is made from: one role's persons, or everyone with couples as clusters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.couples import Couples
from analysis.stats.moments import complete_rows
from analysis.stats.value import Array

BOTH = "both"


@dataclass(frozen=True)
class Sample:
    """The persons of one role, or of both where partners are exchangeable, in one group of couples or in all.

    ``slots`` are the positions of these persons on the partner axis of a cube; ``couples`` selects couples.
    """

    partner: str
    slots: tuple[int, ...]
    group: str
    couples: Array

    @property
    def clustered(self) -> bool:
        """Whether a couple may contribute two persons."""
        return len(self.slots) > 1

    def persons(self, cube: Array) -> tuple[Array, Array]:
        """Return the sample's rows of a (couples, partners, ...) array and the couple of each, missing values kept."""
        chosen = np.flatnonzero(self.couples)
        rows = np.concatenate([cube[chosen, slot] for slot in self.slots])
        return rows, np.tile(chosen, len(self.slots))

    def complete(self, cube: Array) -> tuple[Array, Array]:
        """Return the rows without a missing value and the couple of each."""
        rows, couple = self.persons(cube)
        kept = complete_rows(rows.reshape(len(rows), -1))
        return rows[kept], couple[kept]


def samples(couples: Couples, *, by_group: bool = False) -> Iterator[Sample]:
    """Yield the samples that results are given for: each role (or everyone), then the same in each group."""
    everyone = np.ones(couples.n, dtype=bool)
    groups = {"": everyone}
    if by_group and couples.groups is not None:
        in_order = couples.groups.reindex(couples.items.index.get_level_values("couple").unique())
        groups |= {str(name): (in_order == name).to_numpy() for name in in_order.unique()}
    for group, chosen in groups.items():
        if couples.roles or couples.one_person:
            for slot, label in enumerate(couples.partners):
                yield Sample(label, (slot,), group, chosen)
        else:
            yield Sample(BOTH, (0, 1), group, chosen)


def counts(couple: Array) -> dict[str, int]:
    """Return the row's n: how many couples and persons the rows come from."""
    return {"n_couples": len(np.unique(couple)), "n_persons": len(couple)}
