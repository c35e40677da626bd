"""The healthy x unhealthy plane: density of persons, means with ellipses, couples only where they may be seen."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from analysis.couples import Couples
from analysis.display import number
from analysis.errors import SurveyError
from analysis.estimation.planes import SHARES, Plane
from analysis.estimation.planes import plane as plane_of
from analysis.figures.labels import series_label
from analysis.figures.style import GREY, look, mark, new_axes, put_legend, put_stamp

SHADES = ("#EDEDED", "#D9D9D9", "#BFBFBF")


def plane(couples: Couples, *, ax: Axes | None = None) -> Axes:
    """Return the plane of the two block means: how persons are spread, and where each role's mean lies.

    Parameters
    ----------
    couples : Couples
        With a healthy and an unhealthy block.
    ax : Axes, optional

    Returns
    -------
    Axes
        x: healthy mean, y: unhealthy mean, in scale points. Shades enclose 25, 50 and 75 % of the smoothed density.
        Where single couples may be shown (synthetic or disclosed studies) a line joins the two partners of each.

    Raises
    ------
    SurveyError
        If there are not both blocks, or fewer couples than the threshold.

    Examples
    --------
    >>> import analysis as an
    >>> plane(an.make_couples(40, seed=1)).get_xlabel()
    'Healthy block (mean, 1 to 5)'
    """
    drawn = plane_of(couples)
    settings = couples.settings
    if not settings.open and min(mean.n for mean in drawn.means) < settings.threshold:
        raise SurveyError(f"The plane would show fewer than {settings.threshold} couples.")
    with look():
        ax = new_axes(ax, height=4.6, width=4.8)
        levels = (*drawn.levels, float(drawn.density.max()) * 1.001)
        ax.contourf(drawn.x, drawn.y, drawn.density, levels=sorted(set(levels)), colors=SHADES)
        if settings.open:
            _join(ax, drawn)
        for place, mean in enumerate(drawn.means):
            look_of = mark(place, markersize=6)
            ax.plot(*mean.outline.T, color=look_of["color"], linewidth=1.4, zorder=4)
            label = f"{series_label(mean.partner)} (n = {mean.n})"
            ax.plot(*mean.point, label=label, zorder=5, **look_of)
        _dress(ax, drawn)
        put_stamp(ax, settings)
        ax.set_label(_alternative(drawn))
    return ax


def _join(ax: Axes, drawn: Plane) -> None:
    """Draw a thin line between the two partners of each couple, with one artist for all."""
    if drawn.pairs.shape[1] < 2:
        return
    complete = drawn.pairs[np.isfinite(drawn.pairs).all(axis=(1, 2))]
    gap = np.full((len(complete), 1, 2), np.nan)
    path = np.concatenate([complete, gap], axis=1).reshape(-1, 2)
    ax.plot(path[:, 0], path[:, 1], color=GREY, linewidth=0.5, alpha=0.35, zorder=2)
    for place in range(2):
        ax.plot(*complete[:, place].T, **mark(place, markersize=2, alpha=0.6, markeredgewidth=0.5), zorder=3)


def _dress(ax: Axes, drawn: Plane) -> None:
    for axis, name, (low, high) in zip("xy", ("Healthy", "Unhealthy"), drawn.bounds, strict=True):
        getattr(ax, f"set_{axis}lim")(low, high)
        percent = (low, high) == (0.0, 100.0)
        unit = "percent of maximum" if percent else f"mean, {low:g} to {high:g}"
        getattr(ax, f"set_{axis}label")(f"{name} block ({unit})")
    put_legend(ax)


def _alternative(drawn: Plane) -> str:
    means = "; ".join(f"{m.partner}: healthy {number(m.point[0])}, unhealthy {number(m.point[1])}" for m in drawn.means)
    shares = ", ".join(f"{share:.0%}" for share in sorted(SHARES))
    return f"Plane of healthy and unhealthy block means with shades enclosing {shares} of the density. Means: {means}."
