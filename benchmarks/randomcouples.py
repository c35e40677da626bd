"""Random re-pairings of 48 items against a loop over re-pairings and items in numpy: part of `run.py bench`."""

from __future__ import annotations

from functools import partial

import numpy as np

from analysis.stats.benchmark import benchmark_items
from analysis.stats.margins import forms_of_items, parts_of_items
from analysis.stats.randomcouples import laws
from analysis.stats.repairing import orders
from benchmarks.turns import measure

ITEMS, CATEGORIES, RESAMPLES, FEW = 48, 5, 5_000, 20
WEIGHTS = 1 - (np.arange(CATEGORIES)[:, None] - np.arange(CATEGORIES)) ** 2 / (CATEGORIES - 1) ** 2


def answers(couples: int) -> np.ndarray:
    """Return answers 1 to 5 of partners who are alike, (couples, 2, items)."""
    rng = np.random.default_rng(6)
    attitude = rng.standard_normal((couples, 1, ITEMS)) + rng.standard_normal((couples, 2, ITEMS))
    return np.clip(np.round(3 + 0.8 * attitude), 1, CATEGORIES)


def drawn_kappas(people: np.ndarray, resamples: int) -> np.ndarray:
    """Return the quadratic kappa of every item in random re-pairings, (resamples, items)."""
    parts = {"product": parts_of_items(people, exchangeable=False)["product"]}
    strata, rng = np.zeros(people.shape[1] // 2), np.random.default_rng(1)
    law = laws(parts, strata, exchangeable=False, resamples=resamples, rng=rng)["product"]
    return forms_of_items(people, np.array(CATEGORIES), exchangeable=False)["kappa_quadratic"].at(law.draws.T)


def kappas_in_a_loop(people: np.ndarray, resamples: int) -> np.ndarray:
    """Return the same, table by table."""
    first, second = (half.astype(int) - 1 for half in np.split(people, 2, axis=1))
    couples = first.shape[1]
    [(_, order)] = orders(couples, resamples, np.random.default_rng(1), resamples)
    return np.array([[_kappa(x, y[row], couples) for x, y in zip(first, second, strict=True)] for row in order])


def _kappa(x: np.ndarray, y: np.ndarray, couples: int) -> float:
    table = np.bincount(x * CATEGORIES + y, minlength=CATEGORIES**2).reshape(CATEGORIES, CATEGORIES) / couples
    chance = (np.outer(table.sum(axis=1), table.sum(axis=0)) * WEIGHTS).sum()
    return ((table * WEIGHTS).sum() - chance) / (1 - chance)


def job_7() -> None:
    """Quadratic kappa of 48 items in 5,000 re-pairings; and all seventeen indices with value, SD, band and p."""
    for couples in (200, 1_000, 5_000):
        pairs = answers(couples)
        people = pairs.transpose(2, 1, 0).reshape(ITEMS, -1)
        gap = np.abs(drawn_kappas(people, FEW) - kappas_in_a_loop(people, FEW)).max()
        loop = partial(kappas_in_a_loop, people, FEW)
        against = {"peer": "numpy loop, kappa", "part": RESAMPLES / FEW, "rounds": 3 if couples < 5_000 else 1}
        job = f"7  kappa of {RESAMPLES:,} re-pairings, {ITEMS} items, {couples:,} couples (gap {gap:.0e})"
        measure(job, 25, partial(drawn_kappas, people, RESAMPLES), loop, **against)
        every = partial(
            benchmark_items, pairs, CATEGORIES, np.zeros(couples), 0.95, exchangeable=False, resamples=RESAMPLES,
            rng=np.random.default_rng(1),
        )  # fmt: skip
        measure(f"7  all indices beside random couples, {couples:,} couples", None, every, loop, **against)
