"""One scale's answers in one sample: what every analysis of items and reliability starts from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.couples import Couples
from analysis.estimation.notes import DETERMINED, ONE_ITEM, constant_items, few_couples, singular
from analysis.estimation.samples import Sample, counts
from analysis.instrument.codebook import Codebook, Item
from analysis.results import Row
from analysis.stats.bootstrap import Features, features
from analysis.stats.moments import complete_rows, covariance, is_constant, is_regular
from analysis.stats.value import Array


@dataclass(frozen=True)
class Answers:
    """The keyed answers to the items of a scale or a facet, of the persons of one sample.

    ``cube`` is (couples of the sample, persons of a couple, items), NaN where missing.
    """

    code: str
    items: tuple[Item, ...]
    sample: Sample
    confidence: float
    cube: Array

    @property
    def k(self) -> int:
        """The number of items."""
        return len(self.items)

    @property
    def clustered(self) -> bool:
        """Whether a couple may contribute two persons."""
        return self.sample.clustered

    @cached_property
    def _rows(self) -> tuple[Array, Array]:
        """Every person's answers and the couple of each, missing values kept."""
        couple = np.tile(np.flatnonzero(self.sample.couples), len(self.sample.slots))
        return self.cube.transpose(1, 0, 2).reshape(-1, self.k), couple

    @cached_property
    def persons(self) -> Array:
        """The persons with at least one answer, (n, items)."""
        rows, _ = self._rows
        return rows[~np.isnan(rows).all(axis=1)]

    @cached_property
    def _complete(self) -> tuple[Array, Array]:
        rows, couple = self._rows
        kept = complete_rows(rows)
        return rows[kept], couple[kept]

    @property
    def x(self) -> Array:
        """The persons who answered every item, (n, items)."""
        return self._complete[0]

    @property
    def couple(self) -> Array:
        """The couple of each row of ``x``."""
        return self._complete[1]

    @property
    def persons_at(self) -> Row:
        """What every row on persons with an answer says of itself."""
        return {**self.place, **counts(self.persons_couple)}

    @cached_property
    def persons_couple(self) -> Array:
        """The couple of each row of ``persons``."""
        rows, couple = self._rows
        return couple[~np.isnan(rows).all(axis=1)]

    @property
    def incomplete(self) -> bool:
        """Whether someone answered a part of the items only."""
        return len(self.persons) > len(self.x)

    @cached_property
    def at(self) -> Row:
        """What every row on complete persons says of itself: its place, its n and its level."""
        return {**self.place, **counts(self.couple)}

    @property
    def place(self) -> Row:
        """The place in the result table and the level of intervals, without n."""
        where = {"scale": self.code, "partner": self.sample.partner, "group": self.sample.group}
        return where | {"confidence": self.confidence}

    @cached_property
    def constant(self) -> list[str]:
        """The items that nobody among the complete persons answered differently."""
        return constant_among(self.items, self.x)

    @property
    def constant_of_persons(self) -> list[str]:
        """The items that nobody with an answer answered differently."""
        return constant_among(self.items, self.persons)

    @cached_property
    def covariance(self) -> Array:
        """The covariance matrix of complete persons, divisor n - 1."""
        return covariance(self.x)

    @cached_property
    def features(self) -> Features:
        """What each couple adds to the moments of the items."""
        return features(self.cube)

    @cached_property
    def too_little(self) -> str:
        """Why there can be no coefficient at all, or an empty string."""
        return few_couples(self.at["n_couples"], self.k) if self.k > 1 else ONE_ITEM

    @property
    def singular(self) -> str:
        """Why there is no model and no coefficient that inverts the covariances, or an empty string."""
        few = singular(len(self.x), self.k)
        return few or ("" if self.constant or is_regular(self.covariance) else DETERMINED)


def constant_among(items: Sequence[Item], x: Array) -> list[str]:
    """Return the names of the items whose answers, the columns of x, are all the same."""
    columns = zip(items, x.T, strict=True)
    return [item.name for item, column in columns if is_constant(column[np.isfinite(column)])]


def constant_of_partners(couples: Couples, code: str, x: Array, y: Array) -> str:
    """Return which of a scale's items are constant, and for which of two roles; or an empty string.

    ``x`` and ``y`` are the partners' answers, (couples, items).
    """
    items = couples.codebook.scored_items(code)
    found = [
        f"{name} ({partner})" if couples.roles else name
        for partner, side in zip(couples.partners, (x, y), strict=True)
        for name in constant_among(items, side)
    ]
    return constant_items(list(dict.fromkeys(found)))


def answers(couples: Couples, sample: Sample, code: str) -> Answers:
    """Return a sample's answers to the scored items of a scale, or to the items of a facet such as ``H6.apart``."""
    return answers_to(couples, sample, code, items_of(couples.codebook, code))


def answers_to(couples: Couples, sample: Sample, code: str, items: tuple[Item, ...]) -> Answers:
    """Return a sample's answers to any items, under the code that their rows will carry."""
    cube = couples.answers([item.name for item in items])[sample.couples][:, list(sample.slots)]
    return Answers(code, items, sample, couples.settings.confidence, cube)


def items_of(codebook: Codebook, code: str) -> tuple[Item, ...]:
    """Return the items of a scale that enter its score, or those of a facet, companions included."""
    return codebook.facets[code] if code in codebook.facets else codebook.scored_items(code)


def each_scale(couples: Couples, sample: Sample, *, facets: bool = False) -> Iterator[Answers]:
    """Yield a sample's answers scale by scale, each followed by the facets that are shown beside it if asked."""
    shown = list(couples.codebook.facets) if facets else []
    for code in couples.codebook.codes_with_items:
        for unit in (code, *(facet for facet in shown if facet.partition(".")[0] == code)):
            yield answers(couples, sample, unit)
