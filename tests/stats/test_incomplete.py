"""Answers with gaps against the reference's EM, lavaan's full information fits, loops over rows, and simulation."""

from math import isnan, log, nan, sqrt

import numpy as np
import pytest
from oracles import FRAMES, by_name, couples, numbers
from scipy.optimize import minimize
from second import slopes

from analysis.stats.consistency import alpha, alpha_clustered
from analysis.stats.factor import omega
from analysis.stats.incomplete import (
    _patterns,
    _scores,
    _slope,
    alpha_fiml,
    answered,
    em_moments,
    fit_incomplete,
    omega_fiml,
)
from analysis.stats.moments import covariance
from analysis.stats.structure import Structure, one_factor, saturated, two_factors
from analysis.stats.structure_fit import StructureFit, composite_reliability, fit_structure
from analysis.stats.value import Array

EM, ML, PAIRS = numbers("12_missing"), numbers("02_omega_onefactor"), numbers("10_discriminant_couple")
PLACES = [(scale, role) for scale in ("healthy", "unhealthy") for role in FRAMES["b_missing"]["roles"]]
ROBUST, ORDINARY = "FIML; MLR (robust se); ln(1-omega)", "FIML; ML; delta Wald"


def persons(scale: str, role: str) -> Array:
    x = couples("b_missing").cube(scale)[:, FRAMES["b_missing"]["roles"].index(role)]
    return np.asarray(x[answered(x)])


def names(scale: str) -> list[str]:
    return [item.name for item in couples("b_missing").codebook.scored_items(scale)]


@pytest.mark.parametrize(("scale", "role"), PLACES)
def test_the_reference_has_the_same_moments(scale: str, role: str) -> None:
    rows = by_name(EM[(EM.frame == "b_missing") & (EM.scale == f"{scale}:{role}")])
    found, items = em_moments(persons(scale, role)), names(scale)
    assert found.converged
    for i, item in enumerate(items):
        assert found.mean[i] == pytest.approx(rows["em_mean", item]["value"], rel=1e-9)
        for j in range(i, len(items)):
            wanted = rows["em_cov", f"{item}~{items[j]}"]
            assert found.covariance[i, j] == pytest.approx(wanted["value"], rel=1e-9, abs=1e-11)
            assert found.n == wanted["n"]
    assert alpha_fiml(persons(scale, role), 0.95).estimate == pytest.approx(rows["alpha_em", ""]["value"], rel=1e-9)


def test_the_reference_has_the_same_moments_of_couples_scores() -> None:
    rows = EM[(EM.frame == "b_missing") & (EM.scale == "couple scores") & EM.statistic.isin(["em_mean", "em_cov"])]
    order = ["healthy_w", "unhealthy_w", "healthy_m", "unhealthy_m"]
    scores = couples("b_missing").scored(["healthy", "unhealthy"])
    found = em_moments(scores.reshape(len(scores), -1))
    for variant, value in zip(rows.variant, rows.value, strict=True):
        first, _, second = variant.partition("~")
        mine = found.covariance[order.index(first), order.index(second)] if second else found.mean[order.index(first)]
        assert mine == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(("scale", "role"), PLACES)
