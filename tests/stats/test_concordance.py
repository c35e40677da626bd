"""Intraclass and concordance correlations: textbook tables, pingouin as second implementation, hand-worked edges."""

from collections.abc import Callable
from itertools import combinations
from math import isnan, sqrt

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy import stats as scipy_stats

from analysis.stats.concordance import (
    concordance,
    icc_1,
    icc_a1,
    icc_c1,
    icc_pairwise,
    mean_squares,
    paired_difference,
    two_sided_f,
)
from analysis.stats.moments import pearson
from analysis.stats.value import Array, Value

# Shrout & Fleiss (1979), table 2: six subjects, four judges.
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
PAIRS = list(combinations(range(4), 2))
EXACT = 1e-12  # relative; two closed forms of the same number


def answers(n: int = 30, seed: int = 1) -> tuple[Array, Array]:
    """Return two partners' scores that go together, with a mean difference."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return x, 0.5 * x + rng.normal(size=n) + 0.4


def k_rater_iccs(table: Array) -> dict[str, float]:
    """Return Shrout and Fleiss's single-rater coefficients for any number of raters, from sums of squares."""
    n, k = table.shape
    grand, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    between = k * ((rows - grand) ** 2).sum() / (n - 1)
    raters = n * ((columns - grand) ** 2).sum() / (k - 1)
    within = ((table - rows[:, None]) ** 2).sum() / (n * (k - 1))
    residual = ((table - rows[:, None] - columns + grand) ** 2).sum() / ((n - 1) * (k - 1))
    return {
        "icc_1": (between - within) / (between + (k - 1) * within),
        "icc_a1": (between - residual) / (between + (k - 1) * residual + k * (raters - residual) / n),
        "icc_c1": (between - residual) / (between + (k - 1) * residual),
    }


def test_the_general_formula_gives_the_published_coefficients_of_shrout_and_fleiss() -> None:
    found = {name: round(value, 2) for name, value in k_rater_iccs(SHROUT_FLEISS).items()}
    assert found == {"icc_1": 0.17, "icc_a1": 0.29, "icc_c1": 0.71}


@pytest.mark.parametrize("pair", PAIRS)
def test_two_judges_of_shrout_and_fleiss_are_its_special_case(pair: tuple[int, int]) -> None:
    x, y = SHROUT_FLEISS[:, pair].T
    expected = k_rater_iccs(SHROUT_FLEISS[:, pair])
    found = {f.__name__: f(x, y, 0.95).estimate for f in (icc_1, icc_a1, icc_c1)}
    assert found == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize("pair", PAIRS)
def test_estimates_f_df_and_intervals_are_those_of_pingouin(
    pair: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pingouin.options, "round.column.CI95", None)
    long = pd.DataFrame([(i, j, SHROUT_FLEISS[i, j]) for i in range(6) for j in pair], columns=["t", "r", "s"])
    table = pingouin.intraclass_corr(long, targets="t", raters="r", ratings="s").set_index("Type")
    x, y = SHROUT_FLEISS[:, pair].T
    for name, function in (("ICC(1,1)", icc_1), ("ICC(A,1)", icc_a1), ("ICC(C,1)", icc_c1)):
        ours, theirs = function(x, y, 0.95), table.loc[name]
        assert (ours.estimate, ours.test, ours.df, ours.df2) == pytest.approx(
            (theirs["ICC"], theirs["F"], theirs["df1"], theirs["df2"]), rel=1e-9
        )
        assert (ours.lower, ours.upper) == pytest.approx(tuple(theirs["CI95"]), rel=1e-9)
        assert ours.p == pytest.approx(2 * min(theirs["pval"], 1 - theirs["pval"]), rel=1e-6)  # theirs is one-sided


def test_icc_1_by_hand() -> None:
    # Couple means 1.5, 3, 4.5: MSB = 2 * 2.25 = 4.5. Squared differences 1, 0, 1: MSW = 2 / 2 / 3 = 1/3.
    x, y = np.array([1.0, 3.0, 5.0]), np.array([2.0, 3.0, 4.0])
    squares = mean_squares(x, y)
    assert (squares.n, squares.couples, squares.within) == pytest.approx((3, 4.5, 1 / 3))
    value = icc_1(x, y, 0.95)
    assert value.estimate == pytest.approx((4.5 - 1 / 3) / (4.5 + 1 / 3))
    assert (value.test, value.df, value.df2) == pytest.approx((13.5, 2, 3))
    assert value.p == pytest.approx(2 * scipy_stats.f.sf(13.5, 2, 3))


