from __future__ import annotations

from pathlib import Path

import handmade as hm
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import analysis as an
from analysis.disclosure import public
from analysis.figures.items import AT_BOUND, Box


def _lines(ax: Axes) -> dict[str, np.ndarray]:
    return {
        str(line.get_label()): np.asarray(line.get_xydata())
        for line in ax.lines
        if not str(line.get_label()).startswith("_")
    }


def _drawn(results: an.Estimates, partner: str) -> np.ndarray:
    frame = results.where(section="items", partner=partner, statistic=["mean", "item_rest_r"]).frame
    wide = frame.pivot_table(index="item", columns="statistic", values="estimate", sort=False)
    return wide[["mean", "item_rest_r"]].dropna().to_numpy()


def test_the_map_draws_the_numbers_of_the_table(demo: an.Couples) -> None:
    drawn, table = _lines(an.figures.item_map(demo)), an.items(demo)
    for partner in demo.partners:
        np.testing.assert_allclose(np.sort(drawn[partner], axis=0), np.sort(_drawn(table, partner), axis=0), rtol=1e-12)
    assert len(drawn["woman"]) == 60


def test_rings_are_at_the_shares_of_the_table(demo: an.Couples) -> None:
    drawn, frame = _lines(an.figures.item_map(demo)), an.items(demo).frame
    scored = set(frame.loc[(frame["statistic"] == "item_rest_r"), "item"])
    for statistic, label in (("floor", "≥ 15% at the minimum"), ("ceiling", "≥ 15% at the maximum")):
        shares = frame[(frame["statistic"] == statistic) & frame["item"].isin(scored)]["estimate"]
        assert len(drawn[label]) == (shares >= AT_BOUND).sum() > 0


def test_couples_and_their_results_give_the_same_map(demo: an.Couples) -> None:
    ax = Figure().add_subplot()
    assert an.figures.item_map(an.items(demo), ax=ax) is ax
    assert ax.get_label() == an.figures.item_map(demo).get_label()


def test_every_item_is_in_the_alternative_text_and_few_are_named(demo: an.Couples) -> None:
    ax = an.figures.item_map(demo)
    text = str(ax.get_label())
    for item in demo.codebook.items:
        assert f"{item.name}:" in text or item.name in text.split("Not drawn:")[1]
    frame = an.items(demo).frame
    r = frame[frame["statistic"] == "item_rest_r"]
    lowest = r["item"].to_numpy()[r["estimate"].argmin()]
    names = [text.get_text() for text in ax.texts if "_" in text.get_text()]
    assert lowest in names
    assert len(names) <= 11


def test_names_do_not_cover_each_other_and_stay_inside(demo: an.Couples) -> None:
    ax = an.figures.item_map(demo)
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    ground = ax.get_window_extent()
    boxes = [text.get_window_extent() for text in ax.texts if "_" in text.get_text()]
    assert all(ground.x0 <= box.x0 and box.x1 <= ground.x1 for box in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_boxes_that_only_touch_do_not_meet() -> None:
    assert not Box(0, 0, 1, 1).meets(Box(1, 0, 2, 1))
    assert Box(0, 0, 1, 1).meets(Box(0.9, 0.9, 2, 2))


def test_a_line_stands_at_zero_also_where_an_item_goes_against_its_scale() -> None:
    cells = hm.answers(hm.SHORT, 40)
    cells[:, :, -1] = 6 - cells[:, :, -1].astype(float)
    ax = an.figures.item_map(hm.couples(hm.SHORT, cells, settings={"synthetic": True}))
    zero = next(line for line in ax.lines if np.asarray(line.get_ydata()).tolist() == [0, 0])
    assert zero.get_linewidth() == 1
    lowest = min(float(points[:, 1].min()) for points in _lines(ax).values())
    assert ax.get_ylim()[0] < lowest < 0


def test_unlike_ranges_are_percent_of_the_declared_range() -> None:
    couples = hm.ZOO["unlike ranges"]()
    ax = an.figures.item_map(couples)
    assert ax.get_xlabel() == "Item mean, percent of the declared range"
    mean = an.items(couples).where(item="H2_1", statistic="mean", partner="w").frame["estimate"].iloc[0]
    assert np.isclose(_lines(ax)["w"][:, 0], 100 * (mean - 1) / 6, rtol=1e-3).any()


def test_without_declared_bounds_the_mean_is_as_it_is() -> None:
    couples = hm.made(hm.book(hm.items("N1", 3, low=None, high=None)))
    assert an.figures.item_map(couples).get_xlabel() == "Item mean"


def test_exchangeable_partners_are_one_series_that_swapping_leaves_alone() -> None:
    cells = hm.answers(hm.PROFILE)
    one, other = (hm.couples(hm.PROFILE, c, roles=None) for c in (cells, cells[:, ::-1]))
    first, second = (an.figures.item_map(couples) for couples in (one, other))
    assert next(iter(_lines(first))) == "everyone"
    assert first.get_label() == second.get_label()
    np.testing.assert_allclose(_lines(first)["everyone"], _lines(second)["everyone"], rtol=1e-12)


def test_one_respondent_a_couple_has_a_map() -> None:
    assert next(iter(_lines(an.figures.item_map(hm.ZOO["one respondent"]())))) == "everyone"


def test_a_constant_item_is_not_drawn_but_named() -> None:
    couples = hm.couples(
        hm.PROFILE, np.where(np.arange(18) == 1, 2.0, hm.answers(hm.PROFILE)), settings={"disclose": True}
    )
    text = str(an.figures.item_map(couples).get_label())
    assert text.endswith("Not drawn: H1_2.")


def test_what_tables_hide_the_map_hides() -> None:
    couples = hm.made(hm.PROFILE, 9)
    assert public(an.items(couples), couples.settings).frame["estimate"].isna().all()
    with pytest.raises(an.SurveyError, match="No item has a mean and an item-rest r"):
        an.figures.item_map(couples)
    shown = hm.made(hm.PROFILE, 30)
    table = public(an.items(shown), shown.settings)
    ringed = table.where(statistic=["floor", "ceiling"]).frame["estimate"].ge(AT_BOUND).sum()
    drawn = _lines(an.figures.item_map(shown))
    assert sum(len(points) for label, points in drawn.items() if label.startswith("≥")) == ringed


def test_finished_scores_have_no_items() -> None:
    with pytest.raises(an.SurveyError, match="Bring the answers to the items"):
        an.figures.item_map(hm.ZOO["finished scores"]())


def test_the_map_carries_its_stamp_and_repeats_its_bytes(demo: an.Couples, tmp_path: Path) -> None:
    for name in ("first", "second"):
        ax = an.figures.item_map(demo)
        an.figures.save(ax, tmp_path / name)
    assert "Synthetic data: no real couple answered." in [text.get_text() for text in ax.texts]
    for kind in ("svg", "png"):
        assert (tmp_path / f"first.{kind}").read_bytes() == (tmp_path / f"second.{kind}").read_bytes()
