"""Sections on two partners side by side: agreement of scores and items, differences, profiles."""

from __future__ import annotations

import numpy as np

from analysis.couples import Couples
from analysis.display import interval, number
from analysis.estimation.adjustment import NAMES
from analysis.estimation.calibrated import LEVEL
from analysis.instrument.equivalence import equivalence_bound
from analysis.report.markdown import bullets, heading, sentence
from analysis.report.numbers import Line, Numbers, p_in_words, value
from analysis.report.sections.common import Content, section
from analysis.report.tables import agreement as tables
from analysis.report.tables import differences as difference_tables
from analysis.report.tables import item_agreement as item_tables
from analysis.statistics import kind_of

METHOD = (
    "Answers about oneself are compared as similarity, answers about the couple as agreement; where a scale holds "
    "both, each kind stands beside the whole. Partners report on themselves, so a difference is no error of "
    "measurement. Persons who are no couple can be alike too: random is the index over all pairs who are no couple, p "
    "comes from {resamples:,} random re-pairings, two-sided. All indices of a row rest on the same re-pairings, so one "
    "p stands for them. Dependence may be negative."
)
DIFFERENCES = (
    "A correlation says nothing about a difference of means. A p above .05 does not show that partners are the same: "
    "look at the interval, or set bounds beforehand (study.toml, equivalence). d~z~ is the mean difference over the SD "
    "of the couples' differences. About 95 of 100 couples differ by an amount between the lower and the upper limit, "
    "if differences are roughly normal. Intervals of limits and of SD ratios leave couples out in turn, which holds "
    "for skewed scores too; exact ones for normal differences stand in results.csv."
)
SIZES = (
    "Nobody is first here, so a difference has a size and no sign. About 95 of 100 couples differ by less than the "
    "limit, if differences are roughly normal."
)
ITEMS = (
    "Both partners' answers to each item, after reversing, on its declared categories. The share of equal answers "
    "is high where everybody answers alike, whoever is paired with whom: read it beside that of random couples, the"
    " mean over all pairs who are no couple. κ has quadratic weights; its p comes from {resamples:,} random re-"
    "pairings, two-sided, adjusted ({adjust}) over the items of a scale. Answers about oneself are compared as "
    "similarity: a κ is no reliability there."
)
ONE_SIDED = (
    f" {item_tables.ONE_SIDED} marks items on which nearly all answers are one category: κ and α are low there "
    "whatever partners do, so read the share and AC2."
)


def agreement(content: Content) -> str:
    """Return how alike the partners are, and how far apart."""
    numbers, couples, numbering = content.numbers, content.couples, content.numbering
    if not len(numbers.results.where(section="agreement", statistic="icc_1")):
        return ""
    method = METHOD.format(resamples=couples.settings.resamples)
    blocks = [method, tables.agreement(numbers, couples, numbering), content.figure("agreement")]
    blocks += [_in_words(numbers, couples)]
    apart = difference_tables.differences(numbers, couples, numbering)
    if apart:
        words = DIFFERENCES if couples.roles else SIZES
        blocks += [heading(3, "Differences between partners", "differences"), words, apart]
        blocks.append(content.figure("differences"))
    blocks += [of(numbers, couples, numbering) for of in (tables.self_other, tables.truth_and_bias)]
    return section("Agreement between partners", "agreement", blocks)


def _in_words(numbers: Numbers, couples: Couples) -> str:
    first = next(iter(tables.indices_of(couples)))
    found = [alike(numbers, couples, place) for place in tables.places_of(numbers, first, tables.SCORES)]
    sentences = [f"{sentence(words)}." for words in found if words]
    return "\n\n".join(["In words, for a manuscript:", bullets(sentences)]) if sentences else ""


def alike(numbers: Numbers, couples: Couples, place: tables.Place) -> str:
    """Return the words of one comparison: its index beside random couples, and the difference of means."""
    indices = tables.indices_of(couples)
    statistic = next(iter(indices))
    line, random = (tables.at(numbers, statistic, place, beside) for beside in ("", "pseudo"))
    if not line or not np.isfinite(line["estimate"]):
        return ""
    part = f", {place['variant'].replace('_', ' ')}" if place["variant"] else ""
    words = (
        f"{couples.codebook.label(place['scale'])}{part}: {place['comparison']} {indices[statistic]} = {_long(line)}"
    )
    if random and np.isfinite(random["p"]):
        words += f" (random couples {value(random)}, permutation p {p_in_words(random)})"
    return "; ".join([words, *_apart(numbers, couples, place), f"{line['n_couples']} couples"])


def _apart(numbers: Numbers, couples: Couples, place: tables.Place) -> list[str]:
    """Return the words of the difference of means, and of its equivalence where bounds were set."""
    mean, d_z = (tables.at(numbers, statistic, place) for statistic in ("mean_difference", "d_z"))
    if not couples.roles or not mean or not np.isfinite(mean["estimate"]):
        return []
    found = [f"{couples.roles[0]} minus {couples.roles[1]} {_long(mean)}, d_z = {value(d_z)}"]
    tested = tables.at(numbers, "equivalence", place)
    if tested and np.isfinite(tested["p"]):
        bound = equivalence_bound(couples.settings.equivalence, place["scale"])
        shown = "equivalent" if tested["p"] <= LEVEL else "not shown to be equivalent"
        found.append(f"{shown} within ±{bound:g}, p {p_in_words(tested)}")
    return found


def _long(line: Line) -> str:
    kind = kind_of(line["section"], line["statistic"])
    limits = interval(line["lower"], line["upper"], kind)
    return number(line["estimate"], kind) + (f", {line['confidence']:.0%} CI {limits}" if limits else "")


def item_agreement(content: Content) -> str:
    """Return how often partners give the same answer, item by item."""
    numbers, couples = content.numbers, content.couples
    made = item_tables.item_agreement(numbers, couples, content.numbering)
    if not made:
        return ""
    method = ITEMS.format(resamples=couples.settings.resamples, adjust=NAMES[couples.settings.adjust])
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
