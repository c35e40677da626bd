from __future__ import annotations

from pathlib import Path

import handmade as hm
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import analysis as an
from analysis.estimation.shares import HIDDEN, NOBODY, answer_shares

OPEN = {"synthetic": True}


def _bars(ax: Axes) -> list[Rectangle]:
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def _rows(ax: Axes) -> dict[float, list[tuple[float, float]]]:
    """Return the parts of each bar as (left, width), by its height; the bars of missing answers are thinner."""
    rows: dict[float, list[tuple[float, float]]] = {}
    for bar in _bars(ax):
        if bar.get_height() == pytest.approx(0.8):
            rows.setdefault(round(bar.get_y() + 0.4, 6), []).append((bar.get_x(), bar.get_width()))
    return rows


def _missing(ax: Axes) -> list[float]:
    return [bar.get_width() for bar in _bars(ax) if bar.get_height() == pytest.approx(0.48)]


def _words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def _one(table: list[float], low: int = 1, high: int = 5, **fields: object) -> Axes:
    """Return the figure of one item that both partners answer alike."""
    item = an.Item("a", "A", low, high, **fields)  # type: ignore[arg-type]
    cells = np.repeat(np.array(table, dtype=object)[:, None], 2, axis=1)[:, :, None]
    return an.figures.answers(hm.couples(hm.book([item]), cells, settings=OPEN))


def test_the_figure_draws_the_shares_of_the_table(demo: an.Couples) -> None:
    ax = an.figures.answers(demo, scale="H1")
    table = answer_shares(demo)
    table = table[table["item"].str.startswith("H1_")]
    drawn = [width for row in _rows(ax).values() for _, width in row]
    np.testing.assert_allclose(drawn, 100 * table["share"], rtol=1e-9, atol=1e-12)
    lost = table.drop_duplicates(["item", "partner"])["missing"]
    np.testing.assert_allclose(_missing(ax), 100 * lost, rtol=1e-9, atol=1e-12)


def test_the_middle_lies_half_on_either_side_with_its_whole_share(demo: an.Couples) -> None:
    for row in _rows(an.figures.answers(demo, scale="U3a")).values():
        left, width = row[2]
        assert left == pytest.approx(-width / 2, abs=1e-9)
        assert sum(width for _, width in row) == pytest.approx(100)
        np.testing.assert_allclose([left for left, _ in row[1:]], np.cumsum([w for _, w in row])[:-1] + row[0][0])


@pytest.mark.parametrize("answer", [1.0, 5.0, 3.0])
def test_answers_all_on_one_side_are_drawn(answer: float) -> None:
    for row in _rows(_one([answer] * 12)).values():
        left, width = max(row, key=lambda part: part[1])
        assert (left, width) == {1.0: (-100, 100), 5.0: (0, 100), 3.0: (-50, 100)}[answer]


def test_an_even_number_of_categories_has_no_middle() -> None:
    for row in _rows(_one([1, 2, 2, 4], high=4)).values():
        assert row[2][0] == 0
        assert [width for _, width in row] == [25, 50, 0, 25]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1, 7), (0, 10)])
def test_other_numbers_of_categories_are_drawn(low: int, high: int) -> None:
    ax = _one([*range(low, high + 1)], low, high)
    k = high - low + 1
    assert all(len(row) == k for row in _rows(ax).values())
    legend = ax.get_legend()
    assert legend is not None
    assert {text.get_text() for text in legend.get_texts()} == {str(code) for code in range(low, high + 1)}


def test_more_categories_are_refused() -> None:
    with pytest.raises(an.SurveyError, match="'a' has 101 categories, and the figure takes 11"):
        _one([0, 50], 0, 100)


def test_reversed_items_are_shown_as_asked_and_marked() -> None:
    ax = _one([1, 1, 2, 4], keyed=-1, text="I never listen")
    assert "a (reversed)  I never listen" in _words(ax)
    for row in _rows(ax).values():
        assert [width for _, width in row] == [50, 25, 0, 25, 0]


def test_an_item_that_nobody_answered_says_so() -> None:
    cells = hm.answers(hm.PROFILE, 20)
    cells[:, :, 1] = np.nan
    ax = an.figures.answers(hm.couples(hm.PROFILE, cells, settings=OPEN), scale="H1")
    assert _words(ax).count(NOBODY) == 2
    assert len(_rows(ax)) == 4
    assert _missing(ax) == [0, 0, 100, 100, 0, 0]


