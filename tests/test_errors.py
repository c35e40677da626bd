"""Messages name the culprit, stay short, and guess the word that was meant."""

import pandas as pd
import pytest

import analysis as an
from analysis.errors import counted, did_you_mean, first_of, listing, named


def test_every_kind_of_error_is_a_survey_error() -> None:
    for kind in (an.DataError, an.CodebookError, an.StudyError):
        assert issubclass(kind, an.SurveyError)


def test_a_data_error_holds_its_cells_or_an_empty_table() -> None:
    assert an.DataError("no").cells.empty
    cells = pd.DataFrame({"row": [2]})
    assert an.DataError("no", cells).cells is cells


@pytest.mark.parametrize("word", ["partnr", "PARTNER", "Partner "])
def test_the_nearest_word_is_guessed_whatever_its_case(word: str) -> None:
    assert did_you_mean(word, ["couple", "partner"]) == " Did you mean 'partner'?"


def test_the_guess_is_written_as_the_file_has_it() -> None:
    assert did_you_mean("h1", ["H1", "H2"]) == " Did you mean 'H1'?"


def test_nothing_is_guessed_from_afar() -> None:
    assert did_you_mean("zzz", ["couple", "partner"]) == ""
    assert did_you_mean("couple", []) == ""


def test_a_listing_shows_the_first_lines_and_counts_the_rest() -> None:
    lines = [f"row {i}" for i in range(30)]
    assert listing(lines).splitlines()[-2:] == ["  row 19", "  … and 10 more"]
    assert listing(lines[:20]).splitlines()[-1] == "  row 19"


def test_a_listing_of_the_first_lines_alone_counts_what_was_not_made() -> None:
    assert listing(["row 2"], total=1500) == "  row 2\n  … and 1,499 more"


def test_names_are_quoted_and_cut() -> None:
    assert named(["a", 7]) == "'a', '7'"
    assert named("abc", most=2) == "'a', 'b' and 1 more"
    assert named(["x" * 100]) == f"'{'x' * 60}'"


def test_counts_come_in_the_right_number() -> None:
    assert [counted(n, "row") for n in (0, 1, 2, 12345)] == ["0 rows", "1 row", "2 rows", "12,345 rows"]


def test_phrases_are_joined_by_semicolons_the_first_of_them() -> None:
    assert first_of(["a", "b"]) == "a; b"
    assert first_of(["a", "b", "c"], most=1) == "a; and 2 more"
