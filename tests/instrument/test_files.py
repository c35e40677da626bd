"""Codebook files: what a person edits in a spreadsheet becomes a codebook, or one list of all its faults."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from surveys import message, write

import analysis as an
from analysis.instrument.columns import ITEM_COLUMNS, SCALE_COLUMNS
from analysis.instrument.files import built_in, read_codebook, survey

HEADER = (
    "item,scale,minimum,maximum,keyed,stored,referent,indicator,indicator_keyed,facet,mirrors,companion,labels,text"
)


def folder(tmp_path: Path, items: str | bytes, scales: str | bytes | None = None) -> Path:
    """Return a codebook folder called "mine" with these files."""
    path = tmp_path / "mine"
    path.mkdir(exist_ok=True)
    write(path, items, "items.csv")
    if scales is not None:
        write(path, scales, "scales.csv")
    return path


def faults(tmp_path: Path, items: str | bytes, scales: str | None = None, by: str = "scale") -> str:
    """Return what is said of a faulty codebook."""
    return message(an.CodebookError, read_codebook, folder(tmp_path, items, scales), by=by)


def one(tmp_path: Path, **cells: str) -> str:
    """Return what is said of a codebook whose only item has these cells, beside plain ones."""
    row = {"item": "a", "scale": "H", "minimum": "1", "maximum": "5"} | cells
    return faults(tmp_path, f"{','.join(row)}\n{','.join(row.values())}\n")


def test_every_column_is_read_into_its_place(tmp_path: Path) -> None:
    items = (
        "item,scale,minimum,maximum,column,keyed,stored,referent,indicator,indicator_keyed,fit,facet,labels,gate,window,text\n"
        'a,H,1,5,Q1,-,turned,couple,U2a,+,strong,apart,1=never|5=always,quarrel,four_weeks,"Well, yes"\n'
    )
    scales = (
        "scale,name,indicator,valence,definition,show_facets,reliance,heading,experimental\n"
        "H,Hope,H1,healthy,A sentence.,yes,over,feelings,yes\n"
    )
    codebook = read_codebook(folder(tmp_path, items, scales))
    assert codebook.items == (
        an.Item(
            "a",
            "H",
            1,
            5,
            column="Q1",
            keyed=-1,
            turned=True,
            referent="couple",
            indicator="U2a",
            indicator_keyed=1,
            fit="strong",
            facet="apart",
            labels=((1, "never"), (5, "always")),
            gate="quarrel",
            window="four_weeks",
            text="Well, yes",
        ),
    )
    assert codebook.scales == (an.Scale("H", "Hope", "H1", "healthy", "A sentence.", True, "over", "feelings", True),)
    assert codebook.name == "mine"


def test_blank_cells_take_the_defaults(tmp_path: Path) -> None:
    codebook = read_codebook(folder(tmp_path, f"{HEADER}\na,H,,,,,,,,,,,,\n"))
    assert codebook.items == (an.Item("a", "H"),)
    assert codebook.scales == (an.Scale("H"),)


def test_without_scales_each_is_neutral_and_named_by_its_code(tmp_path: Path) -> None:
    codebook = read_codebook(folder(tmp_path, "item,scale\na,J\nb,H\nc,J\n"))
    assert codebook.scales == (an.Scale("J"), an.Scale("H"))
    assert codebook.scale("J").label == "J"


def test_mirrors_are_joined_by_bars_and_companions_say_yes(tmp_path: Path) -> None:
    items = "item,scale,mirrors,companion\na,H,,\nb,H,,no\nm,H,a | b,\nc,H,,YES\n"
    codebook = read_codebook(folder(tmp_path, items))
    assert codebook.item("m").mirrors == ("a", "b")
    assert codebook.item("c").companion
    assert [item.name for item in codebook.scored_items("H")] == ["a", "b"]


@pytest.mark.parametrize(
    ("written", "keyed"), [("+", 1), ("-", -1), ("−", -1), ("+1", 1), ("-1", -1), ("1", 1), ("", 1)]
)
def test_a_key_may_be_written_as_spreadsheets_do(tmp_path: Path, written: str, keyed: int) -> None:
    items = f"item,scale,minimum,maximum,keyed\na,H,1,5,{written}\n"
    assert read_codebook(folder(tmp_path, items)).items[0].keyed == keyed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_codebook_saved_by_any_spreadsheet_is_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [
        ["item", "scale", "minimum", "maximum", "labels", "text"],
        ["a", "Nähe", "0,5" if delimiter == ";" else "0.5", "5", "1=nie|5=täglich", '"Müde, aber ""wach"""'],
    ]
    raw = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    item = read_codebook(folder(tmp_path, raw)).items[0]
    assert (item.scale, item.minimum, item.labels, item.text) == (
        "Nähe",
        0.5,
        ((1, "nie"), (5, "täglich")),
        'Müde, aber "wach"',
    )