def test_labels_are_the_codebooks_also_where_the_file_is_turned() -> None:
    labels = tuple(
        (float(code), word) for code, word in enumerate(["never", "rarely", "some", "often", "always"], start=1)
    )
    for fields, first in (({}, "1 never"), ({"turned": True}, "1 always")):
        legend = _one([1, 2, 3], labels=labels, **fields).get_legend()
        assert legend is not None
        assert first in {text.get_text() for text in legend.get_texts()}


def test_unlike_answers_have_a_general_legend() -> None:
    couples = hm.made(hm.book(hm.items("A", 2), hm.items("B", 2, high=7)), 40, settings=OPEN)
    legend = an.figures.answers(couples).get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["lowest answer", "middle", "highest answer"]


def test_many_items_need_a_scale_and_an_unknown_one_is_refused(demo: an.Couples) -> None:
    with pytest.raises(
        an.SurveyError, match=r'76 items, and the figure takes 8\. Name a scale, such as answers\(couples, scale="H1"\)'
    ):
        an.figures.answers(demo)
    with pytest.raises(an.SurveyError, match="There is no scale 'H11'"):
        an.figures.answers(demo, scale="H11")
    with pytest.raises(an.SurveyError, match=r"Scales that have them: H1\."):
        an.figures.answers(hm.ZOO["no bounds"](), scale="N1")


def test_finished_scores_have_no_items() -> None:
    with pytest.raises(an.SurveyError, match="Bring the answers to the items"):
        an.figures.answers(hm.ZOO["finished scores"]())


@pytest.mark.parametrize("case", ["exchangeable", "one respondent"])
def test_without_roles_there_is_one_bar_an_item(case: str) -> None:
    couples = hm.ZOO[case]().with_settings(synthetic=True)
    ax = an.figures.answers(couples, scale="H1")
    assert len(_rows(ax)) == 3
    assert all(text.get_text().startswith("everyone (n = ") for text in ax.get_yticklabels())


def test_swapping_exchangeable_partners_changes_nothing() -> None:
    cells = hm.answers(hm.PROFILE)
    one, other = (
        an.figures.answers(hm.couples(hm.PROFILE, c, roles=None, settings=OPEN), scale="H1")
        for c in (cells, cells[:, ::-1])
    )
    assert one.get_label() == other.get_label()
    assert _rows(one) == _rows(other)


def test_closed_studies_draw_parts_and_leave_small_cells_out(demo: an.Couples) -> None:
    closed = demo.with_settings(synthetic=False)
    ax = an.figures.answers(closed, scale="H5")
    assert _words(ax).count(HIDDEN) == 6
    assert len(_rows(ax)) == 2
    assert all(width % 5 == pytest.approx(0, abs=1e-9) for row in _rows(ax).values() for _, width in row)
    assert not any("n = " in text.get_text() for text in ax.get_yticklabels())
    assert "n = " not in str(ax.get_label())
    few = an.figures.answers(hm.made(hm.PROFILE, 9), scale="H1")
    assert not _rows(few)


def test_nothing_drawn_differs_where_only_hidden_counts_do() -> None:
    def figure(counts: list[int]) -> tuple[object, ...]:
        column = np.repeat([1.0, 2, 3, 4, 5], counts).astype(object)
        cells = np.repeat(column[:, None], 2, axis=1)[:, :, None]
        ax = an.figures.answers(hm.couples(hm.book(hm.items("A", 1)), cells))
        return ax.get_label(), _rows(ax), _words(ax)

    assert figure([2, 28, 30, 20, 20]) == figure([6, 24, 30, 20, 20])
    assert figure([2, 3, 30, 35, 30]) == figure([0, 1, 34, 35, 30])


def test_the_given_axes_are_used_stamped_and_bytes_repeat(demo: an.Couples, tmp_path: Path) -> None:
    ax = Figure().add_subplot()
    assert an.figures.answers(demo, scale="H1", ax=ax) is ax
    assert "Synthetic data: no real couple answered." in _words(ax)
    for name in ("first", "second"):
        an.figures.save(an.figures.answers(demo, scale="H1"), tmp_path / name)
    for kind in ("svg", "png"):
        assert (tmp_path / f"first.{kind}").read_bytes() == (tmp_path / f"second.{kind}").read_bytes()
