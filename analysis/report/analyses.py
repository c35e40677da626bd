"""All analyses of a report, in one place: Couples -> one table of results."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.codings import Codings
from analysis.couples import Couples
from analysis.estimation.agreement import agreement
from analysis.estimation.blocks import block_reliability
from analysis.estimation.coders import coder_agreement
from analysis.estimation.descriptives import describe
from analysis.estimation.distinguishability import distinguishability
from analysis.estimation.invariance import invariance
from analysis.estimation.item_agreement import item_agreement
from analysis.estimation.items import items
from analysis.estimation.one_factor import factor_fit
from analysis.estimation.pairs import scale_pairs
from analysis.estimation.partners import partner_reliability
from analysis.estimation.profiles import profiles
from analysis.estimation.reliability import reliability
from analysis.results import Estimates, join


def analyse(couples: Couples, codings: Codings | None = None) -> Estimates:
    """Return all results that the couples allow, and those on coders, with the notes of every part."""
    coders = [coder_agreement(codings)] if codings else []
    return join([*_parts(couples), *coders])


def _parts(couples: Couples) -> Iterator[Estimates]:
    yield describe(couples)
    yield items(couples)
    yield reliability(couples, bootstrap=True, fiml=True, categorical=couples.settings.categorical_intervals)
    yield factor_fit(couples)
    yield partner_reliability(couples, bootstrap=True)
    yield scale_pairs(couples)
    yield block_reliability(couples, bootstrap=True)
    yield agreement(couples)
    yield item_agreement(couples)
    yield distinguishability(couples)
    yield invariance(couples)
    yield profiles(couples)
