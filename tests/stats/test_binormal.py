"""Normal variables cut at thresholds: shares, means and covariances of answers, and the way back."""

from itertools import pairwise
from math import asin, isnan, pi, sqrt

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm
from second import quadrant

from analysis.stats.binormal import (
    category_covariance,
    category_shares,
    mean_category,
    quadrant_gain,
    rho_for_covariance,
    shift_for_mean,
)
from analysis.stats.value import Array

CUTS = np.array([-1.5, -0.5, 0.5, 1.5])


def covariance_by_cells(h: Array, k: Array, rho: float) -> float:
    """Return the covariance from the probability of every pair of categories."""
    edges = [np.concatenate([[-12.0], cut, [12.0]]) for cut in (h, k)]
    both = multivariate_normal([0, 0], [[1, rho], [rho, 1]], allow_singular=True)
    cells = np.array(
        [
            [
                both.cdf([edges[0][i + 1], edges[1][j + 1]], lower_limit=[edges[0][i], edges[1][j]])
                for j in range(len(k) + 1)
            ]
            for i in range(len(h) + 1)
        ]
    )
    x, y = np.arange(len(h) + 1), np.arange(len(k) + 1)
    return float(x @ cells @ y - (x @ cells.sum(axis=1)) * (cells.sum(axis=0) @ y))


@pytest.mark.parametrize("shift", [-1.0, 0.0, 0.7])
def test_shares_are_differences_of_the_normal_distribution(shift: float) -> None:
    edges = np.concatenate([[-np.inf], CUTS, [np.inf]])
    assert category_shares(CUTS - shift) == pytest.approx(np.diff(norm.cdf(edges - shift)))


def test_the_mean_category_is_that_of_the_shares() -> None:
    assert mean_category(CUTS, 0.7) == pytest.approx(category_shares(CUTS - 0.7) @ np.arange(5))


@pytest.mark.parametrize("mean", [0.3, 2.0, 3.9])
def test_a_shift_is_found_for_every_mean_inside_the_range(mean: float) -> None:
    assert mean_category(CUTS, shift_for_mean(CUTS, mean)) == pytest.approx(mean, abs=1e-12)


@pytest.mark.parametrize("mean", [0.0, 4.0, -1.0, 5.0])
def test_no_shift_reaches_a_mean_outside_the_range(mean: float) -> None:
    assert isnan(shift_for_mean(CUTS, mean))


@pytest.mark.parametrize("shift", [0.0, 0.8])
@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.2, 0.6, 0.95])
def test_the_covariance_is_that_of_the_bivariate_normal_cells(rho: float, shift: float) -> None:
    h, k = CUTS - shift, np.array([-0.8, 0.1, 1.2])
    assert category_covariance(h, k, rho) == pytest.approx(
        covariance_by_cells(h, k, rho), abs=1e-7
    )  # scipy's own error


@pytest.mark.parametrize("rho", [-0.999, -0.5, 0.0, 0.99, 0.999])
def test_two_halves_have_sheppards_covariance(rho: float) -> None:
    median = np.array([0.0])
    assert category_covariance(median, median, rho) == pytest.approx(asin(rho) / (2 * pi), rel=1e-12)


def test_near_a_correlation_of_one_the_covariance_falls_short_of_the_variance_by_what_cuts_part() -> None:
    shares, x, rho = category_shares(CUTS), np.arange(5), 0.999
    variance = shares @ x**2 - (shares @ x) ** 2
    # A cut h parts the two variables with probability phi(h) E|difference|, and E(X - Y)^2 = 2 (variance - covariance).
    parted = norm.pdf(CUTS).sum() * sqrt(2 * (1 - rho)) * sqrt(2 / pi)
    assert category_covariance(CUTS, CUTS, rho) == pytest.approx(variance - parted / 2, rel=1 - rho)  # to first order


@pytest.mark.parametrize("rho", [-0.7, -0.01, 0.0, 0.3, 0.95])
def test_the_way_back_finds_the_correlation(rho: float) -> None:
    h, k = CUTS - 0.7, CUTS + 0.2
    assert rho_for_covariance(h, k, category_covariance(h, k, rho)) == pytest.approx(rho, abs=1e-12)


def test_there_is_no_correlation_behind_too_large_a_covariance() -> None:
    assert isnan(rho_for_covariance(CUTS, CUTS, 100.0))
    assert isnan(rho_for_covariance(CUTS, CUTS, -100.0))


@pytest.mark.parametrize(
    ("rho", "digits"), [(-0.95, 1e-15), (-0.3, 1e-15), (0.6, 1e-15), (0.98, 1e-13), (0.995, 2e-10)]
)
def test_a_quadrant_gains_what_integration_over_one_variable_finds(rho: float, digits: float) -> None:
    for h in (-1.5, 0.0, 0.3):
        for k in (-2.0, 0.3, 0.5):
            gain = quadrant_gain(np.array(h), np.array(k), asin(rho))
            expected = quadrant(h, k, rho) - norm.cdf(h) * norm.cdf(k)
            assert float(gain) == pytest.approx(
                expected, abs=digits + 1e-15
            )  # as the docstring says; 1e-15 for the other


def test_gains_add_up_along_the_way() -> None:
    h, k = CUTS[:, None], np.array([-0.7, 0.4, 1.1])
    ways = np.arcsin([0.0, 0.4, 0.7, 0.9])
    parts = sum(quadrant_gain(h, k, end, start, nodes=12) for start, end in pairwise(ways))
    assert parts == pytest.approx(quadrant_gain(h, k, ways[-1]), abs=1e-15)
    assert quadrant_gain(h, k, 0.0, ways[-1]) == pytest.approx(-quadrant_gain(h, k, ways[-1]), abs=1e-16)


def test_each_pair_of_cuts_may_have_its_own_angle() -> None:
    h, k, angle = np.array([-1.0, 0.2, 1.4]), np.array([0.3, -0.6, 0.9]), np.array([-0.8, 0.1, 1.2])
    alone = [float(quadrant_gain(a, b, c)) for a, b, c in zip(h, k, angle, strict=True)]
    assert quadrant_gain(h, k, angle) == pytest.approx(alone, abs=1e-16)
