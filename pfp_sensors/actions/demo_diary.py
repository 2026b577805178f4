"""A home with a synthetic diary of four weeks, written the way a person writes one: day by day."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.coming_week import coming_week
from pfp_sensors.actions.confirm_baseline import SUGGESTED, confirm_baseline
from pfp_sensors.model.diary import Run

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.model.diary import History

FIRST_ASKED: Final = 4
"""From this run on, the plan is asked for before each run; those before were run without one."""

BASELINE_BEFORE: Final = 6
"""Before this run the suggested baseline is confirmed: it rests on the five before."""

_ASKED_BEFORE: Final = timedelta(hours=1)
_ASKED_AFTER: Final = timedelta(hours=1)


def make_demo_diary(home: Path, at: datetime) -> History:
    """Fill a new home with the synthetic diary.

    The entries are made up; what the program adds to them is not. The limits in force, the issued weeks and
    the baseline are what the rules answered to the diary as it was before each run.

    Parameters
    ----------
    home
        Has no diary yet.
    at
        Now, with offset; the diary ends the day before.

    Returns
    -------
    History
        The diary as it stands.

    Raises
    ------
    UsageError, PfpError
        If there is such a diary already, or it cannot be written.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import add_entry, put_profile, read_history
    from pfp_sensors.synth.diary import synthetic_entries, synthetic_profile

    entries = synthetic_entries(at)
    with contextlib.closing(open_diary(home)) as diary:
        put_profile(diary, synthetic_profile(at), at=entries[0][0])
    runs = 0
    for moment, entry in entries:
        if isinstance(entry, Run):
            runs += 1
            _before_run(home, runs, moment - _ASKED_BEFORE)
        with contextlib.closing(open_diary(home)) as diary:
            add_entry(diary, entry, at=moment)
    coming_week(home, entries[-1][0] + _ASKED_AFTER)
    with contextlib.closing(open_diary(home)) as diary:
        return read_history(diary)


def _before_run(home: Path, number: int, at: datetime) -> None:
    """Confirm the baseline when it is due, and ask for the plan."""
    from pfp_sensors.store.database import open_diary

    if number == BASELINE_BEFORE:
        with contextlib.closing(open_diary(home)) as diary:
            confirm_baseline(diary, [SUGGESTED], at=at)
    if number >= FIRST_ASKED:
        coming_week(home, at)
