"""Agreement inside each couple over the items of a scale: r_wg and average deviation, as means over couples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.couples import Couples
from analysis.estimation.notes import joined, of_mean
from analysis.estimation.omegas import NOT_ORDERED
from analysis.estimation.score_pairs import Found
from analysis.guards import FEWEST_COUPLES
from analysis.instrument.codebook import Item
from analysis.stats.moments import complete_rows
from analysis.stats.value import Array, Value
from analysis.stats.withincouple import uniform_deviation, within_couple

PLACES = (("rwg", ""), ("rwg", "linear"), ("average_deviation", ""))
OVER_COUPLES = "mean over couples, t interval"
BEYOND = "some couples differ more than chance, which counts as 0 here: read variant linear"


def within_couples(couples: Couples, items: Sequence[Item]) -> tuple[int, list[Found]]:
    """Return the number of couples complete on the items, and r_wg, its linear form and the average deviation."""
    answers = couples.answers([item.name for item in items])
    complete = answers[complete_rows(answers.reshape(len(answers), -1))]
    why = _why_not(items, answers[np.isfinite(answers)], len(complete))
    if why:
        return len(complete), [Found(statistic, Value(np.nan), "", why, variant) for statistic, variant in PLACES]
    return len(complete), list(_of_complete(complete, items, couples.settings.confidence))


def _why_not(items: Sequence[Item], known: Array, n: int) -> str:
    if any(item.bounds is None for item in items) or (known != np.round(known)).any():
        return NOT_ORDERED
    if n < FEWEST_COUPLES:
        return f"couples with both partners complete on all items: {n}; {FEWEST_COUPLES} are needed"
    return ""


def _of_complete(answers: Array, items: Sequence[Item], confidence: float) -> Iterator[Found]:
    categories = np.array([int(item.bounds[1] - item.bounds[0]) + 1 for item in items if item.bounds])
    found, n = within_couple(answers[:, 0], answers[:, 1], categories, confidence), len(answers)
    deviation = f"|x - y| / 2, mean over items; null {uniform_deviation(categories):.2f}: every answer equally likely"
    beyond = BEYOND if found.beyond_chance > 0 else ""
    for (statistic, variant), value, method, note in (
        (PLACES[0], found.rwg, "r_wg(j), null: every answer equally likely", beyond),
        (PLACES[1], found.rwg_linear, "1 - u, null: every answer equally likely", ""),
        (PLACES[2], found.average_deviation, deviation, ""),
    ):
        plain = value._replace(test=np.nan, df=np.nan, p=np.nan)
        yield Found(statistic, plain, f"{method}; {OVER_COUPLES}", joined(of_mean(value, n), note), variant)
