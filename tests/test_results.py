"""The result table: its columns, its immutability, how parts are taken and joined, and how it prints."""

from __future__ import annotations

from collections.abc import Callable
from math import nan

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SurveyError
from analysis.results import (
    COLUMNS,
    COUNTS,
    KEY,
    MOST_NOTES,
    MOST_ROWS,
    NO_INTERVAL,
    NUMBERS,
    Estimates,
    Row,
    join,
    row,
)


def alpha(**values: object) -> Row:
    given = {"scale": "H1", "partner": "w", "estimate": 0.8123456789, "lower": 0.7, "upper": 0.9, "confidence": 0.95}
    return row("reliability", "alpha", **(given | {"n_couples": 40, "n_persons": 40} | values))


TWO = Estimates([alpha(), alpha(scale="H2", partner="m")], ["read me"])


def test_the_columns_are_those_of_the_contract() -> None:
    assert list(TWO.frame.columns) == list(COLUMNS)
    assert COLUMNS == (
        "section", "scale", "item", "partner", "group", "wave", "comparison", "outcome", "predictor", "statistic",
        "variant", "estimate", "lower", "upper", "confidence", "se", "test", "df", "df2", "p", "p_adjusted",
        "n_couples", "n_persons", "method", "note",
    )  # fmt: skip


@pytest.mark.parametrize("table", [TWO, Estimates()], ids=["two rows", "empty"])
def test_texts_numbers_and_counts_have_their_types_even_in_an_empty_table(table: Estimates) -> None:
    types = table.frame.dtypes.astype(str)
    assert set(types[[*KEY, "method", "note"]]) == {"str"}
    assert set(types[[*NUMBERS]]) == {"float64"}
    assert set(types[[*COUNTS]]) == {"Int64"}  # whole numbers that disclosure can blank


def test_full_precision_stays_in_the_table() -> None:
    assert TWO.frame.loc[0, "estimate"] == 0.8123456789


def test_what_a_row_is_not_given_is_empty() -> None:
    made = row("items", "sd", estimate=1.0)
    assert {made[name] for name in KEY} == {"items", "sd", ""}
    assert all(np.isnan(made[name]) for name in NUMBERS if name != "estimate")
    assert made["n_couples"] == 0


def test_an_estimate_without_interval_says_so_and_claims_no_level() -> None:
    made = row("items", "sd", estimate=1.0, confidence=0.95)
    assert made["note"] == NO_INTERVAL
    assert np.isnan(made["confidence"])


def test_a_note_of_its_own_stays() -> None:
    assert row("items", "sd", estimate=1.0, note="a caution")["note"] == f"a caution; {NO_INTERVAL}"
    assert row("items", "sd", estimate=1.0, note="no interval: flat")["note"] == "no interval: flat"
    assert row("items", "sd", note="a reason")["note"] == "a reason"
    assert not alpha()["note"]


def test_a_column_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="no column estimat"):
        row("items", "sd", estimat=1.0)


def test_changing_a_frame_that_was_handed_out_changes_no_result() -> None:
    frame = TWO.frame
    frame.loc[:, "estimate"] = 99.0
    frame["scale"] = "?"
    assert TWO.frame["estimate"].max() < 1
    assert TWO.frame["scale"].tolist() == ["H1", "H2"]


def test_a_row_that_was_handed_out_is_a_copy() -> None:
    next(iter(TWO))["estimate"] = 99.0
    assert next(iter(TWO))["estimate"] < 1


def test_notes_cannot_be_replaced() -> None:
    with pytest.raises(AttributeError):
        TWO.notes = ("another",)  # type: ignore[misc]


@pytest.mark.parametrize("make", [Estimates, Estimates.of_frame])
def test_the_frame_that_results_are_made_of_stays_the_callers_own(make: Callable[[pd.DataFrame], Estimates]) -> None:
    frame = TWO.frame
    table = make(frame)
    frame.loc[:, "estimate"] = 99.0
    assert table.frame["estimate"].max() < 1


def test_where_keeps_rows_by_one_text_or_several_and_all_notes() -> None:
    assert TWO.where(scale="H1").frame["partner"].tolist() == ["w"]
    assert len(TWO.where(scale=["H1", "H2"], partner="m")) == 1
    assert not len(TWO.where(scale="H9"))
    assert TWO.where(scale="H9").notes == ("read me",)
    assert TWO.where().frame.equals(TWO.frame)


def test_where_names_the_nearest_column() -> None:
    with pytest.raises(SurveyError, match=r"no text column 'scales'\. Did you mean 'scale'\?"):
        TWO.where(scales="H1")


def test_a_number_is_no_column_to_choose_by() -> None:
    with pytest.raises(SurveyError, match="no text column 'estimate'"):
        TWO.where(estimate="0.8")


def test_plus_puts_tables_below_each_other_with_each_note_once() -> None:
    both = TWO + Estimates([alpha(scale="H3")], ["read me", "and me"])
    assert both.frame["scale"].tolist() == ["H1", "H2", "H3"]
    assert both.frame.index.tolist() == [0, 1, 2]
    assert both.notes == ("read me", "and me")
    assert len(TWO) == 2


def test_plus_nothing_is_the_same() -> None:
    assert (TWO + Estimates()).frame.equals(TWO.frame)
    assert (Estimates() + TWO).frame.equals(TWO.frame)
    assert not len(Estimates() + Estimates((), ["why"]))
    assert (Estimates() + Estimates((), ["why"])).notes == ("why",)
    assert join([]).frame.equals(Estimates().frame)


def test_iterating_gives_rows_that_make_the_same_table() -> None:
    assert Estimates(list(TWO), TWO.notes).frame.equals(TWO.frame)


