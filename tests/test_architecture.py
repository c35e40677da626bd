"""The house stands as drawn: imports go left to right only, the cellar knows numpy and scipy.special, nothing asserts.

Everything is read with ``ast``, so an import hidden inside a function counts like any other.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "analysis"
LAYERS = (  # a module imports from its own layer and those above; what is not there yet may come
    ("errors", "textfiles", "display", "rules", "settings", "private"),
    ("instrument",),
    ("intake",),
    ("guards",),
    ("couples", "frames"),
    ("study", "study_keys", "study_codings", "codings", "coder_files", "population", "synthetic"),
    ("statistics", "results"),
    ("estimation",),
    ("disclosure", "calibration"),
    ("figures",),
    ("report",),
    ("__main__",),
)
FLOOR = {room: height for height, rooms in enumerate(LAYERS) for room in rooms}
CELLAR = "stats"
ABOVE_CELLAR = FLOOR["couples"]  # the cellar is open to every floor above this one
CELLAR_MAY = {"numpy", "scipy", *sys.stdlib_module_names}
FRONT_DOOR = {"__version__"}  # what a room may take from the package itself


def modules(package: Path) -> dict[str, Path]:
    """Return every module of the package by its dotted name inside it; the package's own is an empty name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(tree: ast.AST, name: str, *, is_package: bool) -> Iterator[tuple[str, str]]:
    """Yield (module, name taken from it or "") for every import in a file, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, taken) for alias in node.names for taken in _used(tree, alias))
        elif isinstance(node, ast.ImportFrom):
            yield from ((_absolute(node, name, is_package=is_package), alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value), ""


def _used(tree: ast.AST, alias: ast.alias) -> set[str]:
    """Return which attributes of the package itself a file uses, as ``__version__``; of a module it is no matter."""
    if alias.name != "analysis":
        return {""}
    called = alias.asname or alias.name
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return {node.attr for node in nodes if isinstance(node.value, ast.Name) and node.value.id == called} or {""}


def _absolute(node: ast.ImportFrom, name: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    here = ["analysis", *filter(None, name.split("."))]
    base = here[: len(here) - node.level + is_package]
    return ".".join([*base, *filter(None, [node.module])])


def inside(package: Path) -> dict[str, set[str]]:
    """Return which modules of the package each module imports; a name that is no module counts as its module's."""
    known = modules(package)
    graph: dict[str, set[str]] = {}
    for name, path in known.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        graph[name] = set()
        for module, taken in imported(tree, name, is_package=path.name == "__init__.py"):
            if module.split(".")[0] == "analysis":
                target = module.removeprefix("analysis").removeprefix(".")
                longer = ".".join(filter(None, [target, taken]))
                if longer in known:
                    graph[name].add(longer)
                elif target or taken not in FRONT_DOOR:
                    graph[name].add(target)
    return graph


