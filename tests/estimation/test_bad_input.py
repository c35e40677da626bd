"""Bad answers through every table of items and reliability: a number, or its reason; never a warning, never a crash."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest
from handmade import answers, book, couples, items, made

import analysis as an
from analysis.estimation.resampling import OUTSIDE
from analysis.results import KEY, NO_INTERVAL, Row
from analysis.stats.value import ROUNDING, Array

FIVE, TWO_SCALES = book(items("H1", 5)), book(items("H1", 4), items("H2", 4))


def _of_answers(change: Callable[[Array], None], codebook: an.Codebook = TWO_SCALES, n: int = 30) -> Array:
    cells = answers(codebook, n)
    change(cells)
    return cells


def _same(cells: Array) -> None:
    cells[...] = 3.0


def _one_side(cells: Array) -> None:
    cells[:, 0] = 3.0


def _perfect(cells: Array) -> None:
    cells[:, :, 1] = cells[:, :, 0]


def _all_perfect(cells: Array) -> None:
    cells[:, :, 1:4] = cells[:, :, :1]


def _against(cells: Array) -> None:
    cells[:, :, 1::2] = 6.0 - cells[:, :, ::2]


def _rare(cells: Array) -> None:
    cells[1:, :, 0], cells[0, :, 0] = 3.0, 5.0


def _nobody_complete(cells: Array) -> None:
    cells[np.arange(len(cells)), :, np.arange(len(cells)) % 4] = np.nan


def _one_complete(cells: Array) -> None:
    cells[1:, :, 0] = np.nan


def _binary(cells: Array) -> None:
    cells[...] = np.where(cells.astype(float) > 3, 5.0, 1.0)


def _constant(cells: Array) -> None:
    cells[:, 0, 0] = cells[:, 1, 1] = 4.0


def _noise(cells: Array) -> None:
    cells[...] = np.random.default_rng(3).integers(1, 6, cells.shape).astype(object)


BAD: dict[str, tuple[an.Codebook, Callable[[], Array]]] = {
    "two couples": (TWO_SCALES, lambda: answers(TWO_SCALES, 2)),
    "three couples": (TWO_SCALES, lambda: answers(TWO_SCALES, 3)),
    "fewer couples than items": (TWO_SCALES, lambda: answers(TWO_SCALES, 4)),
    "one couple more than items": (TWO_SCALES, lambda: answers(TWO_SCALES, 5)),
    "the same answer": (TWO_SCALES, lambda: _of_answers(_same)),
    "one partner without variance": (TWO_SCALES, lambda: _of_answers(_one_side)),
    "two equal items": (TWO_SCALES, lambda: _of_answers(_perfect)),
    "a scale of equal items": (TWO_SCALES, lambda: _of_answers(_all_perfect)),
    "items against each other": (TWO_SCALES, lambda: _of_answers(_against)),
    "an answer that one person gave": (TWO_SCALES, lambda: _of_answers(_rare)),
    "nobody complete": (TWO_SCALES, lambda: _of_answers(_nobody_complete)),
    "one couple complete": (TWO_SCALES, lambda: _of_answers(_one_complete)),
    "yes and no": (TWO_SCALES, lambda: _of_answers(_binary)),
    "two items, one constant": (book(items("H1", 2)), lambda: _of_answers(_constant, book(items("H1", 2)))),
    "three items, one constant": (book(items("H1", 3)), lambda: _of_answers(_constant, book(items("H1", 3)))),
    "noise": (TWO_SCALES, lambda: _of_answers(_noise)),
    "one item": (book(items("H1", 1), items("H2", 4)), lambda: answers(book(items("H1", 1), items("H2", 4)))),
    "a hundred items, forty couples": (book(items("H1", 100)), lambda: answers(book(items("H1", 100)), 40)),
}
TABLES = (
    an.items, an.factor_fit, an.scale_pairs,
    lambda data: an.reliability(data, bootstrap=True, fiml=True, categorical=True),
    lambda data: an.partner_reliability(data, bootstrap=True),
    lambda data: an.block_reliability(data, bootstrap=True),
)  # fmt: skip


@cache
def rows_of(name: str, kind: str) -> tuple[Row, ...]:
    return tuple(_rows(name, kind))


def _rows(name: str, kind: str) -> Iterator[Row]:
    codebook, cells = BAD[name]
    data = couples(
        codebook, cells()[:, :1] if kind == "one respondent" else cells(), roles=("w", "m") if kind == "roles" else None
    )
    for table in TABLES:
        yield from table(data)


every_bad = pytest.mark.parametrize("name", BAD)
every_kind = pytest.mark.parametrize("kind", ["roles", "exchangeable", "one respondent"])


@every_kind
@every_bad
def test_every_gap_has_its_own_reason_and_every_row_its_own_place(name: str, kind: str) -> None:
    rows = rows_of(name, kind)
    assert rows
    for row in rows:
        if not np.isfinite(row["estimate"]):
            assert row["note"] not in ("", NO_INTERVAL), row
    places = [tuple(row[key] for key in KEY) for row in rows]
    assert len(places) == len(set(places))


@every_kind
@every_bad
def test_intervals_hold_their_estimate_or_say_that_they_do_not(name: str, kind: str) -> None:
    for row in rows_of(name, kind):
        if np.isfinite(row["lower"]):
            assert np.isfinite(row["upper"])
            width = ROUNDING * max(1.0, abs(row["estimate"]))
            holds = row["lower"] - width <= row["estimate"] <= row["upper"] + width
            assert (OUTSIDE in row["note"]) != holds, row
            assert row["upper"] - row["lower"] > ROUNDING or row["statistic"] == "onefactor_rmsea", row
        numbers = [value for value in row.values() if isinstance(value, float)]
        assert not np.isinf(numbers).any(), row


def test_an_item_against_its_key_is_named_for_the_partner_whose_answers_say_so() -> None:
    cells = answers(FIVE, 80)
    cells[:, 0, 2] = 6.0 - cells[:, 0, 2]  # the first partner read the question the other way round
    table = an.items(couples(FIVE, cells))
    assert [note.partition(". ")[0] for note in table.notes] == ["Items that run against their declared key: H1_3 (w)"]
    mean = next(iter(table.where(item="H1_3", partner="w", statistic="mean")))
    assert mean["estimate"] == pytest.approx(cells[:, 0, 2].astype(float).mean())  # nothing flipped


def test_a_heap_of_items_against_their_keys_is_named_in_part() -> None:
    keyed = book(items("H1", 4), items("H1", 4, first=5, keyed=-1))
    data = couples(keyed, answers(book(items("H1", 8)), 60))
    audit = an.items(data).notes[-1]
    assert audit.startswith("Items that run against their declared key: ")
    assert "nothing was flipped" in audit


def test_bootstrap_and_plain_rows_have_the_same_estimate() -> None:
    for name in BAD:
        rows = {tuple(row[key] for key in KEY): row for row in rows_of(name, "roles")}
        for place, row in rows.items():
            if row["variant"].endswith("bootstrap"):
                plain = (*place[:-1], row["variant"].removesuffix("bootstrap").strip())
                assert row["estimate"] == pytest.approx(rows[plain]["estimate"], rel=1e-9, abs=1e-9), (name, place)


def test_a_made_up_survey_has_no_reasons_where_there_is_nothing_wrong() -> None:
    table = an.reliability(made(FIVE, 100), bootstrap=True)
    assert not [row for row in table if row["scale"] and not np.isfinite(row["estimate"])]
