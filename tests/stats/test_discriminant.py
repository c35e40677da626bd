"""Correlations and ratios of two scales against lavaan's and semTools' numbers, loops and simulation."""

from math import exp, isnan, log, sqrt

import numpy as np
import pytest
from oracles import FRAMES, couples, numbers
from scipy.stats import norm
from second import numeric_influence, weighted_covariance

from analysis.stats.discriminant import htmt, htmt2, latent_r
from analysis.stats.moments import correlation, covariance
from analysis.stats.structure import two_factors
from analysis.stats.structure_fit import fit_structure
from analysis.stats.value import Array

TABLE = numbers("10_discriminant_couple")
Z = norm.ppf(0.975)


def places() -> list[tuple[str, str]]:
    rows = TABLE[TABLE.statistic == "htmt2"]
    return list(zip(rows.frame, rows.scale, strict=True))


def persons(frame: str, scales: str) -> tuple[Array, Array, Array]:
    """Return both scales' answers of persons complete on both, and their couples."""
    pair, role = scales.split(":")
    first, second = (couples(frame).cube(scale) for scale in pair.split("+"))
    slots = [0, 1] if role == "pooled" else [FRAMES[frame]["roles"].index(role)]
    x1, x2 = (np.vstack([cube[:, slot] for slot in slots]) for cube in (first, second))
    complete = ~np.isnan(np.hstack([x1, x2])).any(axis=1)
    return x1[complete], x2[complete], np.tile(np.arange(len(first)), len(slots))[complete]


def row(frame: str, scale: str, statistic: str, variant: str) -> dict[str, float]:
    rows = TABLE[(TABLE.frame == frame) & (TABLE.scale == scale) & (TABLE.statistic == statistic)]
    return dict(rows[rows.variant == variant].iloc[0])


@pytest.mark.parametrize(("frame", "scale"), places())
def test_lavaan_has_the_same_latent_correlation(frame: str, scale: str) -> None:
    x1, x2, couple = persons(frame, scale)
    ours, wanted = latent_r(x1, x2, None, 0.95), row(frame, scale, "latent_r_subscales", "listwise; MLR; delta Wald")
    assert ours.estimate == pytest.approx(wanted["value"], abs=1e-6)
    for mine, theirs in ((ours.lower, "lower"), (ours.upper, "upper"), (ours.se, "se"), (ours.p, "p")):
        assert mine == pytest.approx(wanted[theirs], rel=1e-5, abs=1e-8), theirs
    assert len(x1) == wanted["n"]
    clustered = latent_r(x1, x2, couple, 0.95)
    assert clustered.estimate == ours.estimate
    if not scale.endswith("pooled"):  # one person a couple: the factor G / (G - 1) alone
        assert clustered.se == pytest.approx(ours.se * sqrt(len(x1) / (len(x1) - 1)))


@pytest.mark.parametrize(("frame", "scale"), places())
def test_semtools_has_the_same_ratios(frame: str, scale: str) -> None:
    x1, x2, _ = persons(frame, scale)
    cov, k1 = covariance(np.hstack([x1, x2])), x1.shape[1]
    for ours, statistic, variant in (
        (htmt(cov, k1), "htmt", "absolute correlations, arithmetic means"),
        (htmt(cov, k1, signed=True), "htmt", "signed correlations, arithmetic means"),
        (htmt2(cov, k1), "htmt2", "absolute correlations, geometric means"),
    ):
        assert float(ours) == pytest.approx(row(frame, scale, statistic, variant)["value"], rel=1e-9)


def test_many_pairs_are_compared() -> None:
    assert len(places()) >= 11


def answers(n: int = 100, r: float = 0.5, seed: int = 1) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    factor = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], size=n)
    return (
        factor[:, [0]] * [0.8, 0.9, 1.1] + rng.normal(size=(n, 3)),
        factor[:, [1]] * [0.7, 1.2, 0.9, 0.8] + rng.normal(size=(n, 4)),
    )


def test_persons_of_one_couple_count_together() -> None:
    x1, x2 = answers(60)
    x1 = x1**3
    couple = np.repeat(np.arange(30), 2)
    both = np.hstack([x1, x2])

    def r_of(weights: Array) -> float:
        return float(fit_structure(two_factors(3, 4), weighted_covariance(both, weights)).theta[-1])

    sums = numeric_influence(r_of, 60).reshape(30, 2).sum(axis=1)
    assert latent_r(x1, x2, couple, 0.95).se == pytest.approx(sqrt(30 / 29 * sums @ sums) / 60, rel=1e-5)
    alone = numeric_influence(r_of, 60)
    assert latent_r(x1, x2, None, 0.95).se == pytest.approx(sqrt(alone @ alone) / 60, rel=1e-5)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    found = [latent_r(*answers(200, seed=seed), None, 0.95) for seed in range(400)]
    assert np.mean([v.lower <= 0.5 <= v.upper for v in found]) == pytest.approx(0.95, abs=0.035)
    assert np.mean([v.estimate for v in found]) == pytest.approx(0.5, abs=0.015)


def test_the_test_is_against_0() -> None:
    value = latent_r(*answers(), None, 0.9)
    assert value.test == pytest.approx(value.estimate / value.se)
    assert value.p == pytest.approx(2 * norm.sf(abs(value.test)))
    assert value.upper - value.estimate == pytest.approx(norm.ppf(0.95) * value.se)


