"""Agreement: each index of the partners' scores with its interval, over the band in which random couples lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.couples import Couples
from analysis.disclosure import public
from analysis.display import number
from analysis.errors import SurveyError
from analysis.estimation.agreement import agreement as agreement_of
from analysis.figures.labels import codebook_of, scale_label, why_empty
from analysis.figures.style import BAND, FAINT, GREY, look, mark, new_axes, put_legend, put_stamp
from analysis.instrument.codebook import Codebook
from analysis.results import Estimates

INDICES = {"pearson_r": "r", "icc_a1": "ICC(A,1)", "ccc": "CCC"}
ORDER_FREE = {"icc_1": "ICC(1)", "icc_pairwise": "pairwise ICC"}
COMPARISONS = ("similarity", "agreement")
APART = 0.24  # between two marks of a row
ROW, FRAME = 0.42, 1.1  # inches of a row, and of what stands around the rows
NORMAL = 1.96  # standard deviations of the band on either side, as its caption says
SHADE = "#C9C9C9"


def agreement(source: Couples | Estimates, *, codebook: Codebook | None = None, ax: Axes | None = None) -> Axes:
    """Return a forest of each scale's agreement indices with intervals, each over the band of random couples.

    Parameters
    ----------
    source : Couples or Estimates
        Couples, or the table that :func:`analysis.agreement` makes.
    codebook : Codebook, optional
        For the scales' names in results without couples, as in :func:`analysis.figures.reliability`.
    ax : Axes, optional

    Returns
    -------
    Axes
        x: coefficient. Marks with lines are r, ICC(A,1) and CCC with their intervals, ICC(1) and pairwise ICC for
        exchangeable partners. The grey band is the mean over all pairs who are no couple, plus and minus 1.96 standard
        deviations over random re-pairings; without one in public results there is a tick at the mean.

    Raises
    ------
    SurveyError
        If no scale has an index, or all are hidden; the message has the reason.

    Examples
    --------
    >>> import analysis as an
    >>> ax = agreement(an.make_couples(40, seed=1))
    >>> len(ax.get_yticklabels())
    15
    """
    results = public(agreement_of(source.as_one_sample()), source.settings) if isinstance(source, Couples) else source
    codebook = source.codebook if isinstance(source, Couples) else codebook or codebook_of(results)
    frame, random = _rows(results, codebook)
    scales = [code for code in codebook.codes if code in set(frame["scale"])]
    drawn = {**INDICES, **ORDER_FREE}
    with look():
        ax = new_axes(ax, height=FRAME + ROW * len(scales))
        for place, statistic in enumerate(dict.fromkeys(frame["statistic"])):
            rows = _placed(frame, statistic, scales, place)
            _draw_band(ax, rows, random)
            style = mark(place, markersize=4)
            ax.hlines(rows["y"], rows["lower"], rows["upper"], color=style["color"], linewidth=1.2)
            ax.plot(rows["estimate"], rows["y"], label=drawn[statistic], zorder=3, **style)
        _dress(ax, frame, scales, codebook)
        if isinstance(source, Couples):
            put_stamp(ax, source.settings)
        ax.set_label(_alternative(frame, random, scales, codebook))
    return ax


def _rows(results: Estimates, codebook: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the indices of whole scales and their random couples; none is a SurveyError with the reason."""
    rows = results.where(section="agreement", item="", comparison=COMPARISONS, variant=["", "pseudo"]).frame
    rows = rows[rows["scale"].isin(codebook.codes)]
    statistics = INDICES if rows["statistic"].eq("pearson_r").any() else ORDER_FREE
    rows = rows[rows["statistic"].isin(statistics)]
    here = rows[rows["variant"].eq("")]
    frame = here[np.isfinite(here["estimate"])]
    if not len(frame):
        reason = why_empty(here, results.notes) or "look at the notes of the table"
        raise SurveyError(f"No scale has an index of agreement to draw. Reason: {reason.removesuffix('.')}.")
    return frame, rows[rows["variant"].eq("pseudo")].set_index(["scale", "statistic"])


def _placed(frame: pd.DataFrame, statistic: str, scales: list[str], place: int) -> pd.DataFrame:
    """Return one index's rows with their height: the marks of a scale stand around the middle of its row."""
    count = frame["statistic"].nunique()
    rows = frame[frame["statistic"].eq(statistic)]
    row = np.array([scales.index(code) for code in rows["scale"]], dtype=float)
    return rows.assign(y=row + (place - (count - 1) / 2) * APART)


def _draw_band(ax: Axes, rows: pd.DataFrame, random: pd.DataFrame) -> None:
    """Draw where the index lies for random couples: a band, or a tick where its spread is not known."""
    at = random.reindex(pd.MultiIndex.from_frame(rows[["scale", "statistic"]]))
    mean, half = at["estimate"].to_numpy(float), NORMAL * at["se"].to_numpy(float)
    y = rows["y"].to_numpy(float)
    wide = np.isfinite(mean + half)
    ax.barh(y[wide], 2 * half[wide], 0.8 * APART, left=(mean - half)[wide], color=SHADE, zorder=1.5)
    ax.plot(mean, y, linestyle="none", marker="|", markersize=5, color=GREY, label="_", zorder=2)


def _dress(ax: Axes, frame: pd.DataFrame, scales: list[str], codebook: Codebook) -> None:
    of_scale = frame.drop_duplicates("scale").set_index("scale")["comparison"]
    several = of_scale.nunique() > 1
    names = [scale_label(codebook, code) + (f" ({of_scale[code]})" if several else "") for code in scales]
    ax.set_yticks(range(len(scales)), names)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(scales) - 0.4, -0.6)
    for place in range(1, len(scales), 2):
        ax.axhspan(place - 0.5, place + 0.5, color=BAND, zorder=0, linewidth=0)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    ax.grid(axis="x", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    kind = "Similarity and agreement" if several else of_scale.iloc[0].capitalize()
    level = frame["confidence"].dropna()
    ax.set_xlabel(f"{kind} of the partners" + (f", {level.iloc[0]:.0%} interval" if len(level) else ""))
    handles, labels = ax.get_legend_handles_labels()
    key: dict[str, Artist] = {
        "random couples": Patch(color=SHADE),
        "their mean": Line2D([], [], color=GREY, marker="|"),
    }
    key["their mean"].set(linestyle="none")
    put_legend(ax, [*handles, *key.values()], [*labels, *key])


def _alternative(frame: pd.DataFrame, random: pd.DataFrame, scales: list[str], codebook: Codebook) -> str:
    names = {**INDICES, **ORDER_FREE}
    words: dict[str, list[str]] = {code: [] for code in scales}
    for scale, statistic, estimate in frame[["scale", "statistic", "estimate"]].itertuples(index=False, name=None):
        beside = random["estimate"].get((scale, statistic), np.nan)
        others = f" (random couples {number(beside, 'coefficient')})" if np.isfinite(beside) else ""
        words[scale].append(f"{names[statistic]} {number(estimate, 'coefficient')}{others}")
    parts = [f"{scale_label(codebook, code)}: {', '.join(words[code])}" for code in scales]
    return f"Forest of agreement between partners with intervals over bands of random couples. {'; '.join(parts)}."
