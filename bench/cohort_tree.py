"""A tree of many short recordings to work through: a few simulated runners, copied under other names."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from pfp_sensors.store.recording_files import write_recording
from pfp_sensors.store.sample_files import Scales
from pfp_sensors.synth import RunnerSettings, SensorSettings, simulate_run

if TYPE_CHECKING:
    from pathlib import Path

RATE_HZ: Final = 208.0
SECONDS: Final = 60.0
RUNNERS: Final = 20
_SENSOR: Final = SensorSettings(rate_hz=RATE_HZ)
_FULL_COUNTS: Final = 32768
_SCALES: Final = Scales(_SENSOR.acc_range_g / _FULL_COUNTS, _SENSOR.gyr_range_dps / _FULL_COUNTS)


def simulated_minutes(folder: Path) -> list[Path]:
    """Write a minute of each runner (208 Hz, six axes; 6 s of standing, then running); return the folders."""
    return [simulated_recording(folder / f"runner-{seed}", SECONDS, seed) for seed in range(RUNNERS)]


def simulated_recording(folder: Path, seconds: float, seed: int = 0) -> Path:
    """Write one recording of a runner; each runs at another speed. Return its folder."""
    runner = RunnerSettings(duration_s=seconds, speed_mps=2.2 + 0.06 * seed, seed=seed)
    recording, _ = simulate_run(runner, _SENSOR)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return write_recording(folder, [recording], scales=_SCALES)


def make_tree(root: Path, minutes: list[Path], n: int, first: int = 0) -> Path:
    """Put copies number ``first`` to ``n`` below ``root``, as clinic=…/athlete=…/run=…; return it.

    Every file is a file of its own on the disk, with the bytes of one of the runners.
    """
    for number in range(first, n):
        athlete = number % 200
        place = root / f"clinic={athlete % 4}" / f"athlete={athlete}" / f"run={number}"
        place.mkdir(parents=True)
        for file in minutes[number % len(minutes)].iterdir():
            shutil.copy(file, place / file.name)
    return root
