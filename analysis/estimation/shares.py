"""Answer shares: how often each answer was given to each item as it was asked, and what of it may be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.couples import Couples
from analysis.errors import SurveyError
from analysis.estimation.samples import samples
from analysis.guards import refusal
from analysis.instrument.codebook import Item
from analysis.settings import Settings
from analysis.stats.value import Array

COLUMNS = ("item", "partner", "category", "last", "count", "share", "n", "missing", "present", "note")
HIDDEN = "hidden: too few in a cell"
NOBODY = "nobody answered it"
ONE, FIVE = 1, 5  # percent that public shares are rounded to: with all categories, in three parts


def answer_shares(couples: Couples) -> pd.DataFrame:
    """Return how many persons gave each answer to each item, by partner, as the item was asked.

    Parameters
    ----------
    couples : Couples

    Returns
    -------
    DataFrame
        One row an item, partner and category, in the order of the codebook; every category that the item's bounds
        allow, used or not. ``category`` is the code as asked: items keyed - are turned back. ``count`` persons gave it,
        ``share`` = count / n of those who answered (NaN where nobody did), ``n`` answered, ``missing`` is the share of
        the persons present without an answer, for whatever reason (NaN where nobody is present), ``present`` their
        number. Partners are the two roles, or ``both`` where they are exchangeable. Items without bounds and finished
        scores have no categories and are not in the table.

    Raises
    ------
    SurveyError
        If all scales are finished scores.

    Notes
    -----
    Full precision, not for publication: see :func:`public_shares`.

    Examples
    --------
    >>> import analysis as an
    >>> answer_shares(an.make_couples(50, seed=1)).head(5)[["item", "partner", "category", "count", "share", "n"]]
       item partner  category  count  share   n
    0  H1_1   woman         1      0   0.00  50
    1  H1_1   woman         2      6   0.12  50
    2  H1_1   woman         3     13   0.26  50
    3  H1_1   woman         4     12   0.24  50
    4  H1_1   woman         5     19   0.38  50
    """
    if refusal("items", couples):
        raise SurveyError(refusal("items", couples))
    rows = []
    for item in couples.codebook.items:
        if not item.continuous and item.bounds:
            for sample in samples(couples):
                answers, _ = sample.persons(couples.answers([item.name])[:, :, 0])
                here, _ = sample.persons(couples.present)
                rows.append(_of_item(item, sample.partner, as_asked(item, answers), int(here.sum())))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(COLUMNS))


def as_asked(item: Item, answers: Array) -> Array:
    """Return keyed answers as the respondent gave them: an item keyed - is turned back, however the file stored it.

    Examples
    --------
    >>> as_asked(Item("a", "H", 1, 5, keyed=-1), np.array([1.0, 2.0, np.nan]))
    array([ 5.,  4., nan])
    """
    return sum(item.bounds) - answers if item.keyed < 0 and item.bounds else answers


def _of_item(item: Item, partner: str, answers: Array, present: int) -> pd.DataFrame:
    low, high = item.bounds or (0.0, 0.0)
    categories = np.arange(round(low), round(high) + 1)
    given = answers[np.isfinite(answers)].round().astype(int) - categories[0]
    counts = np.bincount(given, minlength=len(categories))
    n = len(given)
    return pd.DataFrame(
        {
            "item": item.name, "partner": partner, "category": categories, "last": categories, "count": counts,
            "share": counts / n if n else np.nan, "n": n, "missing": 1 - n / present if present else np.nan,
            "present": present, "note": "" if n else NOBODY,
        }
    )  # fmt: skip


def public_shares(shares: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return answer shares as they may be shown: no cell under the threshold, and none that follows from the others.

    Parameters
    ----------
    shares : DataFrame
        Of :func:`answer_shares`, all of it or the items that are shown together.
    settings : Settings

    Returns
    -------
    DataFrame
        The same columns; a row is a part from ``category`` to ``last``. In open studies nothing changes. In others:

        - where any answer to any of the items was given by fewer persons than the threshold (nobody included), all
          items are shown in three parts: the low side, the middle category and the high side;
        - where a part is still under the threshold for a partner, or its complement is, or what a side leaves beside
          its outermost category (whose share is in the table of items), the item is blank for all partners, so that no
          partner follows from a total;
        - shares are whole percents that add to 100, in three parts whole fives, and counts are blank: exact shares tell
          their denominator, and with it how few answers are missing;
        - missing, n and present are blank where fewer persons than the threshold have or lack an answer.

    Notes
    -----
    Five categories are five unknowns. n, mean and SD of an item are three equations, exact in four digits; with three
    exact parts every cell follows. Fives leave several solutions. The skewness is one more equation: where it is public
    beside n, mean and SD, most cells follow without this table.

    Examples
    --------
    >>> import analysis as an
    >>> shares = answer_shares(an.make_couples(90, seed=1))
    >>> shown = public_shares(shares[shares["item"] == "H2_1"], Settings())
    >>> shown[["partner", "category", "last", "share"]]
      partner  category  last  share
    0   woman         1     2   0.25
    1   woman         3     3   0.25
    2   woman         4     5   0.50
    3     man         1     2   0.15
    4     man         3     3   0.30
    5     man         4     5   0.55
    """
    if settings.open or not len(shares):
        return shares.reset_index(drop=True)
    few = settings.threshold
    joined = bool((shares["count"].lt(few) & shares["n"].gt(0)).any())
    telling = _telling(shares, few) if joined else set()
    shown = (_in_three(shares) if joined else shares).reset_index(drop=True)
    small = shown["count"].lt(few) | (shown["n"] - shown["count"]).lt(few)
    telling |= set(shown.loc[small & shown["n"].gt(0), "item"])
    return _blanked(shown, shown["item"].isin(telling) & shown["n"].gt(0), few, step=FIVE if joined else ONE)


