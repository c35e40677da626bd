"""Factor structures against scipy's optimiser, finite differences, lavaan's numbers; and where there is no solution."""

from math import isnan, nan, sqrt

import numpy as np
import pytest
from oracles import by_name, couples, numbers
from scipy.optimize import minimize
from second import slopes

from analysis.stats.factor import fit_one_factor
from analysis.stats.moments import covariance
from analysis.stats.structure import (
    Structure,
    bifactor,
    dyadic,
    exchangeable_dyadic,
    one_factor,
    start_values,
    two_factors,
)
from analysis.stats.structure_fit import (
    StructureFit,
    casewise_scores,
    composite_reliability,
    fit_structure,
    observed_information,
    parameter_influence,
)
from analysis.stats.value import Array

STRUCTURES = {
    "one factor": one_factor(4),
    "equal loadings": one_factor(4, equal=True),
    "two factors": two_factors(3, 4),
    "two items in a factor": two_factors(2, 3),
    "dyadic": dyadic(3),
    "exchangeable": exchangeable_dyadic(3),
    "bifactor": bifactor((3, 3, 4)),
}
every_structure = pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES)


def sandwich(fit: StructureFit, x: Array, cluster: Array | None = None) -> Array:
    """Return the robust covariance matrix of the parameters, (q, q).

    Inverse observed information, sum of squared scores, inverse observed information, over n (lavaan's MLR). With
    clusters (n,) scores are summed within them first, and the matrix carries the factor G / (G - 1) for G clusters.
    """
    influence, factor = parameter_influence(fit, x), 1.0
    if cluster is not None:
        place = np.unique(cluster, return_inverse=True)[1]
        sums = np.zeros((place.max() + 1, influence.shape[1]))
        np.add.at(sums, place, influence)
        influence, factor = sums, len(sums) / (len(sums) - 1) if len(sums) > 1 else nan
    return factor * influence.T @ influence / len(x) ** 2


def delta(gradient: Array, covariance: Array) -> float:
    """Return the standard error of a function of the parameters from its gradient (q,) and their covariance (q, q)."""
    return sqrt(max(float(gradient @ covariance @ gradient), 0.0))


def truth(structure: Structure, seed: int = 1) -> Array:
    """Return parameters of a proper model: loadings .5 to 1, residuals .4 to .8, other things .1 to .3."""
    rng, theta = np.random.default_rng(seed), np.zeros(structure.free)
    for numbers_of, low, high in (
        (structure.residuals, 0.1, 0.3), (structure.factors, 0.1, 0.3), (structure.loadings, 0.5, 1.0),
        (np.diagonal(structure.residuals), 0.4, 0.8),
    ):  # fmt: skip
        which = np.unique(numbers_of[numbers_of >= 0])
        theta[which] = rng.uniform(low, high, len(which))
    return theta


def answers(structure: Structure, n: int = 250, seed: int = 2) -> Array:
    """Return answers that are not normal, from a model of the structure."""
    root = np.linalg.cholesky(structure.implied(truth(structure)))
    return (np.random.default_rng(seed).exponential(size=(n, len(root))) - 1) @ root.T


def fitted(structure: Structure, x: Array) -> StructureFit:
    fit = fit_structure(structure, covariance(x, ddof=0))
    assert fit.converged
    return fit


def loglik(structure: Structure, theta: Array, x: Array) -> Array:
    """Return each row's log-likelihood with loops over the three matrices, means taken out."""
    p, m = structure.loadings.shape
    loadings = [[theta[a] if (a := structure.loadings[i, j]) >= 0 else 0 for j in range(m)] for i in range(p)]
    factors = [[theta[a] if (a := structure.factors[i, j]) >= 0 else float(i == j) for j in range(m)] for i in range(m)]
    residuals = [[theta[a] if (a := structure.residuals[i, j]) >= 0 else 0 for j in range(p)] for i in range(p)]
    sigma = np.array(loadings) @ np.array(factors) @ np.array(loadings).T + np.array(residuals)
    d = x - x.mean(axis=0)
    sign, size = np.linalg.slogdet(sigma)
    if sign <= 0 or np.linalg.eigvalsh(sigma)[0] <= 0:
        return np.full(len(x), -1e6)
    return np.asarray(-0.5 * (size + np.einsum("ij,jk,ik->i", d, np.linalg.inv(sigma), d)))


