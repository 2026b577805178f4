"""A simulated run as a shank sensor records it, and as a watch would write it (TCX; made)."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.actions.simulate import simulate_to_folder
from pfp_sensors.store.meta_json import META_NAME
from pfp_sensors.synth.settings import PlanPart, RunnerSettings, SensorSettings

if TYPE_CHECKING:
    from pathlib import Path

BEGAN = datetime(2026, 5, 3, 7, 0, tzinfo=UTC)
"""When the recording began, by the sensor's clock."""

_MEAN_S = 4.0
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase xmlns='
    '"http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities><Activity Sport="Running">'
    "<Id>2026-05-03T07:00:00Z</Id><Lap StartTime={start}><TotalTimeSeconds>{total:.0f}</TotalTimeSeconds>"
    "<DistanceMeters>{metres:.1f}</DistanceMeters><Track>\n"
)
_POINT = (
    "<Trackpoint><Time>{time}</Time><DistanceMeters>{metres:.2f}</DistanceMeters><HeartRateBpm><Value>{beats}"
    '</Value></HeartRateBpm><Extensions><TPX xmlns="http://www.garmin.com/xmlschemas/ActivityExtension/v2">'
    "<Speed>{speed:.2f}</Speed><RunCadence>{cadence}</RunCadence></TPX></Extensions></Trackpoint>\n"
)


def simulated_recording(
    folder: Path, minutes: float = 12.0, seed: int = 3, days: int = 0, **sensor: object
) -> Path:
    """Write a simulated outing with a walk break, its cadence wandering as on a path; so many days later."""
    seconds = 60.0 * minutes
    plan = (
        PlanPart("still", 8.0),
        PlanPart("running", 0.6 * seconds),
        PlanPart("walking", 60.0),
        PlanPart("running", 0.4 * seconds - 68.0),
    )
    runner = RunnerSettings(plan=plan, cadence_wander_spm=2.5, seed=seed)
    simulate_to_folder(folder, runner, SensorSettings(**sensor))
    meta = folder / META_NAME
    said = json.loads(meta.read_text())
    said["start_utc"] = (BEGAN + timedelta(days=days)).isoformat()
    meta.write_text(json.dumps(said))
    return folder


def watch_file(
    recording: Path,
    path: Path,
    *,
    offset_s: float,
    clock_s: float = 0.0,
    days: int = 0,
    pace: float = 1.0,
    ends_s: float = np.inf,
) -> Path:
    """Write what a watch would, started ``offset_s`` after the recording, its clock wrong by ``clock_s``.

    ``pace``: what it measures, as a share of the true way; ``days``: as the recording; ``ends_s``: where it
    was stopped, from its start.
    """
    with (recording / "truth" / "contacts.csv").open() as file:
        rows = list(csv.DictReader(file))
    contact_s = np.array([float(row["initial_contact_s"]) for row in rows])
    length_m = np.array([float(row["stride_length_m"] or 0.0) for row in rows])
    time_s = np.arange(0.0, min(ends_s, contact_s[-1] + 5.0 - offset_s))
    at = time_s + offset_s
    count = np.arange(len(contact_s), dtype=float)
    per_min = 60.0 / _MEAN_S * (np.interp(at, contact_s, count) - np.interp(at - _MEAN_S, contact_s, count))
    way_m = np.interp(at, contact_s, np.concatenate([[0.0], np.cumsum(length_m)[:-1]]))
    way_m = pace * (way_m - way_m[0])
    start = BEGAN + timedelta(days=days, seconds=offset_s + clock_s)
    points = [
        _POINT.format(
            time=(start + timedelta(seconds=float(t))).strftime("%Y-%m-%dT%H:%M:%SZ"),
            metres=metres,
            beats=150,
            speed=speed,
            cadence=round(cadence),
        )
        for t, metres, speed, cadence in zip(time_s, way_m, np.gradient(way_m), per_min, strict=True)
    ]
    head = _HEAD.format(start=f'"{start:%Y-%m-%dT%H:%M:%SZ}"', total=time_s[-1], metres=way_m[-1])
    path.write_text(
        head + "".join(points) + "</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
    )
    return path


def true_running_km(recording: Path) -> float:
    """Return the kilometres of running that the simulation knows."""
    with (recording / "truth" / "contacts.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["running"] in {"1", "True", "true"}]
    return sum(float(row["stride_length_m"] or 0.0) for row in rows) / 1000.0
