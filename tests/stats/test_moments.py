"""Means, spreads and correlations against pandas and scipy; rounding is no variance; clustered intervals hold."""

from math import isnan, nan, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from analysis.stats.moments import (
    complete_rows,
    correlation,
    covariance,
    difference,
    is_constant,
    mean_clustered,
    mean_t,
    pearson,
    pearson_clustered,
    sd,
    skewness,
    snapped,
    variance,
)
from analysis.stats.value import Array


def scores(n: int = 40, seed: int = 1) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    x = rng.exponential(size=n)
    return x, 0.6 * x + rng.normal(size=n)


def of_couples(rng: np.random.Generator, couples: int, together: float) -> tuple[Array, Array, Array]:
    """Return x and y of 2 x couples persons, correlated .5 within a person and alike within couples; and the couple."""
    shared, own = rng.normal(size=(2, 1, couples)), rng.normal(size=(2, 2, couples))
    a, b = sqrt(together) * shared + sqrt(1 - together) * own
    return a.ravel(), (0.5 * a + sqrt(0.75) * b).ravel(), np.tile(np.arange(couples), 2)


def test_moments_are_those_of_pandas() -> None:
    x, y = scores()
    frame = pd.DataFrame({"x": x, "y": y})
    assert covariance(frame.to_numpy()) == pytest.approx(frame.cov().to_numpy())
    assert covariance(frame.to_numpy(), ddof=0) == pytest.approx(frame.cov(ddof=0).to_numpy())
    assert correlation(covariance(frame.to_numpy())) == pytest.approx(frame.corr().to_numpy())
    assert sd(x) == pytest.approx(frame["x"].std())
    assert variance(x) == pytest.approx(frame["x"].var())
    assert skewness(x) == pytest.approx(frame["x"].skew())


def test_complete_rows_have_no_missing_value() -> None:
    assert complete_rows(np.array([[1.0, 2], [nan, 2], [3, 4]])).tolist() == [True, False, True]


def test_the_mean_has_students_interval_and_test() -> None:
    x, _ = scores()
    value, theirs = mean_t(x, 0.9), scipy_stats.ttest_1samp(x, 0)
    low, high = theirs.confidence_interval(0.9)
    assert (value.lower, value.upper) == pytest.approx((low, high))
    assert (value.test, value.df) == pytest.approx((theirs.statistic, 39))
    assert value.p == pytest.approx(theirs.pvalue)


def test_one_value_has_a_mean_and_nothing_more() -> None:
    assert mean_t(np.array([3.0]), 0.95)[:2] == pytest.approx((3, nan), nan_ok=True)
    assert isnan(sd(np.array([3.0])))
    assert isnan(mean_t(np.array([]), 0.95).estimate)


def test_pearsons_r_interval_and_p_are_those_of_scipy() -> None:
    x, y = scores()
    value, theirs = pearson(x, y, 0.95), scipy_stats.pearsonr(x, y)
    low, high = theirs.confidence_interval(0.95)
    assert (value.estimate, value.lower, value.upper) == pytest.approx((theirs.statistic, low, high))
    assert value.p == pytest.approx(theirs.pvalue)


def test_clustered_errors_of_single_persons_are_the_ordinary_ones() -> None:
    x, _ = scores()
    clustered, plain = mean_clustered(x, np.arange(40), 0.95), mean_t(x, 0.95)
    assert clustered[:4] == pytest.approx(plain[:4])


def test_a_couple_that_gives_the_same_answer_twice_counts_once() -> None:
    x, y = scores()
    couple = np.tile(np.arange(40), 2)
    twice, once = np.tile(x, 2), mean_t(x, 0.95)
    assert mean_clustered(twice, couple, 0.95)[:4] == pytest.approx(once[:4])
    doubled = pearson_clustered(twice, np.tile(y, 2), couple, 0.95)
    single = pearson_clustered(x, y, np.arange(40), 0.95)
    assert doubled == pytest.approx(single, nan_ok=True)


def test_one_couple_has_a_mean_without_interval() -> None:
    value = mean_clustered(np.array([1.0, 3.0]), np.array([0, 0]), 0.95)
    assert value.estimate == 2
    assert isnan(value.lower)
    assert isnan(mean_clustered(np.array([]), np.array([]), 0.95).estimate)


