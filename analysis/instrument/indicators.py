"""The twelve indicators of healthy and unhealthy dependence, and the fifteen scales that they are scored by.

Three indicators hold two things that must not be averaged (a feeling and an act, a state and an act, two opposite
poles), so U2, U3 and U5 are two scales each and split cells in a figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from analysis.instrument.items import Scale
from analysis.textfiles import read_rows

BUILT_IN = resources.files("analysis.instrument") / "built_in"


@dataclass(frozen=True)
class Indicator:
    """One of the twelve rows of the profile figure, with the codes of its one or two scales."""

    code: str
    name: str
    valence: str
    scales: tuple[str, ...]
    short: str


@cache
def indicators() -> tuple[Indicator, ...]:
    """Return the twelve indicators, healthy ones first.

    Examples
    --------
    >>> [i.code for i in indicators() if len(i.scales) == 2]
    ['U2', 'U3', 'U5']
    """
    rows = read_rows((BUILT_IN / "indicators.csv").read_bytes())
    return tuple(
        Indicator(r["indicator"], r["name"], r["valence"], tuple(r["scales"].split("|")), r["short"]) for r in rows
    )


@cache
def built_in_scales() -> dict[str, Scale]:
    """Return the scales of the built-in instrument by code: the fifteen, then the experimental add-on."""
    return {
        row["scale"]: Scale(
            code=row["scale"],
            name=row["name"],
            indicator=row["indicator"],
            valence=row["valence"],
            definition=row["definition"],
            show_facets=row["show_facets"] == "yes",
            reliance=row["reliance"],
            heading=row["heading"],
            experimental=row["experimental"] == "yes",
        )
        for row in read_rows((BUILT_IN / "scales.csv").read_bytes())
    }


@cache
def indicator_scales() -> dict[str, Scale]:
    """Return the fifteen scales that an item may be coded to, by code."""
    return {code: scale for code, scale in built_in_scales().items() if scale.indicator}


@cache
def split_indicators() -> dict[str, tuple[str, ...]]:
    """Return the codes of the indicators that are two scales, and those scales."""
    return {indicator.code: indicator.scales for indicator in indicators() if len(indicator.scales) > 1}


def code_fault(code: str) -> str:
    """Return what is wrong with an indicator code and what to write instead, or an empty string.

    Examples
    --------
    >>> code_fault("H1")
    ''
    >>> code_fault("U5")
    "'U5' holds two scales that are never averaged: code the item to U5a or U5b"
    """
    if code in indicator_scales():
        return ""
    if code in split_indicators():
        scales = " or ".join(split_indicators()[code])
        return f"'{code}' holds two scales that are never averaged: code the item to {scales}"
    return f"'{code}' is not one of the fifteen indicator codes {', '.join(indicator_scales())}"
