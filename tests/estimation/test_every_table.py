"""What holds for every result on every kind of data: keys, counts, intervals, reasons, and the table of statistics."""

from functools import cache

import numpy as np
import pytest
from handmade import ZOO, everything

import analysis as an
from analysis.estimation.resampling import OUTSIDE
from analysis.results import KEY, NO_INTERVAL
from analysis.statistics import statistics
from analysis.stats.value import ROUNDING


@cache
def of(name: str) -> tuple[an.Couples, an.Estimates]:
    data = ZOO[name]()
    return data, everything(data)


Z_TESTS = ("alpha_difference", "omega_difference", "latent_r")  # their test is a z, which has no degrees of freedom
every_kind = pytest.mark.parametrize("name", ZOO)


@every_kind
def test_no_two_rows_have_the_same_place(name: str) -> None:
    frame = of(name)[1].frame
    doubled = frame[frame.duplicated(list(KEY), keep=False)]
    assert doubled.empty, doubled[list(KEY)].to_string()


@every_kind
def test_every_empty_estimate_has_a_reason(name: str) -> None:
    frame = of(name)[1].frame
    silent = frame[frame["estimate"].isna() & ((frame["note"] == "") | (frame["note"] == NO_INTERVAL))]
    assert silent.empty, silent.to_string()


@every_kind
def test_an_interval_that_is_missing_from_a_statistic_that_has_one_has_its_own_reason(name: str) -> None:
    frame = of(name)[1].frame
    with_interval = frame.loc[frame["lower"].notna(), ["section", "statistic", "variant"]].drop_duplicates()
    missing = frame[frame["lower"].isna() & frame["note"].str.endswith(NO_INTERVAL)]
    assert missing.merge(with_interval, on=["section", "statistic", "variant"]).empty


@every_kind
def test_intervals_hold_their_estimate_and_name_their_level(name: str) -> None:
    frame = of(name)[1].frame
    there = frame["lower"].notna()
    assert (there == frame["upper"].notna()).all()
    assert (there == frame["confidence"].notna()).all()
    assert (frame.loc[there, "lower"] <= frame.loc[there, "upper"]).all()
    may_touch = frame["statistic"].str.endswith("rmsea")  # cut at 0 on both sides where chi-square is small
    assert (frame.loc[there & ~may_touch, "upper"] - frame.loc[there & ~may_touch, "lower"] > ROUNDING).all()
    width = ROUNDING * frame["estimate"].abs().clip(lower=1.0)
    outside = ~frame["estimate"].between(frame["lower"] - width, frame["upper"] + width) & there
    assert frame.loc[outside, "variant"].str.endswith("bootstrap").all()
    assert (frame.loc[there, "note"].str.contains(OUTSIDE) == outside[there]).all()


@every_kind
def test_counts_are_no_larger_than_the_data(name: str) -> None:
    data, table = of(name)
    assert (table.frame["n_couples"] <= data.n).all()
    assert (table.frame["n_persons"] <= data.present.sum()).all()
    assert (table.frame["n_couples"] <= table.frame["n_persons"]).all()
    assert (table.frame["n_persons"] <= 2 * table.frame["n_couples"]).all()


@every_kind
def test_numbers_are_finite_or_empty_and_tests_are_complete(name: str) -> None:
    frame = of(name)[1].frame
    numbers = frame.select_dtypes("float64").to_numpy()
    assert not np.isinf(numbers).any()
    assert frame["p"].dropna().between(0, 1).all()
    assert (frame["se"].dropna() >= 0).all()
    tested = frame[frame["test"].notna()]
    assert tested["p"].notna().all()
    assert (tested["df"].notna() | tested["statistic"].isin(Z_TESTS)).all()


@every_kind
def test_every_statistic_stands_in_the_products_table(name: str) -> None:
    frame = of(name)[1].frame
    emitted = set(zip(frame["section"], frame["statistic"], strict=True))
    assert emitted <= set(statistics())


@every_kind
def test_exchangeable_partners_get_no_row_of_one_partner(name: str) -> None:
    data, table = of(name)
    if not data.roles and not data.one_person:
        assert set(table.frame["partner"]) == {"both"}


def test_every_statistic_of_the_products_table_is_emitted_somewhere() -> None:
    found = set()
    for name in ZOO:
        frame = of(name)[1].frame
        found |= set(zip(frame["section"], frame["statistic"], strict=True))
    frame = an.coder_agreement(an.read_codings(an.demo() / "codings.csv", codes="codes")).frame
    found |= set(zip(frame["section"], frame["statistic"], strict=True))
    assert found == set(statistics())


def test_a_coefficient_stays_within_one_except_where_its_formula_does_not() -> None:
    beyond = set()
    for name in ZOO:
        for row in of(name)[1]:
            if statistics()[row["section"], row["statistic"]].kind == "coefficient" and abs(row["estimate"]) > 1:
                beyond.add(row["statistic"])
    # Alpha has no lower bound; omega and loadings pass 1 in a Heywood case; ICC(A,1) is below -1 with very few couples.
    # Reliabilities of couples and blocks are alphas; corrected and latent correlations and their ratios pass 1.
    can = {"alpha", "alpha_pooled", "alpha_standardized", "alpha_if_dropped", "omega", "omega_pooled", "lambda6"}
    can |= {"omega_if_dropped", "loading", "icc_a1", "alpha_difference", "omega_difference", "lambda2"}
    can |= {"couple_mean_reliability", "couple_difference_reliability", "block_reliability", "omega_observed"}
    assert beyond <= can | {"partner_r_disattenuated", "latent_partner_r", "latent_r", "htmt", "htmt2"}
