"""The indicator profile: every scale's mean, healthy ones above and unhealthy ones below, by partner or by group."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.couples import Couples
from analysis.disclosure import public
from analysis.display import number
from analysis.errors import SurveyError
from analysis.estimation.descriptives import describe
from analysis.figures.labels import scale_label, series_label
from analysis.figures.style import BAND, FAINT, GREY, look, mark, new_axes, put_legend, put_stamp
from analysis.instrument.codebook import Codebook
from analysis.instrument.files import built_in
from analysis.instrument.indicators import indicators
from analysis.results import Estimates
from analysis.settings import Settings

ROW_HEIGHT, SPLIT, BETWEEN_BLOCKS, APART = 0.27, 0.7, 2.0, 0.2
TITLES = {"healthy": "Healthy", "unhealthy": "Unhealthy", "neutral": "Other scales"}


@dataclass(frozen=True)
class Line:
    """One scale's place in the figure: its label, its block, and its height on the axis."""

    scale: str
    label: str
    valence: str
    y: float


def profile(
    source: Couples | Estimates, *, by: str = "partner", codebook: Codebook | None = None, ax: Axes | None = None
) -> Axes:
    """Return the profile over the indicators: twelve rows, split where an indicator is two scales.

    Parameters
    ----------
    source : Couples or Estimates
        Couples, or the table that :func:`analysis.describe` makes.
    by : {"partner", "group"}
        What the marks tell apart. For distinguishable partners the intervals are within couples: where they do not
        overlap by more than about a third, the two partners differ.
    codebook : Codebook, optional
        For results without couples; the built-in one by default. With scales other than the fifteen, every scale is a
        row.
    ax : Axes, optional

    Returns
    -------
    Axes
        x: scale points, or percent of the maximum possible where ranges differ. ``get_label()`` is the alternative
        text.

    Raises
    ------
    SurveyError
        If there is nothing to draw.

    Examples
    --------
    >>> import analysis as an
    >>> ax = profile(an.make_couples(40, seed=1))
    >>> [text.get_text() for text in ax.get_yticklabels()][:2]
    ['H1  Give and take', 'H2  Working things out']
    """
    settings = source.settings if isinstance(source, Couples) else Settings(disclose=True)
    codebook = source.codebook if isinstance(source, Couples) else codebook or built_in()
    results = public(describe(source), source.settings) if isinstance(source, Couples) else source
    means = _means(results, by)
    lines = _lines(codebook, set(means["scale"]))
    if not lines:
        raise SurveyError(f"There is no scale mean by {by} to draw. {_remedy(by)}")
    percent = len({codebook.bounds(line.scale) for line in lines}) > 1
    with look():
        ax = new_axes(ax, height=1.2 + ROW_HEIGHT * (lines[-1].y + 1.5))
        series = list(dict.fromkeys(zip(means["partner"], means["group"], strict=True)))
        for place, (partner, group) in enumerate(series):
            chosen = means[(means["partner"] == partner) & (means["group"] == group)].set_index("scale")
            offset = (place - (len(series) - 1) / 2) * APART
            _draw(ax, chosen, lines, codebook, place, offset, percent=percent, label=series_label(partner, group))
        _dress(ax, lines, codebook, means, percent=percent, labelled=len(series) > 1)
        if isinstance(source, Couples):
            put_stamp(ax, settings)
        ax.set_label(_alternative(means, lines, by))
    return ax


def _remedy(by: str) -> str:
    return "Name the group column in study.toml ([couples] group)." if by == "group" else "Are all scores missing?"


def _means(results: Estimates, by: str) -> pd.DataFrame:
    """Return one row a scale and series: within-couple intervals where there are any, else the ordinary ones."""
    if by not in ("partner", "group"):
        raise SurveyError(f"by is '{by}'; allowed are 'partner' and 'group'.")
    frame = results.where(section="describe", statistic="scale_mean").frame
    grouped = frame["group"] != ""
    if by == "group":
        return frame[grouped]
    within = frame["variant"] == "within_couple"
    return frame[~grouped & (within if within.any() else frame["variant"] == "")]


