"""Compositions in one file: apart, pooled or exchangeable; what each refuses, and that no role is invented."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from handmade import PROFILE, everything
from mixed import KINDS, SIZES, couples_of, mixed
from surveys import message

import analysis as an
from analysis.estimation.resampling import weights
from analysis.guards import ANALYSES

NUMBERS = ["estimate", "lower", "upper", "se", "p", "n_couples", "n_persons"]


def same(one: an.Estimates, other: an.Estimates) -> None:
    pd.testing.assert_frame_equal(one.frame, other.frame, rtol=1e-9, atol=1e-9)


def with_turned(frame: pd.DataFrame, kind: str, seed: int = 3) -> pd.DataFrame:
    """Return the file with who comes first turned in half of the couples of a composition."""
    rng = np.random.default_rng(seed)
    turned = {couple for couple in frame.loc[frame["kind"] == kind, "couple"].unique() if rng.random() < 0.5}
    parts = [part[::-1] if couple in turned else part for couple, part in frame.groupby("couple", sort=False)]
    return pd.concat(parts, ignore_index=True)


def test_apart_each_composition_is_a_sample_with_roles_where_its_couples_have_both() -> None:
    couples = couples_of(mixed())
    parts = couples.parts()
    assert {name: part.n for name, part in parts.items()} == SIZES
    assert [part.roles for part in parts.values()] == [("woman", "man"), None, None]
    assert [part.partners for part in parts.values()] == [("woman", "man"), ("1", "2"), ("1", "2")]
    assert couples.roles is None
    assert couples.n_both == couples.n == 62


def test_a_part_has_the_answers_of_a_file_with_these_couples_alone() -> None:
    frame = mixed()
    only = frame[frame["kind"] == "woman and man"].drop(columns="kind")
    alone = couples_of(only, "", composition="")
    part = couples_of(frame).parts()["woman and man"]
    pd.testing.assert_frame_equal(part.items, alone.items)
    same(everything(part), everything(alone))


def test_every_analysis_gives_its_rows_by_composition() -> None:
    couples = couples_of(mixed(two_men=4))
    for name in ANALYSES:
        found = getattr(an, name)(couples)
        by_hand = {part: getattr(an, name)(of) for part, of in couples.parts().items()}
        assert list(found.frame["group"].unique()) == [part for part, of in by_hand.items() if len(of)], name
        for part, of in by_hand.items():
            same(an.Estimates.of_frame(found.where(group=part).frame.assign(group="")), of)
        assert list(found.notes) == [f"{part}: {note}" for part, of in by_hand.items() for note in of.notes]
    women = set(an.agreement(couples).where(group="two women").frame["statistic"])
    assert {"icc_1", "icc_pairwise", "mean_abs_difference"} <= women
    assert not women & {"pearson_r", "icc_a1", "ccc", "mean_difference", "loa_lower", "sd_ratio"}


def test_the_ledger_holds_every_row_once() -> None:
    frame = mixed()
    frame.loc[[0, 70], "couple"] = ""
    frame = pd.concat([frame, frame.tail(1).assign(H1_1="9"), frame.iloc[[4]]], ignore_index=True)  # a third row
    couples = couples_of(frame)
    assert couples.ledger["row"].tolist() == list(range(1, len(frame) + 1))
    of_parts = [row for part in couples.parts().values() for row in part.ledger["row"]]
    assert sorted([*of_parts, *couples.ledger.loc[~couples.ledger["kept"], "row"]]) == couples.ledger["row"].tolist()
    assert couples.ledger.loc[~couples.ledger["kept"], "reason"].value_counts().to_dict() == {
        "blank couple id": 2, "3 rows where a couple has 2": 3, "exact duplicate of an earlier row": 1,
    }  # fmt: skip
    assert set(couples.ledger.loc[couples.ledger["kept"], "partner"]) == {"woman", "man", "1", "2"}


@pytest.mark.parametrize("compositions", ["apart", "exchangeable"])
@pytest.mark.parametrize("kind", ["two women", "two men"])
def test_who_comes_first_of_same_gender_partners_changes_no_number(compositions: str, kind: str) -> None:
    frame = mixed()
    same(everything(couples_of(frame, compositions)), everything(couples_of(with_turned(frame, kind), compositions)))


@pytest.mark.parametrize("compositions", ["apart", "exchangeable"])
def test_the_order_of_rows_changes_no_number(compositions: str) -> None:
    frame = mixed(two_men=20)  # with fewer, a bootstrap's Heywood cases end where rounding leads them
    shuffled = frame.sample(frac=1, random_state=4)
    key = ["section", "scale", "item", "partner", "group", "comparison", "statistic", "variant"]
    one, other = (
        everything(couples_of(data, compositions)).frame.set_index(key).sort_index()[NUMBERS]
        for data in (frame, shuffled)
    )
    pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-9)


def test_exchangeable_is_one_sample_in_which_nobody_has_a_role() -> None:
    couples = couples_of(mixed(), "exchangeable")
    assert (couples.roles, couples.n, list(couples.parts())) == (None, 62, [""])
    assert np.bincount(couples.strata).tolist() == [12, 20, 30]
    assert "Compositions are analysed as exchangeable: the roles 'woman', 'man' are not used." in couples.notes
    assert not couples_of(mixed(), "exchangeable", roles=None).notes
    same(everything(couples), everything(couples_of(mixed(), "exchangeable", roles=None, partner="")))


def test_pooled_is_one_sample_with_the_roles_that_every_couple_has() -> None:
    both = {"married": ("w", "m"), "engaged": ("w", "m")}
    couples = couples_of(mixed(both), "pooled")
    assert (couples.roles, couples.n, list(couples.parts())) == (("woman", "man"), 24, [""])
    assert set(couples.strata) == {0, 1}
    assert couples_of(mixed(both), "apart").roles == ("woman", "man")


def test_pooled_takes_couples_of_whom_one_answered() -> None:
    both = {"married": ("w", "m"), "engaged": ("w", "m")}
    frame = mixed(both)
    frame = frame[(frame["kind"] == "married") | (frame["partner"] == "w")]
    couples = couples_of(frame, "pooled")
    assert (couples.roles, couples.n, couples.n_both) == (("woman", "man"), 24, 12)


def refused(frame: pd.DataFrame, compositions: str, kind: type[an.SurveyError] = an.DataError, **how: Any) -> str:
    return message(kind, couples_of, frame, compositions, **how)


def test_pooled_is_refused_where_couples_have_not_both_roles() -> None:
    assert refused(mixed(), "pooled") == (
        "compositions is 'pooled', which needs the roles 'woman', 'man' in every couple, but some couples have not "
        "both: 'two women' (20 couples), 'two men' (12 couples). Choose 'exchangeable', one sample in which nobody has "
        "a role, or 'apart', each composition a sample of its own."
    )


def test_a_column_without_a_treatment_is_refused_with_the_three_choices() -> None:
    said = refused(mixed(), "", an.StudyError)
    assert said.startswith("composition names the column 'kind', but nothing says how its compositions are analysed.")
    for choice in ("apart", "pooled", "exchangeable"):
        assert f'compositions = "{choice}": ' in said


def test_what_does_not_go_together_is_refused_with_the_remedy() -> None:
    assert refused(mixed(), "mixed", an.StudyError) == (
        "compositions is 'mixed'; it takes 'apart', 'pooled', 'exchangeable'."
    )
    assert refused(mixed(), "apart", an.StudyError, composition="") == (
        "compositions is 'apart', but no column says which composition a couple has: name it as composition, or leave "
        "compositions out."
    )
    assert "which keeps roles, but no roles are there. Name roles, or choose 'exchangeable'" in refused(
        mixed(), "pooled", an.StudyError, roles=None
    )
    said = refused(mixed(), "apart", an.StudyError, group="kind")
    assert said.startswith("Compositions are analysed apart, and the column 'kind' names groups too")
    assert "Make one column of both and name it as composition" in said
    assert "The composition column 'knd' is not in the file. Did you mean 'kind'?" in refused(
        mixed(), "apart", composition="knd"
    )


@pytest.mark.parametrize("compositions", ["apart", "exchangeable"])
def test_a_composition_that_differs_within_couples_is_refused_with_the_couples(compositions: str) -> None:
    frame = mixed()
    frame.loc[[0, 61], "kind"] = "two men"
    assert refused(frame, compositions) == (
        "'kind' should be the same for both partners, but differs within 2 couples, for example couple '0-c0': "
        "'two men', 'woman and man'; couple '1-c0': 'two women', 'two men'. Compositions are compositions of couples; "
        "mend the column."
    )
    frame = mixed()
    frame.loc[frame["couple"] == "1-c3", "kind"] = " "
    assert refused(frame, compositions).startswith("'kind' is blank for 1 couple, for example '1-c3'. Fill it in")


@pytest.mark.parametrize("mark", ["w", "x"])
def test_a_couple_without_both_roles_in_a_composition_with_roles_is_named(mark: str) -> None:
    frame = mixed()
    frame.loc[1, "partner"] = mark
    assert refused(frame, "apart") == (
        f"The composition 'woman and man' has couples with both roles, but 1 couple of it has not, by their marks: "
        f"'0-c0' ('w', '{mark}'). Mend the marks or the composition, take the rows out with where, or choose "
        "'exchangeable'."
    )


def test_three_marks_in_a_file_leave_those_without_a_role_exchangeable() -> None:
    frame = mixed({**KINDS, "woman and nonbinary": ("w", "x"), "two nonbinary": ("x", "x")})
    parts = couples_of(frame).parts()
    assert {name: part.n for name, part in parts.items()} == {
        **SIZES, "two nonbinary": 12, "woman and nonbinary": 12,
    }  # fmt: skip
    assert [name for name, part in parts.items() if part.roles] == ["woman and man"]
    assert couples_of(frame, "exchangeable").n == 86
    assert "'woman and nonbinary' (12 couples)" in refused(frame, "pooled")


def test_roles_that_nobody_has_are_refused() -> None:
    assert refused(mixed(), "apart", roles={"f": "woman", "m": "man"}) == (
        "No couple has both roles, 'f', 'm', so no composition keeps them. Name the marks as the file has them, or "
        "leave roles out: then partners are exchangeable in every composition."
    )


def test_without_roles_every_composition_is_exchangeable() -> None:
    parts = couples_of(mixed(), roles=None).parts()
    assert {name: part.n_both for name, part in parts.items()} == SIZES
    assert {part.roles for part in parts.values()} == {None}


def test_one_respondent_a_couple_is_apart_too() -> None:
    frame = mixed().drop_duplicates("couple")
    parts = couples_of(frame, one_person=True, partner="", roles=None).parts()
    assert {name: (part.n, part.one_person) for name, part in parts.items()} == {
        name: (size, True) for name, size in SIZES.items()
    }


def wide(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the file with one row a couple and one column of compositions."""
    items = [item.header for item in PROFILE.items]
    frame = frame.assign(place=frame.groupby("couple").cumcount() + 1)
    both = frame.pivot(index=["couple", "kind"], columns="place", values=items)
    both.columns = ["_".join(map(str, column)) for column in both.columns]
    return both.reset_index()


