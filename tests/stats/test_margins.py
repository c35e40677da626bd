"""Every index as a function of one mean over couples: by enumerating all re-pairings, and the reference numbers."""

import numpy as np
import pytest
from agreement_by_hand import (
    CATEGORIES,
    ITEMS,
    NOT_LINEAR,
    OF_ROLES,
    SCORES,
    answers,
    every_repairing,
    index,
    strangers,
)
from oracles import FRAMES, couples, numbers

from analysis.stats.benchmark import Benchmark, benchmark_items, benchmark_scores
from analysis.stats.concordance import concordance, icc_1, icc_a1, icc_c1, icc_pairwise
from analysis.stats.margins import Form, forms_of_items, forms_of_scores, parts_of_items, parts_of_scores
from analysis.stats.moments import pearson
from analysis.stats.randomcouples import Law, laws
from analysis.stats.value import Array

ALL = (*SCORES, *ITEMS)
BOTH = [
    (name, exchangeable) for name in ALL for exchangeable in (False, True) if not (exchangeable and name in OF_ROLES)
]
EVERY = pytest.mark.parametrize(("name", "exchangeable"), BOTH)
KINDS = pytest.mark.parametrize("exchangeable", [False, True])


def forms_and_laws(
    pairs: Array, *, exchangeable: bool, strata: Array | None = None, resamples: int = 0, items: bool = True
) -> tuple[dict[str, Form], dict[str, Law]]:
    people = pairs.transpose(2, 1, 0).reshape(pairs.shape[2], -1)
    forms = (
        forms_of_items(people, np.array(CATEGORIES), exchangeable=exchangeable)
        if items
        else forms_of_scores(people, exchangeable=exchangeable)
    )
    parts = (parts_of_items if items else parts_of_scores)(people, exchangeable=exchangeable)
    strata = np.zeros(len(pairs)) if strata is None else strata
    rng = np.random.default_rng(1)
    return forms, laws(parts, strata, exchangeable=exchangeable, resamples=resamples, rng=rng)


def items(
    pairs: Array, *, exchangeable: bool, strata: Array | None = None, resamples: int = 99
) -> dict[str, Benchmark]:
    strata = np.zeros(len(pairs)) if strata is None else strata
    rng = np.random.default_rng(7)
    return benchmark_items(pairs, CATEGORIES, strata, 0.95, exchangeable=exchangeable, resamples=resamples, rng=rng)


@KINDS
def test_there_is_no_index_that_is_not_tested(*, exchangeable: bool) -> None:
    expected = {name for name, of in BOTH if of == exchangeable}
    assert set(items(answers(4), exchangeable=exchangeable)) == expected
    rng = np.random.default_rng(1)
    found = benchmark_scores(answers(4), np.zeros(4), 0.95, exchangeable=exchangeable, resamples=9, rng=rng)
    assert set(found) == expected - set(ITEMS)


@pytest.mark.parametrize(("name", "exchangeable"), [case for case in BOTH if case[0] not in NOT_LINEAR])
def test_mean_and_sd_over_re_pairings_are_those_of_full_enumeration(name: str, *, exchangeable: bool) -> None:
    for n in (3, 4) if exchangeable else (5, 6):
        pairs = answers(n, seed=n)
        ways = every_repairing(*pairs[:, :, 0].T, exchangeable=exchangeable)
        every = [index(name, way[0], way[1], CATEGORIES, exchangeable=exchangeable) for way in ways]
        forms, found = forms_and_laws(pairs, exchangeable=exchangeable)
        form, law = forms[name], found[forms[name].kernel]
        assert form.at(law.mean)[0] == pytest.approx(np.mean(every), rel=1e-12, abs=1e-12)
        sd = items(pairs, exchangeable=exchangeable)[name].se[0]
        assert sd == pytest.approx(np.std(every), rel=1e-12, abs=1e-12)


@EVERY
def test_whoever_is_paired_the_index_is_a_function_of_one_mean(name: str, *, exchangeable: bool) -> None:
    pairs = answers(3 if exchangeable else 5)
    form = forms_and_laws(pairs, exchangeable=exchangeable)[0][name]
    for way in every_repairing(*pairs[:, :, 0].T, exchangeable=exchangeable):
        anew = forms_and_laws(np.stack(way, axis=1)[:, :, None], exchangeable=exchangeable)[1][form.kernel]
        expected = index(name, way[0], way[1], CATEGORIES, exchangeable=exchangeable)
        assert form.at(anew.observed)[0] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("name", "exchangeable"), [("icc_1", False), ("icc_1", True), ("icc_a1", False)])
