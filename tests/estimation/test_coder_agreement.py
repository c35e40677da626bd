"""Agreement of coders: rows by code and coders, numbers of the cellar, undefined said plainly, and what is public."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import isfinite
from typing import Any

import numpy as np
import pytest
from coders import ROLES, codings

import analysis as an
from analysis.disclosure import HIDDEN, public
from analysis.results import KEY, NO_INTERVAL
from analysis.statistics import statistics
from analysis.stats import coders as stats

OF_TWO = ["coder_percent", "coder_prevalence", "coder_kappa", "coder_ac1", "coder_krippendorff"]


@pytest.fixture(scope="module")
def demo_codings() -> an.Codings:
    return an.read_codings(an.demo() / "codings.csv", roles=ROLES, codes="codes")


def alone(found: an.Estimates, **place: Any) -> dict[str, Any]:
    (line,) = found.where(**place)
    return line


def test_rows_are_by_code_and_by_every_two_coders_then_all(demo_codings: an.Codings) -> None:
    frame = an.coder_agreement(demo_codings).frame
    h1 = frame[frame["scale"] == "H1"]
    pairs = [" and ".join(pair) for pair in combinations(("anna", "ben", "cleo"), 2)]
    expected = [(pair, statistic) for pair in pairs for statistic in OF_TWO]
    expected += [("all coders", "coder_prevalence"), ("all coders", "coder_krippendorff")]
    assert list(zip(h1["comparison"], h1["statistic"], strict=True)) == expected
    assert len(frame) == 15 * len(expected)
    assert set(frame["section"]) == {"agreement"}
    assert set(frame["partner"]) == {"both"}
    assert not frame.duplicated(list(KEY)).any()


def test_two_coders_have_no_row_of_all() -> None:
    found = an.coder_agreement(codings(*[("a", "w", name, 1, 0) for name in ("ann", "ben")]))
    assert set(found.frame["comparison"]) == {"ann and ben"}


def test_every_column_is_that_of_the_cellar(demo_codings: an.Codings) -> None:
    found = an.coder_agreement(demo_codings)
    place = demo_codings.codes.index("H4")
    judged = demo_codings.judgements[:, :, place]
    both = np.isfinite(judged[:, [0, 2]]).all(axis=1)
    expected = stats.two_coders(judged[both, 0], judged[both, 2], demo_codings.couple[both], 0.95)
    for name, value in expected._asdict().items():
        line = alone(found, scale="H4", comparison="anna and cleo", statistic=f"coder_{name}")
        for column in ("estimate", "lower", "upper", "se"):
            assert line[column] == getattr(value, column)
        assert (line["n_persons"], line["n_couples"]) == (40, 20)
    together = alone(found, scale="H4", comparison="all coders", statistic="coder_krippendorff")
    assert together["estimate"] == stats.krippendorff(judged, demo_codings.couple, 0.95).estimate
    assert (together["n_persons"], together["n_couples"]) == (120, 60)


def test_every_id_is_in_the_table_of_statistics_and_every_gap_has_its_reason(demo_codings: an.Codings) -> None:
    frame = an.coder_agreement(demo_codings).frame
    assert {("agreement", statistic) for statistic in frame["statistic"]} <= set(statistics())
    silent = frame[frame["lower"].isna() & frame["note"].isin(["", NO_INTERVAL])]
    assert silent.empty
    there = frame[frame["lower"].notna()]
    assert (there["lower"] <= there["estimate"]).all()
    assert (there["estimate"] <= there["upper"]).all()


def test_a_level_of_ones_own_is_kept() -> None:
    rows = [(f"c{i}", "w", name, int(i % 3 == 0 or name == "ben"), 0) for i in range(12) for name in ("ann", "ben")]
    wide, narrow = (
        alone(an.coder_agreement(codings(*rows, settings=an.Settings(confidence=c))), scale="H1", statistic="coder_ac1")
        for c in (0.95, 0.8)
    )
    assert (wide["confidence"], narrow["confidence"]) == (0.95, 0.8)
    assert wide["upper"] - wide["lower"] > narrow["upper"] - narrow["lower"]


def test_counts_are_there_or_not_and_kappa_quadratic_takes_the_counts() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 4, (2, 40))
    rows = [(f"c{i // 2}", "wm"[i % 2], name, v[i], 0) for i in range(40) for name, v in (("ann", x), ("ben", y))]
    found = an.coder_agreement(codings(*rows, maximum=3, roles=ROLES))
    couple = np.repeat(np.arange(20), 2)
    plain = alone(found, scale="H1", statistic="coder_kappa", variant="")
    counts = alone(found, scale="H1", statistic="coder_kappa", variant="quadratic")
    assert plain["estimate"] == stats.kappa((x > 0) * 1.0, (y > 0) * 1.0, couple, 0.95).estimate
    assert counts["estimate"] == stats.kappa(x * 1.0, y * 1.0, couple, 0.95).estimate
    assert not len(an.coder_agreement(codings(*rows[:0], ("a", "w", "ann", 1, 0), ("a", "w", "ben", 1, 0))).where(
        variant="quadratic"
    ))  # fmt: skip


# Undefined, said plainly


def of_pairs(*pairs: tuple[object, object]) -> an.Estimates:
    """Return the agreement of two coders on one code, one person a couple."""
    rows = [
        (f"c{i}", "w", name, v) for i, pair in enumerate(pairs) for name, v in zip(("ann", "ben"), pair, strict=True)
    ]
    return an.coder_agreement(codings(*rows, columns=("H1",)))


CASES: dict[str, tuple[Sequence[tuple[object, object]], dict[str, tuple[float | None, str]]]] = {
    "unused": (
        [(0, 0)] * 12,
        {
            "coder_percent": (1, ""),
            "coder_kappa": (None, "no coder used the code: agreement 100 %, kappa undefined"),
            "coder_krippendorff": (None, "no coder used the code: agreement 100 %, alpha undefined"),
            "coder_ac1": (1, "the coders never differ: no interval"),
        },
    ),
    "given to all": (
        [(1, 1)] * 12,
        {"coder_kappa": (None, "every coder gave the code to everyone alike: agreement 100 %, kappa undefined")},
    ),
    "one never": (
        [(0, 1)] * 12 + [(0, 0)] * 12,
        {"coder_kappa": (0, "ann judged everyone alike, so kappa is 0 whatever the other did: no interval")},
    ),
    "never differ": (
        [(1, 1)] * 12 + [(0, 0)] * 12,
        {"coder_kappa": (1, "the coders never differ: no interval")},
    ),
    "rare": (
        [(1, 1)] * 3 + [(1, 0)] * 2 + [(0, 0)] * 30,
        {"coder_kappa": (0.72, "persons given the code by any coder: 5"), "coder_ac1": (0.928, "")},
    ),
    "one couple": ([(1, 0)], {"coder_percent": (0, "too few couples for an interval: 1")}),
    "nobody by both": (
        [(1, ""), ("", 1)],
        dict.fromkeys(OF_TWO, (None, "persons judged by two coders: 0")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_does_not_exist_says_why(case: str) -> None:
    pairs, expected = CASES[case]
    found = of_pairs(*pairs)
    for statistic, (estimate, note) in expected.items():
        line = alone(found, statistic=statistic)
        assert line["note"] == note, statistic
        if estimate is None:
            assert not isfinite(line["estimate"])
        else:
            assert line["estimate"] == pytest.approx(estimate, abs=5e-4)


def test_a_code_that_rests_on_one_couple_says_so() -> None:
    rows = [("a", "w", "ann", 1), ("a", "w", "ben", 1), ("a", "m", "ann", 1), ("a", "m", "ben", 0)]
    rows += [(couple, "w", name, 0) for couple in "bcd" for name in ("ann", "ben")]
    line = alone(an.coder_agreement(codings(*rows, columns=("H1",))), statistic="coder_kappa")
    assert line["estimate"] == pytest.approx(1 - 1 * 5 / (2 * 4 + 1 * 3))
    assert line["note"] == (
        "persons given the code by any coder: 2; without one of the couples it does not exist: no interval"
    )


def test_one_coder_has_nobody_to_agree_with() -> None:
    found = an.coder_agreement(codings(("a", "w", "ann", 1, 0), ("a", "m", "ann", 1, 0)))
    assert len(found) == 0
    assert found.notes == ("All codings are by one coder, 'ann'. Agreement needs a second one.",)


def test_persons_of_one_coder_and_coders_without_a_common_person_are_told() -> None:
    found = an.coder_agreement(
        codings(("a", "w", "ann", 1, 0), ("a", "w", "ben", 1, 0), ("b", "w", "cleo", 1, 0), ("b", "m", "cleo", 1, 0))
    )
    assert found.notes == (
        "Persons coded by one coder only, who count in no agreement: 2.",
        "ann and cleo coded no person in common.",
        "ben and cleo coded no person in common.",
    )


# What is public


def shown(share_of_ten: int, **settings: Any) -> list[dict[str, Any]]:
    """Return the public rows on a code that is given to so many of ten persons, a hundred persons in all."""
    rows = [
        (f"c{i // 2}", "wm"[i % 2], name, int(i % 10 < share_of_ten) if name == "ann" or i % 3 else 1)
        for i in range(100)
        for name in ("ann", "ben")
    ]
    return list(public(an.coder_agreement(codings(*rows, columns=("H1",))), an.Settings(**settings)))


def test_agreement_on_a_common_code_is_public() -> None:
    assert all(line["note"] != HIDDEN for line in shown(5))


@pytest.mark.parametrize("tenths", [0, 10])
def test_all_of_a_code_that_few_or_nearly_all_have_is_hidden(tenths: int) -> None:
    assert {line["note"] for line in shown(tenths)} == {HIDDEN}
    assert not any(isfinite(line["estimate"]) for line in shown(tenths))
    assert all(line["note"] != HIDDEN for line in shown(tenths, synthetic=True))


def test_no_row_and_no_note_names_a_couple() -> None:
    rows = [(f"secret{i}", "w", name, i % 2, 0) for i in range(12) for name in ("ann", "ben")]
    found = an.coder_agreement(codings(*rows))
    assert "secret" not in repr(found) + found.frame.to_string()
