"""Small multiples: panels in rows inside one Axes, so that they are given, saved and named like any figure."""

from __future__ import annotations

from matplotlib.axes import Axes

from analysis.figures.style import WIDTH, new_axes

COLUMNS = 3
GAP = 0.16  # of a panel's width, between two
LEFT, RIGHT = 0.09, 0.015  # of the whole width, for what stands beside the first and the last panel
TOP, HEAD = 0.25, 0.45  # inches above the first row of panels, and above each other, for titles


def panels(ax: Axes | None, count: int, *, side: float, foot: float) -> tuple[Axes, list[Axes]]:
    """Return the Axes that hold the panels, itself without marks, and as many panels, row by row.

    Parameters
    ----------
    ax : Axes, optional
        Where the panels go; a new figure by default.
    count : int
    side : float
        Height of a panel in inches.
    foot : float
        Inches below the last row, for its labels.
    """
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    height = TOP + rows * (side + HEAD) - HEAD + foot
    whole = new_axes(ax, height=height + 0.5, width=WIDTH)
    whole.set_axis_off()
    width = (1 - LEFT - RIGHT) / (columns + GAP * (columns - 1))
    found = []
    for place in range(count):
        row, column = divmod(place, columns)
        bottom = 1 - (TOP + (side + HEAD) * row + side) / height
        panel = whole.inset_axes((LEFT + column * width * (1 + GAP), bottom, width, side / height))
        panel.set_in_layout(False)  # their place is known: measuring fifteen panels takes two seconds
        found.append(panel)
    return whole, found


def name_outer(places: list[Axes], left: str, below: str) -> None:
    """Name the axes of the outer panels alone: to the left of the first in a row, below the last in a column."""
    columns = min(COLUMNS, len(places))
    for place, panel in enumerate(places):
        if place % columns == 0:
            panel.set_ylabel(left, fontsize=8, labelpad=2)
        if place + columns >= len(places):
            panel.set_xlabel(below, fontsize=8, labelpad=2)
