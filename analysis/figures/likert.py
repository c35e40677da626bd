"""Answers: how often each answer was given to each item, as bars to both sides of the middle, by partner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Patch

from analysis.couples import Couples
from analysis.errors import SurveyError
from analysis.estimation.shares import answer_shares, public_shares
from analysis.figures.labels import series_label
from analysis.figures.style import FAINT, GREY, INK, WIDTH, look, new_axes, put_stamp
from analysis.instrument.codebook import Codebook, Item

MOST_ITEMS = 8  # without naming a scale
MOST_CATEGORIES = 11
LOW, MIDDLE, HIGH, LACKING = "#B34700", "#E6E6E6", "#005A94", "#8C8C8C"
PALEST = 0.62  # how far the shade beside the middle is mixed with white
BAR, LINE, GAP = 0.8, 1.1, 0.35  # heights: a bar, the line with the item's words, the room between items
ABOVE = 0.78  # from an item's first bar to its words
INCH = 0.18  # of one unit of height
NARROWEST = 7.0  # percent: a narrower part has no number in it
WORDS = 60  # letters of an item's name and text in a figure of the usual width
LEGEND = 70  # letters of a line of the legend
_CENTRED: dict[str, Any] = {"ha": "center", "va": "center"}
_PAPER: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}


@dataclass(frozen=True)
class Bar:
    """One item's answers by one partner, in percent from left to right, and its height on the axis."""

    item: str
    partner: str
    y: float
    first: tuple[int, ...]
    last: tuple[int, ...]
    percent: tuple[float, ...]
    missing: float
    n: int | None
    note: str
    middle: float

    @property
    def starts(self) -> list[float]:
        """Where each part begins: 0 lies between the low and the high side, or in the middle of the middle part."""
        centre = zip(self.first, self.last, self.percent, strict=True)
        left = sum(p if last < self.middle else p / 2 if first <= self.middle else 0 for first, last, p in centre)
        return [float(edge) - left for edge in np.concatenate([[0.0], np.cumsum(self.percent)[:-1]])]

    @property
    def sides(self) -> list[float]:
        """Where each part lies between -1, the lowest answer, and 1, the highest; 0 is the middle."""
        half = max(self.last) - self.middle
        return [((a + b) / 2 - self.middle) / half for a, b in zip(self.first, self.last, strict=True)]


def answers(couples: Couples, *, scale: str | None = None, ax: Axes | None = None) -> Axes:
    """Return diverging bars of the answers to each item as it was asked, by partner.

    Parameters
    ----------
    couples : Couples
    scale : str, optional
        The scale whose items are drawn, mirrors and companions included; needed where the codebook has more than eight
        items. For two to about eight items.
    ax : Axes, optional

    Returns
    -------
    Axes
        x: percent of those who answered, the low side to the left of 0 and the high side to the right, the middle
        category half to each. Right of the line, in grey, the percent of persons present without an answer. Items
        keyed - are shown as asked and marked "(reversed)". ``get_label()`` is the alternative text.

    Raises
    ------
    SurveyError
        If there are no items, too many to draw without naming a scale, or more than eleven categories.

    Notes
    -----
    In studies that are not open small cells are joined or left out: see
    :func:`analysis.estimation.shares.public_shares`.

    Examples
    --------
    >>> import analysis as an
    >>> answers(an.make_couples(40, seed=1), scale="H1").get_xlabel()
    'Percent of those who answered'
    """
    shares = answer_shares(couples)
    items = _chosen(couples.codebook, scale, set(shares["item"]))
    names = [item.name for item in items]
    shown = public_shares(shares[shares["item"].isin(names)], couples.settings)
    bars = _bars(shown, items)
    with look():
        ax = new_axes(ax, height=0.9 + INCH * (bars[-1].y + BAR))
        wall = _wall(bars)
        for bar in bars:
            _draw(ax, bar, wall)
        _dress(ax, bars, items, wall)
        _put_legend(ax, bars, items)
        put_stamp(ax, couples.settings)
        ax.set_label(_alternative(bars, items))
    return ax


