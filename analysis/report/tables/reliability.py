"""Tables of reliability: by scale, of both partners, of pairs and blocks of scales."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analysis.couples import Couples
from analysis.estimation.one_factor import STATISTICS
from analysis.estimation.pairs import MARKS, TO_TELL_APART, is_beyond, signs_held
from analysis.estimation.samples import BOTH
from analysis.instrument.codebook import BLOCKS, Codebook
from analysis.report.markdown import table
from analysis.report.numbers import NONE, Line, Numbers, n_of, p_of, value, with_interval
from analysis.report.tables.common import Numbering, level, of_group, partners_of, scale_name, who
from analysis.rules import allows

MOST_PAIRS = 15  # of a table; all of them stand in results.csv
COEFFICIENTS = {
    "omega_observed": "ω obs.",
    "omega_categorical": "ω categ.",
    "alpha_standardized": "α stand.",
    "lambda2": "λ~2~",
    "lambda6": "λ~6~",
    "mean_interitem_r": "mean r",
    "score_sem": "SEM",
    "score_mdc": "MDC",
}


def scales_of(codebook: Codebook) -> list[str]:
    """Return the scales with items, each followed by its facets of two or more items."""
    facets = [code for code, items in codebook.facets.items() if len(items) > 1]
    return [
        unit
        for code in codebook.codes_with_items
        for unit in (code, *(facet for facet in facets if facet.partition(".")[0] == code))
    ]


def persons_of(numbers: Numbers) -> list[str]:
    """Return the partners whose scales have coefficients of their own."""
    found = numbers.column("partner", section="reliability", statistic="lambda2", group="", variant="")
    return found or partners_of(numbers, "reliability")


def pooled(partner: str) -> str:
    """Return how the ids of alpha and omega end for a partner."""
    return "_pooled" if partner == "both" else ""


def _both_together(couples: Couples, group: str) -> list[str]:
    """Return the partner column of both roles together, where the study allows it."""
    return [BOTH] if couples.roles and not group and allows(couples.settings.allow, "W3") else []


def reliability(numbers: Numbers, couples: Couples, numbering: Numbering, group: str = "") -> str:
    """Return omega and alpha with intervals, by scale and partner."""
    partners, rows = [*persons_of(numbers), *_both_together(couples, group)], []
    for scale in scales_of(couples.codebook):
        cells = []
        for partner in partners:
            place = {"scale": scale, "partner": partner, "group": group}
            alpha = numbers.at("reliability", f"alpha{pooled(partner)}", **place)
            omega = numbers.at("reliability", f"omega{pooled(partner)}", **place)
            cells += [n_of(alpha, "n_persons"), with_interval(omega), with_interval(alpha)]
        rows.append([scale_name(couples.codebook, scale), str(_count(couples.codebook, scale)), *cells])
    ci = level(couples)
    heads = [f"{who(p)}: {word}" for p in partners for word in ("n", f"ω {ci}", f"α {ci}")]
    return table(["Scale", "Items", *heads], rows, numbering.table(f"Reliability of the scores.{of_group(group)}"))


def _count(codebook: Codebook, code: str) -> int:
    return len(codebook.facets[code] if code in codebook.facets else codebook.scored_items(code))


def coefficients(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return the other coefficients, one row a scale and partner."""
    rows = []
    for scale, partner in _each(numbers, couples):
        place = {"scale": scale, "partner": partner}
        cells = [value(numbers.at("reliability", statistic, **place)) for statistic in COEFFICIENTS]
        rows.append([scale_name(couples.codebook, scale), who(partner), *cells])
    caption = (
        "Other coefficients: ω over the observed variance, ω of ordered answers, standardized α, Guttman's λ, mean "
        f"correlation between items; standard error of measurement and smallest detectable change "
        f"({couples.settings.confidence:.0%}) of the score, from α."
    )
    return table(["Scale", "Who", *COEFFICIENTS.values()], rows, numbering.table(caption), words=2)


def _each(numbers: Numbers, couples: Couples) -> Iterable[tuple[str, str]]:
    return ((scale, partner) for scale in scales_of(couples.codebook) for partner in persons_of(numbers))


