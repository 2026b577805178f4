"""FIT files as another program reads them, and that what goes out comes back."""

from __future__ import annotations

import dataclasses
import stat
import sys
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import fitdecode
import numpy as np
import pytest
from made_analysis import made_analysis, made_facts, made_strides, made_summary

from pfp_sensors.analyse.watch_summary import watch_summary
from pfp_sensors.errors import RefusedError, UsageError
from pfp_sensors.formats.fit_writer import write_fit
from pfp_sensors.formats.watch import read_watch_files
from pfp_sensors.model.diary import Run
from pfp_sensors.model.gait import Bout, Strides
from pfp_sensors.model.recording import Source
from pfp_sensors.model.watch import Pause, WatchRun

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.recording import FloatArray

START = datetime(2026, 5, 1, 7, 30, tzinfo=timezone(timedelta(hours=2)))
STRIDE_S = 0.7328
SPEED_MPS = 2.7


def running(bouts: tuple[tuple[float, float], ...], *, speed: bool = True) -> Strides:
    """Make the strides of bouts of running, with peaks that grow through the run."""
    on = np.concatenate([np.arange(start, end - STRIDE_S, STRIDE_S) for start, end in bouts])
    index = np.concatenate(
        [
            np.full(len(np.arange(start, end - STRIDE_S, STRIDE_S)), 2 * k)
            for k, (start, end) in enumerate(bouts)
        ]
    )
    n = len(on)
    return dataclasses.replace(
        made_strides(n - 2),
        bout_index=index,
        running=np.ones(n, np.bool_),
        valid=np.ones(n, np.bool_),
        initial_contact_s=on,
        terminal_contact_s=on + 0.26,
        stride_time_s=np.full(n, STRIDE_S),
        contact_time_s=np.full(n, 0.26),
        stride_length_m=np.full(n, SPEED_MPS * STRIDE_S) if speed else np.full(n, np.nan),
        speed_mps=np.full(n, SPEED_MPS) if speed else np.full(n, np.nan),
        resultant_g=7.0 + on / 1000.0,
    )


def analysed(bouts: tuple[tuple[float, float], ...], *, speed: bool = True, **changes: Any) -> FileAnalysis:
    """Make an analysis whose bouts of running have walking between them."""
    listed: list[Bout] = []
    for start, end in bouts:
        if listed:
            listed.append(Bout("walking", listed[-1].end_s, start))
        listed.append(Bout("running", start, end))
    analysis = made_analysis(made_summary("left", bouts=tuple(listed), **changes))
    legs = (dataclasses.replace(analysis.legs[0], strides=running(bouts, speed=speed)),)
    return dataclasses.replace(analysis, legs=legs)


def made_run(seconds: float, **changes: Any) -> Run:
    known: dict[str, Any] = {
        "km": round(SPEED_MPS * seconds / 1000.0, 3),
        "minutes": seconds / 60.0,
        "cadence_spm": 120.0 / STRIDE_S,
        "steps": round(2 * seconds / STRIDE_S),
    }
    return Run("run-1", START, **(known | changes))


