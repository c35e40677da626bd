"""Alpha and omega by partner, group or over everyone; which coefficients, which n, and the words of every gap."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pingouin
import pytest
from handmade import FINISHED, ROLES, answers, book, couples, items, made
from scipy import stats as scipy_stats
from second import one_factor_by_scipy

import analysis as an
from analysis.estimation.notes import (
    CONSTANT_ITEM,
    HEYWOOD,
    NO_SOLUTION,
    NOT_LISTWISE,
    SATURATED,
    TOO_FEW_ITEMS,
)
from analysis.estimation.omegas import NOT_ORDERED
from analysis.estimation.reliability import (
    IDENTICAL,
    NO_CORRELATIONS,
    NO_INVERSE,
    NO_MOMENTS,
    NO_VARIANCE,
    POOLED,
)
from analysis.estimation.resampling import OUTSIDE, PERCENTILE, weights
from analysis.results import KEY, NO_INTERVAL, Row
from analysis.stats.bootstrap import bca
from analysis.stats.consistency import (
    alpha,
    alpha_clustered,
    alpha_feldt,
    alpha_standardized,
    lambda2,
    lambda6,
    mean_interitem_r,
    score_sem,
)
from analysis.stats.factor import fit_one_factor, omega
from analysis.stats.incomplete import alpha_fiml, omega_fiml
from analysis.stats.ordinal import omega_categorical
from analysis.stats.value import Array, Value

FIVE = book(items("H1", 5))
PLAIN = ("alpha_standardized", "lambda2", "lambda6", "mean_interitem_r", "score_sem", "score_mdc")
OF_EVERYONE = {(name, "") for name in (*PLAIN, "omega_observed", "omega_categorical")}


def by_place(table: an.Estimates, partner: str = "w") -> dict[tuple[str, str], Row]:
    """Return the rows of one partner's scales, of which the table has one; not those that are of no scale."""
    rows = [row for row in table.where(partner=partner) if row["scale"]]
    found = {(row["statistic"], row["variant"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def notes_of_scales(table: an.Estimates) -> set[str]:
    return {row["note"] for row in table if row["scale"]}


def test_roles_get_every_coefficient() -> None:
    table = an.reliability(made(FIVE))
    expected = {("alpha", ""), ("alpha", "feldt"), ("omega", "")} | OF_EVERYONE
    assert set(by_place(table, "w")) == set(by_place(table, "m")) == expected


def test_persons_of_two_roles_are_not_pooled_and_the_remedy_is_said() -> None:
    rows = [row for row in an.reliability(made(book(items("H1", 3), items("U1", 3)))) if not row["scale"]]
    assert [(row["statistic"], row["partner"], row["n_couples"], row["n_persons"]) for row in rows] == [
        ("alpha_pooled", "both", 0, 0),
        ("omega_pooled", "both", 0, 0),
    ]
    assert {row["note"] for row in rows} == {POOLED}
    assert "leave roles out of study.toml where partners are exchangeable" in POOLED
    for data in (made(FIVE, roles=None), couples(FIVE, answers(FIVE)[:, :1])):
        assert all(row["scale"] for row in an.reliability(data))


def test_alpha_is_pingouins_on_complete_rows_and_n_counts_them() -> None:
    cells = answers(FIVE, 40)
    cells[:4, 0, 2] = np.nan
    found = by_place(an.reliability(couples(FIVE, cells)))
    theirs, interval = pingouin.cronbach_alpha(pd.DataFrame(cells[4:, 0].astype(float)))
    feldt = found["alpha", "feldt"]
    assert feldt["estimate"] == found["alpha", ""]["estimate"] == pytest.approx(theirs)
    assert (feldt["lower"], feldt["upper"]) == pytest.approx(interval, abs=5e-4)  # pingouin rounds to three decimals
    assert {row["n_persons"] for row in found.values()} == {36}


def test_exchangeable_partners_get_pooled_coefficients_with_couples_as_clusters() -> None:
    data = made(FIVE, roles=None, absent=[(1, 0)])
    found = by_place(an.reliability(data), "both")
    assert set(found) == {("alpha_pooled", ""), ("omega_pooled", "")} | OF_EVERYONE
    pooled = found["alpha_pooled", ""]
    assert pooled["estimate"] == pytest.approx(pingouin.cronbach_alpha(data.items.dropna())[0])
    assert (pooled["n_couples"], pooled["n_persons"]) == (30, 59)
    assert "couples as clusters" in pooled["method"]
    assert "couples as clusters" in found["omega_pooled", ""]["method"]


def test_one_respondent_a_couple_has_reliability() -> None:
    found = by_place(an.reliability(couples(FIVE, answers(FIVE)[:, :1])), "respondent")
    assert ("alpha", "feldt") in found
    assert found["omega", ""]["lower"] < found["omega", ""]["estimate"] < found["omega", ""]["upper"]


def test_each_group_of_couples_has_its_own_coefficients() -> None:
    data = made(FIVE, group=["a", "b", "b"] * 10)
    in_a = by_place(an.reliability(data).where(group="a"))["alpha", ""]
    x = data.cube("H1")[::3, 0]
    assert in_a["estimate"] == pytest.approx(pingouin.cronbach_alpha(pd.DataFrame(x))[0])
    assert in_a["n_couples"] == 10


def test_two_items_have_the_spearman_brown_value_and_no_omega() -> None:
    data = made(book(items("H1", 2)))
    found = by_place(an.reliability(data))
    r = np.corrcoef(*data.cube("H1")[:, 0].T)[0, 1]
    assert found["alpha_standardized", ""]["estimate"] == pytest.approx(2 * r / (1 + r))
    assert found["alpha_standardized", ""]["method"].endswith("Spearman-Brown")
    assert np.isnan(found["omega", ""]["estimate"])
    assert found["omega", ""]["note"] == f"{TOO_FEW_ITEMS}: see alpha_standardized"


def test_three_items_say_that_their_model_is_saturated() -> None:
    found = by_place(an.reliability(made(book(items("H1", 3)), 60)))
    assert found["omega", ""]["note"] == SATURATED
    assert np.isfinite(found["omega", ""]["lower"])


def test_one_item_has_no_internal_consistency() -> None:
    table = an.reliability(made(book(items("H1", 1))))
    assert notes_of_scales(table) == {"a scale of one item has no internal consistency"}
    assert table.frame["estimate"].isna().all()


def test_a_constant_item_stays_in_k_and_is_named() -> None:
    cells = answers(FIVE, 30)
    cells[:, 0, 1] = 2.0
    found = by_place(an.reliability(couples(FIVE, cells)))
    assert found["alpha", ""]["note"] == found["alpha", "feldt"]["note"] == "constant, and counted in k: H1_2"
    others = pingouin.cronbach_alpha(pd.DataFrame(np.delete(cells[:, 0].astype(float), 1, axis=1)))[0]
    assert found["alpha", ""]["estimate"] == pytest.approx(5 / 4 * 3 / 4 * others)
    assert found["omega", ""]["note"] == CONSTANT_ITEM
    assert found["alpha_standardized", ""]["note"] == NO_CORRELATIONS


def test_only_the_role_whose_item_is_constant_is_told() -> None:
    cells = answers(FIVE, 30)
    cells[:, 0, 1] = 2.0
    found = by_place(an.reliability(couples(FIVE, cells)), "m")
    assert not found["alpha", ""]["note"]


def test_too_few_persons_say_how_many_are_needed() -> None:
    table = an.reliability(made(FIVE, 5))
    assert notes_of_scales(table) == {"persons complete on all 5 items: 5; more than 5 are needed"}


def test_answers_without_variance_have_no_alpha() -> None:
    cells = answers(FIVE, 10)
    cells[...] = 3.0
    found = by_place(an.reliability(couples(FIVE, cells)))
    assert found["alpha", ""]["note"].startswith("constant, and counted in k: H1_1, H1_2")
    assert found["alpha", ""]["note"].endswith("no item varies, or the covariances sum to 0")


def test_equal_items_have_an_alpha_of_one_without_interval() -> None:
    cells = answers(FIVE, 12)
    cells[:, :, 1:] = cells[:, :, :1]
    found = by_place(an.reliability(couples(FIVE, cells)))
    assert found["alpha", ""]["estimate"] == 1
    assert found["alpha", ""]["note"] == IDENTICAL
    assert found["omega", ""]["note"] == NO_SOLUTION


def test_a_negative_alpha_is_shown_with_its_interval() -> None:
    codebook = book(items("H1", 2, low=None, high=None))
    rng = np.random.default_rng(2)
    one = rng.normal(size=(50, 2, 1))
    cells = np.concatenate([one, -one], axis=2) + rng.normal(size=(50, 2, 2))
    row = by_place(an.reliability(couples(codebook, cells)))["alpha", ""]
    assert row["lower"] < row["estimate"] < row["upper"] < 0


def test_a_forgotten_key_is_neither_flipped_nor_dropped() -> None:
    keyed = book(items("H1", 4), items("H1", 1, first=5, keyed=-1))
    cells = answers(FIVE, 60)  # the fifth item goes with the others, yet is keyed against them
    wrong, right = (by_place(an.reliability(couples(b, cells)))["alpha", ""] for b in (keyed, FIVE))
    assert wrong["estimate"] < right["estimate"] - 0.2


def test_a_heywood_case_is_told() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(400, 1)) + rng.normal(size=(400, 3)) * 0.9
    first = x.mean(axis=1) + rng.normal(size=400) * 0.05
    cells = np.stack([np.column_stack([first, x])] * 2, axis=1)
    found = by_place(an.reliability(couples(book(items("H1", 4, low=None, high=None)), cells)))
    assert HEYWOOD in found["omega", ""]["note"]


def test_mirrors_and_companions_are_in_no_coefficient() -> None:
    plain = book(items("H1", 4))
    more = book(
        items("H1", 4),
        [an.Item("H1_partner", "H1", 1, 5, referent="partner", mirrors=("H1_1",))],
        [an.Item("H1_beside", "H1", 1, 5, companion=True)],
    )
    cells = answers(more)
    found, expected = (an.reliability(data) for data in (couples(more, cells), couples(plain, cells[:, :, :4])))
    assert found.frame.equals(expected.frame)


def test_finished_scores_alone_are_refused_with_the_remedy() -> None:
    table = an.reliability(made(FINISHED))
    assert not len(table)
    assert "Bring the answers to the items and their codebook" in table.notes[0]


def test_a_finished_score_among_items_is_named() -> None:
    table = an.reliability(made(book(items("H1", 3), [an.Item("H2", "H2", 1, 5, finished=True)])))
    assert table.notes == ("H2: a finished score without items has no reliability.",)
    assert set(table.frame["scale"]) == {"H1", ""}  # a row of no scale says why roles are not pooled


# ------------------------------------------------------------------------------- every column against the kernels


def with_holes(codebook: an.Codebook, n: int = 40, **options: Any) -> tuple[an.Couples, Array]:
    """Return couples of which some left answers out, and their cells as numbers."""
    cells = answers(codebook, n)
    cells[:3, 0, 1] = np.nan
    cells[2:5, 1, 0] = np.nan
    cells[7, 0] = np.nan
    return couples(codebook, cells, **options), cells.astype(float)


def complete(cells: Array) -> Array:
    return cells[~np.isnan(cells).any(axis=1)]


def same(row: Row, value: Value | tuple[float, ...]) -> None:
    """Assert that a row has all that a kernel's value has."""
    for name in ("estimate", "lower", "upper", "se", "test", "df", "p"):
        assert row[name] == pytest.approx(getattr(value, name), rel=1e-12, abs=1e-12, nan_ok=True), name


def test_roles_have_the_kernels_numbers_over_complete_persons() -> None:
    data, cells = with_holes(FIVE, settings={"confidence": 0.9})
    for slot, partner in enumerate("wm"):
        found, x = by_place(an.reliability(data), partner), complete(cells[:, slot])
        alone, cov = np.arange(len(x)), np.cov(x, rowvar=False)
        same(found["alpha", ""], alpha_clustered(x, alone, 0.9))
        same(found["alpha", "feldt"], alpha_feldt(x, 0.9))
        same(found["omega", ""], omega(x, alone, 0.9, clustered=False)[0])
        for name, expected in plain_coefficients(x, 0.9).items():
            assert found[name, ""]["estimate"] == pytest.approx(expected, rel=1e-9), name
        loadings, _ = one_factor_by_scipy(np.cov(x, rowvar=False, ddof=0))
        observed = loadings.sum() ** 2 / (cov.sum() * (len(x) - 1) / len(x))
        assert found["omega_observed", ""]["estimate"] == pytest.approx(observed, abs=1e-6)  # where L-BFGS stops
        categorical = omega_categorical(x.astype(int), 5)
        assert found["omega_categorical", ""]["estimate"] == pytest.approx(categorical.estimate, rel=1e-12)
        assert {(row["n_couples"], row["n_persons"]) for row in found.values()} == {(len(x), len(x))}
        assert {row["confidence"] for row in found.values() if np.isfinite(row["lower"])} == {0.9}


def plain_coefficients(x: Array, confidence: float) -> dict[str, float]:
    """Return the coefficients without interval by their textbook formulas."""
    cov, r, k = np.cov(x, rowvar=False), np.corrcoef(x, rowvar=False), x.shape[1]
    off, mean_r = cov - np.diag(np.diagonal(cov)), (r.sum() - k) / (k * (k - 1))
    smc = [1 - (1 - _multiple_r2(x, j)) for j in range(k)]
    theirs = pingouin.cronbach_alpha(pd.DataFrame(x))[0]
    sem = x.mean(axis=1).std(ddof=1) * np.sqrt(1 - theirs)
    return {
        "alpha_standardized": k * mean_r / (1 + (k - 1) * mean_r),
        "lambda2": (off.sum() + np.sqrt(k / (k - 1) * (off**2).sum())) / cov.sum(),
        "lambda6": 1 - sum(1 - one for one in smc) / r.sum(),
        "mean_interitem_r": mean_r,
        "score_sem": sem,
        "score_mdc": scipy_stats.norm.ppf((1 + confidence) / 2) * np.sqrt(2) * sem,
    }


def _multiple_r2(x: Array, j: int) -> float:
    """Return the squared multiple correlation of an item with the others, by least squares."""
    others = np.column_stack([np.ones(len(x)), np.delete(x, j, axis=1)])
    rest = x[:, j] - others @ np.linalg.lstsq(others, x[:, j], rcond=None)[0]
    return 1 - rest.var() / x[:, j].var()


def test_exchangeable_partners_have_the_kernels_numbers_with_couples_as_clusters() -> None:
    data, cells = with_holes(FIVE, roles=None)
    found = by_place(an.reliability(data), "both")
    persons, couple = cells.reshape(-1, 5), np.repeat(np.arange(40), 2)
    kept = ~np.isnan(persons).any(axis=1)
    x, cluster = persons[kept], couple[kept]
    same(found["alpha_pooled", ""], alpha_clustered(x, cluster, 0.95))
    same(found["omega_pooled", ""], omega(x, cluster, 0.95, clustered=True)[0])
    for name, expected in plain_coefficients(x, 0.95).items():
        assert found[name, ""]["estimate"] == pytest.approx(expected, rel=1e-9), name
    counted = {(row["n_couples"], row["n_persons"]) for row in found.values()}
    assert counted == {(len(np.unique(cluster)), len(x))}


def test_swapping_exchangeable_partners_changes_nothing_resampled_numbers_included() -> None:
    cells = answers(FIVE, 20)
    turned = cells.copy()
    turned[::2] = turned[::2, ::-1]
    one, other = (an.reliability(couples(FIVE, x, roles=None), bootstrap=True).frame for x in (cells, turned))
    pd.testing.assert_frame_equal(one, other, rtol=1e-7, atol=1e-9)


# ---------------------------------------------------------------------------------------------- resampled couples


RESAMPLED = {"alpha": alpha, "lambda2": lambda2, "lambda6": lambda6, "mean_interitem_r": mean_interitem_r}
RESAMPLED |= {"alpha_standardized": alpha_standardized, "score_sem": score_sem}


def drawn_alike(data: an.Couples, persons: Array, statistic: Callable[[Array], float]) -> tuple[Array, Array]:
    """Return a statistic of every resample and of all couples but one, by a loop; persons (couples, slots, k)."""
    n = len(persons)
    replicates = [
        statistic(complete(np.repeat(persons, times.astype(int), axis=0).reshape(-1, persons.shape[2])))
        for times in weights(data)
    ]
    others = [statistic(complete(np.delete(persons, i, axis=0).reshape(-1, persons.shape[2]))) for i in range(n)]
    return np.array(replicates), np.array(others)


@pytest.mark.parametrize("has_roles", [True, False])
def test_bootstrap_rows_are_bca_intervals_of_a_loop_over_the_same_draws(has_roles: bool) -> None:  # noqa: FBT001
    data, cells = with_holes(FIVE, roles=ROLES if has_roles else None)
    found = by_place(an.reliability(data, bootstrap=True), "m" if has_roles else "both")
    persons, pooled = cells[:, 1:] if has_roles else cells, "" if has_roles else "_pooled"
    kernels: dict[str, Callable[[Array], float]] = {
        name: (lambda x, of=of: float(of(np.cov(x, rowvar=False)))) for name, of in RESAMPLED.items()
    }
    kernels["omega"] = lambda x: fit_one_factor(np.cov(x, rowvar=False, ddof=0)).omega
    kernels["omega_observed"] = observed_omega
    for name, kernel in kernels.items():
        row = found[name + pooled if name in ("alpha", "omega") else name, "bootstrap"]
        replicates, others = drawn_alike(data, persons, kernel)
        expected = bca(row["estimate"], replicates, others, 0.95)
        # Two ways to the same maximum end 1e-9 apart; closed forms differ by rounding alone.
        limits = pytest.approx([expected.lower, expected.upper, expected.se], rel=1e-7)
        assert [row["lower"], row["upper"], row["se"]] == limits, name
        assert row["estimate"] == found[row["statistic"], ""]["estimate"]
        assert row["method"] == "BCa bootstrap of couples, 100 resamples"


def observed_omega(x: Array) -> float:
    cov = np.cov(x, rowvar=False, ddof=0)
    return float(fit_one_factor(cov).loadings.sum() ** 2 / cov.sum())


def test_categorical_omega_is_resampled_on_request_alone() -> None:
    data = made(book(items("H1", 3)), 60, seed=3)
    assert ("omega_categorical", "bootstrap") not in by_place(an.reliability(data, bootstrap=True))
    row = by_place(an.reliability(data, bootstrap=True, categorical=True))["omega_categorical", "bootstrap"]
    replicates, others = drawn_alike(data, data.cube("H1")[:, :1], lambda x: omega_categorical(x.astype(int), 5).estimate)
    lost = int(np.isnan(replicates).sum())
    assert (f"resamples without a value: {lost}" in row["note"]) == (lost > 0)
    expected = bca(row["estimate"], replicates, others, 0.95)
    # Angles of a resample are known to the square of the last step, 1e-4 (RESAMPLED_STEP).
    assert [row["lower"], row["upper"]] == pytest.approx([expected.lower, expected.upper], abs=1e-5)


def test_the_mdc_is_resampled_at_the_level_of_the_study() -> None:
    data = made(FIVE, settings={"confidence": 0.8})
    found = by_place(an.reliability(data, bootstrap=True))
    times = scipy_stats.norm.ppf(0.9) * np.sqrt(2)
    for limit in ("estimate", "lower", "upper", "se"):
        assert found["score_mdc", "bootstrap"][limit] == pytest.approx(times * found["score_sem", "bootstrap"][limit])


def test_groups_have_no_resampled_rows_of_their_own() -> None:
    table = an.reliability(made(FIVE, group=["a", "b", "b"] * 10), bootstrap=True)
    assert {row["group"] for row in table if row["variant"] == "bootstrap"} == {""}
    assert {row["group"] for row in table} == {"", "a", "b"}


# ------------------------------------------------------------------------------------------------ missing answers


def test_full_information_stands_beside_listwise_each_with_its_own_n() -> None:
    data, cells = with_holes(FIVE, 60)
    found = by_place(an.reliability(data, fiml=True))
    everyone = cells[~np.isnan(cells[:, 0]).all(axis=1), 0]
    same(found["alpha", "fiml"], alpha_fiml(everyone, 0.95))
    same(found["omega", "fiml"], omega_fiml(everyone, 0.95)[0])
    assert (found["alpha", "fiml"]["n_persons"], found["alpha", ""]["n_persons"]) == (59, 56)
    assert "robust standard error" in found["alpha", "fiml"]["method"]


def test_full_information_of_exchangeable_partners_takes_couples_as_clusters() -> None:
    data, cells = with_holes(FIVE, 60, roles=None)
    found = by_place(an.reliability(data, fiml=True), "both")
    rows, couple = cells.reshape(-1, 5), np.repeat(np.arange(60), 2)
    same(found["alpha_pooled", "fiml"], alpha_fiml(rows, 0.95, couple))
    same(found["omega_pooled", "fiml"], omega_fiml(rows, 0.95, couple)[0])
    assert (found["alpha_pooled", "fiml"]["n_couples"], found["alpha_pooled", "fiml"]["n_persons"]) == (60, 119)
    assert found["omega_pooled", "fiml"]["method"].endswith("couples as clusters")


def test_complete_answers_have_no_second_rows_of_full_information() -> None:
    assert {variant for _, variant in by_place(an.reliability(made(FIVE), fiml=True))} == {"", "feldt"}


def test_who_left_an_answer_out_is_told_what_would_use_the_others() -> None:
    data, _ = with_holes(FIVE)
    assert an.reliability(data).notes == (NOT_LISTWISE,)
    assert "reliability(couples, fiml=True)" in NOT_LISTWISE
    assert not an.reliability(data, fiml=True).notes
    assert not an.reliability(made(FIVE, absent=[(0, 0)])).notes  # an absent partner is no missing answer


def test_full_information_is_refused_when_items_exceed_a_third_of_the_persons() -> None:
    data, _ = with_holes(FIVE, 14)
    found = by_place(an.reliability(data, fiml=True))
    words = (
        "persons with an answer: 13; full information maximum likelihood of 5 items needs 15. Use the listwise "
        "estimate, or fewer items"
    )
    for statistic in ("alpha", "omega"):
        assert found[statistic, "fiml"]["note"] == words
        assert found[statistic, "fiml"]["n_persons"] == 13
    enough, _ = with_holes(FIVE, 16)
    assert np.isfinite(by_place(an.reliability(enough, fiml=True))["alpha", "fiml"]["estimate"])


def test_full_information_is_there_where_nobody_answered_everything() -> None:
    cells = answers(FIVE, 60)
    cells[np.arange(60), 0, np.arange(60) % 5] = np.nan
    found = by_place(an.reliability(couples(FIVE, cells), fiml=True))
    assert found["alpha", ""]["note"] == "persons complete on all 5 items: 0; more than 5 are needed"
    assert 0 < found["alpha", "fiml"]["lower"] < found["alpha", "fiml"]["estimate"] < 1
    assert found["alpha", "fiml"]["n_persons"] == 60


def test_a_constant_item_has_no_full_information() -> None:
    cells = answers(FIVE, 60)
    cells[:, 0, 1], cells[0, 0, 0] = 2.0, np.nan
    found = by_place(an.reliability(couples(FIVE, cells), fiml=True))
    assert found["alpha", "fiml"]["note"] == NO_MOMENTS
    assert found["omega", "fiml"]["note"] == NO_SOLUTION


def test_two_items_have_full_information_alpha_alone() -> None:
    cells = answers(book(items("H1", 2)), 30)
    cells[0, 0, 0] = np.nan
    found = by_place(an.reliability(couples(book(items("H1", 2)), cells), fiml=True))
    assert np.isfinite(found["alpha", "fiml"]["estimate"])
    assert found["omega", "fiml"]["note"] == TOO_FEW_ITEMS


# ------------------------------------------------------------------------------------------------------ bad input


def every_gap_has_its_reason(table: an.Estimates) -> None:
    for row in table:
        if not np.isfinite(row["estimate"]):
            assert row["note"] not in ("", NO_INTERVAL), row
    assert not table.frame.duplicated(list(KEY)).any()


@pytest.mark.parametrize("has_roles", [True, False])
@pytest.mark.parametrize("n", [2, 4])
def test_two_couples_and_fewer_couples_than_items_get_reasons(n: int, has_roles: bool) -> None:  # noqa: FBT001
    table = an.reliability(made(FIVE, n, roles=ROLES if has_roles else None), bootstrap=True, fiml=True, categorical=True)
    persons = n if has_roles else 2 * n
    few = f"persons complete on all 5 items: {persons}; more than 5 are needed"
    if persons <= 5:
        assert notes_of_scales(table) == {few}
        assert table.frame["estimate"].isna().all()
    every_gap_has_its_reason(table)


def test_one_partner_without_variance_leaves_the_other_alone() -> None:
    cells = answers(FIVE, 30)
    cells[:, 0] = 3.0
    table = an.reliability(couples(FIVE, cells), bootstrap=True)
    every_gap_has_its_reason(table)
    assert np.isnan([row["estimate"] for row in table.where(partner="w")]).all()
    alone = by_place(an.reliability(couples(FIVE, cells[:, 1:]), bootstrap=False), "respondent")
    both = by_place(table, "m")
    for place, row in alone.items():
        assert both[place]["estimate"] == pytest.approx(row["estimate"], nan_ok=True), place


def test_the_same_answer_everywhere_has_a_reason_everywhere() -> None:
    cells = answers(FIVE, 10)
    cells[...] = 3.0
    table = an.reliability(couples(FIVE, cells), bootstrap=True, categorical=True)
    every_gap_has_its_reason(table)
    found = by_place(table)
    assert found["lambda2", ""]["note"] == NO_VARIANCE
    assert found["lambda6", ""]["note"] == NO_INVERSE
    assert found["omega_observed", ""]["note"] == found["omega_categorical", ""]["note"] == CONSTANT_ITEM
    assert not any(variant == "bootstrap" for _, variant in found)  # what does not exist is not resampled


def test_perfectly_correlated_items_say_what_they_leave_undone() -> None:
    cells = answers(FIVE, 40)
    cells[:, :, 1] = cells[:, :, 0]
    table = an.reliability(couples(FIVE, cells), bootstrap=True)
    every_gap_has_its_reason(table)
    found = by_place(table)
    assert found["alpha", ""]["lower"] < found["alpha", ""]["estimate"] < 1
    assert found["lambda6", ""]["note"] == NO_INVERSE
    assert found["omega", ""]["note"] == NO_SOLUTION


def test_more_items_than_couples_are_refused_with_both_counts() -> None:
    many = book(items("H1", 100))
    table = an.reliability(made(many, 40), bootstrap=True)
    assert notes_of_scales(table) == {"persons complete on all 100 items: 40; more than 100 are needed"}


def test_a_negative_mean_correlation_keeps_its_negative_alpha_and_interval() -> None:
    rng = np.random.default_rng(2)
    one = rng.normal(size=(60, 2, 1))
    cells = np.concatenate([one, -one, one * 0], axis=2) + rng.normal(size=(60, 2, 3)) * [0.7, 0.7, 1.0]
    table = an.reliability(couples(book(items("H1", 3, low=None, high=None)), cells), bootstrap=True)
    every_gap_has_its_reason(table)
    found = by_place(table)
    assert found["mean_interitem_r", ""]["estimate"] < 0
    for variant in ("", "feldt", "bootstrap"):
        row = found["alpha", variant]
        assert row["lower"] < row["estimate"] < row["upper"]
        assert row["estimate"] < 0


def test_an_item_that_is_constant_in_some_resamples_is_counted() -> None:
    cells = answers(FIVE, 30)
    cells[1:, 0, 0], cells[0, 0, 0] = 3.0, 5.0  # who alone answered otherwise is often not drawn
    data = couples(FIVE, cells)
    dead = int((weights(data)[:, 0] == 0).sum())
    found = by_place(an.reliability(data, bootstrap=True))
    assert dead > 20
    assert found["alpha", "bootstrap"]["note"] == f"resamples with a constant item: {dead}"
    assert found["lambda6", "bootstrap"]["note"] == (
        f"resamples with a constant item: {dead}; resamples without a value: {dead}; {PERCENTILE}"
    )
    lost = found["omega", "bootstrap"]["note"].partition("; ")[0]
    assert int(lost.removeprefix("resamples without a value: ")) >= dead


def test_heywood_cases_among_the_resamples_are_counted() -> None:
    data = made(book(items("H1", 3)), 40)
    row = by_place(an.reliability(data, bootstrap=True))["omega", "bootstrap"]
    fits = [
        fit_one_factor(np.cov(np.repeat(data.cube("H1")[:, 0], times.astype(int), axis=0), rowvar=False, ddof=0))
        for times in weights(data)
    ]
    expected = sum(fit.heywood for fit in fits)
    assert expected
    assert f"resamples with a Heywood case: {expected}" in row["note"]


def test_an_interval_that_does_not_hold_its_estimate_is_shown_and_said() -> None:
    rng = np.random.default_rng(5)
    cells = rng.integers(1, 6, (12, 2, 3)).astype(object)
    outside = []
    for seed in range(40):
        data = couples(book(items("H1", 3)), cells, settings={"seed": seed})
        outside += [
            row
            for row in an.reliability(data, bootstrap=True)
            if row["variant"] == "bootstrap" and not row["lower"] <= row["estimate"] <= row["upper"]
        ]
        if outside:
            break
    assert outside
    assert all(OUTSIDE in row["note"] for row in outside)


@pytest.mark.parametrize(
    ("low", "high", "step", "words"),
    [
        (None, None, 0.37, NOT_ORDERED),
        (0, 100, 1, "answers have more than 11 categories: take omega"),
    ],
)
def test_answers_without_few_categories_have_no_categorical_omega(
    low: float | None, high: float | None, step: float, words: str
) -> None:
    codebook = book(items("H1", 4, low=low, high=high))
    cells = np.round(answers(book(items("H1", 4, low=0, high=100))).astype(float)) * step
    found = by_place(an.reliability(couples(codebook, cells.astype(object)), bootstrap=True, categorical=True))
    assert found["omega_categorical", ""]["note"] == words
    assert ("omega_categorical", "bootstrap") not in found
    assert np.isfinite(found["omega", ""]["estimate"])


def test_eleven_categories_still_are_categories() -> None:
    found = by_place(an.reliability(made(book(items("H1", 4, low=0, high=10)), 60)))
    assert "categories: take omega" not in found["omega_categorical", ""]["note"]


# --------------------------------------------------------------------------------------------------------- facets


def test_the_built_in_facets_have_rows_below_their_scales_companions_included() -> None:
    data = an.make_couples(40, seed=2)
    table = an.reliability(data)
    shown = list(dict.fromkeys(row["scale"] for row in table.where(partner="woman") if "." in row["scale"]))
    assert shown == [
        "H3.refuse", "H3.bear_no", "H3.guilt", "H6.together", "H6.apart", "H6.outside", "U4.driven", "U4.lonely",
    ]  # fmt: skip
    lonely = by_place(table.where(scale="U4.lonely"), "woman")
    x = data.answers(["U4_lonely_1", "U4_lonely_2"])[:, 0]
    assert lonely["alpha", ""]["estimate"] == pytest.approx(pingouin.cronbach_alpha(pd.DataFrame(x))[0])
    assert by_place(table.where(scale="H6.apart"), "woman")["alpha", ""]["note"] == (
        "a scale of one item has no internal consistency"
    )


def test_companions_are_not_in_the_alpha_of_their_scale() -> None:
    data = an.make_couples(40, seed=2)
    row = by_place(an.reliability(data).where(scale="U4"), "man")["alpha", ""]
    x = data.answers(["U4_1", "U4_2", "U4_3", "U4_4"])[:, 1]
    assert row["estimate"] == pytest.approx(pingouin.cronbach_alpha(pd.DataFrame(x))[0])


def test_indicators_with_two_sides_are_two_scales() -> None:
    scales = set(an.reliability(an.make_couples(30, seed=2)).frame["scale"])
    assert {"U2a", "U2b", "U3a", "U3b", "U5a", "U5b"} <= scales
    assert not {"U2", "U3", "U5"} & scales
