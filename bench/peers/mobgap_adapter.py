"""mobgap: its three detectors of initial contacts, with the shank's acceleration for the lower back's."""

from __future__ import annotations

import numpy as np
import pandas as pd
from mobgap.initial_contacts import IcdHKLeeImproved, IcdIonescu, IcdShinImproved
from timed import Hour, main, seconds

GRAVITY_MPS2 = 9.80665


def body_frame(hour: Hour) -> pd.DataFrame:
    """Name the axes of the run as mobgap does: up, to the left, forward; m/s2 and deg/s."""
    forward, up, right = hour.acc_g[hour.run].T.astype(np.float64) * GRAVITY_MPS2
    about_forward, about_up, about_right = hour.gyr_dps[hour.run].T.astype(np.float64)
    return pd.DataFrame(
        {
            "acc_is": up,
            "acc_ml": -right,
            "acc_pa": forward,
            "gyr_is": about_up,
            "gyr_ml": -about_right,
            "gyr_pa": about_forward,
        }
    )


def contacts(hour: Hour, detector: object) -> tuple[object, None]:
    """Find the initial contacts of the run, taken for one gait sequence."""
    found = detector.detect(body_frame(hour), sampling_rate_hz=hour.rate_hz).ic_list_
    return seconds(found["ic"], hour, hour.run.start), None


main(
    "mobgap",
    {
        "ionescu": lambda hour: contacts(hour, IcdIonescu()),
        "shin": lambda hour: contacts(hour, IcdShinImproved()),
        "hklee": lambda hour: contacts(hour, IcdHKLeeImproved()),
    },
)
