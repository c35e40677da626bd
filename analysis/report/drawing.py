"""The report's figures: which there are, what stands below each, and why one is not drawn."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from matplotlib.axes import Axes

from analysis import figures as draw
from analysis.couples import Couples
from analysis.errors import SurveyError
from analysis.estimation.samples import BOTH
from analysis.figures.style import put_stamp
from analysis.guards import refusal
from analysis.report.markdown import text
from analysis.report.sections.common import Drawn
from analysis.results import Estimates

PAGE_HEIGHT = 5.3  # inches of a landscape page that a figure may take


def _of_results(analysis: str, make: Callable[..., Axes]) -> Callable[[Couples, Estimates], Axes]:
    """Return how a figure is drawn from results that are there already, where the data allow the analysis."""

    def drawn(couples: Couples, shown: Estimates) -> Axes:
        why = refusal(analysis, couples)
        if why:
            raise SurveyError(why)
        ax = make(shown, codebook=couples.codebook)
        put_stamp(ax, couples.settings)
        return ax

    return drawn


def _of_couples(make: Callable[[Couples], Axes]) -> Callable[[Couples, Estimates], Axes]:
    return lambda couples, _: make(couples)


FIGURES: dict[str, Callable[[Couples, Estimates], Axes]] = {
    "profile": _of_couples(draw.profile),
    "groups": lambda couples, _: draw.profile(couples, by="group"),
    "reliability": _of_couples(draw.reliability),
    "agreement": _of_results("agreement", draw.agreement),
    "differences": _of_couples(draw.differences),
    "categories": _of_couples(draw.categories),
    "distinguishability": _of_results("distinguishability", draw.distinguishability),
    "plane": _of_couples(draw.plane),
    "item_map": _of_couples(draw.item_map),
    "item_correlations": _of_couples(draw.item_correlations),
}
CAPTIONS = {
    "profile": "Indicator profile: scale means with {level} intervals{within}.",
    "groups": "Indicator profile by {group}: scale means with {level} intervals.",
    "reliability": "Reliability of the scores with {level} intervals.",
    "agreement": "Agreement between partners with {level} intervals, over grey bands of random couples: the mean over "
    "all pairs who are no couple, plus and minus 1.96 standard deviations over random re-pairings.",
    "differences": "Differences of the partners' scores against their mean, with the mean difference and limits of "
    "agreement.",
    "categories": "Both partners' answers, the items of a scale together, after reversing: percent of all pairs of "
    "answers, framed where both answered alike{joined}.",
    "distinguishability": "Distinguishability: p of everything at once and of each component; the dashed line is .05, "
    "and smaller p stand further to the right, below .001 as arrows.",
    "plane": "Healthy and unhealthy block means: density of persons, means with {level} ellipses.",
    "item_map": "Item map: each item's mean and its correlation with the rest of its scale.",
    "item_correlations": "Correlations between items, in blocks of scales.",
}
JOINED = "; so that nothing follows on a couple, answers are joined, percents are whole fives and cells may be hidden"


def draw_figures(couples: Couples, shown: Estimates, folder: Path) -> tuple[dict[str, Drawn], dict[str, str]]:
    """Draw the figures that the data allow; return what the text needs of each, and why the others are not there."""
    (folder / "figures").mkdir()
    drawn, refused = {}, {}
    for name, make in FIGURES.items():
        if name == "groups" and couples.groups is None:
            continue
        try:
            ax = make(couples, shown)
        except SurveyError as reason:
            refused[name] = str(reason)
            continue
        draw.save(ax, folder / "figures" / name)
        caption = f"{_caption(name, couples, ax)}{_persons(name, shown, couples, ax)}"
        drawn[name] = Drawn(f"figures/{name}", caption, str(ax.get_label()), _is_tall(ax))
        _put_away(ax)
    return drawn, refused


def _put_away(ax: Axes) -> None:
    """Take a figure that is saved off those that a notebook shows below its cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(ax.get_figure(root=True))


def _is_tall(ax: Axes) -> bool:
    figure = ax.get_figure(root=True)
    return figure is not None and figure.get_size_inches()[1] > PAGE_HEIGHT


def _caption(name: str, couples: Couples, ax: Axes) -> str:
    within = " within couples" if "within couples" in ax.get_xlabel() else ""
    group = text(couples.groups.name) if couples.groups is not None else ""
    level = f"{couples.settings.confidence:.0%}"
    joined = "" if couples.settings.open else JOINED
    return CAPTIONS[name].format(level=level, within=within, group=group, joined=joined)


OF_FIGURE: dict[str, dict[str, str | list[str]]] = {
    "profile": {"section": "describe", "statistic": "scale_mean", "group": ""},
    "groups": {"section": "describe", "statistic": "scale_mean"},
    "reliability": {"section": "reliability", "statistic": ["alpha", "alpha_pooled"], "group": ""},
    "agreement": {
        "section": "agreement",
        "statistic": ["icc_1", "pearson_r"],
        "variant": "",
        "item": "",
        "partner": BOTH,
    },
    "differences": {"section": "agreement", "statistic": "mean_difference", "variant": "", "partner": BOTH},
    "categories": {"section": "agreement", "statistic": "exact", "variant": ""},
    "distinguishability": {"section": "distinguishability", "statistic": "isat_chi2", "variant": "permutation"},
    "item_map": {"section": "items", "statistic": "item_rest_r"},
    "item_correlations": {"section": "items", "statistic": "item_rest_r"},
}


def _persons(name: str, shown: Estimates, couples: Couples, ax: Axes) -> str:
    """Return on how many persons the numbers of a figure rest: one number, or the range over its marks.

    Nothing where the figure's own legend has them, as that of the plane does.
    """
    variant = "within_couple" if "within couples" in ax.get_xlabel() else ""
    rows = shown.where(**{"variant": variant} | OF_FIGURE.get(name, {"section": ""})).frame
    n = rows.loc[rows["estimate"].notna() & rows["scale"].isin(couples.codebook.codes), "n_persons"].dropna()
    if not len(n):
        return ""
    return f" Persons a mark: {n.min():,}." if n.min() == n.max() else f" Persons a mark: {n.min():,} to {n.max():,}."
