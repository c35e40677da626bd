"""Sections on what came in: the lead, the flow of couples, what was asked."""

from __future__ import annotations

from analysis.couples import Couples
from analysis.disclosure import public_count, stamp
from analysis.errors import counted
from analysis.report.markdown import bullets, text
from analysis.report.sections.common import Content, section
from analysis.report.tables import measures as tables


def opening(content: Content) -> str:
    """Return the day, the stamp and one line on who answered what."""
    study, couples = content.study, content.couples
    words = stamp(couples.settings)
    banner = f"::: banner\n{text(words)}\n:::" if words else ""
    book = couples.codebook
    version = f", version {text(book.version)}" if book.version else ""
    scales = f"{counted(len(book.codes), 'scale')} of the instrument “{text(book.name)}”{version}"
    lead = f"Couples: {public_count(couples.n, couples.settings)} ({text(who(couples))}); {scales}."
    day = f"Report of {text(study.day)}." if study.day else ""
    return "\n\n".join(filter(None, [day, banner, lead]))


def who(couples: Couples) -> str:
    """Return in words who the two partners are."""
    if couples.roles:
        return f"{couples.roles[0]} and {couples.roles[1]}"
    if couples.one_person:
        return "one respondent a couple"
    return "several compositions, each apart" if couples.apart else "partners exchangeable"


def flow(content: Content) -> str:
    """Return what became of every row of the file."""
    couples, numbering = content.couples, content.numbering
    blocks = [tables.flow(couples, numbering)]
    hidden = 0 if couples.settings.open else len(couples.private_notes)
    shown = [note for note in couples.notes if not hidden or note not in couples.private_notes]
    said = [text(content.public(note)) for note in shown]
    blocks += ["What the reading of the file has to say:", bullets(said)] if said else []
    if hidden:
        blocks.append(f"{counted(hidden, 'more note')} on couples or rows: see private/notes.txt.")
    return section("Flow of couples", "flow", blocks)


def measures(content: Content) -> str:
    """Return what was asked and what is missing."""
    couples, numbering = content.couples, content.numbering
    share = couples.settings.minimum_answered
    rule = (
        f"A score is the mean of a scale's answered items where at least {share:.0%} of them are answered, after "
        "reversing with the declared bounds; nothing is imputed. Mirrored items and companions never enter a score."
    )
    return section(
        "Measures", "measures", [rule, tables.measures(couples, numbering), tables.missing(couples, numbering)]
    )