def with_gaps(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return listwise and full information estimates side by side; empty where no answer is missing."""
    rows = []
    for scale, partner in _each(numbers, couples):
        place, end = {"scale": scale, "partner": partner}, pooled(partner)
        full = [numbers.at("reliability", f"{s}{end}", variant="fiml", **place) for s in ("omega", "alpha")]
        listwise = [numbers.at("reliability", f"{s}{end}", **place) for s in ("omega", "alpha")]
        if any(full):
            cells = [cell for lines in (listwise, full) for cell in (_persons(lines), *map(with_interval, lines))]
            rows.append([scale_name(couples.codebook, scale), who(partner), *cells])
    if not rows:
        return ""
    ci = level(couples)
    heads = [f"{kind}: {word}" for kind in ("listwise", "FIML") for word in ("n", f"ω {ci}", f"α {ci}")]
    caption = "Persons complete on the scale, and everyone with an answer by full information maximum likelihood."
    return table(["Scale", "Who", *heads], rows, numbering.table(caption), words=2)


def _persons(lines: list[Line]) -> str:
    return n_of(next(filter(None, lines), {}), "n_persons")


def fit(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return how well one factor fits each scale, one row a scale and partner."""
    rows = []
    for scale, partner in _each(numbers, couples):
        lines = {name: numbers.at("reliability", name, scale=scale, partner=partner) for name in STATISTICS}
        chi2, tau = lines["onefactor_chi2"], lines["tau_equivalence_chi2"]
        if not chi2 or not np.isfinite(chi2["estimate"]):
            continue
        indices = [value(lines[name]) for name in ("onefactor_cfi", "onefactor_tli")]
        rmsea, srmr = with_interval(lines["onefactor_rmsea"]), value(lines["onefactor_srmr"])
        tests = [(value(line), _df(line)) for line in (chi2, tau)]
        cells = [n_of(chi2, "n_persons"), *tests[0], *indices, rmsea, srmr, *tests[1]]
        rows.append([scale_name(couples.codebook, scale), who(partner), *cells])
    if not rows:
        return ""
    heads = ["n", "χ²", "df", "CFI", "TLI", r"RMSEA \[90% CI\]", "SRMR", "Δχ²", "df"]
    caption = (
        "Fit of one factor to each scale; Δχ² is what it costs that all items reflect it equally, as α takes for "
        "granted."
    )
    return table(["Scale", "Who", *heads], rows, numbering.table(caption), words=2)


def _df(line: Line) -> str:
    return f"{line['df']:.0f}" if line and np.isfinite(line["df"]) else NONE


def partners(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return what takes both partners of a couple, one row a scale."""
    shown = ("latent_partner_r", "partner_r_disattenuated", "couple_mean_reliability", "couple_difference_reliability")
    gaps = ("alpha_difference", "omega_difference") if couples.roles else ()
    rows = []
    for scale in couples.codebook.codes_with_items:
        lines = {name: numbers.at("reliability", name, scale=scale, partner="both") for name in (*shown, *gaps)}
        tests = [with_interval(lines[name]) for name in gaps]
        tests += [p_of(lines[name]) for name in gaps[1:]]
        cells = [n_of(lines[shown[0]]), *tests, *(with_interval(lines[name]) for name in shown)]
        rows.append([scale_name(couples.codebook, scale), *cells])
    ci = level(couples)
    heads = [f"Δα {ci}", f"Δω {ci}", "p of Δω"] if couples.roles else []
    heads += [f"latent r {ci}", f"corrected r {ci}", f"ρ of mean {ci}", f"ρ of difference {ci}"]
    caption = "Both partners: correlation without error, reliability of a couple's mean and of its difference."
    return table(["Scale", "n", *heads], rows, numbering.table(caption))


def pairs(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return latent correlations and ratios of the pairs to tell apart, or of all pairs where they are few."""
    codes = numbers.column("scale", section="reliability", statistic="latent_r", variant="")
    named = [pair for pair in codes if pair in TO_TELL_APART]
    chosen = named or codes[:MOST_PAIRS]
    rows = []
    for pair in chosen:
        for partner in persons_of(numbers):
            place = {"scale": pair, "partner": partner}
            latent, ratio = numbers.at("reliability", "latent_r", **place), numbers.at("reliability", "htmt", **place)
            signed, second = (
                numbers.at("reliability", "htmt", variant="signed", **place),
                numbers.at("reliability", "htmt2", **place),
            )
            inside = [_holds(latent, mark) for mark in MARKS]
            cells = [
                n_of(latent, "n_persons"),
                with_interval(latent),
                *inside,
                value(ratio),
                value(signed),
                value(second),
            ]
            rows.append([scale_name(couples.codebook, pair), who(partner), *cells])
    if not rows:
        return ""
    heads = [
        "n",
        f"latent r {level(couples)}",
        *(f"holds ±{mark}" for mark in MARKS.values()),
        "HTMT",
        "HTMT signed",
        "HTMT2",
    ]
    caption = (
        "Pairs of scales: are they one construct? Whether the interval of the latent correlation holds .9 or 1, of "
        "either sign, or lies beyond."
    )
    return table(["Pair", "Who", *heads], rows, numbering.table(caption), words=2)


def _holds(line: Line, mark: float) -> str:
    if not line or not np.isfinite(line["lower"]):
        return NONE
    if is_beyond(line["lower"], line["upper"], mark):
        return "beyond"
    return "yes" if signs_held(line["lower"], line["upper"], mark) else "no"


def blocks(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return the reliability of block means, and what a general factor makes of them."""
    rows = []
    for block in BLOCKS:
        for partner in persons_of(numbers):
            place = {"scale": block, "partner": partner}
            mean = numbers.at("reliability", "block_reliability", **place)
            general = numbers.at("reliability", "omega_hierarchical", **place)
            if mean:
                cells = [n_of(mean, "n_persons"), with_interval(mean), with_interval(general)]
                rows.append([scale_name(couples.codebook, block), who(partner), *cells])
    if not rows:
        return ""
    heads = ["n", f"stratified α {level(couples)}", f"ω~h~ {level(couples)}"]
    caption = (
        "Blocks: reliability of the mean of the scales, and the share of all items' sum that a general factor makes."
    )
    return table(["Block", "Who", *heads], rows, numbering.table(caption), words=2)
