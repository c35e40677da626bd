from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import analysis as an
from analysis.disclosure import public
from analysis.figures.labels import scale_label
from analysis.figures.style import look
from analysis.results import Row, row
from analysis.stats.value import Array

CLOSED = an.Settings(minimum_answered=0.75)


def _points(ax: mpl.axes.Axes) -> dict[str, list[float]]:
    """Return the x values of each labelled series of marks."""
    return {
        str(line.get_label()): np.asarray(line.get_xdata()).tolist()
        for line in ax.lines
        if not str(line.get_label()).startswith("_")
    }


def _two_scale_couples(low: float = 1, high: float = 5) -> an.Couples:
    items = tuple(
        an.Item(f"{code}{j}", code, low, high if code == "good" else 5) for code in ("good", "bad") for j in range(4)
    )
    scales = (an.Scale("good", "Good things", valence="healthy"), an.Scale("bad", "Bad things", valence="unhealthy"))
    return an.make_couples(40, codebook=an.Codebook(items, scales, name="two"), seed=3)


def test_the_profile_has_twelve_rows_of_which_three_are_split(demo: an.Couples) -> None:
    ax = an.figures.profile(demo)
    labels = [text.get_text() for text in ax.get_yticklabels()]
    heights = np.array(ax.get_yticks())
    rows = 1 + int((np.diff(heights) >= 1).sum())
    assert len(labels) == 15
    assert rows == 12
    assert labels[8:10] == ["U2a  Drained", "U2b  Deflecting"]


def test_the_profile_draws_the_numbers_of_the_table(demo: an.Couples) -> None:
    drawn = _points(an.figures.profile(demo))
    table = an.describe(demo).where(
        statistic="scale_mean", variant="within_couple", partner="woman", scale=list(demo.codebook.codes)
    )
    assert list(drawn) == ["woman", "man"]
    np.testing.assert_allclose(sorted(drawn["woman"]), sorted(table.frame["estimate"]), rtol=1e-12)


def test_the_profile_takes_results_and_an_axes(demo: an.Couples) -> None:
    ax = Figure().add_subplot()
    assert an.figures.profile(an.describe(demo), ax=ax) is ax
    assert str(ax.get_label()).startswith("Profile of scale means by partner")


def test_the_profile_by_group_needs_a_group(demo: an.Couples) -> None:
    with pytest.raises(an.SurveyError, match=r"Name the group column in study\.toml"):
        an.figures.profile(demo, by="group")
    with pytest.raises(an.SurveyError, match="allowed are 'partner' and 'group'"):
        an.figures.profile(demo, by="role")


def test_blocks_are_told_apart_by_words_and_not_by_colour_alone(demo: an.Couples) -> None:
    words = [text.get_text() for text in an.figures.profile(demo).texts]
    assert "HEALTHY" in words
    assert "UNHEALTHY" in words


def test_scales_of_unlike_ranges_are_drawn_in_percent() -> None:
    ax = an.figures.profile(_two_scale_couples(high=7))
    assert "percent of the maximum possible" in ax.get_xlabel()
    assert ax.get_xlim() == (0, 100)


def test_other_scales_are_a_row_each_with_their_names() -> None:
    labels = [text.get_text() for text in an.figures.profile(_two_scale_couples()).get_yticklabels()]
    assert labels == ["Good things", "Bad things"]


def test_the_forest_has_a_row_a_scale_and_draws_omega_and_alpha(demo: an.Couples) -> None:
    ax = an.figures.reliability(demo)
    codes = list(demo.codebook.codes)
    omega = an.reliability(demo).where(statistic="omega", partner="man", scale=codes).frame["estimate"]
    assert len(ax.get_yticks()) == 15
    np.testing.assert_allclose(_points(ax)["man"], omega, rtol=1e-12)


def test_a_forest_without_a_coefficient_says_why() -> None:
    item = an.Item("score", "score", finished=True)
    frame_of = {"id": [1, 1, 2, 2, 3, 3], "who": list("wm" * 3), "score": [1.5, 2, 3, 4, 5, 6]}
    couples = an.couples_from_frame(
        pd.DataFrame(frame_of), codebook=an.Codebook((item,), (an.Scale("score"),)),
        couple="id", partner="who", roles={"w": "woman", "m": "man"},
    )  # fmt: skip
    with pytest.raises(an.SurveyError, match="No scale has a reliability coefficient"):
        an.figures.reliability(couples)


