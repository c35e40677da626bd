"""Distinguishability: how surprising each component's difference is, block by block, as permutation p."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.couples import Couples
from analysis.disclosure import public
from analysis.display import p_value
from analysis.errors import SurveyError
from analysis.estimation.calibrated import LEVEL
from analysis.estimation.distinguishability import SHOWN
from analysis.estimation.distinguishability import distinguishability as distinguishability_of
from analysis.figures.labels import codebook_of, scale_label, why_empty
from analysis.figures.style import BAND, FAINT, GREY, look, mark, new_axes, put_legend, put_stamp
from analysis.instrument.codebook import BLOCKS, Codebook
from analysis.results import Estimates

TESTS = {
    "isat_chi2": "all at once",
    "means": "means",
    "variances": "variances",
    "within_covariances": "within persons",
    "cross_covariances": "between partners",
}
SMALLEST = 0.001  # p at which the axis ends
ROW, FRAME = 0.3, 1.2  # inches of a row, and of what stands around the rows
APART = 0.13  # between two marks of a row


def distinguishability(
    source: Couples | Estimates, *, codebook: Codebook | None = None, ax: Axes | None = None
) -> Axes:
    """Return the p of each component of distinguishability, one row a block of scores, smaller p further right.

    Parameters
    ----------
    source : Couples or Estimates
        Couples with roles, or the table that :func:`analysis.distinguishability` makes.
    codebook : Codebook, optional
        For the scales' names in results without couples, as in :func:`analysis.figures.reliability`.
    ax : Axes, optional

    Returns
    -------
    Axes
        x: p on a logarithmic axis from 1 to .001, where smaller ones end in an arrow; the line is .05. Marks are the
        test of everything at once and its components, by shape: p of swapping partners within couples, of means
        Hotelling's. p is not corrected for the number of tests, and it is no size of a difference.

    Raises
    ------
    SurveyError
        If no block was tested; the message has the reason.

    Examples
    --------
    >>> import analysis as an
    >>> ax = distinguishability(an.make_couples(40, seed=1))
    >>> ax.get_xscale()
    'log'
    """
    results = (
        public(distinguishability_of(source.as_one_sample()), source.settings)
        if isinstance(source, Couples)
        else source
    )
    codebook = source.codebook if isinstance(source, Couples) else codebook or codebook_of(results)
    frame = _rows(results)
    blocks = list(dict.fromkeys(frame["scale"]))
    with look():
        ax = new_axes(ax, height=FRAME + ROW * len(blocks))
        for place, (statistic, words) in enumerate(TESTS.items()):
            _draw(ax, frame[frame["statistic"].eq(statistic)], blocks, place, words)
        _dress(ax, [_name(codebook, block) for block in blocks])
        if isinstance(source, Couples):
            put_stamp(ax, source.settings)
        ax.set_label(_alternative(frame, blocks, codebook))
    return ax


def _rows(results: Estimates) -> pd.DataFrame:
    """Return the tests whose p may be shown; none is a SurveyError with the reason."""
    rows = results.where(section="distinguishability", statistic=list(TESTS), variant=SHOWN).frame
    frame = rows[np.isfinite(rows["p"])]
    if not len(frame):
        reason = why_empty(rows, results.notes) or "look at the notes of the table"
        raise SurveyError(f"No scores were tested for distinguishability. Reason: {reason.removesuffix('.')}.")
    return frame


def _name(codebook: Codebook, block: str) -> str:
    if block in BLOCKS:
        return codebook.label(block).capitalize()
    return scale_label(codebook, block) if block in codebook.codes else block


def _draw(ax: Axes, rows: pd.DataFrame, blocks: list[str], place: int, words: str) -> None:
    """Draw one component's marks; what is smaller than the axis shows stands at its end as an arrow."""
    y = np.array([blocks.index(block) for block in rows["scale"]], dtype=float) + (place - 2) * APART
    p = rows["p"].to_numpy(float)
    small = p < SMALLEST
    style = mark(place, markersize=4.2)
    ax.plot(p[~small], y[~small], label=words, zorder=3, clip_on=False, **style)
    arrow = {**style, "marker": ">", "markersize": 4.5, "clip_on": False, "zorder": 4}
    ax.plot(np.full(small.sum(), SMALLEST), y[small], label="_", **arrow)


def _dress(ax: Axes, names: list[str]) -> None:
    ax.set_xscale("log")
    ax.set_xlim(1, SMALLEST)
    ticks = [1, 0.5, 0.2, 0.1, LEVEL, 0.01, SMALLEST]
    ax.set_xticks(ticks, [f"{tick:g}".removeprefix("0") for tick in ticks])
    ax.minorticks_off()
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.4, -0.6)
    for place in range(1, len(names), 2):
        ax.axhspan(place - 0.5, place + 0.5, color=BAND, zorder=0, linewidth=0)
    ax.grid(axis="x", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.axvline(LEVEL, color=GREY, linewidth=1.2, linestyle="--", zorder=2)
    ax.set_xlabel("p, logarithmic (a p is no size)")
    put_legend(ax, room=60)


def _alternative(frame: pd.DataFrame, blocks: list[str], codebook: Codebook) -> str:
    parts = []
    for block in blocks:
        here = frame[frame["scale"].eq(block)].set_index("statistic")["p"]
        tests = ", ".join(f"{words} {p_value(here[name])}" for name, words in TESTS.items() if name in here.index)
        parts.append(f"{_name(codebook, block)}: {tests}")
    return f"p of distinguishability by block of scores, on a logarithmic axis with a line at .05. {'; '.join(parts)}."
