"""Codebook files: CSV that a person edits in a spreadsheet -> a Codebook, with every fault listed at once."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

from analysis.errors import CodebookError, did_you_mean, named, plain_words
from analysis.instrument.codebook import Codebook
from analysis.instrument.columns import CHOICES, ITEM_COLUMNS, SCALE_COLUMNS
from analysis.instrument.faults import codebook_faults, item_faults, mirror_faults, name_faults, refuse
from analysis.instrument.indicators import BUILT_IN, built_in_scales, code_fault, indicator_scales
from analysis.instrument.items import Item, Scale
from analysis.textfiles import by_column, decode, number_of, read_table


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

    Notes
    -----
    A file notes.txt beside them holds what readers of results must know, one sentence a line; reports print it.
    """
    if by not in ("scale", "indicator"):
        raise CodebookError(f"by is '{by}'; allowed are 'scale' and 'indicator'.")
    folder = Path(folder)
    with plain_words(CodebookError, folder / "items.csv"):
        if not (folder / "items.csv").is_file():
            raise CodebookError(
                f"There is no items.csv in the codebook folder '{folder.name}'. "
                'Name the folder that holds it in study.toml (codebook = "…"), or write codebook = "built-in".'
            )
        names = [name for name in ("items.csv", "scales.csv", "notes.txt") if (folder / name).is_file()]
        files = {name: (folder / name).read_bytes() for name in names}
    return _read(files, folder.name, by)


def _read(files: Mapping[str, bytes], name: str, by: str = "scale") -> Codebook:
    faults: list[str] = []
    needed = ("item", "scale") if by == "scale" else ("item", "indicator")
    items = [_item(row, faults) for row in _rows(files, "items.csv", ITEM_COLUMNS, needed, faults)]
    scales = [_scale(row, faults) for row in _rows(files, "scales.csv", SCALE_COLUMNS, ("scale",), faults)]
    if not items and not faults:
        faults.append("items.csv: there is no item in it")
    if by == "indicator":
        faults += _coding_faults(items)
        items, scales, notes = _coded(items)
    else:
        scales, notes = scales or _bare_scales(items), ()
        faults += codebook_faults(items, scales) if items else []
    refuse(name, faults)
    said = [line.strip() for line in decode(files.get("notes.txt", b""))[0].splitlines() if line.strip()]
    digest = hashlib.sha256(b"".join(files[key] for key in sorted(files))).hexdigest()
    return Codebook(tuple(items), tuple(scales), name=name, sha256=digest, notes=(*said, *notes))


def _coded(items: Sequence[Item]) -> tuple[list[Item], list[Scale], tuple[str, ...]]:
    """Return the items by indicator, the indicators' scales, and notes on what is left out."""
    coded = [
        replace(item, scale=item.indicator, keyed=item.indicator_keyed or item.keyed, facet="")
        for item in items
        if item.indicator
    ]
    homes = {item.name: item.scale for item in coded if item.scored}
    kept = [i for i in coded if i.scale in homes.values() and all(homes.get(name) == i.scale for name in i.mirrors)]
    notes = []
    if len(coded) < len(items):
        notes.append(f"{len(items) - len(coded)} of {len(items)} items are coded to no indicator and are left out.")
    if len(kept) < len(coded):
        lost = named(item.name for item in coded if item not in kept)
        notes.append(
            f"Left out, since what they mirror or stand beside is coded to no indicator or to another: {lost}."
        )
    return kept, [scale for code, scale in indicator_scales().items() if code in homes.values()], tuple(notes)


def _coding_faults(items: Sequence[Item]) -> list[str]:
    faults = [*name_faults(items), *mirror_faults(items)]
    if items and not any(item.indicator for item in items):
        faults.append("items.csv: no item has an indicator")
    return faults


