"""Training Center XML (TCX): laps and tracks of points, as watches and services export them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.formats.watch_device import device_of
from pfp_sensors.formats.watch_rows import LATITUDE, LONGITUDE, MAX_PARTS
from pfp_sensors.formats.watch_tracks import Activity, add_activity, runs_of
from pfp_sensors.formats.watch_xml import moment_of, number_of, walk_xml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.formats.watch_content import WatchContent
    from pfp_sensors.model.watch import WatchRun

_OF_A_POINT: Final[Mapping[tuple[str, str], str]] = {
    ("Trackpoint", "DistanceMeters"): "distance_m",
    ("Trackpoint", "AltitudeMeters"): "altitude_m",
    ("Position", "LatitudeDegrees"): LATITUDE,
    ("Position", "LongitudeDegrees"): LONGITUDE,
    ("HeartRateBpm", "Value"): "heart_rate_bpm",
    ("Trackpoint", "Cadence"): "cadence",
    ("TPX", "RunCadence"): "run_cadence",
    ("TPX", "Speed"): "speed_mps",
    ("TPX", "Watts"): "power_w",
}
"""Columns by element and the element around it."""


def read_tcx(content: WatchContent, *, keep_positions: bool = False, sport: str = "") -> tuple[WatchRun, ...]:
    """Read the runs of a TCX file, as a rule one.

    The running cadence counts one leg by the schema and is doubled; some programs write steps of both feet
    instead, so that a median of 120 or more is taken as it is. Stretches of a lap that lie apart are pauses.

    Parameters
    ----------
    content
        The file.
    keep_positions
        Whether the places are kept.
    sport
        What an archive says of it, where the file says nothing.

    Raises
    ------
    InputError
        If it is no XML, declares entities, or has no point with a time.
    RefusedError
        If it is of another sport.
    UsageError
        If defusedxml is missing.

    Notes
    -----
    Element names after ``TrainingCenterDatabasev2.xsd`` and ``ActivityExtensionv2.xsd``.
    """
    reader = _Reader()
    notes = walk_xml(content, reader)
    return runs_of(
        content, "tcx", reader.activities, notes, listed=True, keep_positions=keep_positions, sport=sport
    )


class _Reader:
    """Collects activities from the elements."""

    def __init__(self) -> None:
        self.activities: list[Activity] = []
        self._point: dict[str, float] = {}
        self._time = (float("nan"), True)
        self._lap = [float("nan")] * 3

    def opened(self, path: Sequence[str], attributes: Mapping[str, str]) -> None:
        if path[-1] == "Activity":
            add_activity(self.activities, Activity(attributes.get("Sport", "")))
        elif path[-1] == "Lap":
            self._lap = [moment_of(attributes.get("StartTime", ""))[0], float("nan"), float("nan")]
        elif path[-1] == "Trackpoint":
            self._point, self._time = {}, (float("nan"), True)
        elif path[-1] == "Track" and self.activities:
            self.activities[-1].stretches += 1

    def closed(self, path: Sequence[str], text: str) -> None:
        if not self.activities:
            return
        around, name = path[-2] if len(path) > 1 else "", path[-1]
        if column := _OF_A_POINT.get((around, name)):
            self._point[column] = number_of(text)
        elif name == "Time" and around == "Trackpoint":
            self._time = moment_of(text)
        elif around == "Lap":
            self._close_of_lap(name, text)
        elif name == "Trackpoint":
            self.activities[-1].add(*self._time, self._point)
        elif name == "Lap" and len(self.activities[-1].laps) < MAX_PARTS:
            self.activities[-1].laps.append((self._lap[0], self._lap[1], self._lap[2]))
        elif name == "Name" and around == "Creator":
            self.activities[-1].device = device_of(text)

    def _close_of_lap(self, name: str, text: str) -> None:
        if name in ("TotalTimeSeconds", "DistanceMeters"):
            self._lap[1 if name == "TotalTimeSeconds" else 2] = number_of(text)
