"""What a watch says of a run: running only, whatever walking, pauses and gaps lie between."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.analyse.watch_climb import climb_and_descent, grade_of
from pfp_sensors.analyse.watch_summary import watch_summary
from pfp_sensors.formats.watch import read_watch_files
from pfp_sensors.model.recording import Source
from pfp_sensors.model.watch import Pause, WatchRun, WatchTotals

if TYPE_CHECKING:
    from pathlib import Path

RUN_S, WALK_S, STAND_S = 600, 300, 120


def made_run(every_s: int = 1, **without: bool) -> WatchRun:
    """Return 10 min of running at 3 m/s and 170 spm, 5 min of walking, 2 of standing, and the 10 again."""
    speed, cadence = (
        np.concatenate([np.full(n, value) for n, value in parts])
        for parts in (
            [(RUN_S, 3.0), (WALK_S, 1.4), (STAND_S, 0.0), (RUN_S, 3.0)],
            [(RUN_S, 170.0), (WALK_S, 112.0), (STAND_S, 0.0), (RUN_S, 170.0)],
        )
    )
    distance = np.cumsum(speed)
    heart = np.where(cadence > 150, 150.0, 110.0)
    at = np.arange(0, len(speed), every_s)
    channels = {"speed_mps": speed, "cadence_spm": cadence, "distance_m": distance, "heart_rate_bpm": heart}
    return WatchRun(
        Source("made.fit", "0" * 64, "fit"),
        datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC),
        at.astype(np.float64),
        {name: values[at].copy() for name, values in channels.items() if not without.get(name)},
    )


@functools.cache
def real_run(shared_data: Path, name: str) -> WatchRun:
    (run,) = read_watch_files(shared_data / "watch_files" / name).runs
    return run


def with_channel(run: WatchRun, **channels: np.ndarray) -> WatchRun:
    return replace(run, channels={**run.channels, **channels})


@pytest.mark.parametrize("every_s", [1, 2, 7, 10])
def test_running_only_whatever_the_distance_of_rows(every_s: int) -> None:
    found = watch_summary(made_run(every_s))
    assert found.minutes == pytest.approx(20.0, abs=0.3)
    assert found.km == pytest.approx(3.6, rel=0.02)
    assert (found.speed_mps, found.cadence_spm) == (3.0, 170.0)
    assert found.steps == pytest.approx(3400, rel=0.015)
    assert found.heart_rate_bpm == pytest.approx(150.0, abs=1.0)
    assert (found.ascent_m, found.downhill_min, found.notes) == (None, None, ())


def test_without_cadence_the_speed_tells() -> None:
    found = watch_summary(made_run(cadence_spm=True))
    assert found.minutes == pytest.approx(20.0, abs=0.2)
    assert (found.cadence_spm, found.steps) == (None, None)


@pytest.mark.parametrize(
    ("speed_mps", "minutes"), [(3.0, 20.0), (2.1, 20.0), (1.7, 10.0), (None, 10.0)], ids=str
)
def test_from_120_to_130_steps_a_minute_the_speed_tells(speed_mps: float | None, minutes: float) -> None:
    run = made_run(speed_mps=speed_mps is None, distance_m=speed_mps is None)
    slow = run.time_s < RUN_S
    changed = {"cadence_spm": np.where(slow, 124.0, run.channels["cadence_spm"])}
    if speed_mps is not None:
        changed["speed_mps"] = np.where(slow, speed_mps, run.channels["speed_mps"])
    assert watch_summary(with_channel(run, **changed)).minutes == pytest.approx(minutes, abs=0.2)


def test_without_speed_the_distance_tells_it() -> None:
    found = watch_summary(made_run(cadence_spm=True, speed_mps=True))
    assert found.minutes == pytest.approx(20.0, abs=0.2)
    assert found.speed_mps == pytest.approx(3.0)


def test_without_speed_and_distance_the_cadence_tells() -> None:
    found = watch_summary(made_run(speed_mps=True, distance_m=True))
    assert found.minutes == pytest.approx(20.0, abs=0.2)
    assert (found.km, found.speed_mps) == (None, None)
    assert found.steps == pytest.approx(3400, rel=0.01)


def test_without_distance_the_speed_gives_it() -> None:
    assert watch_summary(made_run(distance_m=True)).km == pytest.approx(3.6, rel=0.01)


def test_a_part() -> None:
    found = watch_summary(made_run(), within=(300.0, 1000.0))
    assert (found.minutes, found.km) == (pytest.approx(5.0, abs=0.2), pytest.approx(0.9, rel=0.02))
    assert watch_summary(made_run(), within=(650.0, 850.0)).km is None


def test_pauses_and_gaps_are_no_running() -> None:
    run = made_run()
    paused = replace(run, pauses=(Pause(100.0, 160.0),))
    assert watch_summary(paused).minutes == pytest.approx(watch_summary(run).minutes - 1.0, abs=0.02)
    keep = (run.time_s < 100) | (run.time_s >= 220)
    gap = replace(run, time_s=run.time_s[keep], channels={n: v[keep] for n, v in run.channels.items()})
    found = watch_summary(gap)
    assert found.minutes == pytest.approx(watch_summary(run).minutes - 2.0, abs=0.05)
    assert found.km == pytest.approx(watch_summary(run).km - 0.36, abs=0.01)
    assert found.notes == ("2 min without a row of the watch are not counted as running.",)


def test_missing_values_between_are_bridged() -> None:
    run = made_run()
    holes = np.arange(len(run.time_s)) % 5 != 0
    full = {name: np.where(holes, values, np.nan) for name, values in run.channels.items()}
    found = watch_summary(replace(run, channels=full))
    assert found.km == pytest.approx(3.6, rel=0.01)
    assert found.steps == pytest.approx(3400, rel=0.01)
    sparse = with_channel(run, heart_rate_bpm=np.where(run.time_s < 100, 150.0, np.nan))
    assert watch_summary(sparse).heart_rate_bpm is None


@pytest.mark.parametrize(("factor", "word"), [(0.5, "halved"), (2.0, "doubled twice")])
def test_a_cadence_that_cannot_be_is_said_and_not_counted(factor: float, word: str) -> None:
    run = made_run()
    found = watch_summary(with_channel(run, cadence_spm=run.channels["cadence_spm"] * factor))
    assert found.minutes == pytest.approx(20.0, abs=0.2)
    assert (found.cadence_spm, found.steps) == (170.0 * factor, None)
    assert word in found.notes[0]


def test_indoors_the_distance_is_a_guess_and_there_is_no_hill() -> None:
    hill = with_channel(made_run(), altitude_m=np.linspace(100, 0, len(made_run().time_s)))
    found = watch_summary(replace(hill, indoor=True))
    assert (found.ascent_m, found.descent_m, found.downhill_min) == (None, None, None)
    assert "indoors" in found.notes[0]


def test_totals_where_the_rows_tell_nothing() -> None:
    bare = made_run(cadence_spm=True, speed_mps=True, distance_m=True)
    told = WatchTotals(distance_m=5000.0, timer_s=1500.0, ascent_m=10.0, descent_m=12.0, steps=4200)
    found = watch_summary(replace(bare, totals=told))
    assert (found.km, found.minutes, found.steps) == (5.0, 25.0, 4200)
    assert (found.cadence_spm, found.ascent_m, found.descent_m) == (168.0, 10.0, 12.0)
    assert "totals" in found.notes[0]
    assert watch_summary(replace(bare, totals=told), within=(0.0, 100.0)).km is None
    assert watch_summary(bare).km is None


def test_one_row_is_no_run() -> None:
    run = made_run(10_000)
    assert watch_summary(run).minutes is None


def test_downhill_and_climbs() -> None:
    run = made_run(cadence_spm=True)
    run = with_channel(run, speed_mps=np.full(len(run.time_s), 3.0), distance_m=3.0 * run.time_s)
    t = run.time_s
    profile = np.interp(t, [0, 400, 700, 1000, t[-1]], [50, 50, 95, 50, 50])  # 5 % up, 5 % down
    noise = np.random.default_rng(1).normal(0, 0.3, len(t))
    found = watch_summary(with_channel(run, altitude_m=profile + noise))
    assert found.downhill_min == pytest.approx(5.0, abs=0.4)
    assert (found.ascent_m, found.descent_m) == (pytest.approx(45, abs=3), pytest.approx(45, abs=3))
    assert found.notes == ("Ascent and descent were computed from the altitude.",)
    gentle = watch_summary(with_channel(run, altitude_m=200 - 0.02 * 3.0 * t))
    assert gentle.downhill_min == 0.0


def test_wavering_is_no_climb() -> None:
    t = np.arange(3600.0)
    wavering = 10 + np.sin(t / 30) * 0.9
    assert climb_and_descent(t, wavering) == (0.0, 0.0)
    assert np.isnan(grade_of(t, np.zeros(3600), wavering)).all()


def test_climbs_of_the_real_runs_come_near_what_their_watches_say(shared_data: Path) -> None:
    names = "20210507_run_coros_pace_2", "20210507_run_garmin_fenix_6", "activity-small-fenix2-run"
    for name in names:
        run = real_run(shared_data, f"{name}.fit")
        climbs = climb_and_descent(run.time_s, run.channels["altitude_m"])
        assert climbs == (
            pytest.approx(run.totals.ascent_m, abs=13),
            pytest.approx(run.totals.descent_m, abs=13),
        )


REAL = {
    "20120611_run_garmin_fr405cx.tcx": (3.92, 20.87, None, None, 93, 94, 5.3),
    "20210507_run_coros_pace_2.fit": (9.51, 39.3, 184, 169.2, 24, 29, 0.0),
    "20210507_run_garmin_fenix_6.fit": (9.38, 39.2, 182, 169.8, 14, 14, 0.0),
    "activity-small-fenix2-run.fit": (8.81, 44.4, 166, 155.8, 64, 61, 3.1),
    "developer-types-sample.fit": (6.75, 57.0, 150, 130.9, 67, 73, 5.3),
    "garmin-fenix-5-run.fit": (0.157, 0.92, 179, 93.3, 2, 0, 0.0),
}


@pytest.mark.parametrize("name", REAL)
def test_real_run(shared_data: Path, name: str) -> None:
    run = real_run(shared_data, name)
    found = watch_summary(run)
    km, minutes, cadence, heart, ascent, descent, downhill = REAL[name]
    assert found.km == pytest.approx(km, rel=0.005)
    assert found.minutes == pytest.approx(minutes, abs=0.1)
    assert (found.cadence_spm, found.heart_rate_bpm) == (cadence, heart and pytest.approx(heart, abs=0.1))
    assert (found.ascent_m, found.descent_m) == (
        pytest.approx(ascent, abs=0.5),
        pytest.approx(descent, abs=0.5),
    )
    assert found.downhill_min == pytest.approx(downhill, abs=0.1)


@pytest.mark.parametrize("name", ["activity-filecrc.fit", "activity-unexpected-eof.fit"])
def test_real_files_without_running(shared_data: Path, name: str) -> None:
    run = real_run(shared_data, name)
    found = watch_summary(run)
    assert (found.km, found.minutes) == (None, None)
    assert "No running was found" in found.notes[0]


def test_steps_are_those_the_watch_counted(shared_data: Path) -> None:
    for name in list(REAL)[1:3]:
        run = real_run(shared_data, name)
        assert watch_summary(run).steps == pytest.approx(run.totals.steps, rel=0.01)


def test_what_of_the_watchs_own_totals_is_left_out_is_said() -> None:
    run = made_run()
    totals = WatchTotals(distance_m=4020.0, timer_s=1620.0)
    said = "The watch's own totals are 4.02 km and 27.0 min: "
    (note,) = watch_summary(replace(run, totals=totals)).notes
    assert note.startswith(said)
    assert "7.0 min of that is no running" in note
    assert not watch_summary(replace(run, totals=WatchTotals(distance_m=3610.0, timer_s=1205.0))).notes
    assert not watch_summary(replace(run, totals=totals, own=True)).notes
    assert not any("totals" in one for one in watch_summary(replace(run, totals=totals), (0.0, 900.0)).notes)
