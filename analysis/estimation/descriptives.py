"""Describe: means and spreads of scores, and how they hang together within persons and across partners."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import sqrt

import numpy as np

from analysis.couples import Couples
from analysis.estimation.cautions import allowed
from analysis.estimation.compositions import by_composition
from analysis.estimation.notes import NO_DIFFERENCE, of_mean, why_no_interval
from analysis.estimation.samples import BOTH, Sample, counts, samples
from analysis.guards import refusal
from analysis.instrument.codebook import BLOCKS
from analysis.intake.scoring import without_range
from analysis.results import Estimates, Row, row
from analysis.stats.intervals import t_quantile
from analysis.stats.moments import complete_rows, difference, mean_clustered, mean_t, pearson, pearson_clustered, sd
from analysis.stats.value import Array, Value

BLOCK_CAUTION = "U5a and U5b are opposite poles: a person high on one and low on the other looks medium in this mean"


@by_composition
def describe(couples: Couples) -> Estimates:
    """Return Table 1 of a paper: mean, SD and n of each score by partner, and the correlations between scores.

    Rows of section ``describe``: scale_mean and scale_sd for scales, shown facets and blocks, by partner (and by group
    of couples); scale_floor and scale_ceiling for finished scores with declared bounds; for distinguishable couples
    scale_mean with variant ``within_couple``, whose interval compares the two partners; within_person_r and
    cross_partner_r for every pair of scales and for the two blocks.

    Parameters
    ----------
    couples : Couples

    Returns
    -------
    Estimates
        Means in scale points with t intervals; correlations from -1 to 1 with Fisher intervals on n couples. Where
        partners are exchangeable, one row for both, with couples as clusters.

    Notes
    -----
    The ``within_couple`` interval is Morey's: each couple's scores minus the couple's mean, plus the grand mean; the
    variance times 2. Do not compare it with 0 or with another scale. Source: Morey (2008),
    https://doi.org/10.20982/tqmp.04.2.p061.

    Examples
    --------
    >>> import analysis as an
    >>> table = an.describe(an.make_couples(50, seed=1))
    >>> table.where(scale="H1", statistic="scale_mean", variant="")
    scale partner statistic  estimate interval     df  n
    H1    woman   scale_mean     3.93 [3.73, 4.13] 49 50
    H1    man     scale_mean     3.72 [3.51, 3.93] 49 50
    """
    refusal("describe", couples)
    rows = [line for sample in samples(couples, by_group=True) for line in _moments(couples, sample)]
    if couples.roles:
        rows += [line for column in couples.columns for line in _within_couple(couples, column)]
    rows += list(_correlations(couples))
    return Estimates(rows, [*couples.codebook.notes, *allowed(couples)])


def _moments(couples: Couples, sample: Sample) -> Iterator[Row]:
    confidence = couples.settings.confidence
    for column in couples.columns:
        x, couple = sample.complete(couples.scored([column])[:, :, 0])
        at: Row = {"scale": column, "partner": sample.partner, "group": sample.group, **counts(couple)}
        caution = _caution(couples, column)
        mean = mean_clustered(x, couple, confidence) if sample.clustered else mean_t(x, confidence)
        mean = mean._replace(test=np.nan, p=np.nan)  # whether a mean is 0 is no question
        why = of_mean(mean, at["n_couples"]) if len(x) else _why_nobody(couples, column)
        yield row(
            "describe", "scale_mean", **at, **mean._asdict(), confidence=confidence, note=why or caution,
            method="t interval" + (", couples as clusters" if sample.clustered else ""),
        )  # fmt: skip
        why = "" if len(x) > 1 else "fewer than two persons"
        yield row("describe", "scale_sd", **at, estimate=sd(x), note=why or caution)
        yield from _at_bounds(couples, column, x, at)


def _at_bounds(couples: Couples, column: str, x: Array, at: Row) -> Iterator[Row]:
    """Yield which share of persons has the lowest and the highest score that is possible, for finished scores.

    Of a code that is there or not these are the shares without and with it.
    """
    book = couples.codebook
    bounds = book.bounds(column) if column in book.codes and book.finished(column) else None
    for name, bound in zip(("scale_floor", "scale_ceiling"), bounds or (), strict=False):
        share = float((x == bound).mean()) if len(x) else np.nan
        yield row("describe", name, **at, estimate=share, note="" if len(x) else _why_nobody(couples, column))


def _why_nobody(couples: Couples, column: str) -> str:
    lost = without_range(couples.codebook, column) if column in BLOCKS else []
    return (
        f"a block mean needs the declared range of each scale: {', '.join(lost)}"
        if lost
        else "nobody in it has this score"
    )


def _caution(couples: Couples, column: str) -> str:
    both_poles = {"U5a", "U5b"} <= set(couples.codebook.codes)
    return BLOCK_CAUTION if column == "block:unhealthy" and both_poles else ""


def _within_couple(couples: Couples, column: str) -> Iterator[Row]:
    """Yield both roles' means with the interval that compares them, over couples with both scores.

    A score less its couple's mean is half the couple's difference; twice the variance of that is half its variance.
    """
    scores = couples.scored([column])[:, :, 0]
    scores = scores[complete_rows(scores)]
    n = len(scores)
    at = {
        "variant": "within_couple", "scale": column, "n_couples": n, "n_persons": n,
        "method": "Morey's within-couple interval, couples with both scores",
    }  # fmt: skip
    if n < 2:
        for label in couples.partners:
            yield row("describe", "scale_mean", **at, partner=label, note=f"couples with both scores: {n}")
        return
    se = sd(difference(scores[:, 0], scores[:, 1])) / sqrt(2 * n)
    half = t_quantile(couples.settings.confidence, n - 1) * se if se > 0 else np.nan
    flat = "" if se > 0 else f"{NO_DIFFERENCE}: no interval"
    for label, mean in zip(couples.partners, scores.mean(axis=0).tolist(), strict=True):
        yield row(
            "describe", "scale_mean", **at, partner=label, estimate=mean, lower=mean - half, upper=mean + half,
            confidence=couples.settings.confidence, se=se, df=n - 1, note=flat or _caution(couples, column),
        )  # fmt: skip


def _correlations(couples: Couples) -> Iterator[Row]:
    codes = couples.codebook.codes
    pairs = list(combinations(codes, 2))
    blocks = [block for block in BLOCKS if block in couples.scores]
    if len(blocks) == 2:
        pairs.append((blocks[0], blocks[1]))
    for first, second in pairs:
        yield from _within_person(couples, first, second)
    if not couples.one_person:
        for first, second in pairs:
            yield from _cross_partner(couples, first, second)


def _correlation_row(
    couples: Couples, statistic: str, scale: str, partner: str, value: Value, n: dict[str, int]
) -> Row:
    undefined = "" if np.isfinite(value.estimate) else "a score is constant or too few persons have both"
    method = "Fisher interval on n couples" if partner != BOTH else "Fisher's z, couples as clusters"
    return row(
        "describe", statistic, scale=scale, partner=partner, **value._asdict(), confidence=couples.settings.confidence,
        **n, method=method, note=undefined or why_no_interval(value, n["n_couples"]),
    )  # fmt: skip


def _within_person(couples: Couples, first: str, second: str) -> Iterator[Row]:
    scores = couples.scored([first, second])
    for sample in samples(couples):
        x, couple = sample.complete(scores)
        value = _pearson(x[:, 0], x[:, 1], couple, couples, clustered=sample.clustered)
        yield _correlation_row(couples, "within_person_r", f"{first}+{second}", sample.partner, value, counts(couple))


def _cross_partner(couples: Couples, first: str, second: str) -> Iterator[Row]:
    scores = couples.scored([first, second])
    ways = [(scores[:, slot, 0], scores[:, 1 - slot, 1]) for slot in (0, 1)]
    couple = np.arange(couples.n)
    if not couples.roles:
        ways = [(np.concatenate([ways[0][0], ways[1][0]]), np.concatenate([ways[0][1], ways[1][1]]))]
        couple = np.tile(couple, 2)
    for label, (x, y) in zip(couples.partners if couples.roles else (BOTH,), ways, strict=True):
        kept = np.isfinite(x) & np.isfinite(y)
        value = _pearson(x[kept], y[kept], couple[kept], couples, clustered=not couples.roles)
        n = counts(couple[kept])["n_couples"]
        both = {"n_couples": n, "n_persons": 2 * n}
        yield _correlation_row(couples, "cross_partner_r", f"{first}+{second}", label, value, both)


def _pearson(x: Array, y: Array, couple: Array, couples: Couples, *, clustered: bool) -> Value:
    confidence = couples.settings.confidence
    return pearson_clustered(x, y, couple, confidence) if clustered else pearson(x, y, confidence)
