"""Omega of many scales at once against one at a time and against lavaan."""

from __future__ import annotations

import numpy as np
import pytest
from oracles import couples, numbers

from analysis.stats.factor import fit_one_factor, omega, omega_influence
from analysis.stats.moments import complete_rows, covariance
from analysis.stats.omegas import influence_form, omega_of_many
from analysis.stats.refits import fit_many
from analysis.stats.value import Array


def answers(scales: int = 3, n: int = 120, k: int = 5, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(scales, n, 1)) * np.linspace(0.6, 1.2, k) + rng.normal(size=(scales, n, k))) ** 3


@pytest.mark.parametrize("k", [3, 4, 6])
@pytest.mark.parametrize("clustered", [True, False])
def test_each_scale_has_the_omega_and_error_that_it_has_alone(k: int, clustered: bool) -> None:  # noqa: FBT001
    x, couple = answers(k=k), np.tile(np.arange(60), 2) if clustered else np.arange(120)
    found = omega_of_many(x, couple if clustered else None)
    for i, scale in enumerate(x):
        alone, fit = omega(scale, couple, 0.95, clustered=clustered)
        assert found.omega[i] == pytest.approx(alone.estimate, abs=1e-9)
        assert found.se[i] == pytest.approx(alone.se, rel=1e-7)
        assert found.fits.loadings[:, i] == pytest.approx(fit.loadings, abs=1e-8)


def test_the_quadratic_form_is_each_persons_influence() -> None:
    x = answers()[0]
    cov, deviations = covariance(x, ddof=0), x - x.mean(axis=0)
    form = influence_form(cov[:, :, None], fit_many(cov[:, :, None]))[:, :, 0]
    found = np.einsum("ni,ij,nj->n", deviations, form, deviations) - np.trace(form @ cov)
    assert found == pytest.approx(omega_influence(x, fit_one_factor(cov)), rel=1e-6, abs=1e-8)


def test_the_numbers_of_lavaan() -> None:
    table, compared = numbers("02_omega_onefactor"), 0
    robust = table[
        (table["statistic"] == "omega_model") & (table["variant"] == "listwise; MLR (robust se); ln(1-omega)")
    ]
    plain = table[(table["statistic"] == "onefactor_chisq") & (table["variant"] == "listwise; ML")]
    chi2 = plain.set_index(["frame", "scale"])["value"]
    for _, row in robust.iterrows():
        scale, who = row["scale"].split(":")
        if scale.endswith("as_stored") or row["frame"] == "f_tiny":  # twelve couples: improper, see tests/reference
            continue
        data = couples(row["frame"])
        roles = data.roles or ()
        if who not in roles:
            continue
        x = data.cube(scale)[:, list(roles).index(who)]
        x = x[complete_rows(x)]
        if (np.ptp(x, axis=0) == 0).any():
            continue
        found = omega_of_many(x[None])
        assert found.omega[0] == pytest.approx(row["value"], rel=1e-6)
        assert found.se[0] == pytest.approx(row["se"], rel=1e-5)
        if (row["frame"], row["scale"]) in chi2:
            assert found.chi2[0] == pytest.approx(chi2[row["frame"], row["scale"]], rel=1e-6, abs=1e-8)
            compared += 1
    assert compared >= 15


def test_three_items_are_fitted_exactly() -> None:
    assert omega_of_many(answers(k=3)).chi2 == pytest.approx(0, abs=1e-9)


def test_chi_square_does_not_depend_on_units() -> None:
    x = answers(k=5)
    assert omega_of_many(x * [1, 10, 0.1, 3, 7]).chi2 == pytest.approx(omega_of_many(x).chi2, rel=1e-8)


def test_a_scale_without_solution_is_empty_and_spoils_no_other() -> None:
    x = answers(k=4)
    x[1, :, 2] = 3.4
    found, alone = omega_of_many(x), omega_of_many(x[[0, 2]])
    for part in (found.omega, found.se, found.chi2):
        assert np.isnan(part).tolist() == [False, True, False]
    assert found.omega[[0, 2]] == pytest.approx(alone.omega, rel=1e-12)
    assert found.se[[0, 2]] == pytest.approx(alone.se, rel=1e-9)
    assert np.isnan(omega_of_many(x[:, :, :2]).omega).all()
