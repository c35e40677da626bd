"""Coders: naive loops, contingency tables, the reference of two raters, and coverage in simulated couples."""

from __future__ import annotations

from math import isnan, nan, sqrt

import numpy as np
import pandas as pd
import pytest
from coders import simulated, truths
from oracles import REFERENCE, numbers
from scipy import stats as scipy_stats

from analysis.stats.bootstrap import draw_weights
from analysis.stats.coders import TwoCoders, jackknifed, kappa, krippendorff, on_wilson, prevalence, two_coders
from analysis.stats.concordance import concordance
from analysis.stats.value import Array, Value

EXACT = 1e-12


def judgements(couples: int = 25, seed: int = 1, share: float = 0.4) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    x, y = simulated(rng, couples, prevalence=share, sensitivity=0.8, specificity=0.9)
    return x, y, np.repeat(np.arange(couples), 2)


# Second implementations


def kappa_by_table(x: Array, y: Array) -> float:
    """Return Cohen's kappa with quadratic weights from the shares of a contingency table."""
    levels = np.unique([x, y])
    share = np.array([[np.mean((x == a) & (y == b)) for b in levels] for a in levels])
    apart = (levels[:, None] - levels) ** 2
    expected = np.outer(share.sum(axis=1), share.sum(axis=0))
    return float(1 - (apart * share).sum() / (apart * expected).sum())


def ac1_by_table(x: Array, y: Array) -> float:
    p = (np.mean(x) + np.mean(y)) / 2
    by_chance = sum(share * (1 - share) for share in (p, 1 - p)) / (2 - 1)
    return float((np.mean(x == y) - by_chance) / (1 - by_chance))


def alpha_by_coincidences(judged: Array) -> float:
    """Return Krippendorff's nominal alpha from its coincidence matrix, pair by pair."""
    coincidences = np.zeros((2, 2))
    for person in judged:
        there = [int(value) for value in person if not isnan(value)]
        for i, a in enumerate(there):
            for j, b in enumerate(there):
                if i != j:
                    coincidences[a, b] += 1 / (len(there) - 1)
    of = coincidences.sum(axis=1)
    observed = coincidences[0, 1] + coincidences[1, 0]
    return float(1 - (of.sum() - 1) * observed / (2 * of[0] * of[1]))


def naive(x: Array, y: Array) -> dict[str, float]:
    same = sum(a == b for a, b in zip(x, y, strict=True))
    return {
        "percent": same / len(x),
        "prevalence": sum(a + b for a, b in zip(x, y, strict=True)) / (2 * len(x)),
        "kappa": kappa_by_table(x, y),
        "ac1": ac1_by_table(x, y),
        "krippendorff": alpha_by_coincidences(np.column_stack([x, y])),
    }


@pytest.mark.parametrize("seed", range(5))
def test_estimates_are_those_of_tables_and_loops(seed: int) -> None:
    x, y, couple = judgements(seed=seed)
    found = {name: value.estimate for name, value in two_coders(x, y, couple, 0.95)._asdict().items()}
    assert found == pytest.approx(naive(x, y), rel=EXACT)


@pytest.mark.parametrize("seed", range(3))
def test_standard_errors_are_those_of_leaving_out_each_couple_in_a_loop(seed: int) -> None:
    x, y, couple = judgements(couples=12, seed=seed)
    found = two_coders(x, y, couple, 0.95)._asdict()
    left = [naive(x[couple != g], y[couple != g]) for g in range(12)]
    for name, value in found.items():
        values = np.array([without[name] for without in left])
        assert value.se == pytest.approx(sqrt(11 / 12 * ((values - values.mean()) ** 2).sum()), rel=1e-9)


def test_intervals_are_made_on_fishers_z_with_quantiles_of_t_or_as_wilsons() -> None:
    x, y, couple = judgements(couples=20)
    found, t = two_coders(x, y, couple, 0.9), scipy_stats.t.ppf(0.95, 19)
    for value in (found.kappa, found.ac1, found.krippendorff):
        half = t * value.se / (1 - value.estimate**2)
        z = np.arctanh(value.estimate)
        assert (value.lower, value.upper) == pytest.approx((np.tanh(z - half), np.tanh(z + half)), rel=1e-9)
    share, se = found.percent.estimate, found.percent.se
    n = min(40, share * (1 - share) / se**2)
    for limit in (found.percent.lower, found.percent.upper):  # both solve Wilson's equation
        assert (share - limit) ** 2 == pytest.approx(t**2 * limit * (1 - limit) / n, rel=1e-9)


def test_alpha_of_several_coders_with_gaps_is_that_of_its_coincidences() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random((40, 1)) < 0.4
    judged = (rng.random((40, 4)) < np.where(truth, 0.8, 0.1)).astype(float)
    judged[rng.random((40, 4)) < 0.4] = nan
    couple = np.repeat(np.arange(20), 2)
    assert (np.isfinite(judged).sum(axis=1) < 2).any()
    assert krippendorff(judged, couple, 0.95).estimate == pytest.approx(alpha_by_coincidences(judged), rel=EXACT)
    several = np.isfinite(judged).sum(axis=1) > 1
    share = np.nansum(judged[several]) / np.isfinite(judged[several]).sum()
    assert prevalence(judged, couple, 0.95).estimate == pytest.approx(share, rel=EXACT)


