from __future__ import annotations

from itertools import product

import handmade as hm
import numpy as np
import pandas as pd
import pytest

import analysis as an
from analysis.estimation.shares import HIDDEN, NOBODY, answer_shares, as_asked, public_shares
from analysis.stats.value import Array

CLOSED = an.Settings()


def _cells(*tables: list[int], missing: tuple[int, int] = (0, 0), low: int = 1) -> Array:
    """Return one item's answers, (couples, 2, 1): each partner gives each answer as often as the table says."""
    columns = [
        [*np.repeat(np.arange(len(t)) + low, t), *[np.nan] * lost] for t, lost in zip(tables, missing, strict=True)
    ]
    return np.array(columns, dtype=object).T[:, :, None]


def _with_second(cells: Array) -> Array:
    """Return the cells with a second item that everybody answers, so that nobody is absent."""
    return np.concatenate([cells, np.resize([1.0, 2.0, 3.0, 4.0, 5.0], cells.shape).astype(object)], axis=2)


def _shown(*tables: list[int], missing: tuple[int, int] = (0, 0)) -> pd.DataFrame:
    cells = _with_second(_cells(*tables, missing=missing))
    couples = hm.couples(hm.book(hm.items("A", 2)), cells, settings={"allow": ("double-entry",)})  # tables, no sample
    shares = answer_shares(couples)
    return public_shares(shares[shares["item"] == "A_1"], couples.settings)


@pytest.mark.parametrize(
    "case", ["roles", "exchangeable", "one respondent", "holes", "absent partners", "unlike ranges"]
)
def test_counts_are_those_of_plain_loops(case: str) -> None:
    couples = hm.ZOO[case]()
    table = answer_shares(couples).set_index(["item", "partner", "category"])
    partners = couples.partners if couples.roles or couples.one_person else ("both",)
    for item, (slot, partner) in product(couples.codebook.items, enumerate(partners)):
        low, high = item.bounds or (0, 0)
        grid = couples.answers([item.name])[:, :, 0]
        answers = grid.ravel() if partner == "both" else grid[:, slot]
        present = couples.present.ravel() if partner == "both" else couples.present[:, slot]
        n = int(np.isfinite(answers).sum())
        for category in range(int(low), int(high) + 1):
            line = table.loc[[(item.name, partner, category)]].to_dict("records")[0]
            assert line["count"] == sum(1 for answer in answers if answer == category)
            assert line["n"] == n
            assert line["present"] == present.sum()
            if n:
                assert line["share"] == pytest.approx(line["count"] / n, rel=1e-12)
            assert line["missing"] == pytest.approx(1 - n / present.sum(), rel=1e-12, abs=1e-12)


def test_shares_add_to_one_of_those_who_answered() -> None:
    table = answer_shares(hm.ZOO["holes"]())
    sums = table[table["n"] > 0].groupby(["item", "partner"])["share"].sum()
    np.testing.assert_allclose(sums, 1, rtol=1e-12)
    nobody = table[table["n"] == 0]
    assert nobody["share"].isna().all()
    assert set(nobody["note"]) == {NOBODY}
    assert (nobody["missing"] == 1).all()


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("keyed", [1, -1])
def test_answers_are_as_asked_whatever_the_key_and_however_stored(keyed: int, *, turned: bool) -> None:
    item = an.Item("a", "A", 1, 5, keyed=keyed, turned=turned)
    asked = [1.0, 1.0, 2.0, 4.0]
    stored = [6 - answer if turned else answer for answer in asked]
    couples = hm.couples(hm.book([item]), np.array(stored, dtype=object).reshape(2, 2, 1), roles=None)
    assert answer_shares(couples)["count"].tolist() == [2, 1, 0, 1, 0]
    np.testing.assert_array_equal(as_asked(item, np.array([1.0])), [1.0 if keyed == 1 else 5.0])


def test_swapping_exchangeable_partners_changes_nothing() -> None:
    cells = hm.answers(hm.PROFILE)
    one, other = (answer_shares(hm.couples(hm.PROFILE, c, roles=None)) for c in (cells, cells[:, ::-1]))
    pd.testing.assert_frame_equal(one, other)


def test_items_without_categories_are_not_in_the_table() -> None:
    table = answer_shares(hm.ZOO["no bounds"]())
    assert set(table["item"]) == {"H1_1", "H1_2", "H1_3"}
    assert not len(answer_shares(hm.made(hm.book(hm.items("N1", 3, low=None, high=None)))))
    with pytest.raises(an.SurveyError, match="Bring the answers to the items"):
        answer_shares(hm.ZOO["finished scores"]())


def test_open_studies_show_everything() -> None:
    table = answer_shares(hm.made(hm.PROFILE, 5))
    for settings in (an.Settings(synthetic=True), an.Settings(disclose=True)):
        pd.testing.assert_frame_equal(public_shares(table, settings), table)


def test_where_all_cells_are_large_enough_they_are_shown_in_whole_percents() -> None:
    shown = _shown([10, 11, 12, 13, 14], [14, 13, 12, 11, 10])
    assert len(shown) == 10
    assert shown["share"].tolist()[:5] == [0.17, 0.18, 0.2, 0.22, 0.23]
    assert shown["count"].isna().all()


