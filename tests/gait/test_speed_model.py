"""A person's own speed model learns a bias, knows how sure it is, and is silent on what it never saw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_watch import MadeRun, MadeWatch, leg_of, make, strides_of, watch_of

from pfp_sensors.gait.speed_model import SpeedModel, fold_model, learning_windows, predict
from pfp_sensors.gait.speed_windows import LearningWindows, stride_windows
from pfp_sensors.model.watch import JoinedWatch, Pause

RUNNERS = 40


class MadeRunner:
    """A runner whose sensor reads up to 8 % long or short, and by another share at other paces."""

    def __init__(self, seed: int, bias: float | None = None) -> None:
        self.rng = np.random.default_rng((31, seed))
        self.bias = self.rng.uniform(0.92, 1.08) if bias is None else bias
        self.tilt = self.rng.uniform(-0.1, 0.1)
        self.hz = self.rng.normal(1.37, 0.04)
        self.hz_per_mps = self.rng.uniform(0.02, 0.07)

    def run(self, pace: float | None = None, *, gyroscope: bool = True) -> tuple[np.ndarray, LearningWindows]:
        """Return true speeds of the windows of a run, and what sensor and watch make of them."""
        r = self.rng
        n = int(r.integers(30, 90))
        true = (r.uniform(2.3, 3.3) if pace is None else pace) + 0.12 * r.standard_normal(n)
        hz = self.hz + self.hz_per_mps * (true - 2.8) + 0.008 * r.standard_normal()
        strap = 1.0 + 0.015 * r.standard_normal()
        raw = true * (self.bias + self.tilt * (true / 2.8 - 1.0)) * strap * (1 + 0.01 * r.standard_normal(n))
        watch = true * (1 + 0.01 * r.standard_normal()) * (1 + 0.015 * r.standard_normal(n))
        hz = hz + 0.006 * r.standard_normal(n)
        return true, LearningWindows(watch, hz, raw if gyroscope else np.full(n, np.nan))


def told(model: SpeedModel, windows: LearningWindows) -> np.ndarray:
    return predict(model, windows.stride_hz, windows.raw_speed_mps)[0]


def model_of(runner: MadeRunner, runs: int, *, gyroscope: bool = True) -> SpeedModel:
    model = fold_model([runner.run(gyroscope=gyroscope)[1] for _ in range(runs)])
    assert model is not None
    return model


def test_the_bias_of_a_sensor_is_learned_and_the_error_is_what_is_claimed() -> None:
    before, after, claimed = [], [], []
    for seed in range(RUNNERS):
        runner = MadeRunner(seed)
        model = model_of(runner, 8)
        true, windows = runner.run(2.8)
        speed, sd = predict(model, windows.stride_hz, windows.raw_speed_mps)
        if model.line(raw=True) is None or np.isnan(speed).mean() > 0.2:
            continue
        before.append(np.median(windows.raw_speed_mps) / np.median(true) - 1.0)
        after.append(np.nanmedian(speed) / np.median(true) - 1.0)
        claimed.append(float(np.nanmedian(sd / speed)))
    assert len(after) > 0.6 * RUNNERS
    was, now = (float(np.sqrt(np.mean(np.square(e)))) for e in (before, after))
    assert was > 0.04
    assert now < 0.025
    assert now < np.mean(claimed) < 0.05
    assert np.mean(np.abs(after) < 2 * np.array(claimed)) > 0.95


@pytest.mark.parametrize("bias", [0.92, 1.08])
def test_fewer_than_three_runs_tell_nothing_and_three_do(bias: float) -> None:
    runner = MadeRunner(1, bias)
    runs = [runner.run()[1] for _ in range(3)]
    two = fold_model(runs[:2])
    assert two is not None
    assert two.line(raw=True) is None
    assert np.isnan(told(two, runs[0])).all()
    three = fold_model(runs)
    assert three is not None
    line = three.line(raw=True)
    assert line is not None
    assert line.runs == 3
    assert np.isfinite(told(three, runs[2])).all()
    assert np.median(told(three, runs[2]) / runs[2].speed_mps) == pytest.approx(1.0, abs=0.04)


def test_a_sensor_that_needs_no_correction_is_left_alone() -> None:
    """Where learning foretells no better than the sensor itself, the model is not used."""
    rng = np.random.default_rng(3)
    speeds = [rng.uniform(2.4, 3.2, 60) for _ in range(6)]
    runs = [
        LearningWindows(raw * float(1 + 0.05 * (-1) ** k), np.full(60, 1.37), raw)
        for k, raw in enumerate(speeds)
    ]
    model = fold_model(runs)
    assert model is not None
    assert model.line(raw=True) is None


def test_other_paces_than_those_learned_are_not_told() -> None:
    runner = MadeRunner(2, 0.92)
    model = fold_model([runner.run(2.6)[1] for _ in range(6)])
    assert model is not None
    assert np.isfinite(told(model, runner.run(2.6)[1])).mean() > 0.7
    assert np.isnan(told(model, runner.run(4.2)[1])).all()


def test_without_a_gyroscope_the_error_is_larger_and_said_to_be() -> None:
    off, claimed, used = [], [], 0
    for seed in range(RUNNERS):
        runner = MadeRunner(seed)
        model = model_of(runner, 8, gyroscope=False)
        assert model.with_raw is None
        line = model.line(raw=False)
        if line is None:
            continue
        used += 1
        true, windows = runner.run(2.8, gyroscope=False)
        speed = told(model, windows)
        if np.isfinite(speed).any():
            off.append(np.nanmedian(speed) / np.median(true) - 1.0)
            claimed.append(line.error_pct / 100)
    assert 0.3 * RUNNERS < used < RUNNERS
    assert max(claimed) <= 0.10
    assert np.mean(np.abs(off) < 2 * np.array(claimed)) > 0.9


def test_stride_frequency_that_says_nothing_of_speed_is_not_used() -> None:
    rng = np.random.default_rng(4)
    blind = [
        LearningWindows(np.full(60, speed), rng.normal(1.37, 0.02, 60), np.full(60, np.nan))
        for speed in (2.0, 3.6, 2.2, 3.9, 2.4, 3.4)
    ]
    model = fold_model(blind)
    assert model is not None
    assert model.line(raw=False) is None


def test_old_runs_fade_when_a_sensor_is_worn_elsewhere() -> None:
    before, after = MadeRunner(5, 0.93), MadeRunner(5, 1.07)
    runs = [before.run()[1] for _ in range(6)] + [after.run()[1] for _ in range(6)]
    model = fold_model(runs)
    assert model is not None
    assert model.with_raw is not None
    true, windows = after.run(2.8)
    line = replace(model.with_raw, error_pct=1.0)
    assert np.nanmedian(told(replace(model, with_raw=line), windows)) == pytest.approx(
        np.median(true), rel=0.04
    )


def test_no_windows_are_no_model() -> None:
    none = LearningWindows(np.empty(0), np.empty(0), np.empty(0))
    assert fold_model([]) is None
    assert fold_model([none, none]) is None
    runs = [MadeRunner(6).run()[1] for _ in range(4)]
    with_empty, without = fold_model([runs[0], none, *runs[1:]]), fold_model(runs)
    assert with_empty is not None
    assert without is not None
    assert np.array_equal(told(with_empty, runs[0]), told(without, runs[0]), equal_nan=True)


def learned_from(*, raw: float | None = 1.05, run: MadeRun | None = None, **watch: object) -> LearningWindows:
    made = make(run or MadeRun(minutes=10, seed=1))
    known = MadeWatch(**watch)  # type: ignore[arg-type]
    sensor = None if raw is None else np.full(len(made.contact_s), raw * 2.8)
    joined = JoinedWatch(watch_of(made, known), known.offset_s, known.rate)
    return learning_windows(leg_of(strides_of(made, raw_speed=sensor)), joined)


def test_even_running_with_a_watch_outdoors_teaches() -> None:
    windows = learned_from(offset_s=5.0)
    assert 15 <= len(windows) <= 20
    assert windows.speed_mps == pytest.approx(2.8, rel=0.05)
    assert windows.stride_hz == pytest.approx(166 / 120, rel=0.05)
    assert windows.raw_speed_mps == pytest.approx(1.05 * 2.8)
    assert np.isnan(learned_from(raw=None).raw_speed_mps).all()
    assert np.isnan(learned_from(raw=1.5).raw_speed_mps).all()
    assert len(learned_from(raw=None)) > 15


def test_what_does_not_teach() -> None:
    assert len(learned_from(indoor=True)) == 0
    assert len(learned_from(starts_s=590.0)) == 0
    assert len(learned_from(run=MadeRun(minutes=10, speed_mps=1.2))) == 0
    assert len(learned_from(run=MadeRun(minutes=1))) <= 1
    assert len(learned_from(run=MadeRun(minutes=10, interval_s=10.0, steps_spm=60.0))) < 8


def test_walk_breaks_and_holes_leave_their_windows_out() -> None:
    broken = MadeRun(minutes=20, walk_breaks=4, seed=2)
    even = learned_from(run=MadeRun(minutes=20, seed=2))
    assert 5 < len(learned_from(run=broken)) < len(even) - 4
    made = make(MadeRun(minutes=10, seed=1))
    run = watch_of(made, MadeWatch())
    kept = (run.time_s < 200) | (run.time_s > 320)
    holed = replace(
        run,
        time_s=run.time_s[kept],
        channels={name: values[kept] for name, values in run.channels.items()},
        pauses=(Pause(200.0, 320.0),),
    )
    leg = leg_of(strides_of(made))
    assert (
        len(learning_windows(leg, JoinedWatch(run, 0.0)))
        - len(learning_windows(leg, JoinedWatch(holed, 0.0)))
        >= 4
    )


def test_a_distance_and_a_speed_that_disagree_teach_nothing() -> None:
    made = make(MadeRun(minutes=10, seed=1))
    run = watch_of(made, MadeWatch())
    channels = dict(run.channels)
    channels["distance_m"] = 1.1 * channels["distance_m"]
    joined = JoinedWatch(replace(run, channels=channels), 0.0)
    assert len(learning_windows(leg_of(strides_of(made)), joined)) == 0


def test_every_stride_of_a_bout_is_in_a_window_of_about_thirty_seconds() -> None:
    strides = strides_of(make(MadeRun(minutes=10, walk_breaks=2, seed=3)))
    windows = stride_windows(strides)
    used = strides.running & strides.valid
    assert (windows.of_stride[used] >= 0).all()
    assert (windows.of_stride[~used] == -1).all()
    long = (windows.end_s - windows.start_s) > 15.0
    assert (windows.end_s - windows.start_s)[long] == pytest.approx(30.0, abs=15.0)
