"""run.py must speak plainly on machines that cannot hold the toolkit; here these machines are pretended."""

from __future__ import annotations

import builtins
import importlib.util
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def run(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("run", root / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _recorder(called: list[list[str]]) -> Callable[[list[str]], int]:
    """Return a call that notes its command and succeeds."""

    def call(command: list[str]) -> int:
        called.append(command)
        return 0

    return call


def _stopped(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stop:
        run.check_machine()
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_run_alone_lists_what_it_can_do(root: Path) -> None:
    done = subprocess.run([sys.executable, str(root / "run.py")], capture_output=True, text=True, check=True)
    for target in ("report", "check", "lab", "test", "lint", "bench"):
        assert f"\n  {target} " in done.stdout


def test_an_unknown_target_is_named(root: Path) -> None:
    done = subprocess.run([sys.executable, str(root / "run.py"), "reprot"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "There is no target 'reprot'" in done.stderr


def test_an_old_python_is_told_which_one_is_needed(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "OLDEST", (99, 0))
    assert "This needs Python 3.11 or newer" in _stopped(run, capsys)


def test_a_python_without_venv_is_told_how_to_get_it(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without(name: str, *args: object, **kwargs: object) -> ModuleType:
        if name == "ensurepip":
            raise ImportError(name)
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    assert "sudo apt install python3-venv" in _stopped(run, capsys)


def test_a_full_disk_is_said(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - what shutil returns
    monkeypatch.setattr(run.shutil, "disk_usage", lambda _: usage(1, 1, 10**6))
    assert "need 2 GB" in _stopped(run, capsys)


def test_a_second_call_sets_nothing_up_again(run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "PYTHON", sys.executable)
    monkeypatch.setattr(run, "STAMP", str(tmp_path / "stamp"))
    assert not run.is_ready()
    (tmp_path / "stamp").write_text(run.wanted())
    assert run.is_ready()
    monkeypatch.setattr(run.subprocess, "check_call", lambda *_: pytest.fail("it set up again"))
    run.set_up()


def test_another_lock_means_a_new_set_up(run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("old")
    monkeypatch.setattr(run, "HERE", str(tmp_path))
    before = run.wanted()
    (tmp_path / "requirements.lock").write_text("new")
    assert run.wanted() != before


@pytest.mark.parametrize(
    ("words", "passed"),
    [
        (["report", "a/study.toml", "--out", "x"], ["-m", "analysis", "report", "a/study.toml", "--out", "x"]),
        (["check", "a/study.toml", "--data", "f.csv"], ["-m", "analysis", "check", "a/study.toml", "--data", "f.csv"]),
    ],
)
def test_words_are_passed_on(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, words: list[str], passed: list[str]
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(run.subprocess, "call", _recorder(called))
    assert run.run(words[0], words[1:]) == 0
    assert called == [[run.PYTHON, *passed]]


def test_a_report_without_a_study_is_the_demos(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(run.subprocess, "call", _recorder(called))
    run.run("report", [])
    assert called[0][3:] == ["report", run.DEMO, "--out", str(Path(run.HERE) / "reports" / "demo")]


@pytest.mark.parametrize(
    ("target", "words", "passed"),
    [
        ("report", ["--out", "x"], ["--out", "x"]),
        ("report", ["--out=x"], ["--out=x"]),
        ("check", [], []),
        ("check", ["--data", "f.csv"], ["--data", "f.csv"]),
    ],
)
def test_options_alone_are_those_of_the_demo(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, target: str, words: list[str], passed: list[str]
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(run.subprocess, "call", _recorder(called))
    run.run(target, words)
    assert called[0][3:] == [target, run.DEMO, *passed]


def test_a_study_is_found_behind_the_options(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(run.subprocess, "call", _recorder(called))
    run.run("report", ["--out", "x", "a/study.toml"])
    assert called[0][3:] == ["report", "--out", "x", "a/study.toml"]


def test_a_moved_folder_means_a_new_set_up(run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = run.wanted()
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((Path(run.HERE) / name).read_bytes())
    monkeypatch.setattr(run, "HERE", str(tmp_path))
    assert run.wanted() != before


def test_a_call_that_is_stopped_by_hand_says_so_in_one_line(root: Path) -> None:
    stopped = (
        "import runpy, subprocess, sys\n"
        "def stop(*words, **options):\n    raise KeyboardInterrupt\n"
        "subprocess.call = subprocess.check_call = stop\n"
        f"sys.argv = ['run.py', 'check']\nrunpy.run_path({str(root / 'run.py')!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", stopped], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "Stopped.\n")


def test_run_needs_nothing_but_the_standard_library(root: Path) -> None:
    import ast

    tree = ast.parse((root / "run.py").read_text(encoding="utf-8"))
    names = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= set(sys.stdlib_module_names)
