"""Runs simulated for the tests of phone apps: two streams at uneven times of their own, in m/s² and rad/s."""

from __future__ import annotations

import functools
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.synth import PlanPart, RunnerSettings, SensorSettings, simulate_run
from pfp_sensors.units import DPS_PER_RPS, STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.model.recording import FloatArray


@dataclass(frozen=True, slots=True)
class PhoneRun:
    """Times of acceleration and rotation, both in (n, 3), and the cadence of truth."""

    acc_s: FloatArray
    acc_mps2: FloatArray
    gyr_s: FloatArray
    gyr_rps: FloatArray
    cadence_spm: float


@functools.cache
def made_phone_run(rate_hz: float, jitter: float = 0.05, running_s: float = 24.0) -> PhoneRun:
    """Simulate running; every step is off by ``jitter`` of a period (standard deviation)."""
    runner = RunnerSettings(plan=(PlanPart("still", 6.0), PlanPart("running", running_s)))
    recording, truth = simulate_run(runner, SensorSettings(rate_hz=400.0))
    assert recording.gyr_dps is not None
    rng = np.random.default_rng(6)
    end_s = float(recording.time_s[-1])

    def uneven(hz: float) -> FloatArray:
        even_s = np.arange(0.02, end_s - 0.02, 1.0 / hz)
        return even_s + np.clip(rng.normal(0, jitter / hz, len(even_s)), -0.4 / hz, 0.4 / hz)

    def at(times_s: FloatArray, values: FloatArray) -> FloatArray:
        return np.column_stack([np.interp(times_s, recording.time_s, values[:, axis]) for axis in range(3)])

    acc_s, gyr_s = uneven(rate_hz), uneven(rate_hz * 1.03)
    contacts_s = truth.initial_contact_s[truth.running]
    return PhoneRun(
        acc_s,
        at(acc_s, recording.acc_g.astype(float)) * STANDARD_GRAVITY_MPS2,
        gyr_s,
        at(gyr_s, recording.gyr_dps.astype(float)) / DPS_PER_RPS,
        120.0 / float(np.median(np.diff(contacts_s))),
    )


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files as a zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def folder_files(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder by their names in it."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Change some bytes: overwrite, cut out, repeat, or end too early."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed)) if changed else 0
        kind = rng.randrange(4)
        if kind == 0 and changed:
            changed[at] = rng.randrange(256)
        elif kind == 1:
            del changed[at : at + rng.randint(1, 40)]
        elif kind == 2:
            changed[at:at] = changed[at : at + rng.randint(1, 40)]
        elif rng.random() < 0.3:
            del changed[at:]
        else:
            changed[at:at] = rng.choice([b"NaN", b"-", b"1e999", b'"', b"\n", b",", b";", b"\0", b"\xff"])
    return bytes(changed)


def stored(files: Mapping[str, bytes]) -> bytes:
    """Pack files without compression, so that a changed byte meets their text too (its checksum as well)."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()
