"""Invariance across partners: lavaan's numbers, finite differences, scipy on the model's own formulas, simulation."""

from math import isnan, sqrt

import numpy as np
import pandas as pd
import pytest
from oracles import couples, numbers, shared
from scipy.stats import chi2 as chi_squared
from scipy.stats import ncx2
from second import slopes

from analysis.stats.goodness import independence
from analysis.stats.invariance import Invariance, partner_invariance
from analysis.stats.levels import LEVELS, fit_levels, level_structure, mean_products, moved, with_constant
from analysis.stats.sign_flips import contributions, contributions_to_all, draw_signs, flipped_score_test
from analysis.stats.structure_fit import misfit
from analysis.stats.value import Array, Value

TABLE = numbers("13_apim_invariance")
REAL = "data/dysem_couples/pnrqM.csv"
PLACES = [("a_clean", "healthy"), ("a_clean", "unhealthy"), ("d_negative", "share"), (REAL, "sat"), (REAL, "dsat")]


def partners(frame: str, scale: str) -> tuple[Array, Array]:
    if frame == REAL:
        table = pd.read_csv(shared(*REAL.split("/")))
        x, y = (table[[f"{scale}.pnrq{j}_{role}" for j in range(1, 5)]].to_numpy(float) for role in "wm")
    else:
        x, y = couples(frame).cube(scale).transpose(1, 0, 2)
    kept = ~np.isnan(np.hstack([x, y])).any(axis=1)
    return x[kept], y[kept]


def reference(frame: str, scale: str, statistic: str, variant: str) -> dict[str, float]:
    rows = TABLE[(TABLE.frame == frame) & (TABLE.scale == scale) & (TABLE.statistic == f"invariance_{statistic}")]
    return dict(rows[rows.variant == f"{variant}; ML"].iloc[0])


@pytest.mark.parametrize(("frame", "scale"), PLACES)
def test_lavaan_has_the_same_levels_and_steps(frame: str, scale: str) -> None:
    x, y = partners(frame, scale)
    found = partner_invariance(x, y)
    for place, level in enumerate(LEVELS):
        ours, theirs = found.level(level), reference(frame, scale, "chisq", level)
        assert ours.chi2.estimate == pytest.approx(theirs["value"], abs=1e-5)
        assert ours.chi2.p == pytest.approx(theirs["p"], rel=1e-5, abs=1e-9)
        assert (ours.chi2.df, len(x)) == (theirs["df"], theirs["n"])
        for index in ("cfi", "tli", "rmsea", "srmr"):
            value = getattr(ours, index)
            assert value.estimate == pytest.approx(reference(frame, scale, index, level)["value"], abs=1e-5), index
        if place:
            step = reference(frame, scale, "chisq_diff", f"{LEVELS[place - 1]} -> {level}")
            assert ours.difference.estimate == pytest.approx(step["value"], abs=1e-5)
            assert ours.difference.p == pytest.approx(step["p"], rel=1e-4)
            assert ours.difference.df == step["df"]
        else:
            assert isnan(ours.difference.estimate)


@pytest.mark.parametrize("level", LEVELS)
def test_latent_moments_of_the_second_role_are_those_of_lavaan(level: str) -> None:
    for frame, scale in PLACES[:3]:
        fit = partner_invariance(*partners(frame, scale)).fits[level]
        factors, sign = fit.matrices.factors, np.sign(fit.matrices.loadings[-1, 2])
        mean = factors[1, 2] * sign
        for statistic, ours in (
            ("latent_covariance", factors[0, 1]),
            ("latent_variance_second_role", factors[1, 1] - mean**2),
            ("latent_mean_difference_second_role", mean),
        ):
            assert ours == pytest.approx(reference(frame, scale, statistic, level)["value"], abs=1e-5), statistic
        assert abs(fit.matrices.loadings[-1, 2]) == pytest.approx(1, abs=1e-9)


