"""Profiles block by block: what each number is, beside its pseudo-couples; gates, ranges, flat profiles, few scales."""

from math import sqrt
from typing import Any

import numpy as np
import pytest
from handmade import CLOSED, GATED, PROFILE, UNLIKE, answers, book, couples, items, made

import analysis as an
from analysis.estimation.profiles import DISTANCES, NO_SHAPE, gate_cost
from analysis.results import Row, said
from analysis.stats.resampling import two_sided_p
from analysis.stats.similarity import correlation_index, repairing
from analysis.stats.value import Array

BLOCKS = ["block:healthy", "block:unhealthy", "block:all"]


def by_place(table: an.Estimates, scale: str = "block:healthy") -> dict[tuple[str, str], Row]:
    return {(row["statistic"], row["variant"]): row for row in table.where(scale=scale)}


def correlations(a: Array, b: Array) -> Array:
    return np.array([np.corrcoef(p, q)[0, 1] for p, q in zip(a, b, strict=True)])


def test_each_block_has_the_distance_with_its_parts_and_two_correlations_each_beside_its_pseudo_couples() -> None:
    table = an.profiles(made(PROFILE))
    assert list(dict.fromkeys(table.frame["scale"])) == BLOCKS
    statistics = (*DISTANCES, *NO_SHAPE)
    for block in BLOCKS:
        assert set(by_place(table, block)) == {(s, v) for s in statistics for v in ("", "pseudo")}


def test_couples_numbers_are_those_of_a_plain_computation() -> None:
    codes = ["H1", "H2", "H3", "H4", "H5"]
    data = made(book(*(items(code) for code in codes)))  # so many scales that nobody is flat
    w, m = data.scored(codes).swapaxes(0, 1)
    found = by_place(an.profiles(data))
    assert found["profile_d2", ""]["estimate"] == pytest.approx(((w - m) ** 2).sum(axis=1).mean())
    assert found["d2_elevation", ""]["estimate"] == pytest.approx((5 * (w.mean(axis=1) - m.mean(axis=1)) ** 2).mean())
    assert found["overall_r", ""]["estimate"] == pytest.approx(correlations(w, m).mean())
    n = len(w)
    away = [x - (x.sum(axis=0) - x) / (n - 1) for x in (w, m)]
    assert found["distinctive_r", ""]["estimate"] == pytest.approx(correlations(*away).mean())
    parts = sum(found[name, ""]["estimate"] for name in DISTANCES[1:])
    assert parts == pytest.approx(found["profile_d2", ""]["estimate"])


def test_the_pseudo_couple_row_has_the_mean_the_sd_over_re_pairings_and_a_p() -> None:
    found = by_place(an.profiles(made(PROFILE)))["overall_r", "pseudo"]
    assert np.isfinite([found["estimate"], found["se"], found["p"]]).all()
    assert found["p"] >= 1 / 101  # with 100 re-pairings it cannot be smaller
    assert found["method"] == (
        "all pairs of a first and a second partner from different couples; p from 100 re-pairings"
    )


def test_exchangeable_pseudo_couples_are_all_pairs_of_persons() -> None:
    method = by_place(an.profiles(made(PROFILE, roles=None)))["overall_r", "pseudo"]["method"]
    assert method.startswith("all pairs of persons from different couples")


def test_exchangeable_re_pairings_take_one_norm_of_everyone_so_that_strangers_are_not_favoured() -> None:
    data = made(PROFILE, roles=None)
    found = by_place(an.profiles(data))
    methods = {name for name, variant in found if found[name, variant]["method"].endswith("one norm of everyone")}
    assert methods == {"distinctive_r"}
    people = data.scored(["H1", "H2", "H3"]).swapaxes(0, 1).reshape(-1, 3)
    index = correlation_index(people - people.mean(axis=0))
    null = repairing(index, exchangeable=True, resamples=5000, rng=np.random.default_rng(1))
    row = found["distinctive_r", "pseudo"]
    assert row["se"] == pytest.approx(null.sd)
    expected = two_sided_p(float(index.of_couples.mean()), null.draws, null.mean)
    assert row["p"] == pytest.approx(expected, abs=4 * sqrt(max(expected, 0.01) / 100))  # drawn from 100 re-pairings


def test_a_norm_that_everybody_shares_shows_in_pseudo_couples_and_not_in_distinctive_similarity() -> None:
    found = by_place(an.profiles(an.make_couples(300, seed=2)))
    assert found["overall_r", "pseudo"]["estimate"] > 0.1
    assert abs(found["distinctive_r", "pseudo"]["estimate"]) < 0.01  # about -1 / couples
    assert found["distinctive_r", ""]["estimate"] < found["overall_r", ""]["estimate"]


def test_each_block_takes_the_couples_with_all_its_scales() -> None:
    cells = answers(PROFILE, 20)
    cells[:4, 1, 0:3] = np.nan  # H1
    table = an.profiles(couples(PROFILE, cells, absent=[(19, 0)]))
    n = {block: by_place(table, block)["profile_d2", ""]["n_couples"] for block in BLOCKS}
    assert n == {"block:healthy": 15, "block:unhealthy": 19, "block:all": 15}


