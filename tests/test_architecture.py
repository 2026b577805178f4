"""Rooms import downwards only, by the table in docs/architecture.md, and modules load nothing heavy."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "pfp_sensors"
ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / PACKAGE).rglob("*.py"))
HEAVY = (
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "rich",
    "bleak",
    "bumble",
    "vqf",
    "starlette",
    "jinja2",
    "uvicorn",
)
RADIO = ("bleak", "bumble")
MAY_LOAD = {"rig": RADIO, "web": ("starlette",)}
MAX_LINES = 300
FIRST_FLOOR_WITH_SYNTH = 5
ENTRANCES = ("__init__", "__main__")  # the package's own front doors belong to no room


# --- the rules, read from the table ---------------------------------------------------------------


def read_floor_plan(text: str) -> dict[str, tuple[int, str]]:
    """Return room -> (floor, what it may import) from the table of the architecture page."""
    rows = re.findall(r"^\| (\d) \| `(\w+)` \|[^|]*\| ([^|]+?) \|$", text, re.MULTILINE)
    return {room: (int(floor), allowed) for floor, room, allowed in rows}


def may_import(room: str, other: str, plan: dict[str, tuple[int, str]]) -> bool:
    """Tell whether the table lets one room import another."""
    floor, allowed = plan[room]
    if other == room:
        return True
    if other == "synth" and floor < FIRST_FLOOR_WITH_SYNTH:
        return False
    if allowed == "all":
        return True
    span = re.match(r"(\d)(?:-(\d))?", allowed)
    if span and int(span[1]) <= plan[other][0] <= int(span[2] or span[1]):
        return True
    return other in re.findall(r"[a-z]+", allowed)


PLAN = read_floor_plan((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))


# --- what the code does ---------------------------------------------------------------------------


def is_import(node: ast.AST) -> TypeGuard[ast.Import | ast.ImportFrom]:
    return isinstance(node, ast.Import | ast.ImportFrom)


def imported_names(node: ast.stmt, package: str) -> list[str]:
    """Return the full module names that an import statement asks for."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        base = ".".join([*parts, *([node.module] if node.module else [])])
        return [f"{base}.{alias.name}" for alias in node.names]
    return []


def statements_run_at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run while a module loads: all but functions and TYPE_CHECKING blocks."""
    for node in body:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        blocks = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            blocks = [node.orelse]
        blocks += [handler.body for handler in getattr(node, "handlers", [])]
        for block in blocks:
            yield from statements_run_at_import(block)


def room_of(file: Path, root: Path) -> str:
    return file.relative_to(root / PACKAGE).with_suffix("").parts[0]


def package_of(file: Path, root: Path) -> str:
    return ".".join(file.relative_to(root).parent.parts)


def forbidden_imports(source: str, file: Path, root: Path, plan: dict[str, tuple[int, str]]) -> list[str]:
    """Return a line for each import that the floor plan does not allow, wherever it stands in the file."""
    room, found = room_of(file, root), []
    for node in filter(is_import, ast.walk(ast.parse(source))):
        for name in imported_names(node, package_of(file, root)):
            top, *rest = name.split(".")
            if top != PACKAGE or rest == ["__version__"]:
                continue
            if not rest or rest[0] not in plan or not may_import(room, rest[0], plan):
                found.append(f"{room} (line {node.lineno}) imports {name}")
    return found


def heavy_at_import(source: str) -> list[str]:
    """Return the third-party names other than numpy that a module imports while it loads."""
    names = {
        name.split(".")[0]
        for node in statements_run_at_import(ast.parse(source).body)
        for name in imported_names(node, PACKAGE)
    }
    return sorted(names - set(sys.stdlib_module_names) - {PACKAGE, "numpy"})


def is_radio_file(source: str, room: str) -> bool:
    """Tell whether a file derives its classes from a Bluetooth library's: in ``rig`` that is allowed."""
    return room == "rig" and not set(RADIO).isdisjoint(heavy_at_import(source))


def early_radio_imports(source: str, file: Path, root: Path, radio_files: frozenset[str]) -> list[str]:
    """Return the modules with a Bluetooth or web library that a file without one imports while it loads."""
    if room_of(file, root) == "web" or is_radio_file(source, room_of(file, root)):
        return []
    names = {
        name
        for node in statements_run_at_import(ast.parse(source).body)
        for name in imported_names(node, package_of(file, root))
    }
    return sorted(radio for radio in radio_files if any(f"{name}.".startswith(f"{radio}.") for name in names))


def undocumented(source: str) -> list[str]:
    """Return the public functions, classes and methods without a docstring."""
    tree = ast.parse(source)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    members = [*tree.body, *(node for owner in classes for node in owner.body)]
    named = [n for n in members if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    bare = [n.name for n in named if not n.name.startswith("_") and ast.get_docstring(n) is None]
    return bare if ast.get_docstring(tree) else ["the module", *bare]


# --- the tests ------------------------------------------------------------------------------------


def each_file(check: object) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT / PACKAGE)))(check)


def test_every_room_stands_in_the_table() -> None:
    rooms = {room_of(file, ROOT) for file in FILES} - set(ENTRANCES)
    assert rooms, "no package files found"
    assert rooms <= set(PLAN), f"not in docs/architecture.md: {sorted(rooms - set(PLAN))}"