def draw(n: int, k: int = 4, seed: int = 1, *, kind: str = "normal") -> tuple[Array, Array]:
    """Return both partners' answers to k items that measure the same for both; skewed ones in five categories."""
    rng = np.random.default_rng(seed)
    shared_part, same, loadings = rng.normal(size=(n, 1)), rng.normal(size=(n, k)), np.linspace(0.6, 0.8, k)
    found = []
    for _ in range(2):
        factor = (shared_part + rng.normal(size=(n, 1))) * sqrt(0.5)
        error = sqrt(0.3) * same + sqrt(0.7) * rng.normal(size=(n, k))
        found.append(loadings * factor + np.sqrt(1 - loadings**2) * error)
    if kind == "skewed":
        return tuple(np.searchsorted([0.0, 0.67, 1.18, 1.75], x).astype(float) for x in found)  # type: ignore[return-value]
    return found[0], found[1]


@pytest.mark.parametrize("level", LEVELS)
def test_contributions_are_the_gradient_of_the_likelihood(level: str) -> None:
    z = with_constant(*draw(60, 3))
    structure = level_structure(3, level)
    theta = fit_levels(mean_products(z))[level].theta + np.random.default_rng(3).normal(size=structure.free) / 20
    numeric = slopes(lambda at: np.atleast_1d(misfit(structure.implied(at), mean_products(z))), theta)[:, 0] / -2
    inverse, derivative = np.linalg.inv(structure.implied(theta)), structure.slopes(theta)
    turned = inverse @ derivative
    expected = np.einsum("aij,bji->ab", turned, turned) / 2
    total = contributions(structure, theta, z).sum(axis=0)
    assert total @ total / 60**2 == pytest.approx(numeric @ np.linalg.solve(expected, numeric), rel=1e-6)


def test_score_statistics_are_those_of_the_residual_moments() -> None:
    x, y = draw(80, 3)
    z = with_constant(x, y)
    fit = fit_levels(mean_products(z))["scalar"]
    implied = fit.sigma
    mean, sigma = implied[:-1, -1], implied[:-1, :-1] - np.outer(implied[:-1, -1], implied[:-1, -1])
    d = z[:, :-1] - mean
    inverse = np.linalg.inv(sigma)
    gap, off = d.T @ d / 80 - sigma, d.mean(axis=0)
    by_hand = 80 * (np.trace(inverse @ gap @ inverse @ gap) / 2 + off @ inverse @ off)
    signs = draw_signs(80, 20, np.random.default_rng(1))
    narrow, every = contributions(fit.structure, fit.theta, z), contributions_to_all(implied, z)
    assert flipped_score_test(every, narrow, 10, signs).estimate == pytest.approx(by_hand, rel=1e-9)


def test_p_is_the_share_of_flips_with_a_larger_statistic() -> None:
    wider = np.random.default_rng(4).normal(size=(12, 3)) + np.array([0.7, 0.0, 0.0])
    signs = draw_signs(12, 200, np.random.default_rng(5))
    found = flipped_score_test(wider, wider[:, 2:], 2, signs)
    null = [((row @ wider[:, :2] * 12 / 11) ** 2).sum() / 12 for row in signs]
    assert found.estimate == pytest.approx((wider[:, :2].sum(axis=0) ** 2).sum() / 12)
    assert found.p == (1 + sum(value >= found.estimate for value in null)) / 201
    assert (found.df, found.test) == (2.0, found.estimate)
    assert isnan(flipped_score_test(wider[:1], wider[:1], 1, signs[:, :1]).p)
    assert set(np.unique(signs)) == {-1, 1}


@pytest.mark.parametrize("level", LEVELS[:-1])
def test_a_stricter_model_is_a_point_of_the_level_before(level: str) -> None:
    stricter = LEVELS[LEVELS.index(level) + 1]
    fit = fit_levels(mean_products(with_constant(*draw(80, 3))))[stricter]
    structure = level_structure(3, level)
    np.testing.assert_allclose(structure.implied(moved(fit.matrices, level)), fit.sigma, atol=1e-12)
    assert structure.free > fit.structure.free


def both_ways(x: Array, y: Array) -> tuple[Invariance, Array]:
    return partner_invariance(x, y), draw_signs(len(x), 99, np.random.default_rng(2))


