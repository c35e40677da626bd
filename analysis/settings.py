"""The few numbers that an analysis depends on, set once in study.toml and carried by the couples."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

from analysis.errors import StudyError

SMALLEST_THRESHOLD = 5


@dataclass(frozen=True)
class Settings:
    """How a study is analysed; each field is a key of the section [analysis] of study.toml.

    Examples
    --------
    >>> Settings(confidence=0.9).confidence
    0.9
    >>> Settings(confidence=95)
    Traceback (most recent call last):
    ...
    analysis.errors.StudyError: confidence is 95; allowed is a number from 0.5 to 0.999, such as 0.95.
    """

    confidence: float = 0.95
    resamples: int = 2000
    seed: int = 20261125
    minimum_answered: float = 0.8
    threshold: int = 10
    disclose: bool = False
    synthetic: bool = False

    def __post_init__(self) -> None:
        """Refuse values outside their ranges."""
        _check_number("confidence", self.confidence, 0.5, 0.999, "a number from 0.5 to 0.999, such as 0.95")
        _check_number("minimum_answered", self.minimum_answered, 0.01, 1, "a share from 0.01 to 1, such as 0.8")
        _check_whole("resamples", self.resamples, 100, 1_000_000)
        _check_whole("seed", self.seed, 0, 2**63 - 1)
        _check_whole("threshold", self.threshold, SMALLEST_THRESHOLD, 1_000)
        for name, value in (("disclose", self.disclose), ("synthetic", self.synthetic)):
            if not isinstance(value, bool):
                raise StudyError(f"{name} is {value!r}; allowed is true or false.")

    @property
    def open(self) -> bool:
        """Whether single couples and small cells may be shown: the study says so, or nobody is behind the numbers."""
        return self.disclose or self.synthetic


def _check_number(name: str, value: float, low: float, high: float, allowed: str) -> None:
    if not (isinstance(value, Real) and low <= value <= high):
        raise StudyError(f"{name} is {value}; allowed is {allowed}.")


def _check_whole(name: str, value: int, low: int, high: int) -> None:
    allowed = f"a whole number from {low:,} to {high:,}"
    _check_number(name, value, low, high, allowed)
    if value != int(value):
        raise StudyError(f"{name} is {value}; allowed is {allowed}.")
