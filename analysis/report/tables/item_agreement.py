"""The table of items: how often partners give the same answer, beside random couples."""

from __future__ import annotations

from analysis.couples import Couples
from analysis.report.markdown import table, text
from analysis.report.numbers import NONE, Line, Numbers, n_of, p_of, value, with_interval
from analysis.report.tables.common import Numbering, level
from analysis.rules import clause

SHOWN = ("exact", "within_1", "kappa_quadratic", "ac2", "krippendorff_ordinal", "polychoric_r")
ONE_SIDED = "‡"  # behind a coefficient of an item on which nearly all answers are one category


def item_agreement(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return one row an item: shares of equal and near answers with random couples', and what corrects for chance."""
    rows = []
    for item in couples.codebook.items:
        at = {name: line_of(numbers, item.name, item.scale, name) for name in SHOWN}
        if at["exact"]:
            beside = {name: line_of(numbers, item.name, item.scale, name, "pseudo") for name in SHOWN}
            cells = _cells(at, beside)
            rows.append([text(item.name), at["exact"]["comparison"], n_of(at["exact"]), *cells])
    ci = level(couples)
    heads = [f"Same answer {ci}", "random", "Within 1", "random", f"κ quadr. {ci}", "p", "adj. p", "AC2", "α ord."]
    heads.append("r polych.")
    caption = (
        "Items: share of couples with the same answer, and with answers at most one point apart, beside random "
        "couples; quadratic κ, Gwet's AC2, Krippendorff's ordinal α, polychoric r."
    )
    if all(cell == NONE for row in rows for cell in row[3:]):
        return ""
    return table(["Item", "Compared as", "n", *heads], rows, numbering.table(caption), words=2)


def _cells(at: dict[str, Line], beside: dict[str, Line]) -> list[str]:
    marked = ONE_SIDED if one_sided(at["kappa_quadratic"]) else ""
    return [
        with_interval(at["exact"]), value(beside["exact"]), value(at["within_1"]), value(beside["within_1"]),
        _marked(with_interval(at["kappa_quadratic"]), marked), p_of(beside["kappa_quadratic"]),
        p_of(beside["kappa_quadratic"], "p_adjusted"), value(at["ac2"]),
        _marked(value(at["krippendorff_ordinal"]), marked), value(at["polychoric_r"]),
    ]  # fmt: skip


def _marked(cell: str, mark: str) -> str:
    return cell if cell == NONE else cell + mark


def line_of(numbers: Numbers, item: str, scale: str, statistic: str, variant: str = "") -> Line:
    """Return the row of an item, whatever it is compared as."""
    places = ({"comparison": comparison, "variant": variant} for comparison in ("similarity", "agreement"))
    found = (numbers.at("agreement", statistic, scale=scale, item=item, partner="both", **place) for place in places)
    return next(filter(None, found), {})


def one_sided(line: Line) -> bool:
    """Say whether nearly all answers to the item are one category."""
    return bool(line) and clause("W22") in line["note"]
