from __future__ import annotations

from pathlib import Path

import handmade as hm
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.optimize import linprog

import analysis as an
from analysis.estimation.answer_pairs import AnswerPairs, answer_pairs, public_pairs
from analysis.estimation.differences import differences
from analysis.figures.agreements import NORMAL
from analysis.stats.value import Array

CLOSED = an.Settings()
TINY = hm.book(hm.items("H1", 2), hm.items("U1", 2))


@pytest.fixture(scope="module")
def secret(demo: an.Couples) -> an.Couples:
    return demo.with_settings(synthetic=False)


def _marks(ax: Axes) -> dict[str, list[float]]:
    return {
        str(line.get_label()): np.asarray(line.get_xdata()).tolist()
        for line in ax.lines
        if not str(line.get_label()).startswith("_")
    }


# Agreement


def test_the_forest_of_agreement_draws_the_numbers_of_the_table(demo: an.Couples) -> None:
    results = an.agreement(demo)
    drawn = _marks(an.figures.agreement(results))
    assert list(drawn) == ["r", "ICC(A,1)", "CCC"]
    table = results.where(statistic="icc_a1", variant="", comparison=["similarity", "agreement"]).frame
    np.testing.assert_allclose(drawn["ICC(A,1)"], table["estimate"])


def test_the_band_of_random_couples_is_their_mean_and_spread() -> None:
    results = an.agreement(hm.made(TINY, 40))
    ax = an.figures.agreement(results, codebook=TINY)
    (line,) = results.where(statistic="pearson_r", variant="pseudo", scale="H1")
    bars = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_height() < 0.3]
    assert bars[0].get_x() == pytest.approx(line["estimate"] - NORMAL * line["se"])
    assert bars[0].get_width() == pytest.approx(2 * NORMAL * line["se"])
    assert "(random couples" in str(ax.get_label())


def test_exchangeable_partners_have_indices_without_an_order() -> None:
    ax = an.figures.agreement(hm.made(TINY, 40, roles=None))
    assert list(_marks(ax)) == ["ICC(1)", "pairwise ICC"]


def test_without_an_index_the_reason_is_said() -> None:
    with pytest.raises(
        an.SurveyError, match=r"No scale has an index of agreement to draw\. Reason: These data have one"
    ):
        an.figures.agreement(hm.ZOO["one respondent"]())


# Distinguishability


def test_every_mark_of_distinguishability_is_a_p_that_may_be_shown(demo: an.Couples) -> None:
    results = an.distinguishability(demo)
    ax = an.figures.distinguishability(results)
    frame = results.where(variant=["permutation", "hotelling"]).frame
    p = frame.loc[frame["statistic"].ne("invariance") & frame["p"].notna(), "p"]
    drawn = np.concatenate([np.asarray(line.get_xdata(), float) for line in ax.lines if line.get_marker() != "None"])
    np.testing.assert_allclose(sorted(drawn), sorted(p.clip(lower=0.001)))


def test_components_are_told_apart_by_shape_and_the_level_is_a_line(demo: an.Couples) -> None:
    ax = an.figures.distinguishability(an.distinguishability(demo))
    shapes = [line.get_marker() for line in ax.lines if not str(line.get_label()).startswith("_")]
    assert len(shapes) == len(set(shapes)) == 5
    assert any(np.allclose(line.get_xdata(), 0.05) for line in ax.lines)
    assert ax.get_xlim() == (1, 0.001)


def test_exchangeable_partners_cannot_be_told_apart_in_a_figure() -> None:
    with pytest.raises(an.SurveyError, match="Reason: Partners are exchangeable here: there is no role"):
        an.figures.distinguishability(hm.ZOO["exchangeable"]())


# Differences


def test_single_couples_are_drawn_only_where_they_may_be_seen(demo: an.Couples, secret: an.Couples) -> None:
    largest = [
        max(np.size(line.get_xdata()) for panel in ax.child_axes for line in panel.lines)
        for ax in (an.figures.differences(demo), an.figures.differences(secret))
    ]
    assert largest[0] > 100
    assert largest[1] == 2


