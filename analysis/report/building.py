"""Building a report: study -> results -> public files, figures, page and Word file; private files beside them."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from matplotlib.axes import Axes

from analysis import figures as draw
from analysis.couples import Couples
from analysis.disclosure import public, stamp
from analysis.errors import StudyError, SurveyError
from analysis.private import KEPT_FROM_GIT, PRIVATE, private_folder, safe
from analysis.report.analyses import analyse
from analysis.report.document import document
from analysis.report.markdown import text
from analysis.report.numbers import Numbers
from analysis.report.provenance import provenance
from analysis.report.rendering import render
from analysis.report.sections.common import Content, Drawn
from analysis.report.tables.common import Numbering
from analysis.results import Estimates
from analysis.study import Study

PAGE_HEIGHT = 5.3  # inches of a landscape page that a figure may take


def build_report(study: Study, out: str | Path) -> Path:
    """Write the report of a study into a folder and return the path of its page.

    Parameters
    ----------
    study : Study
    out : str or Path
        Written: report.html, report.docx, results.csv, provenance.json, figures/, and private/ with the ledger, the
        results at full precision and a warning. Files of an earlier report are replaced; others are left alone.

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
    results = analyse(couples)
    shown = public(results, couples.settings)
    with tempfile.TemporaryDirectory(prefix="report-", dir=_made(out)) as aside:
        folder = Path(aside)
        made_from = provenance(study, couples)
        drawn, not_drawn = _figures(couples, shown, folder)
        source = folder / "report.md"
        numbering = Numbering(stamp(couples.settings))
        content = Content(study, couples, Numbers(shown), numbering, drawn, not_drawn, made_from)
        source.write_text(document(content), encoding="utf-8")
        render(source, folder, title=study.title, epoch=_epoch(study.day))
        source.unlink()
        write_results(shown, folder / "results.csv")
        _write_json(folder / "provenance.json", made_from)
        _write_private(folder / PRIVATE, couples, results)
        _move(folder, out)
    return out / "report.html"


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


FIGURES: dict[str, Callable[[Couples], Axes]] = {
    "profile": draw.profile,
    "groups": lambda couples: draw.profile(couples, by="group"),
    "reliability": draw.reliability,
    "plane": draw.plane,
    "item_map": draw.item_map,
    "item_correlations": draw.item_correlations,
}
CAPTIONS = {
    "profile": "Indicator profile: scale means with {level} intervals{within}.",
    "groups": "Indicator profile by {group}: scale means with {level} intervals.",
    "reliability": "Reliability of the scores with {level} intervals.",
    "plane": "Healthy and unhealthy block means: density of persons, means with {level} ellipses.",
    "item_map": "Item map: each item's mean and its correlation with the rest of its scale.",
    "item_correlations": "Correlations between items, in blocks of scales.",
}


def _figures(couples: Couples, shown: Estimates, folder: Path) -> tuple[dict[str, Drawn], dict[str, str]]:
    """Draw the figures that the data allow; return what the text needs of each, and why the others are not there."""
    (folder / "figures").mkdir()
    drawn, refused = {}, {}
    for name, make in FIGURES.items():
        if name == "groups" and couples.groups is None:
            continue
        try:
            ax = make(couples)
        except SurveyError as reason:
            refused[name] = str(reason)
            continue
        draw.save(ax, folder / "figures" / name)
        caption = f"{_caption(name, couples, ax)}{_persons(name, shown, couples, ax)}"
        drawn[name] = Drawn(f"figures/{name}", caption, str(ax.get_label()), _is_tall(ax))
        _put_away(ax)
    return drawn, refused


def _put_away(ax: Axes) -> None:
    """Take a figure that is saved off those that a notebook shows below its cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(ax.get_figure(root=True))


def _is_tall(ax: Axes) -> bool:
    figure = ax.get_figure(root=True)
    return figure is not None and figure.get_size_inches()[1] > PAGE_HEIGHT


def _caption(name: str, couples: Couples, ax: Axes) -> str:
    within = " within couples" if "within couples" in ax.get_xlabel() else ""
    group = text(couples.groups.name) if couples.groups is not None else ""
    level = f"{couples.settings.confidence:.0%}"
    return CAPTIONS[name].format(level=level, within=within, group=group)


OF_FIGURE: dict[str, dict[str, str | list[str]]] = {
    "profile": {"section": "describe", "statistic": "scale_mean", "group": ""},
    "groups": {"section": "describe", "statistic": "scale_mean"},
    "reliability": {"section": "reliability", "statistic": ["alpha", "alpha_pooled"], "group": "", "variant": ""},
    "item_map": {"section": "items", "statistic": "item_rest_r"},
    "item_correlations": {"section": "items", "statistic": "item_rest_r"},
}


def _persons(name: str, shown: Estimates, couples: Couples, ax: Axes) -> str:
    """Return on how many persons the numbers of a figure rest: one number, or the range over its marks.

    Nothing where the figure's own legend has them, as that of the plane does.
    """
    variant = "within_couple" if "within couples" in ax.get_xlabel() else ""
    rows = shown.where(**{"variant": variant} | OF_FIGURE.get(name, {"section": ""})).frame
    n = rows.loc[rows["estimate"].notna() & rows["scale"].isin(couples.codebook.codes), "n_persons"].dropna()
    if not len(n):
        return ""
    return f" Persons a mark: {n.min():,}." if n.min() == n.max() else f" Persons a mark: {n.min():,} to {n.max():,}."


def write_results(results: Estimates, path: Path) -> None:
    """Write results as CSV: full precision of what they hold, texts that no spreadsheet takes for a formula."""
    safe(results.frame).to_csv(path, index=False, lineterminator="\n")


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_private(folder: Path, couples: Couples, results: Estimates) -> None:
    private_folder(folder, "The ledger")
    (folder / "notes.txt").write_text("\n".join([*couples.notes, *results.notes, ""]), encoding="utf-8")
    write_results(results, folder / "results.csv")
    safe(couples.ledger.astype({"row": "int64"})).to_csv(folder / "ledger.csv", index=False, lineterminator="\n")


REPORT_FILES = (
    *("report.html", "report.docx", "results.csv", "provenance.json"),
    *(f"figures/{name}.{ending}" for name in FIGURES for ending in ("svg", "png")),
    *(f"{PRIVATE}/{name}" for name in (*KEPT_FROM_GIT, "notes.txt", "results.csv", "ledger.csv")),
)


def _move(folder: Path, out: Path) -> None:
    """Put the finished report into place; files of an earlier one that this one does not have go away."""
    try:
        for name in REPORT_FILES:
            (out / name).unlink(missing_ok=True)
        for name in REPORT_FILES:
            if (folder / name).exists():
                (out / name).parent.mkdir(exist_ok=True)
                shutil.move(folder / name, out / name)
    except OSError as error:
        raise StudyError(
            f"The report cannot be put into '{out}': '{error.filename}' is in the way or cannot be replaced "
            f"({error.strerror}). Close or move it, or name another folder with --out."
        ) from error