def test_alpha_of_hayes_and_krippendorffs_binary_example() -> None:
    # Krippendorff (2011), "Computing Krippendorff's alpha-reliability": two observers, ten articles, binary data.
    a, b = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]], dtype=float)
    assert krippendorff(np.column_stack([a, b]), np.arange(10), 0.95).estimate == pytest.approx(0.095, abs=5e-4)


def test_kappa_of_counts_is_weighted_kappa_and_lins_concordance() -> None:
    rng = np.random.default_rng(4)
    x = rng.integers(0, 5, 60).astype(float)
    y = np.clip(x + rng.integers(-1, 2, 60), 0, 4)
    couple = np.repeat(np.arange(30), 2)
    found = kappa(x, y, couple, 0.95)
    assert found.estimate == pytest.approx(kappa_by_table(x, y), rel=EXACT)
    assert found.estimate == pytest.approx(concordance(x, y, 0.95).ccc.estimate, rel=EXACT)


# The reference: two raters, one row a couple


@pytest.mark.parametrize(("frame", "item"), [("a_clean", "h1"), ("a_clean", "h2"), ("d_negative", "h1")])
def test_quadratic_kappa_of_the_reference_is_kappa_of_counts(frame: str, item: str) -> None:
    table = pd.read_csv(REFERENCE / "frames" / f"{frame}.csv")
    wide = table.pivot_table(index="couple", columns="partner", values=item, sort=False).dropna()
    rows = numbers("06_agreement_items")
    rows = rows[(rows["frame"] == frame) & (rows["variant"] == item)]
    expected = float(rows.loc[rows["statistic"] == "kappa_quadratic", "value"].iloc[0])
    x, y = wide.to_numpy(float).T
    found = kappa(x, y, np.arange(len(x)), 0.95)
    assert found.estimate == pytest.approx(expected, rel=1e-9)
    closed = float(rows.loc[rows["statistic"] == "kappa_quadratic", "se"].iloc[0])
    assert found.se == pytest.approx(closed, rel=0.05)  # the jackknife and the delta method go together in the limit


def two_by_two(both: int, first: int, second: int, none: int) -> tuple[Array, Array]:
    """Return judgements with so many of each kind."""
    kinds = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [both, first, second, none], axis=0).astype(float)
    return kinds[:, 0], kinds[:, 1]


def test_a_table_worked_by_hand() -> None:
    found = two_coders(*two_by_two(20, 5, 10, 15), np.arange(50), 0.95)
    estimates = {name: round(value.estimate, 9) for name, value in found._asdict().items()}
    assert estimates == {
        "percent": 0.7,
        "prevalence": 0.55,
        "kappa": 0.4,  # (.70 - .50) / (1 - .50)
        "ac1": round((0.7 - 0.495) / 0.505, 9),
        "krippendorff": round(1 - 99 * 15 / (55 * 45), 9),
    }


# Invariances


def test_who_is_first_and_the_order_of_persons_change_nothing() -> None:
    x, y, couple = judgements()
    order = np.random.default_rng(2).permutation(len(x))
    for other in (two_coders(y, x, couple, 0.95), two_coders(x[order], y[order], 100 - couple[order], 0.95)):
        for one, two in zip(two_coders(x, y, couple, 0.95), other, strict=True):
            assert one == pytest.approx(two, rel=1e-9, nan_ok=True)


def test_absent_and_present_can_be_exchanged() -> None:
    x, y, couple = judgements()
    found, turned = two_coders(x, y, couple, 0.95), two_coders(1 - x, 1 - y, couple, 0.95)
    assert turned.prevalence.estimate == pytest.approx(1 - found.prevalence.estimate, rel=EXACT)
    for name in ("percent", "kappa", "ac1", "krippendorff"):
        assert getattr(turned, name) == pytest.approx(getattr(found, name), rel=1e-9, nan_ok=True)


def test_partners_who_are_alike_widen_the_interval() -> None:
    x, y, _ = judgements(couples=30, seed=8)
    x, y = np.repeat(x[::2], 2), np.repeat(y[::2], 2)
    together, apart = (two_coders(x, y, c, 0.95) for c in (np.repeat(np.arange(30), 2), np.arange(60)))
    for one, other in zip(together, apart, strict=True):
        assert one.estimate == other.estimate
        assert one.se == pytest.approx(other.se * sqrt(2), rel=0.05)


# What does not exist


ZERO, ONE = np.zeros(6), np.ones(6)
SOME = np.array([0.0, 1.0, 0.0, 0.0, 1.0, 0.0])
COUPLES = np.repeat(np.arange(3), 2)


def exists(found: TwoCoders) -> tuple[set[str], set[str]]:
    """Return which numbers and which intervals there are."""
    pairs = found._asdict().items()
    return {n for n, v in pairs if not isnan(v.estimate)}, {n for n, v in pairs if not isnan(v.lower)}


