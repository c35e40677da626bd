"""The heat map of inter-item correlations: items in blocks by scale, one partner below the diagonal, one above."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap

from analysis.couples import Couples
from analysis.display import number
from analysis.errors import SurveyError, did_you_mean
from analysis.estimation.correlations import ItemCorrelations, public_correlations
from analysis.estimation.correlations import item_correlations as correlations_of
from analysis.figures.labels import scale_label, series_label
from analysis.figures.style import GREY, INK, look, new_axes, put_stamp
from analysis.instrument.codebook import Codebook
from analysis.stats.value import Array

SHADES = ((0.0, "#7F3300"), (0.25, "#D55E00"), (0.5, "#FFFFFF"), (0.75, "#0072B2"), (1.0, "#00395A"))
BLANK = "#C4C4C4"
DARK = 0.45  # from this size on, marks in a cell are white
MOST_NUMBERS, MOST_NAMES = 10, 24  # items up to which cells hold numbers, and columns the items' names
HEIGHT, SIDE = 4.1, 3.1  # inches: the figure, and about the square in it


def item_correlations(couples: Couples, *, partner: str | None = None, ax: Axes | None = None) -> Axes:
    """Return the heat map of correlations between all scored items, scale by scale.

    Parameters
    ----------
    couples : Couples
    partner : str, optional
        One role for both triangles. By default the first role is below the diagonal and the second above; exchangeable
        partners are pooled, so both triangles are the same.
    ax : Axes, optional

    Returns
    -------
    Axes
        White is 0, blue positive, orange negative; negative cells also have a dash (with ten items or fewer, numbers).
        Grey cells with a cross have no correlation that exists and may be shown. Answers are after reversing; each
        correlation is over the persons who answered both items. ``get_label()`` is the alternative text.

    Raises
    ------
    SurveyError
        If there are no two items, no such partner, or nothing that may be shown.

    Examples
    --------
    >>> import analysis as an
    >>> item_correlations(an.make_couples(40, seed=1)).get_xlabel().splitlines()
    ['below the diagonal: woman; above: man', '–: negative']
    """
    lower, upper = _triangles(couples, partner)
    k = len(lower.items)
    r = np.where(np.tri(k, k=-1, dtype=bool), lower.r, upper.r)
    np.fill_diagonal(r, 0.0)
    blank = np.isnan(r)
    if blank.sum() == k * (k - 1):
        raise SurveyError(
            "No correlation between two items exists and may be shown: "
            "too few couples answered both, or the answers do not vary. Bring more couples."
        )
    with look():
        ax = new_axes(ax, height=HEIGHT)
        colours = LinearSegmentedColormap.from_list("signed", SHADES).with_extremes(bad=BLANK)
        image = ax.imshow(np.ma.masked_invalid(r), cmap=colours, vmin=-1, vmax=1, interpolation="nearest")
        ax.plot([-0.5, k - 0.5], [-0.5, k - 0.5], color=GREY, linewidth=0.8)
        _mark_cells(ax, r, blank)
        _dress(ax, lower, couples.codebook, _words(lower, upper, any_blank=bool(blank.any())))
        figure = ax.get_figure(root=True)
        if figure is not None:
            bar = figure.colorbar(image, ax=ax, shrink=0.6, pad=0.02, ticks=[-1, -0.5, 0, 0.5, 1])
            bar.ax.set_yticklabels(["−1", "−.5", "0", ".5", "1"])
            bar.ax.set_title("r", fontsize=9, loc="left")
        put_stamp(ax, couples.settings)
        ax.set_label(_alternative(lower, upper, couples))
    return ax


def _triangles(couples: Couples, partner: str | None) -> tuple[ItemCorrelations, ItemCorrelations]:
    """Return what stands below and above the diagonal."""
    tables = {found.partner: public_correlations(found, couples.settings) for found in correlations_of(couples)}
    if partner is None:
        return next(iter(tables.values())), list(tables.values())[-1]
    if partner not in tables or not (couples.roles or couples.one_person):
        who = "Partners are exchangeable, so there is one table of everyone" if not couples.roles else ""
        who = who or f"There is no partner '{partner}'; partners are {', '.join(tables)}"
        raise SurveyError(f"{who}.{did_you_mean(partner, tables)} Leave partner out to draw everyone.")
    return tables[partner], tables[partner]


def _mark_cells(ax: Axes, r: Array, blank: Array) -> None:
    """Set the sign of every cell so that it is seen without colour, and a cross in every blank one."""
    k = len(r)
    points = 72 * SIDE / k  # of a cell's side
    rows, columns = np.nonzero(blank)
    if len(rows):
        ax.plot(
            columns, rows, linestyle="none", marker="x", markersize=0.45 * points, color=GREY,
            markeredgewidth=min(1, points / 12),
        )  # fmt: skip
    if k <= MOST_NUMBERS:
        for row, column in zip(*np.nonzero(~blank & ~np.eye(k, dtype=bool)), strict=True):
            ink = "white" if abs(r[row, column]) > DARK else INK
            ax.text(column, row, number(r[row, column], "coefficient"), ha="center", va="center", fontsize=7, color=ink)
        return
    rows, columns = np.nonzero(r < 0)
    if len(rows):
        dashes = np.stack([np.column_stack([columns - 0.25, rows]), np.column_stack([columns + 0.25, rows])], axis=1)
        inks = np.where(np.abs(r[rows, columns]) > DARK, "white", INK)
        ax.add_collection(LineCollection(list(dashes), colors=inks.tolist(), linewidths=min(1, points / 9)))


def _blocks(scales: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return each scale with the first of its items and the first after them."""
    blocks, start = [], 0
    for code, members in groupby(scales):
        stop = start + len(list(members))
        blocks.append((code, start, stop))
        start = stop
    return blocks


