"""What stands beside a row: short names of the fifteen scales, wrapped names of any other; and why rows are empty."""

from __future__ import annotations

from functools import cache
from textwrap import shorten

import pandas as pd

from analysis.estimation.adjustment import ADJUSTED
from analysis.instrument.codebook import BLOCKS, Codebook, Item, Scale
from analysis.instrument.files import built_in
from analysis.instrument.indicators import indicator_scales, indicators
from analysis.results import Estimates, said

LONGEST = 30
MOST_REASONS = 3


def codebook_of(results: Estimates) -> Codebook:
    """Return the codebook that names the scales of results: the built-in one if it has them all, else their codes.

    Where a scale is unknown the results are of another instrument, whose H1 may be something else: then every scale is
    called by its code, has no declared range, and keeps the place that it has in the results.

    Examples
    --------
    >>> from analysis.results import row
    >>> codebook_of(Estimates([row("reliability", "alpha", scale=code) for code in ("trust", "H1", "H1.apart")])).codes
    ('trust', 'H1')
    """
    found = [code for code in dict.fromkeys(results.frame["scale"]) if code and code not in BLOCKS and "+" not in code]
    known = {*found, *built_in().codes}
    codes = [code for code in found if "." not in code or code.partition(".")[0] not in known]
    if set(codes) <= set(built_in().codes):
        return built_in()
    items = tuple(Item(code, code, finished=True) for code in codes)
    return Codebook(items, tuple(Scale(code) for code in codes), name="codes of the results")


@cache
def _short() -> dict[str, str]:
    """Return the figure label of each of the fifteen scales; two of one indicator share its short name's parts."""
    labels = {}
    for indicator in indicators():
        names = indicator.short.split(", ") if len(indicator.scales) > 1 else [indicator.short]
        for code, name in zip(indicator.scales, names, strict=True):
            labels[code] = f"{code}  {name[0].upper()}{name[1:]}"
    return labels


def scale_label(codebook: Codebook, code: str) -> str:
    """Return the label of a scale in a figure.

    Examples
    --------
    >>> from analysis.instrument.files import built_in
    >>> scale_label(built_in(), "U2b")
    'U2b  Deflecting'
    """
    scale = codebook.scale(code)
    label = _short()[code] if is_indicator(scale) else shorten(scale.label, LONGEST, placeholder=" …")
    return f"{label} (experimental)" if scale.experimental else label


def is_indicator(scale: Scale) -> bool:
    """Say whether a scale is one of the fifteen, and not another instrument's of the same code."""
    return scale.code in indicator_scales() and scale.indicator == scale.code


def series_label(partner: str, group: str = "") -> str:
    """Return the words for a partner, a group, or both; everyone where there is neither."""
    who = "" if partner in ("both", "respondent") else partner
    return ", ".join(filter(None, [group, who])) or "everyone"


def why_empty(rows: pd.DataFrame, notes: tuple[str, ...]) -> str:
    """Return why the rows hold no number, in the words of their notes, or of the table's notes if there is no row.

    Examples
    --------
    >>> why_empty(pd.DataFrame({"note": ["one item", "one item", ""]}), ())
    'one item'
    >>> why_empty(pd.DataFrame({"note": []}), ("No items.", "No blocks.", "p_adjusted: Holm."))
    'No items; No blocks'
    """
    of_table = [note for note in notes if not note.startswith(ADJUSTED)]
    reasons = list(dict.fromkeys(filter(None, map(said, rows["note"])))) or of_table
    more = " …" if len(reasons) > MOST_REASONS else ""
    return "; ".join(reason.removesuffix(".") for reason in reasons[:MOST_REASONS]) + more