def test_a_table_survives_csv(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("csv") / "results.csv"
    TWO.frame.to_csv(path, index=False)
    assert Estimates.of_frame(pd.read_csv(path)).frame.equals(TWO.frame)


# --- printing


def test_text_rounds_joins_the_interval_and_leaves_empty_columns_out() -> None:
    assert repr(TWO).splitlines() == [
        "scale partner statistic estimate interval    n",
        "H1    w       alpha          .81 [.70, .90] 40",
        "H2    m       alpha          .81 [.70, .90] 40",
        "read me",
    ]


def test_the_section_is_printed_where_there_are_several() -> None:
    assert "section" not in repr(TWO)
    assert repr(TWO + Estimates([row("items", "sd", estimate=1.0)])).startswith("section")


def test_notes_are_numbered_once_and_a_missing_interval_is_no_note() -> None:
    noted = Estimates(
        [alpha(note="first"), alpha(note="second"), alpha(note="first"), row("items", "sd", estimate=1.0)], ["at last"]
    )
    lines = repr(noted).splitlines()
    assert [line.split()[-1] for line in lines[1:4]] == ["1", "2", "1"]
    assert lines[-3:] == ["(1) first", "(2) second", "at last"]


def test_two_df_and_p_are_printed() -> None:
    tested = Estimates([row("agreement", "icc_1", estimate=0.4, test=2.3, df=79, df2=80, p=0.0002, n_couples=80)])
    assert repr(tested).splitlines()[1].split() == ["icc_1", ".40", "79,", "80", "<", ".001", "80"]


def test_a_hidden_count_is_printed_blank() -> None:
    frame = TWO.frame
    frame.loc[0, "n_couples"] = pd.NA
    lines = repr(Estimates.of_frame(frame)).splitlines()
    assert lines[1].endswith("]")
    assert lines[2].endswith("40")


def test_an_empty_table_prints_its_reason() -> None:
    refused = Estimates((), ["No partners here."])
    assert repr(refused) == "(no results)\nNo partners here."
    assert refused._repr_html_() == "<p>(no results)</p><p><small>No partners here.</small></p>"
    assert "No partners here." in refused.to_markdown()


LONG = Estimates([alpha(scale=f"H{i}") for i in range(MOST_ROWS + 3)])


def test_a_long_table_prints_its_beginning_and_says_how_much_is_left() -> None:
    lines = repr(LONG).splitlines()
    assert len(lines) == 1 + MOST_ROWS + 1
    assert lines[-1] == "… 3 more rows in .frame; .where(scale=…) shows a part"
    assert "… 3 more rows in .frame" in LONG._repr_html_()
    assert LONG._repr_html_().count("<tr") == 1 + MOST_ROWS


def test_a_table_of_just_the_most_rows_is_printed_whole() -> None:
    assert "more rows" not in repr(LONG.where(scale=[f"H{i}" for i in range(MOST_ROWS)]))


def test_many_notes_do_not_bury_those_of_the_table_and_stand_in_the_frame() -> None:
    noted = Estimates([alpha(scale=f"H{i}", note=f"reason {i}") for i in range(MOST_NOTES + 2)], ["Read this."])
    lines = repr(noted).splitlines()
    assert lines[-3:] == [
        f"({MOST_NOTES}) reason {MOST_NOTES - 1}",
        "… 2 more notes in .frame, column note",
        "Read this.",
    ]
    assert "… 2 more notes" in noted._repr_html_()
    assert f"reason {MOST_NOTES + 1}" in noted.to_markdown()
    assert "more notes" not in repr(noted.where(scale=[f"H{i}" for i in range(MOST_NOTES)]))


def test_markdown_holds_every_row() -> None:
    assert LONG.to_markdown().count("\n| H") == MOST_ROWS + 3


def test_markdown_is_a_pipe_table_with_its_notes_as_a_list() -> None:
    assert Estimates([alpha(note="first")], ["read me"]).to_markdown() == (
        "| scale | partner | statistic | estimate | interval | n | note |\n"
        "|---|---|---|---|---|---|---|\n"
        "| H1 | w | alpha | .81 | [.70, .90] | 40 | 1 |\n"
        "\n"
        "- (1) first\n"
        "- read me\n"
    )


UNKIND = Estimates(
    [alpha(scale="<script>alert(1)</script>", partner="a|b", group="=1+1", item="two\nlines", note="<b>|\nnote")],
    ["<i>table</i> & more | all"],
)


def test_html_escapes_labels_and_notes() -> None:
    html = UNKIND._repr_html_()
    for raw in ("<script>", "<b>", "<i>"):
        assert raw not in html
    for kept in ("&lt;script&gt;", "a|b", "=1+1", "&lt;b&gt;", "&lt;i&gt;table&lt;/i&gt; &amp; more"):
        assert kept in html


def test_markdown_lets_no_label_open_a_tag_a_cell_or_a_line() -> None:
    lines = UNKIND.to_markdown().splitlines()
    assert len(lines) == 6  # header, rule, one row, blank, two notes
    assert "<" not in "".join(lines)
    columns = lines[0].count("|")
    assert lines[2].replace("\\|", "").count("|") == columns
    assert "a\\|b" in lines[2]
    assert "two lines" in lines[2]
    assert "=1+1" in lines[2]
    assert lines[4] == "- (1) &lt;b>\\| note"


def test_text_prints_labels_as_they_are() -> None:
    assert "=1+1" in repr(UNKIND)
    assert "a|b" in repr(UNKIND)


def test_html_cuts_no_long_label() -> None:
    label = "women who answered the questionnaire on a telephone and not on paper"
    assert label in Estimates([alpha(group=label)])._repr_html_()


def test_an_id_that_the_products_table_does_not_know_still_prints() -> None:
    assert "0.81" in repr(Estimates([row("models", "tomorrow", estimate=0.8123, lower=nan)]))
