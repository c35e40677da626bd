"""The truths that agreement of scores is calibrated against are those of a population drawn very large."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.measured import Sample
from benchmarks.population import population
from benchmarks.scores import SCORES


@pytest.mark.parametrize(("shape", "partner_r"), [("symmetric", 0.5), ("skewed", 0.0), ("skewed", 0.5)])
def test_every_truth_is_what_many_couples_come_to(shape: str, partner_r: float) -> None:
    drawn = population(shape, 0.7, partner_r)
    sample = Sample(drawn.draw(60_000, np.random.default_rng(1)), np.empty((0, 60_000)))
    found = {name: measure.value(sample).estimate for name, measure in SCORES.items()}
    truths = {name: measure.truth(drawn) for name, measure in SCORES.items()}
    assert found == pytest.approx(truths, abs=0.03)  # five standard errors of the widest, a limit of agreement
    independent = {name for name, measure in SCORES.items() if measure.null(drawn)}
    assert ("icc_1" in independent) == (partner_r == 0)
    assert {"mean_difference", "sd_ratio", "loa_slope"} <= independent
