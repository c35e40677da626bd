"""The one-factor model against a general optimiser, finite differences and simulation; and where it has no solution."""

from math import isnan, sqrt

import numpy as np
import pytest
from second import omega_by_scipy, one_factor_by_scipy, one_factor_loglik, slopes

from analysis.stats.factor import (
    OneFactor,
    fit_one_factor,
    observed_information,
    omega,
    omega_influence,
    scores,
)
from analysis.stats.moments import covariance
from analysis.stats.value import Array

LOADINGS = np.array([0.9, 0.8, 0.7, 0.6])


def answers(n: int = 150, k: int = 5, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    return np.outer(rng.normal(size=n), np.linspace(0.6, 1.2, k)) + rng.normal(size=(n, k))


def fitted(x: Array) -> OneFactor:
    return fit_one_factor(covariance(x, ddof=0))


def parameters(fit: OneFactor) -> Array:
    return np.concatenate([fit.loadings, fit.uniquenesses])


@pytest.mark.parametrize("k", [3, 4, 5, 8])
@pytest.mark.parametrize("seed", range(4))
def test_a_general_optimiser_finds_the_same_model(k: int, seed: int) -> None:
    cov = covariance(answers(k=k, seed=seed), ddof=0)
    fit, (loadings, unique) = fit_one_factor(cov), one_factor_by_scipy(cov)
    assert fit.converged
    # L-BFGS compares misfits of size 1, known to 1e-16, so parameters to their square root.
    assert fit.loadings == pytest.approx(loadings, abs=1e-6)
    assert fit.uniquenesses == pytest.approx(unique, abs=1e-6)
    assert fit.omega == pytest.approx(omega_by_scipy(cov), abs=1e-6)


def test_an_exact_one_factor_matrix_gives_its_loadings_back() -> None:
    fit = fit_one_factor(np.outer(LOADINGS, LOADINGS) + np.diag(1 - LOADINGS**2))
    assert fit.loadings == pytest.approx(LOADINGS, abs=1e-10)
    assert fit.standardized == pytest.approx(LOADINGS, abs=1e-10)
    assert fit.omega == pytest.approx(9 / (9 + (1 - LOADINGS**2).sum()))


def test_three_items_are_fitted_exactly() -> None:
    cov = covariance(answers(k=3), ddof=0)
    assert fit_one_factor(cov).implied == pytest.approx(cov, abs=1e-9)


def test_the_gradient_is_zero_at_the_fit() -> None:
    x = answers()
    assert np.abs(scores(x, fitted(x)).mean(axis=0)).max() < 1e-9


def test_scores_are_the_derivatives_of_each_persons_likelihood() -> None:
    x = answers(20)
    fit = fitted(x)
    numeric = slopes(lambda at: one_factor_loglik(x, at), parameters(fit)).T
    assert scores(x, fit) == pytest.approx(numeric, abs=1e-7)  # central differences: step squared times the third


def test_the_information_is_minus_the_second_derivative() -> None:
    x = answers()
    fit = fitted(x)

    def gradient(at: Array) -> Array:
        return slopes(lambda inner: one_factor_loglik(x, inner).mean(), at, 1e-4)

    numeric = -slopes(gradient, parameters(fit), 1e-4)
    assert observed_information(covariance(x, ddof=0), fit) == pytest.approx(numeric, abs=1e-6)


def sandwich(x: Array) -> float:
    """Return omega's robust standard error from finite differences alone."""
    at, n, k = parameters(fitted(x)), len(x), x.shape[1]
    by_person = slopes(lambda inner: one_factor_loglik(x, inner), at).T
    bread = np.linalg.inv(-slopes(lambda a: slopes(lambda b: one_factor_loglik(x, b).mean(), a, 1e-4), at, 1e-4))
    slope = slopes(lambda a: np.array(a[:k].sum() ** 2 / (a[:k].sum() ** 2 + a[k:].sum())), at)
    return sqrt(slope @ bread @ (by_person.T @ by_person / n) @ bread @ slope / n)


@pytest.mark.parametrize("seed", range(3))
def test_omegas_standard_error_is_the_sandwich(seed: int) -> None:
    x = answers(seed=seed) ** 3  # far from normal, so that the robust error is not the ordinary one
    x = x / x.std(axis=0)  # so that steps of 1e-4 are small, but not lost in rounding
    value, _ = omega(x, np.arange(len(x)), 0.95, clustered=False)
    assert value.se == pytest.approx(sandwich(x), rel=1e-6)


def test_omegas_standard_error_is_its_spread_over_samples_that_are_not_normal() -> None:
    rng, n, found = np.random.default_rng(7), 300, []
    for _ in range(500):
        factor = rng.exponential(size=(n, 1)) - 1
        x = factor * LOADINGS + rng.standard_t(6, size=(n, 4)) * 0.6
        found.append(omega(x, np.arange(n), 0.95, clustered=False)[0])
    spread, mean_se = np.std([v.estimate for v in found]), np.mean([v.se for v in found])
    assert mean_se == pytest.approx(spread, rel=0.15)  # an SD of 500 draws is good to 3 %, more with heavy tails
    truth = 9 / (9 + 4 * 0.36 * 6 / 4)
    assert np.mean([v.estimate for v in found]) == pytest.approx(truth, abs=0.01)


def test_persons_of_one_couple_are_summed_before_squaring() -> None:
    x = answers(40)
    twice = np.vstack([x, x])  # every couple gives the same answers twice: no more is known than from one partner
    alone, _ = omega(x, np.arange(40), 0.95, clustered=False)
    together, _ = omega(twice, np.tile(np.arange(40), 2), 0.95, clustered=True)
    assert together.estimate == pytest.approx(alone.estimate, rel=1e-9)
    assert together.se == pytest.approx(alone.se * sqrt(40 / 39), rel=1e-9)


def test_influences_on_omega_sum_to_zero() -> None:
    x = answers()
    assert omega_influence(x, fitted(x)).sum() == pytest.approx(0, abs=1e-8)


def test_a_heywood_case_is_fitted_and_told() -> None:
    r = np.array([[1.0, 0.8, 0.8], [0.8, 1.0, 0.5], [0.8, 0.5, 1.0]])  # l1^2 = .8 x .8 / .5 = 1.28
    fit = fit_one_factor(r)
    assert fit.heywood
    assert fit.loadings[0] ** 2 == pytest.approx(1.28)
    assert fit.uniquenesses[0] == pytest.approx(-0.28)


def test_loadings_scale_with_their_items_and_standardized_ones_do_not() -> None:
    x, scale = answers(), np.array([1.0, 10, 0.1, 3, 7])
    before, after = fitted(x), fitted(x * scale)
    assert after.loadings == pytest.approx(before.loadings * scale, rel=1e-7)
    assert after.standardized == pytest.approx(before.standardized, rel=1e-7)


def test_the_sign_makes_the_sum_of_loadings_positive() -> None:
    assert fitted(-answers()).loadings.sum() > 0


DUPLICATE = np.array([[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.5, 1.0]])
NO_SOLUTION = {
    "two items": np.array([[1.0, 0.5], [0.5, 1.0]]),
    "a constant item": np.diag([1.0, 1.0, 0.0]),
    "an item twice": DUPLICATE,
    "nothing in common": np.eye(4),
    "only two items go together": np.array([[1.0, 0.5, 0], [0.5, 1.0, 0], [0, 0, 1.0]]),
    "signs that no factor has": np.array([[1.0, 0.4, 0.4], [0.4, 1.0, -0.4], [0.4, -0.4, 1.0]]),
}


@pytest.mark.parametrize("cov", NO_SOLUTION.values(), ids=NO_SOLUTION)
def test_a_matrix_that_determines_no_single_model_has_none(cov: Array) -> None:
    fit = fit_one_factor(cov)
    assert not fit.converged
    assert isnan(fit.omega)


def test_answers_that_determine_no_model_have_no_omega() -> None:
    sides = np.array(np.meshgrid([-1.0, 1], [-1.0, 1], [-1.0, 1])).reshape(3, -1).T
    x = np.vstack([sides, sides[np.abs(sides[:, :2].sum(axis=1)) > 1]])  # the third item goes with none of the others
    value, fit = omega(x, np.arange(len(x)), 0.95, clustered=False)
    assert not fit.converged
    assert all(isnan(part) for part in value)


def test_nobody_has_no_omega() -> None:
    value, _ = omega(np.empty((0, 4)), np.empty(0), 0.95, clustered=False)
    assert isnan(value.estimate)


def test_an_item_exactly_uncorrelated_with_the_others_has_no_solution_and_no_crash() -> None:
    x = np.array([[5, 3, 4], [4, 1, 4], [4, 5, 1], [4, 5, 2], [2, 2, 4], [4, 3, 1], [2, 4, 2], [3, 5, 2]], dtype=float)
    assert not fit_one_factor(covariance(x, ddof=0)).converged
