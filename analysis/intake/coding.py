"""Code: texts -> keyed numbers and, beside each missing one, the reason why it is missing.

A cell becomes a number only by what the codebook and the study declare. Anything else is refused, every bad cell at
once. Reversing uses the declared bounds, never the observed ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import DataError, StudyError, counted, did_you_mean, first_of, listing, named
from analysis.instrument.codebook import Codebook, Item
from analysis.intake.ledger import carry, how_read, note
from analysis.textfiles import fold, number_of, value_texts

REASONS = ("not_asked", "does_not_apply", "refused", "skipped", "no_partner")
DECLARED = REASONS[:4]  # those that a study can declare; no_partner follows from the pairing
SKIPPED = REASONS.index("skipped")
BAD = -2
WHOLE = 1e-9  # how far a decimal answer may be from a whole number: 6.0 is 6
LARGEST = 1e100  # a continuous score beyond it is no measurement


@dataclass(frozen=True)
class Missing:
    """Which texts mean a missing answer: reason -> texts, for every item and for single ones."""

    texts: Mapping[str, frozenset[str]]
    by_item: Mapping[str, Mapping[str, frozenset[str]]]

    @classmethod
    def of(cls, texts: Mapping[str, object], by_item: Mapping[str, Mapping[str, object]]) -> Missing:
        """Return the table with numbers written as the texts that a file holds."""
        return cls(_by_reason(texts), {item: _by_reason(table) for item, table in by_item.items()})

    def reason(self, item: str, key: str) -> int:
        """Return the position in REASONS for a text of an item, or -1 if the text is no declared missing value."""
        for table in (self.by_item.get(item, {}), self.texts):
            for reason, keys in table.items():
                if key in keys:
                    return REASONS.index(reason)
        return -1


def _by_reason(texts: Mapping[str, object]) -> dict[str, frozenset[str]]:
    unknown = [reason for reason in texts if reason not in DECLARED]
    if unknown:
        raise StudyError(
            f"missing names the reason '{unknown[0]}'; reasons are {', '.join(DECLARED)}."
            f"{did_you_mean(unknown[0], DECLARED)}"
        )
    return {reason: frozenset(_key(fold(text)) for text in value_texts(values)) for reason, values in texts.items()}


def _key(folded: str) -> str:
    """Return one spelling for each number, so that -99, -99.0 and -99,0 are the same missing value."""
    number = number_of(folded)
    return f"{number:.15g}" if np.isfinite(number) else folded


def code(
    frame: pd.DataFrame,
    codebook: Codebook,
    *,
    labels: Mapping[str, float] | None = None,
    missing: Mapping[str, object] | None = None,
    missing_by_item: Mapping[str, Mapping[str, object]] | None = None,
) -> pd.DataFrame:
    """Return keyed answers and reasons, two columns an item: ``("answer", item)`` and ``("reason", item)``.

    Parameters
    ----------
    frame : DataFrame
        Texts, one row a person, indexed (couple, partner, file, row).
    codebook : Codebook
        Items with their columns, bounds, labels and keys.
    labels : mapping of text to number, optional
        Answer labels of the whole file, where the codebook has none for them.
    missing : mapping of reason to values, optional
        Reasons are not_asked, does_not_apply, refused and skipped; numbers are compared as numbers, so that -99 is also
        -99.0. A blank cell is skipped, unless the study declares the empty text.
    missing_by_item : mapping of item to such a mapping, optional
        For single items; it goes before ``missing``.

    Returns
    -------
    DataFrame
        ``answer`` columns are float64 after reversing, NaN where missing; ``reason`` columns hold positions in
        ``REASONS`` (int8), -1 where there is an answer.

    Raises
    ------
    DataError
        If an item's column is missing, or any cell is neither an answer nor a declared missing value. The error's
        ``cells`` lists them all.
    StudyError
        If ``missing`` names an unknown reason, or ``missing_by_item`` an unknown item.

    Examples
    --------
    >>> import analysis as an
    >>> book = Codebook((Item("H1", "H", 1, 5, keyed=-1),), (an.Scale("H"),))
    >>> raw = an.pair(an.text_cells(pd.DataFrame({"id": [1, 1], "H1": ["4", "N/A"]})), couple="id", items=["H1"])
    >>> code(raw, book, missing={"does_not_apply": ["N/A"]})["answer"].droplevel(["file", "row"])
                     H1
    couple partner
    1      1        2.0
           2        NaN
    """
    _check_columns(frame, codebook)
    _check_items(missing_by_item or {}, codebook)
    table = Missing.of(missing or {}, missing_by_item or {})
    shared = {fold(text): value for text, value in (labels or {}).items()}
    cells = frame[[item.header for item in codebook.items]].to_numpy(dtype=object)
    declared = frame.attrs.get("user_missing", {})
    answers, reasons, bad = [], [], []
    for column, item in zip(cells.T, codebook.items, strict=True):
        values, why = _code_item(column, item, shared, table, declared.get(item.header, ()))
        if (why == BAD).any():
            bad.append((item, why == BAD))
        answers.append(sum(item.bounds) - values if item.reversed and item.bounds else values)
        reasons.append(why)
    if bad:
        _refuse(frame, bad)
    names = [item.name for item in codebook.items]
    parts = {
        kind: pd.DataFrame(np.column_stack(columns), index=frame.index, columns=names)
        for kind, columns in (("answer", answers), ("reason", reasons))
    }
    coded = carry(frame, pd.concat(parts, axis=1))
    for sentence in _label_notes(frame, codebook):
        note(coded, sentence)
    return coded


def part(coded: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the ``answer`` or the ``reason`` columns of a coded frame, one an item."""
    chosen = coded.columns.get_level_values(0) == kind
    return coded.loc[:, chosen].droplevel(0, axis=1)


