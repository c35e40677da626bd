"""Coded open answers named in study.toml: beside a survey, or as a study of their own."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from surveys import message, write

import analysis as an
from analysis.__main__ import main
from analysis.disclosure import public
from analysis.study import file_sha256

ROOT = Path(__file__).parent.parent
CODED = ROOT / "data" / "demo_codings"
ROLES = '[couples]\nroles = {w = "woman", m = "man"}\n'
ALONE = f'{ROLES}[codings]\nfile = "codes.csv"\n'
SURVEY = f'data = "answers.csv"\ncodebook = "book"\n{ROLES}id = "id"\npartner = "who"\n[codings]\nfile = "codes.csv"\n'


def coded(couples: int = 40, *, seed: int = 1, coders: tuple[str, ...] = ("ann", "ben"), rare: float = 0.03) -> str:
    """Return a coders' file, a column a code: H1 and H4 common, U4 rare, U5a used by nobody."""
    rng = np.random.default_rng(seed)
    lines = ["couple,partner,coder,H1,H4,U4,U5a"]
    for couple, partner in np.ndindex(couples, 2):
        truth = rng.random(4) < np.array([0.5, 0.4, rare, 0.0])
        for coder in coders:
            seen = np.where(rng.random(4) < 0.1, ~truth, truth) & np.array([True, True, truth[2], False])
            lines.append(f"c{couple},{'wm'[partner]},{coder}," + ",".join(str(int(there)) for there in seen))
    return "\n".join(lines) + "\n"


def study(folder: Path, text: str, codes: str = "") -> Path:
    """Return the folder of a study with a coders' file and a survey."""
    write(folder, codes or coded(), "codes.csv")
    (folder / "book").mkdir(exist_ok=True)
    write(folder / "book", "item,scale,minimum,maximum\na,H1,1,5\nb,H1,1,5\nc,H1,1,5\n", "items.csv")
    rng = np.random.default_rng(2)
    answers = [f"C{c},{who},{','.join(map(str, rng.integers(1, 6, 3)))}" for c in range(40) for who in "wm"]
    write(folder, "\n".join(["id,who,a,b,c", *answers]) + "\n", "answers.csv")
    write(folder, text, "study.toml")
    return folder


def report(folder: Path, text: str, codes: str = "") -> Path:
    an.build_report(an.open_study(study(folder, text, codes)), folder / "out")
    return folder / "out"


def page_of(out: Path) -> str:
    html = (out / "report.html").read_text(encoding="utf-8")
    words = unescape(re.sub(r"<[^>]*>", " ", html[html.index("<body") :]))
    return " ".join(re.sub("[‘’]", "'", words).split())


# The section


def test_a_study_reads_its_codings_as_read_codings_does() -> None:
    opened = an.open_study(CODED)
    by_hand = an.read_codings(an.demo() / "codings.csv", codes="codes", separator=";", roles={"w": "woman", "m": "man"})
    found = opened.codings()
    np.testing.assert_array_equal(found.judgements, by_hand.judgements)
    assert found.persons.equals(by_hand.persons)
    assert found.settings == opened.settings
    assert opened.files == [CODED / ".." / "demo" / "codings.csv"]


def test_every_word_of_the_section_reaches_the_reader(tmp_path: Path) -> None:
    text = "id|who|rater|found\n1|w|ann|H1/H1\n1|m|ann|0\n"
    section = 'id = "id"\npartner = "who"\ncoder = "rater"\ncodes = "found"\nseparator = "/"\nmaximum = 2\n'
    found = an.open_study(study(tmp_path, ALONE + section, text.replace("|", ","))).codings()
    assert found.coders == ("ann",)
    assert found.maximum == 2
    assert found.of("ann")[:, 0].tolist() == [2, 0]


def test_a_study_without_codings_says_how_to_name_them() -> None:
    assert message(an.StudyError, an.open_study(an.demo()).codings) == (
        'This study names no codings. Add a section [codings] with file = "FILE" to study.toml.'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[codings]\ncoder = "who"\n', '[codings] names no file; add file = "FILE", the coders\' file'),
        (f'codebook = "built-in"\n{ALONE}', "codebook has nothing to say here: without data, the codes of [codings]"),
        (ALONE.replace("roles", 'id = "x"\nroles'), "couples.id has nothing to say here"),
        (f'{ALONE}[analysis]\nby = "scale"\n', "analysis.by has nothing to say here"),
        (f"{ALONE}[answers]\nmissing = {{refused = ['no']}}\n", "answers.missing has nothing to say here"),
        (
            f'{SURVEY}consensus = "ann"\n',
            "codings.consensus makes codes the scales of a study without data; take it out",
        ),
        (f'{ALONE}couple = "id"\n', "section [codings] has no key 'couple'."),
        (f"{ALONE}separator = 1\n", "codings.separator is 1; it takes a text in quotation marks"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path: Path, text: str, words: str) -> None:
    said = message(an.StudyError, an.open_study, study(tmp_path, text))
    assert words in said
    assert said.startswith("study.toml has 1 fault")


