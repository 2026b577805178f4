"""Stride length, speed and distance, from the most trusted source at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pfp_sensors.analyse.support import Support, caution, coverage_words, refuse
from pfp_sensors.analyse.watch_lengths import model_way, watch_way
from pfp_sensors.gait.spread import spread
from pfp_sensors.model.summary import DistanceSource, Spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.gait.speed_model import SpeedModel
    from pfp_sensors.model.gait import Bout, Strides
    from pfp_sensors.model.summary import LearnedFrom, Reason
    from pfp_sensors.model.watch import JoinedWatch
    from pfp_sensors.settings.signal import SignalSettings


@dataclass(frozen=True, slots=True)
class Given:
    """What a person or another device knows of the run.

    ``only_running`` is False when a distance covers walking as well; ``joined`` is a watch on this
    recording's clock, ``model`` what earlier runs with a watch taught.
    """

    speed_mps: float | None
    distance_km: float | None
    only_running: bool = True
    joined: JoinedWatch | None = None
    model: SpeedModel | None = None


@dataclass(frozen=True, slots=True)
class Lengths:
    """Stride length, speed and distance with where they are from."""

    stride_length_m: Spread | None = None
    speed_mps: Spread | None = None
    distance_km: float | None = None
    source: DistanceSource | None = None
    distance_source: DistanceSource | None = None
    model: LearnedFrom | None = None


def lengths_of(
    strides: Strides,
    stride_time_s: Spread | None,
    running_s: float,
    coverage: float | None,
    support: Support,
    settings: SignalSettings,
    given: Given,
    bouts: Sequence[Bout] = (),
) -> tuple[Lengths, list[Reason]]:
    """Give stride length, speed and distance by watch, treadmill, own model or the sensor alone.

    Parameters
    ----------
    strides, stride_time_s
        Valid running strides (none at slow rates), and their time.
    running_s, coverage
        Time running, and the share of its strides that could be used.
    bouts
        Of the recording; needed where a watch was joined.
    """
    measured = None if support.refuses("stride_length_m") else spread(strides.speed_mps)
    given, reasons = _plausible(given, running_s, settings)
    if _watch_leads(given):
        found, more = _by_watch(strides, stride_time_s, bouts, measured, settings, given)
        reasons += more
        if found is not None:
            return found, reasons
    known_mps = _known_speed_mps(given, running_s)
    if known_mps is not None:
        reasons += _contradiction(measured, known_mps, "given was", settings)
        if stride_time_s is None:
            message = "No stride could be timed, so none has a length."
            reasons += refuse("low_coverage", ("stride_length_m",), message)
        return _given_lengths(stride_time_s, running_s, known_mps, given), reasons
    lengths, more = _by_model(strides, measured, given)
    reasons += more
    if lengths is None and measured is None:
        return _without_speed(given, support, reasons)
    lengths = lengths or Lengths(spread(strides.stride_length_m), measured, source="imu")
    if given.distance_km is not None:
        return replace(lengths, distance_km=given.distance_km, distance_source="watch"), reasons
    if coverage is None or coverage < settings.quality.min_coverage:
        return lengths, reasons + refuse("low_coverage", ("distance_km",), coverage_words(coverage))
    assert lengths.speed_mps is not None
    distance_km = lengths.speed_mps.median * running_s / 1000.0
    return replace(lengths, distance_km=distance_km, distance_source=lengths.source), reasons


def _contradiction(
    measured: Spread | None, known_mps: float, known_by: str, settings: SignalSettings
) -> list[Reason]:
    """Warn where the sensor's own speed is far from one that is trusted more."""
    limit = settings.stride_length.max_speed_difference
    if measured is None or abs(measured.median / known_mps - 1.0) <= limit:
        return []
    message = f"The sensor gives {measured.median:.2f} m/s, {known_by} {known_mps:.2f}, which is used."
    return caution("speed_implausible", "speed_mps", message)


def _watch_leads(given: Given) -> bool:
    """Say whether a joined watch is asked: a belt's speed is better than the guess of a watch indoors."""
    return given.joined is not None and (given.speed_mps is None or given.joined.watch.indoor is False)


def _by_watch(
    strides: Strides,
    stride_time_s: Spread | None,
    bouts: Sequence[Bout],
    measured: Spread | None,
    settings: SignalSettings,
    given: Given,
) -> tuple[Lengths | None, list[Reason]]:
    """Use the rows of a joined watch; not where it tells of too little of the running, or nonsense."""
    assert given.joined is not None
    way = watch_way(given.joined, bouts, strides)
    speed = spread(way.speed_mps)
    if speed is None or way.covered < settings.quality.min_coverage:
        message = f"The watch tells of {way.covered:.0%} of the running only, so it is not used."
        return None, caution("watch_coverage", "distance_km", message)
    limits = settings.stride_length
    if not limits.min_speed_mps <= speed.median <= limits.max_speed_mps:
        message = f"The watch gives {speed.median:.2f} m/s, which is no running; it is not used."
        return None, caution("speed_implausible", "speed_mps", message)
    reasons = _contradiction(measured, speed.median, "the watch", settings)
    if given.joined.watch.indoor is True:
        message = "The watch was indoors, where it guesses distance. Give the belt's speed with --speed-mps."
        reasons += caution("watch_indoors", "distance_km", message)
    if way.covered < settings.quality.good_coverage:
        message = f"The watch tells of {way.covered:.0%} of the running; the rest is taken to be alike."
        reasons += caution("watch_coverage", "distance_km", message)
    lengths = spread(strides.stride_time_s * way.speed_mps) if len(strides) else None
    if lengths is None and stride_time_s is not None:
        lengths = _times(stride_time_s, speed.median)
    if lengths is None:
        message = "No stride could be timed, so none has a length."
        reasons += refuse("low_coverage", ("stride_length_m",), message)
    return Lengths(lengths, speed, way.distance_km, "watch", "watch"), reasons


def _by_model(strides: Strides, measured: Spread | None, given: Given) -> tuple[Lengths | None, list[Reason]]:
    """Use what earlier runs with a watch taught, where it is good enough and fits this run."""
    if given.model is None:
        return None, []
    way = model_way(given.model, strides, gyroscope=measured is not None)
    if isinstance(way, str):
        return None, caution("model_not_taught", "speed_mps", way)
    if way is None:
        return None, []
    lengths = spread(strides.stride_time_s * way.speed_mps)
    return Lengths(lengths, spread(way.speed_mps), source="model", model=way.learned_from), []


def _times(stride_time_s: Spread, speed_mps: float) -> Spread:
    """Return stride lengths at one speed."""
    return Spread(*(t * speed_mps for t in (stride_time_s.median, stride_time_s.p25, stride_time_s.p75)))


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
    lengths = None if stride_time_s is None else _times(stride_time_s, speed_mps)
    distance_km = given.distance_km if given.distance_km is not None else speed_mps * running_s / 1000.0
    distance_source: DistanceSource = "watch" if given.distance_km is not None else "treadmill"
    return Lengths(lengths, Spread(speed_mps, speed_mps, speed_mps), distance_km, source, distance_source)
