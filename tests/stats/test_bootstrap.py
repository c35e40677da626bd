"""Resampled couples against scipy.stats.bootstrap, R's numbers for given resamples, plain loops and bad cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from oracles import REFERENCE, couples, numbers
from scipy import stats

from analysis.stats.bca import bca, percentile
from analysis.stats.bootstrap import Moments, draw_weights, features, resampled
from analysis.stats.consistency import alpha
from analysis.stats.moments import covariance
from analysis.stats.value import Array

CONFIDENCE = 0.95


def answers(n: int = 61, k: int = 4, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + rng.normal(size=(n, k)) * np.linspace(0.8, 1.4, k)


# ------------------------------------------------------------------------------------------------------- weights


def test_weights_count_the_draws_of_the_generator() -> None:
    drawn = np.random.default_rng(3).integers(0, 7, (5, 7))
    counted = [[(row == couple).sum() for couple in range(7)] for row in drawn]
    assert draw_weights(7, 5, np.random.default_rng(3)).tolist() == counted


def test_drawing_in_blocks_changes_no_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draw_weights(31, 100, np.random.default_rng(3))
    monkeypatch.setattr("analysis.stats.bootstrap.DRAWN_AT_ONCE", 31 * 7)
    assert (draw_weights(31, 100, np.random.default_rng(3)) == whole).all()


def test_strata_keep_their_sizes() -> None:
    strata = np.array(["a", "b", "a", "c", "b", "a"])
    weights = draw_weights(6, 200, np.random.default_rng(1), strata)
    for stratum, size in (("a", 3), ("b", 2), ("c", 1)):
        assert (weights[:, strata == stratum].sum(axis=1) == size).all()
    assert weights.mean(axis=0) == pytest.approx(1, abs=5 * np.sqrt(1 / 200))


# ------------------------------------------------------------------------------------------------------- moments


def rows_of(weights: Array, x: Array) -> Array:
    return np.repeat(x, weights.astype(int), axis=0)


def test_moments_are_those_of_the_drawn_rows() -> None:
    x, weights = answers() + 50, draw_weights(61, 20, np.random.default_rng(1))
    moments = resampled(weights, [features(x)])[0]
    for ddof in (0, 1):
        expected = np.array([np.cov(rows_of(w, x), rowvar=False, ddof=ddof) for w in weights])
        assert moments.covariances(ddof=ddof) == pytest.approx(expected, rel=1e-12, abs=1e-13)
    assert moments.means == pytest.approx(np.array([rows_of(w, x).mean(axis=0) for w in weights]), rel=1e-14)
    assert (moments.counts == 61).all()


def test_a_couple_with_a_missing_value_adds_nothing() -> None:
    x = answers()
    x[[3, 10], [0, 2]] = np.nan
    complete = ~np.isnan(x).any(axis=1)
    weights = draw_weights(61, 20, np.random.default_rng(1))
    moments = resampled(weights, [features(x)])[0]
    for w, cov, count in zip(weights, moments.covariances(), moments.counts, strict=True):
        rows = rows_of(w * complete, x)
        assert count == len(rows)
        assert cov == pytest.approx(np.cov(rows, rowvar=False), rel=1e-12, abs=1e-13)


def test_persons_of_a_couple_are_drawn_together() -> None:
    x = answers(80).reshape(40, 2, 4)
    x[5, 1, 0] = x[6] = np.nan  # one partner without an answer, one couple without any
    weights = draw_weights(40, 20, np.random.default_rng(1))
    moments = resampled(weights, [features(x)])[0]
    for w, cov, count in zip(weights, moments.covariances(), moments.counts, strict=True):
        persons = rows_of(w, x).reshape(-1, 4)
        persons = persons[~np.isnan(persons).any(axis=1)]
        assert count == len(persons)
        assert cov == pytest.approx(np.cov(persons, rowvar=False), rel=1e-12, abs=1e-13)


def test_several_sets_of_columns_share_one_product() -> None:
    x, weights = answers(k=7), draw_weights(61, 20, np.random.default_rng(1))
    parts = [features(x[:, :2]), features(x[:, 2:])]
    together = resampled(weights, parts)
    for part, moments in zip(parts, together, strict=True):
        alone = resampled(weights, [part])[0]
        assert moments.covariances() == pytest.approx(alone.covariances(), rel=1e-12, abs=1e-13)


def test_whole_numbers_are_summed_in_single_precision_and_exactly() -> None:
    x = np.clip(np.round(answers(300) + 3), 1, 5)
    weights = draw_weights(300, 50, np.random.default_rng(1))
    part = features(x)
    assert (part.rows == np.rint(part.rows)).all()
    assert (resampled(weights, [part])[0].sums == part.rows.T @ weights.T).all()
    large = features(np.round(answers(300) * 1e4))  # products of 1e8: double precision
    assert (resampled(weights, [large])[0].sums == large.rows.T @ weights.T).all()
    shares = weights / 7  # weights that are no counts
    assert resampled(shares, [part])[0].sums == pytest.approx(part.rows.T @ shares.T, rel=1e-14, abs=1e-13)


def test_the_jackknife_leaves_each_couple_out() -> None:
    x = answers()
    left_out = features(x).left_out
    expected = np.array([np.cov(np.delete(x, i, axis=0), rowvar=False) for i in range(len(x))])
    assert left_out.covariances() == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_the_whole_is_the_sample() -> None:
    x = answers()
    assert features(x).whole.covariances() == pytest.approx(covariance(x), rel=1e-13)
    assert features(x).whole.means == pytest.approx(x.mean(axis=0), rel=1e-13)


def test_numbers_far_from_zero_lose_no_digits() -> None:
    x = answers()
    assert features(x + 1e6).whole.covariances() == pytest.approx(covariance(x), rel=1e-9)


@pytest.mark.parametrize("value", [3.0, 3.4, 0.1])
def test_an_item_that_a_resample_makes_constant_has_a_variance_of_exactly_zero(value: float) -> None:
    x = answers(5, 2)
    x[:4, 0] = value
    weights = np.array([[2.0, 1, 1, 1, 0], [1, 1, 1, 1, 1]])
    cov = resampled(weights, [features(x)])[0].covariances()
    assert cov[0, 0].tolist() == [0, 0]
    assert cov[1, 0, 0] > 0


def test_one_person_has_no_covariance_and_nobody_no_mean() -> None:
    x = answers(3, 2)
    x[2] = np.nan
    moments = resampled(np.array([[1.0, 0, 2], [0, 0, 3]]), [features(x)])[0]
    assert np.isnan(moments.covariances()).all()
    assert np.isnan(moments.means).tolist() == [[False, False], [True, True]]
    assert moments.covariances(ddof=0)[0].tolist() == [[0, 0], [0, 0]]


# ----------------------------------------------------------------------------------------------------- intervals

STATISTICS: dict[str, Callable[[Array], Array]] = {  # over the last axis but one of (..., n, k)
    "mean": lambda x: x[..., 0].mean(axis=-1),
    "sd": lambda x: x[..., 1].std(axis=-1, ddof=1),
    "skewed": lambda x: np.exp(2 * x[..., 2]).mean(axis=-1),
    "ratio": lambda x: x[..., 0].var(axis=-1) / x[..., 3].var(axis=-1),
}


def of_moments(moments: Moments, extra: Array) -> Array:
    """Return the statistics above from moments of the columns and of the skewed one, the last axis theirs."""
    cov = moments.covariances()
    return np.stack(
        [moments.means[..., 0], np.sqrt(cov[..., 1, 1]), extra[..., 0], cov[..., 0, 0] / cov[..., 3, 3]], axis=-1
    )


@pytest.mark.parametrize("n", [23, 60])
@pytest.mark.parametrize(("method", "confidence"), [("BCa", 0.95), ("percentile", 0.95), ("BCa", 0.8)])
def test_scipy_gives_the_same_intervals(method: str, confidence: float, n: int) -> None:
    x = answers(n)
    parts = [features(x), features(np.exp(2 * x[:, [2]]))]
    moments = resampled(draw_weights(n, 999, np.random.default_rng(5)), parts)
    replicates = of_moments(moments[0], moments[1].means)
    jackknife = of_moments(parts[0].left_out, parts[1].left_out.means)
    estimate = of_moments(parts[0].whole, parts[1].whole.means)
    found = bca(estimate, replicates, jackknife, confidence) if method == "BCa" else percentile(replicates, confidence)
    for j, statistic in enumerate(STATISTICS.values()):

        def of_rows(i: Array, axis: int = -1, of: Callable[[Array], Array] = statistic) -> Array:
            return of(np.moveaxis(x[i], axis - 1, -2))

        theirs: Any = stats.bootstrap(  # type: ignore[call-overload]
            (np.arange(n),),
            of_rows,
            n_resamples=999,
            batch=77,
            method=method,
            confidence_level=confidence,
            rng=np.random.default_rng(5),
        )
        assert found.lower[j] == pytest.approx(theirs.confidence_interval.low, rel=1e-12, abs=1e-12)
        assert found.upper[j] == pytest.approx(theirs.confidence_interval.high, rel=1e-12, abs=1e-12)
        assert found.se[j] == pytest.approx(theirs.standard_error, rel=1e-12)
    assert found.usable.tolist() == [999] * 4
    assert not found.fallback.any()


GIVEN = pd.read_csv(REFERENCE / "frames" / "boot_index_f_tiny.csv").to_numpy() - 1
ORACLE = numbers("16_bootstrap")
PERCENTILE = "percentile, quantile type 7 (numpy default)"
BCA = "BCa, jackknife over couples, quantile type 7"
TIES = "BCa, ties counted half in z0 (scipy; tie = within 1e-12), quantile type 7"


def replayed(scale: str, statistic: str) -> tuple[Array, Array, Array]:
    """Return estimate, replicates and jackknife of a statistic of f_tiny over the given resamples."""
    weights = np.array([np.bincount(drawn, minlength=12) for drawn in GIVEN], dtype=float)
    code, _, persons = scale.partition(":")
    cube = couples("f_tiny").cube(code)
    scores = cube.mean(axis=2)
    sets = {"w": cube[:, 0], "m": cube[:, 1], "pooled": cube}
    if statistic == "boot_alpha":
        parts = [features(sets[persons])]
    elif statistic == "boot_alpha_difference":
        parts = [features(sets["w"]), features(sets["m"])]
    else:
        parts = [features(scores)]
    function = OF_SUMS[statistic]
    return tuple(  # type: ignore[return-value]
        np.asarray(function(moments))
        for moments in (
            [part.whole for part in parts],
            resampled(weights, parts),
            [part.left_out for part in parts],
        )
    )


def _pearson(moments: list[Moments]) -> Array:
    cov = moments[0].covariances()
    variance = cov[..., 0, 0] * cov[..., 1, 1]
    return np.asarray(cov[..., 0, 1] / np.sqrt(np.where(variance > 0, variance, np.nan)))


def _icc1(moments: list[Moments]) -> Array:
    cov, d = moments[0].covariances(), moments[0].means[..., 0] - moments[0].means[..., 1]
    n, of_difference = moments[0].counts, cov[..., 0, 0] + cov[..., 1, 1] - 2 * cov[..., 0, 1]
    between = (cov[..., 0, 0] + cov[..., 1, 1] + 2 * cov[..., 0, 1]) / 2
    within = (of_difference * (n - 1) / n + d**2) / 2
    return np.asarray((between - within) / (between + within))


def _ccc(moments: list[Moments]) -> Array:
    # R's script keeps n = 12 in (n - 1) / n also where it leaves a couple out; with moments over 11 its jackknife, and
    # so its acceleration, would be a little different. Estimate and replicates are the same either way.
    cov, d = moments[0].covariances() * 11 / 12, moments[0].means[..., 0] - moments[0].means[..., 1]
    return np.asarray(2 * cov[..., 0, 1] / (cov[..., 0, 0] + cov[..., 1, 1] + d**2))


OF_SUMS: dict[str, Callable[[list[Moments]], Array]] = {
    "boot_alpha": lambda moments: alpha(moments[0].covariances()),
    "boot_alpha_difference": lambda moments: alpha(moments[0].covariances()) - alpha(moments[1].covariances()),
    "boot_pearson_r": _pearson,
    "boot_mean_difference": lambda moments: moments[0].means[..., 0] - moments[0].means[..., 1],
    "boot_icc1": _icc1,
    "boot_ccc": _ccc,
}
KEYS = ORACLE.loc[ORACLE["variant"] == PERCENTILE, ["scale", "statistic"]].to_numpy().tolist()


@pytest.mark.parametrize(("scale", "statistic"), KEYS)
def test_given_resamples_give_the_intervals_of_r(scale: str, statistic: str) -> None:
    estimate, replicates, jackknife = replayed(scale, statistic)
    rows = ORACLE[(ORACLE["scale"] == scale) & (ORACLE["statistic"] == statistic)].set_index("variant")
    usable = int(str(rows.loc[PERCENTILE, "note"]).split(maxsplit=1)[0])
    accelerated = TIES if TIES in rows.index else BCA
    for variant, found in (
        (PERCENTILE, percentile(replicates, CONFIDENCE)),
        (accelerated, bca(estimate, replicates, jackknife, CONFIDENCE)),
    ):
        theirs = rows.loc[variant]
        assert float(estimate) == pytest.approx(theirs["value"], rel=1e-9)
        assert found.lower == pytest.approx(theirs["lower"], rel=1e-9, abs=1e-12)
        assert found.upper == pytest.approx(theirs["upper"], rel=1e-9)
        assert found.se == pytest.approx(theirs["se"], rel=1e-9)
        assert (int(found.usable), found.of) == (usable, 999)
        assert not found.fallback


def test_every_statistic_of_the_reference_is_compared() -> None:
    assert {statistic for _, statistic in KEYS} == set(OF_SUMS) == set(ORACLE["statistic"])


def test_replicates_that_do_not_exist_are_left_out_and_counted() -> None:
    rng = np.random.default_rng(1)
    replicates, jackknife = rng.normal(size=(500, 3)), rng.normal(size=(20, 3))
    holes = replicates.copy()
    holes[::5, 1] = np.nan
    holes[::7, 2] = np.inf
    found = bca(np.zeros(3), holes, jackknife, CONFIDENCE)
    assert found.usable.tolist() == [500, 400, 500 - len(range(0, 500, 7))]
    for j in range(3):
        kept = holes[np.isfinite(holes[:, j]), j]
        alone = bca(0.0, kept, jackknife[:, j], CONFIDENCE)
        assert (found.lower[j], found.upper[j]) == (alone.lower, alone.upper)
        assert found.se[j] == pytest.approx(kept.std(ddof=1), rel=1e-12)


def test_replicates_on_one_side_fall_back_on_the_percentile_interval_and_say_so() -> None:
    replicates, jackknife = np.linspace(1, 2, 100), np.linspace(0, 1, 10)
    found, plain = bca(0.5, replicates, jackknife, CONFIDENCE), percentile(replicates, CONFIDENCE)
    assert found.fallback
    assert not plain.fallback
    assert (found.lower, found.upper) == (plain.lower, plain.upper)


def test_a_jackknife_with_a_gap_or_without_variance_falls_back() -> None:
    rng = np.random.default_rng(1)
    replicates, jackknife = rng.normal(size=(100, 3)), rng.normal(size=(20, 3))
    jackknife[4, 0], jackknife[:, 1] = np.nan, 0.3
    found = bca(np.zeros(3), replicates, jackknife, CONFIDENCE)
    assert found.fallback.tolist() == [True, True, False]
    assert found.lower[:2] == pytest.approx(percentile(replicates, CONFIDENCE).lower[:2])


def test_a_correction_beyond_infinity_falls_back() -> None:
    # The acceleration is at most 1/6, of one couple against all others; so 1 - a (z0 + z) < 0 needs z0 + z > 6.
    jackknife = np.array([0.0] * 1000 + [-1.0])
    replicates = np.concatenate([np.linspace(-1, -0.1, 995), np.linspace(0.1, 1, 5)])
    assert bca(0.0, replicates, jackknife, 0.9999).fallback
    assert not bca(0.0, replicates, jackknife, 0.95).fallback
    assert not bca(0.0, replicates, -jackknife, 0.9999).fallback


def test_what_does_not_exist_has_no_interval() -> None:
    nothing = bca(np.nan, np.linspace(0, 1, 50), np.linspace(0, 1, 10), CONFIDENCE)
    assert np.isnan([nothing.lower, nothing.upper]).all()
    assert not nothing.fallback
    empty = bca(0.5, np.full(50, np.nan), np.linspace(0, 1, 10), CONFIDENCE)
    assert np.isnan([empty.lower, empty.upper, empty.se]).all()
    assert empty.usable == 0
    single = percentile(np.array([np.nan, 0.4]), CONFIDENCE)
    assert (float(single.lower), float(single.upper), int(single.usable)) == (0.4, 0.4, 1)
    assert np.isnan(single.se)


def test_replicates_that_equal_the_estimate_up_to_rounding_are_ties() -> None:
    replicates = np.array([0.1 + 0.2] * 40 + [0.2] * 30 + [0.4] * 30)
    exact = np.where(replicates > 0.3, np.where(replicates < 0.31, 0.3, replicates), replicates)
    jackknife = np.random.default_rng(1).normal(size=15)
    near, same = bca(0.3, replicates, jackknife, CONFIDENCE), bca(0.3, exact, jackknife, CONFIDENCE)
    assert (near.lower, near.upper) == pytest.approx((same.lower, same.upper), abs=1e-15)


def test_alphas_interval_covers() -> None:
    truth, runs, covered = 0.8, 300, 0  # four items, factor and errors of variance 1
    rng = np.random.default_rng(11)
    for _ in range(runs):
        x = rng.normal(size=(60, 1)) + rng.normal(size=(60, 4))
        part = features(x)
        replicates = alpha(resampled(draw_weights(60, 400, rng), [part])[0].covariances())
        found = bca(float(alpha(part.whole.covariances())), replicates, alpha(part.left_out.covariances()), CONFIDENCE)
        covered += int(found.lower <= truth <= found.upper)
    assert covered / runs == pytest.approx(0.95, abs=0.02 + 3 * np.sqrt(0.95 * 0.05 / runs))
