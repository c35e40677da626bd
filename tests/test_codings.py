"""Codings: what they hold and print, who decides, what to discuss, and the couples that they become."""

from __future__ import annotations

from math import nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from coders import ROLES, codings, table
from surveys import message

import analysis as an
from analysis.private import WARNING

THREE = [("a", "w", name, h1, u4) for name, h1, u4 in (("ann", 1, 1), ("ben", 1, 0), ("cleo", 0, ""))]


@pytest.fixture(scope="module")
def demo_codings() -> an.Codings:
    return an.read_codings(
        an.demo() / "codings.csv", roles=ROLES, codes="codes", settings=an.Settings(synthetic=True, resamples=100)
    )


# What they hold


def test_codings_hold_persons_by_coders_by_codes() -> None:
    found = codings(*THREE, ("b", "m", "ann", 0, 1))
    assert found.coders == ("ann", "ben", "cleo")
    np.testing.assert_array_equal(found.judgements[0], [[1, 1], [1, 0], [0, nan]])
    np.testing.assert_array_equal(found.coded_by, [[True, True, True], [True, False, False]])
    assert found.couple.tolist() == [0, 1]
    assert found.of("ben").tolist()[0] == [1, 0]


def test_the_order_of_rows_changes_no_value() -> None:
    rows = [*THREE, ("a", "m", "ben", 0, 0), ("a", "m", "ann", 1, 0)]
    one, other = codings(*rows), codings(*rows[::-1])
    np.testing.assert_array_equal(one.judgements, other.judgements)
    assert one.persons.equals(other.persons)
    assert one.coders == other.coders


def test_nobody_can_change_them() -> None:
    found = codings(*THREE)
    with pytest.raises(ValueError, match="read-only"):
        found.judgements[0, 0, 0] = 0
    with pytest.raises(AttributeError):
        found.maximum = 3  # type: ignore[misc]


def test_they_print_what_they_hold_without_naming_a_couple() -> None:
    found = codings(*[("secret", *row[1:]) for row in THREE], ("b", "m", "ann", 0, 1), ("b", "w", "", 0, 1))
    assert repr(found) == (
        "Codings of 2 persons in 2 couples\n"
        "  3 coders: ann (2 persons), ben (1 person), cleo (1 person)\n"
        "  2 codes: H1, U4; from 0 (absent) to 1\n"
        "  persons coded by one coder only: 1\n"
        "  file rows: 4 kept, 1 out (see .ledger)"
    )
    assert "secret" not in found._repr_html_()
    assert codings(("a", "w", "ann", 1, 0)).summary()[-1] == "codes that nobody used: U4"


def test_html_is_escaped() -> None:
    assert "<b>" not in codings(("a", "w", "<b>", 1, 0))._repr_html_()


def test_an_unknown_coder_is_named_with_the_nearest_one() -> None:
    said = message(an.DataError, codings(*THREE).of, "anne")
    assert said == "There is no coder 'anne'; there are 'ann', 'ben', 'cleo'. Did you mean 'ann'?"


# Majority and consensus


def majority_in_a_loop(votes: list[float]) -> float:
    cast = [vote for vote in votes if not np.isnan(vote)]
    winners = [value for value in set(cast) if cast.count(value) > len(cast) / 2]
    return winners[0] if winners else nan


def test_the_majority_is_more_than_half_of_those_who_coded() -> None:
    rng = np.random.default_rng(1)
    columns = ["H1", "H2", "H3"]
    rows = []
    for couple in range(30):
        for coder in ("ann", "ben", "cleo", "dan"):
            cells = ["" if rng.random() < 0.3 else str(rng.integers(0, 3)) for _ in columns]
            rows.append((f"c{couple}", "w", coder, *cells))
    found = codings(*rows, columns=columns, maximum=2)
    decided = found.majority().to_numpy()
    expected = [
        [majority_in_a_loop(list(found.judgements[p, :, c])) for c in range(3)] for p in range(len(found.persons))
    ]
    np.testing.assert_array_equal(decided, expected)
    assert np.isnan(decided).any()
    assert {0, 1, 2} <= set(decided[~np.isnan(decided)])


