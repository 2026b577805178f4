"""All of a person's data out, back in, and gone: export, backup, restore, forget, recompute."""

from __future__ import annotations

import contextlib
import json
import shutil
import stat
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pfp_sensors.actions.enter_recording import enter_recording
from pfp_sensors.actions.now import now
from pfp_sensors.cli import main
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import list_versions, read_history
from tests.cli.sample_diary import diary_document, write_diary
from tests.cli.terminal import ROOT, Terminal

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return write_diary(tmp_path / "diary.json", now().date() - timedelta(2))


@pytest.fixture
def home(diary: Path, tmp_path: Path, capsys: Captured) -> Path:
    assert main(["restore", str(diary), "--home", str(tmp_path / "home")]) == 0
    assert "and checked" in capsys.readouterr().out
    return tmp_path / "home"


def with_recording(home: Path) -> Path:
    """Put a sample recording into a home and its diary, as `pfp record` does."""
    from pfp_sensors.actions.analyze import analyze_file

    folder = home / "runs" / "20261001-070000"
    shutil.copytree(ROOT / "recordings" / "easy_run", folder)
    assert enter_recording(home, folder, analyze_file(folder), now()) is not None
    return folder


def exported(home: Path, capsys: Captured) -> str:
    capsys.readouterr()
    assert main(["export", "history", "--home", str(home)]) == 0
    return capsys.readouterr().out


def run(capsys: Captured, *command: str, code: int = 0) -> dict[str, Any]:
    assert main([*command, "--json"]) == code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


# --- out and back in ------------------------------------------------------------------------------


def test_export_forget_restore_export_is_equal(home: Path, tmp_path: Path, capsys: Captured) -> None:
    assert main(["next", "--home", str(home)]) == 0
    assert main(["week", "--home", str(home)]) == 0
    before = exported(home, capsys)
    file = tmp_path / "out.json"
    assert main(["export", "history", "-o", str(file), "--home", str(home)]) == 0
    assert file.read_text() == before
    assert main(["forget", "--yes", "--home", str(home)]) == 0
    assert list(home.iterdir()) == []
    assert main(["restore", str(file), "--home", str(home)]) == 0
    assert exported(home, capsys) == before
    assert {"caps", "events", "runs"} <= set(json.loads(before))
    assert len(json.loads(before)["caps"]) == 2