@pytest.mark.parametrize("compositions", ["apart", "exchangeable"])
def test_a_wide_file_gives_the_numbers_of_a_long_one(compositions: str) -> None:
    long = mixed().sort_values("couple", kind="stable")
    how: dict[str, Any] = {"roles": None, "partner": ""}
    of_wide = couples_of(wide(long), compositions, **how, wide="{item}_{partner}", partners=["1", "2"])
    same(everything(of_wide), everything(couples_of(long, compositions, **how)))
    assert len(of_wide.ledger) == 62


def test_columns_of_a_wide_file_give_roles_to_every_composition_which_a_note_says() -> None:
    couples = couples_of(wide(mixed()), wide="{item}_{partner}", partner="", roles={"1": "patient", "2": "partner"})
    assert {part.roles for part in couples.parts().values()} == {("patient", "partner")}
    assert couples.roles == ("patient", "partner")
    assert any(
        note.startswith("The columns of this wide file give the roles 'patient', 'partner'") for note in couples.notes
    )


def test_couples_apart_are_no_sample_for_what_takes_them_as_one() -> None:
    couples = couples_of(mixed())
    figures = (an.figures.profile, an.figures.plane, an.figures.item_map, an.figures.reliability)
    of_partners = (an.figures.agreement, an.figures.differences, an.figures.categories, an.figures.distinguishability)
    for call in (couples.cube, *figures, *of_partners):
        said = message(an.StudyError, call, *(["H1"] if call == couples.cube else [couples]))
        assert said.startswith("The compositions of these couples are analysed apart, 'woman and man', 'two women'")
        assert "Take one of them, couples.parts()[NAME]" in said
    assert "analysed apart" in message(an.StudyError, an.export_lavaan, couples, "private")