def test_couples_are_joined_on_the_plane_only_where_they_may_be_seen(demo: an.Couples) -> None:
    shown = an.figures.plane(demo)
    hidden = an.figures.plane(demo.with_settings(synthetic=False))
    largest = [
        max(np.size(line.get_xdata()) for line in ax.lines if line.get_marker() not in ("None", ""))
        for ax in (shown, hidden)
    ]
    assert largest[0] > 100
    assert largest[1] == 1
    assert max(np.size(line.get_xdata()) for line in hidden.lines) == 120  # an ellipse's outline


def test_the_plane_needs_both_blocks_and_enough_couples() -> None:
    with pytest.raises(an.SurveyError, match="fewer than 10 couples"):
        an.figures.plane(an.make_couples(9, seed=1, settings=CLOSED))
    empty = an.make_couples(9, seed=1)
    with pytest.raises(an.SurveyError, match="needs 3 couples of a role with both block means; no role has them"):
        an.figures.plane(replace(empty, scores=empty.scores * np.nan))
    healthy = an.Codebook((an.Item("a", "H", 1, 5), an.Item("b", "H", 1, 5)), (an.Scale("H", valence="healthy"),))
    with pytest.raises(an.SurveyError, match="there is no scale in the unhealthy block"):
        an.figures.plane(an.make_couples(20, codebook=healthy, seed=1))


def test_figures_of_couples_hide_what_tables_hide() -> None:
    few = an.make_couples(9, seed=1, settings=CLOSED)
    for draw in (an.figures.profile, an.figures.reliability):
        with pytest.raises(an.SurveyError, match="hidden: too few couples"):
            draw(few)
    assert public(an.describe(few), few.settings).frame["estimate"].isna().all()


def test_a_stamp_stands_on_every_figure_of_an_open_study(demo: an.Couples) -> None:
    for draw in (an.figures.profile, an.figures.plane, an.figures.reliability):
        assert "Synthetic data: no real couple answered." in [text.get_text() for text in draw(demo).texts]


def test_the_alternative_text_holds_the_numbers(demo: an.Couples) -> None:
    mean = an.describe(demo).where(statistic="scale_mean", scale="H1", partner="woman", variant="within_couple").frame
    assert f"woman {mean['estimate'].iloc[0]:.2f}" in str(an.figures.profile(demo).get_label())
    assert "shades enclosing 25%, 50%, 75%" in str(an.figures.plane(demo).get_label())


def test_saving_twice_gives_the_same_bytes(demo: an.Couples, tmp_path: Path) -> None:
    for name in ("first", "second"):
        an.figures.save(an.figures.profile(demo), tmp_path / name)
    for kind in ("svg", "png"):
        assert (tmp_path / f"first.{kind}").read_bytes() == (tmp_path / f"second.{kind}").read_bytes()


def test_the_readers_own_settings_are_given_back(demo: an.Couples) -> None:
    before = dict(mpl.rcParams)
    an.figures.profile(demo)
    assert dict(mpl.rcParams) == before


def test_a_matplotlibrc_of_the_readers_changes_no_byte(demo: an.Couples, tmp_path: Path) -> None:
    own: dict[Any, Any] = {
        "lines.linewidth": 5, "savefig.bbox": "tight", "axes.grid": True, "font.size": 20, "savefig.facecolor": "red",
        "text.color": "red", "xtick.direction": "in",
    }  # fmt: skip
    for draw in (an.figures.profile, an.figures.plane, an.figures.reliability):
        an.figures.save(draw(demo), tmp_path / "plain")
        with mpl.rc_context(own):
            an.figures.save(draw(demo), tmp_path / "own")
            assert mpl.rcParams["lines.linewidth"] == 5
            assert mpl.rcParams["savefig.bbox"] == "tight"
        for kind in ("svg", "png"):
            assert (tmp_path / f"plain.{kind}").read_bytes() == (tmp_path / f"own.{kind}").read_bytes()


