"""Pairs of scales: are two of them one construct? Their latent correlation, and ratios of correlations beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from math import isfinite

import numpy as np

from analysis.couples import Couples
from analysis.display import MINUS
from analysis.errors import DataError, did_you_mean
from analysis.estimation.calibrated import reliability_note
from analysis.estimation.cautions import allowed
from analysis.estimation.compositions import by_composition
from analysis.estimation.notes import constant_items, joined, no_interval, of_finished
from analysis.estimation.progress import progress
from analysis.estimation.samples import Sample, samples
from analysis.estimation.scales import Answers, answers_to, items_of
from analysis.guards import refusal
from analysis.results import Estimates, Row, row
from analysis.stats.discriminant import htmt, htmt2, latent_r
from analysis.stats.value import Array, Value

TO_TELL_APART = ("H4+U1", "H2+H7", "H3+U2a", "U2b+U5b", "H6+U4")  # of the built-in scales, before reading a profile
MARKS = {
    0.9: ".9",
    1.0: "1",
}  # a latent correlation that may be as far from 0 leaves doubt that there are two constructs
TOO_FEW = "each of the two scales needs two items"
BEYOND = "the interval lies beyond {}"
BEYOND_1 = "the interval lies beyond 1, where no correlation can be: the two scales cannot be told apart"
NO_SOLUTION = "the two-factor model has no single solution on these answers"
NO_RATIO = "the correlations within a scale do not allow it"
OPPOSED = "some items of the two scales correlate against the others: compare the ratio of signed correlations"
APART = "outside the interval of latent_r: the two disagree, as they do where items load unequally; trust latent_r"


@by_composition
def scale_pairs(couples: Couples, pairs: Sequence[str] = ()) -> Estimates:
    """Return whether pairs of scales are one construct: latent correlation, HTMT and HTMT2, by partner.

    Rows of section ``reliability``, ``scale`` is ``A+B``: latent_r (two-factor ML, robust interval; its note says
    whether it holds .9 or 1, of either sign, or lies beyond), htmt (absolute correlations), htmt with variant
    ``signed``, htmt2 (geometric means).

    Parameters
    ----------
    couples : Couples
    pairs : sequence of str, optional
        Such as ``["H4+U1"]``; all pairs of scales by default.

    Returns
    -------
    Estimates
        n counts the persons complete on the items of both scales.

    Raises
    ------
    DataError
        If a pair is no two scales of the codebook joined by +.

    Notes
    -----
    In simulated couples (50 to 200; docs/calibration.md) 95 % intervals held the truth in .92 to .94 with symmetric
    answers and in .91 to .95 with skewed ones; where a tenth of the answers was missing in .87 to .94 and .83 to
    .94. Its p fell below .05 where nothing was there in .06 to .08 with symmetric answers and in .05 to .09 with
    skewed ones; where a tenth was missing in .07 to .13 and .07 to .16. So it stays in the frame and is not printed:
    read the interval.

    An interval that holds 1 cannot tell the scales apart; one that lies below 1 does not make
    them different enough for every use. The ratios have no interval: BCa intervals from resamples held the truth in
    only .85 to .94 of simulated samples, as absolute values and products bias them. Where HTMT
    and latent_r disagree (a ratio outside the interval; its note says so), items load unequally: HTMT takes equal
    loadings for granted, HTMT2 and latent_r do not.
    Sources: Ronkko & Cho (2022), https://doi.org/10.1177/1094428120968614; Henseler, Ringle & Sarstedt (2015),
    https://doi.org/10.1007/s11747-014-0403-8; Roemer, Schuberth & Henseler (2021),
    https://doi.org/10.1108/IMDS-02-2021-0082.

    Examples
    --------
    >>> import analysis as an
    >>> an.scale_pairs(an.make_couples(80, seed=1), ["H4+U1"]).where(partner="woman")
    scale partner statistic variant estimate interval      n note
    H4+U1 woman   latent_r              −.35 [−.59, −.11] 80 1
    H4+U1 woman   htmt                   .36              80
    H4+U1 woman   htmt      signed      −.36              80
    H4+U1 woman   htmt2                  .34              80
    (1) p not shown: below .05 in .06 to .09 of simulated samples of 50 and 100 couples in which it should be in .05
    """
    text = refusal("scale_pairs", couples)
    if text:
        return Estimates((), [text])
    chosen = _checked(couples, pairs) or list(combinations(couples.codebook.codes_with_items, 2))
    work = [(sample, *pair) for sample in samples(couples) for pair in chosen]
    rows = [line for unit in progress(work, "scale_pairs") for line in _of_pair(couples, *unit)]
    return Estimates(rows, [*of_finished(couples, "pairs"), *allowed(couples)])


def _checked(couples: Couples, pairs: Sequence[str]) -> list[tuple[str, str]]:
    codes = couples.codebook.codes_with_items
    known = [f"{a}+{b}" for a in codes for b in codes if a != b]
    for pair in pairs:
        if pair not in known:
            raise DataError(
                f"'{pair}' is no pair of scales; write two codes joined by +, such as '{known[0]}'."
                f"{did_you_mean(pair, known)}"
            )
    return [(first, second) for first, _, second in (pair.partition("+") for pair in dict.fromkeys(pairs))]


def _of_pair(couples: Couples, sample: Sample, first: str, second: str) -> Iterator[Row]:
    sizes = [len(items_of(couples.codebook, code)) for code in (first, second)]
    items = items_of(couples.codebook, first) + items_of(couples.codebook, second)
    both = answers_to(couples, sample, f"{first}+{second}", items)
    reason = TOO_FEW if min(sizes) < 2 else both.too_little or constant_items(both.constant)
    if reason:
        for statistic, variant in (("latent_r", ""), ("htmt", ""), ("htmt", "signed"), ("htmt2", "")):
            yield row("reliability", statistic, variant=variant, **both.at, note=reason)
        return
    latent = _latent(both, sizes[0])
    yield latent
    for ratio in _ratios(both, sizes[0]):
        yield ratio | {"note": joined(ratio["note"], APART if _outside(ratio, latent) else "")}


def _outside(ratio: Row, latent: Row) -> bool:
    """Return whether a ratio lies outside the latent correlation's interval; absolute ratios carry no sign."""
    signs = (1,) if ratio["variant"] == "signed" else (1, -1)
    known = all(isfinite(value) for value in (ratio["estimate"], latent["lower"], latent["upper"]))
    return known and not any(latent["lower"] <= sign * ratio["estimate"] <= latent["upper"] for sign in signs)


