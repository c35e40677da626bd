"""A bar for work of more than two seconds, in a terminal or a notebook; nothing where output goes to a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 2.0  # seconds before the bar is shown


def progress(work: Sequence[T], what: str) -> Iterable[T]:
    """Return the work to iterate over, with a bar that names it while it takes long."""
    in_notebook = "ipykernel" in sys.modules and find_spec("ipywidgets") is not None  # without it tqdm only warns
    if not (sys.stderr.isatty() or in_notebook):
        return work
    from tqdm.auto import tqdm  # noqa: PLC0415 - only who watches needs it

    bar: Iterable[T] = tqdm(work, desc=what, delay=PATIENCE, leave=False)
    return bar
