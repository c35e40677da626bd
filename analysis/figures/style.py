"""One look for all figures: which colours, marks and type, and how files are written so that bytes repeat.

Partners and groups differ by colour, by lightness and by shape, so that nothing rests on colour alone. The two colours
are the blue and the vermilion of Okabe and Ito's palette, which stay apart for colour-blind readers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.disclosure import stamp
from analysis.settings import Settings

MARKS = (
    {"color": "#0072B2", "marker": "o", "markerfacecolor": "#0072B2"},
    {"color": "#D55E00", "marker": "s", "markerfacecolor": "white"},
    {"color": "#333333", "marker": "^", "markerfacecolor": "#333333"},
    {"color": "#7A5195", "marker": "D", "markerfacecolor": "white"},
    {"color": "#007A5A", "marker": "v", "markerfacecolor": "#007A5A"},
    {"color": "#A6761D", "marker": "p", "markerfacecolor": "white"},
)
INK, GREY, FAINT, BAND = "#222222", "#6E6E6E", "#D8D8D8", "#F1F1EE"
LOOK: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "healthy-dependence",
    "figure.dpi": 110,
}
OF_THE_READER = (  # how keys begin that say where figures are shown, not how
    "backend", "date.epoch", "docstring", "figure.max_open", "figure.raise", "interactive", "savefig.directory",
    "timezone", "tk.", "toolbar", "webagg",
)  # fmt: skip
WIDTH = 5.2  # inches: readable in a column, on a page and on a phone


@cache
def _looks() -> dict[Any, Any]:
    """Return matplotlib's own settings with the look of all figures, less those that say where figures are shown."""
    defaults = mpl.rcParamsDefault.copy()
    return {key: value for key, value in defaults.items() if not key.startswith(OF_THE_READER)} | LOOK


@contextmanager
def look() -> Iterator[None]:
    """Draw with the look of all figures, whatever the reader's matplotlibrc says, and give those settings back."""
    looks = _looks()
    before = {key: value for key, value in mpl.rcParams.copy().items() if key in looks}
    mpl.rcParams.update(looks)
    try:
        yield
    finally:
        mpl.rcParams.update(before)


def new_axes(ax: Axes | None, height: float, width: float = WIDTH) -> Axes:
    """Return the given Axes, or the Axes of a new figure of that size in inches.

    In a notebook the figure is pyplot's, so that it is shown below its cell; elsewhere it belongs to no window, so that
    none has to be closed.
    """
    if ax is not None:
        return ax
    if _in_notebook():
        from matplotlib import pyplot as plt  # noqa: PLC0415 - a second that only notebooks need

        return plt.figure(figsize=(width, height), layout="constrained").add_subplot()
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None


def mark(series: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - matplotlib's keywords are of any type
    """Return how the points of a partner or group look, by its place in the order."""
    return {"markersize": 5, "markeredgewidth": 1.3, "linestyle": "none", **MARKS[series % len(MARKS)], **changes}


def put_legend(
    ax: Axes, handles: Sequence[Artist] | None = None, labels: Sequence[str] | None = None, *, room: int = 50
) -> None:
    """Set the legend above the Axes, to the left, where it covers no data; of the given handles or of all series.

    It has as many columns, three at most, as a line of ``room`` characters holds, so that it is no wider than the Axes.
    """
    found, names = ax.get_legend_handles_labels()
    longest = max(len(label) for label in labels or names) + 6
    ax.legend(
        handles or found, labels or names, loc="lower left", bbox_to_anchor=(0, 1.02), fontsize=8,
        ncols=min(3, max(1, room // longest)), borderaxespad=0.2, handletextpad=0.4,
    )  # fmt: skip


def put_stamp(ax: Axes, settings: Settings) -> None:
    """Write on the figure that the data are synthetic or disclosed, where they are."""
    words = stamp(settings)
    if words:
        ax.annotate(
            words, (1, 1), (0, 2), xycoords="axes fraction", textcoords="offset points",
            ha="right", va="bottom", fontsize=6, color=GREY,
        )  # fmt: skip


def save(ax: Axes, path: str | Path) -> list[Path]:
    """Write the figure of the Axes as path.svg and path.png and return both paths; same figure, same bytes.

    Examples
    --------
    >>> import tempfile
    >>> import analysis as an
    >>> ax = an.figures.reliability(an.make_couples(30, seed=1))
    >>> [file.suffix for file in an.figures.save(ax, tempfile.mkdtemp() + "/forest")]
    ['.svg', '.png']
    """
    files = [Path(f"{path}.{kind}") for kind in ("svg", "png")]
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("These Axes belong to no figure, so there is nothing to save.")
    with look():
        for file, metadata in zip(files, ({"Date": None, "Creator": None}, {"Software": None}), strict=True):
            figure.savefig(file, metadata=metadata, dpi=200)
    return files
