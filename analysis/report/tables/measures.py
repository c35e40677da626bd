"""Tables of what came in: the flow of couples, what was asked, what is missing."""

from __future__ import annotations

from analysis.couples import Couples
from analysis.disclosure import public_count
from analysis.errors import counted
from analysis.intake.coding import REASONS
from analysis.report.joining import shown_compositions
from analysis.report.markdown import table, text
from analysis.report.numbers import NONE
from analysis.report.tables.common import Numbering, scale_name


def flow(couples: Couples, numbering: Numbering) -> str:
    """Return the flow of couples: file rows in, rows out and why, persons, couples."""
    ledger, settings = couples.ledger, couples.settings
    rows = [["Rows in the file", public_count(len(ledger), settings)]]
    for reason, out in ledger.loc[~ledger["kept"], "reason"].value_counts().items():
        rows.append([f"out: {text(reason)}", public_count(int(out), settings)])
    rows.append(["Rows kept", public_count(int(ledger["kept"].sum()), settings)])
    rows.append(["Persons with answers", public_count(int(couples.present.sum()), settings)])
    rows.append(["Couples", public_count(couples.n, settings)])
    if not couples.one_person:
        rows.append(["of them with both partners", public_count(couples.n_both, settings)])
        rows.append(["of them with one partner", public_count(couples.n - couples.n_both, settings)])
    if couples.groups is not None:
        for group, size in couples.groups.value_counts(sort=False).items():
            rows.append([f"of them {text(couples.groups.name)} = {text(group)}", public_count(int(size), settings)])
    rows += [[f"of them {text(name)}", size] for name, size in compositions_shown(couples)]
    return table(["Step", "Count"], rows, numbering.table("Flow of couples."))


def compositions_shown(couples: Couples) -> list[tuple[str, str]]:
    """Return each composition that may be shown and how many couples it has; none where all would be joined."""
    if couples.compositions is None:
        return []
    sizes = couples.compositions.sizes
    shown = shown_compositions(sizes, couples.settings)
    counts = {name: sum(sizes[member] for member in members) for name, members in shown.items()}
    return [(name, public_count(count, couples.settings)) for name, count in counts.items()] if len(shown) > 1 else []


def measures(couples: Couples, numbering: Numbering) -> str:
    """Return what was asked: items, answers, whom the items are about, gates and companions, by scale."""
    book = couples.codebook
    rows = []
    for scale in book.scales:
        items = book.scored_items(scale.code)
        bounds = book.bounds(scale.code)
        beside = [f"{len(mirrors)} mirrored" for mirrors in [book.mirror_items(scale.code)] if mirrors]
        companions = sum(item.companion for item in book.items if item.scale == scale.code)
        rows.append(
            [
                scale_name(book, scale.code),
                text(scale.valence),
                "score" if book.finished(scale.code) else str(len(items)),
                str(sum(item.reversed for item in items)),
                f"{bounds[0]:g} to {bounds[1]:g}" if bounds else NONE,
                text(", ".join(dict.fromkeys(item.referent for item in items))),
                text(", ".join(dict.fromkeys(item.gate for item in items if item.gate)).replace("_", " ") or NONE),
                text(", ".join([*beside, *([counted(companions, "companion")] if companions else [])]) or NONE),
            ]
        )
    header = ["Scale", "Block", "Items", "Reversed", "Answers", "About", "Gate", "Beside it"]
    return table(header, rows, numbering.table("Measures."), words=8)


def missing(couples: Couples, numbering: Numbering) -> str:
    """Return the share of missing answers by reason and partner, among persons with any answer."""
    codes = couples.reason_codes.to_numpy().reshape(couples.n, len(couples.partners), -1)
    slots = range(len(couples.partners)) if couples.roles or couples.one_person else [slice(None)]
    heads = [text(label) for label in couples.partners] if couples.roles or couples.one_person else ["all persons"]
    rows = []
    for place, reason in enumerate(REASONS[:4]):
        cells = []
        for slot in slots:
            asked = codes[:, slot][couples.present[:, slot]]
            lost = int((asked == place).sum())
            small = 0 < lost < couples.settings.threshold and not couples.settings.open
            cells.append(public_count(lost, couples.settings) if small else f"{lost / max(asked.size, 1):.1%}")
        rows.append([reason.replace("_", " "), *cells])
    return table(
        ["Reason", *heads],
        rows,
        numbering.table("Missing answers, as a share of the answers of those who took part."),
    )
