"""What every table of the report shares: its number and stamp, and the words for persons and scales."""

from __future__ import annotations

from itertools import count

from analysis.couples import Couples
from analysis.instrument.codebook import BLOCKS, Codebook
from analysis.report.markdown import text
from analysis.report.numbers import Numbers

NO_BREAK = "\u00a0"
WHO = {"both": "all persons", "respondent": "respondents"}


class Numbering:
    """Hands out table and figure numbers in the order of the text; a stamp ends every caption."""

    def __init__(self, stamp: str = "") -> None:
        self._tables, self._figures = count(1), count(1)
        self._stamp = f" {text(stamp)}" if stamp else ""

    def table(self, caption: str) -> str:
        """Return the caption with the next table number."""
        return f"**Table {next(self._tables)}.** {caption}{self._stamp}"

    def figure(self, caption: str) -> str:
        """Return the caption with the next figure number."""
        return f"**Figure {next(self._figures)}.** {caption}{self._stamp}"


def who(partner: str) -> str:
    """Return the words for a partner column."""
    return text(WHO.get(partner, partner))


def partners_of(numbers: Numbers, section: str) -> list[str]:
    """Return the partner labels of a section, groups aside."""
    return numbers.column("partner", section=section, group="")


def scale_name(codebook: Codebook, code: str) -> str:
    """Return code and name of a scale, facet or block for a row, both only where they differ, and if it is on trial."""
    label = codebook.label(code)
    alike = label.casefold() == code.casefold().replace("+", " with ")
    trial = " (experimental)" if code in codebook.codes and codebook.scale(code).experimental else ""
    return text((label if code in BLOCKS or alike or "." in code else f"{code} {label}") + trial)


def level(couples: Couples) -> str:
    """Return the level of intervals for a column's head."""
    return rf"\[{couples.settings.confidence:.0%}{NO_BREAK}CI\]"


def of_group(group: str) -> str:
    """Return how a caption names the group of couples that a table is of."""
    return f" Group: {text(group)}." if group else ""
