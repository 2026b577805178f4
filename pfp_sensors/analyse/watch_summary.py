"""What a watch says of a run in the diary's terms: its running, with walking, standing and pauses apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.analyse.watch_climb import climb_and_descent, grade_of
from pfp_sensors.analyse.watch_rows import (
    LONGEST_STEP_S,
    filled,
    running_median,
    usable_steps,
    weighted_mean,
    weighted_median,
)
from pfp_sensors.formats.watch_distance import speed_of_distance
from pfp_sensors.model.watch import WatchSummary

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, FloatArray
    from pfp_sensors.model.watch import WatchRun

RUNNING_SPM: Final = 130.0
"""Steps a minute from which it is running: people walk at 90 to 125, and run at 140 to 200."""

RUNNING_MPS: Final = 1.8
"""Speed from which it is running where no cadence is told: walking turns into running at about 2 m/s."""

_MAYBE_SPM: Final = 120.0
"""From here to `RUNNING_SPM` the cadence does not tell: slow or tall runners, and very brisk walkers."""

_MAYBE_MPS: Final = 2.0
"""What makes that running: at 130 steps a minute 2 m/s are 0.92 m a step, at 120 1 m, longer than people
walk; most change from walking to running at about that speed."""

_CADENCE_FITS_SPM: Final = (120.0, 240.0)
"""A median of running outside of these is halved, or doubled twice."""

_SMOOTH_S = 10.0
_DOWNHILL = -0.03
_KNOWN_SHARE = 0.8
_HEART_SHARE = 0.5
_GAPS_WORTH_SAYING_S = 60.0
_FASTEST_MPS: Final = 7.5
"""No run of a diary is faster from end to end: the best do 1.5 km at 7.3 m/s."""

_TOTALS_SHARE = 0.01
"""Of the watch's own totals: less than that left out is not worth a sentence."""

_INDOOR_NOTE = "The run was indoors: its distance and speed are the watch's guess."


@dataclass(slots=True)
class _Rows:
    """Rows of a run, the steps that count, and which of those are running."""

    watch: WatchRun
    cadence_spm: FloatArray
    speed_mps: FloatArray
    usable: BoolArray
    running: BoolArray = field(init=False)
    cadence_fits: bool = True

    @property
    def step_s(self) -> FloatArray:
        """(n - 1,) durations."""
        return np.diff(self.watch.time_s)

    @property
    def weight_s(self) -> FloatArray:
        """(n - 1,) durations of running, 0 for the other steps."""
        return np.where(self.running, self.step_s, 0.0)


def watch_summary(watch: WatchRun, within: tuple[float, float] | None = None) -> WatchSummary:
    """Sum up a watch's run, or a part of it.

    Running is where the cadence, smoothed over 10 s, is at least 130 steps a minute; where no cadence is
    told, or it cannot be that of running, where the smoothed speed is at least 1.8 m/s. From 120 to 130 steps
    a minute it is running where a speed of 2 m/s or more is told beside them. Pauses, and
    stretches of more than 15 s without a row, are none. A file with neither gives its totals, walking and
    standing included.

    Parameters
    ----------
    watch
        The run.
    within
        Start and end of the part, in seconds of the watch; None takes all of it.

    Returns
    -------
    summary
        None for what cannot be told; ``km`` and ``minutes`` are None where nothing was running.
    """
    rows = _rows(watch, within)
    notes = [_INDOOR_NOTE] if watch.indoor else []
    ascent, descent = _climbs(watch, within, notes)
    if not (np.isfinite(rows.cadence_spm).any() or np.isfinite(rows.speed_mps).any()):
        return _of_totals(watch, within, ascent, descent, notes)
    _find_running(rows, notes)
    weight = rows.weight_s
    minutes = float(weight.sum()) / 60.0
    if minutes == 0.0:
        notes.append(_why_no_running(rows))
        return WatchSummary(None, None, None, None, None, None, ascent, descent, None, tuple(notes))
    _say_gaps(rows, within, notes)
    if within is None and not watch.own:
        notes += _left_out(watch, _km(rows), minutes)
    cadence = weighted_median(_at_ends(rows, rows.cadence_spm), weight[rows.running])
    mean_cadence = weighted_mean(_at_ends(rows, rows.cadence_spm), weight[rows.running], _KNOWN_SHARE)
    return WatchSummary(
        km=_possible_km(_km(rows), minutes, notes),
        minutes=minutes,
        speed_mps=_possible_mps(weighted_median(_at_ends(rows, rows.speed_mps), weight[rows.running])),
        cadence_spm=cadence,
        steps=None if mean_cadence is None or not rows.cadence_fits else round(mean_cadence * minutes),
        heart_rate_bpm=weighted_mean(
            _at_ends(rows, _channel(watch, "heart_rate_bpm")), weight[rows.running], _HEART_SHARE
        ),
        ascent_m=ascent,
        descent_m=descent,
        downhill_min=_downhill_min(rows),
        notes=tuple(notes),
    )