def test_without_data_a_survey_is_still_asked_for(tmp_path: Path) -> None:
    assert "names no data" in message(an.StudyError, an.open_study, study(tmp_path, ROLES))


def test_another_coders_file_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = study(tmp_path, ALONE)
    other = write(tmp_path, coded(12), "other.csv")
    assert main(["check", str(folder), "--data", str(other)]) == 0
    assert "Codings of 24 persons in 12 couples" in capsys.readouterr().out
    assert main(["check", str(folder), "--data", f"w={other}", f"m={other}"]) == 2
    assert "takes one file, the coders': --data FILE" in capsys.readouterr().err


def test_another_file_than_the_study_was_written_for_is_noted(tmp_path: Path) -> None:
    folder = study(tmp_path, f'{ALONE}[source]\nsha256 = "00"\n')
    note = "codes.csv is not the file that this study was written for: its SHA-256 differs from [source] sha256."
    assert note in an.open_study(folder).couples().notes


# Who decides


def test_the_couples_of_a_study_of_codings_alone_are_those_of_its_consensus() -> None:
    opened = an.open_study(CODED)
    ours, theirs = opened.couples(), opened.codings().consensus()
    assert ours.scores.equals(theirs.scores)
    assert ours.roles == ("woman", "man")
    assert len(ours.ledger) == 280


def test_a_named_coder_decides(tmp_path: Path) -> None:
    opened = an.open_study(study(tmp_path, f'{ALONE}consensus = "ben"\n'))
    assert opened.couples().scores.equals(opened.codings().consensus(coder="ben").scores)


def test_a_coder_who_is_not_in_the_file_cannot_decide(tmp_path: Path) -> None:
    opened = an.open_study(study(tmp_path, f'{ALONE}consensus = "eve"\n'))
    assert message(an.StudyError, opened.couples) == (
        "codings.consensus is 'eve'; it takes 'majority' or a coder of the file: 'ann', 'ben'."
    )


# check


