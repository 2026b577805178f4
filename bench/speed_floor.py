"""The floor that time is measured against: read an hour from Parquet, and filter its six channels once.

As a script it is the bare process: ``python speed_floor.py IMU.PARQUET`` imports what this needs, no more.
"""

from __future__ import annotations

import sys


def read_and_filter(path: str) -> float:
    """Read six columns and run one order-4 ``sosfiltfilt`` over each; return something of the result."""
    import numpy as np
    import pyarrow.parquet as pq
    from scipy.signal import butter, sosfiltfilt

    table = pq.read_table(path, columns=["ax", "ay", "az", "gx", "gy", "gz"])
    channels = np.stack([column.to_numpy() for column in table.columns]).astype(np.float64)
    smooth = sosfiltfilt(butter(4, 60.0, fs=208.0, output="sos"), channels, axis=-1)
    return float(smooth[0, -1])


if __name__ == "__main__":
    read_and_filter(sys.argv[1])
