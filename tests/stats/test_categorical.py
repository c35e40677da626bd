"""Agreement of partners on an item: the reference, identities, naive loops, influence by finite differences."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import product

import numpy as np
import pytest
from item_tables import Item, items, skewed_pair
from oracles import close
from scipy import stats as scipy_stats
from second import numeric_influence
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from analysis.stats.categorical import (
    LINEAR,
    NOMINAL,
    QUADRATIC,
    SCHEMES,
    Scheme,
    brennan_prediger_scheme,
    corrected,
    corrected_value,
    exact,
    gwet_scheme,
    influence,
    kappa_scheme,
    mean_abs_difference,
    share_value,
    within_1,
)
from analysis.stats.concordance import concordance, icc_pairwise
from analysis.stats.contingency import cells, symmetrised, tables
from analysis.stats.value import Array, Value

REFERENCE: dict[str, Callable[[int], Scheme]] = {
    "kappa_unweighted": SCHEMES["kappa"],
    "kappa_linear": SCHEMES["kappa_linear"],
    "kappa_quadratic": SCHEMES["kappa_quadratic"],
    "gwet_AC1": SCHEMES["ac1"],
    "gwet_AC2_quadratic": SCHEMES["ac2"],
    "gwet_AC2_linear": partial(gwet_scheme, power=LINEAR),
    "brennan_prediger_quadratic": SCHEMES["brennan_prediger"],
    "brennan_prediger_unweighted": partial(brennan_prediger_scheme, power=NOMINAL),
    "brennan_prediger_linear": partial(brennan_prediger_scheme, power=LINEAR),
}
SYMMETRISED = {f"kappa_symmetrised_{name.removeprefix('kappa_')}": name for name in REFERENCE if "kappa" in name}
SHARES = {"exact_agreement_percent": exact, "within1_agreement_percent": within_1}
COLUMNS = ("lower", "upper", "se", "df")
CLOSED_FORM = 1e-9


def differences(ours: Value, theirs: dict[str, float], columns: tuple[str, ...] = COLUMNS) -> list[str]:
    found = {"value": ours.estimate, **{name: getattr(ours, name) for name in columns}}
    return [f"{name}: {found[name]} {theirs[name]}" for name in found if not close(found[name], theirs[name], 1e-9)]


@pytest.mark.parametrize("item", items(), ids=str)
def test_coefficients_intervals_and_errors_are_those_of_the_reference(item: Item) -> None:
    compared = 0
    for name, scheme in REFERENCE.items():
        if name in item.reference:
            theirs, ours = item.reference[name], corrected_value(item.table, scheme(item.categories), 0.95)
            assert (name, differences(ours, theirs)) == (name, [])
            assert item.table.sum() == theirs["n"]
            compared += 1
    assert compared == (6 if item.exchangeable else 9)


@pytest.mark.parametrize("item", [item for item in items() if item.exchangeable], ids=str)
def test_symmetrised_kappas_are_those_of_the_reference(item: Item) -> None:
    for symmetrised_name, name in SYMMETRISED.items():
        ours = corrected(symmetrised(item.table), REFERENCE[name](item.categories))
        assert float(ours) == pytest.approx(item.reference[symmetrised_name]["value"], rel=CLOSED_FORM, abs=CLOSED_FORM)


@pytest.mark.parametrize("item", items(), ids=str)
def test_shares_and_the_mean_difference_are_those_of_the_reference(item: Item) -> None:
    for name, share in SHARES.items():
        assert 100 * float(share(item.table)) == pytest.approx(item.reference[name]["value"], rel=CLOSED_FORM)
    assert float(mean_abs_difference(item.table)) == pytest.approx(item.reference["mean_abs_difference"]["value"])


def test_the_reference_holds_a_gap_a_floor_and_exchangeable_partners() -> None:
    found = items()
    assert {"m_gap", "e_skewed", "c_exchangeable", "h_constant", "l_bifactor"} <= {item.frame for item in found}
    assert len(found) > 50


@pytest.mark.parametrize("item", items(), ids=str)
def test_quadratic_kappa_is_the_concordance_correlation_and_symmetrised_the_double_entry_one(item: Item) -> None:
    scheme = SCHEMES["kappa_quadratic"](item.categories)
    x, y = item.first.astype(float), item.second.astype(float)
    ccc, r = concordance(x, y, 0.95).ccc.estimate, icc_pairwise(x, y, 0.95).estimate
    if np.isfinite(ccc):
        assert float(corrected(item.table, scheme)) == pytest.approx(ccc, rel=CLOSED_FORM, abs=CLOSED_FORM)
    assert float(corrected(symmetrised(item.table), scheme)) == pytest.approx(r, rel=CLOSED_FORM, abs=CLOSED_FORM)


@pytest.mark.parametrize(
    ("name", "weights"), [("kappa", None), ("kappa_linear", "linear"), ("kappa_quadratic", "quadratic")]
)
def test_kappas_are_those_of_statsmodels(name: str, weights: str | None) -> None:
    x, y = skewed_pair(80)
    table = tables(cells(x, y, 5), 5)
    theirs, ours = cohens_kappa(table, wt=weights), corrected_value(table, SCHEMES[name](5), 0.95)
    assert (ours.estimate, ours.se) == pytest.approx((theirs.kappa, theirs.std_kappa), rel=CLOSED_FORM)
    assert (ours.lower, ours.upper) == pytest.approx((theirs.kappa_low, theirs.kappa_upp), rel=CLOSED_FORM)


def of_couples(x: Array, y: Array, scheme: Scheme, *, both_orders: bool) -> Callable[[Array], float]:
    """Return the coefficient as a function of how much each couple counts."""

    def coefficient(weights: Array) -> float:
        table = np.zeros((5, 5))
        np.add.at(table, (x, y), weights)
        return float(corrected(symmetrised(table) if both_orders else table, scheme))

    return coefficient


@pytest.mark.parametrize("both_orders", [False, True])
@pytest.mark.parametrize("name", SCHEMES)
def test_a_cells_influence_is_what_one_couple_more_does(name: str, both_orders: bool) -> None:  # noqa: FBT001
    x, y = (codes.astype(int) for codes in skewed_pair(40))
    table, scheme = tables(cells(x.astype(float), y.astype(float), 5), 5), SCHEMES[name](5)
    found = influence(symmetrised(table) if both_orders else table, scheme)[x, y]
    numeric = numeric_influence(of_couples(x, y, scheme, both_orders=both_orders), 40)
    assert found == pytest.approx(numeric, rel=1e-5, abs=1e-6)
    assert found.mean() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", SCHEMES)
def test_the_error_of_a_symmetrised_coefficient_is_that_over_couples(name: str) -> None:
    x, y = (codes.astype(int) for codes in skewed_pair(60))
    scheme = SCHEMES[name](5)
    both = symmetrised(tables(cells(x.astype(float), y.astype(float), 5), 5))
    over_couples = influence(both, scheme)[x, y]
    divisor = 60 * 59 if scheme.pooled else 60**2
    assert corrected_value(both, scheme, 0.95).se == pytest.approx(np.sqrt((over_couples**2).sum() / divisor))


@cache
def replicates(both_orders: bool) -> tuple[dict[str, Array], dict[str, float]]:  # noqa: FBT001
    """Return coefficients of simulated couples and the mean standard error."""
    rng = np.random.default_rng(5)
    shares = np.outer([0.4, 0.2, 0.2, 0.1, 0.1], [0.3, 0.3, 0.1, 0.2, 0.1]) / 2 + np.diag([0.3, 0.1, 0.05, 0.03, 0.02])
    drawn = rng.multinomial(200, (shares / shares.sum()).ravel(), 1500).reshape(-1, 5, 5).astype(float)
    drawn = symmetrised(drawn) if both_orders else drawn
    values = {name: corrected(drawn, scheme(5)) for name, scheme in SCHEMES.items()}
    errors = {
        name: float(np.mean([corrected_value(table, scheme(5), 0.95).se for table in drawn[:200]]))
        for name, scheme in SCHEMES.items()
    }
    return values, errors


@pytest.mark.parametrize(("name", "both_orders"), list(product(SCHEMES, (False, True))))
def test_the_standard_error_is_the_spread_of_estimates(name: str, both_orders: bool) -> None:  # noqa: FBT001
    values, errors = replicates(both_orders)
    assert errors[name] == pytest.approx(values[name].std(), rel=0.08)


@pytest.mark.parametrize("name", SCHEMES)
def test_many_tables_at_once_are_each_alone(name: str) -> None:
    many = np.random.default_rng(2).integers(0, 9, (3, 4, 5, 5)).astype(float)
    scheme = SCHEMES[name](5)
    alone = [[float(corrected(table, scheme)) for table in row] for row in many]
    assert corrected(many, scheme) == pytest.approx(np.array(alone), rel=1e-12)


@pytest.mark.parametrize("name", SCHEMES)
def test_swapping_roles_and_turning_the_scale_change_nothing(name: str) -> None:
    x, y = skewed_pair(50)
    scheme = SCHEMES[name](5)
    value = corrected_value(tables(cells(x, y, 5), 5), scheme, 0.95)
    for a, b in ((y, x), (4 - x, 4 - y)):
        assert corrected_value(tables(cells(a, b, 5), 5), scheme, 0.95) == pytest.approx(value, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", ["ac1", "ac2", "brennan_prediger"])
def test_pooled_coefficients_do_not_change_when_some_couples_are_swapped(name: str) -> None:
    x, y = skewed_pair(50)
    turned = np.arange(50) % 3 == 0
    swapped = tables(cells(np.where(turned, y, x), np.where(turned, x, y), 5), 5)
    value = corrected_value(tables(cells(x, y, 5), 5), SCHEMES[name](5), 0.95)
    assert corrected_value(swapped, SCHEMES[name](5), 0.95) == pytest.approx(value, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", SCHEMES)
def test_perfect_agreement_is_one_without_an_interval(name: str) -> None:
    value = corrected_value(np.diag([3.0, 4.0, 0.0, 1.0, 0.0]), SCHEMES[name](5), 0.95)
    assert value == pytest.approx(Value(1.0), nan_ok=True)


@pytest.mark.parametrize("name", SCHEMES)
def test_one_answer_of_all_is_no_kappa_and_perfect_for_the_others(name: str) -> None:
    value = corrected_value(np.diag([0.0, 0.0, 9.0]), SCHEMES[name](3), 0.95)
    assert np.isnan(value.estimate) if "kappa" in name else value.estimate == 1
    assert np.isnan(value.se)


def test_a_constant_partner_makes_kappa_exactly_zero_with_an_error_of_zero() -> None:
    rng = np.random.default_rng(1)
    for answer, name in product(range(5), ("kappa", "kappa_linear", "kappa_quadratic")):
        for counts in rng.integers(1, 30, (10, 5)).astype(float):
            table = np.zeros((5, 5))
            table[:, answer] = counts
            value = corrected_value(table, SCHEMES[name](5), 0.95)
            assert (value.estimate, value.lower, value.upper, value.se) == (0, 0, 0, 0)


@pytest.mark.parametrize("name", SCHEMES)
def test_nobody_and_one_couple_have_no_interval(name: str) -> None:
    assert np.isnan(corrected_value(np.zeros((3, 3)), SCHEMES[name](3), 0.95)).all()
    one = np.zeros((3, 3))
    one[0, 2] = 1
    assert np.isnan(corrected_value(one, SCHEMES[name](3), 0.95)[1:]).all()


def test_coefficients_may_be_negative() -> None:
    table = np.array([[1.0, 10.0], [12.0, 2.0]])
    assert all(float(corrected(table, scheme(2))) < -0.5 for scheme in SCHEMES.values())


def test_an_unused_category_inside_the_scale_changes_linear_kappa_and_one_at_the_end_does_not() -> None:
    gap, end = (np.zeros((4, 4)) for _ in range(2))
    used = np.array([[9.0, 2.0, 1.0], [3.0, 6.0, 2.0], [0.0, 2.0, 8.0]])
    gap[np.ix_([0, 1, 3], [0, 1, 3])] = end[:3, :3] = used
    alone = float(corrected(used, kappa_scheme(3, LINEAR)))
    assert float(corrected(end, kappa_scheme(4, LINEAR))) == pytest.approx(alone, rel=1e-12)
    assert abs(float(corrected(gap, kappa_scheme(4, LINEAR))) - alone) > 0.005


@pytest.mark.parametrize("share", [exact, within_1])
def test_intervals_of_shares_are_wilsons(share: Callable[[Array], Array]) -> None:
    x, y = skewed_pair(37)
    table = tables(cells(x, y, 5), 5)
    agreeing = round(37 * float(share(table)))
    ours, theirs = share_value(table, share, 0.9), proportion_confint(agreeing, 37, 0.1, method="wilson")
    assert (ours.lower, ours.upper) == pytest.approx(theirs, rel=1e-9)
    assert share_value(np.diag([4.0, 5.0]), share, 0.9).upper == 1
    assert np.isnan(share_value(np.zeros((2, 2)), share, 0.9)).all()


def test_agreement_by_hand() -> None:
    # Couples (1, 1), (1, 2), (3, 1), (2, 2) of three categories: agreement 2/4; margins 2 1 1 and 2 2 0.
    table = tables(cells(np.array([0.0, 0, 2, 1]), np.array([0.0, 1, 0, 1]), 3), 3)
    assert (float(exact(table)), float(within_1(table)), float(mean_abs_difference(table))) == (0.5, 0.75, 0.75)
    by_chance = (2 * 2 + 1 * 2 + 1 * 0) / 16
    assert float(corrected(table, kappa_scheme(3, NOMINAL))) == pytest.approx((0.5 - by_chance) / (1 - by_chance))
    pi = np.array([4, 3, 1]) / 8
    ac1 = (pi * (1 - pi)).sum() / 2
    assert float(corrected(table, gwet_scheme(3, NOMINAL))) == pytest.approx((0.5 - ac1) / (1 - ac1))
    quadratic = 1 - np.array([[0, 1, 4], [1, 0, 1], [4, 1, 0]]) / 4
    agreed, chance = (quadratic * table / 4).sum(), quadratic.mean()
    found = corrected(table, brennan_prediger_scheme(3, QUADRATIC))
    assert float(found) == pytest.approx((agreed - chance) / (1 - chance))


def test_the_interval_of_gwets_coefficient_is_made_on_students_t() -> None:
    x, y = skewed_pair(12)
    value = corrected_value(tables(cells(x, y, 5), 5), SCHEMES["ac1"](5), 0.8)
    assert value.df == 11
    assert value.lower == pytest.approx(value.estimate - scipy_stats.t.ppf(0.9, 11) * value.se)


def test_the_reference_could_be_missed() -> None:
    item = next(item for item in items() if item.frame == "m_gap")
    wrong = corrected_value(item.table, kappa_scheme(item.categories, LINEAR), 0.95)
    assert differences(wrong, item.reference["kappa_unweighted"])
