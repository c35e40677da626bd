"""Categorical omega against lavaan, a general optimiser and brute force over the factor; and where there is none."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from oracles import numbers
from ordinal_samples import Sample, samples
from scipy.optimize import least_squares
from scipy.stats import norm

from analysis.stats import ordinal
from analysis.stats.dwls import dwls_loadings
from analysis.stats.ordinal import (
    category_variances,
    green_yang,
    omega_categorical,
    omega_categorical_of_many,
    omega_categorical_resampled,
)
from analysis.stats.polychoric import polychoric
from analysis.stats.value import Array

# lavaan's polychorics and its fit stop where a minimum is flat: 3e-8 in a correlation, less in what many of them make.
LAVAAN = 1e-7
VARIANT = "Green-Yang; model denominator"
REFERENCE = [sample for sample in samples() if sample.reference("omega_categorical")]
# The men of e_skewed never use category 4 of h2. The reference numbers their categories anew, so that 5 follows on 3;
# the product keeps the declared score of 5, another sum and another omega. Loadings know no scores and are compared.
RECODED = ("e_skewed", "harm:m")


def loadings_of(sample: Sample) -> list[float]:
    reference = sample.reference("loading_wlsmv")
    return [reference[item][0] for item in sample.items]


@pytest.mark.parametrize("sample", REFERENCE, ids=str)
def test_omega_and_loadings_are_those_of_lavaan(sample: Sample) -> None:
    found, (value, n) = omega_categorical(sample.x, sample.categories), sample.reference("omega_categorical")[VARIANT]
    assert found.loadings == pytest.approx(loadings_of(sample), abs=LAVAAN)
    assert n == len(sample.x)
    assert (found.converged, found.heywood, found.reason) == (True, False, "")
    if (sample.frame, sample.scale) != RECODED:
        assert found.estimate == pytest.approx(value, abs=LAVAAN)


def test_the_one_exception_is_the_references_number_once_recoded_as_the_reference_did() -> None:
    sample = next(sample for sample in REFERENCE if (sample.frame, sample.scale) == RECODED)
    value, _ = sample.reference("omega_categorical")[VARIANT]
    assert abs(omega_categorical(sample.x, 5).estimate - value) > 1e-3
    x, second = sample.x.copy(), sample.items.index("h2")
    assert not (x[:, second] == 4).any()
    x[x[:, second] == 5, second] = 4
    assert omega_categorical(x, 5).estimate == pytest.approx(value, abs=LAVAAN)


def test_the_whole_reference_is_compared() -> None:
    table = numbers("03_ordinal")
    rows = (table.statistic == "omega_categorical") & (table.variant == VARIANT)
    assert len(REFERENCE) == rows.sum() == 23


def answers(n: int, loadings: Array, cuts: Array, seed: int = 1) -> Array:
    """Return answers of n persons to items of one factor, all cut at the same places."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((n, len(loadings))) * np.sqrt(1 - loadings**2)
    return np.asarray(np.digitize(rng.standard_normal((n, 1)) * loadings + noise, cuts) + 1)


LOADINGS, CUTS = np.array([0.85, 0.7, 0.6, 0.45]), np.array([-1.2, -0.3, 0.4, 1.5])


def off_diagonal(matrix: Array) -> Array:
    return matrix * (1 - np.eye(len(matrix)))


@pytest.mark.parametrize("k", [3, 4, 6, 10])
@pytest.mark.parametrize("seed", range(3))
def test_a_general_optimiser_finds_the_same_loadings(k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    true = rng.uniform(0.4, 0.9, k)
    noise, precision = rng.normal(0, 0.05, (k, k)), rng.uniform(50, 500, (k, k))
    r, w = off_diagonal(np.outer(true, true) + noise + noise.T), off_diagonal(precision + precision.T)
    i, j = np.triu_indices(k, 1)
    start = np.full(k, 0.6)

    def rest(at: Array) -> Array:
        return np.asarray(np.sqrt(w[i, j]) * (r[i, j] - at[i] * at[j]))

    peer = least_squares(rest, start, xtol=1e-15, ftol=1e-15, gtol=1e-15)
    assert dwls_loadings(r[None], w[None])[0] == pytest.approx(peer.x, abs=1e-7)  # its differences are forward ones


def test_three_items_are_fitted_exactly_whatever_their_weights() -> None:
    r = off_diagonal(np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]]))
    expected = [sqrt(0.5 * 0.4 / 0.3), sqrt(0.5 * 0.3 / 0.4), sqrt(0.4 * 0.3 / 0.5)]
    for w in (np.ones((3, 3)), np.array([[0, 1, 9], [1, 0, 30], [9, 30, 0]])):
        assert dwls_loadings(r[None], off_diagonal(w)[None])[0] == pytest.approx(expected, abs=1e-9)


