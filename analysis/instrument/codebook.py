"""The codebook: items and scales of one instrument, plain, frozen, and checked when it is made.

Files become codebooks in :mod:`analysis.instrument.files`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from analysis.display import definitions_html
from analysis.errors import CodebookError, counted, did_you_mean
from analysis.instrument.faults import codebook_faults, item_faults, refuse
from analysis.instrument.items import REFERENTS, VALENCES, Item, Scale

__all__ = ["BLOCKS", "REFERENTS", "VALENCES", "Codebook", "Item", "Scale"]

T = TypeVar("T")

BLOCKS = {"block:healthy": ("healthy",), "block:unhealthy": ("unhealthy",), "block:all": ("healthy", "unhealthy")}


@dataclass(frozen=True)
class Codebook:
    """Items and scales of one instrument, in the order in which they are shown.

    ``sha256`` is the hash of the files that it was read from; ``notes`` say what was left out on the way.

    Raises
    ------
    CodebookError
        If items and scales contradict themselves or each other; the message lists every fault.

    Examples
    --------
    >>> Codebook((Item("a", "H", 5, 1), Item("b", "J")), (Scale("H"),), name="mine")
    Traceback (most recent call last):
    ...
    analysis.errors.CodebookError: The codebook 'mine' has 2 faults:
      item 'a': minimum 5 is not below maximum 1
      item 'b' has the scale 'J', which is not among the scales.
    """

    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    name: str = ""
    version: str = ""
    sha256: str = ""
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse items and scales that contradict themselves or each other."""
        found = [f"item '{item.name}': {fault}" for item in self.items for fault in item_faults(item)]
        refuse(self.name, [*found, *codebook_faults(self.items, self.scales)])

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

    @property
    def codes_with_items(self) -> tuple[str, ...]:
        """The scales that have items, so not those that arrive as finished scores."""
        return tuple(code for code in self.codes if not self.finished(code))

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
        headers = {item.header for item in self.items}
        taken = [column for column in columns if column in self._by_code and column not in headers]
        if taken:
            raise CodebookError(
                f"scores names '{taken[0]}', but the scale '{taken[0]}' is scored from items. Rename the column, or "
                "let it be the scale's only item in the codebook."
            )
        items = tuple(replace(i, finished=True) if i.header in columns else i for i in self.items)
        new = tuple(Item(name=c, scale=c, finished=True) for c in dict.fromkeys(columns) if c not in headers)
        return replace(self, items=items + new, scales=self.scales + tuple(Scale(item.scale) for item in new))

    def __repr__(self) -> str:
        scored = sum(item.scored for item in self.items)
        version = f", version {self.version}" if self.version else ""
        scales, items = counted(len(self.scales), "scale"), counted(len(self.items), "item")
        return f"Codebook '{self.name}'{version}: {scales}, {scored} scored of {items}"

    def _repr_html_(self) -> str:
        facts = {
            scale.code: f"{scale.label} ({scale.valence}, {counted(len(self._scored[scale.code]), 'scored item')})"
            for scale in self.scales
        }
        return definitions_html(repr(self), facts)


def _known(name: str, table: dict[str, T], what: str) -> T:
    if name not in table:
        allowed = ", ".join(list(table)[:20]) or "none"
        raise CodebookError(
            f"There is no {what} '{name}' in this codebook; it has {allowed}.{did_you_mean(name, table)}"
        )
    return table[name]