def _rows(
    files: Mapping[str, bytes], name: str, columns: Mapping[str, str], needed: Sequence[str], faults: list[str]
) -> Iterator[dict[str, str]]:
    """Yield the rows of a codebook file by column, each with the place where it stands."""
    if name not in files:
        return
    try:
        header, rows = read_table(files[name])
    except csv.Error as error:
        faults.append(f"{name} cannot be read as CSV ({error}): look for a quotation mark that is not closed")
        return
    found = _header_faults(name, header, columns, needed) if any(map(any, rows)) else []
    faults += found
    if any(column not in header for column in needed):
        return
    for number, cells in enumerate(rows, start=2):
        if any(cells):
            where = f"{name} row {number}"
            stray = [cell for i, cell in enumerate(cells) if cell and (i >= len(header) or not header[i])]
            if stray:
                faults.append(
                    f"{where}: {named(stray, most=3)} stands in no named column; a text with a delimiter in it needs "
                    "quotation marks"
                )
            yield dict.fromkeys(columns, "") | by_column(header, cells) | {"where": where}


def _header_faults(name: str, header: Sequence[str], columns: Mapping[str, str], needed: Sequence[str]) -> list[str]:
    counts = Counter(column for column in header if column)
    return [
        *(
            f"{name}: there is no column '{c}' in a codebook.{did_you_mean(c, columns)}"
            for c in counts
            if c not in columns
        ),
        *(f"{name}: the column '{c}' stands there {n} times" for c, n in counts.items() if n > 1),
        *(f"{name}: the column '{c}' is missing; it holds {columns[c]}" for c in needed if c not in counts),
    ]


def _choice(row: dict[str, str], column: str, faults: list[str]) -> Any:  # noqa: ANN401 - the table decides the type
    allowed = CHOICES[column]
    value = row[column].casefold()
    if value not in allowed:
        words = ", ".join(f"'{word}'" for word in allowed if word)
        faults.append(f"{row['where']}: {column} is '{row[column]}'; allowed are {words} or blank")
    return allowed.get(value, allowed[""])


def _bound(row: dict[str, str], column: str, faults: list[str]) -> float | None:
    if not row[column]:
        return None
    number = number_of(row[column])
    if not isfinite(number):
        faults.append(f"{row['where']}: {column} is '{row[column]}'; write a number or leave it blank")
    return number


def _labels(row: dict[str, str], faults: list[str]) -> tuple[tuple[float, str], ...]:
    labels = []
    for part in filter(None, row["labels"].split("|")):
        value, _, text = (word.strip() for word in part.partition("="))
        if text and isfinite(number_of(value)):
            labels.append((number_of(value), text))
        else:
            faults.append(f"{row['where']}: labels has '{part.strip()}'; write 1=never|2=rarely|…")
    return tuple(labels)


def _item(row: dict[str, str], faults: list[str]) -> Item:
    found: list[str] = []
    if row["indicator"] and (fault := code_fault(row["indicator"])):
        found.append(f"{row['where']}: indicator {fault}")
    item = Item(
        name=row["item"],
        scale=row["scale"],
        minimum=_bound(row, "minimum", found),
        maximum=_bound(row, "maximum", found),
        column=row["column"],
        keyed=_choice(row, "keyed", found),
        turned=_choice(row, "stored", found),
        referent=_choice(row, "referent", found),
        indicator=row["indicator"],
        indicator_keyed=_choice(row, "indicator_keyed", found),
        fit=_choice(row, "fit", found),
        facet=row["facet"],
        mirrors=tuple(name.strip() for name in row["mirrors"].split("|") if name.strip()),
        companion=_choice(row, "companion", found),
        labels=_labels(row, found),
        gate=row["gate"],
        window=row["window"],
        text=row["text"],
    )
    faults += [*found, *(f"{row['where']}: {fault}" for fault in item_faults(_readable(item)))]
    return item


def _readable(item: Item) -> Item:
    """Return the item to look for further faults in: one whose bounds are no numbers is taken to have none."""
    if all(bound is None or isfinite(bound) for bound in (item.minimum, item.maximum)):
        return item
    return replace(item, minimum=None, maximum=None, keyed=1, turned=False, indicator_keyed=0)


def _scale(row: dict[str, str], faults: list[str]) -> Scale:
    if not row["scale"]:
        faults.append(f"{row['where']}: the scale has no code")
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


def _bare_scales(items: Sequence[Item]) -> list[Scale]:
    return [Scale(code) for code in dict.fromkeys(item.scale for item in items) if code]
