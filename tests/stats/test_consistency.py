"""Alpha and its relatives: hand-worked cases, pingouin, the jackknife, and a simulation of clustered intervals."""

from collections.abc import Callable
from math import isnan, sqrt

import numpy as np
import pandas as pd
import pingouin
import pytest
from oracles import couples, numbers

from analysis.stats.consistency import (
    alpha,
    alpha_clustered,
    alpha_feldt,
    alpha_if_dropped,
    alpha_if_dropped_clustered,
    alpha_if_dropped_influence,
    alpha_influence,
    alpha_standardized,
    item_rest_r,
    item_rest_r_clustered,
    item_rest_r_influence,
    lambda2,
    lambda6,
    mean_interitem_r,
    score_mdc,
    score_sem,
)
from analysis.stats.moments import complete_rows, correlation, covariance
from analysis.stats.value import Array, Value

# Three persons, two items: variances 1 and 4, covariance 2, so alpha = 2 (1 - 5 / 9) = 8 / 9.
TINY = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])


def answers(n: int = 60, k: int = 5, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + rng.normal(size=(n, k)) * np.linspace(0.8, 1.4, k)


def of_couples(rng: np.random.Generator, couples: int, k: int = 4, together: float = 0.6) -> tuple[Array, Array]:
    """Return persons' answers, first partners above second ones, whose factors correlate; and the couple of each."""
    shared, own = rng.normal(size=(couples, 1)), rng.normal(size=(2, couples, 1))
    factor = sqrt(together) * shared + sqrt(1 - together) * own
    return (factor + rng.normal(size=(2, couples, k))).reshape(2 * couples, k), np.tile(np.arange(couples), 2)


def test_alpha_by_hand() -> None:
    assert alpha(covariance(TINY)) == pytest.approx(8 / 9)


def test_alpha_and_feldts_interval_are_those_of_pingouin() -> None:
    x = answers()
    theirs, interval = pingouin.cronbach_alpha(pd.DataFrame(x))
    ours = alpha_feldt(x, 0.95)
    assert ours.estimate == pytest.approx(theirs, rel=1e-12)
    assert (ours.lower, ours.upper) == pytest.approx(interval, abs=5e-4)  # pingouin rounds to three decimals
    assert (ours.df, ours.df2) == (59, 236)


def test_feldts_interval_is_the_inverse_of_its_test() -> None:
    from scipy.stats import f

    ours = alpha_feldt(answers(), 0.9)
    for bound, tail in ((ours.lower, 0.95), (ours.upper, 0.05)):
        assert f.cdf((1 - bound) / (1 - ours.estimate), 59, 236) == pytest.approx(tail)


def test_the_influence_function_is_the_derivative_of_alpha() -> None:
    x, tiny = answers(), 1e-6
    n = len(x)

    def weighted(weights: Array) -> float:
        centred = x - weights @ x
        return float(alpha(centred.T @ (centred * weights[:, None])))

    even = np.full(n, 1 / n)
    for person in range(0, n, 7):
        towards = (1 - tiny) * even + tiny * (np.arange(n) == person)
        slope = (weighted(towards) - weighted(even)) / tiny
        # A forward difference is wrong by tiny times the curvature, which is of the order of the influence squared.
        scaled = alpha_influence(x)[person] * n / (n - 1)  # the covariance inside has divisor n - 1
        assert slope == pytest.approx(scaled, rel=1e-4, abs=1e-5)


def test_influences_sum_to_zero() -> None:
    assert alpha_influence(answers()).sum() == pytest.approx(0, abs=1e-12)


def test_the_influence_standard_error_is_near_the_jackknifes() -> None:
    x = answers(200)
    n = len(x)
    left_out = np.array([alpha(covariance(np.delete(x, i, axis=0))) for i in range(n)])
    jackknife = sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum())
    assert alpha_clustered(x, np.arange(n), 0.95).se == pytest.approx(
        jackknife, rel=2 / sqrt(n)
    )  # they differ by O(1/n)


def test_the_clustered_standard_error_is_the_jackknife_over_couples() -> None:
    couples = 200
    x, couple = of_couples(np.random.default_rng(4), couples)
    left_out = np.array([alpha(covariance(x[couple != i])) for i in range(couples)])
    jackknife = sqrt((couples - 1) / couples * ((left_out - left_out.mean()) ** 2).sum())
    assert alpha_clustered(x, couple, 0.95).se == pytest.approx(jackknife, rel=2 / sqrt(couples))


