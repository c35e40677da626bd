"""Pairing: rows become persons of couples; what cannot be paired leaves by name, and no row is ever lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from surveys import ROLES, check_nothing_is_lost, message, pair, persons, raw, reasons, write

import analysis as an
from analysis.intake.ledger import notes


def long(
    ids: Sequence[object], who: Sequence[object], answers: Sequence[object] | None = None, **more: Sequence[object]
) -> pd.DataFrame:
    """Return a long file: a row a person."""
    return raw(id=ids, who=who, a=answers or [str(i % 5 + 1) for i in range(len(ids))], **more)


def paired(source: pd.DataFrame) -> pd.DataFrame:
    """Return women and men by id and mark."""
    return pair(source, couple="id", partner="who", roles=ROLES, items=["a"])


# Long files


def test_a_long_file_with_roles_is_paired_by_id_and_mark() -> None:
    people = paired(long(["1", "1", "2"], ["m", "w", "w"]))
    assert persons(people) == [("1", "man", 1), ("1", "woman", 2), ("2", "woman", 3)]
    assert list(people.columns) == ["id", "who", "a"]
    assert notes(people) == []


@pytest.mark.parametrize("mark", ["W", " w ", "w"])
def test_marks_are_read_without_case_and_outer_space(mark: str) -> None:
    assert persons(paired(long(["1", "1"], [mark, "m"])))[0] == ("1", "woman", 1)


def test_marks_may_be_numbers() -> None:
    people = pair(long([1, 1], [1, 2]), couple="id", partner="who", roles={"1": "patient", "2": "partner"}, items=["a"])
    assert [person[1] for person in persons(people)] == ["patient", "partner"]


def test_exchangeable_partners_keep_their_marks_where_there_are_two() -> None:
    people = pair(long(["x", "x", "y"], ["b", "a", "b"]), couple="id", partner="who", items=["a"])
    assert persons(people) == [("x", "b", 1), ("x", "a", 2), ("y", "b", 3)]


def test_exchangeable_partners_with_many_marks_are_numbered_by_them() -> None:
    people = pair(long(["x", "x", "y", "y"], ["p4", "p3", "p1", "p9"]), couple="id", partner="who", items=["a"])
    assert persons(people) == [("x", "2", 1), ("x", "1", 2), ("y", "1", 3), ("y", "2", 4)]


def test_exchangeable_partners_without_marks_are_numbered_by_their_rows() -> None:
    people = pair(raw(id=["x", "y", "x"], a=[1, 2, 3]), couple="id", items=["a"])
    assert persons(people) == [("x", "1", 1), ("y", "1", 2), ("x", "2", 3)]


def test_partners_with_the_same_answers_are_two_persons() -> None:
    people = pair(raw(id=["x", "x"], a=[1, 1]), couple="id", items=["a"])
    assert len(people) == 2


def test_couples_with_one_partner_stay() -> None:
    assert len(paired(long(["1", "2"], ["w", "m"]))) == 2


# Ids


def test_ids_are_folded_for_case_space_and_form_with_a_note() -> None:
    people = paired(long(["A1", " a1 ", "Ｂ2", "b2", "C"], ["w", "m", "w", "m", "w"]))
    assert [person[0] for person in persons(people)] == ["A1", "A1", "Ｂ2", "Ｂ2", "C"]
    assert len(notes(people)) == 1
    assert "differ only in case, outer space or form of letters were read as one: " in notes(people)[0]
    assert notes(people)[0].endswith("'A1', ' a1 '; 'Ｂ2', 'b2'.")


@pytest.mark.parametrize("ids", [["007", "7"], ["1E5", "100000"], ["None", "N/A"], ["1", "1.0"], ["ab", "a b"]])
def test_ids_that_differ_otherwise_stay_apart(ids: Sequence[object]) -> None:
    people = paired(long(ids, ["w", "m"]))
    assert people.index.get_level_values("couple").tolist() == ids


def test_many_foldings_are_counted_not_listed() -> None:
    ids = [f"{letter}{i}" for i in range(12) for letter in "Aa"]
    assert notes(paired(long(ids, ["w", "m"] * 12)))[0].endswith("; and 4 more.")


def test_blank_ids_go_to_the_ledger() -> None:
    people = paired(long(["1", "", " ", "1"], ["w", "w", "m", "m"]))
    assert reasons(people) == {2: "blank couple id", 3: "blank couple id"}
    assert notes(people) == ["Blank couple id in frame rows 2, 3: out, see the ledger."]


def test_blank_marks_go_to_the_ledger() -> None:
    people = paired(long(["1", "1", "2", ""], ["w", "m", " ", ""]))
    assert reasons(people) == {3: "blank partner mark in 'who'", 4: "blank couple id"}
    assert "Blank partner mark in 'who' in frame row 3: out, see the ledger." in notes(people)
    assert people.attrs["out"][-1]["couple"] == "2"


def test_unknown_marks_are_refused_with_their_counts() -> None:
    source = long(["1", "1", "2", "2"], ["w", "x", "x", "M "])
    said = message(an.DataError, paired, source)
    assert said.startswith("The column 'who' holds 'x' (2 rows), but roles names only 'w', 'm'.")
    assert "mend the cells, or take these rows out with where" in said


def test_many_unknown_marks_are_counted() -> None:
    said = message(an.DataError, paired, long(list(range(20)), [f"p{i}" for i in range(20)]))
    assert " and 12 more, but" in said


# Rows that leave


def test_a_third_row_sends_the_couple_to_the_ledger() -> None:
    people = paired(long(["1", "1", "1", "2"], ["w", "m", "m", "w"]))
    assert persons(people) == [("2", "woman", 4)]
    assert reasons(people) == dict.fromkeys([1, 2, 3], "3 rows where a couple has 2")
    assert notes(people) == ["1 couple out, see the ledger: '1', 3 rows where a couple has 2 (frame rows 1, 2, 3)."]
    assert {out["couple"] for out in people.attrs["out"]} == {"1"}


def test_a_third_row_of_exchangeable_partners_does_too() -> None:
    people = pair(raw(id=["x", "x", "x", "y"], a=[1, 2, 3, 4]), couple="id", items=["a"])
    assert set(reasons(people).values()) == {"3 rows where a couple has 2"}


def test_the_same_role_twice_sends_the_couple_to_the_ledger() -> None:
    people = paired(long(["1", "1", "2"], ["w", "W", "w"]))
    assert reasons(people) == dict.fromkeys([1, 2], "two rows are both marked 'w'")


def test_the_same_mark_twice_does_so_for_exchangeable_partners() -> None:
    people = pair(long(["1", "1", "2", "2"], ["b", "b", "a", "b"]), couple="id", partner="who", items=["a"])
    assert reasons(people) == dict.fromkeys([1, 2], "two rows are both marked 'b'")


def test_an_exact_duplicate_leaves_and_its_couple_stays() -> None:
    people = paired(long(["1", "1", "1", "2"], ["w", "m", "w", "w"], ["4", "5", "4", "4"]))
    assert persons(people) == [("1", "woman", 1), ("1", "man", 2), ("2", "woman", 4)]
    assert reasons(people) == {3: "exact duplicate of an earlier row"}
    assert notes(people) == ["Exact duplicates of an earlier row in frame row 3: out, see the ledger."]


def test_a_row_that_differs_in_any_cell_is_no_duplicate() -> None:
    people = paired(long(["1", "1", "2"], ["w", "w", "w"], ["4", "4", "4"], time=["8:00", "9:00", "9:00"]))
    assert reasons(people) == dict.fromkeys([1, 2], "two rows are both marked 'w'")


def test_many_doubtful_couples_make_one_note() -> None:
    source = long([i // 2 for i in range(41)], ["w"] * 41)
    people = paired(source)
    nobody, doubtful = notes(people)
    assert nobody == "Nobody is marked 'm' in the column 'who', which holds 'w'."
    assert doubtful.startswith("20 couples out, see the ledger: '0', two rows are both marked 'w'")
    assert doubtful.endswith("; and 12 more.")


def test_silent_persons_leave_and_their_partners_stay() -> None:
    people = paired(long(["1", "1", "2"], ["w", "m", "w"], ["4", " ", ""]))
    assert persons(people) == [("1", "woman", 1)]
    assert [(out["row"], out["couple"], out["reason"]) for out in people.attrs["out"]] == [
        (2, "1", "no answer to any item"),
        (3, "2", "no answer to any item"),
    ]


def test_a_silent_third_row_does_no_harm() -> None:
    people = paired(long(["1", "1", "1"], ["w", "m", "m"], ["4", "5", ""]))
    assert persons(people) == [("1", "woman", 1), ("1", "man", 2)]


def test_data_in_which_everyone_is_silent_are_refused() -> None:
    said = message(an.DataError, paired, long(["1", "1"], ["w", "m"], ["", " "]))
    assert said.startswith("All answers are missing: no row has an answer in 'a'. Export the answers too, or name ")


def test_data_of_which_every_row_leaves_are_refused_with_the_reasons() -> None:
    source = long(["", "1", "2", "2"], ["w", "", "w", "w"])
    said = message(an.DataError, paired, source)
    assert said == (
        "No couple is left, every row is out: blank couple id (1 row), blank partner mark in 'who' (1 row), "
        "two rows are both marked 'w' (2 rows). Look whether the columns of the couple and of the partner are named "
        "rightly."
    )
    assert "blank couple id (2 rows)" in message(an.DataError, paired, long(["", " "], ["w", "m"]))


def test_pairing_twice_gives_the_same_and_leaves_the_source_alone() -> None:
    source = long(["1", "1", "", "2", "2"], ["w", "m", "w", "w", "w"])
    first, second = paired(source), paired(source)
    assert first.equals(second)
    assert first.attrs == second.attrs
    assert not source.attrs["out"]


# One respondent a couple


def test_one_respondent_a_couple_needs_no_id() -> None:
    people = pair(raw(a=[1, 2, 2]), one_person=True, items=["a"])
    assert persons(people) == [("1", "respondent", 1), ("2", "respondent", 2), ("3", "respondent", 3)]


def test_a_second_row_of_one_respondent_is_doubtful() -> None:
    people = pair(raw(id=["x", "x", "y", "z", "z"], a=[1, 2, 3, 4, 4]), couple="id", one_person=True, items=["a"])
    assert persons(people) == [("y", "respondent", 3), ("z", "respondent", 4)]
    assert reasons(people) == {
        1: "2 rows where a couple has 1",
        2: "2 rows where a couple has 1",
        5: "exact duplicate of an earlier row",
    }


# Wide files


def wide(**columns: Sequence[object]) -> pd.DataFrame:
    """Return women and men of a wide file."""
    return pair(
        raw(**columns), wide="{item}_{partner}", roles=ROLES, items=["a", "b"], couple="id" if "id" in columns else ""
    )


def test_a_wide_file_without_an_id_takes_the_file_row() -> None:
    people = wide(a_w=[1, 2], a_m=[3, 4], b_w=[1, 2], b_m=[3, 4])
    assert persons(people) == [("1", "woman", 1), ("1", "man", 1), ("2", "woman", 2), ("2", "man", 2)]
    assert people["a"].tolist() == ["1", "3", "2", "4"]


def test_a_wide_file_with_an_id_takes_the_id() -> None:
    people = wide(id=["x", " X"], a_w=[1, ""], a_m=["", 4], b_w=[1, ""], b_m=["", 4])
    assert persons(people) == [("x", "woman", 1), ("x", "man", 2)]


def test_exchangeable_partners_of_a_wide_file_keep_their_marks() -> None:
    people = pair(raw(a1=[1], a2=[2]), wide="{item}{partner}", partners=["1", "2"], items=["a"])
    assert persons(people) == [("1", "1", 1), ("1", "2", 1)]


def test_a_silent_partner_of_a_wide_row_leaves_the_row_where_it_is() -> None:
    people = wide(a_w=[1, 2, ""], a_m=["", 4, ""], b_w=[1, 2, ""], b_m=["", 4, " "], n=[7, 7, 7])
    assert persons(people) == [("1", "woman", 1), ("2", "woman", 2), ("2", "man", 2)]
    assert reasons(people) == {3: "no answer to any item"}


def test_a_couple_in_two_wide_rows_is_out_with_both() -> None:
    people = wide(id=["x", "x", "y"], a_w=[1, 2, 3], a_m=[1, 2, 3], b_w=[1, 2, 3], b_m=[1, 2, 3])
    assert reasons(people) == dict.fromkeys([1, 2], "2 rows where a couple has 1")


def test_a_wide_row_of_which_one_half_repeats_is_no_duplicate() -> None:
    people = wide(id=["x", "x", "y"], a_w=[1, 1, 3], a_m=[1, 2, 3], b_w=[1, 1, 3], b_m=[1, 2, 3])
    assert reasons(people) == dict.fromkeys([1, 2], "2 rows where a couple has 1")


def test_a_wide_row_that_repeats_is_out_once() -> None:
    people = wide(id=["x", "x"], a_w=[1, 1], a_m=[2, 2], b_w=[1, 1], b_m=[2, 2])
    assert persons(people) == [("x", "woman", 1), ("x", "man", 1)]
    assert reasons(people) == {2: "exact duplicate of an earlier row"}


def test_blank_ids_of_a_wide_file_are_out_once() -> None:
    people = wide(id=["x", " "], a_w=[1, 1], a_m=[2, 2], b_w=[1, 1], b_m=[2, 2])
    assert reasons(people) == {2: "blank couple id"}


def test_a_wide_column_called_partner_does_no_harm() -> None:
    people = wide(partner=["p", "q"], couple=["c", "d"], a_w=[1, 2], a_m=[3, 4], b_w=[1, 2], b_m=[3, 4])
    assert people["partner"].tolist() == ["p", "p", "q", "q"]


# Two files


def test_two_files_are_paired_by_id_and_notes_name_the_file(tmp_path: Path) -> None:
    source = an.read(
        {
            "w": write(tmp_path, "code,a\nx,1\n,2\ny,3\ny,4\n", "w.csv"),
            "m": write(tmp_path, "code,a\nX,1\n,2\nz,3\n,\n", "m.csv"),
        }
    )
    people = pair(source, couple="code", partner="partner", roles=ROLES, items=["a"])
    assert persons(people) == [("x", "woman", 2), ("x", "man", 2), ("z", "man", 4)]
    assert "Blank couple id in w.csv row 3 and m.csv row 3: out, see the ledger." in notes(people)
    assert "1 couple out, see the ledger: 'y', two rows are both marked 'w' (w.csv rows 4, 5)." in notes(people)


def test_screened_and_blank_rows_stay_in_the_ledger_through_pairing(tmp_path: Path) -> None:
    source = an.read(write(tmp_path, "id,who,a,wave\n1,w,4,0\n1,m,5,0\n\n1,w,4,3\n2,,4,0\n3,w,,0\n"))
    people = an.pair(an.screen(source, {"wave": 0}), couple="id", partner="who", roles=ROLES, items=["a"])
    check_nothing_is_lost(source, people)
    assert reasons(people) == {
        4: "entirely blank row",
        5: "wave is not 0",
        6: "blank partner mark in 'who'",
        7: "no answer to any item",
    }


# What is said of the layout


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({}, "A file with one row a person needs the column of couple ids: name it as couple (id)."),
        ({"couple": "id", "roles": ROLES}, "roles are named, but not the column that says which partner a row is"),
        (
            {"couple": "id", "partner": "who", "roles": {"w": "woman"}},
            "A couple has two partners, but the marks named are 'w'",
        ),
        ({"roles": {"w": "a", "m": "b", "x": "c"}}, "the marks named are 'w', 'm', 'x'. Name two different ones."),
        ({"roles": {"w": "a", "W": "b"}}, "the marks named are 'w', 'W'. Name two different ones."),
        (
            {"roles": {"w": "same", "m": "Same "}},
            "The roles are called 'same', 'Same '; give each a label of its own.",
        ),
        ({"roles": {"w": " ", "m": "man"}}, "The roles are called ' ', 'man'; give each a label of its own."),
        ({"roles": ROLES, "partners": ["w", "m"]}, "roles and partners are both given: roles are for distinguishable"),
        ({"partners": ["1", "2", "3"]}, "the marks named are '1', '2', '3'. Name two different ones."),
        ({"wide": "{item}_{partner}", "partner": "who", "roles": ROLES}, "wide and partner are both given"),
        ({"wide": "{item}_{partner}", "one_person": True}, "wide and one_person are both given"),
        ({"wide": "{item}_{partner}"}, "A wide file needs the marks of its two partners"),
    ],
)
def test_a_layout_that_contradicts_itself_is_refused(how: dict[str, object], words: str) -> None:
    assert words in message(an.StudyError, an.pair, long(["1"], ["w"]), items=["a"], **how)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (
            {"couple": "ID"},
            "The couple id column 'ID' is not in the file. Did you mean 'id'? Its columns are 'id', 'who', 'a'.",
        ),
        ({"couple": "id", "partner": "whom"}, "The partner column 'whom' is not in the file. Did you mean 'who'?"),
    ],
)
def test_a_column_that_is_not_there_is_refused_with_the_nearest(how: dict[str, str], words: str) -> None:
    assert words in message(an.DataError, an.pair, long(["1"], ["w"]), items=["a"], **how)


def test_thousands_of_doubtful_couples_take_no_time() -> None:
    people = paired(long([str(i // 3) for i in range(30_000)] + ["last"], ["w"] * 30_001))
    assert len(people) == 1
    assert len(people.attrs["out"]) == 30_000


@pytest.mark.parametrize("word", ["both", "Respondent"])
def test_words_that_results_use_are_no_names_of_partners(word: str) -> None:
    long = raw(id=["x", "x"], who=[word, "m"], a=[1, 2])
    for how in (
        {"partner": "who"},
        {"partner": "who", "roles": {word: word, "m": "man"}},
        {"wide": "{item}_{partner}", "partners": [word, "2"]},
    ):
        said = message(an.StudyError, an.pair, long, couple="id", items=["a"], **how)
        assert f"A partner is called '{word}', but results use the words 'both', 'respondent'" in said
        assert "Give the partners other labels with roles" in said


def test_such_a_mark_may_have_another_label() -> None:
    people = pair(
        raw(id=["x", "x"], who=["both", "m"], a=[1, 2]), couple="id", partner="who", roles={"both": "w", "m": "m"}
    )
    assert {partner for _, partner, _ in persons(people)} == {"w", "m"}


def test_roles_as_a_list_and_partners_as_a_text_are_refused_kindly() -> None:
    frame = raw(id=["x"], a=[1])
    said = message(an.StudyError, an.pair, frame, couple="id", partner="who", roles=["woman", "man"])
    assert "roles is ['woman', 'man']; it takes a mapping of each partner's mark in the file to a label" in said
    said = message(an.StudyError, an.pair, frame, wide="{item}_{partner}", partners="12")
    assert "partners is '12', a text; it takes the two marks as a list" in said
