"""``pfp scan``: what is in reach, and plain words where nothing is."""

from __future__ import annotations

import json

import pytest

from pfp_sensors.actions import scan as scan_action
from pfp_sensors.actions.scan import FoundSensor
from pfp_sensors.cli import main

Captured = pytest.CaptureFixture[str]
GOOD = FoundSensor(
    "SHANK-L",
    "F0:11",
    -60,
    "open_profile",
    "Open profile",
    evidence="tried in a rig",
    serial="S-1",
    battery_percent=9,
)
UNFIT = FoundSensor("Puck.js 1234", "F0:12", -70, unfit="Puck.js: too few samples for landing peaks.")
OTHER = FoundSensor(None, "F0:13", None)
SHY = FoundSensor(
    "IMU_1", "F0:14", -80, "capture2go", "Capture2Go", evidence="none", problem="It did not answer."
)


def show(found: list[FoundSensor], monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(scan_action, "scan_sensors", lambda *_, **__: found)
    return main(["scan", *options])


def test_simulated_sensors_are_found_asked_and_labelled(capsys: Captured) -> None:
    assert main(["scan", "--simulate", "--seconds", "1"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("SIMULATED sensors: nothing here exists.\n")
    for words in ("SHANK-L", "SHANK-R", "serial SIM-0001", "serial SIM-0002", "battery 87 %", " dBm"):
        assert words in captured.out
    assert "no firmware on a real part has been seen" in " ".join(captured.out.split())
    assert max(map(len, captured.out.splitlines())) <= 80
    assert captured.err == ""


def test_json_without_connecting_leaves_serial_and_battery_unknown(capsys: Captured) -> None:
    assert main(["scan", "--simulate", "--seconds", "1", "--no-connect", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["simulated"]) == ("pfp.scan/1", True)
    assert [one["name"] for one in document["sensors"]] == ["SHANK-L", "SHANK-R"]
    assert all(one["serial"] is None and one["battery_percent"] is None for one in document["sensors"])


def test_what_cannot_be_used_says_why(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    assert show([GOOD, SHY, UNFIT, OTHER], monkeypatch) == 0
    out = capsys.readouterr().out
    assert (
        "SHANK-L   Open profile   serial S-1   -60 dBm   battery 9 %\n  Known so far: tried in a rig.\n"
        in out
    )
    assert "  Could not be asked: It did not answer.\n" in out
    assert "  Cannot be used. Puck.js: too few samples for landing peaks.\n" in out
    assert "1 other Bluetooth device is in reach (`pfp scan --all` lists them).\n" in out
    assert show([GOOD, OTHER], monkeypatch, "--all") == 0
    assert "(no name)   other device\n" in capsys.readouterr().out


@pytest.mark.parametrize("found", [[], [OTHER], [UNFIT]])
def test_nothing_to_use_is_an_answer(
    found: list[FoundSensor], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert show(found, monkeypatch) == 0
    assert "No sensor that can be used is in reach. Switch it on" in capsys.readouterr().out


@pytest.mark.parametrize("seconds", ["0", "121", "-3"])
def test_a_time_out_of_range_is_refused(seconds: str, capsys: Captured) -> None:
    assert main(["scan", "--seconds", seconds, "--json"]) == 2
    error = json.loads(capsys.readouterr().out)
    assert "it must be 0.5 to 120" in error["message"]
    assert error["what_to_do"]
