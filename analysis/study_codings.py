"""The section [codings] of study.toml: where the coders' file is, how it is written, and who decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.coder_files import read_codings
from analysis.codings import MAJORITY, Codings
from analysis.couples import Couples
from analysis.errors import StudyError, named
from analysis.settings import Settings

ALONE = 'without data, the codes of [codings] are the study\'s scales. Add data = "FILE", or take it out'


@dataclass(frozen=True)
class CodingsFile:
    """The coders' file of a study; ``how`` holds the words of :func:`analysis.read_codings`."""

    path: Path
    how: Mapping[str, Any]
    consensus: str = MAJORITY

    def read(self, roles: Mapping[str, str] | None, settings: Settings) -> Codings:
        """Return the codings that the file holds."""
        return read_codings(self.path, roles=roles, settings=settings, **self.how)

    def decided(self, codings: Codings) -> Couples:
        """Return couples whose scales are the codes, as the study's rule decides them."""
        if self.consensus != MAJORITY and self.consensus not in codings.coders:
            raise StudyError(
                f"codings.consensus is '{self.consensus}'; it takes '{MAJORITY}' or a coder of the file: "
                f"{named(codings.coders)}."
            )
        return codings.consensus(coder="" if self.consensus == MAJORITY else self.consensus)


def codings_file(folder: Path, section: Mapping[str, Any], alone: Path | None = None) -> CodingsFile:
    """Return what the section [codings] says; ``alone`` is another file than it names."""
    how = {{"id": "couple"}.get(key, key): value for key, value in section.items() if key not in ("file", "consensus")}
    return CodingsFile(alone or folder / section["file"], how, section.get("consensus", MAJORITY))


def codings_faults(table: Mapping[str, Any], *, alone: bool) -> list[str]:
    r"""Return what is wrong with the section [codings] of a study.toml beside its other keys.

    Examples
    --------
    >>> codings_faults({"data": "a.csv", "codings": {"coder": "who"}}, alone=False)
    ['[codings] names no file; add file = "FILE", the coders\' file']
    """
    if "codings" not in table:
        return []
    section = table["codings"]
    faults = [] if "file" in section else ['[codings] names no file; add file = "FILE", the coders\' file']
    if not alone:
        unused = ["codings.consensus makes codes the scales of a study without data; take it out"]
        return faults + unused * ("consensus" in section)
    layout = [f"couples.{key}" for key in table.get("couples", {}) if key != "roles"]
    answers = [f"answers.{key}" for key in table.get("answers", {})]
    scoring = ["analysis.by"] * ("by" in table.get("analysis", {}))
    idle = [*(["codebook"] * ("codebook" in table)), *layout, *answers, *scoring]
    return faults + [f"{key} has nothing to say here: {ALONE}" for key in idle]