def _lines(codebook: Codebook, scales: set[str]) -> list[Line]:
    """Return the rows from top to bottom: a gap between blocks, two close lines for an indicator of two scales."""
    fifteen = {code for indicator in indicators() for code in indicator.scales}
    drawn = [scale for scale in codebook.scales if scale.code in scales]
    rows: list[tuple[str, list[str]]] = [(scale.valence, [scale.code]) for scale in drawn]
    if {scale.code for scale in drawn} <= fifteen:
        rows = [(i.valence, [code for code in i.scales if code in scales]) for i in indicators()]
    rows = sorted((row for row in rows if row[1]), key=lambda row: list(TITLES).index(row[0]))
    lines: list[Line] = []
    y = 0.0
    for valence, codes in rows:
        if lines:
            y += 1 if lines[-1].valence == valence else BETWEEN_BLOCKS
        for place, code in enumerate(codes):
            y += SPLIT if place else 0
            lines.append(Line(code, scale_label(codebook, code), valence, y))
    return lines


def _draw(
    ax: Axes, chosen: pd.DataFrame, lines: list[Line], codebook: Codebook, place: int, offset: float,
    *, percent: bool, label: str,
) -> None:  # fmt: skip
    here = [line for line in lines if line.scale in chosen.index]
    values = chosen.loc[[line.scale for line in here], ["estimate", "lower", "upper"]].to_numpy(float)
    if percent:
        bounds = np.array([codebook.bounds(line.scale) or (np.nan, np.nan) for line in here])
        values = 100 * (values - bounds[:, :1]) / (bounds[:, 1:] - bounds[:, :1])
    y = np.array([line.y for line in here]) + offset
    look_of = mark(place)
    ax.hlines(y, values[:, 1], values[:, 2], color=look_of["color"], linewidth=1.5, zorder=2)
    ax.plot(values[:, 0], y, label=label, zorder=3, **look_of)


def _dress(
    ax: Axes, lines: list[Line], codebook: Codebook, means: pd.DataFrame, *, percent: bool, labelled: bool
) -> None:
    """Set ticks, block titles and bands, axis range and legend."""
    ax.set_yticks([line.y for line in lines], [line.label for line in lines])
    ax.tick_params(axis="y", length=0)
    bounds = [bound for line in lines if (bound := codebook.bounds(line.scale))]
    if percent:
        ax.set_xlim(0, 100)
    elif bounds:
        ax.set_xlim(*bounds[0])
    within = (means["variant"] == "within_couple").any()
    what = "Mean, percent of the maximum possible" if percent else "Mean, scale points"
    level = means["confidence"].dropna()
    interval = f"{level.iloc[0]:.0%} interval{' within couples' if within else ''}" if len(level) else ""
    ax.set_xlabel(", ".join(filter(None, [what, interval])))
    for valence in dict.fromkeys(line.valence for line in lines):
        ys = [line.y for line in lines if line.valence == valence]
        if valence == "unhealthy":
            ax.axhspan(min(ys) - 0.95, max(ys) + 0.6, color=BAND, zorder=0, linewidth=0)
        ax.annotate(
            TITLES[valence].upper(), (0, min(ys) - 0.55), (4, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", fontsize=7.5, color=GREY, va="center", fontweight="bold",
        )  # fmt: skip
    ax.set_ylim(max(line.y for line in lines) + 0.6, -0.95)
    for above, below in pairwise(lines):
        if below.y - above.y == 1:
            ax.axhline((above.y + below.y) / 2, color=FAINT, linewidth=0.6, zorder=1)
    ax.grid(axis="x", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    if labelled:
        put_legend(ax)


def _alternative(means: pd.DataFrame, lines: list[Line], by: str) -> str:
    values: dict[str, list[str]] = {line.scale: [] for line in lines}
    for scale, partner, group, mean in means[["scale", "partner", "group", "estimate"]].itertuples(
        index=False, name=None
    ):
        if scale in values and np.isfinite(mean):
            values[scale].append(f"{series_label(partner, group)} {number(mean)}")
    parts = [f"{line.label}: {', '.join(values[line.scale]) or 'hidden'}" for line in lines]
    return f"Profile of scale means by {by}, healthy scales above, unhealthy scales below. {'; '.join(parts)}."
