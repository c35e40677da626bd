"""Codebook files: CSV that a person edits in a spreadsheet -> a Codebook, with every fault listed at once."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.errors import CodebookError, did_you_mean, listing
from analysis.instrument.codebook import REFERENTS, VALENCES, Codebook, Item, Scale
from analysis.instrument.indicators import BUILT_IN, built_in_scales, code_fault, indicator_scales
from analysis.textfiles import read_rows

ITEM_COLUMNS = {
    "item": "the item's name; every item has its own",
    "scale": 'the code of the scale that it belongs to (may be blank with `by = "indicator"`)',
    "minimum": "the lowest answer that the form allows; blank for a continuous score",
    "maximum": "the highest answer that the form allows; blank for a continuous score",
    "column": "its column in the survey file, where that differs from the item's name",
    "keyed": "`+` if agreeing means more of the scale, `-` if less; blank is `+`",
    "stored": "`asked` if the file holds the answers as asked, `turned` if it holds minimum + maximum - answer",
    "referent": "whom the item is about: `self`, `partner` or `couple`; blank is `self`",
    "indicator": "which of the fifteen indicator scales the item is coded to",
    "indicator_keyed": "`+` or `-`, where the key for the indicator differs from the key for the scale",
    "fit": "how well the item fits its indicator: `strong`, `moderate` or `weak`",
    "facet": "a part of the scale",
    "mirrors": "the item(s) of the other partner that this one mirrors, joined by `|`; it is then scored apart",
    "companion": "`yes` for an item that is shown beside its scale but never scored in it",
    "labels": "the answer labels, `1=never|2=rarely|…`",
    "gate": "the question that opens the item; closed, its answer is 'does not apply'",
    "window": "the time that the item asks about",
    "text": "the wording, where its licence allows to keep it here",
}
SCALE_COLUMNS = {
    "scale": "the code used in items.csv and in every result",
    "name": "the name that tables and figures print",
    "indicator": "the indicator scale that the whole scale stands for, if any",
    "valence": "`healthy`, `unhealthy` or `neutral` (blank); neutral scales enter no block of the profile",
    "definition": "one sentence",
    "show_facets": "`yes` if the means of its facets are always printed beside the scale's",
    "reliance": "`under` or `over`: a tag to sort a figure by",
    "heading": "a word to group scales under; never a score",
    "experimental": "`yes` if the scale is on trial; tables say so",
}
_CHOICES: dict[str, dict[str, Any]] = {
    "keyed": {"": 1, "+": 1, "-": -1, "−": -1, "+1": 1, "-1": -1, "1": 1},
    "stored": {"": False, "asked": False, "turned": True},
    "referent": {"": "self", **{word: word for word in REFERENTS}},
    "indicator_keyed": {"": 0, "+": 1, "-": -1, "−": -1, "+1": 1, "-1": -1, "1": 1},
    "fit": {word: word for word in ("", "strong", "moderate", "weak")},
    "companion": {"": False, "no": False, "yes": True},
    "valence": {"": "neutral", **{word: word for word in VALENCES}},
    "show_facets": {"": False, "no": False, "yes": True},
    "reliance": {word: word for word in ("", "under", "over")},
    "experimental": {"": False, "no": False, "yes": True},
}


def built_in(*, mutuality: bool = False) -> Codebook:
    """Return the built-in codebook: twelve indicators, fifteen scales, 60 scored items of our own.

    Parameters
    ----------
    mutuality : bool
        Add the experimental scale M (mutuality). It is on trial: no item of it enters another score.

    Examples
    --------
    >>> built_in()
    Codebook 'built-in', version 1.0: 15 scales, 60 scored of 76 items
    """
    codebook = _read({name: (BUILT_IN / name).read_bytes() for name in ("items.csv", "scales.csv")}, "built-in")
    if not mutuality:
        trial = {code for code, scale in built_in_scales().items() if scale.experimental}
        codebook = replace(
            codebook,
            items=tuple(item for item in codebook.items if item.scale not in trial),
            scales=tuple(scale for scale in codebook.scales if scale.code not in trial),
        )
    return replace(codebook, version=str(survey()["version"]))


def survey() -> dict[str, Any]:
    """Return what stands around the built-in items: instructions, safety note, windows, gates, licence, version."""
    return tomllib.loads((BUILT_IN / "survey.toml").read_text(encoding="utf-8"))


def read_codebook(folder: str | Path, *, by: str = "scale") -> Codebook:
    """Return the codebook in a folder that holds items.csv and, if wanted, scales.csv.

    Parameters
    ----------
    folder : str or Path
        The folder. Without scales.csv every scale is neutral and named by its code.
    by : {"scale", "indicator"}
        Score the instrument's own scales, or the indicators that its items are coded to.

    Raises
    ------
    CodebookError
        With every fault of both files: the row, the value, what is allowed.
    """
    folder = Path(folder)
    if not (folder / "items.csv").is_file():
        raise CodebookError(
            f"There is no items.csv in the codebook folder '{folder.name}'. "
            'Name the folder that holds it in study.toml (codebook = "…"), or write codebook = "built-in".'
        )
    names = [name for name in ("items.csv", "scales.csv") if (folder / name).is_file()]
    return _read({name: (folder / name).read_bytes() for name in names}, folder.name, by)


def _read(files: Mapping[str, bytes], name: str, by: str = "scale") -> Codebook:
    faults: list[str] = []
    items = [_item(row, faults) for row in _rows(files, "items.csv", ITEM_COLUMNS, faults)]
    scales = [_scale(row, faults) for row in _rows(files, "scales.csv", SCALE_COLUMNS, faults)]
    faults += _item_faults(items) + _mirror_faults(items) + _scale_faults(items, scales, by)
    if not items and not faults:
        faults.append("items.csv: there is no item in it")
    if faults:
        count = f"{len(faults)} faults" if len(faults) > 1 else "one fault"
        raise CodebookError(f"The codebook '{name}' has {count}:\n{listing(faults)}")
    digest = hashlib.sha256(b"".join(files[key] for key in sorted(files))).hexdigest()
    codebook = Codebook(tuple(items), tuple(scales) or _bare_scales(items), name=name, sha256=digest)
    return by_indicator(codebook) if by == "indicator" else codebook


def by_indicator(codebook: Codebook) -> Codebook:
    """Return the codebook scored by the indicators that its items are coded to, with the indicator keys."""
    coded = [item for item in codebook.items if item.indicator]
    items = tuple(
        replace(item, scale=item.indicator, keyed=item.indicator_keyed or item.keyed, facet="") for item in coded
    )
    used = {item.scale for item in items}
    left_out = len(codebook.items) - len(coded)
    note = f"{left_out} of {len(codebook.items)} items are coded to no indicator and are left out."
    return replace(
        codebook,
        items=items,
        scales=tuple(scale for code, scale in indicator_scales().items() if code in used),
        notes=codebook.notes + ((note,) if left_out else ()),
    )


def _rows(
    files: Mapping[str, bytes], name: str, columns: Mapping[str, str], faults: list[str]
) -> Iterator[dict[str, str]]:
    rows = read_rows(files[name]) if name in files else []
    unknown = [column for column in (rows[0] if rows else ()) if column not in columns]
    faults += [
        f"{name}: there is no column '{column}' in a codebook.{did_you_mean(column, columns)}" for column in unknown
    ]
    first = next(iter(columns))
    for number, row in enumerate(rows, start=2):
        if any(row.values()):
            if not row.get(first):
                faults.append(f"{name} row {number}: the column '{first}' is blank")
            yield {column: row.get(column, "") for column in columns} | {"where": f"{name} row {number}"}


def _choice(row: dict[str, str], column: str, faults: list[str]) -> Any:  # noqa: ANN401 - the table decides the type
    allowed = _CHOICES[column]
    value = row[column].casefold()
    if value not in allowed:
        words = ", ".join(f"'{word}'" for word in allowed if word)
        faults.append(f"{row['where']}: {column} is '{row[column]}'; allowed are {words} or blank")
    return allowed.get(value, allowed[""])


def _bound(row: dict[str, str], column: str, faults: list[str]) -> float | None:
    try:
        return float(row[column].replace(",", ".")) if row[column] else None
    except ValueError:
        faults.append(f"{row['where']}: {column} is '{row[column]}'; write a number or leave it blank")
        return None


def _labels(row: dict[str, str], faults: list[str]) -> tuple[tuple[float, str], ...]:
    labels = []
    for part in filter(None, row["labels"].split("|")):
        value, equals, text = part.partition("=")
        try:
            labels.append((float(value), text.strip()))
        except ValueError:
            equals = ""
        if not equals:
            faults.append(f"{row['where']}: labels has '{part.strip()}'; write 1=never|2=rarely|…")
    return tuple(labels)


def _item(row: dict[str, str], faults: list[str]) -> Item:
    if row["indicator"] and (fault := code_fault(row["indicator"])):
        faults.append(f"{row['where']}: indicator {fault}")
    item = Item(
        name=row["item"],
        scale=row["scale"],
        minimum=_bound(row, "minimum", faults),
        maximum=_bound(row, "maximum", faults),
        column=row["column"],
        keyed=_choice(row, "keyed", faults),
        turned=_choice(row, "stored", faults),
        referent=_choice(row, "referent", faults),
        indicator=row["indicator"],
        indicator_keyed=_choice(row, "indicator_keyed", faults),
        fit=_choice(row, "fit", faults),
        facet=row["facet"],
        mirrors=tuple(name.strip() for name in row["mirrors"].split("|") if name.strip()),
        companion=_choice(row, "companion", faults),
        labels=_labels(row, faults),
        gate=row["gate"],
        window=row["window"],
        text=row["text"],
    )
    faults += [f"{row['where']}: {fault}" for fault in _bound_faults(item)]
    return item


def _bound_faults(item: Item) -> Iterator[str]:
    if (item.minimum is None) != (item.maximum is None):
        yield "only one of minimum and maximum is there; give both, or neither for a continuous score"
    elif item.bounds and item.bounds[0] >= item.bounds[1]:
        yield f"minimum {item.minimum:g} is not below maximum {item.maximum:g}"
    elif item.bounds is None and (item.keyed < 0 or item.turned or item.indicator_keyed < 0):
        yield "a reversed item needs its minimum and maximum: reversing is minimum + maximum - answer"
    if item.bounds:
        outside = [value for value, _ in item.labels if not item.bounds[0] <= value <= item.bounds[1]]
        if outside:
            yield f"labels has {outside[0]:g}, outside {item.minimum:g} to {item.maximum:g}"


def _scale(row: dict[str, str], faults: list[str]) -> Scale:
    if row["indicator"] and (fault := code_fault(row["indicator"])):
        faults.append(f"{row['where']}: indicator {fault}")
    return Scale(
        code=row["scale"],
        name=row["name"],
        indicator=row["indicator"],
        valence=_choice(row, "valence", faults),
        definition=row["definition"],
        show_facets=_choice(row, "show_facets", faults),
        reliance=_choice(row, "reliance", faults),
        heading=row["heading"],
        experimental=_choice(row, "experimental", faults),
    )


def _item_faults(items: list[Item]) -> list[str]:
    names = Counter(item.name for item in items)
    headers = Counter(item.header for item in items)
    faults = [f"items.csv: item '{name}' stands there {n} times" for name, n in names.items() if n > 1 and name]
    return faults + [
        f"items.csv: column '{header}' is named for {n} items"
        for header, n in headers.items()
        if n > 1 and names[header] < n
    ]


def _mirror_faults(items: list[Item]) -> list[str]:
    scored = {item.name: item for item in items if item.scored}
    faults = []
    for item in items:
        for name in item.mirrors:
            if name not in scored:
                guess = did_you_mean(name, scored)
                faults.append(f"items.csv: '{item.name}' mirrors '{name}', which is not a scored item.{guess}")
            elif scored[name].scale != item.scale:
                faults.append(f"items.csv: '{item.name}' mirrors '{name}' of another scale, '{scored[name].scale}'")
    return faults


def _scale_faults(items: list[Item], scales: list[Scale], by: str) -> list[str]:
    counts = Counter(scale.code for scale in scales)
    faults = [f"scales.csv: scale '{code}' stands there {n} times" for code, n in counts.items() if n > 1]
    if by == "indicator":
        return faults if any(item.indicator for item in items) else [*faults, "items.csv: no item has an indicator"]
    for item in items:
        if not item.scale:
            faults.append(f"items.csv: item '{item.name}' has no scale")
        elif scales and item.scale not in counts:
            guess = did_you_mean(item.scale, counts)
            faults.append(f"items.csv: item '{item.name}' has the scale '{item.scale}', which scales.csv lacks.{guess}")
    empty = set(counts) - {item.scale for item in items if item.scored}
    return faults + [f"scales.csv: scale '{code}' has no scored item in items.csv" for code in counts if code in empty]


def _bare_scales(items: list[Item]) -> tuple[Scale, ...]:
    return tuple(Scale(code) for code in dict.fromkeys(item.scale for item in items))
