"""The reference numbers of tests/reference, and the couples of the frames that they were computed on.

``tests/reference`` holds synthetic frames, the R scripts that computed every number, the numbers themselves, and
``vocabulary_map.csv``, which names for each statistic of the product the reference row that it must equal.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import analysis as an

REFERENCE = Path(__file__).parent / "reference"
SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parent.parent.parent / "shared"))
FRAMES: dict[str, dict[str, Any]] = json.loads((REFERENCE / "frames" / "codebook.json").read_text())


def shared(*parts: str) -> Path:
    """Return a file of the shared folder; skip the test where it is absent, or fail if REQUIRE_SHARED is 1."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(f"REQUIRE_SHARED is 1, but {'/'.join(parts)} is not in the shared folder")
        pytest.skip(f"needs {'/'.join(parts)} of the shared folder, which is not here (see CONTRIBUTING.md)")
    return path


@cache
def numbers(file: str) -> pd.DataFrame:
    """Return a table of reference numbers; texts as text, numbers as float."""
    path = REFERENCE / f"{file}.csv" if (REFERENCE / f"{file}.csv").exists() else shared("oracles", f"{file}.csv")
    table = pd.read_csv(path, dtype={"frame": str, "scale": str, "variant": str}, keep_default_na=False, na_values=[""])
    return table.fillna({"scale": "", "variant": "", "note": ""})


def by_name(rows: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    """Return reference rows of one frame and scale by (statistic, variant)."""
    return {
        (str(row["statistic"]), str(row["variant"])): {str(key): value for key, value in row.items()}
        for row in rows.to_dict("records")
    }


@cache
def vocabulary_map() -> pd.DataFrame:
    """Return which reference row each statistic of the product equals, and in which columns."""
    return pd.read_csv(REFERENCE / "vocabulary_map.csv", dtype=str, keep_default_na=False)


def codebook(frame: str, *, profile: bool = False) -> an.Codebook:
    """Return the codebook of a frame; with ``profile`` every item is a scale of its own."""
    spec = FRAMES[frame]
    items, scales = [], []
    for code, part in spec["scales"].items():
        if code.endswith("as_stored"):
            continue
        names = [part["items"]] if isinstance(part["items"], str) else part["items"]
        valence = "unhealthy" if code == "unhealthy" else "healthy"
        for name in names:
            keyed = -1 if name in part["reverse"] else 1
            scale = name if profile else code
            bounds = (spec["min"], spec["max"])
            items.append(an.Item(name, scale, *bounds, keyed=keyed, finished=frame == "j_profile"))
            scales.append(an.Scale(name if profile else code, valence=valence))
    return an.Codebook(tuple(items), tuple(dict.fromkeys(scales)), name=frame)


def couples(frame: str, *, profile: bool = False) -> an.Couples:
    """Return the couples of a frame."""
    spec = FRAMES[frame]
    roles = None if spec["exchangeable"] else {role: role for role in spec["roles"]}
    return an.couples_from_frame(
        an.read(REFERENCE / "frames" / spec["file"]),
        codebook=codebook(frame, profile=profile),
        couple="couple",
        partner="partner",
        roles=roles,
        settings=an.Settings(resamples=200, equivalence={"default": 0.5}),  # the bounds of the reference
    )


def close(ours: float, theirs: float, relative: float) -> bool:
    """Say whether two numbers agree to a relative tolerance, absolute near 0; both missing agree."""
    if np.isnan(theirs) or np.isnan(ours):
        return bool(np.isnan(theirs) and np.isnan(ours))
    return abs(ours - theirs) <= relative * max(1.0, abs(theirs))