def signs_held(lower: float, upper: float, mark: float) -> list[int]:
    """Return with which signs an interval holds a mark: a scale scored the other way round has a correlation near -1.

    Examples
    --------
    >>> signs_held(0.85, 0.97, 0.9), signs_held(-1.1, -0.8, 1.0), signs_held(1.1, 1.4, 1.0)
    ([1], [-1], [])
    """
    return [sign for sign in (1, -1) if lower <= sign * mark <= upper]


def is_beyond(lower: float, upper: float, mark: float) -> bool:
    """Say whether an interval lies farther from 0 than a mark, on either side."""
    return lower > mark or upper < -mark


def _marked(value: Value) -> str:
    """Return which marks an interval holds, or which it lies beyond; or an empty string."""
    if is_beyond(value.lower, value.upper, 1.0):
        return BEYOND_1
    inside = [
        MINUS * (sign < 0) + text for mark, text in MARKS.items() for sign in signs_held(value.lower, value.upper, mark)
    ]
    beyond = [text for mark, text in MARKS.items() if is_beyond(value.lower, value.upper, mark)]
    held = f"the interval holds {' and '.join(inside)}" if inside else ""
    return joined(held, BEYOND.format(MINUS * (value.upper < 0) + beyond[0]) if beyond else "")


def _latent(both: Answers, k: int) -> Row:
    if both.singular:
        return row("reliability", "latent_r", **both.at, note=both.singular)
    cluster = both.couple if both.clustered else None
    value = latent_r(both.x[:, :k], both.x[:, k:], cluster, both.confidence)
    if not isfinite(value.estimate):
        return row("reliability", "latent_r", **both.at, note=NO_SOLUTION)
    size = reliability_note("latent_r") if isfinite(value.p) else ""
    note = joined(no_interval(value) or _marked(value), size)
    method = "two-factor ML, robust standard error" + (", couples as clusters" if both.clustered else "")
    return row("reliability", "latent_r", **both.at, **value._asdict(), method=method, note=note)


def _ratios(both: Answers, k: int) -> Iterator[Row]:
    ratios: dict[tuple[str, str], Callable[[Array], Array]] = {
        ("htmt", ""): lambda cov: htmt(cov, k),
        ("htmt", "signed"): lambda cov: htmt(cov, k, signed=True),
        ("htmt2", ""): lambda cov: htmt2(cov, k),
    }
    estimates = {key: float(ratio(both.covariance)) for key, ratio in ratios.items()}
    opposed = not np.isclose(abs(estimates["htmt", "signed"]), estimates["htmt", ""], rtol=1e-9, equal_nan=True)
    for (statistic, variant), estimate in estimates.items():
        note = joined("" if isfinite(estimate) else NO_RATIO, OPPOSED if opposed and not variant else "")
        yield row("reliability", statistic, variant=variant, **both.at, estimate=estimate, note=note)
