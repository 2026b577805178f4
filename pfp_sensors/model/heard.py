"""What a sensor's packets say, once understood: the same few things for every kind of sensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

RawArray = npt.NDArray[np.int16] | npt.NDArray[np.float32]

Clock = Literal["device", "host"]
Loss = Literal["counted", "by_time", "not_detectable"]


@dataclass(frozen=True, slots=True)
class SensorTraits:
    """What is known of a kind of sensor before one is met.

    Attributes
    ----------
    kind
        Its name in files and options, such as ``open_profile``.
    title
        Its name for people.
    service_uuids, name_prefixes
        How its advertisement is known: any of these services (lower case), or a name starting so.
    rates_hz, acc_ranges_g, gyr_ranges_dps
        What it can be set to; the first of each is what this program asks for.
    clock
        ``device`` where packets carry the sensor's own time, ``host`` where only arrival is known: then there
        is no left/right timing.
    clock_wrap_ns
        The device clock starts again at 0 after this many ns; None for never.
    clock_step_ns
        Resolution of the device clock.
    seq_wrap, index_wrap
        Modulus of the packet counter and of the sample counter; None where there is none.
    loss
        How lost samples are known. ``not_detectable`` is never reported as "0 lost".
    clips
        How clipped samples are known, in words.
    battery
        Where its charge is read, in words.
    undo
        What must be undone at the end, in words.
    evidence
        What has been seen of this sensor and what has not, in words, for ``pfp scan`` and the docs.
    """

    kind: str
    title: str
    service_uuids: tuple[str, ...]
    name_prefixes: tuple[str, ...]
    rates_hz: tuple[float, ...]
    acc_ranges_g: tuple[float, ...]
    gyr_ranges_dps: tuple[float, ...]
    clock: Clock
    clock_wrap_ns: int | None
    clock_step_ns: int
    seq_wrap: int | None
    index_wrap: int | None
    loss: Loss
    clips: str
    battery: str
    undo: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SensorFacts:
    """How this sensor says it is set: read back, never assumed.

    Attributes
    ----------
    rate_hz
        Nominal.
    acc_scale_g, gyr_scale_dps
        What one unit of the sensor's own numbers is in g and deg/s.
    acc_clip, gyr_clip
        Size of the sensor's own number at which a sample is clipped, or None where not known.
    boot_id
        Random number of this power-up, or None where there is none.
    ring_samples
        How many samples it keeps for a lost connection; 0 for none.
    """

    rate_hz: float
    acc_scale_g: float
    gyr_scale_dps: float | None
    acc_range_g: float | None
    gyr_range_dps: float | None
    acc_clip: float | None
    gyr_clip: float | None
    boot_id: int | None = None
    ring_samples: int = 0


@dataclass(frozen=True, slots=True)
class Samples:
    """Consecutive samples of one packet, in the sensor's own numbers.

    Attributes
    ----------
    host_mono_ns, link_segment
        Of the packet that completed them.
    acc, gyr
        (n, 3); int16 counts or float32; ``gyr`` None without a gyroscope.
    seq
        Packet counter as sent, before unwrapping; None where there is none.
    index
        Sample counter of the first sample as sent; None where there is none.
    device_ns
        Device clock at the first sample as sent (wraps); None where there is none.
    boot_id
        Of the power-up they belong to, as far as known.
    """

    host_mono_ns: int
    link_segment: int
    acc: RawArray
    gyr: RawArray | None
    seq: int | None = None
    index: int | None = None
    device_ns: int | None = None
    boot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What a sensor says of itself now and then; None for what it did not say.

    ``seq`` is given where status packets share the packet counter with data. Counters are totals since boot.
    """

    host_mono_ns: int
    link_segment: int
    seq: int | None = None
    boot_id: int | None = None
    device_ns: int | None = None
    battery_percent: int | None = None
    battery_mv: int | None = None
    charging: bool | None = None
    temperature_c: float | None = None
    fifo_overflows: int | None = None
    ring_dropped: int | None = None
    acc_clipped: int | None = None
    gyr_clipped: int | None = None
    self_test_failed: bool | None = None


@dataclass(frozen=True, slots=True)
class ClockEcho:
    """One exchange of clocks: host sent at ``t1``, sensor received at ``t2`` and answered at ``t3``, in ns.

    ``t2`` and ``t3`` are on the device clock, not wrapped; the host had the answer at ``host_mono_ns``.
    """

    host_mono_ns: int
    link_segment: int
    t1_ns: int
    t2_ns: int
    t3_ns: int
    boot_id: int | None = None


@dataclass(frozen=True, slots=True)
class HeartRate:
    """A heart rate; ``contact`` tells whether the strap touches the skin, None where it cannot."""

    host_mono_ns: int
    bpm: int
    rr_ms: tuple[float, ...] = ()
    contact: bool | None = None


@dataclass(frozen=True, slots=True)
class PodCadence:
    """What a foot pod says: its cadence may count steps or strides."""

    host_mono_ns: int
    speed_mps: float
    cadence_per_min: int
    stride_length_m: float | None = None
    distance_m: float | None = None
    running: bool = False


@dataclass(frozen=True, slots=True)
class BadPacket:
    """A packet that is not what it claims to be; its bytes are on disk."""

    host_mono_ns: int
    link_segment: int
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a sensor reported that a person or the quality of the recording should know.

    ``code`` is a short name such as ``time_gap``, ``acc_clipped``, ``orphan_continuation``.
    """

    host_mono_ns: int
    link_segment: int
    code: str
    count: int = 1


Heard = SensorFacts | Samples | Status | ClockEcho | HeartRate | PodCadence | BadPacket | Notice
