"""Pairs of scales: latent correlations and ratios against kernels, what the interval holds, and wrong pairs."""

from __future__ import annotations

import numpy as np
import pytest
from handmade import answers, book, couples, items, made

import analysis as an
from analysis.display import MINUS
from analysis.estimation.calibrated import reliability_note
from analysis.estimation.notes import DETERMINED
from analysis.estimation.pairs import APART, BEYOND_1, OPPOSED, TO_TELL_APART, TOO_FEW
from analysis.results import KEY, Row
from analysis.stats.discriminant import latent_r
from analysis.stats.value import Array, Value

TWO = book(items("H1", 3), items("U1", 4))
SIZE = reliability_note("latent_r")


def by_place(table: an.Estimates, scale: str = "H1+U1", partner: str = "w") -> dict[tuple[str, str], Row]:
    return {(row["statistic"], row["variant"]): row for row in table.where(scale=scale, partner=partner)}


def complete(data: an.Couples, slot: int = 0) -> Array:
    x = np.concatenate([data.cube("H1")[:, slot], data.cube("U1")[:, slot]], axis=1)
    return np.asarray(x[~np.isnan(x).any(axis=1)])


def test_every_column_is_that_of_the_kernel_over_persons_complete_on_both_scales() -> None:
    cells = answers(TWO, 80).astype(float)
    cells[0, 0, 0] = cells[1, 0, 6] = np.nan
    data = couples(TWO, cells)
    found, x = by_place(an.scale_pairs(data)), complete(data)
    row, value = found["latent_r", ""], latent_r(x[:, :3], x[:, 3:], None, 0.95)
    np.testing.assert_array_equal([row[name] for name in Value._fields], value)
    r = np.corrcoef(x.T)
    between, a, b = r[:3, 3:], r[:3, :3][np.tril_indices(3, -1)], r[3:, 3:][np.tril_indices(4, -1)]
    assert found["htmt", "signed"]["estimate"] == pytest.approx(between.mean() / np.sqrt(a.mean() * b.mean()))
    absolute = np.abs(between).mean() / np.sqrt(np.abs(a).mean() * np.abs(b).mean())
    assert found["htmt", ""]["estimate"] == pytest.approx(absolute)
    geometric = np.exp([np.log(np.abs(part)).mean() for part in (between, a, b)])
    assert found["htmt2", ""]["estimate"] == pytest.approx(geometric[0] / np.sqrt(geometric[1] * geometric[2]))
    assert {row["n_persons"] for row in found.values()} == {78}


def test_two_halves_of_one_scale_cannot_be_told_apart() -> None:
    whole = answers(book(items("H1", 6)), 120)
    data = couples(book(items("H1", 3), items("U1", 3)), whole)
    table = an.scale_pairs(data)
    note = by_place(table, partner="m")["latent_r", ""]["note"]
    assert note == f"the interval holds 1; the interval lies beyond .9; {SIZE}"
    assert by_place(table)["latent_r", ""]["note"] == f"{BEYOND_1}; {SIZE}"


def test_scales_apart_say_nothing_of_the_marks() -> None:
    assert by_place(an.scale_pairs(made(TWO, 200)))["latent_r", ""]["note"] == SIZE


def test_a_ratio_outside_the_interval_of_the_latent_correlation_says_so() -> None:
    generator = np.random.default_rng(3)
    latent = generator.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], (400, 2))
    loadings = np.array([0.95, 0.95, 0.1])
    scores = np.repeat(latent, 3, axis=2) * np.tile(loadings, 2)
    scores += generator.normal(size=scores.shape) * np.sqrt(1 - np.tile(loadings, 2) ** 2)
    unequal = couples(book(items("H1", 3), items("U1", 3)), np.clip(np.round(3 + scores), 1, 5))
    found = by_place(an.scale_pairs(unequal))
    assert found["htmt", ""]["estimate"] > found["latent_r", ""]["upper"]
    assert APART in found["htmt", ""]["note"]
    assert APART in found["htmt", "signed"]["note"]
    near = by_place(an.scale_pairs(made(TWO, 200)))
    assert near["latent_r", ""]["lower"] < near["htmt", "signed"]["estimate"] < near["latent_r", ""]["upper"]
    assert not any(APART in row["note"] for row in near.values())


