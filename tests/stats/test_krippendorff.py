"""Krippendorff's alpha: the reference, a coincidence matrix by loops, and what must not change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from item_tables import Item, items, skewed_pair

from analysis.stats.concordance import icc_pairwise
from analysis.stats.contingency import cells, symmetrised, tables
from analysis.stats.krippendorff import krippendorff_interval, krippendorff_nominal, krippendorff_ordinal
from analysis.stats.value import Array

ALPHAS: dict[str, Callable[[Array], Array]] = {
    "krippendorff_nominal": krippendorff_nominal,
    "krippendorff_interval": krippendorff_interval,
    "krippendorff_ordinal": krippendorff_ordinal,
}
CLOSED_FORM = 1e-9


def by_coincidences(x: Array, y: Array, metric: str) -> float:
    """Return alpha from a coincidence matrix, counted value by value."""
    pairs = Counter((int(a), int(b)) for a, b in [*zip(x, y, strict=True), *zip(y, x, strict=True)])
    counts = Counter(int(a) for a in [*x, *y])
    total = sum(counts.values())

    def distance(c: int, k: int) -> float:
        low, high = sorted((c, k))
        between = sum(counts[g] for g in range(low, high + 1)) - (counts[c] + counts[k]) / 2
        return {"nominal": float(c != k), "interval": float(c - k) ** 2, "ordinal": between**2}[metric]

    observed = sum(number * distance(c, k) for (c, k), number in pairs.items()) / total
    expected = sum(counts[c] * counts[k] * distance(c, k) for c, k in product(counts, counts))
    return 1 - observed * total * (total - 1) / expected


@pytest.mark.parametrize("item", items(), ids=str)
def test_alphas_are_those_of_the_reference(item: Item) -> None:
    for name, alpha in ALPHAS.items():
        theirs = item.reference[name]["value"]
        assert float(alpha(item.table)) == pytest.approx(theirs, rel=CLOSED_FORM, abs=CLOSED_FORM, nan_ok=True)


@pytest.mark.parametrize("item", items(), ids=str)
def test_interval_alpha_is_the_double_entry_correlation_corrected_for_few_values(item: Item) -> None:
    n, r = len(item.first), icc_pairwise(item.first, item.second, 0.95).estimate
    expected = 1 - (1 - r) * (2 * n - 1) / (2 * n)
    assert float(krippendorff_interval(item.table)) == pytest.approx(expected, rel=CLOSED_FORM, abs=CLOSED_FORM)


@pytest.mark.parametrize("name", ALPHAS)
@pytest.mark.parametrize("n", [4, 30, 500])
def test_alpha_is_that_of_the_coincidence_matrix(name: str, n: int) -> None:
    x, y = skewed_pair(n)
    expected = by_coincidences(x, y, name.removeprefix("krippendorff_"))
    assert float(ALPHAS[name](tables(cells(x, y, 5), 5))) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", ALPHAS)
def test_neither_swaps_nor_unused_categories_at_an_end_change_alpha(name: str) -> None:
    x, y = skewed_pair(50)
    table, turned = tables(cells(x, y, 5), 5), np.arange(50) % 3 == 0
    swapped = tables(cells(np.where(turned, y, x), np.where(turned, x, y), 5), 5)
    for same in (swapped, symmetrised(table), tables(cells(x + 1, y + 1, 7), 7)):
        assert float(ALPHAS[name](same)) == pytest.approx(float(ALPHAS[name](table)), rel=1e-12)


def test_an_unused_category_inside_the_scale_changes_interval_alpha_alone() -> None:
    x, y = skewed_pair(50)
    for name, alpha in ALPHAS.items():
        gap = tables(cells(x + (x > 2), y + (y > 2), 6), 6)
        same = float(alpha(gap)) == pytest.approx(float(alpha(tables(cells(x, y, 5), 5))), rel=1e-12)
        assert same == (name != "krippendorff_interval")


@pytest.mark.parametrize("name", ALPHAS)
def test_many_tables_at_once_are_each_alone(name: str) -> None:
    many = np.random.default_rng(2).integers(0, 9, (3, 4, 5, 5)).astype(float)
    alone = [[float(ALPHAS[name](table)) for table in row] for row in many]
    assert ALPHAS[name](many) == pytest.approx(np.array(alone), rel=1e-12)


@pytest.mark.parametrize("name", ALPHAS)
def test_perfect_agreement_is_one_and_a_single_answer_of_all_none(name: str) -> None:
    assert float(ALPHAS[name](np.diag([3.0, 4.0, 1.0]))) == 1
    for count in (0.0, 1.0, 7.0, 1234567.0, 3781360.0, 6747744.0):
        assert np.isnan(ALPHAS[name](np.diag([0.0, count, 0.0])))
    assert np.isnan(ALPHAS[name](np.zeros((2, 3, 3)))).all()


@pytest.mark.parametrize("name", ALPHAS)
def test_one_couple_that_differs_has_an_alpha_of_zero(name: str) -> None:
    assert float(ALPHAS[name](tables(cells(np.array([0.0]), np.array([2.0]), 3), 3))) == pytest.approx(0, abs=1e-12)
