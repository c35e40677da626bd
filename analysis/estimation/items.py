"""Items: what each question did, and how it fits its scale, by partner. Nothing is flipped or dropped here."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan

import numpy as np

from analysis.couples import Couples
from analysis.estimation.notes import few_persons, of_finished, of_one_factor, why_no_interval
from analysis.estimation.samples import Sample, counts, samples
from analysis.guards import refusal
from analysis.instrument.codebook import Item
from analysis.results import Estimates, Row, row
from analysis.stats.consistency import alpha_if_dropped, item_rest_r, without
from analysis.stats.factor import fit_one_factor
from analysis.stats.moments import covariance, is_constant, mean_clustered, mean_t, sd, skewness

NO_VARIANCE = "the other items do not vary, or their covariances sum to 0"


def items(couples: Couples) -> Estimates:
    """Return the item table: mean, SD, skew, floor, ceiling, missing, item-rest r, alpha and omega if dropped, loading.

    Rows of section ``items``, one statistic an item a partner. Answers are after reversing. mean to missing use every
    answered cell; the rest use persons complete on all scored items of the scale, so their n may be smaller.

    Parameters
    ----------
    couples : Couples

    Returns
    -------
    Estimates
        floor, ceiling and missing are shares from 0 to 1 (of answers; of persons present); the others as in
        :func:`analysis.statistics.statistics`. Mirrored items and companions have no item-rest r, as they are in no
        score.

    Notes
    -----
    Do not drop or flip items to raise alpha: that capitalises on chance and changes what is measured.

    Examples
    --------
    >>> import analysis as an
    >>> table = an.items(an.make_couples(50, seed=1))
    >>> table.where(item="H1_1", partner="woman", statistic=["mean", "item_rest_r", "alpha_if_dropped"])
    scale item partner statistic        estimate interval     df  n
    H1    H1_1 woman   mean                 3.88 [3.60, 4.16] 49 50
    H1    H1_1 woman   item_rest_r           .68                 50
    H1    H1_1 woman   alpha_if_dropped      .83                 50
    """
    text = refusal("items", couples)
    if text:
        return Estimates((), [text])
    rows = []
    for sample in samples(couples):
        for code in couples.codebook.codes:
            if not couples.codebook.finished(code):
                rows += [
                    line
                    for item in couples.codebook.items
                    if item.scale == code
                    for line in _answers(couples, sample, item)
                ]
                rows += list(_in_scale(couples, sample, code))
    return Estimates(rows, of_finished(couples, "item statistics"))


def _answers(couples: Couples, sample: Sample, item: Item) -> Iterator[Row]:
    """Yield what one item's own answers say."""
    confidence = couples.settings.confidence
    persons, couple_of = sample.persons(couples.answers([item.name])[:, :, 0])
    present, _ = sample.persons(couples.present)
    there = np.isfinite(persons)
    x, couple = persons[there], couple_of[there]
    at: Row = {"scale": item.scale, "item": item.name, "partner": sample.partner, **counts(couple)}
    empty = "nobody answered it" if not len(x) else ""
    mean = mean_clustered(x, couple, confidence) if sample.clustered else mean_t(x, confidence)
    mean = mean._replace(test=nan, p=nan)
    yield row(
        "items", "mean", **at, **mean._asdict(), confidence=confidence,
        note=empty or why_no_interval(mean, at["n_couples"]),
        method="t interval" + (", couples as clusters" if sample.clustered else ""),
    )  # fmt: skip
    yield row("items", "sd", **at, estimate=sd(x), note=empty or ("" if len(x) > 1 else "a single answer"))
    constant = "the answers do not vary" if is_constant(x) else "fewer than three answers"
    skew = skewness(x)
    yield row("items", "skew", **at, estimate=skew, note=empty or ("" if np.isfinite(skew) else constant))
    for statistic, bound in (("floor", item.minimum), ("ceiling", item.maximum)):
        share = float((x == bound).mean()) if len(x) and bound is not None else nan
        yield row(
            "items", statistic, **at, estimate=share, note=empty or ("" if bound is not None else "no declared bound")
        )
    shown = counts(couple_of[present])
    missing = 1 - len(x) / shown["n_persons"] if shown["n_persons"] else nan
    yield row(
        "items", "missing", **(at | shown), estimate=missing, note="" if shown["n_persons"] else "nobody is present"
    )


def _in_scale(couples: Couples, sample: Sample, code: str) -> Iterator[Row]:
    """Yield how each scored item goes with the rest of its scale."""
    scored = couples.codebook.scored_items(code)
    x, couple = sample.complete(couples.cube(code))
    at = {"scale": code, "partner": sample.partner, **counts(couple)}
    k = len(scored)
    if k < 2 or len(x) <= k:
        reason = f"{code} has one item" if k == 1 else few_persons(len(x), k)
        for item in scored:
            for statistic in ("item_rest_r", "alpha_if_dropped", "omega_if_dropped", "loading"):
                yield row("items", statistic, **at, item=item.name, note=reason)
        return
    cov, ml = covariance(x), covariance(x, ddof=0)
    fit = fit_one_factor(ml)
    fits = [fit_one_factor(without(ml, j)) for j in range(k)]
    constant = np.diagonal(cov) == 0
    one_left = "fewer than two items would be left"
    alphas = alpha_if_dropped(cov)
    for j, (item, r) in enumerate(zip(scored, item_rest_r(cov), strict=True)):
        others = bool(np.delete(constant, j).any())
        for statistic, value, note in (
            ("item_rest_r", r, "" if np.isfinite(r) else "the item or the sum of the others is constant"),
            ("alpha_if_dropped", alphas[j], "" if np.isfinite(alphas[j]) else one_left if k == 2 else NO_VARIANCE),
            ("omega_if_dropped", fits[j].omega, of_one_factor(fits[j], constant=others)),
            ("loading", fit.standardized[j], of_one_factor(fit, constant=bool(constant.any()))),
        ):
            yield row("items", statistic, **at, item=item.name, estimate=float(value), note=note)
