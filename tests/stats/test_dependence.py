"""Design effect, adjusted p values, and agreement within couples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pingouin
import pytest
from oracles import FRAMES, numbers
from pair_samples import scores
from scipy import stats as scipy_stats
from statsmodels.stats.multitest import multipletests

from analysis.stats.concordance import icc_1
from analysis.stats.dependence import design_effect, false_alarms_of_couples, false_alarms_of_partners
from analysis.stats.multiplicity import benjamini_hochberg, holm
from analysis.stats.value import Array, Value
from analysis.stats.withincouple import uniform_deviation, within_couple

ICC_FRAMES = [
    (frame, scale)
    for frame, scale in numbers("04_icc_r")[["frame", "scale"]].drop_duplicates().itertuples(index=False)
    if not scale.endswith("as_stored")
]


def test_the_reference_has_design_effects_of_exchangeable_couples_too() -> None:
    assert any(FRAMES[frame]["exchangeable"] for frame, _ in ICC_FRAMES)


@pytest.mark.parametrize(("frame", "scale"), ICC_FRAMES)
def test_the_design_effect_is_that_of_the_reference(frame: str, scale: str) -> None:
    tag = "score rule available80" if frame == "b_missing" else "scale mean"
    table = numbers("04_icc_r")
    rows = table[(table["frame"] == frame) & (table["scale"] == scale) & (table["variant"] == tag)]
    theirs = rows.set_index("statistic").loc[["design_effect", "ICC(1)"]]
    x, y = scores(frame, scale)
    value = design_effect(icc_1(x, y, 0.95))
    assert len(x) == theirs.loc["design_effect", "n"]
    assert value.estimate == pytest.approx(theirs.loc["design_effect", "value"], rel=1e-9)
    limits = theirs.loc["ICC(1)", ["lower", "upper"]]
    assert (value.lower - 1, value.upper - 1) == pytest.approx(tuple(limits), rel=1e-9)


def test_negative_dependence_has_a_design_effect_below_one() -> None:
    assert design_effect(Value(-0.3, -0.5, -0.1))[:3] == (0.7, 0.5, 0.9)


@pytest.mark.parametrize("rho", [-0.5, 0.3, 0.6])
@pytest.mark.parametrize("n", [10, 40])
def test_false_alarms_are_those_of_simulated_couples(rho: float, n: int) -> None:
    rng, samples = np.random.default_rng(n), 8000
    x, other = rng.normal(size=(2, samples, n))
    y = rho * x + np.sqrt(1 - rho**2) * other
    group = np.arange(n) < n // 2 + 2
    sides = (
        (false_alarms_of_partners, x, y),
        (false_alarms_of_couples, np.hstack([x[:, group], y[:, group]]), np.hstack([x[:, ~group], y[:, ~group]])),
    )
    for promised, first, second in sides:
        share = rejected(first, second)
        expected = promised(rho, n)
        assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / samples) + 0.002


def rejected(first: Array, second: Array) -> float:
    """Return the share of samples in which a t test of independent groups finds a difference at .05."""
    return float((scipy_stats.ttest_ind(first, second, axis=1).pvalue < 0.05).mean())


def test_independent_partners_raise_as_many_false_alarms_as_promised() -> None:
    assert false_alarms_of_couples(0.0, 30) == pytest.approx(0.05, rel=1e-9)
    assert false_alarms_of_partners(0.0, 30, 0.01) == pytest.approx(0.01, rel=1e-9)


@pytest.mark.parametrize(("icc", "n"), [(np.nan, 30), (1.0, 30), (-1.0, 30), (0.5, 1)])
def test_no_false_alarms_where_there_is_no_variance_or_no_couple(icc: float, n: int) -> None:
    assert np.isnan(false_alarms_of_couples(icc, n))
    assert np.isnan(false_alarms_of_partners(icc, n))


@pytest.mark.parametrize("count", [1, 2, 15])
def test_adjusted_p_values_are_those_of_pingouin_and_statsmodels(count: int) -> None:
    rng = np.random.default_rng(count)
    for once in range(20):
        p = np.round(rng.random(count) ** 3, 2)  # with ties
        for ours, name in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
            assert ours(p) == pytest.approx(pingouin.multicomp(p, method=name)[1], rel=1e-12)
            if not once:  # it collects garbage at every call
                assert ours(p) == pytest.approx(multipletests(p, method=name)[1], rel=1e-12)


@pytest.mark.parametrize("adjusted", [holm, benjamini_hochberg])
def test_missing_p_values_stay_missing_and_are_not_counted(adjusted: Callable[[Array], Array]) -> None:
    p = np.array([0.01, np.nan, 0.2, 0.03])
    found = adjusted(p)
    assert np.isnan(found[1])
    assert found[[0, 2, 3]] == pytest.approx(adjusted(p[[0, 2, 3]]))
    assert adjusted(np.array([])).shape == (0,)
    assert np.isnan(adjusted(np.array([np.nan, np.nan]))).all()


def answers(n: int, k: int, seed: int) -> tuple[Array, Array]:
    x, y = np.random.default_rng(seed).integers(1, 6, size=(2, n, k)).astype(float)
    return x, y


def test_agreement_within_couples_is_that_of_a_loop_over_couples_and_items() -> None:
    x, y = answers(30, 4, 1)
    categories = np.array([5, 5, 7, 6])
    rwg, linear, deviation = [], [], []
    for a, b in zip(x, y, strict=True):
        shares = [np.var([p, q], ddof=1) / ((c**2 - 1) / 12) for p, q, c in zip(a, b, categories, strict=True)]
        u = float(np.mean(shares))
        rwg.append(4 * (1 - u) / (4 * (1 - u) + u) if u < 1 else 0.0)
        linear.append(1 - u)
        deviation.append(np.mean([np.mean(np.abs([p, q] - np.mean([p, q]))) for p, q in zip(a, b, strict=True)]))
    found = within_couple(x, y, categories, 0.95)
    estimates = (found.rwg.estimate, found.rwg_linear.estimate, found.average_deviation.estimate)
    assert estimates == pytest.approx((np.mean(rwg), np.mean(linear), np.mean(deviation)))
    assert found.beyond_chance == pytest.approx(np.mean(np.array(linear) < 0))
    assert found.rwg.se == pytest.approx(np.std(rwg, ddof=1) / np.sqrt(30))
    assert within_couple(y, x, categories, 0.95) == found


def test_partners_who_answer_by_chance_have_no_agreement_beyond_it() -> None:
    x, y = answers(20_000, 4, 2)
    found = within_couple(x, y, 5, 0.99)
    assert found.rwg_linear.lower < 0 < found.rwg_linear.upper
    assert found.average_deviation.lower < uniform_deviation(5) < found.average_deviation.upper
    assert found.rwg.estimate > 0.3  # though r_wg(j), cut at 0, looks like some


def test_the_same_answers_agree_perfectly_and_opposite_ones_not_at_all() -> None:
    x, _ = answers(5, 3, 3)
    found = within_couple(x, x, 5, 0.95)
    assert (found.rwg.estimate, found.rwg_linear.estimate, found.average_deviation.estimate) == (1, 1, 0)
    opposite = within_couple(np.ones((4, 3)), np.full((4, 3), 5.0), 5, 0.95)
    assert (opposite.rwg.estimate, opposite.rwg_linear.estimate, opposite.beyond_chance) == (0, -3, 1)


def test_nobody_has_no_agreement_and_one_couple_no_interval() -> None:
    nobody = within_couple(np.empty((0, 3)), np.empty((0, 3)), 5, 0.95)
    assert np.isnan(nobody.rwg.estimate)
    assert np.isnan(nobody.beyond_chance)
    assert np.isnan(within_couple(np.ones((1, 3)), np.ones((1, 3)), 5, 0.95).rwg.lower)


def test_an_item_of_one_category_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two categories; found 1"):
        within_couple(np.ones((2, 2)), np.ones((2, 2)), np.array([5, 1]), 0.95)
