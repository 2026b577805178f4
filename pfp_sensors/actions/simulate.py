"""A simulated run, written as a recording with its truth."""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import replace as with_values
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.recording import Recording
    from pfp_sensors.model.truth import Truth
    from pfp_sensors.synth.settings import RunnerSettings, SensorSettings

_FULL_COUNTS: Final = 32768
"""Counts at full scale of a 16-bit sensor."""


def simulate_to_folder(
    folder: Path,
    runner: RunnerSettings,
    sensor: SensorSettings,
    *,
    two_legs: bool = False,
    replace: bool = False,
) -> tuple[Path, ...]:
    """Simulate a run and write it, labelled synthetic, with its truth.

    Parameters
    ----------
    folder
        Where to; made if it is not there.
    runner, sensor
        Who runs, and what measures.
    two_legs
        A sensor on each leg instead of one on ``runner.side``.
    replace
        Write into a folder that is not empty; a recording there is replaced, other files stay.

    Returns
    -------
    tuple of Path
        The files written, relative to ``folder``, in order of name.

    Raises
    ------
    UsageError
        If the folder is a file, or is not empty and ``replace`` was not asked for.
    """
    _check_free(folder, replace)

    from pfp_sensors.store.recording_files import write_recording
    from pfp_sensors.store.sample_files import Scales

    legs = _simulate(runner, sensor, two_legs)
    scales = Scales(sensor.acc_range_g / _FULL_COUNTS, sensor.gyr_range_dps / _FULL_COUNTS)
    write_recording(
        folder,
        [recording for recording, _ in legs],
        scales=scales if sensor.quantise else None,
        truth={recording.sensor: truth for recording, truth in legs},
        extra={"simulated": {"runner": asdict(runner), "sensor": asdict(sensor)}},
        replace=replace,
    )
    written = [
        path for pattern in ("imu*.parquet", "meta.json", "truth/*.csv") for path in folder.glob(pattern)
    ]
    return tuple(sorted(path.relative_to(folder) for path in written))


def _simulate(
    runner: RunnerSettings, sensor: SensorSettings, two_legs: bool
) -> tuple[tuple[Recording, Truth], ...]:
    """Simulate one leg, or two with names of their own."""
    from pfp_sensors.synth.run import simulate_run, simulate_two_legs

    if not two_legs:
        return (simulate_run(runner, sensor),)
    return tuple(
        (with_values(recording, sensor=f"{recording.side}_leg"), truth)
        for recording, truth in simulate_two_legs(runner, sensor)
    )


def _check_free(folder: Path, replace: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; a folder is needed.", "Choose another name.")
    if not replace and folder.is_dir() and next(folder.iterdir(), None) is not None:
        raise UsageError(
            f"The folder {folder} is not empty.", "Choose another one, or give --force to write into it."
        )
