"""Profile similarity: hand-worked parts, brute-force pseudo-couples, and moments by enumerating every re-pairing."""

from collections.abc import Callable
from itertools import combinations, permutations
from math import isnan, sqrt

import numpy as np
import pytest
from agreement_by_hand import matchings

from analysis.stats.similarity import (
    Index,
    correlation_index,
    distance_indices,
    distinctive_profiles,
    pseudo_mean,
    repairing,
)
from analysis.stats.value import Array

DISTANCES = ("profile_d2", "d2_elevation", "d2_scatter", "d2_shape")
Of = Callable[[Array, Array], float]


def profiles(couples: int = 6, scales: int = 5, seed: int = 1) -> Array:
    """Return (2 couples, scales) whole answers, some persons alike."""
    rng = np.random.default_rng(seed)
    return np.tile(rng.integers(1, 6, size=(couples, scales)), (2, 1)) + rng.integers(0, 3, size=(2 * couples, scales))


def d2(p: Array, q: Array) -> float:
    return float(((p - q) ** 2).sum())


def elevation(p: Array, q: Array) -> float:
    return float(len(p) * (p.mean() - q.mean()) ** 2)


def scatter(p: Array, q: Array) -> float:
    return float((sqrt(len(p)) * (p.std() - q.std())) ** 2)


def shape(p: Array, q: Array) -> float:
    r = np.corrcoef(p, q)[0, 1] if p.std() * q.std() > 0 else 1.0
    return float(2 * len(p) * p.std() * q.std() * (1 - r))


def correlation(p: Array, q: Array) -> float:
    return float(np.corrcoef(p, q)[0, 1])


PLAIN: dict[str, Of] = {
    "profile_d2": d2,
    "d2_elevation": elevation,
    "d2_scatter": scatter,
    "d2_shape": shape,
    "overall_r": correlation,
}


def indices(people: Array) -> dict[str, Index]:
    return distance_indices(people) | {"overall_r": correlation_index(people)}


def test_the_parts_of_d2_by_hand() -> None:
    # Means 2 and 4; sums of squared deviations 2 and 8; products of deviations 1 * 2 + 0 + 1 * 2 = 4: r = 1.
    people = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]])
    parts = {name: float(index.of_couples[0]) for name, index in distance_indices(people).items()}
    assert parts == pytest.approx({"profile_d2": 14, "d2_elevation": 12, "d2_scatter": 2, "d2_shape": 0}, abs=1e-12)


@pytest.mark.parametrize("name", PLAIN)
def test_a_couples_index_is_the_plain_formula(name: str) -> None:
    people = profiles(scales=6)
    expected = [PLAIN[name](people[i], people[i + 6]) for i in range(6)]
    assert indices(people)[name].of_couples == pytest.approx(expected)


@pytest.mark.parametrize("name", PLAIN)
def test_the_features_multiply_to_the_index_of_any_two_persons(name: str) -> None:
    people = profiles()
    index = indices(people)[name]
    for p, q in combinations(range(12), 2):
        assert index.first[p] @ index.second[q] == pytest.approx(PLAIN[name](people[p], people[q]), abs=1e-9)


def test_the_three_parts_add_up_even_with_a_flat_profile() -> None:
    people = profiles()
    people[0] = 3
    parts = distance_indices(people)
    total = sum(parts[name].of_couples for name in DISTANCES[1:])
    assert total == pytest.approx(parts["profile_d2"].of_couples)
    assert parts["d2_shape"].of_couples[0] == pytest.approx(0, abs=1e-12)


def test_two_equal_profiles_are_exactly_no_distance_apart() -> None:
    rng = np.random.default_rng(3)
    people = np.tile(rng.normal(size=(5, 7)) * 100 / 3, (2, 1))
    assert all((index.of_couples == 0).all() for index in distance_indices(people).values())


def test_a_flat_profile_has_no_correlation() -> None:
    people = profiles()
    people[1] = 3.4  # its mean is rounded
    assert np.isnan(correlation_index(people).of_couples).tolist() == [False, True, False, False, False, False]