def test_clustered_intervals_cover_where_intervals_of_persons_do_not() -> None:
    rng, covered, narrow = np.random.default_rng(8), 0, 0
    truth, runs = 0.8, 600  # four items with a factor and errors of variance 1: alpha = 4/3 (1 - 8 / 20)
    for _ in range(runs):
        x, couple = of_couples(rng, 60, together=0.9)
        clustered, naive = alpha_clustered(x, couple, 0.95), alpha_clustered(x, np.arange(len(x)), 0.95)
        covered += clustered.lower <= truth <= clustered.upper
        narrow += naive.lower <= truth <= naive.upper
    sampling = sqrt(0.95 * 0.05 / runs)
    assert covered / runs == pytest.approx(0.95, abs=4 * sampling)
    assert narrow / runs < 0.95 - 4 * sampling


def test_a_negative_alpha_is_shown_with_its_interval() -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(size=80)
    x = np.column_stack([one, -one]) + rng.normal(size=(80, 2))
    value = alpha_clustered(x, np.arange(80), 0.95)
    assert value.lower < value.estimate < value.upper < 0
    assert alpha_feldt(x, 0.95).upper < 0


def test_items_that_cancel_have_no_alpha() -> None:
    one = np.array([1.0, 2, 3, 4, 5, 2, 1])
    x = np.column_stack([one, 6 - one])
    assert isnan(alpha(covariance(x)))
    assert isnan(alpha_clustered(x, np.arange(7), 0.95).estimate)
    assert isnan(alpha_feldt(x, 0.95).lower)


@pytest.mark.parametrize("k", [2, 3, 7])
def test_items_that_are_the_same_have_an_alpha_of_exactly_one_without_interval(k: int) -> None:
    x = np.column_stack([[1.0, 2, 3, 4, 5, 2, 1]] * k)
    for value in (alpha_clustered(x, np.arange(7), 0.95), alpha_feldt(x, 0.95)):
        assert value.estimate == 1
        assert isnan(value.lower)


def test_one_item_has_no_alpha() -> None:
    assert isnan(alpha(np.array([[2.0]])))


def test_without_variance_there_is_no_alpha() -> None:
    assert isnan(alpha(covariance(np.full((5, 3), 3.4))))


def test_a_constant_item_counts_in_k() -> None:
    x = answers(k=4)
    constant = np.column_stack([x, np.full(len(x), 3.4)])
    assert alpha(covariance(constant)) == pytest.approx(5 / 4 * 3 / 4 * alpha(covariance(x)))


def test_alpha_does_not_care_for_the_order_of_items_or_a_common_shift_and_scale() -> None:
    x = answers()
    assert alpha(covariance(x[:, ::-1] * 3 + 100)) == pytest.approx(alpha(covariance(x)), rel=1e-9)


def test_standardized_alpha_of_two_items_is_spearman_brown() -> None:
    cov = covariance(answers(k=2))
    r = correlation(cov)[0, 1]
    assert alpha_standardized(cov) == pytest.approx(2 * r / (1 + r))
    assert alpha_standardized(np.diag([1.0, 4.0])) == 0


def test_standardized_alpha_does_not_exist_with_a_constant_item() -> None:
    assert isnan(alpha_standardized(np.diag([1.0, 0.0])))


def test_item_rest_r_is_the_correlation_with_the_sum_of_the_others() -> None:
    x = answers()
    expected = [np.corrcoef(x[:, j], np.delete(x, j, axis=1).sum(axis=1))[0, 1] for j in range(x.shape[1])]
    assert item_rest_r(covariance(x)) == pytest.approx(expected)


def test_item_rest_r_does_not_exist_where_the_item_or_the_rest_is_constant() -> None:
    one = np.array([1.0, 2, 3, 4, 2])
    x = np.column_stack([one, 6 - one, np.array([1.0, 5, 2, 2, 3])])  # the first two cancel: the third has no rest
    found = item_rest_r(covariance(x))
    assert np.isnan(found).tolist() == [False, False, True]
    assert np.isnan(item_rest_r(covariance(np.column_stack([one, np.full(5, 3.4)])))).all()


def test_item_rest_r_of_two_equal_items_is_exactly_one() -> None:
    assert item_rest_r(covariance(TINY)).tolist() == [1, 1]


def test_alpha_if_dropped_is_alpha_of_the_others() -> None:
    x = answers(k=4)
    expected = [alpha(covariance(np.delete(x, j, axis=1))) for j in range(4)]
    assert alpha_if_dropped(covariance(x)) == pytest.approx(expected)


def test_alpha_if_dropped_needs_three_items() -> None:
    assert np.isnan(alpha_if_dropped(covariance(TINY))).all()


# ---------------------------------------------------------------------------------------- many matrices at once