def test_drawing_leaves_the_backend_alone(demo: an.Couples) -> None:
    with mpl.rc_context({"interactive": True, "toolbar": "None"}):
        before = mpl.rcParams["backend"], mpl.rcParams["interactive"], mpl.rcParams["toolbar"]
        with look():
            assert (mpl.rcParams["backend"], mpl.rcParams["interactive"], mpl.rcParams["toolbar"]) == before
            an.figures.reliability(demo)
        assert (mpl.rcParams["backend"], mpl.rcParams["interactive"], mpl.rcParams["toolbar"]) == before


def test_exchangeable_partners_are_one_series() -> None:
    couples = an.make_couples(30, seed=1, roles=None)
    assert list(_points(an.figures.profile(couples))) == ["everyone"]
    assert list(_points(an.figures.reliability(couples))) == ["everyone"]


def _grouped(couples: an.Couples, first: int) -> an.Couples:
    """Return the couples with the first ones in a group of their own."""
    index = couples.items.index.get_level_values("couple").unique()
    names = np.where(np.arange(len(index)) < first, "clinic", "community")
    return replace(couples, groups=pd.Series(names, index=index, name="setting"))


def _swapped(couples: an.Couples) -> an.Couples:
    """Return the couples with partner 1 as partner 2."""
    order = np.arange(len(couples.scores)).reshape(-1, 2)[:, ::-1].ravel()
    scores = pd.DataFrame(couples.scores.to_numpy()[order], couples.scores.index, couples.scores.columns)
    return replace(couples, scores=scores)


def _xy(line: Line2D) -> Array:
    return np.column_stack([np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)])


def _small_marks(ax: mpl.axes.Axes) -> list[tuple[object, object, list[tuple[float, float]]]]:
    lines = [line for line in ax.lines if np.size(line.get_xdata()) > 1 and line.get_marker() not in ("None", "")]
    return [(line.get_marker(), line.get_color(), sorted(map(tuple, _xy(line).tolist()))) for line in lines]


def test_the_plane_does_not_show_which_exchangeable_partner_is_first(demo: an.Couples) -> None:
    couples = an.make_couples(30, seed=1, roles=None)
    marks = _small_marks(an.figures.plane(couples))
    assert len(marks) == 1
    assert len(marks[0][2]) == 60
    assert marks == _small_marks(an.figures.plane(_swapped(couples)))
    assert len({marker for marker, _, _ in _small_marks(an.figures.plane(demo))}) == 2


def test_the_plane_explains_its_shades_lines_and_ellipses(demo: an.Couples) -> None:
    def words(couples: an.Couples) -> list[str]:
        legend = an.figures.plane(couples).get_legend()
        return [text.get_text() for text in legend.get_texts()] if legend else []

    key = ["95% ellipse of a mean", "25, 50, 75 % of persons"]
    assert words(demo)[2:] == [*key, "the two partners of a couple"]
    assert words(demo.with_settings(synthetic=False))[2:] == key


def test_the_plane_by_group_has_the_means_of_each_group(demo: an.Couples) -> None:
    grouped = _grouped(demo, 60)
    ax = an.figures.plane(grouped, by="group")
    drawn = {name.split(" (")[0]: values[0] for name, values in _points(ax).items()}
    assert list(drawn) == ["clinic, woman", "clinic, man", "community, woman", "community, man"]
    both = grouped.scored(["block:healthy", "block:unhealthy"])[:60, 1]
    assert drawn["clinic, man"] == pytest.approx(both[np.isfinite(both).all(axis=1), 0].mean(), rel=1e-12)
    with pytest.raises(an.SurveyError, match="There are no groups to draw"):
        an.figures.plane(demo, by="group")
    with pytest.raises(an.SurveyError, match="allowed are 'partner' and 'group'"):
        an.figures.plane(demo, by="role")


@pytest.mark.parametrize("few", [2, 9])
def test_the_plane_shows_no_small_group_and_no_role_of_few(demo: an.Couples, few: int) -> None:
    closed = demo.with_settings(synthetic=False)
    with pytest.raises(an.SurveyError, match="fewer than 10 couples"):
        an.figures.plane(_grouped(closed, few), by="group")
    scores = closed.scores.copy()
    man = np.flatnonzero(scores.index.get_level_values("partner") == "man")
    scores.iloc[man[few:]] = np.nan
    with pytest.raises(an.SurveyError, match="fewer than 10 couples"):
        an.figures.plane(replace(closed, scores=scores))