def test_the_summary_names_the_compositions_and_what_they_allow() -> None:
    summary = couples_of(mixed()).summary()
    assert summary[0] == "62 couples, partners by composition: 62 with both partners, 0 with one"
    assert summary[2] == (
        "compositions, apart: woman and man (30 couples, woman and man), two women (20 couples, partners exchangeable)"
        ", two men (12 couples, partners exchangeable)"
    )
    assert "distinguishability" in next(line for line in summary if line.startswith("analyses: "))
    assert any(line.startswith("no distinguishability: two women, two men: Partners are") for line in summary)
    exchangeable = couples_of(mixed(), "exchangeable").summary()
    assert exchangeable[2].startswith("compositions, exchangeable: woman and man (30 couples), two women (20")


def test_a_composition_with_another_profile_is_no_baseline_for_the_others() -> None:
    frame = mixed()
    women = frame["kind"] == "two women"
    high = [item.header for item in PROFILE.items if item.scale in ("H1", "U2")]
    frame.loc[women, high] = "5"
    within, across = (
        an.profiles(couples).where(scale="block:all", statistic="profile_d2").frame
        for couples in (
            couples_of(frame, "exchangeable"), couples_of(frame, "", composition="", roles=None, partner=""),
        )
    )  # fmt: skip
    assert within["estimate"][0] == pytest.approx(across["estimate"][0])
    assert within["estimate"][1] < across["estimate"][1] - 1  # strangers of one composition are more alike
    assert "of one composition" in within["method"][1]
    assert "composition" not in across["method"][1]


def test_couples_are_drawn_within_compositions() -> None:
    couples = couples_of(mixed(), "exchangeable")
    drawn = weights(couples)
    for stratum, size in enumerate((12, 20, 30)):
        assert (drawn[:, couples.strata == stratum].sum(axis=1) == size).all()


def test_items_are_compared_with_random_couples_of_one_composition() -> None:
    frame = mixed()
    frame.loc[frame["kind"] == "two women", "H1_1"] = "5"
    within, across = (
        an.item_agreement(couples).where(item="H1_1", statistic="exact").frame
        for couples in (
            couples_of(frame, "exchangeable"), couples_of(frame, "", composition="", roles=None, partner=""),
        )
    )  # fmt: skip
    assert within["estimate"][0] == across["estimate"][0]
    assert within["estimate"][1] > across["estimate"][1] + 0.05
