"""The floor: read the hour, and filter its six channels once. It finds no contact."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfiltfilt
from timed import Hour, main


def read_and_filter(hour: Hour) -> tuple[None, None]:
    """Run one order-4 ``sosfiltfilt`` over six channels, as the floor of ``make bench`` does."""
    channels = np.concatenate((hour.acc_g, hour.gyr_dps), axis=1).T.astype(np.float64)
    sosfiltfilt(butter(4, 60.0, fs=hour.rate_hz, output="sos"), channels, axis=-1)
    return None, None


main("scipy", {"floor": read_and_filter})
