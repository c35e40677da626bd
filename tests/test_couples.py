"""Couples: a grid of two rows a couple, what is missing and why, groups, scores, refusals, and how it all prints."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from surveys import ROLES, book, message

import analysis as an


def frame(**columns: Any) -> pd.DataFrame:
    """Return three couples, of whom only the woman of the third answered."""
    plain: dict[str, Any] = {
        "id": ["x", "x", "y", "y", "z"],
        "who": ["m", "w", "w", "m", "w"],
        "a": [1, 2, 3, 4, 5],
        "b": [5, 4, 3, None, "N/A"],
    }
    return pd.DataFrame(plain | columns)


def women_and_men(source: pd.DataFrame | None = None, codebook: an.Codebook | None = None, **how: Any) -> an.Couples:
    """Return couples of a woman and a man."""
    layout: dict[str, Any] = {"couple": "id", "partner": "who", "roles": ROLES, "missing": {"does_not_apply": ["N/A"]}}
    return an.couples_from_frame(
        frame() if source is None else source, codebook=codebook or book("a", "b"), **layout | how
    )


def exchangeable(source: pd.DataFrame | None = None, **how: Any) -> an.Couples:
    """Return the same couples without roles."""
    return women_and_men(source, roles=None, **how)


# The grid


def test_every_couple_has_a_row_for_each_partner_in_the_order_of_the_roles() -> None:
    couples = women_and_men()
    assert couples.items.index.tolist() == [
        ("x", "woman"), ("x", "man"), ("y", "woman"), ("y", "man"), ("z", "woman"), ("z", "man"),
    ]  # fmt: skip
    assert couples.items["a"].tolist()[:5] == [2, 1, 3, 4, 5]
    assert (couples.n, couples.n_both) == (3, 2)
    assert couples.roles == ("woman", "man")
    assert couples.present.tolist() == [[True, True], [True, True], [True, False]]


def test_reasons_name_why_an_answer_is_missing() -> None:
    why = women_and_men().reasons["b"]
    assert why.tolist()[2:] == [np.nan, "skipped", "does_not_apply", "no_partner"]
    assert women_and_men().reasons["a"].isna().tolist() == [True] * 5 + [False]


def test_an_absent_partner_has_a_row_without_answers_and_scores() -> None:
    couples = women_and_men()
    assert couples.items.iloc[-1].isna().all()
    assert couples.scores.iloc[-1].isna().all()


def test_exchangeable_partners_have_no_roles() -> None:
    couples = exchangeable()
    assert couples.roles is None
    assert couples.partners == ("m", "w")
    unmarked = an.couples_from_frame(
        frame().drop(columns="who"), codebook=book("a"), couple="id", where={"id": ["x", "y"]}
    )
    assert unmarked.partners == ("1", "2")


def test_one_partner_for_everyone_still_makes_two_rows() -> None:
    couples = an.couples_from_frame(frame().iloc[[1, 2, 4]], codebook=book("a"), couple="id", partner="who")
    assert couples.partners == ("1", "2")
    assert couples.items.shape == (6, 1)
    assert couples.n_both == 0


def test_one_respondent_a_couple_has_one_row() -> None:
    couples = an.couples_from_frame(frame(), codebook=book("a"), one_person=True)
    assert couples.one_person
    assert couples.partners == ("respondent",)
    assert couples.roles is None
    assert (couples.n, couples.n_both) == (5, 0)
    assert couples.cube("H").shape == (5, 1, 1)


def test_a_cube_is_couples_by_partners_by_items() -> None:
    cube = women_and_men().cube("H")
    assert cube.dtype == np.float64
    assert cube[0].tolist() == [[2, 4], [1, 5]]
    assert np.isnan(cube[2, 1]).all()


def test_a_cube_holds_scored_items_only_in_the_order_of_the_codebook() -> None:
    codebook = book("b", an.Item("a", "H", 1, 5, mirrors=("b",)))
    assert women_and_men(codebook=codebook).cube("H").shape == (3, 2, 1)


def test_answers_and_scores_come_by_name() -> None:
    couples = women_and_men()
    assert couples.answers(["b", "a"])[0, 0].tolist() == [4, 2]
    assert couples.scored(["H"])[0, :, 0].tolist() == [3, 3]
    assert couples.columns == ["H"]


@pytest.mark.parametrize(
    ("kind", "ask", "name", "words"),
    [
        (an.DataError, "scored", ["h"], "There is no score 'h'. Did you mean 'H'?"),
        (an.CodebookError, "answers", ["A"], "There is no item 'A' in this codebook; it has a, b. Did you mean 'a'?"),
        (an.CodebookError, "cube", "h", "There is no scale 'h' in this codebook"),
    ],
)
def test_an_unknown_name_is_refused(kind: type[an.SurveyError], ask: str, name: object, words: str) -> None:
    assert words in message(kind, getattr(women_and_men(), ask), name)


def test_couples_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        women_and_men().roles = None  # type: ignore[misc]


def test_the_same_frame_gives_the_same_couples_twice_and_stays_as_it_was() -> None:
    source = frame(id=["x", "x", "", "y", "y"], who=["w", "m", "w", "w", "w"])
    first = women_and_men(source)
    text = an.text_cells(source)
    second, third = women_and_men(text), women_and_men(text)
    assert first.items.equals(third.items)
    assert second.ledger.equals(third.ledger)
    assert source.equals(frame(id=["x", "x", "", "y", "y"], who=["w", "m", "w", "w", "w"]))
    assert len(third.ledger) == 5


def test_labels_and_missing_values_reach_the_coding() -> None:
    source = frame(a=["never", "often", "-1", "3", "0"])
    couples = women_and_men(
        source,
        labels={"Never": 1, "Often": 4},
        missing={"refused": [-1], "does_not_apply": "N/A"},
        missing_by_item={"a": {"not_asked": [0]}},
    )
    assert couples.items["a"].tolist()[:2] == [4, 1]
    assert couples.reasons["a"].tolist()[2] == "refused"
    assert couples.reasons["a"].tolist()[4] == "not_asked"


def test_rows_that_are_not_asked_for_stand_in_the_ledger() -> None:
    couples = women_and_men(frame(wave=[0, 0, 0, 0, 3]), where={"wave": 0})
    assert couples.n == 2
    assert couples.ledger["reason"].tolist() == ["", "", "", "", "wave is not 0"]


def test_notes_of_intake_and_codebook_are_kept() -> None:
    codebook = an.Codebook((an.Item("a", "H", 1, 5),), (an.Scale("H"),), notes=("something was left out",))
    couples = women_and_men(frame(id=["x", "X", "y", "y", ""]), codebook)
    assert [note.partition(" ")[0] for note in couples.notes] == ["Couple", "Blank", "Columns", "something"]


def test_a_wide_file_gives_the_same_couples_as_a_long_one() -> None:
    wide = pd.DataFrame({"id": ["x", "y"], "a_w": [2, 3], "a_m": [1, 4], "b_w": [4, 3], "b_m": [5, None]})
    made = an.couples_from_frame(wide, codebook=book("a", "b"), couple="id", wide="{item}_{partner}", roles=ROLES)
    pd.testing.assert_frame_equal(made.items, women_and_men(frame().iloc[:4]).items)


def test_a_frame_indexed_by_couple_and_partner_is_taken_as_it_is() -> None:
    indexed = women_and_men(frame().set_index(["id", "who"]).reset_index(level="who"))
    assert indexed.items.equals(women_and_men().items)


# Groups


def grouped(*groups: object, **how: Any) -> an.Couples:
    return women_and_men(frame(kind=list(groups)), group="kind", **how)


def test_groups_are_groups_of_couples() -> None:
    couples = grouped("new", " new", "old", "old ", "new")
    assert couples.groups is not None
    assert couples.groups.to_dict() == {"x": "new", "y": "old", "z": "new"}
    assert couples.groups.name == "kind"


def test_a_group_that_differs_within_a_couple_is_refused() -> None:
    said = message(an.DataError, grouped, "new", "old", "old", "old", "new")
    assert said == (
        "'kind' should be the same for both partners, but differs within 1 couple, for example couple 'x': 'new', "
        "'old'. Groups are groups of couples; mend the column."
    )


def test_a_group_that_only_one_partner_names_is_refused_too() -> None:
    assert "differs within 1 couple, for example couple 'y': '', 'old'" in message(
        an.DataError, grouped, "new", "new", "", "old", "new"
    )


def test_a_blank_group_is_refused() -> None:
    said = message(an.DataError, grouped, "new", "new", "", " ", "")
    assert said.startswith("'kind' is blank for 2 couples, for example 'y'.")
    assert said.endswith("Fill it in, or take these rows out with where.")


def test_an_unknown_group_column_is_refused_with_the_nearest() -> None:
    said = message(an.DataError, women_and_men, frame(kind=["new"] * 5), group="kin")
    assert said == "The group column 'kin' is not in the file. Did you mean 'kind'?"


def test_groups_get_their_labels_and_an_unnamed_value_is_refused() -> None:
    labels = {"1": "course", "0": "waiting list"}
    couples = grouped(1, 1, 0, 0, 1, group_labels=labels)
    assert couples.groups is not None
    assert couples.groups.tolist() == ["course", "waiting list", "course"]
    said = message(an.DataError, grouped, 1, 1, 2, 2, 0, group_labels=labels)
    assert said == "'kind' holds '2', which group_labels does not name; it has '1', '0'."


def test_notes_that_name_couples_or_rows_are_private_and_others_are_not() -> None:
    couples = women_and_men(frame(id=["x", "X ", "y", "y", ""]))
    assert len(couples.private_notes) == 2
    assert any("read as one" in note for note in couples.private_notes)
    assert any("Blank couple id" in note for note in couples.private_notes)
    assert set(couples.private_notes) < {*couples.notes, "another"}


def test_a_column_may_be_item_and_group_at_once() -> None:
    couples = women_and_men(frame(a=[1, 1, 2, 2, 3]), group="a")
    assert couples.groups is not None
    assert couples.groups.tolist() == ["1", "2", "3"]
    assert couples.items["a"].tolist()[:5] == [1, 1, 2, 2, 3]


def test_an_item_of_a_wide_file_may_be_the_group() -> None:
    wide = pd.DataFrame({"a_w": [2, 3], "a_m": [2, 3]})
    made = an.couples_from_frame(wide, codebook=book("a"), wide="{item}_{partner}", roles=ROLES, group="a")
    assert made.groups is not None
    assert made.groups.tolist() == ["2", "3"]


def test_a_shared_column_of_a_wide_file_may_be_the_group() -> None:
    wide = pd.DataFrame({"kind": ["new", "old"], "a_w": [2, None], "a_m": [1, 4]})
    made = an.couples_from_frame(wide, codebook=book("a"), wide="{item}_{partner}", roles=ROLES, group="kind")
    assert made.groups is not None
    assert made.groups.tolist() == ["new", "old"]


# Finished scores


def test_finished_scores_stand_beside_scored_items() -> None:
    couples = women_and_men(frame(total=[10, 20.5, "30,5", "", 50]), scores=["total"])
    assert couples.columns == ["H", "total"]
    assert couples.scores["total"].tolist()[:3] == [20.5, 10, 30.5]
    assert couples.reasons["total"].tolist()[3] == "skipped"


def test_finished_scores_alone_allow_what_they_allow() -> None:
    codebook = an.Codebook((an.Item("a", "A", 1, 5), an.Item("b", "B", 1, 5)), (an.Scale("A"), an.Scale("B")))
    couples = women_and_men(codebook=codebook, scores=["a", "b"])
    assert "finished score" in couples.refusals()["items"]
    assert "finished score" in couples.refusals()["reliability"]


# Settings


def test_scores_follow_the_settings() -> None:
    couples = women_and_men()
    assert np.isnan(couples.scores["H"].iloc[3])
    looser = couples.with_settings(minimum_answered=0.5)
    assert looser.scores["H"].iloc[3] == 4
    assert looser.settings.minimum_answered == 0.5
    assert couples.settings.minimum_answered == 0.8
    assert looser.items is couples.items


def test_settings_out_of_range_are_refused() -> None:
    assert "confidence is 2; allowed is" in message(an.StudyError, women_and_men().with_settings, confidence=2)


# Refusals and printing


def test_refusals_are_sentences_for_each_analysis_that_is_not_allowed() -> None:
    refused = women_and_men().refusals()
    few = {"agreement", "distinguishability", "invariance", "profiles", "partner_reliability"}
    assert set(refused) == few | {"scale_pairs", "block_reliability"}
    assert "couples that have them: 2." in refused["agreement"]


def test_printing_says_what_the_couples_hold_and_allow() -> None:
    lines = repr(grouped("new", "new", "old", "old", "new")).splitlines()
    assert lines[:6] == [
        "3 couples, woman and man: 2 with both partners, 1 with one",
        "  2 items, 1 scale (small)",
        "  groups: new (2 couples), old (1 couple)",
        "  file rows: 5 kept, 0 out (see .ledger)",
        "  missing answers: 20.0% (does not apply 10.0%, skipped 10.0%)",
        "  analyses: describe, items, reliability, factor_fit",
    ]
    assert lines[6].startswith("  no scale_pairs: Pairs of scales need two scales with items")
    assert "  no agreement: Comparing partners needs 3 couples" in repr(grouped("new", "new", "old", "old", "new"))


def test_printing_names_exchangeable_partners_and_single_respondents() -> None:
    assert repr(exchangeable()).startswith("3 couples, partners exchangeable: 2 with both partners, 1 with one")
    alone = an.couples_from_frame(frame().iloc[:1], codebook=book("a"), one_person=True)
    assert repr(alone).splitlines()[0] == "1 couple, one respondent a couple"
    assert "missing answers: 0.0%" in repr(alone)


def test_printing_to_html_escapes_every_label() -> None:
    codebook = an.Codebook((an.Item("a", "H", 1, 5),), (an.Scale("H"),), name="<i>book</i>")
    couples = women_and_men(
        frame(kind=["<script>"] * 5), codebook, roles={"w": "<b>woman</b>", "m": "man & co"}, group="kind"
    )
    page = couples._repr_html_()
    assert "&lt;b&gt;woman&lt;/b&gt; and man &amp; co" in page
    assert "&lt;script&gt; (3 couples)" in page
    assert "(&lt;i&gt;book&lt;/i&gt;)" in page
    assert "<script>" not in page
    assert page.startswith("<p><strong>3 couples")
    assert page.count("<li>") == len(couples.summary()) - 1


def test_printing_shows_no_answer_and_no_id() -> None:
    couples = women_and_men(frame(id=["secret1"] * 2 + ["secret2"] * 2 + ["secret3"]))
    assert "secret" not in repr(couples) + couples._repr_html_()


# Size


def test_three_items_are_found_among_ten_thousand_columns() -> None:
    answers = np.random.default_rng(1).integers(1, 6, (6, 10_000)).astype(str)
    source = pd.DataFrame(answers, columns=[f"q{i}" for i in range(10_000)])
    source.insert(0, "id", ["x", "x", "y", "y", "z", "z"])
    couples = an.couples_from_frame(source, codebook=book("q7", "q77", "q777"), couple="id")
    assert couples.cube("H").reshape(6, 3).tolist() == answers[:, [7, 77, 777]].astype(float).tolist()


def test_a_thousand_items_make_couples() -> None:
    names = [f"q{i}" for i in range(1000)]
    answers = np.random.default_rng(1).integers(1, 6, (4, 1000)).astype(str)
    couples = an.couples_from_frame(
        pd.DataFrame(answers, columns=names).assign(id=["x", "x", "y", "y"]), codebook=book(*names), couple="id"
    )
    assert np.isclose(couples.scores["H"].to_numpy(), answers.astype(float).mean(axis=1)).all()


@pytest.mark.parametrize("codebook", ["built-in", Path("data/template")])
def test_a_codebook_that_is_none_is_refused_with_what_makes_one(codebook: object) -> None:
    said = message(an.StudyError, an.couples_from_frame, frame(), codebook=codebook, couple="id")
    assert f"codebook is {codebook!r}; it takes a Codebook: an.built_in(), an.read_codebook(folder)" in said
