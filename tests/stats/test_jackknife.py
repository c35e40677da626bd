"""Leaving couples out: moments and coefficients against loops, spreads, and what normal theory gets wrong."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan

import numpy as np
import pytest
from pair_samples import likert, places, scores
from scipy import stats as scipy_stats

from analysis.stats.coefficients import coefficients
from analysis.stats.concordance import concordance, icc_1, icc_a1, icc_c1, icc_pairwise
from analysis.stats.jackknife import FISHER, LOG, jackknife, pair_moments, without_each
from analysis.stats.limits import limits, limits_jackknife, order_free, order_free_jackknife
from analysis.stats.moments import pearson, sd
from analysis.stats.spreads import sd_ratio, sd_ratio_jackknife
from analysis.stats.value import Array, Value

Estimate = Callable[[Array, Array], float]
ESTIMATES: dict[str, Estimate] = {
    "icc_1": lambda x, y: icc_1(x, y, 0.95).estimate,
    "icc_pairwise": lambda x, y: icc_pairwise(x, y, 0.95).estimate,
    "icc_a1": lambda x, y: icc_a1(x, y, 0.95).estimate,
    "icc_c1": lambda x, y: icc_c1(x, y, 0.95).estimate,
    "ccc": lambda x, y: concordance(x, y, 0.95).ccc.estimate,
    "pearson_r": lambda x, y: pearson(x, y, 0.95).estimate,
}


def naive(estimate: Estimate, x: Array, y: Array, scale: tuple[np.ufunc, np.ufunc]) -> tuple[float, float, float]:
    """Return the jackknife interval of a statistic and its t, by computing it anew without each couple."""
    forward, back = scale
    n, whole = len(x), float(forward(estimate(x, y)))
    left = forward([estimate(np.delete(x, i), np.delete(y, i)) for i in range(n)])
    pseudo = n * whole - (n - 1) * left
    se = pseudo.std(ddof=1) / np.sqrt(n)
    half = scipy_stats.t.ppf(0.975, n - 1) * se
    return float(back(whole - half)), float(back(whole + half)), whole / se


@pytest.mark.parametrize(("frame", "scale", "tag"), places())
def test_coefficients_are_those_of_normal_theory_on_every_reference_frame(frame: str, scale: str, tag: str) -> None:
    x, y = scores(frame, scale)
    found = coefficients(x, y, 0.95)
    assert tag
    assert {name: value.estimate for name, value in found.items()} == pytest.approx(
        {name: estimate(x, y) for name, estimate in ESTIMATES.items()}, rel=1e-9
    )
    assert sd_ratio_jackknife(x, y, 0.95).estimate == sd_ratio(x, y, 0.95).estimate
    for ours, theirs in zip(limits_jackknife(x, y, 0.95), limits(x, y, 0.95)[1:], strict=True):
        assert ours.estimate == pytest.approx(theirs.estimate, rel=1e-9)
    assert order_free_jackknife(x, y, 0.95).estimate == pytest.approx(order_free(x, y, 0.95).limit.estimate, rel=1e-9)


@pytest.mark.parametrize("name", ESTIMATES)
def test_intervals_of_coefficients_are_those_of_leaving_rows_out_one_by_one(name: str) -> None:
    x, y = likert(40, 1)
    value = coefficients(x, y, 0.95)[name]
    expected = naive(ESTIMATES[name], x, y, (np.arctanh, np.tanh))
    assert (value.lower, value.upper) == pytest.approx(expected[:2], rel=1e-8)
    assert isnan(value.p)  # the exact test of dependence is the better calibrated one


def test_the_interval_of_the_ratio_is_that_of_leaving_rows_out_and_agrees_with_its_p() -> None:
    for seed in range(30):
        x, y = likert(25, seed)
        value = sd_ratio_jackknife(x, y, 0.95)
        assert (value.lower, value.upper, value.test) == pytest.approx(
            naive(lambda a, b: sd(a) / sd(b), x, y, (np.log, np.exp)), rel=1e-7
        )
        assert value.p == pytest.approx(2 * scipy_stats.t.sf(abs(value.test), 24))
        assert (value.p < 0.05) == (not value.lower < 1 < value.upper)


def test_moments_without_each_couple_are_those_of_the_others() -> None:
    x, y = likert(12, 2)
    left = without_each(x, y)
    for i in range(12):
        others = pair_moments(np.delete(x, i), np.delete(y, i))
        assert tuple(np.asarray(part)[i] for part in left[1:]) == pytest.approx(tuple(others[1:]), abs=1e-12)


def test_the_jackknife_of_a_mean_is_its_t_interval() -> None:
    x = np.random.default_rng(1).normal(size=20)
    value = jackknife(float(x.mean()), (x.sum() - x) / 19, 0.9)
    theirs = scipy_stats.ttest_1samp(x, 0)
    assert (value.test, value.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert (value.lower, value.upper) == pytest.approx(tuple(theirs.confidence_interval(0.9)))


def test_the_standard_error_is_that_of_the_estimate_on_its_own_scale() -> None:
    left = np.array([0.50, 0.52, 0.49, 0.51, 0.48])
    plain = jackknife(0.5, left, 0.95).se
    assert jackknife(0.5, left, 0.95, FISHER).se == pytest.approx(plain, rel=0.02)
    assert jackknife(0.5, left, 0.95, LOG).se == pytest.approx(plain, rel=0.02)


def test_jackknife_intervals_hold_the_truth_of_skewed_scores_where_f_and_fisher_do_not() -> None:
    x, y = likert(400_000, 1)
    truth, held, samples = (
        {name: estimate(x, y) for name, estimate in ESTIMATES.items()},
        dict.fromkeys(ESTIMATES, 0),
        800,
    )
    normal = 0
    for seed in range(samples):
        a, b = likert(100, 1000 + seed)
        for name, value in coefficients(a, b, 0.95).items():
            held[name] += value.lower <= truth[name] <= value.upper
        value = pearson(a, b, 0.95)
        normal += value.lower <= truth["pearson_r"] <= value.upper
    assert min(held.values()) > 0.93 * samples
    assert max(held.values()) < 0.975 * samples
    assert normal < 0.92 * samples


def test_equal_spreads_are_rejected_as_often_as_promised_where_pitman_and_morgan_do_not() -> None:
    rng, rejected = np.random.default_rng(3), np.zeros(2)
    for _ in range(1500):
        x, y = rng.exponential(size=(2, 100))
        rejected += [sd_ratio(x, y, 0.95).p < 0.05, sd_ratio_jackknife(x, y, 0.95).p < 0.05]
    assert rejected[0] / 1500 > 0.2
    assert rejected[1] / 1500 < 0.085  # an exponential score is far more skewed than a scale mean


def test_pitmans_test_is_the_correlation_of_sum_and_difference() -> None:
    x, y = likert(30, 5)
    value, theirs = sd_ratio(x, y, 0.95), scipy_stats.pearsonr(x + y, x - y)
    assert value.p == pytest.approx(theirs.pvalue)
    assert value.estimate == pytest.approx(x.std() / y.std())
    turned = sd_ratio(y, x, 0.95)
    assert (1 / turned.upper, 1 / turned.lower, -turned.test) == pytest.approx((value.lower, value.upper, value.test))


def test_order_free_coefficients_do_not_change_when_some_couples_are_swapped() -> None:
    x, y = likert(50, 6)
    swapped = np.arange(50) % 3 == 0
    a, b = np.where(swapped, y, x), np.where(swapped, x, y)
    found, turned = (coefficients(*pair, 0.95, exchangeable=True) for pair in ((x, y), (a, b)))
    assert list(found) == ["icc_1", "icc_pairwise"]
    for name, value in found.items():
        assert turned[name] == pytest.approx(value, rel=1e-9, nan_ok=True)


NOBODY = np.array([])
SAME, RISING = np.full(6, 3.4), np.array([1.0, 2.0, 2.5, 4.0, 4.5, 5.0])


@pytest.mark.parametrize(("x", "y"), [(NOBODY, NOBODY), (SAME[:1], SAME[:1]), (SAME, SAME)])
def test_without_couples_or_variance_there_is_nothing(x: Array, y: Array) -> None:
    for value in (*coefficients(x, y, 0.95).values(), sd_ratio(x, y, 0.95), sd_ratio_jackknife(x, y, 0.95)):
        assert all(isnan(part) for part in value)


def test_a_perfect_negative_coefficient_has_nothing_else() -> None:
    for name, value in coefficients(RISING, 6 - RISING, 0.95).items():
        assert value.estimate == pytest.approx(ESTIMATES[name](RISING, 6 - RISING), rel=1e-12)
        assert isnan(value.lower) or name not in ("icc_c1", "pearson_r")
    assert coefficients(RISING, 6 - RISING, 0.95)["icc_c1"].estimate == -1
    assert isnan(sd_ratio(RISING, 6 - RISING, 0.95).p)


def test_perfect_coefficients_are_exactly_one() -> None:
    assert all(
        value == Value(1.0) or str(value) == str(Value(1.0)) for value in coefficients(RISING, RISING, 0.95).values()
    )


@pytest.mark.parametrize("n", [2, 3])
def test_two_and_three_couples_have_no_jackknife(n: int) -> None:
    x, y = RISING[:n], np.array([2.0, 1.0, 4.0])[:n]
    assert all(isnan(value.lower) for value in coefficients(x, y, 0.95).values())
    assert isnan(sd_ratio_jackknife(x, y, 0.95).lower)


def test_one_constant_partner_leaves_what_exists() -> None:
    found = coefficients(RISING, SAME, 0.95)
    assert found["icc_1"].estimate == pytest.approx(ESTIMATES["icc_1"](RISING, SAME))
    assert isnan(found["pearson_r"].estimate)
    assert isnan(found["ccc"].estimate)
    assert isnan(sd_ratio(RISING, SAME, 0.95).estimate)
    assert sd_ratio(SAME, RISING, 0.95).estimate == 0
    assert isnan(sd_ratio_jackknife(SAME, RISING, 0.95).lower)


def test_one_couple_that_holds_all_variance_leaves_no_interval() -> None:
    y = np.where(np.arange(6) == 2, 5.0, 3.4)
    assert sd_ratio_jackknife(RISING, y, 0.95).estimate == sd_ratio(RISING, y, 0.95).estimate
    assert isnan(sd_ratio_jackknife(RISING, y, 0.95).lower)
    assert isnan(coefficients(RISING, y, 0.95)["pearson_r"].lower)
