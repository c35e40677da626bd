"""What is calibrated: every interval and every p of the reliability section, beside its true value in a population."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from population import ITEMS, Population

from analysis.stats.bootstrap import bca, features, resampled
from analysis.stats.consistency import (
    alpha, alpha_clustered, alpha_feldt, alpha_if_dropped, alpha_if_dropped_clustered, alpha_standardized, item_rest_r,
    item_rest_r_clustered, lambda2, lambda6, mean_interitem_r, score_mdc, score_sem,
)  # fmt: skip
from analysis.stats.value import Array, Value

LEVEL = 0.95


@dataclass(frozen=True)
class Sample:
    """Answers of couples, (couples, scales, partners, items), NaN where missing, and draws of these couples."""

    answers: Array
    weights: Array

    def side(self, scale: int, partner: int) -> Array:
        """Return one partner's complete answers to one scale, (n, items)."""
        x = self.answers[:, scale, partner]
        return x[~np.isnan(x).any(axis=1)]
