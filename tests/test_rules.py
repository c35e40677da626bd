"""Each rule on data that call for it and on data that do not; the words that a person reads, and the override."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from handmade import MIXED, PROFILE, answers, book, couples, everything, frame, items, made
from surveys import message

import analysis as an
from analysis.disclosure import public, public_note, stamp
from analysis.estimation.pooled import STATISTICS
from analysis.report.building import build_report
from analysis.rules import ACTIONS, can_be_allowed, clause, rules, sentence
from analysis.stats.value import Array

FOUR = book(items("H1", 4))
NUMBERS = [*range(1, 11), *range(17, 24)]


def says(table: an.Estimates, rule: str) -> bool:
    """Say whether a rule's sentence stands in the notes of a table, once."""
    found = [note for note in table.notes if sentence(rule) in note]
    assert len(found) <= 1
    return bool(found)


def read(
    table: pd.DataFrame, codebook: an.Codebook = FOUR, *, allow: tuple[str, ...] = (), **options: Any
) -> an.Couples:
    settings = an.Settings(resamples=100, allow=allow)
    return an.couples_from_frame(table, codebook=codebook, settings=settings, **options)


# The table


def test_every_rule_of_the_issue_is_there_in_order_with_an_action_and_a_remedy() -> None:
    assert list(rules()) == [f"W{number}" for number in NUMBERS]
    assert {rule.action for rule in rules().values()} == set(ACTIONS)
    assert len({rule.name for rule in rules().values()}) == len(rules())
    assert all(rule.sentence.endswith(".") and rule.source and rule.wrong for rule in rules().values())


@pytest.mark.parametrize("name", list(rules()))
def test_the_documentation_lists_the_rules_as_the_code_has_them(name: str, root: Path) -> None:
    page = (root / "docs" / "rules.md").read_text(encoding="utf-8")
    rule = rules()[name]
    line = f"| {name} | `{rule.name}` | {rule.action} | {rule.wrong} | {rule.sentence} | {rule.source} |"
    assert page.splitlines().count(line) == 1
    assert sum(row.startswith(f"| {name} |") for row in page.splitlines()) == 2  # and how it is found


def test_the_readme_leads_to_the_rules(root: Path) -> None:
    assert "[docs/rules.md](docs/rules.md)" in (root / "README.md").read_text(encoding="utf-8")


def test_only_refusals_can_be_allowed() -> None:
    assert can_be_allowed() == [
        "persons-as-units", "double-entry", "pooled-reliability", "pooled-unequal-means", "arbitrary-roles",
    ]  # fmt: skip
    assert an.Settings(allow=("double-entry",)).allow == ("double-entry",)
    assert an.Settings(allow=["double-entry"]).allow == ("double-entry",)  # type: ignore[arg-type]
    said = message(an.StudyError, an.Settings, allow=("double_entry",))
    assert said.startswith("allow names 'double_entry', which is no rule. Did you mean 'double-entry'? Those that")
    said = message(an.StudyError, an.Settings, allow=("partners-as-raters",))
    assert said.startswith("allow names 'partners-as-raters', which refuses nothing. Those that refuse are")
    assert "takes a list of rules" in message(an.StudyError, an.Settings, allow="double-entry")


def test_a_study_allows_by_name(tmp_path: Path) -> None:
    text = (an.demo() / "study.toml").read_text(encoding="utf-8")
    (tmp_path / "study.toml").write_text(text + 'allow = ["pooled-reliability"]\n', encoding="utf-8")
    assert an.open_study(tmp_path).settings.allow == ("pooled-reliability",)
    (tmp_path / "study.toml").write_text(text + 'allow = ["pooled-reliabilty"]\n', encoding="utf-8")
    said = message(an.StudyError, an.open_study, tmp_path)
    assert "Did you mean 'pooled-reliability'?" in said


# W1: persons as units


def test_w1_one_respondent_whose_ids_stand_twice() -> None:
    table = frame(FOUR, answers(FOUR, 20))
    said = message(an.DataError, read, table, couple="couple", one_person=True)
    assert said.startswith(
        "one_person is true, but most ids in 'couple' stand in more than one row: both partners answered. "
        "Persons of a couple are not independent"
    )
    assert 'write allow = ["persons-as-units"] under [analysis] of study.toml; every output will say so.' in said
    allowed = read(table, couple="couple", one_person=True, allow=("persons-as-units",))
    assert allowed.n == 40
    assert any(note.endswith("Allowed by study.toml (persons-as-units).") for note in allowed.notes)