@pytest.mark.parametrize("small", [0, 1, 9])
def test_a_small_cell_of_one_partner_joins_both_partners_answers(small: int) -> None:
    shown = _shown([small, 20, 20, 15, 25 - small], [16, 16, 16, 16, 16])
    assert shown["category"].tolist() == [1, 3, 4] * 2
    assert shown["last"].tolist() == [2, 3, 5] * 2
    assert shown["note"].eq("").all()
    steps = 20 * shown["share"].to_numpy(float)
    np.testing.assert_allclose(steps, steps.round(), atol=1e-9)
    np.testing.assert_allclose(shown.groupby("partner")["share"].sum(), 1, rtol=1e-12)


@pytest.mark.parametrize(
    "first",
    [
        [3, 4, 23, 25, 25],  # the low side is small
        [20, 20, 5, 20, 15],  # the middle is small
        [0, 0, 0, 40, 40],  # everybody is on one side
        [0, 0, 0, 0, 80],  # everybody says the same
        [20, 3, 20, 20, 17],  # the share at the minimum is public: the low side less it is small
    ],
)
def test_where_joining_is_not_enough_the_item_is_blank_for_both_partners(first: list[int]) -> None:
    shown = _shown(first, [16, 16, 16, 16, 16])
    assert shown["share"].isna().all()
    assert set(shown["note"]) == {HIDDEN}


@pytest.mark.parametrize("lost", [0, 1, 9])
def test_few_missing_answers_are_neither_shown_nor_do_they_follow(lost: int) -> None:
    shown = _shown([20, 20, 20, 20, 20], [20, 20, 20, 20, 20 - lost], missing=(0, lost))
    man = shown[shown["partner"] == "m"]
    assert man[["missing", "n", "present", "count"]].isna().all().all()
    percents = [
        tuple(_shown([20] * 5, [20, 20, 20, 20, 20 - k], missing=(0, k))["share"][5:]) for k in (lost, lost ^ 1)
    ]
    assert percents[0] == tuple(man["share"])
    assert len(shown["share"].dropna()) == 10


def test_many_missing_answers_are_shown() -> None:
    shown = _shown([20] * 5, [18] * 5, missing=(0, 10))
    man = shown[shown["partner"] == "m"]
    assert man["missing"].tolist() == pytest.approx([0.1] * 5)
    assert man["n"].tolist() == [90] * 5


def test_no_small_cell_follows_from_what_is_shown_with_mean_and_sd() -> None:
    """Every small cell has two values or more that agree with the parts, and with n, mean and SD in four digits."""
    counts = [4, 30, 70, 60, 36]
    shown = _shown(counts, counts[::-1])
    parts = shown[shown["partner"] == "w"]["share"].to_numpy(float)
    categories = np.arange(1, 6)
    n = sum(counts)
    total, squares = int(categories @ counts), int(categories**2 @ counts)
    found = set()
    for c1, c2 in product(range(n + 1), repeat=2):
        # c3 + c4 + c5, 3 c3 + 4 c4 + 5 c5 and 9 c3 + 16 c4 + 25 c5 are given: solve
        a, b, c = n - c1 - c2, total - c1 - 2 * c2, squares - c1 - 4 * c2
        twice = c - 9 * a - 7 * (b - 3 * a)
        c5 = twice // 2
        c4 = b - 3 * a - 2 * c5
        table = np.array([c1, c2, a - c4 - c5, c4, c5])
        joined = np.array([c1 + c2, table[2], c4 + c5]) / n
        if twice % 2 == 0 and (table >= 0).all() and (np.abs(joined - parts) < 0.05).all():
            found.add(c1)
    assert 4 in found
    assert len(found) > 1


def test_no_cell_follows_from_a_total_of_both_partners() -> None:
    """Whatever one partner's parts hide, the other's hide too, so that a total less one partner is no partner."""
    rng = np.random.default_rng(4)
    for _ in range(40):
        tables = [rng.multinomial(80, rng.dirichlet(np.ones(5) * 2)).tolist() for _ in range(2)]
        shown = _shown(*tables)
        w, m = (shown[shown["partner"] == partner].reset_index(drop=True) for partner in ("w", "m"))
        pd.testing.assert_frame_equal(w[["category", "last", "note"]], m[["category", "last", "note"]])
        if (w["note"] == "").all():
            for table in tables:
                joined = [sum(table[a - 1 : b]) for a, b in zip(w["category"], w["last"], strict=True)]
                assert min(joined) >= 10


def test_two_categories_have_two_parts_or_none() -> None:
    book = hm.book(hm.items("A", 1, low=0, high=1))
    for table, hidden in (([30, 20], False), ([45, 5], True), ([50, 0], True)):
        couples = hm.couples(book, _cells(table, [25, 25], low=0))
        shown = public_shares(answer_shares(couples), CLOSED)
        assert shown["category"].tolist() == [0, 1, 0, 1]
        assert shown["share"].isna().all() == hidden


def test_nobody_is_nobody_in_closed_studies_too() -> None:
    cells = hm.answers(hm.PROFILE, 60)
    cells[:, :, 0] = np.nan
    shown = public_shares(answer_shares(hm.couples(hm.PROFILE, cells)), CLOSED)
    assert set(shown.loc[shown["item"] == "H1_1", "note"]) == {NOBODY}
    assert shown.loc[shown["item"] == "H1_1", "missing"].isna().all()
