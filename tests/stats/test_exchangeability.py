"""Closed forms and fits of equal moments against lavaan's numbers, a plain optimiser, and what must not change them."""

from functools import cache
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from oracles import FRAMES, close, couples, numbers, shared
from scipy.optimize import minimize
from scipy.stats import ttest_rel

from analysis.stats.equal_moments import COMPONENTS, CROSS, MEANS, VARIANCES, WITHIN, equal_moments_chi2
from analysis.stats.exchangeability import (
    binding,
    chi_square_size,
    components,
    determined,
    exchangeability,
    hotelling,
    with_bartlett_factor,
)
from analysis.stats.structure_fit import misfit
from analysis.stats.swaps import swap_omnibus
from analysis.stats.value import Array, Value

NAMES = {"means": MEANS, "variances": VARIANCES, "intrapersonal": WITHIN, "interpersonal": CROSS}
VARIANTS = {
    "alone against the saturated model": "",
    "released from the full model": "released",
    "sequential (variances, intra, inter, means)": "sequential",
}
OTHER_CONVENTIONS = ("isat_chisq_n_minus_1", "isat_rmsea")  # of the same chi-square
FEWEST_ROWS = 500


def oracle_rows() -> list[dict[Any, Any]]:
    """Return the reference rows but those of full information and of other conventions."""
    table = numbers("08_distinguishability")
    kept = table["frame"].isin(list(FRAMES)) & ~table["statistic"].isin(OTHER_CONVENTIONS)
    return table[kept & ~table["variant"].str.contains("FIML")].to_dict("records")


@cache
def sample(frame: str, scale: str, kind: str) -> tuple[Array, Array]:
    data = couples(frame)
    codes = scale.split("+")
    by_item = "items" in kind
    scores = np.concatenate([data.cube(code) for code in codes], axis=2) if by_item else data.scored(codes)
    complete = scores[np.isfinite(scores).all(axis=(1, 2))]
    return complete[:, 0], complete[:, 1]


@cache
def ours(frame: str, scale: str, kind: str) -> dict[tuple[str, str], Value]:
    x, y = sample(frame, scale, kind)
    parts = components(x, y) if x.shape[1] < 12 else {}
    whole = exchangeability(x, y)
    return parts | {
        ("isat_chisq", ""): whole,
        ("isat_chisq_bartlett_type", ""): with_bartlett_factor(whole, *x.shape),
        ("hotelling_T2_means", ""): hotelling(x, y),
    }


def key_of(row: dict[Any, Any]) -> tuple[str, str, tuple[str, str]]:
    kind, *rest = str(row["variant"]).split("; ")
    if row["statistic"] != "isat_component_chisq":
        return str(row["scale"]), kind, (str(row["statistic"]), "")
    return str(row["scale"]), kind, (NAMES[rest[0]], VARIANTS.get(rest[1], rest[1]))


@pytest.mark.parametrize("frame", sorted({str(row["frame"]) for row in oracle_rows()}))
def test_every_column_of_every_reference_row(frame: str) -> None:
    compared = 0
    for row in (row for row in oracle_rows() if row["frame"] == frame):
        scale, kind, key = key_of(row)
        x, y = sample(frame, scale, kind)
        if row["statistic"] == "isat_exact_swap_p":
            assert swap_omnibus(x, y, 10, np.random.default_rng(1)).p == row["value"] == row["p"]
        elif row["statistic"] == "isat_covariances_chisq" or key[1] == "given equal covariances":
            means = components(x, y)[MEANS, "released"].estimate  # given equal covariances
            expected = exchangeability(x, y).estimate - means if "covariances" in row["statistic"] else means
            assert close(expected, float(row["value"]), 1e-9)
        else:
            value = ours(frame, scale, kind)[key]
            exact = key[0] in ("isat_chisq", "isat_chisq_bartlett_type", "hotelling_T2_means") or key == (MEANS, "")
            for found, column in ((value.estimate, "value"), (value.df, "df"), (value.p, "p")):
                assert close(found, float(row[column]), 1e-9 if exact else 1e-5), (row, found)
            assert value.test == value.estimate
            if key[0] == "hotelling_T2_means":
                assert f"df2={value.df2:.0f}" in str(row["note"])
        assert len(x) == row["n"]
        compared += 1
    assert compared


