"""A scale's answers in a sample: whose they are, which couple each row has, and which items a unit holds."""

import numpy as np
import pytest
from handmade import FINISHED, MIRRORED, answers, book, couples, items, made

import analysis as an
from analysis.estimation.samples import Sample, samples
from analysis.estimation.scales import Answers, answers_to, each_scale, items_of
from analysis.estimation.scales import answers as answers_of
from analysis.stats.value import Array

THREE = book(items("H1", 3))


def holes() -> tuple[an.Couples, Array]:
    cells = answers(THREE, 8)
    cells[0, 0, 1] = cells[1, 1, 0] = np.nan
    cells[2, 0] = np.nan
    return couples(THREE, cells), cells.astype(float)


def sample_of(data: an.Couples, partner: str, group: str = "") -> Sample:
    return next(each for each in samples(data, by_group=True) if (each.partner, each.group) == (partner, group))


def test_complete_persons_and_persons_with_an_answer_are_counted_apart() -> None:
    data, cells = holes()
    scale = answers_of(data, sample_of(data, "w"), "H1")
    assert scale.couple.tolist() == [1, 3, 4, 5, 6, 7]
    np.testing.assert_array_equal(scale.x, cells[scale.couple, 0])
    assert scale.persons_couple.tolist() == [0, 1, 3, 4, 5, 6, 7]
    np.testing.assert_array_equal(scale.persons, cells[scale.persons_couple, 0])
    assert (scale.at["n_couples"], scale.persons_at["n_couples"]) == (6, 7)
    assert scale.incomplete
    assert not scale.clustered


def test_exchangeable_partners_are_stacked_with_the_couple_of_each() -> None:
    cells = holes()[1]
    data = couples(THREE, cells.astype(object), roles=None)
    scale = answers_of(data, sample_of(data, "both"), "H1")
    assert scale.clustered
    assert scale.couple.tolist() == [1, 3, 4, 5, 6, 7, 0, 2, 3, 4, 5, 6, 7]
    np.testing.assert_array_equal(scale.x, np.vstack([cells[[1, 3, 4, 5, 6, 7], 0], cells[[0, 2, 3, 4, 5, 6, 7], 1]]))
    assert (scale.at["n_couples"], scale.at["n_persons"]) == (8, 13)


def test_in_a_group_the_couples_keep_their_numbers() -> None:
    data = made(THREE, 9, group=["a", "b", "b"] * 3)
    scale = answers_of(data, sample_of(data, "m", "b"), "H1")
    assert scale.couple.tolist() == [1, 2, 4, 5, 7, 8]
    np.testing.assert_array_equal(scale.x, data.cube("H1")[scale.couple, 1])
    assert scale.place["group"] == "b"


def test_constant_items_are_those_of_complete_persons() -> None:
    cells = answers(THREE, 8)
    cells[:, 0, 1] = 2.0
    cells[0, 0, 1], cells[0, 0, 2] = 5.0, np.nan  # who answered otherwise is not complete
    data = couples(THREE, cells)
    assert answers_of(data, sample_of(data, "w"), "H1").constant == ["H1_2"]
    assert answers_of(data, sample_of(data, "m"), "H1").constant == []


@pytest.mark.parametrize(
    ("count", "n", "words"),
    [
        (1, 9, "a scale of one item has no internal consistency"),
        (3, 2, "couples with a person complete on all 3 items: 2; 3 are needed"),
        (3, 3, ""),
    ],
)
def test_too_little_says_what_is_lacking(count: int, n: int, words: str) -> None:
    data = made(book(items("H1", count)), n)
    assert answers_of(data, sample_of(data, "w"), "H1").too_little == words


def test_reversed_items_are_answers_after_reversing() -> None:
    turned = book(items("H1", 2), items("H1", 1, first=3, keyed=-1))
    cells = answers(turned, 6)
    data = couples(turned, cells)
    x = answers_of(data, sample_of(data, "w"), "H1").x
    np.testing.assert_array_equal(x[:, 2], 6 - cells[:, 0, 2].astype(float))


def test_a_scale_holds_no_mirror_and_no_companion() -> None:
    assert [item.name for item in items_of(MIRRORED, "U1")] == ["U1_1", "U1_2", "U1_3"]
    assert [item.name for item in items_of(MIRRORED, "H1")] == ["H1_1", "H1_2"]


def test_facets_of_the_built_in_codebook_follow_their_scale_and_hold_their_companions() -> None:
    data = an.make_couples(10, seed=1)
    units = {each.code: [item.name for item in each.items] for each in _units(data)}
    order = list(units)
    assert order[order.index("H6") :][:4] == ["H6", "H6.together", "H6.apart", "H6.outside"]
    assert order[order.index("H3") :][:4] == ["H3", "H3.refuse", "H3.bear_no", "H3.guilt"]
    assert units["H6.apart"] == ["H6_3"]
    assert units["U4.lonely"] == ["U4_lonely_1", "U4_lonely_2"]
    assert units["U4"] == ["U4_1", "U4_2", "U4_3", "U4_4"]
    assert {"U2a", "U2b", "U3a", "U3b", "U5a", "U5b"} <= units.keys()
    assert "." not in "".join(data.codebook.codes_with_items)


def _units(data: an.Couples) -> list[Answers]:
    return list(each_scale(data, sample_of(data, "woman"), facets=True))


def test_finished_scores_are_no_scales_with_items() -> None:
    assert FINISHED.codes_with_items == ()


def test_any_items_can_stand_under_one_code() -> None:
    data = made(book(items("H1", 2), items("U1", 2)), 9)
    both_scales = items_of(data.codebook, "H1") + items_of(data.codebook, "U1")
    both = answers_to(data, sample_of(data, "w"), "H1+U1", both_scales)
    assert (both.k, both.place["scale"]) == (4, "H1+U1")
    np.testing.assert_array_equal(both.x, np.hstack([data.cube("H1")[:, 0], data.cube("U1")[:, 0]]))
