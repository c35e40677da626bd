"""What results do not allow to say, in the words of the rules (:mod:`analysis.rules`): once a table, not once a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import isfinite, nan

import numpy as np

from analysis.couples import Couples
from analysis.results import Row
from analysis.rules import allowed_words, sentence
from analysis.stats.concordance import icc_1
from analysis.stats.dyads import alpha_difference
from analysis.stats.intervals import normal_two_sided
from analysis.stats.moments import complete_rows, pearson
from analysis.stats.multiplicity import holm
from analysis.stats.value import Array

LEVEL = 0.05
OF_ONE_THING = ("agreement", "self_other_agreement")


def allowed(couples: Couples) -> list[str]:
    """Return the sentence that every table carries where the study allows what is refused; else none."""
    return list(filter(None, [allowed_words(couples.settings.allow)]))


def of_agreement(couples: Couples, rows: Sequence[Row], untested: Iterable[str]) -> Iterator[str]:
    """Yield what the agreement of scores does not say: rules W6, W8, W9, W17, W19 and W23, where the rows invite it.

    ``untested`` are the labels of the scores for which roles are assumed.
    """
    yield from of_roles(untested)
    there = [line for line in rows if isfinite(line["estimate"])]
    if any(line["comparison"] == "similarity" for line in there):
        yield sentence("W19")
    if any(line["statistic"] == "pearson_r" and line["comparison"] in OF_ONE_THING for line in there):
        yield sentence("W17")
    differences = [line for line in there if line["statistic"] == "mean_difference" and not line["variant"]]
    if any(line["p"] > LEVEL for line in differences):
        yield sentence("W8")
    compared = {line["scale"] for line in differences if line["comparison"] in ("similarity", "agreement")}
    with_items = [code for code in couples.codebook.codes_with_items if code in compared]
    if any(len(couples.codebook.scored_items(code)) > 1 for code in with_items):
        yield _of_means(couples, with_items)
    yield from of_independence(couples)
    yield from allowed(couples)


def of_independence(couples: Couples) -> Iterator[str]:
    """Yield rule W9 for the scales in which partners' dependence is not beyond chance."""
    labels = [couples.codebook.label(code) for code in couples.codebook.codes if _unrelated(couples, code)]
    if labels:
        yield f"Partners' scores do not correlate beyond chance in {', '.join(labels)}. {sentence('W9')}"


def of_roles(untested: Iterable[str]) -> Iterator[str]:
    """Yield rule W6 for the scales or blocks of which it was not tested whether roles can be told apart."""
    labels = list(untested)
    if labels:
        yield f"Roles are assumed, not tested, for {', '.join(labels)}. {sentence('W6')}"


def of_answers(tables: Iterable[Array], referents: Iterable[str]) -> Iterator[str]:
    """Yield rules W19 and W21 for items of these referents with these tables of both partners' declared answers."""
    if "self" in set(referents):
        yield sentence("W19")
    if any((table.sum(axis=0) + table.sum(axis=1) == 0).any() for table in tables):
        yield sentence("W21")


def _of_means(couples: Couples, codes: Sequence[str]) -> str:
    """Return rule W23, with the scales that are not equally reliable for both roles."""
    p = holm(np.array([_p_of_equal_alphas(couples, code) for code in codes]))
    unlike = [couples.codebook.label(code) for code, each in zip(codes, p, strict=True) if each <= LEVEL]
    found = f" Alphas differ (p at most .05, adjusted by Holm) in {', '.join(unlike)}." if unlike else ""
    return sentence("W23") + found


def _p_of_equal_alphas(couples: Couples, code: str) -> float:
    """Return the p of the interval of alpha_difference, which keeps its level as its own test does not."""
    cube = couples.cube(code)
    x, y = cube[complete_rows(cube.reshape(couples.n, -1))].transpose(1, 0, 2)
    if x.shape[1] == 1:
        return nan
    found = alpha_difference(x, y, couples.settings.confidence)
    return normal_two_sided(found.estimate / found.se) if isfinite(found.lower) else nan


def _unrelated(couples: Couples, code: str) -> bool:
    scores = couples.scored([code])[:, :, 0]
    x, y = scores[complete_rows(scores)].T
    dependence = pearson if couples.roles else icc_1
    return len(x) > 0 and dependence(x, y, couples.settings.confidence).p > LEVEL
