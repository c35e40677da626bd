"""What must not change, and what must change how: swapped partners, other orders and names, rescaled answers.

Hypothesis draws the answers: few couples, few categories, many blanks, so that constants, perfect correlations and
empty cells are common. Both tables come from the same way: file, intake, analyses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import isclose, isnan

import numpy as np
import pandas as pd
from handmade import ROLES, answers, book, couples, frame, items
from handmade import everything as every_row
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import analysis as an
from analysis.estimation.resampling import OUTSIDE
from analysis.results import KEY, NUMBERS, Row
from analysis.stats.value import Array

BOOK = book(
    items("H1", 3),
    items("H2", 2, referent="couple"),
    items("H3", 1, keyed=-1),
    items("U1", 2),
    [an.Item("U1_partner", "U1", 1, 5, referent="partner", mirrors=("U1_1",))],
)
COUNT = len(BOOK.items)
WHOLE = st.integers(1, 5).map(float)
ANSWERS = st.integers(3, 9).flatmap(
    lambda n: arrays(object, (n, 2, COUNT), elements=st.one_of(WHOLE, WHOLE, WHOLE, st.just(np.nan)))
)
few = settings(max_examples=8, deadline=None, derandomize=True)

# Closed forms are the same sums in another order, 1e-9; maximum likelihood stops at steps of 1e-10 in standard
# deviations, and a flat likelihood or a near-perfect fit multiplies that.
CLOSED_FORM, ML = 1e-9, 1e-5
OF_ML = ("omega", "omega_pooled", "omega_observed", "omega_if_dropped", "loading", "lambda6")
LEFT_OUT = ("omega_categorical", "component_loading")
SIGNED = ("mean_difference", "d_z", "d_av", "location_shift", "loa_bias", "directional_bias")
LIMITS = {"loa_lower": "loa_upper", "loa_upper": "loa_lower"}
Change = Callable[[Row], Row]


def everything(data: an.Couples) -> an.Estimates:
    """Return the results that must not change: closed forms and one-factor models.

    Categories depend on the declared ones; the first component of uncorrelated items is any of them; what models of two
    scales or two partners and resampled couples make of three to nine couples is left to :func:`models`, on more.
    """
    parts = (an.describe, an.items, an.reliability, an.agreement, an.profiles)
    rows = [row for part in parts for row in part(data) if row["statistic"] not in LEFT_OUT]
    return an.Estimates(rows)


def keep(row: Row) -> Row:
    return row


def mirrored(row: Row, about: float = 0.0) -> Row:
    """Return the row with its estimate, interval and test turned round a point."""
    turned = {name: about - row[name] for name in ("estimate", "test")}
    turned["test"] = -row["test"]
    return row | turned | {"lower": about - row["upper"], "upper": about - row["lower"]}


def inverse(row: Row) -> Row:
    """Return the row of a ratio turned upside down; its test is that of a logarithm or of a correlation."""
    ends = {"lower": 1 / row["upper"], "upper": 1 / row["lower"], "se": row["se"] / row["estimate"] ** 2}
    return row | ends | {"estimate": 1 / row["estimate"], "test": -row["test"]}


def differences(one: an.Estimates, other: an.Estimates, change: Change = keep) -> list[str]:
    """Return where the second table is not the first with every row changed, in words."""
    expected = {tuple(row[key] for key in KEY): row for row in map(change, one)}
    found = {tuple(row[key] for key in KEY): row for row in other}
    lines = [f"only in one: {place}" for place in expected.keys() ^ found.keys()]
    for place in expected.keys() & found.keys():
        tolerance = ML if found[place]["statistic"] in OF_ML else CLOSED_FORM
        for column in (*NUMBERS, "n_couples", "n_persons"):
            a, b = float(expected[place][column]), float(found[place][column])
            if not (isnan(a) and isnan(b)) and not isclose(a, b, rel_tol=tolerance, abs_tol=tolerance):
                lines.append(f"{place} {column}: {a!r} became {b!r}")
    return lines


def is_drawn_p(row: Row) -> bool:
    """Say whether the row's p comes from random re-pairings."""
    return bool(row["variant"].endswith("pseudo"))


def without_drawn_p(table: an.Estimates) -> an.Estimates:
    """Return the table without p values that are a matter of the draw."""
    rows = [row | {"p": np.nan, "p_adjusted": np.nan} if is_drawn_p(row) else row for row in table]
    return an.Estimates(rows, table.notes)


