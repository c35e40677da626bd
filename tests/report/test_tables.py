from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import analysis as an
from analysis.estimation.notes import HEYWOOD
from analysis.report.numbers import Numbers, with_interval
from analysis.report.sections.reliability import of_person
from analysis.report.tables.common import Numbering, level, scale_name
from analysis.report.tables.measures import measures
from analysis.results import row

STAMP = "Synthetic data: no real couple answered."


def test_a_stamp_ends_every_caption() -> None:
    numbering = Numbering(STAMP)
    assert numbering.table("Means.") == r"**Table 1.** Means. Synthetic data\: no real couple answered\."
    assert numbering.figure("Plane.").endswith(r"Plane. Synthetic data\: no real couple answered\.")
    assert Numbering().table("Means.") == "**Table 1.** Means."


def test_every_caption_of_an_open_report_carries_the_stamp_on_the_page_and_in_word(demo_report: Path) -> None:
    html = (demo_report / "report.html").read_text(encoding="utf-8")
    captions = re.findall(r"<(caption|figcaption)\b[^>]*>(.*?)</\1>", html, re.DOTALL)
    assert len(captions) > 10
    assert [words for _, words in captions if STAMP not in " ".join(words.split())] == []
    with zipfile.ZipFile(demo_report / "report.docx") as archive:
        body = archive.read("word/document.xml").decode("utf-8")
    paragraphs = [p for p in body.split("</w:p>") if re.search(r'pStyle w:val="(Table|Image)Caption"', p)]
    assert len(paragraphs) == len(captions)
    assert all(STAMP in "".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", p)) for p in paragraphs)


def test_a_public_report_of_real_couples_has_no_stamp(secret_report: Path) -> None:
    assert STAMP not in (secret_report / "report.html").read_text(encoding="utf-8")


def test_a_scale_on_trial_says_so() -> None:
    book = an.built_in(mutuality=True)
    trial = [scale.code for scale in book.scales if scale.experimental]
    assert trial
    assert [code for code in book.codes if r"\(experimental\)" in scale_name(book, code)] == trial


def test_a_code_that_is_the_name_stands_there_once() -> None:
    codes = {"trust": "Trust", "love": "love", "U1": "Disappointment"}
    items = tuple(an.Item(f"{code}_1", code, 1, 5) for code in codes)
    book = an.Codebook(items, tuple(an.Scale(code, name) for code, name in codes.items()))
    assert [scale_name(book, code) for code in codes] == ["Trust", "love", "U1 Disappointment"]
    assert scale_name(book, "trust+love") == "Trust with love"
    assert scale_name(book, "trust+U1") == r"trust\+U1 Trust with Disappointment"


def test_every_cell_in_word_has_the_style_of_tables(demo_report: Path) -> None:
    with zipfile.ZipFile(demo_report / "report.docx") as archive:
        body = archive.read("word/document.xml").decode("utf-8")
    cells = re.findall(r"<w:tc>.*?</w:tc>", body, re.DOTALL)
    styles = {style for cell in cells for style in re.findall(r'<w:pStyle w:val="(\w+)"', cell)}
    assert len(cells) > 1000
    assert styles == {"TableText", "TableTextKept"}


def _tables(page: Path) -> list[tuple[str, str, list[str]]]:
    """Return the opening tag, the header and the rows of every table of a page."""
    html = page.read_text(encoding="utf-8")
    found = re.findall(r"(<table\b[^>]*>).*?(<thead>.*?</thead>)\s*<tbody>(.*?)</tbody>", html, re.DOTALL)
    return [(tag, head, re.findall(r"<tr\b.*?</tr>", body, re.DOTALL)) for tag, head, body in found]


def test_the_heads_of_each_row_tell_it_from_the_others_of_its_table(demo_report: Path) -> None:
    tables = _tables(demo_report / "report.html")
    assert {"two-heads" in tag for tag, _, _ in tables} == {True, False}
    for tag, _, rows in tables:
        heads = [tuple(re.findall(r"<th\b[^>]*>(.*?)</th>", row, re.DOTALL)) for row in rows]
        assert {len(cells) for cells in heads} == {2 if "two-heads" in tag else 1}
        assert len(set(heads)) == len(heads), tag


def test_every_head_says_whether_it_is_of_a_row_or_a_column(demo_report: Path) -> None:
    for _, head, rows in _tables(demo_report / "report.html"):
        assert head.count('scope="col"') == len(re.findall(r"<th\b", head.removeprefix("<thead>"))) > 1
        assert all(row.count('scope="row"') == len(re.findall(r"<th\b", row)) for row in rows)


def test_both_heads_of_a_row_stay_where_a_table_scrolls(demo_report: Path) -> None:
    page = (demo_report / "report.html").read_text(encoding="utf-8")
    assert "th:first-child, .two-heads th:nth-child(2) { position: sticky; left: 0; background: #fff; }" in page
    assert "min-width: var(--first); max-width: var(--first); }" in page
    assert ".two-heads th:nth-child(2) { left: var(--first);" in page


def test_only_short_tables_are_kept_whole_in_word(demo_report: Path) -> None:
    with zipfile.ZipFile(demo_report / "report.docx") as archive:
        body = archive.read("word/document.xml").decode("utf-8")
    for made in re.findall(r"<w:tbl>.*?</w:tbl>", body, re.DOTALL):
        rows = re.findall(r"<w:tr>.*?</w:tr>", made, re.DOTALL)
        kept = ["TableTextKept" in row for row in rows]
        free = 1 if len(rows) <= 26 else len(rows) - 3
        assert kept == [True] * (len(rows) - free) + [False] * free


def test_one_companion_is_one(demo: an.Couples) -> None:
    companions = [item for item in demo.codebook.items if item.companion]
    items = tuple(item for item in demo.codebook.items if item not in companions[1:])
    made = measures(replace(demo, codebook=replace(demo.codebook, items=items)), Numbering())
    assert "1 companion |" in made


def test_heads_keep_the_level_together(demo: an.Couples) -> None:
    assert level(demo) == "\\[95%\u00a0CI\\]"


def test_a_heywood_case_is_marked_in_the_table_and_led_by_alpha_in_words() -> None:
    place = {"scale": "H1", "partner": "woman", "confidence": 0.95, "n_couples": 40, "n_persons": 40}
    rows = [
        row("reliability", "omega", **place, estimate=1.02, lower=0.9, upper=1.04, note=HEYWOOD),
        row("reliability", "alpha", **place, estimate=0.8, lower=0.7, upper=0.9),
    ]
    numbers = Numbers(an.Estimates(rows))
    assert with_interval(numbers.at("reliability", "omega", scale="H1", partner="woman")).startswith("1.02†")
    assert with_interval(numbers.at("reliability", "alpha", scale="H1", partner="woman")).startswith(".80\u00a0")
    said = of_person(numbers, "H1", "woman").replace("\\", "")
    assert said.startswith("woman α = .80, 95% CI [.70, .90]")
    assert "(ω: Heywood case)" in said
