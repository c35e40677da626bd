"""Codings: what each coder found in each person's open answer, in one frozen object; and the couples that it makes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.couples import Couples
from analysis.display import Summarised
from analysis.errors import DataError, StudyError, counted, did_you_mean, named, plain_words
from analysis.frames import couples_from_frame
from analysis.intake.codes import code_book
from analysis.intake.ledger import note
from analysis.intake.reading import text_cells
from analysis.private import private_folder, safe
from analysis.settings import Settings

MAJORITY = "majority"
DISCUSSION = "discussion.csv"
UNDECIDED = "no code of the person was decided"
NOTHING = "nothing else"  # the other coder gave no code that the first did not give as well


@dataclass(frozen=True, eq=False, repr=False)
class Codings(Summarised):
    """What coders found in persons' open answers.

    Attributes
    ----------
    coders : tuple of str
        In alphabetical order.
    persons : MultiIndex
        (couple, partner) of everyone whom a coder coded.
    codes : tuple of str
        The codes, of the fifteen, that the file has.
    judgements : ndarray, (persons, coders, codes)
        From 0 (coded as absent) to ``maximum``; NaN = not coded.
    maximum : int
        1 where a code is there or not, else the largest count.
    roles : tuple of str or None
        The two role labels; None where partners are exchangeable.
    ledger : DataFrame
        Every file row: kept, or out and why.
    settings : Settings
    notes, private_notes : tuple of str
        What the intake has to say; the private ones name couples or rows.
    """

    coders: tuple[str, ...]
    persons: pd.MultiIndex
    codes: tuple[str, ...]
    judgements: NDArray[np.float64]
    maximum: int
    roles: tuple[str, str] | None
    ledger: pd.DataFrame
    settings: Settings = field(default_factory=Settings)
    notes: tuple[str, ...] = ()
    private_notes: tuple[str, ...] = ()

    @property
    def couple(self) -> NDArray[np.intp]:
        """The couple of each person, as a number from 0 on, (persons,)."""
        return self.persons.codes[0].astype(np.intp)

    @cached_property
    def coded_by(self) -> NDArray[np.bool_]:
        """Who was coded by whom: bool (persons, coders)."""
        return np.asarray(np.isfinite(self.judgements).any(axis=2))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every two coders who coded a person in common."""
        together = self.coded_by.T.astype(int) @ self.coded_by.astype(int)
        places = combinations(range(len(self.coders)), 2)
        return [(self.coders[i], self.coders[j]) for i, j in places if together[i, j]]

    def of(self, coder: str) -> NDArray[np.float64]:
        """Return a coder's judgements, (persons, codes); an unknown coder is a DataError with the nearest name."""
        if coder not in self.coders:
            raise DataError(
                f"There is no coder '{coder}'; there are {named(self.coders)}.{did_you_mean(coder, self.coders)}"
            )
        return self.judgements[:, self.coders.index(coder)]

    def majority(self) -> pd.DataFrame:
        """Return the judgement of more than half of those who coded each person and code; NaN where there is none.

        Coders who left a code blank have no vote; the judgement of an only coder stands. Two coders who differ, and
        counts of which none has a majority, leave it undecided.

        Examples
        --------
        >>> import analysis as an
        >>> rows = {"couple": list("aaa"), "partner": list("www"), "coder": ["ann", "ben", "cleo"]}
        >>> an.read_codings(pd.DataFrame({**rows, "H1": [1, 1, 0], "U4": [1, 0, ""]})).majority()
                         H1  U4
        couple partner
        a      w        1.0 NaN
        """
        votes = np.isfinite(self.judgements).sum(axis=1)
        decided = np.full(votes.shape, np.nan)
        for value in range(self.maximum + 1):
            decided[2 * (self.judgements == value).sum(axis=1) > votes] = value
        return pd.DataFrame(decided, index=self.persons, columns=list(self.codes))

    def consensus(self, rule: str = MAJORITY, *, coder: str = "") -> Couples:
        """Return couples whose scales are the codes: by majority, or by one coder, who then decides alone.

        Every analysis of finished scores takes them, such as ``an.describe``, ``an.agreement`` and ``an.profiles``.
        Their ledger is that of the coders' file.

        Parameters
        ----------
        rule : str
            ``majority``: see :meth:`majority`. What is undecided is missing; a note counts it, and
            :meth:`discussion` lists it.
        coder : str
            The coder whose judgements count; those of others are not used.

        Raises
        ------
        DataError, StudyError
            For an unknown coder or rule, or if nothing is decided.

        Examples
        --------
        >>> import analysis as an
        >>> codings = an.read_codings(an.demo() / "codings.csv", roles={"w": "woman", "m": "man"}, codes="codes")
        >>> codings.consensus(coder="anna").codebook
        Codebook 'coded open answers': 15 scales, 15 scored of 15 items
        """
        if not coder and rule != MAJORITY:
            hint = f" For the judgements of one coder write coder='{rule}'." if rule in self.coders else ""
            raise StudyError(f"The rule of the consensus is '{rule}'; it takes '{MAJORITY}'.{hint}")
        decided = pd.DataFrame(self.of(coder), self.persons, list(self.codes)) if coder else self.majority()
        frame = text_cells(decided, name="consensus")
        for sentence in (*self.notes, *self._consensus_notes(decided, coder)):
            note(frame, sentence, private=sentence in self.private_notes)
        couples = couples_from_frame(
            frame,
            codebook=code_book(self.codes, self.maximum),
            couple="couple",
            partner="partner",
            roles={label: label for label in self.roles} if self.roles else None,
            scores=self.codes,
            settings=self.settings,
        )
        return replace(couples, ledger=self._ledger_without(~decided.notna().any(axis=1).to_numpy()))

    def _ledger_without(self, undecided: NDArray[np.bool_]) -> pd.DataFrame:
        """Return the ledger of the coders' file in which the rows on persons without any decided code are out."""
        persons = pd.MultiIndex.from_frame(self.ledger[["couple", "partner"]])
        lost = self.ledger["kept"] & persons.isin(self.persons[undecided])
        return self.ledger.assign(
            kept=self.ledger["kept"] & ~lost,
            partner=self.ledger["partner"].mask(lost, ""),
            reason=self.ledger["reason"].mask(lost, UNDECIDED),
        )

    def _consensus_notes(self, decided: pd.DataFrame, coder: str) -> list[str]:
        if coder:
            return [f"Codes are those of the coder '{coder}'."]
        voted = np.isfinite(self.judgements).any(axis=1)
        undecided = int((voted & decided.isna().to_numpy()).sum())
        alone = int((self.coded_by.sum(axis=1) == 1).sum())
        if len(self.coders) == 1:
            return [f"Codes are those of the only coder, '{self.coders[0]}'."]
        said = [f"Codes are those of the majority of {counted(len(self.coders), 'coder')}: {', '.join(self.coders)}."]
        said += [f"Codes without a majority, so missing: {undecided}."] if undecided else []
        return said + ([f"Persons whose codes are those of their only coder: {alone}."] if alone else [])

    def discussion(self) -> pd.DataFrame:
        """Return what to discuss: each person and code that coders judge differently, one column a coder.

        It names couples, so it is for the research team alone; :meth:`write_discussion` keeps it there.

        Examples
        --------
        >>> import analysis as an
        >>> rows = {"couple": ["a", "a"], "partner": ["w", "w"], "coder": ["ann", "ben"]}
        >>> an.read_codings(pd.DataFrame({**rows, "H1": [1, 1], "U4": [1, 0]})).discussion()
                             ann  ben
        couple partner code
        a      w       U4      1    0
        """
        low = np.where(np.isfinite(self.judgements), self.judgements, np.inf).min(axis=1)
        high = np.where(np.isfinite(self.judgements), self.judgements, -np.inf).max(axis=1)
        person, code = np.nonzero(low < high)
        index = pd.MultiIndex.from_arrays(
            [*(self.persons.get_level_values(level)[person] for level in (0, 1)), np.array(self.codes)[code]],
            names=["couple", "partner", "code"],
        )
        return pd.DataFrame(self.judgements[person, :, code], index, list(self.coders)).astype("Int64")

    def write_discussion(self, folder: str | Path) -> Path:
        """Write :meth:`discussion` as discussion.csv into a folder called ``private`` and return the file's path.

        Raises
        ------
        StudyError
            If the folder is called otherwise, or cannot be written.
        """
        path = private_folder(folder, "The list of what to discuss") / DISCUSSION
        with plain_words(StudyError, path):
            safe(self.discussion().reset_index()).to_csv(path, index=False, lineterminator="\n")
        return path

    def confusion(self, first: str, second: str) -> pd.DataFrame:
        """Return which code one coder gave where the other gave which: persons by code of the first and the second.

        The diagonal counts persons to whom both gave the code. Elsewhere only codes count that the other did not give:
        row H4, column U1 are the persons to whom the first gave H4 and the second did not, and the second U1 and the
        first did not. "nothing else" is where no such code of the other stands. Persons with blanks are compared on the
        codes that both judged. Cells are small: not for the public.

        Examples
        --------
        >>> import analysis as an
        >>> rows = {"couple": list("aabb"), "partner": list("wwww"), "coder": ["ann", "ben"] * 2}
        >>> codings = an.read_codings(pd.DataFrame({**rows, "H4": [1, 0, 1, 1], "U1": [0, 1, 1, 0]}))
        >>> codings.confusion("ann", "ben")
        ben           H4  U1  nothing else
        ann
        H4             1   1             0
        U1             0   0             1
        nothing else   0   0             0
        """
        judged = np.stack([self.of(first), self.of(second)])
        x, y = (judged > 0) & np.isfinite(judged).all(axis=0)
        alone = [np.column_stack([only, ~only.any(axis=1)]).astype(int) for only in (x & ~y, y & ~x)]
        counts = alone[0].T @ alone[1]
        np.fill_diagonal(counts, [*(x & y).sum(axis=0), 0])
        names = [*self.codes, NOTHING]
        return pd.DataFrame(counts, pd.Index(names, name=first), pd.Index(names, name=second))

    def strangers(self, couples: Couples) -> list[str]:
        """Return a sentence on how many coded couples are not among those of the survey, by id; none where all are."""
        known = {str(name).casefold() for name in couples.items.index.get_level_values("couple")}
        count = sum(name.casefold() not in known for name in self.persons.get_level_values("couple").unique())
        return [f"Coded couples that are not among the couples of the survey: {count}."] if count else []

    def summary(self, ledger: str = "see .ledger") -> list[str]:
        """Return what the codings hold, a line each; no couple is named. ``ledger`` is as for ``Couples``."""
        couples = len(np.unique(self.couple))
        by = [
            f"{name} ({counted(int(n), 'person')})" for name, n in zip(self.coders, self.coded_by.sum(0), strict=True)
        ]
        alone = int((self.coded_by.sum(axis=1) == 1).sum())
        unused = [code for place, code in enumerate(self.codes) if not (self.judgements[:, :, place] > 0).any()]
        kept = self.ledger["kept"]
        lines = [
            f"Codings of {counted(len(self.persons), 'person')} in {counted(couples, 'couple')}",
            f"{counted(len(self.coders), 'coder')}: {', '.join(by)}",
            f"{counted(len(self.codes), 'code')}: {', '.join(self.codes)}; from 0 (absent) to {self.maximum}",
            f"persons coded by one coder only: {alone}",
            f"file rows: {kept.sum()} kept, {(~kept).sum()} out" + (f" ({ledger})" if ledger else ""),
        ]
        return lines + ([f"codes that nobody used: {', '.join(unused)}"] if unused else [])
