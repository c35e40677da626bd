"""Differences against means: a panel a scale, with shades instead of couples, the mean and the limits of agreement."""

from __future__ import annotations

from textwrap import shorten

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.couples import Couples
from analysis.display import number
from analysis.errors import SurveyError
from analysis.estimation.differences import SHARES, Differences
from analysis.estimation.differences import differences as differences_of
from analysis.figures.labels import scale_label
from analysis.figures.panels import name_outer, panels
from analysis.figures.style import GREY, look, put_stamp
from analysis.settings import Settings

SHADES = ("#EDEDED", "#D9D9D9", "#BFBFBF")
SIDE, FOOT = 1.3, 0.5  # inches of a panel, and below the last
ROOM = 1.35  # of the widest limit: how far the axis of differences reaches
COLOUR = "#0072B2"
TITLE = 28  # letters


def differences(couples: Couples, *, scale: str | None = None, ax: Axes | None = None) -> Axes:
    """Return differences of the partners' scores against their means, a panel a scale.

    Parameters
    ----------
    couples : Couples
        With roles. Results do not do: the shades need every couple.
    scale : str, optional
        The scale to draw alone; every scale by default.
    ax : Axes, optional
        Holds the panels.

    Returns
    -------
    Axes
        x: mean of the two partners, y: first role minus second, in scale points. Shades enclose 25, 50 and 75 % of the
        smoothed density; lines are the mean difference (solid) and the limits of agreement (dashed). Where single
        couples may be shown (synthetic or disclosed studies) each is a small mark.

    Raises
    ------
    SurveyError
        If partners are exchangeable, one respondent a couple answered, or all scales have fewer couples than the
        threshold.

    Notes
    -----
    A difference is no error where partners report on themselves. On bounded scores differences are small at both ends
    of the scale, whatever partners do.

    Examples
    --------
    >>> import analysis as an
    >>> ax = differences(an.make_couples(40, seed=1), scale="H1")
    >>> ax.child_axes[0].get_ylabel()
    'woman minus man'
    """
    if scale is not None:
        couples.codebook.scale(scale)
    drawn = _chosen(differences_of(couples), couples.settings, scale)
    first, second = couples.roles or ("", "")
    with look():
        whole, places = panels(ax, len(drawn), side=SIDE if len(drawn) > 1 else 3 * SIDE, foot=FOOT)
        for panel, one in zip(places, drawn, strict=True):
            _draw(panel, one, is_open=couples.settings.open)
            panel.set_ylim(-_reach(one, drawn), _reach(one, drawn))
            panel.set_title(_title(couples, one), fontsize=8)
        name_outer(places, f"{first} minus {second}", "mean of the two")
        _put_key(whole, is_open=couples.settings.open)
        put_stamp(whole, couples.settings)
        whole.set_label(_alternative(drawn, couples))
    return whole


def _chosen(found: list[Differences], settings: Settings, scale: str | None) -> list[Differences]:
    """Return the scales to draw; none is a SurveyError with the reason."""
    fewest = 0 if settings.open else settings.threshold
    kept = [one for one in found if one.n >= fewest and scale in (None, one.scale)]
    if not kept:
        raise SurveyError(
            f"No scale has differences to draw: too few couples have both scores ({settings.threshold} are shown at "
            "least), or partners do not differ. Look at the notes of the table of agreement."
        )
    return kept


def _title(couples: Couples, one: Differences) -> str:
    return shorten(scale_label(couples.codebook, one.scale).replace("  ", " "), TITLE, placeholder=" …")


def _draw(ax: Axes, one: Differences, *, is_open: bool) -> None:
    levels = [*one.levels, float(one.density.max()) * 1.001]
    if one.levels:
        ax.contourf(one.x, one.y, one.density, levels=levels, colors=SHADES[len(SHADES) - len(one.levels) :])
    if is_open:
        ax.plot(*one.points.T, ".", color=GREY, markersize=1.6, alpha=0.5, zorder=2)
    ax.axhline(0, color=GREY, linewidth=0.6, zorder=1)
    ax.axhline(one.bias, color=COLOUR, linewidth=1.4)
    for limit in (one.lower, one.upper):
        ax.axhline(limit, color=COLOUR, linewidth=1.0, linestyle="--")
    ax.set_xlim(one.x[0], one.x[-1])
    ax.tick_params(labelsize=6, length=2, pad=1.5)


def _reach(one: Differences, drawn: list[Differences]) -> float:
    """Return how far the axis of differences goes: as far for all scales of one range."""
    alike = [other for other in drawn if other.y[-1] == one.y[-1]]
    return min(ROOM * max(abs(limit) for other in alike for limit in (other.lower, other.upper)), float(one.y[-1]))


def _put_key(whole: Axes, *, is_open: bool) -> None:
    shares = ", ".join(f"{100 * share:.0f}" for share in sorted(SHARES))
    key: dict[str, Artist] = {
        "mean difference": Line2D([], [], color=COLOUR, linewidth=1.4),
        "limits of agreement": Line2D([], [], color=COLOUR, linewidth=1.0, linestyle="--"),
        f"{shares} % of couples": Patch(color=SHADES[1]),
    }
    if is_open:
        key["a couple"] = Line2D([], [], color=GREY, marker=".", markersize=3, linestyle="none")
    whole.legend(
        list(key.values()), list(key), loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, fontsize=8, borderaxespad=0.1
    )


def _alternative(drawn: list[Differences], couples: Couples) -> str:
    parts = (
        f"{_title(couples, one)}: mean {number(one.bias)}, limits {number(one.lower)} and {number(one.upper)}"
        for one in drawn
    )
    first, second = couples.roles or ("", "")
    return f"Differences, {first} minus {second}, against the mean of the two. {'; '.join(parts)}."
