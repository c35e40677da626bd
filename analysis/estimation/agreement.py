"""Agreement: two partners' scores side by side, under the name that the items' referents allow.

Two answers about oneself can be similar; two answers about the couple can agree; an answer about the partner can agree
with what the partner says of him- or herself. Only the last is accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.couples import Couples
from analysis.estimation.compositions import by_composition
from analysis.estimation.notes import NO_DIFFERENCE, PERFECT, why_no_interval
from analysis.estimation.samples import BOTH
from analysis.guards import FEWEST_COUPLES, refusal
from analysis.instrument.codebook import Item
from analysis.intake.scoring import mean_of_answered
from analysis.results import Estimates, Row, row
from analysis.stats import concordance as stats
from analysis.stats.moments import pearson, pearson_clustered
from analysis.stats.value import Array, Value

COMPARISONS = {"self": "similarity", "partner": "similarity", "couple": "agreement"}
PERCEIVING = ("self_other_agreement", "assumed_similarity")
NO_VARIANCE = "a partner's scores do not vary"
ONE_SIDED = (
    "mirrored items are compared with nothing, as they and the items that they mirror are about the same person; "
    "one side needs the referent 'partner'."
)
WITHOUT_INTERVAL = ("ccc_accuracy", "location_shift", "scale_shift", "d_z", "d_av")


@dataclass(frozen=True)
class Pair:
    """Two columns of scores to compare, one row a couple (or, both ways, one row a perceiver)."""

    scale: str
    comparison: str
    variant: str
    x: Array
    y: Array
    couple: Array
    partner: str = BOTH

    @property
    def complete(self) -> tuple[Array, Array, Array]:
        """The rows with both scores."""
        kept = np.isfinite(self.x) & np.isfinite(self.y)
        return self.x[kept], self.y[kept], self.couple[kept]


@by_composition
def agreement(couples: Couples) -> Estimates:
    """Return how alike the two partners' scores are, scale by scale.

    Rows of section ``agreement``. Column ``comparison`` says what is compared: ``similarity`` (answers about oneself,
    or each about the other), ``agreement`` (answers about the couple), ``self_other_agreement`` (an answer about the
    partner against the partner's own; ``partner`` is the one who perceives) and ``assumed_similarity`` (an answer
    about the partner against the same person's own). A scale of mixed referents is compared as a whole, and each
    referent's items beside it as variant ``self_items``, ``partner_items`` or ``couple_items``.

    Distinguishable: pearson_r, icc_1, icc_a1, icc_c1, icc_pairwise, ccc, ccc_accuracy, location_shift, scale_shift,
    mean_difference, d_z, d_av; differences are first role minus second, or perceived minus own. Exchangeable: icc_1 and
    icc_pairwise only, as nothing else is the same whoever comes first; self-other rows have pearson_r over perceivers.

    Parameters
    ----------
    couples : Couples

    Returns
    -------
    Estimates
        n counts couples with both scores; n_persons the persons who gave them, one a row in ``assumed_similarity``.
        Dependence may be negative; its p is two-sided.

    Notes
    -----
    A correlation is not agreement: it ignores a difference of means. Partners who describe themselves are not raters of
    one thing, so their difference is no error. Sources: McGraw & Wong (1996), https://doi.org/10.1037/1082-989X.1.1.30;
    Lin (1989), https://doi.org/10.2307/2532051; Kenny, Kashy & Cook (2006, ISBN 978-1572309869).

    Examples
    --------
    >>> import analysis as an
    >>> table = an.agreement(an.make_couples(80, seed=1))
    >>> table.where(scale="U1", statistic=["icc_1", "mean_difference"])
    scale partner comparison statistic       estimate interval          df      p  n
    U1    both    similarity icc_1                .36 [.15, .53]    79, 80 < .001 80
    U1    both    similarity mean_difference    −0.05 [−0.25, 0.15]     79   .596 80
    """
    text = refusal("agreement", couples)
    if text:
        return Estimates((), [text])
    sides = {code: _sides(couples, code) for code in couples.codebook.codes}
    notes = [
        f"{code}: {ONE_SIDED}" for code, (about_partner, others) in sides.items() if bool(about_partner) != bool(others)
    ]
    return Estimates([line for pair in _pairs(couples) for line in _compare(pair, couples)], notes)


def _pairs(couples: Couples) -> Iterator[Pair]:
    for code in couples.codebook.codes:
        yield from _same_items(couples, code)
    for code in couples.codebook.codes:
        yield from _mirrored(couples, code)


def _score(couples: Couples, items: list[Item]) -> Array:
    """Return the mean of the items for each partner, (couples, 2)."""
    answers = couples.answers([item.name for item in items])
    n, partners, k = answers.shape
    return mean_of_answered(answers.reshape(n * partners, k), couples.settings.minimum_answered).reshape(n, partners)


def _same_items(couples: Couples, code: str) -> Iterator[Pair]:
    """Yield the scale as a whole and, where its items differ in whom they are about, each kind beside it."""
    by_referent: dict[str, list[Item]] = {}
    for item in couples.codebook.scored_items(code):
        by_referent.setdefault(item.referent, []).append(item)
    whole = COMPARISONS[next(iter(by_referent))] if len(by_referent) == 1 else "similarity"
    couple, scores = np.arange(couples.n), couples.scored([code])[:, :, 0]
    yield Pair(code, whole, "", scores[:, 0], scores[:, 1], couple)
    if len(by_referent) > 1:
        for referent, items in by_referent.items():
            x, y = _score(couples, items).T
            yield Pair(code, COMPARISONS[referent], f"{referent}_items", x, y, couple)


def _sides(couples: Couples, code: str) -> tuple[list[Item], list[Item]]:
    """Return the scale's mirrors and the items that they mirror, those about the partner and the others."""
    mirrors = couples.codebook.mirror_items(code)
    originals = [couples.codebook.item(name) for name in dict.fromkeys(n for item in mirrors for n in item.mirrors)]
    both = [*mirrors, *originals]
    return [i for i in both if i.referent == "partner"], [i for i in both if i.referent != "partner"]


def _mirrored(couples: Couples, code: str) -> Iterator[Pair]:
    """Yield what each partner says of the other against what that one says, and against what they say of themselves."""
    about_partner, about_self = _sides(couples, code)
    if not about_partner or not about_self:
        return
    perceived, own = _score(couples, about_partner), _score(couples, about_self)
    couple = np.arange(couples.n)
    for comparison, other in (("self_other_agreement", own[:, ::-1]), ("assumed_similarity", own)):
        if couples.roles:
            for slot, role in enumerate(couples.roles):
                yield Pair(code, comparison, "", perceived[:, slot], other[:, slot], couple, role)
        else:
            yield Pair(code, comparison, "", perceived.T.ravel(), other.T.ravel(), np.tile(couple, 2))


def _compare(pair: Pair, couples: Couples) -> Iterator[Row]:
    x, y, couple = pair.complete
    n = len(np.unique(couple))
    at = {
        "scale": pair.scale, "comparison": pair.comparison, "variant": pair.variant, "partner": pair.partner,
        "confidence": couples.settings.confidence, "n_couples": n,
        "n_persons": len(x) if pair.comparison == "assumed_similarity" else 2 * n,
    }  # fmt: skip
    perceiving = pair.comparison in PERCEIVING
    if couples.roles:
        sign = "perceived minus own" if perceiving else f"{couples.roles[0]} minus {couples.roles[1]}"
        found = _of_two(x, y, couples.settings.confidence, sign)
    elif perceiving:
        r = pearson_clustered(x, y, couple, couples.settings.confidence)
        found = iter([("pearson_r", r, "Fisher's z, couples as clusters")])
    else:
        found = _order_free(x, y, couples.settings.confidence)
    for statistic, value, method in found:
        yield row("agreement", statistic, **at, **value._asdict(), method=method, note=_note(statistic, value, n))


def _order_free(x: Array, y: Array, confidence: float) -> Iterator[tuple[str, Value, str]]:
    """Yield what is the same whoever comes first."""
    yield "icc_1", stats.icc_1(x, y, confidence), "exact F interval on n couples, two-sided p"
    yield "icc_pairwise", stats.icc_pairwise(x, y, confidence), "double entry, Fisher interval on n couples"


def _of_two(x: Array, y: Array, confidence: float, sign: str) -> Iterator[tuple[str, Value, str]]:
    """Yield everything that compares a first score with a second."""
    yield from _order_free(x, y, confidence)
    yield "pearson_r", pearson(x, y, confidence), "Fisher interval on n couples"
    yield "icc_a1", stats.icc_a1(x, y, confidence), "McGraw and Wong interval, two-sided p"
    yield "icc_c1", stats.icc_c1(x, y, confidence), "exact F interval, two-sided p"
    lin = stats.concordance(x, y, confidence)
    yield "ccc", lin.ccc, "Lin's standard error on Fisher's z, moments with divisor n"
    yield "ccc_accuracy", Value(lin.accuracy), "CCC / r"
    yield "location_shift", Value(lin.location_shift), sign
    yield "scale_shift", Value(lin.scale_shift), sign.replace(" minus ", " over ")
    difference = stats.paired_difference(x, y, confidence)
    yield "mean_difference", difference.mean, f"{sign}; paired t"
    yield "d_z", Value(difference.d_z), f"{sign}; over the SD of the differences"
    yield "d_av", Value(difference.d_av), f"{sign}; over the mean of the two SDs"


def _note(statistic: str, value: Value, n: int) -> str:
    """Return why a number, its interval or its test is empty, or an empty string."""
    of_difference = statistic in ("mean_difference", "d_z")
    if not np.isfinite(value.estimate):
        if n < FEWEST_COUPLES:
            return f"couples with both scores: {n}; {FEWEST_COUPLES} are needed"
        return NO_DIFFERENCE if of_difference else NO_VARIANCE
    if statistic == "mean_difference" and value.se == 0:
        return f"{NO_DIFFERENCE}: no interval and no test"
    if statistic == "icc_a1" and not np.isfinite(value.lower):
        return PERFECT if not np.isfinite(value.p) else "Satterthwaite's degrees of freedom are below 1: no interval"
    return "" if statistic in WITHOUT_INTERVAL else why_no_interval(value, n)
