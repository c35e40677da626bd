from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import analysis as an
from analysis.__main__ import main

TEMPLATE = Path(__file__).parent.parent / "data" / "template"


def _copy(folder: Path) -> Path:
    for file in TEMPLATE.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder / "study.toml"


def _refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a refused command says on stderr: one screen, no traceback, exit code 2."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert 0 < len(err.splitlines()) <= 40
    return err


def test_check_says_what_the_data_are_and_what_they_allow(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(an.demo() / "study.toml")]) == 0
    said = capsys.readouterr().out
    assert "200 couples, woman and man: 190 with both partners, 10 with one" in said
    assert (
        "analyses: describe, items, reliability, factor_fit, scale_pairs, partner_reliability, block_reliability"
        in said
    )
    assert "responses.csv: CSV (comma, utf-8), 1 header row, 78 columns, rows: 390" in said


def test_report_writes_where_out_says_and_names_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(_copy(tmp_path)), "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"Report: {tmp_path / 'out' / 'report.html'}\n"
    assert (tmp_path / "out" / "report.html").exists()


def test_report_goes_to_reports_and_the_folders_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    study = _copy(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(study)]) == 0
    assert (tmp_path / "reports" / "mine" / "report.html").exists()


def test_another_data_file_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = _copy(tmp_path)
    (tmp_path / "other.csv").write_text("couple,partner,example_1,example_2\n1,w,4,2\n1,m,5,1\n", encoding="utf-8")
    assert main(["check", str(study), "--data", str(tmp_path / "other.csv")]) == 0
    assert "1 couple, woman and man" in capsys.readouterr().out


def test_one_file_a_partner_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = _copy(tmp_path)
    text = study.read_text(encoding="utf-8").replace('partner = "partner"', "")
    study.write_text(text, encoding="utf-8")
    for mark in "wm":
        last = {"w": 2, "m": 3}[mark]
        text = f"couple,example_1,example_2\n1,4,2\n2,5,1\n3,2,{last}\n"
        (tmp_path / f"{mark}.csv").write_text(text, encoding="utf-8")
    assert main(["check", str(study), "--data", f"w={tmp_path}/w.csv", f"m={tmp_path}/m.csv"]) == 0
    assert "3 couples, woman and man: 3 with both partners" in capsys.readouterr().out


BAD_FILES = {
    "": "is empty (0 bytes)",
    "couple,partner,example_1,example_2\n": "has a header but no row below it",
    "couple^partner^example_1^example_2\n1^w^4^2\n": "is another delimiter used in it|is not in the file",
    "couple,partner,example_1,example_1\n1,w,4,2\n": "names columns more than once",
    "couple,partner,example_1\n1,w,4\n": "'example_2' (item example_2)",
    "couple,partner,example_1,example_2\n1,w,,\n1,m,,\n": "All answers are missing",
    "couple,partner,example_1,example_2\n1,w,four,2\n": "example_1 is 'four'; allowed is a whole number from 1 to 5",
    "couple,partner,example_1,example_2\n1,w,1e300,inf\n": "example_1 is '1e300'",
    "couple,partner,example_1,example_2\n1,w,None,N/A\n": "example_1 is 'None'",
    "couple,partner,example_1,example_2\n1,w,=1+1,2\n": "example_1 is '=1+1'",
    "couple,partner,example_1,example_2\n1,x,4,2\n": "'x' (1 row), but roles names only 'w', 'm'",
    "couple,partner,example_1,example_2\n1,w,4,2,5\n": "cannot be parted into columns by comma",
}


