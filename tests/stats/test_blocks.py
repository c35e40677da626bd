"""Reliability of blocks against lavaan's bifactor fits, scipy's optimiser, loops, populations and simulation."""

from math import exp, isnan, log, sqrt

import numpy as np
import pytest
from oracles import FRAMES, couples, numbers
from scipy.optimize import minimize
from second import numeric_influence, weighted_covariance

from analysis.stats.blocks import alpha_stratified, block_reliability, fit_bifactor, omega_hierarchical
from analysis.stats.consistency import alpha, alpha_clustered
from analysis.stats.goodness import likelihood_ratio
from analysis.stats.moments import correlation, covariance
from analysis.stats.structure_fit import StructureFit, composite_reliability, parameter_influence
from analysis.stats.value import Array

SIZES = (2, 3, 4)
SPLIT = np.cumsum(SIZES)[:-1]


def answers(n: int = 200, sizes: tuple[int, ...] = SIZES, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    groups = np.repeat(rng.normal(size=(n, len(sizes))), sizes, axis=1)
    p = sum(sizes)
    return (
        rng.normal(size=(n, 1)) * np.linspace(0.7, 1.1, p) + groups * np.linspace(0.9, 0.6, p) + rng.normal(size=(n, p))
    )


def parts(x: Array, sizes: tuple[int, ...] = SIZES) -> list[Array]:
    return np.split(x, np.cumsum(sizes)[:-1], axis=1)


def by_hand(x: Array, sizes: tuple[int, ...] = SIZES) -> float:
    """Return the formula with scale means, scale by scale."""
    means = [part.mean(axis=1) for part in parts(x, sizes)]
    block = sum(means) / len(means)
    error = (
        sum(m.var(ddof=1) * (1 - alpha(covariance(part))) for m, part in zip(means, parts(x, sizes), strict=True))
        / len(means) ** 2
    )
    return float(1 - error / block.var(ddof=1))


@pytest.mark.parametrize("seed", range(4))
def test_stratified_alpha_is_its_formula(seed: int) -> None:
    x = answers(seed=seed)
    assert float(alpha_stratified(covariance(x), SIZES)) == pytest.approx(by_hand(x), rel=1e-12)


def test_stratified_alphas_of_many_matrices_at_once() -> None:
    covs = np.array([covariance(answers(seed=seed)) for seed in range(6)]).reshape(3, 2, 9, 9)
    found = alpha_stratified(covs, SIZES)
    assert found.shape == (3, 2)
    assert found.ravel() == pytest.approx([by_hand(answers(seed=seed)) for seed in range(6)], rel=1e-12)


def test_of_one_scale_it_is_alpha_with_its_interval() -> None:
    x, couple = answers(60), np.repeat(np.arange(30), 2)
    assert float(alpha_stratified(covariance(x), (9,))) == pytest.approx(alpha(covariance(x)))
    assert block_reliability([x], couple, 0.9) == pytest.approx(alpha_clustered(x, couple, 0.9), nan_ok=True)


def test_it_is_the_true_reliability_where_items_of_a_scale_are_parallel() -> None:
    sizes, scale = (2, 4), np.repeat([0, 1], (2, 4))
    true = np.array([[1.0, 0.5], [0.5, 2.0]])[np.ix_(scale, scale)]
    errors = np.array([0.7, 1.5])[scale]
    reliability = (1 + 2 + 2 * 0.5) / (1 + 2 + 2 * 0.5 + 0.7 / 2 + 1.5 / 4)
    assert float(alpha_stratified(true + np.diag(errors), sizes)) == pytest.approx(reliability)


def test_its_error_is_made_of_what_each_person_does_to_it() -> None:
    x, n = answers(60) ** 3, 60
    found = block_reliability(parts(x), np.arange(n), 0.95)
    numeric = numeric_influence(lambda w: float(alpha_stratified(weighted_covariance(x, w), SIZES)), n)
    influence = numeric * (n - 1) / n  # covariances with n - 1, as those of alpha itself
    assert found.estimate == pytest.approx(by_hand(x))
    assert found.se == pytest.approx(sqrt(influence @ influence / n / (n - 1)), rel=1e-6)
    couple = np.repeat(np.arange(30), 2)
    sums = influence.reshape(30, 2).sum(axis=1)
    assert block_reliability(parts(x), couple, 0.95).se == pytest.approx(sqrt(30 / 29 * sums @ sums) / n, rel=1e-6)
    half = 1.959963984540054 * found.se / (1 - found.estimate)
    assert found.lower == pytest.approx(1 - exp(log(1 - found.estimate) + half))
    assert found.upper == pytest.approx(1 - exp(log(1 - found.estimate) - half))


def test_its_interval_holds_the_truth_as_often_as_it_says() -> None:
    truth = by_hand(answers(1_000_000))
    found = [block_reliability(parts(answers(seed=seed)), np.arange(200), 0.95) for seed in range(600)]
    assert np.mean([v.lower <= truth <= v.upper for v in found]) == pytest.approx(0.95, abs=0.027)


def test_a_scale_of_one_item_leaves_a_blocks_reliability_unknown() -> None:
    x = answers(60)
    assert isnan(float(alpha_stratified(covariance(x), (1, 8))))
    assert np.isnan(alpha_stratified(np.array([covariance(x)] * 2), (1, 8))).tolist() == [True, True]
    assert all(isnan(part) for part in block_reliability(parts(x, (1, 8)), np.arange(60), 0.95))


def test_blocks_without_variance_or_persons_have_no_reliability() -> None:
    for x in (np.ones((20, 9)), answers(1), answers(1)[:0]):
        assert all(isnan(part) for part in block_reliability(parts(x), np.arange(len(x)), 0.95))
    two = answers(40)[:, :2]
    against = np.hstack([two, -two])
    assert isnan(float(alpha_stratified(covariance(against), (2, 2))))


def test_a_perfect_block_has_no_interval() -> None:
    x = np.repeat(answers(30)[:, :3], 3, axis=1)
    value = block_reliability(parts(x, (3, 3, 3)), np.arange(30), 0.95)
    assert value.estimate == pytest.approx(1)
    assert isnan(value.lower) or value.upper - value.lower < 1e-6


def test_a_constant_item_and_many_items_are_no_obstacle() -> None:
    x = answers(40)
    x[:, 0] = 3
    assert block_reliability(parts(x), np.arange(40), 0.95).estimate == pytest.approx(by_hand(x))
    wide = answers(40, (50, 50))
    assert block_reliability(parts(wide, (50, 50)), np.arange(40), 0.95).se > 0
    assert block_reliability(parts(answers(2)), np.arange(2), 0.95).estimate <= 1


# Bifactor: the reference has two group factors only; README of the reference: only l_bifactor is a frame for it.
@pytest.mark.parametrize("role", FRAMES["l_bifactor"]["roles"])
def test_the_best_of_many_lavaan_fits_is_found(role: str) -> None:
    table = numbers("11_bifactor")
    table = table[(table.frame == "l_bifactor") & (table.scale == f"healthy+unhealthy:{role}")]
    row = table[(table.statistic == "omega_h") & (table.variant == "lavaan bifactor ML; as stored")].iloc[0]
    slot = FRAMES["l_bifactor"]["roles"].index(role)
    x = np.hstack([couples("l_bifactor").cube(scale)[:, slot] for scale in ("healthy", "unhealthy")])
    r = correlation(covariance(x, ddof=0))  # the reference takes standardized loadings
    fit = fit_bifactor(r, (7, 5))
    # lavaan's optimiser stops where a flat likelihood still allows steps of 1e-6
    assert composite_reliability(fit, np.ones(12), (0,))[0] == pytest.approx(row["value"], abs=1e-6)
    chi2 = likelihood_ratio(fit.sigma, r, len(x), fit.structure.df)
    assert f"chi2 {chi2.estimate:.8f} df {chi2.df:.0f}" in row["note"]
    assert len(x) == row["n"]


THREE = (3, 3, 4)


def population() -> tuple[Array, float]:
    """Return the covariances of a bifactor model of three scales, and its hierarchical omega."""
    general, group = np.linspace(0.5, 0.9, 10), np.linspace(0.6, 0.3, 10)
    scale = np.repeat(np.arange(3), THREE)
    cov = np.outer(general, general) + np.outer(group, group) * (scale[:, None] == scale) + np.diag(np.full(10, 0.5))
    return cov, general.sum() ** 2 / cov.sum()


def test_a_population_gives_its_omega_back() -> None:
    cov, truth = population()
    fit = fit_bifactor(cov, THREE)
    assert fit.converged
    assert not fit.heywood
    assert composite_reliability(fit, np.ones(10), (0,))[0] == pytest.approx(truth, abs=1e-9)
    assert fit.theta[:10] == pytest.approx(np.linspace(0.5, 0.9, 10), abs=1e-8)


def samples(n: int = 300, seed: int = 1) -> Array:
    return np.random.default_rng(seed).normal(size=(n, 10)) @ np.linalg.cholesky(population()[0]).T


def bifactor_by_scipy(cov: Array) -> tuple[float, float]:
    """Return the hierarchical omega and the misfit of the best of ten BFGS runs."""
    scale = np.repeat(np.arange(3), THREE)
    same = scale[:, None] == scale

    def sigma_of(at: Array) -> Array:
        return np.asarray(np.outer(at[:10], at[:10]) + np.outer(at[10:20], at[10:20]) * same + np.diag(at[20:]))

    def misfit(at: Array) -> tuple[float, Array]:
        sigma = sigma_of(at)
        if np.linalg.eigvalsh(sigma)[0] <= 1e-6:
            return 1e3, np.zeros(30)
        p = np.linalg.inv(sigma)
        slope = p - p @ cov @ p
        return (
            float(np.linalg.slogdet(sigma)[1] + np.trace(cov @ p)),
            np.concatenate([2 * slope @ at[:10], 2 * (slope * same) @ at[10:20], np.diagonal(slope)]),
        )

    rng = np.random.default_rng(9)
    starts = [np.concatenate([rng.uniform(0.3, 0.9, 10), rng.uniform(0, 0.7, 10), np.full(10, 0.6)]) for _ in range(10)]
    runs = [minimize(misfit, start, jac=True, method="BFGS", options={"gtol": 1e-9}) for start in starts]
    best = min(runs, key=lambda run: run.fun)
    return float(best.x[:10].sum() ** 2 / sigma_of(best.x).sum()), float(best.fun)


@pytest.mark.parametrize("seed", range(3))
def test_a_general_optimiser_finds_no_better_fit(seed: int) -> None:
    x = samples(seed=seed)
    cov = covariance(x, ddof=0)
    (value, fit), (found, misfit) = omega_hierarchical(x, THREE, 0.95), bifactor_by_scipy(cov)
    assert value.estimate == pytest.approx(found, abs=1e-6)
    ours = np.linalg.slogdet(fit.sigma)[1] + np.trace(cov @ np.linalg.inv(fit.sigma))
    assert ours <= misfit + 1e-10


def test_the_error_of_omega_h_is_made_of_what_each_person_does_to_it() -> None:
    z = np.random.default_rng(2).exponential(size=(200, 10)) - 1  # not normal
    x = z @ np.linalg.cholesky(population()[0]).T
    value, fit = omega_hierarchical(x, THREE, 0.95)
    assert fit.converged
    few = range(0, 200, 50)

    def omega_of(weights: Array) -> float:
        found = fit_bifactor(weighted_covariance(x, weights), THREE)
        return composite_reliability(found, np.ones(10), (0,))[0]

    ours = parameter_influence(fit, x) @ composite_reliability(fit, np.ones(10), (0,))[1]
    for i in few:
        step = 1e-5
        at = [omega_of(np.full(200, (1 - h) / 200) + h * (np.arange(200) == i)) for h in (step, -step)]
        assert (at[0] - at[1]) / (2 * step) == pytest.approx(ours[i], rel=1e-4, abs=1e-5)
    assert value.se == pytest.approx(sqrt(ours @ ours) / 200)
    half = 1.959963984540054 * value.se / (1 - value.estimate)
    assert value.lower == pytest.approx(1 - exp(log(1 - value.estimate) + half))
    twice, _ = omega_hierarchical(np.vstack([x, x]), THREE, 0.95, np.tile(np.arange(200), 2))
    assert twice.se == pytest.approx(value.se * sqrt(200 / 199), rel=1e-6)


def test_the_interval_of_omega_h_holds_the_truth() -> None:
    truth = population()[1]
    found = [omega_hierarchical(samples(400, seed), THREE, 0.95) for seed in range(30)]
    kept = [value for value, fit in found if fit.converged and not fit.heywood]
    assert len(kept) > 24
    assert np.mean([v.lower <= truth <= v.upper for v in kept]) > 0.8  # nearly four standard errors of 30


NOT_ENOUGH = {
    "two scales": (answers(100, (4, 4)), (4, 4)),
    "one scale": (answers(100, (8,)), (8,)),
    "a scale of two items": (answers(100, (2, 4, 4)), (2, 4, 4)),
    "nobody": (answers(1, THREE)[:0], THREE),
    "one person": (answers(1, THREE), THREE),
    "a constant item": (np.column_stack([answers(100, (2, 3, 3)), np.ones(100)]), (3, 3, 3)),
    "all the same": (np.ones((50, 9)), (3, 3, 3)),
    "an item twice": (answers(100, (9,))[:, [0, 0, 1, 2, 3, 4, 5, 6, 7]], (3, 3, 3)),
    "more items than persons": (answers(40, (30, 30, 40)), (30, 30, 40)),
}


@pytest.mark.parametrize(("x", "sizes"), NOT_ENOUGH.values(), ids=NOT_ENOUGH)
def test_without_what_it_takes_there_is_no_omega_h(x: Array, sizes: tuple[int, ...]) -> None:
    value, fit = omega_hierarchical(x, sizes, 0.95)
    assert all(isnan(part) for part in value)
    assert isinstance(fit, StructureFit)
    assert not fit.converged


def test_an_improper_solution_is_told() -> None:
    for seed in range(30):
        _, fit = omega_hierarchical(samples(40, seed), THREE, 0.95)
        if fit.converged and (fit.theta[20:] < 0).any():
            assert fit.heywood
            return
    pytest.fail("no improper solution")
