"""docs/sensors.md says of each sensor what its driver says, and names every sensor that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pfp_sensors.sensors.registry import KINDS, refused_kind, traits_of

if TYPE_CHECKING:
    from pathlib import Path

_LOSS = {
    "counted": "counted",
    "by_time": "seen by jumps of its clock",
    "not_detectable": "**cannot be detected**",
}


def rows_of(root: Path, first_cell: str) -> list[str]:
    lines = (root / "docs" / "sensors.md").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith(f"| {first_cell} |")]


@pytest.mark.parametrize("kind", KINDS)
def test_each_sensor_stands_there_as_its_driver_says(kind: str, root: Path) -> None:
    traits = traits_of(kind)
    overview, evidence = rows_of(root, traits.title)
    assert _LOSS[traits.loss] in overview
    assert ("**none**" in overview) == (traits.clock == "host")
    assert f"| {traits.clips} |" in evidence
    assert traits.evidence.rstrip(".") in evidence


@pytest.mark.parametrize(
    "name", ["Thingy:52", "Thingy:53", "Polar H10", "Movella DOT", "Puck.js", "Bangle.js"]
)
def test_each_unfit_sensor_says_why(name: str, root: Path) -> None:
    (row,) = rows_of(root, name)
    assert refused_kind(f"{name} 1234", ()) == f"{name}: {row.split('|')[2].strip()}"