def test_the_lines_are_the_mean_difference_and_the_limits_of_the_table(secret: an.Couples) -> None:
    ax = an.figures.differences(secret, scale="H5")
    lines = sorted(float(np.asarray(line.get_ydata())[0]) for line in ax.child_axes[0].lines)
    rows = an.agreement(secret).where(scale="H5", statistic=["loa_bias", "loa_lower", "loa_upper"], variant="").frame
    assert lines == pytest.approx(sorted([0.0, *rows["estimate"]]))
    assert "woman minus man" in str(ax.get_label())


@pytest.mark.parametrize("n", [10, 15, 30, 60])
def test_no_couple_makes_a_shade_alone(n: int) -> None:
    codebook = hm.book(hm.items("H1", 4))
    cells = hm.answers(codebook, n).astype(float)
    cells[:, 0], cells[:, 1] = np.clip(cells[:, 0], 2, 3), np.clip(cells[:, 1], 2, 3)
    cells[0, 0], cells[0, 1] = 5.0, 1.0
    (found,) = differences(hm.couples(codebook, cells))
    at = found.density[np.argmin(np.abs(found.y - 4.0)), np.argmin(np.abs(found.x - 3.0))]
    assert all(at < level for level in found.levels)


def test_few_couples_have_no_differences_to_draw() -> None:
    with pytest.raises(an.SurveyError, match=r"too few couples have both scores \(10 are shown at least\)"):
        an.figures.differences(hm.made(TINY, 9))
    with pytest.raises(an.SurveyError, match="a difference has no sign to draw"):
        an.figures.differences(hm.made(TINY, 40, roles=None))


# Categories


def _of(couples: an.Couples, *names: str) -> AnswerPairs:
    return answer_pairs(couples, [couples.codebook.item(name) for name in names])


def test_the_table_counts_the_first_partner_in_rows() -> None:
    cells = hm.answers(TINY, 40).astype(float)
    cells[:, 0, 0], cells[:, 1, 0] = 2.0, 4.0
    table = _of(hm.couples(TINY, cells), "H1_1")
    assert table.counts[1, 3] == table.counts.sum() == 40
    both = _of(hm.couples(TINY, cells, roles=None), "H1_1")
    assert both.counts[1, 3] == both.counts[3, 1] == 40


def test_couples_count_once_a_cell_however_many_items_put_them_there() -> None:
    cells = np.full((12, 2, 4), 3.0)
    joined = public_pairs(_of(hm.couples(TINY, cells), "H1_1", "H1_2"), CLOSED)
    assert joined.counts[1, 1] == 24
    assert joined.couples[1, 1] == 12
    cells[:, :, 1] = 1.0
    cells[:6, 1, 0], cells[6:, 1, 1] = 2.0, 2.0
    joined = public_pairs(_of(hm.couples(TINY, cells), "H1_1", "H1_2"), CLOSED)
    assert joined.couples.max() == 12
    assert joined.couples.sum() <= joined.counts.sum()


def test_the_figure_shows_the_shares_and_frames_equal_answers(demo: an.Couples) -> None:
    ax = an.figures.categories(demo, item="H1_1")
    table, (panel,) = _of(demo, "H1_1"), ax.child_axes
    assert [text.get_text() for text in panel.texts] == [f"{100 * share:.0f}" for share in table.share.ravel()]
    frames = [patch for patch in panel.patches if isinstance(patch, Rectangle) and not patch.get_fill()]
    assert [(patch.get_x() + 0.5, patch.get_y() + 0.5) for patch in frames] == [(k, k) for k in range(5)]
    assert panel.get_ylabel() == "woman"
    assert panel.get_xlabel() == "man"


def test_hidden_cells_are_hatched_and_have_no_number(secret: an.Couples) -> None:
    items = secret.codebook.scored_items("H1")
    table = public_pairs(answer_pairs(secret, items), secret.settings)
    (panel,) = an.figures.categories(secret, scale="H1").child_axes
    hatched = [patch for patch in panel.patches if isinstance(patch, Rectangle) and patch.get_hatch()]
    assert len(hatched) == table.hidden.sum() > 0
    assert len(panel.texts) == (~table.hidden).sum() > 0
    assert "1–2 and 1–2 hidden" in str(an.figures.categories(secret, scale="H1").get_label())


