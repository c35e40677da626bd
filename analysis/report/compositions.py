"""Reports of compositions that are analysed apart: their samples, their folders, the page that leads to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from analysis.couples import Couples
from analysis.disclosure import public_count
from analysis.report.joining import shown_compositions
from analysis.report.markdown import table, text
from analysis.report.sections.closing import citing, compositions_caution, provenance
from analysis.report.sections.coders import coders
from analysis.report.sections.common import Content, section
from analysis.report.sections.sample import flow, opening, who

COMPOSITIONS = "compositions"


def samples_shown(couples: Couples) -> dict[str, Couples]:
    """Return the samples that get a report, by name: small compositions joined, unless the study is open.

    Couples that are one sample stand alone: under an empty name, or as all compositions where none can be shown apart.
    """
    if couples.compositions is None or not couples.apart:
        return couples.parts()
    shown = shown_compositions(couples.compositions.sizes, couples.settings)
    samples = {name: couples.part(members, name) for name, members in shown.items()}
    if len(samples) > 1:
        return samples
    whole = {name: getattr(couples, name) for name in ("ledger", "notes", "private_notes")}
    return {name: replace(sample, **whole) for name, sample in samples.items()}


def folder_name(name: str, names: Iterable[str]) -> str:
    """Return the folder of a composition: its name in letters, digits and hyphens that every system knows.

    Examples
    --------
    >>> folder_name("Woman & man", ["Woman & man", "woman/man"]), folder_name("woman/man", ["Woman & man", "woman/man"])
    ('woman-man', 'woman-man-2')
    """
    plain = [_plain(other) for other in names]
    place = list(names).index(name)
    before = plain[:place].count(plain[place])
    return f"{plain[place]}-{before + 1}" if before else plain[place]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "composition"


def subfolders(out: Path) -> list[Path]:
    """Return the folders of compositions that a report has."""
    return sorted(path for path in (out / COMPOSITIONS).glob("*") if path.is_dir())


def clear_compositions(out: Path, files: Iterable[str]) -> None:
    """Take away what an earlier report left of its compositions: the files that a report writes, and empty folders."""
    for sub in subfolders(out):
        for name in files:
            (sub / name).unlink(missing_ok=True)
        below = dict.fromkeys((sub / name).parent for name in files)
        for folder in (*sorted(below, reverse=True), out / COMPOSITIONS):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def overview(content: Content, samples: Mapping[str, Couples]) -> str:
    """Return the page that leads to the compositions' reports, as Markdown: who they are, what came in, cautions."""
    parts = (
        opening(content), flow(content), _samples(content, samples), coders(content),
        section("Cautions", "cautions", [compositions_caution(content.couples)]), citing(content), provenance(content),
    )  # fmt: skip
    return "\n\n".join(filter(None, parts)) + "\n"


def _samples(content: Content, samples: Mapping[str, Couples]) -> str:
    rows = [
        [
            text(name),
            text(who(sample)),
            f"[report of {text(name)}]({COMPOSITIONS}/{folder_name(name, samples)}/report.html)",
            public_count(sample.n, content.couples.settings),
        ]
        for name, sample in samples.items()
    ]
    caption = content.numbering.table("Compositions, each with a report of its own.")
    made = table(["Composition", "Partners", "Report", "Couples"], rows, caption, words=3)
    return section("Compositions", "compositions", [made, "All their numbers, by composition: results.csv."])
