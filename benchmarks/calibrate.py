"""Coverage of every interval and Type I error of every p: `python3 run.py calibrate [reliability | agreement]`.

Data sets are drawn from populations known exactly, in cells of answer shape, couples, alpha, partner correlation and
missing answers. An hour of work and more on all processors; the tables go to docs/calibration.md and, for the report's
notes, to analysis/calibration.csv. Same seed, same tables, however many processors, and whether one part is measured or
all: a part leaves the other's rows as they are.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from analysis.calibration import level_of
from analysis.stats.bootstrap import draw_weights
from analysis.stats.resampling import stream
from analysis.stats.value import Array, Value
from benchmarks import answers, calibration_tables, exchangeable, invariance, perceptions, scores
from benchmarks import measured as roles
from benchmarks.measured import Measure, Sample
from benchmarks.population import population

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261125
DATA_SETS, FEWER = 2000, 500  # FEWER data sets and resamples where every resample refits a model
RESAMPLES = 999
LEVEL = 0.05
AT_ONCE = 100  # data sets a piece of work holds


@dataclass(frozen=True)
class Cell:
    """One condition: shape of answers, couples, alpha, correlation of partners' scores, share of answers missing."""

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
        """Whether refitting bootstraps and exchangeable partners are measured here, too: a quarter of the cells."""
        return (self.shape, self.alpha, self.partner_r, self.missing) in REFITS

    @property
    def measures(self) -> Mapping[str, Measure]:
        """What is measured in every data set of this cell."""
        measures = ALL | (roles.FIML if self.missing else {})
        alike = ALIKE | (ALIKE_FIML if self.missing else {})
        return measures | alike if self.refits else measures


ALL: dict[str, Measure] = roles.CLOSED | roles.MODELS | roles.RESAMPLED
ALIKE: dict[str, Measure] = exchangeable.named(exchangeable.CLOSED | exchangeable.RESAMPLED)
ALIKE_FIML: dict[str, Measure] = exchangeable.named(exchangeable.FIML)
REFITTED: dict[str, Measure] = roles.REFITTED | exchangeable.named(exchangeable.REFITTED)
REFITS = (
    ("symmetric", 0.7, 0.5, 0.0), ("symmetric", 0.9, 0.0, 0.0), ("skewed", 0.7, 0.0, 0.0), ("skewed", 0.9, 0.5, 0.1),
)  # fmt: skip
CELLS = [Cell(*c) for c in product(("symmetric", "skewed"), (50, 100, 200), (0.7, 0.9), (0.0, 0.5), (0.0, 0.1))]


def samples(cell: Cell, first: int, count: int, resamples: int) -> Iterator[Sample]:
    """Yield data sets of a cell by their numbers; each has a random stream of its own."""
    truth = population(cell.shape, cell.alpha, cell.partner_r)
    for number in range(first, first + count):
        generator = stream(SEED, cell.name, str(number))
        answers = truth.draw(cell.couples, generator)
        answers[generator.random(answers.shape) < cell.missing] = np.nan
        weights = draw_weights(cell.couples, resamples, generator)
        yield Sample(answers, weights, partial(stream, SEED, cell.name, str(number)))


class Tally(NamedTuple):
    """What a measure did in some data sets: how many held the truth, rejected at .05, had an interval, had a p."""

    held: int
    intervals: int
    rejected: int
    tests: int


def tally(cell: Cell, measures: Mapping[str, Measure], first: int, count: int, resamples: int) -> dict[str, Tally]:
    """Return the tallies of some data sets of a cell."""
    truth = population(cell.shape, cell.alpha, cell.partner_r)
    true = {name: (measure.truth(truth), measure.null(truth)) for name, measure in measures.items()}
    counts = {name: np.zeros(4, dtype=int) for name in measures}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sample in samples(cell, first, count, resamples):
            for name, measure in measures.items():
                if measure.interval or true[name][1]:
                    counts[name] += _outcome(measure.value(sample), *true[name])
    return {name: Tally(*(int(n) for n in found)) for name, found in counts.items()}


def _outcome(value: Value, truth: float, null: bool) -> Array:  # noqa: FBT001 - one of two truths
    there, tested = bool(np.isfinite(value.lower)), null and bool(np.isfinite(value.p))
    held = there and bool(value.lower <= truth <= value.upper)
    return np.array([held, there, tested and value.p < LEVEL, tested], dtype=int)


