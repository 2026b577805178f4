"""GPX 1.0 and 1.1: tracks of positions, with heart rate and cadence in extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.formats.watch_device import device_of
from pfp_sensors.formats.watch_rows import LATITUDE, LONGITUDE
from pfp_sensors.formats.watch_tracks import Activity, add_activity, runs_of
from pfp_sensors.formats.watch_xml import moment_of, number_of, walk_xml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.formats.watch_content import WatchContent
    from pfp_sensors.model.watch import WatchRun

_OF_A_POINT: Final[Mapping[str, str]] = {
    "ele": "altitude_m",
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "cad": "cadence",
    "cadence": "cadence",
    "runcadence": "run_cadence",
    "speed": "speed_mps",
    "power": "power_w",
    "watts": "power_w",
    "powerinwatts": "power_w",
    "atemp": "temperature_c",
}
"""Columns by element, in small letters, whatever extension it stands in."""

_SAME_RUN_S = 1800.0
"""Tracks of a file that follow each other within half an hour are laps of one run; later ones are others."""


def read_gpx(content: WatchContent, *, keep_positions: bool = False, sport: str = "") -> tuple[WatchRun, ...]:
    """Read the runs of a GPX file, as a rule one.

    The distance comes from the positions, which are then forgotten. What a cadence counts is not fixed: a
    median below 120 is taken as one leg's and doubled, with a note. Segments that lie apart are pauses.

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
    Element names after the schemas ``GPX/1/1`` and Garmin's ``TrackPointExtension``.
    """
    reader = _Reader()
    notes = walk_xml(content, reader)
    return runs_of(
        content, "gpx", reader.activities, notes, listed=False, keep_positions=keep_positions, sport=sport
    )


class _Reader:
    """Collects activities from the elements."""

    def __init__(self) -> None:
        self.activities: list[Activity] = []
        self._device: str | None = None
        self._point: dict[str, float] = {}
        self._time = (float("nan"), True)
        self._new_track = False
        self._sport = ""

    def opened(self, path: Sequence[str], attributes: Mapping[str, str]) -> None:
        name = path[-1]
        if name == "gpx":
            self._device = device_of(attributes.get("creator", ""))
        elif name == "trk":
            self._new_track, self._sport = True, ""
        elif name == "trkseg" and self.activities:
            self.activities[-1].stretches += 1
        elif name == "trkpt":
            self._time = (float("nan"), True)
            self._point = {
                LATITUDE: number_of(attributes.get("lat", "")),
                LONGITUDE: number_of(attributes.get("lon", "")),
            }

    def closed(self, path: Sequence[str], text: str) -> None:
        name = path[-1]
        if name == "trkpt":
            self._add()
        elif "trkpt" not in path:
            if name == "type" and path[-2:-1] == ["trk"]:
                self._sport = text
        elif name == "time" and path[-2] == "trkpt":
            self._time = moment_of(text)
        elif column := _OF_A_POINT.get(name.lower()):
            self._point[column] = number_of(text)

    def _add(self) -> None:
        if self._new_track:
            self._new_track = False
            if not self.activities or not self._goes_on():
                add_activity(self.activities, Activity(self._sport, self._device))
        self.activities[-1].add(*self._time, self._point)

    def _goes_on(self) -> bool:
        """Tell whether the first point of a track is of the run of the track before it."""
        last = self.activities[-1]
        return self._sport == last.sport and abs(self._time[0] - last.rows[-1][0]) < _SAME_RUN_S
