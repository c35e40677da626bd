"""Forests: coefficients with their intervals, one row a scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.couples import Couples
from analysis.disclosure import public
from analysis.display import number
from analysis.errors import SurveyError, did_you_mean, named
from analysis.estimation.reliability import reliability as reliability_of
from analysis.figures.labels import codebook_of, scale_label, series_label, why_empty
from analysis.figures.style import BAND, FAINT, look, mark, new_axes, put_legend, put_stamp
from analysis.instrument.codebook import Codebook
from analysis.results import Estimates

COEFFICIENTS = {"omega": "ω", "omega_pooled": "ω", "alpha": "α", "alpha_pooled": "α"}
APART = 0.19  # between two marks of a row
HIGHEST_START, LOWEST_START = 0.5, -1.0  # the axis starts between these, whatever runs out of it on the left


def reliability(
    source: Couples | Estimates, *, group: str = "", codebook: Codebook | None = None, ax: Axes | None = None
) -> Axes:
    """Return a forest of omega (large marks) and alpha (small marks) with intervals, by scale and partner.

    Parameters
    ----------
    source : Couples or Estimates
        Couples, or the table that :func:`analysis.reliability` makes.
    group : str
        The group of couples whose coefficients are drawn; those of all couples by default.
    codebook : Codebook, optional
        For the scales' names in results without couples. By default the built-in one if it has all their scales; else
        rows are called by the codes, in the order of the results.
    ax : Axes, optional

    Returns
    -------
    Axes
        x: coefficient, from -1 or higher; what runs further to the left ends in an arrow, with its number if it is a
        coefficient. A scale of two items has no omega, so alpha alone. ``get_label()`` is the alternative text.

    Raises
    ------
    SurveyError
        If no scale has a coefficient, or all are hidden; the message has the reason.

    Examples
    --------
    >>> import analysis as an
    >>> ax = reliability(an.make_couples(40, seed=1))
    >>> len(ax.get_yticklabels())
    15
    """
    results = public(reliability_of(source.as_one_sample()), source.settings) if isinstance(source, Couples) else source
    codebook = source.codebook if isinstance(source, Couples) else codebook or codebook_of(results)
    frame = _coefficients(results, codebook, group)
    scales = [code for code in codebook.codes if code in set(frame["scale"])]
    partners = list(dict.fromkeys(frame["partner"]))
    start = _start(frame)
    with look():
        ax = new_axes(ax, height=1.0 + len(scales) * (0.12 + 0.17 * len(partners)))
        for place, partner in enumerate(partners):
            middle = (place - (len(partners) - 1) / 2) * 2 * APART
            rows = _placed(frame[frame["partner"] == partner], scales, middle)
            label = series_label(partner, group)
            for large in (True, False):
                here = rows[rows["large"] == large]
                if len(here):
                    _draw(ax, here, place, start, label=label, large=large)
                    label = "_"
        _dress(ax, scales, codebook, frame, start)
        if isinstance(source, Couples):
            put_stamp(ax, source.settings)
        ax.set_label(_alternative(frame, scales, codebook))
    return ax


def _coefficients(results: Estimates, codebook: Codebook, group: str) -> pd.DataFrame:
    """Return the rows to draw; none is a SurveyError with the reason."""
    rows = results.where(section="reliability", statistic=list(COEFFICIENTS), variant="").frame
    groups = [name for name in dict.fromkeys(rows["group"]) if name]
    if group and group not in groups:
        raise SurveyError(
            f"There is no group '{group}'; there is {named(groups) or 'none'}.{did_you_mean(group, groups)}"
        )
    rows = rows[(rows["group"] == group) & rows["scale"].isin(codebook.codes)]
    frame = rows[np.isfinite(rows["estimate"])]
    if not len(frame):
        reason = why_empty(rows, results.notes) or "look at the notes of the table"
        raise SurveyError(f"No scale has a reliability coefficient to draw. Reason: {reason.removesuffix('.')}.")
    return frame


def _start(frame: pd.DataFrame) -> float:
    """Return where the axis starts: at the lowest bound in tenths, but no lower than -1 for one very wide interval."""
    lowest = float(np.nanmin([*frame["lower"], *frame["estimate"]]))
    return float(np.clip(np.floor(10 * lowest) / 10, LOWEST_START, HIGHEST_START))


def _placed(rows: pd.DataFrame, scales: list[str], middle: float) -> pd.DataFrame:
    """Return one partner's rows with their height: omega above alpha, either in the middle where it is alone."""
    large = rows["statistic"].str.startswith("omega")
    alone = rows.groupby("scale")["statistic"].transform("size") == 1
    side = np.where(alone, 0, np.where(large, -0.5, 0.5))
    row = np.array([scales.index(code) for code in rows["scale"]], dtype=float)
    return rows.assign(large=large, y=row + middle + side * APART)


def _draw(ax: Axes, here: pd.DataFrame, series: int, start: float, *, label: str, large: bool) -> None:
    """Draw one partner's marks of one size, with an arrow at the start of the axis for what runs out of it."""
    style = mark(series, markersize=5.5 if large else 3.2)
    color = style["color"]
    ax.hlines(here["y"], here["lower"], here["upper"], color=color, linewidth=1.6 if large else 0.8)
    ax.plot(here["estimate"], here["y"], label=label, zorder=3, **style)
    out = here[here[["lower", "estimate"]].min(axis=1) < start]
    if len(out):
        arrow = {"marker": "<", "color": color, "markersize": 4, "linestyle": "none", "clip_on": False, "zorder": 4}
        ax.plot(np.full(len(out), start), out["y"], label="_", **arrow)
    for estimate, y in out.loc[out["estimate"] < start, ["estimate", "y"]].itertuples(index=False, name=None):
        ax.annotate(
            number(estimate, "coefficient"), (start, y), (5, 0), textcoords="offset points", color=color,
            fontsize=6.5, va="center_baseline", zorder=5, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip


def _dress(ax: Axes, scales: list[str], codebook: Codebook, frame: pd.DataFrame, start: float) -> None:
    ax.set_yticks(range(len(scales)), [scale_label(codebook, code) for code in scales])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(scales) - 0.4, -0.6)
    for place in range(1, len(scales), 2):
        ax.axhspan(place - 0.5, place + 0.5, color=BAND, zorder=0, linewidth=0)
    ax.set_xlim(start, 1)
    ax.set_xlabel(_words(frame))
    ax.grid(axis="x", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    if frame["partner"].nunique() > 1 or frame["group"].any():
        put_legend(ax)


def _words(frame: pd.DataFrame) -> str:
    """Return the name of the axis: only coefficients that are drawn, and intervals if there are any."""
    drawn = {COEFFICIENTS[statistic] for statistic in frame["statistic"]}
    marks = "ω large, α small marks" if len(drawn) > 1 else drawn.pop()
    level = frame["confidence"].dropna()
    return f"Reliability: {marks}" + (f", {level.iloc[0]:.0%} interval" if len(level) else "")


def _alternative(frame: pd.DataFrame, scales: list[str], codebook: Codebook) -> str:
    values: dict[str, list[str]] = {code: [] for code in scales}
    columns = frame[["scale", "partner", "group", "statistic", "estimate"]]
    for scale, partner, group, statistic, estimate in columns.itertuples(index=False, name=None):
        words = f"{COEFFICIENTS[statistic]} {series_label(partner, group)} {number(estimate, 'coefficient')}"
        values[scale].append(words)
    parts = [f"{scale_label(codebook, code)}: {', '.join(values[code])}" for code in scales]
    return f"Forest of reliability coefficients with intervals. {'; '.join(parts)}."
