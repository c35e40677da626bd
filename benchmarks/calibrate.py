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
from tqdm.auto import tqdm

from analysis.stats.bootstrap import draw_weights
from analysis.stats.goodness import RMSEA_CONFIDENCE
from analysis.stats.resampling import stream
from analysis.stats.value import Array, Value
from benchmarks import distinguishability, exchangeable
from benchmarks import measured as roles
from benchmarks.measured import Measure, Sample
from benchmarks.population import population

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261125
DATA_SETS, FEWER = 2000, 500  # FEWER data sets and resamples where every resample refits a model
RESAMPLES = 999
NOMINAL = 0.95
REQUIRED_FROM, REQUIRED_WITHIN = 100, 0.02  # couples with symmetric complete answers; distance from the level
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
    true = {name: (measure.truth(truth), measure.null(truth)) for name, measure in measures.items()}
    counts = {name: np.zeros(4, dtype=int) for name in measures}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sample in samples(cell, first, count, resamples):
            for name, measure in measures.items():
                counts[name] += _outcome(measure.value(sample), *true[name])
    return {name: Tally(*(int(n) for n in found)) for name, found in counts.items()}


def _outcome(value: Value, truth: float, null: bool) -> Array:  # noqa: FBT001 - one of two truths
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


def pooled(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the measures by shape, missing answers and couples: shares over alphas and partner correlations.

    The Monte Carlo error is that of the pooled share.
    """
    keys = ["measure", "shape", "missing", "couples"]
    rows = []
    for key, part in cells.groupby(keys, sort=False):
        for share, count, nominal in (("coverage", "intervals", NOMINAL), ("type_1", "tests", 1 - NOMINAL)):
            there = part[part[count] > 0]
            if len(there):
                level = RMSEA_CONFIDENCE if key[0] == "onefactor_rmsea" else nominal
                shares, counts = there[share].to_numpy(float), there[count].to_numpy(int)
                value = float(np.average(shares, weights=counts))
                worst = float(shares[np.abs(shares - level).argmax()])
                error = float(np.sqrt(value * (1 - value) / counts.sum()))
                rows.append(dict(zip(keys, key, strict=True)) | {
                    "what": share, "nominal": level, "share": value, "error": error, "worst": worst,
                    "data_sets": int(counts.sum()),
                })  # fmt: skip
    return pd.DataFrame(rows)


HEAD = """# Calibration

How often 95 % intervals held the truth, and how often p fell below .05 where nothing was there, in simulated couples
(`python3 run.py calibrate`; {data_sets:,} data sets a cell, {fewer} with {fewer} resamples where every resample refits
a model; {resamples} resamples elsewhere; seed {seed}). Answers of five categories, cut from normal variables:
symmetric, or skewed with half of the answers in the lowest category. Scales of four equal items; alpha .7 and .9,
correlation of the partners' scores 0 and .5, complete answers and 10 % of all answers missing at random (the estimates
are listwise, but for `fiml`). The truth is the statistic of the exact covariance matrix of the answers.

Each number is the share over both alphas and both correlations; behind it, in brackets, the cell of the four that is
farthest from what it should be. One cell of 2,000 data sets has a Monte Carlo error of .005 at .95, one of 500 of .010.
The interval of the RMSEA is one of 90 %; its truth, 0, is on the border. The p of `latent_r` is that of different
scales of two partners, in the cells where partners have nothing in common. Names that end in `exchangeable`, and
`_pooled` with a bootstrap or `fiml`, are of exchangeable partners: all persons together, couples as clusters, in the
quarter of the cells in which refitting bootstraps are measured, too.

With symmetric complete answers of 100 couples and more, every share over the cells but that of the RMSEA is within .02
of its level. Single cells farther away there: {misses}.

"""


def report(table: pd.DataFrame, data_sets: int, fewer: int) -> str:
    """Return the tables as Markdown."""
    text = HEAD.format(data_sets=data_sets, fewer=fewer, resamples=RESAMPLES, seed=SEED, misses=_misses(table))
    for what, title in (("coverage", "Coverage of intervals"), ("type_1", "Type I error at .05")):
        part = table[table["what"] == what]
        columns = list(product(("symmetric", "skewed"), (0.0, 0.1), (50, 100, 200)))
        heads = [f"{shape}{', 10 % missing' if missing else ''}, n = {n}" for shape, missing, n in columns]
        lines = [["statistic", *heads]]
        for measure, rows in part.groupby("measure", sort=False):
            found = {
                (r["shape"], r["missing"], r["couples"]): _cell(float(r["share"]), float(r["worst"]))
                for r in rows.to_dict("records")
            }
            lines.append([f"`{measure}`", *(found.get(column, "") for column in columns)])
        body = ["| " + " | ".join(line) + " |" for line in lines]
        body.insert(1, "|" + "---|" * len(lines[0]))
        text += f"## {title}\n\n" + "\n".join(body) + "\n\n"
    return text.rstrip() + "\n"


def _misses(table: pd.DataFrame) -> str:
    """Return the measures of which a single cell misses its level by more than .02 where answers are well-behaved."""
    kept = (table["shape"] == "symmetric") & (table["missing"] == 0) & (table["couples"] >= REQUIRED_FROM)
    far = (table["worst"] - table["nominal"]).abs() > REQUIRED_WITHIN
    lines = table[kept & far & (table["measure"] != "onefactor_rmsea")].to_dict("records")
    found = [
        f"`{line['measure']}` {line['worst']:.3f}{' (p)' * (line['what'] == 'type_1')} at {line['couples']}".replace(
            " 0.", " ."
        )
        for line in lines
    ]
    return ", ".join(found) or "none"


def _cell(share: float, worst: float) -> str:
    return f"{share:.3f} ({worst:.3f})".replace("0.", ".")


def main() -> None:
    """Measure everything and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-sets", type=int, default=DATA_SETS)
    parser.add_argument("--fewer", type=int, default=FEWER)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=ROOT)
    options = parser.parse_args()
    table = pooled(measured(pieces(options.data_sets, options.fewer), options.processes))
    text = f"{report(table, options.data_sets, options.fewer)}\n{distinguishability.tracked()}"
    (options.out / "docs" / "calibration.md").write_text(text, encoding="utf-8")
    rounded = table.round({"share": 4, "error": 4, "worst": 4})
    rounded.to_csv(options.out / "analysis" / "calibration.csv", index=False, lineterminator="\n")
    print(table.to_string())


if __name__ == "__main__":
    main()
