"""A DataFrame -> Couples: screened, paired, coded, scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.couples import NO_PARTNER, Couples
from analysis.errors import StudyError
from analysis.instrument.codebook import Codebook
from analysis.intake.coding import code, part
from analysis.intake.compositions import Compositions, check_treatment, compositions_of
from analysis.intake.grouping import group_of
from analysis.intake.ledger import carry, ledger, note_unused, notes, private_notes
from analysis.intake.pairing import RESPONDENT, pair
from analysis.intake.reading import text_cells
from analysis.intake.scoring import score
from analysis.intake.screening import Values, screen
from analysis.intake.units import check_units, couple_column
from analysis.settings import Settings


def couples_from_frame(
    frame: pd.DataFrame,
    *,
    codebook: Codebook,
    couple: str = "",
    partner: str = "",
    roles: Mapping[str, str] | None = None,
    wide: str = "",
    partners: Sequence[str] = (),
    one_person: bool = False,
    person: str = "",
    where: Mapping[str, Values] | None = None,
    group: str = "",
    group_labels: Mapping[str, str] | None = None,
    composition: str = "",
    compositions: str = "",
    scores: Sequence[str] = (),
    labels: Mapping[str, float] | None = None,
    missing: Mapping[str, object] | None = None,
    missing_by_item: Mapping[str, Mapping[str, object]] | None = None,
    settings: Settings | None = None,
) -> Couples:
    """Return couples from a DataFrame: screened, paired, coded and scored.

    Parameters
    ----------
    frame : DataFrame
        Your own, or one that :func:`analysis.read` returned.
    codebook : Codebook
        See :func:`analysis.read_codebook` and :func:`analysis.built_in`.
    couple, partner, roles, wide, partners, one_person, person
        How partners are found: see :func:`analysis.pair`.
    where : mapping, optional
        Which rows to take: see :func:`analysis.screen`.
    group : str
        A column with the group of each couple; both partners must have the same one.
    group_labels : mapping of text to text, optional
        What the groups are called, by what the column holds.
    composition : str
        A column that names the composition of each couple (woman and man, two women, ...), where a file holds several.
    compositions : {"apart", "pooled", "exchangeable"}
        How they are analysed. ``apart``: each is a sample of its own, with roles where its couples have both;
        every analysis gives its rows by composition, in column ``group``. ``pooled``: one sample with the roles, which
        every couple must have. ``exchangeable``: one sample in which nobody has a role. Persons are paired anew, and
        couples drawn, within compositions only.
    scores : sequence of str
        Columns that are finished scale scores.
    labels, missing, missing_by_item
        How answers are written: see :func:`analysis.code`.
    settings : Settings, optional
        Confidence level, scoring rule, seed, privacy.

    Raises
    ------
    SurveyError
        When the data and what is said of them do not fit; the message names the place and the remedy.

    Examples
    --------
    >>> import analysis as an
    >>> book = an.Codebook((an.Item("a", "H", 1, 5), an.Item("b", "H", 1, 5)), (an.Scale("H"),), name="two items")
    >>> frame = pd.DataFrame({"id": [1, 1, 2], "who": ["w", "m", "w"], "a": [4, 5, 2], "b": [4, 4, None]})
    >>> couples = an.couples_from_frame(
    ...     frame, codebook=book, couple="id", partner="who", roles={"w": "woman", "m": "man"}
    ... )
    >>> couples.items
                      a    b
    couple partner
    1      woman    4.0  4.0
           man      5.0  4.0
    2      woman    2.0  NaN
           man      NaN  NaN
    >>> couples.reasons.loc[("2", "woman"), "b"], couples.reasons.loc[("2", "man"), "b"]
    ('skipped', 'no_partner')
    """
    if not isinstance(codebook, Codebook):
        raise StudyError(
            f"codebook is {codebook!r}; it takes a Codebook: an.built_in(), an.read_codebook(folder), or "
            "an.Codebook((), ()) where scores name all there is."
        )
    check_treatment(composition, compositions, roles=bool(roles) and not one_person, group=group)
    settings = settings or Settings()
    codebook = codebook.with_scores(tuple(scores))
    raw = frame if list(frame.index.names) == ["file", "row"] else text_cells(frame)
    headers = [item.header for item in codebook.items]
    screened = screen(raw, where or {})
    used = {couple, partner, person, group, composition, *(where or {}), *headers}
    couple = couple_column(screened, couple, roles, headers, used, settings.allow, one_person=one_person)
    people = pair(
        screened, couple=couple, partner=partner, roles=roles, wide=wide, partners=partners, items=headers,
        one_person=one_person, composition=composition, compositions=compositions, person=person,
    )  # fmt: skip
    note_unused(people, used)
    coded = code(people, codebook, labels=labels, missing=missing, missing_by_item=missing_by_item)
    declared = _role_labels(roles) if roles and not one_person else None
    kinds = compositions_of(people, composition, compositions, declared) if composition else None
    of_roles = kinds.roles_of(tuple(kinds.sizes)) if kinds else declared
    labels_of = _partner_labels(people, of_roles, one_person=one_person)
    coded = _without_roles_of_some(coded, kinds, of_roles, labels_of)
    answers = _on_grid(part(coded, "answer"), labels_of, np.nan)
    check_units(coded, answers, couple, settings.allow, marked=bool(partner or wide))
    return Couples(
        items=answers,
        reason_codes=_on_grid(part(coded, "reason"), labels_of, NO_PARTNER).astype(np.int8),
        scores=score(answers, codebook, minimum_answered=settings.minimum_answered),
        codebook=codebook,
        roles=of_roles,
        partners=labels_of,
        ledger=ledger(people),
        settings=settings,
        groups=group_of(people, group, group_labels or {}) if group else None,
        compositions=kinds,
        notes=tuple(notes(coded)) + codebook.notes,
        private_notes=tuple(private_notes(coded)),
    )


def _role_labels(roles: Mapping[str, str]) -> tuple[str, str]:
    first, second = (str(label) for label in roles.values())
    return first, second


def _without_roles_of_some(
    coded: pd.DataFrame, kinds: Compositions | None, of_all: tuple[str, str] | None, labels: tuple[str, ...]
) -> pd.DataFrame:
    """Return the answers by first and second partner where some compositions have roles and others have none."""
    if not (kinds and kinds.roles and not of_all):
        return coded
    return carry(coded, coded.rename(dict(zip(kinds.roles, labels, strict=True)), level="partner"))


def _partner_labels(people: pd.DataFrame, roles: tuple[str, str] | None, *, one_person: bool) -> tuple[str, ...]:
    if one_person:
        return (RESPONDENT,)
    if roles:
        return roles
    found = sorted(people.index.get_level_values("partner").unique())
    return tuple(found) if len(found) == 2 else ("1", "2")


def _on_grid(frame: pd.DataFrame, partners: tuple[str, ...], absent: float) -> pd.DataFrame:
    """Return the frame with a row for each partner of each couple, ``absent`` where a partner did not answer."""
    flat = frame.droplevel(["file", "row"])
    couples = flat.index.get_level_values("couple").unique()
    grid = pd.MultiIndex.from_product([couples, partners], names=["couple", "partner"])
    return flat.reindex(grid, fill_value=absent)
