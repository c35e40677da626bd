"""study.toml -> Study -> Couples and Codings: where the data are, who the partners are, how to analyse them."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import category

import pandas as pd

from analysis.codings import Codings
from analysis.couples import Couples
from analysis.display import brief, definitions_html, said
from analysis.errors import DataError, StudyError, counted, did_you_mean, listing, named, plain_words
from analysis.frames import couples_from_frame
from analysis.instrument.codebook import Codebook
from analysis.instrument.files import built_in, read_codebook
from analysis.intake.codes import code_book
from analysis.intake.ledger import note
from analysis.intake.reading import read
from analysis.settings import Settings
from analysis.study_codings import CodingsFile, codings_faults, codings_file
from analysis.study_keys import key_faults

Data = str | Path | Mapping[str, str | Path]


@dataclass(frozen=True, repr=False)
class Study:
    """What a study.toml says, checked; ``couples()`` and ``codings()`` read what it names.

    ``data`` is None in a study of codings alone.
    """

    folder: Path
    title: str
    day: str
    data: Path | dict[str, Path] | None
    codebook: Codebook
    layout: Mapping[str, Any]
    answers: Mapping[str, Any]
    settings: Settings
    source: Mapping[str, str]
    by: str = "scale"
    sha256: str = ""
    coded: CodingsFile | None = None

    @property
    def files(self) -> list[Path]:
        """The files that the study reads: of the survey, one or one a partner, then of the coders."""
        survey = self.data.values() if isinstance(self.data, dict) else filter(None, [self.data])
        return [*survey, *([self.coded.path] if self.coded else [])]

    def _facts(self) -> dict[str, object]:
        files = ", ".join(path.name for path in self.files)
        return {
            "title": self.title,
            "date": self.day,
            "folder": self.folder.name,
            "data": files,
            "codebook": repr(self.codebook),
            "couples": said(self.layout),
            "answers": said(self.answers),
            "codings": said(self.coded.how) if self.coded else "",
            "settings": brief(self.settings),
            "source": self.source.get("citation", ""),
        }

    def __repr__(self) -> str:
        rest = [f"{name}: {value}" for name, value in self._facts().items() if value and name != "title"]
        return f"Study '{self.title}'\n{listing(rest)}"

    def _repr_html_(self) -> str:
        return definitions_html("Study", self._facts())

    def frame(self) -> pd.DataFrame:
        """Return the survey file's cells as text, see :func:`analysis.read`; the coders' where there is no survey."""
        frame = read(self.data or self.files[0])
        if isinstance(self.data, dict):
            _check_unlike(self.data)
        return frame

    def couples(self) -> Couples:
        """Return the couples of the study: read, screened, paired, coded and scored.

        In a study of codings alone they are those whose scales are the codes, see :meth:`analysis.Codings.consensus`.
        """
        if self.data is None and self.coded:
            return self.coded.decided(self.codings())
        layout = dict(self.layout)
        layout["couple"] = layout.pop("id", "")
        frame = self.frame()
        if isinstance(self.data, dict):
            layout["partner"] = "partner"
        for sentence in self._other_file():
            note(frame, sentence)
        return couples_from_frame(frame, codebook=self.codebook, settings=self.settings, **layout, **self.answers)

    def codings(self) -> Codings:
        """Return what coders found in the open answers, see :func:`analysis.read_codings`.

        Raises
        ------
        StudyError
            If study.toml has no section [codings].
        """
        if self.coded is None:
            raise StudyError('This study names no codings. Add a section [codings] with file = "FILE" to study.toml.')
        codings = self.coded.read(self.layout.get("roles"), self.settings)
        other = [] if self.data else self._other_file()
        return replace(codings, notes=(*other, *codings.notes))

    def _other_file(self) -> list[str]:
        wanted = self.source.get("sha256", "").strip().lower()
        if not wanted or wanted in (file_sha256(path) for path in self.files):
            return []
        names = ", ".join(path.name for path in self.files)
        return [f"{names} is not the file that this study was written for: its SHA-256 differs from [source] sha256."]


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with plain_words(DataError, path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_unlike(files: Mapping[str, Path]) -> None:
    """Refuse one file for both partners."""
    if len({file_sha256(path) for path in files.values()}) < len(files):
        raise DataError(
            f"The files of the partners {named(files)} are the same (equal SHA-256): "
            f"{named(path.name for path in files.values())}. Name each partner's own file under data in study.toml, or "
            "behind --data."
        )


def demo() -> Path:
    """Return the folder of the bundled demo study: 200 synthetic couples who answered the built-in items."""
    return Path(__file__).resolve().parent.parent / "data" / "demo"


def open_study(path: str | Path, data: Data | None = None) -> Study:
    """Return the study that a study.toml describes.

    Parameters
    ----------
    path : str or Path
        study.toml, or the folder that holds it.
    data : path, or mapping of partner to path, optional
        Use this survey file (or one a partner, named by mark or role label) instead of the one named in study.toml.

    Raises
    ------
    StudyError
        If there is no such file, it is no TOML, or any key is unknown or of the wrong kind; all faults at once.

    Examples
    --------
    >>> import analysis as an
    >>> an.open_study(an.demo()).title
    'Demo: 200 synthetic couples'
    """
    path = Path(path)
    with plain_words(StudyError, path):
        path = path / "study.toml" if path.is_dir() else path
        table, digest = _load(path)
    alone = "codings" in table and "data" not in table
    faults = key_faults(table) or codings_faults(table, alone=alone)
    if faults:
        raise StudyError(f"{path.name} has {counted(len(faults), 'fault')}:\n{listing(faults)}")
    analysis = dict(table.get("analysis", {}))
    by = analysis.pop("by", "scale")
    answers = dict(table.get("answers", {}))
    by_item = {item: keys["missing"] for item, keys in answers.pop("item", {}).items()}
    codebook = code_book((), 1) if alone else _codebook(path.parent, table, by)
    return Study(
        folder=path.resolve().parent,
        title=_title(table.get("title", "")) or path.resolve().parent.name,
        day=_day(table.get("date", "")),
        data=None if alone else _data(path, table, data),
        codebook=codebook,
        layout=table.get("couples", {}),
        answers=answers | ({"missing_by_item": by_item} if by_item else {}),
        settings=Settings(**analysis),
        source=table.get("source", {}),
        by=by,
        sha256=digest,
        coded=_codings(path, table, data if alone else None),
    )


def _codings(path: Path, table: Mapping[str, Any], override: Data | None) -> CodingsFile | None:
    if isinstance(override, Mapping):
        raise StudyError(f"{path.name} is a study of codings alone, which takes one file, the coders': --data FILE.")
    if "codings" not in table:
        return None
    return codings_file(path.parent, table["codings"], Path(override) if override else None)


def _load(path: Path) -> tuple[dict[str, Any], str]:
    if not path.is_file():
        beside = [other.name for other in path.parent.glob("*.toml")] if path.parent.is_dir() else []
        raise StudyError(
            f"There is no file '{path}'.{did_you_mean(path.name, beside)} "
            "A study starts from a copy of the folder data/template."
        )
    raw = path.read_bytes()
    try:
        return tomllib.loads(raw.decode("utf-8-sig")), hashlib.sha256(raw).hexdigest()
    except UnicodeDecodeError as error:
        raise StudyError(f"'{path.name}' is not UTF-8 text. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise StudyError(
            f"'{path.name}' cannot be read as TOML: {error}. Texts stand in quotation marks, lists in [ ], "
            "and a section's name in [ ] on a line of its own."
        ) from error


def _title(words: str) -> str:
    """Return a title on one line; control characters part words."""
    return " ".join("".join(" " if category(letter) == "Cc" else letter for letter in words).split())


def _day(value: str | date) -> str:
    return value.isoformat() if isinstance(value, date) else value


def _data(path: Path, table: Mapping[str, Any], override: Data | None) -> Path | dict[str, Path]:
    files = table.get("data") if override is None else override
    if files is None:
        raise StudyError(f'{path.name} names no data; add data = "FILE", or give the file with --data.')
    folder = path.parent if override is None else Path()
    if not isinstance(files, Mapping):
        return folder / files
    by_mark = _by_mark([str(who) for who in files], table.get("couples", {}).get("roles", {}))
    return {mark: folder / file for mark, file in zip(by_mark, files.values(), strict=True)}


def _by_mark(partners: list[str], roles: Mapping[str, str]) -> list[str]:
    """Return the marks of the partners for whom files are named, a role by its mark or its label."""
    remedy = "Write data = {w = FILE, m = FILE} in study.toml, or --data w=FILE m=FILE, with your own two marks."
    known = {label.strip().casefold(): mark for mark, label in roles.items()}
    known |= {mark.strip().casefold(): mark for mark in roles}
    unknown = [who for who in partners if roles and who.strip().casefold() not in known]
    if unknown:
        raise StudyError(
            f"A file is named for the partner '{unknown[0]}', but roles has only {named(roles)}, called "
            f"{named(roles.values())}.{did_you_mean(unknown[0], known)} {remedy}"
        )
    marks = [known.get(who.strip().casefold(), who) for who in partners]
    if len(marks) != 2 or len(set(marks)) != 2:
        raise StudyError(f"Files are named for {named(partners)}, but a couple has two different partners. {remedy}")
    return marks


def _codebook(folder: Path, table: Mapping[str, Any], by: str) -> Codebook:
    """Return the codebook that is named; without one, an empty one for finished scores, else the built-in."""
    if "codebook" not in table and table.get("couples", {}).get("scores"):
        return Codebook((), (), name="scores only")
    name = table.get("codebook", "built-in")
    if name in ("built-in", "built-in+M"):
        return built_in(mutuality=name.endswith("+M"))
    with plain_words(StudyError, folder / name):
        _check_folder(folder, name)
    return replace(read_codebook(folder / name, by=by), name=folder.resolve().name)


def _check_folder(folder: Path, name: str) -> None:
    if not (folder / name).is_dir():
        here = [*("built-in", "built-in+M"), *(part.name for part in folder.iterdir() if part.is_dir())]
        raise StudyError(
            f"There is no codebook folder '{name}' beside study.toml.{did_you_mean(name, here)} Name the folder that "
            'holds items.csv, or write codebook = "built-in".'
        )
