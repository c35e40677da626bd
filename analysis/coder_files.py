"""Files of coders: a file with couple, partner, coder and codes -> Codings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.codings import Codings
from analysis.errors import StudyError
from analysis.intake.codes import code_rows
from analysis.intake.ledger import ledger, notes, private_notes
from analysis.intake.reading import read, text_cells
from analysis.settings import Settings

LARGEST_COUNT = 100


def read_codings(
    source: str | Path | pd.DataFrame,
    *,
    couple: str = "couple",
    partner: str = "partner",
    coder: str = "coder",
    roles: Mapping[str, str] | None = None,
    codes: str = "",
    separator: str = ";",
    maximum: int = 1,
    settings: Settings | None = None,
) -> Codings:
    """Return the codings of open answers that a file holds, one row for each person and coder.

    Parameters
    ----------
    source : path or DataFrame
        Any file that :func:`analysis.read` reads, or a table of your own.
    couple, partner, coder : str
        The columns that say whose answer was coded, and by whom.
    roles : mapping of mark to label, optional
        Distinguishable partners, ``{"w": "woman", "m": "man"}``, as in study.toml. Left out: exchangeable.
    codes : str
        The column in which one cell holds several codes, ``H2;U5a``; 0 alone means coded, none of them there, and a
        blank cell not coded. Left out: each code has a column of its own, with 0, 1 or a count; a blank cell there is
        not coded, never 0.
    separator : str
        What joins the codes of such a cell.
    maximum : int
        The largest count that a code can have; 1: it is there or not.
    settings : Settings, optional
        Confidence level and privacy.

    Returns
    -------
    Codings
        Rows that are not used stand in its ledger. Columns that are no code are not looked at and named in a note.

    Raises
    ------
    DataError, StudyError
        If a column is missing, a column or cell is no code (a bare U2, U3 or U5: which of its two scales?), a cell is
        no judgement, one coder judged a person in two ways, or nothing is left.

    Examples
    --------
    >>> import analysis as an
    >>> an.read_codings(an.demo() / "codings.csv", roles={"w": "woman", "m": "man"}, codes="codes")
    Codings of 120 persons in 60 couples
      3 coders: anna (120 persons), ben (120 persons), cleo (40 persons)
      15 codes: H1, H2, H3, H4, H5, H6, H7, U1, U2a, U2b, U3a, U3b, U4, U5a, U5b; from 0 (absent) to 1
      persons coded by one coder only: 0
      file rows: 280 kept, 0 out (see .ledger)
      codes that nobody used: U2b
    """
    _check(partner, maximum)
    frame = source if isinstance(source, pd.DataFrame) else read(source)
    frame = frame if list(frame.index.names) == ["file", "row"] else text_cells(frame)
    rows = code_rows(
        frame,
        couple=couple,
        partner=partner,
        coder=coder,
        roles=roles,
        codes=codes,
        separator=separator,
        maximum=maximum,
    )
    coders = sorted(rows["coder"].unique(), key=str.casefold)
    labels = [str(label) for label in roles.values()] if roles else []
    whose = rows.droplevel(["file", "row"]).index
    persons = _persons(whose, labels)
    names = list(rows.columns[1:])
    judgements = np.full((len(persons), len(coders), len(names)), np.nan)
    by = [coders.index(name) for name in rows["coder"]]
    judgements[persons.get_indexer(whose), by] = rows[names].to_numpy(float)
    judgements.flags.writeable = False
    return Codings(
        coders=tuple(coders),
        persons=persons,
        codes=tuple(names),
        judgements=judgements,
        maximum=maximum,
        roles=(labels[0], labels[1]) if labels else None,
        ledger=ledger(rows),
        settings=settings or Settings(),
        notes=tuple(notes(rows)),
        private_notes=tuple(private_notes(rows)),
    )


def _check(partner: str, maximum: int) -> None:
    if not partner:
        raise StudyError("Codings need the column that says which partner's answer was coded: name it as partner.")
    if isinstance(maximum, bool) or not isinstance(maximum, int) or not 1 <= maximum <= LARGEST_COUNT:
        raise StudyError(
            f"maximum is {maximum!r}; allowed is a whole number from 1 to {LARGEST_COUNT}, the largest count of a code."
        )


def _persons(whose: pd.Index, roles: Sequence[str]) -> pd.MultiIndex:
    """Return everyone who was coded, couples in the order of the file, partners in that of the roles or their marks."""
    people = whose.unique().to_frame(index=False)
    order = roles or sorted(people["partner"].unique())
    place = people["couple"].map({name: i for i, name in enumerate(people["couple"].unique())})
    slot = people["partner"].map({name: i for i, name in enumerate(order)})
    return pd.MultiIndex.from_frame(people.iloc[np.lexsort((slot, place))])
