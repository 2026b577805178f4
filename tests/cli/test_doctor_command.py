"""``pfp doctor``: what works here, what does not and what to do about it; and the judgement of a sensor."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.actions import doctor as doctor_action
from pfp_sensors.actions.run_from_summary import current_method
from pfp_sensors.cli import main
from pfp_sensors.collect.judge import Check
from pfp_sensors.model.diary import Run
from pfp_sensors.settings import load_signal_settings
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entry

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
GOOD = Check("Bluetooth", True, "Bluetooth works: 3 devices in range.", "an adapter that may be used")
BAD = Check("Bluetooth", False, "Bluetooth is switched off.", "an adapter that may be used", "Switch it on.")


def doctor(bluetooth: Check, home: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(doctor_action, "_bluetooth", lambda: bluetooth)
    return main(["doctor", "--home", str(home), *options])


def test_a_healthy_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    assert doctor(GOOD, tmp_path / "new", monkeypatch) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[0] == "ok       Bluetooth: Bluetooth works: 3 devices in range"
    assert "(will be made)" in " ".join(captured.out.split())
    assert "ok       recordings: none was left unfinished\n" in captured.out
    assert "To do" not in captured.out
    assert not (tmp_path / "new").exists()


def test_what_does_not_work_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert doctor(BAD, tmp_path, monkeypatch) == 5
    assert capsys.readouterr().out.startswith(
        "NOT OK   Bluetooth: Bluetooth is switched off\n"
        "         Needed: an adapter that may be used.\n"
        "         To do: Switch it on.\n"
    )
    assert doctor(BAD, tmp_path, monkeypatch, "--json") == 5
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "pfp.doctor/1"
    assert document["checks"][0]["what_to_do"] == "Switch it on."


def test_an_unfinished_recording_is_named_and_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    folder = tmp_path / "runs" / "20260101-080000"
    folder.mkdir(parents=True)
    (folder / "packets.arrows").write_bytes(b"")
    assert doctor(GOOD, tmp_path, monkeypatch) == 0
    out = capsys.readouterr().out
    assert "NOT OK   recordings: left unfinished: 20260101-080000\n" in out
    assert "To do: `pfp recover` finishes them." in out


def test_a_folder_that_is_a_file_is_no_place_for_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("not a folder")
    code = doctor(GOOD, taken, monkeypatch, "--json")
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert code in {1, 2, 3}
    assert checks["data folder"]["ok"] is False
    assert "--home or PFP_HOME" in checks["data folder"]["what_to_do"]


def test_runs_of_an_older_version_are_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    today = current_method(load_signal_settings())
    at = datetime(2026, 11, 20, 7, tzinfo=UTC)
    with closing(open_diary(tmp_path)) as diary:
        add_entry(diary, Run("r1", at, km=3.0, recording="runs/a", method=today, synthetic=True), at=at)
        add_entry(diary, Run("r2", at, km=3.0, method="older", synthetic=True), at=at)  # no recording here
    assert doctor(GOOD, tmp_path, monkeypatch) == 0
    assert "ok       analyses: all from this version\n" in capsys.readouterr().out
    with closing(open_diary(tmp_path)) as diary:
        add_entry(diary, Run("r3", at, km=3.0, recording="runs/b", method="older", synthetic=True), at=at)
    assert doctor(GOOD, tmp_path, monkeypatch) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert (
        "NOT OK analyses: another version or other settings made those of r3; the recording of r3 is" in out
    )
    assert "To do: `pfp recompute`" in out


def test_what_a_restore_left_behind_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "before-restore-1a2b3c4d").mkdir()
    assert doctor(GOOD, tmp_path, monkeypatch) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "NOT OK restore: a restore left behind what was there before: before-restore-1a2b3c4d" in out
    assert "delete the folder" in out
    assert (tmp_path / "before-restore-1a2b3c4d").exists()


def test_a_damaged_diary_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    (tmp_path / "diary.sqlite3").write_bytes(b"not a database" * 100)
    assert doctor(GOOD, tmp_path, monkeypatch) == 3
    assert "NOT OK   diary:" in capsys.readouterr().out


def test_a_simulated_sensor_at_rest_is_judged(capsys: Captured) -> None:
    assert main(["doctor", "--sensor", "SHANK-L", "--simulate", "--seconds", "10"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("SIMULATED sensor: nothing here was measured.\n")
    marks = dict(
        reversed(line.split(":")[0].split(None, 1))
        for line in captured.out.splitlines()[1:]
        if line[0] != " "
    )
    assert marks.pop("drift") == "unknown"
    assert set(marks) == {
        "rate",
        "rate as it says",
        "jitter",
        "loss",
        "clock",
        "restarts",
        "range",
        "gravity at rest",
        "rotation at rest",
    }
    assert set(marks.values()) == {"ok"}
    assert "To do: Record it for longer: --seconds 150." in captured.out


@pytest.mark.parametrize(
    "options",
    [
        ["--simulate"],
        ["--seconds", "20"],
        ["--sensor", "A", "--seconds", "9"],
        ["--sensor", "A", "--seconds", "601"],
    ],
)
def test_wrong_usage_is_2(options: list[str], capsys: Captured) -> None:
    assert main(["doctor", *options, "--json"]) == 2
    error = json.loads(capsys.readouterr().out)
    assert error["what_to_do"]


def test_a_data_folder_that_cannot_be_written_is_named_and_not_the_file_that_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    home = tmp_path / "home"
    home.write_text("")
    assert doctor(GOOD, home, monkeypatch, "--json") == 2
    check = next(one for one in json.loads(capsys.readouterr().out)["checks"] if one["name"] == "data folder")
    assert check["found"].startswith(f"{home} cannot be written: ")
    assert check["what_to_do"] == "Choose another folder with --home or PFP_HOME."
