"""Streams with names, and the p value of a permutation."""

import numpy as np
import pytest

from analysis.stats.resampling import mid_p, stream, two_sided_p


def test_a_stream_depends_on_its_seed_and_its_names_only() -> None:
    first = stream(7, "profiles", "block:all").integers(2**63, size=5)
    assert (first == stream(7, "profiles", "block:all").integers(2**63, size=5)).all()
    others = [stream(8, "profiles", "block:all"), stream(7, "profiles"), stream(7, "profilesblock:all")]
    assert not any((first == other.integers(2**63, size=5)).any() for other in others)


def test_names_are_not_run_together() -> None:
    assert stream(1, "a", "bc").random() != stream(1, "ab", "c").random()


def test_a_stream_is_the_same_on_every_machine() -> None:
    # SHA-256 and the order of its bytes are fixed, and numpy promises that its bit generators do not change.
    assert np.random.default_rng([3, *_words("x")]).random() == stream(3, "x").random()


def _words(name: str) -> list[int]:
    import hashlib

    digest = hashlib.sha256(name.encode()).digest()
    return [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 32, 4)]


def test_p_counts_both_tails_and_the_observed_value() -> None:
    null = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    assert two_sided_p(2.0, null, 0.0) == pytest.approx((1 + 2) / 6)
    assert two_sided_p(-2.0, null, 0.0) == two_sided_p(2.0, null, 0.0)


def test_p_is_never_zero_and_at_most_one() -> None:
    assert two_sided_p(100.0, np.zeros(99), 0.0) == pytest.approx(0.01)
    assert two_sided_p(0.0, np.zeros(99), 0.0) == 1


def test_distance_is_counted_from_the_centre() -> None:
    null = np.array([9.0, 10.0, 11.0, 10.0])
    assert two_sided_p(9.0, null, 10.0) == pytest.approx(3 / 5)


def test_values_that_only_rounding_tells_apart_are_ties() -> None:
    assert two_sided_p(0.1 + 0.2, np.array([0.3, 0.3]), 0.0) == 1
    large = 1e6
    assert two_sided_p(large * (0.1 + 0.2), np.array([large * 0.3]), large * 0.1) == 1


def test_mid_p_counts_ties_one_half_the_observed_value_among_them() -> None:
    null = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    assert mid_p(1.0, null, 0.0) == pytest.approx((2 + (1 + 2) / 2) / 6)
    assert mid_p(0.1 + 0.2, np.array([0.3, 0.3]), 0.0) == pytest.approx(1 / 2)


def test_mid_p_of_exchangeable_values_is_one_half_in_the_mean_and_two_sided_p_is_more() -> None:
    values = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 4.0, -2.0])
    both = [
        (mid_p(v, np.delete(values, i), 0.5), two_sided_p(v, np.delete(values, i), 0.5)) for i, v in enumerate(values)
    ]
    assert np.mean(both, axis=0)[0] == pytest.approx(0.5)
    assert all(middle < p for middle, p in both)
