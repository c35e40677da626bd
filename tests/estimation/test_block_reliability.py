"""Blocks: stratified alpha and hierarchical omega against kernels, and when one number is refused."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import UNLIKE, book, couples, items, made

import analysis as an
from analysis.estimation.blocks import TOTAL
from analysis.estimation.blocks import UNLIKE as UNLIKE_RANGES
from analysis.estimation.notes import CONSTANT_ITEM
from analysis.results import Row
from analysis.stats import blocks as stats
from analysis.stats.value import Array, Value

SIX = book(*(items(code, 3) for code in ("H1", "H2", "H3", "U1", "U2", "U3")))


def by_place(table: an.Estimates, scale: str = "block:healthy", partner: str = "w") -> dict[tuple[str, str], Row]:
    return {(row["statistic"], row["variant"]): row for row in table.where(scale=scale, partner=partner)}


def scales(data: an.Couples, slot: int = 0) -> list[Array]:
    return [data.cube(code)[:, slot] for code in ("H1", "H2", "H3")]


def general(n: int = 150) -> Array:
    """Return answers to six scales that share a general factor."""
    rng = np.random.default_rng(8)
    shared = rng.normal(size=(n, 2, 1, 1))
    x = shared + 0.7 * rng.normal(size=(n, 2, 6, 1)) + rng.normal(size=(n, 2, 6, 3))
    return np.clip(np.round(3 + 0.7 * x), 1, 5).reshape(n, 2, 18)


def test_every_column_is_that_of_the_kernel() -> None:
    data = couples(SIX, general())
    found, parts = by_place(an.block_reliability(data)), scales(data)
    value = stats.block_reliability(parts, np.arange(150), 0.95)
    np.testing.assert_array_equal([found["block_reliability", ""][name] for name in Value._fields], value)
    value, _ = stats.omega_hierarchical(np.hstack(parts), (3, 3, 3), 0.95)
    np.testing.assert_array_equal([found["omega_hierarchical", ""][name] for name in Value._fields], value)
    assert {row["n_persons"] for row in found.values()} == {150}


def test_stratified_alpha_is_that_of_a_plain_loop() -> None:
    data = couples(SIX, general())
    means = np.column_stack([part.mean(axis=1) for part in scales(data)])
    error = sum(m.var(ddof=1) * (1 - pandas_alpha(part)) for m, part in zip(means.T, scales(data), strict=True))
    total = means.sum(axis=1).var(ddof=1)
    row = by_place(an.block_reliability(data))["block_reliability", ""]
    assert row["estimate"] == pytest.approx(1 - error / total)


def pandas_alpha(x: Array) -> float:
    k, s = x.shape[1], np.cov(x.T)
    return float(k / (k - 1) * (1 - np.trace(s) / s.sum()))


def test_one_number_over_everything_is_given_only_beside_a_general_factor() -> None:
    with_general = by_place(an.block_reliability(couples(SIX, general())), "block:all")
    assert np.isfinite(with_general["omega_hierarchical", ""]["estimate"])
    assert np.isfinite(with_general["block_reliability", ""]["estimate"])
    small = book(*(items(code, 2) for code in ("H1", "H2", "H3", "U1", "U2", "U3")))
    without = by_place(an.block_reliability(made(small, 60)), "block:all")
    assert "scales: 6, smaller ones: 6" in without["omega_hierarchical", ""]["note"]
    assert without["block_reliability", ""]["note"] == TOTAL
    assert np.isfinite(by_place(an.block_reliability(made(small, 60)))["block_reliability", ""]["estimate"])


def test_two_scales_have_a_reliable_mean_but_no_general_factor() -> None:
    found = by_place(an.block_reliability(made(book(items("H1", 4), items("H2", 4)), 60)))
    assert "needs 3 scales of 3 or more items, and no smaller one; scales: 2" in found["omega_hierarchical", ""]["note"]
    assert np.isfinite(found["block_reliability", ""]["lower"])


def test_one_scale_is_no_block() -> None:
    found = by_place(an.block_reliability(made(book(items("H1", 4), items("N1", 4)), 60)))
    assert found["block_reliability", ""]["note"] == "a block needs two scales with items; scales: 1"


def test_unlike_ranges_constant_items_and_few_persons_have_reasons() -> None:
    assert by_place(an.block_reliability(made(UNLIKE, 60)))["block_reliability", ""]["note"] == UNLIKE_RANGES
    cells = general()
    cells[:, 0, 4] = 3.0
    assert by_place(an.block_reliability(couples(SIX, cells)))["omega_hierarchical", ""]["note"] == CONSTANT_ITEM
    few = by_place(an.block_reliability(made(SIX, 9)))
    assert {row["note"] for row in few.values()} == {"persons complete on all 9 items: 9; more than 9 are needed"}


def test_exchangeable_partners_are_clusters_in_either_order() -> None:
    cells = general(60)
    one, other = (
        by_place(an.block_reliability(couples(SIX, c, roles=None)), partner="both") for c in (cells, cells[:, ::-1])
    )
    for key in one:
        assert one[key]["estimate"] == pytest.approx(other[key]["estimate"], abs=1e-6)
        assert one[key]["se"] == pytest.approx(other[key]["se"], abs=1e-6)


def test_the_bootstrap_stands_beside_it() -> None:
    found = by_place(an.block_reliability(couples(SIX, general(), settings={"resamples": 300}), bootstrap=True))
    row, plain = found["block_reliability", "bootstrap"], found["block_reliability", ""]
    assert row["estimate"] == pytest.approx(plain["estimate"], abs=1e-12)
    assert row["se"] == pytest.approx(plain["se"], rel=0.3)


def test_without_valences_there_are_no_blocks() -> None:
    table = an.block_reliability(made(book(items("N1", 4), items("N2", 4)), 40))
    assert not len(table)
    assert "give scales their valence in scales.csv" in table.notes[0]
