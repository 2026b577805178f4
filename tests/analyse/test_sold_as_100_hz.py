"""Sensors sold as 100 Hz run a little faster or slower by their own clock."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.analyse import analyse_recording
from pfp_sensors.analyse.rate_words import recorded_words
from pfp_sensors.settings import load_signal_settings
from pfp_sensors.synth import RunnerSettings, SensorSettings, simulate_run

if TYPE_CHECKING:
    from pfp_sensors.model.recording import Recording


@pytest.fixture(scope="module")
def hundred_hz() -> Recording:
    return simulate_run(RunnerSettings(duration_s=60.0), SensorSettings(rate_hz=100.0))[0]


@pytest.mark.parametrize(
    ("rate_hz", "measured"),
    [(100.0, True), (99.9999, True), (99.5, True), (99.26, True), (99.2, False), (99.0, False)],
)
def test_a_little_below_is_no_other_sensor(hundred_hz: Recording, rate_hz: float, measured: bool) -> None:
    slower = dataclasses.replace(hundred_hz, time_s=hundred_hz.time_s * (100.0 / rate_hz), rate_hz=rate_hz)
    summary = analyse_recording(slower, load_signal_settings()).summary
    assert (summary.impact is not None) is measured
    assert (summary.contact_time_s is not None) is measured
    assert (summary.stride_length_m is not None) is measured


@pytest.mark.parametrize(
    ("rate_hz", "shown"),
    [(25.0, "25"), (99.2, "99"), (99.9999, "99.9999"), (99.6, "99.6"), (198.7, "198.7"), (400.2, "400")],
)
def test_a_rate_is_never_shown_as_the_limit_it_misses(rate_hz: float, shown: str) -> None:
    assert recorded_words(rate_hz, load_signal_settings().rate) == f"{shown} Hz recorded"
