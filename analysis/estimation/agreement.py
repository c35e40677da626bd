"""Agreement: two partners' scores side by side, under the name that the items' referents allow.

Two answers about oneself can be similar; two answers about the couple can agree; an answer about the partner can agree
with what the partner says of him- or herself. Only the last is accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from analysis.couples import Couples
from analysis.estimation.adjustment import adjusted, adjustment
from analysis.estimation.perceptions import perceptions
from analysis.estimation.random_couples import beside, can_be_paired_anew, random_pairs
from analysis.estimation.score_coefficients import NO_VARIANCE, clustered, correlations, dependence
from analysis.estimation.score_differences import signed_differences, unsigned_differences
from analysis.estimation.score_pairs import ASSUMED, Found, Pair, score_pairs, sides
from analysis.estimation.within_couples import within_couples
from analysis.guards import refusal
from analysis.instrument.equivalence import equivalence_bound
from analysis.results import Estimates, Row, row
from analysis.stats.benchmark import Benchmark
from analysis.stats.value import Array

FAMILY = ("statistic", "comparison", "partner", "variant")
ACROSS = "the scales of one statistic, comparison, partner and variant"
ONE_SIDED = (
    "mirrored items are compared with nothing, as they and the items that they mirror are about the same person; "
    "one side needs the referent 'partner'."
)
NOT_ANEW = (
    "What exchangeable partners say of each other has no random couples beside it: each perceiver would have to be "
    "paired anew with two answers at once."
)
NO_EQUIVALENCE = (
    "Equivalence of means is not tested: partners are exchangeable, so their mean difference is 0 whatever they answer."
)


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
    pairs = list(score_pairs(couples))
    anew = [pair for pair in pairs if can_be_paired_anew(pair, couples)]
    random = random_pairs(couples, anew)
    places = {id(pair): place for place, pair in enumerate(anew)}
    rows = [line for pair in pairs for line in _of_pair(pair, couples, random, places.get(id(pair)))]
    rows += [line for code in couples.codebook.codes for line in perceptions(couples, code)]
    adjust = couples.settings.adjust
    rows = adjusted(rows, FAMILY, adjust)
    return Estimates(rows, [*_notes(couples, pairs), *adjustment(rows, ACROSS, adjust)])


def _notes(couples: Couples, pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield what is not compared, and why."""
    for code in couples.codebook.codes:
        about_partner, others = sides(couples, code)
        if bool(about_partner) != bool(others):
            yield f"{code}: {ONE_SIDED}"
    if not all(can_be_paired_anew(pair, couples) for pair in pairs):
        yield NOT_ANEW
    if couples.settings.equivalence and couples.roles is None:
        yield NO_EQUIVALENCE


def _of_pair(pair: Pair, couples: Couples, random: Mapping[str, Benchmark], place: int | None) -> Iterator[Row]:
    """Yield the rows of one comparison, each index of the scores with its random couples beside it."""
    x, y, couple = pair.complete
    n = len(np.unique(couple))
    at: Row = {
        "scale": pair.scale, "comparison": pair.comparison, "partner": pair.partner, "variant": pair.variant,
        "confidence": couples.settings.confidence, "n_couples": n,
        "n_persons": len(x) if pair.comparison == ASSUMED else 2 * n,
    }  # fmt: skip
    for found in _of_scores(pair, couples, x, y, couple):
        yield _row(found, at)
        if place is not None and not found.variant and found.statistic in random:
            undefined = found.note or NO_VARIANCE
            yield beside(found.statistic, at, random[found.statistic], place, couples.settings.resamples, undefined)
    if _same_scale(pair):
        n, inside = within_couples(couples, pair.items)
        for found in inside:
            yield _row(found, at | {"n_couples": n, "n_persons": 2 * n})


def _same_scale(pair: Pair) -> bool:
    return bool(pair.items) and not any(item.finished for item in pair.items)


def _row(found: Found, at: Row) -> Row:
    """Return a row at the place of a pair; its variant stands behind that of the pair."""
    variant = " ".join(filter(None, (at["variant"], found.variant)))
    level = 2 * at["confidence"] - 1 if found.statistic == "equivalence" else at["confidence"]
    place = at | {"variant": variant, "confidence": level}
    return row("agreement", found.statistic, **place, **found.value._asdict(), method=found.method, note=found.note)


def _of_scores(pair: Pair, couples: Couples, x: Array, y: Array, couple: Array) -> Iterator[Found]:
    confidence, exchangeable = couples.settings.confidence, couples.roles is None
    if exchangeable and pair.perceiving:
        yield from clustered(x, y, couple, confidence)
        return
    yield from correlations(x, y, confidence, exchangeable=exchangeable)
    if not pair.perceiving:
        yield from dependence(x, y, confidence)
    if couples.roles is None:
        yield from unsigned_differences(x, y, confidence)
        return
    bound = equivalence_bound(couples.settings.equivalence, pair.scale)
    sign = pair.sign(couples.roles)
    yield from signed_differences(x, y, confidence, sign=sign, widest=pair.widest, bound=bound)