@every_structure
def test_a_general_optimiser_finds_no_better_and_the_same_model(structure: Structure) -> None:
    x = answers(structure)
    fit = fitted(structure, x)
    start = np.where(truth(structure) > 0, truth(structure) * 0.8, 0)

    def against(theta: Array) -> float:
        return float(-loglik(structure, theta, x).mean())

    found = minimize(against, start, method="BFGS", options={"gtol": 1e-7, "maxiter": 3000})
    # numeric gradients: a misfit known to 1e-16 gives parameters to about its fourth root times their spread
    assert fit.theta == pytest.approx(found.x, abs=2e-5)
    assert against(fit.theta) <= found.fun + 1e-14


@every_structure
def test_the_parameters_of_an_exact_matrix_come_back(structure: Structure) -> None:
    theta = truth(structure)
    fit = fit_structure(structure, structure.implied(theta))
    assert fit.theta == pytest.approx(theta, abs=1e-8)
    assert not fit.heywood


@every_structure
def test_the_gradient_is_zero_at_the_fit(structure: Structure) -> None:
    x = answers(structure)
    assert np.abs(casewise_scores(fitted(structure, x), x).mean(axis=0)).max() < 1e-9


@every_structure
def test_scores_are_the_derivatives_of_each_rows_likelihood(structure: Structure) -> None:
    x = answers(structure, 200)
    fit = fitted(structure, x)
    numeric = slopes(lambda at: loglik(structure, at, x), fit.theta).T
    assert casewise_scores(fit, x) == pytest.approx(numeric, rel=1e-6, abs=1e-6)


@every_structure
def test_the_observed_information_is_minus_the_second_derivative(structure: Structure) -> None:
    x = answers(structure)
    fit = fitted(structure, x)

    def gradient(at: Array) -> Array:
        return np.asarray(casewise_scores(StructureFit(structure, at, converged=True), x).mean(axis=0))

    numeric = -slopes(gradient, fit.theta)
    assert observed_information(fit, covariance(x, ddof=0)) == pytest.approx(numeric, rel=1e-7, abs=1e-8)


