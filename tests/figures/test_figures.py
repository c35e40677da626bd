from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import analysis as an
from analysis.disclosure import public
from analysis.figures.style import look

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
    omega = an.reliability(demo).where(statistic="omega", partner="man").frame["estimate"]
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
    own = {
        "lines.linewidth": 5, "savefig.bbox": "tight", "axes.grid": True, "font.size": 20, "savefig.facecolor": "red",
        "text.usetex": False, "axes.prop_cycle": mpl.cycler(color=["red"]), "xtick.direction": "in",
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
