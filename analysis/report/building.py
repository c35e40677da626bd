"""Building a report: study -> results -> public files, figures, page and Word file; private files beside them."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from analysis.codings import DISCUSSION, Codings
from analysis.couples import Couples
from analysis.disclosure import public, stamp
from analysis.errors import StudyError
from analysis.estimation.coders import coder_agreement
from analysis.estimation.compositions import one_table
from analysis.estimation.notes import joined
from analysis.private import KEPT_FROM_GIT, PRIVATE, private_folder, safe
from analysis.report.analyses import analyse
from analysis.report.compositions import (
    COMPOSITIONS,
    clear_compositions,
    folder_name,
    overview,
    samples_shown,
    subfolders,
)
from analysis.report.document import document
from analysis.report.drawing import FIGURES, draw_figures
from analysis.report.numbers import Numbers
from analysis.report.provenance import provenance
from analysis.report.rendering import render
from analysis.report.sections.common import Content
from analysis.report.tables.common import Numbering
from analysis.results import Estimates
from analysis.rules import allowed_words
from analysis.settings import Settings
from analysis.study import Study


def build_report(study: Study, out: str | Path) -> Path:
    """Write the report of a study into a folder and return the path of its page.

    Parameters
    ----------
    study : Study
    out : str or Path
        Written: report.html, report.docx, results.csv, provenance.json, figures/, and private/ with the ledger, the
        results at full precision and a warning. Files of an earlier report are replaced; others are left alone. Where
        compositions are analysed apart, all this is made of each in a folder of its own below compositions/; the page
        on top leads there, and its results.csv holds them all, by composition in column ``group``.

    Raises
    ------
    SurveyError
        If the data do not fit, or the folder cannot be written. Nothing is left half-made.
    """
    out = Path(out)
    _check_folder(out, study)
    _check_targets(out)
    study = replace(study, day=_day(study))
    couples = study.couples()
    codings = study.codings() if study.coded else None
    samples = samples_shown(couples)
    with tempfile.TemporaryDirectory(prefix="report-", dir=_made(out)) as aside:
        folder = Path(aside)
        if len(samples) == 1:
            _write_sample(study, next(iter(samples.values())), folder, codings)
        else:
            _write_samples(study, couples, samples, folder, codings)
        moves = {sub: _made(out / COMPOSITIONS / sub.name) for sub in subfolders(folder)}
        clear_compositions(out, REPORT_FILES)
        for source, target in {folder: out, **moves}.items():
            _move(source, target)
    return out / "report.html"


def _write_sample(
    study: Study, couples: Couples, folder: Path, codings: Codings | None = None
) -> tuple[Estimates, Estimates]:
    """Write the whole report of couples that are one sample; return its public results and all of them."""
    results = analyse(couples, codings)
    shown = public(results, couples.settings)
    drawn, not_drawn = draw_figures(couples, shown, folder)
    content = Content(
        study, couples, Numbers(shown), Numbering(stamp(couples.settings)), drawn, not_drawn,
        provenance(study, couples), codings,
    )  # fmt: skip
    _write_files(content, document(content), results, folder)
    return shown, results


def _write_samples(
    study: Study, couples: Couples, samples: Mapping[str, Couples], folder: Path, codings: Codings | None
) -> None:
    """Write a report of each sample into a folder of its own, and the page that leads to them, with the coders."""
    made = {}
    for name, sample in samples.items():
        sub = folder / COMPOSITIONS / folder_name(name, samples)
        sub.mkdir(parents=True)
        made[name] = _write_sample(replace(study, title=f"{study.title}: {name}"), sample, sub)
    shown, results = (one_table(zip(made, tables, strict=True)) for tables in zip(*made.values(), strict=True))
    if codings:
        coders = coder_agreement(codings)
        shown, results = shown + public(coders, couples.settings), results + coders
    numbers, numbering = Numbers(shown), Numbering(stamp(couples.settings))
    content = Content(study, couples, numbers, numbering, {}, {}, provenance(study, couples), codings)
    _write_files(content, overview(content, samples), results, folder)


def _write_files(content: Content, words: str, results: Estimates, folder: Path) -> None:
    source = folder / "report.md"
    source.write_text(words, encoding="utf-8")
    render(source, folder, title=content.study.title, epoch=_epoch(content.study.day))
    source.unlink()
    write_results(content.numbers.results, folder / "results.csv", content.couples.settings)
    _write_json(folder / "provenance.json", content.made_from)
    _write_private(folder / PRIVATE, content.couples, results, content.codings)


def _check_folder(out: Path, study: Study) -> None:
    if out.exists() and not out.is_dir():
        raise StudyError(f"The output folder '{out}' is a file. Name a folder with --out.")
    if out.resolve() in {path.resolve().parent for path in study.files}:
        raise StudyError(f"The output folder '{out}' holds the survey file. Name another one with --out.")


def _check_targets(out: Path) -> None:
    """Refuse a folder in which something else stands where a file or folder of the report would go."""
    for target in (out / name for name in REPORT_FILES):
        in_the_way = [target] if target.is_dir() else [target.parent] if target.parent.is_file() else []
        if in_the_way:
            raise StudyError(
                f"'{in_the_way[0]}' is in the way of the report. Move it, or name another folder with --out."
            )


def _made(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            return out
    except OSError as error:
        raise StudyError(
            f"The output folder '{out}' cannot be written ({error.strerror}). Name another one with --out."
        ) from error


def _day(study: Study) -> str:
    """Return the report's date: the study's, else that of SOURCE_DATE_EPOCH, else none."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if study.day or not epoch:
        return study.day
    try:
        return datetime.fromtimestamp(int(epoch), tz=UTC).date().isoformat()
    except (ValueError, OverflowError, OSError) as error:
        raise StudyError(
            f"SOURCE_DATE_EPOCH is '{epoch}'; it takes seconds since 1970, such as 1795564800. Set it so, or write the "
            "date in study.toml."
        ) from error


