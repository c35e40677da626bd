"""Tables of two partners side by side: agreement, what each says of the other, profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from analysis.couples import Couples
from analysis.estimation.adjustment import NAMES
from analysis.report.markdown import table, text
from analysis.report.numbers import Line, Numbers, n_of, p_of, value, with_interval
from analysis.report.tables.common import Numbering, level, scale_name, who

OF_ROLES = {"pearson_r": "r", "icc_a1": "ICC(A,1)", "ccc": "CCC"}
ORDER_FREE = {"icc_1": "ICC(1)", "icc_pairwise": "pairwise ICC"}
BESIDE = ("jackknife", "pseudo", "quantile", "robust", "linear")  # variants that stand beside an index
SCORES = ("similarity", "agreement")  # comparisons of the partners' scores on the same items
Place = Mapping[str, str]


def indices_of(couples: Couples) -> dict[str, str]:
    """Return the indices that are shown, with their heads; of exchangeable partners those that know no order."""
    return OF_ROLES if couples.roles else ORDER_FREE


def places_of(numbers: Numbers, statistic: str, comparison: Sequence[str]) -> list[dict[str, str]]:
    """Return where a statistic of the partners' scores stands: scale, comparison, variant and partner of each row."""
    lines = numbers.results.where(section="agreement", statistic=statistic, comparison=comparison, item="")
    kept = [line for line in lines if not line["variant"].endswith(BESIDE)]
    return [{key: line[key] for key in ("scale", "comparison", "variant", "partner")} for line in kept]


def at(numbers: Numbers, statistic: str, place: Place, beside: str = "") -> Line:
    """Return a row at a place, or the row of a variant that stands beside it."""
    variant = " ".join(filter(None, [place["variant"], beside]))
    return numbers.at("agreement", statistic, **{**place, "variant": variant})


def name_of(couples: Couples, place: Place) -> str:
    """Return the name of a scale, and which of its items are compared where it is not all."""
    of_part = f", {text(place['variant'].replace('_', ' '))}" if place["variant"] else ""
    return scale_name(couples.codebook, place["scale"]) + of_part


def agreement(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return how alike the partners' scores are beside random couples: each scale, then each kind of referent."""
    indices, rows = indices_of(couples), []
    first = next(iter(indices))
    places = places_of(numbers, first, SCORES)
    for place in places:
        cells = [
            cell
            for statistic in indices
            for cell in (with_interval(at(numbers, statistic, place)), value(at(numbers, statistic, place, "pseudo")))
        ]
        random = at(numbers, first, place, "pseudo")
        n = n_of(at(numbers, first, place))
        rows.append([name_of(couples, place), place["comparison"], n, *cells, p_of(random), p_of(random, "p_adjusted")])
    ci = level(couples)
    heads = [head for index in indices.values() for head in (f"{index} {ci}", "random")]
    tested = [at(numbers, first, place, "pseudo") for place in places]
    caption = "Similarity and agreement between partners, each index beside its value for random couples. "
    caption += adjustment_in_words(couples, tested)
    return table(["Scale", "Compared as", "n", *heads, "p", "adj. p"], rows, numbering.table(caption), words=2)


def adjustment_in_words(couples: Couples, lines: Iterable[Line]) -> str:
    """Return by whom p is adjusted, and for how many tests of each kind."""
    families = Counter(_family(line) for line in lines if line and np.isfinite(line["p_adjusted"]))
    if not families:
        return ""
    sizes = ", ".join(f"{size} of {name}" for name, size in families.items())
    return f"adj. p: {NAMES[couples.settings.adjust]}, tests: {text(sizes)}."


def _family(line: Line) -> str:
    kind = line["variant"].removesuffix(" pseudo").removesuffix("pseudo").replace("_", " ")
    return " ".join(filter(None, [line["comparison"].replace("_", "-"), f"({kind})" if kind else ""]))


def self_other(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return what partners say of each other against what these say of themselves; empty without mirrored items."""
    rows = []
    for place in places_of(numbers, "pearson_r", ["self_other_agreement"]):
        line, random = (at(numbers, "pearson_r", place, beside) for beside in ("", "pseudo"))
        assumed = at(numbers, "pearson_r", {**place, "comparison": "assumed_similarity"})
        gap = with_interval(at(numbers, "directional_bias", place))
        cells = [n_of(line), with_interval(line), value(random), p_of(random), with_interval(assumed), gap]
        rows.append([*_perceiver(couples, place), *cells])
    if not rows:
        return ""
    ci = level(couples)
    heads = ["n", f"Self-other r {ci}", "random", "p", f"Assumed r {ci}", f"Mean gap {ci}"]
    caption = (
        "Self-other agreement on mirrored items: what a partner says of the other against what the other says (mean "
        "gap: the one minus the other), and against what the partner says of him- or herself (assumed r)."
    )
    return table([*PERCEIVERS, *heads], rows, numbering.table(caption), words=2)


def truth_and_bias(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return the forces of the other's word and of one's own on what is perceived; empty without mirrored items."""
    rows = []
    for place in places_of(numbers, "accuracy", ["self_other_agreement"]):
        line = at(numbers, "accuracy", place)
        forces = [line, at(numbers, "bias", place)]
        rows.append([*_perceiver(couples, place), n_of(line), *map(with_interval, forces), *map(p_of, forces)])
    if not rows:
        return ""
    ci = level(couples)
    caption = (
        "Truth and bias: slopes of what is perceived on the other's own word (accuracy) and, beside it, on one's own "
        "(bias), in points a point."
    )
    heads = [*PERCEIVERS, "n", f"Accuracy {ci}", f"Bias {ci}", "p of accuracy", "p of bias"]
    return table(heads, rows, numbering.table(caption), words=2)


PERCEIVERS = ("Scale", "Who perceives")


def _perceiver(couples: Couples, place: Place) -> list[str]:
    return [scale_name(couples.codebook, place["scale"]), who(place["partner"])]


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
