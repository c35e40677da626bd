"""The section on reliability: what each scale, both partners, pairs and blocks of scales say, and sentences of it."""

from __future__ import annotations

import numpy as np

from analysis.couples import Couples
from analysis.display import interval, number
from analysis.report.markdown import bullets, heading, text
from analysis.report.numbers import IMPROPER, Line, Numbers, improper, p_in_words
from analysis.report.sections.common import Content, section
from analysis.report.tables import reliability as tables
from analysis.report.tables.common import WHO

METHOD = (
    "ω is that of a one-factor model fitted by maximum likelihood, with a robust interval; α has an interval by "
    "influence function. Both intervals are made on ln(1 − coefficient). n counts the persons who are complete on the "
    "scale. Feldt's interval of α and BCa intervals from {resamples:,} resamples of couples stand in results.csv."
)
EXCHANGEABLE = " Partners are exchangeable: persons are taken together, couples are the clusters of every interval."
HEYWOOD_CASES = (
    f" {IMPROPER} marks a Heywood case: a unique variance is negative, so read nothing into the number; few persons, "
    "few items or a wrong model make it."
)
ONE_FACTOR = (
    "Three items fit one factor whatever they measure. The p of both chi-squares is below .05 too often where answers "
    "are skewed, and large samples reject any model: read RMSEA, SRMR and the loadings."
)
PARTNERS = (
    "Over couples complete on both sides. The same item of both partners may share something of its own, which counts "
    "as error here. Δ is {first} minus {second}; p is that of equal ω. A difference between partners is "
    "unreliable where they are alike: look at ρ of the difference before you use one."
)
PARTNERS_ALIKE = (
    "Over couples complete on both sides, with everything equal across partners. The same item of both partners may "
    "share something of its own, which counts as error here."
)
PAIRS = (
    "Whether two scales are one construct is shown by their latent correlation: an interval that holds 1 cannot tell "
    "them apart. HTMT takes equal loadings for granted, HTMT2 does not; signed and absolute HTMT differ where items of "
    "the two scales point both ways. All pairs stand in results.csv."
)
BLOCKS = (
    "A reliable mean of a block need not measure one thing: ω~h~ says how much of it a general factor makes. One "
    "number over healthy and unhealthy scales is refused unless ω~h~ of the whole profile is there."
)


def reliability(content: Content) -> str:
    """Return reliability: tables, forest, sentences."""
    numbers, couples, numbering = content.numbers, content.couples, content.numbering
    if not len(numbers.results.where(section="reliability")):
        return ""
    method = METHOD.format(resamples=couples.settings.resamples)
    method += EXCHANGEABLE if couples.roles is None and not couples.one_person else ""
    method += HEYWOOD_CASES if any(improper(line) for line in numbers.results.where(section="reliability")) else ""
    blocks = [method, tables.reliability(numbers, couples, numbering)]
    groups = filter(None, numbers.column("group", section="reliability"))
    blocks += [tables.reliability(numbers, couples, numbering, group) for group in groups]
    blocks += [content.figure("reliability"), _in_words(numbers, couples)]
    blocks += [tables.with_gaps(numbers, couples, numbering), tables.coefficients(numbers, couples, numbering)]
    blocks += _part("One factor", ONE_FACTOR, tables.fit(numbers, couples, numbering))
    blocks += _of_partners(content)
    blocks += _part("Pairs of scales", PAIRS, tables.pairs(numbers, couples, numbering))
    blocks += _part("Blocks", BLOCKS, tables.blocks(numbers, couples, numbering))
    return section("Reliability", "reliability", blocks)


def _part(title: str, words: str, table: str) -> list[str]:
    identifier = title.lower().replace(" ", "-")
    return [heading(3, title, identifier), words, table] if table else []


def _of_partners(content: Content) -> list[str]:
    couples = content.couples
    if "partner_reliability" in couples.refusals():
        return []
    roles = couples.roles
    words = PARTNERS.format(first=text(roles[0]), second=text(roles[1])) if roles else PARTNERS_ALIKE
    return _part("Both partners", words, tables.partners(content.numbers, couples, content.numbering))


def _in_words(numbers: Numbers, couples: Couples) -> str:
    """Return one sentence a scale, ready for a manuscript."""
    sentences = []
    for code in couples.codebook.codes:
        parts = list(filter(None, (of_person(numbers, code, partner) for partner in tables.persons_of(numbers))))
        if parts:
            sentences.append(f"{text(couples.codebook.label(code))}: {'; '.join([*parts, *_equal(numbers, code)])}.")
    return "\n\n".join(["In words, for a manuscript:", bullets(sentences)]) if sentences else ""


def of_person(numbers: Numbers, code: str, partner: str) -> str:
    """Return the words of one partner's omega with alpha beside it; of alpha where omega is none or a Heywood case."""
    place, end = {"scale": code, "partner": partner}, tables.pooled(partner)
    omega, alpha = (numbers.at("reliability", f"{statistic}{end}", **place) for statistic in ("omega", "alpha"))
    first, second = (omega, alpha) if _there(omega) and not improper(omega) else (alpha, {})
    if not _there(first):
        return ""
    beside = f" (α = {_short(second)})" if _there(second) else " (ω: Heywood case)" if improper(omega) else ""
    symbol = "ω" if first is omega else "α"
    words = f"{WHO.get(partner, partner)} {symbol} = {_long(first)}{beside}, n\u00a0=\u00a0{first['n_persons']}"
    return text(words)


def _there(line: Line) -> bool:
    return bool(line) and bool(np.isfinite(line["estimate"]))


def _long(line: Line) -> str:
    limits = interval(line["lower"], line["upper"], "coefficient")
    level = f", {line['confidence']:.0%} CI {limits}" if limits else ""
    return f"{number(line['estimate'], 'coefficient')}{level}"


def _short(line: Line) -> str:
    limits = interval(line["lower"], line["upper"], "coefficient")
    return f"{number(line['estimate'], 'coefficient')} {limits}".strip()


def _equal(numbers: Numbers, code: str) -> list[str]:
    """Return the words of the test of equal omega."""
    line = numbers.at("reliability", "omega_difference", scale=code, partner="both")
    if not line or not np.isfinite(line["p"]):
        return []
    return [text(f"equal ω: z = {number(line['test'])}, p {p_in_words(line)}, {line['n_couples']} couples")]
