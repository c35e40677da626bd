"""The report's text: results -> one Markdown source. No number is typed here; every one comes from the results."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from analysis.couples import Couples
from analysis.disclosure import public_count, public_note, stamp
from analysis.display import interval, number
from analysis.errors import counted
from analysis.instrument.files import survey
from analysis.report.markdown import bullets, figure, heading, text
from analysis.report.numbers import Numbers, reasons
from analysis.report.tables import agreement, items, measures, reliability, scores
from analysis.report.tables.common import WHO, Numbering, partners_of
from analysis.report.tables.correlations import correlations
from analysis.results import Estimates
from analysis.study import Study

MOST_SCALES = 6  # named beside a note
LIMITS = resources.files("analysis.report") / "parts" / "limits.md"


@dataclass(frozen=True)
class Drawn:
    """A figure that was saved: path without ending, caption, alternative text, whether it outgrows a page."""

    stem: str
    caption: str
    alternative: str
    tall: bool


def document(
    study: Study,
    couples: Couples,
    results: Estimates,
    figures: dict[str, Drawn],
    not_drawn: dict[str, str],
    made_from: dict[str, Any],
) -> str:
    """Return the report as Markdown.

    Parameters
    ----------
    study, couples
        What was analysed.
    results : Estimates
        Public results: see :mod:`analysis.disclosure`.
    figures : dict
        Those that could be drawn, by name.
    not_drawn : dict
        The others, with the reason.
    made_from : dict
        As :func:`analysis.report.provenance.provenance` returns it.
    """
    numbers, numbering = Numbers(results), Numbering(stamp(couples.settings))
    parts = [
        _opening(study, couples),
        _flow(couples, numbering),
        _measures(couples, numbering),
        _scores(numbers, couples, numbering, figures),
        _reliability(numbers, couples, numbering, figures),
        _agreement(numbers, couples, numbering),
        _profiles(numbers, couples, numbering, figures),
        _items(numbers, couples, numbering),
        _cautions(couples, results),
        _not_computed(couples, results, not_drawn),
        _limits(couples),
        _citing(study, couples),
        _provenance(made_from),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _section(title: str, identifier: str, blocks: list[str]) -> str:
    return "\n\n".join([heading(2, title, identifier), *filter(None, blocks)])


def _opening(study: Study, couples: Couples) -> str:
    words = stamp(couples.settings)
    banner = f"::: banner\n{text(words)}\n:::" if words else ""
    who = "one respondent a couple" if couples.one_person else "partners exchangeable"
    who = f"{couples.roles[0]} and {couples.roles[1]}" if couples.roles else who
    book = couples.codebook
    version = f", version {text(book.version)}" if book.version else ""
    scales = f"{len(book.codes)} scales of the instrument “{text(book.name)}”{version}"
    lead = f"Couples: {public_count(couples.n, couples.settings)} ({text(who)}); {scales}."
    day = f"Report of {text(study.day)}." if study.day else ""
    return "\n\n".join(filter(None, [day, banner, lead]))


def _flow(couples: Couples, numbering: Numbering) -> str:
    blocks = [measures.flow(couples, numbering)]
    hidden = 0 if couples.settings.open else len(couples.private_notes)
    shown = [note for note in couples.notes if not hidden or note not in couples.private_notes]
    said = [text(_public(note, couples)) for note in shown]
    blocks += ["What the reading of the file has to say:", bullets(said)] if said else []
    if hidden:
        blocks.append(f"{counted(hidden, 'more note')} on couples or rows: see private/notes.txt.")
    return _section("Flow of couples", "flow", blocks)


def _measures(couples: Couples, numbering: Numbering) -> str:
    share = couples.settings.minimum_answered
    rule = (
        f"A score is the mean of a scale's answered items where at least {share:.0%} of them are answered, after "
        "reversing with the declared bounds; nothing is imputed. Mirrored items and companions never enter a score."
    )
    return _section(
        "Measures", "measures", [rule, measures.measures(couples, numbering), measures.missing(couples, numbering)]
    )


def _scores(numbers: Numbers, couples: Couples, numbering: Numbering, figures: dict[str, Drawn]) -> str:
    blocks = [scores.scores(numbers, couples, numbering)]
    groups = filter(None, numbers.column("group", section="describe"))
    blocks += [scores.scores(numbers, couples, numbering, group) for group in groups]
    blocks += [_figure(figures, name, numbering) for name in ("profile", "groups")]
    blocks += correlations(numbers, couples, numbering)
    return _section("Scores", "scores", blocks)


def _figure(figures: dict[str, Drawn], name: str, numbering: Numbering) -> str:
    if name not in figures:
        return ""
    drawn = figures[name]
    return figure(drawn.stem, numbering.figure(drawn.caption), drawn.alternative, tall=drawn.tall)


def _reliability(numbers: Numbers, couples: Couples, numbering: Numbering, figures: dict[str, Drawn]) -> str:
    if not len(numbers.results.where(section="reliability")):
        return ""
    method = (
        "ω is that of a one-factor model fitted by maximum likelihood, with a robust interval; α has an interval by "
        "influence function. Both intervals are made on ln(1 − coefficient). n counts the persons who are complete on "
        "the scale."
    )
    if couples.roles is None and not couples.one_person:
        method += " Partners are exchangeable: persons are taken together, couples are the clusters of every interval."
    blocks = [method, reliability.reliability(numbers, couples, numbering)]
    groups = filter(None, numbers.column("group", section="reliability"))
    blocks += [reliability.reliability(numbers, couples, numbering, group) for group in groups]
    blocks += [_figure(figures, "reliability", numbering), _in_words(numbers, couples)]
    return _section("Reliability", "reliability", blocks)


def _in_words(numbers: Numbers, couples: Couples) -> str:
    """Return one sentence a scale, ready for a manuscript."""
    partners = partners_of(numbers, "reliability")
    sentences = []
    for code in couples.codebook.codes:
        parts = list(filter(None, (_omega_words(numbers, code, partner) for partner in partners)))
        if parts:
            sentences.append(f"{text(couples.codebook.label(code))}: {'; '.join(parts)}.")
    return "\n\n".join(["In words, for a manuscript:", bullets(sentences)]) if sentences else ""


def _omega_words(numbers: Numbers, code: str, partner: str) -> str:
    line = numbers.at("reliability", "omega_pooled" if partner == "both" else "omega", scale=code, partner=partner)
    if not line or not np.isfinite(line["estimate"]):
        return ""
    limits = interval(line["lower"], line["upper"], "coefficient")
    level = f", {line['confidence']:.0%} CI {limits}" if limits else ""
    omega = number(line["estimate"], "coefficient")
    return text(f"{WHO.get(partner, partner)} ω = {omega}{level}, n\u00a0=\u00a0{line['n_persons']}")


def _agreement(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    if not len(numbers.results.where(section="agreement")):
        return ""
    method = (
        "Answers about oneself are compared as similarity, answers about the couple as agreement; where a scale holds "
        "both, each kind stands beside the whole. Partners report on themselves, so a difference is no error of "
        "measurement. A correlation says nothing about a difference of means: read r beside ICC(A,1), CCC and the mean "
        "difference. Dependence may be negative; p values are two-sided and not corrected for the number of scales."
    )
    return _section(
        "Agreement between partners",
        "agreement",
        [method, agreement.agreement(numbers, couples, numbering), agreement.self_other(numbers, couples, numbering)],
    )


def _profiles(numbers: Numbers, couples: Couples, numbering: Numbering, figures: dict[str, Drawn]) -> str:
    blocks: list[str] = []
    if len(numbers.results.where(section="profiles")):
        method = (
            "Couples alone say little: persons who are no couple have similar profiles too, because everyone shares "
            "the norm. Read each value beside that of random couples. Distinctive r takes the norm out; overall r does "
            f"not. p comes from {couples.settings.resamples:,} random re-pairings, two-sided."
        )
        blocks = [method, agreement.profiles(numbers, couples, numbering)]
    blocks.append(_figure(figures, "plane", numbering))
    return _section("Profiles", "profiles", blocks) if any(blocks) else ""


def _items(numbers: Numbers, couples: Couples, numbering: Numbering) -> str:
    made = items.items(numbers, couples, numbering)
    note = (
        "After reversing. r with the rest, α and ω without the item, and loadings are over persons complete on the "
        "scale. No item was dropped or flipped."
    )
    return _section("Items", "items", [note, *made]) if made else ""


GROUP_CAUTION = (
    "Reliability over all couples also holds the difference between the groups, which can make a scale look consistent "
    "that is not so within either group: read the tables by group."
)


def _public(note: str, couples: Couples) -> str:
    return note if couples.settings.open else public_note(note, couples.settings)


def _refusals(couples: Couples) -> dict[str, str]:
    return {name: _public(sentence, couples) for name, sentence in couples.refusals().items()}


def _cautions(couples: Couples, results: Estimates) -> str:
    elsewhere = {*_refusals(couples).values(), *couples.notes}
    lines = [text(note) for note in results.notes if note not in elsewhere]
    if couples.groups is not None:
        lines.append(GROUP_CAUTION)
    lines += _noted(couples, results, empty=False)
    return _section("Cautions", "cautions", [bullets(list(dict.fromkeys(lines)))]) if lines else ""


def _noted(couples: Couples, results: Estimates, *, empty: bool) -> list[str]:
    """Return one line a note: the note, and the statistics and scales that it stands beside."""
    lines = []
    for note, beside in reasons(results, empty=empty).items():
        names = ", ".join(statistic.replace("_", " ") for statistic in beside)
        scales = list(dict.fromkeys(scale for of_statistic in beside.values() for scale in of_statistic))
        lines.append(f"{text(note)} ({text(names)}): {_scales(couples, scales)}.")
    return lines


def _scales(couples: Couples, scales: list[str]) -> str:
    names = [couples.codebook.label(scale) for scale in scales]
    more = f" and {len(names) - MOST_SCALES} more" if len(names) > MOST_SCALES else ""
    return text(", ".join(names[:MOST_SCALES])) + more


def _not_computed(couples: Couples, results: Estimates, not_drawn: dict[str, str]) -> str:
    lines = [f"{text(name)}: {text(sentence)}" for name, sentence in _refusals(couples).items()]
    lines += [f"figure “{text(name)}”: {text(_public(sentence, couples))}" for name, sentence in not_drawn.items()]
    lines += _noted(couples, results, empty=True)
    blocks = [bullets(lines)] if lines else ["Everything that this report holds could be computed."]
    return _section("What was not computed, and why", "not-computed", blocks)


SOURCE_LIMIT = "The twelve indicators come from an essay by a couple's therapist;"
BUILT_IN_LIMIT = f"{SOURCE_LIMIT} the items and scales made from them have not been validated."
OTHER_LIMIT = (
    f"{SOURCE_LIMIT} coding the scales or items of this instrument to them is a judgement that has not been validated."
)


def _limits(couples: Couples) -> str:
    instrument = BUILT_IN_LIMIT if couples.codebook.version else OTHER_LIMIT
    return _section("Limits", "limits", [LIMITS.read_text(encoding="utf-8").strip().format(instrument=instrument)])


def _citing(study: Study, couples: Couples) -> str:
    title = "*Healthy dependence: couples' questionnaires from survey file to report*"
    lines = [f"The toolkit: {title}, version {text(_package_version())} (CITATION.cff)."]
    if couples.codebook.name == "built-in":
        words = survey()
        lines.append(f"The items: {text(words['title'])}, version {text(words['version'])}, {text(words['licence'])}.")
    if study.source.get("citation"):
        lines.append(f"The data: {text(study.source['citation'])}")
    if study.source.get("licence"):
        lines.append(f"Licence of the data: {text(study.source['licence'])}")
    return _section("How to cite", "citing", [bullets(lines)])


def _package_version() -> str:
    import analysis  # noqa: PLC0415 - the package's own version, without a cycle at import

    return analysis.__version__


def _provenance(made_from: dict[str, Any]) -> str:
    lines = [f"{text(entry['file'])}: SHA-256 `{entry['sha256']}`" for entry in made_from["inputs"]]
    lines.append(f"study.toml: SHA-256 `{made_from['study']['sha256']}`")
    book = made_from["codebook"]
    named = " ".join(filter(None, [book["name"], book["version"]]))
    lines.append(f"Codebook {text(named)}: SHA-256 `{book['sha256']}`")
    settings = made_from["settings"]
    lines.append(f"Seed {settings['seed']}; " + text(", ".join(f"{k} {v}" for k, v in settings.items() if k != "seed")))
    versions = [f"Python {made_from['python']}", *(f"{name} {v}" for name, v in made_from["packages"].items())]
    lines.append(text(", ".join(versions)))
    return _section(
        "Provenance", "provenance", ["The same inputs, settings and versions give the same bytes.", bullets(lines)]
    )
