"""The index of recordings: made from the folders, and made again from them."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pfp_sensors import __version__
from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.home import new_run_folder, runs_folder
from pfp_sensors.store.meta_json import read_meta
from pfp_sensors.store.recording_files import write_recording
from pfp_sensors.store.run_index import (
    IndexedSensor,
    add_recording,
    find_recording,
    list_recordings,
    rebuild_index,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pfp_sensors.model.recording import Recording


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_diary(tmp_path)) as connection:
        yield connection


@pytest.fixture
def two_legs(tmp_path: Path, made_recording: Callable[..., Recording]) -> Path:
    start = datetime(2026, 10, 1, 5, tzinfo=UTC)
    said = {"start_utc": "2026-10-01T07:00:00+02:00", "synthetic": True}
    legs = [made_recording(2000 + 8 * k, seed=k, sensor=f"s{k}", **said) for k in range(2)]
    return write_recording(new_run_folder(tmp_path, start), legs)


def test_a_recording_in_the_index(tmp_path: Path, diary: sqlite3.Connection, two_legs: Path) -> None:
    run = add_recording(diary, tmp_path, two_legs, method_version="1")
    assert list_recordings(diary) == (run,)
    assert find_recording(diary, "20261001-050000") == run
    assert find_recording(diary, "nothing") is None
    assert (run.folder, run.start_utc) == ("runs/20261001-050000", "2026-10-01T05:00:00+00:00")
    assert run.duration_s == pytest.approx(2008 / 208.0, abs=1e-5)
    assert run.sensors == (IndexedSensor("s0", None, 2000), IndexedSensor("s1", None, 2008))
    assert (run.sample_rows, run.synthetic, run.state) == (4008, True, "finished")
    assert run.files == read_meta(two_legs / "meta.json").files
    assert (run.program_version, run.method_version) == (__version__, "1")


def test_the_index_follows_the_folder(tmp_path: Path, diary: sqlite3.Connection, two_legs: Path) -> None:
    add_recording(diary, tmp_path, two_legs, method_version="1")
    meta = json.loads((two_legs / "meta.json").read_text())
    meta["sensors"]["s1"]["side"] = "right"
    (two_legs / "meta.json").write_text(json.dumps(meta))
    run = add_recording(diary, tmp_path, two_legs)
    assert [sensor.side for sensor in run.sensors] == [None, "right"]
    assert run.method_version == "1"
    assert len(list_recordings(diary)) == 1


def test_a_method_that_analysed_other_files_is_not_believed(
    tmp_path: Path, diary: sqlite3.Connection, two_legs: Path, made_recording: Callable[..., Recording]
) -> None:
    add_recording(diary, tmp_path, two_legs, method_version="1")
    write_recording(two_legs, [made_recording(seed=9)], replace=True)
    assert rebuild_index(diary, tmp_path).runs[0].method_version is None


def test_unfinished_ones_are_listed_as_such(tmp_path: Path, diary: sqlite3.Connection) -> None:
    folder = new_run_folder(tmp_path, datetime(2026, 11, 22, 10, 46, 52, tzinfo=UTC))
    (folder / "packets.arrows").touch()
    run = add_recording(diary, tmp_path, folder)
    assert (run.state, run.start_utc) == ("unfinished", "2026-11-22T10:46:52+00:00")
    assert (run.duration_s, run.synthetic, run.sample_rows, run.sensors) == (None, None, None, ())
    assert list_recordings(diary) == (run,)


def test_made_again_it_is_the_same(
    tmp_path: Path, diary: sqlite3.Connection, two_legs: Path, made_recording: Callable[..., Recording]
) -> None:
    late = write_recording(runs_folder(tmp_path) / "imported", [made_recording(side="left")])
    early = write_recording(
        runs_folder(tmp_path) / "z", [made_recording(start_utc="2026-10-01T05:30:00+02:00")]
    )
    for folder in (late, two_legs, early):
        add_recording(diary, tmp_path, folder, method_version="1")
    before = list_recordings(diary)
    assert [run.run_id for run in before] == ["z", "20261001-050000", "imported"]
    found = rebuild_index(diary, tmp_path)
    assert list_recordings(diary) == before
    assert sorted(found.runs, key=lambda run: run.run_id) == sorted(before, key=lambda run: run.run_id)
    assert found.left_out == ()
    (tmp_path / "diary.sqlite3").unlink()
    shutil.rmtree(early)
    with closing(open_diary(tmp_path)) as fresh:
        rebuild_index(fresh, tmp_path)
        assert [run.run_id for run in list_recordings(fresh)] == ["20261001-050000", "imported"]


def test_damage_is_left_out_and_named(tmp_path: Path, diary: sqlite3.Connection, two_legs: Path) -> None:
    (runs_folder(tmp_path) / "holiday").mkdir()
    broken = shutil.copytree(two_legs, runs_folder(tmp_path) / "broken")
    (broken / "imu-s0.parquet").write_bytes(b"PAR1")
    found = rebuild_index(diary, tmp_path)
    assert [run.run_id for run in found.runs] == ["20261001-050000"]
    assert len(found.left_out) == 2
    assert "broken" in found.left_out[0]
    assert "holiday is no recording" in found.left_out[1]
    with pytest.raises(InputError, match="imu-s0"):
        add_recording(diary, tmp_path, broken)


def test_only_recordings_of_this_home(tmp_path: Path, diary: sqlite3.Connection) -> None:
    with pytest.raises(UsageError, match="does not lie in"):
        add_recording(diary, tmp_path, tmp_path.parent / "elsewhere")
