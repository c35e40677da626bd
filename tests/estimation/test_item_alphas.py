"""Krippendorff's alphas of items: intervals from the shared draws of couples, resamples without a value counted."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import answers, book, couples, items, made

import analysis as an
from analysis.estimation.item_alphas import ALPHAS, alphas
from analysis.estimation.notes import PERFECT, TOO_FLAT
from analysis.estimation.resampling import METHOD, weights
from analysis.stats.bca import bca
from analysis.stats.contingency import cells, tables

TWO = book(items("H1", 2))
UNLIKE = book([*items("H1", 1), *items("H2", 2, low=0, high=2)])


@pytest.mark.parametrize("roles", [("w", "m"), None])
def test_the_interval_is_bca_over_couples_drawn_one_by_one(roles: tuple[str, str] | None) -> None:
    data = made(UNLIKE, 40, roles=roles)
    frame = an.item_agreement(data).frame
    for item, count in (("H1_1", 5), ("H2_2", 3)):
        low, _ = data.codebook.item(item).bounds or (0.0, 0.0)
        first, second = data.answers([item])[:, :, 0].T - low
        for name, of in ALPHAS.items():
            drawn = [np.repeat(np.arange(40), row.astype(int)) for row in weights(data)]
            replicates = [float(of(tables(cells(first[d], second[d], count), count))) for d in drawn]
            kept = [np.delete(np.arange(40), i) for i in range(40)]
            left = [float(of(tables(cells(first[k], second[k], count), count))) for k in kept]
            whole = float(of(tables(cells(first, second, count), count)))
            expected = bca(whole, np.array(replicates), np.array(left), 0.95)
            row = frame[(frame["item"] == item) & (frame["statistic"] == name) & (frame["variant"] == "")].iloc[0]
            assert row[["estimate", "lower", "upper", "se"]].tolist() == pytest.approx(
                [whole, float(expected.lower), float(expected.upper), float(expected.se)], rel=1e-9
            )
            assert METHOD in row["method"]


def test_couples_with_a_missing_answer_are_left_out_of_that_item_alone() -> None:
    cells_of_items = answers(TWO, 40).astype(float)
    cells_of_items[:7, 0, 1] = np.nan
    data = couples(TWO, cells_of_items)
    found = alphas(data, data.codebook.items)
    alone = alphas(couples(TWO, answers(TWO, 40).astype(float)), data.codebook.items)
    for name in ALPHAS:
        assert found["H1_1", name] == alone["H1_1", name]
        assert np.isfinite(found["H1_2", name].value.lower)
        assert found["H1_2", name].value != alone["H1_2", name].value


def test_resamples_in_which_everybody_gave_one_answer_are_counted() -> None:
    rare = np.full((30, 2, 2), 3.0)
    rare[0, 0], rare[1, 1] = 4.0, 2.0
    data = couples(TWO, rare)
    lost = int((weights(data)[:, :2].sum(axis=1) == 0).sum())
    assert lost
    for name in ALPHAS:
        alpha = alphas(data, data.codebook.items)["H1_1", name]
        assert f"{lost:,} of {data.settings.resamples:,} resamples have no value" in alpha.note


@pytest.mark.parametrize("name", ALPHAS)
def test_perfect_agreement_and_one_answer_have_no_interval_and_say_why(name: str) -> None:
    same = answers(TWO, 30).astype(float)
    same[:, 1, 0] = same[:, 0, 0]
    same[:, :, 1] = 3.0
    data = couples(TWO, same)
    perfect, constant = (alphas(data, data.codebook.items)[item, name] for item in ("H1_1", "H1_2"))
    assert (perfect.value.estimate, perfect.note) == (1, PERFECT)
    assert np.isnan(perfect.value.lower)
    assert np.isnan([constant.value.estimate, constant.value.lower]).all()
    assert TOO_FLAT not in constant.note