def test_w1_one_respondent_without_an_id_beside_a_column_of_pairs() -> None:
    table = frame(FOUR, answers(FOUR, 20))
    said = message(an.DataError, read, table, one_person=True)
    assert "no couple id is named, but the values of the column 'couple' stand in two rows each" in said
    assert read(table.assign(couple=range(40)), one_person=True).n == 40
    assert read(table.drop(columns="couple"), one_person=True).n == 40


@pytest.mark.parametrize("marked", [True, False])
def test_w1_ids_of_persons_in_place_of_couples(*, marked: bool) -> None:
    table = frame(FOUR, answers(FOUR, 20)).assign(person=[f"p{i}" for i in range(40)])
    options: dict[str, Any] = {"partner": "partner", "roles": {"w": "woman", "m": "man"}} if marked else {}
    said = message(an.DataError, read, table, couple="person", **options)
    assert said.startswith(
        "No couple has answers from two partners: every id in 'person' stands in one row, as ids of persons do. "
        "Persons of a couple are not independent"
    )
    assert "Name the id that both partners share as couple (id)" in said
    assert read(table, couple="person", allow=("persons-as-units",), **options).n_both == 0
    assert read(table, couple="couple", **options).n_both == 20


def test_w1_a_wide_file_whose_rows_hold_one_person_each() -> None:
    wide = pd.DataFrame({"a_1": ["1", "", "2", ""], "a_2": ["", "4", "", "5"]})
    one = book([an.Item("a", "H", 1, 5)])
    said = message(an.DataError, read, wide, one, wide="{item}_{partner}", partners=["1", "2"])
    assert said.startswith("No couple has answers from two partners: every row holds one person.")


def test_w1_says_nothing_of_respondents_who_stand_once_or_of_a_role_that_nobody_has() -> None:
    table = frame(FOUR, answers(FOUR, 20))
    one_each = table[::2]
    assert read(one_each, couple="couple", one_person=True).n == 20
    again = pd.concat([one_each, one_each.head(2).assign(H1_1="5")])  # a few ids twice: these couples go to the ledger
    assert read(again, couple="couple", one_person=True).n == 18
    silent = table.copy()
    silent.loc[silent["partner"] == "m", ["H1_1", "H1_2", "H1_3", "H1_4"]] = ""
    assert read(silent, couple="couple", one_person=True).n == 20
    assert read(one_each, couple="couple", partner="partner", roles={"w": "woman", "m": "man"}).n_both == 0


@pytest.mark.parametrize("verb", [an.describe, an.items, an.reliability, an.agreement, an.distinguishability])
def test_w1_a_frame_of_persons_is_no_couples(verb: Callable[[Any], an.Estimates]) -> None:
    said = message(an.DataError, verb, made(FOUR).items)
    assert f"{verb.__name__} takes couples, and this is a DataFrame." in said
    assert "persons of a couple are no independent units" in said
    assert "an.couples_from_frame(frame, codebook=…, couple=…, partner=…)" in said


def test_w1_what_holds_couples_says_how_to_get_them() -> None:
    assert "study.couples()" in message(an.DataError, an.agreement, an.open_study(an.demo()))
    codings = an.read_codings(an.demo() / "codings.csv", roles={"w": "woman", "m": "man"}, codes="codes")
    assert "codings.consensus()" in message(an.DataError, an.describe, codings)


# W2: double entry


def _doubled(cells: Array, *, swapped: bool) -> Array:
    return np.concatenate([cells, cells[:, ::-1] if swapped else cells])


