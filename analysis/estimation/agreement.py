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
    """Return how alike the two partners' scores are, scale by scale, each index beside its value for random couples.

    Rows of section ``agreement``. Column ``comparison`` says what is compared: ``similarity`` (answers about oneself,
    or each about the other), ``agreement`` (answers about the couple), ``self_other_agreement`` (an answer about the
    partner against the partner's own; ``partner`` is the one who perceives) and ``assumed_similarity`` (an answer
    about the partner against the same person's own). A scale of mixed referents is compared as a whole, and each
    referent's items beside it as variant ``self_items``, ``partner_items`` or ``couple_items``.

    Distinguishable partners have

    - pearson_r, icc_1, icc_a1, icc_c1, icc_pairwise, ccc (variant ``jackknife``: an interval that does not ask for
      normal scores), ccc_accuracy, krippendorff_interval, design_effect;
    - mean_difference, d_z, d_av, location_shift, scale_shift, sd_ratio (``jackknife``), mean_abs_difference, and with
      ``equivalence`` in study.toml two one-sided tests within those bounds. Differences are first role minus second,
      or perceived minus own, as ``method`` says;
    - loa_bias, loa_lower, loa_upper (limits of agreement; ``jackknife``; ``quantile``: where 2.5 and 97.5 of 100
      couples are, whatever the shape), loa_slope and loa_heteroscedasticity (``robust``);
    - rwg (``linear``) and average_deviation over the items inside each couple, their means over couples;
    - on mirrored items accuracy, bias and directional_bias: how far a perception follows the partner's own word, how
      far the perceiver's, and how far it lies above the first.

    Exchangeable partners have what is the same whoever comes first: icc_1, icc_pairwise, krippendorff_interval,
    design_effect, mean_abs_difference, loa_upper (half the width of limits around 0), loa_heteroscedasticity of the
    absolute difference, rwg and average_deviation; of perceptions pearson_r, accuracy and the biases over all
    perceivers, couples as clusters.

    Variant ``pseudo`` of an index: estimate = the index over all pairs of persons who are no couple, se = its SD over
    random re-pairings (closed forms), p = two-sided permutation p of the couples' value.

    Parameters
    ----------
    couples : Couples

    Returns
    -------
    Estimates
        n counts couples with both scores (rwg, average_deviation: complete on all items; accuracy and the biases: with
        a perceiver of three scores); n_persons the persons who gave them, one a row in ``assumed_similarity``. Scores
        and differences are in points of the scale. Dependence may be negative; its p is two-sided. p_adjusted: Holm
        (or ``adjust`` of study.toml) over the scales that ask the same.

    Notes
    -----
    A correlation is not agreement: it ignores a difference of means. Partners who describe themselves are not raters of
    one thing, so their difference is no error. A mean difference that is not significant is not shown to be none: that
    is for equivalence. On bounded scores the spread of differences falls towards both ends by itself. Indices of one
    table share their permutation p where they are made of the same products: read one.

    In simulated couples (50 and 100; scale means of four five-point items, symmetric and skewed) 95 % intervals held
    the truth, symmetric and skewed: exact F and Fisher's in .94 to .96 and .90 to .98, ``jackknife`` in .93 to .96;
    Lin's of ccc .94 to .96 and .90 to .98; limits of agreement .95 to .97 and .90 to .96, ``jackknife`` .93 to .96;
    sd_ratio ``jackknife`` .93 to .96; accuracy and the biases .94 to .96. At .05 the tests rejected what is true in
    .045 to .054 (icc_1, where both means are equal), .041 to .064 (sd_ratio ``jackknife``), .046 to .066 (loa_slope
    ``robust``) and .047 to .055 (equivalence). A p that rejects too often stays in the frame, with its size in
    ``note``, and is not printed. The quantiles' intervals are binomial: those of a couple bootstrap never pass the
    outermost couple and held the truth in .71 to .85 at 50 couples. Their ends, and with few couples the quantiles,
    are one couple's difference, so public tables hide them.

    r_wg compares with answers by chance alone, and grows with the number of items: of skewed items strangers agree,
    too. Sources: McGraw & Wong (1996), https://doi.org/10.1037/1082-989X.1.1.30; Lin (1989),
    https://doi.org/10.2307/2532051; Bland & Altman (1999), https://doi.org/10.1177/096228029900800204; Kenny & Acitelli
    (1994), https://doi.org/10.1037/0893-3200.8.4.417; West & Kenny (2011), https://doi.org/10.1037/a0022936; Kenny,
    Kashy & Cook (2006, ISBN 978-1572309869).

    Examples
    --------
    >>> import analysis as an
    >>> table = an.agreement(an.make_couples(80, seed=1))
    >>> table.where(scale="U1", variant="", statistic=["icc_c1", "mean_difference", "loa_lower", "loa_upper"])
    scale partner comparison statistic       estimate interval           df    p p_adjusted  n
    U1    both    similarity icc_c1               .35 [.15, .53]     79, 79 .001       .011 80
    U1    both    similarity mean_difference    −0.05 [−0.25, 0.15]      79 .596      1.000 80
    U1    both    similarity loa_lower          −1.80 [−2.19, −1.51]     79                 80
    U1    both    similarity loa_upper           1.70 [1.40, 2.09]       79                 80
    p_adjusted: Holm across the scales of one statistic, comparison, partner and variant; p itself is not adjusted.
    >>> table.where(scale="U1", statistic="icc_c1", variant=["pseudo", "jackknife"])
    scale partner comparison statistic variant   estimate interval   df      p p_adjusted  n
    U1    both    similarity icc_c1    pseudo         .00               < .001       .012 80
    U1    both    similarity icc_c1    jackknife      .35 [.13, .55] 79                   80
    p_adjusted: Holm across the scales of one statistic, comparison, partner and variant; p itself is not adjusted.
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
