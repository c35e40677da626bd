"""Couples: keyed answers, scores, codebook, roles and ledger in one frozen object that every analysis takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.display import Summarised
from analysis.errors import DataError, StudyError, counted, did_you_mean, named
from analysis.guards import ANALYSES, refusal
from analysis.instrument.codebook import Codebook
from analysis.instrument.equivalence import equivalence_faults
from analysis.intake.coding import REASONS
from analysis.intake.compositions import (
    APART,
    EXCHANGEABLE,
    POOLED,
    Compositions,
)
from analysis.intake.pairing import RESPONDENT
from analysis.intake.scoring import score
from analysis.settings import Settings

NO_PARTNER = REASONS.index("no_partner")


@dataclass(frozen=True, eq=False, repr=False)
class Couples(Summarised):
    """Paired, coded and scored answers of couples.

    Attributes
    ----------
    items : DataFrame
        Answers after reversing, float64, NaN where missing; indexed (couple, partner), two rows a couple (one with
        ``one_person``), in the order of ``partners``.
    scores : DataFrame
        Scale scores, facets and block means on the same index.
    codebook : Codebook
    roles : tuple of str or None
        The two role labels, first and second; None where partners are exchangeable.
    partners : tuple of str
        The labels of the index level ``partner``.
    ledger : DataFrame
        Every file row: kept, or out and why.
    settings : Settings
    groups : Series or None
        The group of each couple.
    compositions : Compositions or None
        The composition of each couple and how compositions are analysed, where a column names them.
    notes : tuple of str
        What the intake has to say.
    private_notes : tuple of str
        Those of the notes that name couples or rows; no report shows them.
    """

    items: pd.DataFrame
    reason_codes: pd.DataFrame
    scores: pd.DataFrame
    codebook: Codebook
    roles: tuple[str, str] | None
    partners: tuple[str, ...]
    ledger: pd.DataFrame
    settings: Settings = field(default_factory=Settings)
    groups: pd.Series | None = None
    compositions: Compositions | None = None
    notes: tuple[str, ...] = ()
    private_notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse bounds of equivalence that fit no scale."""
        faults = equivalence_faults(self.settings.equivalence, self.codebook)
        if faults:
            raise StudyError("\n".join(faults))

    @property
    def one_person(self) -> bool:
        """Whether there is one respondent a couple."""
        return self.partners == (RESPONDENT,)

    @property
    def n(self) -> int:
        """The number of couples."""
        return len(self.items) // len(self.partners)

    @property
    def columns(self) -> list[str]:
        """The columns of ``scores``: scales, shown facets, blocks."""
        return [str(column) for column in self.scores.columns]

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Who answered anything: bool (couples, partners)."""
        absent = (self.reason_codes.to_numpy() == NO_PARTNER).all(axis=1)
        return ~absent.reshape(self.n, len(self.partners))

    @property
    def n_both(self) -> int:
        """The number of couples with answers from both partners."""
        return 0 if self.one_person else int(self.present.all(axis=1).sum())

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """Why an answer is missing: not_asked, does_not_apply, refused, skipped, no_partner; NaN where it is there."""
        kind = pd.CategoricalDtype(list(REASONS))
        columns = {
            name: pd.Categorical.from_codes(codes.to_numpy(np.int8), dtype=kind)
            for name, codes in self.reason_codes.items()
        }
        return pd.DataFrame(columns, index=self.items.index)

    @property
    def names(self) -> pd.Index[str]:
        """The couples' ids, in their order."""
        return self.items.index.get_level_values("couple").unique()

    @cached_property
    def strata(self) -> NDArray[np.int64]:
        """The composition of each couple as a whole number, (couples,); 0 for all where no column names it.

        Persons are paired anew, and couples drawn, within a stratum only.
        """
        if self.compositions is None:
            return np.zeros(self.n, dtype=np.int64)
        return np.unique(self.compositions.of_couples.reindex(self.names).astype(str), return_inverse=True)[1]

    @property
    def apart(self) -> bool:
        """Whether each composition is analysed as a sample of its own; all of them together are no sample."""
        return self.compositions is not None and self.compositions.treatment == APART

    def parts(self) -> dict[str, Couples]:
        """Return the samples that are analysed: the compositions by name, the largest first, where they are apart.

        Otherwise the couples themselves, under an empty name.

        Examples
        --------
        >>> import analysis as an
        >>> frame = pd.DataFrame({"id": [1, 1, 2, 2], "who": list("wmww"), "kind": ["wm", "wm", "ww", "ww"],
        ...                       "a": [4, 5, 2, 3]})
        >>> couples = an.couples_from_frame(
        ...     frame, codebook=an.Codebook((an.Item("a", "H", 1, 5),), (an.Scale("H"),)), couple="id", partner="who",
        ...     roles={"w": "woman", "m": "man"}, composition="kind", compositions="apart",
        ... )
        >>> {name: part.roles for name, part in couples.parts().items()}
        {'wm': ('woman', 'man'), 'ww': None}
        """
        if self.compositions is None or not self.apart:
            return {"": self}
        return {name: self.part((name,), name) for name in self.compositions.sizes}

    def part(self, names: Sequence[str], label: str) -> Couples:
        """Return the couples of some compositions as one sample, called ``label`` in its notes.

        They have roles where all of these compositions have, else they are exchangeable. The ledger holds their rows;
        rows that are out stand in the ledger of all couples.
        """
        if self.compositions is None:
            raise StudyError("No column names compositions here, so there are no parts: name it as composition.")
        of_couples = self.compositions.of_couples.reindex(self.names)
        of_couples = of_couples[of_couples.isin(list(names))]
        roles = self.compositions.roles_of(names)
        partners = roles or self.partners
        grid = pd.MultiIndex.from_product([of_couples.index, partners], names=["couple", "partner"])
        chosen = self.items.index.get_level_values("couple").isin(of_couples.index)
        kept = self.ledger["kept"] & self.ledger["couple"].isin(of_couples.index)
        within = Compositions(of_couples, POOLED if roles else EXCHANGEABLE, roles, tuple(names) if roles else ())
        return replace(
            self,
            **{name: getattr(self, name)[chosen].set_axis(grid) for name in ("items", "reason_codes", "scores")},
            roles=roles,
            partners=partners,
            ledger=self.ledger[kept].reset_index(drop=True),
            compositions=within if len(names) > 1 else None,
            notes=(
                f"{label}: analysed apart; other couples and rows that are out are not counted here.",
                *self.codebook.notes,
            ),
            private_notes=(),
        )

    def as_one_sample(self) -> Couples:
        """Return the couples themselves; couples whose compositions are analysed apart are a StudyError."""
        if self.apart:
            raise StudyError(
                f"The compositions of these couples are analysed apart, {named(self.parts())}, so together they are no "
                "sample. Take one of them, couples.parts()[NAME], or choose 'pooled' or 'exchangeable' as compositions."
            )
        return self

    def cube(self, scale: str) -> NDArray[np.float64]:
        """Return the scored answers of a scale, float64 (couples, partners, items), NaN where missing."""
        return self.answers([item.name for item in self.codebook.scored_items(scale)])

    def answers(self, items: Sequence[str]) -> NDArray[np.float64]:
        """Return the answers to the named items, float64 (couples, partners, items), NaN where missing."""
        self.as_one_sample()
        grid, place = self._grid
        return grid[:, :, [place[self.codebook.item(item).name] for item in items]]

    @cached_property
    def _grid(self) -> tuple[NDArray[np.float64], dict[str, int]]:
        """All answers, (couples, partners, items), and where each item stands: pandas is slow at picking columns."""
        grid = self.items.to_numpy(float).reshape(self.n, len(self.partners), -1)
        return grid, {str(name): place for place, name in enumerate(self.items)}

    def scored(self, columns: Sequence[str]) -> NDArray[np.float64]:
        """Return the named scores, float64 (couples, partners, scales), NaN where missing."""
        self.as_one_sample()
        unknown = [column for column in columns if column not in self.scores]
        if unknown:
            raise DataError(f"There is no score '{unknown[0]}'.{did_you_mean(unknown[0], self.scores.columns)}")
        return self.scores[list(columns)].to_numpy(float).reshape(self.n, len(self.partners), len(columns))

    def with_settings(self, **changes: object) -> Couples:
        """Return the same couples with other settings, such as ``confidence=0.9``; scores follow."""
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        scores = score(self.items, self.codebook, minimum_answered=settings.minimum_answered)
        return replace(self, settings=settings, scores=scores)

    def refusals(self) -> dict[str, str]:
        """Return the sentence for each analysis that these data do not allow.

        Where compositions are apart, the sentence names those that do not allow it.
        """
        parts = self.parts()
        found: dict[str, str] = {}
        for analysis in ANALYSES:
            said: dict[str, list[str]] = {}
            for name, couples in parts.items():
                said.setdefault(refusal(analysis, couples), []).append(name)
            texts = [f"{', '.join(filter(None, names))}: {text}" for text, names in said.items() if text]
            if texts:
                found[analysis] = " ".join(texts).removeprefix(": ")
        return found

    def summary(self, ledger: str = "see .ledger") -> list[str]:
        """Return what the couples are and allow, a line each; ``ledger`` says where to look for the rows that are out.

        Examples
        --------
        >>> import analysis as an
        >>> an.make_couples(30, roles=None).summary("reasons below")[2]
        'file rows: 60 kept, 0 out (reasons below)'
        """
        who = "one respondent a couple" if self.one_person else _who(self)
        lines = [f"{counted(self.n, 'couple')}, {who}"]
        if not self.one_person:
            lines[0] += f": {self.n_both} with both partners, {self.n - self.n_both} with one"
        items, scales = counted(len(self.items.columns), "item"), counted(len(self.codebook.codes), "scale")
        lines.append(f"{items}, {scales} ({self.codebook.name})")
        if self.groups is not None:
            counts = self.groups.value_counts(sort=False)
            sizes = (f"{name} ({counted(count, 'couple')})" for name, count in counts.items())
            lines.append("groups: " + ", ".join(sizes))
        lines += self._compositions_line()
        kept = self.ledger["kept"]
        lines.append(f"file rows: {kept.sum()} kept, {(~kept).sum()} out" + (f" ({ledger})" if ledger else ""))
        lines.append(self._missing_line())
        refused = self.refusals()
        parts = self.parts().values()
        allowed = (name for name in ANALYSES if not all(refusal(name, couples) for couples in parts))
        lines.append("analyses: " + ", ".join(allowed))
        return lines + [f"no {name}: {text}" for name, text in refused.items()]

    def _compositions_line(self) -> list[str]:
        if self.compositions is None:
            return []
        roles = dict.fromkeys(self.compositions.sizes, "")
        if self.apart and not self.one_person:
            roles = {name: f", {_who(couples)}" for name, couples in self.parts().items()}
        sizes = (f"{name} ({counted(count, 'couple')}{roles[name]})" for name, count in self.compositions.sizes.items())
        return [f"compositions, {self.compositions.treatment}: {', '.join(sizes)}"]

    def _missing_line(self) -> str:
        codes = self.reason_codes.to_numpy()
        asked = codes[self.present.ravel()]
        shares = [(reason, float((asked == i).mean())) for i, reason in enumerate(REASONS) if (asked == i).any()]
        total = sum(share for _, share in shares)
        detail = ", ".join(f"{reason.replace('_', ' ')} {share:.1%}" for reason, share in shares)
        return f"missing answers: {total:.1%}" + (f" ({detail})" if detail else "")


def _who(couples: Couples) -> str:
    """Return in words who the two partners are."""
    if couples.apart and not couples.roles:
        return "partners by composition"
    return f"{couples.roles[0]} and {couples.roles[1]}" if couples.roles else "partners exchangeable"
