"""Small files of coders for the tests: judgements as rows, and simulated coders who know a truth more or less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

import analysis as an
from analysis.stats.value import Array

ROLES = {"w": "woman", "m": "man"}


def table(*rows: Sequence[object], columns: Sequence[str] = ("H1", "U4")) -> pd.DataFrame:
    """Return a file of coders: couple, partner, coder, then the codes."""
    return pd.DataFrame(list(rows), columns=["couple", "partner", "coder", *columns], dtype=object)


def codings(*rows: Sequence[object], columns: Sequence[str] = ("H1", "U4"), **how: Any) -> an.Codings:
    return an.read_codings(table(*rows, columns=columns), **how)


def simulated(
    rng: np.random.Generator, couples: int, *, prevalence: float, sensitivity: float, specificity: float
) -> tuple[Array, Array]:
    """Return two coders' judgements, (2 couples,) each, partners below each other; partners' truths correlate .5."""
    z = np.sqrt(0.5) * (rng.normal(size=(couples, 1)) + rng.normal(size=(couples, 2)))
    chance = np.where(z.ravel() < norm.ppf(prevalence), sensitivity, 1 - specificity)
    x, y = (rng.random((2, 2 * couples)) < chance).astype(float)
    return x, y


def truths(*, prevalence: float, sensitivity: float, specificity: float) -> dict[str, float]:
    """Return what the agreement of such coders is in the long run."""
    p = prevalence * sensitivity + (1 - prevalence) * (1 - specificity)
    apart = 2 * (prevalence * sensitivity * (1 - sensitivity) + (1 - prevalence) * specificity * (1 - specificity))
    by_chance = 1 - apart / (2 * p * (1 - p))
    ac1 = 1 - apart / (1 - 2 * p * (1 - p))
    return {"percent": 1 - apart, "prevalence": p, "kappa": by_chance, "krippendorff": by_chance, "ac1": ac1}