@pytest.mark.parametrize("count", [2, 3])
def test_a_profile_correlation_needs_three_scales(count: int) -> None:
    found = by_place(an.profiles(made(book(*(items(f"H{i}") for i in range(count))))))
    assert np.isfinite(found["profile_d2", ""]["estimate"])
    for statistic in NO_SHAPE:
        for variant in ("", "pseudo"):
            row = found[statistic, variant]
            assert np.isfinite(row["estimate"]) == (count == 3)
            assert (row["note"] == "2 scales; a profile correlation needs 3") == (count == 2)


def test_a_block_of_one_scale_is_no_profile_and_said_so() -> None:
    table = an.profiles(made(book(items("H1"), *(items(f"U{i}") for i in range(3)))))
    assert list(dict.fromkeys(table.frame["scale"])) == ["block:unhealthy", "block:all"]
    assert table.notes == ("healthy block: one scale is no profile.",)


def test_without_two_blocks_the_whole_profile_is_not_repeated() -> None:
    assert set(an.profiles(made(UNLIKE)).frame["scale"]) == {"block:healthy"}


def test_neutral_scales_are_in_no_block() -> None:
    with_neutral = book(*(items(code) for code in ("H1", "H2", "H3", "N1")))
    cells = answers(with_neutral)
    plain = couples(book(*(items(code) for code in ("H1", "H2", "H3"))), cells[:, :, :9])
    assert an.profiles(couples(with_neutral, cells)).frame.equals(an.profiles(plain).frame)


def test_scales_of_unlike_ranges_are_compared_in_percent_of_the_maximum() -> None:
    data = made(UNLIKE)
    table = an.profiles(data)
    assert set(table.frame["variant"]) == {"percent", "percent pseudo"}
    low, width = np.array([1, 1, 0]), np.array([4, 6, 10])
    w, m = (100 * (data.scored(["H1", "H2", "H3"]) - low) / width).swapaxes(0, 1)
    found = by_place(table)
    assert found["profile_d2", "percent"]["estimate"] == pytest.approx(((w - m) ** 2).sum(axis=1).mean())
    assert found["overall_r", "percent"]["estimate"] == pytest.approx(correlations(w, m).mean())


@pytest.mark.parametrize("other", [{"low": None, "high": None}, {}])
def test_a_scale_without_a_declared_range_is_named_and_keeps_its_block_empty(other: dict[str, Any]) -> None:
    codebook = book(items("H1", low=None, high=None), items("H2", **other), items("H3", **other))
    found = by_place(an.profiles(made(codebook)))
    notes = {row["note"] for row in found.values()}
    names = "H1, H2, H3" if other else "H1"
    assert notes == {f"a scale needs one declared range to stand in a profile: {names}"}
    assert all(np.isnan(row["estimate"]) for row in found.values())


def test_fewer_than_three_complete_couples_leave_a_block_empty_with_the_reason() -> None:
    cells = answers(PROFILE, 10)
    cells[2:, 1, 0:3] = np.nan
    found = by_place(an.profiles(couples(PROFILE, cells)))
    assert {row["note"] for row in found.values()} == {
        "couples with every scale of the block for both partners: 2; 3 are needed"
    }


def test_flat_profiles_are_left_out_of_the_correlation_and_counted() -> None:
    cells = answers(PROFILE, 20)
    cells[:2, 0] = cells[5, 1] = 4.0
    found = by_place(an.profiles(couples(PROFILE, cells)))
    row = found["overall_r", ""]
    assert (row["n_couples"], row["n_persons"]) == (17, 34)
    assert said(row["note"]) == f"couples left out: 3; {NO_SHAPE['overall_r']}"
    pseudo = found["overall_r", "pseudo"]
    assert (pseudo["n_couples"], pseudo["n_persons"]) == (20, 37)  # the partner of a flat person still makes pairs
    assert found["profile_d2", ""]["n_couples"] == 20
    assert found["distinctive_r", ""]["n_couples"] == 20  # a flat person is not flat beside the norm


def test_where_everyone_answers_the_same_there_is_no_shape_and_no_distance() -> None:
    cells = answers(PROFILE, 6)
    cells[...] = 3.0
    found = by_place(an.profiles(couples(PROFILE, cells)))
    assert found["profile_d2", ""]["estimate"] == 0
    assert found["profile_d2", "pseudo"]["estimate"] == pytest.approx(0, abs=1e-12)
    assert found["overall_r", ""]["note"] == f"couples left out: 6; {NO_SHAPE['overall_r']}"
    assert found["distinctive_r", ""]["note"] == f"couples left out: 6; {NO_SHAPE['distinctive_r']}"
    assert found["overall_r", "pseudo"]["note"].startswith("too few couples to pair anew: 0; couples left out: 6")


def test_equal_partners_are_exactly_no_distance_apart() -> None:
    cells = answers(PROFILE, 12)
    cells[:, 1] = cells[:, 0]
    found = by_place(an.profiles(couples(PROFILE, cells)))
    assert [found[name, ""]["estimate"] for name in DISTANCES] == [0] * 4
    assert found["overall_r", ""]["estimate"] == pytest.approx(1, abs=1e-12)