def test_lavaan_has_the_same_omega_and_errors(scale: str, role: str) -> None:
    x, k = persons(scale, role), len(names(scale))
    rows = by_name(ML[(ML.frame == "b_missing") & (ML.scale == f"{scale}:{role}")])
    (value, fit), robust = omega_fiml(x, 0.95), rows["omega_model", ROBUST]
    assert value.estimate == pytest.approx(robust["value"], abs=1e-6)
    for mine, theirs in ((value.lower, "lower"), (value.upper, "upper"), (value.se, "se")):
        assert mine == pytest.approx(robust[theirs], rel=1e-5), theirs
    assert len(x) == robust["n"]
    at = np.concatenate([fit_incomplete(one_factor(k), x).mean, fit.theta])
    errors = np.linalg.inv(_slope(one_factor(k), _patterns(x), at).observed) / len(x)
    gradient = composite_reliability(fit, np.ones(k))[1]
    ordinary = rows["omega_model", ORDINARY]
    assert sqrt(gradient @ errors[k:, k:] @ gradient) == pytest.approx(ordinary["se"], rel=1e-5)
    for j, item in enumerate(names(scale)):
        for statistic, place in (("loading", j), ("residual_variance", k + j)):
            wanted = rows[statistic, f"FIML; ML; {item}"]
            # lavaan's FIML iterations stop at about 1e-6 of a parameter
            assert fit.theta[place] == pytest.approx(wanted["value"], abs=5e-6)
            assert sqrt(errors[k + place, k + place]) == pytest.approx(wanted["se"], rel=1e-5)


@pytest.mark.parametrize("role", FRAMES["b_missing"]["roles"])
def test_lavaan_has_the_same_latent_correlation(role: str) -> None:
    cubes = [couples("b_missing").cube(scale) for scale in ("healthy", "unhealthy")]
    x = np.hstack([cube[:, FRAMES["b_missing"]["roles"].index(role)] for cube in cubes])
    x, structure = x[answered(x)], two_factors(7, 5)
    rows = PAIRS[(PAIRS.frame == "b_missing") & (PAIRS.scale == f"healthy+unhealthy:{role}")]
    wanted = rows[rows.variant == "FIML; ML; delta Wald"].iloc[0]
    found = fit_incomplete(structure, x)
    at = np.concatenate([found.mean, found.fit.theta])
    errors = np.linalg.inv(_slope(structure, _patterns(x), at).observed) / len(x)
    assert found.fit.theta[-1] == pytest.approx(wanted["value"], abs=1e-6)
    assert sqrt(errors[-1, -1]) == pytest.approx(wanted["se"], rel=1e-5)
    assert len(x) == wanted["n"]


def answers(n: int = 120, k: int = 4, share: float = 0.15, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    x = np.outer(rng.normal(size=n), np.linspace(0.6, 1.2, k)) + rng.normal(size=(n, k)) + np.arange(k)
    x[rng.random(x.shape) < share] = nan
    return np.asarray(x[answered(x)])


def loglik(structure: Structure, at: Array, x: Array) -> Array:
    """Return each row's log-likelihood from the answers it has, row by row."""
    k, found = x.shape[1], np.empty(len(x))
    sigma = structure.implied(at[k:])
    for i, row in enumerate(x):
        there = ~np.isnan(row)
        d, own = (row - at[:k])[there], sigma[np.ix_(there, there)]
        if np.linalg.eigvalsh(own)[0] <= 0:
            return np.full(len(x), -1e3)
        found[i] = -0.5 * (np.linalg.slogdet(own)[1] + d @ np.linalg.solve(own, d))
    return found


STRUCTURES = {"one factor": one_factor(4), "two factors": two_factors(2, 2), "saturated": saturated(4)}
every_structure = pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES)


def point(structure: Structure, x: Array) -> Array:
    found = fit_incomplete(structure, x)
    assert found.fit.converged
    return np.concatenate([found.mean, found.fit.theta])


@every_structure
def test_a_general_optimiser_finds_the_same_maximum(structure: Structure) -> None:
    x = answers(60)
    at = point(structure, x)
    start = at * 0.95 + 0.02

    def misfit(a: Array) -> float:
        return float(-loglik(structure, a, x).mean())

    found = minimize(misfit, start, method="BFGS", options={"gtol": 1e-7})
    assert at == pytest.approx(found.x, abs=2e-5)  # BFGS with numeric gradients
    assert -loglik(structure, at, x).mean() <= found.fun + 1e-13


