"""Files that hold women and men beside same-gender couples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from handmade import PROFILE, answers
from handmade import frame as file_of

import analysis as an

KINDS = {"woman and man": ("w", "m"), "two women": ("w", "w"), "two men": ("m", "m")}
ROLES = {"w": "woman", "m": "man"}
SIZES = {"woman and man": 30, "two women": 20, "two men": 12}


def mixed(kinds: Mapping[str, tuple[str, str]] = KINDS, /, **sizes: int) -> pd.DataFrame:
    """Return a survey file with couples of several compositions, 30, 20 and 12 unless said (``two_men=3``)."""
    parts = []
    for place, (name, marks) in enumerate(kinds.items()):
        couples = sizes.get(name.replace(" ", "_"), SIZES.get(name, 12))
        part = file_of(PROFILE, answers(PROFILE, couples, seed=place + 1), marks)
        part["couple"] = [f"{place}-{couple}" for couple in part["couple"]]
        parts.append(part.assign(kind=name))
    return pd.concat(parts, ignore_index=True)


def couples_of(frame: pd.DataFrame, compositions: str = "apart", **how: Any) -> an.Couples:
    """Return the couples of such a file."""
    given: dict[str, Any] = {
        "codebook": PROFILE, "couple": "couple", "partner": "partner", "roles": ROLES, "composition": "kind",
        "settings": an.Settings(resamples=100, threshold=10),
    }  # fmt: skip
    return an.couples_from_frame(frame, compositions=compositions, **given | how)