def test_swapping_roles_units_and_order_change_nothing() -> None:
    x, y = draw(90)
    y[:, 1] += 0.4
    order = np.random.default_rng(6).permutation(90)
    plain, signs = both_ways(x, y)
    for other, (a, b), flips in (
        ("roles", (y, x), signs), ("units", (x * 3 + 100, y * 3 + 100), signs),
        ("couples", (x[order], y[order]), signs[:, order]), ("items", (x[:, ::-1], y[:, ::-1]), signs),
    ):  # fmt: skip
        found = partner_invariance(a, b)
        for level in LEVELS:
            ours, theirs = plain.level(level), found.level(level)
            for one, two in zip(ours[:6], theirs[:6], strict=True):
                assert tuple(one) == pytest.approx(tuple(two), rel=1e-6, abs=1e-6, nan_ok=True), (other, level)
            for one, two in zip(plain.tested(level, signs), found.tested(level, flips), strict=True):
                assert tuple(one) == pytest.approx(tuple(two), rel=1e-6, abs=1e-6, nan_ok=True), (other, level)


def test_indices_by_their_formulas() -> None:
    x, y = draw(70, 3, seed=8)
    found, both = partner_invariance(x, y).level("scalar"), np.hstack([x, y])
    base = independence(np.cov(both.T, ddof=0), 70)
    assert base.estimate == pytest.approx(-70 * np.linalg.slogdet(np.corrcoef(both.T))[1])
    chi2, df = found.chi2.estimate, found.chi2.df
    assert found.tli.estimate == pytest.approx((base.estimate / base.df - chi2 / df) / (base.estimate / base.df - 1))
    upper = found.rmsea.upper**2 * 70 * df
    assert ncx2.cdf(chi2, df, upper) == pytest.approx(0.05, abs=1e-6)
    assert found.chi2.p == pytest.approx(chi_squared.sf(chi2, df))


def test_what_is_unequal_is_rejected_at_its_level_only() -> None:
    signs = draw_signs(300, 199, np.random.default_rng(3))
    noise = np.random.default_rng(9).normal(size=300)
    for level, factor, shift, error in (("metric", 2, 0, 0), ("scalar", 1, 0.5, 0), ("residual", 1, 0, 1)):
        x, y = draw(300)
        y[:, 0] = factor * y[:, 0] + shift + error * noise
        found = partner_invariance(x, y)
        steps = {name: found.tested(name, signs).difference.p for name in LEVELS[1:]}
        assert steps[level] <= 0.01
        assert all(steps[name] > 0.01 for name in LEVELS[1 : LEVELS.index(level)])


def test_true_models_of_skewed_answers_are_kept_where_chi_square_rejects_them() -> None:
    rng, by_flips, by_chi2 = np.random.default_rng(7), [], []
    for seed in range(80):
        x, y = draw(60, 4, seed, kind="skewed")
        found, signs = partner_invariance(x, y), draw_signs(60, 199, rng)
        level, tested = found.level("residual"), found.tested("residual", signs)
        if not isnan(level.chi2.p):
            by_chi2.append(level.chi2.p <= 0.05)
            by_flips.append((tested.fit.p <= 0.05, tested.difference.p <= 0.05))
    assert len(by_flips) > 70
    assert np.mean(by_chi2) > 0.15
    assert (np.mean(by_flips, axis=0) < 0.125).all()  # .05 and three standard errors of 80


@pytest.mark.parametrize(
    "sides",
    [
        draw(50, 2), draw(8, 4), (np.ones((30, 3)), draw(30, 3)[1]), (draw(30, 3)[0],) * 2, (np.empty((0, 3)),) * 2,
        (np.ones((1, 3)),) * 2,
    ],
    ids=["two items", "2 k couples", "constant", "twins", "nobody", "one couple"],
)  # fmt: skip
def test_where_there_is_no_model_everything_is_missing(sides: tuple[Array, Array]) -> None:
    found = partner_invariance(*sides)
    signs = draw_signs(len(sides[0]), 9, np.random.default_rng(1))
    for level in LEVELS:
        values: tuple[Value, ...] = (*found.level(level)[:6], *found.tested(level, signs))
        assert all(isnan(value.estimate) and isnan(value.p) for value in values)
        assert not found.level(level).heywood


def test_an_improper_solution_is_named() -> None:
    assert any(partner_invariance(*draw(16, 3, seed)).level("residual").heywood for seed in range(25))
    assert not partner_invariance(*draw(500, 4)).level("residual").heywood
