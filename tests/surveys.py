"""Small surveys for the tests of the intake, and what must hold for every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import analysis as an
from analysis.intake.ledger import ledger

ROLES = {"w": "woman", "m": "man"}


def message(kind: type[an.SurveyError], call: Callable[..., object], *args: Any, **options: Any) -> str:
    """Return what the call says when it refuses."""
    with pytest.raises(kind) as caught:
        call(*args, **options)
    return str(caught.value)


def write(folder: Path, content: str | bytes, name: str = "survey.csv") -> Path:
    """Return the path of a new file with that content, texts as UTF-8 with their line ends untouched."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def book(*items: an.Item | str, name: str = "small", **scales: str) -> an.Codebook:
    """Return a codebook; an item given by name is 1 to 5 of scale H, a scale is neutral unless its valence is said."""
    made = tuple(item if isinstance(item, an.Item) else an.Item(item, "H", 1, 5) for item in items)
    codes = dict.fromkeys(item.scale for item in made)
    return an.Codebook(made, tuple(an.Scale(code, valence=scales.get(code, "neutral")) for code in codes), name=name)


def raw(**columns: Iterable[object]) -> pd.DataFrame:
    """Return cells as text, as they come out of reading; file rows count from 1."""
    return an.text_cells(pd.DataFrame({name: list(cells) for name, cells in columns.items()}, dtype=object))


def reasons(frame: pd.DataFrame) -> dict[int, str]:
    """Return the reason of each row that left, by its row number."""
    return {out["row"]: out["reason"] for out in frame.attrs["out"]}


def check_nothing_is_lost(source: pd.DataFrame, people: pd.DataFrame) -> None:
    """Assert that every file row of the source is kept or out, once, and that kept rows hold their persons."""
    table = ledger(people)
    came_in = sorted([*source.index, *((out["file"], out["row"]) for out in source.attrs["out"])])
    assert list(zip(table["file"], table["row"], strict=True)) == came_in
    assert table["kept"].dtype == bool
    assert (table["reason"] == "").equals(table["kept"])
    kept = zip(people.index.get_level_values("file"), people.index.get_level_values("row"), strict=True)
    assert set(kept) == set(zip(table["file"][table["kept"]], table["row"][table["kept"]], strict=True))


def pair(source: pd.DataFrame, **how: Any) -> pd.DataFrame:
    """Return what pairing makes of the source, after checking that no row is lost and the source is left as it was."""
    before = source.copy(), {key: list(value) for key, value in source.attrs.items()}
    people = an.pair(source, **how)
    check_nothing_is_lost(source, people)
    assert source.equals(before[0])
    assert {key: list(value) for key, value in source.attrs.items()} == before[1]
    return people


def persons(people: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Return couple, partner and file row of each person."""
    levels = [people.index.get_level_values(level) for level in ("couple", "partner", "row")]
    return list(zip(*levels, strict=True))