def test_an_export_is_private_whole_and_never_over_another_by_itself(
    home: Path, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "out.json"
    command = ["export", "history", "-o", str(file), "--home", str(home)]
    assert run(capsys, *command)["runs"] == 10
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("mine")
    assert run(capsys, *command, code=2)["message"] == f"{file} is there already."
    assert file.read_text() == "mine"
    assert main([*command, "--replace"]) == 0
    assert json.loads(file.read_text())["schema"] == "pfp.history/1"
    assert run(capsys, "export", "history", "-o", str(tmp_path), "--home", str(home), code=2)
    assert run(capsys, "export", "everything", "--home", str(home), code=2)


def test_there_is_nothing_to_export_or_back_up_without_a_diary(tmp_path: Path, capsys: Captured) -> None:
    absent = tmp_path / "absent"
    assert "no diary" in run(capsys, "export", "history", "--home", str(absent), code=2)["message"]
    assert run(capsys, "backup", str(tmp_path / "b"), "--home", str(absent), code=2)
    assert list(tmp_path.iterdir()) == []


def test_backup_forget_restore_brings_recordings_too(home: Path, tmp_path: Path, capsys: Captured) -> None:
    folder = with_recording(home)
    before, samples = exported(home, capsys), (folder / "imu.parquet").read_bytes()
    file = tmp_path / "all.pfpbackup"
    facts = run(capsys, "backup", str(file), "--home", str(home))
    assert (facts["runs"], facts["left_out"]) == (1, [])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run(capsys, "backup", str(file), "--home", str(home), code=2)
    assert main(["forget", "--yes", "--home", str(home)]) == 0
    assert list(home.iterdir()) == []
    capsys.readouterr()
    restored = run(capsys, "restore", str(file), "--home", str(home))
    assert (restored["from_backup"], restored["runs"], restored["notes"]) == (True, 1, [])
    assert exported(home, capsys) == before
    assert (folder / "imu.parquet").read_bytes() == samples


def test_what_is_there_is_replaced_only_when_said(home: Path, tmp_path: Path, capsys: Captured) -> None:
    before = exported(home, capsys)
    other = diary_document(now().date() - timedelta(40))
    file = tmp_path / "other.json"
    file.write_text(json.dumps(other))
    assert "not empty" in run(capsys, "restore", str(file), "--home", str(home), code=2)["message"]
    assert exported(home, capsys) == before
    assert run(capsys, "restore", str(file), "--replace", "--home", str(home))["runs"] == 10
    assert json.loads(exported(home, capsys))["runs"][0]["start"] == other["runs"][0]["start"]


@pytest.mark.parametrize("size", [0, 1, 200, -100, -1])
def test_a_damaged_backup_changes_nothing(size: int, home: Path, tmp_path: Path, capsys: Captured) -> None:
    with_recording(home)
    file = tmp_path / "all.pfpbackup"
    assert main(["backup", str(file), "--home", str(home)]) == 0
    before = exported(home, capsys)
    file.write_bytes(file.read_bytes()[:size])
    error = run(capsys, "restore", str(file), "--replace", "--home", str(home), code=3)
    assert str(file) in error["message"]
    assert error["what_to_do"]
    assert exported(home, capsys) == before


def test_a_changed_byte_of_a_backup_is_found(home: Path, tmp_path: Path, capsys: Captured) -> None:
    with_recording(home)
    file = tmp_path / "all.pfpbackup"
    assert main(["backup", str(file), "--home", str(home)]) == 0
    before = exported(home, capsys)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert run(capsys, "restore", str(file), "--replace", "--home", str(home), code=3)
    assert exported(home, capsys) == before


def test_a_damaged_history_file_changes_nothing(
    home: Path, diary: Path, tmp_path: Path, capsys: Captured
) -> None:
    before = exported(home, capsys)
    cut = tmp_path / "cut.json"
    cut.write_text(diary.read_text()[:-30])
    for target in (home, tmp_path / "absent"):
        assert run(capsys, "restore", str(cut), "--replace", "--home", str(target), code=3)
    assert exported(home, capsys) == before
    assert not (tmp_path / "absent").exists()
    assert run(capsys, "restore", str(tmp_path / "none.json"), "--home", str(home), code=3)
    assert run(capsys, "restore", str(tmp_path), "--home", str(home), code=3)


def test_entries_without_an_id_get_one(tmp_path: Path, capsys: Captured) -> None:
    file = write_diary(tmp_path / "diary.json", now().date())
    home = tmp_path / "home"
    assert run(capsys, "restore", str(file), "--home", str(home))["entries"] > 20
    assert all(pain["id"] for pain in json.loads(exported(home, capsys))["pain"])


# --- gone -----------------------------------------------------------------------------------------


def test_forget_leaves_nothing_of_the_person(home: Path, capsys: Captured) -> None:
    with_recording(home)
    (home / "letter.txt").write_text("mine")
    done = run(capsys, "forget", "--yes", "--home", str(home))
    assert done["forgotten"] is True
    assert done["left"] == ["letter.txt"]
    assert [path.name for path in home.rglob("*")] == ["letter.txt"]
    assert main(["forget", "--yes", "--home", str(home / "absent")]) == 0
    assert main(["forget", "--yes", "--home", str(home / "letter.txt")]) == 2


def test_forget_does_nothing_where_nobody_can_be_asked(home: Path, capsys: Captured) -> None:
    before = exported(home, capsys)
    for options in ([], ["--json"]):
        assert main(["forget", "--home", str(home), *options]) == 2
        captured = capsys.readouterr()
        assert "--yes" in captured.err + captured.out
    assert exported(home, capsys) == before


@pytest.mark.parametrize(
    ("answer", "gone"),
    [("\n", False), ("no\n", False), ("perhaps\n\n", False), ("\x04", False), ("yes\n", True)],
)
def test_forget_asks_on_a_terminal(answer: str, gone: bool, home: Path) -> None:
    with Terminal("forget", home=home) as terminal:
        terminal.until(lambda screen: "Delete all of it?" in screen.text)
        terminal.type(answer)
        assert terminal.end() == 0
        text = terminal.screen.text
    assert "cannot be undone" in " ".join(text.split())
    assert (home / "diary.sqlite3").exists() is not gone
    assert ("Nothing was deleted." in text) is not gone


# --- again ----------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Settings under which a run is a little different."""
    file = tmp_path / "own.toml"
    file.write_text("[signal.impact]\nwindow_s = 0.03\n")
    return file


def versions(home: Path, run_id: str) -> list[Any]:
    with contextlib.closing(open_diary(home)) as diary:
        return [one.entry for one in list_versions(diary, run_id)]


def recorded_run(home: Path) -> str:
    with contextlib.closing(open_diary(home)) as diary:
        (run,) = [run for run in read_history(diary).runs if run.recording is not None]
    return run.id


def test_recompute_has_nothing_to_do_for_the_same_method(home: Path, capsys: Captured) -> None:
    assert main(["recompute", "--home", str(home)]) == 0
    assert "no run in the diary has a recording here" in capsys.readouterr().out
    with_recording(home)
    run_id = recorded_run(home)
    for words in ([], [run_id]):
        assert main(["recompute", *words, "--home", str(home)]) == 0
        assert capsys.readouterr().out.startswith("Nothing to do: ")
    assert len(versions(home, run_id)) == 1
    assert "no recording here" in run(capsys, "recompute", "r1", "--home", str(home), code=2)["message"]


def test_recompute_keeps_the_old_figures_what_was_corrected_and_limits(home: Path, capsys: Captured) -> None:
    with_recording(home)
    run_id = recorded_run(home)
    assert main(["next", "--home", str(home)]) == 0
    assert main(["edit", run_id, "km", "0.33", "--home", str(home)]) == 0
    old = versions(home, run_id)[-1]
    make_older(home, run_id)
    before = json.loads(exported(home, capsys))
    (done,) = run(capsys, "recompute", "--home", str(home))["runs"]
    assert (done["run"], done["analysed"], done["error"]) == (run_id, True, None)
    found = {each["figure"]: each for each in done["differences"]}
    assert set(found) == {"km", "speed_mps", "cadence_spm"}
    assert found["km"]["kept"] is True
    assert found["speed_mps"]["kept"] is True
    assert found["cadence_spm"].pop("change_pct") == pytest.approx(old.cadence_spm - 100.0)
    assert found["cadence_spm"] == {
        "figure": "cadence_spm",
        "unit": "steps/min",
        "before": 100.0,
        "now": old.cadence_spm,
        "kept": False,
    }
    after = json.loads(exported(home, capsys))
    (run_now,) = [one for one in after["runs"] if one["id"] == run_id]
    assert run_now["km"] == 0.33
    assert run_now["cadence_spm"] == old.cadence_spm
    assert after["caps"] == before["caps"]
    assert 100.0 in [one.cadence_spm for one in versions(home, run_id)]
    assert main(["recompute", "--home", str(home)]) == 0
    assert capsys.readouterr().out.startswith("Nothing to do: ")


def make_older(home: Path, run_id: str) -> None:
    """Let an older method have made the figures of a run, with another cadence."""
    from dataclasses import replace

    from pfp_sensors.store.diary import correct_entry, find_entry

    with contextlib.closing(open_diary(home)) as diary:
        stored = find_entry(diary, run_id)
        assert stored is not None
        entry: Any = stored.entry
        correct_entry(diary, run_id, replace(entry, method="0/older", cadence_spm=100.0), at=now())


def test_recompute_names_a_recording_that_is_not_what_it_was(home: Path, capsys: Captured) -> None:
    folder = with_recording(home)
    run_id = recorded_run(home)
    make_older(home, run_id)
    shutil.rmtree(folder)
    assert "not there any more" in problem_of(capsys, home)
    shutil.copytree(ROOT / "recordings" / "hard_landings_accelerometer_only", folder)
    assert "other data" in problem_of(capsys, home)
    (folder / "imu.parquet").write_bytes(b"PAR1")
    assert str(folder) in problem_of(capsys, home)
    assert versions(home, run_id)[-1].method == "0/older"


def problem_of(capsys: Captured, home: Path) -> str:
    (one,) = run(capsys, "recompute", "--home", str(home), code=3)["runs"]
    assert (one["analysed"], one["differences"]) == (False, [])
    return str(one["error"]["message"])
