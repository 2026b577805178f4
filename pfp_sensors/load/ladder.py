"""The ladder of stage walk_run: walk and run by turns, up with every answered, quiet run (load.md 8)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import not_before

if TYPE_CHECKING:
    from datetime import date

    from pfp_sensors.load.seen import Seen
    from pfp_sensors.model.diary import Moment
    from pfp_sensors.settings.load_rules import LoadSettings

PHASES: Final = ((2.0, 3.0, 3), (2.0, 3.0, 3), (2.0, 4.0, 4), (2.0, 4.0, 4), (1.0, 5.0, 5), (0.0, 0.0, 5))
"""Ladder: minutes of walking and of running, and effort of 10; the last is continuous (Trials 2023)."""


def ladder_phase(seen: Seen, since: Moment | None, settings: LoadSettings) -> int:
    """Walk up the ladder with every run that was answered and well tolerated (load.md 8).

    An amber run begins its phase anew, and so do two amber days in the week before a run; a tier-2 score
    begins the ladder anew.
    """
    phase, done = 1, 0
    last: date | None = None
    loud = {item.day for item in seen.items if item.tier > 0}
    worst = {item.day for item in seen.items if item.tier > 1}
    for run in seen.runs:
        if since is not None and not not_before(run.run.start, since):
            continue
        if last is not None:
            phase, done = _after_gap(phase, done, (run.day - last).days, settings)
        if any(last is None or last <= day <= run.day for day in worst if day <= run.day):
            phase, done = 1, 0
        last = run.day
        days = (run.day - timedelta(back) for back in range(settings.pain.window_d))
        repeats = run.tier > 0 or sum(day in loud for day in days) >= settings.stage.amber_days
        done = 0 if repeats else done + run.is_complete
        if done >= settings.stage.ladder_repeats and phase < len(PHASES):
            phase, done = phase + 1, 0
    if last is not None:
        phase, done = _after_gap(phase, done, (seen.today - last).days, settings)
        phase = 1 if any(day >= last for day in worst) else phase
    return phase


def _after_gap(phase: int, done: int, days: int, settings: LoadSettings) -> tuple[int, int]:
    if days >= settings.gap.restart_d:
        return 1, 0
    if days >= settings.gap.days:
        return max(1, phase // 2), 0
    return phase, done
