"""What a partner could find out from the public indices of one item: another table must fit them as well."""

from __future__ import annotations

from functools import cache

import handmade as hm
import numpy as np
import pytest

import analysis as an
from analysis.disclosure import HIDDEN, OF_ONE_ITEM, public
from analysis.stats.value import Array

CLOSED = {"synthetic": False}
FEW = 10


def _weights(k: int) -> dict[str, Array]:
    gap = np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    return {"exact": gap == 0, "within_1": gap <= 1, "kappa_quadratic": 1 - (gap / (k - 1)) ** 2}


def _indices(table: Array) -> dict[str, float]:
    """Return the public indices of a table that are made of sums over its cells, in another way than the package."""
    n, k = table.sum(), len(table)
    rows, columns = table.sum(axis=1) / n, table.sum(axis=0) / n
    weights = _weights(k)
    near, both = weights["kappa_quadratic"], (rows + columns) / 2
    seen, by_chance = (near * table).sum() / n, (near * np.outer(rows, columns)).sum()
    spread = near.sum() * (both * (1 - both)).sum() / (k * (k - 1))
    return {
        "exact": (weights["exact"] * table).sum() / n,
        "within_1": (weights["within_1"] * table).sum() / n,
        "kappa_quadratic": (seen - by_chance) / (1 - by_chance),
        "ac2": (seen - spread) / (1 - spread),
        "krippendorff_ordinal": _ordinal_alpha(table),
    }


def _ordinal_alpha(table: Array) -> float:
    pairs = table + table.T
    used, total = pairs.sum(axis=0), pairs.sum()
    cut = np.cumsum(used) - used / 2
    distance = np.subtract.outer(cut, cut) ** 2
    return float(1 - (total - 1) * (distance * pairs).sum() / (distance * np.outer(used, used)).sum())


@cache
def _secret() -> tuple[an.Couples, an.Estimates]:
    couples = an.open_study(an.demo()).couples().with_settings(**CLOSED)
    return couples, public(an.item_agreement(couples), couples.settings)


def _table(couples: an.Couples, name: str) -> Array:
    item = couples.codebook.item(name)
    low, high = (round(bound) for bound in item.bounds or (0, 0))
    pairs = couples.answers([name])[:, :, 0]
    pairs = pairs[np.isfinite(pairs).all(axis=1)].astype(int) - low
    table = np.zeros((high - low + 1,) * 2)
    np.add.at(table, tuple(pairs.T), 1)
    return table


def _others(table: Array, shown: dict[str, float], steps: int, digits: int) -> list[Array]:
    """Return other tables of the same margins whose indices look the same, found by exchanging two couples' answers."""
    rng, k = np.random.default_rng(3), len(table)

    def misfit(candidate: Array) -> float:
        indices = _indices(candidate)
        return sum(abs(round(indices[name], digits) - value) for name, value in shown.items())

    now, found, apart = table.copy(), [], 0.0
    for _ in range(steps):
        (a, b), (x, y) = rng.choice(k, 2, replace=False), rng.choice(k, 2, replace=False)
        new = now.copy()
        new[[a, b], [x, y]] += 1
        new[[a, b], [y, x]] -= 1
        if new.min() >= 0 and rng.random() < np.exp(min(0.0, (apart - misfit(new)) / 0.007)):
            now, apart = new, misfit(new)
            if apart < 10.0 ** -(digits + 2) and (now != table).any():
                found.append(now)
    return found


@pytest.mark.parametrize("name", ["H1_1", "H4_1", "U2b_1", "U4_1"])
def test_no_small_cell_follows_from_what_is_public_of_an_item_even_where_the_margins_are_known(name: str) -> None:
    couples, results = _secret()
    rows = results.where(item=name, variant="").frame.set_index("statistic")["estimate"]
    table = _table(couples, name)
    shown = {index: rows[index] for index in _indices(table) if np.isfinite(rows[index])}
    assert all(round(_indices(table)[index], 2) == pytest.approx(value) for index, value in shown.items())
    others = _others(table, shown, steps=20_000, digits=2)
    possible = (table < FEW) & (table.sum(axis=1, keepdims=True) > FEW) & (table.sum(axis=0, keepdims=True) > FEW)
    moved = np.any([other != table for other in others], axis=0)
    assert moved[possible].all()


