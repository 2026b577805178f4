"""How many weeks may be asked for: one answer for the trend and for the pages."""

from __future__ import annotations

from typing import Final

from pfp_sensors.errors import UsageError

USUAL_WEEKS: Final = 8
MOST_WEEKS: Final = 520


def check_weeks(weeks: int) -> None:
    """Refuse a number of weeks that cannot be shown.

    Raises
    ------
    UsageError
        If it is out of range.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise UsageError(f"--weeks is {weeks}; it must be 1 to {MOST_WEEKS}.", f"The usual is {USUAL_WEEKS}.")