def test_ties_are_missing_counted_and_listed() -> None:
    found = codings(*THREE, ("a", "m", "ann", 1, 1))
    couples = found.consensus("majority")
    assert couples.n == 1
    assert couples.scores.loc[("a", "w"), "H1"] == 1
    assert couples.scores["U4"].isna().tolist() == [False, True]
    assert couples.reasons.loc[("a", "w"), "U4"] == "skipped"
    assert couples.notes[-3:] == (
        "Codes are those of the majority of 3 coders: ann, ben, cleo.",
        "Codes without a majority, so missing: 1.",
        "Persons whose codes are those of their only coder: 1.",
    )
    assert ("a", "w", "U4") in found.discussion().index


def test_a_named_coder_decides_alone() -> None:
    couples = codings(*THREE, ("b", "w", "ann", 0, 0), roles=ROLES).consensus(coder="cleo")
    assert couples.scores.index.get_level_values("couple").unique().tolist() == ["a"]
    assert couples.scores.loc[("a", "woman"), "H1"] == 0
    assert couples.reasons.loc[("a", "man"), "H1"] == "no_partner"
    assert couples.notes[-1] == "Codes are those of the coder 'cleo'."
    reasons = couples.ledger.loc[~couples.ledger["kept"], ["couple", "reason"]].to_numpy().tolist()
    assert reasons == [["b", "no answer to any item"]]


def test_an_unknown_rule_is_refused() -> None:
    said = message(an.StudyError, codings(*THREE).consensus, "vote")
    assert said == "The rule of the consensus is 'vote'; it takes 'majority'."
    said = message(an.StudyError, codings(*THREE).consensus, "ann")
    assert said.endswith("For the judgements of one coder write coder='ann'.")
    assert "There is no coder 'bem'" in message(an.DataError, codings(*THREE).consensus, coder="bem")


def test_where_nothing_is_decided_nothing_is_made() -> None:
    found = codings(("a", "w", "ann", 1, 0), ("a", "w", "ben", 0, 1))
    assert message(an.DataError, found.consensus).startswith("All answers are missing")


def test_consensus_scales_have_the_declared_bounds_and_the_valence_of_their_indicator() -> None:
    couples = codings(*THREE, maximum=4).consensus()
    assert couples.codebook.codes == ("H1", "U4")
    assert couples.codebook.bounds("H1") == (0, 4)
    assert couples.codebook.finished("H1")
    assert [couples.codebook.scale(code).valence for code in couples.codebook.codes] == ["healthy", "unhealthy"]


def test_notes_and_private_notes_of_the_codings_go_on() -> None:
    couples = codings(*THREE, ("", "w", "ann", 1, 1)).consensus()
    (private,) = couples.private_notes
    assert private == "Blank couple id in frame row 4: out, see the ledger."
    assert private in couples.notes


def test_partners_without_roles_are_exchangeable() -> None:
    rows = [(couple, mark, "ann", 1, 0) for couple, mark in [("a", "x"), ("a", "y"), ("b", "y"), ("b", "z")]]
    couples = codings(*rows).consensus()
    assert couples.roles is None
    assert couples.partners == ("1", "2")
    assert couples.n_both == 2


def test_codes_flow_through_the_pipeline_like_any_scale(demo_codings: an.Codings) -> None:
    couples = demo_codings.consensus()
    assert couples.roles == ("woman", "man")
    assert (couples.n, couples.n_both) == (60, 60)
    described = an.describe(couples)
    share = described.where(scale="H4", partner="woman", statistic="scale_mean").frame["estimate"].iloc[0]
    assert share == pytest.approx(demo_codings.majority()["H4"].xs("woman", level="partner").mean())
    agreement = an.agreement(couples).where(scale="H4", statistic="icc_1", variant="").frame
    assert agreement["comparison"].tolist() == ["similarity"]
    assert np.isfinite(agreement["estimate"]).all()
    profiles = an.profiles(couples).where(scale="block:healthy", statistic="profile_d2").frame
    assert np.isfinite(profiles["estimate"]).any()
    assert "finished score" in couples.refusals()["reliability"]


# What to discuss


def test_the_discussion_list_holds_just_what_coders_judge_differently() -> None:
    found = codings(*THREE, ("a", "m", "ann", 1, 1), ("a", "m", "ben", 1, ""))
    listed = found.discussion()
    assert list(listed.index) == [("a", "w", "H1"), ("a", "w", "U4")]
    assert listed.columns.tolist() == ["ann", "ben", "cleo"]
    assert listed.iloc[0].tolist() == [1, 1, 0]
    assert listed.iloc[1].isna().tolist() == [False, False, True]
    assert codings(("a", "w", "ann", 1, 0)).discussion().empty