def _rows(watch: WatchRun, within: tuple[float, float] | None) -> _Rows:
    speed = watch.channel("speed_mps")
    if speed is None:
        speed = speed_of_distance(watch.time_s, _channel(watch, "distance_m"))
    return _Rows(watch, _channel(watch, "cadence_spm"), speed, usable_steps(watch, within))


def _channel(watch: WatchRun, name: str) -> FloatArray:
    """Give a channel; all NaN where there is none."""
    values = watch.channel(name)
    return np.full(len(watch.time_s), np.nan) if values is None else values


def _at_ends(rows: _Rows, values: FloatArray) -> FloatArray:
    """Take the value at the end of each step of running."""
    return np.asarray(values[1:][rows.running])


def _find_running(rows: _Rows, notes: list[str]) -> None:
    """Mark the steps of running; say where the cadence cannot be that of running."""
    cadence = running_median(rows.watch.time_s, rows.cadence_spm, _SMOOTH_S)[1:]
    speed = running_median(rows.watch.time_s, rows.speed_mps, _SMOOTH_S)[1:]
    with np.errstate(invalid="ignore"):
        fast = speed >= RUNNING_MPS
        quick = (cadence >= RUNNING_SPM) | ((cadence >= _MAYBE_SPM) & (speed >= _MAYBE_MPS))
        of_running = rows.usable & (fast if np.isfinite(speed).any() else cadence > 0)
    median = weighted_median(cadence[of_running], rows.step_s[of_running])
    low, high = _CADENCE_FITS_SPM
    if median is not None and not low <= median <= high:
        rows.cadence_fits = False
        what = "halved, or that of walking" if median < low else "doubled twice"
        notes.append(
            f"The median cadence of {median:.0f} steps a minute looks {what}; steps are not counted from it."
        )
        cadence = np.full(len(cadence), np.nan)
    rows.running = rows.usable & np.where(np.isfinite(cadence), quick, fast)


def _km(rows: _Rows) -> float | None:
    """Add up the distance of running; without one, the speed."""
    distance = rows.watch.channel("distance_m")
    if distance is not None:
        return float(np.diff(filled(rows.watch.time_s, distance))[rows.running].sum()) / 1000.0
    weight = rows.weight_s[rows.running]
    mean = weighted_mean(_at_ends(rows, rows.speed_mps), weight, _KNOWN_SHARE)
    return None if mean is None else mean * float(weight.sum()) / 1000.0


def _possible_km(km: float | None, minutes: float | None, notes: list[str]) -> float | None:
    """Drop a distance that nobody can run in that time."""
    if km is None or minutes is None or 1000.0 * km <= _FASTEST_MPS * 60.0 * minutes:
        return km
    notes.append(
        f"{km:.2f} km in {minutes:.1f} min is faster than anybody runs; the distance was left out as unknown."
    )
    return None


def _possible_mps(speed_mps: float | None) -> float | None:
    return None if speed_mps is None or speed_mps > _FASTEST_MPS else speed_mps


def _why_no_running(rows: _Rows) -> str:
    """Say what was read, and what running would have been."""
    distance = rows.watch.channel("distance_m")
    known = np.empty(0) if distance is None else distance[np.isfinite(distance)]
    metres = f" and {known[-1] - known[0]:.0f} m" if len(known) else ", without a distance"
    tops = (
        (rows.cadence_spm, "at most {:.0f} steps a minute"),
        (rows.speed_mps, "at most {:.1f} m/s"),
    )
    most = [text.format(np.nanmax(values)) for values, text in tops if np.isfinite(values).any()]
    return (
        f"No running was found in it: {len(rows.watch.time_s)} rows over {rows.step_s.sum() / 60.0:.1f} min"
        f"{metres}, {', '.join(most)}. Running is from {RUNNING_SPM:.0f} steps a minute on, or without a "
        f"cadence from {RUNNING_MPS} m/s on, over {_SMOOTH_S:.0f} s."
    )


