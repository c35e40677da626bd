"""Every number that the product and the reference share, on every frame, in every column that the map names.

``tests/reference/vocabulary_map.csv`` says which reference row each statistic equals. Where a reference row is not the
product's number, it stands in ``EXCEPTIONS`` with the reason; a test proves that each of them is a real exception, and
others that the product gives the reference number once it does what the reference did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from oracles import FRAMES, close, couples, numbers, vocabulary_map

import analysis as an
from analysis.results import Row
from analysis.statistics import statistics
from analysis.stats.similarity import distance_indices

BY_BLOCK = ("distinguishability", "profiles")  # their scores of two scales are block:all
BLOCK_OF = {"all items": "block:all", "healthy": "block:healthy", "unhealthy": "block:unhealthy"}
OF_PERSONS = ("items", "describe", "reliability")  # their n counts persons, that of the others couples
OF_COUPLES = (  # in the section reliability
    "alpha_difference", "latent_partner_r", "couple_mean_reliability", "couple_difference_reliability",
    "partner_r_disattenuated", "dyadic_chi2",
)  # fmt: skip
OF_MODELS = ("CFA", "ML", "same-item residual", "alone against")
FEWEST_NUMBERS = 7800  # compared when this was written; fewer mean that a comparison was lost

# How close: README.md of the reference, "How close should a test be". 1e-9 for closed forms; for maximum likelihood
# 1e-6 in estimates and 1e-5 in what is made of second derivatives, where lavaan's own iterations stop.
CLOSED_FORM, ML_ESTIMATE, ML_SPREAD, CATEGORICAL = 1e-9, 1e-6, 1e-5, 1e-5


class Wanted(NamedTuple):
    """One row of the result table that must be there, the reference row that it must equal, and in which columns."""

    frame: str
    section: str
    statistic: str
    variant: str
    scale: str
    item: str
    partner: str
    numbers: dict[str, float]
    tolerances: tuple[float, float]  # of the estimate, of the other columns

    @property
    def place(self) -> tuple[str, ...]:
        return (self.section, self.statistic, self.variant, self.scale, self.item, self.partner)

    def __str__(self) -> str:
        return " ".join(filter(None, (self.frame, *self.place)))


class Exempt(NamedTuple):
    """Reference rows of one statistic on one frame that the product's number does not equal, and why."""

    frame: str
    section: str
    statistic: str
    variant: str
    scales: tuple[str, ...]
    partners: tuple[str, ...]
    reason: str

    def holds(self, wanted: Wanted) -> bool:
        return (
            self[:4] == wanted[:4] and wanted.scale in self.scales and (not self.partners or wanted.partner in self[5])
        )


DROPPED = "the reference drops the constant item; here it stays in the scale and is named"
LISTWISE = "the reference takes persons complete on the scale; here a score needs 80 % of its items"
NOT_FLAT = "the reference leaves flat profiles out of the shape part; here their shape part is 0, so the parts add up"
TRAP = "a scale left as it is stored, to show the wrong number of a forgotten reversal"
NEEDS_ROLES = "it changes with who is first, and these partners are exchangeable"
RECODED = "the reference leaves out a category inside the scale that nobody used; here declared categories stay"
OF_SCORE = ("score_sem", "score_mdc")
BOTH_SCALES, ROLES = ("healthy", "unhealthy"), ("w", "m")
AS_STORED = (
    *(("describe", statistic, "") for statistic in ("scale_mean", "scale_sd")),
    *(("items", statistic, "") for statistic in ("mean", "sd", "skew", "floor", "ceiling", "item_rest_r")),
    *(("items", statistic, "") for statistic in ("alpha_if_dropped", "loading")),
    *(("reliability", statistic, "") for statistic in ("alpha", "alpha_standardized", "omega", "omega_observed")),
    *(("reliability", statistic, "") for statistic in ("lambda2", "lambda6", "mean_interitem_r", *OF_SCORE)),
    *(("reliability", statistic, "") for statistic in ("onefactor_chi2", "onefactor_cfi", "onefactor_tli")),
    *(("reliability", statistic, "") for statistic in ("onefactor_rmsea", "onefactor_srmr", "tau_equivalence_chi2")),
    ("reliability", "alpha", "feldt"),
)
EXCEPTIONS = (
    *(Exempt("h_constant", "describe", s, "", ("healthy",), ("w",), DROPPED) for s in ("scale_mean", "scale_sd")),
    Exempt("h_constant", "items", "alpha_if_dropped", "", ("healthy",), ("w",), DROPPED),
    *(Exempt("h_constant", "reliability", s, "", ("healthy",), ("w",), DROPPED) for s in ("lambda2", "lambda6")),
    *(Exempt("h_constant", "reliability", s, "", ("healthy",), ("w",), DROPPED) for s in OF_SCORE),
    Exempt("e_skewed", "reliability", "omega_categorical", "", ("harm",), ("m",), RECODED),
    Exempt("g_reversed", "reliability", "alpha_difference", "", ("healthy_as_stored",), ("both",), TRAP),
    *(Exempt("b_missing", "describe", s, "", BOTH_SCALES, ROLES, LISTWISE) for s in ("scale_mean", "scale_sd")),
    *(Exempt("c_exchangeable", "agreement", s, "", BOTH_SCALES, (), NEEDS_ROLES) for s in ("icc_a1", "icc_c1")),
    Exempt("a_clean", "profiles", "d2_shape", "", ("block:healthy", "block:unhealthy"), (), NOT_FLAT),
    Exempt("c_exchangeable", "profiles", "d2_shape", "", ("block:unhealthy",), (), NOT_FLAT),
    Exempt("j_profile", "profiles", "d2_shape", "", ("block:unhealthy",), (), NOT_FLAT),
    Exempt("l_bifactor", "profiles", "d2_shape", "", ("block:healthy", "block:unhealthy"), (), NOT_FLAT),
    *(Exempt("g_reversed", *key, ("healthy_as_stored",), ROLES, TRAP) for key in AS_STORED),
)


