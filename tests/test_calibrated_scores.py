"""The truths that agreement is calibrated against are those of a population drawn very large; the study in small."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from analysis.calibration import level_of
from benchmarks.answers import ITEM, shares_of_cells
from benchmarks.calibrate import AGREEMENT, Cell, tally
from benchmarks.calibration_tables import is_printed
from benchmarks.invariance import INVARIANCE
from benchmarks.measured import Sample
from benchmarks.perceptions import CODERS, PERCEPTIONS
from benchmarks.population import population
from benchmarks.scores import AT_THE_BOUND, SCORES

WITH_TRUTH = SCORES | {"equivalence": AT_THE_BOUND} | PERCEPTIONS | CODERS | ITEM


@pytest.mark.parametrize(("shape", "partner_r"), [("symmetric", 0.5), ("skewed", 0.0), ("skewed", 0.5)])
def test_every_truth_is_what_many_couples_come_to(shape: str, partner_r: float) -> None:
    drawn = population(shape, 0.7, partner_r)
    sample = Sample(drawn.draw(60_000, np.random.default_rng(1)), np.ones((2, 60_000)))
    measures = {name: measure for name, measure in WITH_TRUTH.items() if measure.interval}
    found = {name: measure.value(sample).estimate for name, measure in measures.items()}
    truths = {name: measure.truth(drawn) for name, measure in measures.items()}
    assert found == pytest.approx(truths, abs=0.03)  # five standard errors of the widest, a limit of agreement
    independent = {name for name, measure in SCORES.items() if measure.null(drawn)}
    assert ("icc_1" in independent) == (partner_r == 0)
    assert {"mean_difference", "sd_ratio", "loa_slope"} <= independent


def test_the_shares_of_cells_are_those_of_couples_drawn() -> None:
    drawn = population("skewed", 0.9, 0.5)
    expected = shares_of_cells(drawn.thresholds, float(drawn.normal[0, 4]))
    answers = drawn.draw(200_000, np.random.default_rng(2))[:, 0, :, 0].astype(int) - 1
    counts = np.zeros((5, 5))
    np.add.at(counts, tuple(answers.T), 1)
    assert expected.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(counts / 200_000, expected, atol=5 * sqrt(0.25 / 200_000))


@pytest.mark.parametrize("shape", ["symmetric", "skewed"])
def test_in_small_intervals_hold_the_truth_and_the_p_that_are_printed_keep_their_level(shape: str) -> None:
    cell = Cell(shape, 100, 0.7, 0.0, 0.0)
    found = tally(cell, AGREEMENT | INVARIANCE, 0, 30, 199)
    assert set(found) == set(AGREEMENT | INVARIANCE)
    for name, (held, intervals, rejected, tests) in found.items():
        level = level_of(name, "coverage")
        assert intervals or tests, name
        if intervals and not name.startswith("invariance_rmsea"):
            assert held / intervals >= level - 4 * sqrt(level * (1 - level) / intervals), name
        if tests and is_printed(name):
            assert rejected / tests <= 0.05 + 4 * sqrt(0.05 * 0.95 / tests), name
