"""The item table: answers after reversing, fit to the scale, and the words where a number does not exist."""

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from handmade import FINISHED, MIRRORED, answers, book, couples, items, made
from scipy import stats as scipy_stats
from second import omega_by_scipy, one_factor_by_scipy

import analysis as an
from analysis.estimation.items import AGAINST_KEY
from analysis.estimation.notes import HEYWOOD, TOO_FEW_ITEMS
from analysis.results import Row, said
from analysis.stats.consistency import alpha_if_dropped_clustered, item_rest_r_clustered
from analysis.stats.factor import omega

FIVE = book(items("H1", 5))
OWN = ["mean", "sd", "skew", "floor", "ceiling", "missing"]
IN_SCALE = ["item_rest_r", "alpha_if_dropped", "omega_if_dropped", "loading", "component_loading"]


def by_statistic(table: an.Estimates, item: str, partner: str = "w") -> dict[str, Row]:
    return {row["statistic"]: row for row in table.where(item=item, partner=partner)}


def test_an_items_own_numbers_are_those_of_pandas() -> None:
    cells = answers(FIVE, 40)
    cells[3, 0, 0] = np.nan
    data = couples(FIVE, cells)
    found = by_statistic(an.items(data), "H1_1")
    x = pd.Series(cells[:, 0, 0].astype(float)).dropna()
    assert found["mean"]["estimate"] == pytest.approx(x.mean())
    low, high = scipy_stats.t.interval(0.95, 38, float(x.mean()), float(x.std() / sqrt(len(x))))
    assert (found["mean"]["lower"], found["mean"]["upper"]) == pytest.approx((low, high))
    assert found["sd"]["estimate"] == pytest.approx(x.std())
    assert found["skew"]["estimate"] == pytest.approx(x.skew())
    assert found["floor"]["estimate"] == pytest.approx((x == 1).mean())
    assert found["ceiling"]["estimate"] == pytest.approx((x == 5).mean())
    assert found["missing"]["estimate"] == pytest.approx(1 / 40)
    assert {name: row["n_persons"] for name, row in found.items() if name in OWN} == dict.fromkeys(OWN, 39) | {
        "missing": 40
    }


def test_answers_count_after_reversing_by_the_declared_bounds() -> None:
    turned = book(items("H1", 2), items("H1", 1, first=3, keyed=-1))
    cells = answers(turned, 20)
    cells[:, :, 2] = np.minimum(cells[:, :, 2], 4.0)  # nobody chose 5, so observed bounds would be wrong
    found = by_statistic(an.items(couples(turned, cells)), "H1_3")
    assert found["mean"]["estimate"] == pytest.approx(6 - cells[:, 0, 2].astype(float).mean())
    assert found["floor"]["estimate"] == 0


def test_an_absent_partner_is_not_a_missing_answer() -> None:
    found = by_statistic(an.items(made(FIVE, 10, absent=[(0, 0), (1, 0)])), "H1_1")
    assert found["missing"]["estimate"] == 0
    assert found["missing"]["n_persons"] == 8


def test_fit_to_the_scale_uses_persons_complete_on_it() -> None:
    cells = answers(FIVE, 60)
    cells[:7, 0, 4] = np.nan
    found = by_statistic(an.items(couples(FIVE, cells)), "H1_1")
    x = cells[7:, 0].astype(float)
    assert found["item_rest_r"]["estimate"] == pytest.approx(np.corrcoef(x[:, 0], x[:, 1:].sum(axis=1))[0, 1])
    assert {found[name]["n_persons"] for name in IN_SCALE} == {53}
    cov = np.cov(x, rowvar=False)[1:, 1:]
    assert found["alpha_if_dropped"]["estimate"] == pytest.approx(4 / 3 * (1 - cov.trace() / cov.sum()))


@pytest.mark.parametrize("seed", range(3))
def test_omega_if_dropped_and_loadings_are_those_of_a_general_optimiser(seed: int) -> None:
    data = made(FIVE, 80, seed=seed)
    table = an.items(data).where(partner="m")
    cov = np.cov(data.cube("H1")[:, 1], rowvar=False, bias=True)
    loadings, unique = one_factor_by_scipy(cov)
    standardized = loadings / np.sqrt(loadings**2 + unique)
    for j in range(5):
        found = by_statistic(table, f"H1_{j + 1}", "m")
        dropped = np.delete(np.delete(cov, j, axis=0), j, axis=1)
        # L-BFGS knows parameters to the square root of the precision of the misfit.
        assert found["omega_if_dropped"]["estimate"] == pytest.approx(omega_by_scipy(dropped), abs=1e-6)
        assert found["loading"]["estimate"] == pytest.approx(standardized[j], abs=1e-6)


