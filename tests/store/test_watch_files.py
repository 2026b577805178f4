"""A watch's rows beside the recordings: what is written comes back, and no place goes along."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.errors import InputError
from pfp_sensors.model.diary import Run
from pfp_sensors.model.recording import Source
from pfp_sensors.model.watch import Lap, Pause, Positions, WatchRun, WatchTotals
from pfp_sensors.store.home_files import is_own_run_file
from pfp_sensors.store.learned_files import read_learned, write_learned
from pfp_sensors.store.recording_names import watch_of
from pfp_sensors.store.watch_files import read_positions, read_watch, write_watch
from pfp_sensors.store.watch_names import POSITIONS_NAME, WATCH_FILES, WATCH_NAME

if TYPE_CHECKING:
    from pathlib import Path


def watch_run(positions: Positions | None = None) -> WatchRun:
    time_s = np.arange(0.0, 5.0)
    return WatchRun(
        source=Source("morning.fit", "ab" * 32, "fit"),
        start=datetime(2026, 5, 1, 6, 0, tzinfo=UTC),
        time_s=time_s,
        channels={"cadence_spm": time_s + 160.0, "dev:Power": np.array([np.nan, 1.0, 2.0, 3.0, 4.0])},
        units={"dev:Power": "Watts"},
        utc_offset_s=7200,
        indoor=False,
        device="made one",
        pauses=(Pause(1.0, 2.0),),
        laps=(Lap(0.0, 4.0, 12.0), Lap(4.0, 5.0)),
        totals=WatchTotals(distance_m=12.0, timer_s=4.0),
        positions=positions,
        notes=("A note.",),
    )


def test_the_rows_come_back(tmp_path: Path) -> None:
    was = watch_run()
    path = write_watch(tmp_path, was)
    found = read_watch(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert found.source == Source(str(path), was.source.sha256, "fit")
    assert found.channels.keys() == was.channels.keys()
    for name, values in was.channels.items():
        np.testing.assert_array_equal(found.channels[name], values)
    np.testing.assert_array_equal(found.time_s, was.time_s)
    same = replace(was, source=found.source, time_s=found.time_s, channels=found.channels)
    assert found == same


def test_whose_file_it_was_and_that_it_was_computed_come_back(tmp_path: Path) -> None:
    found = read_watch(write_watch(tmp_path, replace(watch_run(), own=True, synthetic=True)))
    assert (found.own, found.synthetic) == (True, True)
    other = read_watch(write_watch(tmp_path, watch_run()))
    assert (other.own, other.synthetic) == (False, False)


def test_places_lie_in_their_own_file_and_are_not_read_with_the_rows(tmp_path: Path) -> None:
    places = Positions(np.array([0.0, 1.0]), np.array([12.345678, 12.345679]), np.array([98.7654, 98.7655]))
    path = write_watch(tmp_path, watch_run(places))
    assert read_watch(path).positions is None
    kept = read_positions(tmp_path)
    assert kept is not None
    np.testing.assert_array_equal(kept.latitude_deg, places.latitude_deg)
    assert set(WATCH_FILES) >= {WATCH_NAME, POSITIONS_NAME}
    assert all(is_own_run_file((name,)) for name in WATCH_FILES)


def test_without_places_there_is_no_such_file(tmp_path: Path) -> None:
    write_watch(tmp_path, watch_run())
    assert [file.name for file in tmp_path.iterdir()] == [WATCH_NAME]
    assert read_positions(tmp_path) is None


@pytest.mark.parametrize("cut", [0, 7, 100, -8])
def test_a_damaged_file_is_told(tmp_path: Path, cut: int) -> None:
    path = write_watch(tmp_path, watch_run())
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match=WATCH_NAME):
        read_watch(path)


def test_another_table_is_no_watch(tmp_path: Path) -> None:
    path = write_learned(tmp_path, {"speed_mps": np.arange(3.0)})
    with pytest.raises(InputError, match="rows of a watch"):
        read_watch(path)


def test_what_was_learned_comes_back(tmp_path: Path) -> None:
    columns = {"speed_mps": np.array([2.5, 2.6]), "raw_speed_mps": np.array([np.nan, 2.4])}
    path = write_learned(tmp_path, columns)
    found = read_learned(path, tuple(columns))
    for name, values in columns.items():
        np.testing.assert_array_equal(found[name], values)
    with pytest.raises(InputError, match="stride_hz"):
        read_learned(path, ("stride_hz",))


@pytest.mark.parametrize("said", ["runs/a/other.parquet", "../x/watch.parquet", "runs/../watch.parquet", ""])
def test_rows_are_opened_below_the_runs_only(tmp_path: Path, said: str) -> None:
    run = Run("r1", datetime(2026, 5, 1, 6, 0, tzinfo=UTC), watch=said)
    with pytest.raises(InputError, match="folder of runs"):
        watch_of(tmp_path, run)


def test_rows_below_the_runs_are_found(tmp_path: Path) -> None:
    run = Run("r1", datetime(2026, 5, 1, 6, 0, tzinfo=UTC), watch="runs/20260501-060000/watch.parquet")
    assert watch_of(tmp_path, run) == tmp_path / "runs" / "20260501-060000" / WATCH_NAME
