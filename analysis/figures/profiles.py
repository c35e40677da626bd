"""The indicator profile: every scale's mean, healthy ones above and unhealthy ones below, by partner or by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.couples import Couples
from analysis.disclosure import public
from analysis.display import number
from analysis.errors import SurveyError
from analysis.estimation.descriptives import describe
from analysis.figures.labels import codebook_of, is_indicator, scale_label, series_label, why_empty
from analysis.figures.style import BAND, FAINT, GREY, look, mark, new_axes, put_legend, put_stamp
from analysis.instrument.codebook import Codebook
from analysis.instrument.indicators import indicators
from analysis.intake.scoring import percent_of_maximum, unlike_ranges
from analysis.results import Estimates

ROW_HEIGHT, SPLIT, BETWEEN_BLOCKS = 0.27, 0.7, 2.0
SPREAD = 0.72  # of a row, for the marks of all series: two stand 0.36 apart
TITLES = {"healthy": "Healthy", "unhealthy": "Unhealthy", "neutral": "Other scales"}
NO_RANGE = " (no range)"


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
        For results without couples. By default the built-in one if it has all their scales; else rows are called by
        the codes, in the order of the results. With scales other than the fifteen, every scale is a row.
    ax : Axes, optional

    Returns
    -------
    Axes
        x: scale points, or percent of the maximum possible where ranges differ; then a scale without a declared range
        has an empty row that says so. ``get_label()`` is the alternative text.

    Raises
    ------
    SurveyError
        If there is nothing to draw, or all of it is hidden; the message has the reason.

    Examples
    --------
    >>> import analysis as an
    >>> ax = profile(an.make_couples(40, seed=1))
    >>> [text.get_text() for text in ax.get_yticklabels()][:2]
    ['H1  Give and take', 'H2  Working things out']
    """
    results = public(describe(source.as_one_sample()), source.settings) if isinstance(source, Couples) else source
    codebook = source.codebook if isinstance(source, Couples) else codebook or codebook_of(results)
    means = _means(results, by, codebook.codes)
    if not np.isfinite(means["estimate"]).any():
        raise SurveyError(f"There is no scale mean by {by} to draw. {_reason(means, results, by)}")
    lines = _lines(codebook, set(means["scale"]))
    percent = unlike_ranges(codebook, [line.scale for line in lines if codebook.bounds(line.scale)])
    if percent:
        lines = [_without_range(line) if codebook.bounds(line.scale) is None else line for line in lines]
    series = list(dict.fromkeys(zip(means["partner"], means["group"], strict=True)))
    with look():
        row_height = ROW_HEIGHT * max(1, len(series) / 2)
        ax = new_axes(ax, height=1.2 + row_height * (lines[-1].y + 1.5))
        for place, (partner, group) in enumerate(series):
            chosen = means[(means["partner"] == partner) & (means["group"] == group)].set_index("scale")
            offset = (place - (len(series) - 1) / 2) * SPREAD / len(series)
            _draw(ax, chosen, lines, codebook, place, offset, percent=percent, label=series_label(partner, group))
        _dress(ax, lines, codebook, means, percent=percent, labelled=len(series) > 1)
        if isinstance(source, Couples):
            put_stamp(ax, source.settings)
        ax.set_label(_alternative(means, lines, by))
    return ax


def _reason(means: pd.DataFrame, results: Estimates, by: str) -> str:
    if by == "group" and not len(means):
        return "Name the group column in study.toml ([couples] group)."
    reason = why_empty(means, results.notes)
    return f"Reason: {reason}." if reason else "Is it a table that describe() made?"


def _without_range(line: Line) -> Line:
    return replace(line, label=line.label + NO_RANGE)


def _means(results: Estimates, by: str, codes: Sequence[str]) -> pd.DataFrame:
    """Return one row a scale and series: with ordinary intervals, or within couples where that hides no scale more."""
    if by not in ("partner", "group"):
        raise SurveyError(f"by is '{by}'; allowed are 'partner' and 'group'.")
    frame = results.where(section="describe", statistic="scale_mean", scale=codes).frame
    grouped = frame["group"] != ""
    if by == "group":
        return frame[grouped]
    ordinary, within = (frame[~grouped & (frame["variant"] == variant)] for variant in ("", "within_couple"))
    return within if within["estimate"].count() >= ordinary["estimate"].count() > 0 else ordinary


def _lines(codebook: Codebook, scales: set[str]) -> list[Line]:
    """Return the rows from top to bottom: a gap between blocks, two close lines for an indicator of two scales."""
    drawn = [scale for scale in codebook.scales if scale.code in scales]
    rows: list[tuple[str, list[str]]] = [(scale.valence, [scale.code]) for scale in drawn]
    if all(map(is_indicator, drawn)):
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
        values = np.array(
            [percent_of_maximum(row, codebook.bounds(line.scale)) for row, line in zip(values, here, strict=True)]
        )
    y = np.array([line.y for line in here]) + offset
    look_of = mark(place, markersize=4, markeredgewidth=1.1)
    ax.hlines(y, values[:, 1], values[:, 2], color=look_of["color"], linewidth=1.3, zorder=2)
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
    elif len(bounds) == len(lines):
        ax.set_xlim(*bounds[0])
    within = (means["variant"] == "within_couple").any()
    what = "Mean, percent of the maximum possible" if percent else "Mean, scale points"
    level = means["confidence"].dropna()
    interval = f"{level.iloc[0]:.0%} interval{' within couples' if within else ''}" if len(level) else ""
    ax.set_xlabel(", ".join(filter(None, [what, interval])))
    valences = list(dict.fromkeys(line.valence for line in lines))
    titles = TITLES if len(valences) > 1 else TITLES | {"neutral": "Scales"}
    for valence in valences:
        ys = [line.y for line in lines if line.valence == valence]
        if valence == "unhealthy":
            ax.axhspan(min(ys) - 0.95, max(ys) + 0.6, color=BAND, zorder=0, linewidth=0)
        ax.annotate(
            titles[valence].upper(), (0, min(ys) - 0.55), (4, 0), xycoords=("axes fraction", "data"),
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