def test_exchangeable_partners_are_one_sample_with_couples_as_clusters() -> None:
    data = made(FIVE, roles=None)
    mean = by_statistic(an.items(data), "H1_2", "both")["mean"]
    assert mean["estimate"] == pytest.approx(data.items["H1_2"].mean())
    assert (mean["n_couples"], mean["n_persons"], mean["df"]) == (30, 60, 29)
    assert "clusters" in mean["method"]


def test_one_respondent_a_couple_has_an_item_table() -> None:
    assert set(an.items(couples(FIVE, answers(FIVE)[:, :1])).frame["partner"]) == {"respondent"}


def test_mirrors_and_companions_have_answers_but_no_fit_to_the_scale() -> None:
    table = an.items(made(MIRRORED))
    for item in ("H1_self", "U1_partner", "U1_beside"):
        assert set(by_statistic(table, item)) == set(OWN)
    assert set(by_statistic(table, "U1_1")) == {*OWN, *IN_SCALE}


def test_a_scale_of_one_item_has_no_fit() -> None:
    found = by_statistic(an.items(made(book(items("H1", 1)))), "H1_1")
    assert {found[name]["note"] for name in IN_SCALE} == {"a scale of one item has no internal consistency"}


def test_two_and_three_items_say_what_they_lack() -> None:
    table = an.items(made(book(items("H2", 2), items("H3", 3))))
    two, three = by_statistic(table, "H2_1"), by_statistic(table, "H3_1")
    assert two["alpha_if_dropped"]["note"] == "fewer than two items would be left"
    assert two["loading"]["note"] == two["omega_if_dropped"]["note"] == TOO_FEW_ITEMS
    assert np.isfinite(two["item_rest_r"]["estimate"])
    assert three["omega_if_dropped"]["note"] == TOO_FEW_ITEMS
    assert np.isfinite(three["loading"]["estimate"])


def test_a_constant_item_stays_in_the_scale_and_its_answer_is_not_told() -> None:
    cells = answers(FIVE, 30)
    cells[:, 0, 1] = 2.0
    table = an.items(couples(FIVE, cells))
    constant, other = by_statistic(table, "H1_2"), by_statistic(table, "H1_1")
    assert constant["sd"]["estimate"] == 0
    assert constant["skew"]["note"] == "the answers do not vary"
    assert constant["item_rest_r"]["note"] == "the item or the sum of the others is constant"
    assert constant["loading"]["note"] == other["loading"]["note"] == "an item is constant: H1_2"
    assert np.isfinite(constant["omega_if_dropped"]["estimate"])  # without it the others have a model
    assert other["omega_if_dropped"]["note"] == "an item is constant: H1_2"
    cov = np.cov(cells[:, 0].astype(float), rowvar=False)[1:, 1:]
    assert other["alpha_if_dropped"]["estimate"] == pytest.approx(4 / 3 * (1 - cov.trace() / cov.sum()))


def test_items_that_nobody_or_one_person_answered_say_so() -> None:
    cells = answers(FIVE, 8)
    cells[:, 0, 0] = np.nan
    cells[1:, 0, 1] = np.nan
    table = an.items(couples(FIVE, cells))
    nobody, one = by_statistic(table, "H1_1"), by_statistic(table, "H1_2")
    assert {nobody[name]["note"] for name in OWN if name != "missing"} == {"nobody answered it"}
    assert nobody["missing"]["estimate"] == 1
    assert one["mean"]["note"] == "too few couples for an interval: 1"
    assert one["sd"]["note"] == "a single answer"
    assert one["item_rest_r"]["note"] == "couples with a person complete on all 5 items: 0; 3 are needed"


def test_two_different_answers_have_no_skew() -> None:
    cells = answers(FIVE, 8)
    cells[2:, 0, 0] = np.nan
    cells[:2, 0, 0] = [1.0, 4.0]
    assert by_statistic(an.items(couples(FIVE, cells)), "H1_1")["skew"]["note"] == "fewer than three answers"


