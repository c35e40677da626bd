from __future__ import annotations

from pathlib import Path

import handmade as hm
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

import analysis as an
from analysis.display import number
from analysis.estimation.correlations import item_correlations


def _matrix(ax: Axes) -> np.ndarray:
    return np.ma.filled(np.ma.asarray(ax.images[0].get_array(), dtype=float), np.nan)


def _dashes(ax: Axes) -> list[np.ndarray]:
    return [s for c in ax.collections if isinstance(c, LineCollection) for s in c.get_segments()]


def test_the_first_role_is_below_the_diagonal_and_the_second_above(demo: an.Couples) -> None:
    shown = _matrix(an.figures.item_correlations(demo))
    woman, man = item_correlations(demo)
    below = np.tril_indices(60, -1)
    np.testing.assert_array_equal(shown[below], woman.r[below])
    np.testing.assert_array_equal(shown.T[below], man.r.T[below])
    assert (np.diagonal(shown) == 0).all()


def test_one_partner_fills_both_triangles(demo: an.Couples) -> None:
    ax = an.figures.item_correlations(demo, partner="man")
    shown = _matrix(ax)
    np.testing.assert_array_equal(shown, shown.T)
    below = np.tril_indices(60, -1)
    np.testing.assert_array_equal(shown[below], item_correlations(demo)[1].r[below])
    assert ax.get_xlabel().startswith("man")


def test_zero_is_white_and_signs_are_seen_without_colour(demo: an.Couples) -> None:
    ax = an.figures.item_correlations(demo)
    assert ax.images[0].get_clim() == (-1, 1)
    assert tuple(ax.images[0].cmap(0.5))[:3] == pytest.approx((1, 1, 1), abs=0.01)
    assert len(_dashes(ax)) == (_matrix(ax) < 0).sum() > 0
    for segment in _dashes(ax)[:50]:
        assert _matrix(ax)[round(segment[0][1]), round(segment[:, 0].mean())] < 0


def test_few_items_have_their_numbers_in_the_cells() -> None:
    couples = hm.made(hm.book(hm.items("H1", 4), hm.items("U1", 4)), 60)
    ax = an.figures.item_correlations(couples)
    shown, words = _matrix(ax), [text.get_text() for text in ax.texts]
    assert words == [number(shown[i, j], "coefficient") for i in range(8) for j in range(8) if i != j]


def test_scales_are_blocks_with_their_names_and_lines_between_them(demo: an.Couples) -> None:
    ax = an.figures.item_correlations(demo)
    assert [text.get_text() for text in ax.get_yticklabels()][:2] == ["H1  Give and take", "H2  Working things out"]
    assert len(ax.get_xticks()) == 15
    heights = [np.asarray(line.get_ydata()).tolist() for line in ax.lines]
    lines = {y[0] for y in heights if len(set(y)) == 1}
    assert {3.5 + 4 * k for k in range(14)} <= lines


@pytest.mark.parametrize("case", ["exchangeable", "one respondent", "built-in exchangeable"])
def test_without_roles_both_triangles_are_the_same(case: str) -> None:
    ax = an.figures.item_correlations(hm.ZOO[case]())
    np.testing.assert_array_equal(_matrix(ax), _matrix(ax).T)
    assert ax.get_xlabel().startswith("everyone")


def test_swapping_exchangeable_partners_changes_nothing() -> None:
    cells = hm.answers(hm.PROFILE)
    one, other = (an.figures.item_correlations(hm.couples(hm.PROFILE, c, roles=None)) for c in (cells, cells[:, ::-1]))
    np.testing.assert_array_equal(_matrix(one), _matrix(other))
    assert one.get_label() == other.get_label()


def test_cells_without_a_correlation_are_crossed_and_counted() -> None:
    cells = hm.answers(hm.PROFILE)
    cells[:, 0, 1] = 2.0
    ax = an.figures.item_correlations(hm.couples(hm.PROFILE, cells, settings={"disclose": True}))
    crosses = next(line for line in ax.lines if line.get_marker() == "x")
    assert np.size(crosses.get_xdata()) == np.isnan(_matrix(ax)).sum() == 17
    assert "w: pairs without a correlation, as an item does not vary: 17 of 153" in str(ax.get_label())
    assert "×: no correlation, or hidden" in ax.get_xlabel()


def test_closed_studies_do_not_say_whether_an_item_does_not_vary() -> None:
    constant, few = hm.answers(hm.PROFILE), hm.answers(hm.PROFILE)
    constant[:, 0, 1] = 2.0
    few[9:, 0, 1] = np.nan
    first, second = (an.figures.item_correlations(hm.couples(hm.PROFILE, cells)) for cells in (constant, few))
    np.testing.assert_array_equal(np.isnan(_matrix(first)), np.isnan(_matrix(second)))
    assert "does not vary" not in str(first.get_label())
    assert "w: pairs not shown: 48 of 153" in str(first.get_label())


def test_too_few_couples_have_no_map() -> None:
    with pytest.raises(an.SurveyError, match="too few couples answered both"):
        an.figures.item_correlations(hm.made(hm.PROFILE, 9))


def test_an_unknown_partner_is_refused_with_the_known_ones(demo: an.Couples) -> None:
    with pytest.raises(
        an.SurveyError, match=r"There is no partner 'women'; partners are woman, man\. Did you mean 'woman'"
    ):
        an.figures.item_correlations(demo, partner="women")
    with pytest.raises(an.SurveyError, match="Partners are exchangeable"):
        an.figures.item_correlations(hm.ZOO["exchangeable"](), partner="1")


def test_finished_scores_have_no_items() -> None:
    with pytest.raises(an.SurveyError, match="Bring the answers to the items"):
        an.figures.item_correlations(hm.ZOO["finished scores"]())


def test_the_given_axes_are_used_and_bytes_repeat(demo: an.Couples, tmp_path: Path) -> None:
    ax = Figure().add_subplot()
    assert an.figures.item_correlations(demo, ax=ax) is ax
    for name in ("first", "second"):
        made = an.figures.item_correlations(demo)
        an.figures.save(made, tmp_path / name)
    assert "Synthetic data: no real couple answered." in [text.get_text() for text in made.texts]
    for kind in ("svg", "png"):
        assert (tmp_path / f"first.{kind}").read_bytes() == (tmp_path / f"second.{kind}").read_bytes()
