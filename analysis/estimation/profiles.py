"""Profiles: how alike two partners are over the scales of a block, always beside persons who are no couple."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import nan

import numpy as np

from analysis.couples import Couples
from analysis.estimation.cautions import allowed
from analysis.estimation.compositions import by_composition
from analysis.estimation.notes import joined
from analysis.estimation.samples import BOTH
from analysis.guards import FEWEST_COUPLES, FEWEST_SCALES, refusal
from analysis.instrument.codebook import BLOCKS
from analysis.intake.coding import REASONS
from analysis.intake.scoring import percent_of_maximum, unlike_ranges
from analysis.results import Estimates, Row, row
from analysis.stats.moments import complete_rows
from analysis.stats.repairing import in_order
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
DOES_NOT_APPLY = REASONS.index("does_not_apply")
DISTANCES = ("profile_d2", "d2_elevation", "d2_scatter", "d2_shape")
NO_SHAPE = {
    "overall_r": "a partner has the same score on every scale, so the profile has no shape",
    "distinctive_r": "a partner is equally far from the norm on every scale, so the deviations have no shape",
}


@by_composition
def profiles(couples: Couples) -> Estimates:
    """Return how alike partners' profiles are in each block, and the same for persons who are no couple.

    Rows of section ``profiles`` for block:healthy, block:unhealthy and block:all: profile_d2 with its three parts,
    overall_r and distinctive_r, each a mean over couples. Beside each stands variant ``pseudo``: estimate = mean over
    all pairs of persons from different couples, se = SD of the couples' mean over random re-pairings (exact), p =
    two-sided permutation p of the true value. For distinctive_r of exchangeable partners the re-pairings take one norm
    of everyone: norms without the own couple would give true couples an advantage of about 1 / couples.

    Parameters
    ----------
    couples : Couples

    Returns
    -------
    Estimates
        Couples with every scale of the block for both partners; n beside each number. Distances are in squared scale
        points; where a block's scales have unlike ranges everything is in percent of the maximum possible and
        ``variant`` says ``percent``. A correlation needs three scales. A scale with a gate that closes it for more
        than 10 % of the couples with both partners is left out, and the version with it stands beside as variant
        ``gated``. Neither the order of the file nor, for exchangeable partners, who is first changes a number.

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
    >>> table.where(scale="block:healthy", statistic=["overall_r", "distinctive_r"])
    scale         partner statistic     variant estimate      p  n
    block:healthy both    overall_r                  .45        80
    block:healthy both    overall_r     pseudo       .13 < .001 80
    block:healthy both    distinctive_r              .33        80
    block:healthy both    distinctive_r pseudo       .00 < .001 80
    """
    text = refusal("profiles", couples)
    if text:
        return Estimates((), [text])
    notes: list[str] = []
    rows: list[Row] = []
    for block in BLOCKS:
        codes = couples.codebook.block(block)
        if not codes or (block == "block:all" and is_one_block(couples)):
            continue
        if len(codes) == 1:
            notes.append(f"{couples.codebook.label(block)}: one scale is no profile.")
            continue
        default, sentences = without_gated(couples, block, codes)
        notes += sentences
        rows += _block(couples, block, default, "")
        if default != codes:
            rows += _block(couples, block, codes, "gated")
    return Estimates(rows, [*notes, *allowed(couples)])


def is_one_block(couples: Couples) -> bool:
    """Say whether one block has all the scales, so that block:all would repeat it."""
    return not (couples.codebook.block("block:healthy") and couples.codebook.block("block:unhealthy"))


def gate_cost(couples: Couples, code: str) -> int:
    """Return for how many couples with both partners a closed gate leaves a partner without the score of a scale."""
    items = couples.codebook.scored_items(code)
    if not any(item.gate for item in items):
        return 0
    codes = couples.reason_codes[[item.name for item in items]].to_numpy()
    closed = (codes == DOES_NOT_APPLY).any(axis=1).reshape(couples.n, -1)
    lost = closed & ~np.isfinite(couples.scored([code])[:, :, 0])
    return int((lost.any(axis=1) & couples.present.all(axis=1)).sum())


def without_gated(couples: Couples, block: str, codes: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """Return the scales of a block without those that a gate closes for many, and what gates cost, in words."""
    costs = {code: gate_cost(couples, code) for code in codes}
    label = couples.codebook.label
    out = [code for code in codes if costs[code] > MOST_GATED * couples.n_both]
    closed = [f"{label(code)}: {costs[code]}" for code in codes if costs[code]]
    notes = []
    if closed:
        notes.append(
            f"{label(block)}, couples for whom 'does not apply' closes a scale (with both partners: {couples.n_both}): "
            f"{'; '.join(closed)}."
        )
    if out:
        names = ", ".join(label(code) for code in out)
        notes.append(f"{label(block)}: left out because a gate closes it for more than 10 % of couples: {names}.")
    return tuple(code for code in codes if code not in out), notes


def _block(couples: Couples, block: str, codes: tuple[str, ...], version: str) -> list[Row]:
    percent = unlike_ranges(couples.codebook, codes)
    variant = " ".join(filter(None, ["percent" if percent else "", version]))
    people, strata = _people(couples, codes, percent=percent) if len(codes) > 1 else (np.empty((0, 0)), np.empty(0))
    at = {"scale": block, "partner": BOTH, "variant": variant, **_counts(len(people) // 2, len(people))}
    why = _why_empty(couples, codes, len(people) // 2)
    if why:
        return [line for name in (*DISTANCES, *NO_SHAPE) for line in _empty(name, at, why)]
    distances = distance_indices(people).items()
    rows = [line for name, index in distances for line in _rows(couples, name, index, at, strata)]
    if len(codes) < FEWEST_SCALES:
        short = f"{len(codes)} scales; a profile correlation needs {FEWEST_SCALES}"
        return rows + [line for name in NO_SHAPE for line in _empty(name, at, short)]
    rows += _rows(couples, "overall_r", correlation_index(people), at, strata)
    distinctive = correlation_index(distinctive_profiles(people, exchangeable=couples.roles is None))
    everyone = None if couples.roles else correlation_index(people - people.mean(axis=0))
    return rows + list(_rows(couples, "distinctive_r", distinctive, at, strata, everyone))


def _counts(couples: int, persons: int) -> dict[str, int]:
    return {"n_couples": couples, "n_persons": persons}


def _people(couples: Couples, codes: Sequence[str], *, percent: bool) -> tuple[Array, Array]:
    """Return the complete profiles, (2 couples, scales), and the couples' strata, (couples,).

    First partners stand above second ones, couples in an order that strata and scores alone decide.
    """
    scores = couples.scored(codes)
    if percent:
        bounds = [couples.codebook.bounds(code) for code in codes]
        scores = np.stack([percent_of_maximum(scores[:, :, j], bounds[j]) for j in range(len(codes))], axis=2)
    labelled = np.concatenate([np.broadcast_to(couples.strata[:, None, None], (couples.n, 2, 1)), scores], axis=2)
    pairs = labelled[complete_rows(scores.reshape(couples.n, -1))]
    ordered = in_order(pairs, exchangeable=couples.roles is None)
    return ordered[:, :, 1:].swapaxes(0, 1).reshape(-1, len(codes)), ordered[:, 0, 0]


def _why_empty(couples: Couples, codes: tuple[str, ...], n: int) -> str:
    """Return the reason why a block has no numbers, or an empty string."""
    if len(codes) < 2:
        return "gates leave fewer than two scales: see variant gated"
    without_bounds = [code for code in codes if couples.codebook.bounds(code) is None]
    if without_bounds:
        return f"a scale needs one declared range to stand in a profile: {', '.join(without_bounds)}"
    if n < FEWEST_COUPLES:
        return f"couples with every scale of the block for both partners: {n}; {FEWEST_COUPLES} are needed"
    return ""


def _pseudo(at: Row) -> Row:
    return at | {"variant": " ".join(filter(None, [at["variant"], "pseudo"]))}


def _empty(name: str, at: Row, why: str) -> Iterator[Row]:
    yield row("profiles", name, **at, note=why)
    yield row("profiles", name, **_pseudo(at), note=why)


def _rows(
    couples: Couples, name: str, index: Index, at: Row, strata: Array, everyone: Index | None = None
) -> Iterator[Row]:
    """Yield the couples' mean of an index and its pseudo-couple value.

    ``everyone`` is the index with one norm of everyone, where it stands in for ``index`` in re-pairings: norms of all
    persons that leave the couple out would tell true couples from others, and make p too small in small samples.
    """
    there = np.isfinite(index.of_couples)
    n, without = int(there.sum()), int((~there).sum())
    note = f"couples left out: {without}; {NO_SHAPE[name]}" if without else ""
    mean = float(index.of_couples[there].mean()) if n else nan
    yield row("profiles", name, **at | _counts(n, 2 * n), estimate=mean, method="mean over couples", note=note)
    exchangeable, tested = couples.roles is None, everyone or index
    null = repairing(
        tested, exchangeable=exchangeable, resamples=couples.settings.resamples, strata=strata,
        rng=stream(couples.settings.seed, "profiles", at["scale"], name, at["variant"]),
    )  # fmt: skip
    of_couples = tested.of_couples[np.isfinite(tested.of_couples)]
    persons = complete_rows(index.first).reshape(2, -1)
    within = " of one composition" if couples.compositions else ""
    which = "all pairs of persons" if exchangeable else "all pairs of a first and a second partner"
    yield row(
        "profiles", name, **_pseudo(at) | _counts(int(persons.any(axis=0).sum()), int(persons.sum())),
        estimate=pseudo_mean(index, exchangeable=exchangeable, strata=strata), se=null.sd,
        p=two_sided_p(float(of_couples.mean()), null.draws, null.mean) if len(null.draws) else nan,
        method=f"{which} from different couples{within}; p from {couples.settings.resamples} re-pairings"
        + (", one norm of everyone" if everyone else ""),
        note=joined("" if len(null.draws) else f"too few couples to pair anew: {n}", note),
    )  # fmt: skip