def test_items_that_point_the_other_way_are_told() -> None:
    cells = answers(TWO, 100)
    cells[:, :, 0] = 6.0 - cells[:, :, 0]
    found = by_place(an.scale_pairs(couples(TWO, cells)))
    assert OPPOSED in found["htmt", ""]["note"]
    assert found["htmt", ""]["estimate"] != pytest.approx(abs(found["htmt", "signed"]["estimate"]))


def test_exchangeable_partners_are_clusters_and_their_order_is_nothing() -> None:
    cells = answers(TWO, 60)
    one, other = (
        by_place(an.scale_pairs(couples(TWO, c, roles=None)), partner="both") for c in (cells, cells[:, ::-1])
    )
    x = np.concatenate([complete(couples(TWO, cells)), complete(couples(TWO, cells), 1)])
    value = latent_r(x[:, :3], x[:, 3:], np.tile(np.arange(60), 2), 0.95)
    row = one["latent_r", ""]
    assert (row["estimate"], row["se"], row["lower"]) == pytest.approx((value.estimate, value.se, value.lower))
    assert "couples as clusters" in row["method"]
    for key in one:
        assert one[key]["estimate"] == pytest.approx(other[key]["estimate"], abs=1e-8)


def test_all_pairs_or_those_that_were_asked_for() -> None:
    data = made(book(items("H1", 3), items("H2", 3), items("U1", 3)), 40)
    assert set(an.scale_pairs(data).frame["scale"]) == {"H1+H2", "H1+U1", "H2+U1"}
    assert set(an.scale_pairs(data, ["U1+H1"]).frame["scale"]) == {"U1+H1"}


@pytest.mark.parametrize(
    ("pair", "hint"), [("H1+U2", "Did you mean 'H1+U1'"), ("H1", "two codes joined by"), ("H1+H1", "")]
)
def test_a_pair_that_is_none_is_named_with_what_is_allowed(pair: str, hint: str) -> None:
    with pytest.raises(
        an.DataError, match=rf"'{pair.replace('+', '[+]')}' is no pair of scales; write two codes"
    ) as raised:
        an.scale_pairs(made(TWO), [pair])
    assert hint in str(raised.value)


def test_short_scales_constant_items_and_few_persons_have_reasons() -> None:
    short = an.scale_pairs(made(book(items("H1", 1), items("U1", 3)), 40))
    assert {row["note"] for row in short} == {TOO_FEW}
    cells = answers(TWO, 40)
    cells[:, 0, 1] = 2.0
    assert {row["note"] for row in by_place(an.scale_pairs(couples(TWO, cells))).values()} == {
        "an item is constant: H1_2"
    }
    few = by_place(an.scale_pairs(made(TWO, 7)))
    singular = "persons complete on all 7 items: 7; more than 7 are needed (singular covariances)"
    assert few["latent_r", ""]["note"] == singular
    assert np.isfinite(few["htmt", ""]["estimate"])  # a ratio of correlations inverts nothing
    pair = by_place(an.scale_pairs(made(TWO, 2)))
    assert {row["note"] for row in pair.values()} == {"couples with a person complete on all 7 items: 2; 3 are needed"}


def test_scales_scored_in_opposite_directions_are_near_minus_one_and_it_is_said() -> None:
    halves, whole = book(items("H1", 3), items("U1", 3)), answers(book(items("H1", 6)), 120)
    mirrored = whole.copy()
    mirrored[:, :, 3:] = 6.0 - mirrored[:, :, 3:]
    for cells, sign in ((whole, ""), (mirrored, MINUS)):
        table = an.scale_pairs(couples(halves, cells))
        assert (
            by_place(table, partner="m")["latent_r", ""]["note"]
            == f"the interval holds {sign}1; the interval lies beyond {sign}.9; {SIZE}"
        )
        assert by_place(table)["latent_r", ""]["note"] == f"{BEYOND_1}; {SIZE}"


