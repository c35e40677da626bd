"""Twelve indicators, fifteen scales: the codes that an item may be coded to."""

import pytest

from analysis.instrument.indicators import built_in_scales, code_fault, indicator_scales, indicators


def test_there_are_twelve_indicators_healthy_ones_first() -> None:
    codes = [indicator.code for indicator in indicators()]
    assert codes == [*(f"H{i}" for i in range(1, 8)), *(f"U{i}" for i in range(1, 6))]
    assert [indicator.valence for indicator in indicators()] == ["healthy"] * 7 + ["unhealthy"] * 5


def test_three_indicators_are_split_into_two_scales() -> None:
    split = {indicator.code: indicator.scales for indicator in indicators() if len(indicator.scales) > 1}
    assert split == {"U2": ("U2a", "U2b"), "U3": ("U3a", "U3b"), "U5": ("U5a", "U5b")}


def test_the_fifteen_scales_are_those_of_the_indicators_with_their_valence() -> None:
    scales = indicator_scales()
    assert list(scales) == [code for indicator in indicators() for code in indicator.scales]
    assert len(scales) == 15
    for indicator in indicators():
        assert {scales[code].valence for code in indicator.scales} == {indicator.valence}


def test_the_experimental_scale_is_no_indicator() -> None:
    assert set(built_in_scales()) - set(indicator_scales()) == {"M"}
    assert built_in_scales()["M"].experimental
    assert code_fault("M").startswith("'M' is not one of the fifteen indicator codes H1, H2,")


@pytest.mark.parametrize("code", [*(f"H{i}" for i in range(1, 8)), "U1", "U2a", "U5b"])
def test_the_fifteen_codes_are_right(code: str) -> None:
    assert code_fault(code) == ""


@pytest.mark.parametrize(("code", "remedy"), [("U2", "U2a or U2b"), ("U3", "U3a or U3b"), ("U5", "U5a or U5b")])
def test_a_bare_split_code_is_refused_with_the_remedy(code: str, remedy: str) -> None:
    assert code_fault(code) == f"'{code}' holds two scales that are never averaged: code the item to {remedy}"


@pytest.mark.parametrize("code", ["H8", "h1", "U2c", "block:healthy"])
def test_any_other_code_is_refused_with_all_that_are_allowed(code: str) -> None:
    said = code_fault(code)
    assert said.startswith(f"'{code}' is not one of the fifteen indicator codes")
    assert "U2a, U2b" in said
