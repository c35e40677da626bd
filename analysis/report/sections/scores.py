"""Sections on scores and items."""

from __future__ import annotations

from analysis.report.sections.common import Content, section
from analysis.report.tables import items as item_tables
from analysis.report.tables import scores as tables
from analysis.report.tables.correlations import correlations


def scores(content: Content) -> str:
    """Return means, the profile and correlations."""
    numbers, couples, numbering = content.numbers, content.couples, content.numbering
    blocks = [tables.scores(numbers, couples, numbering)]
    groups = filter(None, numbers.column("group", section="describe"))
    blocks += [tables.scores(numbers, couples, numbering, group) for group in groups]
    blocks += [content.figure(name) for name in ("profile", "groups")]
    blocks += correlations(numbers, couples, numbering)
    return section("Scores", "scores", blocks)


def items(content: Content) -> str:
    """Return the item tables."""
    numbers, couples, numbering = content.numbers, content.couples, content.numbering
    made = item_tables.items(numbers, couples, numbering)
    pictures = [content.figure(name) for name in ("item_map", "item_correlations")]
    note = (
        "After reversing. r with the rest, α and ω without the item, and loadings are over persons complete on the "
        "scale. No item was dropped or flipped."
    )
    return section("Items", "items", [note, *made, *pictures]) if made else ""
