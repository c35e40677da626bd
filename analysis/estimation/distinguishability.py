"""Distinguishability: can the two roles be told apart by their scores, and in what? And what a test does not say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np

from analysis.couples import Couples
from analysis.estimation.adjustment import adjusted, adjustment
from analysis.estimation.calibrated import ALLOWED, LEVEL, measured_note
from analysis.estimation.notes import joined
from analysis.estimation.profiles import is_one_block, without_gated
from analysis.estimation.samples import BOTH
from analysis.guards import refusal
from analysis.instrument.codebook import BLOCKS
from analysis.results import Estimates, Row, row
from analysis.stats.equal_moments import MEANS
from analysis.stats.exchangeability import (
    binding,
    chi_square_size,
    components,
    determined,
    exchangeability,
    hotelling,
    with_bartlett_factor,
)
from analysis.stats.moments import complete_rows, pearson
from analysis.stats.resampling import stream
from analysis.stats.swaps import SwapTest, swap_component, swap_omnibus
from analysis.stats.value import Array, Value

MOST_ITEMS = 12
SHOWN = ("permutation", "hotelling")  # variants whose p can be read
CHI_SQUARES = ("", "released", "sequential")
METHODS = {
    "": "maximum likelihood against all free; p of chi-square",
    "bartlett": "maximum likelihood times a Bartlett-type factor; p of chi-square",
    "released": "maximum likelihood, all equal against all but this; p of chi-square",
    "sequential": "maximum likelihood, after the components before it; p of chi-square",
    "hotelling": "Hotelling's T² of the differences, p of F",
}
ACROSS = "the blocks and scales of one statistic and variant"
NO_MAXIMUM = "no maximum of the likelihood was found: test fewer scores at once"
SINGULAR = "a score is constant, or others determine it: leave it out"
SWAPPED = {True: "all", False: "{:,} random"}  # the number of all swaps would tell that of couples
NOT_SAME = (
    "p above .05 does not show that partners are the same: with few couples large differences stay unseen. To "
    "say that they are alike, take the interval of their difference (agreement) and bounds set beforehand."
)


@dataclass(frozen=True)
class Block:
    """Scores that are tested together: of the couples with all of them for both partners, (couples, scores) each."""

    scale: str
    label: str
    x: Array
    y: Array

    @property
    def n(self) -> int:
        """The number of couples."""
        return len(self.x)

    @property
    def p(self) -> int:
        """The number of scores."""
        return self.x.shape[1]

    @property
    def why_not(self) -> str:
        """Why it cannot be tested, with the remedy; or an empty string."""
        if self.n <= 2 * self.p:
            return (
                f"couples with every score for both partners: {self.n}; {2 * self.p + 1} are needed for {self.p}: test "
                "fewer scores at once, or ask more couples"
            )
        return SINGULAR if determined(self.x, self.y) else ""


def distinguishability(couples: Couples) -> Estimates:
    """Return whether the two roles can be told apart: means, variances, covariances within and between partners.

    Rows of section ``distinguishability``, for the scale scores of block:healthy, block:unhealthy and block:all (the
    last alone where only one block has scales) and for the items of each scale (up to 12). isat_chi2 tests everything
    at once; its components are means, variances, within_covariances and cross_covariances. A p can be read in variant
    ``permutation`` (isat_chi2: partners swapped within couples; components: the same with the roles centred, so that
    all else may differ) and ``hotelling`` (means).
    Others are the chi-squares of structural equation programs: isat_chi2 and its variant ``bartlett``; of components
    alone, ``released`` (all equal against all but this one) and ``sequential`` (variances, within, cross, means). Their
    p reject a true null too often; they stay in the frame, with their measured size in ``note``, and are not printed.

    Parameters
    ----------
    couples : Couples
        With roles: exchangeable partners are refused, as there is no role to test.

    Returns
    -------
    Estimates
        estimate and test are the statistic, df its degrees of freedom or contrasts. Couples need every score of a block
        for both partners; n beside each number. p_adjusted: Holm (or ``adjust`` of study.toml) over the blocks and
        scales of one test. A block needs more couples than twice its scores. A scale with a gate
        that closes it for more than 10 % of the couples is left out of blocks. The number of random swaps is the
        study's ``resamples``; up to 14 couples all swaps are taken, and p is exact.

    Notes
    -----
    In simulated couples (50 and 100; 2 to 15 scores; normal, symmetric and skewed answers; other components equal or
    not) every p that is printed was below .05 in .03 to .06 of the samples where it should be in .05; those of the
    chi-squares in up to all of them (docs/calibration.md). A p above .05 does not show that partners are the same.
    Sources: Olsen & Kenny (2006), https://doi.org/10.1037/1082-989X.11.2.127; Kenny, Kashy & Cook (2006,
    ISBN 978-1572309869); Gonzalez & Griffin (1999), https://doi.org/10.1111/1475-6811.00156.

    Examples
    --------
    >>> import analysis as an
    >>> table = an.distinguishability(an.make_couples(80, seed=1, role_difference=0.5))
    >>> table.where(scale="U1", variant=["permutation", "hotelling"])
    scale partner statistic          variant     estimate    df      p p_adjusted  n
    U1    both    isat_chi2          permutation    42.48    20   .011       .069 80
    U1    both    means              hotelling      27.30 4, 76 < .001     < .001 80
    U1    both    variances          permutation     9.24     4   .053       .742 80
    U1    both    within_covariances permutation    14.94     6   .059       .944 80
    U1    both    cross_covariances  permutation    10.18     6   .150      1.000 80
    Too few couples for the p of chi-square: ...
    """
    text = refusal("distinguishability", couples)
    if text:
        return Estimates((), [text])
    blocks, notes = _blocks(couples)
    adjust = couples.settings.adjust
    rows = adjusted((line for block in blocks for line in _of_block(couples, block)), ("statistic", "variant"), adjust)
    return Estimates(rows, [*notes, *_advice(couples, blocks, rows), *adjustment(rows, ACROSS, adjust)])


def _blocks(couples: Couples) -> tuple[list[Block], list[str]]:
    """Return the blocks of scale scores and each scale's items, and what was left out, in words."""
    label, notes, found = couples.codebook.label, [], []
    for name in ("block:all",) if is_one_block(couples) else BLOCKS:
        codes = couples.codebook.block(name)
        if codes:
            kept, sentences = without_gated(couples, name, codes)
            notes += sentences
            if kept:
                found.append(_block(name, label(name), couples.scored(kept)))
    for code in couples.codebook.codes_with_items:
        items = couples.cube(code)
        if items.shape[2] > MOST_ITEMS:
            notes.append(f"{label(code)}: more than {MOST_ITEMS} items are not tested together.")
        else:
            found.append(_block(code, label(code), items))
    return found, notes


