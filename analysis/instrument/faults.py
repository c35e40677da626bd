"""What can be wrong with items and scales: one sentence for each fault, all of them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite

from analysis.errors import CodebookError, counted, did_you_mean, listing, named
from analysis.instrument.items import REFERENTS, VALENCES, Item, Scale
from analysis.textfiles import fold, number_of

PARTS = {"+": "joins two scales", ".": "parts a scale from its facet"}  # what these mean in the codes of results
BLOCK = "block:"


def refuse(name: str, faults: Sequence[str]) -> None:
    """Raise one CodebookError for all faults, if there are any."""
    if faults:
        raise CodebookError(f"The codebook '{name}' has {counted(len(faults), 'fault')}:\n{listing(faults)}")


def item_faults(item: Item) -> Iterator[str]:
    """Yield what is wrong with an item taken by itself: its bounds, its labels, its key."""
    if not item.name:
        yield "the item has no name"
    yield from _word_faults(item.name, "name", "+")
    if item.keyed not in (1, -1) or item.indicator_keyed not in (0, 1, -1):
        yield f"keyed is {item.keyed}, indicator_keyed is {item.indicator_keyed}; allowed are 1 and -1"
    if item.referent not in REFERENTS:
        yield f"referent is '{item.referent}'; allowed are {', '.join(REFERENTS)}"
    yield from _bound_faults(item)
    yield from _label_faults(item)


def _word_faults(word: str, what: str, marks: str) -> Iterator[str]:
    """Yield which marks a name or code holds that mean something else in results."""
    for mark in marks:
        if mark in word:
            yield f"the {what} '{word}' cannot hold '{mark}', which {PARTS[mark]} in results; {_rename(what)}"
    if word.startswith(BLOCK):
        yield f"the {what} '{word}' cannot start with '{BLOCK}', which names a block in results; {_rename(what)}"


def _rename(what: str) -> str:
    return f"choose another {what}. A column that is called so can stay: items.csv names it under 'column'"


def _bound_faults(item: Item) -> Iterator[str]:
    if (item.minimum is None) != (item.maximum is None):
        yield "only one of minimum and maximum is there; give both, or neither for a continuous score"
    elif item.bounds is None and (item.reversed or item.indicator_keyed < 0):
        yield "a reversed item needs its minimum and maximum: reversing is minimum + maximum - answer"
    elif item.bounds and not all(isfinite(bound) for bound in item.bounds):
        yield f"minimum {item.minimum:g} and maximum {item.maximum:g} must be finite numbers"
    elif item.bounds and item.bounds[0] >= item.bounds[1]:
        yield f"minimum {item.minimum:g} is not below maximum {item.maximum:g}"


def _label_faults(item: Item) -> Iterator[str]:
    low, high = item.bounds or (-float("inf"), float("inf"))
    for value, text in item.labels:
        if not low <= value <= high or not isfinite(value):
            yield f"labels has {value:g} for '{text}', outside {low:g} to {high:g}"
    for value, count in Counter(value for value, _ in item.labels).items():
        if count > 1:
            yield f"labels has {count} texts for {value:g}"
    for text, count in Counter(fold(text) for _, text in item.labels).items():
        if count > 1:
            yield f"labels has '{text}' for {count} numbers"
    for value, text in item.labels:
        if (number := number_of(fold(text))) != value and low <= number <= high:
            yield (
                f"labels has '{text}' for {value:g}, but {number:g} is an answer of its own; write the numbers as the "
                "file has them, and reverse with keyed or stored"
            )


def codebook_faults(items: Sequence[Item], scales: Sequence[Scale]) -> list[str]:
    """Return what is wrong between items and scales: names twice, scales that are not there, mirrors of nothing."""
    return [*name_faults(items), *mirror_faults(items), *_scale_faults(items, scales)]


def name_faults(items: Sequence[Item]) -> Iterator[str]:
    """Yield which item names and columns stand there more than once."""
    names = Counter(item.name for item in items)
    headers = Counter(item.header for item in items)
    yield from (f"item '{name}' stands there {count} times" for name, count in names.items() if count > 1 and name)
    for header, count in headers.items():
        if count > 1 and names[header] < count:
            yield f"column '{header}' is named for {count} items"


def mirror_faults(items: Sequence[Item]) -> Iterator[str]:
    """Yield which items mirror what they cannot: no scored item, or one of another scale."""
    scored = {item.name: item for item in items if item.scored}
    for item in items:
        for name in item.mirrors:
            if name not in scored:
                yield f"item '{item.name}' mirrors '{name}', which is not a scored item.{did_you_mean(name, scored)}"
            elif scored[name].scale != item.scale:
                yield f"item '{item.name}' mirrors '{name}' of another scale, '{scored[name].scale}'"


def _scale_faults(items: Sequence[Item], scales: Sequence[Scale]) -> Iterator[str]:
    codes = Counter(scale.code for scale in scales)
    yield from (f"scale '{code}' stands there {count} times" for code, count in codes.items() if count > 1)
    for scale in scales:
        if scale.valence not in VALENCES:
            yield f"scale '{scale.code}': valence is '{scale.valence}'; allowed are {', '.join(VALENCES)}"
        yield from (f"scale '{scale.code}': {fault}" for fault in _word_faults(scale.code, "code", "+."))
    for item in items:
        if not item.scale:
            yield f"item '{item.name}' has no scale"
        elif item.scale not in codes:
            guess = did_you_mean(item.scale, codes)
            yield f"item '{item.name}' has the scale '{item.scale}', which is not among the scales.{guess}"
    yield from _range_faults(items, codes)
    scored = {item.scale for item in items if item.scored}
    yield from (f"scale '{code}' has no scored item" for code in codes if code not in scored)


def _range_faults(items: Sequence[Item], codes: Iterable[str]) -> Iterator[str]:
    """Yield the scales whose scored items have unlike ranges: the mean of such answers has no unit."""
    for code in codes:
        ranges: dict[str, list[str]] = {}
        for item in items:
            if item.scale == code and item.scored and not any(_bound_faults(item)):
                said = f"{item.bounds[0]:g} to {item.bounds[1]:g}" if item.bounds else "no range"
                ranges.setdefault(said, []).append(item.name)
        if len(ranges) > 1:
            found = "; ".join(f"{said}: {named(names, most=6)}" for said, names in ranges.items())
            yield (
                f"scale '{code}' would average items of unlike ranges ({found}); give the items of each range a scale "
                "of their own, or correct minimum and maximum"
            )