def _chosen(codebook: Codebook, scale: str | None, there: set[str]) -> list[Item]:
    """Return the items to draw, or say why they cannot be drawn and what can."""
    if scale is not None:
        codebook.scale(scale)
    items = [item for item in codebook.items if item.name in there and scale in (None, item.scale)]
    scales = ", ".join(dict.fromkeys(item.scale for item in codebook.items if item.name in there))
    if not items:
        other = f" Scales that have them: {scales}." if scales else " Declare each item's minimum and maximum."
        raise SurveyError(f"There are no items with whole answers between bounds to draw.{other}")
    if scale is None and len(items) > MOST_ITEMS:
        raise SurveyError(
            f"There are {len(items)} items, and the figure takes {MOST_ITEMS}. Name a scale, such as "
            f'answers(couples, scale="{items[0].scale}"); there are {scales}.'
        )
    wide = [item for item in items if len(_categories(item)) > MOST_CATEGORIES]
    if wide:
        raise SurveyError(
            f"'{wide[0].name}' has {len(_categories(wide[0]))} categories, and the figure takes {MOST_CATEGORIES}. "
            "Look at its mean and SD in the table of items, or draw the profile."
        )
    return items


def _categories(item: Item) -> list[int]:
    low, high = item.bounds or (0.0, 0.0)
    return list(range(round(low), round(high) + 1))


def _bars(shown: pd.DataFrame, items: Sequence[Item]) -> list[Bar]:
    """Return the bars from top to bottom, each item's below a line for its words."""
    bars, y = [], 0.0
    for item in items:
        categories = _categories(item)
        y += LINE
        for partner, here in shown[shown["item"] == item.name].groupby("partner", sort=False):
            n = here["n"].iloc[0]
            bars.append(
                Bar(
                    item.name, str(partner), y, tuple(map(int, here["category"])), tuple(map(int, here["last"])),
                    tuple(100 * here["share"].to_numpy(float)), 100 * float(here["missing"].iloc[0]),
                    None if pd.isna(n) else int(n), str(here["note"].iloc[0]), (categories[0] + categories[-1]) / 2,
                )
            )  # fmt: skip
            y += 1
        y += GAP
    return bars


def _wall(bars: Sequence[Bar]) -> tuple[float, float]:
    """Return how far the answers reach to the left, and where the missing ones begin on the right."""
    drawn = [bar for bar in bars if not bar.note]
    left = min([-50.0, *(bar.starts[0] for bar in drawn)])
    right = max([50.0, *(bar.starts[-1] + bar.percent[-1] for bar in drawn)])
    return left - 1, right + 5


def _shade(side: float) -> str:
    """Return the colour of a part between -1 and 1: darker the farther out, grey in the middle."""
    if side == 0:
        return MIDDLE
    pale = min(PALEST * (1 - abs(side)) / 0.75, PALEST)
    red, green, blue = (part + (1 - part) * pale for part in to_rgb(LOW if side < 0 else HIGH))
    return str(to_hex((red, green, blue)))


def _draw(ax: Axes, bar: Bar, wall: tuple[float, float]) -> None:
    if bar.note:
        ax.text(0, bar.y, bar.note, **_CENTRED, fontsize=7.5, style="italic", color=GREY, bbox=_PAPER)
    else:
        for start, width, side in zip(bar.starts, bar.percent, bar.sides, strict=True):
            color = _shade(side)
            ax.barh(bar.y, width, BAR, left=start, color=color, edgecolor="white", linewidth=0.6, zorder=2)
            if width >= NARROWEST:
                ink = "white" if color != MIDDLE and abs(side) > 0.6 else INK
                ax.text(start + width / 2, bar.y, f"{width:.0f}", **_CENTRED, fontsize=7, color=ink, zorder=3)
    if np.isfinite(bar.missing):
        ax.barh(
            bar.y, bar.missing, BAR * 0.6, left=wall[1], color=LACKING, hatch="////", edgecolor="white", linewidth=0
        )
    words = f"{bar.missing:.0f}" if np.isfinite(bar.missing) else "hidden"
    beside = bar.missing if np.isfinite(bar.missing) else 0
    ax.text(wall[1] + beside + 1, bar.y, words, ha="left", va="center", fontsize=7, color=GREY)


