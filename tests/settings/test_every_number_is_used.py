"""No dead settings: every number is read somewhere, from its own table, not one that has the same key."""

from __future__ import annotations

import ast
from dataclasses import is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest

from pfp_sensors.settings import ImportSettings, RecordSettings, SignalSettings
from pfp_sensors.settings.load_numbers import ByTier
from pfp_sensors.settings.load_rules import LoadSettings
from pfp_sensors.settings.record import CueNumbers

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).resolve().parents[2] / "pfp_sensors"
TABLES = {name: kind.__name__ for name, kind in get_type_hints(SignalSettings).items()}
ONE_TABLE = {ImportSettings: "limits", RecordSettings: "record", CueNumbers: "cue"}
CLASSES = {kind: name for name, kind in TABLES.items()} | {kind.__name__: n for kind, n in ONE_TABLE.items()}
FIELDS = [
    (name, field) for name, kind in get_type_hints(SignalSettings).items() for field in get_type_hints(kind)
] + [(name, field) for kind, name in ONE_TABLE.items() for field in get_type_hints(kind)]


def label(node: ast.expr) -> str:
    """Name a variable or an attribute: ``gates`` of ``gates``, ``settings.gates`` and ``self.gates``."""
    if isinstance(node, ast.BinOp):  # settings: SignalSettings | None
        node = node.left
    if isinstance(node, ast.BoolOp):  # settings or the_shipped_ones()
        node = node.values[0]
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def bound(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield every name of a file with what is bound to it: the annotation or the value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation is not None:
            yield node.arg, node.annotation
        elif isinstance(node, ast.AnnAssign):
            yield label(node.target), node.annotation
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    yield from zip(map(label, target.elts), node.value.elts, strict=False)
                else:
                    yield label(target), node.value


def numbers_read(source: str) -> set[tuple[str, str]]:
    """Return the pairs of table and key that a file reads."""
    tree = ast.parse(source)
    tables: dict[str, set[str]] = {name: {name} for name in TABLES}
    pairs = [(name, label(value)) for name, value in bound(tree)]
    for _ in range(3):  # a name may be handed on
        for name, value in pairs:
            found = {CLASSES[value]} if value in CLASSES else tables.get(value, set())
            tables.setdefault(name, set()).update(found)
    reads = [
        node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    ]
    return {(table, node.attr) for node in reads for table in tables.get(label(node.value), ())}


def test_every_number_is_read() -> None:
    files = [path for path in PACKAGE.rglob("*.py") if path.parent.name != "settings"]
    read = set().union(*(numbers_read(path.read_text(encoding="utf-8")) for path in files))
    assert [f"{table}.{field}" for table, field in FIELDS if (table, field) not in read] == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(settings):\n    return settings.impact.lowpass_hz",
        "def f(settings: ImpactSettings):\n    return settings.lowpass_hz",
        "def f(all):\n    gates, impact = all.gates, all.impact\n    return impact.lowpass_hz",
        "def f(self, all):\n    self._mine = all.impact\ndef g(self):\n    return self._mine.lowpass_hz",
    ],
)
def test_the_check_sees_a_number_read_from_its_table(source: str) -> None:
    assert ("impact", "lowpass_hz") in numbers_read(source)
    assert ("gyro_check", "lowpass_hz") not in numbers_read(source)


def test_the_check_sees_that_a_number_is_only_set() -> None:
    assert numbers_read("impact.lowpass_hz = 3") == set()


# --- load management: tables within tables, read through names of their own ------------------------------

ROOT = ""


def load_tables(prefix: str, kind: type[Any]) -> Iterator[tuple[str, type[Any]]]:
    """Yield every table of load management by its dotted path, the whole with an empty one."""
    yield prefix, kind
    for name, hint in get_type_hints(kind).items():
        if is_dataclass(hint):
            yield from load_tables(f"{prefix}.{name}".strip("."), hint)


