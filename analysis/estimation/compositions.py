"""Compositions that are analysed apart: every analysis is made of each, its rows by composition in column ``group``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

from analysis.couples import Couples
from analysis.results import Estimates, join

Analysis = TypeVar("Analysis", bound=Callable[..., Estimates])


def by_composition(analysis: Analysis) -> Analysis:
    """Return the analysis so that it is made of each composition of couples whose compositions are apart.

    Couples that are one sample are analysed as they are.
    """

    @wraps(analysis)
    def analysed(couples: Couples, *others: Any, **options: Any) -> Estimates:  # noqa: ANN401 - whatever it takes
        if not (isinstance(couples, Couples) and couples.apart):
            return analysis(couples, *others, **options)
        return one_table((name, analysis(part, *others, **options)) for name, part in couples.parts().items())

    return cast("Analysis", analysed)


def one_table(results: Iterable[tuple[str, Estimates]]) -> Estimates:
    """Return the results of several compositions as one table, ``group`` and the notes saying which each is of.

    Examples
    --------
    >>> from analysis.results import row
    >>> one = Estimates([row("agreement", "icc_1", estimate=0.5)], ["few couples."])
    >>> table = one_table([("ww", one), ("mm", one)])
    >>> table.frame["group"].tolist(), table.notes
    (['ww', 'mm'], ('ww: few couples.', 'mm: few couples.'))
    """
    return join(
        Estimates.of_frame(found.frame.assign(group=name), [f"{name}: {note}" for note in found.notes])
        for name, found in results
    )