def test_the_influence_on_r_is_the_jackknife() -> None:
    x, y = scores(300)
    left_out = [np.corrcoef(np.delete(x, i), np.delete(y, i))[0, 1] for i in range(300)]
    jackknife = sqrt(299 / 300 * ((left_out - np.mean(left_out)) ** 2).sum())
    assert pearson_clustered(x, y, np.arange(300), 0.95).se == pytest.approx(jackknife, rel=2 / sqrt(300))


@pytest.mark.parametrize("together", [0.0, 0.9])
def test_clustered_intervals_hold_the_truth_as_often_as_they_say(together: float) -> None:
    rng, runs, hits = np.random.default_rng(11), 1000, np.zeros(2)
    for _ in range(runs):
        x, y, couple = of_couples(rng, 80, together)
        for i, (value, truth) in enumerate(
            ((mean_clustered(x, couple, 0.95), 0.0), (pearson_clustered(x, y, couple, 0.95), 0.5))
        ):
            hits[i] += value.lower <= truth <= value.upper
    # Three Monte Carlo errors, and 1 / couples by which an error made of estimated influences is too small.
    assert hits / runs == pytest.approx(0.95, abs=3 * sqrt(0.95 * 0.05 / runs) + 1 / 80)


ROUNDED = np.full(7, 3.4)  # numpy's mean of these is not 3.4


def test_a_constant_has_a_spread_of_exactly_zero() -> None:
    assert ROUNDED.std() > 0  # so numpy's own answer would not do
    assert sd(ROUNDED) == 0
    assert mean_t(ROUNDED, 0.95).se == 0
    assert mean_clustered(ROUNDED, np.array([0, 0, 1, 1, 2, 2, 3]), 0.95).se == 0
    assert (covariance(np.column_stack([ROUNDED, np.arange(7.0)]))[0] == 0).all()


def test_partners_who_cancel_each_other_have_a_clustered_error_of_exactly_zero() -> None:
    x = np.array([1.1, 2.3, 3.7, 4.9, 3.7, 2.5])
    couple = np.tile(np.arange(3), 2)
    x[3:] = 6.2 - x[:3]  # every couple has the same mean: whoever knows it knows the partner
    assert mean_clustered(x, couple, 0.95).se == 0


@pytest.mark.parametrize("values", [[], [2.0], [3.4] * 7, [0.1 + 0.2, 0.3], [0.0, 0.0]])
def test_values_that_only_rounding_tells_apart_are_constant(values: list[float]) -> None:
    assert is_constant(np.array(values))


@pytest.mark.parametrize("values", [[1.0, 2.0], [0.0, 1e-300], [1e9, 1e9 + 1]])
def test_small_and_large_differences_are_differences(values: list[float]) -> None:
    assert not is_constant(np.array(values))


def test_a_difference_of_rounding_is_zero_and_any_other_stays() -> None:
    x, y = np.array([0.1 + 0.2, 5.0, 1.0]), np.array([0.3, 4.0, 1.0])
    assert difference(x, y).tolist() == [0, 1, 0]
    assert difference(np.array([]), np.array([])).tolist() == []


def test_a_constant_has_no_skewness_and_neither_have_two_values() -> None:
    assert isnan(skewness(ROUNDED))
    assert isnan(skewness(np.array([1.0, 2.0])))


def test_a_constant_has_no_correlation() -> None:
    assert isnan(pearson(ROUNDED, np.arange(7.0), 0.95).estimate)
    assert isnan(pearson_clustered(ROUNDED, np.arange(7.0), np.arange(7), 0.95).estimate)
    assert np.isnan(correlation(np.diag([0.0, 1.0]))).tolist() == [[True, True], [True, False]]


@pytest.mark.parametrize(("r", "expected"), [(1 - 1e-15, 1), (-1 - 1e-15, -1), (0.999999, 0.999999), (0, 0)])
def test_a_correlation_is_one_where_only_rounding_keeps_it_from_that(r: float, expected: float) -> None:
    assert snapped(r) == expected


def test_a_mean_of_equal_values_has_neither_interval_nor_test() -> None:
    for value in (mean_t(np.full(5, 2.0), 0.95), mean_clustered(np.full(6, 2.0), np.array([0, 0, 1, 1, 2, 2]), 0.95)):
        assert (value.estimate, value.se) == (2.0, 0.0)
        assert all(isnan(empty) for empty in (value.lower, value.upper, value.test, value.p))
