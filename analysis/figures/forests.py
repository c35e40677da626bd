"""Forests: coefficients with their intervals, one row a scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.couples import Couples
from analysis.disclosure import public
from analysis.display import number
from analysis.errors import SurveyError
from analysis.estimation.reliability import reliability as reliability_of
from analysis.figures.labels import scale_label, series_label
from analysis.figures.style import BAND, FAINT, look, mark, new_axes, put_legend, put_stamp
from analysis.instrument.codebook import Codebook
from analysis.instrument.files import built_in
from analysis.results import Estimates

COEFFICIENTS = {"omega": "ω", "omega_pooled": "ω", "alpha": "α", "alpha_pooled": "α"}
APART = 0.19  # between two marks of a row
HIGHEST_START = 0.5  # the axis starts here or lower


def reliability(source: Couples | Estimates, *, codebook: Codebook | None = None, ax: Axes | None = None) -> Axes:
    """Return a forest of omega (large marks) and alpha (small marks) with intervals, by scale and partner.

    Parameters
    ----------
    source : Couples or Estimates
        Couples, or the table that :func:`analysis.reliability` makes.
    codebook : Codebook, optional
        For the scales' names in results without couples; the built-in one by default.
    ax : Axes, optional

    Returns
    -------
    Axes
        x: coefficient. ``get_label()`` is the alternative text.

    Raises
    ------
    SurveyError
        If no scale has a coefficient.

    Examples
    --------
    >>> import analysis as an
    >>> ax = reliability(an.make_couples(40, seed=1))
    >>> len(ax.get_yticklabels())
    15
    """
    codebook = source.codebook if isinstance(source, Couples) else codebook or built_in()
    results = public(reliability_of(source), source.settings) if isinstance(source, Couples) else source
    frame = results.where(section="reliability", statistic=list(COEFFICIENTS), variant="", group="").frame
    frame = frame[np.isfinite(frame["estimate"])]
    if not len(frame):
        raise SurveyError("No scale has a reliability coefficient to draw. Look at the notes of the table.")
    scales = [code for code in codebook.codes if code in set(frame["scale"])]
    partners = list(dict.fromkeys(frame["partner"]))
    large = frame["statistic"].str.startswith("omega") | (frame.groupby("scale")["statistic"].transform("nunique") < 2)
    with look():
        ax = new_axes(ax, height=1.0 + len(scales) * (0.12 + 0.17 * len(partners)))
        for place, partner in enumerate(partners):
            middle = (place - (len(partners) - 1) / 2) * 2 * APART
            for is_large, side in ((True, -0.5), (False, 0.5)):
                here = frame[(frame["partner"] == partner) & (large == is_large)]
                if len(here):
                    _draw(ax, here, scales, place, middle + side * APART, large=is_large)
        _dress(ax, scales, codebook, frame)
        if isinstance(source, Couples):
            put_stamp(ax, source.settings)
        ax.set_label(_alternative(frame, scales, codebook))
    return ax


def _draw(ax: Axes, here: pd.DataFrame, scales: list[str], series: int, offset: float, *, large: bool) -> None:
    y = np.array([scales.index(code) for code in here["scale"]]) + offset
    style = mark(series, markersize=5.5 if large else 3.2)
    ax.hlines(y, here["lower"], here["upper"], color=style["color"], linewidth=1.6 if large else 0.8)
    label = series_label(here["partner"].iloc[0]) if large else "_"
    ax.plot(here["estimate"], y, label=label, zorder=3, **style)


def _dress(ax: Axes, scales: list[str], codebook: Codebook, frame: pd.DataFrame) -> None:
    ax.set_yticks(range(len(scales)), [scale_label(codebook, code) for code in scales])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(scales) - 0.4, -0.6)
    for place in range(1, len(scales), 2):
        ax.axhspan(place - 0.5, place + 0.5, color=BAND, zorder=0, linewidth=0)
    lowest = float(np.nanmin([*frame["lower"], *frame["estimate"]]))
    ax.set_xlim(min(HIGHEST_START, np.floor(10 * lowest) / 10), 1)
    level = frame["confidence"].dropna()
    marks = "ω large, α small marks" if frame["statistic"].str.startswith("omega").any() else "α"
    ax.set_xlabel(f"Reliability: {marks}" + (f", {level.iloc[0]:.0%} interval" if len(level) else ""))
    ax.grid(axis="x", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    if frame["partner"].nunique() > 1:
        put_legend(ax)


def _alternative(frame: pd.DataFrame, scales: list[str], codebook: Codebook) -> str:
    values: dict[str, list[str]] = {code: [] for code in scales}
    columns = frame[["scale", "partner", "statistic", "estimate"]]
    for scale, partner, statistic, estimate in columns.itertuples(index=False, name=None):
        words = f"{COEFFICIENTS[statistic]} {series_label(partner)} {number(estimate, 'coefficient')}"
        values[scale].append(words)
    parts = [f"{scale_label(codebook, code)}: {', '.join(values[code])}" for code in scales]
    return f"Forest of reliability coefficients with intervals. {'; '.join(parts)}."
