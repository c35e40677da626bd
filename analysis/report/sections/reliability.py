"""The section on reliability: tables, figure, and sentences for a manuscript."""

from __future__ import annotations

import numpy as np

from analysis.couples import Couples
from analysis.display import interval, number
from analysis.report.markdown import bullets, text
from analysis.report.numbers import Numbers
from analysis.report.sections.common import Content, section
from analysis.report.tables import reliability as tables
from analysis.report.tables.common import WHO, partners_of


def reliability(content: Content) -> str:
    """Return reliability: tables, forest, sentences."""
    numbers, couples, numbering = content.numbers, content.couples, content.numbering
    if not len(numbers.results.where(section="reliability")):
        return ""
    method = (
        "ω is that of a one-factor model fitted by maximum likelihood, with a robust interval; α has an interval by "
        "influence function. Both intervals are made on ln(1 − coefficient). n counts the persons who are complete on "
        "the scale."
    )
    if couples.roles is None and not couples.one_person:
        method += " Partners are exchangeable: persons are taken together, couples are the clusters of every interval."
    blocks = [method, tables.reliability(numbers, couples, numbering)]
    groups = filter(None, numbers.column("group", section="reliability"))
    blocks += [tables.reliability(numbers, couples, numbering, group) for group in groups]
    blocks += [content.figure("reliability"), _in_words(numbers, couples)]
    return section("Reliability", "reliability", blocks)


def _in_words(numbers: Numbers, couples: Couples) -> str:
    """Return one sentence a scale, ready for a manuscript."""
    partners = partners_of(numbers, "reliability")
    sentences = []
    for code in couples.codebook.codes:
        parts = list(filter(None, (_omega_words(numbers, code, partner) for partner in partners)))
        if parts:
            sentences.append(f"{text(couples.codebook.label(code))}: {'; '.join(parts)}.")
    return "\n\n".join(["In words, for a manuscript:", bullets(sentences)]) if sentences else ""


def _omega_words(numbers: Numbers, code: str, partner: str) -> str:
    line = numbers.at("reliability", "omega_pooled" if partner == "both" else "omega", scale=code, partner=partner)
    if not line or not np.isfinite(line["estimate"]):
        return ""
    limits = interval(line["lower"], line["upper"], "coefficient")
    level = f", {line['confidence']:.0%} CI {limits}" if limits else ""
    omega = number(line["estimate"], "coefficient")
    return text(f"{WHO.get(partner, partner)} ω = {omega}{level}, n\u00a0=\u00a0{line['n_persons']}")
