"""Least squares over couples and truth and bias: statsmodels and hand-made sandwiches as second implementations."""

from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.stats.moments import mean_t
from analysis.stats.regression import classical, least_squares, robust
from analysis.stats.truthbias import TruthBias, truth_bias
from analysis.stats.value import Array


def judgements(n: int, seed: int, perceivers: int = 2) -> tuple[Array, Array, Array]:
    """Return perceived, truth and own scores; forces .5 and .3, directional bias .2, errors shared within couples."""
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(n, 2)) + 0.7 * rng.normal(size=(n, 1))
    truth = own[:, ::-1].copy()
    error = 0.5 * rng.normal(size=(n, 1)) + 0.5 * rng.normal(size=(n, 2)) * (1 + (own > 0))
    perceived = 0.5 * truth + 0.3 * own + 0.2 + error
    return perceived[:, :perceivers], truth[:, :perceivers], own[:, :perceivers]


def design_of(n: int, seed: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    return x, x @ [1.0, 2.0, -1.0] + rng.exponential(size=n) * (1 + x[:, 1] ** 2)


@pytest.mark.parametrize("kind", ["nonrobust", "HC3"])
def test_coefficients_are_those_of_statsmodels(kind: str) -> None:
    x, y = design_of(40, 1)
    fit = least_squares(x[:, None], y[:, None])
    assert fit is not None
    ours = (robust if kind == "HC3" else classical)(fit, 0.9)
    theirs = sm.OLS(y, x).fit(cov_type=kind, use_t=True)
    for i, value in enumerate(ours):
        assert (value.estimate, value.se, value.test, value.p) == pytest.approx(
            (theirs.params[i], theirs.bse[i], theirs.tvalues[i], theirs.pvalues[i]), rel=1e-8
        )
        assert (value.lower, value.upper) == pytest.approx(tuple(theirs.conf_int(0.1)[i]), rel=1e-8)


def test_clustered_errors_are_those_of_fits_without_each_couple() -> None:
    perceived, truth, own = judgements(30, 2)
    kept = np.random.default_rng(3).random((30, 2)) > 0.2
    design = np.stack([np.ones((30, 2)), truth, own], axis=2) * kept[:, :, None]
    fit = least_squares(design, perceived * kept)
    assert fit is not None
    couple = np.repeat(np.arange(30), 2)[kept.ravel()]
    x, y = design.reshape(-1, 3)[kept.ravel()], perceived.ravel()[kept.ravel()]
    whole = np.linalg.lstsq(x, y, rcond=None)[0]
    left = [np.linalg.lstsq(x[couple != g], y[couple != g], rcond=None)[0] for g in np.unique(couple)]
    assert fit.rows == kept.sum()
    assert [value.estimate for value in robust(fit, 0.95)] == pytest.approx(whole, rel=1e-9)
    assert [value.se for value in robust(fit, 0.95)] == pytest.approx(
        np.sqrt(((np.array(left) - whole) ** 2).sum(axis=0)), rel=1e-9
    )


def test_a_role_is_the_regression_of_statsmodels_and_the_paired_difference() -> None:
    perceived, truth, own = judgements(60, 4, perceivers=1)
    found = truth_bias(perceived, truth, own, 0.95)
    x = sm.add_constant(np.hstack([truth - truth.mean(), own - own.mean()]))
    theirs = sm.OLS(perceived[:, 0] - truth.mean(), x).fit(cov_type="HC3", use_t=True)
    for value, at in ((found.truth, 1), (found.bias, 2)):
        assert (value.estimate, value.se, value.df, value.p) == pytest.approx(
            (theirs.params[at], theirs.bse[at], 57, theirs.pvalues[at]), rel=1e-8
        )
    assert found.directional == mean_t((perceived - truth)[:, 0], 0.95)
    assert found.directional.estimate == pytest.approx(theirs.params[0], rel=1e-9)


def test_exchangeable_directional_bias_takes_couples_as_clusters() -> None:
    perceived, truth, own = judgements(50, 5)
    value = truth_bias(perceived, truth, own, 0.95).directional
    sums = (perceived - truth).sum(axis=1)  # every couple has two: the clustered mean is the mean of couples' means
    assert (value.estimate, value.se) == pytest.approx((sums.mean() / 2, sums.std(ddof=1) / 2 / sqrt(50)))
    assert value.p == pytest.approx(mean_t(sums, 0.95).p)


def test_partners_of_exchangeable_couples_may_be_swapped() -> None:
    first = judgements(40, 6)
    swapped = np.arange(40) % 3 == 0
    p, t, o = (np.where(swapped[:, None], part[:, ::-1], part) for part in first)
    for ours, theirs in zip(truth_bias(*first, 0.95), truth_bias(p, t, o, 0.95), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9, nan_ok=True)


def test_perceivers_without_one_of_the_three_scores_do_not_count() -> None:
    perceived, truth, own = judgements(40, 7)
    perceived[0, 0] = truth[1, 1] = own[2, 0] = np.nan
    perceived[3] = np.nan
    found = truth_bias(perceived, truth, own, 0.95)
    assert found.truth.df == 39 - 3
    perceived[[0, 1, 2], [1, 0, 1]] = np.nan  # nor does anything change where the other one of a couple is left
    truth[[0, 1, 2], [1, 0, 1]] = 99.0
    assert truth_bias(perceived, truth, own, 0.95).truth.df == 36 - 3


@pytest.mark.parametrize("perceivers", [1, 2])
def test_intervals_hold_forces_and_bias(perceivers: int) -> None:
    held, samples = np.zeros(3), 800
    for seed in range(samples):
        found = truth_bias(*judgements(50, 100 + seed, perceivers), 0.95)
        held += [value.lower <= t <= value.upper for value, t in zip(found, (0.5, 0.3, 0.2), strict=True)]
    assert (held / samples > 0.93).all()
    assert (held / samples < 0.975).all()


def nothing(found: TruthBias) -> bool:
    return isnan(found.truth.estimate) and isnan(found.bias.estimate)


def test_what_cannot_be_told_apart_has_no_forces() -> None:
    perceived, truth, own = judgements(20, 8, perceivers=1)
    assert nothing(truth_bias(perceived, truth, 3 - 2 * truth, 0.95))
    assert nothing(truth_bias(perceived, np.full((20, 1), 3.4), own, 0.95))
    assert nothing(truth_bias(perceived[:3], truth[:3], own[:3], 0.95))
    assert nothing(truth_bias(np.full((5, 2), np.nan), np.ones((5, 2)), np.ones((5, 2)), 0.95))
    assert nothing(truth_bias(np.empty((0, 1)), np.empty((0, 1)), np.empty((0, 1)), 0.95))
    assert not isnan(truth_bias(perceived, np.full((20, 1), 3.4), own, 0.95).directional.estimate)


def test_a_couple_that_alone_determines_a_force_leaves_no_interval() -> None:
    perceived, truth, own = judgements(10, 9, perceivers=1)
    truth[:] = np.where(np.arange(10) == 4, 5.0, 3.0)[:, None]
    value = truth_bias(perceived, truth, own, 0.95).truth
    assert np.isfinite(value.estimate)
    assert isnan(value.se)


def test_perception_that_is_the_truth_has_a_force_of_one() -> None:
    _, truth, own = judgements(20, 10, perceivers=1)
    found = truth_bias(truth, truth, own, 0.95)
    assert found.truth.estimate == pytest.approx(1)
    assert found.bias.estimate == pytest.approx(0, abs=1e-9)
    assert found.directional.estimate == 0
    assert isnan(found.truth.p)
