"""Which two scores of a couple are compared, and what the items' referents allow to call it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np

from analysis.couples import Couples
from analysis.estimation.samples import BOTH
from analysis.instrument.codebook import Item
from analysis.intake.scoring import mean_of_answered
from analysis.stats.value import Array, Value

COMPARISONS = {"self": "similarity", "partner": "similarity", "couple": "agreement"}
SELF_OTHER, ASSUMED = "self_other_agreement", "assumed_similarity"


class Found(NamedTuple):
    """One row to be: a statistic and its variant, its value, how it was made, and what to know of it."""

    statistic: str
    value: Value
    method: str
    note: str = ""
    variant: str = ""


@dataclass(frozen=True)
class Pair:
    """Two columns of scores to compare, one row a couple (or, both ways, one row a perceiver).

    ``widest`` is the largest difference that the declared range of the answers allows, NaN without one range; ``items``
    are those that both partners answered, where the two scores are of the same items.
    """

    scale: str
    comparison: str
    variant: str
    x: Array
    y: Array
    couple: Array
    partner: str = BOTH
    widest: float = nan
    items: tuple[Item, ...] = ()

    @property
    def complete(self) -> tuple[Array, Array, Array]:
        """The rows with both scores."""
        kept = np.isfinite(self.x) & np.isfinite(self.y)
        return self.x[kept], self.y[kept], self.couple[kept]

    @property
    def perceiving(self) -> bool:
        """Whether it compares what someone says of the partner."""
        return self.comparison in (SELF_OTHER, ASSUMED)

    def sign(self, roles: tuple[str, str]) -> str:
        """Which of the two a difference is taken from."""
        return "perceived minus own" if self.perceiving else f"{roles[0]} minus {roles[1]}"


class Mirrors(NamedTuple):
    """What everyone says of the partner and of him- or herself on a scale's mirrored items, (couples, 2) each."""

    perceived: Array
    own: Array
    widest: float


def score_pairs(couples: Couples) -> Iterator[Pair]:
    """Yield what is compared: each scale, and then what partners say of each other on mirrored items."""
    for code in couples.codebook.codes:
        yield from _same_items(couples, code)
    for code in couples.codebook.codes:
        yield from _mirrored(couples, code)


def sides(couples: Couples, code: str) -> tuple[list[Item], list[Item]]:
    """Return the scale's mirrors and the items that they mirror, those about the partner and the others."""
    mirrors = couples.codebook.mirror_items(code)
    originals = [couples.codebook.item(name) for name in dict.fromkeys(n for item in mirrors for n in item.mirrors)]
    both = [*mirrors, *originals]
    return [i for i in both if i.referent == "partner"], [i for i in both if i.referent != "partner"]


def mirrors_of(couples: Couples, code: str) -> Mirrors | None:
    """Return both sides of a scale's mirrored items, or None where it has not both."""
    about_partner, about_self = sides(couples, code)
    if not about_partner or not about_self:
        return None
    widest = _widest([*about_partner, *about_self])
    return Mirrors(_score(couples, about_partner), _score(couples, about_self), widest)


def _widest(items: Sequence[Item]) -> float:
    ranges = {item.bounds for item in items}
    declared = next(iter(ranges)) if len(ranges) == 1 else None
    return declared[1] - declared[0] if declared else nan


def _score(couples: Couples, items: list[Item]) -> Array:
    """Return the mean of the items for each partner, (couples, 2)."""
    answers = couples.answers([item.name for item in items])
    n, partners, k = answers.shape
    return mean_of_answered(answers.reshape(n * partners, k), couples.settings.minimum_answered).reshape(n, partners)


def _same_items(couples: Couples, code: str) -> Iterator[Pair]:
    """Yield the scale as a whole and, where its items differ in whom they are about, each kind beside it."""
    by_referent: dict[str, list[Item]] = {}
    items = couples.codebook.scored_items(code)
    for item in items:
        by_referent.setdefault(item.referent, []).append(item)
    whole = COMPARISONS[next(iter(by_referent))] if len(by_referent) == 1 else "similarity"
    couple, (x, y) = np.arange(couples.n), couples.scored([code])[:, :, 0].T
    yield Pair(code, whole, "", x, y, couple, widest=_widest(items), items=tuple(items))
    if len(by_referent) > 1:
        for referent, part in by_referent.items():
            x, y = _score(couples, part).T
            at, name = COMPARISONS[referent], f"{referent}_items"
            yield Pair(code, at, name, x, y, couple, widest=_widest(part), items=tuple(part))


def _mirrored(couples: Couples, code: str) -> Iterator[Pair]:
    """Yield what each partner says of the other against what that one says, and against what they say of themselves."""
    mirrors = mirrors_of(couples, code)
    if mirrors is None:
        return
    perceived, own, widest = mirrors
    couple = np.arange(couples.n)
    for comparison, other in ((SELF_OTHER, own[:, ::-1]), (ASSUMED, own)):
        if couples.roles:
            for slot, role in enumerate(couples.roles):
                yield Pair(code, comparison, "", perceived[:, slot], other[:, slot], couple, role, widest)
        else:
            yield Pair(code, comparison, "", perceived.T.ravel(), other.T.ravel(), np.tile(couple, 2), widest=widest)
