"""Many one-factor models at once against one at a time, a general optimiser, and where there is no solution."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from second import omega_by_scipy

from analysis.stats.bootstrap import draw_weights, features, resampled
from analysis.stats.factor import OneFactor, fit_one_factor, observed_information
from analysis.stats.moments import covariance
from analysis.stats.omegas import omega_resampled
from analysis.stats.refits import ManyFits, fit_many, information
from analysis.stats.value import Array

NO_SOLUTION = {
    "two items": np.array([[1.0, 0.5], [0.5, 1.0]]),
    "a constant item": np.diag([1.0, 1.0, 0.0]),
    "an item twice": np.array([[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.5, 1.0]]),
    "nothing in common": np.eye(4),
    "only two items go together": np.array([[1.0, 0.5, 0], [0.5, 1.0, 0], [0, 0, 1.0]]),
    "signs that no factor has": np.array([[1.0, 0.4, 0.4], [0.4, 1.0, -0.4], [0.4, -0.4, 1.0]]),
}


def likert(n: int, k: int, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n, 1)) * np.linspace(0.6, 1.1, k) + rng.normal(size=(n, k))
    return np.clip(np.round(3 + 0.8 * latent), 1, 5)


def resamples(n: int, k: int, count: int = 150, seed: int = 1) -> tuple[Array, ManyFits]:
    """Return covariance matrices of resamples, (k, k, m), and the fit of the sample."""
    x = likert(n, k, seed)
    weights = draw_weights(n, count, np.random.default_rng(seed))
    cov = resampled(weights, [features(x)])[0].covariances(ddof=0)
    return np.moveaxis(cov, 0, -1), fit_many(covariance(x, ddof=0)[:, :, None])


def one_by_one(cov: Array) -> list[OneFactor]:
    return [fit_one_factor(cov[:, :, i]) for i in range(cov.shape[2])]


@pytest.mark.parametrize("k", [3, 4, 7, 12])
@pytest.mark.parametrize("n", [150, 300])
@pytest.mark.parametrize("from_sample", [True, False])
def test_resamples_have_the_fits_of_one_at_a_time(k: int, n: int, from_sample: bool) -> None:  # noqa: FBT001
    cov, sample = resamples(n, k)
    fits, alone = fit_many(cov, sample if from_sample else None), one_by_one(cov)
    assert fits.converged.tolist() == [fit.converged for fit in alone]
    assert fits.heywood.tolist() == [fit.heywood for fit in alone]
    both = np.array([fit.converged and not fit.heywood for fit in alone])
    assert both.mean() > 0.7  # three items and 150 couples are often improper
    for name in ("omega", "loadings", "uniquenesses"):
        expected = np.array([getattr(fit, name) for fit in alone])[both]
        assert getattr(fits, name).T[both] == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("k", [3, 4, 6])
def test_few_couples_improper_solutions_included(k: int) -> None:
    cov, sample = resamples(30, k, count=300, seed=4)
    fits, alone = fit_many(cov, sample), one_by_one(cov)
    converged = np.array([fit.converged for fit in alone])
    assert (fits.converged == converged).mean() > 0.99
    both = converged & fits.converged
    theirs = np.array([fit.omega for fit in alone])
    # With 30 couples a likelihood may have two maxima, and another start climbs the other one: rare, never many.
    assert (np.abs(fits.omega - theirs)[both] < 1e-8).mean() > 0.98
    assert fits.heywood.sum() > 0


def test_a_general_optimiser_finds_the_same_omega() -> None:
    cov, _ = resamples(120, 5, count=5)
    # L-BFGS compares misfits of size 1, known to 1e-16, so parameters to their square root.
    assert fit_many(cov).omega == pytest.approx([omega_by_scipy(cov[:, :, i]) for i in range(5)], abs=1e-6)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    cov, sample = resamples(100, 4, count=50)
    whole = fit_many(cov, sample).omega
    monkeypatch.setattr("analysis.stats.refits.AT_ONCE", 4 * 7)
    assert fit_many(cov, sample).omega == pytest.approx(whole, abs=1e-9, nan_ok=True)


def test_the_second_phase_alone_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    cov, _ = resamples(100, 4, count=50)
    scored = fit_many(cov).omega
    monkeypatch.setattr("analysis.stats.refits.SCORING", 0)
    assert fit_many(cov).omega == pytest.approx(scored, abs=1e-8, nan_ok=True)


def test_the_information_is_that_of_one_model() -> None:
    cov, _ = resamples(100, 5, count=3)
    fits, alone = fit_many(cov), one_by_one(cov)
    found = information(cov, fits.loadings, fits.uniquenesses)
    for i, fit in enumerate(alone):
        assert found[:, :, i] == pytest.approx(observed_information(cov[:, :, i], fit), rel=1e-6, abs=1e-8)


def test_units_of_items_are_given_back() -> None:
    cov, _ = resamples(100, 4, count=5)
    scale = np.array([1.0, 10, 0.1, 3])
    before, after = fit_many(cov), fit_many(cov * np.outer(scale, scale)[:, :, None])
    assert after.loadings == pytest.approx(before.loadings * scale[:, None], rel=1e-7)
    assert after.standardized == pytest.approx(before.standardized, rel=1e-7)


def test_a_heywood_case_is_fitted_and_told() -> None:
    r = np.array([[1.0, 0.8, 0.8], [0.8, 1.0, 0.5], [0.8, 0.5, 1.0]])  # l1^2 = .8 x .8 / .5 = 1.28
    fits = fit_many(r[:, :, None])
    assert fits.heywood.tolist() == [True]
    assert fits.uniquenesses[0, 0] == pytest.approx(-0.28)


@pytest.mark.parametrize("cov", NO_SOLUTION.values(), ids=NO_SOLUTION)
def test_a_matrix_that_determines_no_single_model_has_none_and_spoils_no_other(cov: Array) -> None:
    good, _ = resamples(200, len(cov), count=2) if len(cov) > 2 else (np.ones((2, 2, 2)), None)
    stacked = np.concatenate(
        [good[:, :, :1], cov[:, :, None], np.full((*cov.shape, 1), np.nan), good[:, :, 1:]], axis=2
    )
    fits = fit_many(stacked)
    assert fits.converged.tolist() == ([True, False, False, True] if len(cov) > 2 else [False] * 4)
    assert isnan(fits.omega[1])


def test_no_matrices_have_no_fits() -> None:
    assert fit_many(np.empty((4, 4, 0))).omega.shape == (0,)


def test_more_items_than_couples_and_a_hundred_items() -> None:
    x = likert(40, 100)
    assert not fit_many(covariance(x, ddof=0)[:, :, None]).converged.any()
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 1)) + rng.normal(size=(400, 100))
    cov = covariance(x, ddof=0)
    assert fit_many(cov[:, :, None]).omega[0] == pytest.approx(fit_one_factor(cov).omega, abs=1e-8)


def test_omega_of_resamples_of_several_scales_and_what_is_counted() -> None:
    covs, alone = [], []
    for seed in range(3):
        cov, _ = resamples(40, 3, count=30, seed=seed)
        covs.append(np.moveaxis(cov, -1, 0))
        alone.append(one_by_one(cov))
    stacked = np.array(covs)
    stacked[1, 4] = np.diag([1.0, 1.0, 0.0])  # an item that is constant in one resample
    samples = fit_many(np.stack([covariance(likert(40, 3, seed), ddof=0) for seed in range(3)], axis=2))
    found = omega_resampled(stacked, samples)
    assert found.omega.shape == (3, 30)
    assert isnan(found.omega[1, 4])
    assert found.not_converged.tolist() == np.isnan(found.omega).sum(axis=1).tolist()
    theirs, improper = (
        np.array([[getattr(fit, name) for fit in fits] for fits in alone]) for name in ("omega", "heywood")
    )
    theirs[1, 4] = np.nan
    slow = np.isnan(found.omega) & ~np.isnan(theirs)  # a hundred steps were not enough: counted as not converged
    assert slow.sum() <= 2
    there = ~np.isnan(found.omega)
    assert found.heywood.tolist() == (improper & there).sum(axis=1).tolist()
    np.testing.assert_allclose(found.omega[there], theirs[there], rtol=1e-7)
    patient = fit_many(np.moveaxis(stacked.reshape(-1, 3, 3), 0, -1)).omega.reshape(3, 30)
    np.testing.assert_allclose(patient, theirs, rtol=1e-7, equal_nan=True)