SHARES = {"percent", "prevalence"}


@pytest.mark.parametrize("judged", [ZERO, ONE], ids=["unused", "given to all"])
def test_a_code_that_does_not_vary_has_no_kappa_and_no_alpha(judged: Array) -> None:
    found = two_coders(judged, judged, COUPLES, 0.95)
    assert exists(found) == (SHARES | {"ac1"}, SHARES)
    assert (found.percent.estimate, found.ac1.estimate) == (1, 1)


def test_a_share_of_all_or_none_has_wilsons_interval_on_as_many_as_there_are_couples() -> None:
    found, t2 = two_coders(ZERO, ZERO, COUPLES, 0.95), scipy_stats.t.ppf(0.975, 2) ** 2
    assert (found.percent.lower, found.percent.upper) == pytest.approx((1 / (1 + t2 / 3), 1), rel=1e-9)
    assert (found.prevalence.lower, found.prevalence.upper) == pytest.approx((0, t2 / 3 / (1 + t2 / 3)), rel=1e-9)


def test_a_share_that_is_the_same_in_every_couple_rests_on_all_persons() -> None:
    lower, upper = on_wilson(20, 10)(0.5, 0.0, 0.95)
    assert upper - lower > 0.3
    assert lower + upper == pytest.approx(1)


def test_coders_who_never_differ_have_kappa_1_without_interval() -> None:
    found = two_coders(SOME, SOME, COUPLES, 0.95)
    assert exists(found) == (SHARES | {"kappa", "ac1", "krippendorff"}, SHARES)
    assert found.kappa == Value(1.0)


def test_coders_who_always_differ_have_kappa_below_0() -> None:
    x = np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    found = two_coders(x, 1 - x, COUPLES, 0.95)
    assert found.kappa.estimate == -1
    assert found.percent.estimate == 0
    assert -1 <= found.krippendorff.estimate < 0


def test_a_coder_who_never_varies_has_kappa_0_without_interval() -> None:
    assert two_coders(SOME, ZERO, COUPLES, 0.95).kappa == Value(0.0)
    assert two_coders(SOME, ZERO, COUPLES, 0.95).krippendorff.estimate < 0


def test_a_code_that_rests_on_one_couple_has_no_interval() -> None:
    x, y = np.array([[1.0, 1.0, 0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]])
    found = two_coders(x, y, COUPLES, 0.95)
    assert found.kappa.estimate > 0
    assert isnan(found.kappa.lower)
    assert not isnan(found.ac1.lower)


@pytest.mark.parametrize("couples", [0, 1, 2])
def test_few_couples_leave_no_warning(couples: int) -> None:
    kept = couples * 2
    found = two_coders(SOME[:kept], SOME[::-1][:kept], COUPLES[:kept], 0.95)
    assert isnan(found.percent.estimate) == (couples == 0)
    assert isnan(found.percent.lower) == (couples < 2)
    nobody = krippendorff(np.full((kept, 3), nan), COUPLES[:kept], 0.95)
    assert isnan(nobody.estimate)


def test_a_statistic_without_a_value_has_nothing_else() -> None:
    assert all(isnan(part) for part in jackknifed(lambda s: s[0] * nan, np.ones((1, 3)), 0.95))


# Coverage, and the bootstrap of couples as a second road to the standard error

CASES = {
    "half": {"prevalence": 0.5, "sensitivity": 0.9, "specificity": 0.9},
    "a tenth": {"prevalence": 0.1, "sensitivity": 0.85, "specificity": 0.97},
}


@pytest.mark.parametrize("case", CASES)
def test_intervals_hold_the_truth_as_often_as_they_say(case: str) -> None:
    rng, expected, couple, studies = np.random.default_rng(7), truths(**CASES[case]), np.repeat(np.arange(50), 2), 400
    held = dict.fromkeys(expected, 0)
    for _ in range(studies):
        for name, value in two_coders(*simulated(rng, 50, **CASES[case]), couple, 0.95)._asdict().items():
            held[name] += value.lower <= expected[name] <= value.upper
    for name, count in held.items():
        assert 0.92 <= count / studies <= 0.99, name


def test_standard_errors_are_those_of_the_bootstrap_of_couples_in_the_mean() -> None:
    rng, couple = np.random.default_rng(9), np.repeat(np.arange(100), 2)
    weights = draw_weights(100, 600, np.random.default_rng(1))
    ratios = []
    for _ in range(20):
        x, y = simulated(rng, 100, **CASES["half"])
        by_couple = np.stack([np.bincount(couple, weights=v) for v in (np.ones(200), x, y, (x - y) ** 2)])
        n, a, b, apart = by_couple @ weights.T
        resampled = 1 - apart * n / (a * (n - b) + b * (n - a))
        found = two_coders(x, y, couple, 0.95).kappa
        ratios.append(found.se / resampled.std(ddof=1))
    assert np.mean(ratios) == pytest.approx(1, abs=0.04)
