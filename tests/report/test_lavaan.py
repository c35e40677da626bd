"""The export for lavaan: where it may be written, what is in it, and that its syntax is the model of the product."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from handmade import answers, book, couples, items, made
from scipy.optimize import minimize

import analysis as an
from analysis.report.lavaan import syntax
from analysis.stats.levels import LEVELS
from analysis.stats.value import Array

BOOK = book(items("H1", 3), items("U1", 2))
OPEN = {"synthetic": True}


def test_answers_of_couples_are_written_into_private_only(tmp_path: Path) -> None:
    data = made(BOOK)
    with pytest.raises(an.SurveyError) as refused:
        an.export_lavaan(data, tmp_path / "lavaan")
    assert "is not private" in str(refused.value)
    assert "private/lavaan" in str(refused.value)
    assert "disclose = true" in str(refused.value)
    assert not list(tmp_path.iterdir())
    folder = an.export_lavaan(data, tmp_path / "private" / "lavaan").parent
    assert (folder / ".gitignore").read_text() == "*\n"
    assert "partner could use" in (folder / "READ_ME_FIRST.txt").read_text()
    assert "# Private: couples' answers." in (folder / "invariance.R").read_text()


@pytest.mark.parametrize("setting", ["synthetic", "disclose"])
def test_open_studies_may_be_written_anywhere_with_their_stamp(tmp_path: Path, setting: str) -> None:
    script = an.export_lavaan(made(BOOK, settings={setting: True}), tmp_path / "lavaan")
    assert {"synthetic": "# Synthetic data", "disclose": "# Disclosed"}[setting] in script.read_text()
    assert not (tmp_path / "lavaan" / ".gitignore").exists()


def test_a_link_out_of_private_is_not_private(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(an.SurveyError, match="is not private"):
        an.export_lavaan(made(BOOK), tmp_path / "private" / "link")


def test_what_cannot_be_exported_is_said(tmp_path: Path) -> None:
    with pytest.raises(an.SurveyError, match="exchangeable"):
        an.export_lavaan(made(BOOK, roles=None, settings=OPEN), tmp_path)
    with pytest.raises(an.SurveyError, match="No scale has 3 to 12 items"):
        an.export_lavaan(made(book(items("H1", 2)), settings=OPEN), tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(an.SurveyError, match="cannot be used"):
        an.export_lavaan(made(BOOK, settings=OPEN), tmp_path / "file" / "deeper")


def test_answers_are_keyed_wide_and_blank_where_missing(tmp_path: Path) -> None:
    codebook = book([*items("H1", 2), an.Item("H1_3", "H1", 1, 5, keyed=-1)])
    cells = answers(codebook, 20).astype(float)
    cells[0, 0, 0] = np.nan
    data = couples(codebook, cells, settings=OPEN, absent=[(3, 1)])
    table = pd.read_csv(an.export_lavaan(data, tmp_path).parent / "answers.csv")
    assert list(table.columns) == ["couple", "H1_1_w", "H1_2_w", "H1_3_w", "H1_1_m", "H1_2_m", "H1_3_m"]
    np.testing.assert_array_equal(table["H1_3_m"], 6 - np.where(np.arange(20) == 3, np.nan, cells[:, 1, 2]))
    assert table["H1_1_w"].isna().to_list() == [True] + [False] * 19
    assert list(table["couple"]) == [f"c{i}" for i in range(20)]
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == sorted(f"H1_{x}.lav" for x in LEVELS)


def test_names_that_r_cannot_use_are_changed_and_stay_apart(tmp_path: Path) -> None:
    codebook = book([an.Item(name, "H 1", 1, 5) for name in ("1.a b", "1-a b", "für")])
    data = couples(codebook, answers(codebook, 20), roles=("she/her", "he"), settings=OPEN)
    folder = an.export_lavaan(data, tmp_path).parent
    table = pd.read_csv(folder / "answers.csv")
    assert len(set(table.columns)) == 7
    assert all(re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) for name in table.columns)
    assert {path.name for path in (folder / "models").iterdir()} == {f"H_1_{level}.lav" for level in LEVELS}
    assert set(re.findall(r"[\w.]+(?= ~~)", (folder / "models" / "H_1_scalar.lav").read_text())) == {
        *table.columns[1:], "first", "second",
    }  # fmt: skip


class Parsed:
    """A model read from lavaan's syntax: Sigma and mu from numbers for its labels; nothing of the product in it."""

    def __init__(self, text: str, columns: list[str]) -> None:
        self.columns = columns
        self.free: dict[str, int] = {}
        self.terms: list[tuple[str, str, str, float | str]] = []
        for line in text.splitlines():
            left, operator, right = re.split(r" (=~|~~|~) ", line)
            for term in right.split(" + "):
                label, _, name = term.rpartition("*")
                if not (operator == "=~" and label == "NA"):
                    self.terms.append((left, operator, name, self._value(label, left, operator, name)))

    def _value(self, label: str, left: str, operator: str, name: str) -> float | str:
        if label in ("0", "1"):
            return float(label)
        key = label if label not in ("", "NA") else f"{left}{operator}{name}"
        self.free.setdefault(key, len(self.free))
        return key

    def start(self, key: str) -> float:
        """Return where the optimiser starts: plain numbers, nothing that the product would know."""
        if key[1:].isdigit():
            return {"l": 0.8, "m": 0.8, "e": 1.5, "g": 1.5}.get(key[0], 0.0)
        return 1.0 if key == "second~~second" else 0.0

    def moments(self, theta: Array) -> tuple[Array, Array]:
        where = {name: i for i, name in enumerate([*self.columns, "first", "second"])}
        p = len(where)
        paths, own, mean = np.zeros((p, p)), np.zeros((p, p)), np.zeros(p)
        for left, operator, name, value in self.terms:
            number = theta[self.free[value]] if isinstance(value, str) else value
            if operator == "=~":
                paths[where[name], where[left]] = number
            elif operator == "~~":
                own[where[left], where[name]] = own[where[name], where[left]] = number
            else:
                mean[where[left]] = number
        total = np.linalg.inv(np.eye(p) - paths)
        seen = slice(0, len(self.columns))
        return (total @ own @ total.T)[seen, seen], (total @ mean)[seen]


