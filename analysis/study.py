"""study.toml -> Study -> Couples: where the data are, who the partners are, and how to analyse them."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.couples import Couples, couples_from_frame
from analysis.errors import StudyError, counted, did_you_mean, listing
from analysis.instrument.codebook import Codebook
from analysis.instrument.files import built_in, read_codebook
from analysis.intake.ledger import note
from analysis.intake.reading import read
from analysis.settings import Settings
from analysis.study_keys import key_faults

Data = str | Path | Mapping[str, str | Path]


@dataclass(frozen=True)
class Study:
    """What a study.toml says, checked; ``couples()`` reads and analyses what it names."""

    folder: Path
    title: str
    day: str
    data: Path | dict[str, Path]
    codebook: Codebook
    layout: Mapping[str, Any]
    answers: Mapping[str, Any]
    settings: Settings
    source: Mapping[str, str]
    by: str = "scale"
    sha256: str = field(default="", repr=False)

    @property
    def files(self) -> list[Path]:
        """The survey files, one or one a partner."""
        return list(self.data.values()) if isinstance(self.data, dict) else [self.data]

    def frame(self) -> pd.DataFrame:
        """Return the survey file's cells as text, see :func:`analysis.read`."""
        return read(self.data)

    def couples(self) -> Couples:
        """Return the couples of the study: read, screened, paired, coded and scored."""
        layout = dict(self.layout)
        layout["couple"] = layout.pop("id", "")
        frame = self.frame()
        if isinstance(self.data, dict):
            layout["partner"] = "partner"
        for sentence in self._other_file():
            note(frame, sentence)
        return couples_from_frame(frame, codebook=self.codebook, settings=self.settings, **layout, **self.answers)

    def _other_file(self) -> list[str]:
        wanted = self.source.get("sha256", "").strip().lower()
        if not wanted or wanted in (file_sha256(path) for path in self.files):
            return []
        names = ", ".join(path.name for path in self.files)
        return [f"{names} is not the file that this study was written for: its SHA-256 differs from [source] sha256."]


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    if path.is_dir():
        path = path / "study.toml"
    table, digest = _load(path)
    faults = key_faults(table)
    if faults:
        raise StudyError(f"{path.name} has {counted(len(faults), 'fault')}:\n{listing(faults)}")
    analysis = dict(table.get("analysis", {}))
    by = analysis.pop("by", "scale")
    answers = dict(table.get("answers", {}))
    by_item = {item: keys["missing"] for item, keys in answers.pop("item", {}).items()}
    codebook = _codebook(path.parent, table.get("codebook", "built-in"), by)
    return Study(
        folder=path.resolve().parent,
        title=table.get("title", path.resolve().parent.name),
        day=_day(table.get("date", "")),
        data=_data(path, table, data),
        codebook=codebook,
        layout=table.get("couples", {}),
        answers=answers | ({"missing_by_item": by_item} if by_item else {}),
        settings=Settings(**analysis),
        source=table.get("source", {}),
        by=by,
        sha256=digest,
    )


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


def _day(value: str | date) -> str:
    return value.isoformat() if isinstance(value, date) else value


def _data(path: Path, table: Mapping[str, Any], override: Data | None) -> Path | dict[str, Path]:
    named = table.get("data") if override is None else override
    if named is None:
        raise StudyError(f'{path.name} names no data; add data = "FILE", or give the file with --data.')
    folder = path.parent if override is None else Path()
    if not isinstance(named, Mapping):
        return folder / named
    marks = {label: mark for mark, label in table.get("couples", {}).get("roles", {}).items()}
    return {marks.get(str(who), str(who)): folder / file for who, file in named.items()}  # a role's mark or its label


def _codebook(folder: Path, name: str, by: str) -> Codebook:
    if name in ("built-in", "built-in+M"):
        return built_in(mutuality=name.endswith("+M"))
    if not (folder / name).is_dir():
        here = [*("built-in", "built-in+M"), *(part.name for part in folder.iterdir() if part.is_dir())]
        raise StudyError(f"There is no codebook folder '{name}' beside study.toml.{did_you_mean(name, here)}")
    return replace(read_codebook(folder / name, by=by), name=folder.resolve().name)
