"""Compositions that are too small to be shown alone are joined, so that no subtraction tells them apart."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.settings import Settings

OTHERS, EVERYONE = "other compositions", "all compositions"


def shown_compositions(sizes: Mapping[str, int], settings: Settings) -> dict[str, tuple[str, ...]]:
    """Return under which names compositions are shown, and which ones each name stands for, the largest first.

    Those with fewer couples than the threshold are joined to one, together with the next smallest while it is a single
    one or still below the threshold: so no composition is told apart, be it by subtraction, that is under it.

    Examples
    --------
    >>> shown_compositions({"woman and man": 80, "two women": 30, "two men": 4}, Settings())
    {'woman and man': ('woman and man',), 'other compositions': ('two women', 'two men')}
    >>> shown_compositions({"woman and man": 80, "two women": 4}, Settings())
    {'all compositions': ('woman and man', 'two women')}
    """
    names = sorted(sizes, key=lambda name: (-sizes[name], name))
    joined = 0 if settings.open else sum(size < settings.threshold for size in sizes.values())
    while 0 < joined < len(names) and (
        joined == 1 or sum(sizes[name] for name in names[-joined:]) < settings.threshold or OTHERS in names[:-joined]
    ):
        joined += 1
    alone, rest = names[: len(names) - joined], tuple(names[len(names) - joined :])
    return {name: (name,) for name in alone} | ({OTHERS if alone else EVERYONE: rest} if rest else {})
