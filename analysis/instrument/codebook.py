"""Items, scales and the codebook that holds them: frozen, plain, and true by construction.

Files become codebooks in :mod:`analysis.instrument.files`, which also lists every fault that they have.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from analysis.errors import CodebookError, did_you_mean

T = TypeVar("T")

REFERENTS = ("self", "partner", "couple")
VALENCES = ("healthy", "unhealthy", "neutral")
BLOCKS = {"block:healthy": ("healthy",), "block:unhealthy": ("unhealthy",), "block:all": ("healthy", "unhealthy")}


@dataclass(frozen=True)
class Item:
    """One question: where its answers stand, how they count, and whom they are about.

    ``minimum`` and ``maximum`` are the declared bounds; both ``None`` mean a continuous score, taken as it is.
    ``keyed`` is +1 or -1; ``turned`` says that the file already holds minimum + maximum - answer.
    ``mirrors`` names the items of the other partner that this one is the mirror of.
    """

    name: str
    scale: str
    minimum: float | None = None
    maximum: float | None = None
    column: str = ""
    keyed: int = 1
    turned: bool = False
    referent: str = "self"
    indicator: str = ""
    indicator_keyed: int = 0
    fit: str = ""
    facet: str = ""
    mirrors: tuple[str, ...] = ()
    companion: bool = False
    labels: tuple[tuple[float, str], ...] = ()
    gate: str = ""
    window: str = ""
    text: str = ""
    finished: bool = False

    @property
    def header(self) -> str:
        """The item's column in the survey file."""
        return self.column or self.name

    @property
    def reversed(self) -> bool:
        """Whether the stored number is replaced by minimum + maximum - number.

        That is so exactly for an item keyed - and stored as asked, or keyed + and stored turned.
        """
        return (self.keyed < 0) != self.turned

    @property
    def scored(self) -> bool:
        """Whether the item enters its scale's score: mirrors and companions never do."""
        return not (self.mirrors or self.companion)

    @property
    def continuous(self) -> bool:
        """Whether the item takes any number instead of whole answers between its bounds."""
        return self.finished or self.minimum is None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The declared minimum and maximum, or None."""
        return None if self.minimum is None or self.maximum is None else (self.minimum, self.maximum)


@dataclass(frozen=True)
class Scale:
    """One construct that gets a score: its code, its name, and which block of the profile it belongs to."""

    code: str
    name: str = ""
    indicator: str = ""
    valence: str = "neutral"
    definition: str = ""
    show_facets: bool = False
    reliance: str = ""
    heading: str = ""
    experimental: bool = False

    @property
    def label(self) -> str:
        """The name, or the code where there is none."""
        return self.name or self.code


@dataclass(frozen=True)
class Codebook:
    """Items and scales of one instrument, in the order in which they are shown.

    ``sha256`` is the hash of the files that it was read from; ``notes`` say what was left out on the way.
    """

    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    name: str = ""
    version: str = ""
    sha256: str = ""
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of all scales."""
        return tuple(scale.code for scale in self.scales)

    @cached_property
    def _by_name(self) -> dict[str, Item]:
        return {item.name: item for item in self.items}

    @cached_property
    def _by_code(self) -> dict[str, Scale]:
        return {scale.code: scale for scale in self.scales}

    @cached_property
    def _scored(self) -> dict[str, tuple[Item, ...]]:
        return {code: tuple(i for i in self.items if i.scale == code and i.scored) for code in self.codes}

    def item(self, name: str) -> Item:
        """Return the item of that name; an unknown one is a CodebookError with the nearest right one."""
        return _known(name, self._by_name, "item")

    def scale(self, code: str) -> Scale:
        """Return the scale of that code; an unknown one is a CodebookError with the nearest right one."""
        return _known(code, self._by_code, "scale")

    def scored_items(self, code: str) -> tuple[Item, ...]:
        """Return the items whose mean is the scale's score."""
        return _known(code, self._scored, "scale")

    def mirror_items(self, code: str) -> tuple[Item, ...]:
        """Return the items of a scale that mirror the other partner's."""
        return tuple(item for item in self.items if item.scale == code and item.mirrors)

    def finished(self, code: str) -> bool:
        """Say whether the scale arrives as a finished score: one continuous column, no items."""
        items = self.scored_items(code)
        return len(items) == 1 and items[0].continuous

    def bounds(self, code: str) -> tuple[float, float] | None:
        """Return the scale's declared range, or None where its items have none or different ones."""
        ranges = {item.bounds for item in self.scored_items(code)}
        return ranges.pop() if len(ranges) == 1 else None

    def block(self, name: str) -> tuple[str, ...]:
        """Return the scale codes of ``block:healthy``, ``:unhealthy`` or ``:all``; neutral scales are in none."""
        return tuple(scale.code for scale in self.scales if scale.valence in _known(name, BLOCKS, "block"))

    @cached_property
    def facets(self) -> dict[str, tuple[Item, ...]]:
        """The facets that are shown beside their scale: code.facet -> items, companions included."""
        shown: dict[str, list[Item]] = {}
        for item in self.items:
            if item.facet and not item.mirrors and self.scale(item.scale).show_facets:
                shown.setdefault(f"{item.scale}.{item.facet}", []).append(item)
        return {code: tuple(items) for code, items in shown.items() if not self._is_whole_scale(items)}

    def _is_whole_scale(self, items: list[Item]) -> bool:
        return tuple(items) == self.scored_items(items[0].scale)

    def label(self, code: str) -> str:
        """Return the words for a scale, a facet (``H6.apart``), a block or a pair (``A+B``)."""
        if "+" in code and code not in self._by_code:
            return " with ".join(self.label(part) for part in code.split("+"))
        if code in BLOCKS:
            return {"all": "whole profile"}.get(code[6:], f"{code[6:]} block")
        if code in self._by_code:
            return self._by_code[code].label
        scale, _, facet = code.partition(".")
        return f"{self.label(scale)}: {facet.replace('_', ' ')}" if facet and scale in self._by_code else code

    def with_scores(self, columns: tuple[str, ...]) -> Codebook:
        """Return a codebook in which the named columns are finished scale scores.

        A column that is already an item keeps its bounds and its scale; any other becomes a neutral scale of its own.
        """
        items = tuple(replace(i, finished=True) if i.header in columns else i for i in self.items)
        known = {item.header for item in items}
        new = tuple(Item(name=c, scale=c, finished=True) for c in columns if c not in known)
        scales = self.scales + tuple(Scale(item.scale) for item in new if item.scale not in self._by_code)
        return replace(self, items=items + new, scales=scales)

    def __repr__(self) -> str:
        scored = sum(item.scored for item in self.items)
        version = f", version {self.version}" if self.version else ""
        return f"Codebook '{self.name}'{version}: {len(self.scales)} scales, {scored} scored of {len(self.items)} items"


def _known(name: str, table: dict[str, T], what: str) -> T:
    if name not in table:
        allowed = ", ".join(list(table)[:20]) or "none"
        raise CodebookError(
            f"There is no {what} '{name}' in this codebook; it has {allowed}.{did_you_mean(name, table)}"
        )
    return table[name]
