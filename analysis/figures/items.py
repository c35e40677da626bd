"""The item map: every item's mean against how it goes with the rest of its scale, floors and ceilings ringed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.couples import Couples
from analysis.disclosure import public
from analysis.display import number
from analysis.errors import SurveyError
from analysis.estimation.items import items as items_of
from analysis.figures.labels import series_label
from analysis.figures.style import FAINT, GREY, INK, WIDTH, look, mark, new_axes, put_stamp
from analysis.guards import refusal
from analysis.instrument.codebook import Codebook
from analysis.instrument.files import built_in
from analysis.results import Estimates

HEIGHT = 4.6
AT_BOUND = 0.15  # from this share of answers at a bound an item is ringed
RINGS = {"floor": ("D", 6.2, "minimum"), "ceiling": ("o", 7.6, "maximum")}
LOWEST_R, HIGHEST_SHARES = 5, 3  # how many marks are named for their r, and for each bound
LETTER, LINE = 0.066, 0.13  # inches that a letter and a line of the names take
NEAR = ((0.06, 0.11), (-0.06, 0.11), (0.06, -0.11), (-0.06, -0.11))  # inches from the mark
PLACES = ((0.08, 0.0), (-0.08, 0.0), *NEAR, *((2 * x, 2 * y) for x, y in NEAR))


@dataclass(frozen=True)
class Box:
    """A rectangle in inches from the lower left corner of the Axes."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        """Say whether the two share any ground."""
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.top <= other.bottom or other.top <= self.bottom)


def item_map(source: Couples | Estimates, *, codebook: Codebook | None = None, ax: Axes | None = None) -> Axes:
    """Return the map of all scored items: mean from left to right, correlation with the rest of the scale upwards.

    Parameters
    ----------
    source : Couples or Estimates
        Couples, or the table that :func:`analysis.items` makes.
    codebook : Codebook, optional
        For the items' ranges in results without couples; the built-in one by default.
    ax : Axes, optional

    Returns
    -------
    Axes
        One mark an item and partner. Ringed are items of which 15 % or more of the answers are at the declared minimum
        (diamond) or maximum (circle). Named are the lowest correlations and the highest shares at a bound, where there
        is room; ``get_label()`` holds every item's numbers and which items are not drawn. x is in scale points after
        reversing, or in percent of the declared range where ranges differ.

    Raises
    ------
    SurveyError
        If there are no items, or no item has both numbers.

    Notes
    -----
    Items that are in no score (mirrors, companions) have no item-rest r and are not on the map. In studies that are not
    open a share at a bound is known only where it and its complement rest on enough persons, so rings may be absent.

    Examples
    --------
    >>> import analysis as an
    >>> item_map(an.make_couples(40, seed=1)).get_xlabel()
    'Item mean, 1 to 5'
    """
    codebook = source.codebook if isinstance(source, Couples) else codebook or built_in()
    if isinstance(source, Couples) and refusal("items", source):
        raise SurveyError(refusal("items", source))
    results = public(items_of(source.as_one_sample()), source.settings) if isinstance(source, Couples) else source
    everything = _table(results)
    drawn, (low, high), words = _on_range(everything, codebook)
    if not len(drawn):
        raise SurveyError("No item has a mean and an item-rest r to draw. Look at the notes of the table of items.")
    with look():
        ax = new_axes(ax, height=HEIGHT)
        _dress(ax, drawn, low, high)
        ax.set_xlabel(words)
        for place, (partner, here) in enumerate(drawn.groupby("partner", sort=False)):
            ax.plot(here["x"], here["item_rest_r"], label=series_label(str(partner)), zorder=3, **_mark(place))
        _ring(ax, drawn)
        _name(ax, drawn)
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1.02), ncols=2, borderaxespad=0.2, handletextpad=0.3,
            columnspacing=1.2, fontsize=8,
        )  # fmt: skip
        if isinstance(source, Couples):
            put_stamp(ax, source.settings)
        ax.set_label(_alternative(everything, drawn))
    return ax


def _mark(place: int) -> dict[str, Any]:
    return mark(place, markersize=3.6, markeredgewidth=1.0)


def _table(results: Estimates) -> pd.DataFrame:
    """Return one row an item and partner, in the order of the results, with a column for each number of the map."""
    columns = ["mean", "item_rest_r", "floor", "ceiling"]
    frame = results.where(section="items", statistic=columns, variant="", group="", wave="").frame
    place = ["scale", "item", "partner"]
    wide = frame.set_index([*place, "statistic"])["estimate"].unstack("statistic").reindex(columns=columns)
    order = pd.MultiIndex.from_frame(frame[place].drop_duplicates())
    return wide.reindex(order).reset_index()


def _on_range(table: pd.DataFrame, codebook: Codebook) -> tuple[pd.DataFrame, tuple[float, float], str]:
    """Return the items that have a place on the map, with column x; the range of x; and the words below it."""
    bounds = [codebook.item(name).bounds for name in table["item"]]
    table = table.assign(low=[b[0] if b else np.nan for b in bounds], high=[b[1] if b else np.nan for b in bounds])
    drawn = table[np.isfinite(table["mean"]) & np.isfinite(table["item_rest_r"])]
    ranges = set(drawn[["low", "high"]].dropna().itertuples(index=False, name=None))
    if not ranges:
        x = drawn["mean"]
        return drawn.assign(x=x), (float(x.min()), float(x.max())) if len(x) else (0.0, 1.0), "Item mean"
    drawn = drawn[np.isfinite(drawn["low"])]
    if len(ranges) > 1:
        percent = 100 * (drawn["mean"] - drawn["low"]) / (drawn["high"] - drawn["low"])
        return drawn.assign(x=percent), (0.0, 100.0), "Item mean, percent of the declared range"
    low, high = ranges.pop()
    return drawn.assign(x=drawn["mean"]), (low, high), f"Item mean, {low:g} to {high:g}"


def _dress(ax: Axes, drawn: pd.DataFrame, low: float, high: float) -> None:
    margin = 0.03 * ((high - low) or 1)
    ax.set_xlim(low - margin, high + margin)
    r = drawn["item_rest_r"]
    ax.set_ylim(min(-0.06, float(r.min()) - 0.06), min(1.03, float(r.max()) + 0.12))
    ax.set_ylabel("Correlation with the rest of its scale (r)")
    ax.axhline(0, color=GREY, linewidth=1, zorder=1)
    ax.grid(color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)


def _ring(ax: Axes, drawn: pd.DataFrame) -> None:
    for statistic, (shape, size, bound) in RINGS.items():
        here = drawn[drawn[statistic] >= AT_BOUND]
        if len(here):
            ax.plot(
                here["x"], here["item_rest_r"], linestyle="none", marker=shape, markersize=size, zorder=2,
                markerfacecolor="none", markeredgecolor=INK, markeredgewidth=0.6,
                label=f"≥ {AT_BOUND:.0%} at the {bound}",
            )  # fmt: skip


def _standing_out(drawn: pd.DataFrame) -> list[int]:
    """Return the rows to name: the lowest correlations, then the highest shares at each bound."""
    lowest = drawn["item_rest_r"].nsmallest(LOWEST_R).index
    shares = [drawn.loc[drawn[s] >= AT_BOUND, s].nlargest(HIGHEST_SHARES).index for s in RINGS]
    return list(dict.fromkeys([*lowest, *shares[0], *shares[1]]))


def _inches(ax: Axes) -> tuple[float, float]:
    """Return width and height of the Axes, or somewhat less where a layout has still to give them all their room."""
    figure, box = ax.get_figure(root=True), ax.get_position()
    wide, high = figure.get_size_inches() if figure is not None else (WIDTH, HEIGHT)
    return box.width * wide, box.height * high


def _name(ax: Axes, drawn: pd.DataFrame) -> None:
    """Write the names of the items that stand out, each at the first place beside its mark that is still free."""
    width, height = _inches(ax)
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    x = ((drawn["x"] - left) / (right - left) * width).to_dict()
    y = ((drawn["item_rest_r"] - bottom) / (top - bottom) * height).to_dict()
    taken = [Box(x[row] - 0.03, y[row] - 0.03, x[row] + 0.03, y[row] + 0.03) for row in drawn.index]
    ground = Box(0.0, 0.0, width, height)
    for row in _standing_out(drawn):
        text = str(drawn.loc[row, "item"])
        for dx, dy in PLACES:
            start = x[row] + dx if dx > 0 else x[row] + dx - LETTER * len(text)
            place = Box(start, y[row] + dy - LINE / 2, start + LETTER * len(text), y[row] + dy + LINE / 2)
            inside = place.left >= ground.left and place.right <= ground.right and place.bottom >= 0
            if inside and place.top <= ground.top and not any(place.meets(other) for other in taken):
                taken.append(place)
                ax.annotate(
                    text, (drawn.loc[row, "x"], drawn.loc[row, "item_rest_r"]), (72 * dx, 72 * dy),
                    textcoords="offset points", ha="left" if dx > 0 else "right", va="center", fontsize=7, color=INK,
                    zorder=4,
                )  # fmt: skip
                break


def _alternative(everything: pd.DataFrame, drawn: pd.DataFrame) -> str:
    """Return every item's numbers by partner, and which items have no place on the map."""
    there = set(drawn.index)
    parts: dict[str, list[str]] = {}
    for row, item, partner, mean, r, floor, ceiling in everything[
        ["item", "partner", "mean", "item_rest_r", "floor", "ceiling"]
    ].itertuples(name=None):
        if row not in there:
            continue
        words = f"{series_label(partner)} {number(mean)}, r {number(r, 'coefficient')}"
        for share, bound in ((floor, "minimum"), (ceiling, "maximum")):
            words += f", {number(share, 'share')} at the {bound}" if share >= AT_BOUND else ""
        parts.setdefault(item, []).append(words)
    lost = [item for item in dict.fromkeys(everything["item"]) if item not in parts]
    text = "Item map: mean and correlation with the rest of the scale. "
    text += "; ".join(f"{item}: {' | '.join(words)}" for item, words in parts.items()) + "."
    return text + (f" Not drawn: {', '.join(lost)}." if lost else "")