def _bounds(table: AnswerPairs, cell: tuple[int, int], *, symmetric: bool) -> tuple[float, float]:
    """Return how small and how large a hidden cell can be, given exact sums of lines and exact shown cells."""
    k = len(table.labels)
    unknown = [tuple(place) for place in np.argwhere(table.hidden)]
    shown = np.where(table.hidden, 0, table.counts)
    rows: list[Array] = []
    right: list[float] = []
    for axis in (0, 1):
        for line in range(k):
            rows.append(np.array([float(place[axis] == line) for place in unknown]))
            right.append(float(table.counts.sum(axis=1 - axis)[line] - shown.sum(axis=1 - axis)[line]))
    if symmetric:
        for i, j in unknown:
            if i < j:
                rows.append(np.array([float(p == (i, j)) - float(p == (j, i)) for p in unknown]))
                right.append(0.0)
    goal = np.array([float(place == cell) for place in unknown])
    ends = [linprog(sign * goal, A_eq=np.array(rows), b_eq=np.array(right), bounds=(0, None)).x for sign in (1, -1)]
    return float(goal @ ends[0]), float(goal @ ends[1])


@pytest.mark.parametrize("roles", [True, False])
def test_no_hidden_cell_follows_from_exact_sums_and_shown_cells(secret: an.Couples, *, roles: bool) -> None:
    couples = secret if roles else hm.made(hm.book(hm.items("H1", 4), hm.items("U1", 4)), 40, roles=None)
    tables = [answer_pairs(couples, [item]) for item in couples.codebook.items if item.scored][:24]
    tables += [answer_pairs(couples, couples.codebook.scored_items(code)) for code in couples.codebook.codes]
    hidden = 0
    for table in (public_pairs(table, CLOSED) for table in tables):
        for cell in map(tuple, np.argwhere(table.hidden)):
            low, high = _bounds(table, cell, symmetric=not roles)
            assert high - low >= 1
            hidden += 1
        assert (table.couples[~table.hidden] >= CLOSED.threshold).all()
    assert hidden > 20


def test_public_shares_are_whole_fives(secret: an.Couples) -> None:
    table = public_pairs(answer_pairs(secret, secret.codebook.scored_items("H2")), secret.settings)
    np.testing.assert_allclose(20 * table.share[~table.hidden], np.round(20 * table.share[~table.hidden]))
    assert table.labels == ("1–2", "3", "4–5")


def test_what_has_no_categories_is_refused_with_the_remedy() -> None:
    with pytest.raises(an.SurveyError, match="Declare each item's minimum and maximum"):
        an.figures.categories(hm.ZOO["finished scores"]())
    with pytest.raises(an.SurveyError, match="one respondent a couple"):
        an.figures.categories(hm.ZOO["one respondent"]())
    with pytest.raises(an.SurveyError, match="No pair of answers was given by 10 couples"):
        an.figures.categories(hm.made(TINY, 9))


def test_a_scale_that_nobody_answered_has_no_panel() -> None:
    ax = an.figures.categories(hm.ZOO["holes"]().with_settings(disclose=True))
    assert len(ax.child_axes) == 5


def test_the_given_axes_hold_the_panels_and_bytes_repeat(secret: an.Couples, tmp_path: Path) -> None:
    for make in (an.figures.categories, an.figures.differences):
        ax = Figure().add_subplot()
        assert make(secret, ax=ax) is ax
        assert len(ax.child_axes) == 15
        for name in ("first", "second"):
            an.figures.save(make(secret, scale="H2"), tmp_path / name)
        for kind in ("svg", "png"):
            assert (tmp_path / f"first.{kind}").read_bytes() == (tmp_path / f"second.{kind}").read_bytes()


def test_open_studies_are_stamped(demo: an.Couples) -> None:
    for ax in (an.figures.categories(demo, scale="H1"), an.figures.differences(demo, scale="H1")):
        assert "Synthetic data: no real couple answered." in [text.get_text() for text in ax.texts]


def test_numbers_on_dark_cells_are_white(demo: an.Couples) -> None:
    (panel,) = an.figures.categories(demo, scale="H1").child_axes
    colours = {to_rgb(str(text.get_color())) for text in panel.texts}
    assert (1.0, 1.0, 1.0) in colours
    assert len(colours) == 2
