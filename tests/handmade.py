"""Small couples made by hand: a codebook from a few items, answers from an array, and a zoo of awkward data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

import analysis as an
from analysis.results import join
from analysis.stats.value import Array

ROLES = ("w", "m")
VALENCES = {"H": "healthy", "U": "unhealthy"}
CLOSED = "does not apply"


def items(
    scale: str, count: int = 3, *, first: int = 1, low: float | None = 1, high: float | None = 5, **fields: Any
) -> list[an.Item]:
    """Return items of one scale, ``H1_1``, ``H1_2`` …, answered from 1 to 5."""
    return [an.Item(f"{scale}_{j}", scale, low, high, **fields) for j in range(first, first + count)]


def book(*parts: Sequence[an.Item]) -> an.Codebook:
    """Return a codebook; scales named H… are healthy, U… unhealthy, others neutral."""
    all_items = tuple(item for part in parts for item in part)
    codes = dict.fromkeys(item.scale for item in all_items)
    scales = tuple(an.Scale(code, valence=VALENCES.get(code[0], "neutral")) for code in codes)
    return an.Codebook(all_items, scales, name="by hand")


def answers(codebook: an.Codebook, couples: int = 30, *, seed: int = 1, together: float = 0.4) -> Array:
    """Return whole answers, (couples, 2, items): items of a scale go together, and so do partners."""
    rng = np.random.default_rng(seed)
    found = np.empty((couples, 2, len(codebook.items)), dtype=object)
    shared = {code: rng.normal(size=(couples, 1)) for code in codebook.codes}
    factor = {
        code: np.sqrt(together) * shared[code] + np.sqrt(1 - together) * rng.normal(size=(couples, 2))
        for code in codebook.codes
    }
    for j, item in enumerate(codebook.items):
        low, high = item.bounds or (1.0, 5.0)
        value = (low + high) / 2 + (high - low) / 5 * (factor[item.scale] + 0.8 * rng.normal(size=(couples, 2)))
        found[:, :, j] = np.clip(np.round(value), low, high)
    return found


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else "" if np.isnan(cell) else f"{cell:g}"


def frame(
    codebook: an.Codebook, cells: Array, partners: Sequence[str] = ROLES, absent: Sequence[tuple[int, int]] = ()
) -> pd.DataFrame:
    """Return a survey file: one row a person, columns couple, partner and the items; NaN is a blank cell."""
    couples, persons, count = cells.shape
    rows = [[_text(cell) for cell in row] for row in cells.reshape(-1, count)]
    table = pd.DataFrame(rows, columns=[item.header for item in codebook.items], dtype="str")
    table.insert(0, "couple", np.repeat([f"c{i}" for i in range(couples)], persons))
    table.insert(1, "partner", list(partners[:persons]) * couples)
    gone = [couple * persons + slot for couple, slot in absent]
    return table.drop(index=gone)


def couples(
    codebook: an.Codebook,
    cells: Array,
    *,
    roles: Sequence[str] | None = ROLES,
    absent: Sequence[tuple[int, int]] = (),
    group: Sequence[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    **options: Any,
) -> an.Couples:
    """Return couples from cells, (couples, 2 persons, items) or (couples, 1, items) for one respondent a couple."""
    one_person = cells.shape[1] == 1
    table = frame(codebook, cells, roles or ("1", "2"), absent)
    if group is not None:
        table["group"] = [group[int(couple[1:])] for couple in table["couple"]]
    return an.couples_from_frame(
        table,
        codebook=codebook,
        couple="couple",
        partner="" if one_person else "partner",
        roles=None if one_person or not roles else {role: role for role in roles},
        one_person=one_person,
        group="group" if group is not None else "",
        missing={"does_not_apply": [CLOSED]},
        settings=an.Settings(**{"resamples": 100, **(settings or {})}),
        **options,
    )


def made(codebook: an.Codebook, n: int = 30, *, seed: int = 1, **options: Any) -> an.Couples:
    """Return couples with answers of their own."""
    return couples(codebook, answers(codebook, n, seed=seed), **options)


def everything(data: an.Couples) -> an.Estimates:
    """Return all results that the data allow."""
    reliability = an.reliability(data, bootstrap=True, fiml=True)
    more = [part(data, bootstrap=True) for part in (an.partner_reliability, an.block_reliability)]
    of_scales = (an.describe, an.items, an.factor_fit, an.scale_pairs)
    of_partners = (an.agreement, an.item_agreement, an.distinguishability, an.invariance, an.profiles)
    parts = [part(data) for part in (*of_scales, *of_partners)]
    return join([*parts, reliability, *more])


PROFILE = book(*(items(code) for code in ("H1", "H2", "H3", "U1", "U2", "U3")))
MIRRORED = book(
    items("H1", 2, referent="partner"),
    [an.Item("H1_self", "H1", 1, 5, referent="self", mirrors=("H1_1",))],
    items("U1", 3, referent="self"),
    [an.Item("U1_partner", "U1", 1, 5, referent="partner", mirrors=("U1_1", "U1_2"))],
    [an.Item("U1_beside", "U1", 1, 5, companion=True)],
)


def _with(codebook: an.Codebook, change: Callable[[Array], None], n: int = 20, **options: Any) -> an.Couples:
    cells = answers(codebook, n)
    change(cells)
    return couples(codebook, cells, **options)


def _hole(cells: Array) -> None:
    rng = np.random.default_rng(5)
    cells[rng.random(cells.shape) < 0.1] = np.nan
    cells[:, :, 0:3] = np.nan  # a scale that nobody answered


def _flat(cells: Array) -> None:
    cells[:3] = 3.0  # three couples whose partners answer the same throughout


def _same(cells: Array) -> None:
    cells[...] = 3.0


def _twins(cells: Array) -> None:
    cells[:, 1] = cells[:, 0]


def _opposite(cells: Array) -> None:
    cells[:, 1] = 6.0 - cells[:, 0]


def _shifted(cells: Array) -> None:
    cells[:, 0] = np.minimum(cells[:, 0], 4.0)
    cells[:, 1] = cells[:, 0] + 1.0


def _constant(cells: Array) -> None:
    cells[:, 0, 1] = 2.0


def _cancel(cells: Array) -> None:
    cells[:, :, 1] = 6.0 - cells[:, :, 0]


def _gates(cells: Array) -> None:
    cells[:2, 0, 0:3] = CLOSED  # H1 for 2 of 20 couples, U1 for 5
    cells[:5, 1, 9:12] = CLOSED


GATED = book(
    items("H1", gate="quarrel"),
    items("H2"),
    items("H3"),
    items("U1", gate="ill"),
    items("U2"),
    items("U3"),
    items("U4"),
)
FINISHED = book(*([an.Item(code, code, 1, 5, finished=True)] for code in ("H1", "H2", "H3", "U1")))
UNLIKE = book(items("H1"), items("H2", high=7), items("H3", low=0, high=10))
MIXED = book(items("H1", 2), items("H1", 3, first=3, referent="couple"), items("U1", 2, referent="couple"))
SHORT = book(items("H1", 1), items("H2", 2), items("H3", 3))

ZOO: dict[str, Callable[[], an.Couples]] = {
    "roles": lambda: made(PROFILE),
    "equivalence": lambda: made(PROFILE, settings={"equivalence": {"default": 0.5, "H1": 0.2}}),
    "exchangeable": lambda: made(PROFILE, roles=None),
    "one respondent": lambda: couples(PROFILE, answers(PROFILE)[:, :1]),
    "groups": lambda: made(PROFILE, group=["married", "dating", "dating"] * 10),
    "exchangeable groups": lambda: made(PROFILE, roles=None, group=["married", "dating", "dating"] * 10),
    "finished scores": lambda: made(FINISHED),
    "three couples": lambda: made(PROFILE, 3),
    "three exchangeable couples": lambda: made(PROFILE, 3, roles=None),
    "absent partners": lambda: made(PROFILE, 12, absent=[(0, 0), (1, 1), (2, 1), (3, 1)]),
    "nobody of one role": lambda: made(PROFILE, 4, absent=[(0, 0), (1, 0), (2, 0)]),
    "holes": lambda: _with(PROFILE, _hole),
    "exchangeable holes": lambda: _with(PROFILE, _hole, roles=None),
    "flat profiles": lambda: _with(PROFILE, _flat),
    "exchangeable flat profiles": lambda: _with(PROFILE, _flat, roles=None),
    "the same answer everywhere": lambda: _with(PROFILE, _same),
    "exchangeable same answer": lambda: _with(PROFILE, _same, roles=None),
    "twins": lambda: _with(PROFILE, _twins),
    "exchangeable twins": lambda: _with(PROFILE, _twins, roles=None),
    "opposites": lambda: _with(PROFILE, _opposite),
    "a constant difference": lambda: _with(PROFILE, _shifted),
    "a constant item": lambda: _with(SHORT, _constant),
    "items that cancel": lambda: _with(book(items("H1", 2), items("H2", 3)), _cancel),
    "gates": lambda: _with(GATED, _gates),
    "exchangeable gates": lambda: _with(GATED, _gates, roles=None),
    "unlike ranges": lambda: made(UNLIKE),
    "short scales": lambda: made(SHORT),
    "mirrors": lambda: made(MIRRORED),
    "exchangeable mirrors": lambda: made(MIRRORED, roles=None),
    "mixed referents": lambda: made(MIXED),
    "exchangeable mixed referents": lambda: made(MIXED, roles=None),
    "no bounds": lambda: made(book(items("N1", 3, low=None, high=None), items("H1", 3))),
    "built-in": lambda: an.make_couples(25, seed=4, missing={"skipped": 0.05, "does_not_apply": 0.2}, one_partner=0.1),
    "built-in exchangeable": lambda: an.make_couples(25, seed=4, roles=None, one_partner=0.1),
}
