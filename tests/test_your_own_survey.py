"""The README's seven steps, taken one by one by someone who only copies and edits files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from analysis.__main__ import main

SURVEY = """code;who;q1;q2;q3
A1;wife;4;2;5
a1 ;husband;5;1;4
B2;wife;keine Angabe;3;3
B2;husband;2;4;-99
C3;wife;3;3;3
C3;husband;4;2;4
"""


def test_the_readme_has_seven_steps(root: Path) -> None:
    part = (root / "README.md").read_text(encoding="utf-8").split("## Your own survey")[1].split("\n## ")[0]
    assert re.findall(r"^(\d)\. \*\*", part, re.MULTILINE) == list("1234567")


def test_the_seven_steps_lead_to_a_report(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = tmp_path / "my_study"
    shutil.copytree(root / "data" / "template", study)  # 1 copy
    (study / "survey.csv").write_text(SURVEY, encoding="utf-8")  # 2 the file
    items = "item;scale;minimum;maximum;keyed\nq1;trust;1;5;+\nq2;trust;1;5;-\nq3;trust;1;5;+\n"
    (study / "items.csv").write_text(items, encoding="cp1252")  # 3 the items, as a spreadsheet saves them
    text = (study / "study.toml").read_text(encoding="utf-8")
    text = text.replace('data = "responses.csv"', 'data = "survey.csv"')
    text = text.replace('id = "couple"', 'id = "code"').replace('partner = "partner"', 'partner = "who"')  # 4 partners
    text = text.replace('roles = {w = "woman", m = "man"}', 'roles = {wife = "wife", husband = "husband"}')
    old = 'missing = {does_not_apply = ["Does not apply"], refused = ["Prefer not to say"]}'
    assert old in text
    text = text.replace(old, 'missing = {refused = ["keine Angabe"], skipped = [-99]}')  # 5 missing answers
    (study / "study.toml").write_text(text, encoding="utf-8")
    assert main(["check", str(study / "study.toml")]) == 0  # 6 check
    said = capsys.readouterr().out
    assert "3 couples, wife and husband: 3 with both partners" in said
    assert "'A1', 'a1 '" in said
    assert main(["report", str(study / "study.toml"), "--out", str(tmp_path / "out")]) == 0  # 7 report
    assert (tmp_path / "out" / "report.html").exists()
