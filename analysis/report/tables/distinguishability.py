"""Tables of roles: whether partners can be told apart, and whether their answers measure the same."""

from __future__ import annotations

import numpy as np

from analysis.couples import Couples
from analysis.report.markdown import table, text
from analysis.report.numbers import NONE, Line, Numbers, n_of, p_of, value, with_interval
from analysis.report.tables.common import Numbering, scale_name
from analysis.stats.goodness import RMSEA_CONFIDENCE
from analysis.stats.levels import LEVELS

TESTS = {
    "isat_chi2": ("permutation", "All: χ²"),
    "means": ("hotelling", "Means: T²"),
    "variances": ("permutation", "Variances: p"),
    "within_covariances": ("permutation", "Within: p"),
    "cross_covariances": ("permutation", "Cross: p"),
}


def distinguishability(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return one row a block of scores: everything at once and each component, with the p that keeps its level."""
    rows = []
    for block in blocks_of(numbers):
        everything, means, *others = (tested(numbers, block, name) for name in TESTS)
        cells = [cell for line in (everything, means) for cell in _tested(line)]
        rows.append([scale_name(couples.codebook, block), n_of(everything), *cells, *map(p_of, others)])
    everything_head, means_head, *other_heads = (head for _, head in TESTS.values())
    heads = ["n", everything_head, "df", "p", "adj. p", means_head, "df", "p", "adj. p", *other_heads]
    caption = (
        "Can partners be told apart? The scores of a row are tested together: the scales of a block, or the items of a "
        "scale."
    )
    return table(["Scores", *heads], rows, numbering.table(caption))


def _tested(line: Line) -> list[str]:
    return [value(line), degrees_of(line), p_of(line), p_of(line, "p_adjusted")]


def tested(numbers: Numbers, block: str, statistic: str) -> Line:
    """Return the row of a test whose p may be shown."""
    return numbers.at("distinguishability", statistic, scale=block, partner="both", variant=TESTS[statistic][0])


def blocks_of(numbers: Numbers) -> list[str]:
    """Return the blocks of scores that were tested, in the order of the results."""
    blocks = numbers.column("scale", section="distinguishability", statistic="isat_chi2", variant="permutation")
    return [block for block in blocks if np.isfinite(tested(numbers, block, "isat_chi2")["estimate"])]


def degrees_of(line: Line) -> str:
    """Return a row's degrees of freedom as a cell."""
    if not line or not np.isfinite(line["df"]):
        return NONE
    return ", ".join(f"{line[name]:.0f}" for name in ("df", "df2") if np.isfinite(line[name]))


def invariance(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return four rows a scale, one a level of invariance: fit of the level, and what it adds to the one before."""
    rows = []
    for code in numbers.column("scale", section="distinguishability", statistic="invariance"):
        for level in LEVELS:
            cells = _of_level(numbers, code, level)
            if cells:
                rows.append([scale_name(couples.codebook, code), text(level), *cells])
    if not rows:
        return ""
    rmsea = rf"RMSEA \[{RMSEA_CONFIDENCE:.0%} CI\]"
    heads = ["n", "χ²", "df", "p of fit", "CFI", rmsea, "SRMR", "Δχ²", "Δdf", "p of step"]
    caption = (
        "Measurement invariance across partners: χ², CFI, RMSEA and SRMR by maximum likelihood, p by flipping the "
        "signs of couples."
    )
    return table(["Scale", "Level", *heads], rows, numbering.table(caption), words=2)


def _of_level(numbers: Numbers, code: str, level: str) -> list[str]:
    place = {"scale": code, "partner": "both"}

    def at(statistic: str, variant: str = level) -> Line:
        return numbers.at("distinguishability", statistic, variant=variant, **place)

    fit, step = at("invariance"), at("invariance_difference")
    if not fit or not np.isfinite(fit["estimate"]):
        return []
    indices = [value(at("invariance_cfi"), 3), with_interval(at("invariance_rmsea")), value(at("invariance_srmr"), 3)]
    p_fit, p_step = (p_of(at(name, f"{level} sign_flips")) for name in ("invariance", "invariance_difference"))
    return [n_of(fit), value(fit), degrees_of(fit), p_fit, *indices, value(step), degrees_of(step), p_step]
