"""The healthy x unhealthy plane: density of persons, means with ellipses, couples only where they may be seen."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.couples import Couples
from analysis.display import number
from analysis.errors import SurveyError
from analysis.estimation.planes import SHARES, Plane
from analysis.estimation.planes import plane as plane_of
from analysis.figures.labels import series_label
from analysis.figures.style import GREY, INK, look, mark, new_axes, put_legend, put_stamp
from analysis.settings import Settings

PLANE_ROOM = 70  # characters that a line of the legend holds
SHADES = ("#EDEDED", "#D9D9D9", "#BFBFBF")


def plane(couples: Couples, *, by: str = "partner", ax: Axes | None = None) -> Axes:
    """Return the plane of the two block means: how persons are spread, and where each role's mean lies.

    Parameters
    ----------
    couples : Couples
        With a healthy and an unhealthy block. Results do not do: the shades need every person.
    by : {"partner", "group"}
        Whether the means are those of each role, or of each role in each group of couples.
    ax : Axes, optional

    Returns
    -------
    Axes
        x: healthy mean, y: unhealthy mean, in scale points. Shades enclose 25, 50 and 75 % of the smoothed density.
        Where single couples may be shown (synthetic or disclosed studies) a line joins the two partners of each.

    Raises
    ------
    SurveyError
        If there are not both blocks, or fewer couples than the threshold, in all or in a group of those drawn.

    Examples
    --------
    >>> import analysis as an
    >>> plane(an.make_couples(40, seed=1)).get_xlabel()
    'Healthy block (mean, 1 to 5)'
    """
    if not isinstance(couples, Couples):
        raise SurveyError("The plane needs couples, as its shades are made from every person: give it an.Couples.")
    if by not in ("partner", "group"):
        raise SurveyError(f"by is '{by}'; allowed are 'partner' and 'group'.")
    if by == "group" and couples.groups is None:
        raise SurveyError("There are no groups to draw. Name the group column in study.toml ([couples] group).")
    drawn = plane_of(couples, by_group=by == "group")
    settings = couples.settings
    if not settings.open and drawn.fewest < settings.threshold:
        raise SurveyError(f"The plane would show fewer than {settings.threshold} couples.")
    with look():
        ax = new_axes(ax, height=4.4 + 0.17 * len(drawn.means), width=4.8)
        levels = (*drawn.levels, float(drawn.density.max()) * 1.001)
        ax.contourf(drawn.x, drawn.y, drawn.density, levels=sorted(set(levels)), colors=SHADES)
        if settings.open:
            _join(ax, drawn, alike=couples.roles is None, plain=by == "group")
        for place, mean in enumerate(drawn.means):
            look_of = mark(place, markersize=4.5)
            ax.plot(*mean.outline.T, color=look_of["color"], linewidth=1.4, zorder=4)
            label = f"{series_label(mean.partner, mean.group)} (n = {mean.n})"
            ax.plot(*mean.point, label=label, zorder=5, **look_of)
        _dress(ax, drawn)
        _put_key(ax, settings, joined=settings.open and not couples.one_person)
        put_stamp(ax, settings)
        ax.set_label(_alternative(drawn))
    return ax


def _join(ax: Axes, drawn: Plane, *, alike: bool, plain: bool) -> None:
    """Draw a thin line between the two partners of each couple, with one artist for all.

    Partners look alike where neither is first; where marks tell groups apart there are lines alone.
    """
    if drawn.pairs.shape[1] < 2:
        return
    complete = drawn.pairs[np.isfinite(drawn.pairs).all(axis=(1, 2))]
    gap = np.full((len(complete), 1, 2), np.nan)
    path = np.concatenate([complete, gap], axis=1).reshape(-1, 2)
    ax.plot(path[:, 0], path[:, 1], color=GREY, linewidth=0.5, alpha=0.35, zorder=2)
    small = {"markersize": 2, "alpha": 0.6, "markeredgewidth": 0.5, "zorder": 3}
    series = [complete.reshape(-1, 2)] if alike else [complete[:, 0], complete[:, 1]]
    for place, points in enumerate([] if plain else series):
        ax.plot(*points.T, **mark(place, **small))


def _put_key(ax: Axes, settings: Settings, *, joined: bool) -> None:
    """Set a legend of the means with what shades, outlines and thin lines are."""
    handles, labels = ax.get_legend_handles_labels()
    shares = ", ".join(f"{100 * share:.0f}" for share in sorted(SHARES))
    key: dict[str, Artist] = {
        f"{settings.confidence:.0%} ellipse of a mean": Line2D([], [], color=INK, linewidth=1.4),
        f"{shares} % of persons": Patch(color=SHADES[1]),
    }
    if joined:
        key["the two partners of a couple"] = Line2D([], [], color=GREY, linewidth=0.7)
    put_legend(ax, [*handles, *key.values()], [*labels, *key], room=PLANE_ROOM)


def _dress(ax: Axes, drawn: Plane) -> None:
    for axis, name, (low, high) in zip("xy", ("Healthy", "Unhealthy"), drawn.bounds, strict=True):
        getattr(ax, f"set_{axis}lim")(low, high)
        percent = (low, high) == (0.0, 100.0)
        unit = "percent of maximum" if percent else f"mean, {low:g} to {high:g}"
        getattr(ax, f"set_{axis}label")(f"{name} block ({unit})")


def _alternative(drawn: Plane) -> str:
    means = "; ".join(
        f"{series_label(mean.partner, mean.group)}: healthy {number(mean.point[0])}, unhealthy {number(mean.point[1])}"
        for mean in drawn.means
    )
    shares = ", ".join(f"{share:.0%}" for share in sorted(SHARES))
    return f"Plane of healthy and unhealthy block means with shades enclosing {shares} of the density. Means: {means}."
