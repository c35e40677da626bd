"""Quantiles, standard errors and the scales that intervals are made on."""

from math import atanh, isnan, log, sqrt

import numpy as np
import pytest
from scipy import stats as scipy_stats

from analysis.stats.intervals import (
    clustered_se,
    fisher,
    normal_quantile,
    normal_two_sided,
    on_fisher_z,
    on_log_complement,
    t_quantile,
    t_two_sided,
    wald,
)


def test_quantiles_are_those_of_scipy_stats() -> None:
    assert normal_quantile(0.95) == pytest.approx(scipy_stats.norm.ppf(0.975))
    assert t_quantile(0.9, 7) == pytest.approx(scipy_stats.t.ppf(0.95, 7))


@pytest.mark.parametrize("t", [-40.0, -2.0, 0.0, 3.0, 12.0])
def test_a_two_sided_p_keeps_its_digits_far_out(t: float) -> None:
    assert t_two_sided(t, 80) == pytest.approx(2 * scipy_stats.t.sf(abs(t), 80), rel=1e-9)


def test_a_clustered_error_sums_within_clusters_before_squaring() -> None:
    influence, cluster = np.array([1.0, -2.0, 1.0, 0.0]), np.array([5, 5, 9, 9])
    # Sums -1 and 1; squares 2; over 4 values; 2 clusters: factor 2.
    assert clustered_se(influence, cluster, corrected=False) == pytest.approx(sqrt(2) / 4)
    assert clustered_se(influence, cluster) == pytest.approx(sqrt(2 * 2) / 4)


def test_one_cluster_has_no_error() -> None:
    assert isnan(clustered_se(np.array([1.0, -1.0]), np.array([3, 3])))


def test_fishers_interval_is_symmetric_in_z() -> None:
    low, high = fisher(0.5, 28, 0.95)
    assert (atanh(low) + atanh(high)) / 2 == pytest.approx(atanh(0.5))
    assert atanh(high) - atanh(0.5) == pytest.approx(scipy_stats.norm.ppf(0.975) / 5)


@pytest.mark.parametrize(("r", "n"), [(0.5, 3), (1.0, 50), (-1.0, 50), (float("nan"), 50)])
def test_fishers_interval_needs_four_pairs_and_an_imperfect_correlation(r: float, n: int) -> None:
    assert all(isnan(bound) for bound in fisher(r, n, 0.95))
    assert all(isnan(bound) for bound in on_fisher_z(r if abs(r) == 1 else float("nan"), 0.1, 0.95))


def test_a_reliabilitys_interval_is_symmetric_in_the_log_of_its_complement() -> None:
    low, high = on_log_complement(0.8, 0.03, 0.95)
    assert (log(1 - low) + log(1 - high)) / 2 == pytest.approx(log(0.2))
    assert high < 1


@pytest.mark.parametrize(("estimate", "se"), [(1.0, 0.1), (1.2, 0.1), (float("nan"), 0.1), (0.5, float("nan"))])
def test_without_a_complement_or_an_error_there_is_no_interval(estimate: float, se: float) -> None:
    assert all(isnan(bound) for bound in on_log_complement(estimate, se, 0.95))


def test_an_interval_that_says_nothing_is_left_out_and_does_not_overflow() -> None:
    assert all(isnan(bound) for bound in on_log_complement(0.9, 1e6, 0.95))


def test_a_walds_interval_has_the_estimate_in_its_middle() -> None:
    assert wald(1.0, 2.0, 0.95) == pytest.approx(
        (1 - 2 * scipy_stats.norm.ppf(0.975), 1 + 2 * scipy_stats.norm.ppf(0.975))
    )


@pytest.mark.parametrize("z", [0.0, 1.3, -1.3, 9.0])
def test_the_normal_p_counts_both_tails(z: float) -> None:
    assert normal_two_sided(z) == pytest.approx(2 * scipy_stats.norm.sf(abs(z)), rel=1e-12)
