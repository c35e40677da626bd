"""Reliability row by row: every column against kernels, textbook formulas and loops; and what bad answers leave."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pingouin
import pytest
from handmade import ROLES, answers, book, couples, items, made
from scipy import stats as scipy_stats
from second import one_factor_by_scipy

import analysis as an
from analysis.estimation.alphas import NO_VARIANCE
from analysis.estimation.notes import DETERMINED, NOT_LISTWISE, TOO_FEW_ITEMS
from analysis.estimation.reliability import NO_INVERSE, NO_MOMENTS
from analysis.estimation.resampling import weights
from analysis.results import KEY, NO_INTERVAL, Row
from analysis.stats.bca import bca
from analysis.stats.consistency import (
    alpha,
    alpha_clustered,
    alpha_feldt,
    alpha_standardized,
    lambda2,
    lambda6,
    mean_interitem_r,
)
from analysis.stats.factor import fit_one_factor, omega
from analysis.stats.incomplete import alpha_fiml, omega_fiml
from analysis.stats.ordinal import omega_categorical
from analysis.stats.value import Array, Value

FIVE = book(items("H1", 5))


def by_place(table: an.Estimates, partner: str = "w") -> dict[tuple[str, str], Row]:
    """Return the rows of one partner on the one scale there is; not the rows of no scale."""
    rows = list(table.where(partner=partner, scale="H1"))
    found = {(row["statistic"], row["variant"]): row for row in rows}
    assert len(found) == len(rows)
    return found


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
    return float(1 - rest.var() / x[:, j].var())


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
RESAMPLED |= {"alpha_standardized": alpha_standardized}


def drawn_alike(data: an.Couples, persons: Array, statistic: Callable[[Array], float]) -> tuple[Array, Array]:
    """Return a statistic of every resample and of all couples but one, by a loop; persons (couples, slots, k)."""
    n = len(persons)
    replicates = [
        statistic(complete(np.repeat(persons, times.astype(int), axis=0).reshape(-1, persons.shape[2])))
        for times in weights(data)
    ]
    others = [statistic(complete(np.delete(persons, i, axis=0).reshape(-1, persons.shape[2]))) for i in range(n)]
    return np.array(replicates), np.array(others)


def of_answers(of: Callable[[Array], Array]) -> Callable[[Array], float]:
    """Return the function of persons' answers that is a function of their covariance."""
    return lambda x: float(of(np.cov(x, rowvar=False)))


@pytest.mark.parametrize("has_roles", [True, False])
def test_bootstrap_rows_are_bca_intervals_of_a_loop_over_the_same_draws(has_roles: bool) -> None:  # noqa: FBT001
    data, cells = with_holes(FIVE, roles=ROLES if has_roles else None)
    found = by_place(an.reliability(data, bootstrap=True), "m" if has_roles else "both")
    persons, pooled = cells[:, 1:] if has_roles else cells, "" if has_roles else "_pooled"
    kernels: dict[str, Callable[[Array], float]] = {name: of_answers(of) for name, of in RESAMPLED.items()}
    kernels["omega"] = lambda x: fit_one_factor(np.cov(x, rowvar=False, ddof=0)).omega
    for name, kernel in kernels.items():
        row = found[name + pooled if name in ("alpha", "omega") else name, "bootstrap"]
        replicates, others = drawn_alike(data, persons, kernel)
        expected = bca(row["estimate"], replicates, others, 0.95)
        # Two ways to the same maximum end 1e-9 apart; closed forms differ by rounding alone.
        limits = pytest.approx([expected.lower, expected.upper, expected.se], rel=1e-7)
        assert [row["lower"], row["upper"], row["se"]] == limits, name
        assert row["estimate"] == found[row["statistic"], ""]["estimate"]
        assert row["method"] == "BCa bootstrap of couples, 100 resamples"


