"""Reliability against its peers, as ratios with the bar that each must stay below: part of `python3 run.py bench`.

Toolkit and peer take turns in one process on one thread; medians of the times and of the paired ratios. Where the peer
is slow it does a part of the work, and its time is scaled up: loops cost the same every round. Numbers are compared
before times are.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pingouin
from scipy import stats
from statsmodels.multivariate.factor import Factor

from analysis.stats.bca import Interval, bca
from analysis.stats.bootstrap import draw_weights, features, resampled
from analysis.stats.consistency import alpha
from analysis.stats.crossproducts import consistency_tables
from analysis.stats.moments import covariance
from analysis.stats.omegas import omega_of_many, omega_resampled
from analysis.stats.refits import fit_many
from benchmarks.turns import measure

CELLS, ITEMS = 24, 4  # twelve scales of four items, two partners
SCALES = [np.arange(ITEMS * i, ITEMS * (i + 1)) for i in range(CELLS)]
CONFIDENCE = 0.95


def answers(couples: int, seed: int = 1) -> np.ndarray:
    """Return codes 1 to 5 of all cells side by side, (couples, 96)."""
    rng = np.random.default_rng(seed)
    latent = np.repeat(rng.standard_normal((couples, CELLS)), ITEMS, axis=1)
    return np.clip(np.round(3 + 0.8 * (latent + rng.standard_normal(latent.shape))), 1, 5)


def cells(x: np.ndarray) -> np.ndarray:
    """Return the cells one after another, (24, couples, 4)."""
    return np.ascontiguousarray(x.reshape(len(x), CELLS, ITEMS).swapaxes(0, 1))


def pingouin_tables(frames: list[pd.DataFrame]) -> list[float]:
    """Return every alpha; on the way alpha without each item and each item's r with the rest, persons complete."""
    found = []
    for frame in frames:
        complete = frame.dropna()
        found.append(pingouin.cronbach_alpha(data=complete)[0])
        for item in complete:
            rest = complete.drop(columns=item)
            pingouin.cronbach_alpha(data=rest)
            complete[item].corr(rest.sum(axis=1))
    return found


