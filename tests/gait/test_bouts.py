"""Running, walking, still: on a simulated outing and on signals made by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SETTINGS, analysed, as_piece, outing, rotations, turned, without_gyro

from pfp_sensors.gait.bouts import (
    fill_between,
    label_movement,
    magnitude,
    refine_regions,
    running_regions,
    spans_of,
    stride_time_in,
)
from pfp_sensors.model.recording import Recording
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings

MIXED = RunnerSettings(
    plan=(
        PlanPart("still", 10.0),
        PlanPart("walking", 30.0),
        PlanPart("running", 60.0),
        PlanPart("walking", 20.0),
        PlanPart("running", 15.0),
        PlanPart("still", 20.0),
        PlanPart("running", 30.0),
        PlanPart("walking", 10.0),
    )
)


def made(signal_g: np.ndarray, rate_hz: float) -> Recording:
    """Make a recording whose |a| is the given signal."""
    acc = np.zeros((len(signal_g), 3), dtype=np.float32)
    acc[:, 2] = signal_g
    return Recording(np.arange(len(acc)) / rate_hz, acc, None, rate_hz)


def shaken(mean_g: float, period_s: float, seconds: float = 20.0, rate_hz: float = 50.0) -> Recording:
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return made(mean_g * (1.0 + 0.4 * np.cos(2.0 * np.pi * t / period_s)), rate_hz)


@pytest.mark.parametrize("rate_hz", [25.0, 104.0, 208.0, 1600.0])
def test_edges_of_an_outing_are_found_within_two_seconds(rate_hz: float) -> None:
    found = outing(MIXED, SensorSettings(rate_hz=rate_hz, gyro=False))
    wanted = [b for b in found.truth.bouts if b.kind == "running"]
    running = [b for b in found.analysis.summary.bouts if b.kind == "running"]
    assert len(running) == len(wanted)
    for bout, true in zip(running, wanted, strict=True):
        assert (bout.start_s, bout.end_s) == pytest.approx((true.start_s, true.end_s), abs=2.0)
    for true in found.truth.bouts:
        middle_s = 0.5 * (true.start_s + true.end_s)
        here = [b for b in found.analysis.summary.bouts if b.start_s <= middle_s < b.end_s]
        assert [b.kind for b in here] == [true.kind]
        assert (here[0].start_s, here[0].end_s) == pytest.approx((true.start_s, true.end_s), abs=2.5)


@pytest.mark.parametrize("rate_hz", [25.0, 208.0])
def test_bouts_follow_each_other_and_fill_the_recording(rate_hz: float) -> None:
    found = outing(MIXED, SensorSettings(rate_hz=rate_hz, gyro=False))
    bouts = found.analysis.summary.bouts
    assert bouts[0].start_s == found.recording.time_s[0]
    assert bouts[-1].end_s == pytest.approx(found.recording.time_s[-1] + 1.0 / rate_hz)
    assert [b.start_s for b in bouts[1:]] == [b.end_s for b in bouts[:-1]]


@pytest.mark.parametrize("seconds", [4.0, 5.0, 6.0, 8.0])
@pytest.mark.parametrize("around", ["walking", "still"])
def test_a_bout_of_four_strides_and_more_is_found_and_flagged(around: str, seconds: float) -> None:
    plan = (PlanPart(around, 20.0), PlanPart("running", seconds), PlanPart(around, 20.0))
    found = outing(RunnerSettings(plan=plan))
    (true,) = (b for b in found.truth.bouts if b.kind == "running")
    (bout,) = (b for b in found.analysis.summary.bouts if b.kind == "running")
    assert bout.flags == ("short_bout",)
    assert (bout.start_s, bout.end_s) == pytest.approx((true.start_s, true.end_s), abs=2.0)


@pytest.mark.parametrize("seconds", [4.0, 5.0, 6.0, 8.0])
def test_a_short_bout_between_walking_has_no_walking_strides_in_it(seconds: float) -> None:
    plan = (PlanPart("walking", 20.0), PlanPart("running", seconds), PlanPart("walking", 20.0))
    found = outing(RunnerSettings(plan=plan))
    strides = found.analysis.strides
    assert abs(int(strides.running.sum()) - len(found.true_s)) <= 1
    assert found.analysis.summary.cadence_spm is not None
    assert found.analysis.summary.cadence_spm.median == pytest.approx(
        120.0 / np.diff(found.true_s).mean(), abs=3.0
    )


@pytest.mark.parametrize("speed_mps", [2.0, 2.8, 4.0, 5.5])
@pytest.mark.parametrize("strike", ["heel", "midfoot", "soft"])
def test_a_whole_run_is_running(speed_mps: float, strike: str) -> None:
    found = outing(
        RunnerSettings(duration_s=30.0, speed_mps=speed_mps, strike=strike), SensorSettings(gyro=False)
    )
    (true,) = (b for b in found.truth.bouts if b.kind == "running")
    share = found.analysis.summary.running_s / true.duration_s
    assert share == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("walking_speed_mps", [0.9, 1.3, 1.7])
def test_walking_is_never_running(walking_speed_mps: float) -> None:
    plan = (PlanPart("still", 5.0), PlanPart("walking", 40.0))
    found = outing(RunnerSettings(plan=plan, walking_speed_mps=walking_speed_mps))
    assert found.analysis.summary.running_s == 0.0
    assert not found.analysis.strides.running.any()


@pytest.mark.parametrize(
    ("recording", "kind"),
    [
        (shaken(1.8, 0.7), "running"),
        (shaken(1.2, 1.1), "walking"),
        (made(np.ones(1000), 50.0), "still"),
        (made(1.1 + 0.2 * np.random.default_rng(0).standard_normal(1000), 50.0), "other"),
    ],
)
def test_made_signals_are_what_they_look_like(recording: Recording, kind: str) -> None:
    movement = label_movement(as_piece(recording), SETTINGS.bouts)
    flags = {"running": movement.running, "walking": movement.walking, "still": movement.still}
    for name, mask in flags.items():
        assert mask.mean() == pytest.approx(float(name == kind), abs=0.1), name


def test_running_stays_while_it_dips_and_ends_when_it_is_gone() -> None:
    """Enters above 1.6 g, stays above 1.5 g."""
    t = np.arange(0, 60.0, 0.02)
    wave = 1.0 + 0.4 * np.cos(2.0 * np.pi * t / 0.7)
    level = np.where(t < 20.0, 1.8, np.where(t < 40.0, 1.55, 1.3))
    movement = label_movement(as_piece(made(level * wave, 50.0)), SETTINGS.bouts)
    seconds = np.arange(len(movement.running)) * SETTINGS.bouts.step_s
    assert movement.running[seconds < 38.0].all()
    assert not movement.running[seconds > 42.0].any()
    dip_only = label_movement(as_piece(made(np.where(t < 40.0, 1.55, 1.3) * wave, 50.0)), SETTINGS.bouts)
    assert not dip_only.running.any()


def test_a_piece_shorter_than_a_window_is_one_window() -> None:
    movement = label_movement(as_piece(shaken(1.8, 0.7, seconds=2.0)), SETTINGS.bouts)
    assert movement.running.all()
    assert stride_time_in(movement, 0, 100) == pytest.approx(0.7, abs=0.02)


def test_a_piece_of_two_samples_is_labelled() -> None:
    movement = label_movement(as_piece(made(np.ones(2), 100.0)), SETTINGS.bouts)
    assert len(movement.running) == 1


@pytest.mark.parametrize("start_s", [12.3, 20.0])
def test_edges_are_refined_where_the_level_passes_half_way(start_s: float) -> None:
    rate_hz = 25.0
    t = np.arange(0, 60.0, 1.0 / rate_hz)
    running = (t >= start_s) & (t < start_s + 20.0)
    wave = 1.0 + 0.4 * np.cos(2.0 * np.pi * t / 0.7)
    piece = as_piece(made(np.where(running, 1.9 * wave, 1.1), rate_hz))
    movement = label_movement(piece, SETTINGS.bouts)
    regions = running_regions(movement, len(piece))
    ((start, end),) = refine_regions(piece, movement, regions, SETTINGS.bouts)
    assert (start / rate_hz, end / rate_hz) == pytest.approx((start_s, start_s + 20.0), abs=0.5)


def test_a_refined_stretch_of_too_few_strides_is_dropped() -> None:
    t = np.arange(0, 40.0, 0.04)
    wave = 1.0 + 0.4 * np.cos(2.0 * np.pi * t / 0.7)
    brief = as_piece(made(np.where((t > 20.0) & (t < 22.0), 1.9 * wave, 1.0), 25.0))
    movement = label_movement(brief, SETTINGS.bouts)
    assert refine_regions(brief, movement, [(495, 555)], SETTINGS.bouts) == []


@given(st.lists(st.booleans(), max_size=40))
def test_spans_are_the_stretches_of_true(mask: list[bool]) -> None:
    spans = spans_of(np.array(mask, dtype=np.bool_))
    rebuilt = np.zeros(len(mask), dtype=np.bool_)
    for a, b in spans:
        assert a < b
        rebuilt[a:b] = True
    assert rebuilt.tolist() == mask
    assert all(b < c for (_, b), (c, _) in itertools.pairwise(spans))


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 60)), max_size=4))
def test_everything_between_the_running_is_labelled_once(blocks: list[tuple[int, int]]) -> None:
    piece = as_piece(shaken(1.2, 1.1))
    movement = label_movement(piece, SETTINGS.bouts)
    running, last = [], 0
    for start, length in sorted(blocks):
        if start > last:
            last = min(1000, start + length)
            running.append((start, last))
    spans = fill_between(movement, running, 1000)
    assert [span.start for span in spans] == [0, *(span.end for span in spans[:-1])]
    assert spans[-1].end == 1000
    assert [(span.start, span.end) for span in spans if span.kind == "running"] == running


@given(rotations())
def test_labels_do_not_depend_on_how_the_sensor_is_turned(matrix: np.ndarray) -> None:
    recording = outing(MIXED, SensorSettings(rate_hz=25.0, gyro=False)).recording
    plain = label_movement(as_piece(recording), SETTINGS.bouts)
    other = label_movement(as_piece(turned(recording, matrix)), SETTINGS.bouts)
    for name in ("running", "walking", "still"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(other, name))


def test_magnitude_is_the_length_of_each_row() -> None:
    acc = np.random.default_rng(0).standard_normal((50, 3)).astype(np.float32)
    np.testing.assert_allclose(magnitude(acc), np.linalg.norm(acc, axis=1), rtol=1e-6)


def test_a_gyroscope_changes_no_bout() -> None:
    found = outing(MIXED)
    assert analysed(without_gyro(found.recording)).summary.bouts == found.analysis.summary.bouts
