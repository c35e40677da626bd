from __future__ import annotations

import handmade as hm
import numpy as np
import pandas as pd
import pytest

import analysis as an
from analysis.estimation.correlations import item_correlations, public_correlations
from analysis.stats.moments import pairwise_r


@pytest.mark.parametrize("case", ["roles", "exchangeable", "one respondent", "holes", "exchangeable holes", "built-in"])
def test_correlations_are_those_of_pandas_over_the_persons_with_both(case: str) -> None:
    couples = hm.ZOO[case]()
    for found in item_correlations(couples):
        everyone = couples.items[list(found.items)]
        of_partner = everyone.index.get_level_values("partner") == found.partner
        frame = everyone if found.partner == "both" else everyone[of_partner]
        np.testing.assert_allclose(found.r, frame.corr(min_periods=2).to_numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("case", ["exchangeable holes", "holes", "absent partners"])
def test_couples_are_counted_once_whoever_answered(case: str) -> None:
    couples = hm.ZOO[case]()
    for found in item_correlations(couples):
        frame = (
            couples.items
            if found.partner == "both"
            else couples.items.xs(found.partner, level="partner", drop_level=False)
        )
        for i, a in enumerate(found.items[:6]):
            for j, b in enumerate(found.items[:6]):
                both = frame[[a, b]].dropna()
                assert found.n_couples[i, j] == both.index.get_level_values("couple").nunique()


def test_a_constant_item_has_no_correlation_and_is_counted() -> None:
    couples = hm.ZOO["a constant item"]()
    w, m = item_correlations(couples)
    at = w.items.index("H2_1")
    assert np.isnan(w.r[at]).all()
    assert (w.empty, m.empty) == (len(w.items) - 1, 0)
    assert w.pairs == len(w.items) * (len(w.items) - 1) // 2


def test_perfect_is_exactly_one_and_large_offsets_do_no_harm() -> None:
    x = np.random.default_rng(1).normal(size=50)
    r = pairwise_r(np.column_stack([x, 3 * x + 1e6, -x, np.full(50, 0.1)]))
    assert (r[0, 1], r[0, 2]) == (1, -1)
    assert np.isnan(r[3]).all()


def test_nobody_and_one_row_have_no_correlation() -> None:
    assert np.isnan(pairwise_r(np.full((5, 3), np.nan))).all()
    assert np.isnan(pairwise_r(np.array([[1.0, 2.0]]))).all()
    assert pairwise_r(np.empty((0, 2))).shape == (2, 2)


def test_swapping_exchangeable_partners_changes_nothing() -> None:
    cells = hm.answers(hm.PROFILE)
    (one,), (other,) = (item_correlations(hm.couples(hm.PROFILE, c, roles=None)) for c in (cells, cells[:, ::-1]))
    np.testing.assert_array_equal(one.r, other.r)
    np.testing.assert_array_equal(one.n_couples, other.n_couples)


def test_cells_on_few_couples_and_perfect_ones_are_hidden_in_closed_studies() -> None:
    cells = hm.answers(hm.PROFILE, 30)
    cells[:, :, 1] = cells[:, :, 0]
    cells[9:, 0, 2] = np.nan
    closed = hm.couples(hm.PROFILE, cells)
    w, m = (public_correlations(found, closed.settings) for found in item_correlations(closed))
    assert np.isnan(w.r[0, 1])
    assert np.isnan(w.r[2]).all()
    assert np.isfinite(m.r[2, 3:]).all()
    assert (w.n_couples[2] == 0).all()
    opened = hm.couples(hm.PROFILE, cells, settings={"disclose": True})
    assert public_correlations(item_correlations(opened)[0], opened.settings).r[0, 1] == 1


def test_the_threshold_itself_is_shown_in_four_digits() -> None:
    closed = hm.made(hm.PROFILE, 10)
    raw = item_correlations(closed)[0]
    shown = public_correlations(raw, closed.settings)
    assert shown.empty == 0
    off = ~np.eye(len(raw.items), dtype=bool)
    np.testing.assert_allclose(shown.r[off], raw.r[off], rtol=5e-4)
    assert all(len(f"{abs(r):.10f}".rstrip("0").lstrip("0.")) <= 4 for r in shown.r[off])


def test_a_hundred_items_of_forty_couples_are_a_matrix() -> None:
    found = item_correlations(hm.made(hm.book(hm.items("H1", 100)), 40))
    assert found[0].r.shape == (100, 100)
    assert pd.DataFrame(found[0].r).notna().to_numpy().all()


def test_mirrors_companions_and_finished_scores_are_left_out() -> None:
    assert item_correlations(hm.ZOO["mirrors"]())[0].items == ("H1_1", "H1_2", "U1_1", "U1_2", "U1_3")
    with pytest.raises(an.SurveyError, match="Bring the answers to the items"):
        item_correlations(hm.ZOO["finished scores"]())
    with pytest.raises(an.SurveyError, match="need two scored items"):
        item_correlations(hm.made(hm.book(hm.items("H1", 1))))
