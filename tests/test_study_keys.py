"""The keys of study.toml: what each takes, and what is said of anything else."""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest

from analysis.study_keys import KEYS, KINDS, key_faults

RIGHT = {
    "title": ['"x"', "''"],
    "date": ['"2026-11-25"', "2026-11-25"],
    "data": ['"x.csv"', '{w = "w.csv", m = "m.csv"}'],
    "codebook": ['"book"'],
    "couples.id": ['"id"'],
    "couples.partner": ['"who"'],
    "couples.wide": ['"{item}_{partner}"'],
    "couples.partners": ['["1", "2"]', "[]"],
    "couples.roles": ['{w = "woman", m = "man"}'],
    "couples.one_person": ["true", "false"],
    "couples.person": ['"person"'],
    "couples.where": ['{wave = "0"}', "{wave = 0}", '{wave = ["0", 3]}', "{}"],
    "couples.group": ['"kind"'],
    "couples.group_labels": ['{a = "course", b = "waiting list"}'],
    "couples.composition": ['"kind"'],
    "couples.compositions": ['"apart"', '"pooled"', '"exchangeable"'],
    "couples.scores": ['["a"]'],
    "answers.labels": ['{"never" = 1, "often" = 2.5}'],
    "answers.missing": ['{refused = ["no", -99], not_asked = [-77], does_not_apply = ["N/A"], skipped = [0.5]}'],
    "answers.item": ['{a = {missing = {skipped = [0]}}, b = {missing = {refused = ["x"]}}}'],
    "analysis.confidence": ["0.9", "1"],
    "analysis.resamples": ["500"],
    "analysis.seed": ["7"],
    "analysis.minimum_answered": ["0.8"],
    "analysis.by": ['"scale"', '"indicator"'],
    "analysis.threshold": ["5"],
    "analysis.disclose": ["true"],
    "analysis.synthetic": ["false"],
    "analysis.categorical_intervals": ["true"],
    "analysis.allow": ['["double-entry"]', "[]"],
    "analysis.adjust": ['"holm"', '"fdr_bh"'],
    "analysis.equivalence": ["{default = 0.5}", "{H1 = 1}", "{}"],
    "codings.file": ['"codings.csv"'],
    "codings.id": ['"id"'],
    "codings.partner": ['"who"'],
    "codings.coder": ['"rater"'],
    "codings.codes": ['"codes"'],
    "codings.separator": ['";"'],
    "codings.maximum": ["5"],
    "codings.consensus": ['"majority"', '"ann"'],
    "source.citation": ['"Us"'],
    "source.licence": ['"None"'],
    "source.sha256": ['"00"'],
}
WRONG = {
    "title": [("1", "it takes a text in quotation marks"), ("true", "title is true;")],
    "date": [
        ('"25.11.2026"', 'date is "25.11.2026"; it takes a date, "2026-11-25"'),
        ('"20261125"', "it takes a date"),
        ('"2026-11-31"', "it takes a date"),
        ("2026-11-25T08:00:00", "date is 2026-11-25T08:00:00; it takes a date"),
        ("2026", "it takes a date"),
        ('""', "it takes a date"),
    ],
    "data": [("1", 'it takes a file, or one a partner, {w = "w.csv", m = "m.csv"}'), ('["a", "b"]', "it takes a file")],
    "couples.partners": [('"1"', 'it takes a list of texts, ["a", "b"]'), ("[1, 2]", "it takes a list of texts")],
    "couples.roles": [
        ('{w = ["woman", "wife"], m = "man"}', 'it takes texts by name, {w = "woman", m = "man"}'),
        ("{w = 1}", "it takes texts by name"),
        ('["w", "m"]', "it takes texts by name"),
    ],
    "couples.one_person": [
        ('"yes"', 'couples.one_person is "yes"; it takes true or false'),
        ("1", "it takes true or false"),
    ],
    "couples.where": [
        ('"wave"', 'it takes a value, or a list of them, by column, {month = "0"}'),
        ("{a = {b = 1}}", "it takes a value"),
    ],
    "answers.labels": [('{"never" = "1"}', 'it takes {"Never" = 1, "Always" = 5}'), ("{a = true}", "it takes {")],
    "answers.missing": [
        ('{refusd = ["no"]}', "reasons are not_asked, does_not_apply, refused, skipped"),
        ('{no_partner = ["no"]}', "reasons are"),
        ('{refused = "no"}', "it takes {refused = ["),
        ("{refused = [true]}", "it takes {refused = ["),
    ],
    "answers.item": [
        ("{a = {skipped = [0]}}", "it takes [answers.item.NAME] with missing = {reason = [values]}"),
        ("{a = {missing = {skipped = 0}}}", "it takes [answers.item.NAME]"),
        ("{a = {missing = {}, labels = {}}}", "it takes [answers.item.NAME]"),
    ],
    "codings.maximum": [('"5"', "it takes a whole number"), ("true", "it takes a whole number")],
    "analysis.confidence": [('"0.9"', "it takes a number"), ("true", "it takes a number")],
    "analysis.seed": [("1.5", "it takes a whole number"), ("true", "it takes a whole number")],
    "analysis.allow": [('"double-entry"', "it takes a list of texts"), ("true", "it takes a list of texts")],
    "analysis.adjust": [('"bonferroni"', 'analysis.adjust is "bonferroni"; it takes "holm" or "fdr_bh"')],
    "analysis.equivalence": [
        ("0.5", "it takes numbers by scale code, {default = 0.5, H1 = 0.3}"),
        ('{H1 = "a"}', "it takes numbers by scale code"),
    ],
    "analysis.by": [('"items"', 'it takes "scale" or "indicator"'), ("[1]", 'it takes "scale" or "indicator"')],
}