def _check_columns(frame: pd.DataFrame, codebook: Codebook) -> None:
    lost = [item for item in codebook.items if item.header not in frame.columns]
    if lost:
        most = 10
        lines = [
            f"'{item.header}' (item {item.name}){did_you_mean(item.header, frame.columns)}" for item in lost[:most]
        ]
        raise DataError(
            f"The codebook '{codebook.name}' does not fit the file: {len(lost)} of {len(codebook.items)} item columns "
            f"are not in it:\n{listing(lines, total=len(lost))}\n"
            f"The file's columns are {named(frame.columns, most=8)}. Where a column is not called like its item, the "
            f"codebook names it under 'column'.{how_read(frame)}"
        )


def _check_items(by_item: Mapping[str, object], codebook: Codebook) -> None:
    names = {item.name for item in codebook.items}
    unknown = [f"'{name}'.{did_you_mean(name, names)}" for name in by_item if name not in names]
    if unknown:
        raise StudyError(f"[answers.item] names items that are not in the codebook:\n{listing(unknown)}")


def _code_item(
    column: NDArray[np.object_],
    item: Item,
    shared: Mapping[str, float],
    missing: Missing,
    user_missing: Collection[str],
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return the numbers as the file has them, and why each missing one is missing."""
    codes, texts = pd.factorize(column)
    own = {fold(text): value for value, text in item.labels}
    values = np.full(len(texts), np.nan)
    reasons = np.full(len(texts), -1, dtype=np.int8)
    for i, text in enumerate(texts):
        folded = fold(text)
        reason = missing.reason(item.name, _key(folded))
        if reason >= 0:
            reasons[i] = reason
        elif not folded or text in user_missing:
            reasons[i] = SKIPPED
        else:
            values[i] = own.get(folded, shared.get(folded, number_of(folded)))
            if not _is_allowed(values[i], item):
                values[i], reasons[i] = np.nan, BAD
            elif not item.continuous:
                values[i] = round(values[i])
    return values[codes], reasons[codes]


def _is_allowed(value: float, item: Item) -> bool:
    if not np.isfinite(value) or abs(value) >= LARGEST:
        return False
    if item.bounds and not item.bounds[0] <= value <= item.bounds[1]:
        return False
    return item.continuous or abs(value - round(value)) < WHOLE


def allowed_text(item: Item) -> str:
    """Return in words which answers an item takes."""
    if item.bounds is None:
        return f"a finite number below {LARGEST:g}"
    kind = "a number" if item.continuous else "a whole number"
    labels = f" or one of {named((text for _, text in item.labels), most=6)}" if item.labels else ""
    return f"{kind} from {item.bounds[0]:g} to {item.bounds[1]:g}{labels}"


def _refuse(frame: pd.DataFrame, bad: list[tuple[Item, NDArray[np.bool_]]]) -> None:
    parts = []
    for item, where in bad:
        cells = frame.index[where].to_frame(index=False)
        parts.append(
            cells.assign(item=item.name, value=frame[item.header].to_numpy()[where], allowed=allowed_text(item))
        )
    cells = pd.concat(parts, ignore_index=True)[["file", "row", "couple", "partner", "item", "value", "allowed"]]
    raise DataError(
        f"{counted(len(cells), 'cell')} {'is' if len(cells) == 1 else 'are'} neither an answer nor a declared missing "
        f"value:\n{listed_cells(cells)}\n"
        "Mend the file, widen the item's bounds or labels in the codebook, or declare the value under [answers] in "
        "study.toml as a label or as missing. The error's .cells holds every one.",
        cells,
    )


def listed_cells(cells: pd.DataFrame, most: int = 12) -> str:
    """Return the first bad cells, one a line; where there are more, all of them counted by item and value."""
    lines = [
        f"{c.file} row {c.row}, couple '{c.couple}', {c.partner}: {c.item} is '{str(c.value)[:40]}'; "
        f"allowed is {c.allowed}"
        for c in cells.head(most).itertuples()
    ]
    text = listing(lines, total=len(cells))
    if len(cells) > most:
        counts = Counter(zip(cells["item"], cells["value"], strict=True)).most_common()
        by_value = [f"{item}: '{str(value)[:40]}' × {n}" for (item, value), n in counts]
        text += f"\nAll of them by item and value:\n{listing(by_value, most=most)}"
    return text


def _label_notes(frame: pd.DataFrame, codebook: Codebook) -> list[str]:
    """Say where the file's own value labels (SPSS) differ from the codebook's."""
    labels = frame.attrs.get("value_labels", {})
    unlike = [
        f"{item.name}: {value:g} is '{labels[item.header][f'{value:g}']}' in the file, '{text}' in the codebook"
        for item in codebook.items
        for value, text in item.labels
        if fold(labels.get(item.header, {}).get(f"{value:g}", text)) != fold(text)
    ]
    if not unlike:
        return []
    return [f"The file's value labels differ from the codebook's, so an item may be keyed wrongly. {first_of(unlike)}."]
