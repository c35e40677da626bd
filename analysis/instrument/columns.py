"""Every column of items.csv and scales.csv: what it holds and which words it takes."""

from __future__ import annotations

from typing import Any

from analysis.instrument.items import REFERENTS, VALENCES

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
CHOICES: dict[str, dict[str, Any]] = {
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