def _block(scale: str, label: str, scores: Array) -> Block:
    complete = scores[complete_rows(scores.reshape(len(scores), -1))]
    return Block(scale, label, complete[:, 0], complete[:, 1])


def _of_block(couples: Couples, block: Block) -> Iterator[Row]:
    at = {"scale": block.scale, "partner": BOTH, "n_couples": block.n, "n_persons": 2 * block.n}
    why = block.why_not
    if why:
        for statistic, variant in _places(block.p):
            yield row("distinguishability", statistic, variant=variant, **at, note=why)
        return
    tests, methods = _tests(couples, block)
    for statistic, variant in _places(block.p):
        value = tests[statistic, variant]
        note = "" if isfinite(value.estimate) else NO_MAXIMUM
        if variant not in SHOWN:
            note = joined(note, measured_note(statistic, variant, block.p, block.n))
        method = methods.get((statistic, variant)) or METHODS[variant]
        yield row("distinguishability", statistic, variant=variant, **at, **value._asdict(), method=method, note=note)


def _places(p: int) -> Iterator[tuple[str, str]]:
    """Yield (statistic, variant) of every row that p scores have, the p that can be read last."""
    yield from (("isat_chi2", variant) for variant in ("", "bartlett", "permutation"))
    for name in binding(p):
        yield from ((name, variant) for variant in (*CHI_SQUARES, "hotelling" if name == MEANS else "permutation"))


def _tests(couples: Couples, block: Block) -> tuple[dict[tuple[str, str], Value], dict[tuple[str, str], str]]:
    """Return every test of a block by (statistic, variant), and the methods of those that swap partners."""
    x, y = block.x, block.y
    omnibus = exchangeability(x, y)
    tests = components(x, y) | {
        ("isat_chi2", ""): omnibus,
        ("isat_chi2", "bartlett"): with_bartlett_factor(omnibus, block.n, block.p),
        (MEANS, "hotelling"): hotelling(x, y),
    }
    swaps, seed, methods = couples.settings.resamples, couples.settings.seed, {}

    def add(statistic: str, df: float, found: SwapTest, note: str = "") -> None:
        tests[statistic, "permutation"] = Value(found.estimate, test=found.estimate, df=df, p=found.p)
        methods[statistic, "permutation"] = (
            f"p from {SWAPPED[found.exact].format(found.swaps)} swaps of partners within couples{note}"
        )

    rng = stream(seed, "distinguishability", block.scale, "isat_chi2")
    add("isat_chi2", omnibus.df, swap_omnibus(x, y, swaps, rng))
    for name, df in binding(block.p).items():
        if name != MEANS:
            rng = stream(seed, "distinguishability", block.scale, name)
            add(name, float(df), swap_component(x, y, name, swaps, rng), ", roles centred")
    return tests, methods


def _advice(couples: Couples, blocks: list[Block], rows: list[Row]) -> Iterator[str]:
    """Yield what the tests do not allow to say, where these data invite to say it."""
    assumed = [block.label for block in blocks if block.why_not]
    if assumed or not blocks:
        yield (
            f"Roles are assumed, not tested, for {', '.join(assumed) or 'these scales'}: results by role take for "
            "granted that partners differ by role. Where they do not, treat them as exchangeable (leave out roles in "
            "study.toml)."
        )
    sizes = {block.label: chi_square_size(block.n, block.p) for block in blocks if not block.why_not}
    worst = max(sizes, key=lambda label: sizes[label], default="")
    if worst and sizes[worst] > ALLOWED:
        yield (
            "Too few couples for the p of chi-square: of exchangeable partners with normal scores it would call "
            f"distinguishable up to {sizes[worst]:.0%} ({worst}), where it should be {LEVEL:.0%}. Read the variant "
            "permutation."
        )
    if any(line["variant"] in SHOWN and line["p"] > LEVEL for line in rows):
        yield NOT_SAME
    alone = [couples.codebook.label(code) for code in couples.codebook.codes if _unrelated(couples, code)]
    if alone:
        yield (
            f"Partners' scores do not correlate beyond chance in {', '.join(alone)}. That is no licence to analyse "
            "persons as if they were independent: the test misses dependence that still makes other tests wrong. Keep "
            "the couple as the unit."
        )


def _unrelated(couples: Couples, code: str) -> bool:
    scores = couples.scored([code])[:, :, 0]
    x, y = scores[np.isfinite(scores).all(axis=1)].T
    return len(x) > 0 and pearson(x, y, couples.settings.confidence).p > LEVEL
