"""Type I error of every p of the distinguishability section: `python3 -m benchmarks.distinguishability`.

Couples whose component is equal are drawn, all other components equal too or all unequal: scores are means of four
normal or five-point items, or single five-point items. The table goes to analysis/distinguishability.csv, from which
the notes of results quote it, and to docs/calibration.md. Same seed, same table, however many processors.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse
import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import isfinite
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from analysis.estimation.distinguishability import SHOWN
from analysis.stats.equal_moments import COMPONENTS, CROSS, MEANS, VARIANCES, WITHIN
from analysis.stats.exchangeability import components, exchangeability, hotelling, with_bartlett_factor
from analysis.stats.resampling import stream
from analysis.stats.swaps import swap_component, swap_omnibus
from analysis.stats.value import Array
from benchmarks.population import SHARES

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "analysis" / "distinguishability.csv"
SEED = 20261125
DATA_SETS, FITTED, SWAPS = 2000, 100, 499  # models of more than five scores are fitted in FITTED data sets
FEW_SCORES = 5
WIDER = 1.4
LEVEL = 0.05
Tally = Counter[tuple[str, str, bool]]


@dataclass(frozen=True)
class Cell:
    """One condition: answers, items a score is the mean of, scores, couples, and which component alone is equal."""

    answers: str
    items: int
    scores: int
    couples: int
    equal: str  # a component, or "" where all are

    @property
    def shape(self) -> str:
        """What the scores are made of, in words."""
        return self.answers if self.items > 1 else f"{self.answers} items"


def cells() -> Iterator[Cell]:
    """Yield every condition."""
    for couples, scores, equal in product((50, 100), (2, 5, 12, 15), ("", *COMPONENTS)):
        for answers in ("normal", "symmetric", "skewed"):
            yield Cell(answers, 4, scores, couples, equal)
        if scores < 15:
            for answers in ("symmetric", "skewed"):
                yield Cell(answers, 1, scores, couples, equal)


@cache
def root(scores: int, items: int, equal: str) -> Array:
    """Return the Cholesky root of the normal correlations behind (partner, score, item), flat in this order.

    Unequal: a score's items correlate .35 and .65, items of two scores .15 and .3, and items across partners more on
    one side of the diagonal than on the other.
    """
    p, k = scores, items
    own = (0.5, 0.5) if equal in ("", VARIANCES) else (0.35, 0.65)
    within = (0.25, 0.25) if equal in ("", WITHIN) else (0.15, 0.3)
    aslant = 0.0 if equal in ("", CROSS) else 0.1 if p <= FEW_SCORES else 0.025
    correlations = np.empty((2, p, k, 2, p, k))
    for partner in range(2):
        block = np.where(np.eye(p, dtype=bool), own[partner], within[partner])
        correlations[partner, :, :, partner] = np.repeat(block[:, None, :, None], k, axis=1).repeat(k, axis=3)
    across = 0.15 + aslant * np.sign(np.arange(p)[:, None] - np.arange(p))
    across[np.diag_indices(p)] = 0.25
    correlations[0, :, :, 1] = across[:, None, :, None]
    correlations[1, :, :, 0] = across.T[:, None, :, None]
    flat = correlations.reshape(2 * p * k, 2 * p * k).copy()
    np.fill_diagonal(flat, 1.0)
    return np.linalg.cholesky(flat)


def draw(cell: Cell, generator: np.random.Generator) -> Array:
    """Return the scores of two partners, (2, couples, scores)."""
    answers = generator.standard_normal((cell.couples, 2 * cell.scores * cell.items))
    answers = answers @ root(cell.scores, cell.items, cell.equal).T
    if cell.answers != "normal":
        answers = np.searchsorted(ndtri(np.array(SHARES[cell.answers])), answers).astype(float)
    scores = answers.reshape(cell.couples, 2, cell.scores, cell.items).mean(axis=-1).swapaxes(0, 1).copy()
    if cell.items == 1 and cell.equal in (MEANS, CROSS):  # the only way in which single items can vary unequally
        scores[1] = WIDER * scores[1] - (WIDER - 1) * sum(1 - share for share in SHARES[cell.answers])
    if cell.equal not in ("", MEANS):
        scores[1] += 0.5
    return scores


def tests(
    cell: Cell, x: Array, y: Array, generator: np.random.Generator, *, fitted: bool
) -> dict[tuple[str, str], float]:
    """Return the p of every test whose null is true in a cell, by (statistic, variant)."""
    found = {}
    if not cell.equal:
        omnibus = exchangeability(x, y)
        found["isat_chi2", ""] = omnibus.p
        found["isat_chi2", "bartlett"] = with_bartlett_factor(omnibus, *x.shape).p
        found["isat_chi2", "permutation"] = swap_omnibus(x, y, SWAPS, generator).p
    names = [cell.equal] if cell.equal else list(COMPONENTS)
    if MEANS in names:
        found[MEANS, "hotelling"] = hotelling(x, y).p
    for name in names:
        if name != MEANS:
            found[name, "permutation"] = swap_component(x, y, name, SWAPS, generator).p
    if fitted:
        parts = components(x, y)
        found |= {
            (name, variant): value.p
            for (name, variant), value in parts.items()
            if name in names and (not cell.equal or not variant)
        }
    return found


def tally(cell: Cell, first: int, count: int) -> Tally:
    """Return how often each p is there, and how often it is below the level, in some data sets of a cell."""
    found: Tally = Counter()
    for number in range(first, first + count):
        generator = stream(SEED, str(cell), str(number))
        x, y = draw(cell, generator)
        fitted = cell.scores <= FEW_SCORES or number < FITTED
        for (statistic, variant), p in tests(cell, x, y, generator, fitted=fitted).items():
            if isfinite(p):
                found[statistic, variant, False] += 1
                found[statistic, variant, True] += p < LEVEL
    return found


def table(data_sets: int, processes: int) -> list[dict[str, object]]:
    """Return one row for every test in every cell."""
    work = list(cells())
    rows: list[dict[str, object]] = []
    with ProcessPoolExecutor(processes) as pool:
        for cell, found in zip(work, pool.map(tally, work, [0] * len(work), [data_sets] * len(work)), strict=True):
            for statistic, variant, below in [key for key in found if not key[2]]:
                count = found[statistic, variant, below]
                rows.append({
                    "statistic": statistic, "variant": variant, "answers": cell.shape,
                    "others": "unequal" if cell.equal else "equal", "scores": cell.scores, "couples": cell.couples,
                    "share": f"{found[statistic, variant, True] / count:.4f}", "data_sets": count,
                })  # fmt: skip
            print(cell, {key[:2]: found[*key[:2], True] / found[key] for key in found if not key[2]}, flush=True)
    return rows


HEADING = "## Tests of distinguishability"
INTRODUCTION = """
How often p fell below .05 where it should be in .05 (`python3 -m benchmarks.distinguishability`; up to {data_sets:,}
data sets a cell, fewer where models of more than five scores are fitted; {swaps} swaps). Scores are means of four
items, normal or of five categories, symmetric or skewed, or single items of five categories; the other components are
equal, or all unequal. Each number is the share over all these cells; behind it, in brackets, the largest. The first
five lines are printed in tables; the others stay in results with this size in their note.