def test_the_plane_is_not_drawn_from_results(demo: an.Couples) -> None:
    with pytest.raises(an.SurveyError, match="The plane needs couples"):
        an.figures.plane(an.describe(demo))  # type: ignore[arg-type]


def test_a_plane_of_one_value_without_a_declared_range_has_a_width() -> None:
    items = (an.Item("a", "H", finished=True), an.Item("b", "U", finished=True))
    book = an.Codebook(items, (an.Scale("H", valence="healthy"), an.Scale("U", valence="unhealthy")))
    frame = pd.DataFrame({"id": np.repeat(range(12), 2), "who": list("wm" * 12), "a": 3.0, "b": np.arange(24.0)})
    couples = an.couples_from_frame(frame, codebook=book, couple="id", partner="who", roles={"w": "woman", "m": "man"})
    assert an.figures.plane(couples.with_settings(disclose=True)).get_xlim() == (2.5, 3.5)


def _labels(ax: mpl.axes.Axes) -> list[str]:
    return [text.get_text() for text in ax.get_yticklabels()]


def test_results_of_another_instrument_are_called_by_their_codes() -> None:
    couples = _two_scale_couples()
    for table, draw in ((an.describe, an.figures.profile), (an.reliability, an.figures.reliability)):
        assert _labels(draw(table(couples))) == ["good", "bad"]
        assert _labels(draw(table(couples), codebook=couples.codebook)) == ["Good things", "Bad things"]
    assert "SCALES" in [text.get_text() for text in an.figures.profile(an.describe(couples)).texts]


def test_results_with_a_scale_of_the_built_in_codes_keep_every_row(demo: an.Couples) -> None:
    rows = [row("reliability", "alpha", scale=code, partner="woman", estimate=0.8) for code in ("zeal", "H1")]
    assert _labels(an.figures.reliability(an.Estimates(rows))) == ["zeal", "H1"]
    assert _labels(an.figures.reliability(an.reliability(demo))) == _labels(an.figures.reliability(demo))


def test_an_experimental_scale_says_so() -> None:
    item = an.Item("a", "X", 1, 5)
    book = an.Codebook((item,), (an.Scale("X", "A name that is much too long for a figure", experimental=True),))
    assert scale_label(book, "X").endswith("… (experimental)")


def test_a_scale_without_a_range_beside_others_has_a_row_that_says_so() -> None:
    items = (an.Item("a", "A", 1, 5), an.Item("b", "B", 1, 7), an.Item("c", "C", finished=True))
    book = an.Codebook(items, (an.Scale("A"), an.Scale("B"), an.Scale("C")))
    frame = pd.DataFrame({
        "id": np.repeat(range(12), 2), "who": list("wm" * 12), "a": [1, 3] * 12, "b": [1, 7] * 12, "c": np.arange(24.0),
    })  # fmt: skip
    couples = an.couples_from_frame(
        frame, codebook=book, couple="id", partner="who", roles={"w": "woman", "m": "man"},
        settings=an.Settings(disclose=True),
    )  # fmt: skip
    ax = an.figures.profile(couples)
    assert _labels(ax) == ["A", "B", "C (no range)"]
    np.testing.assert_allclose(_points(ax)["man"], [50, 100, np.nan])


def test_marks_of_two_partners_stand_apart(demo: an.Couples) -> None:
    woman, man = (_xy(line)[:, 1] for line in an.figures.profile(demo).lines if line.get_label() in ("woman", "man"))
    np.testing.assert_allclose(man - woman, 0.36)


def test_within_couple_means_that_are_hidden_give_way_to_ordinary_ones(demo: an.Couples) -> None:
    results = an.describe(demo).frame
    results.loc[results["variant"] == "within_couple", ["estimate", "lower", "upper"]] = np.nan
    ax = an.figures.profile(an.Estimates.of_frame(results))
    assert ax.get_xlabel() == "Mean, scale points, 95% interval"
    assert np.isfinite(_points(ax)["woman"]).all()


