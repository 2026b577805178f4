"""Numbers of recording from a sensor. Values, ranges and sources stand in ``config/record.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CueNumbers:
    """When a runner is told to be off target."""

    tolerance_percent: float
    contacts: int
    min_interval_s: float


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """All of ``config/record.toml``."""

    first_patience_s: float
    silent_s: float
    queue_packets: int
    low_battery_percent: float
    min_rate_hz: float
    min_range_g: float
    max_rate_error_percent: float
    max_drift_ppm: float
    max_loss_percent: float
    max_jitter_ms: float
    cue: CueNumbers
