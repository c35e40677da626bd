"""The command line: `python -m analysis report STUDY.toml` and `python -m analysis check STUDY.toml`."""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # matrices are small: threads cost more than they bring (34 s of work for 3)

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.couples import Couples
from analysis.errors import SurveyError, counted, listing, named, system_fault
from analysis.study import Study, open_study

EXAMPLES = """examples:
  python -m analysis check my_study/study.toml
  python -m analysis report my_study/study.toml
  python -m analysis report my_study/study.toml --data answers.csv --out reports/first
  python -m analysis report my_study/study.toml --data woman=women.csv man=men.csv

exit codes: 0 done, 2 something in the files or the command has to be mended (one screen says what), 130 stopped by hand
"""
STOPPED = 130


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(words)
    try:
        study = open_study(options.study, _data(options.data))
        code = _report(study, options.out) if options.command == "report" else _check(study)
        sys.stdout.flush()
    except SurveyError as error:
        return _refuse(str(error))
    except BrokenPipeError:  # who reads has seen enough, as `head` does; what is left to say goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _refuse(system_fault(error))
    except KeyboardInterrupt:
        return STOPPED
    return code


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - a command line speaks
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description="Couples' questionnaires from survey file to report.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, meaning, out in (
        ("report", "make the report of a study", " [--out DIR]"),
        ("check", "say what the data are, what is wrong with them, and which analyses they allow", ""),
    ):
        command = commands.add_parser(
            name, help=meaning, description=f"{meaning[0].upper()}{meaning[1:]}.", epilog=EXAMPLES,
            usage=f"python -m analysis {name} STUDY.toml [--data FILE | --data MARK=FILE MARK=FILE]{out}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        command.add_argument("study", metavar="STUDY.toml", help="the study's file, or the folder that holds it")
        command.add_argument(
            "--data", nargs="+", metavar="FILE", default=[],
            help="another survey file than study.toml names, or one a partner: woman=A.csv man=B.csv",
        )  # fmt: skip
        if out:
            command.add_argument(
                "--out", metavar="DIR", help="the folder to write; by default reports/ and the study folder's name"
            )
    return parser


def _data(words: Sequence[str]) -> Path | dict[str, Path] | None:
    """Return the survey file, or one a partner, that the command line names."""
    if not words:
        return None
    if len(words) == 1 and (Path(words[0]).exists() or "=" not in words[0]):
        return Path(words[0])
    pairs = [word.partition("=") for word in words]
    if len(words) != 2 or not all(mark and equals and file for mark, equals, file in pairs):
        raise SurveyError("--data takes one file, or two with their partner marks: --data woman=A.csv man=B.csv")
    files = {mark: Path(file) for mark, _, file in pairs}
    if len(files) != 2:
        raise SurveyError(f"--data names two files for the partner {named(files)}; give each partner's mark once.")
    return files


def _report(study: Study, out: str | None) -> int:
    from analysis.report.building import build_report  # noqa: PLC0415 - matplotlib and pandoc only for reports

    page = build_report(study, out or Path("reports") / study.folder.name)
    print(f"Report: {page}")  # noqa: T201
    return 0


def _check(study: Study) -> int:
    couples = study.couples()
    out = couples.ledger.loc[~couples.ledger["kept"], "reason"].value_counts()
    head, *lines = couples.summary("reasons below" if len(out) else "")
    print(f"{study.title}\n{head}\n{listing(lines)}")  # noqa: T201
    notes = list(couples.notes)
    notes += [f"{counted(count, 'file row')} out: {reason}" for reason, count in out.items()]
    if study.coded:
        notes += _check_codings(study, couples)
    if notes:
        print(f"notes:\n{listing(list(dict.fromkeys(notes)))}")  # noqa: T201
    return 0


def _check_codings(study: Study, couples: Couples) -> list[str]:
    """Say what the codings are, and return the notes on them."""
    codings = study.codings()
    head, *lines = codings.summary("reasons below" if len(codings.ledger) > codings.ledger["kept"].sum() else "")
    print(f"{head}\n{listing(lines)}")  # noqa: T201
    if study.data is None:
        return list(codings.notes)
    out = codings.ledger.loc[~codings.ledger["kept"], "reason"].value_counts()
    lost = [f"{counted(count, 'row')} of the coders' file out: {reason}" for reason, count in out.items()]
    return [*codings.notes, *lost, *codings.strangers(couples)]


if __name__ == "__main__":
    sys.exit(main())
