"""Settings refuse what lies outside their ranges and say what is allowed."""

import pytest
from surveys import message

import analysis as an


def test_the_defaults_are_those_of_the_documentation() -> None:
    defaults = an.Settings()
    assert (defaults.confidence, defaults.resamples, defaults.seed) == (0.95, 2000, 20261125)
    assert (defaults.minimum_answered, defaults.threshold) == (0.8, 10)
    assert not defaults.open


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("confidence", 95, "a number from 0.5 to 0.999, such as 0.95"),
        ("confidence", 1, "a number from 0.5 to 0.999, such as 0.95"),
        ("confidence", float("nan"), "a number from 0.5 to 0.999, such as 0.95"),
        ("confidence", "0.9", "a number from 0.5 to 0.999, such as 0.95"),
        ("resamples", 99, "a whole number from 100 to 1,000,000"),
        ("resamples", 200.5, "a whole number from 100 to 1,000,000"),
        ("seed", -1, "a whole number from 0 to 9,223,372,036,854,775,807"),
        ("minimum_answered", 0, "a share from 0.01 to 1, such as 0.8"),
        ("minimum_answered", 80, "a share from 0.01 to 1, such as 0.8"),
        ("threshold", 4, "a whole number from 5 to 1,000"),
        ("threshold", 2000, "a whole number from 5 to 1,000"),
        ("adjust", 5, '"holm" or "fdr_bh"'),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_range(name: str, value: object, allowed: str) -> None:
    said = message(an.StudyError, an.Settings, **{name: value})
    assert said == f"{name} is {value}; allowed is {allowed}."


def test_all_values_out_of_range_are_refused_at_once() -> None:
    said = message(an.StudyError, an.Settings, confidence=95, threshold=2, synthetic="no")
    assert said.startswith("The settings have 3 faults:\n  confidence is 95;")
    assert "threshold is 2; allowed is a whole number from 5 to 1,000." in said
    assert "synthetic is 'no'; allowed is true or false." in said


@pytest.mark.parametrize("name", ["disclose", "synthetic"])
def test_the_text_false_does_not_disclose(name: str) -> None:
    assert message(an.StudyError, an.Settings, **{name: "false"}) == f"{name} is 'false'; allowed is true or false."


@pytest.mark.parametrize(
    ("name", "value"), [("confidence", 0.5), ("minimum_answered", 1), ("threshold", 5), ("resamples", 100), ("seed", 0)]
)
def test_the_ends_of_the_ranges_are_allowed(name: str, value: float) -> None:
    assert getattr(an.Settings(**{name: value}), name) == value  # type: ignore[arg-type]


def test_single_couples_may_be_shown_when_disclosed_or_synthetic() -> None:
    assert an.Settings(disclose=True).open
    assert an.Settings(synthetic=True).open


@pytest.mark.parametrize("bound", [0, -0.5, float("nan"), float("inf"), "0.5"])
def test_a_bound_of_equivalence_is_a_number_of_points_above_0(bound: object) -> None:
    said = message(an.StudyError, an.Settings, equivalence={"default": 0.5, "H1": bound})
    assert said == (f"equivalence.H1 is {bound}; allowed is a number of points above 0, below the range of the scale.")


def test_a_method_of_adjustment_that_is_not_there_is_refused() -> None:
    assert message(an.StudyError, an.Settings, adjust="fdr") == 'adjust is \'fdr\'; allowed is "holm" or "fdr_bh".'
