"""Invariants of signal.md, section 16, on whole analyses (20, stiffness, is not part of this method)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.signal import resample_poly
from strategies import (
    Outing,
    analysed,
    inside,
    kept,
    matched_error_s,
    outing,
    running_contacts_s,
)

from pfp_sensors.gait.agreement import match_events
from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Recording

STRIKES = ("heel", "midfoot", "soft")
RUN = RunnerSettings(duration_s=40.0)
SENSOR = SensorSettings()
QUANTITIES = (
    "cadence_spm",
    "stride_time_s",
    "contact_time_s",
    "stride_length_m",
    "speed_mps",
    "impact",
    "dose",
)


@hypothesis_settings(max_examples=10)
@given(gain=st.floats(0.93, 1.4), strike=st.sampled_from(STRIKES))
def test_a_larger_signal_has_larger_peaks_at_the_same_times(gain: float, strike: str) -> None:
    found = outing(replace(RUN, strike=strike), SensorSettings(gyro=False, acc_range_g=100.0, quantise=False))
    scaled = (found.recording.acc_g * np.float32(gain)).astype(np.float32)
    other = analysed(replace(found.recording, acc_g=scaled))
    for mine, theirs in zip(running_contacts_s(found.analysis), running_contacts_s(other), strict=True):
        np.testing.assert_allclose(theirs, mine, atol=0.001)
    peaks = [a.strides.resultant_g[a.strides.running] for a in (found.analysis, other)]
    np.testing.assert_allclose(peaks[1], gain * peaks[0], rtol=1e-3)


def followed_by(recording: Recording, kind: str) -> Recording:
    """Append 20 s of the same sensor in another outing."""
    more = outing(RunnerSettings(plan=(PlanPart(kind, 22.0),), seed=5), SENSOR).recording
    more_s = more.time_s + recording.time_s[-1] + 1.0 / recording.rate_hz
    return replace(
        recording,
        time_s=np.concatenate([recording.time_s, more_s]),
        acc_g=np.concatenate([recording.acc_g, more.acc_g]),
        gyr_dps=np.concatenate([recording.gyr_dps, more.gyr_dps]),
    )


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("kind", ["still", "walking"])
def test_appending_stillness_or_walking_changes_no_running_value(strike: str, kind: str) -> None:
    """Where the run is complete: it ends with a stop, not with the file."""
    plan = (PlanPart("still", 6.0), PlanPart("running", 60.0), PlanPart("still", 8.0))
    found = outing(replace(RUN, strike=strike, plan=plan), SENSOR)
    other = analysed(followed_by(found.recording, kind))
    for mine, theirs in zip(running_contacts_s(found.analysis), running_contacts_s(other), strict=True):
        np.testing.assert_allclose(theirs, mine, atol=1e-6)
    for name in (*QUANTITIES, "running_s", "n_strides"):
        assert getattr(other.summary, name) == getattr(found.analysis.summary, name), name


@pytest.mark.parametrize("strike", STRIKES)
def test_resampling_from_400_to_208_hz_moves_the_median_contact_by_two_ms_at_most(strike: str) -> None:
    found = outing(replace(RUN, strike=strike), SensorSettings(rate_hz=400.0))
    acc, gyr = (
        resample_poly(signal, 13, 25, axis=0).astype(np.float32)
        for signal in (found.recording.acc_g, found.recording.gyr_dps)
    )
    slower = replace(
        found.recording, time_s=np.arange(len(acc)) / 208.0, acc_g=acc, gyr_dps=gyr, rate_hz=208.0
    )
    for mine, theirs in zip(
        running_contacts_s(found.analysis), running_contacts_s(analysed(slower)), strict=True
    ):
        error_s = matched_error_s(mine, theirs)
        assert len(error_s) >= np.isfinite(mine).sum() - 1
        assert abs(np.median(error_s)) <= 0.002


ONE_LOST_AT_PEAK = 0.10
"""A single sample that is lost on the very peak is filled by a straight line, which lowers it by up to 8.2 %
(seed 345, one sample lost); the median of the run hardly moves."""


@hypothesis_settings(max_examples=15)
@example(seed=345, burst=1, n=1)
@given(seed=st.integers(0, 999), burst=st.sampled_from([1, 3, 8, 40, 150, 400]), n=st.integers(1, 15))
def test_gaps_only_remove_strides(seed: int, burst: int, n: int) -> None:
    found = outing(replace(RUN, duration_s=60.0))
    keep = np.ones(len(found.recording.time_s), dtype=np.bool_)
    for start in np.random.default_rng(seed).integers(1500, len(keep) - 500, n).tolist():
        keep[start : start + burst] = False
    other = analysed(kept(found.recording, keep)).strides
    plain = found.analysis.strides
    mine, theirs = plain.running & plain.valid, other.running & other.valid
    i, j = match_events(plain.initial_contact_s[mine], other.initial_contact_s[theirs], 0.02)
    assert len(j) == theirs.sum() <= mine.sum()
    shift_s = np.abs(plain.initial_contact_s[mine][i] - other.initial_contact_s[theirs][j])
    assert np.median(shift_s) < 0.001
    peaks = plain.resultant_g[mine][i], other.resultant_g[theirs][j]
    np.testing.assert_allclose(
        peaks[1], np.where(np.isnan(peaks[1]), np.nan, peaks[0]), rtol=ONE_LOST_AT_PEAK
    )
    known = np.isfinite(peaks[1])
    assert np.median(peaks[1][known]) == pytest.approx(np.median(peaks[0][known]), rel=0.01)


@pytest.mark.parametrize("dropped_in_bursts_share", [0.0, 1.0])
@pytest.mark.parametrize("strike", STRIKES)
def test_one_percent_of_lost_samples_costs_hardly_a_contact(
    dropped_in_bursts_share: float, strike: str
) -> None:
    sensor = SensorSettings(dropped_share=0.01, dropped_in_bursts_share=dropped_in_bursts_share)
    found = outing(replace(RUN, strike=strike, duration_s=120.0), sensor)
    initial_s, _ = running_contacts_s(found.analysis)
    true_s = inside(found.true_s, found.recording)
    n = len(matched_error_s(true_s, initial_s))
    assert 2.0 * n / (len(true_s) + len(inside(initial_s, found.recording))) >= 0.99


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("rate_hz", [100.0, 208.0, 1600.0])
@pytest.mark.parametrize("speed_mps", [2.0, 3.0, 4.2])
def test_clean_runs_miss_and_invent_nothing(strike: str, rate_hz: float, speed_mps: float) -> None:
    runner = RunnerSettings(duration_s=25.0, strike=strike, speed_mps=speed_mps)
    found = outing(runner, SensorSettings(rate_hz=rate_hz, gyro=False))
    initial_s, _ = running_contacts_s(found.analysis)
    true_s = inside(found.true_s, found.recording)
    assert len(matched_error_s(true_s, initial_s)) == len(true_s)
    found_s = inside(initial_s, found.recording)
    assert len(matched_error_s(found.true_s, found_s)) == len(found_s)


@pytest.mark.parametrize("timestamp_jitter_s", [0.0005, 0.002])
def test_wandering_stamps_lose_no_contact(timestamp_jitter_s: float) -> None:
    found = outing(RUN, SensorSettings(timestamp_jitter_s=timestamp_jitter_s, gyro=False))
    initial_s, _ = running_contacts_s(found.analysis)
    true_s = inside(found.true_s, found.recording)
    error_s = matched_error_s(true_s, initial_s)
    assert len(error_s) == len(true_s)
    assert np.abs(error_s).mean() < 0.004


def test_a_pause_in_the_stamps_cuts_the_run_and_the_axes_hold() -> None:
    """Half a minute without samples in the middle of a run."""
    found: Outing = outing(replace(RUN, duration_s=120.0))
    time_s = found.recording.time_s
    other = analysed(kept(found.recording, (time_s < 40.0) | (time_s > 70.0)))
    running = [b for b in other.summary.bouts if b.kind == "running"]
    assert [(b.start_s < 40.0, b.end_s > 70.0) for b in running] == [(True, False), (False, True)]
    mine, theirs = running_contacts_s(found.analysis)[0], running_contacts_s(other)[0]
    away = (mine < 39.0) | (mine > 71.0)
    assert len(matched_error_s(mine[away], theirs)) == away.sum()


@pytest.mark.parametrize("n", [2, 3, 4, 10, 100])
def test_a_few_samples_between_long_holes_do_no_harm(n: int) -> None:
    """A radio link that comes back for a moment."""
    found = outing(replace(RUN, duration_s=60.0))
    time_s = found.recording.time_s
    keep = (time_s < 20.0) | (time_s > 40.0)
    keep[6240 : 6240 + n] = True
    initial_s, _ = running_contacts_s(analysed(kept(found.recording, keep)))
    true_s = found.true_s[(found.true_s < 19.0) | (found.true_s > 41.0)]
    assert len(matched_error_s(true_s, initial_s)) == len(true_s)


@pytest.mark.parametrize("n", [2, 3, 4, 10, 60, 200])
@pytest.mark.parametrize("rate_hz", [25.0, 208.0, 1600.0])
def test_a_handful_of_samples_is_refused_not_a_crash(n: int, rate_hz: float) -> None:
    recording = outing(RUN, SensorSettings(rate_hz=rate_hz)).recording
    keep = np.arange(len(recording.time_s)) < n
    assert analysed(kept(recording, keep)).summary.status == "refused"