def test_one_scale_is_refused_with_the_remedy() -> None:
    table = an.scale_pairs(made(book(items("H1", 3))))
    assert not len(table)
    assert table.notes == ("Pairs of scales need two scales with items; this codebook has one. Add the other's items.",)


def test_the_built_in_pairs_to_tell_apart_are_there() -> None:
    assert set(TO_TELL_APART) <= set(an.scale_pairs(an.make_couples(60, seed=3)).frame["scale"])


def test_a_pair_asked_for_twice_stands_once() -> None:
    table = an.scale_pairs(made(TWO, 40), ["H1+U1", "U1+H1", "H1+U1"])
    assert not table.frame.duplicated(list(KEY)).any()
    assert list(dict.fromkeys(row["scale"] for row in table)) == ["H1+U1", "U1+H1"]


def test_a_latent_correlation_is_the_same_whichever_scale_is_named_first() -> None:
    table = an.scale_pairs(made(TWO, 80), ["H1+U1", "U1+H1"])
    one, other = (by_place(table, pair) for pair in ("H1+U1", "U1+H1"))
    for place, row in one.items():
        for column in ("estimate", "lower", "upper", "se", "p"):
            assert row[column] == pytest.approx(other[place][column], abs=1e-8, nan_ok=True)


def test_an_interval_that_holds_nine_tenths_says_so() -> None:
    notes = {
        by_place(an.scale_pairs(couples(TWO, nearly_one(seed))))["latent_r", ""]["note"] for seed in range(6)
    }  # fmt: skip
    assert {f"the interval holds .9; {SIZE}", f"the interval holds .9 and 1; {SIZE}"} & notes


def nearly_one(seed: int) -> Array:
    """Return answers of two scales whose latent variables correlate .9."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(150, 2, 1))
    factors = np.sqrt(0.9) * shared + np.sqrt(0.1) * rng.normal(size=(150, 2, 2))
    x = np.repeat(factors, (3, 4), axis=2) + 0.7 * rng.normal(size=(150, 2, 7))
    return np.clip(np.round(3 + x), 1, 5)


def test_perfectly_correlated_items_leave_the_model_undone_and_the_ratios_there() -> None:
    cells = answers(TWO, 60)
    cells[:, :, 1] = cells[:, :, 0]
    found = by_place(an.scale_pairs(couples(TWO, cells)))
    assert found["latent_r", ""]["note"] == DETERMINED
    assert np.isfinite(found["htmt", ""]["estimate"])


def test_one_respondent_a_couple_has_pairs() -> None:
    assert set(an.scale_pairs(couples(TWO, answers(TWO, 40)[:, :1])).frame["partner"]) == {"respondent"}


def test_groups_of_couples_do_not_split_the_pairs() -> None:
    assert set(an.scale_pairs(made(TWO, group=["a", "b", "b"] * 10)).frame["group"]) == {""}


def test_a_finished_score_is_in_no_pair() -> None:
    mixed = book(items("H1", 3), items("U1", 3), [an.Item("H2", "H2", 1, 5, finished=True)])
    table = an.scale_pairs(made(mixed, 40))
    assert set(table.frame["scale"]) == {"H1+U1"}
    assert table.notes == ("H2: a finished score without items has no pairs.",)


@pytest.mark.parametrize(("sign", "words"), [(1, "beyond .9"), (-1, f"beyond {MINUS}.9")])
def test_an_interval_between_nine_tenths_and_one_is_no_silence(sign: int, words: str) -> None:
    rng = np.random.default_rng(8)
    latent = rng.multivariate_normal([0, 0], [[1, 0.95], [0.95, 1]], (1500, 2)) * [1, sign]
    cells = np.repeat(latent, 3, axis=2) + 0.4 * rng.normal(size=(1500, 2, 6))
    codebook = book(items("H1", 3, low=None, high=None), items("U1", 3, low=None, high=None))
    latent_row = by_place(an.scale_pairs(couples(codebook, cells)))["latent_r", ""]
    assert latent_row["note"] == f"the interval lies {words}; {SIZE}"
