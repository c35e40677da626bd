"""The way up a likelihood: to a maximum that is one, and to nothing else."""

from math import inf

import numpy as np
import pytest

from analysis.stats.ascent import Slope, climb, is_definite
from analysis.stats.value import Array


def bent(at: Array) -> Slope:
    """Return the slope of minus (x^4 - 2 x^2 + y^2) / 2: maxima at x = -1 and 1, a saddle at 0."""
    x, y = at
    return Slope(np.array([2 * x - 2 * x**3, -y]), np.diag([6 * x**2 - 2, 1.0]), np.eye(2))


def misfit(at: Array) -> float:
    return float(at[0] ** 4 - 2 * at[0] ** 2 + at[1] ** 2)


@pytest.mark.parametrize(("start", "end"), [(0.1, 1.0), (-0.1, -1.0), (3.0, 1.0), (-7.0, -1.0)])
def test_the_nearest_maximum_is_found(start: float, end: float) -> None:
    found = climb(np.array([start, 5.0]), misfit, bent)
    assert found == pytest.approx(np.array([end, 0.0]), abs=1e-12)


def test_a_saddle_is_no_maximum() -> None:
    assert climb(np.array([0.0, 0.0]), misfit, bent) is None


def test_a_likelihood_that_is_flat_in_a_direction_has_no_maximum() -> None:
    flat = np.diag([1.0, 0.0])
    assert climb(np.ones(2), lambda at: float(at[0] ** 2), lambda at: Slope(-flat @ at, flat, flat)) is None


def test_a_start_without_likelihood_leads_nowhere() -> None:
    assert climb(np.zeros(2), lambda _: inf, bent) is None


def test_a_likelihood_that_grows_forever_has_no_maximum() -> None:
    def slope(at: Array) -> Slope:
        return Slope(np.exp(-at), np.diag(np.exp(-at)), np.eye(1))

    assert climb(np.zeros(1), lambda at: float(np.exp(-at[0])), slope) is None


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_the_units_of_the_parameters_are_no_matter(unit: float) -> None:
    scale = np.array([1.0, unit])

    def slope(at: Array) -> Slope:
        here = bent(at / scale)
        return Slope(here.gradient / scale, here.observed / np.outer(scale, scale), np.diag(1 / scale**2))

    found = climb(np.array([3.0, 5.0 * unit]), lambda at: misfit(at / scale), slope)
    assert found is not None
    assert found / scale == pytest.approx(np.array([1.0, 0.0]), abs=1e-12)


def test_definite_means_every_direction_is_positive() -> None:
    assert is_definite(np.eye(3))
    assert not is_definite(np.diag([1.0, 0.0]))
    assert not is_definite(np.diag([1.0, -1.0]))