@pytest.mark.parametrize(("content", "words"), BAD_FILES.items())
def test_a_bad_file_is_refused_with_words(
    content: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = _copy(tmp_path)
    (tmp_path / "responses.csv").write_text(content, encoding="utf-8")
    said = _refused(["check", str(study)], capsys)
    assert any(part in said for part in words.split("|")), said


def test_no_such_study_file_or_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = _copy(tmp_path)
    assert "Did you mean 'study.toml'?" in _refused(["check", str(tmp_path / "studi.toml")], capsys)
    assert "There is no file" in _refused(["check", str(study), "--data", str(tmp_path / "no.csv")], capsys)
    assert "is a folder" in _refused(["check", str(study), "--data", str(tmp_path)], capsys)


def test_a_misspelt_key_is_named_with_the_nearest_right_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = _copy(tmp_path)
    study.write_text(
        study.read_text(encoding="utf-8").replace("[couples]", '[couples]\nwehre = {a = "1"}'), encoding="utf-8"
    )
    assert "section [couples] has no key 'wehre'. Did you mean 'where'?" in _refused(["report", str(study)], capsys)


def test_the_usage_names_the_study_before_its_files(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["report", "--data", "answers.csv", "study.toml"])
    assert stop.value.code == 2
    assert "report STUDY.toml [--data FILE | --data MARK=FILE MARK=FILE] [--out DIR]" in capsys.readouterr().err


def test_two_files_need_their_marks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = _refused(["check", str(_copy(tmp_path)), "--data", "a.csv", "b.csv"], capsys)
    assert "--data woman=A.csv man=B.csv" in said


def test_an_output_folder_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = _copy(tmp_path)
    said = _refused(["report", str(study), "--out", str(study / "below")], capsys)
    assert "cannot be written" in said


LONG = "x" * 300
REFUSING = {
    "a name that is too long": lambda folder: ["check", str(folder / LONG)],
    "data with a name that is too long": lambda folder: ["check", str(folder), "--data", f"{LONG}.csv"],
    "an output folder with a name that is too long": lambda folder: ["report", str(folder), "--out", LONG],
}


@pytest.mark.parametrize("words", REFUSING.values(), ids=REFUSING)
def test_a_path_that_the_system_refuses_is_said(
    words: Callable[[Path], list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _copy(tmp_path)
    said = _refused(words(tmp_path), capsys)
    assert "File name too long" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["study.toml", "items.csv", "responses.csv"])
def test_a_file_that_may_not_be_read_is_named_with_the_remedy(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = _copy(tmp_path)
    real = Path.open

    def guarded(path: Path, *args: Any, **options: Any) -> Any:
        if path.name == name:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, *args, **options)

    monkeypatch.setattr(Path, "open", guarded)
    said = _refused(["check", str(study)], capsys)
    assert f"{name}' cannot be used: Permission denied. Look who may use it and its folder" in said


def test_what_no_room_foresaw_is_still_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "report.html")

    monkeypatch.setattr("analysis.__main__._report", full)
    said = _refused(["report", str(_copy(tmp_path))], capsys)
    assert said == "'report.html' cannot be used: No space left on device. The disk is full; free some space.\n"


def test_a_reader_who_leaves_is_no_fault() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "analysis", "check", str(an.demo())], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as said:
        assert said.stdout is not None
        assert said.stderr is not None
        said.stdout.close()
        assert said.stderr.read() == b""
    assert said.returncode == 0


def test_stopping_by_hand_leaves_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("analysis.__main__.open_study", stop)
    assert main(["check", "x"]) == 130
    assert capsys.readouterr() == ("", "")


FILES = {
    "one file twice": (["w=w.csv", "m=w.csv"], "are the same (equal SHA-256)"),
    "one mark twice": (["w=w.csv", "w=m.csv"], "--data names two files for the partner 'w'"),
    "a mark and its own label": (["w=w.csv", "woman=m.csv"], "Files are named for 'w', 'woman', but a couple has two"),
    "an unknown mark": (["w=w.csv", "n=m.csv"], "A file is named for the partner 'n', but roles has only 'w', 'm'"),
    "a label misspelt": (["woman=w.csv", "mann=m.csv"], "Did you mean 'man'?"),
}


@pytest.mark.parametrize(("files", "words"), FILES.values(), ids=FILES)
def test_files_of_partners_that_cannot_be_right_are_refused(
    files: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = _copy(tmp_path)
    monkeypatch.chdir(tmp_path)
    study.write_text(study.read_text(encoding="utf-8").replace('partner = "partner"', ""), encoding="utf-8")
    for mark in "wm":
        (tmp_path / f"{mark}.csv").write_text(f"couple,example_1,example_2\n1,4,{'wm'.index(mark) + 1}\n")
    said = _refused(["check", str(study), "--data", *files], capsys)
    assert words in said
    assert "--data" in said


def test_check_says_where_the_reasons_of_lost_rows_stand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = _copy(tmp_path)
    rows = "couple,partner,example_1,example_2\n1,w,4,2\n1,m,5,1\n,w,1,1\n"
    (tmp_path / "responses.csv").write_text(rows, encoding="utf-8")
    assert main(["check", str(study)]) == 0
    said = capsys.readouterr().out
    assert "file rows: 2 kept, 1 out (reasons below)" in said
    assert "1 file row out: blank couple id" in said
    assert ".ledger" not in said


def test_a_table_of_ten_thousand_columns_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = _copy(tmp_path)
    more = ",".join(f"x{i}" for i in range(10_000))
    (tmp_path / "responses.csv").write_text(
        f"couple,partner,example_1,example_2,{more}\n1,w,4,2{',9' * 10_000}\n1,m,5,1{',9' * 10_000}\n", encoding="utf-8"
    )
    assert main(["check", str(study)]) == 0
    assert "10,004 columns" in capsys.readouterr().out


def test_help_has_examples_and_exit_codes() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "analysis", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert "python -m analysis report my_study/study.toml --data woman=women.csv man=men.csv" in said
    assert "exit codes: 0 done, 2" in said


def test_an_unknown_command_leaves_with_two() -> None:
    done = subprocess.run([sys.executable, "-m", "analysis", "reprot"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