@cache
def wanted(frame: str) -> tuple[Wanted, ...]:
    """Return every row that the map asks of the product's statistics on a frame."""
    return tuple(
        found
        for line in vocabulary_map().to_dict("records")
        if (line["section"], line["statistic"]) in statistics()
        for found in _of_line(frame, line)
    )


def _of_line(frame: str, line: Mapping[Any, Any]) -> Iterator[Wanted]:
    table = numbers(line["file"])
    table = table[(table["frame"] == frame) & (table["statistic"] == line["oracle_statistic"])]
    before, by_item, after = line["oracle_variant"].partition("{item}")
    if frame == "b_missing":
        before = before.replace("scale mean", "score rule available80")
    for reference in table.to_dict("records"):
        scale, _, role = reference["scale"].partition(":")
        item = reference["variant"].removeprefix(before).removesuffix(after) if by_item else ""
        names = FRAMES[frame]["scales"].get(scale, {"items": []})["items"]
        if reference["variant"] != before + item + after or (by_item and item not in names):
            continue
        if role == "pooled" and not FRAMES[frame]["exchangeable"]:
            continue  # persons of both roles in one heap: the product refuses that
        partner = "both" if role in ("", "pooled") else role
        by_block = line["section"] in BY_BLOCK and not line["statistic"].startswith("invariance")
        place = BLOCK_OF.get(scale, "block:all") if by_block else scale
        asked = {
            column: reference["value" if column == "estimate" else column]
            * (float(line["factor"]) if column in ("estimate", "lower", "upper", "se") else 1)
            for column in line["compare"].split()
            if column == "estimate" or not (line["statistic"] == "latent_r" and role == "pooled")  # couples as clusters
        }
        if asked.get("se") == 0:  # no width, no interval: decision 35
            asked |= {limit: np.nan for limit in ("lower", "upper") if limit in asked}
        key = line["section"], line["statistic"], line["variant"]
        yield Wanted(frame, *key, place, item, partner, asked, _tolerances(line))


def _tolerances(line: Mapping[Any, Any]) -> tuple[float, float]:
    """Return how close the estimate and the other columns must be to the reference rows of a line of the map."""
    if line["file"] == "03_ordinal":
        return CATEGORICAL, CATEGORICAL
    fitted = line["file"] == "02_omega_onefactor" or any(word in line["oracle_variant"] for word in OF_MODELS)
    return (ML_ESTIMATE, ML_SPREAD) if fitted else (CLOSED_FORM, CLOSED_FORM)


def exemption(row: Wanted) -> Exempt | None:
    return next((exempt for exempt in EXCEPTIONS if exempt.holds(row)), None)


@cache
def results(frame: str) -> dict[tuple[str, ...], Row]:
    """Return the product's results on a frame by their place; for profiles every item is a scale, as it is there."""
    data = couples(frame)
    table = an.describe(data) + an.items(data) + an.reliability(data, fiml=True) + an.agreement(data)
    table += an.item_agreement(data) + an.distinguishability(data)
    table += an.factor_fit(data) + an.scale_pairs(data) + an.partner_reliability(data) + an.invariance(data)
    if any(row.section == "profiles" for row in wanted(frame)):
        table += an.profiles(couples(frame, profile=True))
    columns = ("section", "statistic", "variant", "scale", "item", "partner")
    return {tuple(row[column] for column in columns): row for row in table if not row["group"]}


