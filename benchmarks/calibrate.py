"""Coverage of every interval and Type I error of every p of the reliability section: `python3 run.py calibrate`.

Data sets are drawn from populations known exactly, in cells of answer shape, couples, alpha, partner correlation and
missing answers. Minutes of work on all processors; the tables go to docs/calibration.md and, for the report's notes,
to analysis/calibration.csv. Same seed, same tables, however many processors.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from measured import CLOSED, FIML, MODELS, REFITTED, RESAMPLED, Measure, Sample
from population import population
from tqdm.auto import tqdm

from analysis.stats.bootstrap import draw_weights
from analysis.stats.resampling import stream
from analysis.stats.value import Array, Value

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261125
DATA_SETS, FEWER = 2000, 500  # FEWER data sets and resamples where every resample refits a model
RESAMPLES = 999
NOMINAL = 0.95
AT_ONCE = 100  # data sets a piece of work holds


@dataclass(frozen=True)
class Cell:
    """One condition: shape of the answers, couples, alpha, correlation of the partners' scores, share of answers missing."""

    shape: str
    couples: int
    alpha: float
    partner_r: float
    missing: float

    @property
    def name(self) -> str:
        """The cell in words that name its random stream."""
        return f"{self.shape} {self.couples} {self.alpha} {self.partner_r} {self.missing}"

    @property
    def refits(self) -> bool:
        """Whether bootstraps that refit a model are measured here: a quarter of the cells, every level among them."""
        return (self.shape, self.alpha, self.partner_r, self.missing) in REFITS

    @property
    def measures(self) -> Mapping[str, Measure]:
        """What is measured in every data set of this cell."""
        return CLOSED | MODELS | RESAMPLED | (FIML if self.missing else {})


REFITS = (("symmetric", 0.7, 0.5, 0.0), ("symmetric", 0.9, 0.0, 0.0), ("skewed", 0.7, 0.0, 0.0), ("skewed", 0.9, 0.5, 0.1))
CELLS = [Cell(*c) for c in product(("symmetric", "skewed"), (50, 100, 200), (0.7, 0.9), (0.0, 0.5), (0.0, 0.1))]


def samples(cell: Cell, first: int, count: int, resamples: int) -> Iterator[Sample]:
    """Yield data sets of a cell by their numbers; each has a random stream of its own."""
    truth = population(cell.shape, cell.alpha, cell.partner_r)
    for number in range(first, first + count):
        generator = stream(SEED, cell.name, str(number))
        answers = truth.draw(cell.couples, generator)
        answers[generator.random(answers.shape) < cell.missing] = np.nan
        yield Sample(answers, draw_weights(cell.couples, resamples, generator))


class Tally(NamedTuple):
    """What a measure did in some data sets: how many held the truth, rejected at .05, had an interval, had a p."""

    held: int
    intervals: int
    rejected: int
    tests: int


def tally(cell: Cell, measures: Mapping[str, Measure], first: int, count: int, resamples: int) -> dict[str, Tally]:
    """Return the tallies of some data sets of a cell."""
    truth = population(cell.shape, cell.alpha, cell.partner_r)
    true = {name: measure.truth(truth) for name, measure in measures.items()}
    counts = {name: np.zeros(4, dtype=int) for name in measures}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sample in samples(cell, first, count, resamples):
            for name, measure in measures.items():
                counts[name] += _outcome(measure.value(sample), true[name], null=measure.null)
    return {name: Tally(*(int(n) for n in found)) for name, found in counts.items()}


def _outcome(value: Value, truth: float, *, null: bool) -> Array:
    there, tested = bool(np.isfinite(value.lower)), null and bool(np.isfinite(value.p))
    held = there and bool(value.lower <= truth <= value.upper)
    return np.array([held, there, tested and value.p < 1 - NOMINAL, tested], dtype=int)


@dataclass(frozen=True)
class Piece:
    """A part of the work: some data sets of one cell."""

    cell: Cell
    refitted: bool
    first: int
    count: int

    def done(self) -> dict[str, Tally]:
        """Return the tallies of this piece."""
        measures, resamples = (REFITTED, FEWER) if self.refitted else (self.cell.measures, RESAMPLES)
        return tally(self.cell, measures, self.first, self.count, resamples)


def pieces(data_sets: int, fewer: int) -> list[Piece]:
    """Return the whole work in pieces."""
    work = []
    for cell in CELLS:
        for refitted, total in ((False, data_sets), (True, fewer if cell.refits else 0)):
            starts = range(0, total, AT_ONCE)
            work += [Piece(cell, refitted, first, min(AT_ONCE, total - first)) for first in starts]
    return work


def measured(work: Sequence[Piece], processes: int) -> pd.DataFrame:
    """Return coverage and Type I error of every measure in every cell, from all pieces of the work."""
    totals: dict[tuple[Cell, str], Array] = {}
    with ProcessPoolExecutor(processes) as pool:
        found = tqdm(pool.map(Piece.done, work), total=len(work), disable=None, desc="calibrate")
        for piece, tallies in zip(work, found, strict=True):
            for name, part in tallies.items():
                key = (piece.cell, name)
                totals[key] = totals.get(key, np.zeros(4, dtype=int)) + np.array(part)
    lines = [asdict(cell) | {"measure": name} | _shares(*part) for (cell, name), part in totals.items()]
    return pd.DataFrame(lines)


def _shares(held: int, intervals: int, rejected: int, tests: int) -> dict[str, float]:
    return {
        "coverage": held / intervals if intervals else np.nan,
        "intervals": intervals,
        "type_1": rejected / tests if tests else np.nan,
        "tests": tests,
    }