def test_negative_dependence_stays_negative_and_its_p_is_two_sided() -> None:
    x, y = answers(40)
    value = icc_1(x, -y, 0.95)
    assert value.estimate < 0
    assert value.upper < 0
    assert value.p == pytest.approx(2 * scipy_stats.f.cdf(value.test, 39, 40))


def test_a_two_sided_p_is_at_most_one() -> None:
    assert two_sided_f(scipy_stats.f.median(9, 9), 9, 9) == pytest.approx(1)
    assert two_sided_f(1.0, 9, 10) <= 1


def test_a_mean_difference_lowers_icc_a1_and_leaves_icc_c1() -> None:
    x, y = answers()
    assert icc_c1(x + 3, y, 0.95).estimate == pytest.approx(icc_c1(x, y, 0.95).estimate, rel=1e-9)
    assert icc_a1(x + 3, y, 0.95).estimate < icc_a1(x, y, 0.95).estimate


@pytest.mark.parametrize("function", [icc_1, icc_pairwise])
def test_order_free_coefficients_do_not_change_when_some_couples_are_swapped(function: Callable[..., Value]) -> None:
    x, y = answers()
    swapped = np.arange(len(x)) % 3 == 0
    a, b = np.where(swapped, y, x), np.where(swapped, x, y)
    assert function(a, b, 0.95) == pytest.approx(function(x, y, 0.95), rel=1e-12, nan_ok=True)


def test_icc_pairwise_is_the_correlation_of_the_double_entry_and_counts_couples_once() -> None:
    x, y = answers()
    value = icc_pairwise(x, y, 0.95)
    doubled = scipy_stats.pearsonr(np.concatenate([x, y]), np.concatenate([y, x]))
    assert value.estimate == pytest.approx(doubled.statistic, rel=EXACT)
    half = scipy_stats.norm.ppf(0.975) / sqrt(len(x) - 3)
    assert (value.lower, value.upper) == pytest.approx(
        (np.tanh(np.arctanh(value.estimate) - half), np.tanh(np.arctanh(value.estimate) + half))
    )


def test_ccc_is_the_correlation_times_the_accuracy() -> None:
    x, y = answers()
    lin = concordance(x, y, 0.95)
    moments = np.cov(x, y, bias=True)
    assert lin.ccc.estimate == pytest.approx(2 * moments[0, 1] / (moments.trace() + (x.mean() - y.mean()) ** 2))
    assert lin.ccc.estimate == pytest.approx(lin.accuracy * scipy_stats.pearsonr(x, y).statistic)
    assert lin.location_shift == pytest.approx((x.mean() - y.mean()) / sqrt(np.sqrt(moments[0, 0] * moments[1, 1])))
    assert lin.scale_shift == pytest.approx(x.std() / y.std())


def test_ccc_has_an_interval_at_a_correlation_of_exactly_zero() -> None:
    x, y = np.array([1.0, 1.0, 2.0, 2.0]), np.array([1.0, 2.0, 1.0, 2.0])
    value = concordance(x, y, 0.95).ccc
    assert value.estimate == 0
    assert value.se == pytest.approx(1 / sqrt(2))  # accuracy 1, n - 2 = 2
    assert value.lower < 0 < value.upper


def test_lins_standard_error_is_the_spread_of_ccc_over_samples() -> None:
    rng, n = np.random.default_rng(5), 200
    x = rng.normal(size=(2000, n))
    y = 0.6 * x + 0.8 * rng.normal(size=(2000, n)) * 1.3 + 0.5
    values = [concordance(a, b, 0.95).ccc for a, b in zip(x, y, strict=True)]
    spread, mean_se = np.std([v.estimate for v in values]), np.mean([v.se for v in values])
    assert mean_se == pytest.approx(spread, rel=0.08)  # an SD from 2000 draws is good to 1.6 %; five of these


def test_the_paired_difference_is_the_paired_t_test() -> None:
    x, y = answers()
    found = paired_difference(x, y, 0.95)
    theirs = scipy_stats.ttest_rel(x, y)
    low, high = theirs.confidence_interval(0.95)
    assert (found.mean.test, found.mean.p, found.mean.df) == pytest.approx((theirs.statistic, theirs.pvalue, 29))
    assert (found.mean.lower, found.mean.upper) == pytest.approx((low, high))
    assert found.d_z == pytest.approx(theirs.statistic / sqrt(30))
    assert found.d_av == pytest.approx((x - y).mean() / ((x.std(ddof=1) + y.std(ddof=1)) / 2))


