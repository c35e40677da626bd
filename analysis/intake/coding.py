"""Code: texts -> keyed numbers and, beside each missing one, the reason why it is missing.

A cell becomes a number only by what the codebook and the study declare. Anything else is refused, every bad cell at
once. Reversing uses the declared bounds, never the observed ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import DataError, did_you_mean, listing, named
from analysis.instrument.codebook import Codebook, Item
from analysis.intake.ledger import carry, note

REASONS = ("not_asked", "does_not_apply", "refused", "skipped", "no_partner")
SKIPPED = REASONS.index("skipped")
BAD = -2
WHOLE = 1e-9  # how far a decimal answer may be from a whole number: 6.0 is 6


@dataclass(frozen=True)
class Missing:
    """Which texts mean a missing answer: reason -> texts, for every item and for single ones."""

    texts: Mapping[str, tuple[str, ...]]
    by_item: Mapping[str, Mapping[str, tuple[str, ...]]]

    @classmethod
    def of(
        cls, texts: Mapping[str, Iterable[object]], by_item: Mapping[str, Mapping[str, Iterable[object]]]
    ) -> Missing:
        """Return the table with numbers written as the texts that a file holds."""
        return cls(_folded(texts), {item: _folded(table) for item, table in by_item.items()})

    def reason(self, item: str, text: str) -> int:
        """Return the position in REASONS for a text of an item, or -1 if the text is no declared missing value."""
        for table in (self.by_item.get(item, {}), self.texts):
            for reason, texts in table.items():
                if text in texts:
                    return REASONS.index(reason)
        return -1


def _folded(texts: Mapping[str, Iterable[object]]) -> dict[str, tuple[str, ...]]:
    return {reason: tuple(_fold(str(text)) for text in values) for reason, values in texts.items()}


def _fold(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).casefold()


def code(
    frame: pd.DataFrame,
    codebook: Codebook,
    *,
    labels: Mapping[str, float] | None = None,
    missing: Mapping[str, Iterable[object]] | None = None,
    missing_by_item: Mapping[str, Mapping[str, Iterable[object]]] | None = None,
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
    missing : mapping of reason to texts, optional
        Reasons are not_asked, does_not_apply, refused and skipped. A blank cell is skipped.
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
    table = Missing.of(missing or {}, missing_by_item or {})
    shared = {_fold(text): value for text, value in (labels or {}).items()}
    answers, reasons, bad = {}, {}, []
    for item in codebook.items:
        column = frame[item.header]
        user_missing = frame.attrs.get("user_missing", {}).get(item.header, set())
        values, why = _code_item(column, item, shared, table, user_missing)
        if (why == BAD).any():
            bad.append((item, why == BAD))
        answers["answer", item.name] = sum(item.bounds) - values if item.reversed and item.bounds else values
        reasons["reason", item.name] = why
    if bad:
        _refuse(frame, bad)
    coded = carry(frame, pd.DataFrame(answers | reasons, index=frame.index))
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
        lines = [f"'{item.header}' (item {item.name}){did_you_mean(item.header, frame.columns)}" for item in lost]
        raise DataError(
            f"The codebook '{codebook.name}' does not fit the file: {len(lost)} of {len(codebook.items)} item columns "
            f"are not in it:\n{listing(lines, most=10)}\nThe file's columns are {named(frame.columns, most=8)}."
        )


def _code_item(
    column: pd.Series, item: Item, shared: Mapping[str, float], missing: Missing, user_missing: set[str]
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return the numbers as the file has them, and why each missing one is missing."""
    codes, texts = pd.factorize(column.to_numpy(dtype=object))
    own = {_fold(text): value for value, text in item.labels}
    values = np.full(len(texts), np.nan)
    reasons = np.full(len(texts), -1, dtype=np.int8)
    for i, text in enumerate(texts):
        folded = _fold(text)
        reason = missing.reason(item.name, folded)
        if reason >= 0:
            reasons[i] = reason
        elif not folded or text in user_missing:
            reasons[i] = SKIPPED
        else:
            values[i] = own.get(folded, shared.get(folded, _number(folded)))
            if not _is_allowed(values[i], item):
                values[i], reasons[i] = np.nan, BAD
            elif not item.continuous:
                values[i] = round(values[i])
    return values[codes], reasons[codes]


def _number(text: str) -> float:
    """Return the number that a text writes, decimal comma included, or NaN."""
    try:
        return float(text) if "_" not in text else np.nan
    except ValueError:
        pass
    try:
        return float(text.replace(",", ".", 1))
    except ValueError:
        return np.nan


def _is_allowed(value: float, item: Item) -> bool:
    if not np.isfinite(value) or abs(value) >= 1e100:
        return False
    if item.bounds and not item.bounds[0] <= value <= item.bounds[1]:
        return False
    return item.continuous or abs(value - round(value)) < WHOLE


def allowed_text(item: Item) -> str:
    """Return in words which answers an item takes."""
    if item.bounds is None:
        return "a number"
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
    lines = [
        f"{c.file} row {c.row}, couple '{c.couple}', {c.partner}: {c.item} is '{str(c.value)[:40]}'; "
        f"allowed is {c.allowed}"
        for c in cells.head(15).itertuples()
    ]
    most = 12
    more = Counter(zip(cells["item"], cells["value"], strict=True)).most_common()
    counts = [f"{item}: '{str(value)[:40]}' × {n}" for (item, value), n in more]
    text = f"{len(cells)} cells are neither an answer nor a declared missing value:\n{listing(lines, most=most)}"
    if len(cells) > most:
        text += f"\nAll of them by item and value:\n{listing(counts, most=most)}"
    raise DataError(
        f"{text}\nMend the file, widen the item's bounds or labels in the codebook, or declare the value under "
        "[answers] in study.toml as a label or as missing. The error's .cells holds every one.",
        cells,
    )


def _label_notes(frame: pd.DataFrame, codebook: Codebook) -> list[str]:
    """Say where the file's own value labels (SPSS) differ from the codebook's."""
    sentences = []
    for item in codebook.items:
        own = {f"{value:g}": _fold(text) for value, text in item.labels}
        for value, text in frame.attrs.get("value_labels", {}).get(item.header, {}).items():
            if value in own and own[value] != _fold(text):
                sentences.append(f"{item.name}: the file labels {value} '{text}', the codebook says '{own[value]}'.")
    return sentences
