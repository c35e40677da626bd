"""Agreement inside each couple: the published formula by loops, its limits, and what it counts as agreement."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.stats.value import Array
from analysis.stats.within_couple import average_deviation, rwg


def answers(n: int = 40, items: int = 4) -> tuple[Array, Array]:
    rng = np.random.default_rng(1)
    first = rng.integers(1, 6, (n, items)).astype(float)
    second = np.clip(first + rng.integers(-2, 3, (n, items)), 1, 5)
    return first, second


def rwg_by_loops(first: Array, second: Array, categories: int) -> list[float]:
    """Return r_wg(j) of James, Demaree and Wolf from each couple's variances, set to 0 out of range."""
    uniform, found = float(np.var(np.arange(categories))), list[float]()
    for a, b in zip(first, second, strict=True):
        mean = float(np.mean([np.var(pair, ddof=1) for pair in zip(a, b, strict=True)]))
        j, share = len(a), mean / uniform
        found.append(j * (1 - share) / (j * (1 - share) + share) if share <= 1 else 0.0)
    return found


@pytest.mark.parametrize("items", [1, 3, 12])
@pytest.mark.parametrize("categories", [5, 7])
def test_rwg_is_the_published_formula(items: int, categories: int) -> None:
    first, second = answers(60, items)
    assert rwg(first, second, categories) == pytest.approx(rwg_by_loops(first, second, categories), rel=1e-12)


def test_rwg_of_one_item_by_hand() -> None:
    # Answers 4 and 3: variance 1/2, of five equally likely answers 2.
    assert rwg(np.array([[4.0]]), np.array([[3.0]]), 5) == pytest.approx(0.75)


def test_uniform_answers_of_strangers_have_the_variance_of_the_null() -> None:
    first, second = np.random.default_rng(2).integers(1, 6, (2, 200_000, 1)).astype(float)
    assert ((first - second) ** 2).mean() / 2 == pytest.approx(2, rel=0.02)
    assert rwg(first, second, 5).mean() > 0.4  # and yet the mean is not 0, as what is below 0 counts as 0


@pytest.mark.parametrize("items", [1, 3])
def test_the_average_deviation_is_that_from_the_mean_and_from_the_median(items: int) -> None:
    first, second = answers(30, items)
    pairs = np.stack([first, second])
    for centre in (pairs.mean(axis=0), np.median(pairs, axis=0)):
        assert average_deviation(first, second) == pytest.approx(np.abs(pairs - centre).mean(axis=(0, 2)), rel=1e-12)


def test_who_comes_first_and_a_turned_scale_change_nothing() -> None:
    first, second = answers()
    turned = np.arange(40)[:, None] % 2 == 0
    for a, b in (
        (second, first),
        (np.where(turned, second, first), np.where(turned, first, second)),
        (6 - first, 6 - second),
    ):
        assert rwg(a, b, 5) == pytest.approx(rwg(first, second, 5), rel=1e-12)
        assert average_deviation(a, b) == pytest.approx(average_deviation(first, second), rel=1e-12)


def test_couples_with_a_missing_answer_have_neither() -> None:
    first, second = answers(3)
    second[1, 2] = np.nan
    for found in (rwg(first, second, 5), average_deviation(first, second)):
        assert np.isnan(found).tolist() == [False, True, False]


def test_perfect_agreement_is_one_and_no_deviation_and_no_couple_nothing() -> None:
    first, _ = answers(5)
    assert (rwg(first, first, 5) == 1).all()
    assert (average_deviation(first, first) == 0).all()
    assert rwg(first[:0], first[:0], 5).shape == (0,)