@pytest.mark.parametrize("swapped", [True, False])
@pytest.mark.parametrize("roles", [("w", "m"), None])
def test_w2_couples_who_all_stand_twice(roles: tuple[str, str] | None, *, swapped: bool) -> None:
    cells = _doubled(answers(FOUR, 12), swapped=swapped)
    said = message(an.DataError, couples, FOUR, cells, roles=roles)
    assert said.startswith(
        "Every couple stands in these data twice, with the partners swapped (double entry) or as a copy: "
        "for example couples 'c0', 'c12'. There are n couples here, not 2n"
    )
    assert 'allow = ["double-entry"]' in said
    allowed = couples(FOUR, cells, roles=roles, settings={"allow": ("double-entry",)})
    assert allowed.n == 24
    [noted] = [note for note in allowed.notes if "double entry" in note]
    assert noted.endswith("Allowed by study.toml (double-entry).")
    assert "c12" not in noted  # notes are public


def test_w2_a_pairwise_wide_file_of_actors_and_partners() -> None:
    cells = answers(FOUR, 12).astype(int).astype(str)
    both = _doubled(cells, swapped=True)
    names = [f"{item.name}_{who}" for who in ("actor", "other") for item in FOUR.items]
    wide = pd.DataFrame(both.reshape(24, -1), columns=names)
    said = message(an.DataError, read, wide, wide="{item}_{partner}", partners=["actor", "other"])
    assert "(double entry)" in said
    assert read(wide.head(12), wide="{item}_{partner}", partners=["actor", "other"]).n == 12


def test_w2_one_couple_without_a_twin_or_couples_alike_are_no_double_entry() -> None:
    cells = _doubled(answers(FOUR, 12), swapped=True)
    assert couples(FOUR, cells[:-1]).n == 23
    assert couples(FOUR, np.full((20, 2, 4), 3.0)).n == 20
    one = book(items("H1", 1))
    few = np.array([[1, 2], [2, 1], [3, 4], [4, 3]], dtype=float).reshape(4, 2, 1)
    assert couples(one, few).n == 4


def test_w2_missing_answers_have_their_twin_too() -> None:
    cells = answers(FOUR, 12).astype(float)
    cells[0, 0, 1] = cells[3, 1, 2] = np.nan
    assert "double entry" in message(an.DataError, couples, FOUR, _doubled(cells, swapped=True))


# W3 and W4: one reliability over two roles


def _pooled(data: an.Couples) -> pd.DataFrame:
    return an.reliability(data).where(statistic=list(STATISTICS)).frame


def test_w3_persons_of_two_roles_have_no_reliability_together_unless_it_is_allowed() -> None:
    refused = _pooled(made(FOUR))
    assert refused["estimate"].isna().all()
    assert set(refused["note"]) == {clause("W3")}
    data = made(FOUR, settings={"allow": ("pooled-reliability",)})
    found = _pooled(data)
    assert set(found["statistic"]) == set(STATISTICS)
    assert found["note"].str.endswith("allowed by study.toml (pooled-reliability)").all()
    exchangeable = _pooled(made(FOUR, roles=None))
    np.testing.assert_allclose(found["estimate"], exchangeable["estimate"], rtol=1e-12)
    np.testing.assert_allclose(found["lower"], exchangeable["lower"], rtol=1e-12)
    assert found["method"].str.contains("couples as clusters").all()


def test_w3_exchangeable_partners_and_one_respondent_have_nothing_to_allow() -> None:
    allow = {"allow": ("pooled-reliability",)}
    for data in (made(FOUR, roles=None, settings=allow), couples(FOUR, answers(FOUR)[:, :1], settings=allow)):
        assert not an.reliability(data).frame["note"].str.contains("allowed by").any()


def _shifted(n: int = 200, shift: float = 2.0) -> tuple[an.Codebook, Array]:
    wide = book(items("H1", 4, low=0, high=20))
    cells = answers(wide, n).astype(float)
    cells[:, 0] = np.clip(cells[:, 0] + shift, 0, 20)
    return wide, cells


def test_w4_where_means_differ_it_needs_its_own_permission() -> None:
    wide, cells = _shifted()
    once = _pooled(couples(wide, cells, settings={"allow": ("pooled-reliability",)}))
    assert once["estimate"].isna().all()
    assert set(once["note"]) == {clause("W4")}
    twice = _pooled(couples(wide, cells, settings={"allow": ("pooled-reliability", "pooled-unequal-means")}))
    assert np.isfinite(twice["estimate"]).all()
    assert twice["note"].str.endswith("allowed by study.toml (pooled-reliability, pooled-unequal-means)").all()