MANY: dict[str, Callable[[Array], Array]] = {
    "alpha": alpha,
    "alpha_standardized": alpha_standardized,
    "lambda2": lambda2,
    "lambda6": lambda6,
    "mean_interitem_r": mean_interitem_r,
    "score_sem": score_sem,
    "score_mdc": lambda cov: score_mdc(cov, 0.9),
    "item_rest_r": item_rest_r,
    "alpha_if_dropped": alpha_if_dropped,
}


@pytest.mark.parametrize("function", MANY.values(), ids=MANY)
def test_many_matrices_give_what_each_gives_alone(function: Callable[[Array], Array]) -> None:
    one = np.array([1.0, 2, 3, 4, 5, 2, 1])
    covs = [covariance(answers(k=3, seed=seed)) for seed in range(3)]
    covs += [np.diag([1.0, 2.0, 0.0]), np.zeros((3, 3)), np.ones((3, 3)), np.full((3, 3), np.nan)]
    covs += [covariance(np.column_stack([one, 6 - one, one]))]
    stacked = np.array(covs).reshape(2, 4, 3, 3)
    alone = np.array([function(cov) for cov in covs])
    found = function(stacked)
    assert found.shape == (2, 4, *alone.shape[1:])
    np.testing.assert_allclose(found.reshape(alone.shape), alone, rtol=1e-13, equal_nan=True)
    last = np.moveaxis(np.ascontiguousarray(np.moveaxis(stacked, (-2, -1), (0, 1))), (0, 1), (-2, -1))
    np.testing.assert_allclose(function(last), found, rtol=1e-13, equal_nan=True)  # whatever their place in memory


def frames_of(statistic: str, variants: tuple[str, ...]) -> list[tuple[str, str, str, float]]:
    """Return frame, scale, persons and value of the reference's rows of a statistic."""
    table = numbers("01_alpha_items")
    table = table[(table["statistic"] == statistic) & table["variant"].isin(variants)]
    return [
        (row["frame"], *row["scale"].split(":"), row["value"])
        for _, row in table.iterrows()
        if not row["scale"].split(":")[0].endswith("as_stored")
    ]


@pytest.mark.parametrize(
    ("statistic", "variant", "function"),
    [
        ("lambda2", "covariances", lambda2),
        ("lambda6", "correlations", lambda6),
        ("mean_interitem_r", "listwise", mean_interitem_r),
        ("sem", "alpha, scale mean", score_sem),
        ("mdc95", "alpha, scale mean", lambda cov: score_mdc(cov, 0.95)),
        ("alpha_std", "listwise", alpha_standardized),
    ],
)
def test_the_numbers_of_psych(statistic: str, variant: str, function: Callable[[Array], Array]) -> None:
    rows, compared = frames_of(statistic, (variant,)), 0
    for frame, scale, who, theirs in rows:
        data = couples(frame)
        cube = data.cube(scale)
        slots = {role: cube[:, slot] for slot, role in enumerate(data.roles or ())}
        x = slots.get(who, cube.reshape(-1, cube.shape[2]))
        x = x[complete_rows(x)]
        cov = covariance(x)
        if (np.diagonal(cov) == 0).any():
            continue  # the reference dropped the constant item first; here it stays in k
        assert function(cov) == pytest.approx(theirs, rel=1e-9), (frame, scale, who)
        compared += 1
    assert compared >= len(rows) - 2 > 10


def test_lambda2_lies_between_alpha_and_one() -> None:
    for seed in range(20):
        cov = covariance(answers(12, 5, seed))
        assert alpha(cov) <= lambda2(cov) <= 1
    assert lambda2(np.ones((4, 4))) == 1


def test_lambda6_is_from_the_regression_of_each_item_on_the_others() -> None:
    z = answers(k=4)
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    rest = [np.linalg.lstsq(np.delete(z, j, axis=1), z[:, j])[1][0] / len(z) for j in range(4)]
    assert lambda6(covariance(z)) == pytest.approx(1 - sum(rest) / correlation(covariance(z)).sum(), rel=1e-12)


def test_lambda6_does_not_exist_where_the_others_determine_an_item() -> None:
    x = answers(k=3)
    assert isnan(lambda6(covariance(np.column_stack([x, x.sum(axis=1)]))))
    assert isnan(lambda6(covariance(answers(40, 100))))


def test_one_item_has_none_of_these() -> None:
    for function in (alpha, alpha_standardized, lambda2, lambda6, mean_interitem_r, score_sem):
        assert isnan(function(np.array([[2.0]])))
    assert np.isnan(alpha_if_dropped(np.array([[2.0]]))).all()


