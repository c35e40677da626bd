"""The few numbers that an analysis depends on, set once in study.toml and carried by the couples."""

from __future__ import annotations

from dataclasses import dataclass

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
        _check("confidence", self.confidence, 0.5, 0.999, "a number from 0.5 to 0.999, such as 0.95")
        _check("resamples", self.resamples, 100, 1_000_000, "a whole number from 100 to 1,000,000")
        _check("seed", self.seed, 0, 2**63 - 1, "a whole number that is not negative")
        _check("minimum_answered", self.minimum_answered, 0.01, 1, "a share above 0 and up to 1, such as 0.8")
        _check("threshold", self.threshold, SMALLEST_THRESHOLD, 1_000, f"a whole number from {SMALLEST_THRESHOLD} up")

    @property
    def open(self) -> bool:
        """Whether single couples and small cells may be shown: the study says so, or nobody is behind the numbers."""
        return self.disclose or self.synthetic


def _check(name: str, value: float, low: float, high: float, allowed: str) -> None:
    if not low <= value <= high:
        raise StudyError(f"{name} is {value}; allowed is {allowed}.")