def test_w4_a_difference_of_means_raises_the_pooled_alpha_above_that_of_either_role() -> None:
    allow = {"allow": ("pooled-reliability", "pooled-unequal-means")}
    wide, cells = _shifted(400, shift=6.0)
    table = an.reliability(couples(wide, cells, settings=allow))
    of_roles = table.where(statistic="alpha", variant="").frame["estimate"]
    assert table.where(statistic="alpha_pooled").frame["estimate"].item() > of_roles.max() + 0.02


# W5: arbitrary roles


@pytest.mark.parametrize(
    "labels",
    [
        ("1", "2"), ("a", "B"), ("first", "second"), ("Partner 1", "Partner 2"), ("p1", "p2"), ("mate_b", "mate_a"),
        ("Person A", "Person B"), ("0", "1"), ("spouse one", "spouse two"),
    ],
)  # fmt: skip
def test_w5_roles_called_by_their_order_are_refused(labels: tuple[str, str]) -> None:
    table = frame(FOUR, answers(FOUR, 20), ("1", "2"))
    options: dict[str, Any] = {"couple": "couple", "partner": "partner", "roles": dict(zip("12", labels, strict=True))}
    said = message(an.StudyError, read, table, **options)
    assert said.startswith(f"The roles are called '{labels[0]}', '{labels[1]}', which names an order and no difference")
    assert "Leave roles out" in said
    assert 'call them by it: {1 = "woman", 2 = "man"}' in said
    assert 'allow = ["arbitrary-roles"]' in said
    allowed = read(table, **options, allow=("arbitrary-roles",))
    assert allowed.roles == labels
    assert any(note.endswith("Allowed by study.toml (arbitrary-roles).") for note in allowed.notes)


@pytest.mark.parametrize(
    "labels",
    [("woman", "man"), ("patient", "partner"), ("p", "partner"), ("she/her", "he"), ("w", "m"), ("older", "younger"),
     ("first wife", "husband"), ("a", "2")],
)  # fmt: skip
def test_w5_marks_may_be_numbers_where_labels_say_something(labels: tuple[str, str]) -> None:
    table = frame(FOUR, answers(FOUR, 20), ("1", "2"))
    data = read(table, couple="couple", partner="partner", roles=dict(zip("12", labels, strict=True)))
    assert data.roles == labels


# W6 to W9: what tests do not say


def test_w6_roles_are_said_to_be_assumed_where_they_cannot_be_tested() -> None:
    few, many = an.agreement(made(PROFILE, 12)), an.agreement(made(PROFILE, 40))
    assert says(few, "W6")
    assert any(note.startswith("Roles are assumed, not tested, for whole profile. ") for note in few.notes)
    assert not says(many, "W6")
    assert not says(an.agreement(made(PROFILE, 12, roles=None)), "W6")
    assert says(an.distinguishability(made(PROFILE, 12)), "W6")
    assert not says(an.distinguishability(made(PROFILE, 40)), "W6")


def test_w7_chi_square_of_few_couples() -> None:
    for verb in (an.distinguishability, an.invariance):
        assert says(verb(made(PROFILE, 30)), "W7")
    assert not says(an.distinguishability(made(PROFILE, 400)), "W7")
    assert not says(an.invariance(made(FOUR, 90)), "W7")


def test_w8_a_p_above_05_does_not_show_that_partners_are_the_same() -> None:
    for verb in (an.agreement, an.distinguishability, an.invariance):
        assert says(verb(made(FOUR, 40)), "W8")
    wide, cells = _shifted()
    assert not says(an.agreement(couples(wide, cells)), "W8")
    assert not says(an.agreement(made(FOUR, 40, roles=None)), "W8")  # no mean difference there


@pytest.mark.parametrize("roles", [("w", "m"), None])
def test_w9_no_test_of_dependence_is_a_licence_to_analyse_persons(roles: tuple[str, str] | None) -> None:
    alone = an.agreement(couples(FOUR, answers(FOUR, 40, together=0.0), roles=roles))
    related = an.agreement(couples(FOUR, answers(FOUR, 40, together=0.9), roles=roles))
    assert says(alone, "W9")
    assert not says(related, "W9")
    persons = [name for name in an.__all__ if "person" in name.casefold() or "independen" in name.casefold()]
    assert persons == []