def test_negative_loadings_keep_their_signs_and_a_positive_sum() -> None:
    true = np.array([0.8, -0.6, 0.7, 0.5])
    r = off_diagonal(np.outer(true, true))
    found = dwls_loadings(np.stack([r, r]), np.stack([off_diagonal(np.ones((4, 4)))] * 2))
    assert found == pytest.approx(np.stack([true, true]), abs=1e-9)


def test_items_that_do_not_go_together_determine_no_loadings() -> None:
    assert np.isnan(dwls_loadings(np.zeros((1, 4, 4)), off_diagonal(np.ones((4, 4)))[None])).all()


def brute_force(loadings: Array, cuts: list[Array]) -> float:
    """Return the reliability of the summed categories: variance of their mean given the factor, over all variance."""
    factor, weights = np.polynomial.hermite_e.hermegauss(200)
    weights = weights / weights.sum()
    mean, square = np.zeros((2, len(factor)))
    for loading, cut in zip(loadings, cuts, strict=True):
        above = norm.cdf((loading * factor[:, None] - cut) / sqrt(1 - loading**2))
        shares = -np.diff(np.column_stack([np.ones(len(factor)), above, np.zeros(len(factor))]), axis=1)
        numbers_ = np.arange(len(cut) + 1)
        mean += shares @ numbers_
        square += shares @ numbers_**2 - (shares @ numbers_) ** 2
    true = weights @ mean**2 - (weights @ mean) ** 2
    return float(true / (true + weights @ square))


def test_green_and_yang_is_the_reliability_of_the_sum_by_brute_force() -> None:
    cuts = [CUTS, CUTS + 0.8, CUTS * 0.5, np.array([-2.0, -1.5, -1.0, 0.0])]
    shares = [np.diff(norm.cdf([-np.inf, *cut, np.inf])) for cut in cuts]
    variances = category_variances(np.array(shares).T)
    found = green_yang(LOADINGS[:, None], np.array(cuts).T[..., None], variances[:, None])
    assert found == pytest.approx(brute_force(LOADINGS, cuts), abs=1e-12)


def test_variances_of_category_numbers() -> None:
    x = np.array([1, 1, 2, 4, 4, 4])
    assert category_variances(np.array([2.0, 1, 0, 3])) == pytest.approx(x.var())


def test_the_reliability_behind_answers_is_found() -> None:
    truth, n, draws = brute_force(LOADINGS, [CUTS] * 4), 500, 200
    found = [omega_categorical(answers(n, LOADINGS, CUTS, seed), 5).estimate for seed in range(draws)]
    spread = float(np.std(found))
    assert np.mean(found) == pytest.approx(truth, abs=4 * spread / sqrt(draws) + 0.002)  # its bias is of order 1 / n
    parallel = answers(200_000, np.concatenate([LOADINGS, LOADINGS]), CUTS)  # and what it stands for:
    halves = parallel[:, :4].sum(axis=1), parallel[:, 4:].sum(axis=1)  # the correlation of two such scales
    assert np.corrcoef(*halves)[0, 1] == pytest.approx(truth, abs=4 * (1 - truth**2) / sqrt(200_000))


def counts(n: int, sets: int, seed: int = 2) -> Array:
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=sets)


@pytest.mark.parametrize(("n", "k", "gaps"), [(300, 4, False), (60, 5, True), (25, 3, True)])
def test_a_resample_is_the_sample_with_its_rows_repeated(n: int, k: int, gaps: bool) -> None:  # noqa: FBT001
    x, drawn = answers(n, np.linspace(0.5, 0.85, k), CUTS), counts(n, 60)
    found = omega_categorical_resampled(x, 5, drawn)
    expected = [omega_categorical(np.repeat(x, times, axis=0), 5).estimate for times in drawn]
    assert found == pytest.approx(expected, abs=1e-7, nan_ok=True)
    assert np.isnan(found).any() == gaps  # loadings of 1 or more, in the same resamples


