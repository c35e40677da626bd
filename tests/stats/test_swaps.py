"""Swaps of partners: naive loops over every swap, invariances, ties, and how often p rejects what is true."""

from itertools import product

import numpy as np
import pytest

from analysis.stats import swaps as module
from analysis.stats.equal_moments import CROSS, VARIANCES, WITHIN
from analysis.stats.exchangeability import exchangeability
from analysis.stats.swaps import SwapTest, swap_component, swap_omnibus
from analysis.stats.value import Array

COVARIANCES = (VARIANCES, WITHIN, CROSS)


def people(n: int = 10, p: int = 2, seed: int = 1) -> tuple[Array, Array]:
    x, y = np.random.default_rng(seed).integers(1, 6, size=(2, n, p)).astype(float)
    return x, y


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def plain_component(x: Array, y: Array, component: str) -> float:
    """Return the studentized statistic of a sample, contrast by contrast, from its own role means."""
    s, d = x + y, x - y
    s, d = s - s.mean(axis=0), d - d.mean(axis=0)
    total = 0.0
    for j in range(x.shape[1]):
        for k in range(j if component == VARIANCES else j + 1, j + 1 if component == VARIANCES else x.shape[1]):
            first, second = s[:, j] * d[:, k], s[:, k] * d[:, j]
            part = first if component == VARIANCES else first + second if component == WITHIN else first - second
            total += part.sum() ** 2 / (part**2).sum()
    return total


def every_swap(x: Array, y: Array) -> list[tuple[Array, Array]]:
    chosen = [np.array(turn)[:, None] for turn in product([False, True], repeat=len(x))]
    return [(np.where(turn, y, x), np.where(turn, x, y)) for turn in chosen]


def test_the_exact_p_is_the_share_of_all_swaps() -> None:
    x, y = people(8)
    observed = exchangeability(x, y).estimate
    values = [exchangeability(*pair).estimate for pair in every_swap(x, y)]
    expected = np.mean([value >= observed - 1e-9 for value in values])
    found = swap_omnibus(x, y, 10, rng())
    assert found.p == pytest.approx(expected, abs=1e-12)
    assert found[2:] == (128, True)
    assert found.estimate == pytest.approx(observed, rel=1e-9)


@pytest.mark.parametrize("component", COVARIANCES)
def test_the_exact_p_of_a_component_swaps_partners_whose_roles_are_centred(component: str) -> None:
    x, y = people(8, 3, seed=4)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    observed = plain_component(x, y, component)
    values = [plain_component(*pair, component) for pair in every_swap(x, y)]
    expected = np.mean([value >= observed * (1 - 1e-9) for value in values])
    found = swap_component(x + 3, y + 1, component, 10, rng())
    assert found.estimate == pytest.approx(observed, rel=1e-9)
    assert found.p == pytest.approx(expected, abs=1e-12)


def naive(x: Array, y: Array, draws: int) -> float:
    generator, observed, beyond = rng(5), exchangeability(x, y).estimate, 0
    for _ in range(draws):
        turn = generator.random((len(x), 1)) < 0.5
        beyond += exchangeability(np.where(turn, y, x), np.where(turn, x, y)).estimate >= observed - 1e-9
    return (1 + beyond) / (1 + draws)


def test_random_swaps_have_the_p_of_a_naive_loop() -> None:
    x, y = people(60, 3, seed=3)
    found = swap_omnibus(x, y, 20000, rng())
    assert found[2:] == (20000, False)
    assert found.p == pytest.approx(naive(x, y, 2000), abs=0.04)


def all_tests(x: Array, y: Array) -> list[SwapTest]:
    return [swap_omnibus(x, y, 300, rng()), *(swap_component(x, y, name, 300, rng()) for name in COVARIANCES)]


@pytest.mark.parametrize("n", [9, 40, 70])
def test_neither_the_order_of_couples_nor_which_role_is_first_changes_a_p(n: int) -> None:
    x, y = people(n, 2)
    order = rng(8).permutation(n)
    expected = [test.p for test in all_tests(x, y)]
    assert [test.p for test in all_tests(x[order], y[order])] == expected
    assert [test.p for test in all_tests(y, x)] == expected
    assert [test.p for test in all_tests(x * 4, y * 4)] == expected


def test_the_size_of_blocks_changes_no_p(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = people(30, 2)
    expected = [test.p for test in all_tests(x, y)]
    monkeypatch.setattr(module, "AT_ONCE", 500)
    assert [test.p for test in all_tests(x, y)] == expected


def test_single_precision_decides_nothing_near_the_observed_value(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = people(24, 5, seed=2)
    expected = [test.p for test in all_tests(x, y)]
    monkeypatch.setattr(module, "NEAR", 1e9)  # everything in double precision
    assert [test.p for test in all_tests(x, y)] == expected


def test_ties_with_the_observed_value_count() -> None:
    x, y = people(9, 1)
    y[:] = x
    y[:3] = x[:3] + 1.0
    y[3:5] = x[3:5] - 1.0  # whoever of five couples is turned, only how many of them matters
    y[5:, 0] += [2.0, -2.0, 2.0, -2.0]
    values = np.array([exchangeability(*pair).estimate for pair in every_swap(x, y)])
    observed = exchangeability(x, y).estimate
    assert swap_omnibus(x, y, 10, rng()).p == np.mean(values >= observed * (1 - 1e-9))


def test_a_difference_is_found_and_only_in_its_component() -> None:
    generator = rng(3)
    x, y = generator.normal(size=(2, 80, 4))
    wider = swap_component(x, 1.8 * y + 3, VARIANCES, 999, rng())
    assert wider.p == pytest.approx(0.001)
    shared = generator.normal(size=(80, 1))
    assert swap_component(x, (y + 2 * shared) / np.sqrt(5), WITHIN, 999, rng()).p < 0.01
    aslant = y.copy()
    aslant[:, 1] += x[:, 0]
    assert swap_component(x, aslant, CROSS, 999, rng()).p < 0.01


@pytest.mark.parametrize("component", COVARIANCES)
def test_a_component_that_is_equal_is_rejected_as_often_as_it_should_be(component: str) -> None:
    generator, draws, below = rng(11), 600, 0
    for number in range(draws):
        x, y = generator.normal(size=(2, 40, 3))
        x, y = x + 0.5 * y[:, ::-1], y + 0.5 * x[:, ::-1]
        if component != VARIANCES:  # other components differ: means always
            y = y * 1.5 if component == CROSS else y + generator.normal(size=y.shape)
        x = np.round(2 * x)
        below += swap_component(x, np.round(2 * y) + 1, component, 199, rng(number)).p <= 0.05
    assert 0.02 < below / draws < 0.08


def test_uneven_numbers_of_signs_are_drawn_fairly() -> None:
    signs = np.vstack(list(module._drawn_signs(70, 4000, 1000, rng())))
    assert signs.shape == (4000, 70)
    assert set(np.unique(signs)) == {-1.0, 1.0}
    assert np.abs(signs.mean(axis=0)).max() < 0.08