def test_a_closed_study_shows_its_profile(demo: an.Couples) -> None:
    ax = an.figures.profile(demo.with_settings(synthetic=False))  # one hidden within-couple mean is one too many
    assert ax.get_xlabel() == "Mean, scale points, 95% interval"
    assert all(np.isfinite(_points(ax)[role]).all() for role in ("woman", "man"))


def _coefficient(statistic: str, scale: str, estimate: float, lower: float = np.nan, **more: object) -> Row:
    upper = 0.95 if np.isfinite(lower) else np.nan
    return row(
        "reliability", statistic, scale=scale, partner="woman", estimate=estimate, lower=lower, upper=upper,
        confidence=0.95, n_couples=50, **more,
    )  # fmt: skip


def test_a_scale_of_two_items_has_a_small_mark_for_alpha() -> None:
    two = _coefficient("alpha", "two", 0.6, 0.5)
    more = [_coefficient("alpha", "more", 0.8, 0.7), _coefficient("omega", "more", 0.82, 0.7)]
    ax = an.figures.reliability(an.Estimates([two, *more]))
    size = {float(x): line.get_markersize() for line in ax.lines for x in _xy(line)[:, 0]}
    assert size[0.6] == size[0.8] < size[0.82]
    height = {float(x): float(y) for line in ax.lines for x, y in _xy(line).tolist()}
    assert height[0.6] == 0
    assert "ω large, α small" in ax.get_xlabel()
    alone = an.figures.reliability(an.Estimates([two]))
    assert alone.get_xlabel() == "Reliability: α, 95% interval"
    assert list(_points(alone)) == ["woman"]


def test_one_very_wide_interval_does_not_squeeze_the_others() -> None:
    rows = [_coefficient("alpha", "wide", 0.2, -30), _coefficient("alpha", "low", -1.5, -9)]
    ax = an.figures.reliability(an.Estimates([*rows, _coefficient("alpha", "fine", 0.8, 0.7)]))
    assert ax.get_xlim() == (-1, 1)
    arrows = [line for line in ax.lines if line.get_marker() == "<"]
    assert [np.asarray(line.get_ydata()).tolist() for line in arrows] == [[0, 1]]
    assert [text.get_text() for text in ax.texts] == ["−1.50"]
    narrow = an.figures.reliability(an.Estimates([_coefficient("alpha", "fine", 0.8, 0.71)]))
    assert narrow.get_xlim() == (0.5, 1)
    assert not [line for line in narrow.lines if line.get_marker() == "<"]


def test_the_forest_of_a_group_draws_its_rows(demo: an.Couples) -> None:
    grouped = _grouped(demo, 60)
    drawn = _points(an.figures.reliability(grouped, group="clinic"))
    place = {"partner": "man", "group": "clinic", "scale": list(demo.codebook.codes)}
    omega = an.reliability(grouped).where(statistic="omega", **place).frame["estimate"]
    np.testing.assert_allclose(drawn["clinic, man"], omega, rtol=1e-12)
    with pytest.raises(an.SurveyError, match=r"There is no group 'clinics'.*Did you mean 'clinic'"):
        an.figures.reliability(grouped, group="clinics")


def test_a_figure_without_a_number_says_why() -> None:
    rows = [row("reliability", "alpha", scale="two", note="a scale of one item")]
    with pytest.raises(an.SurveyError, match="Reason: a scale of one item"):
        an.figures.reliability(an.Estimates(rows))
    with pytest.raises(an.SurveyError, match="Reason: nobody came"):
        an.figures.profile(an.Estimates([row("describe", "scale_mean", scale="two", note="nobody came")]))
    with pytest.raises(an.SurveyError, match="a table that describe"):
        an.figures.profile(an.Estimates())


def test_many_series_do_not_look_alike(demo: an.Couples) -> None:
    index = demo.items.index.get_level_values("couple").unique()
    groups = pd.Series(np.array(list("abc"))[np.arange(len(index)) % 3], index=index, name="setting")
    lines = an.figures.profile(replace(demo, groups=groups), by="group").lines
    series = [line for line in lines if not str(line.get_label()).startswith("_")]
    assert len({(line.get_marker(), line.get_color()) for line in series}) == len(series) == 6
