"""Every key of study.toml: its section, what it takes, and what it means. The documentation is tested against it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from analysis.errors import did_you_mean
from analysis.intake.coding import REASONS
from analysis.intake.compositions import TREATMENTS
from analysis.settings import ADJUSTMENTS


@dataclass(frozen=True)
class Key:
    """One key: ``kind`` names what it takes, ``meaning`` says what it does."""

    section: str
    name: str
    kind: str
    meaning: str

    @property
    def path(self) -> str:
        """The key as an error names it, ``couples.id``."""
        return f"{self.section}.{self.name}" if self.section else self.name


KEYS = (
    Key("", "title", "text", "The study's title, printed on the report."),
    Key("", "date", "date", "Printed on the report, `2026-11-25`; else SOURCE_DATE_EPOCH, else no date."),
    Key(
        "",
        "data",
        "file or files",
        'The survey file, relative to study.toml; or one file a partner, `{w = "w.csv", m = "m.csv"}`.',
    ),
    Key(
        "",
        "codebook",
        "text",
        "The codebook's folder, relative to study.toml; or `built-in`; or `built-in+M`, with the experimental scale M. "
        "Left out: `built-in`, or none where `scores` is there.",
    ),
    Key(
        "couples",
        "id",
        "text",
        "The column of couple ids. A wide file and `one_person` can do without: the file row is the couple.",
    ),
    Key("couples", "partner", "text", "Long file: the column that says which partner a row is."),
    Key("couples", "wide", "text", "Wide file: how columns are named, `{item}_{partner}`."),
    Key("couples", "partners", "texts", "Wide file: the two marks of exchangeable partners."),
    Key(
        "couples",
        "roles",
        "texts by text",
        'Distinguishable partners: mark and label, `{w = "woman", m = "man"}`. Left out: exchangeable.',
    ),
    Key("couples", "one_person", "yes or no", "One respondent a couple."),
    Key("couples", "person", "text", "Long file: the column of person ids. Couples with a person in common are out."),
    Key("couples", "where", "values by text", 'Which rows to take, `{month = "0"}`; the others go to the ledger.'),
    Key("couples", "group", "text", "The column with the group of each couple."),
    Key("couples", "group_labels", "texts by text", 'What the groups are called, `{1 = "divorced", 0 = "married"}`.'),
    Key(
        "couples",
        "composition",
        "text",
        "The column that names the composition of each couple, where one file holds women and men beside same-gender "
        "couples. Needs `compositions`.",
    ),
    Key(
        "couples",
        "compositions",
        "apart, pooled or exchangeable",
        'How compositions are analysed: `"apart"`, each a sample of its own, with roles where its couples have both; '
        '`"pooled"`, one sample with the roles; `"exchangeable"`, one sample without roles.',
    ),
    Key("couples", "scores", "texts", "Columns that are finished scale scores."),
    Key("answers", "labels", "numbers by text", "Answer labels and their numbers, where the codebook has none."),
    Key(
        "answers",
        "missing",
        "values by reason",
        "Texts that mean a missing answer, by reason: not_asked, does_not_apply, refused, skipped.",
    ),
    Key(
        "answers",
        "item",
        "values by reason by item",
        "The same for single items: `[answers.item.SAAM12]` `missing = {skipped = [0]}`.",
    ),
    Key("analysis", "confidence", "number", "Level of every interval; 0.95."),
    Key(
        "analysis",
        "resamples",
        "whole number",
        "Resamples of couples behind each bootstrap interval, and random re-pairings, swaps and sign flips behind each "
        "permutation p; 2000.",
    ),
    Key("analysis", "seed", "whole number", "The one seed of the study; 20261125."),
    Key("analysis", "minimum_answered", "number", "Share of a scale's items that must be answered for a score; 0.8."),
    Key(
        "analysis",
        "by",
        "scale or indicator",
        "Score the instrument's own scales, or the indicators that items are coded to.",
    ),
    Key(
        "analysis",
        "threshold",
        "whole number",
        "The smallest number of couples that a public table or figure shows; 10, at least 5.",
    ),
    Key(
        "analysis",
        "disclose",
        "yes or no",
        "Show single couples and small cells; recorded and stamped on every output.",
    ),
    Key("analysis", "synthetic", "yes or no", "The data are synthetic: every page says so, and nothing is hidden."),
    Key(
        "analysis",
        "categorical_intervals",
        "yes or no",
        "Bootstrap intervals of omega_categorical too: seconds to minutes more.",
    ),
    Key(
        "analysis",
        "allow",
        "texts",
        'Refused analyses to do all the same, named as in rules.md, `["pooled-reliability"]`; every output says so.',
    ),
    Key("analysis", "adjust", "holm or fdr_bh", "How p is adjusted for several scales, items or blocks; `holm`."),
    Key(
        "analysis",
        "equivalence",
        "bounds by scale",
        "The largest difference between partners' means that counts as none, in points of the score: "
        "`{default = 0.5}`, or by scale code; fixed before the data are seen. Left out: equivalence is not tested.",
    ),
    Key(
        "codings",
        "file",
        "text",
        "The coders' file, relative to study.toml. Without `data` the codes are the study's scales.",
    ),
    Key("codings", "id", "text", "Its column of couple ids; `couple`."),
    Key("codings", "partner", "text", "Its column that says whose answer was coded; `partner`."),
    Key("codings", "coder", "text", "Its column that says by whom; `coder`."),
    Key("codings", "codes", "text", "The column with several codes in a cell. Left out: each code has a column."),
    Key("codings", "separator", "text", "What joins the codes of such a cell; `;`."),
    Key("codings", "maximum", "whole number", "The largest count that a code can have; 1: it is there or not."),
    Key(
        "codings",
        "consensus",
        "text",
        "Who decides where coders differ: `majority`, or a coder's name. Only without `data`; `majority`.",
    ),
    Key("source", "citation", "text", "How to cite the data."),
    Key("source", "licence", "text", "Under which licence the data may be used."),
    Key(
        "source",
        "sha256",
        "text",
        "The SHA-256 of the data file that this study was written for; another file is noted.",
    ),
)


def _is_text(value: Any) -> bool:  # noqa: ANN401 - TOML holds anything
    return isinstance(value, str)


def _is_number(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_value(value: Any) -> bool:  # noqa: ANN401
    return _is_text(value) or _is_number(value)


def _all(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(test(part) for part in value)


def _by(test: Callable[[Any], bool], names: tuple[str, ...] = ()) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, dict) and all(test(part) and (not names or name in names) for name, part in value.items())
    )


def _is_date(value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, str):
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)) and _is_day(value)
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


_BY_REASON = _by(_all(_is_value), REASONS[:4])
KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "text": (_is_text, "a text in quotation marks"),
    "texts": (_all(_is_text), 'a list of texts, ["a", "b"]'),
    "file or files": (
        lambda v: _is_text(v) or _by(_is_text)(v),
        'a file, or one a partner, {w = "w.csv", m = "m.csv"}',
    ),
    "date": (_is_date, 'a date, "2026-11-25"'),
    "number": (_is_number, "a number"),
    "whole number": (lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number"),
    "yes or no": (lambda value: isinstance(value, bool), "true or false"),
    "texts by text": (_by(_is_text), 'texts by name, {w = "woman", m = "man"}'),
    "values by text": (
        _by(lambda value: _is_value(value) or _all(_is_value)(value)),
        'a value, or a list of them, by column, {month = "0"} or {month = ["0", "3"]}',
    ),
    "numbers by text": (_by(_is_number), '{"Never" = 1, "Always" = 5}'),
    "values by reason": (
        _BY_REASON,
        f'{{refused = ["Prefer not to say"], skipped = [-99]}}; reasons are {", ".join(REASONS[:4])}',
    ),
    "values by reason by item": (
        _by(lambda v: isinstance(v, dict) and set(v) == {"missing"} and _BY_REASON(v["missing"])),
        "[answers.item.NAME] with missing = {reason = [values]}",
    ),
    "holm or fdr_bh": (lambda value: value in ADJUSTMENTS, '"holm" or "fdr_bh"'),
    "bounds by scale": (_by(_is_number), "numbers by scale code, {default = 0.5, H1 = 0.3}"),
    "apart, pooled or exchangeable": (lambda value: value in TREATMENTS, '"apart", "pooled" or "exchangeable"'),
    "scale or indicator": (lambda value: value in ("scale", "indicator"), '"scale" or "indicator"'),
}


def key_faults(table: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the keys of a study.toml: unknown ones with the nearest right one, and wrong kinds."""
    sections = {key.section for key in KEYS} - {""}
    faults = []
    for name, value in table.items():
        if name not in sections:
            faults += _fault("", name, value)
        elif not isinstance(value, dict):
            faults.append(f"'{name}' is a section: write [{name}] on a line of its own and its keys below it")
        else:
            faults += [fault for key, part in value.items() for fault in _fault(name, key, part)]
    return faults


def _fault(section: str, name: str, value: Any) -> list[str]:  # noqa: ANN401
    known = {key.name: key for key in KEYS if key.section == section}
    if name not in known:
        elsewhere = [key.section for key in KEYS if key.name == name]
        allowed = [*known, *({key.section for key in KEYS} if not section else ())]
        where = f"section [{section}]" if section else "study.toml"
        hint = _home(elsewhere[0]) if elsewhere else did_you_mean(name, filter(None, allowed))
        return [f"{where} has no key '{name}'.{hint}"]
    test, allowed_text = KINDS[known[name].kind]
    return [] if test(value) else [f"{known[name].path} is {_written(value)}; it takes {allowed_text}"]


def _home(section: str) -> str:
    return f" It belongs to the section [{section}]." if section else " It belongs to the top, above every [section]."


def _written(value: Any) -> str:  # noqa: ANN401
    """Return a value as study.toml writes it, cut to 60 characters."""
    if isinstance(value, bool):
        return str(value).lower()
    text = value.isoformat() if isinstance(value, date) else f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
