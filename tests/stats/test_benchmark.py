"""Random couples beside couples: p by enumeration and under the null, the band, and inputs without an answer."""

import numpy as np
import pytest
from agreement_by_hand import CATEGORIES, answers, every_repairing, index

from analysis.stats.benchmark import Benchmark, benchmark_items, benchmark_scores, null_band
from analysis.stats.margins import forms_of_items, parts_of_items
from analysis.stats.randomcouples import laws
from analysis.stats.value import ROUNDING, Array

KINDS = pytest.mark.parametrize("exchangeable", [False, True])


def items(
    pairs: Array, *, exchangeable: bool, strata: Array | None = None, resamples: int = 199, seed: int = 7
) -> dict[str, Benchmark]:
    strata = np.zeros(len(pairs)) if strata is None else strata
    return benchmark_items(
        pairs, CATEGORIES, strata, 0.95, exchangeable=exchangeable, resamples=resamples,
        rng=np.random.default_rng(seed),
    )  # fmt: skip


def equal(one: dict[str, Benchmark], other: dict[str, Benchmark]) -> bool:
    return all(
        np.array_equal(a, b, equal_nan=True) for name in one for a, b in zip(one[name], other[name], strict=True)
    )


@KINDS
@pytest.mark.parametrize("name", ["kappa", "kappa_linear", "ac2", "krippendorff_ordinal", "within_1", "icc_pairwise"])
def test_p_and_mid_p_are_those_of_all_re_pairings(name: str, *, exchangeable: bool) -> None:
    pairs, count = answers(4 if exchangeable else 6, seed=3), 4000
    ways = every_repairing(*pairs[:, :, 0].T, exchangeable=exchangeable)
    every = np.array([index(name, x, y, CATEGORIES, exchangeable=exchangeable) for x, y in ways])
    own = abs(index(name, pairs[:, 0, 0], pairs[:, 1, 0], CATEGORIES, exchangeable=exchangeable) - every.mean())
    away = np.abs(every - every.mean())
    farther, ties = np.mean(away > own + ROUNDING), np.mean(np.abs(away - own) <= ROUNDING)
    found = items(pairs, exchangeable=exchangeable, resamples=count)[name]
    tolerance = 4 * np.sqrt(0.25 / count)
    assert abs(found.p[0] - (farther + ties)) < tolerance
    assert abs(found.mid_p[0] - (farther + ties / 2)) < tolerance
    assert ties > 0.03


@KINDS
def test_indices_of_one_kernel_share_their_p(*, exchangeable: bool) -> None:
    found = items(answers(12, 3), exchangeable=exchangeable)
    for name in ("icc_pairwise", "kappa_quadratic", "ac2", "brennan_prediger", "krippendorff_interval"):
        assert (found[name].p == found["icc_1"].p).all()
    for name in ("kappa", "ac1"):
        assert (found[name].p == found["exact"].p).all()
    assert (found["kappa_linear"].p == found["mean_abs_difference"].p).all()


@KINDS
def test_neither_the_order_of_couples_nor_exchangeable_partners_order_changes_a_number(*, exchangeable: bool) -> None:
    rng = np.random.default_rng(5)
    pairs, strata = answers(20, 3), rng.integers(0, 3, size=20)
    pairs[3, 0, 1] = pairs[6, :, 2] = np.nan
    expected = items(pairs, exchangeable=exchangeable, strata=strata)
    order = rng.permutation(20)
    assert equal(items(pairs[order], exchangeable=exchangeable, strata=strata[order]), expected)
    turn = rng.random(20) < 0.5
    swapped = np.where(turn[:, None, None], pairs[:, ::-1], pairs)
    assert equal(items(swapped, exchangeable=exchangeable, strata=strata), expected) == exchangeable