def test_the_jackknife_leaves_out_one_row_at_a_time() -> None:
    x = answers(40, LOADINGS, CUTS)
    found = omega_categorical_resampled(x, 5, 1 - np.eye(40))
    expected = [omega_categorical(np.delete(x, i, axis=0), 5).estimate for i in range(40)]
    assert found == pytest.approx(expected, abs=1e-7, nan_ok=True)
    assert np.isfinite(found).mean() > 0.9


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, drawn = answers(80, LOADINGS, CUTS), counts(80, 30)
    whole = omega_categorical_resampled(x, 5, drawn)
    monkeypatch.setattr(ordinal, "TABLES", 64)
    monkeypatch.setattr(ordinal, "CELLS", 80 * 25 * 4)
    monkeypatch.setattr(ordinal, "AT_ONCE", 7)
    assert omega_categorical_resampled(x, 5, drawn) == pytest.approx(whole, abs=1e-8, nan_ok=True)


def test_replicates_spread_as_fresh_samples_do() -> None:
    loadings, n = np.array([0.75, 0.7, 0.65, 0.6, 0.5]), 250
    fresh = [omega_categorical(answers(n, loadings, CUTS, seed), 5).estimate for seed in range(200)]
    replicates = np.stack([
        omega_categorical_resampled(answers(n, loadings, CUTS, seed), 5, counts(n, 150, seed)) for seed in range(20)
    ])  # fmt: skip
    assert np.isfinite(replicates).mean() > 0.99  # the others have a loading of 1 or more
    assert np.nanstd(replicates, axis=1).mean() == pytest.approx(np.std(fresh), rel=0.2)  # an SD of 200 is good to 5 %


def test_a_resample_in_which_an_item_is_constant_has_none() -> None:
    x = answers(30, LOADINGS, CUTS)
    x[:, 0] = np.where(np.arange(30) < 3, 2, 1)
    drawn = np.ones((3, 30))
    drawn[1, :3] = 0
    found = omega_categorical_resampled(x, 5, drawn)
    assert np.isnan(found[1])
    assert found[0] == found[2]


def test_many_items() -> None:
    x = answers(120, np.linspace(0.4, 0.8, 48), CUTS)
    found = omega_categorical(x, 5)
    assert found.converged
    assert 0.9 < found.estimate < 1
    assert omega_categorical_resampled(x, 5, np.ones((2, 120))) == pytest.approx([found.estimate] * 2, abs=1e-7)


def test_items_may_have_different_numbers_of_categories() -> None:
    x = answers(200, LOADINGS, CUTS)
    x[:, 1] = np.minimum(x[:, 1], 3)
    found = omega_categorical(x, np.array([5, 3, 5, 5]))
    assert found.estimate == pytest.approx(omega_categorical(x, 5).estimate, abs=1e-13)  # unused ends have no share
    assert found.estimate == pytest.approx(omega_categorical(x, np.array([5, 4, 7, 5])).estimate, abs=1e-13)


def test_an_unused_category_inside_keeps_its_place_in_the_score() -> None:
    x = answers(300, LOADINGS, CUTS[1:3])
    apart = x.copy()
    apart[x[:, 0] == 3, 0] = 4
    plain, wide = omega_categorical(x, 3), omega_categorical(apart, np.array([4, 3, 3, 3]))
    assert wide.loadings == pytest.approx(plain.loadings, abs=1e-10)
    assert wide.estimate > plain.estimate + 1e-3  # the item that loads most counts for more


def test_two_categories() -> None:
    x, declared = answers(400, LOADINGS, np.array([0.3])), 2
    found, r = omega_categorical(x, declared), polychoric(x, declared)
    i, j = np.triu_indices(4, 1)

    def rest(at: Array) -> Array:
        return np.asarray((r.correlations[i, j] - at[i] * at[j]) / r.se[i, j])

    peer = least_squares(rest, np.full(4, 0.6), xtol=1e-15, ftol=1e-15, gtol=1e-15)
    assert found.loadings == pytest.approx(peer.x, abs=1e-7)
    assert found.estimate == pytest.approx(brute_force(found.loadings, list(r.thresholds)), abs=1e-12)


