"""Compositions: couples of women and men beside same-gender couples in one file, and how they are analysed.

No role is ever invented. Roles are taken from the file's marks, for the couples of a composition all or none: where
partners share a mark, or have one that is no role, the partners of that composition are exchangeable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError, StudyError, counted, first_of, listing, named
from analysis.intake.grouping import same_for_both
from analysis.intake.ledger import carry, note

APART, POOLED, EXCHANGEABLE = "apart", "pooled", "exchangeable"
TREATMENTS = {
    APART: "each composition is a sample of its own; where its couples have both roles they keep them, and elsewhere "
    "partners are exchangeable",
    POOLED: "all couples are one sample with the roles, which every couple must have",
    EXCHANGEABLE: "all couples are one sample, and nobody has a role",
}
WITH_ROLES = "with_roles"  # in a frame's attrs: the compositions that keep their roles


@dataclass(frozen=True, eq=False)
class Compositions:
    """Which composition each couple has, and how compositions are analysed.

    Attributes
    ----------
    of_couples : Series
        The composition of each couple, by couple; its name is the column's.
    treatment : str
        ``apart``, ``pooled`` or ``exchangeable``.
    roles : tuple of str or None
        The two role labels of those compositions that have roles.
    with_roles : tuple of str
        These compositions.
    """

    of_couples: pd.Series
    treatment: str
    roles: tuple[str, str] | None = None
    with_roles: tuple[str, ...] = ()

    @property
    def sizes(self) -> dict[str, int]:
        """How many couples each composition has, the largest first."""
        counts = self.of_couples.value_counts()
        return {str(name): int(counts[name]) for name in sorted(counts.index, key=lambda name: (-counts[name], name))}

    def roles_of(self, names: Sequence[str]) -> tuple[str, str] | None:
        """Return the roles that all of these compositions have, or None where partners of one are exchangeable."""
        return self.roles if set(names) <= set(self.with_roles) else None


def compositions_of(
    people: pd.DataFrame, composition: str, compositions: str, roles: tuple[str, str] | None
) -> Compositions:
    """Return the compositions of paired couples, and which of them have roles.

    Parameters
    ----------
    people : DataFrame
        As :func:`analysis.pair` returns it for this column and treatment.
    composition, compositions : str
        The column and the treatment.
    roles : tuple of str or None
        The labels of the two roles.

    Raises
    ------
    DataError
        If the column differs within a couple, or is blank.
    """
    of_couples = same_for_both(people, composition, "composition")
    if compositions == EXCHANGEABLE or roles is None:
        return Compositions(of_couples, compositions)
    with_roles = sorted(of_couples.unique()) if compositions == POOLED else people.attrs[WITH_ROLES]
    return Compositions(of_couples, compositions, roles, tuple(with_roles))


def check_treatment(composition: str, compositions: str, *, roles: bool, group: str = "") -> None:
    """Refuse a column without a word on what to do with it, an unknown word, and what cannot be done.

    Examples
    --------
    >>> check_treatment("kind", "together", roles=False)
    Traceback (most recent call last):
    ...
    analysis.errors.StudyError: compositions is 'together'; it takes 'apart', 'pooled', 'exchangeable'.
    """
    choices = listing([f'compositions = "{name}": {meaning}' for name, meaning in TREATMENTS.items()])
    if composition and not compositions:
        raise StudyError(
            f"composition names the column '{composition}', but nothing says how its compositions are analysed. "
            f"Choose one:\n{choices}"
        )
    if compositions and compositions not in TREATMENTS:
        raise StudyError(f"compositions is '{compositions}'; it takes {named(TREATMENTS)}.")
    if compositions and not composition:
        raise StudyError(
            f"compositions is '{compositions}', but no column says which composition a couple has: name it as "
            "composition, or leave compositions out."
        )
    if compositions == POOLED and not roles:
        raise StudyError(
            "compositions is 'pooled', which keeps roles, but no roles are there. Name roles, or choose "
            "'exchangeable': one sample in which nobody has a role."
        )
    if compositions == APART and group:
        raise StudyError(
            f"Compositions are analysed apart, and the column '{group}' names groups too, but results have one column "
            "for groups. Make one column of both and name it as composition, leave group out, or choose 'pooled' or "
            "'exchangeable'."
        )


def blank_shared_marks(
    frame: pd.DataFrame, people: pd.DataFrame, composition: str, marks: Sequence[str]
) -> pd.DataFrame:
    """Return ``people`` without the marks of compositions in which no couple has both: their partners are exchangeable.

    ``people`` has couple and mark, row by row beside the frame, in whose ``attrs`` the other compositions are named.
    """
    names = frame[composition].str.strip().to_numpy()
    found = people.assign(composition=names).groupby("couple", sort=False)
    have_both = found["mark"].agg(lambda own: set(marks) <= set(own)).reindex(people["couple"]).to_numpy()
    with_roles = set(names[have_both])
    frame.attrs[WITH_ROLES] = tuple(sorted(with_roles))
    return people.assign(mark=people["mark"].where(np.isin(names.astype(str), list(with_roles)), ""))


def check_roles(
    frame: pd.DataFrame, people: pd.DataFrame, composition: str, compositions: str, roles: Mapping[str, str]
) -> None:
    """Refuse couples of two persons who have not both roles where their sample has roles.

    Marks that :func:`blank_shared_marks` blanked are none. Couples with more than two rows are not looked at: they
    leave for the ledger.
    """
    pairs = (people.groupby("couple", sort=False)["mark"].transform("size") <= 2).to_numpy()
    rows = carry(frame, frame.loc[pairs, [composition]].set_axis(pd.Index(people["couple"][pairs], name="couple")))
    of_couples = {str(couple): str(name) for couple, name in same_for_both(rows, composition, "composition").items()}
    marks: dict[str, list[str]] = {}
    for couple, mark in zip(people["couple"][pairs], people["mark"][pairs], strict=True):
        marks.setdefault(couple, []).append(mark)
    known = {str(mark).strip() for mark in roles}
    wrong = [couple for couple, own in marks.items() if any(own) and (len(set(own)) < len(own) or set(own) - known)]
    if compositions == POOLED and wrong:
        raise DataError(_not_poolable([of_couples[couple] for couple in wrong], roles))
    if compositions == APART and not people["mark"].any():
        raise DataError(_nobody_has(roles))
    if wrong:
        raise DataError(_mixed(of_couples, marks, wrong))


def _not_poolable(wrong: Sequence[str], roles: Mapping[str, str]) -> str:
    counts = ", ".join(f"'{name}' ({counted(size, 'couple')})" for name, size in Counter(wrong).most_common())
    return (
        f"compositions is 'pooled', which needs the roles {named(roles.values())} in every couple, but some couples "
        f"have not both: {counts}. Choose 'exchangeable', one sample in which nobody has a role, or 'apart', each "
        "composition a sample of its own."
    )


def _nobody_has(roles: Mapping[str, str]) -> str:
    return (
        f"No couple has both roles, {named(roles)}, so no composition keeps them. Name the marks as the file has them, "
        "or leave roles out: then partners are exchangeable in every composition."
    )


def _mixed(of_couples: Mapping[str, str], marks: Mapping[str, Sequence[str]], wrong: Sequence[str]) -> str:
    composition = of_couples[wrong[0]]
    here = [couple for couple in wrong if of_couples[couple] == composition]
    said = first_of([f"'{couple}' ({named(marks[couple])})" for couple in here])
    return (
        f"The composition '{composition}' has couples with both roles, but {counted(len(here), 'couple')} of it "
        f"{'has' if len(here) == 1 else 'have'} not, by their marks: {said}. Mend the marks or the composition, take "
        "the rows out with where, or choose 'exchangeable'."
    )


def note_treatment(frame: pd.DataFrame, compositions: str, roles: Mapping[str, str], *, wide: bool) -> None:
    """Note where roles are named but not used, and where the columns of a wide file give everybody a role."""
    labels = named(roles.values())
    if compositions == EXCHANGEABLE:
        note(frame, f"Compositions are analysed as exchangeable: the roles {labels} are not used.")
    elif wide:
        note(
            frame,
            f"The columns of this wide file give the roles {labels} to the partners of every composition. Where they "
            "have no such roles, name partners in place of roles.",
        )
