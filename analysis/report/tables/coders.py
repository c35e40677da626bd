"""Tables on coders of open answers: how far they agree on each code, and which code stands for which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from analysis.codings import Codings
from analysis.disclosure import public_cells
from analysis.estimation.coders import ALL
from analysis.estimation.samples import BOTH
from analysis.instrument.indicators import indicator_scales
from analysis.report.markdown import table, text
from analysis.report.numbers import Numbers, n_of, with_interval
from analysis.report.tables.common import NO_BREAK, Numbering

OF_TWO = ("coder_percent", "coder_prevalence", "coder_kappa", "coder_ac1", "coder_krippendorff")
OF_ALL = ("coder_prevalence", "coder_krippendorff")
HEADS = {
    "coder_percent": "Alike",
    "coder_prevalence": "Given",
    "coder_kappa": "κ",
    "coder_ac1": "AC1",
    "coder_krippendorff": "α",
}
UNDEFINED = "undefined"
Line = Mapping[str, Any]


def agreement(numbers: Numbers, codings: Codings, numbering: Numbering) -> list[str]:
    """Return one table for each two coders who share persons, and one for all coders where there are more."""
    compared = numbers.column("comparison", section="agreement", statistic="coder_prevalence")
    return [_of(numbers, codings, numbering, comparison) for comparison in sorted(compared, key=lambda c: c != ALL)]


def _of(numbers: Numbers, codings: Codings, numbering: Numbering, comparison: str) -> str:
    names = OF_ALL if comparison == ALL else OF_TWO
    rows = []
    for code in codings.codes:
        lines = {name: _line(numbers, name, code, comparison) for name in names}
        cells = [_cell(line) for line in lines.values()]
        rows.append([code_name(code), n_of(lines["coder_prevalence"], "n_persons"), *cells])
    heads = [f"{HEADS[name]} {_level(codings)}" for name in names]
    caption = f"Agreement of coders, code by code: {text(comparison)}."
    return table(["Code", "Persons", *heads], rows, numbering.table(caption))


def _line(numbers: Numbers, statistic: str, code: str, comparison: str) -> Line:
    return numbers.at("agreement", statistic, scale=code, partner=BOTH, comparison=comparison)


def _cell(line: Line) -> str:
    return UNDEFINED if line and UNDEFINED in line["note"] else with_interval(line)


def _level(codings: Codings) -> str:
    return rf"\[{codings.settings.confidence:.0%}{NO_BREAK}CI\]"


def code_name(code: str) -> str:
    """Return code and name of a code for a row."""
    return text(f"{code} {indicator_scales()[code].name}")


def confusions(numbers: Numbers, codings: Codings, numbering: Numbering) -> list[str]:
    """Return for each two coders which code one gave where the other gave which; small cells and rare codes hidden."""
    return list(filter(None, (_confusion(numbers, codings, numbering, pair) for pair in codings.pairs)))


def _confusion(numbers: Numbers, codings: Codings, numbering: Numbering, pair: tuple[str, str]) -> str:
    first, second = pair
    comparison = f"{first} and {second}"
    hidden = [c for c in codings.codes if not _shown(_line(numbers, "coder_prevalence", c, comparison))]
    counts = codings.confusion(first, second).drop(index=hidden, columns=hidden)
    if len(counts) == 1:
        return ""
    cells = public_cells(counts, codings.settings)
    rows = [[text(name), *row] for name, row in zip(cells.index, cells.to_numpy().tolist(), strict=True)]
    caption = f"Which code {text(first)} (rows) gave where {text(second)} (columns) gave which, in persons."
    return table([text(first), *map(text, cells.columns)], rows, numbering.table(caption))


def _shown(line: Line) -> bool:
    return bool(line) and bool(np.isfinite(line["estimate"]))
