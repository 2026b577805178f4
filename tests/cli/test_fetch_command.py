"""``pfp fetch`` through the front door, from sensors on the virtual Bluetooth link; all of it synthetic."""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from memory_sensors import (
    ADDRESS,
    Capture2Go,
    Faults,
    MemorySensor,
    Movesense,
    capture2go_file,
    counts,
    in_reach,
    movesense_log,
    movesense_values,
)

from pfp_sensors.actions import fetch as action
from pfp_sensors.cli import main
from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.rig.runner_signal import RunnerSignals
from pfp_sensors.synth.settings import PlanPart, RunnerSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from pfp_sensors.link.adapter import Adapter

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def pfp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured) -> Any:
    """Run ``pfp fetch`` with a sensor in reach; return exit code, output and messages."""

    def run(sensor: MemorySensor, *arguments: str, named: str = ADDRESS) -> tuple[int, str, str]:
        @contextlib.asynccontextmanager
        async def opened() -> AsyncIterator[Adapter]:
            async with in_reach([sensor]) as adapter:
                yield adapter

        monkeypatch.setattr(action, "opened_adapter", opened)
        code = main(["fetch", "--sensor", named, *arguments, "--home", str(tmp_path)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def a_run(minutes: float = 1.0) -> bytes:
    """Write a simulated runner's minute as a Capture2Go sensor stores it."""
    plan = (PlanPart("still", 8.0), PlanPart("running", 60.0 * minutes + 2.0))
    signal = RunnerSignals(RunnerSettings(plan=plan, side="left"))(
        SensorPlan(side="left", rate_hz=200.0, acc_range_g=16, gyr_range_dps=2000)
    )
    return capture2go_file(signal.counts(0, int(60 * minutes + 8) * 200))


def test_a_run_is_fetched_and_summarised(pfp: Any, tmp_path: Path) -> None:
    sensor = Capture2Go(held={"2026-05-01_run": a_run()})
    code, out, err = pfp(sensor, "--side", "left", named=sensor.name)
    (folder,) = (tmp_path / "runs").iterdir()
    assert (code, err) == (0, "")
    assert (
        f"Run 0 (2026-05-01_run), {len(sensor.held['2026-05-01_run']) / 1000:.0f} kB: fetched: {folder}"
        in out
    )
    assert "13600 samples kept, 0 lost, 0 repeated" in out
    assert "cadence 1" in out
    assert "landing impact" in out
    assert "(unverified)" in out
    assert main(["analyze", str(folder)]) == 0
    code, out, _ = pfp(sensor)
    assert code == 0
    assert f"here already: {folder}" in out


def test_the_list_names_each_run(pfp: Any, tmp_path: Path) -> None:
    held = {1: movesense_log(movesense_values(2 * 300)), 12: movesense_log(movesense_values(2 * 60))}
    code, out, _ = pfp(Movesense(held=held), "--list")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "Movesense 0042   Movesense (GATT sensor data firmware)   serial 0042"
    assert lines[1].split() == ["1", f"{len(held[1]) / 1000:.0f}", "kB", "2026-05-01", "12:00:00", "UTC"]
    assert lines[2].split() == ["12", f"{len(held[12])}", "B", "2026-05-01", "12:00:00", "UTC"]
    assert "(unverified)" in out
    assert not (tmp_path / "runs").exists()
    assert "Its memory is empty." in pfp(Movesense(), "--list")[1]
    assert pfp(Movesense())[:2] == (0, f"{lines[0]}\nIts memory is empty.\n")


def test_json_is_one_object(pfp: Any, tmp_path: Path) -> None:
    sensor = Capture2Go(held={"a": capture2go_file(counts(80)), "b": b"nothing of use"})
    code, out, err = pfp(sensor, "--json")
    document = json.loads(out, parse_constant=pytest.fail)
    assert code == 3
    assert re.sub(r"(?m)^\d of 2 runs: .*\n", "", err) == "", "more than signs of life"
    assert (document["schema"], document["sensor"]["kind"]) == ("pfp.fetch/1", "capture2go")
    first, second = document["runs"]
    assert (first["id"], first["name"], first["state"], first["rows"]) == (
        "0",
        "a",
        "fetched",
        {"IMU_bc7f": 80},
    )
    assert (second["state"], second["error"]["code"]) == ("failed", 3)
    assert (tmp_path / "runs").exists()
    listed = json.loads(pfp(sensor, "--list", "--json")[1])
    assert [run["folder"] for run in listed["runs"]] == [first["folder"], second["folder"]]


def test_what_cannot_be_understood_is_exit_3_and_keeps_its_bytes(pfp: Any, tmp_path: Path) -> None:
    code, out, err = pfp(Movesense(held={4: b"SBEM0112 and then nothing that is known"}))
    (kept,) = (tmp_path / "runs").glob("*/download.bin")
    assert code == 3
    assert "cannot be understood" in err
    assert "download.bin" in err
    assert kept.read_bytes().startswith(b"SBEM0112")
    assert "fetched" not in out


@pytest.mark.parametrize("arguments", [("--entry", "9"), ("--list", "--entry", "1"), ("--side", "both")])
def test_wrong_usage_is_exit_2(arguments: tuple[str, ...], pfp: Any) -> None:
    assert pfp(Movesense(held={1: b"x"}), *arguments)[0] == 2


def test_a_sensor_that_does_not_do_it_is_exit_5(pfp: Any, tmp_path: Path) -> None:
    code, _, err = pfp(Capture2Go(state=3))
    assert (code, "recording to its own memory" in err) == (5, True)
    lost = Faults(cut_at=frozenset(range(30, 3000)))
    code, _, err = pfp(Capture2Go(held={"run": capture2go_file(counts(8 * 100))}, faults=lost))
    assert (code, err.startswith("Run 0 (run), 12 kB: ")) == (5, True)
    assert list((tmp_path).glob("runs/*")) == []
