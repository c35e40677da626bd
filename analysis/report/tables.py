"""The report's tables: rows of Markdown cells from results, one function a table."""

from __future__ import annotations

from itertools import count

from analysis.couples import Couples
from analysis.disclosure import public_count
from analysis.instrument.codebook import BLOCKS, Codebook
from analysis.intake.coding import REASONS
from analysis.report.markdown import table, text
from analysis.report.numbers import NONE, Numbers, n_of, p_of, value, with_interval

WHO = {"both": "all persons", "respondent": "respondents"}


class Numbering:
    """Hands out table and figure numbers in the order of the text."""

    def __init__(self) -> None:
        self._tables, self._figures = count(1), count(1)

    def table(self, caption: str) -> str:
        """Return the caption with the next table number."""
        return f"**Table {next(self._tables)}.** {caption}"

    def figure(self, caption: str) -> str:
        """Return the caption with the next figure number."""
        return f"**Figure {next(self._figures)}.** {caption}"


def who(partner: str) -> str:
    """Return the words for a partner column."""
    return text(WHO.get(partner, partner))


def partners_of(numbers: Numbers, section: str) -> list[str]:
    """Return the partner labels of a section, groups aside."""
    return numbers.column("partner", section=section, group="")


def scale_name(codebook: Codebook, code: str) -> str:
    """Return code and name of a scale, facet or block for a row."""
    label = codebook.label(code)
    return text(label if code in BLOCKS or label == code or "." in code else f"{code} {label}")


def flow(couples: Couples, numbering: Numbering) -> str:
    """Return the flow of couples: file rows in, rows out and why, persons, couples."""
    ledger, settings = couples.ledger, couples.settings
    rows = [["Rows in the file", public_count(len(ledger), settings)]]
    for reason, out in ledger.loc[~ledger["kept"], "reason"].value_counts().items():
        rows.append([f"out: {text(reason)}", public_count(int(out), settings)])
    rows.append(["Rows kept", public_count(int(ledger["kept"].sum()), settings)])
    rows.append(["Persons with answers", public_count(int(couples.present.sum()), settings)])
    rows.append(["Couples", public_count(couples.n, settings)])
    if not couples.one_person:
        rows.append(["of them with both partners", public_count(couples.n_both, settings)])
        rows.append(["of them with one partner", public_count(couples.n - couples.n_both, settings)])
    if couples.groups is not None:
        for group, size in couples.groups.value_counts(sort=False).items():
            rows.append([f"of them {text(couples.groups.name)} = {text(group)}", public_count(int(size), settings)])
    return table(["Step", "Count"], rows, numbering.table("Flow of couples."))


def measures(couples: Couples, numbering: Numbering) -> str:
    """Return what was asked: items, answers, whom the items are about, gates and companions, by scale."""
    book = couples.codebook
    rows = []
    for scale in book.scales:
        items = book.scored_items(scale.code)
        bounds = book.bounds(scale.code)
        beside = [f"{len(mirrors)} mirrored" for mirrors in [book.mirror_items(scale.code)] if mirrors]
        companions = sum(item.companion for item in book.items if item.scale == scale.code)
        rows.append(
            [
                scale_name(book, scale.code),
                text(scale.valence),
                "score" if book.finished(scale.code) else str(len(items)),
                str(sum(item.reversed for item in items)),
                f"{bounds[0]:g} to {bounds[1]:g}" if bounds else NONE,
                text(", ".join(dict.fromkeys(item.referent for item in items))),
                text(", ".join(dict.fromkeys(item.gate for item in items if item.gate)).replace("_", " ") or NONE),
                text(", ".join([*beside, *([f"{companions} companions"] if companions else [])]) or NONE),
            ]
        )
    header = ["Scale", "Block", "Items", "Reversed", "Answers", "About", "Gate", "Beside it"]
    return table(header, rows, numbering.table("Measures."), words=8)


def missing(couples: Couples, numbering: Numbering) -> str:
    """Return the share of missing answers by reason and partner, among persons with any answer."""
    codes = couples.reason_codes.to_numpy().reshape(couples.n, len(couples.partners), -1)
    slots = range(len(couples.partners)) if couples.roles or couples.one_person else [slice(None)]
    heads = [text(label) for label in couples.partners] if couples.roles or couples.one_person else ["all persons"]
    rows = []
    for place, reason in enumerate(REASONS[:4]):
        cells = []
        for slot in slots:
            asked = codes[:, slot][couples.present[:, slot]]
            lost = int((asked == place).sum())
            small = 0 < lost < couples.settings.threshold and not couples.settings.open
            cells.append(public_count(lost, couples.settings) if small else f"{lost / max(asked.size, 1):.1%}")
        rows.append([reason.replace("_", " "), *cells])
    return table(["Reason", *heads], rows, numbering.table("Missing answers, share of all answers asked for."))