def chi2_by_scipy(model: Parsed, x: Array) -> float:
    n, cov, mean = len(x), np.cov(x.T, ddof=0), x.mean(axis=0)

    def misfit(theta: Array) -> float:
        sigma, mu = model.moments(theta)
        if np.linalg.eigvalsh(sigma)[0] <= 0:
            return 1e3
        second = cov + np.outer(mean - mu, mean - mu)
        ratio = np.linalg.solve(sigma, second)
        return float(np.trace(ratio) + np.linalg.slogdet(sigma)[1] - np.linalg.slogdet(cov)[1] - len(mean))

    at = np.array([model.start(key) for key in model.free])
    for _ in range(3):
        at = minimize(misfit, at, method="BFGS", options={"gtol": 1e-8}).x
    return n * misfit(at)


@pytest.mark.parametrize("level", LEVELS)
def test_the_syntax_is_the_model_of_the_product(tmp_path: Path, level: str) -> None:
    codebook = book(items("H1", 3, low=0, high=20))
    rng = np.random.default_rng(1)
    factor = rng.normal(size=(120, 1, 1)) + rng.normal(size=(120, 2, 1))
    cells = np.clip(np.round(10 + 2 * (factor + rng.normal(size=(120, 2, 3)))), 0, 20)
    data = couples(codebook, cells, settings=OPEN)
    folder = an.export_lavaan(data, tmp_path).parent
    table = pd.read_csv(folder / "answers.csv").drop(columns="couple")
    standard = (table - 10) / 2
    model = Parsed((folder / "models" / f"H1_{level}.lav").read_text(), list(table.columns))
    ours = next(iter(an.invariance(data).where(statistic="invariance", variant=level)))
    assert 6 * 9 / 2 - len(model.free) == ours["df"]
    assert chi2_by_scipy(model, standard.to_numpy()) == pytest.approx(ours["estimate"], abs=1e-4)


def test_the_script_names_every_model_and_its_folder(tmp_path: Path) -> None:
    codebook = book(items("H1", 3), items("U1", 4), items("U2", 13))
    folder = an.export_lavaan(made(codebook, settings=OPEN), tmp_path).parent
    text = (folder / "invariance.R").read_text()
    assert 'for (scale in c("H1", "U1")) {' in text
    assert 'levels <- c("configural", "metric", "scalar", "residual")' in text
    assert len(list((folder / "models").iterdir())) == 8
    assert text.count("{") == text.count("}")


def test_labels_are_equal_where_the_level_says_so() -> None:
    texts = {level: syntax(["a", "b", "c"], ["d", "e", "f"], level) for level in LEVELS}
    for label, first in (("l2", 1), ("t2", 2), ("e2", 3)):
        for place, level in enumerate(LEVELS):
            assert len(re.findall(rf"\b{label}\*", texts[level])) == (2 if place >= first else 1), (label, level)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs R with lavaan")
def test_lavaan_gives_the_same_numbers(tmp_path: Path) -> None:
    data = an.make_couples(120, seed=3)
    script = an.export_lavaan(data, tmp_path)
    done = subprocess.run(["Rscript", script.name], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode and "no package called" in done.stderr:
        pytest.skip("needs lavaan")
    assert done.returncode == 0, done.stderr
    chi2 = [float(value) for value in re.findall(r"^chisq\s+(\S+)", done.stdout, re.MULTILINE)]
    ours = [row["estimate"] for row in an.invariance(data).where(statistic="invariance", variant="configural")]
    np.testing.assert_allclose(chi2, ours, rtol=1e-3)
