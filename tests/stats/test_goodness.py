"""Fit of one factor against lavaan, scipy's noncentral chi-square and simulation; and where it cannot be tested."""

from math import isnan

import numpy as np
import pytest
from oracles import FRAMES, couples, numbers
from scipy.optimize import brentq, minimize
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import kstest, ncx2

from analysis.stats.factor import fit_one_factor
from analysis.stats.goodness import Goodness, likelihood_ratio, noncentrality, one_factor_goodness
from analysis.stats.moments import covariance
from analysis.stats.value import Array

TABLE = "02_omega_onefactor"
# f_tiny: twelve persons, README of the reference: looser or skip. h_constant: the reference drops the constant item.
LEFT_OUT = ("f_tiny", "h_constant")


def rows() -> list[tuple[str, str, str]]:
    table = numbers(TABLE)
    table = table[(table.statistic == "onefactor_chisq") & (table.variant == "listwise; ML")]
    places = [(frame, *scale.split(":")) for frame, scale in zip(table.frame, table.scale, strict=True)]
    return [(frame, scale, role) for frame, scale, role in places if frame not in LEFT_OUT and not_as_stored(scale)]


def not_as_stored(scale: str) -> bool:
    return not scale.endswith("as_stored")


def persons(frame: str, scale: str, role: str) -> Array:
    x = couples(frame).cube(scale)[:, FRAMES[frame]["roles"].index(role)]
    return np.asarray(x[~np.isnan(x).any(axis=1)])


@pytest.mark.parametrize(("frame", "scale", "role"), rows())
def test_lavaan_gives_the_same_fit(frame: str, scale: str, role: str) -> None:
    table = numbers(TABLE)
    table = table[(table.frame == frame) & (table.scale == f"{scale}:{role}") & (table.variant == "listwise; ML")]
    row = table.set_index("statistic").loc
    x = persons(frame, scale, role)
    ours, wanted = one_factor_goodness(x), row["onefactor_chisq"]
    assert (len(x), ours.chi2.df) == (wanted["n"], wanted["df"])
    assert ours.chi2.estimate == pytest.approx(wanted["value"], abs=1e-6)
    tau = row["tau_equivalence_chisq_diff"]
    # lavaan's difference of two chi-squares, each of which stops at about 1e-7 of its own size
    assert ours.tau_equivalence.estimate == pytest.approx(tau["value"], rel=1e-6, abs=1e-6)
    assert ours.tau_equivalence.df == tau["df"]
    assert ours.tau_equivalence.p == pytest.approx(tau["p"], rel=1e-5)
    if ours.chi2.df == 0:
        assert [part.estimate for part in ours[1:5]] == [1.0, 1.0, 0.0, 0.0]
        return
    assert ours.chi2.p == pytest.approx(wanted["p"], rel=1e-5)
    for ours_of, statistic in zip(ours[1:5], ("cfi", "tli", "rmsea", "srmr"), strict=True):
        assert ours_of.estimate == pytest.approx(row[f"onefactor_{statistic}"]["value"], abs=1e-6)
    assert ours.rmsea.lower == pytest.approx(row["onefactor_rmsea.ci.lower"]["value"], abs=1e-5)
    assert ours.rmsea.upper == pytest.approx(row["onefactor_rmsea.ci.upper"]["value"], abs=1e-5)


def test_many_rows_are_compared() -> None:
    assert len(rows()) > 20


