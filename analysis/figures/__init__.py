"""Figures: results or couples in, matplotlib Axes out; no statistic is computed here.

Every function accepts ``ax`` and leaves the alternative text, made from the numbers, as the Axes' label:
``ax.get_label()``.
"""

from __future__ import annotations

from analysis.figures.agreements import agreement
from analysis.figures.categories import categories
from analysis.figures.differences import differences
from analysis.figures.distinguishing import distinguishability
from analysis.figures.forests import reliability
from analysis.figures.heatmaps import item_correlations
from analysis.figures.items import item_map
from analysis.figures.likert import answers
from analysis.figures.planes import plane
from analysis.figures.profiles import profile
from analysis.figures.style import save

__all__ = [
    "agreement", "answers", "categories", "differences", "distinguishability", "item_correlations", "item_map", "plane",
    "profile", "reliability", "save",
]  # fmt: skip