def _dress(ax: Axes, found: ItemCorrelations, codebook: Codebook, words: str) -> None:
    blocks = _blocks(found.scales)
    k = len(found.items)
    for _, start, _ in blocks[1:]:
        ax.axhline(start - 0.5, color=GREY, linewidth=0.7)
        ax.axvline(start - 0.5, color=GREY, linewidth=0.7)
    centres = [(start + stop - 1) / 2 for _, start, stop in blocks]
    room = 72 * SIDE / k * min(stop - start for _, start, stop in blocks)
    size = float(np.clip(room * 0.8, 3.5, 8))
    ax.set_yticks(centres, [scale_label(codebook, code) for code, _, _ in blocks], fontsize=size)
    if k <= MOST_NAMES:
        ax.set_xticks(range(k), found.items, fontsize=7, rotation=90)
    else:
        long = max(len(code) for code, _, _ in blocks) > 4
        ax.set_xticks(centres, [code for code, _, _ in blocks], fontsize=0.8 * size, rotation=90 if long else 0)
    ax.tick_params(length=0)
    ax.set_xlabel(words, fontsize=8)
    for spine in ax.spines.values():
        spine.set_visible(True)


def _words(lower: ItemCorrelations, upper: ItemCorrelations, *, any_blank: bool) -> str:
    """Return what stands below the map: who is where, and what grey cells are."""
    who = series_label(lower.partner)
    if lower.partner != upper.partner:
        who = f"below the diagonal: {who}; above: {series_label(upper.partner)}"
    marks = ["–: negative"] if len(lower.items) > MOST_NUMBERS else []
    marks += ["×: no correlation, or hidden"] if any_blank else []
    return "\n".join(filter(None, [who, "; ".join(marks)]))


def _alternative(lower: ItemCorrelations, upper: ItemCorrelations, couples: Couples) -> str:
    parts = [_told(lower)] + ([_told(upper)] if upper.partner != lower.partner else [])
    kind = "not shown" if not couples.settings.open else "without a correlation, as an item does not vary"
    blocks = ", ".join(f"{code} ({stop - start})" for code, start, stop in _blocks(lower.scales))
    return (
        f"Heat map of correlations between {len(lower.items)} items in blocks by scale: {blocks}. "
        f"{' '.join(part.replace('EMPTY', kind) for part in parts)}"
    )


def _told(found: ItemCorrelations) -> str:
    """Return the highest and the lowest correlation, how many are negative, how many there are not, and on how many."""
    rows, columns = np.tril_indices(len(found.items), -1)
    r, n = found.r[rows, columns], found.n_couples[rows, columns]
    there = np.flatnonzero(np.isfinite(r))
    text = f"{series_label(found.partner)}: pairs EMPTY: {found.empty} of {found.pairs}"
    if not len(there):
        return f"{text}."
    ends = [there[np.argmax(r[there])], there[np.argmin(r[there])]]
    highest, lowest = (
        f"{number(r[i], 'coefficient')} ({found.items[columns[i]]} with {found.items[rows[i]]})" for i in ends
    )
    couples = f"{n[there].min()} to {n[there].max()}" if np.ptp(n[there]) else f"{n[there][0]}"
    return (
        f"{text}; highest {highest}, lowest {lowest}, negative: {int((r[there] < 0).sum())}; couples a pair: {couples}."
    )