def test_at_four_digits_and_with_all_indices_the_same_search_finds_no_other_table() -> None:
    couples, _ = _secret()
    table = _table(couples, "H1_1")
    exact = {index: round(value, 4) for index, value in _indices(table).items()}
    assert not _others(table, exact, steps=20_000, digits=4)


def test_of_one_item_six_indices_are_public_to_two_decimals_without_their_spread() -> None:
    _, results = _secret()
    frame = results.frame
    shown = frame[frame["estimate"].notna()]
    assert set(shown["statistic"]) == set(OF_ONE_ITEM)
    np.testing.assert_allclose(shown["estimate"], shown["estimate"].round(2))
    assert frame["se"].isna().all()
    assert set(shown.loc[shown["lower"].notna(), "statistic"]) == {"exact", "within_1", "kappa_quadratic"}
    assert set(frame.loc[frame["estimate"].isna(), "note"]) == {HIDDEN}


def _couples(change: object) -> an.Couples:
    codebook = hm.book(hm.items("H1", 3))
    cells = hm.answers(codebook, 60).astype(float)
    change(cells)  # type: ignore[operator]
    return hm.couples(codebook, cells)


def _nearly_alike(cells: Array) -> None:
    cells[4:, 1, 0] = cells[4:, 0, 0]


def _far_apart(cells: Array) -> None:
    cells[:, 0, 0], cells[:, 1, 0] = 2.0, 4.0
    cells[:30, :, 0] -= 1.0
    cells[0, 0, 0] = cells[0, 1, 0]


def _never_far(cells: Array) -> None:
    cells[:, 1, 0] = np.clip(cells[:, 0, 0] + np.tile([0.0, 1.0, 0.0], 20), 1, 5)


def _constant(cells: Array) -> None:
    cells[:, 0, 0] = 4.0


@pytest.mark.parametrize("change", [_nearly_alike, _far_apart, _constant])
def test_where_few_couples_differ_or_agree_or_a_partner_is_constant_nothing_of_the_item_is_public(
    change: object,
) -> None:
    couples = _couples(change)
    frame = public(an.item_agreement(couples), an.Settings()).frame
    assert frame.loc[frame["item"].eq("H1_1"), "estimate"].isna().all()
    assert set(frame.loc[frame["item"].eq("H1_1"), "note"]) == {HIDDEN}
    assert frame.loc[frame["item"].eq("H1_2") & frame["statistic"].eq("exact"), "estimate"].notna().all()


def test_a_hidden_share_takes_that_of_random_couples_with_it() -> None:
    frame = public(an.item_agreement(_couples(_never_far)), an.Settings()).frame
    of_item = frame[frame["item"].eq("H1_1")]
    assert of_item.loc[of_item["statistic"].eq("within_1"), "estimate"].isna().all()
    assert of_item.loc[of_item["statistic"].eq("exact"), "estimate"].notna().all()


def test_beside_a_constant_item_no_item_of_the_scale_has_public_agreement() -> None:
    couples = _couples(_constant)
    frame = public(an.items(couples) + an.item_agreement(couples), an.Settings()).frame
    assert frame.loc[frame["section"].eq("agreement"), "estimate"].isna().all()


def test_quantiles_of_differences_are_one_couples_difference_and_not_public() -> None:
    couples, _ = _secret()
    frame = public(an.agreement(couples), couples.settings).frame
    quantiles = frame["variant"].str.endswith("quantile")
    assert quantiles.any()
    assert frame.loc[quantiles, ["estimate", "lower", "upper"]].isna().all(axis=None)
    exact = frame["statistic"].eq("loa_upper") & frame["variant"].eq("jackknife")
    assert frame.loc[exact, "estimate"].notna().all()
