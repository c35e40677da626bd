"""Kernel means over re-pairings: strata never mix, missing answers, one set of re-pairings for all, memory."""

import tracemalloc
from collections.abc import Callable
from itertools import product
from math import isnan

import numpy as np
import pytest
from agreement_by_hand import CATEGORIES, answers, every_repairing, strangers

from analysis.stats.kernels import SAME
from analysis.stats.margins import parts_of_items, parts_of_scores
from analysis.stats.randomcouples import Law, Part, laws
from analysis.stats.value import Array

KERNELS = ("product", "distance", "ranks", "same", "near")
KINDS = pytest.mark.parametrize("exchangeable", [False, True])


def found(
    pairs: Array, *, exchangeable: bool, strata: list[int] | None = None, resamples: int = 200, coded: bool = True
) -> dict[str, Law]:
    people = pairs.transpose(2, 1, 0).reshape(pairs.shape[2], 2 * len(pairs))
    return laws(
        parts_of_items(people, exchangeable=exchangeable),
        np.array(strata or [0] * len(pairs)),
        exchangeable=exchangeable,
        resamples=resamples,
        rng=np.random.default_rng(1),
        codes=people if coded else None,
    )


def kernel_means(name: str, ways: list[tuple[Array, Array]], people: Array, *, exchangeable: bool) -> Array:
    """Return the mean of a kernel for each pairing, from the answers of all ``people``, (2, couples)."""
    z = people.ravel()
    centre = np.full(2, z.mean()) if exchangeable else people.mean(axis=1)

    def rank(v: Array) -> Array:
        return np.array([(z < a).sum() + (z == a).sum() / 2 for a in v]) - len(z) / 2

    of: dict[str, Callable[[Array, Array], Array]] = {
        "product": lambda x, y: (x - centre[0]) * (y - centre[1]),
        "distance": lambda x, y: abs(x - y),
        "ranks": lambda x, y: rank(x) * rank(y),
        "same": lambda x, y: x == y,
        "near": lambda x, y: abs(x - y) <= 1,
    }
    return np.array([np.mean(of[name](x, y)) for x, y in ways])


def within(strata: list[list[int]], pairs: Array, *, exchangeable: bool) -> list[tuple[Array, Array]]:
    """Return every re-pairing of one measure within strata, each a list of couples."""
    parts = [every_repairing(*pairs[couples, :, 0].T, exchangeable=exchangeable) for couples in strata]
    return [
        (np.concatenate([left for left, _ in way]), np.concatenate([right for _, right in way]))
        for way in product(*parts)
    ]


@KINDS
@pytest.mark.parametrize("name", KERNELS)
def test_strata_never_mix(name: str, *, exchangeable: bool) -> None:
    pairs = answers(6, seed=8)
    pairs[3:] = np.clip(pairs[3:] + 2, 1, CATEGORIES)
    ways = within([[0, 2, 4], [1, 3, 5]], pairs, exchangeable=exchangeable)
    every = kernel_means(name, ways, pairs[:, :, 0].T, exchangeable=exchangeable)
    law = found(pairs, exchangeable=exchangeable, strata=[0, 1] * 3, resamples=400)[name]
    assert len(every) == (225 if exchangeable else 36)
    assert law.mean[0] == pytest.approx(every.mean(), rel=1e-12, abs=1e-12)
    assert law.sd[0] == pytest.approx(every.std(), rel=1e-12)
    assert np.abs(law.draws[0][:, None] - every).min(axis=1).max() < 1e-12
    assert len(np.unique(law.draws[0].round(9))) == len(np.unique(every.round(9)))


@KINDS
@pytest.mark.parametrize("name", KERNELS)
def test_all_pairs_of_a_stratum_give_each_couple_the_same_weight(name: str, *, exchangeable: bool) -> None:
    pairs = answers(7, seed=8)
    strata = [[0, 1, 2, 3], [4, 5], [6]]  # the last couple has nobody to be paired with
    means = [
        kernel_means(
            name, [strangers(*pairs[couples, :, 0].T, exchangeable=exchangeable)], pairs[:, :, 0].T,
            exchangeable=exchangeable,
        )[0]
        for couples in strata[:2]
    ]  # fmt: skip
    law = found(pairs, exchangeable=exchangeable, strata=[0, 0, 0, 0, 1, 1, 2], resamples=0)[name]
    assert law.all_pairs[0] == pytest.approx(np.average(means, weights=[4, 2]), rel=1e-12, abs=1e-12)


@KINDS
def test_a_couple_alone_in_its_stratum_stays_together(*, exchangeable: bool) -> None:
    pairs = answers(5)
    ways = within([[0, 1, 2, 4], [3]], pairs, exchangeable=exchangeable)
    every = kernel_means("distance", ways, pairs[:, :, 0].T, exchangeable=exchangeable)
    law = found(pairs, exchangeable=exchangeable, strata=[5, 5, 5, 2, 5])["distance"]
    assert (law.mean[0], law.sd[0]) == pytest.approx((every.mean(), every.std()), rel=1e-12)
    assert set(law.draws[0].round(9)) <= set(every.round(9))


