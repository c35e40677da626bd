"""Tables of two partners side by side: agreement, what each says of the other, profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.couples import Couples
from analysis.report.markdown import table, text
from analysis.report.numbers import Numbers, n_of, p_of, value, with_interval
from analysis.report.tables.common import Numbering, level, scale_name, who

AGREEMENT = ("pearson_r", "icc_1", "icc_a1", "icc_pairwise", "ccc", "mean_difference", "d_z")
BESIDE = ("jackknife", "pseudo")  # variants that stand beside an index
Lines = Mapping[str, Mapping[str, Any]]


def agreement(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return how alike the partners' scores are: the whole scale, then each kind of referent beside it."""
    lines = numbers.results.where(section="agreement", statistic="icc_1", comparison=["similarity", "agreement"])
    rows = []
    for line in lines:
        if line["variant"].endswith(BESIDE):
            continue
        place = {key: line[key] for key in ("scale", "comparison", "variant", "partner")}
        at = {name: numbers.at("agreement", name, **place) for name in AGREEMENT}
        name = scale_name(couples.codebook, line["scale"])
        of_part = f", {text(line['variant'].replace('_', ' '))}" if line["variant"] else ""
        cells = _of_roles(at) if couples.roles else _of_exchangeable(at)
        rows.append([f"{name}{of_part}", line["comparison"], n_of(line), *cells])
    ci, caption = level(couples), "Similarity and agreement between partners."
    heads = [f"ICC(1) {ci}", f"pairwise ICC {ci}", "p of ICC(1)"]
    if couples.roles:
        heads = [f"r {ci}", f"ICC(A,1) {ci}", f"CCC {ci}", f"Mean difference {ci}", "p", "d~z~"]
        caption += f" Differences are {text(couples.roles[0])} minus {text(couples.roles[1])}."
    return table(["Scale", "Compared as", "n", *heads], rows, numbering.table(caption), words=2)


def _of_roles(at: Lines) -> list[str]:
    intervals = [with_interval(at[name]) for name in ("pearson_r", "icc_a1", "ccc", "mean_difference")]
    return [*intervals, p_of(at["mean_difference"]), value(at["d_z"])]


def _of_exchangeable(at: Lines) -> list[str]:
    return [with_interval(at["icc_1"]), with_interval(at["icc_pairwise"]), p_of(at["icc_1"])]


def self_other(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return what partners say of each other against what these say of themselves; empty without mirrored items."""
    seen = numbers.results.where(section="agreement", statistic="pearson_r", comparison="self_other_agreement")
    rows = []
    for line in seen:
        if line["variant"].endswith(BESIDE):
            continue
        place = {"scale": line["scale"], "partner": line["partner"]}
        assumed = numbers.at("agreement", "pearson_r", comparison="assumed_similarity", **place)
        gap = numbers.at("agreement", "mean_difference", comparison="self_other_agreement", **place)
        name = scale_name(couples.codebook, line["scale"])
        rows.append(
            [name, who(line["partner"]), n_of(line), with_interval(line), with_interval(gap), with_interval(assumed)]
        )
    if not rows:
        return ""
    ci = level(couples)
    heads = ["n", f"Self-other r {ci}", f"Perceived minus own {ci}", f"Assumed similarity r {ci}"]
    caption = "Self-other agreement on mirrored items: what a partner says of the other, and what the other says."
    return table(["Scale", "Who perceives", *heads], rows, numbering.table(caption), words=2)


def profiles(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return each profile index beside its value for random couples."""
    rows = []
    for line in numbers.results.where(section="profiles"):
        if line["variant"].endswith("pseudo"):
            continue
        beside = " ".join(filter(None, [line["variant"], "pseudo"]))
        random = numbers.at("profiles", line["statistic"], scale=line["scale"], partner="both", variant=beside)
        version = f" ({text(line['variant'])})" if line["variant"] else ""
        rows.append(
            [
                scale_name(couples.codebook, line["scale"]) + version,
                PROFILE_WORDS[line["statistic"]],
                n_of(line),
                value(line),
                value(random),
                p_of(random),
            ]
        )
    heads = ["Block", "Index", "n", "Couples", "Random couples", "p"]
    caption = "Profile similarity: mean over couples, beside the mean over all pairs that are no couple."
    return table(heads, rows, numbering.table(caption), words=2)


PROFILE_WORDS = {
    "profile_d2": "squared distance D²",
    "d2_elevation": "of it: elevation",
    "d2_scatter": "of it: scatter",
    "d2_shape": "of it: shape",
    "overall_r": "overall r",
    "distinctive_r": "distinctive r",
}