def test_check_says_what_the_codings_are_beside_a_survey(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes = coded() + "c39,w,eve,,,,\nstranger,w,ann,1,0,0,0\n"
    assert main(["check", str(study(tmp_path, SURVEY, codes))]) == 0
    said = capsys.readouterr().out
    assert "40 couples, woman and man: 40 with both partners" in said
    assert "Codings of 81 persons in 41 couples" in said
    assert "2 coders: ann (81 persons), ben (80 persons)" in said
    assert "codes that nobody used: U5a" in said
    assert "The coder 'eve' coded nothing (1 row, every code blank) and is left out." in said
    assert "1 row of the coders' file out: not coded, every code is blank" in said
    assert "Coded couples that are not among the couples of the survey: 1." in said


# The report


@pytest.fixture(scope="module")
def coded_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("coded") / "out"
    an.build_report(an.open_study(CODED), out)
    return out


def test_the_report_of_codings_alone_holds_coders_and_the_codes_as_scales(coded_report: Path) -> None:
    page = page_of(coded_report)
    for words in (
        "15 scales of the instrument “coded open answers”",
        "3 coders: anna (120 persons), ben (120 persons), cleo (40 persons).",
        "Rows of the coders' file: 280 kept, 0 out.",
        "Agreement of coders, code by code: all coders.",
        "Agreement of coders, code by code: anna and ben.",
        "Which code anna (rows) gave where cleo (columns) gave which, in persons.",
        "Similarity and agreement between partners, each index beside its value for random couples.",
        "Profile similarity",
        "no coder used the code: agreement 100 %, kappa undefined (coder kappa)",
        "reliability: Every scale here is a finished score",
    ):
        assert words in page, words


def test_numbers_on_coders_are_those_of_the_function(coded_report: Path) -> None:
    codings = an.open_study(CODED).codings()
    ours = an.coder_agreement(codings).frame
    shown = pd.read_csv(coded_report / "results.csv", dtype={"scale": str}, keep_default_na=False, na_values=[""])
    shown = shown[shown["statistic"].str.startswith("coder_")]
    assert len(shown) == len(ours)
    np.testing.assert_allclose(shown["estimate"].to_numpy(float), ours["estimate"].to_numpy(float), rtol=1e-12)
    assert "29" in page_of(coded_report)
    assert codings.confusion("anna", "ben").loc["H4", "H4"] == 29


def test_what_an_unused_code_leaves_undefined_is_said_in_its_cell(coded_report: Path) -> None:
    html = (coded_report / "report.html").read_text(encoding="utf-8")
    table = html[html.index("code by code: anna and ben") :]
    row = table[table.index("U2b") : table.index("</tr>", table.index("U2b"))]
    cells = [re.sub(r"<[^>]*>|\s", "", cell) for cell in row.split("</td>")]
    assert cells[1].startswith("100%")
    assert [cells[3], cells[4], cells[5]] == ["undefined", "1.00", "undefined"]


def test_what_names_couples_goes_to_private(coded_report: Path) -> None:
    codings = an.open_study(CODED).codings()
    listed = pd.read_csv(coded_report / "private" / "discussion.csv", dtype=str)
    assert len(listed) == len(codings.discussion())
    ledger = pd.read_csv(coded_report / "private" / "coders_ledger.csv", dtype=str)
    assert len(ledger) == 280
    assert not list(coded_report.glob("*discussion*"))


def test_provenance_names_the_coders_file(tmp_path: Path) -> None:
    out = report(tmp_path, SURVEY)
    inputs = json.loads((out / "provenance.json").read_text(encoding="utf-8"))["inputs"]
    assert inputs == [{"file": name, "sha256": file_sha256(tmp_path / name)} for name in ("answers.csv", "codes.csv")]


def test_beside_a_survey_coders_have_their_section_and_scales_stay_the_surveys(tmp_path: Path) -> None:
    out = report(tmp_path, SURVEY, coded() + ",w,ann,1,1,1,1\n")
    page = page_of(out)
    assert "1 scale of the instrument" in page
    assert "2 coders: ann (80 persons), ben (80 persons)." in page
    assert "Rows of the coders' file: 160 kept, fewer than 10 out." in page
    assert "Blank couple id" not in page
    assert "Blank couple id in codes.csv row 162" in (out / "private" / "notes.txt").read_text(encoding="utf-8")


def test_of_real_couples_rare_codes_and_small_cells_are_hidden(tmp_path: Path) -> None:
    page = page_of(report(tmp_path, ALONE))
    codings = an.open_study(tmp_path).codings()
    confusion = codings.confusion("ann", "ben")
    table = page[page.index("Which code ann (rows)") :]
    cells = table[table.index(" in persons.") + 13 :]
    both = [int(count) for count in np.diag(confusion)]
    assert min(both[:2]) >= 10
    assert cells.startswith(
        f"ann H1 H4 nothing else H1 {both[0]} < 10 < 10 H4 < 10 {both[1]} < 10 nothing else < 10 < 10 < 10"
    )
    assert 0 < both[2] < 10  # U4: its row and column are not there


def test_one_coder_has_no_table_and_the_report_says_why(tmp_path: Path) -> None:
    page = page_of(report(tmp_path, ALONE, coded(coders=("ann",))))
    assert "1 coder: ann (80 persons)." in page
    assert "All codings are by one coder, 'ann'. Agreement needs a second one." in page
    assert "code by code" not in page


# What a partner may see


def _shown(tmp_path: Path, rare: float) -> pd.DataFrame:
    couples = an.open_study(study(tmp_path, ALONE, coded(rare=rare, coders=("ann",)))).couples()
    every = an.describe(couples) + an.agreement(couples)
    return public(every, couples.settings).frame


def test_all_on_a_code_that_few_have_is_hidden_and_blocks_with_it(tmp_path: Path) -> None:
    frame = _shown(tmp_path, rare=0.05)
    rare = frame[frame["scale"].str.split("+").map(lambda codes: "U4" in codes)]
    assert len(rare) > 10
    assert rare["estimate"].isna().all()
    assert frame.loc[frame["scale"].str.startswith("block:"), "estimate"].notna().any()  # U4 and U5a: two in one block
    assert frame.loc[frame["scale"] == "H1", "estimate"].notna().any()


def test_where_one_code_of_a_block_is_hidden_the_blocks_are_too(tmp_path: Path) -> None:
    frame = _shown(tmp_path, rare=0.5)
    assert frame.loc[frame["scale"] == "U4", "estimate"].notna().any()
    blocks = frame[frame["scale"].str.startswith("block:")]
    assert len(blocks)
    assert blocks["estimate"].isna().all()


def test_shares_at_the_bounds_are_those_of_a_loop() -> None:
    couples = an.open_study(CODED).couples()
    found = an.describe(couples)
    for name, bound in (("scale_floor", 0), ("scale_ceiling", 1)):
        for row in found.where(statistic=name):
            scores = couples.scores[row["scale"]].xs(row["partner"], level="partner").dropna()
            assert row["estimate"] == sum(score == bound for score in scores) / len(scores)
            assert row["n_persons"] == len(scores)
    assert len(found.where(statistic="scale_floor")) == 30
