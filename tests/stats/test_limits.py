"""Limits of agreement and the numbers beside them: the reference rows; scipy and statsmodels check the rest."""

from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest
import statsmodels.api as sm
from oracles import FRAMES, by_name, close, numbers
from pair_samples import FILE, likert, places, scores
from scipy import stats as scipy_stats

from analysis.stats.bca import bca
from analysis.stats.bootstrap import draw_weights
from analysis.stats.equivalence import equivalence
from analysis.stats.limits import (
    Z,
    limits,
    limits_jackknife,
    order_free,
    order_free_jackknife,
    quantiles,
    resampled_quantiles,
    trend,
    trend_robust,
)
from analysis.stats.spreads import sd_ratio
from analysis.stats.value import Value

EXACT = 1e-9
COLUMNS = {"estimate": "value", "lower": "lower", "upper": "upper", "se": "se", "df": "df", "p": "p"}


def expected(frame: str, scale: str) -> dict[tuple[str, str], dict[str, float]]:
    table = numbers(FILE)
    return by_name(table[(table["frame"] == frame) & (table["scale"] == scale)])


def agrees(ours: Value, theirs: dict[str, float], columns: str) -> None:
    for column in columns.split():
        assert close(getattr(ours, column), theirs[COLUMNS[column]], EXACT), (column, ours, theirs)


def test_the_reference_has_every_frame_with_roles() -> None:
    found = {frame for frame, _, _ in places()}
    assert found == {name for name, spec in FRAMES.items() if not spec["exchangeable"]} - {"m_gap"}


@pytest.mark.parametrize(("frame", "scale", "tag"), places())
def test_limits_slopes_ratio_and_equivalence_are_those_of_the_reference(frame: str, scale: str, tag: str) -> None:
    (x, y), rows = scores(frame, scale), expected(frame, scale)
    found, slopes = limits(x, y, 0.95), trend(x, y, 0.95)
    assert len(x) == rows["ba_bias", tag]["n"]
    agrees(found.bias, rows["ba_bias", tag], "estimate lower upper se df")
    for side, value in (("lower", found.lower), ("upper", found.upper)):
        agrees(value, rows[f"ba_{side}_limit", f"{tag}; z .975; exact CI (noncentral t)"], "estimate lower upper df")
    agrees(slopes.slope, rows["ba_slope_on_mean", tag], "estimate lower upper se df p")
    agrees(slopes.heteroscedasticity, rows["ba_absresid_slope", tag], "estimate se df p")
    ratio, pitman = sd_ratio(x, y, 0.95), rows["pitman_morgan_t", tag]
    agrees(ratio, rows["sd_ratio", tag], "estimate lower upper df")
    assert (ratio.test, ratio.df, ratio.p) == pytest.approx((pitman["value"], pitman["df"], pitman["p"]), rel=EXACT)
    within, theirs = equivalence(x, y, 0.5, 0.95), rows["tost_p", f"{tag}; bounds -/+0.5"]
    agrees(within, theirs, "lower upper df p")
    assert within.estimate == pytest.approx(rows["ba_bias", tag]["value"], rel=EXACT)
    tests = [rows[f"tost_{side}_t", f"{tag}; bound {bound}"] for side, bound in (("lower", "-0.5"), ("upper", "+0.5"))]
    assert within.test == pytest.approx(max(tests, key=lambda row: row["p"])["value"], rel=EXACT)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("n", [2, 5, 300])
def test_limits_invert_the_noncentral_t_distribution(n: int, confidence: float) -> None:
    x, y = np.random.default_rng(n).normal(size=(2, n))
    d, found = x - y, limits(x, y, confidence)
    for value, sign in ((found.upper, 1), (found.lower, -1)):
        ends = [sign * (end - d.mean()) / d.std(ddof=1) * sqrt(n) for end in (value.lower, value.upper)]
        tails = np.atleast_1d(scipy_stats.nct.cdf(ends, n - 1, Z * sqrt(n)))
        assert sorted(tails) == pytest.approx([(1 - confidence) / 2, (1 + confidence) / 2], rel=1e-6)
        assert value.lower < value.estimate < value.upper