def test_the_error_of_measurement_by_hand() -> None:
    cov = covariance(TINY)  # mean scores 1.5, 3, 4.5: sd 1.5; alpha 8/9
    assert score_sem(cov) == pytest.approx(1.5 / 3)
    assert score_mdc(cov, 0.95) == pytest.approx(1.959963984540054 * sqrt(2) * 1.5 / 3)


# -------------------------------------------------------------------------- intervals of all items of a scale


def jackknifed(function: Callable[[Array], Array], x: Array, couple: Array) -> Array:
    """Return the jackknife's standard errors over couples, (k,)."""
    n = int(couple.max()) + 1
    left_out = np.array([function(covariance(x[couple != i])) for i in range(n)])
    return np.asarray(np.sqrt((n - 1) / n * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)))


Intervals = Callable[[Array, Array, float], list[Value]]
OF_ITEMS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array], Intervals]] = {
    "item_rest_r": (item_rest_r, item_rest_r_influence, item_rest_r_clustered),
    "alpha_if_dropped": (alpha_if_dropped, alpha_if_dropped_influence, alpha_if_dropped_clustered),
}


@pytest.mark.parametrize("name", OF_ITEMS)
def test_the_influence_on_each_item_is_the_derivative(name: str) -> None:
    function, influence, _ = OF_ITEMS[name]
    x, tiny = answers(), 1e-6
    n = len(x)

    def weighted(weights: Array) -> Array:
        centred = x - weights @ x
        return function(centred.T @ (centred * weights[:, None]))

    even = np.full(n, 1 / n)
    assert influence(x).sum(axis=0) == pytest.approx(0, abs=1e-10)
    for person in range(0, n, 7):
        step = tiny * ((np.arange(n) == person) - even)
        slope = (weighted(even + step) - weighted(even - step)) / (2 * tiny)
        scale = n / (n - 1) if name == "alpha_if_dropped" else 1.0  # its covariances have divisor n - 1
        assert slope == pytest.approx(influence(x)[person] * scale, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", OF_ITEMS)
def test_the_standard_errors_of_items_are_near_the_jackknifes(name: str) -> None:
    function, _, intervals = OF_ITEMS[name]
    x, couple = of_couples(np.random.default_rng(4), 300)
    found = intervals(x, couple, 0.95)
    assert [value.estimate for value in found] == pytest.approx(function(covariance(x)), rel=1e-12)
    assert [value.se for value in found] == pytest.approx(jackknifed(function, x, couple), rel=2 / sqrt(300))


def test_intervals_of_alpha_if_dropped_are_those_of_alpha_of_the_others() -> None:
    x, couple = of_couples(np.random.default_rng(5), 50, k=5)
    for j, value in enumerate(alpha_if_dropped_clustered(x, couple, 0.9)):
        assert value == pytest.approx(alpha_clustered(np.delete(x, j, axis=1), couple, 0.9), rel=1e-9, nan_ok=True)


@pytest.mark.parametrize(("name", "truth"), [("item_rest_r", 3 / sqrt(2 * 12)), ("alpha_if_dropped", 0.75)])
def test_intervals_of_items_cover(name: str, truth: float) -> None:
    rng, covered, runs = np.random.default_rng(9), 0, 300  # factor and errors of variance 1
    for _ in range(runs):
        x, couple = of_couples(rng, 80, together=0.9)
        covered += sum(value.lower <= truth <= value.upper for value in OF_ITEMS[name][2](x, couple, 0.95))
    # Four items a run, not independent, so a run counts as one; the intervals themselves are within .02 at 80 couples.
    assert covered / (4 * runs) == pytest.approx(0.95, abs=0.02 + 3 * sqrt(0.95 * 0.05 / runs))


def test_items_without_a_coefficient_have_no_interval_and_perfect_ones_neither() -> None:
    x = answers(k=3)
    constant = np.column_stack([x, np.full(len(x), 3.4)])
    r = item_rest_r_clustered(constant, np.arange(60), 0.95)
    assert isnan(r[3].estimate)
    assert isnan(r[3].se)
    assert r[0].lower < r[0].estimate < r[0].upper
    same = np.column_stack([x[:, 0]] * 4)
    for name in OF_ITEMS:
        for value in OF_ITEMS[name][2](same, np.arange(60), 0.95):
            assert value.estimate == 1
            assert isnan(value.lower)
    assert all(isnan(value.estimate) for value in alpha_if_dropped_clustered(x[:, :2], np.arange(60), 0.95))
    assert all(isnan(value.estimate) for value in item_rest_r_clustered(x[:, :1], np.arange(60), 0.95))
