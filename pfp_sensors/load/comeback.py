"""How far a return after a flare has come: one change in so many days (load.md 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pfp_sensors.load.seen import Seen
    from pfp_sensors.settings.load_rules import LoadSettings

EASY_RUN: Final = 0
FORMER_BLOCK: Final = 1
DRILLS: Final = 2
NEW_THINGS: Final = 3
"""Steps of the return: easy runs at the held dose, the former block, drills and a third strength session, new
elements and harder exercises."""


@dataclass(frozen=True, slots=True)
class Comeback:
    """Where a return after a flare stands; without a flare in the diary at its last step.

    Attributes
    ----------
    step
        `EASY_RUN` to `NEW_THINGS`.
    last_day
        The last day with a score of tier 1 or more, or a warning sign; None: there was none.
    step_d
        How many days a step lasts.
    """

    step: int = NEW_THINGS
    last_day: date | None = None
    step_d: int = 7

    def begins(self, step: int) -> date | None:
        """Give the day on which a step begins, if the knee stays quiet; None without a flare."""
        return None if self.last_day is None else self.last_day + timedelta(step * self.step_d)


NO_FLARE: Final = Comeback()


def find_comeback(seen: Seen, settings: LoadSettings) -> Comeback:
    """Count the steps since the last evidence of a flare: one in ``plan.new_thing_d`` days."""
    last = max((item.last_day for item in seen.items if item.tier > 0), default=None)
    if last is None:
        return NO_FLARE
    step_d = settings.plan.new_thing_d
    return Comeback(min(max((seen.today - last).days, 0) // step_d, NEW_THINGS), last, step_d)