def answers(n: int = 150, k: int = 5, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    return np.outer(rng.normal(size=n), np.linspace(0.6, 1.2, k)) + rng.normal(size=(n, k))


def test_a_fit_that_is_there_already_is_used() -> None:
    x = answers()
    assert one_factor_goodness(x, fit_one_factor(covariance(x, ddof=0))) == one_factor_goodness(x)


def test_equal_loadings_by_a_general_optimiser() -> None:
    x = answers()
    cov, n = covariance(x, ddof=0), len(x)

    def misfit(at: Array) -> float:
        sigma = at[0] ** 2 + np.diag(np.exp(at[1:]))
        return float(np.linalg.slogdet(sigma)[1] + np.trace(cov @ np.linalg.inv(sigma)))

    equal = minimize(misfit, np.zeros(6), method="BFGS", options={"gtol": 1e-8}).fun
    sigma = fit_one_factor(cov).implied
    free = np.linalg.slogdet(sigma)[1] + np.trace(cov @ np.linalg.inv(sigma))
    assert one_factor_goodness(x).tau_equivalence.estimate == pytest.approx(n * (equal - free), abs=1e-8)


def test_chi_squares_of_true_models_have_their_distributions() -> None:
    found = [one_factor_goodness(answers(400, 4, seed)) for seed in range(400)]
    assert kstest([g.chi2.p for g in found], "uniform").pvalue > 0.01
    rng = np.random.default_rng(0)
    equal = [one_factor_goodness(rng.normal(size=(400, 1)) + rng.normal(size=(400, 4))) for _ in range(400)]
    assert kstest([g.tau_equivalence.p for g in equal], "uniform").pvalue > 0.01
    assert np.mean([g.rmsea.lower > 0 for g in found]) == pytest.approx(0.05, abs=0.035)


@pytest.mark.parametrize("df", [1, 5, 44, 1000])
@pytest.mark.parametrize("ratio", [0.3, 1, 1.5, 4, 30])
@pytest.mark.parametrize("p", [0.05, 0.95])
def test_noncentrality_is_the_root_of_scipys_distribution(df: int, ratio: float, p: float) -> None:
    x = df * ratio
    if chi2_distribution.cdf(x, df) <= p:
        assert noncentrality(x, df, p) == 0
        return
    root = brentq(lambda nc: ncx2.cdf(x, df, nc) - p, 1e-12, 10 * x + 100, xtol=1e-12, rtol=1e-14)
    assert noncentrality(x, df, p) == pytest.approx(root, rel=1e-8, abs=1e-8)


def test_a_model_that_fits_better_than_chance_has_no_error() -> None:
    for seed in range(30):
        goodness = one_factor_goodness(answers(200, 4, seed))
        if goodness.chi2.estimate < goodness.chi2.df:
            assert goodness.cfi.estimate == 1
            assert goodness.rmsea.estimate == goodness.rmsea.lower == 0
            assert goodness.tli.estimate > 1  # it is no share, and not cut off
            return
    pytest.fail("no sample fits better than chance")


def test_three_items_cannot_be_tested_but_their_loadings_compared() -> None:
    goodness = one_factor_goodness(answers(k=3))
    assert goodness.chi2[:1] == (0.0,)
    assert goodness.chi2.df == goodness.cfi.df == goodness.rmsea.df == 0
    assert all(isnan(value) for value in (goodness.chi2.p, *goodness.rmsea[1:3]))
    assert [part.estimate for part in goodness[1:5]] == [1.0, 1.0, 0.0, 0.0]
    assert goodness.tau_equivalence.df == 2
    assert 0 <= goodness.tau_equivalence.p <= 1


def all_nan(goodness: Goodness) -> bool:
    return all(isnan(part) for value in goodness for part in value)


X = answers()
NO_FIT = {
    "two items": X[:, :2],
    "one item": X[:, :1],
    "a constant item": np.hstack([X, np.ones((150, 1))]),
    "an item twice": np.hstack([X, X[:, :1]]),
    "all the same": np.ones((20, 4)),
    "two persons": X[:2],
    "nobody": X[:0],
    "more items than persons": np.random.default_rng(1).normal(size=(40, 100)),
    "nothing in common": np.vstack([np.eye(4), -np.eye(4)]),
}


@pytest.mark.parametrize("x", NO_FIT.values(), ids=NO_FIT)
def test_without_a_solution_there_is_no_fit(x: Array) -> None:
    assert all_nan(one_factor_goodness(x))


def test_a_heywood_case_has_its_fit_all_the_same() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        x = rng.normal(size=(25, 1)) * 1.5 + rng.normal(size=(25, 4))
        if (fit := fit_one_factor(covariance(x, ddof=0))).heywood:
            assert one_factor_goodness(x, fit).chi2.p < 1
            return
    pytest.fail("no Heywood case")


def test_the_samples_own_matrix_fits_perfectly() -> None:
    cov = covariance(answers(), ddof=0)
    value = likelihood_ratio(cov, cov, 100, 3)
    assert value.estimate == pytest.approx(0, abs=1e-10)
    assert value.p == pytest.approx(1)
    assert likelihood_ratio(2 * cov, cov, 100, 3).estimate == pytest.approx(100 * 5 * (np.log(2) - 0.5))
