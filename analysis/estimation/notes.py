"""The sentences that more than one analysis says: why a number or its interval is empty, and what to know of it.

A count of couples or persons stands behind a colon in every note ("couples left out: 3"), so that
:mod:`analysis.disclosure` finds and hides the small ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from analysis.couples import Couples
from analysis.guards import FEWEST_COUPLES
from analysis.stats.factor import FEWEST_ITEMS, OneFactor
from analysis.stats.value import Value

MID_P = "mid-p"  # how the note begins that holds the one beside a permutation p
PERFECT = "a perfect correlation leaves no interval and no test"
NO_DIFFERENCE = "the differences do not vary"
FLAT_MEAN = "nobody differs from anybody, which leaves no interval"
HEYWOOD = "Heywood case: a unique variance is negative"
ONE_ITEM = "a scale of one item has no internal consistency"
DETERMINED = "the other items determine an item, as a perfect correlation does (singular covariances)"
NO_SOLUTION = "the one-factor model has no single solution on these answers"
TOO_FEW_ITEMS = f"a one-factor model needs {FEWEST_ITEMS} items"


def why_no_interval(value: Value, n: int) -> str:
    """Return why an estimate from n couples, of a statistic that has an interval, has none; or an empty string."""
    if not isfinite(value.estimate) or isfinite(value.lower):
        return ""
    return PERFECT if abs(value.estimate) == 1 else f"too few couples for an interval: {n}"


def of_mean(mean: Value, n: int) -> str:
    """Return why a mean over n couples has no interval, or an empty string."""
    if not isfinite(mean.estimate) or isfinite(mean.lower):
        return ""
    return FLAT_MEAN if n > 1 else f"too few couples for an interval: {n}"


def few_couples(n: int, k: int, who: str = "a person") -> str:
    """Return why k items have no coefficient over n couples of whom someone is complete, or an empty string."""
    if n >= FEWEST_COUPLES:
        return ""
    return f"couples with {who} complete on all {k} items: {n}; {FEWEST_COUPLES} are needed"


def singular(n: int, k: int, who: str = "persons complete on all {k} items") -> str:
    """Return why k variables over n cases have no inverse covariances, and so no model; or an empty string."""
    return f"{who.format(k=k)}: {n}; more than {k} are needed (singular covariances)" if n <= k else ""


def constant_items(names: Sequence[str]) -> str:
    """Return which items are constant, or an empty string.

    Examples
    --------
    >>> constant_items(["H1_2"])
    'an item is constant: H1_2'
    """
    if not names:
        return ""
    return f"{'an item is' if len(names) == 1 else 'items are'} constant: {', '.join(names)}"


def of_one_factor(fit: OneFactor, constant: Sequence[str]) -> str:
    """Return what to know of a one-factor fit: why there is none, with the constant items, or that it is Heywood."""
    if fit.converged:
        return HEYWOOD if fit.heywood else ""
    if len(fit.loadings) < FEWEST_ITEMS:
        return TOO_FEW_ITEMS
    return constant_items(constant) or NO_SOLUTION


def of_finished(couples: Couples, what: str) -> list[str]:
    """Return the sentence that finished scores have no items, and so not ``what``; none where there are no such scores.

    Examples
    --------
    >>> import analysis as an
    >>> of_finished(an.make_couples(5, seed=1), "reliability")
    []
    """
    codes = [code for code in couples.codebook.codes if couples.codebook.finished(code)]
    return [f"{', '.join(codes)}: a finished score without items has no {what}."] if codes else []


SATURATED = "three items: the one-factor model is saturated, so its fit is not tested"
TOO_FLAT = "the answers leave no interval: its standard error is 0 or too large"
NOT_BELOW_1 = "a coefficient of 1 or more has no interval"
NOT_LISTWISE = (
    "Persons with a missing answer on a scale are left out of its coefficients; reliability(couples, fiml=True) adds "
    "alpha and omega from everyone with an answer."
)
SHARE_OF_VARIABLES = 3


def too_many_variables(variables: int, n: int) -> str:
    """Return why full information maximum likelihood is refused: more variables than a third of n; or nothing."""
    if variables * SHARE_OF_VARIABLES <= n:
        return ""
    return (
        f"persons with an answer: {n}; full information maximum likelihood of {variables} items needs "
        f"{SHARE_OF_VARIABLES * variables}. Use the listwise estimate, or fewer items"
    )


def joined(*notes: str) -> str:
    """Return several notes as one, empty ones left out."""
    return "; ".join(filter(None, notes))


def no_interval(value: Value) -> str:
    """Return why a coefficient that exists has no interval, although its statistic has one; or an empty string."""
    if not isfinite(value.estimate) or isfinite(value.lower):
        return ""
    return TOO_FLAT if value.estimate < 1 else NOT_BELOW_1
