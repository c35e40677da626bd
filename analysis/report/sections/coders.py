"""The section on coders of open answers: how good the coding is, before anything is made of the codes."""

from __future__ import annotations

from analysis.codings import Codings
from analysis.disclosure import public_count
from analysis.errors import counted
from analysis.report.markdown import bullets, text
from analysis.report.sections.common import Content, section
from analysis.report.tables import coders as tables

METHOD = (
    "Each two coders are compared over the persons whom both coded, each code by itself; both partners of a couple are "
    "one cluster. Alike is the share of persons whom both judge alike, given the share of their judgements that give "
    "the code, α Krippendorff's nominal alpha. κ and α ask how far agreement goes beyond chance: for a code that "
    "nobody used, or that everyone was given, they are undefined, while coders agree by 100 %. With rare codes they "
    "swing widely; read AC1 and the two shares beside them. This says how good the coding is, nothing of partners."
)
CONFUSION = (
    "On the diagonal stand the persons to whom both coders gave the code; elsewhere only codes count that the other "
    "coder did not give. A person can stand in several cells."
)


def coders(content: Content) -> str:
    """Return how far coders agree, code by code, and what they take for what; empty in a study without codings."""
    codings = content.codings
    if codings is None:
        return ""
    blocks = [bullets(_who(content, codings))]
    if len(codings.coders) > 1:
        blocks += [METHOD, *tables.agreement(content.numbers, codings, content.numbering)]
        confusions = tables.confusions(content.numbers, codings, content.numbering)
        blocks += [CONFUSION, *confusions] if confusions else []
    return section("Coders of the open answers", "coders", blocks)


def _who(content: Content, codings: Codings) -> list[str]:
    """Return who coded how many, what became of the file's rows, and what is left to discuss."""

    def shown(count: int) -> str:
        return public_count(count, codings.settings)

    by = [
        f"{text(name)} ({shown(int(n))} persons)"
        for name, n in zip(codings.coders, codings.coded_by.sum(0), strict=True)
    ]
    kept, open_cases = int(codings.ledger["kept"].sum()), len(codings.discussion())
    lines = [
        f"{counted(len(codings.coders), 'coder')}: {', '.join(by)}.",
        f"Rows of the coders' file: {shown(kept)} kept, {shown(len(codings.ledger) - kept)} out.",
        f"Persons and codes that coders see differently: {shown(open_cases)}, listed in private/discussion.csv.",
    ]
    if content.study.data is None:
        return lines
    notes = [note for note in codings.notes if codings.settings.open or note not in codings.private_notes]
    return [*lines, *(text(content.public(note)) for note in [*notes, *codings.strangers(content.couples)])]