ALL = (icc_1, icc_a1, icc_c1, icc_pairwise, pearson)


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_couples_have_no_correlation(function: Callable[..., Value], n: int) -> None:
    nothing = np.arange(n, dtype=float)
    assert all(isnan(part) for part in function(nothing, nothing, 0.95))


@pytest.mark.parametrize("function", ALL)
def test_constant_scores_have_no_correlation_even_where_their_mean_is_rounded(function: Callable[..., Value]) -> None:
    third = np.full(7, 3.4)  # the mean of seven 3.4 is not 3.4 in floating point
    assert isnan(function(third, third, 0.95).estimate)


@pytest.mark.parametrize("function", ALL)
def test_a_perfect_correlation_has_no_interval_and_no_test(function: Callable[..., Value]) -> None:
    x = np.array([1.2, 2.4, 3.6, 4.4, 1.0])
    value = function(x, x * 1.0, 0.95)
    assert value.estimate == 1
    assert all(isnan(part) for part in value[1:])


@pytest.mark.parametrize("function", [icc_1, icc_c1, icc_pairwise, pearson])
def test_a_perfect_negative_correlation_has_none_either(function: Callable[..., Value]) -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    value = function(x, 6 - x, 0.95)
    assert value.estimate == -1
    assert isnan(value.lower)
    assert isnan(value.p)


def test_two_couples_have_a_correlation_of_one_and_nothing_else() -> None:
    x, y = np.array([1.0, 2.0]), np.array([4.0, 5.0])
    assert pearson(x, y, 0.95).estimate == 1
    assert isnan(pearson(x, y, 0.95).p)
    assert isnan(concordance(x, y, 0.95).ccc.estimate)


def test_three_couples_have_a_test_but_no_fisher_interval() -> None:
    x, y = np.array([1.0, 2.0, 3.0]), np.array([4.0, 6.0, 5.0])
    value = pearson(x, y, 0.95)
    assert value.df == 1
    assert isnan(value.lower)
    assert value.p == pytest.approx(scipy_stats.pearsonr(x, y).pvalue)


def test_a_constant_difference_is_seen_through_rounding() -> None:
    x = np.array([1.2, 2.4, 3.6, 4.4, 1.0])
    found = paired_difference(x + 0.2, x, 0.95)
    assert found.mean.se == 0
    assert isnan(found.mean.test)
    assert isnan(found.d_z)
    assert icc_c1(x + 0.2, x, 0.95).estimate == 1
    assert icc_a1(x + 0.2, x, 0.95).estimate < 1


def test_equal_scores_have_a_difference_of_exactly_zero() -> None:
    x = np.array([0.1 + 0.2, 2.4, 3.6])
    found = paired_difference(x, np.array([0.3, 2.4, 3.6]), 0.95)
    assert (found.mean.estimate, found.mean.se) == (0, 0)


def test_one_constant_partner_leaves_icc_1_but_no_correlation() -> None:
    x, y = np.array([1.0, 2.0, 3.0, 5.0]), np.full(4, 3.0)
    assert icc_1(x, y, 0.95).estimate == pytest.approx(k_rater_iccs(np.column_stack([x, y]))["icc_1"])
    assert isnan(pearson(x, y, 0.95).estimate)
    assert isnan(concordance(x, y, 0.95).ccc.estimate)


def test_mcgraw_and_wongs_interval_is_left_out_where_satterthwaite_breaks_down() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=6)
    value = icc_a1(x, 10 - 0.8 * x + 0.2 * rng.normal(size=6), 0.95)  # negative, with a mean difference of many SDs
    assert value.estimate < 0
    assert isnan(value.lower)
    assert value.p < 0.05


def test_every_interval_of_icc_a1_holds_its_estimate() -> None:
    rng = np.random.default_rng(2)
    for _ in range(3000):
        n = rng.integers(2, 9)
        x, y = rng.integers(1, 6, size=(2, n)) + rng.normal(size=(2, 1)) * rng.integers(0, 3)
        value = icc_a1(x, y, 0.95)
        assert isnan(value.lower) or value.lower <= value.estimate <= value.upper
