"""Peak memory of everything at once: 5,000 couples, 72 items, all analyses; part of `run.py bench`.

`python3 -m benchmarks.memory` computes it all; `run.py bench` runs that in a process of its own and asks the system.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import subprocess
import sys
from collections.abc import Sequence

import analysis as an
from analysis.disclosure import public
from analysis.report.analyses import analyse

COUPLES, SCALES, ITEMS = 5_000, 18, 4
MOST = 2 * 2**10  # MB
RUN = """
import resource, subprocess, sys
from time import perf_counter
start = perf_counter()
subprocess.run([sys.executable, "-m", *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)
print(perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def cost(words: Sequence[str]) -> tuple[float, float]:
    """Return wall seconds and peak MB of `python -m` with these words, its children included.

    A small process starts it and asks the system: a child is charged with the memory of whoever it was forked from.
    """
    told = subprocess.run([sys.executable, "-c", RUN, *words], check=True, capture_output=True, text=True)
    seconds, peak = told.stdout.split()
    return float(seconds), float(peak)


def job_memory() -> str:
    """Return what everything at once takes, in a sentence."""
    seconds, peak = cost(["benchmarks.memory"])
    said = "within" if peak <= MOST else "above"
    sentence = (
        f"{COUPLES:,} couples who answered {SCALES * ITEMS} items, all analyses with everything on: {seconds:.0f} s, "
        f"peak memory {peak:,.0f} MB, {said} the {MOST:,} MB that it may take."
    )
    print(sentence, flush=True)
    return sentence


def main() -> None:
    """Make the couples and analyse them."""
    codes = [f"{block}{number}" for block in "HU" for number in range(1, SCALES // 2 + 1)]
    items = tuple(an.Item(f"{code}_{i}", code, 1, 5) for code in codes for i in range(1, ITEMS + 1))
    scales = tuple(an.Scale(code, valence="healthy" if code[0] == "H" else "unhealthy") for code in codes)
    couples = an.make_couples(COUPLES, codebook=an.Codebook(items, scales, name="large"), missing={"skipped": 0.02})
    couples = couples.with_settings(categorical_intervals=True)
    results = analyse(couples)
    print(len(public(results, couples.settings)))


if __name__ == "__main__":
    main()
