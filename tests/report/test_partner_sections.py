"""Sections on two partners: what stands in them for each kind of data, and that words follow what is compared."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import handmade as hm
import pytest

import analysis as an
from analysis.disclosure import public
from analysis.report.markdown import sentence
from analysis.report.numbers import Numbers, p_of, reasons
from analysis.report.sections.partners import DIFFERENCES, alike
from analysis.report.sections.roles import measured_alike, told_apart
from analysis.report.tables import agreement as tables
from analysis.report.tables.common import Numbering
from analysis.report.tables.differences import differences
from analysis.report.tables.distinguishability import distinguishability, invariance
from analysis.report.tables.item_agreement import ONE_SIDED, item_agreement
from analysis.results import NOT_SHOWN, row


def _numbers(couples: an.Couples, *parts: str) -> Numbers:
    found = an.Estimates()
    for part in parts or ("agreement",):
        found = found + getattr(an, part)(couples)
    return Numbers(public(found, couples.settings))


@pytest.fixture(scope="module")
def mixed() -> an.Couples:
    return hm.made(hm.MIXED, 40, settings={"synthetic": True})


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_each_index_stands_beside_random_couples_with_p_and_adjusted_p(mixed: an.Couples) -> None:
    numbers = _numbers(mixed)
    lines = [line for line in tables.agreement(numbers, mixed, Numbering()).splitlines() if line.startswith("|")]
    assert [head.partition(" ")[0] for head in _cells(lines[0])[3:]] == [
        "r", "random", "ICC(A,1)", "random", "CCC", "random", "p", "adj.",
    ]  # fmt: skip
    random = numbers.at("agreement", "pearson_r", scale="U1", comparison="agreement", partner="both", variant="pseudo")
    of_u1 = next(_cells(line) for line in lines if line.startswith("| U1"))
    assert of_u1[-2:] == [p_of(random), p_of(random, "p_adjusted")]


def test_the_caption_says_by_whom_and_for_how_many_tests_p_is_adjusted(mixed: an.Couples) -> None:
    made = tables.agreement(_numbers(mixed), mixed, Numbering()).replace("\\", "")
    assert "adj. p: Holm, tests: 1 of similarity, 1 of similarity (self items), 1 of agreement (couple items)" in made
    assert "1 of agreement" in made


def test_the_words_follow_what_is_compared(mixed: an.Couples) -> None:
    numbers = _numbers(mixed)
    words = {
        (place["scale"], place["variant"]): alike(numbers, mixed, place)
        for place in tables.places_of(numbers, "pearson_r", tables.SCORES)
    }
    assert "similarity r = " in words["H1", "self_items"]
    assert "agreement r = " in words["H1", "couple_items"]
    assert "agreement r = " in words["U1", ""]
    assert all("random couples" in sentence and "permutation p" in sentence for sentence in words.values())
    assert all("w minus m" in sentence for sentence in words.values())


def test_no_sentence_says_that_there_is_no_difference(demo_report: Path) -> None:
    page = (demo_report / "report.html").read_text(encoding="utf-8")
    assert not re.search(
        r"no (significant )?difference (between|was)|do not differ|does not differ|are the same\b(?!:)", page
    )


def test_equivalence_is_said_only_with_bounds_and_only_where_it_was_shown() -> None:
    couples = hm.made(hm.book(hm.items("H1", 4)), 60)
    (place,) = tables.places_of(_numbers(couples), "pearson_r", tables.SCORES)
    assert "equivalent" not in alike(_numbers(couples), couples, place)
    for bound, words in ((2.0, "; equivalent within ±2, p "), (0.05, "; not shown to be equivalent within ±0.05, p ")):
        bounded = couples.with_settings(equivalence={"default": bound})
        assert words in alike(_numbers(bounded), bounded, place)
        assert f"(±{bound:g})" in differences(_numbers(bounded), bounded, Numbering())
    assert "equiv" not in differences(_numbers(couples), couples, Numbering())


def test_exchangeable_partners_have_sizes_and_no_signs() -> None:
    couples = hm.made(hm.MIXED, 40, roles=None)
    numbers = _numbers(couples)
    made = differences(numbers, couples, Numbering())
    assert "Mean size" in made
    assert "minus" not in made
    assert "ICC(1)" in tables.agreement(numbers, couples, Numbering())
    (first, *_) = tables.places_of(numbers, "icc_1", tables.SCORES)
    assert "ICC(1) = " in alike(numbers, couples, first)
    assert "minus" not in alike(numbers, couples, first)


def test_mirrored_items_have_self_other_agreement_with_accuracy_and_bias() -> None:
    couples = hm.made(hm.MIRRORED, 40)
    for of, head in ((tables.self_other, "Self-other r"), (tables.truth_and_bias, "Accuracy")):
        made = of(_numbers(couples), couples, Numbering())
        assert head in made
        assert made.count("| U1 |") == 2


def test_items_of_one_answer_are_marked() -> None:
    codebook = hm.book(hm.items("H1", 2))
    cells = hm.answers(codebook, 60).astype(float)
    cells[:, :, 0] = 5.0
    cells[:3, 0, 0], cells[3:6, 1, 0] = 4.0, 4.0
    couples = hm.couples(codebook, cells, settings={"synthetic": True})
    made = item_agreement(_numbers(couples, "item_agreement"), couples, Numbering())
    one, other = (line for line in made.splitlines() if line.startswith("| H1"))
    assert one.count(ONE_SIDED) == 2
    assert ONE_SIDED not in other


def test_a_p_that_rejects_too_often_is_in_no_table_and_no_sentence(demo: an.Couples) -> None:
    numbers = _numbers(demo, "distinguishability", "invariance", "agreement")
    hidden = [line for line in numbers.results if NOT_SHOWN in line["note"]]
    assert hidden
    assert {p_of(line) for line in hidden} == {"–"}
    assert not any(NOT_SHOWN in note for note in reasons(numbers.results, empty=False))


def test_tables_of_roles_show_the_p_of_swaps_and_of_flips(demo: an.Couples) -> None:
    numbers = _numbers(demo, "distinguishability", "invariance", "agreement")
    lines = distinguishability(numbers, demo, Numbering()).splitlines()
    swapped = numbers.at("distinguishability", "isat_chi2", scale="H5", partner="both", variant="permutation")
    assert p_of(swapped) in next(line for line in lines if line.startswith("| H5"))
    flipped = numbers.at(
        "distinguishability", "invariance_difference", scale="U2a", partner="both", variant="metric sign_flips"
    )
    of_u2a = next(
        line for line in invariance(numbers, demo, Numbering()).splitlines() if "| metric" in line and "U2a" in line
    )
    assert _cells(of_u2a)[-1] == p_of(flipped)


def test_sentences_of_roles_say_what_was_tested_and_on_how_many_couples(demo: an.Couples) -> None:
    numbers = _numbers(demo, "distinguishability", "invariance", "agreement")
    words = told_apart(numbers, demo, "block:unhealthy")
    assert re.match(
        r"unhealthy block: partners (can be told apart|were not shown to be distinguishable all at once) \(χ²\(72\)",
        words,
    )
    assert "permutation p" in words
    assert "means alone T²" in words
    assert "largest d_z, of Burnt out from caretaking," in words
    assert re.search(
        r"(was|no level up to .* was) rejected|invariance was rejected", measured_alike(numbers, demo, "H1")
    )


def test_means_that_differ_are_said_where_all_at_once_shows_nothing() -> None:
    codebook = hm.made(hm.MIXED, 12, settings={"synthetic": True})
    common = {"scale": "U1", "partner": "both", "df": 2.0, "n_couples": 50}
    for p_all, p_means, wanted in (
        (
            0.3,
            0.01,
            "not shown to be distinguishable all at once (χ²(2) = 4.00, permutation p = .300, 50 couples); but",
        ),
        (0.3, 0.3, "permutation p = .300, 50 couples); means alone T²"),
        (0.01, 0.01, "can be told apart (χ²(2) = 4.00, permutation p = .010, 50 couples); means alone T²"),
    ):
        numbers = Numbers(
            an.Estimates(
                [
                    row("distinguishability", "isat_chi2", variant="permutation", estimate=4.0, p=p_all, **common),
                    row(
                        "distinguishability", "means", variant="hotelling", estimate=6.0, df2=40.0, p=p_means, **common
                    ),
                ]
            )
        )
        assert wanted in told_apart(numbers, codebook, "U1")


def test_d_z_stands_low_in_sentences_and_is_explained() -> None:
    assert sentence("d_z = 0.3") == r"d~z~ \= 0\.3"
    assert "d~z~ is the mean difference over the SD" in DIFFERENCES


def test_a_table_of_items_without_a_number_is_left_out() -> None:
    couples = hm.made(hm.MIXED, 12, settings={"synthetic": True})
    item = couples.codebook.items[0]
    empty = row(
        "agreement", "exact", scale=item.scale, item=item.name, partner="both", comparison="similarity", n_couples=12
    )
    assert item_agreement(Numbers(an.Estimates([empty])), couples, Numbering()) == ""
    shown = empty | {"estimate": 0.4}
    assert item.name in item_agreement(Numbers(an.Estimates([shown])), couples, Numbering()).replace("\\", "")


def test_what_no_table_shows_is_not_among_the_cautions() -> None:
    rows = [
        row("agreement", "design_effect", scale="H1", estimate=1.4, note="of samples"),
        row("agreement", "exact", variant="pseudo", scale="H1", estimate=0.4, note="mid-p = .03"),
        row("agreement", "icc_1", scale="H1", estimate=0.4, note="few couples"),
    ]
    assert list(reasons(an.Estimates(rows), empty=False)) == ["few couples"]


@pytest.mark.parametrize("case", ["one respondent", "nobody of one role"])
def test_without_two_partners_there_is_no_table(case: str) -> None:
    couples = hm.ZOO[case]()
    numbers = _numbers(couples, "agreement", "item_agreement", "distinguishability", "invariance")
    assert tables.places_of(numbers, "pearson_r", tables.SCORES) == []
    assert item_agreement(numbers, couples, Numbering()) == ""
    assert invariance(numbers, replace(couples), Numbering()) == ""
