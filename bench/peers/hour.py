"""The simulated hour as a neutral file that needs nothing but numpy to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.hours import SENSOR, simulated_hour
from pfp_sensors.synth.sensor import mounting_matrix

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.truth import Truth


def write_hour(path: Path) -> Truth:
    """Simulate the hour of ``make bench``, write its samples in shank axes, and return what is true of it.

    The mounting of the simulated sensor is undone exactly, so that no method has to find it.
    """
    hour, truth = simulated_hour()
    if hour.gyr_dps is None or hour.gaps:
        raise ValueError("the hour lacks angular rates or samples")
    to_shank = mounting_matrix(SENSOR).astype(np.float32)
    running = [bout for bout in truth.bouts if bout.kind == "running"]
    np.savez(
        path,
        rate_hz=hour.rate_hz,
        acc_g=hour.acc_g @ to_shank,
        gyr_dps=hour.gyr_dps @ to_shank,
        run_s=np.array([running[0].start_s, running[-1].end_s]),
    )
    return truth
