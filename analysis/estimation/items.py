"""Items: what each question did, and how it fits its scale, by partner. Nothing is flipped or dropped here."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, nan

import numpy as np

from analysis.couples import Couples
from analysis.errors import first_of
from analysis.estimation.cautions import allowed
from analysis.estimation.compositions import by_composition
from analysis.estimation.notes import constant_items, joined, no_interval, of_finished, of_mean, of_one_factor
from analysis.estimation.samples import Sample, counts, samples
from analysis.estimation.scales import Answers, each_scale
from analysis.guards import refusal
from analysis.instrument.codebook import Item
from analysis.results import Estimates, Row, row
from analysis.stats.consistency import alpha_if_dropped_clustered, first_component, item_rest_r_clustered
from analysis.stats.factor import OneFactor, fit_one_factor, omega
from analysis.stats.moments import covariance, is_constant, mean_clustered, mean_t, sd, skewness
from analysis.stats.value import Value

NO_VARIANCE = "the other items do not vary, or their covariances sum to 0"
CONSTANT = "the item or the sum of the others is constant"
ONE_LEFT = "fewer than two items would be left"
NO_COMPONENT = "so there are no correlations to take a component from"
IN_SCALE = ("item_rest_r", "alpha_if_dropped", "omega_if_dropped", "loading", "component_loading")
AGAINST_KEY = "it runs against the declared key"
REMEDY = (
    "Compare keyed and stored in the codebook with the wording; nothing was flipped. A right key may run against its "
    "scale where few persons answered or the item is poor."
)


@by_composition
def items(couples: Couples) -> Estimates:
    """Return the item table: what every item's own answers say, and how it goes with the rest of its scale.

    Rows of section ``items``, one statistic an item a partner. Answers are after reversing. mean, sd, skew, floor,
    ceiling and missing use every answered cell; the rest use persons complete on all scored items of the scale, so
    their n may be smaller: item_rest_r (interval by influence function on Fisher's z), alpha_if_dropped and
    omega_if_dropped (intervals as those of alpha and omega), loading (of the one-factor model) and component_loading
    (on the first principal component). An item whose item_rest_r or component_loading is negative runs against its
    declared key: it is named, never flipped.

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
    In simulated couples (50 to 200; docs/calibration.md) 95 % intervals held the truth in .93 to .95 with symmetric
    answers and in .91 to .95 with skewed ones; where a tenth of the answers was missing in .92 to .95 and .90 to
    .95. Do not drop or flip items to raise alpha: that capitalises on chance and changes what is measured.

    Examples
    --------
    >>> import analysis as an
    >>> table = an.items(an.make_couples(50, seed=1))
    >>> table.where(item="H1_1", partner="woman", statistic=["mean", "item_rest_r", "alpha_if_dropped"])
    scale item partner statistic        estimate interval     df  n
    H1    H1_1 woman   mean                 3.88 [3.58, 4.18] 49 50
    H1    H1_1 woman   item_rest_r           .46 [.25, .63]      50
    H1    H1_1 woman   alpha_if_dropped      .73 [.58, .82]      50
    """
    text = refusal("items", couples)
    if text:
        return Estimates((), [text])
    rows: list[Row] = []
    for sample in samples(couples):
        for scale in each_scale(couples, sample):
            everything = [item for item in couples.codebook.items if item.scale == scale.code]
            rows += [line for item in everything for line in _answers(couples, sample, item)]
            rows += list(_in_scale(scale))
    return Estimates(rows, [*of_finished(couples, "item statistics"), *_key_audit(couples, rows), *allowed(couples)])


def _key_audit(couples: Couples, rows: list[Row]) -> list[str]:
    """Return the sentence that names items which run against their declared key, and what to do.

    Those whose numbers may not be shown are named in the rows alone.
    """
    fewest = 0 if couples.settings.open else couples.settings.threshold
    against = [line for line in rows if AGAINST_KEY in line["note"] and line["n_couples"] >= fewest]
    found = dict.fromkeys((line["item"], line["partner"]) for line in against)
    if not found:
        return []
    words = (
        f"Items that run against their declared key: {first_of([f'{item} ({who})' for item, who in found])}. {REMEDY}"
    )
    return [words]


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
        note=empty or of_mean(mean, at["n_couples"]),
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


def _in_scale(scale: Answers) -> Iterator[Row]:
    """Yield how each scored item goes with the rest of its scale, and whether that fits its declared key."""
    if scale.too_little:
        for item in scale.items:
            for statistic in IN_SCALE:
                yield row("items", statistic, **scale.at, item=item.name, note=scale.too_little)
        return
    with_rest = item_rest_r_clustered(scale.x, scale.couple, scale.confidence)
    without_item = alpha_if_dropped_clustered(scale.x, scale.couple, scale.confidence)
    fit = fit_one_factor(covariance(scale.x, ddof=0))
    component = first_component(scale.covariance)
    for j, item in enumerate(scale.items):
        at: Row = {**scale.at, "item": item.name}
        yield _row("item_rest_r", at, with_rest[j], CONSTANT, _key_note(with_rest[j].estimate))
        yield _row("alpha_if_dropped", at, without_item[j], ONE_LEFT if scale.k == 2 else NO_VARIANCE)
        yield _omega_without(scale, j, at)
        yield _loading(scale, fit, j, at)
        why = f"{constant_items(scale.constant)}, {NO_COMPONENT}" if scale.constant else _key_note(component[j])
        yield row("items", "component_loading", **at, estimate=float(component[j]), note=why)


def _loading(scale: Answers, fit: OneFactor, j: int, at: Row) -> Row:
    if scale.singular:
        return row("items", "loading", **at, note=scale.singular)
    estimate = float(fit.standardized[j])
    return row("items", "loading", **at, estimate=estimate, note=of_one_factor(fit, scale.constant))


def _row(statistic: str, at: Row, value: Value, undefined: str, note: str = "") -> Row:
    why = "" if isfinite(value.estimate) else undefined
    return row("items", statistic, **at, **value._asdict(), note=joined(why, note, no_interval(value)))


def _key_note(value: float) -> str:
    return AGAINST_KEY if value < 0 else ""


def _omega_without(scale: Answers, j: int, at: Row) -> Row:
    if scale.singular:
        return row("items", "omega_if_dropped", **at, note=scale.singular)
    others = np.delete(scale.x, j, axis=1)
    value, fit = omega(others, scale.couple, scale.confidence, clustered=scale.clustered)
    constant = [name for name in scale.constant if name != scale.items[j].name]
    why = joined(of_one_factor(fit, constant), no_interval(value))
    return row("items", "omega_if_dropped", **at, **value._asdict(), note=why)
