"""What every section of the report shares: what it is made from, its heading, its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.codings import Codings
from analysis.couples import Couples
from analysis.disclosure import public_note
from analysis.report.markdown import figure, heading
from analysis.report.numbers import Numbers
from analysis.report.tables.common import Numbering
from analysis.study import Study


@dataclass(frozen=True)
class Drawn:
    """A figure that was saved: path without ending, caption, alternative text, whether it outgrows a page."""

    stem: str
    caption: str
    alternative: str
    tall: bool


@dataclass(frozen=True)
class Content:
    """What a report is made from.

    Attributes
    ----------
    study, couples
        What was analysed.
    numbers : Numbers
        Public results: see :mod:`analysis.disclosure`.
    numbering : Numbering
        Gives tables and figures their numbers, in the order in which they are made.
    figures : mapping
        Those that could be drawn, by name.
    not_drawn : mapping
        The others, with the reason.
    made_from : mapping
        As :func:`analysis.report.provenance.provenance` returns it.
    codings : Codings or None
        What coders found in the open answers of the study.
    """

    study: Study
    couples: Couples
    numbers: Numbers
    numbering: Numbering
    figures: Mapping[str, Drawn]
    not_drawn: Mapping[str, str]
    made_from: Mapping[str, Any]
    codings: Codings | None = None

    def figure(self, name: str) -> str:
        """Return a figure with its caption, or nothing where it was not drawn."""
        if name not in self.figures:
            return ""
        drawn = self.figures[name]
        return figure(drawn.stem, self.numbering.figure(drawn.caption), drawn.alternative, tall=drawn.tall)

    def public(self, note: str) -> str:
        """Return a note as the report may show it: small counts hidden, unless the study is open."""
        return note if self.couples.settings.open else public_note(note, self.couples.settings)


def section(title: str, identifier: str, blocks: list[str]) -> str:
    """Return a section: its heading and what it holds, empty blocks left out."""
    return "\n\n".join([heading(2, title, identifier), *filter(None, blocks)])
