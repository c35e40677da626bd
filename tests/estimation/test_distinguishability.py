"""The table of distinguishability: which rows stand where, whose p may be read, and advice where it is needed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from handmade import GATED, PROFILE, answers, book, couples, items, made

import analysis as an
from analysis.estimation.calibrated import ALLOWED, measured, measured_note
from analysis.estimation.distinguishability import SHOWN
from analysis.results import NOT_SHOWN, Row
from analysis.rules import sentence
from analysis.stats.equal_moments import COMPONENTS, MEANS
from analysis.stats.exchangeability import components, exchangeability, hotelling
from analysis.stats.resampling import stream
from analysis.stats.swaps import swap_component, swap_omnibus
from analysis.stats.value import Array
from benchmarks.distinguishability import Cell, draw, tracked

ASSUMED, FEW, UNRELATED = "Roles are assumed, not tested", "Too few couples for the p of chi-square", "do not correlate"
FOUR = book(items("H1", 4))


def by_place(table: an.Estimates, scale: str) -> dict[tuple[str, str], Row]:
    return {(row["statistic"], row["variant"]): row for row in table.where(scale=scale)}


def says(table: an.Estimates, words: str) -> bool:
    return any(words in note for note in table.notes)


def test_every_block_and_every_scale_has_the_test_and_its_components() -> None:
    table = an.distinguishability(made(PROFILE, 60))
    assert list(dict.fromkeys(table.frame["scale"])) == [
        "block:healthy", "block:unhealthy", "block:all", "H1", "H2", "H3", "U1", "U2", "U3",
    ]  # fmt: skip
    wanted = {("isat_chi2", variant) for variant in ("", "bartlett", "permutation")}
    wanted |= {(name, variant) for name in COMPONENTS for variant in ("", "released", "sequential")}
    wanted |= {(name, "hotelling" if name == MEANS else "permutation") for name in COMPONENTS}
    for scale in dict.fromkeys(table.frame["scale"]):
        assert set(by_place(table, scale)) == wanted


def test_the_numbers_are_those_of_the_scores() -> None:
    data = made(PROFILE, 60)
    x, y = data.scored(["H1", "H2", "H3"]).swapaxes(0, 1)
    found = by_place(an.distinguishability(data), "block:healthy")
    assert found["isat_chi2", ""]["test"] == pytest.approx(exchangeability(x, y).estimate, rel=1e-9)
    assert found["means", "hotelling"]["p"] == pytest.approx(hotelling(x, y).p, rel=1e-9)
    for key, value in components(x, y).items():
        assert found[key]["estimate"] == pytest.approx(value.estimate, rel=1e-6)
        assert found[key]["p"] == pytest.approx(value.p, rel=1e-6)
        assert found[key]["df"] == value.df
    seed = data.settings.seed
    whole = swap_omnibus(x, y, 100, stream(seed, "distinguishability", "block:healthy", "isat_chi2"))
    assert found["isat_chi2", "permutation"]["p"] == whole.p
    part = swap_component(x, y, "variances", 100, stream(seed, "distinguishability", "block:healthy", "variances"))
    assert found["variances", "permutation"]["p"] == part.p
    assert found["variances", "permutation"]["method"] == (
        "p from 100 random swaps of partners within couples, roles centred; p adjusted by Holm for 9 tests"
    )


def test_with_few_couples_all_swaps_are_taken() -> None:
    found = by_place(an.distinguishability(made(FOUR, 12)), "H1")
    assert found["isat_chi2", "permutation"]["method"] == (
        "p from all swaps of partners within couples; p adjusted by Holm for 2 tests"
    )


def test_only_a_p_that_can_be_read_is_printed_and_the_others_stay_with_their_measured_size() -> None:
    table = an.distinguishability(made(PROFILE, 60))
    for row in table:
        assert np.isfinite(row["p"])
        assert (NOT_SHOWN in row["note"]) == (row["variant"] not in SHOWN)
    lines = [line for line in repr(table.where(scale="H1", variant=["", "bartlett"])).splitlines() if "H1" in line]
    shown = [line for line in repr(table.where(scale="H1", variant=list(SHOWN))).splitlines() if "H1" in line]
    assert len(lines) == len(COMPONENTS) + 2
    p = [f".{round(row['p'] * 1000):03d}" for row in table.where(scale="H1", variant=["", "bartlett"])]
    assert not any(line.endswith(value) or f" {value} " in line for line, value in zip(lines, p, strict=True))
    for row, line in zip(table.where(scale="H1", variant=list(SHOWN)), shown, strict=True):
        assert f".{round(row['p'] * 1000):03d}" in line


def test_every_p_that_is_printed_keeps_its_level_in_every_measured_cell_and_no_other_does() -> None:
    tests = {(row["statistic"], row["variant"]) for row in an.distinguishability(made(PROFILE, 60))}
    assert tests == set(measured())
    for (statistic, variant), cells in measured().items():
        largest = max(share for shares in cells.values() for share in shares)
        assert (largest <= ALLOWED) == (variant in SHOWN), f"{statistic} {variant}: {largest}"


def contrasts(x: Array, y: Array) -> dict[str, Array]:
    s, d = x + y - (x + y).mean(axis=0), x - y
    moments = s.T @ (d - d.mean(axis=0)) / len(s)
    off = ~np.eye(len(moments), dtype=bool)
    parts = (d.mean(axis=0), np.diagonal(moments), (moments + moments.T)[off], (moments - moments.T)[off])
    return dict(zip(COMPONENTS, parts, strict=True))


@pytest.mark.parametrize("shape", ["normal", "symmetric", "skewed"])
@pytest.mark.parametrize("equal", ["", *COMPONENTS])
def test_in_the_calibration_the_component_that_should_be_equal_is_and_the_others_are_not(
    shape: str, equal: str
) -> None:
    x, y = draw(Cell(shape, 4, 3, 40_000, equal), np.random.default_rng(1))
    for name, contrast in contrasts(x, y).items():
        wanted = not equal or name == equal
        assert (np.abs(contrast).max() < 0.04) == wanted, name


def test_the_tracked_tables_of_the_calibration_are_of_one_run() -> None:
    text = (Path(__file__).parents[2] / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert tracked() in text


def test_the_size_in_a_note_is_that_of_the_nearest_cell() -> None:
    shares = measured()["isat_chi2", ""][12, 50]
    low, high = (f"{share:.2f}".removeprefix("0") for share in (min(shares), max(shares)))
    assert measured_note("isat_chi2", "", 13, 55) == (
        f"{NOT_SHOWN}: below .05 in {low} to {high} of simulated samples of 50 couples and 12 scores "
        "in which it should be in .05"
    )


@pytest.mark.parametrize("n", [8, 9])
def test_a_block_needs_more_couples_than_twice_its_scores(n: int) -> None:
    table = an.distinguishability(made(FOUR, n))
    found = by_place(table, "H1")
    tested = n > 8
    assert all(np.isfinite(row["p"]) == tested for row in found.values() if row["variant"] in SHOWN)
    if not tested:
        why = "couples with every score for both partners: 8; 9 are needed for 4: test fewer scores at once"
        assert {row["note"] for row in found.values()} == {f"{why}, or ask more couples"}
    assert says(table, ASSUMED) == (not tested)


def _change(change: Callable[[Array], None], n: int = 30) -> an.Estimates:
    cells = answers(PROFILE, n)
    change(cells)
    return an.distinguishability(couples(PROFILE, cells))


def _constant(cells: Array) -> None:
    cells[:, 0, 1] = 2.0


def _twins(cells: Array) -> None:
    cells[:, 1] = cells[:, 0]


def _opposite(cells: Array) -> None:
    cells[:, 1] = 6.0 - cells[:, 0]


def _same(cells: Array) -> None:
    cells[...] = 3.0


@pytest.mark.parametrize("change", [_constant, _twins, _opposite, _same])
def test_scores_that_others_determine_leave_a_block_empty_with_the_reason(change: Callable[[Array], None]) -> None:
    found = by_place(_change(change), "H1")
    assert {row["note"] for row in found.values()} == {"a score is constant, or others determine it: leave it out"}
    assert all(np.isnan(row["estimate"]) for row in found.values())


def test_missing_answers_leave_couples_out_block_by_block() -> None:
    cells = answers(PROFILE, 40)
    cells[:5, 1, 0] = np.nan
    table = an.distinguishability(couples(PROFILE, cells, absent=[(39, 0)]))
    n = {scale: by_place(table, scale)["isat_chi2", ""]["n_couples"] for scale in ("H1", "H2", "block:all")}
    assert n == {"H1": 34, "H2": 39, "block:all": 34}  # 2 of 3 answers are too few for a score


def test_a_scale_that_a_gate_closes_for_many_is_in_no_block_and_has_its_own_rows() -> None:
    cells = answers(GATED, 40)
    cells[:12, 1, 9:12] = "does not apply"
    table = an.distinguishability(couples(GATED, cells))
    assert says(table, "unhealthy block: left out because a gate closes it")
    n = {scale: by_place(table, scale)["isat_chi2", ""]["n_couples"] for scale in ("U1", "block:unhealthy")}
    assert n == {"U1": 28, "block:unhealthy": 40}
    assert by_place(table, "block:unhealthy")["means", ""]["df"] == 3


def test_without_two_blocks_there_is_one_of_all_scores() -> None:
    table = an.distinguishability(made(book(items("H1"), items("H2")), 40))
    assert list(dict.fromkeys(table.frame["scale"])) == ["block:all", "H1", "H2"]


def test_more_than_twelve_items_are_not_tested_together_and_said_so() -> None:
    table = an.distinguishability(made(book(items("H1", 13)), 60))
    assert "H1" not in set(table.frame["scale"])
    assert says(table, "H1: more than 12 items are not tested together.")


def test_exchangeable_partners_are_refused_with_the_remedy() -> None:
    table = an.distinguishability(made(PROFILE, 40, roles=None))
    assert len(table) == 0
    assert "there is no role to tell them apart by" in table.notes[0]
    assert "as roles in study.toml" in table.notes[0]


def test_one_respondent_and_two_couples_are_refused() -> None:
    one = an.distinguishability(couples(PROFILE, answers(PROFILE)[:, :1]))
    two = an.distinguishability(made(PROFILE, 2))
    assert len(one) == len(two) == 0
    assert "one respondent a couple" in one.notes[0]
    assert "needs 3 couples" in two.notes[0]


def test_roles_that_cannot_be_tested_are_said_to_be_assumed() -> None:
    assert says(an.distinguishability(made(PROFILE, 10)), f"{ASSUMED}, for whole profile. ")
    assert not says(an.distinguishability(made(PROFILE, 40)), ASSUMED)


def test_chi_square_with_few_couples_is_warned_of_and_not_with_many() -> None:
    assert says(an.distinguishability(made(PROFILE, 40)), FEW)
    assert not says(an.distinguishability(made(PROFILE, 400)), FEW)


def test_a_p_above_five_percent_is_not_sameness_and_nothing_is_said_where_there_is_none() -> None:
    one = book(items("H1", 1))
    cells = answers(one, 60, together=0.8)
    assert sentence("W8") in an.distinguishability(couples(one, cells)).notes
    cells[:, 0, 0] = np.where(cells[:, 0, 0] > 3, 2.0, 1.0)  # other means and other variances
    table = an.distinguishability(couples(one, cells))
    assert all(row["p"] <= 0.05 for row in table if row["variant"] in SHOWN)
    assert sentence("W8") not in table.notes


def test_partners_who_do_not_correlate_stay_couples_and_nothing_is_said_where_they_do() -> None:
    alone = an.distinguishability(couples(FOUR, answers(FOUR, 30, together=0.0)))
    assert says(alone, f"{UNRELATED} beyond chance in H1. That is no licence to analyse persons")
    related = couples(FOUR, answers(FOUR, 80, together=0.8))
    assert not says(an.distinguishability(related), UNRELATED)


def test_neither_the_order_of_couples_nor_which_role_is_first_changes_a_number() -> None:
    cells = answers(FOUR, 30)
    table = an.distinguishability(couples(FOUR, cells)).frame
    for other in (cells[::-1], cells[:, ::-1]):
        found = an.distinguishability(couples(FOUR, other)).frame
        np.testing.assert_allclose(found["estimate"], table["estimate"], rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(found["p"], table["p"], rtol=1e-7, atol=1e-9)
