"""The tables of all scales from one pass, against the functions for one scale and against pingouin."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pingouin
import pytest
from oracles import couples, numbers

from analysis.stats.consistency import alpha, alpha_if_dropped, alpha_standardized, item_rest_r
from analysis.stats.crossproducts import ConsistencyTables, consistency_tables, sums_of_products
from analysis.stats.moments import complete_rows, covariance
from analysis.stats.value import Array

SCALES = [np.arange(4), np.arange(4, 9), np.array([11, 9, 10]), np.array([12, 13]), np.array([14])]
OVERLAPPING = [*SCALES, np.array([0, 5, 9, 12, 14]), np.arange(15)]


def codes(n: int, m: int = 15, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n, 1)) + rng.normal(size=(n, m))
    return np.clip(np.round(3 + 0.8 * latent), 1, 5)


def holes(x: Array, share: float = 0.05, seed: int = 2) -> Array:
    x = x.copy()
    x[np.random.default_rng(seed).random(x.shape) < share] = np.nan
    return x


def check(found: ConsistencyTables, x: Array, scales: list[Array], tolerance: float = 1e-12) -> None:
    """Assert that the tables are those of the functions for one scale."""
    for i, scale in enumerate(scales):
        part = x[:, scale].astype(float)
        part = part[complete_rows(part)]
        cov = covariance(part)
        assert found.n[i] == len(part)
        for one, theirs in (
            (found.alpha[i], alpha(cov)),
            (found.alpha_standardized[i], alpha_standardized(cov)),
            (found.mean[i], part.mean(axis=0)),
            (found.sd[i], np.sqrt(np.diagonal(cov))),
            (found.item_rest_r[i], item_rest_r(cov)),
            (found.alpha_if_dropped[i], alpha_if_dropped(cov)),
        ):
            np.testing.assert_allclose(one, theirs, rtol=tolerance, atol=tolerance, equal_nan=True)


@pytest.mark.parametrize("n", [3, 40, 1024, 3000])
@pytest.mark.parametrize("kind", [np.int8, np.int64, np.float32, np.float64])
def test_complete_answers_give_what_each_scale_gives_alone(n: int, kind: type) -> None:
    x = codes(n)
    for scales in (SCALES, OVERLAPPING):
        check(consistency_tables(x.astype(kind), scales), x, scales)


@pytest.mark.parametrize("n", [40, 3000])
def test_persons_are_complete_scale_by_scale(n: int) -> None:
    x = holes(codes(n))
    for scales in (SCALES, OVERLAPPING):
        check(consistency_tables(x, scales), x, scales)


def test_a_first_missing_value_after_the_first_block_is_found() -> None:
    x = codes(3000)
    x[2500, 3] = np.nan
    check(consistency_tables(x, SCALES), x, SCALES)


def test_scores_that_are_no_whole_numbers() -> None:
    x = codes(3000) + np.random.default_rng(3).normal(size=(3000, 15)) / 7
    check(consistency_tables(x, SCALES), x, SCALES)
    check(consistency_tables(holes(x), SCALES), holes(x), SCALES)


def test_sorted_rows_far_from_zero_lose_few_digits() -> None:
    x = np.sort(codes(5000), axis=0) + 1e4 + np.random.default_rng(3).normal(size=(5000, 15)) / 7
    check(consistency_tables(x, SCALES), x, SCALES, 1e-9)  # the numbers themselves have four digits fewer


def test_nearly_equal_items() -> None:
    one = codes(4000, 1)
    x = np.repeat(one, 4, axis=1) + np.random.default_rng(3).normal(size=(4000, 4)) * 0.003
    found = consistency_tables(x, [np.arange(4)])
    assert 1 - found.alpha[0] == pytest.approx(1 - alpha(covariance(x)), rel=1e-9)
    assert 1 - found.alpha[0] < 1e-4


def test_whole_numbers_are_summed_exactly() -> None:
    rng = np.random.default_rng(1)
    for low, high in ((1, 5), (0, 127), (-128, -128), (0, 200)):  # single precision, its limit, double precision
        for kind in (np.int16, np.float64):
            x = rng.integers(low, high, (5000, 6), endpoint=True).astype(kind)
            sums = sums_of_products(x)
            back = x.astype(np.int64)
            if high > 127:
                assert (sums.centre != 0).any()
                continue
            assert (sums.centre == 0).all()
            assert (sums.second == back.T @ back).all()
            assert (sums.first == back.sum(axis=0)).all()


def test_whole_numbers_that_stop_being_whole_or_small_after_the_first_block() -> None:
    for strange in (2.5, 1000.0, 3.0000001):
        x = codes(3000)
        x[2500, 3] = strange
        check(consistency_tables(x, SCALES), x, SCALES)
        check(consistency_tables(holes(x), SCALES), holes(x), SCALES)


def test_unsigned_and_negative_codes() -> None:
    x = codes(100)
    check(consistency_tables(x.astype(np.uint8), SCALES), x, SCALES)
    check(consistency_tables((x - 9).astype(np.int8), SCALES), x - 9, SCALES)
    wide = np.array([[-120, 127], [127, -128], [5, 6]], dtype=np.int8)
    check(consistency_tables(wide, [np.arange(2)]), wide.astype(float), [np.arange(2)])


@pytest.mark.parametrize("value", [3.0, 3.4])
def test_a_constant_item_has_no_variance_at_all(value: float) -> None:
    x = codes(2000)
    x[:, 2] = value
    for given in (x, holes(x)):
        found = consistency_tables(given, SCALES)
        assert found.sd[0][2] == 0
        assert np.isnan(found.item_rest_r[0][2])
        assert np.isnan(found.alpha_standardized[0])
        assert np.isfinite(found.alpha[0])
        check(found, given, SCALES)


def test_an_item_that_is_constant_among_complete_persons_only() -> None:
    x = codes(60)
    x[:, 0], x[:5, 0] = 3.4, 1.7
    x[:5, 1] = np.nan
    found = consistency_tables(x, SCALES)
    assert found.sd[0][0] == 0
    assert np.isnan(found.item_rest_r[0][0])


def test_too_few_persons_have_no_numbers() -> None:
    for x in (
        codes(1),
        np.full((5, 15), np.nan),
        np.empty((0, 15)),
        codes(1).astype(np.int8),
        np.empty((0, 15), np.int8),
    ):
        found = consistency_tables(x, SCALES)
        assert np.isnan(found.alpha).all()
        assert all(np.isnan(part).all() for part in found.item_rest_r)
    assert found.n.tolist() == [0] * 5


def test_two_persons_and_a_hundred_items() -> None:
    check(consistency_tables(codes(2), SCALES), codes(2), SCALES)
    x = codes(40, 100)
    check(consistency_tables(x, [np.arange(100)]), x, [np.arange(100)], 1e-11)


def test_pingouins_alphas() -> None:
    x = codes(300)
    found = consistency_tables(x.astype(np.int8), SCALES[:4])
    for i, scale in enumerate(SCALES[:4]):
        assert found.alpha[i] == pytest.approx(pingouin.cronbach_alpha(pd.DataFrame(x[:, scale]))[0], rel=1e-12)


@pytest.mark.parametrize("frame", ["a_clean", "b_missing"])
def test_the_numbers_of_psych(frame: str) -> None:
    data, table = couples(frame), numbers("01_alpha_items")
    table = table[table["frame"] == frame].set_index(["scale", "statistic", "variant"])
    roles, codes_ = list(data.roles or ()), list(data.codebook.codes)
    cubes = [data.cube(code)[:, slot] for code in codes_ for slot in range(2)]
    ends = np.cumsum([0, *(cube.shape[1] for cube in cubes)])
    scales = [np.arange(a, b) for a, b in pairwise(ends)]
    found = consistency_tables(np.hstack(cubes), scales)
    cells = [(code, role) for code in codes_ for role in roles]
    for i, (code, role) in enumerate(cells):
        assert found.alpha_standardized[i] == pytest.approx(
            table.loc[(f"{code}:{role}", "alpha_std", "listwise"), "value"], rel=1e-9
        )
        for j, item in enumerate(data.codebook.scored_items(code)):
            for statistic in ("item_rest_r", "alpha_if_dropped"):
                row = table.xs((f"{code}:{role}", statistic, item.name))
                assert getattr(found, statistic)[i][j] == pytest.approx(row["value"], rel=1e-9)
                assert found.n[i] == row["n"]