X1, X2 = answers(40)
NO_MODEL = {
    "a single item": (X1[:, :1], X2),
    "a constant item": (np.column_stack([X1, np.ones(40)]), X2),
    "a shared item": (X1, np.column_stack([X2, X1[:, 0]])),
    "the same scale": (X1, X1),
    "two persons": (X1[:2], X2[:2]),
    "one person": (X1[:1], X2[:1]),
    "nobody": (X1[:0], X2[:0]),
    "all the same": (np.ones((40, 3)), np.ones((40, 3))),
    "a hundred items": tuple(np.random.default_rng(2).normal(size=(2, 40, 50))),
}


@pytest.mark.parametrize(("x1", "x2"), NO_MODEL.values(), ids=NO_MODEL)
def test_without_a_solution_there_is_no_latent_correlation(x1: Array, x2: Array) -> None:
    assert all(isnan(part) for part in latent_r(x1, x2, None, 0.95))


def test_two_scales_that_are_one_may_correlate_beyond_1() -> None:
    rng = np.random.default_rng(3)
    found = [
        latent_r(x[:, :3], x[:, 3:], None, 0.95)
        for x in (rng.normal(size=(60, 1)) + rng.normal(size=(60, 6)) for _ in range(40))
    ]
    assert any(value.estimate > 1 for value in found)
    assert np.mean([value.lower <= 1 <= value.upper for value in found]) > 0.85


def by_loops(r: Array, k1: int, *, geometric: bool = False, signed: bool = False) -> float:
    p = len(r)

    def middle(values: list[float]) -> float:
        if geometric:
            return exp(sum(log(value) for value in values) / len(values))
        return sum(values) / len(values)

    def of(pairs: list[tuple[int, int]]) -> float:
        return middle([r[pair] if signed else abs(r[pair]) for pair in pairs])

    between = of([(i, j) for i in range(k1) for j in range(k1, p)])
    first = of([(i, j) for i in range(k1) for j in range(i)])
    second = of([(i, j) for i in range(k1, p) for j in range(k1, i)])
    return between / sqrt(first * second)


def test_ratios_by_loops_over_many_matrices_at_once() -> None:
    samples = [np.hstack(answers(50, seed=seed)) for seed in range(6)]
    covs = np.array([covariance(x) for x in samples]).reshape(2, 3, 7, 7)
    rs = [correlation(covariance(x)) for x in samples]
    for ours, options in (
        (htmt(covs, 3), {}), (htmt(covs, 3, signed=True), {"signed": True}), (htmt2(covs, 3), {"geometric": True})
    ):  # fmt: skip
        assert ours.shape == (2, 3)
        assert ours.ravel() == pytest.approx([by_loops(r, 3, **options) for r in rs], rel=1e-12)


def test_a_ratio_does_not_depend_on_units() -> None:
    cov = covariance(np.hstack(answers()))
    scale = np.linspace(0.1, 50, 7)
    for function in (htmt, htmt2):
        assert float(function(cov * np.outer(scale, scale), 3)) == pytest.approx(float(function(cov, 3)))


def test_geometric_means_give_the_latent_correlation_back_whatever_the_loadings() -> None:
    loadings, r = np.array([0.9, 0.4, 0.7, 0.8, 0.3]), 0.35
    first = np.arange(5) < 2
    cov = np.outer(loadings, loadings) * np.where(first[:, None] == first, 1.0, r)
    np.fill_diagonal(cov, 1)
    assert float(htmt2(cov, 2)) == pytest.approx(r)
    assert float(htmt(cov, 2)) != pytest.approx(r, abs=0.01)


R = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
UNDEFINED = {
    "a constant item": (np.diag([0.0, 1, 1, 1]) @ R @ np.diag([0.0, 1, 1, 1]), 2),
    "a scale of one item": (R, 1),
    "the other scale of one item": (R, 3),
    "nothing in common within a scale": (np.where(np.outer([1, 1, 0, 0], [1, 1, 0, 0]), np.eye(4), R), 2),
}


@pytest.mark.parametrize(("r", "k1"), UNDEFINED.values(), ids=UNDEFINED)
def test_where_a_ratio_is_not_defined_it_is_nan(r: Array, k1: int) -> None:
    batch = np.array([r, R])
    for function in (htmt, htmt2):
        assert isnan(function(r, k1))
        assert np.isnan(function(batch, k1)).tolist() == [True, k1 != 2]


def test_items_that_go_against_each_other_have_no_signed_ratio() -> None:
    r = R.copy()
    r[0, 1] = r[1, 0] = -0.3
    assert isnan(htmt(r, 2, signed=True))
    assert float(htmt(r, 2)) == pytest.approx(1)


def test_scales_with_nothing_in_common_have_ratio_0() -> None:
    r = np.kron(np.eye(2), R[:2, :2])
    for function in (htmt, htmt2):
        assert float(function(r, 2)) == 0


def test_scales_that_oppose_each_other_have_a_negative_signed_ratio() -> None:
    r = R * np.where(np.arange(4)[:, None] // 2 == np.arange(4) // 2, 1, -1)
    assert float(htmt(r, 2, signed=True)) == pytest.approx(-1)
    assert float(htmt2(r, 2)) == pytest.approx(1)


def test_items_that_correlate_exactly_0_have_a_geometric_ratio_of_0_in_any_order() -> None:
    x = np.array([[1.0, 1, 1, 3], [1, 2, 2, 1], [2, 1, 2, 2], [2, 2, 1, 2], [3, 3, 3, 3]])
    x[:, 3] = x[:, 0] ** 2 - 4 * x[:, 0] + x[:, 1]
    r = np.corrcoef(x.T)
    r[0, 2] = r[2, 0] = 1e-17
    assert htmt2(r, 2) == 0
