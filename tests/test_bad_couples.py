"""Files that no study should have: each is named, stands in the ledger, and ends no analysis with a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from surveys import message, write

import analysis as an
from analysis.__main__ import main
from analysis.stats.value import Array

SCALES = ("H1", "H2", "U1")
NAMES = [f"{scale}_{j}" for scale in SCALES for j in range(1, 4)]
ITEMS = "item,scale,minimum,maximum\n" + "".join(f"{name},{name[:2]},1,5\n" for name in NAMES)
ABOUT = "scale,name,valence\nH1,One,healthy\nH2,Two,healthy\nU1,Three,unhealthy\n"
ROLES = 'roles = {w = "woman", m = "man"}'
Rows = list[list[object]]
VERBS = (
    an.describe, an.items, an.reliability, an.factor_fit, an.scale_pairs, an.partner_reliability,
    an.block_reliability, an.agreement, an.item_agreement, an.distinguishability, an.invariance, an.profiles,
)  # fmt: skip


def rows(couples: int = 24, change: Callable[[Array], None] | None = None, *, wave: str = "0") -> Rows:
    """Return file rows: couple, mark, wave, person, answers."""
    rng = np.random.default_rng(couples)
    n = (couples, 2, len(NAMES))
    mood = 3 + 0.7 * rng.normal(size=(couples, 1, 1)) + 0.6 * rng.normal(size=(couples, 2, 1)) + rng.normal(size=n)
    cells = np.clip(np.round(mood), 1, 5).astype(int).astype(object)
    if change:
        change(cells)
    return [[f"c{c}", "wm"[p], wave, f"p{c}{'ab'[p]}", *cells[c, p]] for c, p in np.ndindex(couples, 2)]


def _one(cells: Array) -> None:
    cells[...] = 3


def _identical(cells: Array) -> None:
    cells[...] = cells[:1]


def _perfect(cells: Array) -> None:
    cells[:, 1] = cells[:, 0]


def _blank(cells: Array) -> None:
    cells[:4] = ""


def _of_one_mark() -> Rows:
    return [row for row in rows() if row[1] == "w"]


def _three() -> Rows:
    return [*rows(), ["c1", "x", "0", "p1c", *[3] * len(NAMES)]]


def _changing() -> Rows:
    """Return two waves; who is marked w in the first is marked m in the second."""
    second = rows(wave="1")
    for row in second:
        row[1] = {"w": "m", "m": "w"}[str(row[1])]
    return [*rows(), *second]


def _bigamist() -> Rows:
    found = rows()
    found[2][3] = found[0][3]  # the woman of c1 is the woman of c0
    found[9][3] = found[8][3]  # both partners of c4 are one person
    return found


def study(folder: Path, lines: Rows, couples: str = ROLES) -> Path:
    (folder / "book").mkdir(exist_ok=True)
    write(folder / "book", ITEMS, "items.csv")
    write(folder / "book", ABOUT, "scales.csv")
    cells: Rows = [["id", "who", "wave", "person", *NAMES], *lines]
    write(folder, "".join(",".join(map(str, row)) + "\n" for row in cells), "answers.csv")
    layout = f'[couples]\nid = "id"\npartner = "who"\n{couples}\n'
    write(folder, f'data = "answers.csv"\ncodebook = "book"\n{layout}[analysis]\nresamples = 100\n', "study.toml")
    return folder


ALLOWED: dict[str, tuple[Callable[[], Rows], str]] = {
    "one category": (lambda: rows(change=_one), "everybody gave the same answer, or a partner always did"),
    "two couples": (lambda: rows(2), "Comparing partners needs 3 couples with answers from both"),
    "all couples identical": (lambda: rows(change=_identical), "a partner's scores do not vary"),
    "perfect agreement": (lambda: rows(change=_perfect), "a perfect correlation leaves no interval and no test"),
    "a role nobody has": (_of_one_mark, "couples that have them: 0"),
    "couples with both partners blank": (lambda: rows(change=_blank), ""),
}
every_case = pytest.mark.parametrize("case", ALLOWED)
with_roles = pytest.mark.parametrize("roles", [ROLES, ""], ids=["roles", "exchangeable"])


@with_roles
@every_case
def test_every_verb_gives_numbers_or_reasons(case: str, roles: str, tmp_path: Path) -> None:
    couples = an.open_study(study(tmp_path, ALLOWED[case][0](), roles)).couples()
    said = set()
    for verb in VERBS:
        table = verb(couples)
        said |= {*table.notes, *table.frame["note"]}
        for row in table:
            assert np.isfinite(row["estimate"]) or row["note"], (verb.__name__, row)
            numbers = [value for value in row.values() if isinstance(value, float)]
            assert not np.isinf(numbers).any(), (verb.__name__, row)
    wanted = ALLOWED[case][1]
    if roles or case != "all couples identical":  # exchangeable partners of identical couples differ, all alike
        assert any(wanted in sentence for sentence in said), said


@with_roles
@every_case
def test_check_and_report_end_without_a_traceback(
    case: str, roles: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study(tmp_path, ALLOWED[case][0](), roles)
    assert main(["check", str(folder)]) == 0
    assert len(capsys.readouterr().out.splitlines()) <= 40
    assert main(["report", str(folder), "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"Report: {tmp_path / 'out' / 'report.html'}\n"


def test_a_role_nobody_has_is_named(tmp_path: Path) -> None:
    couples = an.open_study(study(tmp_path, _of_one_mark())).couples()
    assert "Nobody is marked 'm' in the column 'who', which holds 'w'." in couples.notes
    assert couples.n_both == 0
    for verb in (an.agreement, an.item_agreement, an.distinguishability, an.invariance):
        (sentence,) = verb(couples).notes
        assert "couples that have them: 0" in sentence


def test_blank_couples_stand_in_the_ledger_with_the_reason(tmp_path: Path) -> None:
    couples = an.open_study(study(tmp_path, rows(change=_blank))).couples()
    out = couples.ledger[~couples.ledger["kept"]]
    assert out["couple"].tolist() == [f"c{c}" for c in (0, 0, 1, 1, 2, 2, 3, 3)]
    assert set(out["reason"]) == {"no answer to any item"}
    assert couples.n == 20


def refused(folder: Path, lines: Rows, capsys: pytest.CaptureFixture[str], couples: str = ROLES) -> str:
    """Return what both commands say when they leave with 2: one screen."""
    folder = study(folder, lines, couples)
    said = []
    for words in (["check", str(folder)], ["report", str(folder), "--out", str(folder / "out")]):
        assert main(words) == 2
        said.append(capsys.readouterr().err)
    assert said[0] == said[1]
    assert len(said[0].splitlines()) <= 40
    assert not (folder / "out" / "report.html").exists()
    return said[0].strip()


def test_a_third_role_in_the_file_is_named_with_the_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(tmp_path, _three(), capsys) == (
        "The column 'who' holds 'x' (1 row), but roles names only 'w', 'm'. Name the marks as the file has them, mend "
        "the cells, or take these rows out with where."
    )


def test_a_third_role_in_the_study_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(tmp_path, _three(), capsys, 'roles = {w = "woman", m = "man", x = "other"}')
    assert said == "A couple has two partners, but the marks named are 'w', 'm', 'x'. Name two different ones."


def test_a_couple_of_three_leaves_by_name_where_partners_are_exchangeable(tmp_path: Path) -> None:
    couples = an.open_study(study(tmp_path, _three(), "")).couples()
    out = couples.ledger[~couples.ledger["kept"]]
    assert set(out["couple"]) == {"c1"}
    assert set(out["reason"]) == {"3 rows where a couple has 2"}
    assert any("'c1', 3 rows where a couple has 2" in note for note in couples.private_notes)


# Waves


@with_roles
def test_waves_in_one_file_are_refused_with_the_column_that_tells_them_apart(
    roles: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(tmp_path, _changing(), capsys, roles) == (
        "No couple is left, every row is out: 4 rows where a couple has 2 (96 rows). The column 'wave' tells the rows "
        "of a couple apart ('0', '1'). If these are waves, take one of them with where, such as {wave = \"0\"}."
    )


def test_a_role_that_changes_between_waves_is_that_of_the_wave_that_is_taken(tmp_path: Path) -> None:
    for wave, first in (("0", "p0a"), ("1", "p0b")):
        folder = study(tmp_path, _changing(), f'{ROLES}\nwhere = {{wave = "{wave}"}}')
        couples = an.open_study(folder).couples()
        assert (couples.n, couples.n_both) == (24, 24)
        frame = an.open_study(folder).frame()
        row = frame[(frame["wave"] == wave) & (frame["person"] == first)].iloc[0]
        assert couples.items.loc[("c0", "woman"), "H1_1"] == float(row["H1_1"])


def test_one_role_twice_in_a_couple_is_named_beside_the_waves(tmp_path: Path) -> None:
    again = [[row[0], "w", "1", *row[3:]] for row in rows() if row[1] == "w"][:2]
    firsts = [row for row in rows() if row[0] not in ("c0", "c1") or row[1] == "w"]
    couples = an.open_study(study(tmp_path, [*firsts, *again])).couples()
    out = couples.ledger[~couples.ledger["kept"]]
    assert set(out["reason"]) == {"two rows are both marked 'w'"}
    assert sorted(set(out["couple"])) == ["c0", "c1"]
    (hint,) = [note for note in couples.notes if "tells the rows of a couple apart" in note]
    assert hint.startswith("The column 'wave' tells")


def test_a_column_that_does_not_make_whole_couples_is_no_hint(tmp_path: Path) -> None:
    lines = [*rows(), *rows()[:4]]
    for place, row in enumerate(lines):
        row[2] = str(place)  # a number of its own for each row
        row[4] = 1 + place % 5
    couples = an.open_study(study(tmp_path, lines)).couples()
    assert sorted(set(couples.ledger.loc[~couples.ledger["kept"], "couple"])) == ["c0", "c1"]
    assert not any("tells the rows" in note for note in couples.notes)


# One person in two couples


def test_couples_that_share_a_person_leave_by_name(tmp_path: Path) -> None:
    couples = an.open_study(study(tmp_path, _bigamist(), f'{ROLES}\nperson = "person"')).couples()
    out = couples.ledger[~couples.ledger["kept"]]
    assert out[["couple", "reason"]].to_numpy().tolist() == [
        *[["c0", "a person is in another couple too"]] * 2,
        *[["c1", "a person is in another couple too"]] * 2,
        *[["c4", "both partners are one person"]] * 2,
    ]
    assert "2 couples out, a person is in another couple too: 'p0a' in 'c0', 'c1'." in couples.private_notes
    assert "1 couple out, both partners are one person: 'p4a' in 'c4'." in couples.private_notes
    assert couples.n == 21
    assert not any("nothing used" in note and "person" in note for note in couples.notes)


def test_without_person_ids_nobody_is_taken_for_one_person(tmp_path: Path) -> None:
    lines = _bigamist()
    lines[2][4:] = lines[0][4:]  # equal answers are no proof
    couples = an.open_study(study(tmp_path, lines)).couples()
    assert couples.n == 24


def test_blank_person_ids_are_nobodys(tmp_path: Path) -> None:
    lines = rows()
    for row in lines[:6]:
        row[3] = " "
    assert an.open_study(study(tmp_path, lines, f'{ROLES}\nperson = "person"')).couples().n == 24


def test_where_every_couple_shares_a_person_none_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [[*row[:3], "p", *row[4:]] for row in rows()]
    said = refused(tmp_path, lines, capsys, f'{ROLES}\nperson = "person"')
    assert said.startswith("No couple is left, every row is out: a person is in another couple too (48 rows).")


def test_person_ids_that_are_not_there_or_cannot_be_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(tmp_path, rows(), capsys, f'{ROLES}\nperson = "persn"')
    assert "The person id column 'persn' is not in the file. Did you mean 'person'?" in said
    frame = an.text_cells(an.read(tmp_path / "answers.csv"))
    said = message(an.StudyError, an.pair, frame, wide="{item}_{partner}", partners=["1", "2"], person="person")
    assert said.startswith("wide and person are both given: person is a column of a long file")


# Coders


def test_bad_codings_end_no_command_with_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "couple,partner,coder,H1,U4,U5a\n"
    text += "".join(f"c{c},{p},{who},{int(p == 'w')},1,0\n" for c in range(12) for p in "wm" for who in ("ann", "ben"))
    text += "".join(f"c{c},w,eve,,,\n" for c in range(12))
    write(tmp_path, text, "codes.csv")
    write(tmp_path, f'[couples]\n{ROLES}\n[codings]\nfile = "codes.csv"\n', "study.toml")
    assert main(["check", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "The coder 'eve' coded nothing (12 rows, every code blank) and is left out." in said
    assert "12 file rows out: not coded, every code is blank" in said
    assert "codes that nobody used: U5a" in said
    assert main(["report", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    notes = set(an.coder_agreement(an.open_study(tmp_path).codings()).frame["note"])
    assert "no coder used the code: agreement 100 %, kappa undefined" in notes
    assert "every coder gave the code to everyone alike: agreement 100 %, kappa undefined" in notes
    assert "the coders never differ: no interval" in notes


@pytest.mark.parametrize(("bare", "halves"), [("U2", "U2a or U2b"), ("U3", "U3a or U3b"), ("U5", "U5a or U5b")])
def test_a_bare_code_of_two_scales_is_refused_by_the_commands(
    bare: str, halves: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, extra in (
        (f"couple,partner,coder,{bare}\na,w,ann,1\n", ""),
        (f"couple,partner,coder,x\na,w,ann,{bare}\n", 'codes = "x"\n'),
    ):
        write(tmp_path, text, "codes.csv")
        write(tmp_path, f'[couples]\n{ROLES}\n[codings]\nfile = "codes.csv"\n{extra}', "study.toml")
        assert main(["check", str(tmp_path)]) == 2
        said = capsys.readouterr().err
        assert f"{halves}: a bare {bare} holds two scales that are never averaged" in said


def test_where_the_only_coder_coded_nothing_it_says_what_to_fill_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "couple,partner,coder,H1\n" + "".join(f"c{c},w,eve,\n" for c in range(3)), "codes.csv")
    write(tmp_path, f'[couples]\n{ROLES}\n[codings]\nfile = "codes.csv"\n', "study.toml")
    assert main(["check", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        "No couple is left, every row is out: not coded, every code is blank (3 rows). Fill in couples, partners, "
        "coders and codes; 0 means coded and not there, blank is not coded.\n"
    )


def test_the_codes_of_one_coder_are_called_no_majority(tmp_path: Path) -> None:
    text = "couple,partner,coder,H1\n" + "".join(f"c{c},{p},eve,{c % 2}\n" for c in range(12) for p in "wm")
    write(tmp_path, text, "codes.csv")
    write(tmp_path, f'[couples]\n{ROLES}\n[codings]\nfile = "codes.csv"\n', "study.toml")
    notes = an.open_study(tmp_path).couples().notes
    assert "Codes are those of the only coder, 'eve'." in notes
    assert not any("majority" in note for note in notes)
