"""No dead settings: every number is read somewhere, from its own table, not one that has the same key."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

import pytest

from pfp_sensors.settings import ImportSettings, RecordSettings, SignalSettings
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
