"""Speed and memory, as ratios measured side by side: `python3 run.py bench`.

Not a test: machines differ and are noisy. Within one process toolkit and peer take turns and medians are compared; cold
starts are whole processes in turns.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np
import pandas as pd

import analysis as an
from analysis.stats.concordance import icc_1, icc_a1, icc_c1
from analysis.stats.consistency import alpha_clustered, alpha_feldt, alpha_if_dropped, item_rest_r
from analysis.stats.moments import covariance
from analysis.stats.similarity import correlation_index, distinctive_profiles, pseudo_mean

ROUNDS = 7
SCALES, ITEMS = 12, 4


def in_turns(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int = ROUNDS
) -> tuple[float, float, float]:
    """Return the median seconds of both and the median of the paired ratios ours / theirs."""
    ours()
    theirs()
    pairs = []
    for _ in range(rounds):
        start = perf_counter()
        ours()
        middle = perf_counter()
        theirs()
        pairs.append((middle - start, perf_counter() - middle))
    return median(a for a, _ in pairs), median(b for _, b in pairs), median(a / b for a, b in pairs)


def say(job: str, ours: float, theirs: float, ratio: float, peer: str) -> None:
    """Print one line: what was measured, both times, and the ratio as 1/x where the toolkit is faster."""
    shown = f"1/{1 / ratio:.0f}" if ratio < 0.5 else f"{ratio:.2f}"
    print(f"{job:58s} {1000 * ours:9.2f} ms   {peer} {1000 * theirs:9.2f} ms   ratio {shown}")


def cold(code: str) -> Callable[[], object]:
    """Return a call that runs code in a fresh interpreter."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, env=environment)


def starts() -> None:
    """Measure what a user waits for before anything is computed."""
    pandas = cold("import pandas")
    say("import analysis (whole process)", *in_turns(cold("import analysis"), pandas), "import pandas")
    demo = "import analysis as an; an.reliability(an.open_study(an.demo()).couples())"
    say("demo: open, couples, reliability (whole process)", *in_turns(cold(demo), pandas), "import pandas")


def answers(persons: int) -> np.ndarray:
    """Return answers 1 to 5, (scales x partners, persons, items)."""
    rng = np.random.default_rng(1)
    latent = rng.standard_normal((2 * SCALES, persons, 1)) + rng.standard_normal((2 * SCALES, persons, ITEMS))
    return np.clip(np.round(3 + 0.8 * latent), 1, 5)


def job_1() -> None:
    """Alpha with both intervals, item-rest r and alpha if dropped of 24 scale x partner cells.

    The peer is pingouin's alpha of each scale and of each scale without an item, and pandas' correlation with the rest.
    """
    import pingouin

    for persons in (200, 5_000, 50_000):
        cells = answers(persons)
        frames = [pd.DataFrame(cell) for cell in cells]
        couple = np.arange(persons)

        def ours(cells: np.ndarray = cells, couple: np.ndarray = couple) -> None:
            for x in cells:
                alpha_clustered(x, couple, 0.95)
                alpha_feldt(x, 0.95)
                cov = covariance(x)
                item_rest_r(cov), alpha_if_dropped(cov)

        def theirs(frames: list[pd.DataFrame] = frames) -> None:
            for frame in frames:
                pingouin.cronbach_alpha(data=frame)
                for item in frame:
                    rest = frame.drop(columns=item)
                    pingouin.cronbach_alpha(data=rest)
                    frame[item].corr(rest.sum(axis=1))

        say(f"1  alpha + item table, 24 cells, {persons:,} persons", *in_turns(ours, theirs), "pingouin")
    couples = an.make_couples(200, seed=1)
    frames = [pd.DataFrame(couples.cube(code)[:, slot]) for code in couples.codebook.codes for slot in (0, 1)]
    whole = in_turns(lambda: an.reliability(couples), lambda: [pingouin.cronbach_alpha(data=f) for f in frames])
    say("1  an.reliability (two alphas, omega; peer: alpha), 30 cells", *whole, "pingouin")


def job_5() -> None:
    """ICC(1), ICC(A,1), ICC(C,1) with intervals of 62 measures, against pingouin.intraclass_corr."""
    import pingouin

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    for couples in (200, 1_000, 5_000):
        rng = np.random.default_rng(2)
        shared = rng.standard_normal((62, couples, 1))
        x = shared + rng.standard_normal((62, couples, 2))
        long = pd.DataFrame({"couple": np.repeat(np.arange(couples), 2), "partner": np.tile([0, 1], couples)})

        def ours(x: np.ndarray = x) -> None:
            for pair in x:
                for icc in (icc_1, icc_a1, icc_c1):
                    icc(pair[:, 0], pair[:, 1], 0.95)

        def theirs(x: np.ndarray = x, long: pd.DataFrame = long) -> None:
            for pair in x[:6]:
                frame = long.assign(score=pair.ravel())
                pingouin.intraclass_corr(data=frame, targets="couple", raters="partner", ratings="score")

        a, b, ratio = in_turns(ours, theirs)
        say(
            f"5  three ICCs, 62 measures, {couples:,} couples (peer: 6, scaled)",
            a,
            b * 62 / 6,
            ratio * 6 / 62,
            "pingouin",
        )


def job_7() -> None:
    """The mean distinctive similarity over all pairs that are no couple, against a loop over pairs in numpy."""
    for couples in (200, 1_000):
        rng = np.random.default_rng(3)
        people = distinctive_profiles(rng.standard_normal((2 * couples, 15)), exchangeable=False)

        def theirs(people: np.ndarray = people, couples: int = couples) -> float:
            total = 0.0
            for i in range(couples):
                for j in range(couples):
                    if i != j:
                        total += np.corrcoef(people[i], people[couples + j])[0, 1]
            return total / (couples * (couples - 1))

        def ours(people: np.ndarray = people) -> float:
            return pseudo_mean(correlation_index(people), exchangeable=False)

        a, b, ratio = in_turns(ours, theirs, rounds=1 if couples > 500 else 3)
        say(f"7  all-pairs mean of distinctive r, {couples:,} couples", a, b, ratio, "numpy loop")


def report() -> None:
    """Wall time and peak memory of the demo's report, from a cold interpreter, pandoc's included."""
    import resource

    seconds = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            start = perf_counter()
            command = [
                sys.executable,
                "-m",
                "analysis",
                "report",
                str(an.demo() / "study.toml"),
                "--out",
                str(Path(folder) / "out"),
            ]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds.append(perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{'demo report, cold, wall time (median of 3)':58s} {median(seconds):9.2f} s    peak memory {peak:.0f} MB")


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, pandas {pd.__version__}; 1 BLAS thread; medians\n")
    for part in (starts, job_1, job_5, job_7, report):
        part()