"""


def section(rows: Sequence[Mapping[str, str]]) -> str:
    """Return the table as Markdown: those that are printed first, a column for each number of couples and scores."""
    columns = sorted({(int(row["couples"]), int(row["scores"])) for row in rows})
    shares: dict[str, dict[tuple[int, int], list[tuple[float, int]]]] = {}
    for row in sorted(rows, key=lambda row: row["variant"] not in SHOWN):
        name = f"{row['statistic']} {row['variant']}".strip()
        place = int(row["couples"]), int(row["scores"])
        shares.setdefault(name, {}).setdefault(place, []).append((float(row["share"]), int(row["data_sets"])))
    heads = [f"n = {couples}, {scores} scores" for couples, scores in columns]
    lines = [["statistic", *heads], ["---"] * (1 + len(heads))]
    lines += [[f"`{name}`", *(_cell(found[place]) for place in columns)] for name, found in shares.items()]
    most = max(int(row["data_sets"]) for row in rows)
    text = HEADING + "\n" + INTRODUCTION.format(data_sets=most, swaps=SWAPS)
    return text + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _cell(found: Sequence[tuple[float, int]]) -> str:
    total = sum(count for _, count in found)
    pooled = sum(share * count for share, count in found) / total
    return f"{pooled:.3f} ({max(found)[0]:.3f})".replace("0.", ".")


def tracked() -> str:
    """Return the section of the table that is kept in the repository."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return section(list(csv.DictReader(file)))


def main() -> None:
    """Measure everything, write the table and its section of docs/calibration.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-sets", type=int, default=DATA_SETS)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    rows = table(options.data_sets, options.processes)
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    page = ROOT / "docs" / "calibration.md"
    before = page.read_text(encoding="utf-8").split(HEADING)[0].rstrip()
    page.write_text(f"{before}\n\n{tracked()}", encoding="utf-8")


if __name__ == "__main__":
    main()