def from_table(table: pd.DataFrame, roles: Mapping[str, str] | None, codebook: an.Codebook = BOOK) -> an.Couples:
    return an.couples_from_frame(
        table, codebook=codebook, couple="couple", partner="partner", roles=roles, settings=an.Settings(resamples=100)
    )


@few
@given(ANSWERS, st.randoms(use_true_random=False))
def test_swapping_exchangeable_partners_within_some_couples_changes_nothing(cells: Array, random: object) -> None:
    swapped = cells.copy()
    chosen = np.array([random.random() < 0.5 for _ in cells])  # type: ignore[attr-defined]
    swapped[chosen] = swapped[chosen, ::-1]
    data = [couples(BOOK, x, roles=None) for x in (cells, swapped)]
    one, other = (everything(each) + an.item_agreement(each) for each in data)
    assert not differences(one, other)


@few
@given(ANSWERS)
def test_exchanging_the_two_roles_mirrors_what_it_must(cells: Array) -> None:
    def exchanged(row: Row) -> Row:
        row = row | {"partner": {"w": "m", "m": "w"}.get(row["partner"], row["partner"])}
        if row["section"] != "agreement" or row["partner"] != "both":
            return row  # a perception is compared with its own side, whoever perceives
        if row["statistic"] in ("scale_shift", "sd_ratio"):
            return inverse(row)
        row = row | {"statistic": LIMITS.get(row["statistic"], row["statistic"])}
        return mirrored(row) if row["statistic"] in (*SIGNED, *LIMITS, "loa_slope") else row

    one, other = (without_drawn_p(everything(couples(BOOK, x))) for x in (cells, cells[:, ::-1]))
    assert not differences(one, other, exchanged)


