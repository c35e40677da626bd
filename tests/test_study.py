"""study.toml: everything that it says is checked, all faults are listed at once, and it makes couples."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from surveys import message, write

import analysis as an
from analysis.study import file_sha256

ANSWERS = "id,who,a,b\nx,w,4,5\nx,m,2,1\ny,w,3,\n"
ITEMS = "item,scale,minimum,maximum\na,H,1,5\nb,H,1,5\n"
LONG = '[couples]\nid = "id"\npartner = "who"\nroles = {w = "woman", m = "man"}\n'
PLAIN = f'data = "answers.csv"\ncodebook = "book"\n{LONG}'


def study(tmp_path: Path, text: str | bytes = PLAIN, answers: str = ANSWERS) -> Path:
    """Return the path of a study.toml beside answers.csv and a codebook folder."""
    (tmp_path / "book").mkdir(exist_ok=True)
    write(tmp_path / "book", ITEMS, "items.csv")
    write(tmp_path, answers, "answers.csv")
    return write(tmp_path, text, "study.toml")


def refused(tmp_path: Path, text: str | bytes) -> str:
    """Return what is said of a faulty study."""
    return message(an.StudyError, an.open_study, study(tmp_path, text))


def test_a_study_is_opened_by_its_file_or_its_folder(tmp_path: Path) -> None:
    path = study(tmp_path)
    assert an.open_study(path) == an.open_study(tmp_path) == an.open_study(str(path))


def test_a_study_makes_couples(tmp_path: Path) -> None:
    couples = an.open_study(study(tmp_path)).couples()
    assert couples.n == 2
    assert couples.roles == ("woman", "man")
    assert couples.items["a"].tolist()[:3] == [4, 2, 3]
    assert couples.codebook.name == tmp_path.name


def test_couples_can_be_made_twice(tmp_path: Path) -> None:
    opened = an.open_study(study(tmp_path))
    assert opened.couples().ledger.equals(opened.couples().ledger)
    assert opened.couples().notes == opened.couples().notes


def test_every_key_reaches_its_place(tmp_path: Path) -> None:
    text = """
        title = "Wave 1"
        date = "2026-11-25"
        data = "answers.csv"
        codebook = "book"
        [couples]
        id = "id"
        partner = "who"
        partners = []
        where = {wave = 0, site = ["A", "B"]}
        group = "kind"
        scores = ["total"]
        one_person = false
        [answers]
        labels = {"Often" = 4}
        missing = {refused = ["no", -99], skipped = []}
        [answers.item.b]
        missing = {not_asked = [0]}
        [analysis]
        confidence = 0.9
        resamples = 500
        seed = 7
        minimum_answered = 0.5
        threshold = 5
        disclose = true
        synthetic = true
        [source]
        citation = "Us"
        licence = "None"
    """
    answers = (
        "id,who,wave,site,kind,total,a,b\n"
        "x,1,0,A,new,7.5,often,0\n"
        "x,2,0,A,new,3,no,-99\n"
        "y,1,0,C,old,3,1,1\n"
        "z,1,1,A,old,3,1,1\n"
    )
    opened = an.open_study(study(tmp_path, text, answers))
    assert (opened.title, opened.day, opened.by) == ("Wave 1", "2026-11-25", "scale")
    assert opened.settings == an.Settings(0.9, 500, 7, 0.5, 5, disclose=True, synthetic=True)
    assert opened.source == {"citation": "Us", "licence": "None"}
    couples = opened.couples()
    assert couples.items.to_numpy().tolist()[0][0] == 4
    assert couples.reasons.to_numpy().tolist()[1][:2] == ["refused", "refused"]
    assert couples.reasons["b"].tolist()[0] == "not_asked"
    assert couples.scores["total"].tolist() == [7.5, 3]
    assert couples.groups is not None
    assert couples.groups.tolist() == ["new"]
    assert couples.ledger["reason"].tolist() == ["", "", "site is not A or B", "wave is not 0"]


def test_a_wide_study_with_exchangeable_partners(tmp_path: Path) -> None:
    text = 'data = "answers.csv"\ncodebook = "book"\n[couples]\nwide = "{item}_{partner}"\npartners = ["1", "2"]\n'
    couples = an.open_study(study(tmp_path, text, "a_1,a_2,b_1,b_2\n1,2,3,4\n")).couples()
    assert couples.roles is None
    assert couples.items.to_numpy().tolist() == [[1, 3], [2, 4]]


def test_a_study_of_one_respondent_a_couple(tmp_path: Path) -> None:
    text = 'data = "answers.csv"\ncodebook = "book"\n[couples]\none_person = true\n'
    assert an.open_study(study(tmp_path, text)).couples().partners == ("respondent",)


TWO_FILES = 'codebook = "book"\ndata = {w = "w.csv", m = "m.csv"}\n[couples]\nid = "id"\n'


@pytest.mark.parametrize("roles", ['{w = "woman", m = "man"}', '{f = "w", g = "m"}'])
def test_a_study_of_one_file_a_partner_names_them_by_mark_or_label(tmp_path: Path, roles: str) -> None:
    write(tmp_path, "id,a,b\nx,4,5\n", "w.csv")
    write(tmp_path, "id,a,b\nX,2,1\n", "m.csv")
    opened = an.open_study(study(tmp_path, f"{TWO_FILES}roles = {roles}\n"))
    couples = opened.couples()
    assert couples.items.to_numpy().tolist() == [[4, 5], [2, 1]]
    assert [path.name for path in opened.files] == ["w.csv", "m.csv"]


def test_another_file_can_be_given_for_the_data(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = write(tmp_path / "elsewhere", "id,who,a,b\nz,w,1,1\n", "other.csv")
    opened = an.open_study(study(tmp_path), other)
    assert opened.files == [other]
    assert opened.couples().items.index[0] == ("z", "woman")
    assert opened.frame().index[0] == ("other.csv", 2)


def test_two_files_can_be_given_instead_of_one(tmp_path: Path) -> None:
    women, men = write(tmp_path, "id,a,b\nx,4,5\n", "w.csv"), write(tmp_path, "id,a,b\nx,2,1\n", "m.csv")
    couples = an.open_study(study(tmp_path), {"woman": women, "man": str(men)}).couples()
    assert couples.items.to_numpy().tolist() == [[4, 5], [2, 1]]


def test_a_study_without_data_needs_the_file(tmp_path: Path) -> None:
    text = f'codebook = "book"\n{LONG}'
    assert refused(tmp_path, text) == 'study.toml names no data; add data = "FILE", or give the file with --data.'
    assert an.open_study(study(tmp_path, text), tmp_path / "answers.csv").couples().n == 2


def test_a_data_file_that_is_not_there_is_refused_when_it_is_read(tmp_path: Path) -> None:
    opened = an.open_study(study(tmp_path, PLAIN.replace("answers.csv", "answer.csv")))
    assert "Did you mean 'answers.csv'?" in message(an.DataError, opened.couples)


def test_the_title_is_else_the_folders_name(tmp_path: Path) -> None:
    assert an.open_study(study(tmp_path)).title == tmp_path.name
    assert an.open_study(study(tmp_path, f'title = " "\n{PLAIN}')).title == tmp_path.name


def test_a_title_is_one_line_without_control_characters(tmp_path: Path) -> None:
    opened = an.open_study(study(tmp_path, f'title = "One\\u0000\\u0007 line,\\n\\tÄ 研究"\n{PLAIN}'))
    assert opened.title == "One line, Ä 研究"


@pytest.mark.parametrize(
    ("date", "day"), [('date = "2026-11-25"', "2026-11-25"), ("date = 2026-11-25", "2026-11-25"), ("", "")]
)
def test_a_date_may_be_written_in_two_ways_or_left_out(tmp_path: Path, date: str, day: str) -> None:
    assert an.open_study(study(tmp_path, f"{date}\n{PLAIN}")).day == day


def test_the_hash_of_the_study_is_that_of_its_file(tmp_path: Path) -> None:
    path = study(tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert an.open_study(path).sha256 == digest == file_sha256(path)
    assert digest not in repr(an.open_study(path))


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_the_right_data_file_is_not_spoken_of(tmp_path: Path, change: object) -> None:
    digest = hashlib.sha256(ANSWERS.encode()).hexdigest()
    assert callable(change)
    text = f'{PLAIN}[source]\nsha256 = "{change(digest)}"\n'
    assert len(an.open_study(study(tmp_path, text)).couples().notes) == 1


def test_another_data_file_is_noted(tmp_path: Path) -> None:
    couples = an.open_study(study(tmp_path, f'{PLAIN}[source]\nsha256 = "{"0" * 64}"\n')).couples()
    assert couples.notes[-1] == (
        "answers.csv is not the file that this study was written for: its SHA-256 differs from [source] sha256."
    )


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert an.open_study(study(tmp_path, b"\xef\xbb\xbf" + PLAIN.encode())).couples().n == 2


# Codebooks


@pytest.mark.parametrize(("name", "scales"), [("built-in", 15), ("built-in+M", 16)])
def test_the_built_in_codebook_is_named(tmp_path: Path, name: str, scales: int) -> None:
    opened = an.open_study(study(tmp_path, PLAIN.replace('"book"', f'"{name}"')))
    assert len(opened.codebook.scales) == scales
    assert len(an.open_study(study(tmp_path, 'data = "answers.csv"\n')).codebook.scales) == 15


def test_finished_scores_alone_need_no_codebook(tmp_path: Path) -> None:
    text = PLAIN.replace('codebook = "book"\n', "") + 'scores = ["a", "b"]\n'
    couples = an.open_study(study(tmp_path, text)).couples()
    assert couples.codebook.codes == ("a", "b")
    assert couples.scores["a"].tolist()[:3] == [4, 2, 3]


def test_a_study_without_codebook_and_scores_has_the_built_in_one(tmp_path: Path) -> None:
    assert an.open_study(study(tmp_path, PLAIN.replace('codebook = "book"\n', ""))).codebook == an.built_in()


def test_a_study_prints_what_it_says_and_escapes_it(tmp_path: Path) -> None:
    opened = an.open_study(study(tmp_path, f'title = "<b>Us</b>"\n{PLAIN}'))
    assert repr(opened).startswith("Study '<b>Us</b>'\n")
    assert "data: answers.csv" in repr(opened)
    assert "couples: id = 'id', partner = 'who'" in repr(opened)
    assert "<dd>&lt;b&gt;Us&lt;/b&gt;</dd>" in opened._repr_html_()
    assert "<dt>date</dt>" not in opened._repr_html_()


def test_items_can_be_scored_by_indicator(tmp_path: Path) -> None:
    path = study(tmp_path, f'{PLAIN}[analysis]\nby = "indicator"\n')
    write(tmp_path / "book", "item,scale,indicator\na,S,H1\nb,S,\n", "items.csv")
    opened = an.open_study(path)
    assert opened.by == "indicator"
    assert opened.codebook.codes == ("H1",)
    assert "1 of 2 items are coded to no indicator and are left out." in opened.couples().notes


@pytest.mark.parametrize(
    ("name", "guess"), [("boook", " Did you mean 'book'?"), ("builtin", " Did you mean 'built-in'?")]
)
def test_an_unknown_codebook_folder_is_refused_with_the_nearest(tmp_path: Path, name: str, guess: str) -> None:
    said = refused(tmp_path, PLAIN.replace('"book"', f'"{name}"'))
    assert said.startswith(
        f"There is no codebook folder '{name}' beside study.toml.{guess} Name the folder that holds "
    )
    assert said.endswith('items.csv, or write codebook = "built-in".')


def test_a_faulty_codebook_is_refused_on_opening(tmp_path: Path) -> None:
    path = study(tmp_path)
    write(tmp_path / "book", "item,scale\na,H\na,H\n", "items.csv")
    assert "item 'a' stands there 2 times" in message(an.CodebookError, an.open_study, path)


def test_missing_values_of_an_unknown_item_are_refused_with_the_nearest(tmp_path: Path) -> None:
    opened = an.open_study(study(tmp_path, f"{PLAIN}[answers.item.A]\nmissing = {{skipped = [0]}}\n"))
    said = message(an.StudyError, opened.couples)
    assert "[answers.item] names items that are not in the codebook:" in said
    assert "'A'. Did you mean 'a'?" in said


# Files that are none


def test_a_missing_study_is_refused_with_the_nearest_and_the_template(tmp_path: Path) -> None:
    study(tmp_path)
    said = message(an.StudyError, an.open_study, tmp_path / "studi.toml")
    assert said.startswith("There is no file '")
    assert "studi.toml'. Did you mean 'study.toml'?" in said
    assert said.endswith("A study starts from a copy of the folder data/template.")
    assert "There is no file" in message(an.StudyError, an.open_study, tmp_path / "nowhere" / "study.toml")
    (tmp_path / "empty").mkdir()
    assert "study.toml'" in message(an.StudyError, an.open_study, tmp_path / "empty")


@pytest.mark.parametrize("text", ["title = Wave 1", "[couples", "a = 1\na = 2", "title = 'x", "a ="])
def test_what_is_no_toml_is_refused_with_line_and_rules(tmp_path: Path, text: str) -> None:
    said = refused(tmp_path, text)
    assert said.startswith("'study.toml' cannot be read as TOML: ")
    assert "line " in said
    assert "Texts stand in quotation marks, lists in [ ], and a section's name in [ ] on a line of its own." in said


def test_what_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, 'title = "Müde"'.encode("cp1252"))
    assert said == "'study.toml' is not UTF-8 text. Save it as UTF-8."


def test_all_faults_of_the_keys_are_listed_at_once(tmp_path: Path) -> None:
    said = refused(tmp_path, 'titel = "x"\n[couples]\npartnr = "who"\nwide = 1\n[analysis]\nseed = "1"\n')
    assert said.splitlines() == [
        "study.toml has 4 faults:",
        "  study.toml has no key 'titel'. Did you mean 'title'?",
        "  section [couples] has no key 'partnr'. Did you mean 'partner'?",
        "  couples.wide is 1; it takes a text in quotation marks",
        '  analysis.seed is "1"; it takes a whole number',
    ]
    assert refused(tmp_path, "titel = 1\n").startswith("study.toml has 1 fault:\n")


def test_settings_out_of_range_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, f"{PLAIN}[analysis]\nconfidence = 95\n")
    assert said == "confidence is 95; allowed is a number from 0.5 to 0.999, such as 0.95."


def test_the_demo_is_a_study_of_two_hundred_synthetic_couples() -> None:
    opened = an.open_study(an.demo())
    assert opened.settings.synthetic
    assert opened.couples().n == 200
