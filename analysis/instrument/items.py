"""One question and one construct: frozen and plain. The codebook that holds them checks them."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.display import brief, chosen_fields, definitions_html

REFERENTS = ("self", "partner", "couple")
VALENCES = ("healthy", "unhealthy", "neutral")


@dataclass(frozen=True, repr=False)
class Item:
    """One question: where its answers stand, how they count, and whom they are about.

    ``minimum`` and ``maximum`` are the declared bounds; both ``None`` mean a continuous score, taken as it is.
    ``keyed`` is +1 or -1; ``turned`` says that the file already holds minimum + maximum - answer.
    ``mirrors`` names the items of the other partner that this one is the mirror of.
    """

    name: str
    scale: str
    minimum: float | None = None
    maximum: float | None = None
    column: str = ""
    keyed: int = 1
    turned: bool = False
    referent: str = "self"
    indicator: str = ""
    indicator_keyed: int = 0
    fit: str = ""
    facet: str = ""
    mirrors: tuple[str, ...] = ()
    companion: bool = False
    labels: tuple[tuple[float, str], ...] = ()
    gate: str = ""
    window: str = ""
    text: str = ""
    finished: bool = False

    @property
    def header(self) -> str:
        """The item's column in the survey file."""
        return self.column or self.name

    @property
    def reversed(self) -> bool:
        """Whether the stored number is replaced by minimum + maximum - number.

        That is so exactly for an item keyed - and stored as asked, or keyed + and stored turned.
        """
        return (self.keyed < 0) != self.turned

    @property
    def scored(self) -> bool:
        """Whether the item enters its scale's score: mirrors and companions never do."""
        return not (self.mirrors or self.companion)

    @property
    def continuous(self) -> bool:
        """Whether the item takes any number instead of whole answers between its bounds."""
        return self.finished or self.minimum is None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The declared minimum and maximum, or None."""
        return None if self.minimum is None or self.maximum is None else (self.minimum, self.maximum)

    def __repr__(self) -> str:
        return brief(self)

    def _repr_html_(self) -> str:
        return definitions_html("Item", chosen_fields(self))


@dataclass(frozen=True, repr=False)
class Scale:
    """One construct that gets a score: its code, its name, and which block of the profile it belongs to."""

    code: str
    name: str = ""
    indicator: str = ""
    valence: str = "neutral"
    definition: str = ""
    show_facets: bool = False
    reliance: str = ""
    heading: str = ""
    experimental: bool = False

    @property
    def label(self) -> str:
        """The name, or the code where there is none."""
        return self.name or self.code

    def __repr__(self) -> str:
        return brief(self)

    def _repr_html_(self) -> str:
        return definitions_html("Scale", chosen_fields(self))
