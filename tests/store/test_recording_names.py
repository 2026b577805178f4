"""A recording that the diary names: below the folder of runs, or not opened."""

from __future__ import annotations

import contextlib
import os
from datetime import date
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.model.diary import Run
from pfp_sensors.store.recording_names import is_recording_name, recording_of

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    "../secret", "runs/../secret", "runs/..", "runs/.", "runs", "runs/", "/etc/passwd", "//host/share", "",
    ".",
    "runs//etc", "runs/a/../../secret", "runs/a/..", "runs/a/imu.parquet", "runs/a/b", "runs/a/", "./runs/a",
    "runs/a\0b", "runs/\0", "runs\\..\\secret", "runs/..\\secret", "runs/a\\b", "C:\\secret", "C:/secret",
    "runs/C:secret", "runs/a\n", "runs/a/recording.csv\n", "runs/.hidden", "Runs/a", "~/secret",
    "runs/" + "x" * 300, "runs/\ud800",
)  # fmt: skip


def run_with(recording: str | None) -> Run:
    return Run("r1", date(2026, 10, 1), recording=recording)


@pytest.mark.parametrize(
    "name", ["runs/20261122-104652", "runs/20261122-104652-2", "runs/my run", "runs/läufe"]
)
def test_a_folder_of_runs_and_a_kept_file_in_it_are_taken(tmp_path: Path, name: str) -> None:
    for said in (name, *(f"{name}/recording.{end}" for end in ("csv", "csv.gz", "parquet"))):
        assert is_recording_name(said)
        assert recording_of(tmp_path, run_with(said)) == tmp_path / said


@pytest.mark.parametrize("name", [*HOSTILE, None], ids=repr)
def test_nothing_else_is_taken_whether_or_not_it_is_there(tmp_path: Path, name: str | None) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "home" / "runs" / "a").mkdir(parents=True)
    assert name is None or not is_recording_name(name)
    with pytest.raises(InputError, match="r1: the diary names a recording that does not lie in") as refused:
        recording_of(tmp_path / "home", run_with(name))
    assert "secret" not in str(refused.value)


@pytest.mark.skipif(os.name == "nt", reason="links take rights on Windows")
def test_links_are_followed_before_it_is_judged(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    runs = home / "runs"
    for folder in (runs / "true", elsewhere):
        folder.mkdir(parents=True)
    (elsewhere / "secret.csv").write_text("1", encoding="utf-8")
    (runs / "out").symlink_to(elsewhere)
    (runs / "up").symlink_to(runs)
    (runs / "circle").symlink_to(runs / "circle")
    (runs / "within").symlink_to(runs / "true")
    (runs / "true" / "recording.csv").symlink_to(elsewhere / "secret.csv")
    for name in ("out", "up", "true/recording.csv"):
        with pytest.raises(InputError):
            recording_of(home, run_with(f"runs/{name}"))
    for name in ("true", "within"):
        assert recording_of(home, run_with(f"runs/{name}")) == runs / name
    with contextlib.suppress(InputError):
        assert not recording_of(home, run_with("runs/circle")).exists()


@pytest.mark.skipif(os.name == "nt", reason="links take rights on Windows")
def test_the_folder_of_runs_may_itself_lie_on_another_disk(tmp_path: Path) -> None:
    (tmp_path / "disk" / "a").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "runs").symlink_to(tmp_path / "disk")
    assert recording_of(tmp_path / "home", run_with("runs/a")).is_dir()
