"""Correlations between items, by partner: the numbers of a heat map, and which of them may be shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.couples import Couples
from analysis.display import significant
from analysis.errors import SurveyError
from analysis.estimation.samples import Sample, samples
from analysis.guards import refusal
from analysis.settings import Settings
from analysis.stats.moments import pairwise_r
from analysis.stats.value import Array


@dataclass(frozen=True)
class ItemCorrelations:
    """Inter-item correlations of one partner, or of everyone where partners are exchangeable.

    ``scales`` is the scale of each item; ``r`` and ``n_couples`` are (items, items): the correlation, NaN where there
    is none, and how many couples answered both items.
    """

    partner: str
    items: tuple[str, ...]
    scales: tuple[str, ...]
    r: Array
    n_couples: Array

    @property
    def pairs(self) -> int:
        """The number of pairs of items."""
        return len(self.items) * (len(self.items) - 1) // 2

    @property
    def empty(self) -> int:
        """The number of pairs of items without a correlation."""
        return int(np.isnan(self.r[np.tril_indices(len(self.items), -1)]).sum())


def item_correlations(couples: Couples) -> tuple[ItemCorrelations, ...]:
    """Return Pearson's r between all scored items, one table a role, or one of everyone for exchangeable partners.

    Parameters
    ----------
    couples : Couples

    Returns
    -------
    tuple of ItemCorrelations
        Items in the order of the codebook's scales, answers after reversing; mirrors, companions and finished scores
        are left out. Each r is over the persons who answered both items (pairwise), NaN where one of the two does not
        vary among them or fewer than two answered both. Exchangeable partners are pooled: every person is a row, and
        swapping partners changes nothing.

    Raises
    ------
    SurveyError
        If there are no items, or fewer than two.

    Notes
    -----
    Pairwise, because persons complete on all items of all scales may be few; a matrix made so need not be one that a
    single sample could have. Not for publication: see :func:`public_correlations`.

    Examples
    --------
    >>> import analysis as an
    >>> woman, man = item_correlations(an.make_couples(50, seed=1))
    >>> woman.partner, woman.r.shape, woman.empty, woman.pairs
    ('woman', (60, 60), 0, 1770)
    """
    if refusal("items", couples):
        raise SurveyError(refusal("items", couples))
    book = couples.codebook
    items = [item for code in book.codes_with_items for item in book.scored_items(code)]
    if len(items) < 2:
        raise SurveyError("Correlations between items need two scored items; this codebook has one.")
    names, scales = tuple(item.name for item in items), tuple(item.scale for item in items)
    cube = couples.answers(names)
    return tuple(
        ItemCorrelations(sample.partner, names, scales, pairwise_r(sample.persons(cube)[0]), _n_couples(sample, cube))
        for sample in samples(couples)
    )


def _n_couples(sample: Sample, cube: Array) -> Array:
    """Return how many couples have a person with both items, for each pair of items."""
    each = [np.isfinite(cube[sample.couples, slot]).astype(float) for slot in sample.slots]
    persons = sum(m.T @ m for m in each)
    twice = np.prod(each, axis=0) if len(each) > 1 else np.zeros((1, cube.shape[2]))
    return (persons - twice.T @ twice).astype(int)


def public_correlations(found: ItemCorrelations, settings: Settings) -> ItemCorrelations:
    """Return the correlations as they may be shown: NaN on fewer couples than the threshold or of exactly 1 or -1.

    The diagonal is blank too, and what is shown has four significant digits. All items of a scale are blank where one
    of them has no correlation to show, so that it cannot be told which does not vary. Open studies show everything.

    Examples
    --------
    >>> import analysis as an
    >>> few = an.make_couples(9, seed=1, settings=Settings(minimum_answered=0.75))
    >>> public_correlations(item_correlations(few)[0], few.settings).empty
    1770
    """
    if settings.open:
        return found
    hidden = (found.n_couples < settings.threshold) | (np.abs(found.r) >= 1)
    alone = (hidden | np.isnan(found.r) | np.eye(len(hidden), dtype=bool)).all(axis=1)
    scales = np.array(found.scales)
    band = np.isin(scales, scales[alone])
    hidden |= band | band[:, None]
    shown = np.vectorize(significant, otypes=[float])(np.where(hidden, np.nan, found.r))
    return replace(found, r=shown, n_couples=np.where(np.isnan(shown), 0, found.n_couples))
