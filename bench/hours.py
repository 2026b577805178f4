"""Long recordings to time: one simulated hour at 208 Hz with six axes, and the same hour repeated."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.store.recording_files import write_recording
from pfp_sensors.store.sample_files import Scales
from pfp_sensors.synth import RunnerSettings, SensorSettings, simulate_run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.model.recording import Recording
    from pfp_sensors.model.truth import Truth

RATE_HZ: Final = 208.0
HOUR_S: Final = 3600.0
_FULL_COUNTS: Final = 32768
SENSOR: Final = SensorSettings(rate_hz=RATE_HZ)
RUNNER: Final = RunnerSettings(duration_s=HOUR_S, seed=1)


def simulated_hour() -> tuple[Recording, Truth]:
    """Simulate the hour: 6 s of standing, then running at 2.8 m/s, 16-bit counts, +-32 g."""
    return simulate_run(RUNNER, SENSOR)


def repeated(hour: Recording, times: int) -> Recording:
    """Put the hour after itself; each begins with the standing of the first."""
    n = len(hour.time_s)
    starts = np.repeat(np.arange(times), n) * (n / hour.rate_hz)
    gyr = hour.gyr_dps
    return replace(
        hour,
        time_s=np.asarray(starts + np.tile(hour.time_s, times), dtype=np.float64),
        acc_g=np.tile(hour.acc_g, (times, 1)),
        gyr_dps=None if gyr is None else np.tile(gyr, (times, 1)),
    )


def write_hours(folder: Path, hour: Recording, times: int) -> Path:
    """Write the repeated hour as a recording; return its folder."""
    return write_recordings(folder / f"hours-{times}", [repeated(hour, times)])


def write_recordings(folder: Path, recordings: Sequence[Recording]) -> Path:
    """Write recordings of the simulated sensor as one outing; return its folder."""
    scales = Scales(SENSOR.acc_range_g / _FULL_COUNTS, SENSOR.gyr_range_dps / _FULL_COUNTS)
    return write_recording(folder, list(recordings), scales=scales)
