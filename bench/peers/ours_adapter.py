"""Our own package on the hour: the whole analysis, of which the contacts are a part."""

from __future__ import annotations

import numpy as np
from timed import Hour, main

from pfp_sensors.analyse.file import analyse_recording
from pfp_sensors.model.recording import Recording
from pfp_sensors.settings import load_signal_settings


def analyse(hour: Hour) -> tuple[np.ndarray, np.ndarray]:
    """Analyse without being told where the run is or how the sensor was worn."""
    time_s = np.arange(len(hour.acc_g)) / hour.rate_hz
    recording = Recording(time_s, hour.acc_g, hour.gyr_dps, hour.rate_hz, placement="shank", synthetic=True)
    strides = analyse_recording(recording, load_signal_settings()).strides
    return strides.initial_contact_s, strides.terminal_contact_s


main("pfp_sensors", {"analysis": analyse})