@every_structure
def test_slopes_are_those_of_the_rows_likelihoods(structure: Structure) -> None:
    x = answers()
    at, patterns = point(structure, x), _patterns(x)
    numeric = slopes(lambda a: loglik(structure, a, x), at).T
    assert _scores(structure, patterns, at, x) == pytest.approx(numeric, rel=1e-6, abs=1e-6)
    assert _slope(structure, patterns, at).gradient == pytest.approx(np.zeros(len(at)), abs=1e-10)
    second = -slopes(lambda a: _slope(structure, patterns, a).gradient, at)
    assert _slope(structure, patterns, at).observed == pytest.approx(second, rel=1e-6, abs=1e-7)


@every_structure
def test_away_from_the_maximum_slopes_are_right_too(structure: Structure) -> None:
    x = answers()
    at, patterns = point(structure, x) * 1.1 + 0.05, _patterns(x)
    numeric = slopes(lambda a: np.array(loglik(structure, a, x).mean()), at)
    assert _slope(structure, patterns, at).gradient == pytest.approx(numeric, abs=1e-7)
    assert _scores(structure, patterns, at, x).mean(axis=0) == pytest.approx(numeric, abs=1e-7)


def test_the_saturated_model_has_the_moments_of_the_em_algorithm() -> None:
    x = answers()
    found, moments = fit_incomplete(saturated(4), x), em_moments(x)
    assert found.mean == pytest.approx(moments.mean, abs=1e-10)
    assert found.fit.sigma == pytest.approx(moments.covariance, abs=1e-10)


def test_without_gaps_everything_is_as_ever() -> None:
    x = answers(share=0.0)
    moments, n = em_moments(x), len(x)
    assert moments.mean == pytest.approx(x.mean(axis=0))
    assert moments.covariance == pytest.approx(covariance(x, ddof=0))
    complete, _ = omega(x, np.arange(n), 0.95, clustered=False)
    assert omega_fiml(x, 0.95)[0] == pytest.approx(complete, rel=1e-8, nan_ok=True)
    ours, theirs = alpha_fiml(x, 0.95), alpha_clustered(x, np.arange(n), 0.95)
    assert ours.estimate == pytest.approx(theirs.estimate)
    assert ours.se == pytest.approx(theirs.se * sqrt(n / (n - 1)))
    assert fit_incomplete(two_factors(2, 2), x).fit.theta == pytest.approx(
        fit_structure(two_factors(2, 2), covariance(x, ddof=0)).theta, abs=1e-8
    )


def test_the_error_of_alpha_is_made_of_finite_differences_too() -> None:
    x = answers(60)
    at, structure = point(saturated(4), x), saturated(4)
    by_row = slopes(lambda a: loglik(structure, a, x), at).T
    bread = np.linalg.inv(
        -slopes(lambda a: slopes(lambda b: np.array(loglik(structure, b, x).mean()), a, 1e-4), at, 1e-4)
    )
    slope = slopes(lambda a: np.array(alpha(structure.implied(a[4:]))), at)
    influence = by_row @ bread @ slope
    assert alpha_fiml(x, 0.95).se == pytest.approx(sqrt(influence @ influence) / len(x), rel=1e-5)


def test_rows_without_answers_change_nothing_and_clusters_are_summed() -> None:
    x = answers(60)
    empty = np.vstack([np.full((3, 4), nan), x])
    assert em_moments(empty).n == len(x)
    couple = np.arange(len(x))
    for function in (alpha_fiml, lambda *given: omega_fiml(*given)[0]):
        alone = function(x, 0.95)
        assert function(empty, 0.95) == pytest.approx(alone, nan_ok=True)
        twice = function(np.vstack([x, empty]), 0.95, np.concatenate([couple, [900, 901, 902], couple]))
        assert twice.estimate == pytest.approx(alone.estimate, rel=1e-9)
        assert twice.se == pytest.approx(alone.se * sqrt(len(x) / (len(x) - 1)), rel=1e-8)


