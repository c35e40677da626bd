"""What several tests share: the demo's couples and its report, each made once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import analysis as an
from analysis.report.building import build_report

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _in_the_project(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the examples of README and docs from the project's folder, wherever pytest was started."""
    if request.node.name.endswith(".md") or "doctest" in type(request.node).__name__.lower():
        monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def demo() -> an.Couples:
    return an.open_study(an.demo()).couples()


@pytest.fixture(scope="session")
def demo_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the demo's report."""
    folder = tmp_path_factory.mktemp("report") / "demo"
    build_report(an.open_study(an.demo()), folder)
    return folder


@pytest.fixture(scope="session")
def secret_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a report whose study is neither synthetic nor disclosed: the demo's data, taken as real."""
    folder = tmp_path_factory.mktemp("secret")
    text = (an.demo() / "study.toml").read_text(encoding="utf-8").replace("synthetic = true", "")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    (folder / "responses.csv").write_bytes((an.demo() / "responses.csv").read_bytes())
    build_report(an.open_study(folder), folder / "out")
    return folder / "out"


os.environ.pop("SOURCE_DATE_EPOCH", None)