def misses(row: Wanted) -> list[str]:
    """Return the columns in which the product and the reference differ, in words; or that there is no such row."""
    ours = results(row.frame).get(row.place)
    if ours is None:
        return [f"{row}: there is no such row"]
    found = []
    for column, theirs in row.numbers.items():
        value = ours[_count(row) if column == "n" else column]
        tolerance = row.tolerances[0] if column == "estimate" else row.tolerances[1]
        if not close(float(value), float(theirs), tolerance):
            found.append(f"{row}: {column} is {value!r}, the reference has {theirs!r}")
    return found


def _count(row: Wanted) -> str:
    return "n_persons" if row.section in OF_PERSONS and row.statistic not in OF_COUPLES else "n_couples"


COMPARED = {frame: [row for row in wanted(frame) if not exemption(row)] for frame in FRAMES}
SECTIONS = sorted({(row.frame, row.section) for rows in COMPARED.values() for row in rows})


@pytest.mark.parametrize(("frame", "section"), SECTIONS, ids=[" ".join(pair) for pair in SECTIONS])
def test_every_number_equals_its_reference(frame: str, section: str) -> None:
    found = [miss for row in COMPARED[frame] if row.section == section for miss in misses(row)]
    assert not found, "\n".join([f"{len(found)} numbers differ:", *found])


def test_every_statistic_with_a_reference_row_is_compared_and_none_gets_lost() -> None:
    asked = set(zip(vocabulary_map()["section"], vocabulary_map()["statistic"], strict=True))
    compared = {(row.section, row.statistic) for rows in COMPARED.values() for row in rows}
    assert asked & set(statistics()) == compared
    count = sum(len(row.numbers) for rows in COMPARED.values() for row in rows)
    assert count >= FEWEST_NUMBERS, f"only {count:,} numbers are compared; there were {FEWEST_NUMBERS:,} and more"


def test_every_frame_is_compared() -> None:
    assert all(COMPARED.values())


@pytest.mark.parametrize("exempt", EXCEPTIONS, ids=lambda exempt: " ".join((*exempt[:4], *exempt.scales)))
def test_an_exception_is_one(exempt: Exempt) -> None:
    rows = [row for row in wanted(exempt.frame) if exempt.holds(row)]
    for scale in exempt.scales:
        for partner in exempt.partners or ("both",):
            here = [row for row in rows if row.scale == scale and row.partner == partner]
            assert here, f"no reference row for {scale} {partner}: {exempt}"
            assert any(misses(row) for row in here), f"nothing differs for {scale} {partner}: {exempt}"


def test_without_the_constant_item_the_numbers_are_those_of_the_reference() -> None:
    data = couples("h_constant")
    items = tuple(item for item in data.codebook.items if item.name != "h4")
    dropped = replace(data, codebook=replace(data.codebook, items=items)).with_settings()
    table = {
        (row["statistic"], row["item"]): row
        for part in (an.describe, an.items, an.reliability)
        for row in part(dropped).where(partner="w", variant="")
    }
    rows = [row for row in wanted("h_constant") if (found := exemption(row)) and found.reason == DROPPED]
    assert rows
    for row in rows:
        if row.item != "h4":
            ours = table[row.statistic, row.item]["estimate"]
            assert close(ours, row.numbers["estimate"], CLOSED_FORM), row


def test_with_complete_scores_only_the_means_are_those_of_the_reference() -> None:
    listwise = an.describe(couples("b_missing").with_settings(minimum_answered=1))
    rows = [row for row in wanted("b_missing") if (found := exemption(row)) and found.reason == LISTWISE]
    for row in rows:
        ours = next(iter(listwise.where(scale=row.scale, partner=row.partner, statistic=row.statistic, variant="")))
        assert close(ours["estimate"], row.numbers["estimate"], CLOSED_FORM), row
        assert ours["n_persons"] == row.numbers["n"], row
    assert len(rows) == 8


def test_without_flat_profiles_the_shape_part_is_that_of_the_reference() -> None:
    rows = [row for frame in FRAMES for row in wanted(frame) if (found := exemption(row)) and found.reason == NOT_FLAT]
    assert rows
    for row in rows:
        data = couples(row.frame, profile=True)
        pairs = data.scored(data.codebook.block(row.scale))
        pairs = pairs[np.isfinite(pairs).all(axis=(1, 2)) & (np.ptp(pairs, axis=2) > 0).all(axis=1)]
        shape = distance_indices(np.vstack([pairs[:, 0], pairs[:, 1]]))["d2_shape"].of_couples.mean()
        assert close(float(shape), row.numbers["estimate"], CLOSED_FORM), row


def test_missing_cells_are_counted_as_the_reference_counts_them() -> None:
    table = numbers("12_missing")
    for role in ROLES:
        ours = sum(
            round(row["estimate"] * row["n_persons"])
            for row in an.items(couples("b_missing")).where(statistic="missing", partner=role)
        )
        theirs = table[(table["scale"] == f"all items:{role}") & (table["statistic"] == "missing_cells")]
        assert ours == theirs["value"].item()