@dataclass(frozen=True)
class Part:
    """A part of the study: its cells, what is measured in each, and what is measured in fewer data sets of some."""

    cells: Sequence[Cell]
    measures: Callable[[Cell], Mapping[str, Measure]]
    refitted: Mapping[str, Measure]
    refits: Callable[[Cell], bool]

    @property
    def names(self) -> set[str]:
        """Everything that is measured."""
        return set(self.refitted).union(*(self.measures(cell) for cell in self.cells))


AGREEMENT: dict[str, Measure] = (
    scores.SCORES
    | {"equivalence": scores.AT_THE_BOUND, "icc_1 of unequal means": scores.UNEQUAL_MEANS}
    | perceptions.PERCEPTIONS
    | scores.RANDOM
    | answers.ITEM
    | answers.OF_RANDOM
    | perceptions.CODERS
)
PARTS: dict[str, Part] = {
    "reliability": Part(CELLS, lambda cell: cell.measures, REFITTED, lambda cell: cell.refits),
    "agreement": Part(
        [cell for cell in CELLS if not cell.missing], lambda _: AGREEMENT, invariance.INVARIANCE,
        lambda cell: cell.partner_r > 0,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A piece of the work: some data sets of one cell of a part."""

    part: str
    cell: Cell
    refitted: bool
    first: int
    count: int

    def done(self) -> dict[str, Tally]:
        """Return the tallies of this piece."""
        part = PARTS[self.part]
        measures, resamples = (part.refitted, FEWER) if self.refitted else (part.measures(self.cell), RESAMPLES)
        return tally(self.cell, measures, self.first, self.count, resamples)


def pieces(parts: Sequence[str], data_sets: int, fewer: int) -> list[Piece]:
    """Return the work of some parts in pieces."""
    work = []
    for name in parts:
        for cell in PARTS[name].cells:
            for refitted, total in ((False, data_sets), (True, fewer if PARTS[name].refits(cell) else 0)):
                starts = range(0, total, AT_ONCE)
                work += [Piece(name, cell, refitted, first, min(AT_ONCE, total - first)) for first in starts]
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


def pooled(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the measures by shape, missing answers and couples: shares over alphas and partner correlations.

    The Monte Carlo error is that of the pooled share.
    """
    keys = ["measure", "shape", "missing", "couples"]
    rows = []
    for key, part in cells.groupby(keys, sort=False):
        for share, count in (("coverage", "intervals"), ("type_1", "tests")):
            there = part[part[count] > 0]
            if len(there):
                level = level_of(str(key[0]), share)
                shares, counts = there[share].to_numpy(float), there[count].to_numpy(int)
                value = float(np.average(shares, weights=counts))
                worst = float(shares[np.abs(shares - level).argmax()])
                error = float(np.sqrt(value * (1 - value) / counts.sum()))
                rows.append(dict(zip(keys, key, strict=True)) | {
                    "what": share, "nominal": level, "share": value, "error": error, "worst": worst,
                    "data_sets": int(counts.sum()),
                })  # fmt: skip
    return pd.DataFrame(rows)


def kept(parts: Sequence[str], path: Path) -> pd.DataFrame:
    """Return the rows of an earlier table that are of the other parts."""
    if not path.exists():
        return pd.DataFrame()
    table = pd.read_csv(path)
    others = set().union(*(part.names for name, part in PARTS.items() if name not in parts))
    return table[table["measure"].isin(others)]


def main() -> None:
    """Measure the parts that are named, or all, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{' or '.join(PARTS)}; all without one")
    parser.add_argument("--data-sets", type=int, default=DATA_SETS)
    parser.add_argument("--fewer", type=int, default=FEWER)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=ROOT)
    options = parser.parse_args()
    unknown = [name for name in options.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no part '{unknown[0]}'; parts are {', '.join(PARTS)}")
    parts, path = options.parts or list(PARTS), options.out / "analysis" / "calibration.csv"
    found = pooled(measured(pieces(parts, options.data_sets, options.fewer), options.processes))
    table = pd.concat([kept(parts, path), found], ignore_index=True).round({"share": 4, "error": 4, "worst": 4})
    place = {name: rank for rank, name in enumerate(PARTS) for name in PARTS[name].names}
    table = table.sort_values("measure", key=lambda names: names.map(place), kind="stable", ignore_index=True)
    table.to_csv(path, index=False, lineterminator="\n")
    text = calibration_tables.page(table, PARTS["agreement"].names)
    (options.out / "docs" / "calibration.md").write_text(text, encoding="utf-8")
    print(found.to_string())


if __name__ == "__main__":
    main()