@KINDS
def test_scores_are_in_order_too(*, exchangeable: bool) -> None:
    rng = np.random.default_rng(5)
    pairs, order, turn = rng.normal(size=(15, 2, 2)), rng.permutation(15), rng.random(15) < 0.5
    changed = (np.where(turn[:, None, None], pairs[:, ::-1], pairs) if exchangeable else pairs)[order]
    one, other = (
        benchmark_scores(x, np.zeros(15), 0.9, exchangeable=exchangeable, resamples=99, rng=np.random.default_rng(1))
        for x in (pairs, changed)
    )
    assert equal(one, other)


def test_a_seed_decides_and_only_p_and_the_band_depend_on_it() -> None:
    one, same, other = (items(answers(20), exchangeable=False, seed=seed) for seed in (1, 1, 2))
    assert equal(one, same)
    assert one["ccc"].p != other["ccc"].p
    assert (one["ccc"].estimate, one["ccc"].se) == (other["ccc"].estimate, other["ccc"].se)


@KINDS
def test_the_band_holds_the_middle_of_the_drawn_re_pairings(*, exchangeable: bool) -> None:
    people = answers(30).transpose(2, 1, 0).reshape(1, -1)
    forms = forms_of_items(people, np.array(CATEGORIES), exchangeable=exchangeable)
    found = laws(
        parts_of_items(people, exchangeable=exchangeable), np.zeros(30), exchangeable=exchangeable, resamples=1000,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    for form in forms.values():
        values = form.at(found[form.kernel].draws.T)
        lower, upper = null_band(form, found[form.kernel], 0.9)
        assert lower[0] < upper[0]
        assert 0.05 >= (values < lower).mean() > 0.05 - 0.06
        assert ((values >= lower - 1e-9) & (values <= upper + 1e-9)).mean() >= 0.9
        exact = np.sort(np.quantile(values, [0.05, 0.95]))
        assert (lower[0], upper[0]) == pytest.approx(exact, abs=1e-3)


@KINDS
def test_few_couples_have_a_value_but_neither_se_nor_p(*, exchangeable: bool) -> None:
    found = items(np.array([[1.0, 2.0], [4.0, 3.0]])[:, :, None], exchangeable=exchangeable)
    assert not np.isnan(found["exact"].estimate[0])
    for one in found.values():
        assert all(np.isnan(part[0]) for part in one[1:])


@KINDS
def test_without_re_pairings_there_is_neither_p_nor_band(*, exchangeable: bool) -> None:
    for one in items(answers(9), exchangeable=exchangeable, resamples=0).values():
        assert np.isfinite([one.estimate[0], one.se[0]]).all()
        assert np.isnan([one.p[0], one.mid_p[0], one.lower[0], one.upper[0]]).all()


@KINDS
def test_an_item_that_all_answer_alike_has_only_shares(*, exchangeable: bool) -> None:
    found = items(np.full((6, 2, 1), 3.0), exchangeable=exchangeable)
    values = {name: one.estimate[0] for name, one in found.items() if not np.isnan(one.estimate[0])}
    assert values == {
        "exact": 1, "within_1": 1, "mean_abs_difference": 0, "ac1": 1, "ac2": 1, "brennan_prediger": 1
    }  # fmt: skip
    for name, one in found.items():
        expected = (0.0, 1.0) if name in values else (np.nan, np.nan)
        assert (one.se[0], one.p[0]) == pytest.approx(expected, nan_ok=True)


def test_a_constant_partner_has_no_correlation() -> None:
    pairs = answers(8)
    pairs[:, 0] = 2
    found = items(pairs, exchangeable=False)
    assert np.isnan([found[name].estimate[0] for name in ("pearson_r", "ccc")]).all()
    assert np.isnan(found["ccc"].p[0])
    assert (found["kappa_quadratic"].estimate[0], found["kappa_quadratic"].p[0]) == (0, 1)


@KINDS
def test_perfect_agreement_is_far_from_random_couples(*, exchangeable: bool) -> None:
    pairs = np.repeat(answers(40)[:, :1], 2, axis=1)
    for name, one in items(pairs, exchangeable=exchangeable, resamples=199).items():
        assert one.p[0] == (1 / 200), name
        assert one.estimate[0] < 0.9 or name == "mean_abs_difference"


@KINDS
def test_one_declared_category_has_no_corrected_index(*, exchangeable: bool) -> None:
    found = benchmark_items(
        np.ones((5, 2, 1)), 1, np.zeros(5), 0.95, exchangeable=exchangeable, resamples=9,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert [found[name].estimate[0] for name in ("exact", "within_1")] == [1, 1]
    assert np.isnan([found[name].estimate[0] for name in ("kappa", "ac1", "ac2", "brennan_prediger")]).all()


@KINDS
def test_nobody_answered(*, exchangeable: bool) -> None:
    for pairs in (np.full((5, 2, 2), np.nan), np.empty((0, 2, 2))):
        for one in items(pairs, exchangeable=exchangeable).values():
            assert np.isnan(one).all()


def test_answers_that_are_no_category_are_refused() -> None:
    for wrong in (0.0, 6.0, 2.5):
        pairs = answers(5)
        pairs[2, 1] = wrong
        with pytest.raises(ValueError, match="categories"):
            items(pairs, exchangeable=False)


def test_items_may_have_unlike_categories() -> None:
    pairs = np.minimum(answers(9, 2), [3, 5])
    together = benchmark_items(
        pairs, np.array([3, 5]), np.zeros(9), 0.95, exchangeable=False, resamples=0, rng=np.random.default_rng(1)
    )
    for j, categories in enumerate([3, 5]):
        alone = benchmark_items(
            pairs[:, :, [j]], categories, np.zeros(9), 0.95, exchangeable=False, resamples=0,
            rng=np.random.default_rng(1),
        )  # fmt: skip
        assert all(alone[name].estimate[0] == together[name].estimate[j] for name in alone)


def stereotyped(couples: int, samples: int, *, exchangeable: bool) -> Array:
    """Return answers of persons who are no couple: nearly everybody answers 5 or 4, men of two roles lower."""
    rng = np.random.default_rng([couples, exchangeable])
    shares = np.array([[0.02, 0.03, 0.1, 0.25, 0.6], [0.05, 0.05, 0.2, 0.4, 0.3]])
    if exchangeable:
        shares[1] = shares[0]
    return np.stack([rng.choice(np.arange(1, 6), size=(couples, samples), p=row) for row in shares], axis=1) * 1.0


@KINDS
@pytest.mark.parametrize("couples", [20, 50, 100])
def test_random_couples_with_strong_norms_rarely_differ_from_random_couples(
    couples: int, *, exchangeable: bool
) -> None:
    found = items(stereotyped(couples, 400, exchangeable=exchangeable), exchangeable=exchangeable, resamples=199)
    assert np.mean(found["exact"].estimate) > 0.3  # what stereotype alone brings
    for name, one in found.items():
        assert np.mean(one.p <= 0.05) <= 0.07, name
        assert np.mean(one.mid_p <= 0.05) <= 0.08, name
        assert abs(np.mean(one.mid_p) - 0.5) < 0.05, name
    assert np.mean(found["icc_1"].p <= 0.05) >= 0.025


def test_compositions_that_differ_pretend_no_agreement_within_strata() -> None:
    rng, samples = np.random.default_rng(9), 200
    strata = np.repeat([0, 1], 25)
    pairs = rng.normal(size=(50, 2, samples)) + 2 * strata[:, None, None]
    within, across = (
        benchmark_scores(pairs, labels, 0.95, exchangeable=True, resamples=199, rng=np.random.default_rng(1))["icc_1"]
        for labels in (strata, np.zeros(50))
    )
    assert np.mean(across.p <= 0.05) > 0.9
    assert np.mean(within.p <= 0.05) <= 0.09
    assert np.mean(within.estimate) > np.mean(across.estimate) + 0.2