def test_blank_rows_and_nameless_blank_columns_do_no_harm(tmp_path: Path) -> None:
    codebook = read_codebook(folder(tmp_path, "item,scale,,\n\na,H,,\n,,,\nb,H,,\n"))
    assert [item.name for item in codebook.items] == ["a", "b"]


def test_the_hash_is_of_the_files(tmp_path: Path) -> None:
    items, scales = "item,scale\na,H\n", "scale\nH\n"
    codebook = read_codebook(folder(tmp_path, items, scales))
    assert codebook.sha256 == hashlib.sha256((items + scales).encode()).hexdigest()


@pytest.mark.parametrize("name", ["mine", "there/is/none"])
def test_a_folder_without_items_is_refused_with_the_remedy(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine").mkdir()
    said = message(an.CodebookError, read_codebook, tmp_path / name)
    assert f"There is no items.csv in the codebook folder '{Path(name).name}'." in said
    assert 'codebook = "built-in"' in said


@pytest.mark.parametrize("items", ["", "item,scale\n", "item,scale\n,\n", "\n"])
def test_a_codebook_without_items_is_none(tmp_path: Path, items: str) -> None:
    assert faults(tmp_path, items) == "The codebook 'mine' has 1 fault:\n  items.csv: there is no item in it"


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("keyed", "x", "keyed is 'x'; allowed are '+', '-', '−', '+1', '-1', '1' or blank"),
        ("stored", "reversed", "stored is 'reversed'; allowed are 'asked', 'turned' or blank"),
        ("referent", "me", "referent is 'me'; allowed are 'self', 'partner', 'couple' or blank"),
        ("indicator_keyed", "0", "indicator_keyed is '0'; allowed are"),
        ("fit", "good", "fit is 'good'; allowed are 'strong', 'moderate', 'weak' or blank"),
        ("companion", "x", "companion is 'x'; allowed are 'no', 'yes' or blank"),
        ("minimum", "one", "minimum is 'one'; write a number or leave it blank"),
        ("maximum", "inf", "maximum is 'inf'; write a number or leave it blank"),
        ("maximum", "nan", "maximum is 'nan'; write a number or leave it blank"),
        ("maximum", "1", "minimum 1 is not below maximum 1"),
        ("maximum", "0", "minimum 1 is not below maximum 0"),
        ("maximum", "", "only one of minimum and maximum is there; give both, or neither for a continuous score"),
        ("labels", "never|5=often", "labels has 'never'; write 1=never|2=rarely|…"),
        ("labels", "1=", "labels has '1='; write 1=never|2=rarely|…"),
        ("labels", "=never", "labels has '=never'; write 1=never|2=rarely|…"),
        ("labels", "1=never|6=always", "labels has 6 for 'always', outside 1 to 5"),
        ("labels", "1=never|1=rarely", "labels has 2 texts for 1"),
        ("labels", "1=never|2=Never", "labels has 'never' for 2 numbers"),
        ("indicator", "U2", "indicator 'U2' holds two scales that are never averaged: code the item to U2a or U2b"),
        ("indicator", "U3", "code the item to U3a or U3b"),
        ("indicator", "U5", "code the item to U5a or U5b"),
        ("indicator", "H9", "indicator 'H9' is not one of the fifteen indicator codes H1,"),
        ("item", "", "the item has no name"),
    ],
)
def test_a_bad_cell_is_named_with_file_row_and_what_is_allowed(
    tmp_path: Path, column: str, value: str, words: str
) -> None:
    said = one(tmp_path, **{column: value})
    assert said.startswith("The codebook 'mine' has 1 fault:\n  items.csv row 2: ")
    assert words in said