def faults(text: str) -> list[str]:
    return key_faults(tomllib.loads(text))


def line(path: str, value: str) -> str:
    """Return the line, or section and line, that gives a key a value."""
    section, _, name = path.rpartition(".")
    return f"[{section}]\n{name} = {value}\n" if section else f"{name} = {value}\n"


def test_every_key_is_tried() -> None:
    assert [key.path for key in KEYS] == list(RIGHT)


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, values in RIGHT.items() for value in values])
def test_a_right_value_is_no_fault(path: str, value: str) -> None:
    assert faults(line(path, value)) == []


@pytest.mark.parametrize(("path", "value", "words"), [(path, *case) for path, cases in WRONG.items() for case in cases])
def test_a_wrong_value_is_refused_with_what_the_key_takes(path: str, value: str, words: str) -> None:
    found = faults(line(path, value))
    assert len(found) == 1
    assert found[0].startswith(f"{path} is ")
    assert words in found[0]


def test_long_values_are_cut() -> None:
    assert f"is {str([1] * 99)[:60]}…; it takes" in faults(line("couples.partners", str([1] * 99)))[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("titel = 'x'", "study.toml has no key 'titel'. Did you mean 'title'?"),
        ("[couple]\nid = 'x'", "study.toml has no key 'couple'. Did you mean 'couples'?"),
        ("[couples]\nrole = {}", "section [couples] has no key 'role'. Did you mean 'roles'?"),
        ("id = 'x'", "study.toml has no key 'id'. It belongs to the section [couples]."),
        ("[analysis]\nmissing = {}", "section [analysis] has no key 'missing'. It belongs to the section [answers]."),
        (
            "[couples]\ndata = 'x.csv'",
            "section [couples] has no key 'data'. It belongs to the top, above every [section].",
        ),
        ("[couples]\nxyzzy = 1", "section [couples] has no key 'xyzzy'."),
        ("couples = 'x'", "'couples' is a section: write [couples] on a line of its own and its keys below it"),
        ("[[couples]]\nid = 'x'", "'couples' is a section"),
    ],
)
def test_a_key_that_is_not_there_is_refused_with_its_place_or_the_nearest(text: str, words: str) -> None:
    assert faults(text) == [faults(text)[0]]
    assert faults(text)[0].startswith(words)
    assert faults(text)[0].count("?") == words.count("?")


def test_every_fault_is_listed() -> None:
    assert len(faults("a = 1\nb = 2\n[couples]\nc = 3\nid = 4\n[nothing]\nd = 5\n")) == 5


def test_every_kind_is_used_and_every_key_has_one_and_a_meaning() -> None:
    assert {key.kind for key in KEYS} == set(KINDS)
    assert all(key.meaning.endswith((".", ".)")) for key in KEYS)
    assert max(Counter(key.path for key in KEYS).values()) == 1
