"""Rendering: the Markdown source -> one self-contained web page and one Word file, by pandoc, without the network."""

from __future__ import annotations

import os
import subprocess
from importlib import resources
from pathlib import Path

from analysis.errors import SurveyError

PARTS = resources.files("analysis.report") / "parts"
# Nothing in the source may become raw HTML or TeX, and quotation marks stay as they are written.
SOURCE = "markdown-raw_html-raw_tex-raw_attribute-tex_math_dollars-citations-smart-auto_identifiers"
EPOCH = "315532800"  # 1980-01-01, the first day that a .docx can hold, for reports without a date


def render(source: Path, folder: Path, *, title: str, epoch: str = "") -> list[Path]:
    """Write report.html and report.docx into the folder and return their paths.

    Parameters
    ----------
    source : Path
        Markdown; figures are named relative to the folder.
    folder : Path
    title : str
        The document's title.
    epoch : str
        Seconds since 1970 that the Word file is stamped with; the same ones give the same bytes.

    Raises
    ------
    SurveyError
        If pandoc is not installed or refuses; its words are passed on.
    """
    page, document = folder / "report.html", folder / "report.docx"
    common = ["--from", SOURCE, "--metadata", f"title={title}", "--metadata", "lang=en", "--standalone"]
    html = ["--to", "html5", "--embed-resources", "--toc", "--toc-depth=2", "--columns=500"]
    html += ["--default-image-extension=svg", "--css", _part("report.css"), "--include-before-body", _part("main.html")]
    html += ["--lua-filter", _part("row_heads.lua")]
    html += ["--include-after-body", _part("main_end.html"), "--output", str(page.resolve())]
    docx = ["--to", "docx", "--default-image-extension=png", "--lua-filter", _part("docx_widths.lua")]
    docx += ["--reference-doc", _part("reference.docx")]
    docx += ["--output", str(document.resolve())]
    for options in (html, docx):
        _pandoc([*common, *options, str(source.resolve())], folder, epoch or EPOCH)
    return [page, document]


def _part(name: str) -> str:
    return str(PARTS / name)


def _pandoc(arguments: list[str], folder: Path, epoch: str) -> None:
    try:
        import pypandoc  # noqa: PLC0415 - only a report needs it
    except ImportError as error:
        raise SurveyError(
            "A report needs pandoc. Install the extra: pip install 'healthy-dependence[report]'."
        ) from error
    program = pypandoc.get_pandoc_path()
    done = subprocess.run(  # noqa: S603 - pandoc of the installed package, arguments of our own
        [program, *arguments],
        cwd=folder,
        env=os.environ | {"SOURCE_DATE_EPOCH": epoch},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SurveyError(f"pandoc could not make the report: {done.stderr.strip()[:500]}")
