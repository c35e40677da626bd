"""The report's text: its sections in order, as one Markdown source. No number is typed; each comes from the results."""

from __future__ import annotations

from analysis.report.sections.closing import cautions, citing, limits, not_computed, provenance
from analysis.report.sections.coders import coders
from analysis.report.sections.common import Content
from analysis.report.sections.partners import agreement, item_agreement, profiles
from analysis.report.sections.reliability import reliability
from analysis.report.sections.roles import distinguishability, invariance
from analysis.report.sections.sample import flow, measures, opening
from analysis.report.sections.scores import items, scores

SECTIONS = (
    opening, flow, measures, scores, reliability, coders, agreement, item_agreement, distinguishability, invariance,
    profiles, items, cautions, not_computed, limits, citing, provenance,
)  # fmt: skip


def document(content: Content) -> str:
    """Return the report as Markdown."""
    return "\n\n".join(filter(None, (make(content) for make in SECTIONS))) + "\n"
