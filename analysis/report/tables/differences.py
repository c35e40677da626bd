"""The table of differences between partners: how large, how far apart single couples are, whether spreads are equal."""

from __future__ import annotations

from analysis.couples import Couples
from analysis.instrument.equivalence import equivalence_bound
from analysis.report.markdown import table, text
from analysis.report.numbers import NONE, Numbers, n_of, p_of, value, with_interval
from analysis.report.tables.agreement import SCORES, Place, adjustment_in_words, at, name_of, places_of
from analysis.report.tables.common import NO_BREAK, Numbering, level


def differences(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    """Return the differences of the partners' scores, signed where there are roles and by their size where not."""
    places = places_of(numbers, "mean_difference" if couples.roles else "mean_abs_difference", SCORES)
    if not places:
        return ""
    make = _of_roles if couples.roles else _order_free
    return make(numbers, couples, numbering, places)


def _of_roles(numbers: Numbers, couples: Couples, numbering: Numbering, places: list[dict[str, str]]) -> str:
    bounds, rows = couples.settings.equivalence, []
    for place in places:
        mean = at(numbers, "mean_difference", place)
        cells = [with_interval(mean), p_of(mean), p_of(mean, "p_adjusted"), value(at(numbers, "d_z", place))]
        cells += _equivalent(numbers, couples, place) if bounds else []
        ratio = at(numbers, "sd_ratio", place, "jackknife")
        limits = [with_interval(at(numbers, f"loa_{side}", place, "jackknife")) for side in ("lower", "upper")]
        cells += [with_interval(ratio), p_of(ratio), *limits]
        rows.append([name_of(couples, place), n_of(mean), *cells])
    ci = level(couples)
    heads = [f"Mean {ci}", "p", "adj. p", "d~z~", *(["p equiv. (bound)"] if bounds else [])]
    heads += [f"SD ratio {ci}", "p", f"lower limit {ci}", f"upper limit {ci}"]
    first, second = map(text, couples.roles or ("", ""))
    caption = f"Differences between partners: {first} minus {second}, ratio of SDs {first} over {second}. "
    tests = [at(numbers, "mean_difference", place) for place in places]
    return table(["Scale", "n", *heads], rows, numbering.table(caption + adjustment_in_words(couples, tests)))


def _equivalent(numbers: Numbers, couples: Couples, place: Place) -> list[str]:
    """Return the p of a difference within the bound that was set beforehand, as a cell."""
    bound = equivalence_bound(couples.settings.equivalence, place["scale"])
    return [NONE if bound is None else f"{p_of(at(numbers, 'equivalence', place))}{NO_BREAK}(±{bound:g})"]


def _order_free(numbers: Numbers, couples: Couples, numbering: Numbering, places: list[dict[str, str]]) -> str:
    rows = []
    for place in places:
        size, random = (at(numbers, "mean_abs_difference", place, beside) for beside in ("", "pseudo"))
        limit = with_interval(at(numbers, "loa_upper", place, "jackknife"))
        tests = (p_of(random), p_of(random, "p_adjusted"))
        rows.append([name_of(couples, place), n_of(size), with_interval(size), value(random), *tests, limit])
    ci = level(couples)
    caption = "Size of the differences between partners, whoever is first. "
    caption += adjustment_in_words(couples, (at(numbers, "mean_abs_difference", place, "pseudo") for place in places))
    heads = [f"Mean size {ci}", "random", "p", "adj. p", f"limit {ci}"]
    return table(["Scale", "n", *heads], rows, numbering.table(caption))
