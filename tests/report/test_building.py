from __future__ import annotations

import json
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import analysis as an
from analysis.report.building import build_report
from analysis.results import COLUMNS, KEY

FIGURES = ("profile", "plane", "reliability", "item_map", "item_correlations")
FILES = {
    "report.html", "report.docx", "results.csv", "provenance.json", "private/results.csv", "private/ledger.csv",
    "private/notes.txt", "private/READ_ME_FIRST.txt", "private/.gitignore",
    *(f"figures/{name}.{kind}" for name in FIGURES for kind in ("svg", "png")),
}  # fmt: skip


class Page(HTMLParser):
    """What a page is made of: its tags with their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def page(demo_report: Path) -> Page:
    return Page((demo_report / "report.html").read_text(encoding="utf-8"))


def test_a_report_is_these_files(demo_report: Path) -> None:
    assert _files(demo_report) == FILES


def test_the_page_has_every_section_in_order(page: Page) -> None:
    ids = [attrs["id"] for tag, attrs in page.tags if tag == "h2" and "id" in attrs]
    wanted = "flow measures scores reliability agreement profiles items cautions not-computed limits citing provenance"
    assert ids == wanted.split()


def test_the_page_asks_nothing_of_the_network(demo_report: Path) -> None:
    html = (demo_report / "report.html").read_text(encoding="utf-8")
    loads = re.findall(r"(?:src|href)=\"(?!#|data:)([^\"]+)\"", html)
    assert [address for address in loads if not address.startswith("http://www.w3.org/")] == []
    assert "<script" not in html
    assert "@import" not in html


def test_the_page_names_its_language_and_its_figures(page: Page) -> None:
    assert dict(page.tags)["html"].get("lang") == "en"
    drawings = [attrs for tag, attrs in page.tags if tag == "svg" and attrs.get("role") == "img"]
    assert len(drawings) == len(FIGURES)
    assert all(attrs.get("aria-label") for attrs in drawings)


def test_tables_have_headers_and_captions(page: Page) -> None:
    count = {tag: sum(1 for other, _ in page.tags if other == tag) for tag in ("table", "caption", "thead")}
    assert count["table"] == count["caption"] == count["thead"] > 10


def test_the_page_says_that_the_data_are_synthetic_and_what_the_limits_are(page: Page) -> None:
    assert "Synthetic data: no real couple answered." in page.text
    assert "have not been validated" in page.text
    assert "fear of a partner" in page.text


def test_numbers_on_the_page_are_those_of_results_csv(demo_report: Path, page: Page) -> None:
    table = pd.read_csv(demo_report / "results.csv", keep_default_na=False, na_values=[""])
    rows = table[(table["statistic"] == "omega") & (table["scale"] == "U4")]
    for _, line in rows.iterrows():
        shown = f"ω = {line['estimate']:.2f}".replace("0.", ".")
        assert f"Self-reliance out of fear: woman {shown}" in page.text or f"man {shown}" in page.text


def test_results_csv_has_the_result_tables_columns_and_a_unique_key(demo_report: Path) -> None:
    table = pd.read_csv(demo_report / "results.csv", keep_default_na=False, dtype=str)
    assert tuple(table.columns) == COLUMNS
    assert not table.duplicated(list(KEY)).any()


def test_an_open_study_has_full_precision_in_both_tables(demo_report: Path) -> None:
    assert (demo_report / "results.csv").read_bytes() == (demo_report / "private" / "results.csv").read_bytes()


def test_the_ledger_accounts_for_every_row_of_the_file(demo_report: Path) -> None:
    ledger = pd.read_csv(demo_report / "private" / "ledger.csv", dtype=str, keep_default_na=False)
    rows = (an.demo() / "responses.csv").read_text().strip().count("\n")
    assert len(ledger) == rows
    assert sorted(ledger["row"].astype(int)) == list(range(2, rows + 2))


def test_provenance_names_hashes_versions_and_seed_but_no_place(demo_report: Path) -> None:
    import hashlib

    made_from = json.loads((demo_report / "provenance.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((an.demo() / "responses.csv").read_bytes()).hexdigest()
    assert made_from["inputs"] == [{"file": "responses.csv", "sha256": digest}]
    assert made_from["settings"]["seed"] == 20261125
    assert set(made_from["packages"]) >= {"numpy", "pandas", "scipy"}
    assert str(an.demo().parent) not in (demo_report / "provenance.json").read_text(encoding="utf-8")


def test_two_clones_give_the_same_bytes(demo_report: Path, tmp_path: Path) -> None:
    clone = tmp_path / "elsewhere" / "demo"
    shutil.copytree(an.demo(), clone)
    build_report(an.open_study(clone), tmp_path / "again")
    for name in sorted(FILES):
        assert (tmp_path / "again" / name).read_bytes() == (demo_report / name).read_bytes(), name


def test_the_word_file_holds_tables_and_pictures(demo_report: Path) -> None:
    with zipfile.ZipFile(demo_report / "report.docx") as archive:
        body = archive.read("word/document.xml").decode("utf-8")
        pictures = [name for name in archive.namelist() if name.endswith(".png")]
    assert body.count("<w:tbl>") > 10
    assert len(pictures) == len(FIGURES)
    assert "Balance of give and take" in body


def test_a_public_report_shows_no_couple(secret_report: Path) -> None:
    page = (secret_report / "report.html").read_text(encoding="utf-8")
    table = pd.read_csv(secret_report / "results.csv", keep_default_na=False, na_values=[""])
    assert "Synthetic" not in page
    assert table.loc[table["estimate"].notna(), "n_couples"].min() >= 10
    mantissas = table["estimate"].dropna().map(lambda x: f"{x:.15g}".split("e")[0])
    assert mantissas.map(lambda text: len(text.replace("-", "").replace(".", "").strip("0"))).max() <= 4
    assert not re.search(r"couple '?\d+'?", page)
    assert "fewer than 10" in Page(page).text or "10" in Page(page).text


def test_only_the_private_folder_holds_full_precision(secret_report: Path) -> None:
    public, private = (
        pd.read_csv(secret_report / part, keep_default_na=False, na_values=[""])["estimate"]
        for part in ("results.csv", "private/results.csv")
    )
    assert public.count() < private.count()
    assert "partner could use" in (secret_report / "private" / "READ_ME_FIRST.txt").read_text(encoding="utf-8")
    assert (secret_report / "private" / ".gitignore").read_text() == "*\n"


def test_figures_of_a_public_report_have_no_mark_for_a_couple(secret_report: Path, demo_report: Path) -> None:
    def size(folder: Path) -> int:
        return (folder / "figures" / "plane.svg").read_text(encoding="utf-8").count("<use ")

    assert size(demo_report) - size(secret_report) > 300  # two marks for each of some 180 couples; the rest are letters


def _study(folder: Path, title: str = "T", label: str = "Label", item: str = "a") -> an.Study:
    rows = "".join(
        f"{c},{w},{1 + (c + k) % 5},{1 + (c * k) % 5},{1 + c % 5}\n"
        for c in range(1, 31)
        for k, w in enumerate("wm", 1)
    )
    (folder / "data.csv").write_text("couple,who,a,b,c\n" + rows, encoding="utf-8")
    (folder / "book").mkdir()
    header = "item,scale,minimum,maximum,column,text\n"
    (folder / "book" / "items.csv").write_text(
        header + f'{item},S,1,5,a,"x, ""y"" z"\nb,S,1,5,b,\nc,S,1,5,c,\n', encoding="utf-8"
    )
    (folder / "book" / "scales.csv").write_text(f'scale,name,valence\nS,"{label}",healthy\n', encoding="utf-8")
    toml = 'data = "data.csv"\ncodebook = "book"\n[couples]\nid = "couple"\npartner = "who"\n'
    toml += 'roles = {w = "wife & <b>", m = "m|n"}\n'
    (folder / "study.toml").write_text(f"title = {json.dumps(title)}\n{toml}", encoding="utf-8")
    return an.open_study(folder)


def test_markup_in_titles_labels_roles_and_names_stays_words(tmp_path: Path) -> None:
    title = "<script>alert(1)</script> *T*"
    study = _study(tmp_path, title=title, label="<img src=x onerror=alert(2)> **S**", item="=1-1|<i>")
    build_report(study, tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert "<img src=x" not in html
    assert "<i>" not in html
    page = Page(html)
    assert title in page.text
    assert "<img src=x onerror=alert(2)> **S**" in page.text
    assert "wife & <b>" in page.text


def test_a_formula_in_a_name_is_disarmed_in_csv(tmp_path: Path) -> None:
    build_report(_study(tmp_path, item="=1-1"), tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "results.csv", keep_default_na=False, dtype=str)
    assert "'=1-1" in set(table["item"])
    assert "=1-1" not in set(table["item"])


def test_without_a_date_the_environment_gives_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = _study(tmp_path)
    build_report(study, tmp_path / "none")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    build_report(study, tmp_path / "epoch")
    assert "Report of" not in (tmp_path / "none" / "report.html").read_text(encoding="utf-8")
    assert "Report of 2023-11-14" in (tmp_path / "epoch" / "report.html").read_text(encoding="utf-8")


def test_files_that_are_not_the_reports_stay(tmp_path: Path) -> None:
    study = _study(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    build_report(study, tmp_path / "out")
    build_report(study, tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"
    assert not [name for name in _files(tmp_path / "out") if "report-" in name]


def test_what_an_earlier_report_had_and_this_one_has_not_goes_away(tmp_path: Path) -> None:
    study, out = _study(tmp_path), tmp_path / "out"
    (out / "figures").mkdir(parents=True)
    (out / "private").mkdir()
    for name in ("figures/plane.svg", "figures/groups.png", "figures/mine.png", "private/ledger.csv"):
        (out / name).write_text("old")
    build_report(study, out)
    assert not (out / "figures" / "plane.svg").exists()
    assert not (out / "figures" / "groups.png").exists()
    assert (out / "figures" / "mine.png").exists()
    assert (out / "private" / "ledger.csv").read_text() != "old"


@pytest.mark.parametrize("name", ["figures", "private", "report.html/x", "results.csv/x"])
def test_what_is_in_the_way_of_a_report_is_named_before_anything_is_touched(tmp_path: Path, name: str) -> None:
    study, out = _study(tmp_path), tmp_path / "out"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine")
    (out / "provenance.json").write_text("old")
    with pytest.raises(an.StudyError, match=rf"{name.partition('/')[0]}' is in the way of the report"):
        build_report(study, out)
    assert (out / "provenance.json").read_text() == "old"


def test_a_figure_that_cannot_be_drawn_is_named_with_the_reason(tmp_path: Path) -> None:
    page = Page(build_report(_study(tmp_path), tmp_path / "out").read_text(encoding="utf-8"))
    assert "figure “plane”:" in page.text


def test_a_few_couples_are_not_counted_out_in_public(tmp_path: Path) -> None:
    study = _study(tmp_path)
    rows = (tmp_path / "data.csv").read_text(encoding="utf-8").splitlines()[:15]
    (tmp_path / "data.csv").write_text("\n".join(rows), encoding="utf-8")
    page = Page(build_report(study, tmp_path / "out").read_text(encoding="utf-8"))
    assert "Couples: fewer than 10" in page.text
    assert not re.search(r"\b7 (couples|rows|persons)|(couples|rows|persons): 7\b", page.text)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    study = _study(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(an.StudyError, match=r"output folder '.*file' is a file. Name a folder with --out"):
        build_report(study, tmp_path / "file")
    with pytest.raises(an.StudyError, match=r"cannot be written .* Name another one with --out"):
        build_report(study, tmp_path / "file" / "below")


def test_a_report_does_not_go_where_the_data_are(tmp_path: Path) -> None:
    with pytest.raises(an.StudyError, match="holds the survey file"):
        build_report(_study(tmp_path), tmp_path)


def test_a_failed_report_leaves_nothing_behind(tmp_path: Path) -> None:
    study = _study(tmp_path)
    (tmp_path / "data.csv").write_text("couple,who,a,b,c\n1,w,9,9,9\n", encoding="utf-8")
    with pytest.raises(an.DataError):
        build_report(study, tmp_path / "out")
    assert not (tmp_path / "out").exists()
