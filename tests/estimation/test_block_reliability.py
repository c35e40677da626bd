"""Blocks: stratified alpha and hierarchical omega against kernels, and when one number is refused."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import UNLIKE, book, couples, items, made

import analysis as an
from analysis.estimation.blocks import TOTAL
from analysis.estimation.blocks import UNLIKE as UNLIKE_RANGES
from analysis.estimation.resampling import weights
from analysis.results import Row
from analysis.stats import blocks as stats
from analysis.stats.bca import bca
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
    assert "this block has 6, 6 of them smaller" in without["omega_hierarchical", ""]["note"]
    assert without["block_reliability", ""]["note"] == TOTAL
    assert np.isfinite(by_place(an.block_reliability(made(small, 60)))["block_reliability", ""]["estimate"])


def test_two_scales_have_a_reliable_mean_but_no_general_factor() -> None:
    found = by_place(an.block_reliability(made(book(items("H1", 4), items("H2", 4)), 60)))
    assert (
        "needs 3 scales of 3 or more items, and no smaller one; this block has 2"
        in found["omega_hierarchical", ""]["note"]
    )
    assert np.isfinite(found["block_reliability", ""]["lower"])


def test_one_scale_is_no_block() -> None:
    found = by_place(an.block_reliability(made(book(items("H1", 4), items("N1", 4)), 60)))
    assert found["block_reliability", ""]["note"] == "a block needs two scales with items; this one has 1"


def test_unlike_ranges_constant_items_and_few_persons_have_reasons() -> None:
    assert by_place(an.block_reliability(made(UNLIKE, 60)))["block_reliability", ""]["note"] == UNLIKE_RANGES
    cells = general()
    cells[:, 0, 4] = 3.0
    assert (
        by_place(an.block_reliability(couples(SIX, cells)))["omega_hierarchical", ""]["note"]
        == "an item is constant: H2_2"
    )
    few = by_place(an.block_reliability(made(SIX, 9)))
    singular = "persons complete on all 9 items: 9; more than 9 are needed (singular covariances)"
    assert few["omega_hierarchical", ""]["note"] == singular
    assert np.isfinite(few["block_reliability", ""]["lower"])  # it inverts nothing
    pair = by_place(an.block_reliability(made(SIX, 2)))
    assert {row["note"] for row in pair.values()} == {"couples with a person complete on all 9 items: 2; 3 are needed"}


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


def test_missing_answers_leave_persons_out_of_the_block_and_nobody_else() -> None:
    cells = general()
    cells[:4, 0, 2], cells[3:6, 1, 8], cells[9, 0, 17] = np.nan, np.nan, np.nan
    data = couples(SIX, cells)
    table = an.block_reliability(data)
    counted = {
        (block, who): by_place(table, f"block:{block}", who)["block_reliability", ""]["n_persons"]
        for block in ("healthy", "unhealthy", "all")
        for who in "wm"
    }
    assert counted == {
        ("healthy", "w"): 146, ("healthy", "m"): 147, ("unhealthy", "w"): 149, ("unhealthy", "m"): 150,
        ("all", "w"): 145, ("all", "m"): 147,
    }  # fmt: skip
    kept = np.delete(np.arange(150), range(4))
    value = stats.block_reliability([part[kept] for part in scales(data)], np.arange(146), 0.95)
    row = by_place(table)["block_reliability", ""]
    np.testing.assert_array_equal([row[name] for name in Value._fields], value)


def test_exchangeable_columns_are_those_of_the_kernels_with_couples_as_clusters() -> None:
    data = couples(SIX, general(80), roles=None)
    found, couple = by_place(an.block_reliability(data), partner="both"), np.tile(np.arange(80), 2)
    parts = [np.vstack([data.cube(code)[:, 0], data.cube(code)[:, 1]]) for code in ("H1", "H2", "H3")]
    value = stats.block_reliability(parts, couple, 0.95)
    np.testing.assert_allclose(
        [found["block_reliability", ""][name] for name in Value._fields], value, rtol=1e-12
    )  # summed in another order
    value, _ = stats.omega_hierarchical(np.hstack(parts), (3, 3, 3), 0.95, couple)
    np.testing.assert_allclose(
        [found["omega_hierarchical", ""][name] for name in Value._fields], value, rtol=1e-12
    )  # summed in another order


def test_resampled_rows_are_those_of_a_loop_over_the_same_couples() -> None:
    data = couples(book(items("H1", 2), items("H2", 3)), general(40)[:, :, :5])
    row = by_place(an.block_reliability(data, bootstrap=True))["block_reliability", "bootstrap"]
    x = np.hstack([data.cube(code)[:, 0] for code in ("H1", "H2")])
    parts = [np.repeat(x, times.astype(int), axis=0) for times in weights(data)]
    parts += [np.delete(x, i, axis=0) for i in range(40)]
    values = np.array([stratified(part, (2, 3)) for part in parts])
    expected = bca(row["estimate"], values[:100], values[100:], 0.95)
    limits = (expected.lower, expected.upper, expected.se)
    assert (row["lower"], row["upper"], row["se"]) == pytest.approx(limits, rel=1e-9)


def stratified(x: Array, sizes: tuple[int, ...]) -> float:
    parts = np.split(x, np.cumsum(sizes)[:-1], axis=1)
    means = np.column_stack([part.mean(axis=1) for part in parts])
    error = sum(m.var(ddof=1) * (1 - pandas_alpha(part)) for m, part in zip(means.T, parts, strict=True))
    return float(1 - error / means.sum(axis=1).var(ddof=1))


def test_a_scale_of_one_item_leaves_its_block_without_reliability_and_says_why() -> None:
    found = by_place(an.block_reliability(made(book(items("H1", 1), items("H2", 3), items("H3", 1)), 40)))
    words = "the error of a scale of one item is unknown, and 2 of the scales have one item"
    assert found["block_reliability", ""]["note"] == words


def test_one_respondent_a_couple_has_blocks_and_groups_do_not_split_them() -> None:
    small = book(items("H1", 2), items("H2", 2))
    cells = general(30)[:, :, :4]
    assert set(an.block_reliability(couples(small, cells[:, :1])).frame["partner"]) == {"respondent"}
    grouped = an.block_reliability(couples(small, cells, group=["a", "b", "b"] * 10))
    assert set(grouped.frame["group"]) == {""}


def test_the_same_answer_everywhere_has_a_reason() -> None:
    cells = general(30)[:, :, :4]
    cells[...] = 3.0
    found = by_place(an.block_reliability(couples(book(items("H1", 2), items("H2", 2)), cells), bootstrap=True))
    assert found["block_reliability", ""]["note"] == "no scale varies"
    assert ("block_reliability", "bootstrap") not in found


def test_negative_block_reliability_is_shown_with_its_interval() -> None:
    rng = np.random.default_rng(2)
    one = rng.normal(size=(60, 2, 1))
    cells = np.concatenate([one, -one, one, -one], axis=2) + 0.7 * rng.normal(size=(60, 2, 4))
    codebook = book(items("H1", 2, low=None, high=None), items("H2", 2, low=None, high=None))
    row = by_place(an.block_reliability(couples(codebook, cells)))["block_reliability", ""]
    assert row["lower"] < row["estimate"] < row["upper"] < 0
