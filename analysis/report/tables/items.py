"""The item tables."""

from __future__ import annotations

from analysis.couples import Couples
from analysis.report.markdown import table, text
from analysis.report.numbers import Numbers, n_of, value, with_interval
from analysis.report.tables.common import Numbering, level, partners_of, who


def items(numbers: Numbers, couples: Couples, numbering: Numbering) -> list[str]:
    """Return the item table of each partner."""
    tables = []
    for partner in partners_of(numbers, "items"):
        rows = []
        for item in couples.codebook.items:
            place = {"scale": item.scale, "item": item.name, "partner": partner}
            lines = {name: numbers.at("items", name, **place) for name in ITEM_HEADS}
            if lines["mean"]:
                cells = [with_interval(line) if name in WITH_INTERVAL else value(line) for name, line in lines.items()]
                rows.append([text(item.name), n_of(lines["mean"], "n_persons"), *cells])
        heads = [f"{head} {level(couples)}" if name in WITH_INTERVAL else head for name, head in ITEM_HEADS.items()]
        tables.append(table(["Item", "n", *heads], rows, numbering.table(f"Items: {who(partner)}.")))
    return tables


WITH_INTERVAL = ("item_rest_r", "alpha_if_dropped", "omega_if_dropped")
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