@pytest.mark.parametrize("cells", [{"keyed": "-"}, {"stored": "turned"}, {"indicator_keyed": "-"}])
def test_a_reversed_item_needs_bounds(tmp_path: Path, cells: dict[str, str]) -> None:
    said = one(tmp_path, minimum="", maximum="", **cells)
    assert "items.csv row 2: a reversed item needs its minimum and maximum" in said
    assert "minimum + maximum - answer" in said


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ("item,scale\na,H\na,H\n", "item 'a' stands there 2 times"),
        ("item,scale,column\na,H,Q\nb,H,Q\n", "column 'Q' is named for 2 items"),
        ("item,scale\na,\n", "item 'a' has no scale"),
        (
            "item,scale,mirrors\nhelp,H,\nm,H,halp\n",
            "item 'm' mirrors 'halp', which is not a scored item. Did you mean 'help'?",
        ),
        ("item,scale,mirrors\na,H,\nb,J,\nm,H,b\n", "item 'm' mirrors 'b' of another scale, 'J'"),
        ("item,scale,mirrors,companion\na,H,,\nc,H,,yes\nm,H,c,\n", "'c', which is not a scored item"),
        ("item,scale,wording\na,H,x\n", "items.csv: there is no column 'wording' in a codebook."),
        ("item,scale,minimun\na,H,1\n", "no column 'minimun' in a codebook. Did you mean 'minimum'?"),
        ("item,scale,keyed,keyed\na,H,+,-\n", "items.csv: the column 'keyed' stands there 2 times"),
        ("name,scale\na,H\n", "items.csv: the column 'item' is missing; it holds the item's name"),
        ("item\na\n", "items.csv: the column 'scale' is missing"),
        ("item,scale,text\na,H,Well, yes\n", "items.csv row 2: 'yes' stands in no named column"),
        ("item,scale,\na,H,yes\n", "items.csv row 2: 'yes' stands in no named column"),
        ('item,scale,text\na,H,"Well\nb,H,yes\n', "look for a quotation mark that is not closed"),
    ],
)
def test_a_fault_between_cells_is_named(tmp_path: Path, items: str, words: str) -> None:
    assert words in faults(tmp_path, items)


def test_a_text_with_a_stray_comma_is_told_its_remedy(tmp_path: Path) -> None:
    assert "needs quotation marks" in faults(tmp_path, "item,scale,text\na,H,Well, yes\n")


@pytest.mark.parametrize(
    ("scales", "words"),
    [
        ("scale\nH\nH\n", "scale 'H' stands there 2 times"),
        ("scale\nHope\n", "item 'a' has the scale 'H', which is not among the scales."),
        ("scale\nh\n", "which is not among the scales. Did you mean 'h'?"),
        ("scale\nH\nJ\n", "scale 'J' has no scored item"),
        (
            "scale,valence\nH,good\n",
            "scales.csv row 2: valence is 'good'; allowed are 'healthy', 'unhealthy', 'neutral'",
        ),
        ("scale,indicator\nH,U2\n", "scales.csv row 2: indicator 'U2' holds two scales"),
        ("scale,reliance\nH,much\n", "scales.csv row 2: reliance is 'much'; allowed are 'under', 'over' or blank"),
        ("scale,show_facets\nH,1\n", "scales.csv row 2: show_facets is '1'; allowed are 'no', 'yes' or blank"),
        ("scale,experimental\nH,1\n", "scales.csv row 2: experimental is '1'"),
        ("scale,name\nH,x\n,y\n", "scales.csv row 3: the scale has no code"),
        ("scale,title\nH,x\n", "scales.csv: there is no column 'title' in a codebook."),
        ("code\nH\n", "scales.csv: the column 'scale' is missing; it holds the code used in items.csv"),
    ],
)
def test_a_fault_of_the_scales_is_named(tmp_path: Path, scales: str, words: str) -> None:
    assert words in faults(tmp_path, "item,scale\na,H\n", scales)


def test_a_scale_of_mirrors_and_companions_alone_has_no_scored_item(tmp_path: Path) -> None:
    said = faults(tmp_path, "item,scale,companion\na,H,\nc,J,yes\n")
    assert said.endswith("scale 'J' has no scored item")


def test_all_faults_of_both_files_are_listed_at_once(tmp_path: Path) -> None:
    items = (
        "item,scale,minimum,maximum,keyed,mirrors,indicator,wording\n"
        "a,H,5,1,,,,\n"
        "b,H,1,5,x,,U2,\n"
        "b,H,1,,,,,\n"
        "c,Hopp,1,5,,zz,,\n"
    )
    said = faults(tmp_path, items, "scale,valence\nH,good\nHope,\n").splitlines()
    assert said == [
        "The codebook 'mine' has 10 faults:",
        "  items.csv: there is no column 'wording' in a codebook.",
        "  items.csv row 2: minimum 5 is not below maximum 1",
        *(line for line in said if line.startswith("  items.csv row 3: ")),
        "  items.csv row 4: only one of minimum and maximum is there; give both, or neither for a continuous score",
        "  scales.csv row 2: valence is 'good'; allowed are 'healthy', 'unhealthy', 'neutral' or blank",
        "  item 'b' stands there 2 times",
        "  item 'c' mirrors 'zz', which is not a scored item.",
        "  item 'c' has the scale 'Hopp', which is not among the scales. Did you mean 'Hope'?",
        "  scale 'Hope' has no scored item",
    ]
    assert sum(line.startswith("  items.csv row 3: ") for line in said) == 2


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    assert "items.csv row 5: keyed is 'x'" in faults(
        tmp_path, 'item,scale,keyed,text\na,H,,"two\nlines"\n\n,,,\nb,H,x,\n'
    )


