"""Sections on two partners side by side: agreement and profiles."""

from __future__ import annotations

from analysis.report.sections.common import Content, section
from analysis.report.tables import agreement as tables


def agreement(content: Content) -> str:
    """Return how alike the partners are."""
    numbers, couples, numbering = content.numbers, content.couples, content.numbering
    if not len(numbers.results.where(section="agreement", statistic="icc_1")):
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
