"""gaitmap: strides by template matching on the gyroscope, then the events of each stride."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from gaitmap.event_detection import HerzerEventDetection, RamppEventDetection
from gaitmap.stride_segmentation import ConstrainedBarthDtw
from timed import Hour, main, seconds

GRAVITY_MPS2 = 9.80665


def body_frame(hour: Hour) -> pd.DataFrame:
    """Name the axes of a right leg as gaitmap does: forward, to the right, down; m/s2 and deg/s.

    Its angular rates are signed so that a leg that swings forward turns positively about ``ml``.
    """
    forward, up, right = hour.acc_g.T.astype(np.float64) * GRAVITY_MPS2
    about_forward, about_up, about_right = hour.gyr_dps.T.astype(np.float64)
    return pd.DataFrame(
        {
            "acc_pa": forward,
            "acc_ml": right,
            "acc_si": -up,
            "gyr_pa": about_forward,
            "gyr_ml": about_right,
            "gyr_si": about_up,
        }
    )


def events(hour: Hour, segmentation: ConstrainedBarthDtw, detection: object) -> tuple[object, object]:
    """Find strides, then contacts in them; strides whose events have a wrong order are left out by it."""
    data = body_frame(hour)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        strides = segmentation.segment(data, sampling_rate_hz=hour.rate_hz).stride_list_
        found = detection.detect(data, strides, sampling_rate_hz=hour.rate_hz).annotated_original_event_list_
    return seconds(found["ic"], hour), seconds(found["tc"], hour)


main(
    "gaitmap",
    {
        "defaults": lambda hour: events(hour, ConstrainedBarthDtw(), RamppEventDetection()),
        "rampp": lambda hour: events(hour, ConstrainedBarthDtw(max_cost=8.0), RamppEventDetection()),
        "herzer": lambda hour: events(hour, ConstrainedBarthDtw(max_cost=8.0), HerzerEventDetection()),
    },
)