@few
@given(ANSWERS, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_couples_in_the_file_changes_nothing(cells: Array, has_roles: bool, random: object) -> None:  # noqa: FBT001
    order = list(range(len(cells)))
    random.shuffle(order)  # type: ignore[attr-defined]
    roles = ROLES if has_roles else None
    one, other = (everything(couples(BOOK, x, roles=roles)) for x in (cells, cells[order]))
    assert not differences(one, other)


@few
@given(ANSWERS, st.booleans())
def test_names_of_couples_change_nothing(cells: Array, has_roles: bool) -> None:  # noqa: FBT001
    table = frame(BOOK, cells, ROLES)
    renamed = table.assign(couple=[f"{-int(name[1:]):03d} x" for name in table["couple"]])
    roles = {role: role for role in ROLES} if has_roles else None
    one, other = (everything(from_table(x, roles)) for x in (table, renamed))
    assert not differences(one, other)


@few
@given(ANSWERS)
def test_names_of_roles_change_labels_alone(cells: Array) -> None:
    labels = {"w": "Ärztin | <b>", "m": "=1+1"}
    table = frame(BOOK, cells, ROLES)
    one, other = (everything(from_table(table, roles)) for roles in ({"w": "w", "m": "m"}, labels))
    assert not differences(one, other, lambda row: row | {"partner": labels.get(row["partner"], row["partner"])})


@few
@given(ANSWERS, st.booleans())
def test_reversing_every_item_turns_means_and_differences_and_nothing_else(cells: Array, has_roles: bool) -> None:  # noqa: FBT001
    reverse = replace(BOOK, items=tuple(replace(item, keyed=-item.keyed) for item in BOOK.items))
    ends = {"floor": "ceiling", "ceiling": "floor"}

    def reversed_(row: Row) -> Row:
        if row["statistic"] in ("mean", "scale_mean"):
            return mirrored(row, about=6)
        if row["statistic"] in LIMITS and has_roles:
            return mirrored(row | {"statistic": LIMITS[row["statistic"]]})
        if row["statistic"] in ("skew", "loa_heteroscedasticity", *SIGNED):
            return mirrored(row)
        return row | {"statistic": ends.get(row["statistic"], row["statistic"])}

    roles = ROLES if has_roles else None
    one, other = (without_drawn_p(everything(couples(b, cells, roles=roles))) for b in (BOOK, reverse))
    assert not differences(one, other, reversed_)


@few
@given(ANSWERS, st.booleans(), st.sampled_from([(2, 7), (10, -30)]))
def test_rescaling_answers_and_bounds_rescales_what_is_in_scale_points(
    cells: Array,
    has_roles: bool,  # noqa: FBT001
    by: tuple[int, int],
) -> None:
    times, plus = by
    scaled = tuple(replace(item, minimum=times + plus, maximum=5 * times + plus) for item in BOOK.items)
    in_points = (
        "mean", "scale_mean", "sd", "scale_sd", "score_sem", "score_mdc", "mean_difference", "mean_abs_difference",
        "average_deviation", "directional_bias", "loa_bias", *LIMITS,
    )  # fmt: skip
    squared = ("profile_d2", "d2_elevation", "d2_scatter", "d2_shape")

    def rescaled(row: Row) -> Row:
        factor = times if row["statistic"] in in_points else times**2 if row["statistic"] in squared else 1
        shift = plus if row["statistic"] in ("mean", "scale_mean") else 0
        places = {name: factor * row[name] + shift for name in ("estimate", "lower", "upper")}
        spread = row["se"] * factor if row["statistic"] in (*in_points, *squared) else row["se"]
        return row | places | {"se": spread}

    roles = ROLES if has_roles else None
    moved = np.array([[[times * x + plus for x in person] for person in couple] for couple in cells], dtype=object)
    one, other = (
        an.Estimates([row for row in everything(data) if row["statistic"] != "rwg"])  # more answers, another null
        for data in (couples(BOOK, cells, roles=roles), couples(replace(BOOK, items=scaled), moved, roles=roles))
    )
    assert not differences(one, other, rescaled)


@few
@given(ANSWERS, st.booleans())
def test_a_couple_without_answers_changes_nothing_but_the_ledger(cells: Array, has_roles: bool) -> None:  # noqa: FBT001
    more = np.concatenate([cells, np.full((1, 2, COUNT), np.nan, dtype=object)])
    roles = ROLES if has_roles else None
    without, with_it = (couples(BOOK, x, roles=roles) for x in (cells, more))
    assert len(with_it.ledger) == len(without.ledger) + 2
    one, other = (
        an.Estimates([row for row in everything(data) if row["statistic"] != "missing"]) for data in (without, with_it)
    )
    assert not differences(one, other)  # their blank answers do count among the missing ones


@few
@given(ANSWERS, st.booleans())
def test_whatever_the_answers_counts_intervals_and_reasons_are_in_order(cells: Array, has_roles: bool) -> None:  # noqa: FBT001
    data = couples(BOOK, cells, roles=ROLES if has_roles else None)
    table = every_row(data).frame
    assert not table.duplicated(list(KEY)).any()
    assert (table["n_couples"] <= data.n).all()
    assert (table["n_persons"] <= 2 * table["n_couples"]).all()
    inside = table[table["lower"].notna() & ~table["note"].str.contains(OUTSIDE)]
    assert (inside["lower"] <= inside["estimate"]).all()
    assert (inside["estimate"] <= inside["upper"]).all()
    assert (table.loc[table["estimate"].isna(), "note"] != "").all()
    assert table["p"].dropna().between(0, 1).all()
    assert not np.isinf(table.select_dtypes("float64").to_numpy()).any()


# ----------------------------------------------------------- models of scales and partners, on couples enough for them

TWO = book(items("H1", 4), items("H2", 3), items("H2", 1, first=4, keyed=-1))
SEEDS = st.integers(0, 1000)
rarely = settings(max_examples=4, deadline=None, derandomize=True)


def models(data: an.Couples) -> an.Estimates:
    """Return every table of reliability, intervals from resampled couples among them."""
    once = (an.factor_fit(data), an.scale_pairs(data))
    drawn = (part(data, bootstrap=True) for part in (an.partner_reliability, an.block_reliability))
    rows = [row for part in (*once, an.reliability(data, bootstrap=True, fiml=True), *drawn) for row in part]
    return an.Estimates(rows)


def apart(one: an.Estimates, other: an.Estimates, change: Change = keep) -> list[str]:
    """Return the differences beyond 1e-5: models are searched for, and stop where the likelihood tells no more."""
    expected = {tuple(row[key] for key in KEY): row for row in map(change, one)}
    found = {tuple(row[key] for key in KEY): row for row in other}
    lines = [f"only in one: {place}" for place in expected.keys() ^ found.keys()]
    for place in expected.keys() & found.keys():
        for column in (*NUMBERS, "n_couples", "n_persons"):
            a, b = float(expected[place][column]), float(found[place][column])
            if not (isnan(a) and isnan(b)) and not isclose(a, b, rel_tol=ML, abs_tol=ML):
                lines.append(f"{place} {column}: {a!r} became {b!r}")
    return lines


def drawn(seed: int, n: int = 40) -> Array:
    """Return answers of couples; a few are missing."""
    cells = answers(TWO, n, seed=seed)
    cells[np.random.default_rng(seed).random(cells.shape) < 0.01] = np.nan
    return cells


@rarely
@given(SEEDS)
def test_the_order_of_couples_changes_no_model_and_no_resampled_interval(seed: int) -> None:
    cells = drawn(seed)
    for roles in ({role: role for role in ROLES}, None):
        table = frame(TWO, cells, ROLES)
        names = list(dict.fromkeys(table["couple"]))
        order = np.random.default_rng(seed).permutation(len(names))
        shuffled = pd.concat([table[table["couple"] == names[i]] for i in order])
        one, other = (models(from_table(each, roles, TWO)) for each in (table, shuffled))
        assert not apart(one, other)


@rarely
@given(SEEDS)
def test_swapping_exchangeable_partners_changes_no_model(seed: int) -> None:
    cells = drawn(seed)
    swapped = cells.copy()
    swapped[::3] = swapped[::3, ::-1]
    one, other = (models(couples(TWO, x, roles=None)) for x in (cells, swapped))
    assert not apart(one, other)


@rarely
@given(SEEDS, st.booleans())
def test_reversing_every_item_changes_no_reliability(seed: int, has_roles: bool) -> None:  # noqa: FBT001
    reverse = replace(TWO, items=tuple(replace(item, keyed=-item.keyed) for item in TWO.items))
    cells, roles = drawn(seed), ROLES if has_roles else None
    one, other = (models(couples(each, cells, roles=roles)) for each in (TWO, reverse))
    assert not apart(one, other)


@rarely
@given(SEEDS, st.booleans())
def test_rescaled_answers_rescale_the_error_of_a_score_alone(seed: int, has_roles: bool) -> None:  # noqa: FBT001
    scaled = replace(TWO, items=tuple(replace(item, minimum=13, maximum=25) for item in TWO.items))  # 3 x + 10
    cells, roles = drawn(seed), ROLES if has_roles else None
    moved = np.array([[[3 * x + 10 for x in person] for person in couple] for couple in cells], dtype=object)

    def rescaled(row: Row) -> Row:
        times = 3 if row["statistic"] in ("score_sem", "score_mdc") else 1
        return row | {name: row[name] * times for name in ("estimate", "lower", "upper", "se")}

    def of_answers(data: an.Couples) -> an.Estimates:
        """Leave out categorical omega: the categories are others."""
        return an.Estimates([row for row in models(data) if row["statistic"] != "omega_categorical"])

    one, other = of_answers(couples(TWO, cells, roles=roles)), of_answers(couples(scaled, moved, roles=roles))
    assert not apart(one, other, rescaled)


@rarely
@given(SEEDS)
def test_names_of_roles_change_no_model(seed: int) -> None:
    labels, table = {"w": "zweite", "m": "erste"}, frame(TWO, drawn(seed), ROLES)
    one, other = (models(from_table(table, roles, TWO)) for roles in ({"w": "w", "m": "m"}, labels))
    assert not apart(one, other, lambda row: row | {"partner": labels.get(row["partner"], row["partner"])})


@rarely
@given(SEEDS)
def test_exchanging_roles_turns_differences_of_reliability_and_nothing_else(seed: int) -> None:
    cells = drawn(seed)

    def exchanged(row: Row) -> Row:
        row = row | {"partner": {"w": "m", "m": "w"}.get(row["partner"], row["partner"])}
        return mirrored(row) if row["statistic"] in ("alpha_difference", "omega_difference") else row

    one, other = (models(couples(TWO, x)) for x in (cells, cells[:, ::-1]))
    assert not apart(one, other, exchanged)


@rarely
@given(SEEDS)
def test_a_couple_without_answers_changes_no_model_and_no_draw(seed: int) -> None:
    cells = drawn(seed)
    more = np.concatenate([cells, np.full((1, 2, cells.shape[2]), np.nan, dtype=object)])
    one, other = (models(couples(TWO, x)) for x in (cells, more))
    assert not apart(one, other)
