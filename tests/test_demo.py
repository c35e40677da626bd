from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import analysis as an


@pytest.mark.parametrize("name", ["responses", "codings"])
def test_the_tracked_file_is_what_the_seed_gives(name: str, root: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_demo", root / "data" / "demo" / "make_demo.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = getattr(module, name)().to_csv(index=False, lineterminator="\n")
    assert made == (root / "data" / "demo" / f"{name}.csv").read_text(encoding="utf-8")


def test_the_demo_is_small_and_says_that_it_is_synthetic(demo: an.Couples) -> None:
    assert (an.demo() / "responses.csv").stat().st_size < 100_000
    assert demo.settings.synthetic
    assert demo.n == 200