def test_all_reference_rows_are_compared() -> None:
    assert len(oracle_rows()) >= FEWEST_ROWS


def people(n: int = 40, p: int = 3, seed: int = 1) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(n, 1))
    return shared + rng.normal(size=(n, p)), shared + rng.normal(size=(n, p)) * 1.3 + 0.2


@pytest.mark.parametrize("equal", [{VARIANCES}, {WITHIN}, {CROSS}, {MEANS, WITHIN}, {MEANS, VARIANCES, CROSS}, {MEANS}])
def test_a_plain_optimiser_finds_the_same_maximum(equal: set[str]) -> None:
    x, y = people(p=2)
    both = np.hstack([x, y])

    def deviance(theta: Array) -> float:
        a, b, c = np.zeros((2, 2)), np.zeros((2, 2)), theta[6:10].reshape(2, 2).copy()
        a[np.triu_indices(2)], b[np.triu_indices(2)] = theta[:3], theta[3:6]
        a, b = a + np.triu(a, 1).T, b + np.triu(b, 1).T
        mean_y = theta[12:14].copy()
        if VARIANCES in equal:
            np.fill_diagonal(b, np.diagonal(a))
        if WITHIN in equal:
            b[0, 1] = b[1, 0] = a[0, 1]
        if CROSS in equal:
            c[1, 0] = c[0, 1]
        if MEANS in equal:
            mean_y = theta[10:12]
        off = both - np.concatenate([theta[10:12], mean_y])
        value = misfit(np.block([[a, c], [c.T, b]]), off.T @ off / len(off))
        return min(value, 1e6)

    cov = np.cov(both.T, ddof=0)
    upper = np.triu_indices(2)
    start = np.concatenate([cov[:2, :2][upper], cov[2:, 2:][upper], cov[:2, 2:].ravel() * 0.9, both.mean(axis=0)])
    found = minimize(deviance, start, method="BFGS", options={"gtol": 1e-7})
    expected = len(x) * (found.fun - np.linalg.slogdet(cov)[1] - 4)
    assert equal_moments_chi2(x, y, frozenset(equal)) == pytest.approx(expected, abs=1e-5)


def test_every_component_bound_gives_the_closed_forms() -> None:
    x, y = people()
    whole = frozenset(COMPONENTS)
    assert equal_moments_chi2(x, y, whole) == pytest.approx(exchangeability(x, y).estimate, rel=1e-9)
    square = hotelling(x, y).estimate
    assert equal_moments_chi2(x, y, frozenset({MEANS})) == pytest.approx(40 * np.log(1 + square / 39), rel=1e-9)


def test_one_score_has_means_and_variances_and_its_variances_are_a_correlation() -> None:
    x, y = people(p=1)
    parts = components(x, y)
    assert set(binding(1)) == {MEANS, VARIANCES}
    assert {name for name, _ in parts} == {MEANS, VARIANCES}
    r = np.corrcoef((x + y)[:, 0], (x - y)[:, 0])[0, 1]
    assert parts[VARIANCES, ""].estimate == pytest.approx(-40 * np.log(1 - r**2), rel=1e-9)
    assert hotelling(x, y).p == pytest.approx(ttest_rel(x[:, 0], y[:, 0]).pvalue, rel=1e-9)


def test_the_sequence_adds_up_and_a_released_component_is_what_it_adds() -> None:
    x, y = people(60, 5)
    parts = components(x, y)
    total = exchangeability(x, y)
    assert sum(parts[name, "sequential"].estimate for name in COMPONENTS) == pytest.approx(total.estimate, rel=1e-8)
    assert sum(parts[name, ""].df for name in COMPONENTS) == total.df == 30
    for name in COMPONENTS:
        rest = frozenset(COMPONENTS) - {name}
        expected = total.estimate - equal_moments_chi2(x, y, rest)
        assert parts[name, "released"].estimate == pytest.approx(expected, rel=1e-7)