def closing(first: int, second: int) -> Array:
    """Return answers of 20 couples with the gate of H1 closed for some first partners, that of U1 for some second."""
    cells = answers(GATED, 20)
    cells[:first, 0, 0:3] = CLOSED
    cells[:second, 1, 9:12] = CLOSED
    return cells


def test_a_gate_that_closes_a_scale_for_a_tenth_of_the_couples_costs_these_couples_and_is_named() -> None:
    table = an.profiles(couples(GATED, closing(2, 0)))
    assert table.notes[0] == (
        "healthy block, couples for whom 'does not apply' closes a scale (with both partners: 20): H1: 2."
    )
    assert set(table.frame["variant"]) == {"", "pseudo"}
    assert by_place(table)["profile_d2", ""]["n_couples"] == 18


def test_a_gate_that_closes_more_takes_its_scale_out_and_the_full_version_stands_beside() -> None:
    table = an.profiles(couples(GATED, closing(2, 3)))
    notes = [note for note in table.notes if note.startswith("unhealthy")]
    assert notes == [
        "unhealthy block, couples for whom 'does not apply' closes a scale (with both partners: 20): U1: 3.",
        "unhealthy block: left out because a gate closes it for more than 10 % of couples: U1.",
    ]
    found = by_place(table, "block:unhealthy")
    assert {variant for _, variant in found} == {"", "pseudo", "gated", "gated pseudo"}
    assert found["profile_d2", ""]["n_couples"] == 20
    assert found["profile_d2", "gated"]["n_couples"] == 17
    healthy = by_place(table)
    assert {variant for _, variant in healthy} == {"", "pseudo"}
    assert by_place(table, "block:all")["profile_d2", "gated"]["n_couples"] == 17


def test_the_default_without_the_gated_scale_is_the_profile_of_the_others() -> None:
    cells = closing(0, 3)
    found = by_place(an.profiles(couples(GATED, cells)), "block:unhealthy")
    ungated = book(items("H1"), *(items(code) for code in ("U2", "U3", "U4")))
    keep = [0, 1, 2, *range(12, 21)]
    expected = by_place(an.profiles(couples(ungated, answers(GATED, 20)[:, :, keep])), "block:unhealthy")
    assert found["overall_r", ""]["estimate"] == pytest.approx(expected["overall_r", ""]["estimate"])


def test_a_closed_gate_costs_nothing_where_the_partner_did_not_answer_anyway() -> None:
    data = couples(GATED, closing(2, 0), absent=[(0, 1)])
    assert gate_cost(data, "H1") == 1
    assert "(with both partners: 19): H1: 1" in an.profiles(data).notes[0]


def test_a_closed_gate_costs_nothing_where_enough_is_answered() -> None:
    cells = answers(GATED, 20)
    cells[:5, 0, 0] = CLOSED
    assert gate_cost(couples(GATED, cells, settings={"minimum_answered": 0.6}), "H1") == 0


def test_a_block_that_gates_empty_points_to_its_full_version() -> None:
    every = book(*(items(code, gate="quarrel") for code in ("H1", "H2", "H3")))
    cells = answers(every, 20)
    cells[:4, 0] = CLOSED
    found = by_place(an.profiles(couples(every, cells)))
    assert found["profile_d2", ""]["note"] == "gates leave fewer than two scales: see variant gated"
    assert found["profile_d2", "gated"]["n_couples"] == 16
    assert np.isfinite(found["overall_r", "gated"]["estimate"])


def test_the_numbers_do_not_depend_on_the_order_of_the_file() -> None:
    cells = answers(PROFILE, 15)
    order = np.random.default_rng(1).permutation(15)
    plain, shuffled = (an.profiles(couples(PROFILE, x)).frame for x in (cells, cells[order]))
    assert plain.equals(shuffled)


def test_another_seed_changes_the_p_alone() -> None:
    cells = answers(PROFILE, 15)
    one, other = (an.profiles(couples(PROFILE, cells, settings={"seed": seed})).frame for seed in (1, 2))
    assert not one["p"].equals(other["p"])
    assert one.drop(columns="p").equals(other.drop(columns="p"))


def test_leaving_the_unhealthy_scales_out_changes_no_number_of_the_healthy_block() -> None:
    cells = answers(PROFILE, 15)
    healthy = book(*(items(code) for code in ("H1", "H2", "H3")))
    alone = an.profiles(couples(healthy, cells[:, :, :9])).frame
    assert an.profiles(couples(PROFILE, cells)).where(scale="block:healthy").frame.equals(alone)


def test_one_respondent_a_couple_is_refused() -> None:
    table = an.profiles(couples(PROFILE, answers(PROFILE)[:, :1]))
    assert not len(table)
    assert "one respondent a couple" in table.notes[0]


def test_a_codebook_without_valence_is_refused_with_the_remedy() -> None:
    table = an.profiles(made(book(items("N1"), items("N2"))))
    assert not len(table)
    assert "valence in scales.csv" in table.notes[0]
