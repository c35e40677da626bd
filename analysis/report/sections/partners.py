"""Sections on two partners side by side: agreement and profiles."""

from __future__ import annotations

from analysis.report.sections.common import Content, section
from analysis.report.tables import agreement as tables
from analysis.report.tables import item_agreement as item_tables

ITEMS = (
    "Both partners' answers to each item, after reversing, on its declared categories. The share of equal answers is "
    "high where everybody answers alike, whoever is paired with whom: read it beside that of random couples, the mean "
    "over all pairs who are no couple. κ has quadratic weights; its p comes from {resamples:,} random re-pairings, "
    "two-sided, not corrected for the number of items. Answers about oneself are compared as similarity: a κ is no "
    "reliability there."
)
ONE_SIDED = f" {item_tables.ONE_SIDED} marks items on which nearly all answers are one category: κ and α are low there whatever partners do, so read the share and AC2."


def agreement(content: Content) -> str:
    """Return how alike the partners are."""
    numbers, couples, numbering = content.numbers, content.couples, content.numbering
    if not len(numbers.results.where(section="agreement")):
        return ""
    method = (
        "Answers about oneself are compared as similarity, answers about the couple as agreement; where a scale holds "
        "both, each kind stands beside the whole. Partners report on themselves, so a difference is no error of "
        "measurement. A correlation says nothing about a difference of means: read r beside ICC(A,1), CCC and the mean "
        "difference. Dependence may be negative; p values are two-sided and not corrected for the number of scales."
    )
    return section(
        "Agreement between partners",
        "agreement",
        [method, tables.agreement(numbers, couples, numbering), tables.self_other(numbers, couples, numbering)],
    )


def item_agreement(content: Content) -> str:
    """Return how often partners give the same answer, item by item."""
    numbers, couples = content.numbers, content.couples
    made = item_tables.item_agreement(numbers, couples, content.numbering)
    if not made:
        return ""
    method = ITEMS.format(resamples=couples.settings.resamples)
    method += ONE_SIDED if item_tables.ONE_SIDED in made else ""
    title = "Items: how often partners give the same answer"
    return section(title, "item-agreement", [method, made, content.figure("categories")])


def profiles(content: Content) -> str:
    """Return how alike the partners' profiles are, beside random couples."""
    numbers, couples, numbering = content.numbers, content.couples, content.numbering
    blocks: list[str] = []
    if len(numbers.results.where(section="profiles")):
        method = (
            "Couples alone say little: persons who are no couple have similar profiles too, because everyone shares "
            "the norm. Read each value beside that of random couples. Distinctive r takes the norm out; overall r does "
            f"not. p comes from {couples.settings.resamples:,} random re-pairings, two-sided."
        )
        blocks = [method, tables.profiles(numbers, couples, numbering)]
    blocks.append(content.figure("plane"))
    return section("Profiles", "profiles", blocks) if any(blocks) else ""
