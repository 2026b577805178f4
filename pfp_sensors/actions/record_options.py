"""What to record, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from pfp_sensors.collect.cues import CueWish
    from pfp_sensors.model.recording import Side

MAX_SPEED_UP = 60.0


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """What to record.

    Attributes
    ----------
    sensors
        Name, address or serial of each sensor; empty for the only one in reach.
    sides
        The leg of each, in the same order. Of two sensors one is enough: the other is on the other leg.
    minutes
        End by itself after so long; None to go on until stopped.
    cue
        What to hold the runner to.
    simulate, speed_up, seed
        Record simulated sensors, so many times as fast as real time.
    keep_packets
        Keep the raw packets when the recording is finished.
    """

    sensors: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    placement: str | None = "shank"
    minutes: float | None = None
    cue: CueWish | None = None
    simulate: bool = False
    speed_up: float = 1.0
    seed: int = 0
    keep_packets: bool = False

    def __post_init__(self) -> None:
        """Check what was given.

        Raises
        ------
        UsageError
            If options contradict each other or are out of range.
        """
        if len(self.sensors) > 2 or len(self.sides) > 2:
            raise UsageError("More than two sensors were named.", "Record one sensor, or one on each leg.")
        if len(set(self.sides)) < len(self.sides) or len(set(self.sensors)) < len(self.sensors):
            raise UsageError("The same sensor or side was given twice.", "Name each one once.")
        if not all(name.strip() for name in self.sensors):
            raise UsageError(
                "An empty --sensor was given.", "Give a name, an address or a serial number (`pfp scan`)."
            )
        self._check_sides()
        if self.seed and not self.simulate:
            raise UsageError("--seed is for simulated sensors.", "Add --simulate, or leave --seed away.")
        self._check_time()

    def _check_sides(self) -> None:
        if len(self.sensors) > 1 and not self.sides:
            raise UsageError(
                "Two sensors were named, but not which is on which leg.",
                "Give --side twice: --sensor A --side left --sensor B --side right.",
            )
        if len(self.sides) > max(1, len(self.sensors)) and not self.simulate:
            raise UsageError(
                "Two sides were given, but not two sensors.",
                "Name the sensors too: --sensor A --side left --sensor B --side right.",
            )

    def _check_time(self) -> None:
        if self.minutes is not None and not 0 < self.minutes <= 24 * 60:
            raise UsageError(
                f"--minutes is {self.minutes:g}; it must be above 0 and at most 1440.",
                "Leave it away to record until you press Ctrl-C.",
            )
        if self.speed_up != 1.0 and not self.simulate:
            raise UsageError(
                "--speed-up is for simulated sensors.", "Add --simulate, or leave --speed-up away."
            )
        if not 1.0 <= self.speed_up <= MAX_SPEED_UP:
            raise UsageError(
                f"--speed-up is {self.speed_up:g}; it must be 1 to {MAX_SPEED_UP:g}.",
                "10 to 30 suit most computers.",
            )

    @property
    def legs(self) -> tuple[Side, ...]:
        """The leg of each sensor; of two, one that was not said is the other leg."""
        if len(self.sensors) > len(self.sides) == 1:
            other: Side = "right" if self.sides[0] == "left" else "left"
            return (self.sides[0], other)
        return self.sides
