"""What data do not allow is refused in a sentence that names what is missing and the remedy."""

from dataclasses import dataclass

import pytest
from surveys import book

import analysis as an
from analysis.guards import ANALYSES, refusal


@dataclass
class Facts:
    """Couples as the rules see them."""

    codebook: an.Codebook
    one_person: bool = False
    n_both: int = 100
    roles: tuple[str, str] | None = ("woman", "man")


def profile(valences: str) -> an.Codebook:
    """Return a codebook of one-item scales, healthy (h), unhealthy (u) or neutral (n)."""
    words = {"h": "healthy", "u": "unhealthy", "n": "neutral"}
    items = [an.Item(f"a{i}", f"S{i}", 1, 5) for i in range(len(valences))]
    return book(*items, **{f"S{i}": words[letter] for i, letter in enumerate(valences)})


def test_whole_data_allow_everything() -> None:
    facts = Facts(profile("hhhuuu"))
    assert [refusal(analysis, facts) for analysis in ANALYSES] == [""] * len(ANALYSES)


def test_describing_is_always_allowed() -> None:
    assert refusal("describe", Facts(profile("n"), one_person=True, n_both=0)) == ""


@pytest.mark.parametrize("analysis", ["items", "reliability"])
def test_finished_scores_alone_say_nothing_about_items(analysis: str) -> None:
    said = refusal(analysis, Facts(book(an.Item("score", "S"))))
    assert "Every scale here is a finished score" in said
    assert "Bring the answers to the items and their codebook." in said


@pytest.mark.parametrize("analysis", ["items", "reliability"])
def test_one_scale_with_items_is_enough_for_reliability(analysis: str) -> None:
    assert refusal(analysis, Facts(book(an.Item("score", "S"), "a", "b"))) == ""


@pytest.mark.parametrize("analysis", ["agreement", "profiles"])
def test_one_respondent_a_couple_cannot_be_compared_with_a_partner(analysis: str) -> None:
    said = refusal(analysis, Facts(profile("hhh"), one_person=True, n_both=0))
    assert "one respondent a couple" in said
    assert "Ask both partners, or compare groups of couples." in said


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_than_three_couples_with_both_partners_are_too_few(n: int) -> None:
    said = refusal("agreement", Facts(profile("hhh"), n_both=n))
    assert said.startswith("Comparing partners needs 3 couples with answers from both")
    assert f"couples that have them: {n}." in said
    assert "Look in the ledger" in said
    assert refusal("agreement", Facts(profile("hhh"), n_both=3)) == ""


@pytest.mark.parametrize("valences", ["n", "h", "unn"])
def test_one_scale_with_a_valence_makes_no_profile(valences: str) -> None:
    said = refusal("profiles", Facts(profile(valences)))
    assert "two or more scales that are healthy or unhealthy" in said
    assert "valence in scales.csv" in said


@pytest.mark.parametrize("valences", ["hh", "hu", "hnnu"])
def test_two_scales_of_either_block_make_one(valences: str) -> None:
    assert refusal("profiles", Facts(profile(valences))) == ""
