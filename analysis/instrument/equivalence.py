"""How large a difference of scores counts as none: bounds that somebody set beforehand, by scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analysis.errors import did_you_mean
from analysis.instrument.codebook import Codebook

DEFAULT = "default"


def equivalence_bound(bounds: Mapping[str, float], code: str) -> float | None:
    """Return the bound of a scale in points of its score, its own or the default; None where there is neither.

    Examples
    --------
    >>> equivalence_bound({"default": 0.5, "H1": 0.3}, "H1"), equivalence_bound({"H1": 0.3}, "H2")
    (0.3, None)
    """
    return bounds.get(code, bounds.get(DEFAULT))


def equivalence_faults(bounds: Mapping[str, float], codebook: Codebook) -> list[str]:
    """Return what is wrong with bounds for the scales of a codebook: unknown scales, and bounds beyond their ranges.

    Examples
    --------
    >>> from analysis.instrument.codebook import Item, Scale
    >>> book = Codebook((Item("a", "H1", 1, 5),), (Scale("H1"),))
    >>> equivalence_faults({"h1": 0.5}, book)
    ["equivalence names the scale 'h1', which is not in the codebook. Did you mean 'H1'?"]
    """
    unknown = [code for code in bounds if code not in (DEFAULT, *codebook.codes)]
    faults = [
        f"equivalence names the scale '{code}', which is not in the codebook.{did_you_mean(code, codebook.codes)}"
        for code in unknown
    ]
    return [*faults, *_too_wide(bounds, codebook)]


def _too_wide(bounds: Mapping[str, float], codebook: Codebook) -> Iterator[str]:
    for code in codebook.codes:
        bound, declared = equivalence_bound(bounds, code), codebook.bounds(code)
        if bound is not None and declared is not None and bound >= declared[1] - declared[0]:
            yield (
                f"equivalence is {bound:g} for {code}, whose scores differ by at most {declared[1] - declared[0]:g}; "
                f"allowed is a number above 0 and below that. Give {code} a bound of its own, or lower the default."
            )
