"""One reliability over the persons of two roles: refused with the reason (rules W3, W4), unless the study allows it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.couples import Couples
from analysis.estimation.alphas import alphas
from analysis.estimation.notes import joined
from analysis.estimation.omegas import omegas
from analysis.estimation.samples import BOTH, Sample
from analysis.estimation.scales import Answers, answers
from analysis.results import Row, row
from analysis.rules import allows, clause, rules
from analysis.stats.concordance import paired_difference

STATISTICS = ("alpha_pooled", "omega_pooled")
UNLIKE = 0.05  # of p, from which the roles' means count as different
ALLOWED = "allowed by study.toml ({})"
NOT_ASKED = "omega_categorical is that of each role"


def pooled(couples: Couples) -> list[Row]:
    """Return alpha_pooled and omega_pooled of two roles together: empty with the reason, or what the study allows.

    With ``pooled-reliability`` under allow they are given for each scale, couples as clusters, except where the means
    of the roles differ (paired t, p at most .05): these need ``pooled-unequal-means`` as well. Without roles there are
    none here, as reliability itself has them.
    """
    if couples.roles is None:
        return []
    if not allows(couples.settings.allow, "W3"):
        return [row("reliability", statistic, partner=BOTH, note=clause("W3")) for statistic in STATISTICS]
    everyone = Sample(BOTH, (0, 1), "", np.ones(couples.n, dtype=bool))
    return [
        line
        for code in couples.codebook.codes_with_items
        for line in _of_scale(couples, answers(couples, everyone, code))
    ]


def _of_scale(couples: Couples, scale: Answers) -> Iterator[Row]:
    unlike = _means_differ(couples, scale.code)
    reason = scale.too_little or (clause("W4") if unlike and not allows(couples.settings.allow, "W4") else "")
    if reason:
        yield from (row("reliability", statistic, **scale.at, note=reason) for statistic in STATISTICS)
        return
    used = [rules()[rule].name for rule in ("W3", *(("W4",) if unlike else ()))]
    for line in (*alphas(scale), *omegas(scale, NOT_ASKED, None, categorical=False)):
        if line["statistic"] in STATISTICS:
            yield line | {"note": joined(line["note"], ALLOWED.format(", ".join(used)))}


def _means_differ(couples: Couples, code: str) -> bool:
    scores = couples.scored([code])[:, :, 0]
    x, y = scores[np.isfinite(scores).all(axis=1)].T
    return bool(paired_difference(x, y, couples.settings.confidence).mean.p <= UNLIKE)