def messages(path: Path) -> list[Any]:
    with fitdecode.FitReader(str(path), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        return [frame for frame in reader if frame.frame_type == fitdecode.FIT_FRAME_DATA]


def named(path: Path, name: str) -> list[Any]:
    return [message for message in messages(path) if message.name == name]


def column(records: list[Any], name: str) -> FloatArray:
    return np.array([record.get_value(name, fallback=np.nan) for record in records], float)


# --- another program's reader -----------------------------------------------------------------------


def test_half_an_hour_second_by_second(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    run = made_run(1799.0, distance_source="treadmill")
    written = write_fit(run, analysed(((0.0, 1799.0),), recording=made_facts(synthetic=True)), None, path)
    records = named(path, "record")
    assert written.rows == len(records) == 1800
    assert written.notes == ()
    units = {field.name: field.units for field in records[900].fields}
    assert units == {
        "timestamp": None,
        "distance": "m",
        "enhanced_speed": "m/s",
        "cadence": "rpm",
        "fractional_cadence": "rpm",
        "Shank peak acc": "g",
        "Contact time": "ms",
    }
    assert [record.get_value("timestamp") for record in records] == [
        START + timedelta(seconds=second) for second in range(1800)
    ]
    strides_per_min = column(records, "cadence") + column(records, "fractional_cadence")
    assert strides_per_min[:-2] == pytest.approx(60.0 / STRIDE_S, abs=1 / 256)
    assert column(records, "Contact time")[2:-2] == pytest.approx(260.0, abs=1e-3)
    assert column(records, "Shank peak acc")[900] == pytest.approx(7.8995, abs=0.0006)
    distance_m = column(records, "distance")
    assert (distance_m[0], distance_m[-1]) == (0.0, pytest.approx(1000.0 * (run.km or 0), abs=0.01))
    assert np.all(np.diff(distance_m) > 0)
    assert column(records, "enhanced_speed")[5] == pytest.approx(SPEED_MPS, abs=1e-3)

    (session,) = named(path, "session")
    assert session.get_field("Impact load").units == "g"
    assert session.get_value("Impact load") == pytest.approx(16510.25)
    assert (session.get_value("sport"), session.get_value("sub_sport")) == ("running", "treadmill")
    assert session.get_value("total_timer_time") == 1799.0
    assert session.get_value("total_distance") == pytest.approx(1000.0 * (run.km or 0), abs=0.01)
    assert session.get_value("sport_profile_name") == "SYNTHETIC"
    (file_id,) = named(path, "file_id")
    assert file_id.get_value("type") == "activity"
    assert file_id.get_value("manufacturer") == "development"
    assert file_id.get_value("product_name") == "pfp-sensors SYNTHETIC"
    assert not file_id.has_field("serial_number")
    (own,) = named(path, "developer_data_id")
    assert bytes(own.get_value("application_id")).hex() == "7066702d73656e736f72730001000001"
    said = {
        each.get_value("field_name"): each.get_value("units") for each in named(path, "field_description")
    }
    assert said == {"Shank peak acc": "g", "Contact time": "ms", "Impact load": "g"}
    order = [message.name for message in messages(path)]
    assert order[:2] == ["file_id", "developer_data_id"]
    assert order[-4:] == ["event", "lap", "session", "activity"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_refused_figures_are_not_written(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    analysis = analysed(((0.0, 60.0),), speed=False, impact=None, contact_time_s=None, dose=None)
    write_fit(made_run(60.0, km=None), analysis, None, path)
    names = {field.name for record in named(path, "record") for field in record.fields}
    assert names == {"timestamp", "cadence", "fractional_cadence"}
    (session,) = named(path, "session")
    assert not session.has_field("Impact load")
    assert not session.has_field("total_distance")
    assert session.get_value("sub_sport") == "generic"
    assert session.get_value("sport_profile_name", fallback=None) is None
    assert named(path, "file_id")[0].get_value("product_name") == "pfp-sensors"


# --- round trips ------------------------------------------------------------------------------------


def test_running_with_walking_between_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    bouts = ((10.0, 190.0), (250.0, 400.0), (430.0, 500.0))
    run = made_run(400.0)
    written = write_fit(run, analysed(bouts), None, path)
    (watch,) = read_watch_files(path).runs
    assert written.rows == len(watch.time_s) == 403
    assert watch.start == START + timedelta(seconds=10)
    assert watch.utc_offset_s == 7200
    assert watch.positions is None
    assert watch.pauses == (Pause(180.0, 240.0), Pause(390.0, 420.0))
    assert watch.totals.steps == pytest.approx(run.steps, abs=1)
    assert watch.totals.elapsed_s == 490.0
    summary = watch_summary(watch)
    assert summary.km == pytest.approx(run.km, abs=0.0001)
    assert summary.minutes == pytest.approx(run.minutes, abs=0.01)
    assert summary.cadence_spm == pytest.approx(run.cadence_spm, abs=1 / 128)
    assert watch.units == {"dev:Shank peak acc": "g", "dev:Contact time": "ms"}


def made_watch(seconds: int, *, pauses: tuple[Pause, ...] = ()) -> WatchRun:
    time_s = np.arange(seconds + 1.0)
    time_s = time_s[[not any(p.start_s < t < p.end_s for p in pauses) for t in time_s]]
    moving_s = time_s - np.array(
        [sum(min(max(t - p.start_s, 0), p.end_s - p.start_s) for p in pauses) for t in time_s]
    )
    return WatchRun(
        source=Source("", "0" * 64, "fit"),
        start=START - timedelta(seconds=5),
        time_s=time_s,
        channels={
            "heart_rate_bpm": 120.0 + np.round(time_s / 5.0),
            "distance_m": 3.0 * moving_s,
            "speed_mps": np.full(len(time_s), 3.0),
            "cadence_spm": np.full(len(time_s), 164.0),
        },
        indoor=False,
        pauses=pauses,
    )


def test_a_joined_watch_gives_heart_rate_and_distance(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    bouts = ((20.0, 120.0), (180.0, 280.0))
    run = made_run(200.0, km=0.6, heart_rate_bpm=151.4, ascent_m=12.4, watch_offset_s=-5.0)
    written = write_fit(run, analysed(bouts), made_watch(400), path)
    assert written.notes == ()
    (watch,) = read_watch_files(path).runs
    heart, distance_m = watch.channel("heart_rate_bpm"), watch.channel("distance_m")
    assert heart is not None
    assert distance_m is not None
    assert distance_m[-1] == pytest.approx(600.0, abs=0.01)  # what was walked is not counted
    assert heart[0] == 125.0  # second 20 of the recording is second 25 of the watch
    summary = watch_summary(watch)
    assert summary.km == pytest.approx(0.6, abs=0.0001)
    assert summary.heart_rate_bpm == pytest.approx(151.4, abs=0.6)
    assert watch.totals.ascent_m == 12.0
    assert named(path, "session")[0].get_value("avg_heart_rate") == 151
    unjoined = write_fit(
        dataclasses.replace(run, watch_offset_s=None), analysed(bouts), made_watch(400), path
    )
    assert "left out" in unjoined.notes[0]
    assert read_watch_files(path).runs[0].channel("heart_rate_bpm") is None


def test_a_watch_alone_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    was = made_watch(300, pauses=(Pause(100.0, 160.0),))
    told = watch_summary(was)
    run = Run("run-2", START, km=told.km, minutes=told.minutes, cadence_spm=told.cadence_spm)
    write_fit(run, None, was, path)
    (now,) = read_watch_files(path).runs
    again = watch_summary(now)
    assert (now.start, now.pauses) == (was.start, was.pauses)
    assert again.km == pytest.approx(told.km, abs=1e-5)
    assert again.minutes == pytest.approx(told.minutes)
    assert again.cadence_spm == pytest.approx(told.cadence_spm, abs=1 / 128)
    assert again.heart_rate_bpm == pytest.approx(told.heart_rate_bpm, abs=0.5)


def test_what_only_a_watch_measures_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    flat = made_watch(600)
    time_s = flat.time_s
    more = {
        "altitude_m": 500.0 - 60.0 * np.sin(time_s / 100.0),
        "temperature_c": np.where(time_s < 30, np.nan, -3.0),
        "power_w": 250.0 + np.round(time_s % 7),
        "stance_time_ms": 240.0 + time_s % 5,
        "stance_balance_pct": np.full(len(time_s), 49.25),
        "vertical_oscillation_mm": np.full(len(time_s), 88.5),
        "step_length_mm": np.where(time_s == 40, np.nan, 1100.0),
    }
    absurd = {"step_length_mm": np.where(time_s == 40, 9999.0, 1100.0)}  # more than the field holds
    was = dataclasses.replace(flat, channels={**flat.channels, **more, **absurd})
    told = watch_summary(was)
    assert told.downhill_min is not None
    assert told.downhill_min > 1.0
    run = Run("run-3", START, km=told.km, minutes=told.minutes)
    write_fit(run, None, was, path)
    (now,) = read_watch_files(path).runs
    for name, values in more.items():
        np.testing.assert_allclose(now.channels[name], values, atol=0.11, err_msg=name)
    again = watch_summary(now)
    assert (again.ascent_m, again.descent_m) == pytest.approx((told.ascent_m, told.descent_m), abs=1.0)
    assert again.downhill_min == pytest.approx(told.downhill_min, abs=0.1)
    beside = dataclasses.replace(run, watch_offset_s=-5.0)
    write_fit(beside, analysed(((20.0, 120.0),)), was, path)
    (joined,) = read_watch_files(path).runs
    assert joined.channels["altitude_m"][0] == pytest.approx(more["altitude_m"][25], abs=0.11)


def test_a_gap_has_rows_without_figures(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    analysis = analysed(((0.0, 100.0),))
    strides = analysis.legs[0].strides
    kept = (strides.initial_contact_s < 40) | (strides.initial_contact_s > 52)
    cut = Strides(**{f.name: getattr(strides, f.name)[kept] for f in dataclasses.fields(Strides)})
    legs = (dataclasses.replace(analysis.legs[0], strides=cut),)
    write_fit(made_run(100.0), dataclasses.replace(analysis, legs=legs), None, path)
    records = named(path, "record")
    assert len(records) == 101
    assert np.isnan(column(records, "cadence")[42:52]).all()
    assert np.isnan(column(records, "Shank peak acc")[42:52]).all()
    assert np.isfinite(column(records, "distance")).all()


def test_a_run_written_by_hand_has_its_totals(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    written = write_fit(Run("run-3", START, km=5.25, minutes=31.5), None, None, path)
    assert "totals" in written.notes[0]
    (session,) = named(path, "session")
    assert session.get_value("total_distance") == 5250.0
    assert session.get_value("total_timer_time") == 1890.0
    assert len(named(path, "record")) == 2


# --- its own file, come back ------------------------------------------------------------------------


@pytest.mark.parametrize("synthetic", [False, True])
def test_an_own_file_is_known_by_its_mark(tmp_path: Path, synthetic: bool) -> None:
    path = tmp_path / "run.fit"
    write_fit(
        made_run(100.0), analysed(((0.0, 100.0),), recording=made_facts(synthetic=synthetic)), None, path
    )
    (watch,) = read_watch_files(path).runs
    assert (watch.own, watch.synthetic) == (True, synthetic)
    write_fit(made_run(100.0), None, dataclasses.replace(made_watch(100), synthetic=synthetic), path)
    (alone,) = read_watch_files(path).runs
    assert (alone.own, alone.synthetic) == (True, synthetic)


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"start": date(2026, 5, 1)}, "time at which it began"), ({"minutes": None}, "how long")],
)
def test_a_run_without_clock_or_duration_is_refused(tmp_path: Path, changes: Any, said: str) -> None:
    run = dataclasses.replace(Run("run-4", START, minutes=30.0), **changes)
    with pytest.raises(RefusedError, match=said) as caught:
        write_fit(run, None, None, tmp_path / "run.fit")
    assert "pfp edit run-4" in caught.value.what_to_do
    assert list(tmp_path.iterdir()) == []


def test_the_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fit_tool", "fit_tool.fit_file_builder"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError) as caught:
        write_fit(Run("run-5", START, minutes=30.0), None, None, tmp_path / "run.fit")
    assert "pfp-sensors[watch]" in caught.value.what_to_do
