"""The report of a file with several compositions: a page that leads to one report each, small ones joined."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from handmade import PROFILE
from mixed import mixed

import analysis as an
from analysis.report.building import build_report
from analysis.report.compositions import folder_name
from analysis.results import KEY

ITEMS = "\n".join(["item,scale,minimum,maximum", *(f"{item.name},{item.scale},1,5" for item in PROFILE.items)])
SCALES = "\n".join(["scale,valence", *(f"{scale.code},{scale.valence}" for scale in PROFILE.scales)])


def study(folder: Path, compositions: str = "apart", more: str = "", **sizes: int) -> an.Study:
    (folder / "book").mkdir(exist_ok=True)
    (folder / "book" / "items.csv").write_text(ITEMS)
    (folder / "book" / "scales.csv").write_text(SCALES)
    mixed(**sizes).to_csv(folder / "answers.csv", index=False)
    (folder / "study.toml").write_text(
        'title = "Mixed"\ndata = "answers.csv"\ncodebook = "book"\n[couples]\nid = "couple"\npartner = "partner"\n'
        'roles = {w = "woman", m = "man"}\ncomposition = "kind"\n'
        f'compositions = "{compositions}"\n[analysis]\nresamples = 100\n{more}'
    )
    return an.open_study(folder)


def words(page: Path) -> str:
    return " ".join(
        re.sub(r"<style.*?</style>|<[^>]+>", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL).split()
    )


def public_texts(out: Path) -> Iterator[str]:
    for path in out.rglob("*"):
        if path.suffix in (".html", ".csv", ".json", ".svg") and "private" not in path.relative_to(out).parts:
            yield path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("apart")
    build_report(study(folder, two_men=4), folder / "out")
    return folder / "out"


def test_each_composition_has_a_report_and_small_ones_are_joined(apart: Path) -> None:
    assert sorted(path.name for path in (apart / "compositions").iterdir()) == ["other-compositions", "woman-and-man"]
    for name in ("other-compositions", "woman-and-man"):
        made = {path.name for path in (apart / "compositions" / name).iterdir()}
        assert {"report.html", "report.docx", "results.csv", "provenance.json", "figures", "private"} <= made
    assert "Couples: 24 (partners exchangeable)" in words(apart / "compositions" / "other-compositions" / "report.html")
    assert "Couples: 30 (woman and man)" in words(apart / "compositions" / "woman-and-man" / "report.html")


def test_the_page_on_top_leads_to_them_and_says_how_compositions_are_treated(apart: Path) -> None:
    links = re.findall(r'href="(compositions/[^"]+)"', (apart / "report.html").read_text(encoding="utf-8"))
    assert links == ["compositions/woman-and-man/report.html", "compositions/other-compositions/report.html"]
    assert all((apart / link).is_file() for link in links)
    said = words(apart / "report.html")
    assert "Couples: 54 (several compositions, each apart)" in said
    assert "of them woman and man 30 of them other compositions 24" in said
    assert "No role was invented" in said
    assert "Compositions of fewer than 10 couples are joined with others" in said


def test_no_public_file_tells_a_small_composition(apart: Path) -> None:
    for content in public_texts(apart):
        assert "two men" not in content
        assert "two women" not in content  # joined with it, lest the small one is told by subtraction
    kinds = pd.read_csv(apart / "private" / "ledger.csv")
    assert len(kinds) == 108


def test_results_hold_every_composition_under_a_key_of_its_own(apart: Path) -> None:
    table = pd.read_csv(apart / "results.csv", keep_default_na=False, dtype=dict.fromkeys(KEY, str))
    assert list(table["group"].unique()) == ["woman and man", "other compositions"]
    assert not table.duplicated(list(KEY)).any()
    for group, name in (("woman and man", "woman-and-man"), ("other compositions", "other-compositions")):
        own = pd.read_csv(apart / "compositions" / name / "results.csv", keep_default_na=False)
        part = table[table["group"] == group].reset_index(drop=True)
        assert part["estimate"].tolist() == own["estimate"].tolist()


def test_rows_of_all_parts_are_the_rows_of_the_file(apart: Path) -> None:
    whole = pd.read_csv(apart / "private" / "ledger.csv")
    parts = [pd.read_csv(path / "private" / "ledger.csv") for path in (apart / "compositions").iterdir()]
    assert sorted(pd.concat(parts)["row"]) == whole["row"].tolist() == list(range(2, 110))  # the header is row 1


def test_an_earlier_report_of_a_composition_that_is_small_now_goes_away(tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_report(study(tmp_path, two_men=12), out)
    assert (out / "compositions" / "two-men" / "report.html").exists()
    (out / "compositions" / "two-women" / "mine.txt").write_text("mine")
    build_report(study(tmp_path, two_men=4), out)
    assert not (out / "compositions" / "two-men").exists()
    assert [path.name for path in (out / "compositions" / "two-women").iterdir()] == ["mine.txt"]
    build_report(study(tmp_path, "exchangeable"), out)
    assert [path.name for path in (out / "compositions").iterdir()] == ["two-women"]


def test_compositions_that_cannot_be_told_apart_make_one_report(tmp_path: Path) -> None:
    made = study(tmp_path, two_women=4, two_men=4, woman_and_man=30)
    file = pd.read_csv(tmp_path / "answers.csv")
    file.loc[0, "couple"] = ""
    file.to_csv(tmp_path / "answers.csv", index=False)
    page = build_report(made, tmp_path / "out")
    assert not (tmp_path / "out" / "compositions").exists()
    assert "Couples: 38 (partners exchangeable)" in words(page)
    assert not any("two women" in content for content in public_texts(tmp_path / "out"))
    assert pd.read_csv(tmp_path / "out" / "private" / "ledger.csv")["row"].tolist() == list(range(2, 78))


def test_an_open_study_shows_each_composition(tmp_path: Path) -> None:
    build_report(study(tmp_path, more="synthetic = true", two_men=4), tmp_path / "out")
    assert "of them two men 4" in words(tmp_path / "out" / "report.html")
    assert (tmp_path / "out" / "compositions" / "two-men" / "report.html").exists()


def test_one_sample_of_several_compositions_names_them_in_its_flow_and_cautions(tmp_path: Path) -> None:
    said = words(build_report(study(tmp_path, "exchangeable", two_men=12), tmp_path / "out"))
    assert "of them woman and man 30 of them two women 20 of them two men 12" in said
    assert "one sample in which nobody has a role" in said
    assert "within compositions only" in said


def test_folders_have_plain_names() -> None:
    names = ["Ä", "ö", "Woman–man", "woman / man"]
    assert [folder_name(name, names) for name in names] == [
        "composition", "composition-2", "woman-man", "woman-man-2",
    ]  # fmt: skip