def _dress(ax: Axes, bars: Sequence[Bar], items: Sequence[Item], wall: tuple[float, float]) -> None:
    widest = max([0.0, *(bar.missing for bar in bars if np.isfinite(bar.missing))])
    ax.set_xlim(wall[0], wall[1] + max(widest + 9, 24))
    ax.set_ylim(bars[-1].y + BAR * 0.75, -0.35)
    ticks = np.arange(-100, 101, 25)
    ticks = ticks[(ticks >= wall[0]) & (ticks <= wall[1] - 4)]
    ax.set_xticks(ticks, [f"{abs(tick)}" for tick in ticks])
    ax.set_yticks([bar.y for bar in bars], [_who(bar) for bar in bars], fontsize=7.5)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Percent of those who answered")
    ax.grid(axis="x", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=1.5)
    ax.axvline(wall[1], color=GREY, linewidth=0.8)
    ax.text(wall[1] + 1, bars[0].y - ABOVE, "missing, %", fontsize=7, va="center", color=GREY)
    tops = {bar.item: bar.y for bar in reversed(bars)}
    figure = ax.get_figure(root=True)
    letters = round(WORDS * ax.get_position().width / 0.775 * (figure.get_figwidth() if figure else WIDTH) / WIDTH)
    for item in items:
        ax.text(
            wall[0], tops[item.name] - ABOVE, _words(item, letters), fontsize=7.5, va="center", zorder=4, bbox=_PAPER
        )


def _words(item: Item, letters: int = WORDS) -> str:
    """Return an item's name, that it is reversed, and the beginning of its text."""
    name = f"{item.name} (reversed)" if item.keyed < 0 else item.name
    return f"{name}  {shorten(item.text, max(letters - len(name), 2), placeholder=' …')}".rstrip()


def _who(bar: Bar) -> str:
    return series_label(bar.partner) + (f" (n = {bar.n})" if bar.n is not None else "")


def _put_legend(ax: Axes, bars: Sequence[Bar], items: Sequence[Item]) -> None:
    """Set the answers above the Axes, in reading order, in as many lines as they need."""
    bar = next((bar for bar in bars if not bar.note), bars[0])
    if len({item.bounds for item in items}) > 1:
        names = {-1.0: "lowest answer", 0.0: "middle", 1.0: "highest answer"}
        entries = [Patch(facecolor=_shade(side), label=text) for side, text in names.items()]
    else:
        texts = [_answer_text(items, a, b) for a, b in zip(bar.first, bar.last, strict=True)]
        entries = [Patch(facecolor=_shade(s), label=t) for s, t in zip(bar.sides, texts, strict=True)]
    longest = max(len(str(entry.get_label())) for entry in entries)
    columns = max(1, min(len(entries), LEGEND // (longest + 5)))
    rows = -(-len(entries) // columns)
    columns = -(-len(entries) // rows)
    ax.legend(
        handles=_by_line(entries, columns), loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, fontsize=7.5,
        borderaxespad=1.4, handletextpad=0.4, handlelength=1.1, columnspacing=1.0,
    )  # fmt: skip


def _by_line(entries: list[Patch], columns: int) -> list[Patch]:
    """Return the entries so that a legend, which fills column by column, reads line by line."""
    rows = -(-len(entries) // columns)
    full = len(entries) - (rows - 1) * columns  # columns that reach down to the last line
    return [entries[r * columns + c] for c in range(columns) for r in range(rows if c < full else rows - 1)]


def _answer_text(items: Sequence[Item], first: int, last: int) -> str:
    """Return the label of a part: the codes as asked, with the codebook's words where all items have the same."""
    codes = f"{first}" if first == last else f"{first} to {last}"
    words = {tuple(_label(item, category) for category in range(first, last + 1)) for item in items}
    same = words.pop() if len(words) == 1 and last - first < 2 else ()
    return f"{codes} {' or '.join(same)}" if all(same) and same else codes


def _label(item: Item, category: int) -> str:
    """Return the codebook's words for an answer as asked; labels of an item stored turned are those of the file."""
    low, high = item.bounds or (0.0, 0.0)
    return dict(item.labels).get(low + high - category if item.turned else float(category), "")


def _alternative(bars: Sequence[Bar], items: Sequence[Item]) -> str:
    by_item: dict[str, list[str]] = {_words(item): [] for item in items}
    names = {item.name: _words(item) for item in items}
    for bar in bars:
        parts = zip(bar.first, bar.last, bar.percent, strict=True)
        text = bar.note or ", ".join(f"{a if a == b else f'{a} to {b}'}: {p:.0f}%" for a, b, p in parts)
        missing = f"{bar.missing:.0f}%" if np.isfinite(bar.missing) else "hidden"
        by_item[names[bar.item]].append(f"{_who(bar)} {text}; missing {missing}")
    told = "; ".join(f"{words}: {' | '.join(texts)}" for words, texts in by_item.items())
    return f"Answers as asked, in percent of those who answered. {told}."