# W10: negative dependence

OF_DEPENDENCE = (
    "icc_1", "icc_pairwise", "icc_a1", "icc_c1", "ccc", "pearson_r", "latent_partner_r", "partner_r_disattenuated",
    "kappa_quadratic", "krippendorff_interval", "krippendorff_ordinal", "polychoric_r",
)  # fmt: skip


@pytest.mark.parametrize("roles", [("w", "m"), None])
def test_w10_negative_dependence_survives_every_path(roles: tuple[str, str] | None) -> None:
    cells = answers(FOUR, 200, together=0.5).astype(float)
    cells[:, 1] = 6 - cells[:, 1]
    data = couples(FOUR, cells, roles=roles)
    rows = everything(data).where(statistic=list(OF_DEPENDENCE)).frame
    rows = rows[~rows["variant"].str.contains("pseudo") & rows["estimate"].notna()]
    assert set(rows["statistic"]) >= (set(OF_DEPENDENCE) if roles else {"icc_1", "icc_pairwise", "latent_partner_r"})
    assert (rows["estimate"] < 0).all()
    assert rows.loc[rows["statistic"] == "icc_1", "p"].lt(0.01).any()
    shown = public(an.agreement(data), an.Settings()).where(statistic="icc_1", variant="").frame
    assert (shown["estimate"] < 0).all()


# W17 to W19: what agreement is not


def test_w17_a_correlation_of_answers_on_one_thing_is_no_agreement() -> None:
    about_us = book(items("H1", 4, referent="couple"))
    assert says(an.agreement(made(about_us)), "W17")
    assert not says(an.agreement(made(FOUR)), "W17")  # answers about oneself are compared as similarity


@pytest.mark.parametrize("asked", ["icc_k", "icc_2k", "ICC2k", "icc_ak", "ICC(A,k)", "icc_1k"])
def test_w18_the_icc_of_the_mean_of_partners_is_not_offered(asked: str) -> None:
    table = an.agreement(made(FOUR))
    said = message(an.SurveyError, table.where, statistic=asked)
    assert said == f"There is no statistic '{asked}'. {sentence('W18')}"
    assert "icc_1, icc_a1 and icc_c1 of single scores" in said
    assert len(table.where(statistic="icc_a1")) > 0
    assert not [name for name in table.frame["statistic"] if name.startswith("icc") and name.endswith("k")]


def test_w19_partners_who_report_on_themselves_are_no_raters() -> None:
    about_us = book(items("H1", 4, referent="couple"))
    for verb in (an.agreement, an.item_agreement):
        assert says(verb(made(FOUR)), "W19")
        assert not says(verb(made(about_us)), "W19")
        assert says(verb(made(MIXED)), "W19")


# W20: a difference has a sign

SIGNED = (
    "mean_difference", "d_z", "d_av", "location_shift", "scale_shift", "loa_bias", "loa_lower", "loa_slope", "sd_ratio",
    "alpha_difference", "omega_difference",
)  # fmt: skip


def test_w20_every_difference_says_who_comes_first() -> None:
    rows = everything(made(PROFILE)).where(statistic=list(SIGNED)).frame
    rows = rows[rows["estimate"].notna()]
    assert set(rows["statistic"]) == set(SIGNED)
    assert rows["method"].str.contains("w minus m|w over m|first role minus second").all()


def test_w20_exchangeable_partners_have_no_signed_difference() -> None:
    rows = everything(made(PROFILE, roles=None)).where(statistic=list(SIGNED)).frame
    assert rows["estimate"].isna().all()


# W21 and W22: answers that do not occur, or hardly any other


def test_w21_answers_that_nobody_gave_stay_in_the_coefficients() -> None:
    cells = answers(FOUR, 60).astype(float)
    cells[:, :, 0] = np.clip(cells[:, :, 0], 2, 4)
    narrow = an.item_agreement(couples(FOUR, cells))
    assert says(narrow, "W21")
    cells[:5, :, :] = np.arange(1, 6)[:, None, None]
    assert not says(an.item_agreement(couples(FOUR, cells)), "W21")


