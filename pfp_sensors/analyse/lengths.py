"""Stride length, speed and distance, from the most trusted source at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    """What a person or another device knows of the run.

    ``only_running`` is False when a distance covers walking as well.
    """

    speed_mps: float | None
    distance_km: float | None
    only_running: bool = True


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
    stride_time_s: Spread | None,
    running_s: float,
    coverage: float | None,
    support: Support,
    settings: SignalSettings,
    given: Given,
) -> tuple[Lengths, list[Reason]]:
    """Give stride length, speed and distance from the most trusted source at hand.

    Parameters
    ----------
    strides, stride_time_s
        Valid running strides (none at slow rates), and their time.
    running_s, coverage
        Time running, and the share of its strides that could be used.
    """
    measured = None if support.refuses("stride_length_m") else spread(strides.speed_mps)
    given, reasons = _plausible(given, running_s, settings)
    known_mps = _known_speed_mps(given, running_s)
    if known_mps is not None:
        limit = settings.stride_length.max_speed_difference
        if measured is not None and abs(measured.median / known_mps - 1.0) > limit:
            message = f"The sensor gives {measured.median:.2f} m/s, given was {known_mps:.2f}, which is used."
            reasons += caution("speed_implausible", "speed_mps", message)
        if stride_time_s is None:
            message = "No stride could be timed, so none has a length."
            reasons += refuse("low_coverage", ("stride_length_m",), message)
        return _given_lengths(stride_time_s, running_s, known_mps, given), reasons
    if measured is None:
        return _without_speed(given, support, reasons)
    lengths = Lengths(spread(strides.stride_length_m), measured, source="imu")
    if given.distance_km is not None:
        return replace(lengths, distance_km=given.distance_km, distance_source="watch"), reasons
    if coverage is None or coverage < settings.quality.min_coverage:
        return lengths, reasons + refuse("low_coverage", ("distance_km",), coverage_words(coverage))
    distance_km = measured.median * running_s / 1000.0
    return replace(lengths, distance_km=distance_km, distance_source="imu"), reasons


def _known_speed_mps(given: Given, running_s: float) -> float | None:
    """Return the speed that was given, or that a given distance implies when nothing but running was done."""
    if given.speed_mps is not None:
        return given.speed_mps
    if given.distance_km is not None and given.only_running:
        return 1000.0 * given.distance_km / running_s
    return None


def _without_speed(given: Given, support: Support, reasons: list[Reason]) -> tuple[Lengths, list[Reason]]:
    """Say what is missing where neither sensor nor person knows the speed."""
    fields: tuple[str, ...] = ("stride_length_m", "speed_mps")
    if given.distance_km is not None:
        message = "The distance covers walking too, so it does not tell the running speed."
        found = Lengths(distance_km=given.distance_km, distance_source="watch")
        return found, reasons + refuse("mixed_distance", fields, message)
    if support.refuses("stride_length_m"):
        return Lengths(), reasons
    message = "No stride gave a plausible length (1.5 to 7 m/s). Give the speed with --speed-mps."
    return Lengths(), reasons + refuse("speed_implausible", (*fields, "distance_km"), message)


def _plausible(given: Given, running_s: float, settings: SignalSettings) -> tuple[Given, list[Reason]]:
    """Leave out a given speed or distance that no runner can have run, and say so."""
    limits = settings.stride_length
    reasons: list[Reason] = []
    speed_mps, distance_km = given.speed_mps, given.distance_km
    if speed_mps is not None and not limits.min_speed_mps <= speed_mps <= limits.max_speed_mps:
        message = (
            f"{speed_mps:g} m/s was given; running is {limits.min_speed_mps:g} to {limits.max_speed_mps:g}."
        )
        reasons += caution("speed_implausible", "speed_mps", message)
        speed_mps = None
    if distance_km is not None:
        minutes = running_s / 60.0
        implied_mps = 1000.0 * distance_km / running_s
        too_far = implied_mps > limits.max_speed_mps and given.only_running
        if too_far or implied_mps < limits.min_speed_mps:
            message = f"{distance_km:g} km was given for {minutes:.1f} min of running; that cannot be."
            reasons += caution("distance_implausible", "distance_km", message)
            distance_km = None
        elif speed_mps is not None and abs(implied_mps / speed_mps - 1.0) > limits.max_speed_difference:
            message = f"{distance_km:g} km and {speed_mps:g} m/s do not fit {minutes:.1f} min of running."
            reasons += caution("distance_implausible", "distance_km", message)
    return replace(given, speed_mps=speed_mps, distance_km=distance_km), reasons


def _given_lengths(stride_time_s: Spread | None, running_s: float, speed_mps: float, given: Given) -> Lengths:
    """Use a treadmill's speed or a watch's distance."""
    source: DistanceSource = "treadmill" if given.speed_mps is not None else "watch"
    lengths = None
    if stride_time_s is not None:
        times = (stride_time_s.median, stride_time_s.p25, stride_time_s.p75)
        lengths = Spread(*(t * speed_mps for t in times))
    distance_km = given.distance_km if given.distance_km is not None else speed_mps * running_s / 1000.0
    distance_source: DistanceSource = "watch" if given.distance_km is not None else "treadmill"
    return Lengths(lengths, Spread(speed_mps, speed_mps, speed_mps), distance_km, source, distance_source)
