"""A watch and a recording of the same run find each other within half a second, or say that they cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_watch import START, Made, MadeRun, MadeWatch, leg_of, make, strides_of, watch_of
from strategies import SETTINGS

from pfp_sensors.analyse import analyse_recording
from pfp_sensors.analyse.watch_join import CannotTell, join_watch
from pfp_sensors.gait.strides import stride_rows
from pfp_sensors.model.watch import JoinedWatch, WatchRun
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run

PAIRS = 80
SAME_RUN = ("20210507_run_coros_pace_2.fit", "20210507_run_garmin_fenix_6.fit")


def drawn(seed: int) -> tuple[Made, MadeWatch]:
    """Draw a run and a watch on it: clocks up to an hour apart, drift up to 100 ppm."""
    r = np.random.default_rng(seed)
    run = MadeRun(
        minutes=float(r.uniform(8, 45)),
        cadence_spm=float(r.uniform(152, 185)),
        wander_spm=float(r.choice([0.3, 0.8, 1.5, 2.5])),
        stride_sd=float(r.choice([0.004, 0.008, 0.012, 0.02])),
        walk_breaks=int(r.choice([0, 0, 2, 5])),
        stops=int(r.choice([0, 0, 1, 3])),
        steps_spm=8.0,
        interval_s=float(r.choice([0, 0, 0, 120, 180])),
        seed=seed,
    )
    watch = MadeWatch(
        offset_s=float(r.uniform(-60, 60)),
        rate=float(1 + r.uniform(-1e-4, 1e-4)),
        mean_s=float(r.uniform(3, 5)),
        delay_s=float(r.uniform(0, 4)),
        resolution_spm=float(r.choice([1, 2, 2])),
        keeps_stops=bool(r.random() < 0.5),
        lost_share=float(r.choice([0, 0, 0.02, 0.2])),
        clock_error_s=float(r.uniform(-3600, 3600)),
        seed=seed,
    )
    return make(run), watch


def worst_s(found: JoinedWatch, watch: MadeWatch) -> float:
    """Return how far what the watch shows is put from the moment it belongs to, at the worst of both ends."""
    ends = found.watch.time_s[[0, -1]]
    return float(np.abs(found.offset_s + found.rate * ends - watch.shown_at_s(ends)).max())


def test_right_pairs_are_joined_within_half_a_second_and_wrong_ones_never() -> None:
    told, before = [], None
    for seed in range(PAIRS):
        made, watch = drawn(seed)
        leg, run = leg_of(strides_of(made)), watch_of(made, watch)
        found = join_watch(leg, START if seed % 4 else None, run, SETTINGS)
        if isinstance(found, JoinedWatch):
            told.append(worst_s(found, watch))
        if before is not None:
            assert isinstance(join_watch(before, START if seed % 2 else None, run, SETTINGS), CannotTell), (
                seed
            )
        before = leg
    assert max(told) <= 0.5
    assert len(told) >= 0.9 * PAIRS


@pytest.mark.parametrize("clock_error_s", [-3600.0, 3600.0, 0.0])
def test_a_clock_that_is_wrong_by_an_hour_does_not_matter(clock_error_s: float) -> None:
    made, watch = make(MadeRun(seed=3)), MadeWatch(offset_s=7.0, clock_error_s=clock_error_s)
    found = join_watch(leg_of(strides_of(made)), START, watch_of(made, watch), SETTINGS)
    assert isinstance(found, JoinedWatch)
    assert worst_s(found, watch) < 0.3


def test_a_watch_that_says_it_ran_another_time_is_not_joined() -> None:
    made, watch = make(MadeRun(seed=3)), MadeWatch(clock_error_s=3 * 3600.0)
    found = join_watch(leg_of(strides_of(made)), START, watch_of(made, watch), SETTINGS)
    assert isinstance(found, CannotTell)
    assert found.clocks_s == 3 * 3600.0


def test_a_watch_that_covers_part_of_the_run_is_joined() -> None:
    made = make(MadeRun(seed=4))
    watch = MadeWatch(offset_s=-20.0, starts_s=600.0, ends_s=1500.0)
    found = join_watch(leg_of(strides_of(made)), START, watch_of(made, watch), SETTINGS)
    assert isinstance(found, JoinedWatch)
    assert worst_s(found, watch) < 0.5


def reason_of(made: Made, run: WatchRun, **changed: Any) -> str:
    found = join_watch(leg_of(strides_of(made, **changed)), START, run, SETTINGS)
    assert isinstance(found, CannotTell)
    return found.reason


def test_what_cannot_be_told_is_said() -> None:
    made = make(MadeRun(minutes=12, seed=5))
    run = watch_of(made, MadeWatch())
    quiet = {"speed_mps": run.channels["speed_mps"]}
    assert "no cadence" in reason_of(made, replace(run, channels=quiet))
    blank = {"cadence_spm": np.full(len(run.time_s), np.nan)}
    assert "steady running" in reason_of(made, replace(run, channels=blank))
    none = np.zeros(len(made.contact_s), dtype=np.bool_)
    assert "no single strides" in reason_of(made, run, valid=none)
    halved = {"cadence_spm": run.channels["cadence_spm"] + 20.0}
    assert "same cadence" in reason_of(made, replace(run, channels=halved))
    empty = replace(run, time_s=np.empty(0), channels={"cadence_spm": np.empty(0)})
    assert "steady running" in reason_of(made, empty)
    short = make(MadeRun(minutes=3, seed=5))
    assert "steady running" in reason_of(short, watch_of(short, MadeWatch()))


def test_a_perfectly_even_cadence_cannot_be_placed() -> None:
    made = make(MadeRun(minutes=20, wander_spm=0.0, stride_sd=0.0, seed=6))
    reason_of(made, watch_of(made, MadeWatch()))


def test_intervals_that_repeat_exactly_fit_in_several_places() -> None:
    plan = MadeRun(wander_spm=0.0, stride_sd=0.0, steps_spm=10.0, interval_s=120.0, seed=7)
    assert "more than one place" in reason_of(make(plan), watch_of(make(plan), MadeWatch()))


def test_pauses_that_were_cut_out_of_the_times_are_noticed() -> None:
    """Some exports write moving time: no one offset puts both sides of a stop where they belong."""
    made, watch = make(MadeRun(minutes=30, stops=0, seed=8)), MadeWatch()
    run = watch_of(made, watch)
    cut = (run.time_s < 800) | (run.time_s > 1000)
    time = run.time_s[cut] - np.where(run.time_s[cut] > 1000, 200.0, 0.0)
    run = replace(run, time_s=time, channels={name: values[cut] for name, values in run.channels.items()})
    reason_of(made, run)


def test_a_simulated_body_is_joined_with_what_its_analysis_finds() -> None:
    plan = (PlanPart("running", 200.0), PlanPart("walking", 30.0), PlanPart("running", 200.0))
    recording, truth = simulate_run(
        RunnerSettings(plan=plan, seed=4), SensorSettings(rate_hz=104.0, gyro=False, clock_drift_ppm=50.0)
    )
    leg = analyse_recording(recording, SETTINGS)
    contact = truth.initial_contact_s
    second = np.arange(recording.time_s[-1])
    steps = np.interp(second, contact, 2.0 * np.arange(len(contact)))
    made = replace(
        make(MadeRun(minutes=1)), second_s=second, steps=steps, speed_mps=np.full(len(second), 2.8)
    )
    watch = MadeWatch(offset_s=12.0, clock_error_s=1800.0)
    found = join_watch(leg, START, watch_of(made, watch), SETTINGS)
    assert isinstance(found, JoinedWatch)
    assert worst_s(found, watch) <= 0.5


def test_two_real_watches_of_one_run_are_joined_either_way() -> None:
    """Both clocks are right, so what is found is how much later one shows its cadence: about two seconds."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "watch_files"
    if not folder.is_dir():
        pytest.skip("no real watch files at ../shared/data/watch_files")
    pytest.importorskip("fitdecode")
    from pfp_sensors.formats.watch import read_watch_files

    coros, garmin = (read_watch_files(folder / name).runs[0] for name in SAME_RUN)
    late = []
    for own, other in ((coros, garmin), (garmin, coros)):
        found = join_watch(leg_of(strides_shown(own)), own.start, other, SETTINGS)
        assert isinstance(found, JoinedWatch)
        late.append(found.offset_s - (other.start - own.start).total_seconds())
        assert abs(late[-1]) < 4.0
        moved = replace(other, start=other.start + timedelta(hours=1))
        again = join_watch(leg_of(strides_shown(own)), own.start, moved, SETTINGS)
        assert isinstance(again, JoinedWatch)
        assert again.offset_s == found.offset_s
    assert late[0] + late[1] == pytest.approx(0.0, abs=0.5)


def strides_shown(watch: WatchRun) -> Any:
    """Make the strides that a watch's cadence stands for."""
    cadence = watch.channels["cadence_spm"]
    known = cadence > 120.0
    time_s, per_s = watch.time_s[known], cadence[known] / 120.0
    count = np.concatenate([[0.0], np.cumsum(0.5 * (per_s[1:] + per_s[:-1]) * np.diff(time_s))])
    contact = np.interp(np.arange(int(count[-1])), count, time_s)
    stride = np.diff(contact, append=np.nan)
    return stride_rows(
        len(contact), bout_index=0, running=True, valid=stride < 1.0, initial_s=contact, stride_time_s=stride
    )
