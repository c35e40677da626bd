"""The calibration in small: populations are what they say, intervals hold the truth, the table is tracked."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from calibrated_ranges import OF_FUNCTION, said_range, sentence
from handmade import answers, book, couples, items, made

import analysis as an
from analysis.calibration import Case, case_of, caution, measured
from analysis.estimation.calibrated import ALLOWED
from analysis.results import shows_p
from analysis.stats.consistency import alpha
from benchmarks.calibrate import PARTS, Cell, tally
from benchmarks.population import population

RELIABILITY = PARTS["reliability"].names
DATA_SETS = 40  # data sets: enough to see an interval that is wrong, too few to see one that is a little off


@pytest.mark.parametrize("shape", ["symmetric", "skewed"])
@pytest.mark.parametrize(("true_alpha", "partner_r"), [(0.7, 0.0), (0.9, 0.5)])
def test_a_population_has_the_alpha_and_the_partner_correlation_that_it_says(
    shape: str, true_alpha: float, partner_r: float
) -> None:
    truth = population(shape, true_alpha, partner_r)
    both = truth.of((0, 0), (0, 1))
    assert float(alpha(both[:4, :4])) == pytest.approx(true_alpha, abs=1e-9)
    assert both[:4, 4:].sum() / both[:4, :4].sum() == pytest.approx(partner_r, abs=1e-9)


def test_a_large_sample_has_the_covariances_of_its_population() -> None:
    truth = population("skewed", 0.9, 0.5)
    x = truth.draw(100_000, np.random.default_rng(1)).reshape(100_000, -1)
    error = 4 * np.sqrt(2 / 100_000) * truth.covariance.max()  # four standard errors of a normal variance, doubled
    assert np.abs(np.cov(x.T) - truth.covariance).max() < 2 * error


def test_in_small_every_interval_holds_the_truth_and_every_test_keeps_its_level() -> None:
    cell = Cell("symmetric", 100, 0.9, 0.0, 0.1)
    truth = population("symmetric", 0.9, 0.0)
    found = tally(cell, cell.measures, 0, DATA_SETS, 199)
    assert set(found) == set(cell.measures)
    for name, (held, intervals, rejected, tests) in found.items():
        level = 0.90 if name == "onefactor_rmsea" else 0.95
        if intervals:
            assert held / intervals >= level - 4 * sqrt(level * (1 - level) / intervals), name
        if tests and name != "dyadic_chi2":  # it has no p in results, as it rejects too often
            assert rejected / tests <= 0.05 + 4 * sqrt(0.05 * 0.95 / tests), name
    assert {name for name, part in found.items() if part.tests} == {
        name for name, measure in cell.measures.items() if measure.null(truth)
    }


def test_the_tracked_tables_are_of_one_run() -> None:
    text = (Path(__file__).parent.parent / "docs" / "calibration.md").read_text(encoding="utf-8")
    case = Case("symmetric", 0.0, 200)
    for measure in ("alpha", "omega", "latent_partner_r", "couple_difference_reliability"):
        share = f"{measured()[measure, case]:.3f}".removeprefix("0")
        line = next(line for line in text.splitlines() if line.startswith(f"| `{measure}` |"))
        assert share in line


def test_symmetric_complete_answers_of_100_couples_and_more_are_within_two_percent() -> None:
    off = {
        (measure, case): share
        for (measure, case), share in measured().items()
        if measure in RELIABILITY
        and case.shape == "symmetric"
        and not case.missing
        and case.couples >= 100
        and abs(share - 0.95) > 0.02
    }
    assert not off


def _sizes_at_50_and_100(measure: str) -> list[float]:
    """Return the Type I errors of a measure, and of the same for exchangeable partners, with complete answers."""
    return [
        share
        for (name, case), share in measured("type_1").items()
        if name in (measure, f"{measure} exchangeable") and not case.missing and case.couples <= 100
    ]


@pytest.mark.parametrize("roles", [("w", "m"), None])
def test_every_p_of_reliability_that_is_shown_keeps_its_level_and_the_others_say_their_size(
    roles: tuple[str, str] | None,
) -> None:
    data = made(book(items("H1", 4), items("H2", 4), items("H3", 4)), 60, roles=roles)
    table = an.partner_reliability(data) + an.scale_pairs(data) + an.factor_fit(data) + an.reliability(data)
    tests = table.frame[table.frame["p"].notna()]
    assert set(tests["statistic"]) >= {"latent_r", "onefactor_chi2", "tau_equivalence_chi2"}
    for statistic, note in zip(tests["statistic"], tests["note"], strict=True):
        sizes = _sizes_at_50_and_100(statistic)
        assert shows_p(note) == (max(sizes) <= ALLOWED), (statistic, sizes)
        assert shows_p(note) or f"in {said_range(sizes)} of" in note, (statistic, note)


def test_the_interval_that_says_that_alphas_differ_keeps_its_level() -> None:
    shares = [
        share
        for (measure, case), share in measured().items()
        if measure == "alpha_difference" and not case.missing and case.couples <= 100
    ]
    assert len(shares) == 4
    assert min(shares) >= 1 - ALLOWED


def test_every_interval_of_the_section_is_measured() -> None:
    data = made(book(items("H1", 4), items("H2", 4), items("H3", 4)), 60)
    table = an.reliability(data, bootstrap=True, categorical=True) + an.partner_reliability(data, bootstrap=True)
    table += an.scale_pairs(data) + an.block_reliability(data, bootstrap=True) + an.factor_fit(data)
    table += an.items(data)
    frame = table.frame[table.frame["lower"].notna()]
    printed = set((frame["statistic"] + " " + frame["variant"]).str.strip())
    known = {measure for measure, _ in measured()} | {"onefactor_rmsea"}
    assert not printed - known


def test_a_study_is_the_case_that_it_looks_like() -> None:
    codebook = book(items("H1", 4))
    assert case_of(made(codebook, 60)) == Case("symmetric", 0.0, 50)
    cells = answers(codebook, 250)
    cells[np.random.default_rng(1).random(cells.shape) < 0.1] = np.nan
    assert case_of(couples(codebook, cells)) == Case("symmetric", 0.1, 200)
    rare = np.where(np.random.default_rng(2).random((100, 2, 4)) < 0.1, 5.0, 1.0)
    assert case_of(couples(codebook, rare)) == Case("skewed", 0.0, 100)


def test_weak_intervals_are_named_where_a_study_looks_like_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made(book(items("H1", 4)), 50)
    table = {("alpha", Case("symmetric", 0.0, 50)): 0.912, ("omega", Case("symmetric", 0.0, 50)): 0.944}
    tests = {(f"{name}_difference", Case("symmetric", 0.0, 50)): p for name, p in (("alpha", 0.1), ("omega", 0.09))}
    monkeypatch.setattr("analysis.calibration.measured", lambda what="coverage": tests if what == "type_1" else table)
    said = caution(data, an.reliability(data) + an.partner_reliability(data))
    assert said == (
        "In simulated couples like these (symmetric answers, 50 couples) some intervals held the truth less, or more, "
        "often than the 95% that they say (RMSEA: 90%): alpha .912; some tests at .05 rejected what was true less, or "
        "more, often than that: omega difference .090 (docs/calibration.md)."
    )
    assert not caution(data.with_settings(confidence=0.9), an.reliability(data))


def test_exchangeable_partners_are_read_beside_their_own_measurements(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case("symmetric", 0.0, 50)
    table = {("latent_r", case): 0.95, ("latent_r exchangeable", case): 0.88, ("block_reliability", case): 0.9}
    monkeypatch.setattr("analysis.calibration.measured", lambda what="coverage": table if what == "coverage" else {})
    for roles in (("w", "m"), None):
        data = made(book(items("H1", 4), items("H2", 4)), 50, roles=roles)
        said = caution(data, an.scale_pairs(data) + an.block_reliability(data))
        assert ("latent r .880" in said) == (roles is None)
        assert ("block reliability .900 (measured with two roles)" in said) == (roles is None)
        assert "block reliability .900" in said


def test_fewer_couples_than_any_simulated_are_named() -> None:
    said = [caution(data, an.reliability(data)) for data in (made(book(items("H1", 4)), n) for n in (20, 60))]
    assert "fewer couples were not simulated, and intervals and tests are further off there" in said[0]
    assert "fewer couples" not in said[1]


def test_every_test_of_the_section_is_measured() -> None:
    data = made(book(items("H1", 4), items("H2", 4), items("H3", 4)), 60)
    table = an.partner_reliability(data) + an.scale_pairs(data) + an.factor_fit(data) + an.reliability(data)
    printed = set(table.frame.loc[table.frame["p"].notna(), "statistic"])
    assert printed
    assert not printed - {measure for measure, _ in measured("type_1")}


@pytest.mark.parametrize("function", OF_FUNCTION)
def test_docstrings_say_what_was_measured(function: str) -> None:
    said = " ".join((getattr(an, function).__doc__ or "").split())
    if function != "factor_fit":
        assert sentence(function) in said
    if function in ("partner_reliability", "scale_pairs", "factor_fit"):
        assert sentence(function, "type_1") in said


def test_every_interval_for_exchangeable_partners_is_measured_with_them_or_marked() -> None:
    data = made(book(items("H1", 4), items("H2", 4), items("H3", 4)), 60, roles=None)
    table = an.reliability(data, bootstrap=True, categorical=True) + an.partner_reliability(data, bootstrap=True)
    table += an.scale_pairs(data) + an.block_reliability(data, bootstrap=True) + an.items(data)
    frame = table.frame[table.frame["lower"].notna()]
    printed = set((frame["statistic"] + " " + frame["variant"]).str.strip())
    known = {measure.removesuffix(" exchangeable") for measure, _ in measured() if "exchangeable" in measure}
    known |= {measure for measure, _ in measured() if "_pooled" in measure}
    assert printed - known == {"block_reliability bootstrap", "omega_categorical bootstrap"}  # with two roles only