def _epoch(day: str) -> str:
    """Return the second that the Word file is stamped with; none for a day that such a file cannot hold."""
    fits = "1980" <= day[:4] < "2108"
    return str(int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())) if fits else ""


def write_results(results: Estimates, path: Path, settings: Settings) -> None:
    """Write results as CSV: full precision of what they hold, texts that no spreadsheet takes for a formula.

    Every row's note says which rules the study does not keep to, as a row may be taken out of the table.
    """
    frame = results.frame
    frame["note"] = [joined(note, allowed_words(settings.allow)) for note in frame["note"]]
    safe(frame).to_csv(path, index=False, lineterminator="\n")


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_private(folder: Path, couples: Couples, results: Estimates, codings: Codings | None) -> None:
    private_folder(folder, "The ledger")
    write_results(results, folder / "results.csv", couples.settings)
    _write_ledger(couples.ledger, folder / "ledger.csv")
    notes = [*couples.notes, *results.notes]
    if codings is not None:
        codings.write_discussion(folder)
        _write_ledger(codings.ledger, folder / CODERS_LEDGER)
        notes += [note for note in codings.notes if note not in couples.notes]
    (folder / "notes.txt").write_text("\n".join([*notes, ""]), encoding="utf-8")


def _write_ledger(ledger: pd.DataFrame, path: Path) -> None:
    safe(ledger.astype({"row": "int64"})).to_csv(path, index=False, lineterminator="\n")


CODERS_LEDGER = "coders_ledger.csv"
REPORT_FILES = (
    *("report.html", "report.docx", "results.csv", "provenance.json"),
    *(f"figures/{name}.{ending}" for name in FIGURES for ending in ("svg", "png")),
    *(
        f"{PRIVATE}/{name}"
        for name in (*KEPT_FROM_GIT, "notes.txt", "results.csv", "ledger.csv", DISCUSSION, CODERS_LEDGER)
    ),
)


def _move(folder: Path, out: Path) -> None:
    """Put the finished report into place; files of an earlier one that this one does not have go away."""
    try:
        for name in REPORT_FILES:
            (out / name).unlink(missing_ok=True)
        for name in REPORT_FILES:
            if (folder / name).exists():
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(folder / name, out / name)
    except OSError as error:
        raise StudyError(
            f"The report cannot be put into '{out}': '{error.filename}' is in the way or cannot be replaced "
            f"({error.strerror}). Close or move it, or name another folder with --out."
        ) from error