def _say_gaps(rows: _Rows, within: tuple[float, float] | None, notes: list[str]) -> None:
    """Say how long the watch wrote nothing outside of its pauses."""
    t = rows.watch.time_s
    gap = np.diff(t) > LONGEST_STEP_S
    if within is not None:
        gap &= (t[1:] > within[0]) & (t[:-1] < within[1])
    paused = sum(pause.end_s - pause.start_s for pause in rows.watch.pauses)
    seconds = float(rows.step_s[gap].sum()) - paused
    if within is None and seconds > _GAPS_WORTH_SAYING_S:
        notes.append(f"{seconds / 60.0:.0f} min without a row of the watch are not counted as running.")


def _left_out(watch: WatchRun, km: float | None, minutes: float) -> list[str]:
    """Say how much of the watch's own totals is no running, where that is more than 1 % of them."""
    told = watch.totals
    own_min = None if told.timer_s is None else told.timer_s / 60.0
    own_km = None if told.distance_m is None else told.distance_m / 1000.0
    pairs = [(own_km, km, "km", 2), (own_min, minutes, "min", 1)]
    known = [(own, ours, unit, n) for own, ours, unit, n in pairs if own is not None and ours is not None]
    if not any(own - ours > _TOTALS_SHARE * own for own, ours, _, _ in known):
        return []
    totals = " and ".join(f"{own:.{n}f} {unit}" for own, _, unit, n in known)
    less = " and ".join(f"{max(own - ours, 0.0):.{n}f} {unit}" for own, ours, unit, n in known)
    return [
        f"The watch's own totals are {totals}: {less} of that is no running (walking, standing) and left out."
    ]


def _climbs(
    watch: WatchRun, within: tuple[float, float] | None, notes: list[str]
) -> tuple[float | None, float | None]:
    """Take the watch's ascent and descent of the whole run, else those of the altitude."""
    told = watch.totals
    if within is None and told.ascent_m is not None and told.descent_m is not None:
        return told.ascent_m, told.descent_m
    altitude = watch.channel("altitude_m")
    if watch.indoor or altitude is None:
        return (told.ascent_m, told.descent_m) if within is None else (None, None)
    inside = np.ones(len(altitude), np.bool_)
    if within is not None:
        inside = (watch.time_s >= within[0]) & (watch.time_s <= within[1])
    climbs = climb_and_descent(watch.time_s[inside], altitude[inside])
    if climbs is None:
        return None, None
    notes.append("Ascent and descent were computed from the altitude.")
    return climbs


def _downhill_min(rows: _Rows) -> float | None:
    altitude, distance = rows.watch.channel("altitude_m"), rows.watch.channel("distance_m")
    if rows.watch.indoor or altitude is None or distance is None:
        return None
    grade = grade_of(rows.watch.time_s, distance, altitude)[1:]
    if not np.isfinite(grade[rows.running]).any():
        return None
    with np.errstate(invalid="ignore"):
        return float(rows.weight_s[grade < _DOWNHILL].sum()) / 60.0


def _of_totals(
    watch: WatchRun,
    within: tuple[float, float] | None,
    ascent: float | None,
    descent: float | None,
    notes: list[str],
) -> WatchSummary:
    """Give what the watch says of the whole run, where no row tells running from standing."""
    heart = weighted_mean(_channel(watch, "heart_rate_bpm")[1:], np.diff(watch.time_s), _HEART_SHARE)
    if within is not None:
        notes.append("The file has neither cadence nor speed in its rows, so a part of it cannot be told.")
        return WatchSummary(None, None, None, None, None, None, ascent, descent, None, tuple(notes))
    told = watch.totals
    notes.append(
        "The file has neither cadence nor speed in its rows: its totals are given, with walking and standing."
    )
    km = None if told.distance_m is None else told.distance_m / 1000.0
    minutes = None if told.timer_s is None else told.timer_s / 60.0
    km = _possible_km(km, minutes, notes)
    speed = 1000.0 * km / (60.0 * minutes) if km is not None and minutes else None
    cadence = told.steps / minutes if told.steps is not None and minutes else None
    return WatchSummary(km, minutes, speed, cadence, told.steps, heart, ascent, descent, None, tuple(notes))