LOAD_TABLES = dict(load_tables(ROOT, LoadSettings))
LOAD_NUMBERS = {
    f"{path}.{name}".strip(".")
    for path, kind in LOAD_TABLES.items()
    for name, hint in get_type_hints(kind).items()
    if not is_dataclass(hint)
}
Names = dict[str, set[str]]


def tables_of(node: ast.expr, names: Names) -> set[str]:
    """Find which tables an expression may be."""
    if isinstance(node, (ast.BoolOp, ast.IfExp)):
        parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        return set().union(*(tables_of(part, names) for part in parts))
    if isinstance(node, ast.Call):
        return {ROOT} if label(node.func) == "load_load_settings" else set()
    if isinstance(node, ast.Name):
        return names.get(node.id, set())
    if not isinstance(node, ast.Attribute):
        return set()
    if node.attr == "settings":  # now.settings, frame.settings: whoever carries them
        return {ROOT}
    found = {f"{path}.{node.attr}".strip(".") for path in tables_of(node.value, names)}
    return found & set(LOAD_TABLES)


def names_within(function: ast.AST, outer: Names) -> Names:
    """Tell which names of a function are tables: by annotation, or by what is put into them."""
    names = dict(outer)
    for node in ast.walk(function):
        if isinstance(node, ast.arg) and node.annotation is not None:
            kind = label(node.annotation)
            names[node.arg] = {path for path, of in LOAD_TABLES.items() if of.__name__ == kind}
    for _ in range(3):  # a name may be handed on
        for node in ast.walk(function):
            for target in node.targets if isinstance(node, ast.Assign) else ():
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=True))
                for left, right in pairs:
                    if isinstance(left, ast.Name) and (found := tables_of(right, names)):
                        names[left.id] = names.get(left.id, set()) | found
    return names


def load_numbers_read(source: str) -> set[str]:
    """Return the dotted numbers of load management that a file reads, each function with names of its own."""
    tree = ast.parse(source)
    found: set[str] = set()
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        names = names_within(function, {})
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                for path in tables_of(node.value, names):
                    if node.attr == "at" and LOAD_TABLES[path] is ByTier:
                        found |= {f"{path}.{name}" for name in get_type_hints(ByTier)}
                    found.add(f"{path}.{node.attr}".strip("."))
    return found & LOAD_NUMBERS


def test_every_number_of_load_management_is_read() -> None:
    files = [path for path in PACKAGE.rglob("*.py") if path.parent.name != "settings"]
    read = set().union(*(load_numbers_read(path.read_text(encoding="utf-8")) for path in files))
    assert sorted(LOAD_NUMBERS - read) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(now):\n    return now.settings.gap.factor", {"gap.factor"}),
        ("def f(now):\n    warn = now.settings.warn\n    return warn.factor", {"warn.factor"}),
        ("def f(s: LoadSettings | None):\n    a, b = s.gap, s.warn\n    return a.factor", {"gap.factor"}),
        ("def f(numbers: WarnNumbers):\n    return numbers.factor", {"warn.factor"}),
        ("def f(x):\n    return load_load_settings().start_km", {"start_km"}),
        (
            "def f(now, tier):\n    return now.settings.pain.factor.at(tier)",
            {"pain.factor.tier_0", "pain.factor.tier_1", "pain.factor.tier_2"},
        ),
        ("def f(now):\n    return now.settings.impact.factor.mild", {"impact.factor.mild"}),
        ("def f(now):\n    n = now.settings.gap\ndef g(n):\n    return n.factor", set()),
        ("def f(settings: SignalSettings):\n    return settings.impact.lowpass_hz", set()),
        ("def f(now):\n    now.settings.gap.factor = 1", set()),
        ("def f(run):\n    return run.factor", set()),
    ],
)
def test_the_check_of_load_management_sees_what_is_read_and_nothing_else(
    source: str, expected: set[str]
) -> None:
    assert load_numbers_read(source) == expected
