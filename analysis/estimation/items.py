"""Items: what each question did, and how it fits its scale, by partner. Nothing is flipped or dropped here."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan

import numpy as np

from analysis.couples import Couples
from analysis.estimation.samples import Sample, counts, samples
from analysis.guards import refusal
from analysis.instrument.codebook import Item
from analysis.results import Estimates, Row, row
from analysis.stats.consistency import alpha_if_dropped, item_rest_r, without
from analysis.stats.factor import FEWEST_ITEMS, fit_one_factor
from analysis.stats.intervals import mean_t
from analysis.stats.moments import covariance, mean_clustered, sd, skewness
from analysis.stats.value import Array


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
    scale item partner statistic        estimate     interval df  n
    H1    H1_1 woman   mean                 3.66 [3.38, 3.93] 49 50
    H1    H1_1 woman   item_rest_r           .64                 49
    H1    H1_1 woman   alpha_if_dropped      .74                 49
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
    return Estimates(rows)


def _answers(couples: Couples, sample: Sample, item: Item) -> Iterator[Row]:
    """Yield what one item's own answers say."""
    confidence = couples.settings.confidence
    persons, couple_of = sample.persons(couples.answers([item.name])[:, :, 0])
    present, _ = sample.persons(couples.present)
    there = np.isfinite(persons)
    x, couple = persons[there], couple_of[there]
    at = {"scale": item.scale, "item": item.name, "partner": sample.partner, **counts(couple)}
    empty = "nobody answered it" if not len(x) else ""
    mean = mean_clustered(x, couple, confidence) if sample.clustered else mean_t(x, confidence)
    mean = mean._replace(test=nan, p=nan)
    yield row("items", "mean", **at, **mean._asdict(), confidence=confidence, note=empty, method="t interval")
    yield row("items", "sd", **at, estimate=sd(x), note=empty or ("" if len(x) > 1 else "a single answer"))
    constant = f"all {len(x)} answers are {x[0]:g}" if len(x) and (x == x[0]).all() else "fewer than three answers"
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
        reason = (
            f"{code} has one item"
            if k == 1
            else f"{len(x)} persons are complete on {k} items; more than {k} are needed"
        )
        for item in scored:
            for statistic in ("item_rest_r", "alpha_if_dropped", "omega_if_dropped", "loading"):
                yield row("items", statistic, **at, item=item.name, note=reason)
        return
    cov, ml = covariance(x), np.cov(x, rowvar=False, bias=True)
    fit = fit_one_factor(ml)
    columns = {
        "item_rest_r": (item_rest_r(cov), "the item or the sum of the others is constant"),
        "alpha_if_dropped": (
            alpha_if_dropped(cov),
            "fewer than two items would be left" if k == 2 else "no variance is left",
        ),
        "omega_if_dropped": (_omega_if_dropped(ml), _no_omega(k - 1)),
        "loading": (fit.standardized if fit.converged else np.full(k, nan), _no_omega(k)),
    }
    for j, item in enumerate(scored):
        for statistic, (values, reason) in columns.items():
            note = "" if np.isfinite(values[j]) else reason
            yield row("items", statistic, **at, item=item.name, estimate=float(values[j]), note=note)


def _omega_if_dropped(ml: Array) -> Array:
    k = len(ml)
    return np.array([fit_one_factor(without(ml, j)).omega if k > FEWEST_ITEMS else nan for j in range(k)])


def _no_omega(k: int) -> str:
    if k < FEWEST_ITEMS:
        return f"a one-factor model needs {FEWEST_ITEMS} items"
    return "a constant item, or the one-factor model does not converge"