def job_1() -> None:
    """Alpha and the item table of 24 cells."""
    for persons, bar, missing_bar in ((200, 50, 50), (5_000, 50, 50), (50_000, 20, 6), (1_000_000, 8, None)):
        x = answers(persons // 2)
        kinds = {"codes": (x.astype(np.int8), bar), "float64": (x, bar)}
        if missing_bar:
            gaps = x.copy()
            gaps[np.random.default_rng(2).random(x.shape) < 0.03] = np.nan
            kinds["float64, 3 % missing"] = (gaps, missing_bar)
        for kind, (given, least) in kinds.items():
            some = 2 if persons > 100_000 else CELLS
            frames = [pd.DataFrame(given[:, scale].astype(float)) for scale in SCALES[:some]]
            np.testing.assert_allclose(
                consistency_tables(given, SCALES).alpha[:some], pingouin_tables(frames), rtol=1e-10
            )
            measure(
                f"1  alpha + item table, {persons:,} persons, {kind}",
                least,
                partial(consistency_tables, given, SCALES),
                partial(pingouin_tables, frames),
                peer="pingouin",
                part=CELLS / some,
                rounds=3 if persons > 100_000 else 5,
            )


def bootstrap_alphas(x: np.ndarray, resamples: int) -> Interval:
    """Return the BCa intervals of the alphas of all cells and the differences between partners, (36,)."""
    parts = [features(cell) for cell in cells(x)]
    weights = draw_weights(len(x), resamples, np.random.default_rng(5))
    replicates, jackknife, estimate = (
        with_differences(np.array([alpha(one.covariances()) for one in moments]))
        for moments in (
            resampled(weights, parts),
            [part.left_out for part in parts],
            [part.whole for part in parts],
        )
    )
    return bca(estimate, replicates.T, jackknife.T, CONFIDENCE)


def with_differences(alphas: np.ndarray) -> np.ndarray:
    """Return alphas, (24, ...), and below them first minus second partner, (36, ...)."""
    return np.concatenate([alphas, alphas[::2] - alphas[1::2]])


def alpha_of_columns(*columns: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return alpha over an axis of columns, as scipy.stats.bootstrap wants it."""
    trace = np.sum([column.var(axis=axis) for column in columns], axis=0)
    return ITEMS / (ITEMS - 1) * (1 - trace / np.sum(columns, axis=0).var(axis=axis))


def scipy_alphas(x: np.ndarray, some: int, resamples: int) -> list[Any]:
    """Return scipy's BCa intervals of the alphas of some cells."""
    return [
        stats.bootstrap(
            tuple(x[:, scale].T), alpha_of_columns, paired=True, vectorized=True, n_resamples=resamples, method="BCa",
            batch=None if len(x) < 2000 else 500, confidence_level=CONFIDENCE, rng=np.random.default_rng(5),
        ).confidence_interval
        for scale in SCALES[:some]
    ]  # fmt: skip


def pingouin_resamples(x: np.ndarray, count: int) -> None:
    """Compute all alphas of a few resamples, without the jackknife."""
    rng = np.random.default_rng(5)
    for _ in range(count):
        drawn = pd.DataFrame(x[rng.integers(0, len(x), len(x))])
        for scale in SCALES:
            pingouin.cronbach_alpha(data=drawn[scale])


def job_2() -> None:
    """BCa intervals of 24 alphas and 12 differences from 2,000 resamples of couples."""
    resamples, few = 2000, 5
    for couples, some, bar in ((300, 24, 10), (1000, 6, 15), (5000, 1, 50)):
        x = answers(couples)
        ours, theirs = bootstrap_alphas(x, resamples), scipy_alphas(x, some, resamples)
        np.testing.assert_allclose(ours.lower[:some], [interval.low for interval in theirs], rtol=1e-10)
        np.testing.assert_allclose(ours.upper[:some], [interval.high for interval in theirs], rtol=1e-10)
        name = f"2  BCa of 24 alphas, 12 differences, {couples:,} couples"
        mine, peer = partial(bootstrap_alphas, x, resamples), partial(scipy_alphas, x, some, resamples)
        measure(name, bar, mine, peer, peer="scipy, no differences", part=CELLS / some, rounds=3)
        if couples == 300:
            loop = partial(pingouin_resamples, x, few)
            measure(name, 500, mine, loop, peer="pingouin loop, no jackknife", part=resamples / few, rounds=3)


def statsmodels_omegas(x: np.ndarray) -> list[float]:
    """Return omega of each cell, (24, n, 4), by statsmodels' factor model (of the correlations)."""
    found = []
    for cell in x:
        fit = Factor(cell, 1, method="ml").fit()
        loadings = fit.loadings[:, 0] * cell.std(axis=0)
        common = loadings.sum() ** 2
        found.append(common / (common + (fit.uniqueness * cell.var(axis=0)).sum()))
    return found


def omega_bootstrap(x: np.ndarray, resamples: int) -> np.ndarray:
    """Return omega of every resample, (24, resamples), draws and moments included."""
    parts = [features(cell) for cell in x]
    weights = draw_weights(x.shape[1], resamples, np.random.default_rng(5))
    cov = np.array([moments.covariances(ddof=0) for moments in resampled(weights, parts)])
    sample = fit_many(np.stack([covariance(cell, ddof=0) for cell in x], axis=2))
    return omega_resampled(cov, sample).omega


def one_resample(x: np.ndarray) -> tuple[list[float], list[float]]:
    """Return omega of one resample of a cell, (n, 4), by the toolkit's weights and by the peer from the rows drawn."""
    drawn = draw_weights(len(x), 1, np.random.default_rng(5))
    cov = resampled(drawn, [features(x)])[0].covariances(ddof=0)
    start = fit_many(covariance(x, ddof=0)[:, :, None])
    rows = np.repeat(x, drawn[0].astype(int), axis=0)
    return omega_resampled(cov[None], start).omega[0].tolist(), statsmodels_omegas(rows[None])


def job_3() -> None:
    """Omega of 24 scales with robust error and chi-square; and 24,000 refits to resamples."""
    x = cells(answers(300))
    np.testing.assert_allclose(omega_of_many(x).omega, statsmodels_omegas(x), atol=1e-5)  # where statsmodels stops
    measure(
        "3  omega, se, chi-square of 24 scales, 300 couples", 15,
        lambda: omega_of_many(x), lambda: statsmodels_omegas(x), peer="statsmodels, no se",
    )  # fmt: skip
    np.testing.assert_allclose(*one_resample(x[0]), atol=1e-5)
    measure(
        "3  omega of 1,000 resamples, 24 scales, 300 couples", 300,
        lambda: omega_bootstrap(x, 1000), lambda: statsmodels_omegas(x), peer="statsmodels loop", part=1000,
    )  # fmt: skip
