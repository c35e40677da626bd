"""Whatever a long table holds, the intake gives couples or a sentence, loses no row, and heeds no order."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from surveys import ROLES, book, check_nothing_is_lost

import analysis as an

BOOK = book("a", an.Item("b", "H", 1, 5, keyed=-1), an.Item("c", "J", 1, 5), H="healthy", J="unhealthy")
IDS = ["x", "X", " x", "y", "Ｙ", "y ", "z", "007", "7", "1E5", "None", ""]
ANSWERS = ["1", "2", "3", "4", "5", "5.0", "2,0", "N/A", "", " "]
MISSING = {"does_not_apply": ["N/A"], "refused": [-99]}


def tables(ids: list[str], marks: list[str], answers: list[str]) -> st.SearchStrategy[pd.DataFrame]:
    """Return long tables whose rows are drawn, some of them twice, in any order."""
    row = st.tuples(
        st.sampled_from(ids), st.sampled_from(marks), *(st.sampled_from(answers) for _ in range(3)), st.just("-")
    )
    rows = st.lists(row, min_size=1, max_size=14)
    doubled = rows.flatmap(lambda drawn: st.lists(st.sampled_from(drawn), max_size=3).map(lambda more: drawn + more))
    shuffled = doubled.flatmap(st.permutations)
    return shuffled.map(lambda drawn: pd.DataFrame(drawn, columns=["id", "who", "a", "b", "c", "comment"], dtype=str))


ANY = tables(IDS, ["w", "m", "W", " m ", "", "x"], [*ANSWERS, "9", "often", "inf", "-99"])
WITH_ROLES = tables(IDS, ["w", "m", "W", " m ", ""], ANSWERS)


def women_and_men(table: pd.DataFrame) -> an.Couples | None:
    """Return couples of a woman and a man, or None where the table allows none."""
    return made(table, couple="id", partner="who", roles=ROLES)


def made(table: pd.DataFrame, **layout: Any) -> an.Couples | None:
    try:
        return an.couples_from_frame(table, codebook=BOOK, missing=MISSING, **layout)
    except an.SurveyError as error:
        assert str(error)  # noqa: PT017 - any other error fails the test by itself
        return None


def folded(couple: str) -> str:
    return unicodedata.normalize("NFKC", couple).strip().casefold()


def by_person(couples: an.Couples | None) -> dict[tuple[str, str], list[float]] | None:
    """Return the scores of each person, missing ones as -1; ids as they are compared."""
    if couples is None:
        return None
    rows = couples.scores.fillna(-1).to_numpy().tolist()
    return {(folded(couple), partner): row for (couple, partner), row in zip(couples.scores.index, rows, strict=True)}


def by_couple(couples: an.Couples | None) -> dict[str, list[list[float]]] | None:
    """Return the scores of each couple, whoever comes first."""
    persons = by_person(couples)
    if persons is None:
        return None
    found: dict[str, list[list[float]]] = {}
    for (couple, _), row in persons.items():
        found[couple] = sorted([*found.get(couple, []), row])
    return found


@settings(max_examples=50, deadline=None, derandomize=True)
@given(ANY, st.booleans(), st.booleans())
def test_any_table_gives_couples_or_a_sentence_and_loses_no_row(table: pd.DataFrame, marked: bool, roles: bool) -> None:  # noqa: FBT001
    layout: dict[str, Any] = {"couple": "id"} | ({"partner": "who"} if marked else {})
    if roles and marked:
        layout["roles"] = ROLES
    source = an.text_cells(table)
    try:
        people = an.pair(source, items=["a", "b", "c"], **layout)
    except an.SurveyError as error:
        assert str(error)  # noqa: PT017
        return
    check_nothing_is_lost(source, people)
    couples = made(source, **layout)
    if couples is not None:
        assert len(couples.ledger) == len(table)
        assert couples.ledger["kept"].sum() == couples.present.sum()
        assert (couples.items.isna() == couples.reasons.notna()).all(axis=None)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(WITH_ROLES, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_score(table: pd.DataFrame, random: Any) -> None:
    order = list(range(len(table)))
    random.shuffle(order)
    assert by_person(women_and_men(table)) == by_person(women_and_men(table.iloc[order]))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(WITH_ROLES, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_couple_of_exchangeable_partners(table: pd.DataFrame, random: Any) -> None:
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.iloc[order]
    assert by_couple(made(table, couple="id")) == by_couple(made(shuffled, couple="id"))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(WITH_ROLES, st.permutations(["id", "who", "a", "b", "c", "comment"]))
def test_the_order_of_columns_changes_nothing(table: pd.DataFrame, order: list[str]) -> None:
    one, other = women_and_men(table), women_and_men(table[order])
    assert by_person(one) == by_person(other)
    if one is not None and other is not None:
        assert one.items.equals(other.items)
        assert one.ledger.equals(other.ledger)
        assert one.notes == other.notes


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(st.tuples(*(st.sampled_from(ANSWERS) for _ in range(6))), min_size=1, max_size=6))
def test_a_wide_table_gives_what_its_long_form_gives(rows: list[tuple[str, ...]]) -> None:
    wide = pd.DataFrame(rows, columns=["a_w", "a_m", "b_w", "b_m", "c_w", "c_m"], dtype=str)
    long = pd.concat(
        wide[[f"{item}_{mark}" for item in "abc"]].set_axis(list("abc"), axis=1).assign(who=mark, id=range(len(wide)))
        for mark in "wm"
    )
    one = made(wide.assign(id=np.arange(len(wide)).astype(str)), couple="id", wide="{item}_{partner}", roles=ROLES)
    assert by_person(one) == by_person(women_and_men(long))
