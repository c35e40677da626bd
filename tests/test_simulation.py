"""By simulation on synthetic couples: tests reject a true null as often as they say, and intervals hold the truth.

One large file of couples is made for each truth and cut into many small samples. A share counted over R samples has
the standard error sqrt(share (1 - share) / R); three of them are allowed. Besides, 1 / n is allowed to intervals and
tests that hold in large samples or for normal answers only: these answers are whole numbers from 1 to 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from math import sqrt

import numpy as np
import pytest
from handmade import book, items

import analysis as an
from analysis.stats.concordance import concordance, icc_1, icc_pairwise, paired_difference
from analysis.stats.consistency import alpha_clustered, alpha_feldt
from analysis.stats.factor import omega
from analysis.stats.moments import pearson
from analysis.stats.value import Array, Value

ALPHA, PARTNER_R = 0.8, 0.35
BOOK = book(*(items(code, 4) for code in ("H1", "H2", "H3", "H4", "H5")))


def three_errors(share: float, samples: int) -> float:
    return 3 * sqrt(share * (1 - share) / samples)


def part(data: an.Couples, number: int, n: int) -> an.Couples:
    """Return one sample of n couples."""
    rows = slice(2 * n * number, 2 * n * (number + 1))
    return replace(
        data, items=data.items.iloc[rows], scores=data.scores.iloc[rows], reason_codes=data.reason_codes.iloc[rows]
    )


@pytest.mark.parametrize("roles", [None, ("w", "m")], ids=["exchangeable", "roles"])
def test_profile_p_values_reject_strangers_as_often_as_they_say(roles: tuple[str, str] | None) -> None:
    n, samples, level = 50, 200, 0.05
    strangers = an.make_couples(
        n * samples, codebook=BOOK, partner_r=0, roles=roles, settings=an.Settings(resamples=199), seed=2
    )
    rejected: dict[str, list[bool]] = {}
    for number in range(samples):
        for row in an.profiles(part(strangers, number, n)).where(variant="pseudo"):
            rejected.setdefault(row["statistic"], []).append(row["p"] <= level)
    shares = {name: float(np.mean(hits)) for name, hits in rejected.items()}
    assert set(shares) == {"profile_d2", "d2_elevation", "d2_scatter", "d2_shape", "overall_r", "distinctive_r"}
    assert shares == pytest.approx(dict.fromkeys(shares, level), abs=three_errors(level, samples))


@cache
def scale(partner_r: float, samples: int, n: int) -> Array:
    """Return answers to one scale of equal items, (samples, couples, 2 partners, items)."""
    frame = an.make_responses(samples * n, codebook=book(items("H1", 5)), alpha=ALPHA, partner_r=partner_r, seed=3)
    return frame.iloc[:, 2:].to_numpy(float).reshape(samples, n, 2, 5)


def scores(answers: Array) -> tuple[Array, Array]:
    """Return both partners' scale scores."""
    return answers[:, 0].mean(axis=1), answers[:, 1].mean(axis=1)


@pytest.mark.parametrize("function", [icc_1, pearson], ids=["icc_1", "pearson_r"])
def test_p_values_of_a_partner_correlation_reject_strangers_as_often_as_they_say(
    function: Callable[[Array, Array, float], Value],
) -> None:
    n, samples = 50, 2000
    p = np.array([function(*scores(answers), 0.95).p for answers in scale(0.0, samples, n)])
    for level in (0.05, 0.2):
        assert (p <= level).mean() == pytest.approx(level, abs=three_errors(level, samples) + level / n)


def of_persons(answers: Array) -> Array:
    """Return first partners above second ones."""
    return np.vstack([answers[:, 0], answers[:, 1]])


def couple_of(answers: Array, persons: int) -> Array:
    return np.tile(np.arange(len(answers)), persons)


INTERVALS: dict[str, tuple[Callable[[Array], Value], float]] = {
    "alpha": (lambda a: alpha_clustered(a[:, 0], couple_of(a, 1), 0.95), ALPHA),
    "alpha feldt": (lambda a: alpha_feldt(a[:, 0], 0.95), ALPHA),
    "alpha_pooled": (lambda a: alpha_clustered(of_persons(a), couple_of(a, 2), 0.95), ALPHA),
    # Items with equal loadings: omega is alpha.
    "omega": (lambda a: omega(a[:, 0], couple_of(a, 1), 0.95, clustered=False)[0], ALPHA),
    "omega_pooled": (lambda a: omega(of_persons(a), couple_of(a, 2), 0.95, clustered=True)[0], ALPHA),
    "icc_1": (lambda a: icc_1(*scores(a), 0.95), PARTNER_R),
    "icc_pairwise": (lambda a: icc_pairwise(*scores(a), 0.95), PARTNER_R),
    "pearson_r": (lambda a: pearson(*scores(a), 0.95), PARTNER_R),
    "ccc": (lambda a: concordance(*scores(a), 0.95).ccc, PARTNER_R),
    "mean_difference": (lambda a: paired_difference(*scores(a), 0.95).mean, 0.0),
}


@pytest.mark.parametrize("name", INTERVALS)
def test_intervals_hold_the_truth_as_often_as_they_say(name: str) -> None:
    n, samples = 100, 800
    interval, truth = INTERVALS[name]
    values = [interval(answers) for answers in scale(PARTNER_R, samples, n)]
    held = np.mean([value.lower <= truth <= value.upper for value in values])
    assert held == pytest.approx(0.95, abs=three_errors(0.95, samples) + 1 / n)
