"""Score: keyed answers -> one mean a scale, where enough of its items are answered.

Beside the scales stand their facets (``H6.apart``) and the two block means (``block:healthy``), all of them means.
Mirrored items and companions never enter a scale's score.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.instrument.codebook import Codebook
from analysis.intake.coding import part
from analysis.intake.ledger import carry

MINIMUM_ANSWERED = 0.8
BLOCK_SHARE = 0.8
TOLERANCE = 1e-9  # 4 of 5 is 0.8


def score(coded: pd.DataFrame, codebook: Codebook, *, minimum_answered: float = MINIMUM_ANSWERED) -> pd.DataFrame:
    """Return scores, one column a scale, then facets, then block means; NaN where too little is answered.

    Parameters
    ----------
    coded : DataFrame
        As :func:`analysis.intake.coding.code` returns it, or its ``answer`` columns alone.
    codebook : Codebook
        Says which items make a scale.
    minimum_answered : float
        Share of a scale's items that must be answered, in (0, 1].

    Notes
    -----
    A score is the mean of the answered items (Parent, 2013, https://doi.org/10.1177/0011000012445176). Nothing is
    imputed. A block mean is the mean of its scales where at least 80 % of them are there; scales of unlike ranges enter
    it as percent of the maximum possible. Not for comparing persons who answered different items of a scale whose items
    differ much in their means.

    Examples
    --------
    >>> import analysis as an
    >>> book = an.Codebook((an.Item("a", "H", 1, 5), an.Item("b", "H", 1, 5)), (an.Scale("H"),))
    >>> answers = pd.DataFrame({"a": [4.0, 5.0], "b": [2.0, np.nan]})
    >>> score(answers, book, minimum_answered=0.5)
         H
    0  3.0
    1  5.0
    """
    answers = part(coded, "answer") if isinstance(coded.columns, pd.MultiIndex) else coded
    values, place = answers.to_numpy(float), {str(name): j for j, name in enumerate(answers.columns)}
    scales = {code: codebook.scored_items(code) for code in codebook.codes} | codebook.facets
    columns = {
        code: mean_of_answered(values[:, [place[item.name] for item in items]], minimum_answered)
        for code, items in scales.items()
    }
    for block in ("block:healthy", "block:unhealthy"):
        if codebook.block(block):
            columns[block] = block_mean(columns, codebook, block)
    return carry(coded, pd.DataFrame(columns, index=answers.index))


def mean_of_answered(values: NDArray[np.float64], minimum_answered: float) -> NDArray[np.float64]:
    """Return row means of what is there, NaN where less than the share is there; (rows, items) -> (rows,)."""
    there = np.isfinite(values)
    count = there.sum(axis=1)
    total = np.where(there, values, 0.0).sum(axis=1)
    enough = count >= np.maximum(minimum_answered * values.shape[1] - TOLERANCE, 1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=enough)


def unlike_ranges(codebook: Codebook, codes: Sequence[str]) -> bool:
    """Say whether the scales have different declared ranges, so that only their percentages can be compared."""
    return len({codebook.bounds(code) for code in codes}) > 1


def without_range(codebook: Codebook, block: str) -> list[str]:
    """Return the scales that keep a block from having a mean: those without one declared range, beside others."""
    codes = codebook.block(block)
    return [code for code in codes if codebook.bounds(code) is None] if len(codes) > 1 else []


def percent_of_maximum(values: NDArray[np.float64], bounds: tuple[float, float] | None) -> NDArray[np.float64]:
    """Return scores as percent of the maximum possible, 0 to 100; NaN without bounds."""
    if bounds is None:
        return np.full_like(values, np.nan)
    return 100 * (values - bounds[0]) / (bounds[1] - bounds[0])


def block_mean(scores: dict[str, NDArray[np.float64]], codebook: Codebook, block: str) -> NDArray[np.float64]:
    """Return the mean of a block's scales for each person, where at least 80 % of them are there.

    NaN for everyone where one of several scales has no declared range: its unit is not known to be that of the others.
    """
    codes = codebook.block(block)
    columns = [scores[code] for code in codes]
    if without_range(codebook, block):
        return np.full(len(columns[0]), np.nan)
    if unlike_ranges(codebook, codes):
        columns = [percent_of_maximum(scores[code], codebook.bounds(code)) for code in codes]
    return mean_of_answered(np.column_stack(columns), BLOCK_SHARE)
