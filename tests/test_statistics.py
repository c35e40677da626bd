"""The product's own table of statistics: complete, and checked by what it says."""

import re

import pytest
from oracles import REFERENCE, vocabulary_map

from analysis.statistics import Statistic, kind_of, statistics

ALL = list(statistics().values())
every_statistic = pytest.mark.parametrize("statistic", ALL, ids=[f"{s.section} {s.statistic}" for s in ALL])


@every_statistic
def test_it_says_what_it_means_how_it_is_made_and_what_checks_it(statistic: Statistic) -> None:
    for text in (statistic.meaning, statistic.formula, statistic.checked_by, statistic.unit):
        assert text.strip()
    assert statistic.kind in ("coefficient", "share", "plain")


@every_statistic
def test_a_source_can_be_found(statistic: Statistic) -> None:
    for part in filter(None, statistic.source.split("; ")):
        assert re.search(r"\(\d{4}(, ISBN 978-\d{10})?\)", part), part
        assert "ISBN" in part or re.search(r"https://doi\.org/10\.\d{4,9}/\S+", part), part


@every_statistic
def test_the_reference_file_that_checks_it_holds_its_numbers(statistic: Statistic) -> None:
    named = re.findall(r"\b\d\d_\w+", statistic.checked_by)
    for file in named:
        assert (REFERENCE / f"{file}.csv").is_file()
    mapped = vocabulary_map()
    mapped = mapped[(mapped["section"] == statistic.section) & (mapped["statistic"] == statistic.statistic)]
    if mapped.empty:
        assert "second implementation" in statistic.checked_by or named == ["12_missing"]  # cells counted in that file
    else:
        assert set(named) & set(mapped["file"])


def test_an_unknown_id_is_a_plain_number() -> None:
    assert kind_of("models", "tomorrow") == "plain"
    assert kind_of("reliability", "alpha") == "coefficient"


def test_one_id_means_one_thing_in_every_section() -> None:
    names = [statistic.statistic for statistic in ALL]
    assert len(names) == len(set(names))
