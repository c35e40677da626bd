"""Profiles: how alike two partners are over the scales of a block, always beside persons who are no couple."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan

import numpy as np

from analysis.couples import Couples
from analysis.guards import refusal, short_block
from analysis.instrument.codebook import BLOCKS
from analysis.intake.coding import REASONS
from analysis.intake.scoring import percent_of_maximum, unlike_ranges
from analysis.results import Estimates, Row, row
from analysis.stats.moments import complete_rows
from analysis.stats.resampling import stream, two_sided_p
from analysis.stats.similarity import (
    Index,
    correlation_index,
    distance_indices,
    distinctive_profiles,
    pseudo_mean,
    repairing,
)
from analysis.stats.value import Array

MOST_GATED = 0.10
FEWEST = 3
DOES_NOT_APPLY = REASONS.index("does_not_apply")


def profiles(couples: Couples) -> Estimates:
    """Return how alike partners' profiles are in each block, and the same for persons who are no couple.

    Rows of section ``profiles`` for block:healthy, block:unhealthy and block:all: profile_d2 with its three parts,
    overall_r and distinctive_r, each a mean over couples. Beside each stands variant ``pseudo``: estimate = mean over
    all pairs of persons from different couples, se = SD of the couples' mean over random re-pairings (exact), p =
    two-sided permutation p of the true value.

    Parameters
    ----------
    couples : Couples

    Returns
    -------
    Estimates
        Couples with every scale of the block for both partners; n beside each number. Distances are in squared scale
        points; where a block's scales have unlike ranges everything is in percent of the maximum possible and
        ``variant`` says ``percent``. A correlation needs three scales. A scale with a gate that closes it for more
        than 10 % of couples is left out, and the version with it stands beside as variant ``gated``.

    Notes
    -----
    overall_r holds the profile that everybody shares: couples paired at random reach a high value without any
    similarity, so never read it alone. Over block:all the step between healthy and unhealthy scales does the same. A
    small distance may mean that both are alike in being unlike others, or that nobody varies. Sources: Cronbach &
    Gleser (1953), https://doi.org/10.1037/h0057173; Furr (2008), https://doi.org/10.1111/j.1467-6494.2008.00516.x;
    Kenny & Acitelli (1994), https://doi.org/10.1037/0893-3200.8.4.417.

    Examples
    --------
    >>> import analysis as an
    >>> table = an.profiles(an.make_couples(80, seed=1))
    >>> table.where(scale="block:healthy", statistic="overall_r")  # doctest: +SKIP
    """
    text = refusal("profiles", couples)
    if text:
        return Estimates((), [text])
    notes: list[str] = []
    rows = []
    for block in BLOCKS:
        codes = list(couples.codebook.block(block))
        if len(codes) < 2 or (block == "block:all" and _is_one_block(couples)):
            continue
        default, sentences = _without_gated(couples, block, codes)
        notes += sentences
        rows += _block(couples, block, default, "")
        if default != codes:
            rows += _block(couples, block, codes, "gated")
    return Estimates(rows, notes)


def _is_one_block(couples: Couples) -> bool:
    return not (couples.codebook.block("block:healthy") and couples.codebook.block("block:unhealthy"))


def gate_cost(couples: Couples, code: str) -> int:
    """Return for how many couples a closed gate leaves a partner without the score of a scale."""
    items = couples.codebook.scored_items(code)
    if not any(item.gate for item in items):
        return 0
    codes = couples.reason_codes[[item.name for item in items]].to_numpy()
    closed = (codes == DOES_NOT_APPLY).any(axis=1).reshape(couples.n, -1)
    return int((closed & ~np.isfinite(couples.scored([code])[:, :, 0])).any(axis=1).sum())


def _without_gated(couples: Couples, block: str, codes: list[str]) -> tuple[list[str], list[str]]:
    """Return the scales of the default profile, and what gates cost, in words."""
    costs = {code: gate_cost(couples, code) for code in codes}
    label = couples.codebook.label
    out = [code for code in codes if costs[code] > MOST_GATED * couples.n]
    closed = [f"{label(code)} for {costs[code]}" for code in codes if costs[code]]
    notes = []
    if closed:
        notes.append(f"{label(block)}: 'does not apply' closes {', '.join(closed)} of {couples.n} couples.")
    if out:
        names = ", ".join(label(code) for code in out)
        notes.append(f"{label(block)}: left out because a gate closes it for more than 10 % of couples: {names}.")
    return [code for code in codes if code not in out], notes


def _block(couples: Couples, block: str, codes: list[str], version: str) -> list[Row]:
    unlike = unlike_ranges(couples.codebook, codes)
    scores = couples.scored(codes)
    if unlike:
        scores = np.stack(
            [percent_of_maximum(scores[:, :, j], couples.codebook.bounds(code)) for j, code in enumerate(codes)], axis=2
        )
    complete = complete_rows(scores.reshape(couples.n, -1))
    people = np.concatenate([scores[complete, 0], scores[complete, 1]])
    n = int(complete.sum())
    at = {"scale": block, "partner": "both", "n_couples": n, "n_persons": 2 * n}
    variant = " ".join(filter(None, ["percent" if unlike else "", version]))
    return [
        line
        for name, index, why in _indices(couples, block, codes, people, n)
        for line in _rows(couples, name, index, why, at, variant)
    ]


def _indices(
    couples: Couples, block: str, codes: list[str], people: Array, n: int
) -> Iterator[tuple[str, Index | None, str]]:
    """Yield each index of the block, or the reason why it has none."""
    if n < FEWEST:
        why = f"{n} couples have every scale of the block for both partners"
        without_bounds = [code for code in codes if couples.codebook.bounds(code) is None]
        if without_bounds and unlike_ranges(couples.codebook, codes):
            why = f"scales of unlike ranges need their declared bounds: {', '.join(without_bounds)}"
        for name in (*distance_indices(np.zeros((2, 2))), "overall_r", "distinctive_r"):
            yield name, None, why
        return
    for name, index in distance_indices(people).items():
        yield name, index, ""
    short = (
        f"{len(codes)} scales; a profile correlation needs 3"
        if len(codes) < FEWEST
        else short_block(couples.codebook, block)
    )
    distinctive = distinctive_profiles(people, exchangeable=not couples.roles)
    for name, profile in (("overall_r", people), ("distinctive_r", distinctive)):
        yield name, None if short else correlation_index(profile), short


def _rows(couples: Couples, name: str, index: Index | None, why: str, at: Row, variant: str) -> Iterator[Row]:
    """Yield the couples' mean of an index and its pseudo-couple value."""
    pseudo = " ".join(filter(None, [variant, "pseudo"]))
    if index is None:
        for version in (variant, pseudo):
            yield row("profiles", name, variant=version, **at, note=why)
        return
    values = index.of_couples
    there = np.isfinite(values)
    at = at | {"n_couples": int(there.sum()), "n_persons": 2 * int(there.sum())}
    flat = int((~there).sum())
    note = f"{flat} couples left out: a partner gave one answer throughout, so the profile has no shape" if flat else ""
    mean = float(values[there].mean()) if there.any() else nan
    none = "" if there.any() else "no couple has two profiles with a shape"
    yield row("profiles", name, variant=variant, **at, estimate=mean, method="mean over couples", note=none or note)
    exchangeable = couples.roles is None
    null = repairing(
        index, exchangeable=exchangeable, resamples=couples.settings.resamples,
        rng=stream(couples.settings.seed, "profiles", at["scale"], name, variant),
    )  # fmt: skip
    p = two_sided_p(mean, null.draws, null.mean) if len(null.draws) else nan
    which = "all pairs of persons" if exchangeable else "all pairs of a first and a second partner"
    yield row(
        "profiles", name, variant=pseudo, **at, estimate=pseudo_mean(index, exchangeable=exchangeable), se=null.sd, p=p,
        method=f"{which} from different couples; p from {couples.settings.resamples} re-pairings", note=none,
    )  # fmt: skip
