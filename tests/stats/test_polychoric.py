"""Polychoric correlations against R, a root finder and a sandwich of their own; and where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from math import pi, sin, sqrt

import numpy as np
import pytest
from oracles import couples, numbers
from ordinal_samples import Sample, samples
from scipy.optimize import brentq
from scipy.stats import norm
from second import quadrant

from analysis.stats.binormal import quadrant_gain
from analysis.stats.categories import thresholds
from analysis.stats.contingency import symmetrised
from analysis.stats.intervals import on_fisher_z
from analysis.stats.polychoric import Polychoric, partner_polychoric, polychoric
from analysis.stats.polychoric_fit import LAST_STEP, fit_tables
from analysis.stats.value import Array

# The reference minimises minus the log-likelihood by R's `optimize`. A minimum is flat: likelihoods that differ by less
# than their rounding, 1e-16 of some hundreds, belong to correlations 1e-8 apart and more. A root finder for the
# derivative has no such limit, and stands below as the sharper judge.
OPTIMISER, ROOT = 5e-8, 1e-12


SAMPLES = list(samples())
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=str)


@cache
def fitted(sample: int) -> Polychoric:
    return polychoric(SAMPLES[sample].x, SAMPLES[sample].categories)


def of(sample: Sample) -> Polychoric:
    return fitted(next(i for i, known in enumerate(SAMPLES) if known is sample))


def named_pairs(sample: Sample) -> Iterator[tuple[str, int, int]]:
    for i, j in combinations(range(len(sample.items)), 2):
        yield f"{sample.items[i]}~{sample.items[j]}", i, j


@each_sample
def test_correlations_are_those_of_r(sample: Sample) -> None:
    found, reference = of(sample), sample.reference("polychoric")
    for pair, i, j in named_pairs(sample):
        if found.constant[[i, j]].any():
            assert pair not in reference
            assert np.isnan(found.correlations[i, j])
        else:
            value, n = reference[pair]
            assert found.correlations[i, j] == pytest.approx(value, abs=OPTIMISER), pair
            assert n == len(sample.x)


@each_sample
def test_thresholds_are_those_of_r(sample: Sample) -> None:
    found, left = of(sample), sample.reference("threshold")
    for j, item in enumerate(sample.items):
        used = np.unique(sample.x[:, j])
        for category in used[:-1] if len(used) > 1 else ():
            value, n = left.pop(f"{item}: <={category + sample.lowest - 1}|above")
            assert found.thresholds[j, category - 1] == pytest.approx(value, abs=1e-12)
            assert n == len(sample.x)
    assert not left


def test_correlations_between_partners_are_those_of_r() -> None:
    compared = 0
    for frame in {sample.frame for sample in SAMPLES}:
        found = couples(frame)
        for code in found.codebook.codes if found.roles else ():
            reference = Sample(frame, f"{code}:{'~'.join(found.partners)}", [], np.empty(0), 0, 0).reference(
                "polychoric_partners"
            )
            for j, item in enumerate(found.codebook.scored_items(code)):
                both = found.cube(code)[:, :, j]
                both = both[~np.isnan(both).any(axis=1)].astype(int)
                lowest, highest = (int(bound) for bound in item.bounds or ())
                r = polychoric(both - lowest + 1, highest - lowest + 1).correlations[0, 1]
                if item.name in reference:
                    value, n = reference[item.name]
                    assert r == pytest.approx(value, abs=OPTIMISER)
                    assert n == len(both)
                    compared += 1
                else:
                    assert np.isnan(r)
    assert compared == (numbers("03_ordinal").statistic == "polychoric_partners").sum()


def test_the_whole_reference_is_compared() -> None:
    table = numbers("03_ordinal")
    for statistic in ("polychoric", "threshold"):
        assert sum(len(sample.reference(statistic)) for sample in SAMPLES) == (table.statistic == statistic).sum()


# A second implementation: plain loops, the quadrant by integration over one variable, a root finder.


def table_of(x: Array, categories: int) -> Array:
    table = np.zeros((categories, categories))
    for a, b in x:
        table[a - 1, b - 1] += 1
    return table


def edges(margin: Array) -> list[float]:
    return [-np.inf, *norm.ppf(np.cumsum(margin)[:-1] / margin.sum()), np.inf]


def height(h: float, k: float, rho: float) -> float:
    if not (np.isfinite(h) and np.isfinite(k)):
        return 0.0
    return float(np.exp(-(h * h + k * k - 2 * rho * h * k) / (2 * (1 - rho**2))) / (2 * pi * sqrt(1 - rho**2)))


def by_cells(h: list[float], k: list[float], rho: float, a: int, b: int) -> tuple[float, float]:
    """Return probability and slope by rho of one cell."""
    p, slope = (
        f(h[a + 1], k[b + 1], rho) - f(h[a], k[b + 1], rho) - f(h[a + 1], k[b], rho) + f(h[a], k[b], rho)
        for f in (quadrant, height)
    )
    return p, slope


def by_root_finder(x: Array, categories: int, near: float) -> float:
    table = table_of(x, categories)
    h, k = edges(table.sum(axis=1)), edges(table.sum(axis=0))

    def slope(rho: float) -> float:
        cells = [(table[a, b], *by_cells(h, k, rho, a, b)) for a, b in zip(*np.nonzero(table), strict=True)]
        return float(sum(count * slope / p for count, p, slope in cells))

    return float(brentq(slope, near - 0.01, near + 0.01, xtol=1e-14, rtol=1e-14))


def test_a_root_finder_agrees_to_twelve_digits_and_shows_where_the_reference_stops() -> None:
    gaps = []
    for sample in SAMPLES:
        if sample.scale.endswith(":m") or sample.frame == "c_exchangeable":
            continue  # one partner of each scale: the root finder is slow
        value, _ = sample.reference("polychoric")[f"{sample.items[0]}~{sample.items[1]}"]
        root = by_root_finder(sample.x[:, :2], sample.categories, value)
        assert of(sample).correlations[0, 1] == pytest.approx(root, abs=ROOT)
        gaps.append(abs(value - root))
    assert max(gaps) > 1e-8  # so 1e-8 would judge the reference's optimiser, not the product


def sandwich_se(x: Array, categories: int, rho: float) -> float:
    """Return the standard error of rho from stacked scores of thresholds and rho, one person after the other."""
    table = table_of(x, categories)
    cuts = [np.array(edges(table.sum(axis=axis))[1:-1]) for axis in (1, 0)]
    at = np.concatenate([*cuts, [rho]])
    t = categories - 1

    def bounds(cut: Array) -> list[float]:
        return [-np.inf, *cut, np.inf]

    def logs(parameters: Array, a: int, b: int) -> Array:
        """Return the log-likelihoods of one answer to the first item, to the second, and of both."""
        h, k = bounds(parameters[:t]), bounds(parameters[t : 2 * t])
        both = by_cells(h, k, parameters[-1], a, b)[0]
        return np.log([norm.cdf(h[a + 1]) - norm.cdf(h[a]), norm.cdf(k[b + 1]) - norm.cdf(k[b]), both])

    meat, bread = np.zeros((2, 2 * t + 1, 2 * t + 1))
    for a, b in zip(*np.nonzero(table), strict=True):
        step = 1e-5
        slopes = np.array([(logs(at + e, a, b) - logs(at - e, a, b)) / (2 * step) for e in step * np.eye(len(at))])
        score = np.concatenate([slopes[:t, 0], slopes[t : 2 * t, 1], slopes[-1:, 2]])
        meat += table[a, b] * np.outer(score, score)
        bread[:-1, :-1] += table[a, b] * np.outer(score[:-1], score[:-1])
        bread[-1] += table[a, b] * score[-1] * slopes[:, 2]
    bread[:t, t : 2 * t] = bread[t : 2 * t, :t] = 0  # each item's thresholds come from its own answers alone
    inverse = np.linalg.inv(bread)
    return sqrt((inverse @ meat @ inverse.T)[-1, -1])


@pytest.mark.parametrize(
    ("frame", "scale"), [("a_clean", "healthy:w"), ("d_negative", "share:m"), ("i_short", "two:w")]
)
def test_the_standard_error_is_the_sandwich_of_both_steps(frame: str, scale: str) -> None:
    sample = next(s for s in SAMPLES if (s.frame, s.scale) == (frame, scale))
    x = np.minimum(sample.x[:, :2], 4)  # nobody may miss a category: the second implementation knows no empty ones
    found = polychoric(x, 4)
    assert len(np.unique(x[:, 0])) == len(np.unique(x[:, 1])) == 4
    expected = sandwich_se(x, 4, found.correlations[0, 1])
    assert found.se[0, 1] == pytest.approx(expected, rel=1e-7)  # central differences of step 1e-5


def attitudes(n: int, rho: float, rng: np.random.Generator) -> Array:
    a, b = rng.standard_normal((2, n))
    return np.column_stack([a, rho * a + sqrt(1 - rho**2) * b])


def cut(latent: Array, *cuts: float) -> Array:
    return np.digitize(latent, cuts) + 1


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.8])
def test_the_correlation_behind_skewed_answers_is_found_and_its_standard_error_is_its_spread(rho: float) -> None:
    rng, draws, n = np.random.default_rng(3), 400, 400
    latent = np.stack([attitudes(n, rho, rng) for _ in range(draws)])
    found = [polychoric(cut(z, 0.3, 1.0, 1.6), 4) for z in latent]
    r, se = (np.array([getattr(each, name)[0, 1] for each in found]) for name in ("correlations", "se"))
    assert r.mean() == pytest.approx(rho, abs=4 * r.std() / sqrt(draws) + 0.003)  # its bias is of order 1 / n
    assert se.mean() == pytest.approx(r.std(), rel=0.12)  # an SD of 400 draws is good to 3.5 %


def test_tetrachoric_of_halves_is_the_closed_form() -> None:
    table = {(1, 1): 40, (1, 2): 10, (2, 1): 10, (2, 2): 40}
    x = np.repeat(list(table), list(table.values()), axis=0)
    found = polychoric(x, 2)
    assert found.correlations[0, 1] == pytest.approx(sin(2 * pi * (0.4 - 0.25)), abs=1e-14)  # Sheppard
    assert found.thresholds.tolist() == [[0], [0]]


def test_turning_an_item_turns_the_sign_and_swapping_items_changes_nothing() -> None:
    x = cut(attitudes(200, 0.6, np.random.default_rng(1)), -1, 0, 0.5)
    found, turned = polychoric(x, 4), polychoric(np.column_stack([x[:, 0], 5 - x[:, 1]]), 4)
    assert turned.correlations[0, 1] == pytest.approx(-found.correlations[0, 1], abs=1e-14)
    assert turned.se[0, 1] == pytest.approx(found.se[0, 1], rel=1e-12)
    swapped = polychoric(x[:, ::-1], 4)
    assert swapped.correlations[0, 1] == pytest.approx(found.correlations[0, 1], abs=1e-14)
    assert swapped.se[0, 1] == pytest.approx(found.se[0, 1], rel=1e-12)


@pytest.mark.parametrize(("recoded", "thresholds_of_first"), [
    ((1, 2, 3), slice(0, 2)), ((2, 3, 4), slice(1, 3)), ((1, 2, 4), [0, 1]), ((1, 3, 5), [0, 2])
])  # fmt: skip
def test_a_category_nobody_used_changes_no_correlation(
    recoded: tuple[int, ...], thresholds_of_first: slice | list[int]
) -> None:
    x = cut(attitudes(150, 0.5, np.random.default_rng(2)), -0.5, 0.8)
    plain = polychoric(x, 3)
    wide = polychoric(np.column_stack([np.array(recoded)[x[:, 0] - 1], x[:, 1]]), np.array([5, 3]))
    assert wide.correlations[0, 1] == pytest.approx(plain.correlations[0, 1], abs=1e-13)
    assert wide.se[0, 1] == pytest.approx(plain.se[0, 1], rel=1e-11)
    assert wide.thresholds[0, thresholds_of_first] == pytest.approx(plain.thresholds[0], abs=0)
    assert wide.empty_cells[0, 1] == plain.empty_cells[0, 1] + 6


def test_unused_categories_have_clipped_or_equal_thresholds() -> None:
    x = np.array([[2, 1], [2, 2], [4, 3], [4, 3]])
    found = polychoric(x, np.array([5, 3]))
    assert found.thresholds[0].tolist() == [-8, 0, 0, 8]
    assert found.thresholds[1, :2] == pytest.approx(norm.ppf([0.25, 0.5]), abs=1e-15)
    assert np.isnan(found.thresholds[1, 2:]).all()  # the second item declares three categories only


def test_empty_cells_are_counted_on_the_declared_categories() -> None:
    x = cut(attitudes(40, 0.7, np.random.default_rng(4)), -1, 0, 1)
    x = np.column_stack([x, np.minimum(x[:, 0], 2)])
    declared = np.array([5, 4, 2])
    found = polychoric(x, declared)
    for i, j in combinations(range(3), 2):
        answered = {(a, b) for a, b in zip(x[:, i], x[:, j], strict=True)}
        assert found.empty_cells[i, j] == found.empty_cells[j, i] == declared[i] * declared[j] - len(answered)


def test_a_constant_item_has_no_row() -> None:
    x = cut(attitudes(50, 0.5, np.random.default_rng(5)), -0.5, 0.8)
    found = polychoric(np.column_stack([x[:, 0], np.full(50, 2), x[:, 1]]), 3)
    assert found.constant.tolist() == [False, True, False]
    assert np.isnan(found.correlations[1]).all()
    assert np.isnan(found.se[:, 1]).all()
    assert not found.converged[1].any()
    assert found.thresholds[1].tolist() == [-8, 8]
    assert found.correlations[0, 2] == polychoric(x, 3).correlations[0, 1]
    assert (found.correlations[0, 0], found.se[0, 0], found.converged[0, 0]) == (1, 0, True)


@pytest.mark.parametrize("x", [np.full((20, 3), 2), np.array([[1, 3, 2]]), np.empty((0, 3), dtype=int)])
def test_without_any_difference_there_is_nothing(x: Array) -> None:
    found = polychoric(x, 3)
    assert found.constant.all()
    assert np.isnan(found.correlations).all()
    assert not found.at_bound.any()


@pytest.mark.parametrize("n", [2, 5, 60])
@pytest.mark.parametrize("sign", [1, -1])
def test_items_that_go_together_perfectly_are_at_the_bound_without_a_standard_error(n: int, sign: int) -> None:
    a = np.arange(n) % 4 + 1
    found = polychoric(np.column_stack([a, a if sign > 0 else 5 - a]), 4)
    assert found.correlations[0, 1] == pytest.approx(0.999 * sign, abs=1e-15)
    assert found.at_bound[0, 1]
    assert found.at_bound[1, 0]
    assert found.converged.all()
    assert np.isnan(found.se[0, 1])
    assert not found.at_bound[0, 0]


def test_an_empty_corner_of_four_cells_is_at_the_bound() -> None:
    x = np.repeat([(1, 1), (2, 1), (2, 2)], [3, 6, 3], axis=0)
    found = polychoric(x, 2)
    assert (found.correlations[0, 1], found.at_bound[0, 1]) == (pytest.approx(0.999), True)


@pytest.mark.parametrize(("n", "k"), [(300, 48), (40, 100)])
def test_many_items_at_once_are_the_same_as_two_at_a_time(n: int, k: int) -> None:
    rng = np.random.default_rng(6)
    x = cut(rng.standard_normal((n, 1)) + rng.standard_normal((n, k)), -2, -0.7, 0.7, 2)
    found = polychoric(x, 5)
    assert found.converged.all()
    assert (np.isfinite(found.se) | found.at_bound).all()
    assert (found.correlations == found.correlations.T).all()
    for i, j in ((0, 1), (7, k - 1), (k // 2, k - 3)):
        two = polychoric(x[:, [i, j]], 5)
        assert found.correlations[i, j] == pytest.approx(two.correlations[0, 1], abs=1e-13)
        assert found.se[i, j] == pytest.approx(two.se[0, 1], rel=1e-10)


@pytest.mark.parametrize(("n", "categories", "evenness"), [(3, 3, 1.0), (12, 5, 0.5), (50, 4, 0.3), (300, 5, 0.3)])
def test_no_correlation_on_a_grid_makes_a_table_likelier(n: int, categories: int, evenness: float) -> None:
    rng = np.random.default_rng(7)
    shares = rng.dirichlet(np.full(categories**2, evenness), 300)
    tables = np.stack([rng.multinomial(n, share) for share in shares]).reshape(-1, categories, categories)
    tables = np.moveaxis(tables, 0, -1).astype(float)
    fits = fit_tables(tables)
    exist = ~np.isnan(fits.rho)
    rows, columns = tables.sum(axis=1), tables.sum(axis=0)
    assert (exist == ((rows.max(axis=0) < n) & (columns.max(axis=0) < n))).all()

    def loglik(rho: Array | float) -> Array:
        below = quadrant_gain(thresholds(rows)[:, None], thresholds(columns)[None], np.arcsin(rho), nodes=48)
        gain = np.pad(below, ((1, 1), (1, 1), (0, 0)))
        p = rows[:, None] * columns[None] / n**2 + np.diff(np.diff(gain, axis=0), axis=1)
        return np.asarray((tables * np.log(np.maximum(p, 1e-16))).sum(axis=(0, 1)))

    ours = loglik(np.where(exist, fits.rho, 0.0))
    for rho in np.linspace(-0.999, 0.999, 101):
        assert (loglik(np.full(tables.shape[2], rho)) <= ours + 1e-6)[exist].all()


def test_a_coarser_last_step_misses_about_its_square() -> None:
    rng = np.random.default_rng(8)
    tables = np.stack([table_of(cut(attitudes(200, rho, rng), -1, 0, 1), 4) for rho in np.linspace(-0.9, 0.9, 40)], -1)
    gap = np.abs(fit_tables(tables, 1e-4).rho - fit_tables(tables, LAST_STEP).rho).max()
    assert gap < 1e-7


@pytest.mark.parametrize("wrong", [0, 6, 2.5, np.nan])
def test_answers_that_are_no_category_are_refused(wrong: float) -> None:
    x = np.array([[1.0, 2.0], [3.0, wrong], [5.0, 4.0]])
    with pytest.raises(ValueError, match="of their item, without missing ones"):
        polychoric(x, 5)


def test_one_item_has_no_pairs() -> None:
    found = polychoric(np.array([[1], [2], [2]]), 3)
    assert found.correlations.tolist() == [[1]]
    assert found.empty_cells.tolist() == [[0]]


def test_two_partners_polychoric_correlation_is_that_of_their_columns() -> None:
    x = np.random.default_rng(4).integers(1, 5, (80, 2))
    x[:40, 1] = x[:40, 0]
    table = np.zeros((4, 4))
    np.add.at(table, (x[:, 0] - 1, x[:, 1] - 1), 1)
    found, value = polychoric(x, 4), partner_polychoric(table, 0.95)
    assert (value.estimate, value.se) == pytest.approx((found.correlations[0, 1], found.se[0, 1]), rel=1e-9)
    assert (value.lower, value.upper) == pytest.approx(on_fisher_z(value.estimate, value.se, 0.95), rel=1e-12)


def test_a_partner_without_variety_has_no_polychoric_correlation_and_perfect_agreement_no_interval() -> None:
    assert np.isnan(partner_polychoric(np.array([[3.0, 4.0], [0.0, 0.0]]), 0.95)).all()
    assert np.isnan(partner_polychoric(np.zeros((3, 3)), 0.95)).all()
    perfect = partner_polychoric(np.diag([5.0, 6.0, 7.0]), 0.95)
    assert perfect.estimate == pytest.approx(0.999, abs=1e-3)
    assert np.isnan(perfect[1:4]).all()


def test_the_error_of_exchangeable_partners_polychoric_correlation_is_its_spread() -> None:
    rng = np.random.default_rng(6)
    estimates, errors = [], []
    for _ in range(300):
        a, b = rng.normal(size=(2, 150))
        codes = [np.digitize(v, [-0.8, 0.2, 1.0]) for v in (a, 0.5 * a + np.sqrt(0.75) * b)]
        table = np.zeros((4, 4))
        np.add.at(table, tuple(codes), 1)
        value = partner_polychoric(symmetrised(table), 0.95)
        estimates.append(value.estimate)
        errors.append(value.se)
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.1)