def test_w22_items_on_which_nearly_everyone_answers_alike() -> None:
    cells = answers(FOUR, 60).astype(float)
    cells[:, :, 0] = 5.0
    cells[:4, 0, 0] = 3.0
    table = an.item_agreement(couples(FOUR, cells)).where(statistic="kappa", variant="").frame.set_index("item")
    assert clause("W22") in str(table.loc["H1_1", "note"])
    assert clause("W22") not in str(table.loc["H1_2", "note"])


# What a difference of means rests on


def test_w23_means_are_compared_with_a_word_on_invariance_and_on_unequal_alphas() -> None:
    table = an.agreement(made(FOUR, 40))
    assert says(table, "W23")
    assert not any("Alphas differ" in note for note in table.notes)
    cells = answers(FOUR, 200).astype(float)
    cells[:, 1, 1:] = np.random.default_rng(3).integers(1, 6, (200, 3))
    unlike = an.agreement(couples(FOUR, cells))
    assert any(
        note == f"{sentence('W23')} Alphas differ (p at most .05, adjusted by Holm) in H1." for note in unlike.notes
    )
    assert not says(an.agreement(made(FOUR, 40, roles=None)), "W23")
    assert not says(an.agreement(made(book(items("H1", 1)), 40)), "W23")


# What is allowed is said everywhere


def test_every_table_says_what_is_allowed() -> None:
    words = "Refused as a rule, allowed by study.toml: pooled-reliability."
    data = made(PROFILE, settings={"allow": ("pooled-reliability",)})
    verbs = (
        an.describe, an.items, an.reliability, an.factor_fit, an.scale_pairs, an.partner_reliability,
        an.block_reliability, an.agreement, an.item_agreement, an.distinguishability, an.invariance, an.profiles,
    )  # fmt: skip
    for verb in verbs:
        assert words in verb(data).notes, verb.__name__
        assert words in repr(verb(data))
    assert words not in an.describe(made(PROFILE)).notes


def test_the_stamp_names_what_is_allowed_beside_the_rest() -> None:
    settings = an.Settings(synthetic=True, allow=("double-entry", "arbitrary-roles"))
    synthetic, allowed = stamp(settings).split(". ")
    assert synthetic == "Synthetic data: no real couple answered"
    assert allowed == "Refused as a rule, allowed by study.toml: double-entry, arbitrary-roles."
    assert not an.Settings(allow=("double-entry",)).open


@pytest.mark.parametrize("rule", list(rules()))
def test_no_sentence_counts_anybody(rule: str) -> None:
    assert public_note(sentence(rule), an.Settings()) == sentence(rule)


def test_a_report_says_what_is_allowed_on_page_tables_figures_results_and_provenance(tmp_path: Path) -> None:
    codebook = tmp_path / "book"
    codebook.mkdir()
    rows = "".join(f"H1_{i},H1,1,5\n" for i in range(1, 5))
    (codebook / "items.csv").write_text(f"item,scale,minimum,maximum\n{rows}", encoding="utf-8")
    frame(FOUR, answers(FOUR, 30)).to_csv(tmp_path / "answers.csv", index=False)
    (tmp_path / "study.toml").write_text(
        'data = "answers.csv"\ncodebook = "book"\n[couples]\nid = "couple"\npartner = "partner"\n'
        'roles = {w = "woman", m = "man"}\n[analysis]\nresamples = 100\nallow = ["pooled-reliability"]\n',
        encoding="utf-8",
    )
    page = build_report(an.open_study(tmp_path), tmp_path / "out").read_text(encoding="utf-8")
    words = "Refused as a rule, allowed by study.toml: pooled-reliability."
    assert page.count(words) > 5  # banner, tables, figures
    assert "all persons: n" in page
    assert "allow pooled-reliability" in page
    made_from = json.loads((tmp_path / "out" / "provenance.json").read_text(encoding="utf-8"))
    assert made_from["settings"]["allow"] == ["pooled-reliability"]
    results = pd.read_csv(tmp_path / "out" / "results.csv")
    assert results["note"].str.endswith(words).all()
    ax = an.figures.reliability(an.open_study(tmp_path).couples())
    assert words in [note.get_text() for note in ax.texts]
