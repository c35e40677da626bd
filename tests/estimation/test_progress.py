from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from analysis.estimation.progress import progress

WORK = ["a", "b"]


def test_nothing_is_shown_where_output_goes_to_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert progress(WORK, "reliability") is WORK
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_and_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(isatty=lambda: True, write=lambda _: 0, flush=lambda: None))
    bar = progress(WORK, "reliability")
    assert bar is not WORK
    assert list(bar) == WORK


def test_a_notebook_without_widgets_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel", SimpleNamespace())
    monkeypatch.setattr("analysis.estimation.progress.find_spec", lambda _: None)
    assert progress(WORK, "reliability") is WORK
