"""The types of the numeric cellar: arrays of numbers in, one statistic with all that is known of it out."""

from __future__ import annotations

from math import nan
from typing import Any, NamedTuple

from numpy.typing import NDArray

Array = NDArray[Any]
ROUNDING = 1e-12  # relative to the largest number that went in; sums of thousands of scores are good to 1e-14


class Value(NamedTuple):
    """An estimate with its interval, standard error and test; what does not exist is NaN."""

    estimate: float
    lower: float = nan
    upper: float = nan
    se: float = nan
    test: float = nan
    df: float = nan
    df2: float = nan
    p: float = nan