@every_structure
def test_the_expected_information_is_the_mean_of_squared_scores_in_a_normal_population(structure: Structure) -> None:
    fit = StructureFit(structure, truth(structure), converged=True)
    root = np.linalg.cholesky(fit.sigma)
    z = np.random.default_rng(3).normal(size=(200_000, len(root)))
    scores = casewise_scores(fit, z @ root.T)
    information = observed_information(fit, fit.sigma)
    # a mean of 200 000 products of scores is good to about half a percent of its size; four of those
    size = np.sqrt(np.outer(np.diagonal(information), np.diagonal(information)))
    assert np.abs(scores.T @ scores / len(z) - information).max() < 0.02 * size.max()
    assert observed_information(fit, fit.sigma) == pytest.approx(information, abs=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_one_factor_is_the_model_of_its_own_module(seed: int) -> None:
    x = answers(one_factor(4), seed=seed)
    cov = covariance(x, ddof=0)
    fit, other = fit_structure(one_factor(4), cov), fit_one_factor(cov)
    assert fit.theta == pytest.approx(np.concatenate([other.loadings, other.uniquenesses]), abs=1e-10)
    assert composite_reliability(fit, np.ones(4))[0] == pytest.approx(other.omega, abs=1e-10)


@every_structure
def test_the_sandwich_is_made_of_finite_differences_too(structure: Structure) -> None:
    x = answers(structure)
    fit = fitted(structure, x)
    by_row = slopes(lambda at: loglik(structure, at, x), fit.theta).T
    bread = np.linalg.inv(observed_information(fit, covariance(x, ddof=0)))
    by_hand = bread @ (by_row.T @ by_row / len(x)) @ bread / len(x)
    assert sandwich(fit, x) == pytest.approx(by_hand, rel=1e-5, abs=1e-8)


def test_rows_of_one_cluster_are_summed_before_squaring() -> None:
    x = answers(two_factors(3, 4), 100)
    twice = np.vstack([x, x])  # each couple's answers stand there twice: no more is known
    alone = sandwich(fitted(two_factors(3, 4), x), x)
    together = sandwich(fitted(two_factors(3, 4), twice), twice, np.tile(np.arange(100), 2))
    assert together == pytest.approx(alone * 100 / 99, rel=1e-8)


def test_one_cluster_alone_has_no_spread() -> None:
    x = answers(one_factor(4), 100)
    assert np.isnan(sandwich(fitted(one_factor(4), x), x, np.zeros(100, dtype=int))).all()


def test_clusters_may_have_any_numbers() -> None:
    x, cluster = answers(one_factor(4), 100), np.repeat(np.arange(50), 2)
    fit = fitted(one_factor(4), x)
    assert sandwich(fit, x, cluster * 7 + 3) == pytest.approx(sandwich(fit, x, cluster))


def test_the_sandwich_is_the_spread_over_samples_that_are_not_normal() -> None:
    structure, found, expected = two_factors(3, 3), [], []
    for seed in range(300):
        x = answers(structure, 400, seed)
        fit = fitted(structure, x)
        found.append(fit.theta)
        expected.append(np.sqrt(np.diagonal(sandwich(fit, x))))
    # an SD of 300 draws is good to 4 %; the sandwich is a little small in samples of 400 with exponential errors
    assert np.median(np.mean(expected, axis=0) / np.std(found, axis=0)) == pytest.approx(1, abs=0.08)


def test_delta_is_the_square_root_of_the_quadratic_form() -> None:
    assert delta(np.array([1.0, 2.0]), np.array([[4.0, 1.0], [1.0, 9.0]])) == pytest.approx(sqrt(4 + 4 + 36))
    assert isnan(delta(np.array([nan]), np.eye(1)))


@every_structure
def test_the_gradient_of_a_composite_reliability_is_its_slope(structure: Structure) -> None:
    fit = fitted(structure, answers(structure))
    p, m = structure.loadings.shape
    for weights in (np.ones(p), np.linspace(-1, 2, p)):
        for factors in (None, (0,), tuple(range(m))):

            def reliability(at: Array, weights: Array = weights, factors: tuple[int, ...] | None = factors) -> Array:
                return np.array(composite_reliability(StructureFit(structure, at, converged=True), weights, factors)[0])

            gradient = composite_reliability(fit, weights, factors)[1]
            assert gradient == pytest.approx(slopes(reliability, fit.theta), abs=1e-8)


def test_a_composite_reliability_is_true_variance_over_all() -> None:
    fit = StructureFit(two_factors(2, 2), np.array([1, 2, 3, 4, 0.5, 0.6, 0.7, 0.8, 0.3]), converged=True)
    assert composite_reliability(fit, np.ones(4))[0] == pytest.approx((9 + 49 + 2 * 0.3 * 21) / (70.6 + 2.6))
    assert composite_reliability(fit, np.ones(4), (0,))[0] == pytest.approx(9 / (70.6 + 2.6))
    assert composite_reliability(fit, np.array([1.0, 1, 0, 0]))[0] == pytest.approx(9 / (9 + 1.1))


def test_influences_predict_what_leaving_a_row_out_does() -> None:
    x = answers(two_factors(3, 4), 400)
    fit = fitted(two_factors(3, 4), x)
    without = fitted(two_factors(3, 4), x[1:])
    moved = (fit.theta - without.theta) * len(x)
    assert parameter_influence(fit, x)[0] == pytest.approx(moved, abs=0.1 * np.abs(moved).max())


def test_degrees_of_freedom_are_covariances_less_parameters() -> None:
    assert [STRUCTURES[name].df for name in STRUCTURES] == [2, 5, 13, 4, 5, 11, 25]
    assert dyadic(7).df == 69  # that of the reference
    assert two_factors(7, 5).df == 53


@every_structure
def test_start_values_make_a_model(structure: Structure) -> None:
    for seed in range(5):
        x = np.random.default_rng(seed).normal(size=(60, len(structure.loadings)))
        sigma = structure.implied(start_values(structure, covariance(x, ddof=0)))
        assert np.linalg.eigvalsh(sigma)[0] > 0


@every_structure
def test_items_in_other_units_have_loadings_in_other_units(structure: Structure) -> None:
    x = answers(structure)
    before, after = fitted(structure, x), fitted(structure, x * 1000)
    back = after.matrices
    assert back.loadings / 1000 == pytest.approx(before.matrices.loadings, rel=1e-7, abs=1e-9)
    assert back.factors == pytest.approx(before.matrices.factors, abs=1e-8)
    assert back.residuals / 1e6 == pytest.approx(before.matrices.residuals, rel=1e-7, abs=1e-9)


def test_a_scale_turned_round_turns_its_factor_round() -> None:
    x = answers(two_factors(3, 4))
    turned = x * np.where(np.arange(7) < 3, -1, 1)
    before, after = fitted(two_factors(3, 4), x), fitted(two_factors(3, 4), turned)
    assert after.theta[:7] == pytest.approx(before.theta[:7], abs=1e-9)  # sums of loadings are positive again
    assert after.theta[-1] == pytest.approx(-before.theta[-1], abs=1e-9)


def test_a_start_of_ones_own_ends_at_the_same_place() -> None:
    x = answers(dyadic(3))
    cov, structure = covariance(x, ddof=0), dyadic(3)
    own = fit_structure(structure, cov, truth(structure))
    assert own.theta == pytest.approx(fit_structure(structure, cov).theta, abs=1e-9)


def test_a_negative_residual_variance_is_told() -> None:
    r = np.array([[1.0, 0.8, 0.8], [0.8, 1.0, 0.5], [0.8, 0.5, 1.0]])  # l1^2 = .8 x .8 / .5 = 1.28
    fit = fit_structure(one_factor(3), r)
    assert fit.heywood
    assert fit.theta[0] ** 2 == pytest.approx(1.28)


def test_a_latent_correlation_beyond_1_is_told() -> None:
    r = np.full((4, 4), 0.5) + np.eye(4) / 2
    r[:2, :2] = r[2:, 2:] = np.array([[1.0, 0.45], [0.45, 1.0]])
    fit = fit_structure(two_factors(2, 2), r)
    assert fit.theta[-1] == pytest.approx(0.5 / 0.45)
    assert fit.heywood


NO_SOLUTION = {
    "a constant item": (one_factor(4), np.diag([1.0, 1, 1, 0])),
    "an item twice": (one_factor(3), np.array([[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.5, 1.0]])),
    "nothing in common": (one_factor(4), np.eye(4)),
    "two items": (one_factor(2), np.array([[1.0, 0.5], [0.5, 1.0]])),
    "one item": (one_factor(1), np.eye(1)),
    "a scale of one item": (two_factors(1, 3), np.full((4, 4), 0.5) + np.eye(4) / 2),
    "scales of two items that are strangers": (
        two_factors(2, 2), np.kron(np.eye(2), np.array([[1.0, 0.5], [0.5, 1.0]]))
    ),
    "more items than persons": (dyadic(5), covariance(np.random.default_rng(5).normal(size=(8, 10)), ddof=0)),
    "all the same": (one_factor(3), np.zeros((3, 3))),
}  # fmt: skip


@pytest.mark.parametrize(("structure", "cov"), NO_SOLUTION.values(), ids=NO_SOLUTION)
def test_a_matrix_that_determines_no_single_model_has_none(structure: Structure, cov: Array) -> None:
    fit = fit_structure(structure, cov)
    assert not fit.converged
    assert not fit.heywood
    assert np.isnan(fit.theta).all()
    assert isnan(composite_reliability(fit, np.ones(len(cov)))[0])


LAVAAN = [("a_clean", "healthy"), ("a_clean", "unhealthy"), ("d_negative", "share"), ("e_skewed", "harm"),
          ("g_reversed", "healthy"), ("i_short", "three"), ("l_bifactor", "healthy"), ("l_bifactor", "unhealthy"),
          ("b_missing", "healthy"), ("b_missing", "unhealthy")]  # fmt: skip


@pytest.mark.parametrize(("frame", "scale"), LAVAAN)
def test_lavaan_has_the_same_dyadic_model_and_ordinary_standard_errors(frame: str, scale: str) -> None:
    x = couples(frame).cube(scale).reshape(couples(frame).n, -1)
    x = x[~np.isnan(x).any(axis=1)]
    k = x.shape[1] // 2
    fit = fitted(dyadic(k), x)
    errors = np.linalg.inv(observed_information(fit, fit.sigma)) / len(x)
    first = np.arange(2 * k) < k
    table = numbers("10_discriminant_couple")
    table = table[(table.frame == frame) & (table.scale == scale) & table.variant.str.contains("same-item residual")]
    rows = by_name(table)
    model = "dyadic CFA, same-item residual covariances; ML"
    for statistic, weights in (
        ("reliability_couple_mean", np.ones(2 * k)),
        ("reliability_couple_difference", np.where(first, 1.0, -1.0)),
        ("omega_dyadic_first_role", first.astype(float)),
        ("omega_dyadic_second_role", 1.0 - first),
    ):
        row, (ours, gradient) = rows[statistic, model], composite_reliability(fit, weights)
        assert ours == pytest.approx(row["value"], abs=1e-6)
        assert delta(gradient, errors) == pytest.approx(row["se"], rel=1e-5)
    row = rows["latent_partner_r", "same-item residual covariances; ML"]
    assert fit.theta[4 * k] == pytest.approx(row["value"], abs=1e-6)
    assert sqrt(errors[4 * k, 4 * k]) == pytest.approx(row["se"], rel=1e-5)
    assert len(x) == row["n"]
