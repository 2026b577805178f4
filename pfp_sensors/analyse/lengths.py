"""Stride length, speed and distance, from the most trusted source at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.analyse.support import Support, caution, coverage_words, refuse
from pfp_sensors.gait.spread import spread
from pfp_sensors.model.summary import DistanceSource, Spread

if TYPE_CHECKING:
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.summary import Reason
    from pfp_sensors.settings.signal import SignalSettings


@dataclass(frozen=True, slots=True)
class Given:
    """What a person or another device knows of the run."""

    speed_mps: float | None
    distance_km: float | None


@dataclass(frozen=True, slots=True)
class Lengths:
    """Stride length, speed and distance with where they are from."""

    stride_length_m: Spread | None = None
    speed_mps: Spread | None = None
    distance_km: float | None = None
    source: DistanceSource | None = None
    distance_source: DistanceSource | None = None


def lengths_of(
    strides: Strides,
    running_s: float,
    coverage: float | None,
    support: Support,
    settings: SignalSettings,
    given: Given,
) -> tuple[Lengths, list[Reason]]:
    """Give stride length, speed and distance from the most trusted source at hand."""
    reasons: list[Reason] = []
    measured = None if support.refuses("stride_length_m") else spread(strides.speed_mps)
    known_mps = given.speed_mps
    if known_mps is None and given.distance_km is not None:
        known_mps = 1000.0 * given.distance_km / running_s
    if measured is not None and known_mps is not None:
        share = abs(measured.median / known_mps - 1.0)
        if share > settings.stride_length.max_speed_difference:
            message = f"The sensor gives {measured.median:.2f} m/s, given was {known_mps:.2f}, which is used."
            reasons += caution("speed_implausible", "speed_mps", message)
    if known_mps is not None:
        return _given_lengths(strides, running_s, known_mps, given), reasons
    if measured is None:
        if not support.refuses("stride_length_m"):
            message = "No stride gave a plausible length (1.5 to 7 m/s). Give the speed with --speed-mps."
            reasons += refuse("speed_implausible", ("stride_length_m", "speed_mps", "distance_km"), message)
        return Lengths(), reasons
    distance_km = None
    if coverage is not None and coverage >= settings.quality.min_coverage:
        distance_km = measured.median * running_s / 1000.0
    else:
        reasons += refuse("low_coverage", ("distance_km",), coverage_words(coverage))
    lengths = Lengths(
        spread(strides.stride_length_m), measured, distance_km, "imu", None if distance_km is None else "imu"
    )
    return lengths, reasons


def _given_lengths(strides: Strides, running_s: float, speed_mps: float, given: Given) -> Lengths:
    """Use a treadmill's speed or a watch's distance."""
    source: DistanceSource = "treadmill" if given.speed_mps is not None else "watch"
    lengths = spread(strides.stride_time_s * speed_mps)
    distance_km = given.distance_km if given.distance_km is not None else speed_mps * running_s / 1000.0
    distance_source: DistanceSource = "watch" if given.distance_km is not None else "treadmill"
    return Lengths(lengths, Spread(speed_mps, speed_mps, speed_mps), distance_km, source, distance_source)