def test_by_indicator_scores_the_coding_with_its_own_keys(tmp_path: Path) -> None:
    items = (
        "item,minimum,maximum,keyed,indicator,indicator_keyed,facet\n"
        "a,1,5,-,U1,+,x\n"
        "b,1,5,-,H1,,\n"
        "c,1,5,,H1,-,\n"
        "d,1,5,,,,\n"
    )
    codebook = read_codebook(folder(tmp_path, items), by="indicator")
    assert [(item.name, item.scale, item.keyed, item.facet) for item in codebook.items] == [
        ("a", "U1", 1, ""),
        ("b", "H1", -1, ""),
        ("c", "H1", -1, ""),
    ]
    assert [(scale.code, scale.valence) for scale in codebook.scales] == [("H1", "healthy"), ("U1", "unhealthy")]
    assert codebook.notes == ("1 of 4 items are coded to no indicator and are left out.",)


def test_by_indicator_leaves_out_mirrors_of_what_is_coded_elsewhere(tmp_path: Path) -> None:
    items = "item,scale,indicator,mirrors\na,S,H4,\nb,S,,\nc,S,H7,\nm1,S,H4,a\nm2,S,H4,b\nm3,S,H4,c\nm4,S,U1,a\n"
    codebook = read_codebook(folder(tmp_path, items), by="indicator")
    assert [item.name for item in codebook.items] == ["a", "c", "m1"]
    assert codebook.codes == ("H4", "H7")
    assert codebook.notes[1].endswith("or to another: 'm2', 'm3', 'm4'.")


def test_by_indicator_without_any_coding_is_refused(tmp_path: Path) -> None:
    assert "items.csv: no item has an indicator" in faults(tmp_path, "item,indicator\na,\n", by="indicator")
    assert "the column 'indicator' is missing" in faults(tmp_path, "item,scale\na,H\n", by="indicator")


def test_by_is_one_of_two_words(tmp_path: Path) -> None:
    said = faults(tmp_path, "item,scale\na,H\n", by="indicators")
    assert said == "by is 'indicators'; allowed are 'scale' and 'indicator'."


def test_the_built_in_codebook_is_the_one_of_the_design() -> None:
    codebook = built_in()
    assert len(codebook.scales) == 15
    assert sum(item.scored for item in codebook.items) == 60
    assert sum(item.companion for item in codebook.items) == 4
    assert len(codebook.block("block:healthy")) == 7
    assert len(codebook.block("block:unhealthy")) == 8
    assert codebook.version == survey()["version"]


def test_mutuality_is_added_only_when_asked_for() -> None:
    extended = built_in(mutuality=True)
    assert set(extended.codes) - set(built_in().codes) == {"M"}
    assert extended.scale("M").valence == "neutral"
    assert "M" not in {code.partition(".")[0] for code in built_in().facets}


@pytest.mark.parametrize("columns", [ITEM_COLUMNS, SCALE_COLUMNS])
def test_every_column_has_a_meaning(columns: dict[str, str]) -> None:
    assert all(columns.values())


def test_all_faults_of_a_line_are_listed_at_once(tmp_path: Path) -> None:
    said = one(tmp_path, keyed="up", minimum="9", labels="7=often")
    assert "has 3 faults" in said
    for words in ("keyed is 'up'", "minimum 9 is not below maximum 5", "labels has 7 for 'often'"):
        assert words in said


def test_a_bound_that_is_no_number_is_said_once(tmp_path: Path) -> None:
    said = one(tmp_path, minimum="one", keyed="-", referent="me")
    assert "has 2 faults" in said
    assert "minimum is 'one'; write a number" in said


def test_items_of_unlike_ranges_are_refused_by_scale_and_by_indicator(tmp_path: Path) -> None:
    items = "item,scale,minimum,maximum,indicator\na,H,1,5,H1\nb,J,1,7,H1\n"
    assert read_codebook(folder(tmp_path, items)).codes == ("H", "J")
    assert "scale 'H1' would average items of unlike ranges" in faults(tmp_path, items, by="indicator")
    assert "scale 'H' would average" in faults(tmp_path, items.replace("J", "H"))


def test_notes_of_a_codebook_are_read_a_line_each_and_change_its_hash(tmp_path: Path) -> None:
    path = folder(tmp_path, "item,scale,minimum,maximum\na,H,1,5\n")
    before = read_codebook(path)
    write(path, "\nKeys were inferred. \n\nNobody checked.\n", "notes.txt")
    codebook = read_codebook(path)
    assert (before.notes, codebook.notes) == ((), ("Keys were inferred.", "Nobody checked."))
    assert codebook.sha256 != before.sha256