def test_every_tie_is_on_the_discussion_list(demo_codings: an.Codings) -> None:
    undecided = demo_codings.majority().isna()
    ties = {(*person, code) for code in undecided for person in undecided.index[undecided[code]]}
    assert ties
    assert ties <= set(demo_codings.discussion().index)


def test_the_list_is_written_into_a_private_folder_only(tmp_path: Path, demo_codings: an.Codings) -> None:
    path = demo_codings.write_discussion(tmp_path / "out" / "private")
    assert path == tmp_path / "out" / "private" / "discussion.csv"
    assert sorted(file.name for file in path.parent.iterdir()) == [".gitignore", "READ_ME_FIRST.txt", "discussion.csv"]
    assert (path.parent / "READ_ME_FIRST.txt").read_text(encoding="utf-8") == WARNING
    assert (path.parent / ".gitignore").read_text(encoding="utf-8") == "*\n"
    back = pd.read_csv(path, dtype={"couple": str}, index_col=["couple", "partner", "code"]).astype("Int64")
    assert back.equals(demo_codings.discussion())
    said = message(an.StudyError, demo_codings.write_discussion, tmp_path / "out")
    assert said == (
        "The list of what to discuss names couples, so it is written into a folder called 'private' only, and "
        f"'{tmp_path / 'out'}' is not. Name one, such as '{tmp_path / 'out' / 'private'}'."
    )
    assert not (tmp_path / "out" / "discussion.csv").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "private").touch()
    said = message(an.StudyError, codings(*THREE).write_discussion, tmp_path / "private")
    assert "private' cannot be used" in said


def test_no_spreadsheet_runs_a_name_of_the_list(tmp_path: Path) -> None:
    found = codings(("=1+1", "w", "ann", 1, 0), ("=1+1", "w", "ben", 0, 0))
    text = found.write_discussion(tmp_path / "private").read_text(encoding="utf-8")
    assert "\n'=1+1,w,H1,1,0\n" in text


# Confusion


def confusion_in_a_loop(found: an.Codings, first: str, second: str) -> list[list[int]]:
    names = [*found.codes, "nothing else"]
    counts = {(r, c): 0 for r in names for c in names}
    for x, y in zip(found.of(first), found.of(second), strict=True):
        judged = {c: (a, b) for c, a, b in zip(found.codes, x, y, strict=True) if not np.isnan(a + b)}
        one = {c for c, (a, b) in judged.items() if a > 0 and b == 0}
        other = {c for c, (a, b) in judged.items() if b > 0 and a == 0}
        for c, (a, b) in judged.items():
            counts[c, c] += int(a > 0 and b > 0)
        for r in one or {names[-1]}:
            for c in other or {names[-1]}:
                counts[r, c] += int(bool(one or other))
    return [[counts[r, c] for c in names] for r in names]


def test_the_confusion_is_that_of_a_loop_over_persons(demo_codings: an.Codings) -> None:
    found = demo_codings.confusion("anna", "cleo")
    assert (found.index.name, found.columns.name) == ("anna", "cleo")
    assert found.to_numpy().tolist() == confusion_in_a_loop(demo_codings, "anna", "cleo")
    assert (demo_codings.confusion("cleo", "anna").to_numpy() == found.to_numpy().T).all()


def test_blanks_are_compared_with_nothing() -> None:
    found = codings(
        ("a", "w", "ann", 1, 1), ("a", "w", "ben", 0, ""), ("a", "m", "ann", "", 1), ("a", "m", "ben", 1, 1)
    )
    assert found.confusion("ann", "ben").to_numpy().tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 0]]


# A frame of one's own


def test_a_frame_is_left_as_it_was() -> None:
    frame = table(*THREE)
    before = frame.copy()
    an.read_codings(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_a_frame_that_was_read_before_is_taken_as_it_is(demo_codings: an.Codings) -> None:
    again = an.read_codings(an.read(an.demo() / "codings.csv"), roles=ROLES, codes="codes")
    np.testing.assert_array_equal(again.judgements, demo_codings.judgements)