def room(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


def faults(package: Path) -> list[str]:
    """Return every import that climbs, goes through the front door or into the cellar from too low, and strangers."""
    graph = inside(package)
    lines = [f"{name}: stands in no layer" for name in graph if name and room(name) not in {*FLOOR, CELLAR}]
    for name, targets in graph.items():
        if not name or room(name) not in {*FLOOR, CELLAR}:
            continue
        for target in sorted(targets):
            if not target:
                lines.append(f"{name} imports through the front door")
            elif not _may(room(name), room(target)):
                lines.append(f"{name} imports {target}")
    return lines


def _may(user: str, used: str) -> bool:
    if user == CELLAR:
        return used == CELLAR
    if used == CELLAR:
        return FLOOR[user] > ABOVE_CELLAR
    return FLOOR.get(used, len(LAYERS)) <= FLOOR[user]


def cycles(graph: dict[str, set[str]]) -> list[str]:
    """Return one line for every module that reaches itself."""

    def reachable(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(graph.get(start, ()))
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += graph.get(name, ())
        return seen

    return [f"{name} imports itself by a detour" for name in graph if name and name in reachable(name)]


def cellar_faults(package: Path) -> list[str]:
    """Return what the cellar imports beyond the standard library, numpy, scipy.special and itself."""
    lines = []
    for name, path in modules(package).items():
        if room(name) == CELLAR:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for module, taken in imported(tree, name, is_package=path.name == "__init__.py"):
                root = module.split(".")[0]
                whole = f"{module}.{taken}".strip(".")
                if root == "analysis":
                    continue  # a matter of layers
                if root not in CELLAR_MAY or (root == "scipy" and not whole.startswith("scipy.special")):
                    lines.append(f"{name} imports {whole}")
    return lines


def asserts(package: Path) -> list[str]:
    return [
        f"{name} line {node.lineno}"
        for name, path in modules(package).items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]


def test_imports_go_left_to_right_only() -> None:
    assert faults(PACKAGE) == []


def test_no_module_imports_itself_by_a_detour() -> None:
    assert cycles(inside(PACKAGE)) == []


def test_the_cellar_knows_numpy_and_the_fast_part_of_scipy_only() -> None:
    assert cellar_faults(PACKAGE) == []


def test_nothing_in_the_package_asserts() -> None:
    assert asserts(PACKAGE) == []


def test_opening_the_front_door_loads_no_room() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    taken = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in taken}
    assert names <= {"__future__", "importlib", "typing"}


def test_the_checker_sees_the_whole_house() -> None:
    known = modules(PACKAGE)
    assert {"couples", "intake.coding", "stats.factor", "estimation.profiles", ""} <= set(known)
    assert "results" in inside(PACKAGE)["estimation.profiles"]


def house(tmp_path: Path, **files: str) -> Path:
    """Return a package with the given modules; ``intake__coding`` is intake/coding.py."""
    package = tmp_path / "analysis"
    for name, text in files.items():
        path = package.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        for folder in {package, path.parent}:
            (folder / "__init__.py").touch()
    return package


PLANTED = {
    "a climb hidden in a function": (
        {"couples": "def f():\n    from analysis.report.tables import table\n    return table", "report__tables": ""},
        ["couples imports report.tables"],
    ),
    "a climb by import": ({"errors": "import analysis.results", "results": ""}, ["errors imports results"]),
    "a climb by a relative import": (
        {"intake__coding": "from ..couples import Couples", "couples": ""}, ["intake.coding imports couples"]
    ),
    "a climb by import_module": (
        {"guards": "from importlib import import_module\nx = import_module('analysis.study')", "study": ""},
        ["guards imports study"],
    ),
    "a climb of a module from the package": (
        {"estimation__items": "from analysis import figures", "figures__style": ""},
        ["estimation.items imports figures"],
    ),
    "a public name from the front door": (
        {"report__tables": "from analysis import describe"}, ["report.tables imports through the front door"]
    ),
    "the whole front door": (
        {"report__tables": "import analysis as an\nx = an.describe, an.__version__"},
        ["report.tables imports through the front door"]
    ),
    "the cellar from the ground floor": (
        {"intake__scoring": "from analysis.stats import moments", "stats__moments": ""},
        ["intake.scoring imports stats.moments"],
    ),
    "the cellar climbs": (
        {"stats__moments": "from analysis.errors import SurveyError", "errors": ""}, ["stats.moments imports errors"]
    ),
    "a stranger": ({"helpers": ""}, ["helpers: stands in no layer"]),
    "something that is not there": (
        {"results": "from analysis.helpers import x"}, ["results imports helpers"]
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    assert faults(house(tmp_path, **files)) == expected


def test_what_may_be_imported_is_no_fault(tmp_path: Path) -> None:
    package = house(
        tmp_path,
        synthetic="from analysis.couples import Couples\nfrom analysis.stats.value import Array",
        couples="from analysis.errors import SurveyError",
        errors="",
        stats__value="import numpy",
        report__tables="from analysis import __version__\nfrom analysis.results import row",
        report__parts="import analysis\nx = analysis.__version__",
        results="",
    )
    assert faults(package) == []
    assert cellar_faults(package) == []


def test_a_planted_detour_is_found(tmp_path: Path) -> None:
    package = house(
        tmp_path,
        figures__style="def f():\n    from analysis.figures import labels",
        figures__labels="from analysis.figures.style import look",
    )
    assert len(cycles(inside(package))) == 2


@pytest.mark.parametrize(
    "line", ["import pandas", "from scipy import stats", "import scipy.optimize", "def f():\n    import pingouin"]
)
def test_a_planted_stranger_in_the_cellar_is_found(tmp_path: Path, line: str) -> None:
    assert len(cellar_faults(house(tmp_path, stats__moments=line))) == 1


@pytest.mark.parametrize("line", ["from scipy.special import ndtr", "from scipy import special", "import math"])
def test_the_cellars_own_tools_are_no_strangers(tmp_path: Path, line: str) -> None:
    assert cellar_faults(house(tmp_path, stats__moments=line)) == []


def test_a_planted_assert_is_found(tmp_path: Path) -> None:
    assert asserts(house(tmp_path, results="def f(x):\n    assert x")) == ["results line 2"]
