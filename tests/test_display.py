"""How numbers look: rounding happens here and nowhere else."""

from math import inf, nan

import pytest

from analysis.display import MINUS, degrees, interval, number, p_value, significant


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0.7123, "coefficient", ".71"),
        (-0.7123, "coefficient", f"{MINUS}.71"),
        (0.996, "coefficient", "1.00"),
        (1.0, "coefficient", "1.00"),
        (-1.0, "coefficient", f"{MINUS}1.00"),
        (-1.234, "coefficient", f"{MINUS}1.23"),
        (-0.004, "coefficient", ".00"),
        (0.0, "coefficient", ".00"),
        (10.5, "coefficient", "10.50"),
        (0.254, "share", "25%"),
        (0.0, "share", "0%"),
        (1.0, "share", "100%"),
        (3.14159, "plain", "3.14"),
        (-0.001, "plain", "0.00"),
        (-2.5, "", f"{MINUS}2.50"),
        (99.994, "", "99.99"),
        (123.456, "", "123.5"),
        (-1234.5678, "", f"{MINUS}1235"),
        (1e12, "", "1.00e+12"),
        (-1e300, "plain", f"{MINUS}1.00e+300"),
        (nan, "coefficient", ""),
        (inf, "", ""),
    ],
)
def test_a_number_looks_as_people_read_it(value: float, kind: str, text: str) -> None:
    assert number(value, kind) == text


def test_decimals_can_be_asked_for() -> None:
    assert number(0.71236, "coefficient", 3) == ".712"
    assert number(3.14159, digits=0) == "3"


def test_an_interval_stands_in_brackets() -> None:
    assert interval(-0.1, 0.32, "coefficient") == f"[{MINUS}.10, .32]"
    assert interval(1, 20.5) == "[1.00, 20.50]"


@pytest.mark.parametrize("bounds", [(nan, 1.0), (0.0, nan), (nan, nan), (-inf, 0.5)])
def test_half_an_interval_is_none(bounds: tuple[float, float]) -> None:
    assert interval(*bounds) == ""


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0, "< .001"), (0.00099, "< .001"), (0.001, ".001"), (0.0496, ".050"), (1.0, "1.000"), (nan, "")],
)
def test_a_p_value_has_three_decimals(p: float, text: str) -> None:
    assert p_value(p) == text


@pytest.mark.parametrize(
    ("df", "df2", "text"), [(119, nan, "119"), (119, 120, "119, 120"), (57.25, nan, "57.2"), (nan, nan, "")]
)
def test_whole_degrees_of_freedom_have_no_decimals(df: float, df2: float, text: str) -> None:
    assert degrees(df, df2) == text


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [(0.0123456, 4, 0.01235), (1234567.0, 4, 1235000.0), (-9.99996, 4, -10.0), (0.0, 4, 0.0), (1.26e-9, 2, 1.3e-9)],
)
def test_significant_digits_are_counted_from_the_first(value: float, digits: int, rounded: float) -> None:
    assert significant(value, digits) == rounded


def test_what_is_no_number_is_not_rounded() -> None:
    assert significant(inf) == inf
