"""A run as a watch or a service wrote it: one row a second or so, and the watch's own totals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pfp_sensors.model.recording import FloatArray, Source

CHANNELS: Final[Mapping[str, str]] = {
    "distance_m": "distance since the start, growing",
    "speed_mps": "speed",
    "cadence_spm": "steps of both feet per minute",
    "heart_rate_bpm": "heart beats per minute",
    "altitude_m": "height above sea level",
    "stance_time_ms": "ground contact time as the watch tells it",
    "stance_balance_pct": "share of the left foot in ground contact",
    "vertical_oscillation_mm": "up and down movement of the body in a step",
    "step_length_mm": "length of one step",
    "power_w": "running power as the watch estimates it",
    "temperature_c": "temperature of the watch",
}
"""Channels by name, which ends in the unit. A developer's field is ``dev:<name>``, its unit in ``units``."""

DEVELOPER: Final = "dev:"


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the watch was stopped; seconds from the start."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Lap:
    """One lap as the watch says it; None where it does not."""

    start_s: float
    end_s: float
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class WatchTotals:
    """What the watch says of the whole run; None where it does not. ``timer_s`` is without pauses."""

    distance_m: float | None = None
    timer_s: float | None = None
    elapsed_s: float | None = None
    ascent_m: float | None = None
    descent_m: float | None = None
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class Positions:
    """Where the run was: kept only where the person asked for it, in a file of its own.

    Attributes
    ----------
    time_s, latitude_deg, longitude_deg
        (m,) each; seconds from the start of the run.
    """

    time_s: FloatArray
    latitude_deg: FloatArray
    longitude_deg: FloatArray


@dataclass(frozen=True, slots=True)
class WatchRun:
    """One run of a watch or a service, without a place, a name or a serial number.

    Attributes
    ----------
    source
        Path as given, SHA-256 of its bytes (of a member of an archive: of that member, unpacked; of a
        later run of one file: made of that and its start), and the format: "fit", "tcx" or "gpx".
    start
        Of ``time_s`` 0, in UTC.
    time_s
        (n,) seconds from the start, strictly increasing.
    channels
        (n,) each, by name as in `CHANNELS`; NaN where the watch said nothing. A channel without any number is
        not there.
    units
        Units of developer fields, by channel.
    utc_offset_s
        Local time less UTC, where the file says it.
    sport
        As in the file: "running", or what it calls it.
    indoor
        Whether it was a treadmill; None where the file does not say. Its distance is then the watch's guess.
    device
        Maker and model as far as they are told, such as "garmin fenix6"; never a serial number.
    pauses, laps, totals
        As the watch says them.
    positions
        None unless they were asked for.
    notes
        What reading the file took: damage, dropped rows, what was left out.
    own
        Whether this program wrote the file: its figures may be a recording's, so they are no second witness.
    synthetic
        Whether a program computed the run.
    """

    source: Source
    start: datetime
    time_s: FloatArray
    channels: Mapping[str, FloatArray]
    units: Mapping[str, str] = field(default_factory=dict)
    utc_offset_s: int | None = None
    sport: str = "running"
    indoor: bool | None = None
    device: str | None = None
    pauses: tuple[Pause, ...] = ()
    laps: tuple[Lap, ...] = ()
    totals: WatchTotals = field(default_factory=WatchTotals)
    positions: Positions | None = None
    notes: tuple[str, ...] = ()
    own: bool = False
    synthetic: bool = False

    def __post_init__(self) -> None:
        """Check that channels and times belong together.

        Raises
        ------
        InputError
            If a channel has another length than the times, or the times do not grow.
        """
        n = len(self.time_s)
        for name, values in self.channels.items():
            if len(values) != n:
                raise InputError(f"{name} has {len(values)} values for {n} times.", "Export the run again.")
        if n > 1 and not bool((self.time_s[1:] > self.time_s[:-1]).all()):
            raise InputError("The times of the run do not grow.", "Export the run again.")

    def channel(self, name: str) -> FloatArray | None:
        """Give a channel, or None where the watch had none."""
        return self.channels.get(name)


@dataclass(frozen=True, slots=True)
class WatchSummary:
    """What a watch says of a run, in the diary's terms: of running only; None where unknown.

    Attributes
    ----------
    km, minutes, steps
        Of running.
    speed_mps, cadence_spm
        Medians over the time of running.
    heart_rate_bpm
        Mean over the time of running.
    ascent_m, descent_m
        Of the whole run.
    downhill_min
        Minutes of running at a grade below -3 %.
    notes
        Cautions, such as a cadence that looks halved.
    """

    km: float | None
    minutes: float | None
    speed_mps: float | None
    cadence_spm: float | None
    steps: int | None
    heart_rate_bpm: float | None
    ascent_m: float | None
    descent_m: float | None
    downhill_min: float | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinedWatch:
    """A watch's run on a recording's clock: the watch's second ``t`` is there ``offset_s + rate * t``."""

    watch: WatchRun
    offset_s: float
    rate: float = 1.0
