"""Which frozen baseline of landing impact held for a leg on a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pfp_sensors.load.days import day_of

if TYPE_CHECKING:
    from datetime import date

    from pfp_sensors.model.diary import History, Knee

_KEY = "impact_resultant_g"


class BaselineByLeg:
    """The profile's baseline and those that the person confirmed since."""

    def __init__(self, history: History) -> None:
        self._start = {leg: one.impact_resultant_g for leg, one in history.profile.baseline.items()}
        self._events = sorted(
            (event for event in history.events if event.kind == "baseline"),
            key=lambda event: (day_of(event.at), str(event.at)),
        )

    def resultant_g(self, leg: Knee | None, day: date) -> float | None:
        """Give the baseline in g; None where there is none."""
        found = self._start.get(leg, self._start.get(None))
        for event in self._events:
            if day_of(event.at) <= day:
                value = _of_leg(event.value, leg)
                found = found if value is None else value
        return found


def _of_leg(value: Any, leg: Knee | None) -> float | None:
    """Read one leg's baseline from a stored value: one for all legs, or one by leg."""
    if not isinstance(value, Mapping):
        return None
    own = value.get(leg)
    number = (own if isinstance(own, Mapping) else value).get(_KEY)
    return float(number) if isinstance(number, (int, float)) and not isinstance(number, bool) else None
