"""Which pain questions of the latest runs are open and can be answered now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.answers import REQUIRED, end_of
from pfp_sensors.load.days import day_of
from pfp_sensors.load.seen import see

if TYPE_CHECKING:
    from pfp_sensors.load.seen import SeenRun
    from pfp_sensors.model.diary import History, Knee, Run
    from pfp_sensors.settings.load_rules import LoadSettings

_ASKED_DAYS: Final = 3
"""Of older runs nobody remembers well; their answers can still be entered, they are only not asked for."""


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """One question of a run, for one knee; ``knee`` None where the diary names none."""

    run: Run
    when: str
    knee: Knee | None


def open_answers(history: History, as_of: datetime, settings: LoadSettings) -> tuple[OpenAnswer, ...]:
    """List the open questions of the runs of the last days, the latest run first.

    The hour after a run and the morning after it are asked for once they have come.

    Parameters
    ----------
    history, as_of, settings
        As for `judge`.
    """
    found: list[OpenAnswer] = []
    for run in reversed(see(history, as_of, settings).runs):
        if run.end_day > as_of.date() - timedelta(days=_ASKED_DAYS):
            found += [
                one for name in REQUIRED if name not in run.answered for one in _asks(name, run, history)
            ]
    return tuple(one for one in found if _has_come(one.when, one.run, as_of, settings))


def _asks(name: str, run: SeenRun, history: History) -> list[OpenAnswer]:
    """Ask for each knee that has no answer yet."""
    there = {item.knee for item in run.items if item.kind == name}
    knees: tuple[Knee | None, ...] = history.profile.knees or (None,)
    return [OpenAnswer(run.run, name, knee) for knee in knees if knee not in there]


def _has_come(name: str, run: Run, as_of: datetime, settings: LoadSettings) -> bool:

    end = end_of(run)
    if name == "morning":
        return as_of.date() > day_of(end)
    if name == "after60" and isinstance(end, datetime):
        return as_of >= end + timedelta(minutes=settings.missing.after60_from_min)
    return True