def test_an_item_without_bounds_has_no_floor() -> None:
    found = by_statistic(an.items(made(book(items("H1", 2, low=None, high=None)))), "H1_1")
    assert found["floor"]["note"] == found["ceiling"]["note"] == "no declared bound"


def test_a_heywood_case_is_told_on_every_loading() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(400, 1)) + rng.normal(size=(400, 2)) * 0.9
    first = x.sum(axis=1) + rng.normal(size=400) * 0.1  # its correlations with the others are too large for one factor
    cells = np.stack([np.column_stack([first, x])] * 2, axis=1)
    table = an.items(couples(book(items("H1", 3, low=None, high=None)), cells)).where(statistic="loading", partner="w")
    assert [said(row["note"]) for row in table] == [HEYWOOD] * 3
    assert max(row["estimate"] for row in table) > 1


def test_nobody_of_a_role_leaves_reasons_everywhere() -> None:
    table = an.items(made(FIVE, 4, absent=[(i, 0) for i in range(4)])).where(partner="w")
    assert table.frame["estimate"].isna().all()
    assert by_statistic(table, "H1_1")["missing"]["note"] == "nobody is present"


def test_finished_scores_alone_are_refused_with_the_remedy() -> None:
    table = an.items(made(FINISHED))
    assert not len(table)
    assert "Bring the answers to the items and their codebook" in table.notes[0]


def test_a_finished_score_among_items_is_named() -> None:
    mixed = book(items("H1", 3), [an.Item("H2", "H2", 1, 5, finished=True)])
    table = an.items(made(mixed))
    assert table.notes == ("H2: a finished score without items has no item statistics.",)
    assert set(table.frame["scale"]) == {"H1"}


def test_groups_do_not_split_the_item_table() -> None:
    assert set(an.items(made(FIVE, group=["a", "b", "c"] * 10)).frame["group"]) == {""}


def test_intervals_are_those_of_the_kernels() -> None:
    data = made(FIVE, 60)
    x, couple = data.cube("H1")[:, 0], np.arange(60)
    rest = item_rest_r_clustered(x, couple, 0.95)
    dropped = alpha_if_dropped_clustered(x, couple, 0.95)
    for j in range(5):
        found = by_statistic(an.items(data), f"H1_{j + 1}")
        without = omega(np.delete(x, j, axis=1), couple, 0.95, clustered=False)[0]
        for statistic, value in (
            ("item_rest_r", rest[j]), ("alpha_if_dropped", dropped[j]), ("omega_if_dropped", without),
        ):  # fmt: skip
            row = found[statistic]
            assert [row[name] for name in ("estimate", "lower", "upper", "se")] == pytest.approx(value[:4], rel=1e-12)


def test_the_first_component_is_that_of_a_singular_value_decomposition() -> None:
    data = made(FIVE, 60)
    x = data.cube("H1")[:, 1]
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    left, size, _ = np.linalg.svd(z, full_matrices=False)
    component = left[:, 0] * size[0]
    wanted = [np.corrcoef(component, column)[0, 1] for column in x.T]
    wanted = [r * np.sign(sum(wanted)) for r in wanted]
    ours = an.items(data).where(statistic="component_loading", partner="m").frame["estimate"]
    np.testing.assert_allclose(ours, wanted, rtol=1e-9)


def test_an_item_against_its_key_is_named_with_the_partner_and_never_flipped() -> None:
    keyed = book(items("H1", 4), items("H1", 1, first=5, keyed=-1))  # it goes with the others as it stands
    data = couples(keyed, answers(FIVE, 80))
    table = an.items(data)
    found = by_statistic(table, "H1_5")
    assert found["item_rest_r"]["estimate"] < 0
    assert found["component_loading"]["estimate"] < 0
    assert AGAINST_KEY in found["item_rest_r"]["note"]
    assert AGAINST_KEY not in by_statistic(table, "H1_1")["item_rest_r"]["note"]
    note = table.notes[-1]
    assert note.startswith("Items that run against their declared key: H1_5 (w); H1_5 (m).")
    assert "Compare keyed and stored in the codebook with the wording; nothing was flipped." in note
    assert not an.items(made(FIVE, 80)).notes


def test_no_item_of_the_studys_bundled_demo_runs_against_its_key(demo: an.Couples) -> None:
    assert not [note for note in an.items(demo).notes if "against their declared key" in note]
