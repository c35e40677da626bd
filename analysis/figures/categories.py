"""Categories: where both partners' answers fall together, partner by partner, with small cells hidden."""

from __future__ import annotations

from textwrap import shorten

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch, Rectangle

from analysis.couples import Couples
from analysis.errors import SurveyError
from analysis.estimation.answer_pairs import AnswerPairs, answer_pairs, public_pairs
from analysis.figures.labels import scale_label
from analysis.figures.panels import name_outer, panels
from analysis.figures.style import GREY, INK, look, put_stamp
from analysis.guards import refusal
from analysis.instrument.codebook import Codebook, Item

MOST_CATEGORIES = 11
SIDE, FOOT = 1.45, 0.5  # inches of a panel, and below the last
ALONE = 4.2  # inches of a panel that is alone
DARK = 0.45  # of the darkest shade, from which numbers are white
TITLE = 28  # letters
SHADES = LinearSegmentedColormap.from_list("shares", ["#FFFFFF", "#0072B2", "#00324F"])


def categories(couples: Couples, *, scale: str | None = None, item: str | None = None, ax: Axes | None = None) -> Axes:
    """Return heat maps of both partners' answers: one scale's items together, one item's, or a panel a scale.

    Parameters
    ----------
    couples : Couples
        With both partners' answers to items.
    scale, item : str, optional
        The scale, or the item, to draw alone; by default every scale that has items, its items together.
    ax : Axes, optional
        Holds the panels.

    Returns
    -------
    Axes
        Each panel has the first partner's answer in rows and the other's in columns, after reversing; numbers are
        percent of all pairs of answers. Equal answers are framed. Exchangeable partners count in both orders.

    Raises
    ------
    SurveyError
        If there are no items with whole answers between bounds, one respondent a couple, or no cell that may be shown.

    Notes
    -----
    In studies that are not open answers are joined to three parts, cells of few couples are hatched, others with them,
    so that none follows from the sums, and percents are whole fives: see
    :func:`analysis.estimation.answer_pairs.public_pairs`.

    Examples
    --------
    >>> import analysis as an
    >>> ax = categories(an.make_couples(40, seed=1), item="H1_1")
    >>> ax.get_label().split(".")[0]
    "Both partners' answers, in percent of all pairs"
    """
    if refusal("agreement", couples):
        raise SurveyError(refusal("agreement", couples))
    asked = _asked(couples.codebook, scale, item)
    tables = _tables(couples, asked)
    alone = len(tables) == 1
    with look():
        whole, places = panels(ax, len(tables), side=ALONE if alone else SIDE, foot=FOOT)
        for panel, (name, table) in zip(places, tables.items(), strict=True):
            _draw(panel, table, large=alone)
            panel.set_title(name, fontsize=10 if alone else 8)
        name_outer(places, *(couples.roles or ("one partner", "the other")))
        _put_key(whole, list(tables.values()))
        put_stamp(whole, couples.settings)
        whole.set_label(_alternative(tables, couples))
    return whole


def _asked(codebook: Codebook, scale: str | None, item: str | None) -> dict[str, list[Item]]:
    """Return the items of each panel by its title, or say why there is none to draw."""
    if item is not None:
        found = {item: [codebook.item(item)]}
    else:
        codes = codebook.codes_with_items if scale is None else (codebook.scale(scale).code,)
        found = {_title(codebook, code): list(codebook.scored_items(code)) for code in codes}
    kept = {title: items for title, items in found.items() if _are_categories(items)}
    if not kept:
        raise SurveyError(
            "There are no items with whole answers between bounds to draw. Declare each item's minimum and maximum "
            f"(up to {MOST_CATEGORIES} categories, one range a scale), or compare scores with figures.agreement."
        )
    return kept


def _tables(couples: Couples, asked: dict[str, list[Item]]) -> dict[str, AnswerPairs]:
    """Return the tables that have a cell to show; none is a SurveyError."""
    tables = {
        name: public_pairs(answer_pairs(couples, items), couples.settings)
        for name, items in asked.items()
        if np.isfinite(couples.answers([item.name for item in items])).all(axis=1).any()
    }
    shown = {name: table for name, table in tables.items() if not table.hidden.all()}
    if not shown:
        few = couples.settings.threshold
        raise SurveyError(f"No pair of answers was given by {few} couples, so every cell would be hidden.")
    return shown


def _title(codebook: Codebook, code: str) -> str:
    return shorten(scale_label(codebook, code).replace("  ", " "), TITLE, placeholder=" …")


def _are_categories(items: list[Item]) -> bool:
    bounds = {item.bounds for item in items}
    pair = next(iter(bounds)) if len(bounds) == 1 else None
    whole = not any(item.finished or item.continuous for item in items)
    return pair is not None and whole and pair[1] - pair[0] < MOST_CATEGORIES


def _draw(ax: Axes, table: AnswerPairs, *, large: bool) -> None:
    """Draw one table: shades and numbers for what is shown, hatches for what is hidden, frames on equal answers."""
    k, highest = len(table.labels), max(np.nanmax(table.share, initial=0.0), 1e-9)
    ax.imshow(np.ma.masked_invalid(table.share), cmap=SHADES, vmin=0, vmax=highest, aspect="auto")
    size = 9 if large else 6
    for (row, column), share in np.ndenumerate(table.share):
        place = (column - 0.5, row - 0.5)
        if np.isnan(share):
            ax.add_patch(Rectangle(place, 1, 1, facecolor="#F4F4F4", edgecolor=GREY, hatch="////", linewidth=0))
        else:
            ink = "white" if share > DARK * highest else INK
            ax.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=size, color=ink)
        if row == column:
            ax.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor=INK, linewidth=1.1))
    ax.set_xticks(range(k), table.labels, fontsize=size)
    ax.set_yticks(range(k), table.labels, fontsize=size)
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)


def _put_key(whole: Axes, tables: list[AnswerPairs]) -> None:
    entries = [Patch(fill=False, edgecolor=INK, label="same answer")]
    if any(table.hidden.any() for table in tables):
        entries.append(
            Patch(facecolor="#F4F4F4", edgecolor=GREY, hatch="////", label="hidden: few couples, or it would tell")
        )
    whole.legend(
        handles=entries, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, fontsize=8, borderaxespad=0.1,
        title="Percent of all pairs of answers", title_fontsize=8, alignment="left",
    )  # fmt: skip


def _alternative(tables: dict[str, AnswerPairs], couples: Couples) -> str:
    first, second = couples.roles or ("one partner", "the other")
    parts = []
    for title, table in tables.items():
        cells = [
            f"{table.labels[row]} and {table.labels[column]} " + ("hidden" if np.isnan(share) else f"{100 * share:.0f}")
            for (row, column), share in np.ndenumerate(table.share)
        ]
        parts.append(f"{title}: {', '.join(cells)}")
    return f"Both partners' answers, in percent of all pairs. {first}, then {second}. {'; '.join(parts)}."
