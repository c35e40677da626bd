"""The few numbers that an analysis depends on, set once in study.toml and carried by the couples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from numbers import Real

from analysis.display import definitions_html
from analysis.errors import StudyError, counted, listing

SMALLEST_THRESHOLD = 5
ADJUSTMENTS = ("holm", "fdr_bh")


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
    categorical_intervals: bool = False
    adjust: str = ADJUSTMENTS[0]
    equivalence: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse values outside their ranges."""
        faults = [
            *_number_faults("confidence", self.confidence, 0.5, 0.999, "a number from 0.5 to 0.999, such as 0.95"),
            *_number_faults("minimum_answered", self.minimum_answered, 0.01, 1, "a share from 0.01 to 1, such as 0.8"),
            *_whole_faults("resamples", self.resamples, 100, 1_000_000),
            *_whole_faults("seed", self.seed, 0, 2**63 - 1),
            *_whole_faults("threshold", self.threshold, SMALLEST_THRESHOLD, 1_000),
            *_flag_faults("disclose", self.disclose),
            *_flag_faults("synthetic", self.synthetic),
            *_flag_faults("categorical_intervals", self.categorical_intervals),
            *_adjustment_faults(self.adjust),
            *_bound_faults(self.equivalence),
        ]
        if len(faults) == 1:
            raise StudyError(faults[0])
        if faults:
            raise StudyError(f"The settings have {counted(len(faults), 'fault')}:\n{listing(faults)}")

    def _repr_html_(self) -> str:
        return definitions_html("Settings", asdict(self))

    @property
    def open(self) -> bool:
        """Whether single couples and small cells may be shown: the study says so, or nobody is behind the numbers."""
        return self.disclose or self.synthetic


def _number_faults(name: str, value: float, low: float, high: float, allowed: str) -> list[str]:
    if isinstance(value, Real) and low <= value <= high:
        return []
    return [f"{name} is {value}; allowed is {allowed}."]


def _whole_faults(name: str, value: float, low: int, high: int) -> list[str]:
    allowed = f"a whole number from {low:,} to {high:,}"
    found = _number_faults(name, value, low, high, allowed)
    return found if found or value == int(value) else [f"{name} is {value}; allowed is {allowed}."]


def _flag_faults(name: str, value: object) -> list[str]:
    return [] if isinstance(value, bool) else [f"{name} is {value!r}; allowed is true or false."]


def _adjustment_faults(value: object) -> list[str]:
    allowed = " or ".join(f'"{name}"' for name in ADJUSTMENTS)
    return [] if value in ADJUSTMENTS else [f"adjust is {value!r}; allowed is {allowed}."]


def _bound_faults(bounds: Mapping[str, float]) -> list[str]:
    """Return which bounds are not above 0; their upper end is the range of the scale, which settings do not know."""
    return [
        f"equivalence.{code} is {bound}; allowed is a number of points above 0, below the range of the scale."
        for code, bound in bounds.items()
        if not (isinstance(bound, Real) and 0 < bound < float("inf"))
    ]