def test_categorical_omega_is_resampled_on_request_alone() -> None:
    data = made(book(items("H1", 3)), 60, seed=3)
    assert ("omega_categorical", "bootstrap") not in by_place(an.reliability(data, bootstrap=True))
    row = by_place(an.reliability(data, bootstrap=True, categorical=True))["omega_categorical", "bootstrap"]
    replicates, others = drawn_alike(
        data, data.cube("H1")[:, :1], lambda x: omega_categorical(x.astype(int), 5).estimate
    )
    lost = int(np.isnan(replicates).sum())
    assert (f"{lost} of {len(replicates):,} resamples have no value" in row["note"]) == (lost > 0)
    expected = bca(row["estimate"], replicates, others, 0.95)
    # Angles of a resample are known to the square of the last step, 1e-4 (RESAMPLED_STEP).
    assert [row["lower"], row["upper"]] == pytest.approx([expected.lower, expected.upper], abs=1e-5)


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


def test_who_left_an_answer_out_is_told_what_would_use_the_others() -> None:
    data, _ = with_holes(FIVE)
    assert an.reliability(data).notes == (NOT_LISTWISE,)
    assert "reliability(couples, fiml=True)" in NOT_LISTWISE
    assert not an.reliability(data, fiml=True).notes
    assert not an.reliability(made(FIVE, absent=[(0, 0)])).notes  # an absent partner is no missing answer


def test_full_information_is_there_where_nobody_answered_everything() -> None:
    cells = answers(FIVE, 60)
    cells[np.arange(60), 0, np.arange(60) % 5] = np.nan
    found = by_place(an.reliability(couples(FIVE, cells), fiml=True))
    assert found["alpha", ""]["note"] == "couples with a person complete on all 5 items: 0; 3 are needed"
    assert 0 < found["alpha", "fiml"]["lower"] < found["alpha", "fiml"]["estimate"] < 1
    assert found["alpha", "fiml"]["n_persons"] == 60


def test_a_constant_item_has_no_full_information() -> None:
    cells = answers(FIVE, 60)
    cells[:, 0, 1], cells[0, 0, 0] = 2.0, np.nan
    found = by_place(an.reliability(couples(FIVE, cells), fiml=True))
    assert (
        found["alpha", "fiml"]["note"]
        == found["omega", "fiml"]["note"]
        == ("an item is constant: H1_2: full information has no covariances to start from")
    )


def test_items_that_determine_each_other_or_never_meet_have_no_full_information() -> None:
    cells = answers(FIVE, 60).astype(float)
    cells[0, 0, 0] = np.nan
    cells[:30, 0, 1], cells[30:, 0, 2] = np.nan, np.nan
    found = by_place(an.reliability(couples(FIVE, cells), fiml=True))
    assert found["alpha", "fiml"]["note"] == NO_MOMENTS


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
    table = an.reliability(
        made(FIVE, n, roles=ROLES if has_roles else None), bootstrap=True, fiml=True, categorical=True
    )
    persons = n if has_roles else 2 * n
    few = f"couples with a person complete on all 5 items: {n}; 3 are needed"
    singular = f"persons complete on all 5 items: {persons}; more than 5 are needed (singular covariances)"
    notes = {row["note"] for row in table.where(scale="H1")}
    if n == 2:
        assert notes == {few}
        assert table.frame["estimate"].isna().all()
    else:
        assert (singular in notes) == (persons <= 5)
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
    constant = f"items are constant: {', '.join(f'H1_{i}' for i in range(1, 6))}"
    assert found["omega_observed", ""]["note"] == found["omega_categorical", ""]["note"] == constant
    assert not any(variant == "bootstrap" for _, variant in found)  # what does not exist is not resampled


def test_perfectly_correlated_items_say_what_they_leave_undone() -> None:
    cells = answers(FIVE, 40)
    cells[:, :, 1] = cells[:, :, 0]
    table = an.reliability(couples(FIVE, cells), bootstrap=True)
    every_gap_has_its_reason(table)
    found = by_place(table)
    assert found["alpha", ""]["lower"] < found["alpha", ""]["estimate"] < 1
    assert found["lambda6", ""]["note"] == found["omega", ""]["note"] == DETERMINED


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


def test_eleven_categories_still_are_categories() -> None:
    found = by_place(an.reliability(made(book(items("H1", 4, low=0, high=10)), 60)))
    assert "categories: take omega" not in found["omega_categorical", ""]["note"]


# --------------------------------------------------------------------------------------------------------- facets
