"""Closing sections: cautions, what was not computed, limits, how to cite, provenance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from analysis.calibration import caution
from analysis.couples import Couples
from analysis.instrument.files import survey
from analysis.report.markdown import bullets, text
from analysis.report.numbers import reasons
from analysis.report.sections.common import Content, section
from analysis.rules import allowed_words, sentence

MOST_SCALES = 6  # named beside a note
SAID_BESIDE = ("W8", "W17", "W19")  # rules that sections say beside their tables
LIMITS = resources.files("analysis.report") / "parts" / "limits.md"
GROUP_CAUTION = (
    "Reliability over all couples also holds the difference between the groups, which can make a scale look consistent "
    "that is not so within either group: read the tables by group."
)
WITHIN = "Random couples are put together, and couples drawn, within compositions only."
COMPOSITION_CAUTIONS = {
    "apart": "Each composition is analysed as a sample of its own. No role was invented: partners who share a mark, or "
    "whose marks are no roles, are exchangeable. Differences between compositions are not tested.",
    "pooled": "Couples of several compositions are one sample with roles, so numbers also hold what differs between "
    f"compositions. {WITHIN}",
    "exchangeable": "Couples of several compositions are one sample in which nobody has a role, so numbers also hold "
    f"what differs between compositions. {WITHIN}",
}
JOINED_CAUTION = (
    " Compositions of fewer than {threshold} couples are joined with others; partners of joined ones are exchangeable "
    "unless all have roles."
)


def _refusals(content: Content) -> dict[str, str]:
    return {name: content.public(sentence) for name, sentence in content.couples.refusals().items()}


def cautions(content: Content) -> str:
    """Return what to keep in mind beside the numbers."""
    elsewhere = {*_refusals(content).values(), *content.couples.notes, *map(sentence, SAID_BESIDE)}
    elsewhere.add(allowed_words(content.couples.settings.allow))
    lines = [text(note) for note in content.numbers.results.notes if note not in elsewhere]
    if content.couples.groups is not None:
        lines.append(GROUP_CAUTION)
    if content.couples.compositions is not None:
        lines.append(compositions_caution(content.couples))
    lines += _noted(content, empty=False)
    lines += [text(words) for words in [caution(content.couples, content.numbers.results)] if words]
    return section("Cautions", "cautions", [bullets(list(dict.fromkeys(lines)))]) if lines else ""


def compositions_caution(couples: Couples) -> str:
    """Return how compositions were analysed; none is named, as it may be of few couples."""
    if couples.compositions is None:
        return ""
    words = COMPOSITION_CAUTIONS[couples.compositions.treatment]
    small = couples.apart and not couples.settings.open
    return words + (JOINED_CAUTION.format(threshold=couples.settings.threshold) if small else "")


def _noted(content: Content, *, empty: bool) -> list[str]:
    """Return one line a note: the note, and the statistics and scales that it stands beside."""
    lines = []
    for note, beside in reasons(content.numbers.results, empty=empty).items():
        names = ", ".join(statistic.replace("_", " ") for statistic in beside)
        scales = list(dict.fromkeys(scale for of_statistic in beside.values() for scale in of_statistic if scale))
        where = f": {_scales(content.couples, scales)}" if scales else ""
        lines.append(f"{text(note)} ({text(names)}){where}.")
    return lines


def _scales(couples: Couples, scales: list[str]) -> str:
    names = [couples.codebook.label(scale) for scale in scales]
    more = f" and {len(names) - MOST_SCALES} more" if len(names) > MOST_SCALES else ""
    return text(", ".join(names[:MOST_SCALES])) + more


def not_computed(content: Content) -> str:
    """Return what is not in the report, and the reason for each."""
    refusals = _refusals(content)
    lines = [f"{text(name)}: {text(sentence)}" for name, sentence in refusals.items()]
    drawn_not = {name: content.public(why) for name, why in content.not_drawn.items()}
    lines += [f"figure “{text(name)}”: {text(why)}" for name, why in drawn_not.items() if why not in refusals.values()]
    lines += _noted(content, empty=True)
    blocks = [bullets(lines)] if lines else ["Everything that this report holds could be computed."]
    return section("What was not computed, and why", "not-computed", blocks)


SOURCE_LIMIT = "The twelve indicators come from an essay by a couple's therapist;"
BUILT_IN_LIMIT = f"{SOURCE_LIMIT} the items and scales made from them have not been validated."
OTHER_LIMIT = (
    f"{SOURCE_LIMIT} coding the scales or items of this instrument to them is a judgement that has not been validated."
)


def limits(content: Content) -> str:
    """Return what the instrument cannot say."""
    instrument = BUILT_IN_LIMIT if content.couples.codebook.version else OTHER_LIMIT
    return section("Limits", "limits", [LIMITS.read_text(encoding="utf-8").strip().format(instrument=instrument)])


def citing(content: Content) -> str:
    """Return how to cite toolkit, items and data."""
    study, couples = content.study, content.couples
    title = "*Healthy dependence: couples' questionnaires from survey file to report*"
    lines = [f"The toolkit: {title}, version {text(_package_version())} (CITATION.cff)."]
    if couples.codebook.name == "built-in":
        words = survey()
        lines.append(f"The items: {text(words['title'])}, version {text(words['version'])}, {text(words['licence'])}.")
    if study.source.get("citation"):
        lines.append(f"The data: {text(study.source['citation'])}")
    if study.source.get("licence"):
        lines.append(f"Licence of the data: {text(study.source['licence'])}")
    return section("How to cite", "citing", [bullets(lines)])


def _package_version() -> str:
    import analysis  # noqa: PLC0415 - the package's own version, without a cycle at import

    return analysis.__version__


def _chosen(settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield each setting but the seed in words, empty lists left out."""
    for name, value in settings.items():
        if name != "seed" and value not in ((), {}):
            yield f"{name} {', '.join(value) if isinstance(value, tuple) else value}"


def provenance(content: Content) -> str:
    """Return what the report was made from."""
    made_from = content.made_from
    lines = [f"{text(entry['file'])}: SHA-256 `{entry['sha256']}`" for entry in made_from["inputs"]]
    lines.append(f"study.toml: SHA-256 `{made_from['study']['sha256']}`")
    book = made_from["codebook"]
    named = " ".join(filter(None, [book["name"], book["version"]]))
    lines.append(f"Codebook {text(named)}: SHA-256 `{book['sha256']}`")
    settings = made_from["settings"]
    lines.append(f"Seed {settings['seed']}; " + text(", ".join(_chosen(settings))))
    versions = [f"Python {made_from['python']}", *(f"{name} {v}" for name, v in made_from["packages"].items())]
    lines.append(text(", ".join(versions)))
    return section(
        "Provenance", "provenance", ["The same inputs, settings and versions give the same bytes.", bullets(lines)]
    )