def test_why_there_is_none() -> None:
    x = answers(100, LOADINGS, CUTS)
    same = x.copy()
    same[:, 1] = same[:, 0]
    constant = x.copy()
    constant[:, 2] = 3
    reasons = {
        "fewer than three items": x[:, :2],
        "an item is constant": constant,
        "a pair of items has no polychoric correlation inside its bounds": same,
    }
    for reason, rows in reasons.items():
        found = omega_categorical(rows, 5)
        assert found.reason == reason
        assert np.isnan(found.estimate)
        assert np.isnan(found.loadings).all()
        assert (found.converged, found.heywood) == (False, False)
        assert np.isnan(omega_categorical_resampled(rows, 5, np.ones((2, 100)))).all()


@pytest.mark.parametrize("x", [np.full((10, 4), 3), np.array([[1, 2, 3, 4]]), np.empty((0, 4), dtype=int)])
def test_nobody_differs(x: Array) -> None:
    assert omega_categorical(x, 5).reason == "an item is constant"


def test_two_couples() -> None:
    found = omega_categorical(np.array([[1, 2, 3, 1], [2, 4, 5, 3]]), 5)
    assert found.reason == "a pair of items has no polychoric correlation inside its bounds"


def test_a_loading_of_one_or_more_is_a_heywood_case() -> None:
    rng = np.random.default_rng(3)
    a, b, c = rng.standard_normal((3, 400))
    latent = np.column_stack([a, 0.9 * a + 0.44 * b, 0.9 * a - 0.44 * b + 0.1 * c])  # 2 and 3 share less than through 1
    found = omega_categorical(np.digitize(latent, CUTS) + 1, 5)
    assert (found.heywood, found.converged, found.reason) == (True, True, "a loading is 1 or more")
    assert np.isnan(found.estimate)
    assert (np.abs(found.loadings) >= 1).any()


def test_items_without_a_common_factor_are_not_forced() -> None:
    # Every answer meets every other as often: all correlations are 0, and no loadings are determined.
    grid = np.array(np.meshgrid(*[[1, 2]] * 3)).reshape(3, -1).T
    found = omega_categorical(np.repeat(grid, 5, axis=0), 2)
    assert (found.reason, found.converged) == ("the loadings are not determined", False)
    assert np.isnan(found.estimate)


@pytest.mark.parametrize("k", [2, 4])
def test_answers_that_are_no_category_are_refused(k: int) -> None:
    x = answers(20, LOADINGS, CUTS)[:, :k].astype(float)
    x[3, 1] = np.nan
    with pytest.raises(ValueError, match="without missing ones"):
        omega_categorical(x, 5)
    with pytest.raises(ValueError, match="without missing ones"):
        omega_categorical_resampled(x, 5, np.ones((1, 20)))


def test_scales_fitted_together_have_what_each_has_alone() -> None:
    """Of unlike items, persons and categories, one with a constant item: in the order that was asked."""
    rng = np.random.default_rng(3)
    sizes = ((80, 4, 5), (60, 2, 5), (90, 3, 3), (80, 4, 5), (70, 5, 7), (50, 4, 5), (40, 4, 4))
    latent = [rng.normal(size=(n, 1)) + rng.normal(size=(n, k)) for n, k, _ in sizes]
    scales = [
        (np.digitize(x, np.linspace(-1.5, 1.5, c - 1)) + 1, c) for x, (_, _, c) in zip(latent, sizes, strict=True)
    ]
    scales[5][0][:, 2] = 3
    together, alone = omega_categorical_of_many(scales), [omega_categorical(*scale) for scale in scales]
    assert [found.reason for found in together] == [found.reason for found in alone]
    assert [found.reason for found in together if found.reason] == ["fewer than three items", "an item is constant"]
    for found, one in zip(together, alone, strict=True):
        assert found.estimate == pytest.approx(one.estimate, rel=1e-12, nan_ok=True)
        assert found.loadings == pytest.approx(one.loadings, rel=1e-12, nan_ok=True)
    assert omega_categorical_of_many([]) == []
