"""The item tables."""

from __future__ import annotations

from analysis.couples import Couples
from analysis.report.markdown import table, text
from analysis.report.numbers import Numbers, n_of, value
from analysis.report.tables.common import Numbering, partners_of, who


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
