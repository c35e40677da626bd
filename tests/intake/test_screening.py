"""Screening: the rows that the study asks for stay, the others stand in the ledger."""

import pandas as pd
import pytest
from surveys import message, raw, reasons

import analysis as an


def waves() -> pd.DataFrame:
    return raw(id=[1, 1, 2, 2], month=["0", "3", " 0 ", ""], site=["A", "A", "B", "B"])


@pytest.mark.parametrize("value", ["0", 0, 0.0, ["0"], [0], " 0 "])
def test_rows_with_the_value_stay_and_the_others_are_out(value: object) -> None:
    kept = an.screen(waves(), {"month": value})  # type: ignore[dict-item]
    assert kept.index.get_level_values("row").tolist() == [1, 3]
    assert reasons(kept) == {2: "month is not 0", 4: "month is not 0"}


def test_several_values_and_several_columns_narrow_the_rows_in_turn() -> None:
    kept = an.screen(waves(), {"month": ["0", "3"], "site": "A"})
    assert kept["id"].tolist() == ["1", "1"]
    assert reasons(kept) == {4: "month is not 0 or 3", 3: "site is not A"}


def test_without_conditions_every_row_stays() -> None:
    assert an.screen(waves(), {}).equals(waves())


def test_the_frame_that_came_in_is_left_as_it_was() -> None:
    frame = waves()
    an.screen(frame, {"month": "0"})
    an.screen(frame, {"month": "0"})
    assert frame.attrs == waves().attrs
    assert len(frame) == 4


def test_an_unknown_column_is_refused_with_the_nearest() -> None:
    said = message(an.DataError, an.screen, waves(), {"moth": "0"})
    assert said == "where names the column 'moth', which is not in the file. Did you mean 'month'?"


def test_a_column_without_a_value_is_refused() -> None:
    said = message(an.StudyError, an.screen, waves(), {"month": []})
    assert said == "where names no value of 'month'. Name those of the rows to take, or leave it out."


def test_a_value_that_no_row_has_is_refused_with_those_that_occur() -> None:
    said = message(an.DataError, an.screen, waves(), {"month": "12"})
    assert said == "No row has month = '12'; the column holds '0', '3', ''."
