"""Items: how often partners give the same answer, beyond what chance and shared habits of answering make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np

from analysis.couples import Couples
from analysis.estimation.adjustment import adjusted, adjustment
from analysis.estimation.cautions import allowed, of_answers
from analysis.estimation.compositions import by_composition
from analysis.estimation.item_alphas import ALPHAS, Alpha, alphas
from analysis.estimation.notes import MID_P, PERFECT, TOO_FLAT, joined, of_finished
from analysis.estimation.omegas import MOST_CATEGORIES, NOT_ORDERED
from analysis.estimation.random_couples import beside
from analysis.estimation.samples import BOTH
from analysis.estimation.score_pairs import COMPARISONS
from analysis.guards import FEWEST_COUPLES, refusal
from analysis.instrument.codebook import Item
from analysis.results import NOT_SHOWN, Estimates, Row, row
from analysis.rules import clause
from analysis.stats.benchmark import Benchmark, benchmark_items
from analysis.stats.categorical import SCHEMES, corrected_value, exact, share_value, within_1
from analysis.stats.contingency import cells, margins, symmetrised, tables
from analysis.stats.marginals import bhapkar, stuart_maxwell, swapped_p
from analysis.stats.moments import mean_t
from analysis.stats.polychoric import partner_polychoric
from analysis.stats.resampling import stream
from analysis.stats.value import Array, Value

SHARES = {"exact": exact, "within_1": within_1}
OF_ROLES = ("stuart_maxwell", "bhapkar")
STATISTICS = (*SHARES, "mean_abs_difference", *SCHEMES, *ALPHAS, "polychoric_r")
MOSTLY_ONE = 0.9  # share of one category from which a kappa says little
FAMILY = ("scale", "statistic", "variant")
ACROSS = "the items of a scale, for each statistic"
DECLARED = "on the declared categories"
TOO_MANY = f"answers have more than {MOST_CATEGORIES} categories: compare the scale's scores"
ONE_ANSWER = "everybody gave the same answer, or a partner always did"
ALWAYS_0 = "a partner always gave the same answer, which makes it 0 whatever the other answered: no interval"
NO_CHANGE = "no couple differs, so there is nothing to test"
NO_BHAPKAR = (
    f"{NOT_SHOWN}: below .05 in .07 to .09 of simulated samples of 50 couples in which it should be in .05; read "
    "variant permutation"
)


@dataclass(frozen=True)
class Answered:
    """One item's answers of couples complete on it: the table of both partners' categories, first partner in rows."""

    item: Item
    pairs: Array
    table: Array

    @property
    def n(self) -> int:
        """How many couples answered it on both sides."""
        return len(self.pairs)


@by_composition
def item_agreement(couples: Couples) -> Estimates:
    """Return how far the two partners' answers to each item agree, beside what they do for random couples.

    Rows of section ``agreement`` with ``item``; ``comparison`` is ``similarity`` for items about oneself and
    ``agreement`` for items about the couple. exact, within_1 (Wilson's interval), mean_abs_difference, kappa,
    kappa_linear, kappa_quadratic (non-null standard error), ac1, ac2, brennan_prediger, krippendorff_ordinal,
    krippendorff_interval and polychoric_r, all on the declared categories; with roles also stuart_maxwell and bhapkar:
    whether both partners use the categories alike. Exchangeable partners have the symmetrised coefficients.

    Beside each index but polychoric_r stands variant ``pseudo``: estimate = the index over all pairs of persons who are
    no couple, se = its SD over random re-pairings (exact), p = two-sided permutation p of the couples' value, mid-p in
    its note. stuart_maxwell's and bhapkar's variant ``permutation`` has the p of swapping partners within couples.

    Parameters
    ----------
    couples : Couples

    Returns
    -------
    Estimates
        n counts couples with both answers. Answers are after reversing.

    Notes
    -----
    A share of equal answers is high where everybody answers alike, whoever is paired with whom: never read it without
    its random couples. Partners who answer about themselves are not raters of one thing: a kappa is no reliability
    here. Mirrored items are compared as scores by :func:`analysis.agreement`. In simulated couples
    (docs/calibration.md) 95 % intervals of the unweighted kappa, AC1 and krippendorff_ordinal held the truth in .94 to
    .95 at 50 couples, of krippendorff_interval in .93, of the quadratic kappa, AC2 and Brennan-Prediger in .90 to .93
    and of polychoric_r in .90 to .91; at 100 in .94 to .95, .94, .92 to .94 and .93. Krippendorff's intervals are BCa,
    couples drawn whole; resamples in which all answers are the same have no alpha and are counted in the note.
    Sources: Fleiss, Cohen & Everitt (1969), https://doi.org/10.1037/h0028106; Gwet (2008),
    https://doi.org/10.1348/000711006X126600; Kenny & Acitelli (1994), https://doi.org/10.1037/0893-3200.8.4.417.

    Examples
    --------
    >>> import analysis as an
    >>> table = an.item_agreement(an.make_couples(80, seed=1))
    >>> table.where(item="H1_1", statistic=["exact", "kappa_quadratic"])
    scale item partner comparison statistic       variant estimate interval       p p_adjusted  n note
    H1    H1_1 both    agreement  exact                        28% [19%, 38%]                  80
    H1    H1_1 both    agreement  exact           pseudo       28%             .895       .895 80 1
    H1    H1_1 both    agreement  kappa_quadratic              .17 [−.02, .36]                 80
    H1    H1_1 both    agreement  kappa_quadratic pseudo       .00             .108       .186 80 2
    (1) mid-p = .8471
    (2) mid-p = .1019
    p_adjusted: Holm across the items of a scale, for each statistic; p itself is not adjusted.
    Partners who report on themselves are no raters of one thing: ...
    """
    text = refusal("agreement", couples)
    if text:
        return Estimates((), [text])
    asked = [item for item in couples.codebook.items if item.scored]
    refused = {item.name: _refused(couples, item) for item in asked}
    answered = [_answered(couples, item) for item in asked if not refused[item.name]]
    random, of_alpha = _random_couples(couples, answered), alphas(couples, [one.item for one in answered])
    rows: list[Row] = []
    for item in asked:
        if refused[item.name]:
            rows += [row("agreement", name, **_place(item), note=refused[item.name]) for name in _statistics(couples)]
        else:
            place = [one.item for one in answered].index(item)
            rows += _of_item(couples, answered[place], of_alpha, random, place)
    adjust = couples.settings.adjust
    rows = adjusted(rows, FAMILY, adjust)
    notes = [*of_finished(couples, "item agreement"), *adjustment(rows, ACROSS, adjust)]
    notes += of_answers([one.table for one in answered], (one.item.referent for one in answered))
    return Estimates(rows, [*notes, *allowed(couples)])


def _statistics(couples: Couples) -> tuple[str, ...]:
    return (*STATISTICS, *OF_ROLES) if couples.roles else STATISTICS


def _place(item: Item) -> Row:
    return {"scale": item.scale, "item": item.name, "partner": BOTH, "comparison": COMPARISONS[item.referent]}


def _refused(couples: Couples, item: Item) -> str:
    """Return why an item's answers are no categories, or too few; or an empty string."""
    answers = couples.answers([item.name])[:, :, 0]
    known = answers[np.isfinite(answers)]
    if item.bounds is None or (known != np.round(known)).any():
        return NOT_ORDERED
    if item.bounds[1] - item.bounds[0] >= MOST_CATEGORIES:
        return TOO_MANY
    n = int(np.isfinite(answers).all(axis=1).sum())
    return f"couples with both answers: {n}; {FEWEST_COUPLES} are needed" if n < FEWEST_COUPLES else ""


def _answered(couples: Couples, item: Item) -> Answered:
    low, high = item.bounds or (0.0, 0.0)
    pairs = couples.answers([item.name])[:, :, 0] - low
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    categories = int(high - low) + 1
    return Answered(item, pairs, tables(cells(pairs[:, 0], pairs[:, 1], categories), categories))


def _random_couples(couples: Couples, answered: list[Answered]) -> dict[str, Benchmark]:
    """Return what each index of each item is for random couples, from the same re-pairings for all items."""
    if not answered:
        return {}
    items = [one.item for one in answered]
    low = np.array([item.bounds[0] for item in items if item.bounds])
    return benchmark_items(
        couples.answers([item.name for item in items]) - low + 1,
        np.array([len(one.table) for one in answered]),
        couples.strata,
        couples.settings.confidence,
        exchangeable=couples.roles is None,
        resamples=couples.settings.resamples,
        rng=stream(couples.settings.seed, "item agreement"),
    )


def _of_item(
    couples: Couples, one: Answered, of_alpha: dict[tuple[str, str], Alpha], random: dict[str, Benchmark], place: int
) -> Iterator[Row]:
    at: Row = {
        **_place(one.item), "n_couples": one.n, "n_persons": 2 * one.n, "confidence": couples.settings.confidence,
    }  # fmt: skip
    caution = clause("W22") if _mostly_one(one.table) else ""
    for statistic, value, method, known in _values(couples, one, of_alpha):
        note = joined(known or _why(value), caution if statistic in SCHEMES or statistic in ALPHAS else "")
        yield row("agreement", statistic, **at, **value._asdict(), method=method, note=note)
        if statistic in random:
            mid = _mid_p(random[statistic], place)
            yield beside(statistic, at, random[statistic], place, couples.settings.resamples, ONE_ANSWER, mid)
    if couples.roles:
        yield from _margins(couples, one, at)


def _mostly_one(table: Array) -> bool:
    used = np.sum(margins(table), axis=0)
    return bool(used.max() >= MOSTLY_ONE * used.sum())


def _values(
    couples: Couples, one: Answered, of_alpha: dict[tuple[str, str], Alpha]
) -> Iterator[tuple[str, Value, str, str]]:
    """Yield each index of one item with how it was made, and what is known of its resamples."""
    confidence, categories = couples.settings.confidence, len(one.table)
    table = one.table if couples.roles else symmetrised(one.table)
    symmetric = "" if couples.roles else ", symmetrised"
    for statistic, share in SHARES.items():
        yield statistic, share_value(one.table, share, confidence), "Wilson's interval", ""
    distance = mean_t(np.abs(one.pairs[:, 0] - one.pairs[:, 1]), confidence)._replace(test=np.nan, df=np.nan, p=np.nan)
    yield "mean_abs_difference", distance, "t interval, in points of the answers", ""
    for statistic, scheme in SCHEMES.items():
        value = corrected_value(table, scheme(categories), confidence)
        yield statistic, value if value.se != 0 else Value(value.estimate, se=value.se), DECLARED + symmetric, ""
    for statistic in ALPHAS:
        value, method, known = of_alpha[one.item.name, statistic]
        yield statistic, value, joined(DECLARED, method), known
    yield "polychoric_r", partner_polychoric(table, confidence), "two-step, interval on Fisher's z" + symmetric, ""


def _why(value: Value) -> str:
    """Return why an index or its interval is empty, or what to know of it; or an empty string."""
    if not isfinite(value.estimate):
        return ONE_ANSWER
    if isfinite(value.lower):
        return ""
    if value.estimate == 0 and value.se == 0:
        return ALWAYS_0
    return PERFECT if value.estimate == 1 else TOO_FLAT


def _mid_p(random: Benchmark, place: int) -> str:
    """Return the mid-p of an index in words, or an empty string; all indices of answers in categories are discrete."""
    mid = float(random.mid_p[place])
    return f"{MID_P} = {mid:.4f}".replace("0.", ".") if isfinite(mid) else ""


def _margins(couples: Couples, one: Answered, at: Row) -> Iterator[Row]:
    """Yield the tests of equal use of the categories, each with the p of swapping partners."""
    settings = couples.settings
    p = swapped_p(one.table, settings.resamples, stream(settings.seed, "swapped answers", one.item.name))
    for statistic, value in (("stuart_maxwell", stuart_maxwell(one.table)), ("bhapkar", bhapkar(one.table))):
        there = isfinite(value.estimate)
        caution = NO_BHAPKAR if statistic == "bhapkar" else ""
        yield row("agreement", statistic, **at, **value._asdict(), note=caution if there else NO_CHANGE)
        method = f"{settings.resamples:,} random swaps of the partners within couples"
        swapped = Value(value.estimate, test=value.test, df=value.df, p=p if there else np.nan)
        yield row(
            "agreement", statistic, variant="permutation", **at, **swapped._asdict(), method=method,
            note="" if there else NO_CHANGE,
        )  # fmt: skip
