"""The days between two exercise sessions: which was the last one, and from when on the next may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.week_done import exercise_days

if TYPE_CHECKING:
    from pfp_sensors.model.diary import History
    from pfp_sensors.settings.load_rules import LoadSettings

_DAY_H: Final = 24.0


@dataclass(frozen=True, slots=True)
class Recovery:
    """The session that was done last, and the first day for the next one; ``is_today``: it was done today."""

    done_on: date
    next_from: date
    is_today: bool


def find_recovery(
    history: History, today: date, settings: LoadSettings, *, short: bool = False
) -> Recovery | None:
    """Tell whether the knee still has its days between two sessions; None where the next may be today.

    Strength sessions lie ``plan.strength_gap_h`` apart (P3), short ones of mobility a day.

    Parameters
    ----------
    short
        Whether mobility is asked for.
    """
    kind = "mobility" if short else "strength"
    done = [day for day, what in exercise_days(history.exercises) if what == kind and day <= today]
    if not done:
        return None
    gap_h = _DAY_H if short else settings.plan.strength_gap_h
    last = max(done)
    following = last + timedelta(days=ceil(gap_h / _DAY_H))
    return Recovery(last, following, last == today) if following > today else None
