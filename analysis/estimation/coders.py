"""Agreement of coders on open answers, code by code. It says how good the coding is, nothing of partners."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import isfinite

import numpy as np

from analysis.codings import Codings
from analysis.estimation.notes import joined
from analysis.estimation.samples import BOTH, counts
from analysis.results import Estimates, Row, row
from analysis.stats import coders as stats
from analysis.stats.value import Array, Value

ALL = "all coders"
FEW = 10  # persons given a code, under which kappa and alpha lean on too little
ON_Z = "jackknife of couples, t on Fisher's z"
METHODS = {
    "coder_percent": "Wilson's interval, effective n from the jackknife of couples",
    "coder_prevalence": "Wilson's interval, effective n from the jackknife of couples",
    "coder_kappa": ON_Z,
    "coder_ac1": ON_Z,
    "coder_krippendorff": ON_Z,
}
BY_CHANCE = ("coder_kappa", "coder_krippendorff")


def coder_agreement(codings: Codings) -> Estimates:
    """Return how far coders agree on each code: every two coders, and all of them together where there are more.

    Rows of section ``agreement``, ``scale`` the code, ``comparison`` the coders ("ann and ben", "all coders"). Two
    coders: coder_percent (share of equal judgements), coder_prevalence (share of judgements that give the code),
    coder_kappa, coder_ac1, coder_krippendorff. All coders: coder_prevalence, coder_krippendorff, with persons whom some
    did not code. Counts are taken as there or not; the counts themselves have coder_kappa, variant ``quadratic``.

    Parameters
    ----------
    codings : Codings

    Returns
    -------
    Estimates
        n_persons are those whom both coders judged on that code (two or more of them for all), n_couples their
        couples. Both partners of a couple are one cluster.

    Notes
    -----
    Kappa and alpha do not exist for a code that nobody used, or that everyone was given: agreement is then 100 %, and a
    note says so. With rare codes they swing widely; read them beside AC1, the share and the prevalence. In simulated
    studies of two coders (2,000 a case, 50 or 100 couples, prevalence .05 to .5, partners alike), 95 % intervals held
    the truth of kappa and alpha in .934 to .965 of them, of AC1 in .954 to .969, of the share in .953 to .971, of the
    prevalence in .955 to .972; linearised standard errors did so for kappa in .880 to .961. Sources: Cohen (1960),
    https://doi.org/10.1177/001316446002000104; Gwet (2008), https://doi.org/10.1348/000711006X126600; Hayes &
    Krippendorff (2007), https://doi.org/10.1080/19312450709336664.

    Examples
    --------
    >>> import analysis as an
    >>> codings = an.read_codings(an.demo() / "codings.csv", roles={"w": "woman", "m": "man"}, codes="codes")
    >>> an.coder_agreement(codings).where(scale=["H4", "U2b"], comparison="anna and ben")
    scale partner comparison   statistic          estimate interval     n note
    H4    both    anna and ben coder_percent           85% [77%, 91%]  60
    H4    both    anna and ben coder_prevalence        32% [24%, 41%]  60
    H4    both    anna and ben coder_kappa             .66 [.47, .79]  60
    H4    both    anna and ben coder_ac1               .74 [.58, .84]  60
    H4    both    anna and ben coder_krippendorff      .65 [.46, .79]  60
    U2b   both    anna and ben coder_percent          100% [94%, 100%] 60
    U2b   both    anna and ben coder_prevalence         0% [0%, 6%]    60
    U2b   both    anna and ben coder_kappa                             60 1
    U2b   both    anna and ben coder_ac1              1.00             60 2
    U2b   both    anna and ben coder_krippendorff                      60 3
    (1) no coder used the code: agreement 100 %, kappa undefined
    (2) the coders never differ: no interval
    (3) no coder used the code: agreement 100 %, alpha undefined
    """
    if len(codings.coders) < 2:
        return Estimates((), [f"All codings are by one coder, '{codings.coders[0]}'. Agreement needs a second one."])
    return Estimates(_rows(codings), _notes(codings))


def _notes(codings: Codings) -> list[str]:
    alone = int((codings.coded_by.sum(axis=1) == 1).sum())
    never = [
        f"{first} and {second} coded no person in common."
        for first, second in combinations(codings.coders, 2)
        if not (np.isfinite(codings.of(first)) & np.isfinite(codings.of(second))).any()
    ]
    return [*([f"Persons coded by one coder only, who count in no agreement: {alone}."] if alone else []), *never]


def _rows(codings: Codings) -> Iterator[Row]:
    for place, code in enumerate(codings.codes):
        judged = codings.judgements[:, :, place]
        for first, second in combinations(range(len(codings.coders)), 2):
            yield from _of_two(codings, code, judged, (first, second))
        if len(codings.coders) > 2:
            yield from _of_all(codings, code, judged)


def _of_two(codings: Codings, code: str, judged: Array, pair: tuple[int, int]) -> Iterator[Row]:
    both = np.isfinite(judged[:, pair]).all(axis=1)
    x, y = judged[both][:, pair].T
    couple, names = codings.couple[both], [codings.coders[i] for i in pair]
    at = _at(codings, code, " and ".join(names), couple)
    there = np.column_stack([x > 0, y > 0]).astype(float)
    found = stats.two_coders(there[:, 0], there[:, 1], couple, codings.settings.confidence)
    for name, value in found._asdict().items():
        yield _row(f"coder_{name}", value, at, there, names)
    if codings.maximum > 1:
        value = stats.kappa(x, y, couple, codings.settings.confidence)
        yield _row("coder_kappa", value, at | {"variant": "quadratic"}, np.column_stack([x, y]), names)


def _of_all(codings: Codings, code: str, judged: Array) -> Iterator[Row]:
    several = np.isfinite(judged).sum(axis=1) > 1
    couple = codings.couple[several]
    there = np.where(np.isfinite(judged), judged > 0, np.nan)[several]
    at = _at(codings, code, ALL, couple)
    for name, statistic in (("prevalence", stats.prevalence), ("krippendorff", stats.krippendorff)):
        value = statistic(there, couple, codings.settings.confidence)
        yield _row(f"coder_{name}", value, at, there, codings.coders)


def _at(codings: Codings, code: str, comparison: str, couple: Array) -> Row:
    place = {"scale": code, "partner": BOTH, "comparison": comparison, "confidence": codings.settings.confidence}
    return place | counts(couple)


def _row(statistic: str, value: Value, at: Row, judged: Array, names: list[str] | tuple[str, ...]) -> Row:
    note = _note(statistic, value, at["n_couples"], judged, names)
    return row("agreement", statistic, **at, **value._asdict(), method=METHODS[statistic], note=note)


def _note(statistic: str, value: Value, couples: int, judged: Array, names: list[str] | tuple[str, ...]) -> str:
    """Return why a number or its interval is empty, and what to know of it; judged (persons, coders)."""
    if not len(judged):
        return "persons judged by two coders: 0"
    if not isfinite(value.estimate):
        return _undefined(statistic, judged)
    given = int((judged > 0).any(axis=1).sum())
    rare = f"persons given the code by any coder: {given}" if statistic in BY_CHANCE and given < FEW else ""
    return joined(rare, "" if isfinite(value.lower) else _no_interval(value, couples, judged, names))


def _undefined(statistic: str, judged: Array) -> str:
    """Return in words that coders who never differ and never vary leave nothing to correct for chance."""
    what = {"coder_kappa": "kappa", "coder_krippendorff": "alpha"}[statistic]
    if not (judged > 0).any():
        return f"no coder used the code: agreement 100 %, {what} undefined"
    return f"every coder gave the code to everyone alike: agreement 100 %, {what} undefined"


def _no_interval(value: Value, couples: int, judged: Array, names: list[str] | tuple[str, ...]) -> str:
    if couples < 2:
        return f"too few couples for an interval: {couples}"
    if value.estimate == 1:
        return "the coders never differ: no interval"
    still = [name for name, column in zip(names, judged.T, strict=True) if np.ptp(column) == 0]
    if still and value.estimate == 0:
        return f"{still[0]} judged everyone alike, so kappa is 0 whatever the other did: no interval"
    return "without one of the couples it does not exist: no interval"
