"""KielMAT: initial contacts by Paraschiv-Ionescu, with the shank's acceleration for the lower back's."""

from __future__ import annotations

import numpy as np
import pandas as pd
from kielmat.modules.gsd import ParaschivIonescuGaitSequenceDetection
from kielmat.modules.icd import ParaschivIonescuInitialContactDetection
from timed import Hour, main

AXES = ("forward", "up", "right")


def contacts(hour: Hour, *, told: bool) -> tuple[object, None]:
    """Find initial contacts where the run is, or where the package itself finds gait."""
    acc_g = pd.DataFrame(hour.acc_g.astype(np.float64), columns=list(AXES))
    start_s = hour.run.start / hour.rate_hz
    sequences = pd.DataFrame({"onset": [start_s], "duration": [hour.run.stop / hour.rate_hz - start_s]})
    if not told:
        detector = ParaschivIonescuGaitSequenceDetection()
        sequences = detector.detect(data=acc_g, sampling_freq_Hz=hour.rate_hz).gait_sequences_
    found = ParaschivIonescuInitialContactDetection().detect(
        data=acc_g, sampling_freq_Hz=hour.rate_hz, v_acc_col_name="up", gait_sequences=sequences
    )
    return found.initial_contacts_["onset"], None


main(
    "kielmat",
    {
        "own bouts": lambda hour: contacts(hour, told=False),
        "told": lambda hour: contacts(hour, told=True),
    },
)
