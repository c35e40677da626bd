"""Table 1 of a paper: means and spreads of the scores."""

from __future__ import annotations

from analysis.couples import Couples
from analysis.report.markdown import table
from analysis.report.numbers import Numbers, n_of, value, with_interval
from analysis.report.tables.common import Numbering, level, of_group, partners_of, scale_name, who


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
    header = ["Score"] + [f"{who(p)}: {word}" for p in partners for word in ("n", f"M {level(couples)}", "SD")]
    return table(header, rows, numbering.table(f"Means and standard deviations of the scores.{of_group(group)}"))