CHANGES = {
    "roles exchanged": lambda x, y: (y, x),
    "couples in another order": lambda x, y: (x[::-1], y[::-1]),
    "scores in another order": lambda x, y: (x[:, ::-1], y[:, ::-1]),
    "a score reversed": lambda x, y: (x * [1, -1, 1], y * [1, -1, 1]),
    "scores in other units": lambda x, y: (x * [1, 100, 0.01] + 50, y * [1, 100, 0.01] + 50),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_no_statistic(change: object) -> None:
    x, y = people()
    changed = change(x, y)  # type: ignore[operator]
    assert exchangeability(*changed).estimate == pytest.approx(exchangeability(x, y).estimate, rel=1e-9)
    assert hotelling(*changed).estimate == pytest.approx(hotelling(x, y).estimate, rel=1e-9)
    after = components(*changed)
    for key, value in components(x, y).items():
        assert after[key].estimate == pytest.approx(value.estimate, rel=1e-6, abs=1e-8)


def test_near_the_fewest_couples_fits_still_come_to_rest() -> None:
    x, y = people(30, 12)
    assert not any(isnan(value.estimate) for value in components(x, y).values())


@pytest.mark.parametrize("p", [1, 2, 5])
def test_fewer_couples_than_scores_of_both_partners_determine_a_score(p: int) -> None:
    assert determined(*people(2 * p, p))
    assert not determined(*people(2 * p + 1, p))


def test_constant_equal_and_summed_scores_are_determined() -> None:
    x, y = people()
    constant = x.copy()
    constant[:, 0] = 3.0
    summed = x.copy()
    summed[:, 2] = x[:, 0] + x[:, 1]
    for first, second in ((constant, y), (y, constant), (x, x), (summed, y), (x, 6 - x)):
        assert determined(first, second)


@pytest.mark.parametrize(("n", "p"), [(50, 1), (50, 5), (30, 3)])
def test_the_size_of_chi_square_is_that_of_simulated_exchangeable_couples(n: int, p: int) -> None:
    rng = np.random.default_rng(2)
    draws = 1500
    below = sum(exchangeability(*rng.normal(size=(2, n, p))).p < 0.05 for _ in range(draws))
    assert below / draws == pytest.approx(chi_square_size(n, p), abs=0.03)


ACITELLI = "data/acitelli_couples/acitelli_individual.csv"


@pytest.mark.parametrize("scales", ["satisfaction+other_pos", "tension+self_pos", "satisfaction", "self_pos"])
def test_acitellis_couples_have_their_reference_numbers(scales: str) -> None:
    rows = pd.read_csv(shared(*ACITELLI.split("/"))).sort_values(["cuplid", "gender"])
    x, y = rows[scales.split("+")].to_numpy(float).reshape(-1, 2, len(scales.split("+"))).swapaxes(0, 1)
    table = numbers("real_data_oracles")
    table = table[(table["frame"] == ACITELLI) & (table["scale"] == scales)]
    parts, whole = components(x, y), exchangeability(x, y)
    compared = 0
    for row in table[table["statistic"].isin(["isat_chisq", "isat_component_chisq"])].to_dict("records"):
        key = key_of(row)[2]
        value = whole if row["statistic"] == "isat_chisq" else parts.get(key)
        if value:
            assert close(value.estimate, row["value"], 1e-6)
            assert close(value.p, row["p"], 1e-5)
            compared += 1
    assert compared == 1 + len(parts) - (2 if len(parts) == 6 else 0)  # without a sequence of two components


def test_the_published_value_of_acitellis_couples_has_divisor_n_minus_1() -> None:
    rows = pd.read_csv(shared(*ACITELLI.split("/"))).sort_values(["cuplid", "gender"])
    x, y = rows[["satisfaction", "other_pos"]].to_numpy(float).reshape(-1, 2, 2).swapaxes(0, 1)
    assert exchangeability(x, y).estimate * 147 / 148 == pytest.approx(9.192, abs=5e-4)
