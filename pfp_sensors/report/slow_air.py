"""Whether samples come later and later: the air carries less than the sensor sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pfp_sensors.model.live_state import RecordingState

OLD_S: Final = 2.0
"""A packet waits a tenth of a second in good air; a stall is over in one or two."""

FOR_S: Final = 10.0
"""What lasts so long is no stall."""


class SlowAir:
    """Watches the age of the newest sample of every sensor and says when the air is too slow for it."""

    def __init__(self) -> None:
        self._since_s: dict[str, float] = {}

    def look(self, state: RecordingState) -> tuple[str, ...]:
        """Take the next picture of a recording; return a line for each sensor with too slow an air."""
        lines = []
        for sensor in state.sensors:
            age_s = sensor.newest_age_s
            if sensor.state != "streaming" or age_s is None or age_s <= OLD_S:
                self._since_s.pop(sensor.name, None)
                continue
            since_s = self._since_s.setdefault(sensor.name, state.elapsed_s)
            if state.elapsed_s - since_s >= FOR_S:
                lines.append(f"{sensor.name}: the air is too slow: move closer to this computer")
        return tuple(lines)