@KINDS
def test_couples_without_an_answer_are_not_paired_anew(*, exchangeable: bool) -> None:
    pairs = answers(8, 2)
    pairs[1, 0, 0] = pairs[4, :, 0] = np.nan
    there = [0, 2, 3, 5, 6, 7]
    with_gaps, complete = found(pairs, exchangeable=exchangeable), found(pairs[there], exchangeable=exchangeable)
    full = found(pairs[:, :, 1:], exchangeable=exchangeable)
    for name in KERNELS:
        for ours, alone in zip(with_gaps[name][:4], complete[name][:4], strict=True):
            assert ours[0] == pytest.approx(alone[0], rel=1e-12)
        assert all((ours[1] == alone[0]).all() for ours, alone in zip(with_gaps[name], full[name], strict=True))
        values = set(complete[name].draws[0].round(9))
        assert len(values & set(with_gaps[name].draws[0].round(9))) > 0.5 * len(values)


@KINDS
def test_all_measures_and_kernels_share_their_re_pairings(*, exchangeable: bool) -> None:
    pairs = np.repeat(answers(9), 3, axis=2)
    pairs[:, :, 2] = 6 - pairs[:, :, 2]
    law = found(pairs, exchangeable=exchangeable)
    for name in KERNELS:
        assert law[name].draws[0] == pytest.approx(law[name].draws[1], rel=1e-12)
        assert law[name].draws[0] == pytest.approx(law[name].draws[2], rel=1e-12)  # reversed answers, same pairs
    two_categories = np.where(pairs > 3, 2.0, 1.0)[:, :, :1]
    of_two = found(two_categories, exchangeable=exchangeable)
    assert of_two["distance"].draws == pytest.approx(1 - of_two["same"].draws)


@KINDS
def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, *, exchangeable: bool) -> None:
    whole = found(answers(9, 2), exchangeable=exchangeable, strata=[0, 1, 1] * 3)
    monkeypatch.setattr("analysis.stats.randomcouples.BLOCK", 100)
    blocks = found(answers(9, 2), exchangeable=exchangeable, strata=[0, 1, 1] * 3)
    assert all((whole[name].draws == blocks[name].draws).all() for name in KERNELS)


@KINDS
def test_tables_of_categories_draw_what_the_values_themselves_do(*, exchangeable: bool) -> None:
    rng = np.random.default_rng(3)
    for couples, categories in ((9, 2), (40, 5), (40, 23), (300, 7)):  # more categories than digits of one number
        pairs = rng.integers(1, categories + 1, size=(couples, 2, 2)).astype(float)
        pairs[:, 0, 1] = np.minimum(pairs[:, 0, 1], 2)  # partners who use unlike categories
        pairs[1, 0, 0] = pairs[4, :, 0] = np.nan
        strata = [0, 1, 1] * (couples // 3) + [1] * (couples % 3)
        coded, plain = (
            found(pairs, exchangeable=exchangeable, strata=strata, coded=coded, resamples=30) for coded in (True, False)
        )
        for name in KERNELS:
            assert coded[name].draws == pytest.approx(plain[name].draws, rel=1e-12, abs=1e-9)


@KINDS
@pytest.mark.parametrize("couples", [1, 2])
def test_fewer_than_three_couples_have_no_re_pairings(couples: int, *, exchangeable: bool) -> None:
    for law in found(answers(couples), exchangeable=exchangeable).values():
        assert isnan(law.sd[0])
        assert np.isnan(law.draws).all()
        assert isnan(law.all_pairs[0]) == (couples == 1)
        assert not isnan(law.observed[0])


@KINDS
def test_nobody_and_nothing(*, exchangeable: bool) -> None:
    for law in found(np.full((4, 2, 1), np.nan), exchangeable=exchangeable).values():
        assert all(np.isnan(part).all() for part in law)
    assert found(np.empty((0, 2, 1)), exchangeable=exchangeable)["same"].draws.shape == (1, 200)
    assert found(np.empty((5, 2, 0)), exchangeable=exchangeable)["same"].sd.shape == (0,)


@KINDS
def test_what_only_rounding_makes_different_is_constant(*, exchangeable: bool) -> None:
    pairs = np.full((6, 2, 1), 0.3)
    pairs[::2] = 0.1 + 0.2
    people = pairs.transpose(2, 1, 0).reshape(1, -1)
    law = laws(
        parts_of_scores(people, exchangeable=exchangeable), np.zeros(6), exchangeable=exchangeable, resamples=50,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    for of in law.values():
        assert (of.sd[0], np.ptp(of.draws[0]), of.observed[0]) == (0, 0, 0)


def test_the_answers_of_one_partner_say_nothing_if_the_others_are_constant() -> None:
    pairs = answers(8)
    pairs[:, 1] = 4
    for law in found(pairs, exchangeable=False).values():
        assert law.sd[0] == 0
        assert np.abs(law.draws[0] - law.observed[0]).max() < 1e-12


def test_memory_stays_small_with_many_couples() -> None:
    people = np.random.default_rng(1).integers(1, 6, size=(2, 10_000)).astype(float)
    tracemalloc.start()
    laws({"same": Part(SAME, people)}, np.zeros(5000), exchangeable=False, resamples=300, rng=np.random.default_rng(1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40e6
