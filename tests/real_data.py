"""Real data sets in the shared folder, and the reference numbers that R gave for them.

The numbers are those of ``real_data_oracles.csv`` there, named as ``vocabulary_map.csv`` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import isclose, isnan
from pathlib import Path
from typing import Any, NamedTuple

from oracles import numbers, shared, vocabulary_map

import analysis as an

STUDIES = Path(__file__).parent.parent / "data" / "studies"
FILES = {
    "pnrq": ("dysem_couples", "pnrqM.csv"),
    "prqc": ("dysem_couples", "prqcQ.csv"),
    "divorce": ("divorce_predictors", "divorce_data.csv"),
    "penn_ecr": ("penn_couples_ecr", "ecr.csv"),
    "ims": ("marital_satisfaction_16", "ex11.22.csv"),
    "acitelli": ("acitelli_couples", "acitelli_individual.csv"),
    "sexualfun": ("sexualfun_couples", "SexualFun_couples.csv"),
}
SPOUSES = {"spouse": ("spouse_love_jw", "spouse.csv")}  # no study: its pairing is an assumption
SCORE = "score rule available80"
REFERENCE_COLUMNS = ("value", "lower", "upper", "se", "df", "p", "n")
CLOSED_FORM, LIKELIHOOD, LIKELIHOOD_ERROR = 1e-9, 1e-6, 1e-5
CLOSED_FILES = ("01", "04", "05", "06", "07", "09", "12", "14")
NEAR_ZERO = 1e-12
EXCHANGEABLE_ONLY = ("symmetrised", "pooled norm")  # references that data with roles have beside their own


def open_study(name: str) -> an.Study:
    return an.open_study(STUDIES / name, data=shared("data", *FILES[name]))


class Compared(NamedTuple):
    """One number of the product beside the reference number that it must equal."""

    where: str
    ours: float
    theirs: float
    tolerance: float

    @property
    def equal(self) -> bool:
        if isnan(self.ours) or isnan(self.theirs):
            return isnan(self.ours) and isnan(self.theirs)
        return isclose(self.ours, self.theirs, rel_tol=self.tolerance, abs_tol=NEAR_ZERO)


def reference(name: str) -> dict[tuple[str, str, str], dict[str, float]]:
    """Return the reference rows of a study by (scale, statistic, variant)."""
    table = numbers("real_data_oracles")
    rows = table[table["frame"] == "/".join(("data", *(FILES | SPOUSES)[name]))].to_dict("records")
    return {
        (row["scale"], row["statistic"], row["variant"]): {str(column): row[column] for column in REFERENCE_COLUMNS}
        for row in rows
    }


def compare(results: an.Estimates, name: str, names: Mapping[str, str], *, roles: bool = False) -> list[Compared]:
    """Return every number of the results that has a reference, in every column that the map names.

    ``names`` turns the product's items, scales and role labels into the reference's. Where a file has missing answers,
    a score is there what it is here: the mean where at least 80 % of the items are answered.
    """
    table = reference(name)
    compared: list[Compared] = []
    for values in vocabulary_map().to_dict("records"):
        line = {str(key): str(value) for key, value in values.items()}
        if roles and any(word in line["oracle_statistic"] + line["oracle_variant"] for word in EXCHANGEABLE_ONLY):
            continue
        for row in results.where(**{key: line[key] for key in ("section", "statistic", "variant")}):
            scale, item, partner = (names.get(row[key], row[key]) for key in ("scale", "item", "partner"))
            places = (f"{scale}:{partner}", f"{scale}:pooled", scale)
            for place, variant in product(places, _variants(line["oracle_variant"], scale, item)):
                theirs = table.get((place, line["oracle_statistic"], variant))
                if theirs:
                    compared += columns(row, theirs, line, by_couple=":" not in place)
                    break
    return compared


def _variants(variant: str, scale: str, item: str) -> tuple[str, ...]:
    """Return the ways in which a reference may write a variant: of scores with missing answers, of items, of scores."""
    named = variant.replace("{item}", item or scale)
    if "+" in scale:
        return (named,)
    of_items, of_score = (named.replace("two scale means, p=2", what) for what in ("items, p=2", "scale mean, p=1"))
    return (variant.replace("scale mean", SCORE), of_items, of_score)


def columns(
    row: Mapping[str, Any], theirs: Mapping[str, float], line: Mapping[str, str], *, by_couple: bool
) -> Iterator[Compared]:
    """Yield the numbers of a row beside those of its reference, in the columns that the map's line names."""
    where = " ".join(filter(None, (row[key] for key in ("statistic", "variant", "scale", "item", "partner"))))
    for column in line["compare"].split():
        scaled = float(line["factor"]) if column in ("estimate", "lower", "upper", "se") else 1.0
        ours = row["n_couples" if by_couple else "n_persons"] if column == "n" else row[column]
        value = scaled * theirs["value" if column == "estimate" else column]
        tolerance = LIKELIHOOD_ERROR if column in ("se", "lower", "upper") else LIKELIHOOD
        if line["file"].startswith(CLOSED_FILES):
            tolerance = CLOSED_FORM
        yield Compared(f"{where}: {column}", float(ours), value, tolerance)


def differing(compared: list[Compared]) -> list[str]:
    return [f"{c.where} is {c.ours!r}, the reference {c.theirs!r}" for c in compared if not c.equal]
