"""Correlation matrices: within persons below the diagonal, and what else there is above it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from analysis.couples import Couples
from analysis.report.markdown import table, text
from analysis.report.numbers import Numbers, value
from analysis.report.tables.common import Numbering, scale_name

Cell = Callable[[str, str], str]


def correlations(numbers: Numbers, couples: Couples, numbering: Numbering) -> list[str]:
    """Return the correlation tables that the data allow: one, or with roles one within and one across partners."""
    look = _Lookup(numbers, list(couples.codebook.codes))
    if len(look.codes) < 2:
        return []
    if couples.one_person:
        within = _matrix(couples, look.codes, below=look.within("respondent"), above=_blank, diagonal=_blank)
        return [table(*within, numbering.table("Correlations within persons."))]
    if couples.roles is None:
        both = _matrix(
            couples, look.codes, look.within("both"), look.across("both", "both"), look.between("icc_pairwise")
        )
        words = "Correlations within persons below the diagonal, across partners above; on it the pairwise ICC."
        return [table(*both, numbering.table(words))]
    first, second = couples.roles
    between = look.between("pearson_r")
    within = _matrix(couples, look.codes, look.within(first), look.within(second), between)
    across = _matrix(couples, look.codes, look.across(first, second), look.across(first, second), between)
    one, two = text(first), text(second)
    return [
        table(
            *within,
            numbering.table(
                f"Correlations within persons: {one} below the diagonal, {two} above; between partners on it."
            ),
        ),
        table(*across, numbering.table(f"Correlations across partners: rows {one}, columns {two}.")),
    ]


class _Lookup:
    """Finds the correlation of two scales, whichever of them comes first in the codebook."""

    def __init__(self, numbers: Numbers, codes: list[str]) -> None:
        self.numbers, self.codes = numbers, codes

    def within(self, partner: str) -> Cell:
        return lambda a, b: self._pair("within_person_r", a, b, partner, partner)

    def across(self, of_row: str, of_column: str) -> Cell:
        return lambda a, b: self._pair("cross_partner_r", a, b, of_row, of_column)

    def between(self, statistic: str) -> Cell:
        return lambda a, _: self._between(statistic, a)

    def _pair(self, statistic: str, a: str, b: str, of_a: str, of_b: str) -> str:
        in_order = self.codes.index(a) < self.codes.index(b)
        scale, partner = (f"{a}+{b}", of_a) if in_order else (f"{b}+{a}", of_b)
        return value(self.numbers.at("describe", statistic, scale=scale, partner=partner))

    def _between(self, statistic: str, scale: str) -> str:
        found = [
            self.numbers.at("agreement", statistic, scale=scale, partner="both", comparison=c)
            for c in ("similarity", "agreement")
        ]
        return value(next(filter(None, found), {}))


def _blank(_a: str, _b: str) -> str:
    return ""


def _matrix(
    couples: Couples, codes: list[str], below: Cell, above: Cell, diagonal: Cell
) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a square table with numbered columns."""
    rows = []
    for i, a in zip(count(), codes):
        cells = [(below if i > j else above if i < j else diagonal)(a, b) for j, b in enumerate(codes)]
        rows.append([f"{i + 1} {scale_name(couples.codebook, a)}", *cells])
    return ["Scale", *(str(i + 1) for i in range(len(codes)))], rows