def test_swapping_partners_turns_all_signs_and_the_ratio() -> None:
    x, y = likert(60, 3)
    there, back = limits(x, y, 0.95), limits(y, x, 0.95)
    assert (there.bias.lower, there.lower.lower) == pytest.approx((-back.bias.upper, -back.upper.upper))
    assert trend(x, y, 0.95).slope.upper == pytest.approx(-trend(y, x, 0.95).slope.lower)
    assert trend_robust(x, y, 0.95).heteroscedasticity == pytest.approx(
        trend_robust(y, x, 0.95).heteroscedasticity, nan_ok=True
    )
    assert equivalence(x, y, 0.2, 0.95).p == pytest.approx(equivalence(y, x, 0.2, 0.95).p)


def test_trends_are_those_of_statsmodels_classical_and_hc3() -> None:
    x, y = likert(80, 4)
    d, design = x - y, sm.add_constant((x + y) / 2)
    line = sm.OLS(d, design).fit()
    spread = sm.OLS(np.abs(line.resid), design)
    for ours, kind in ((trend(x, y, 0.95), "nonrobust"), (trend_robust(x, y, 0.95), "HC3")):
        for value, model in ((ours.slope, sm.OLS(d, design)), (ours.heteroscedasticity, spread)):
            theirs = model.fit(cov_type=kind, use_t=True)
            assert (value.estimate, value.se, value.test, value.p) == pytest.approx(
                (theirs.params[1], theirs.bse[1], theirs.tvalues[1], theirs.pvalues[1]), rel=1e-8
            )
            assert (value.lower, value.upper) == pytest.approx(tuple(theirs.conf_int()[1]), rel=1e-8)


def test_order_free_numbers_do_not_change_when_some_couples_are_swapped() -> None:
    x, y = likert(50, 5)
    swapped = np.arange(50) % 3 == 0
    a, b = np.where(swapped, y, x), np.where(swapped, x, y)
    for ours, theirs in zip(order_free(a, b, 0.9), order_free(x, y, 0.9), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-12, nan_ok=True)
    assert order_free_jackknife(a, b, 0.9) == pytest.approx(order_free_jackknife(x, y, 0.9), rel=1e-9, nan_ok=True)


def test_the_order_free_limit_by_hand() -> None:
    x, y = np.array([1.0, 3.0, 5.0, 2.0]), np.array([2.0, 3.0, 3.0, 3.0])
    found = order_free(x, y, 0.95)
    assert found.mean_abs_difference.estimate == 1
    assert found.limit.estimate == pytest.approx(Z * sqrt(6 / 4))
    ends = [Z * sqrt(6 / float(scipy_stats.chi2.ppf(tail, 4))) for tail in (0.975, 0.025)]
    assert (found.limit.lower, found.limit.upper) == pytest.approx(ends)
    assert order_free_jackknife(x, y, 0.95).estimate == pytest.approx(found.limit.estimate)


def test_jackknifed_limits_hold_skewed_ones_where_exact_normal_ones_do_not() -> None:
    x, y = likert(200_000, 1)
    truth = limits(x, y, 0.95).upper.estimate
    held = np.zeros(2)
    for seed in range(1000):
        a, b = likert(60, 100 + seed)
        for at, value in enumerate((limits(a, b, 0.95).upper, limits_jackknife(a, b, 0.95)[1])):
            held[at] += value.lower <= truth <= value.upper
    assert held[0] < held[1]
    assert 915 <= held[1] <= 970


def test_quantiles_are_numpys_and_their_ends_leave_binomial_tails() -> None:
    d = np.random.default_rng(7).normal(size=400)
    low, high = quantiles(d, 0.95)
    assert (low.estimate, high.estimate) == pytest.approx(tuple(np.quantile(d, [0.025, 0.975])), rel=EXACT)
    for value, tail in ((low, 0.025), (high, 0.975)):
        below, at_most = (d < value.lower).sum(), (d < value.upper).sum()
        assert scipy_stats.binom.cdf(below, 400, tail) <= 0.025 < scipy_stats.binom.cdf(below + 1, 400, tail)
        assert scipy_stats.binom.cdf(at_most, 400, tail) >= 0.975 > scipy_stats.binom.cdf(at_most - 1, 400, tail)


def test_an_end_beyond_the_outermost_couple_is_that_of_the_scale() -> None:
    d = np.linspace(-1, 1, 145)
    assert quantiles(d, 0.95, 4.0)[0].lower == -4
    assert quantiles(d, 0.95, 4.0)[1].upper == 4
    assert isnan(quantiles(d, 0.95)[0].lower)
    assert quantiles(np.linspace(-1, 1, 146), 0.95, 4.0)[0].lower == -1


