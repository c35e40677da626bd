"""Truth and bias: what a perception follows, the partner's own word or the perceiver's."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

import numpy as np

from analysis.couples import Couples
from analysis.estimation.notes import NO_DIFFERENCE
from analysis.estimation.samples import BOTH
from analysis.estimation.score_differences import NO_TEST, with_spread
from analysis.estimation.score_pairs import SELF_OTHER, Mirrors, mirrors_of
from analysis.results import Row, row
from analysis.stats.truthbias import truth_bias
from analysis.stats.value import Array, Value

FEWEST = 4  # two slopes and a mean leave nothing of three perceivers
METHODS = {
    "accuracy": "slope of perceived on the partner's own, beside bias; couples left out",
    "bias": "slope of perceived on the perceiver's own, beside accuracy; couples left out",
    "directional_bias": "mean perceived minus mean of the partner's own",
}
ALIKE = "own answers do not vary, or both partners' are the same up to a line"
ONE_COUPLE = "one couple alone makes a slope, or nothing is left of the answers beside the two: no interval"


def perceptions(couples: Couples, code: str) -> Iterator[Row]:
    """Yield accuracy, bias and directional bias on a scale's mirrored items, by who perceives where there are roles."""
    mirrors = mirrors_of(couples, code)
    if mirrors is None:
        return
    if not couples.roles:
        yield from _of_perceivers(couples, code, mirrors, [0, 1], BOTH)
        return
    for slot, role in enumerate(couples.roles):
        yield from _of_perceivers(couples, code, mirrors, [slot], role)


def _of_perceivers(couples: Couples, code: str, mirrors: Mirrors, slots: list[int], partner: str) -> Iterator[Row]:
    perceived, truth, own = mirrors.perceived[:, slots], mirrors.own[:, ::-1][:, slots], mirrors.own[:, slots]
    perceivers = _complete(perceived, truth, own)
    n = int(perceivers.any(axis=1).sum())
    at: Row = {
        "scale": code, "comparison": SELF_OTHER, "partner": partner, "confidence": couples.settings.confidence,
        "n_couples": n, "n_persons": 2 * n,
    }  # fmt: skip
    found = truth_bias(perceived, truth, own, couples.settings.confidence)
    clusters = "; couples as clusters" if len(slots) > 1 else ""
    for (statistic, method), value in zip(METHODS.items(), found, strict=True):
        shown = value if statistic == "directional_bias" else with_spread(value)
        note = _note(statistic, shown, int(perceivers.sum()))
        yield row("agreement", statistic, **at, **shown._asdict(), method=method + clusters, note=note)


def _complete(*parts: Array) -> Array:
    return np.asarray(np.isfinite(parts).all(axis=0))


def _note(statistic: str, value: Value, perceivers: int) -> str:
    """Return why a force, or its interval, is empty; or an empty string."""
    if isfinite(value.lower) and isfinite(value.p):
        return ""
    if perceivers < FEWEST:
        return f"perceivers with all three scores: {perceivers}; {FEWEST} are needed"
    if statistic == "directional_bias":
        return NO_TEST if isfinite(value.estimate) else NO_DIFFERENCE
    return ONE_COUPLE if isfinite(value.estimate) else ALIKE
