"""The density of points on a plane, and the confidence region of their mean."""

from math import sqrt

import numpy as np
import pytest
from scipy.stats import gaussian_kde, multivariate_normal

from analysis.stats.density import enclosing_levels, mean_ellipse, smooth_density
from analysis.stats.value import Array

WIDE = ((-6.0, 6.0), (-6.0, 6.0))


def points(n: int = 200, seed: int = 1) -> Array:
    return np.random.default_rng(seed).normal(size=(n, 2))


def test_the_density_integrates_to_one() -> None:
    x, y, density = smooth_density(points(), WIDE)
    assert density.sum() * (x[1] - x[0]) * (y[1] - y[0]) == pytest.approx(1, abs=1e-6)


def test_for_unrelated_axes_it_is_scipys_kernel_estimate() -> None:
    cross = np.array([[1.0, 0], [-1, 0], [0, 2], [0, -2]])  # without a covariance both use one bandwidth an axis
    x, y, density = smooth_density(cross, WIDE)
    grid = np.array(np.meshgrid(x, y)).reshape(2, -1)
    assert density.ravel() == pytest.approx(gaussian_kde(cross.T)(grid), abs=1e-12)


def test_rows_run_along_y() -> None:
    x, y, density = smooth_density(np.array([[2.0, -3.0], [2.1, -3.1], [1.9, -2.9]]), WIDE)
    row, column = np.unravel_index(density.argmax(), density.shape)
    assert (x[column], y[row]) == pytest.approx((2, -3), abs=0.1)


def test_levels_enclose_the_share_that_they_say() -> None:
    grid = np.linspace(-5, 5, 201)
    density = np.asarray(multivariate_normal([0, 0]).pdf(np.stack(np.meshgrid(grid, grid), axis=-1)))
    # Above the density (1 - s) / (2 pi) lies the share s of a standard normal plane.
    assert enclosing_levels(density, (0.75, 0.5)) == pytest.approx((0.25 / (2 * np.pi), 0.5 / (2 * np.pi)), rel=0.01)


def test_the_ellipse_holds_the_true_mean_as_often_as_it_says() -> None:
    rng, runs, hits = np.random.default_rng(2), 400, 0
    mix = np.array([[1.0, 0.0], [0.8, 0.6]])
    for _ in range(runs):
        sample = rng.normal(size=(12, 2)) @ mix.T
        outline = mean_ellipse(sample, 0.95) - sample.mean(axis=0)
        inverse = np.linalg.inv(np.cov(sample, rowvar=False))
        radius = np.einsum("ij,jk,ik->i", outline, inverse, outline)
        assert radius == pytest.approx(radius[0])
        hits += sample.mean(axis=0) @ inverse @ sample.mean(axis=0) <= radius[0]
    assert hits / runs == pytest.approx(0.95, abs=3 * sqrt(0.95 * 0.05 / runs))