def test_intervals_of_quantiles_hold_them_whatever_the_shape() -> None:
    held, rng = np.zeros(2), np.random.default_rng(8)
    truth = -np.log([0.975, 0.025])
    for _ in range(1000):
        found = quantiles(rng.exponential(size=150), 0.95, 100.0)
        held += [value.lower <= t <= value.upper for value, t in zip(found, truth, strict=True)]
    assert (held >= 935).all()


def test_resampled_quantiles_are_those_of_repeated_couples() -> None:
    d = np.round(np.random.default_rng(9).normal(size=37), 1)
    weights = draw_weights(37, 50, np.random.default_rng(10))
    naive = [np.quantile(np.repeat(d, row.astype(int)), [0.025, 0.975]) for row in weights]
    assert resampled_quantiles(d, weights) == pytest.approx(np.array(naive), rel=1e-12)
    left_out = resampled_quantiles(d, 1 - np.eye(37))
    assert left_out[3] == pytest.approx(np.quantile(np.delete(d, 3), [0.025, 0.975]))
    found = bca(np.quantile(d, [0.025, 0.975]), resampled_quantiles(d, weights), left_out, 0.95)
    assert (found.lower <= np.quantile(d, [0.025, 0.975])).all()


def test_equivalence_is_statsmodels_tost_and_agrees_with_its_interval() -> None:
    for seed in range(40):
        x, y = likert(30, seed)
        ours = equivalence(x, y, 0.25, 0.95)
        theirs = sm.stats.DescrStatsW(x - y).ttost_mean(-0.25, 0.25)
        assert ours.p == pytest.approx(theirs[0], rel=1e-8)
        assert (ours.p < 0.05) == (ours.lower > -0.25 and ours.upper < 0.25)


def test_an_equivalence_bound_must_be_above_zero() -> None:
    with pytest.raises(ValueError, match="above 0; found 0"):
        equivalence(np.arange(4.0), np.arange(4.0), 0, 0.95)


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_couples_have_no_limits(n: int) -> None:
    x, y = np.arange(n, dtype=float), np.ones(n)
    found = (limits(x, y, 0.95).lower, *limits_jackknife(x, y, 0.95), *trend(x, y, 0.95), *trend_robust(x, y, 0.95))
    assert all(isnan(value.estimate) for value in found)
    assert isnan(equivalence(x, y, 1, 0.95).p)
    assert isnan(order_free(x, y, 0.95).heteroscedasticity.estimate)


def test_two_and_three_couples_have_what_exists() -> None:
    x, y = np.array([1.0, 4.0, 2.0]), np.array([2.0, 2.0, 5.0])
    assert limits(x[:2], y[:2], 0.95).upper.upper > limits(x[:2], y[:2], 0.95).upper.estimate
    assert isnan(trend(x[:2], y[:2], 0.95).slope.estimate)
    assert trend(x, y, 0.95).slope.df == 1
    assert isnan(limits_jackknife(x, y, 0.95)[0].lower)
    assert quantiles(x - y, 0.95, 4.0)[0].lower == -4


def test_a_constant_difference_is_its_own_limit() -> None:
    x = np.array([1.2, 2.4, 3.6, 4.4, 1.0])
    found = limits(x + 0.2, x, 0.95)
    assert found.lower.estimate == found.upper.estimate == found.bias.estimate
    assert isnan(found.lower.lower)
    assert isnan(limits_jackknife(x + 0.2, x, 0.95)[0].lower)
    assert trend(x + 0.2, x, 0.95).slope.estimate == pytest.approx(0, abs=1e-12)
    assert isnan(trend(x + 0.2, x, 0.95).slope.p)
    assert isnan(equivalence(x + 0.2, x, 0.5, 0.95).p)


def test_equal_answers_have_a_limit_of_zero_and_no_interval() -> None:
    x = np.array([1.2, 2.4, 3.6, 4.4, 1.0])
    found = order_free(x, x, 0.95)
    assert (found.limit.estimate, found.mean_abs_difference.estimate) == (0, 0)
    assert isnan(found.limit.lower)
    assert isnan(order_free_jackknife(x, x, 0.95).lower)


def test_couples_with_one_mean_have_no_slope() -> None:
    x = np.array([1.0, 2.0, 4.0, 5.0])
    assert isnan(trend(x, 6 - x, 0.95).slope.estimate)
    assert isnan(trend_robust(x, 6 - x, 0.95).heteroscedasticity.estimate)
