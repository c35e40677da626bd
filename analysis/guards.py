"""Which analyses some data allow, and the sentence for each that they do not: what is missing, and the remedy."""

from __future__ import annotations

from typing import Protocol

from analysis.errors import DataError
from analysis.instrument.codebook import BLOCKS, Codebook

FEWEST_COUPLES = 3
FEWEST_SCALES = 3  # a profile correlation over two scales is always 1 or -1


class Facts(Protocol):
    """What the rules need to know of couples."""

    @property
    def codebook(self) -> Codebook: ...  # noqa: D102
    @property
    def one_person(self) -> bool: ...  # noqa: D102
    @property
    def n_both(self) -> int: ...  # noqa: D102
    @property
    def roles(self) -> tuple[str, str] | None: ...  # noqa: D102


ANALYSES = (
    "describe", "items", "reliability", "factor_fit", "scale_pairs", "partner_reliability", "block_reliability",
    "agreement", "distinguishability", "invariance", "profiles",
)  # fmt: skip


def refusal(analysis: str, facts: Facts) -> str:
    """Return why the analysis cannot be done with these data and what would allow it, or an empty string.

    Anything but couples, such as a DataFrame of persons, is a DataError that says how couples are made of it.
    """
    _check_couples(analysis, facts)
    rules = {"agreement": _two_partners, "profiles": _profiles, "scale_pairs": _pairs}
    rules |= {"distinguishability": _roles}
    rules |= {"partner_reliability": _both_answer_items, "block_reliability": _blocks}
    rules |= {"invariance": _invariance}
    rules |= dict.fromkeys(("items", "reliability", "factor_fit"), _items)
    return rules[analysis](facts) if analysis in rules else ""


HOW_TO_PAIR = {
    "Codings": "Codings give couples with codings.consensus().",
    "Study": "A study gives them with study.couples().",
    "DataFrame": (
        "A row a person does not say who belongs together, and persons of a couple are no independent units. A frame "
        "becomes couples with an.couples_from_frame(frame, codebook=…, couple=…, partner=…)."
    ),
}


def _check_couples(analysis: str, facts: object) -> None:
    """Refuse what is no couples (rule W1)."""
    if not hasattr(facts, "n_both"):
        kind = type(facts).__name__
        how = HOW_TO_PAIR.get(kind, HOW_TO_PAIR["DataFrame"])
        raise DataError(f"{analysis} takes couples, and this is a {kind}. {how}")


def _items(facts: Facts) -> str:
    book = facts.codebook
    if not book.codes_with_items:
        return (
            "Every scale here is a finished score, so nothing can be said about items or reliability. "
            "Bring the answers to the items and their codebook."
        )
    return ""


def _pairs(facts: Facts) -> str:
    if len(facts.codebook.codes_with_items) < 2:
        return _items(facts) or (
            "Pairs of scales need two scales with items; this codebook has one. Add the other's items."
        )
    return ""


def _both_answer_items(facts: Facts) -> str:
    return _items(facts) or _two_partners(facts)


def _invariance(facts: Facts) -> str:
    if _both_answer_items(facts) or facts.roles:
        return _both_answer_items(facts)
    return (
        "These partners are exchangeable, so there are no two roles to compare the measurement of. "
        "If there are roles, name them under [couples] of study.toml; factor_fit shows how one factor fits everyone."
    )


def _blocks(facts: Facts) -> str:
    if any(facts.codebook.block(block) for block in BLOCKS):
        return _items(facts)
    return "No scale is healthy or unhealthy, so there are no blocks; give scales their valence in scales.csv."


def _two_partners(facts: Facts) -> str:
    if facts.one_person:
        return (
            "These data have one respondent a couple, so partners cannot be compared. "
            "Ask both partners, or compare groups of couples."
        )
    if facts.n_both < FEWEST_COUPLES:
        return (
            f"Comparing partners needs {FEWEST_COUPLES} couples with answers from both; couples that have them: "
            f"{facts.n_both}. Look in the ledger for rows that could not be paired."
        )
    return ""


def _roles(facts: Facts) -> str:
    if _two_partners(facts):
        return _two_partners(facts)
    if facts.roles is None:
        return (
            "Partners are exchangeable here: there is no role to tell them apart by, so there is nothing to test. If a "
            "column says who is who, name it and its marks as roles in study.toml."
        )
    return ""


def _profiles(facts: Facts) -> str:
    if _two_partners(facts):
        return _two_partners(facts)
    if max(len(facts.codebook.block(block)) for block in BLOCKS) < 2:
        return (
            "A profile needs two or more scales that are healthy or unhealthy; "
            "give scales their valence in scales.csv, or code items to indicators."
        )
    return ""
