"""Sections on roles: whether partners can be told apart, and whether both partners' answers measure the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.couples import Couples
from analysis.estimation.adjustment import NAMES
from analysis.estimation.calibrated import LEVEL
from analysis.instrument.codebook import BLOCKS
from analysis.report.markdown import bullets, sentence
from analysis.report.numbers import Line, Numbers, p_in_words, value
from analysis.report.sections.common import Content, section
from analysis.report.tables import distinguishability as tables
from analysis.stats.levels import LEVELS

TOLD_APART = (
    "All at once: equal means, variances, covariances within persons (within) and between partners (cross). Its p "
    "comes from swapping partners within couples ({resamples:,} random swaps; all of them where couples are few). "
    "T² is Hotelling's, of the differences of means. The other components are tested by swaps with the roles "
    "centred, so that all else may differ. Chi-square's own p calls partners distinguishable too often where "
    "couples are few: it stands in results.csv with its measured size. Adjusted p: {adjust} over the rows of the "
    "table. No p is a size: for that see the differences between partners."
)
SAME_MEASURE = (
    "Configural: one factor for each partner. Metric: equal loadings. Scalar: equal intercepts, which comparing means "
    "takes for granted. Residual: equal residual variances. p of fit asks whether the level holds, p of step what its "
    "equalities cost. Chi-square's own p rejects true models too often: it stands in results.csv with its measured "
    "size. A level that is not rejected is not thereby shown to hold."
)


def distinguishability(content: Content) -> str:
    """Return whether the two roles can be told apart, and in what."""
    numbers, couples = content.numbers, content.couples
    blocks = tables.blocks_of(numbers)
    if not blocks:
        return ""
    settings = couples.settings
    method = TOLD_APART.format(resamples=settings.resamples, adjust=NAMES[settings.adjust])
    made = tables.distinguishability(numbers, couples, content.numbering)
    told = [block for block in blocks if block in BLOCKS] or blocks
    words = [told_apart(numbers, couples, block) for block in told]
    parts = [method, made, content.figure("distinguishability"), *_in_words(words)]
    return section("Can the partners be told apart?", "distinguishability", parts)


def _in_words(sentences: list[str]) -> list[str]:
    found = [f"{sentence(words)}." for words in sentences if words]
    return ["In words, for a manuscript:", bullets(found)] if found else []


def told_apart(numbers: Numbers, couples: Couples, block: str) -> str:
    """Return the words of everything at once, of the means, and of the largest difference of means."""
    line, means = (tables.tested(numbers, block, name) for name in ("isat_chi2", "means"))
    if not np.isfinite(line["p"]):
        return ""
    apart = line["p"] <= LEVEL
    told = "can be told apart" if apart else "were not shown to be distinguishable all at once"
    test = (
        f"χ²({tables.degrees_of(line)}) = {value(line)}, permutation p {p_in_words(line)}, {line['n_couples']} couples"
    )
    words = [f"{couples.codebook.label(block)}: partners {told} ({test})"]
    if means and np.isfinite(means["p"]):
        alone = "but their means differ," if not apart and means["p"] <= LEVEL else "means alone"
        words.append(f"{alone} T² = {value(means)}, F({tables.degrees_of(means)}), p {p_in_words(means)}")
    scale, largest = _largest(numbers, couples, block)
    if largest:
        whose = f"largest d_z, of {couples.codebook.label(scale)}," if block in BLOCKS else "d_z of the score"
        words.append(f"{whose} {value(largest)}")
    return "; ".join(words)


def _largest(numbers: Numbers, couples: Couples, block: str) -> tuple[str, Line]:
    """Return the scale of a block whose partners' means are furthest apart, with its row of d_z."""
    codes = couples.codebook.block(block) if block in BLOCKS else (block,)
    lines = {line["scale"]: line for line in numbers.results.where(section="agreement", statistic="d_z", variant="")}
    found = {code: lines[code] for code in codes if code in lines and np.isfinite(lines[code]["estimate"])}
    scale = max(found, key=lambda code: abs(found[code]["estimate"]), default="")
    return scale, found.get(scale, {})


def invariance(content: Content) -> str:
    """Return how far both partners' answers measure the same, level by level."""
    numbers, couples = content.numbers, content.couples
    made = tables.invariance(numbers, couples, content.numbering)
    if not made:
        return ""
    codes = numbers.column("scale", section="distinguishability", statistic="invariance")
    words = [measured_alike(numbers, couples, code) for code in codes]
    parts = [SAME_MEASURE, made, *_in_words(words)]
    return section("Do both partners' answers measure the same?", "invariance", parts)


def measured_alike(numbers: Numbers, couples: Couples, code: str) -> str:
    """Return the words of the first level that was rejected, or that none was, with the p of its fit or its step."""
    tests = [line for line in _tests(numbers, code) if np.isfinite(line["p"])]
    if not tests:
        return ""
    rejected = next((line for line in tests if line["p"] <= LEVEL), None)
    line = rejected or tests[-1]
    level = line["variant"].partition(" ")[0]
    said = f"{level} invariance was rejected" if rejected else f"no level up to {level} invariance was rejected"
    what = "fit" if line["statistic"] == "invariance" else "step"
    p = f"p of the {what} by sign flips {p_in_words(line)}"
    return f"{couples.codebook.label(code)}: {said} ({p}, {line['n_couples']} couples)"


def _tests(numbers: Numbers, code: str) -> Iterator[Line]:
    """Yield the fit of the first level, then the step to each of the others."""
    for level in LEVELS:
        statistic = "invariance" if level == LEVELS[0] else "invariance_difference"
        place = {"scale": code, "partner": "both", "variant": f"{level} sign_flips"}
        line = numbers.at("distinguishability", statistic, **place)
        if line:
            yield line
