"""Alpha as it is read: with its interval, and what to know of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.estimation.notes import joined, no_interval
from analysis.estimation.scales import Answers
from analysis.results import Row, row
from analysis.stats.consistency import alpha_clustered, alpha_feldt
from analysis.stats.value import Value

IDENTICAL = "the items differ from each other by nothing but a constant: no interval"
NO_VARIANCE = "no item varies, or the covariances sum to 0"


def alphas(scale: Answers) -> Iterator[Row]:
    """Yield alpha of a scale, of variant ``feldt`` too where no couple has two persons in it."""
    statistic = "alpha_pooled" if scale.clustered else "alpha"
    value = alpha_clustered(scale.x, scale.couple, scale.confidence)
    method = "influence function on ln(1 - alpha)" + (", couples as clusters" if scale.clustered else "")
    note = _alpha_note(value, scale.constant)
    yield row("reliability", statistic, **scale.at, **value._asdict(), method=method, note=note)
    if not scale.clustered:
        value = alpha_feldt(scale.x, scale.confidence)
        note = _alpha_note(value, scale.constant)
        at = scale.at | value._asdict()
        yield row("reliability", statistic, variant="feldt", **at, method="Feldt's F", note=note)


def _alpha_note(value: Value, constant: list[str]) -> str:
    """Return which items are constant, and why alpha or its interval is empty."""
    named = f"constant, and counted in k: {', '.join(constant)}" if constant else ""
    if not np.isfinite(value.estimate):
        return joined(named, NO_VARIANCE)
    return joined(named, IDENTICAL if value.estimate == 1 else no_interval(value))
