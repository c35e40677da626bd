"""Speed and memory, as ratios measured side by side: `python3 run.py bench`, written to docs/benchmarks.md.

Not a test: machines differ and are noisy. Within one process toolkit and peer take turns and medians are compared; cold
starts are whole processes in turns. Numbers are compared before times are.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.turns import LINES, Line, fraction, measure

# isort: split
import numpy as np
import pandas as pd

import analysis as an
from analysis.stats.concordance import icc_1, icc_a1, icc_c1
from analysis.stats.similarity import correlation_index, distinctive_profiles, pseudo_mean
from benchmarks import agreement_bootstrap, ordinal, randomcouples, reliability, swaps
from benchmarks.memory import cost, job_memory

ROOT = Path(__file__).resolve().parent.parent
PEERS = ("pingouin", "statsmodels", "ordinalcorr", "krippendorff")


def cold(code: str) -> Callable[[], object]:
    """Return a call that runs code in a fresh interpreter."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, env=environment)


def starts() -> None:
    """Measure what a user waits for before anything is computed."""
    pandas = cold("import pandas")
    demo = "import analysis as an; an.reliability(an.open_study(an.demo()).couples())"
    against = partial(measure, peer="import pandas", rounds=7, clock=perf_counter)
    against("import analysis", 1 / 1.15, cold("import analysis"), pandas)
    against("demo: open, couples, reliability", 1 / 2, cold(demo), pandas)


def job_5() -> None:
    """ICC(1), ICC(A,1), ICC(C,1) with intervals of 62 measures; the peer does 6 of them."""
    few = 6
    for couples in (200, 1_000, 5_000):
        rng = np.random.default_rng(2)
        shared = rng.standard_normal((62, couples, 1))
        x = shared + rng.standard_normal((62, couples, 2))
        ours, theirs = partial(icc_of_each, x), partial(pingouin_icc, x[:few])
        np.testing.assert_allclose(icc_of_each(x[:few]), pingouin_icc(x[:few]), rtol=1e-9)
        measure(
            f"5  three ICCs, 62 measures, {couples:,} couples", 60 if couples < 5_000 else 25, ours, theirs,
            peer="pingouin", part=len(x) / few,
        )  # fmt: skip


def icc_of_each(x: np.ndarray) -> list[float]:
    """Return ICC(1), ICC(A,1) and ICC(C,1) of each measure, (measures, couples, 2); intervals are made on the way."""
    return [icc(pair[:, 0], pair[:, 1], 0.95).estimate for pair in x for icc in (icc_1, icc_a1, icc_c1)]


def pingouin_icc(x: np.ndarray) -> list[float]:
    """Return the same by pingouin, which makes three more on the way."""
    import pingouin

    couples = x.shape[1]
    long = pd.DataFrame({"couple": np.repeat(np.arange(couples), 2), "partner": np.tile([0, 1], couples)})
    found = []
    for pair in x:
        frame = long.assign(score=pair.ravel())
        table = pingouin.intraclass_corr(data=frame, targets="couple", raters="partner", ratings="score")
        found += table["ICC"].tolist()[:3]
    return found


def job_7() -> None:
    """The mean distinctive similarity over all pairs that are no couple, against a loop over pairs in numpy."""
    for couples in (200, 1_000):
        rng = np.random.default_rng(3)
        people = distinctive_profiles(rng.standard_normal((2 * couples, 15)), exchangeable=False)
        np.testing.assert_allclose(all_pairs(people[:100]), loop_over_pairs(people[:100]), atol=1e-12)
        measure(
            f"7  all-pairs mean of distinctive r, {couples:,} couples", 100, partial(all_pairs, people),
            partial(loop_over_pairs, people), peer="numpy loop", rounds=1 if couples > 500 else 3,
        )  # fmt: skip


def all_pairs(people: np.ndarray) -> float:
    """Return the mean over all pairs that are no couple."""
    return pseudo_mean(correlation_index(people), exchangeable=False)


def loop_over_pairs(people: np.ndarray) -> float:
    """Return the same, pair by pair."""
    couples = len(people) // 2
    pairs = [(i, couples + j) for i in range(couples) for j in range(couples) if i != j]
    return float(np.mean([np.corrcoef(people[i], people[j])[0, 1] for i, j in pairs]))


def report() -> tuple[float, float]:
    """Return wall seconds and peak MB of the demo's report, from a cold interpreter, pandoc's included."""
    found = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            words = [str(an.demo() / "study.toml"), "--out", str(Path(folder) / "out")]
            found.append(cost(["analysis", "report", *words]))
    seconds, peak = median(one for one, _ in found), max(other for _, other in found)
    print(f"demo report, cold: {seconds:.2f} s, peak memory {peak:.0f} MB")
    return seconds, peak


HEAD = """# Benchmarks

`python3 run.py bench`, {day}: {machine}; Python {python}; {packages}.

Toolkit and peer in turns in one process on one thread, medians of processor time; cold starts are whole processes, by
the clock. Where a peer is slow it did a part of the work, and its time is scaled up. Machines are noisy: ratios are
firmer than times, and a job that missed its bar was measured once more. Both sides' numbers are compared first. Jobs
1, 3, 4 and 6 to 8 time the functions of arrays; `an.items` and `an.reliability` add the rows and notes of the result
table.

| job | toolkit | peer | ratio | bar | met |
|---|---|---|---|---|---|
"""


def written(seconds: float, report_peak: float, everything: str) -> str:
    """Return everything that was measured as Markdown."""
    import resource

    packages = ", ".join(f"{name} {_version(name)}" for name in ("numpy", "scipy", "pandas", *PEERS))
    head = HEAD.format(
        day=datetime.now(tz=UTC).date(), machine=machine(), python=platform.python_version(), packages=packages,
    )  # fmt: skip
    rows = [_row(line) for line in LINES]
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tail = (
        f"The demo's report from a cold interpreter, pandoc included: {seconds:.1f} s, its largest process "
        f"{report_peak:.0f} MB. Peak memory of the process that measured all jobs, peers included: {own:.0f} MB."
    )
    return head + "\n".join(rows) + f"\n\n{tail}\n\n{everything}\n"


def _row(line: Line) -> str:
    bar = "none |" if line.bar is None else f"{fraction(1 / line.bar)} | {'yes' if line.held else 'no'}"
    times = f"{1e3 * line.ours:,.2f} ms | {line.peer} {1e3 * line.theirs:,.1f} ms"
    return f"| {line.job} | {times} | {fraction(line.ratio)} | {bar} |"


def machine() -> str:
    """Return processors, their kind and the memory, as far as Python knows them."""
    known = [f"{os.cpu_count()} processors", platform.processor() or platform.machine()]
    if hasattr(os, "sysconf"):
        known.append(f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB of memory")
    return ", ".join([*known, platform.system()])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def main() -> None:
    """Measure everything and write docs/benchmarks.md."""
    warnings.simplefilter("ignore")
    jobs = (
        starts,
        reliability.job_1,
        reliability.job_2,
        reliability.job_3,
        ordinal.job_4,
        job_5,
        agreement_bootstrap.job_6,
        job_7,
        randomcouples.job_7,
        swaps.job_8,
    )
    for job in jobs:
        job()
    text = written(*report(), job_memory())
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
    missed = [line.job for line in LINES if not line.held]
    print("every bar held" if not missed else "bars missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
