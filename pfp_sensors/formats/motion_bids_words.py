"""What a motion-BIDS dataset says of itself in words, and the keys that this program adds to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.model.recording import Recording

SYNTHETIC_KEY: Final = "Synthetic"
ACCELERATION_KEY: Final = "Acceleration"
ACC_RANGE_KEY: Final = "AccelerometerRangeInG"
GYR_RANGE_KEY: Final = "GyroscopeRangeInDegreesPerSecond"

PARTICIPANTS_WORDS: Final[Mapping[str, Any]] = {
    "participant_id": {"Description": "The runner. One dataset holds the runs of one person."}
}

SCANS_WORDS: Final[Mapping[str, Any]] = {
    "filename": {"Description": "Samples of one sensor, relative to this file."},
    "acq_time": {
        "Description": "When the first sample was taken, in UTC. A year up to 1925 says that the date was "
        "moved or is not known; differences between sensors of one run are true in any case."
    },
}

CHANNELS_WORDS: Final[Mapping[str, Any]] = {
    "reference_frame": {
        "Description": "The axes that the samples are given in.",
        "Levels": {
            "sensor": {
                "Description": "The sensor's own axes, as it was strapped on. The accelerometer measures "
                "specific force: an axis that points up reads +9.81 m/s^2 at rest.",
                "RotationRule": "right-hand",
            }
        },
    }
}

CONTACT_WORDS: Final[Mapping[str, Any]] = {
    "onset": {"Description": "Seconds from the first sample of this tracking system.", "Units": "s"},
    "duration": {"Description": "Always 0: a contact begins or ends at one moment.", "Units": "s"},
    "trial_type": {
        "Description": "Ground contact of the leg that wears the sensor, found in the samples.",
        "Levels": {
            "initial_contact": "The foot meets the ground.",
            "terminal_contact": "The foot leaves the ground. Missing where it cannot be told.",
        },
    },
}


def readme_text(any_synthetic: bool, all_synthetic: bool, *, keep_dates: bool) -> str:
    """Write the dataset's README: what is in it, what was taken out, what is made up.

    Parameters
    ----------
    any_synthetic, all_synthetic
        Whether samples of some or of all sensors were computed.
    keep_dates
        Whether the dates are true.
    """
    share = "All samples" if all_synthetic else "The samples of some sensors"
    warning = f'{share} here are SYNTHETIC: computed, not measured. "{SYNTHETIC_KEY}" tells which.\n\n'
    dates = (
        "Dates are true; 1900-01-01 stands for an unknown one."
        if keep_dates
        else "Dates are moved by one number of whole days, the same for all runs, or unknown (1900-01-01)."
    )
    return (
        "# Running with sensors at the shank\n\n"
        f"{warning if any_synthetic else ''}"
        "Written by pfp-sensors (`pfp export motion-bids`).\n\n"
        "Each sensor is a tracking system: seconds from its first sample (the stamps are uneven), "
        "acceleration in m/s^2 with gravity, angular rate in rad/s. The sensors of one run are aligned "
        "through `acq_time`. The events are ground contacts that the program found, not measured ones.\n\n"
        f"{dates}\n\n"
        f'Keys that are not from BIDS: "{SYNTHETIC_KEY}"; "{ACC_RANGE_KEY}" and "{GYR_RANGE_KEY}", full '
        f'scales; "{ACCELERATION_KEY}": "measured" with gravity, "rebuilt" with computed gravity, "free" '
        "without any.\n"
    )


def sidecar_words(recording: Recording, *, keep_serial: bool) -> Mapping[str, Any]:
    """Say of a sensor what its ``motion.json`` says; its name only with ``keep_serial``."""
    said: dict[str, Any] = {
        "TaskName": "run",
        "TaskDescription": "Running, with a sensor worn on the leg."
        + (" SYNTHETIC: the samples were computed, not measured." if recording.synthetic else ""),
        "TrackingSystemName": f"Inertial sensor, {_tracked_point(recording)}",
        "SamplingFrequency": recording.nominal_rate_hz or round(recording.rate_hz, 6),
        "SamplingFrequencyEffective": recording.rate_hz,
        "RecordingDuration": recording.duration_s,
        "MissingValues": "n/a",
        "TrackedPointsCount": 1,
        "MotionChannelCount": 1 + 3 * len(recording.channels),
        "LATENCYChannelCount": 1,
        "ACCELChannelCount": 3,
        "GYROChannelCount": 3 * ("gyr" in recording.channels),
        **dict.fromkeys((f"{kind}ChannelCount" for kind in ("ANGACCEL", "JNTANG", "MAGN", "MISC")), 0),
        **dict.fromkeys((f"{kind}ChannelCount" for kind in ("ORNT", "POS", "VEL")), 0),
        SYNTHETIC_KEY: recording.synthetic,
        ACCELERATION_KEY: recording.acceleration,
    }
    known = {
        ACC_RANGE_KEY: recording.acc_range_g,
        GYR_RANGE_KEY: recording.gyr_range_dps,
        "DeviceSerialNumber": recording.sensor if keep_serial and recording.sensor else None,
    }
    return said | {key: value for key, value in known.items() if value is not None}


def channel_rows(recording: Recording) -> list[tuple[str, ...]]:
    """Describe the columns of the samples, header first: latency, then the axes."""
    point, placement = _tracked_point(recording), recording.placement or "n/a"
    rows: list[tuple[str, ...]] = [
        ("name", "component", "type", "tracked_point", "units", "placement", "reference_frame"),
        ("latency", "n/a", "LATENCY", "n/a", "s", "n/a", "n/a"),
    ]
    for kind, unit in (("ACCEL", "m/s^2"), ("GYRO", "rad/s"))[: len(recording.channels)]:
        rows += [(f"{kind.lower()}_{axis}", axis, kind, point, unit, placement, "sensor") for axis in "xyz"]
    return rows


def label_of(placement: str | None) -> str:
    """Write a placement with letters and digits only, as a label must be: "sensor" where it is unknown."""
    found: list[str] = re.findall(r"[A-Za-z0-9]+", placement or "")
    first, *others = found or ["sensor"]
    return first.lower() + "".join(word.capitalize() for word in others)


def _tracked_point(recording: Recording) -> str:
    label = label_of(recording.placement)
    return label if recording.side is None else recording.side + label[0].upper() + label[1:]
