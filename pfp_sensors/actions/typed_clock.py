"""Times as runners write them: minutes as 20:30, a pace as 5:58."""

from __future__ import annotations

import re
from typing import Final

_CLOCK: Final = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,4}):([0-5][0-9])")


def clock_minutes(text: str) -> float | None:
    """Read minutes and seconds (20:30), or hours before them (1:05:30), as minutes; None for other texts."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes = int(found[1] or 0), int(found[2])
    return 60.0 * hours + minutes + int(found[3]) / 60.0


def pace_speed_mps(text: str) -> float | None:
    """Read a pace, minutes and seconds for a kilometre (5:58), as a speed in m/s; None for other texts."""
    minutes = clock_minutes(text)
    return 1000.0 / (60.0 * minutes) if minutes else None
