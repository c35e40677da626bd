"""Tables of reliability."""

from __future__ import annotations

from analysis.couples import Couples
from analysis.report.markdown import table
from analysis.report.numbers import Numbers, n_of, with_interval
from analysis.report.tables.common import Numbering, level, of_group, partners_of, scale_name, who


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
    heads = [f"{who(p)}: {word}" for p in partners for word in ("n", f"ω {level(couples)}", f"α {level(couples)}")]
    return table(["Scale", "Items", *heads], rows, numbering.table(f"Reliability of the scores.{of_group(group)}"))