def scores(numbers: Numbers, couples: Couples, numbering: Numbering, group: str = "") -> str:
    """Return Table 1: n, mean with interval and SD of every score by partner."""
    partners = [
        p
        for p in partners_of(numbers, "describe")
        if numbers.at("describe", "scale_sd", scale=couples.columns[0], partner=p)
    ]
    rows = []
    for column in couples.columns:
        cells = []
        for partner in partners:
            place = {"scale": column, "partner": partner, "group": group}
            mean, spread = numbers.at("describe", "scale_mean", **place), numbers.at("describe", "scale_sd", **place)
            cells += [n_of(mean, "n_persons"), with_interval(mean), value(spread)]
        rows.append([scale_name(couples.codebook, column), *cells])
    header = ["Score"] + [f"{who(p)}: {word}" for p in partners for word in ("n", f"M {_level(couples)}", "SD")]
    of_group = f" Group: {text(group)}." if group else ""
    return table(header, rows, numbering.table(f"Means and standard deviations of the scores.{of_group}"))


def _level(couples: Couples) -> str:
    return rf"\[{couples.settings.confidence:.0%} CI\]"


def reliability(numbers: Numbers, couples: Couples, numbering: Numbering, group: str = "") -> str:
    """Return omega and alpha with intervals, by scale and partner."""
    partners = partners_of(numbers, "reliability")
    pooled = "_pooled" if partners == ["both"] else ""
    rows = []
    for scale in numbers.column("scale", section="reliability", group=group):
        cells = []
        for partner in partners:
            place = {"scale": scale, "partner": partner, "group": group}
            alpha = numbers.at("reliability", f"alpha{pooled}", **place)
            omega = numbers.at("reliability", f"omega{pooled}", **place)
            cells += [n_of(alpha, "n_persons"), with_interval(omega), with_interval(alpha)]
        rows.append([scale_name(couples.codebook, scale), str(len(couples.codebook.scored_items(scale))), *cells])
    heads = [f"{who(p)}: {word}" for p in partners for word in ("n", f"ω {_level(couples)}", f"α {_level(couples)}")]
    of_group = f" Group: {text(group)}." if group else ""
    return table(["Scale", "Items", *heads], rows, numbering.table(f"Reliability of the scores.{of_group}"))


def agreement(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return how alike the partners' scores are: the whole scale, then each kind of referent beside it."""
    roles = couples.roles
    lines = numbers.results.where(section="agreement", statistic="icc_1", comparison=["similarity", "agreement"])
    rows = []
    for line in lines:
        place = {key: line[key] for key in ("scale", "comparison", "variant", "partner")}
        at = {name: numbers.at("agreement", name, **place) for name in AGREEMENT}
        name = scale_name(couples.codebook, line["scale"])
        rows.append(
            [
                f"{name}, {text(line['variant'].replace('_', ' '))}" if line["variant"] else name,
                line["comparison"],
                n_of(line),
                *(
                    with_interval(at[key])
                    for key in (("pearson_r", "icc_a1", "ccc") if roles else ("icc_1", "icc_pairwise"))
                ),
                *(
                    [with_interval(at["mean_difference"]), p_of(at["mean_difference"]), value(at["d_z"])]
                    if roles
                    else [p_of(at["icc_1"])]
                ),
            ]
        )
    level = _level(couples)
    heads = [f"ICC(1) {level}", f"pairwise ICC {level}", "p of ICC(1)"]
    caption = "Similarity and agreement between partners."
    if roles:
        heads = [f"r {level}", f"ICC(A,1) {level}", f"CCC {level}", f"Mean difference {level}", "p", "d~z~"]
        caption += f" Differences are {text(roles[0])} minus {text(roles[1])}."
    return table(["Scale", "Compared as", "n", *heads], rows, numbering.table(caption), words=2)


AGREEMENT = ("pearson_r", "icc_1", "icc_a1", "icc_pairwise", "ccc", "mean_difference", "d_z")


def self_other(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return what partners say of each other against what these say of themselves; empty without mirrored items."""
    seen = numbers.results.where(section="agreement", statistic="pearson_r", comparison="self_other_agreement")
    rows = []
    for line in seen:
        place = {"scale": line["scale"], "partner": line["partner"]}
        assumed = numbers.at("agreement", "pearson_r", comparison="assumed_similarity", **place)
        gap = numbers.at("agreement", "mean_difference", comparison="self_other_agreement", **place)
        name = scale_name(couples.codebook, line["scale"])
        rows.append(
            [name, who(line["partner"]), n_of(line), with_interval(line), with_interval(gap), with_interval(assumed)]
        )
    if not rows:
        return ""
    level = _level(couples)
    heads = ["n", f"Self-other r {level}", f"Perceived minus own {level}", f"Assumed similarity r {level}"]
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


def items(numbers: Numbers, couples: Couples, numbering: Numbering) -> list[str]:
    """Return the item table of each partner."""
    tables = []
    for partner in partners_of(numbers, "items"):
        rows = []
        for item in couples.codebook.items:
            place = {"scale": item.scale, "item": item.name, "partner": partner}
            lines = {name: numbers.at("items", name, **place) for name in ITEM_HEADS}
            if lines["mean"]:
                rows.append(
                    [text(item.name), n_of(lines["mean"], "n_persons"), *(value(line) for line in lines.values())]
                )
        caption = numbering.table(f"Items: {who(partner)}.")
        tables.append(table(["Item", "n", *ITEM_HEADS.values()], rows, caption))
    return tables


ITEM_HEADS = {
    "mean": "M",
    "sd": "SD",
    "skew": "Skew",
    "floor": "Floor",
    "ceiling": "Ceiling",
    "missing": "Missing",
    "item_rest_r": "r with rest",
    "alpha_if_dropped": "α without",
    "omega_if_dropped": "ω without",
    "loading": "Loading",
}