def without_own_couple(people: Array, *, exchangeable: bool) -> Array:
    n = len(people) // 2
    found = np.empty_like(people, dtype=float)
    for p in range(2 * n):
        others = [q for q in range(2 * n) if q % n != p % n and (exchangeable or q // n == p // n)]
        found[p] = people[p] - people[others].mean(axis=0)
    return found


@pytest.mark.parametrize("exchangeable", [True, False])
def test_the_norm_leaves_a_persons_own_couple_out(*, exchangeable: bool) -> None:
    people = profiles().astype(float)
    expected = without_own_couple(people, exchangeable=exchangeable)
    assert distinctive_profiles(people, exchangeable=exchangeable) == pytest.approx(expected)


@pytest.mark.parametrize("exchangeable", [True, False])
@pytest.mark.parametrize("name", PLAIN)
def test_the_pseudo_couple_mean_is_that_of_a_loop_over_all_pairs(name: str, *, exchangeable: bool) -> None:
    people = profiles().astype(float)
    if name == "overall_r":
        people[4] = 2.0  # a person without the index is left out, the partner is not
    n, values = 6, []
    for p, q in combinations(range(2 * n), 2):
        of_two_roles = p < n <= q
        there = name != "overall_r" or 4 not in (p, q)
        if p % n != q % n and there and (exchangeable or of_two_roles):
            values.append(PLAIN[name](people[p], people[q]))
    assert pseudo_mean(indices(people)[name], exchangeable=exchangeable) == pytest.approx(np.mean(values))


@pytest.mark.parametrize("exchangeable", [True, False])
def test_one_couple_has_no_pseudo_couples(*, exchangeable: bool) -> None:
    assert isnan(pseudo_mean(correlation_index(profiles(1)), exchangeable=exchangeable))


def enumerated(people: Array, of: Of, *, exchangeable: bool) -> Array:
    """Return the couples' mean index in every possible pairing of four couples."""
    if exchangeable:
        return np.array([np.mean([of(people[p], people[q]) for p, q in pairs]) for pairs in matchings(tuple(range(8)))])
    orders = permutations(range(4, 8))
    return np.array([np.mean([of(people[p], people[q]) for p, q in enumerate(order)]) for order in orders])


@pytest.mark.parametrize("exchangeable", [True, False])
@pytest.mark.parametrize("name", PLAIN)
def test_moments_over_re_pairings_are_those_of_full_enumeration(name: str, *, exchangeable: bool) -> None:
    people = profiles(couples=4, seed=2)
    every = enumerated(people, PLAIN[name], exchangeable=exchangeable)
    assert len(every) == (105 if exchangeable else 24)
    found = repairing(indices(people)[name], exchangeable=exchangeable, resamples=100, rng=np.random.default_rng(1))
    assert found.mean == pytest.approx(every.mean())
    assert found.sd == pytest.approx(every.std(), abs=1e-9)


@pytest.mark.parametrize("exchangeable", [True, False])
@pytest.mark.parametrize("name", DISTANCES)
def test_persons_who_are_all_alike_are_exactly_no_distance_apart_in_every_pairing(
    name: str, *, exchangeable: bool
) -> None:
    people = np.tile([20 / 3, 20.0, 100 / 3, 20.1], (10, 1))
    index = distance_indices(people)[name]
    found = repairing(index, exchangeable=exchangeable, resamples=20, rng=np.random.default_rng(1))
    assert (found.mean, found.sd, pseudo_mean(index, exchangeable=exchangeable)) == (0, 0, 0)
    assert (found.draws == 0).all()


@pytest.mark.parametrize("exchangeable", [True, False])
def test_drawn_re_pairings_are_possible_ones_and_all_as_likely(*, exchangeable: bool) -> None:
    people = profiles(couples=4, seed=2) + np.linspace(0, 1, 40).reshape(8, 5)  # every pairing has its own mean
    every = enumerated(people, d2, exchangeable=exchangeable)
    rng, count = np.random.default_rng(1), 4200
    draws = repairing(distance_indices(people)["profile_d2"], exchangeable=exchangeable, resamples=count, rng=rng).draws
    nearest = np.abs(draws[:, None] - every).argmin(axis=1)
    assert np.abs(draws - every[nearest]).max() < 1e-9
    expected = count / len(every)
    chi2 = ((np.bincount(nearest, minlength=len(every)) - expected) ** 2 / expected).sum()
    df = len(every) - 1
    assert chi2 < df + 4 * sqrt(2 * df)


def test_large_samples_are_drawn_in_blocks_that_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    index = correlation_index(profiles(20, seed=4))
    whole = repairing(index, exchangeable=False, resamples=100, rng=np.random.default_rng(1)).draws
    monkeypatch.setattr("analysis.stats.similarity.BLOCK", 1000)
    assert (repairing(index, exchangeable=False, resamples=100, rng=np.random.default_rng(1)).draws == whole).all()


@pytest.mark.parametrize("exchangeable", [True, False])
def test_fewer_than_three_couples_are_not_paired_anew(*, exchangeable: bool) -> None:
    found = repairing(
        correlation_index(profiles(2)), exchangeable=exchangeable, resamples=100, rng=np.random.default_rng(1)
    )
    assert isnan(found.mean)
    assert not len(found.draws)


def test_couples_without_the_index_are_not_paired_anew() -> None:
    people = profiles(5).astype(float)
    people[7] = 1.0
    kept = np.array([0, 1, 3, 4, 5, 6, 8, 9])
    found, expected = (
        repairing(correlation_index(x), exchangeable=False, resamples=100, rng=np.random.default_rng(1))
        for x in (people, people[kept])
    )
    assert (found.mean, found.sd) == pytest.approx((expected.mean, expected.sd))


def standardized(index: Index) -> float:
    """Return how many SDs over exchangeable re-pairings the couples' mean is from the centre."""
    found = repairing(index, exchangeable=True, resamples=0, rng=np.random.default_rng(1))
    return float((index.of_couples.mean() - found.mean) / found.sd)


def test_one_norm_of_everyone_favours_no_pairing_of_strangers_but_norms_without_the_own_couple_do() -> None:
    rng, samples = np.random.default_rng(6), 300
    common, left_out = [], []
    for _ in range(samples):
        people = rng.normal(size=(20, 5))
        common.append(standardized(correlation_index(people - people.mean(axis=0))))
        left_out.append(standardized(correlation_index(distinctive_profiles(people, exchangeable=True))))
    assert abs(np.mean(common)) < 4 / sqrt(samples)
    assert np.mean(left_out) > 4 / sqrt(samples)  # why re-pairings take the one norm


@pytest.mark.parametrize("exchangeable", [True, False])
@pytest.mark.parametrize("name", PLAIN)
def test_strata_are_paired_anew_each_by_itself(name: str, *, exchangeable: bool) -> None:
    one, other = profiles(couples=4, seed=2), profiles(couples=4, seed=3) + 1
    people, strata = np.vstack([one[:4], other[:4], one[4:], other[4:]]), np.repeat([0, 1], 4)
    index = indices(people)[name]
    every = [enumerated(x, PLAIN[name], exchangeable=exchangeable) for x in (one, other)]
    found = repairing(index, exchangeable=exchangeable, resamples=400, rng=np.random.default_rng(1), strata=strata)
    assert found.mean == pytest.approx(np.mean([x.mean() for x in every]))
    assert found.sd == pytest.approx(np.sqrt(sum(x.var() for x in every)) / 2, abs=1e-9)
    possible = (every[0][:, None] + every[1]).ravel() / 2
    assert np.abs(found.draws[:, None] - possible).min(axis=1).max() < 1e-9
    assert len(np.unique(found.draws.round(9))) > 24
    means = [pseudo_mean(indices(x)[name], exchangeable=exchangeable) for x in (one, other)]
    assert pseudo_mean(index, exchangeable=exchangeable, strata=strata) == pytest.approx(np.mean(means))


@pytest.mark.parametrize("exchangeable", [True, False])
def test_a_couple_alone_in_its_stratum_stays_and_has_no_pseudo_couple(*, exchangeable: bool) -> None:
    people, strata = profiles(couples=5, seed=2), np.array([0, 0, 0, 1, 0])
    index = distance_indices(people)["profile_d2"]
    rest = distance_indices(people[np.tile(strata == 0, 2)])["profile_d2"]
    rng = np.random.default_rng(1)
    found = repairing(index, exchangeable=exchangeable, resamples=50, rng=rng, strata=strata)
    alone = repairing(rest, exchangeable=exchangeable, resamples=50, rng=rng)
    assert found.mean == pytest.approx((4 * alone.mean + index.of_couples[3]) / 5)
    assert found.sd == pytest.approx(4 / 5 * alone.sd)
    assert pseudo_mean(index, exchangeable=exchangeable, strata=strata) == pytest.approx(
        pseudo_mean(rest, exchangeable=exchangeable)
    )
    every_alone = repairing(index, exchangeable=exchangeable, resamples=50, rng=rng, strata=np.arange(5))
    assert isnan(every_alone.mean)
    assert isnan(pseudo_mean(index, exchangeable=exchangeable, strata=np.arange(5)))
