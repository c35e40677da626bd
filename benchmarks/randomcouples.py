"""Random re-pairings of 48 items against a loop over re-pairings and items in numpy: part of `run.py bench`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from analysis.stats.benchmark import benchmark_items
from analysis.stats.margins import forms_of_items, parts_of_items
from analysis.stats.randomcouples import laws
from analysis.stats.repairing import orders
from benchmarks.turns import measure

ITEMS, CATEGORIES, RESAMPLES, FEW = 48, 5, 5_000, 20
BAR = 25
Index = Callable[[np.ndarray, np.ndarray], float]
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
    law = laws(parts, strata, exchangeable=False, resamples=resamples, rng=rng, codes=people)["product"]
    return forms_of_items(people, np.array(CATEGORIES), exchangeable=False)["kappa_quadratic"].at(law.draws.T)


def in_a_loop(of: Index, people: np.ndarray, drawn: Callable[[int], np.ndarray]) -> np.ndarray:
    """Return an index of a few re-pairings, one by one, (FEW, items); ``drawn`` returns the order of one of them."""
    first, second = (half.astype(int) for half in np.split(people, 2, axis=1))
    return np.array([[of(x, y[drawn(b)]) for x, y in zip(first, second, strict=True)] for b in range(FEW)])


def ccc(x: np.ndarray, y: np.ndarray) -> float:
    """Return the concordance correlation, which of categories is the quadratic kappa, by its formula."""
    a, b = x.mean(), y.mean()
    return 2 * ((x - a) * (y - b)).mean() / (x.var() + y.var() + (a - b) ** 2)


def kappa(x: np.ndarray, y: np.ndarray) -> float:
    """Return the quadratic kappa from the table of answers."""
    cells = np.bincount((x - 1) * CATEGORIES + y - 1, minlength=CATEGORIES**2) / len(x)
    table = cells.reshape(CATEGORIES, CATEGORIES)
    chance = (np.outer(table.sum(axis=1), table.sum(axis=0)) * WEIGHTS).sum()
    return ((table * WEIGHTS).sum() - chance) / (1 - chance)


def anew(rng: np.random.Generator, couples: int, _: int) -> np.ndarray:
    """Return the order of a new re-pairing."""
    return rng.permutation(couples)


def _gap(people: np.ndarray) -> float:
    """Return the largest difference from both loops in the same re-pairings."""
    [(_, order)] = orders(people.shape[1] // 2, FEW, np.random.default_rng(1), FEW)
    ours = drawn_kappas(people, FEW)
    return float(max(np.abs(ours - in_a_loop(of, people, order.__getitem__)).max() for of in (ccc, kappa)))


def job_7() -> None:
    """CCC, here the quadratic kappa, of 48 items in 5,000 re-pairings; and all 17 indices with value, SD, band and p.

    The loops draw each item's re-pairings anew; the toolkit's serve all items, and it makes the tables of all
    re-pairings, from which all indices come. So with many couples loops that make nothing but CCC are less than 25
    times slower.
    """
    for couples in (200, 1_000, 5_000):
        pairs, rng = answers(couples), np.random.default_rng(2)
        people = pairs.transpose(2, 1, 0).reshape(ITEMS, -1)
        drawn = partial(drawn_kappas, people, RESAMPLES)
        every = partial(
            benchmark_items, pairs, CATEGORIES, np.zeros(couples), 0.95, exchangeable=False, resamples=RESAMPLES,
            rng=np.random.default_rng(1),
        )  # fmt: skip
        by_formula, by_table = (partial(in_a_loop, of, people, partial(anew, rng, couples)) for of in (ccc, kappa))
        against = partial(measure, part=RESAMPLES / FEW, rounds=3 if couples < 5_000 else 1)
        job = f"7  CCC of {RESAMPLES:,} re-pairings, {ITEMS} items, {couples:,} couples (gap {_gap(people):.0e})"
        against(job, BAR, drawn, by_formula, peer="numpy loop, formula")
        against(f"7  the same, {couples:,} couples", BAR, drawn, by_table, peer="numpy loop, tables")
        against(f"7  all indices beside random couples, {couples:,}", None, every, by_formula, peer="CCC alone")
