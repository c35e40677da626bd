"""Scoring: means of what is answered where enough is answered, nothing else."""

from __future__ import annotations

from math import nan

import numpy as np
import pandas as pd
import pytest
from surveys import book

import analysis as an
from analysis.intake.coding import code
from analysis.intake.scoring import block_mean, mean_of_answered, percent_of_maximum, score, unlike_ranges


def scores(codebook: an.Codebook, minimum_answered: float = 0.8, **answers: list[float]) -> pd.DataFrame:
    return score(pd.DataFrame(answers, dtype=float), codebook, minimum_answered=minimum_answered)


def test_four_of_five_answered_are_enough_at_four_fifths() -> None:
    codebook = book(*"abcde")
    made = scores(codebook, a=[1, 1], b=[2, 2], c=[3, 3], d=[6, nan], e=[nan, nan])
    assert made["H"].tolist()[0] == 3
    assert np.isnan(made["H"][1])


@pytest.mark.parametrize("items", range(1, 41))
@pytest.mark.parametrize("share", [0.1, 0.28, 1 / 3, 0.5, 0.55, 0.6, 2 / 3, 0.7, 0.75, 0.8, 0.9, 1.0])
def test_the_smallest_number_of_answers_is_the_share_rounded_up(items: int, share: float) -> None:
    table = np.where(np.tri(items + 1, items, -1, dtype=bool), 1.0, nan)  # row i has i answers
    enough = np.isfinite(mean_of_answered(table, share)).sum()
    least = next(n for n in range(1, items + 1) if n >= share * items - 1e-9)
    assert enough == items + 1 - least


def test_one_answer_is_needed_however_small_the_share() -> None:
    assert np.isnan(mean_of_answered(np.full((1, 4), nan), 0.01)[0])
    assert mean_of_answered(np.array([[nan, nan, 2.0, nan]]), 0.01)[0] == 2


def test_a_scale_without_items_has_no_score() -> None:
    assert np.isnan(mean_of_answered(np.empty((2, 0)), 0.5)).all()


def test_nothing_is_imputed() -> None:
    made = scores(book("a", "b"), minimum_answered=0.5, a=[1, 1], b=[5, nan])
    assert made["H"].tolist() == [3, 1]


def test_mirrors_and_companions_never_enter() -> None:
    codebook = book("a", "b", an.Item("m", "H", 1, 5, mirrors=("a",)), an.Item("c", "H", 1, 5, companion=True))
    made = scores(codebook, a=[1], b=[3], m=[5], c=[5])
    assert made.to_dict("list") == {"H": [2]}


def test_facets_stand_beside_their_scale_with_companions() -> None:
    items = (
        an.Item("a", "H", 1, 5, facet="apart"),
        an.Item("b", "H", 1, 5, facet="together"),
        an.Item("c", "H", 1, 5, facet="apart", companion=True),
    )
    made = scores(an.Codebook(items, (an.Scale("H", show_facets=True),)), a=[1], b=[3], c=[5])
    assert made.to_dict("list") == {"H": [2], "H.apart": [3], "H.together": [3]}


def test_a_coded_frame_is_scored_as_well() -> None:
    source = an.pair(an.text_cells(pd.DataFrame({"a": ["4", ""], "b": ["2", "1"]})), one_person=True)
    made = score(code(source, book("a", "b")), book("a", "b"), minimum_answered=0.5)
    assert made["H"].tolist() == [3, 1]
    assert made.index.equals(source.index)


def healthy(ranges: list[tuple[float, float] | None]) -> an.Codebook:
    """Return healthy scales A, B, … of one item each, with these ranges."""
    codes = "ABCDEFGHIJ"[: len(ranges)]
    items = [
        an.Item(code.lower(), code, *bounds) if bounds else an.Item(code.lower(), code)
        for code, bounds in zip(codes, ranges, strict=True)
    ]
    return book(*items, **dict.fromkeys(codes, "healthy"))


def test_a_block_mean_needs_four_fifths_of_its_scales() -> None:
    codebook = healthy([(1, 5)] * 5)
    made = scores(codebook, a=[1, 1], b=[2, 2], c=[3, 3], d=[2, nan], e=[nan, nan])
    assert made["block:healthy"][0] == 2
    assert np.isnan(made["block:healthy"][1])
    assert "block:unhealthy" not in made


def test_the_share_of_a_block_is_not_the_share_of_a_scale() -> None:
    made = scores(healthy([(1, 5)] * 5), minimum_answered=0.2, a=[1], b=[2], c=[3], d=[nan], e=[nan])
    assert np.isnan(made["block:healthy"][0])


def test_neutral_scales_are_in_no_block() -> None:
    codebook = book("a", an.Item("n", "N", 1, 5), H="healthy")
    assert scores(codebook, a=[2], n=[5])["block:healthy"].tolist() == [2]


def test_unlike_ranges_enter_a_block_as_percent() -> None:
    codebook = healthy([(1, 5), (0, 100)])
    assert unlike_ranges(codebook, ("A", "B"))
    assert scores(codebook, a=[3], b=[100])["block:healthy"].tolist() == [75]


def test_like_ranges_enter_a_block_as_they_are() -> None:
    codebook = healthy([(1, 5), (1, 5)])
    assert not unlike_ranges(codebook, ("A", "B"))
    assert scores(codebook, a=[3], b=[5])["block:healthy"].tolist() == [4]


def test_a_scale_without_a_range_has_no_percent() -> None:
    codebook = healthy([(1, 5), None])
    assert np.isnan(block_mean({"A": np.array([3.0]), "B": np.array([70.0])}, codebook, "block:healthy")[0])
    assert np.isnan(percent_of_maximum(np.array([3.0]), None)).all()


def test_percent_of_the_maximum_runs_from_nothing_to_a_hundred() -> None:
    assert percent_of_maximum(np.array([1.0, 3.0, 5.0]), (1, 5)).tolist() == [0, 50, 100]


def test_the_built_in_codebook_is_scored_with_its_facets_and_blocks() -> None:
    codebook = an.built_in()
    answers = pd.DataFrame({item.name: [3.0] for item in codebook.items})
    made = score(answers, codebook)
    assert list(made.columns) == [*codebook.codes, *codebook.facets, "block:healthy", "block:unhealthy"]
    assert (made == 3).all(axis=None)


def test_a_block_with_a_scale_of_unknown_range_has_no_mean() -> None:
    codebook = an.Codebook(
        (an.Item("a", "A", 1, 5), an.Item("b", "B")),
        (an.Scale("A", valence="healthy"), an.Scale("B", valence="healthy")),
    )
    assert np.isnan(scores(codebook, a=[2], b=[5])["block:healthy"][0])
    alone = an.Codebook((an.Item("b", "B"),), (an.Scale("B", valence="healthy"),))
    assert scores(alone, b=[5])["block:healthy"].tolist() == [5]
