"""What stands beside a row: short names of the fifteen scales, wrapped names of any other."""

from __future__ import annotations

from functools import cache
from textwrap import shorten

from analysis.instrument.codebook import Codebook
from analysis.instrument.indicators import indicator_scales, indicators

LONGEST = 30


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
    if code in indicator_scales() and scale.indicator == code:
        return _short()[code]
    return shorten(scale.label, LONGEST, placeholder=" …")


def series_label(partner: str, group: str = "") -> str:
    """Return the words for a partner, a group, or both; everyone where there is neither."""
    who = "" if partner in ("both", "respondent") else partner
    return ", ".join(filter(None, [group, who])) or "everyone"
