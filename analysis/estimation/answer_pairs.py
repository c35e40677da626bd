"""Answer pairs: where both partners' answers fall together, and what of that table may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.couples import Couples
from analysis.errors import SurveyError
from analysis.guards import refusal
from analysis.instrument.codebook import Item
from analysis.settings import Settings
from analysis.stats.value import Array

STEP = 5  # percent that public shares are rounded to
RANK = 1e-9


@dataclass(frozen=True)
class AnswerPairs:
    """How often each pair of answers was given: the first partner's in rows, the other's in columns.

    Attributes
    ----------
    labels : tuple of str
        The answers of a row or column, after reversing: a category, or a part from one to another.
    counts : ndarray, (answers, answers)
        Pairs of answers; of several items each couple has a pair an item.
    couples : ndarray, (answers, answers)
        Couples with such a pair.
    share : ndarray, (answers, answers)
        Of all pairs; NaN where it is hidden.
    first, second, couple : ndarray, (pairs,)
        The row, the column and the couple of each pair.
    """

    labels: tuple[str, ...]
    counts: Array
    couples: Array
    share: Array
    first: Array
    second: Array
    couple: Array

    @property
    def hidden(self) -> Array:
        """Which cells are hidden, (answers, answers)."""
        return np.isnan(self.share)


def answer_pairs(couples: Couples, items: Sequence[Item]) -> AnswerPairs:
    """Return how often each pair of answers was given to items of one range, all items together.

    Exchangeable partners count in both orders, so the table is symmetric.

    Parameters
    ----------
    couples : Couples
        With both partners.
    items : sequence of Item
        With the same declared bounds, answered in whole numbers. Couples count for an item that both answered.

    Raises
    ------
    SurveyError
        If the data have one respondent a couple, or nobody answered on both sides.

    Notes
    -----
    Full precision, not for publication: see :func:`public_pairs`.

    Examples
    --------
    >>> import analysis as an
    >>> made = an.make_couples(50, seed=1)
    >>> answer_pairs(made, [made.codebook.item("H1_1")]).counts.sum()
    np.int64(50)
    """
    if refusal("agreement", couples):
        raise SurveyError(refusal("agreement", couples))
    low, high = (round(bound) for bound in items[0].bounds or (0.0, 0.0))
    given = couples.answers([item.name for item in items])
    of_couple, of_item = np.nonzero(np.isfinite(given).all(axis=1))
    x, y = (given[of_couple, partner, of_item].astype(int) - low for partner in (0, 1))
    if not len(x):
        raise SurveyError(f"No couple has both answers to {', '.join(item.name for item in items)}.")
    if couples.roles is None:
        x, y, of_couple = np.concatenate([x, y]), np.concatenate([y, x]), np.tile(of_couple, 2)
    labels = tuple(str(category) for category in range(low, high + 1))
    return _counted(labels, x, y, of_couple)


def _counted(labels: tuple[str, ...], x: Array, y: Array, of_couple: Array) -> AnswerPairs:
    k = len(labels)
    counts = np.bincount(x * k + y, minlength=k * k).reshape(k, k)
    once = np.unique(np.column_stack([of_couple, x * k + y]), axis=0)[:, 1]
    couples = np.bincount(once, minlength=k * k).reshape(k, k)
    return AnswerPairs(labels, counts, couples, counts / counts.sum(), x, y, of_couple)


def public_pairs(pairs: AnswerPairs, settings: Settings) -> AnswerPairs:
    """Return the table as it may be shown: no cell of few couples, and none that follows from the sums of its lines.

    In open studies nothing changes. In others answers are joined to three parts, the low side, the middle and the high
    side; cells of fewer couples than the threshold, nobody included, are hidden, and further ones (the smallest first)
    until neither the exact sums of rows and columns give a hidden cell, nor those of a line make fewer than the
    threshold together. All hidden cells look alike, and shares are whole fives of a percent.

    Examples
    --------
    >>> import analysis as an
    >>> made = an.make_couples(90, seed=1)
    >>> shown = public_pairs(answer_pairs(made, made.codebook.scored_items("H2")), Settings())
    >>> shown.labels, shown.hidden.sum()
    (('1–2', '3', '4–5'), np.int64(0))
    """
    if settings.open:
        return pairs
    joined = _in_parts(pairs)
    hidden = joined.couples < settings.threshold
    while (more := _next_hidden(joined.counts, hidden, settings.threshold)) is not None:
        hidden = hidden | more
    share = np.round(100 / STEP * joined.share) * STEP / 100
    return replace(joined, share=np.where(hidden, np.nan, share))


def _in_parts(pairs: AnswerPairs) -> AnswerPairs:
    """Return the table with the answers below and above the middle joined."""
    k = len(pairs.labels)
    side = np.sign(np.arange(k) - (k - 1) / 2).astype(int)
    parts = np.unique(side)
    part = np.searchsorted(parts, side)
    ends = [
        (pairs.labels[part.searchsorted(p)], pairs.labels[part.searchsorted(p, "right") - 1]) for p in range(len(parts))
    ]
    labels = tuple(a if a == b else f"{a}–{b}" for a, b in ends)
    return _counted(labels, part[pairs.first], part[pairs.second], pairs.couple)


def _next_hidden(counts: Array, hidden: Array, few: int) -> Array | None:
    """Return the next cells to hide: the smallest shown one of a line that gives a hidden cell away; or None."""
    symmetric = bool((counts == counts.T).all() and (hidden == hidden.T).all())
    for line in _telling_lines(counts, hidden, few, symmetric=symmetric):
        shown = np.where(line & ~hidden, counts, np.inf)
        if np.isfinite(shown).any():
            cell = np.zeros_like(hidden)
            cell[np.unravel_index(np.argmin(shown), shown.shape)] = True
            return cell | cell.T if symmetric else cell
    return None


def _telling_lines(counts: Array, hidden: Array, few: int, *, symmetric: bool) -> list[Array]:
    """Return the rows and columns whose sums give a hidden cell, or whose hidden cells are few together."""
    lines = [_line(hidden.shape, axis, place) for axis in (0, 1) for place in range(len(hidden))]
    small = [line for line in lines if (line & hidden).any() and counts[line & hidden].sum() < few]
    determined = _determined(lines, hidden, symmetric=symmetric)
    return small + [line for line in lines if (line & determined).any()]


def _line(shape: tuple[int, ...], axis: int, place: int) -> Array:
    line = np.zeros(shape, dtype=bool)
    line[(place, slice(None)) if axis == 0 else (slice(None), place)] = True
    return line


def _determined(lines: list[Array], hidden: Array, *, symmetric: bool) -> Array:
    """Return which hidden cells have one value only, given the sums of all lines and the cells that are shown."""
    sums = np.array([(line & hidden).ravel() for line in lines], dtype=float)
    if symmetric:
        k = len(hidden)
        turned = np.arange(k * k).reshape(k, k).T.ravel()
        equal = np.eye(k * k) - np.eye(k * k)[turned]
        sums = np.vstack([sums, equal * hidden.ravel()])
    rank = np.linalg.matrix_rank(sums, tol=RANK)
    found = np.zeros(hidden.size, dtype=bool)
    for cell in np.flatnonzero(hidden):
        unit = np.eye(hidden.size)[cell]
        found[cell] = np.linalg.matrix_rank(np.vstack([sums, unit]), tol=RANK) == rank
    return found.reshape(hidden.shape)
