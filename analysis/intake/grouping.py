"""Group: the column with the group of each couple -> one label a couple; both partners must have the same one."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.errors import DataError, counted, did_you_mean, first_of, named
from analysis.intake.ledger import how_read


def group_of(people: pd.DataFrame, group: str, labels: Mapping[str, str]) -> pd.Series:
    """Return the group of each couple, by its label where it has one.

    Parameters
    ----------
    people : DataFrame
        Texts indexed (couple, partner, file, row), as :func:`analysis.intake.pairing.pair` returns them.
    group : str
        The column.
    labels : mapping of text to text
        What the groups are called; empty to call them what the column holds.

    Raises
    ------
    DataError
        If there is no such column, it differs within a couple, is blank, or holds what ``labels`` does not name.

    Examples
    --------
    >>> import analysis as an
    >>> raw = an.text_cells(pd.DataFrame({"id": [1, 1, 2], "kind": ["a", "a", "b"], "H1": [4, 5, 3]}))
    >>> group_of(an.pair(raw, couple="id", items=["H1"]), "kind", {"a": "course", "b": "waiting list"}).to_dict()
    {'1': 'course', '2': 'waiting list'}
    """
    groups = same_for_both(people, group, "group")
    unnamed = [value for value in groups.unique() if labels and value not in labels]
    if unnamed:
        raise DataError(f"'{group}' holds {named(unnamed)}, which group_labels does not name; it has {named(labels)}.")
    return groups.map(lambda value: labels.get(value, value)).rename(group)


def same_for_both(people: pd.DataFrame, column: str, what: str) -> pd.Series:
    """Return what a column holds for each couple; ``what`` it names, as an error says it: group, composition.

    Raises
    ------
    DataError
        If there is no such column, it differs within a couple, or is blank.
    """
    if column not in people:
        raise DataError(
            f"The {what} column '{column}' is not in the file.{did_you_mean(column, people.columns)}{how_read(people)}"
        )
    by_couple = people[column].str.strip().groupby(level="couple", sort=False)
    split = by_couple.nunique()
    split = split[split > 1]
    if len(split):
        found = [f"couple '{couple}': {named(by_couple.get_group(couple))}" for couple in split.index]
        raise DataError(
            f"'{column}' should be the same for both partners, but differs within {counted(len(split), 'couple')}, "
            f"for example {first_of(found)}. {what.capitalize()}s are {what}s of couples; mend the column."
        )
    values = by_couple.first()
    blank = values.index[values == ""]
    if len(blank):
        raise DataError(
            f"'{column}' is blank for {counted(len(blank), 'couple')}, for example '{blank[0]}'. "
            "Fill it in, or take these rows out with where."
        )
    return values.rename(column)
