"""Sampling rates in words that do not contradict the limit they are held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfp_sensors.settings.signal import RateSettings


def recorded_words(rate_hz: float, rate: RateSettings) -> str:
    """Name a rate with as many decimals as it takes to show that it lies below the next limit.

    Parameters
    ----------
    rate_hz
        Sampling rate.
    rate
        The limits.
    """
    limits = (rate.spectral_min_hz, rate.cadence_min_hz, rate.landing_min_hz, rate.contact_min_hz)
    above_hz = next((limit for limit in (*limits, rate.impact_min_hz) if rate_hz < limit), float("inf"))
    decimals = next((n for n in range(6) if float(f"{rate_hz:.{n}f}") < above_hz), 6)
    return f"{rate_hz:.{decimals}f} Hz recorded"
