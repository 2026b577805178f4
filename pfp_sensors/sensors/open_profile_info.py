"""INFO of the open profile: how a sensor says it is set, bytes to values and back, for both ends."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Final

from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.open_profile import VERSION, check_version, pack, unpack
from pfp_sensors.units import STANDARD_GRAVITY_MPS2

ALL_AXES: Final = 0x3F
ACC_AXES: Final = 0x07

_INFO: Final = struct.Struct("<BBBBfffIIHHhh")
# Parts reach up to 1.15 times the range they are named after; a scale in a wrong unit is 9.8 times off.
_MOST_OFF: Final = 2.0


@dataclass(frozen=True, slots=True)
class Info:
    """How the sensor is set.

    Attributes
    ----------
    acc_scale_mps2, gyr_scale_dps
        What one count is, in m/s² and deg/s.
    acc_clip, gyr_clip
        Counts at which an axis is clipped; 0 where not known.
    axes
        Bits of the axes that hold values, ax lowest: all six, or the three of acceleration.
    """

    rate_hz: float
    acc_scale_mps2: float
    gyr_scale_dps: float
    boot_id: int
    ring_samples: int
    acc_range_g: int
    gyr_range_dps: int
    acc_clip: int
    gyr_clip: int
    samples_per_packet: int
    has_ring: bool = True
    takes_config: bool = False
    axes: int = ALL_AXES

    @property
    def has_gyr(self) -> bool:
        """Whether the last three axes hold values."""
        return self.axes == ALL_AXES


def encode_info(info: Info) -> bytes:
    """Return the 32 bytes of INFO."""
    return pack(
        _INFO,
        VERSION,
        info.has_ring | info.takes_config << 1,
        info.samples_per_packet,
        info.axes,
        info.rate_hz,
        info.acc_scale_mps2,
        info.gyr_scale_dps,
        info.boot_id,
        info.ring_samples,
        info.acc_range_g,
        info.gyr_range_dps,
        info.acc_clip,
        info.gyr_clip,
    )


def decode_info(payload: bytes) -> Info:
    """Understand INFO; bytes after the 32nd are passed over.

    Raises
    ------
    CodecError
        If it is too short, of another version, has other axes than this program can use, or if its scales
        contradict its ranges: the samples would then be in an unknown unit.
    """
    if payload:
        check_version(payload[0])
    _, flags, n, axes, rate_hz, acc_scale, gyr_scale, boot_id, *settings = unpack(_INFO, payload, "INFO")
    ring, acc_range_g, gyr_range_dps, acc_clip, gyr_clip = settings
    info = Info(
        rate_hz,
        acc_scale,
        gyr_scale,
        boot_id,
        ring,
        acc_range_g,
        gyr_range_dps,
        acc_clip,
        gyr_clip,
        samples_per_packet=n,
        has_ring=bool(flags & 1),
        takes_config=bool(flags & 2),
        axes=axes,
    )
    _check_info(info)
    return info


def _check_info(info: Info) -> None:
    if info.axes not in (ALL_AXES, ACC_AXES):
        raise CodecError(f"INFO names axes {info.axes:#04x}; {ALL_AXES:#04x} or {ACC_AXES:#04x} can be used.")
    if not (math.isfinite(info.rate_hz) and info.rate_hz > 0):
        raise CodecError(f"INFO names a rate of {info.rate_hz} Hz.")
    acc_scale_g = info.acc_scale_mps2 / STANDARD_GRAVITY_MPS2
    _check_scale("acceleration", "g", acc_scale_g, info.acc_clip, info.acc_range_g)
    if info.has_gyr:
        _check_scale("rotation", "deg/s", info.gyr_scale_dps, info.gyr_clip, info.gyr_range_dps)


def _check_scale(what: str, unit: str, scale: float, clip: int, stated: int) -> None:
    reached = scale * (clip if clip > 0 else 0x7FFF)
    if not stated / _MOST_OFF <= reached <= stated * _MOST_OFF or not stated:
        raise CodecError(
            f"INFO contradicts itself: by its scale {what} reaches {reached:.4g} {unit}, "
            f"but its range is {stated} {unit}."
        )
