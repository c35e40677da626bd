"""The project's own papers agree with each other."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import analysis
from analysis.instrument.columns import ITEM_COLUMNS, SCALE_COLUMNS
from analysis.study_keys import KEYS, Key

EXTRAS = {"report", "notebook", "test", "bench", "dev"}
CARRIED = {"pandas", "numpy", "scipy", "matplotlib", "pingouin", "jupyterlab", "pytest"}


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def _conda(root: Path) -> dict[str, str]:
    """Return the conda packages of environment.yml with their floors."""
    lines = re.findall(
        r"^  - ([a-z][\w.-]*)(>=[\d.]+)?$", (root / "environment.yml").read_text(encoding="utf-8"), re.MULTILINE
    )
    return dict(lines)


def test_environment_yml_has_every_dependency_with_the_same_floor(root: Path, project: dict[str, Any]) -> None:
    conda = _conda(root)
    for requirement in project["dependencies"]:
        name, floor = re.fullmatch(r"([\w.-]+)(>=[\d.]+)", requirement).groups()  # type: ignore[union-attr]
        assert conda[name] == floor
    assert conda["python"] == project["requires-python"]
    assert set(conda) >= CARRIED


def test_environment_yml_agrees_with_the_extras_it_repeats(root: Path, project: dict[str, Any]) -> None:
    conda = _conda(root)
    repeated = [
        r for extra in project["optional-dependencies"].values() for r in extra if re.split(r"[><]", r)[0] in conda
    ]
    assert len(repeated) == 2
    assert all(conda[r.split(">=")[0]] == ">=" + r.split(">=")[1] for r in repeated)
    assert ".[report,notebook,test,bench,dev]" in (root / "environment.yml").read_text(encoding="utf-8")
    assert set(project["optional-dependencies"]) == EXTRAS


def test_the_lock_has_hashes_and_no_address(root: Path, project: dict[str, Any]) -> None:
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pinned = re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)
    assert len(pinned) > 100
    assert lock.count("--hash=sha256:") > len(pinned)
    wanted = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    names = {re.split(r"[><=]", r)[0].lower().replace("_", "-") for r in wanted}
    assert names <= {name.lower().replace("_", "-") for name in pinned}


def test_versions_agree(root: Path, project: dict[str, Any]) -> None:
    assert project["version"] == analysis.__version__
    assert f"\nversion: {analysis.__version__}\n" in (root / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {analysis.__version__} " in (root / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_every_key_of_study_toml_is_documented(key: Key, root: Path) -> None:
    page = (root / "docs" / "study.md").read_text(encoding="utf-8")
    assert f"| `{key.name}` | {key.kind} | {key.meaning} |" in page


def test_the_template_shows_every_key(root: Path) -> None:
    template = (root / "data" / "template" / "study.toml").read_text(encoding="utf-8")
    for key in KEYS:
        shown = key.name if key.name != "item" else "answers.item."
        assert re.search(rf"^(# )?\[?{re.escape(shown)}", template, re.MULTILINE), key.path


@pytest.mark.parametrize("column", [*ITEM_COLUMNS, *SCALE_COLUMNS])
def test_every_column_of_a_codebook_is_documented(column: str, root: Path) -> None:
    assert f"`{column}`" in (root / "docs" / "codebook.md").read_text(encoding="utf-8")


def test_no_file_names_a_path_of_a_machine(root: Path) -> None:
    tracked = subprocess.run(
        [shutil.which("git") or "git", "ls-files", "-co", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    places = re.compile("/(" + "|".join(["wor" + "k", "hom" + "e/[a-z]+", "Users/[a-z]+", "roo" + "t"]) + ")/")
    for name in tracked.stdout.splitlines():
        file = root / name
        if file.is_file() and file.suffix in {
            ".py",
            ".md",
            ".toml",
            ".yml",
            ".csv",
            ".txt",
            ".ipynb",
            ".cff",
            ".lock",
            "",
        }:
            assert not places.search(file.read_text(encoding="utf-8", errors="ignore")), name


def test_import_loads_nothing_heavy() -> None:
    code = "import sys, analysis; print(sorted({'pandas','numpy','scipy','matplotlib','pingouin'} & set(sys.modules)))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_a_first_result_loads_no_more_than_it_needs() -> None:
    code = (
        "import sys, analysis as an; an.reliability(an.open_study(an.demo()).couples()); "
        "print(sorted({'scipy.stats','scipy.optimize','matplotlib','pingouin','pyreadstat'} & set(sys.modules)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_the_package_says_that_it_is_typed(root: Path) -> None:
    assert (root / "analysis" / "py.typed").is_file()


def test_no_module_is_longer_than_300_lines(root: Path) -> None:
    long = {
        path.name: count
        for path in (root / "analysis").rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}


def test_every_public_name_can_be_loaded_and_is_listed() -> None:
    for name in analysis.__all__:
        assert getattr(analysis, name) is not None
        assert name in dir(analysis)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        analysis.nothing  # noqa: B018


def test_no_heading_of_a_docstring_runs_on(root: Path) -> None:
    headings = re.compile(r"^ *(Parameters|Returns|Raises|Notes|Examples) -", re.MULTILINE)
    assert not [path.name for path in (root / "analysis").rglob("*.py") if headings.search(path.read_text("utf-8"))]