def _telling(shares: pd.DataFrame, few: int) -> set[str]:
    """Return the items of which a side, less its outermost category, is small although that category is not."""
    found = set()
    for (item, _), here in shares.groupby(["item", "partner"], sort=False):
        counts = here["count"].to_numpy()
        half = len(counts) // 2
        for side in (counts[:half], counts[::-1][:half]):
            if len(side) > 1 and side[0] >= few > side[1:].sum():
                found.add(str(item))
    return found


def _blanked(shown: pd.DataFrame, hidden: pd.Series, few: int, step: int) -> pd.DataFrame:
    """Return the shares rounded, with the hidden items and small numbers of persons blank."""
    near = (shown["present"] - shown["n"]).lt(few) | shown["n"].lt(few)
    shown = shown.astype({"count": "Int64", "n": "Int64", "present": "Int64"})
    rounded = shown.groupby(["item", "partner"], sort=False)["share"].transform(lambda part: _rounded(part, step))
    shown["share"] = rounded.mask(hidden)
    shown["note"] = shown["note"].mask(hidden, HIDDEN)
    shown["missing"] = shown["missing"].mask(near)
    shown["count"] = pd.NA
    shown[["n", "present"]] = shown[["n", "present"]].mask(near)
    return shown


def _in_three(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the shares with the categories below and above the middle of each item joined."""
    place = ["item", "partner"]
    of_item = shares.groupby(place, sort=False)["category"]
    middle = (of_item.transform("min") + of_item.transform("max")) / 2
    side = pd.Series(np.sign(shares["category"] - middle), name="side")
    joined = shares.groupby([*place, side], sort=False)
    return joined.agg(
        category=("category", "min"), last=("last", "max"), count=("count", "sum"),
        share=("share", lambda part: part.sum(skipna=False)), n=("n", "first"), missing=("missing", "first"),
        present=("present", "first"), note=("note", "first"),
    ).reset_index()[list(COLUMNS)]  # fmt: skip


def _rounded(shares: pd.Series, step: int) -> Array:
    """Return shares as whole steps of a percent that add to 1: rounded down, then the largest remainders up."""
    steps = 100 / step * shares.to_numpy(float)
    if not np.isfinite(steps).all():
        return steps
    whole = np.floor(steps + 1e-9)
    up = np.argsort(whole - steps, kind="stable")[: round(100 / step - whole.sum())]
    whole[up] += 1
    return whole * step / 100
