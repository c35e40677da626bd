"""The named rules: which wrong analyses are refused, warned of, noted or ruled out, and the sentence for each.

A refusal can be overridden by its name, ``allow = ["double-entry"]`` under [analysis] of study.toml; then every output
says so. The table is rules.csv; docs/rules.md lists it and is tested against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from analysis.errors import SurveyError, did_you_mean, named
from analysis.textfiles import read_rows

ACTIONS = ("refuse", "warn", "note", "never")


@dataclass(frozen=True)
class Rule:
    """One rule: ``wrong`` is the analysis that it guards against, ``sentence`` says why and what to do instead.

    ``action`` is ``refuse`` (an error, or an empty row with the reason), ``warn`` (where the data call for it),
    ``note`` (beside every such result) or ``never`` (no function does it).
    """

    id: str
    name: str
    action: str
    wrong: str
    sentence: str
    source: str


@cache
def rules() -> dict[str, Rule]:
    """Return every rule by its id.

    Examples
    --------
    >>> rules()["W2"].name
    'double-entry'
    """
    rows = read_rows((resources.files("analysis") / "rules.csv").read_bytes())
    return {row["id"]: Rule(**row) for row in rows}


def can_be_allowed() -> list[str]:
    """Return the names of the rules that refuse, and so can be allowed."""
    return [rule.name for rule in rules().values() if rule.action == "refuse"]


def sentence(rule: str) -> str:
    """Return the sentence of a rule.

    Examples
    --------
    >>> sentence("W10")
    'Dependence may be negative, stays negative in every table, and its p is two-sided.'
    """
    return rules()[rule].sentence


def clause(rule: str) -> str:
    """Return the sentence of a rule as a part of a note: small at its start, without the full stop.

    Examples
    --------
    >>> clause("W10")
    'dependence may be negative, stays negative in every table, and its p is two-sided'
    """
    words = sentence(rule).removesuffix(".")
    return words[0].lower() + words[1:]


def allows(allow: Sequence[str], rule: str) -> bool:
    """Return whether a study allows what the rule refuses."""
    return rules()[rule].name in allow


def refusing(rule: str, fact: str) -> str:
    """Return the message of a refusal: what was found, why it is wrong, the remedy, and how to override it."""
    name = rules()[rule].name
    return (
        f'{fact} {sentence(rule)} To do it all the same, write allow = ["{name}"] under [analysis] of study.toml; '
        "every output will say so."
    )


def refuse_unless_allowed(rule: str, fact: str, allow: Sequence[str], kind: type[SurveyError]) -> str:
    """Return the fact as a note where the study allows what the rule refuses; else raise ``kind`` with the message."""
    if not allows(allow, rule):
        raise kind(refusing(rule, fact))
    return f"{fact} Allowed by study.toml ({rules()[rule].name})."


def allow_faults(names: Iterable[str]) -> list[str]:
    """Return what is wrong with the names of rules to allow: unknown ones with the nearest right one, and mere notes.

    Examples
    --------
    >>> allow_faults(["double_entry"])[0].split(" Those")[0]
    "allow names 'double_entry', which is no rule. Did you mean 'double-entry'?"
    """
    allowed, every = can_be_allowed(), {rule.name for rule in rules().values()}
    faults = []
    for name in names:
        if name not in allowed:
            what = "refuses nothing." if name in every else f"is no rule.{did_you_mean(name, allowed)}"
            faults.append(f"allow names '{name}', which {what} Those that refuse are {named(allowed)}.")
    return faults


def allowed_words(allow: Sequence[str]) -> str:
    """Return the words that every output carries where a study allows what is refused, or an empty string.

    Examples
    --------
    >>> allowed_words(["double-entry"])
    'Refused as a rule, allowed by study.toml: double-entry.'
    """
    return f"Refused as a rule, allowed by study.toml: {', '.join(allow)}." if allow else ""