def test_the_two_indices_that_are_not_linear_are_nearly_so(name: str, *, exchangeable: bool) -> None:
    forms, found = forms_and_laws(answers(20, 20), exchangeable=exchangeable, resamples=4000)
    form, law = forms[name], found["product"]
    drawn = form.at(law.draws.T)
    linear = form.at(law.mean) + form.slope(law.mean) * (law.draws.T - law.mean)
    assert drawn.std(axis=0) == pytest.approx(linear.std(axis=0), rel=0.002)
    assert np.abs(drawn.mean(axis=0) - linear.mean(axis=0)).max() < 0.003


@EVERY
def test_the_pseudo_couple_value_is_the_index_of_all_pairs_that_are_no_couple(name: str, *, exchangeable: bool) -> None:
    pairs = answers(7)
    left, right = strangers(pairs[:, 0, 0], pairs[:, 1, 0], exchangeable=exchangeable)
    if exchangeable:  # each pair both ways, so that first and second partners have the margins of all persons
        left, right = np.concatenate([left, right]), np.concatenate([right, left])
    expected = index(name, left, right, CATEGORIES, exchangeable=exchangeable, couples=7)
    assert items(pairs, exchangeable=exchangeable)[name].estimate[0] == pytest.approx(expected, rel=1e-12)


@KINDS
def test_scores_need_no_categories(*, exchangeable: bool) -> None:
    pairs = np.random.default_rng(2).normal(50, 1, size=(5, 1, 1)) + np.random.default_rng(3).normal(size=(5, 2, 1))
    pairs = pairs[: 3 if exchangeable else 5]
    ways = every_repairing(pairs[:, 0, 0], pairs[:, 1, 0], exchangeable=exchangeable)
    forms, found = forms_and_laws(pairs, exchangeable=exchangeable, items=False)
    for name, form in forms.items():
        every = [index(name, *pair, 0, exchangeable=exchangeable) for pair in ways]
        law = found[form.kernel]
        if name not in NOT_LINEAR:
            assert float(form.at(law.mean)[0]) == pytest.approx(np.mean(every), abs=1e-11)
            assert float((np.abs(form.slope(law.mean)) * law.sd)[0]) == pytest.approx(np.std(every), abs=1e-11)


def test_indices_of_scores_are_those_of_the_tables() -> None:
    pairs = np.random.default_rng(2).normal(5, 1, size=(30, 2, 1)) + np.array([0, 0.5])[:, None]
    forms, found = forms_and_laws(pairs, exchangeable=False, items=False)
    x, y = pairs[:, 0, 0], pairs[:, 1, 0]
    expected = {
        "pearson_r": pearson(x, y, 0.95), "icc_1": icc_1(x, y, 0.95), "icc_a1": icc_a1(x, y, 0.95),
        "icc_c1": icc_c1(x, y, 0.95), "icc_pairwise": icc_pairwise(x, y, 0.95), "ccc": concordance(x, y, 0.95).ccc,
    }  # fmt: skip
    for name, value in expected.items():
        assert forms[name].at(found["product"].observed)[0] == pytest.approx(value.estimate, rel=1e-12)


ORACLE = {
    "exact": "exact_agreement_percent",
    "within_1": "within1_agreement_percent",
    "mean_abs_difference": "mean_abs_difference",
    "kappa": "kappa_unweighted",
    "kappa_linear": "kappa_linear",
    "kappa_quadratic": "kappa_quadratic",
    "ac1": "gwet_AC1",
    "ac2": "gwet_AC2_quadratic",
    "brennan_prediger": "brennan_prediger_quadratic",
    "krippendorff_ordinal": "krippendorff_ordinal",
    "krippendorff_interval": "krippendorff_interval",
}


@pytest.mark.parametrize("frame", sorted(set(numbers("06_agreement_items").frame)))
def test_indices_of_items_are_the_reference_numbers(frame: str) -> None:
    sample, table = couples(frame), numbers("06_agreement_items")
    exchangeable = bool(FRAMES[frame]["exchangeable"])
    for code in sample.codebook.codes:
        parts = sample.codebook.scored_items(code)
        low, high = parts[0].bounds or (0, 0)
        people = (sample.cube(code) - low + 1).transpose(2, 1, 0).reshape(len(parts), -1)
        forms = forms_of_items(people, np.array(high - low + 1), exchangeable=exchangeable)
        found = laws(
            parts_of_items(people, exchangeable=exchangeable), np.zeros(sample.n), exchangeable=exchangeable,
            resamples=0, rng=np.random.default_rng(1),
        )  # fmt: skip
        for name, theirs in ORACLE.items():
            reference = theirs.replace("kappa_", "kappa_symmetrised_") if exchangeable else theirs
            rows = table[(table.frame == frame) & (table.scale == code) & (table.statistic == reference)]
            values = dict(zip(rows.variant, rows.value, strict=True))
            assert len(values) == len(parts)
            scale = 0.01 if "percent" in theirs else 1
            expected = [values[item.name] * scale for item in parts]
            assert forms[name].at(found[forms[name].kernel].observed) == pytest.approx(expected, rel=1e-9, nan_ok=True)
