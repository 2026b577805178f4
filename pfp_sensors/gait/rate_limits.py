"""What a sampling rate can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfp_sensors.settings.signal import RateSettings


def times_contacts(rate_hz: float, rate: RateSettings) -> bool:
    """Say whether contact time, landing impact and stride length can be told at a rate.

    Parameters
    ----------
    rate_hz
        Sampling rate as measured, which may lie a little below what the sensor was sold as.
    rate
        The limits.
    """
    return rate_hz >= rate.contact_min_hz * (1.0 - rate.contact_tolerance_share)