def gaps_that_follow_answers(seed: int) -> Array:
    """Return 150 rows; who is high on the first two items often skips the last two: missing at random."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(150, 1)) + rng.normal(size=(150, 4))
    high = x[:, 0] + x[:, 1] > 0.5
    x[high[:, None] & (rng.random((150, 4)) < [0, 0, 0.5, 0.5])] = nan
    return np.asarray(x)


def test_intervals_hold_the_truth_as_often_as_they_say_although_gaps_follow_answers() -> None:
    truth, samples = 0.8, [gaps_that_follow_answers(seed) for seed in range(300)]
    alphas, omegas = [alpha_fiml(x, 0.95) for x in samples], [omega_fiml(x, 0.95)[0] for x in samples]
    complete = [alpha(covariance(x[~np.isnan(x).any(axis=1)])) for x in samples]
    for found in (alphas, omegas):
        assert np.mean([v.lower <= truth <= v.upper for v in found]) == pytest.approx(0.95, abs=0.04)
        assert np.mean([v.estimate for v in found]) == pytest.approx(truth, abs=0.01)
        assert np.mean([v.se for v in found]) == pytest.approx(np.std([v.estimate for v in found]), rel=0.12)
    assert np.mean(complete) < 0.77  # what complete rows alone would say


X = answers(40)
NEVER_TOGETHER = answers(60, share=0.0)
NEVER_TOGETHER[:30, 0] = NEVER_TOGETHER[30:, 1] = nan
NO_MOMENTS = {
    "nobody": X[:0],
    "nobody who answered": np.full((5, 4), nan),
    "one person": answers(share=0.0)[:1],
    "two persons": answers(share=0.0)[:2],
    "a constant item": np.column_stack([X[:, :3], np.where(np.isnan(X[:, 3]), nan, 1.1)]),
    "an item nobody answered": np.column_stack([X, np.full(len(X), nan)]),
    "an item twice": np.column_stack([answers(share=0.0)[:, :1], answers(share=0.0)]),
    "two items never answered together": NEVER_TOGETHER,
    "all the same": np.ones((20, 4)),
    "more items than persons": answers(40, 100),
}


@pytest.mark.parametrize("x", NO_MOMENTS.values(), ids=NO_MOMENTS)
def test_moments_that_are_not_determined_are_nan(x: Array) -> None:
    found = em_moments(x)
    assert not found.converged
    assert found.n == answered(x).sum()
    assert np.isnan(found.mean).all()
    assert np.isnan(found.covariance).all()
    assert all(isnan(part) for part in alpha_fiml(x, 0.95))
    value, fit = omega_fiml(x, 0.95)
    assert all(isnan(part) for part in value)
    assert not fit.converged


def test_two_items_have_alpha_and_no_omega() -> None:
    x = answers(k=2)
    assert alpha_fiml(x, 0.95).se > 0
    assert isnan(omega_fiml(x, 0.95)[0].estimate)
    assert isnan(alpha_fiml(x[:, :1], 0.95).estimate)


def test_a_negative_alpha_has_its_interval() -> None:
    x = answers() * np.array([1.0, -1.0, 1.0, -1.0])
    value = alpha_fiml(x, 0.95)
    assert value.estimate < 0
    half = 1.959963984540054 * value.se / (1 - value.estimate)
    assert log(1 - value.lower) == pytest.approx(log(1 - value.estimate) + half)


def test_a_heywood_case_is_told() -> None:
    for seed in range(100):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(30, 1)) + rng.normal(size=(30, 3))
        x[:4, 0] = nan
        _, fit = omega_fiml(x, 0.95)
        if fit.converged and (fit.theta[3:] < 0).any():
            assert fit.heywood
            return
    pytest.fail("no Heywood case")


def test_factors_keep_their_sign() -> None:
    x = answers()
    before, after = omega_fiml(x, 0.95)[1], omega_fiml(-x, 0.95)[1]
    assert isinstance(before, StructureFit)
    assert after.theta == pytest.approx(before.theta, abs=1e-8)
    assert before.theta[:4].sum() > 0