@each_file
def test_imports_follow_the_floor_plan(file: Path) -> None:
    if room_of(file, ROOT) in ENTRANCES:
        return
    assert forbidden_imports(file.read_text(encoding="utf-8"), file, ROOT, PLAN) == []


@each_file
def test_nothing_heavy_is_imported_at_module_level(file: Path) -> None:
    allowed = MAY_LOAD.get(room_of(file, ROOT), ())
    assert set(heavy_at_import(file.read_text(encoding="utf-8"))) <= set(allowed)


RADIO_FILES = frozenset(
    f"{PACKAGE}.rig.{file.stem}"
    for file in FILES
    if is_radio_file(file.read_text(encoding="utf-8"), room_of(file, ROOT))
) | {f"{PACKAGE}.web.{file.stem}" for file in FILES if room_of(file, ROOT) == "web"}


@each_file
def test_files_with_the_radio_are_imported_late(file: Path) -> None:
    assert f"{PACKAGE}.rig.air" in RADIO_FILES
    assert early_radio_imports(file.read_text(encoding="utf-8"), file, ROOT, RADIO_FILES) == []


@each_file
def test_public_things_are_documented(file: Path) -> None:
    assert undocumented(file.read_text(encoding="utf-8")) == []


def test_files_stay_short() -> None:
    lengths = {str(f.relative_to(ROOT)): len(f.read_text(encoding="utf-8").splitlines()) for f in FILES}
    assert {name: n for name, n in lengths.items() if n > MAX_LINES} == {}


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("gait/contacts.py", "from pfp_sensors.synth import runner"),
        ("gait/contacts.py", "from pfp_sensors import formats"),
        ("gait/contacts.py", "def f():\n    import pfp_sensors.analyse"),
        ("analyse.py", "from .synth.runner import simulate"),
        ("signal/filters.py", "from ..gait import contacts"),
        ("model/run.py", "from ..settings import signal"),
        ("report/text.py", "from pfp_sensors.analyse import analyse"),
        ("actions/bring_in.py", "if True:\n    from ..cli import main"),
        ("units.py", "from . import errors"),
        ("gait/contacts.py", "from pfp_sensors import find_contacts"),
    ],
)
def test_the_check_sees_a_forbidden_import(file: str, source: str) -> None:
    assert forbidden_imports(source, ROOT / PACKAGE / file, ROOT, PLAN) != []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("gait/contacts.py", "from ..signal import filters\nfrom . import bouts"),
        ("analyse.py", "from .gait import bouts\nfrom .formats import csv"),
        ("analyse.py", "import pfp_sensors.signal.filters"),
        ("report/text.py", "from ..model.summary import RunSummary\nfrom ..load import tier"),
        ("cli/simulate.py", "from ..synth import runner\nfrom pfp_sensors import __version__"),
    ],
)
def test_the_check_lets_a_good_import_pass(file: str, source: str) -> None:
    assert forbidden_imports(source, ROOT / PACKAGE / file, ROOT, PLAN) == []


def test_the_check_sees_a_heavy_import() -> None:
    assert heavy_at_import("try:\n    import scipy.signal\nexcept ImportError:\n    pass") == ["scipy"]
    assert heavy_at_import("class A:\n    import pandas as pd") == ["pandas"]
    assert heavy_at_import("import numpy as np\ndef f():\n    import scipy") == []
    assert heavy_at_import("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas") == []


def test_the_check_sees_a_radio_that_is_imported_early() -> None:
    radio, world = frozenset({"pfp_sensors.rig.air"}), ROOT / PACKAGE / "rig/world.py"
    for source in (
        "from pfp_sensors.rig import air",
        "from pfp_sensors.rig.air import PacedAir",
        "import pfp_sensors.rig.air",
        "from .air import PacedAir",
    ):
        assert early_radio_imports(source, world, ROOT, radio) == ["pfp_sensors.rig.air"]
    for source in (
        "def f():\n    from pfp_sensors.rig import air",
        "import bumble\nfrom .air import PacedAir",
    ):
        assert early_radio_imports(source, world, ROOT, radio) == []
    assert not is_radio_file("import bleak", "link")


def test_the_check_sees_a_missing_docstring() -> None:
    source = '"""M."""\nclass A:\n    """A."""\n    def b(self): ...\n    def _c(self): ...'
    assert undocumented(source) == ["b"]


HELP = f"from {PACKAGE}.cli import main\nassert main(['--help']) == 0"


def loaded_by(code: str) -> set[str]:
    """Return the heavy packages that a fresh Python has loaded after some code."""
    report = f"\nimport sys\nprint('LOADED', *[m for m in {HEAVY!r} if m in sys.modules])"
    command = [sys.executable, "-c", code + report]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    first, *names = done.stdout.splitlines()[-1].split()
    assert first == "LOADED"
    return set(names)


@pytest.mark.parametrize("code", [f"import {PACKAGE}", HELP], ids=["import", "help"])
def test_start_loads_nothing_heavy(code: str) -> None:
    assert loaded_by(code) == set()


def test_the_rig_loads_no_bluetooth_before_it_is_opened() -> None:
    plain = [f"{PACKAGE}.rig.{name}" for name in ("plans", "world", "extra", "simulate")]
    assert loaded_by(f"import {PACKAGE}.rig, {', '.join(plain)}").isdisjoint(RADIO)
    assert loaded_by(f"import {PACKAGE}.rig.air") >= {"bumble"}
