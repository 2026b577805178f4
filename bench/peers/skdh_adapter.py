"""scikit-digital-health: lumbar gait, with the shank's acceleration for the lower back's."""

from __future__ import annotations

import warnings

import numpy as np
from skdh.context import PredictGaitLumbarLgbm
from skdh.gait import GaitLumbar
from timed import Hour, main

MIDDAY_S = 1_699_963_200.0
"""A time of day that keeps the hour within one day, as days are treated one by one."""
_FORWARD, _UP = 0, 1


def gait(hour: Hour, event_method: str) -> tuple[object, object]:
    """Find the contacts of the run, told that all of it is gait, which axis points up and which forward."""
    acc_g = hour.acc_g[hour.run].astype(np.float64)
    time_s = MIDDAY_S + np.arange(hour.run.start, hour.run.start + len(acc_g)) / hour.rate_hz
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = GaitLumbar(gait_event_method=event_method).predict(
            time=time_s, accel=acc_g, fs=hour.rate_hz, gait_pred=True, v_axis=_UP, ap_axis=_FORWARD
        )
    initial_s = np.asarray(found["IC Timestamp"], dtype=float) - MIDDAY_S
    return initial_s, initial_s + np.asarray(found["stance time"], dtype=float)


def own_bouts(hour: Hour) -> tuple[object, None]:
    """Let the package find gait itself; an hour without a bout of it has no contacts."""
    acc_g = hour.acc_g.astype(np.float64)
    time_s = MIDDAY_S + np.arange(len(acc_g)) / hour.rate_hz
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bouts = PredictGaitLumbarLgbm().predict(time=time_s, accel=acc_g, fs=hour.rate_hz)
        starts, stops = bouts["Gait Bout Start Index"], bouts["Gait Bout Stop Index"]
        if len(starts) == 0:
            return np.empty(0), None
        found = GaitLumbar().predict(
            time=time_s, accel=acc_g, fs=hour.rate_hz, gait_bouts=np.column_stack((starts, stops))
        )
    return np.asarray(found["IC Timestamp"], dtype=float) - MIDDAY_S, None


main(
    "scikit-digital-health",
    {
        "own bouts": own_bouts,
        "forward": lambda hour: gait(hour, "AP CWT"),
        "vertical": lambda hour: gait(hour, "Vertical CWT"),
    },
)
