"""The morning score that is still missing of the last run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.load.days import day_of
from pfp_sensors.load.seen import see

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.model.diary import Run
    from pfp_sensors.settings.load_rules import LoadSettings


def run_without_morning(home: Path, at: datetime, settings: LoadSettings) -> Run | None:
    """Find the last run where its morning has come and nobody has said how the knee was then.

    Parameters
    ----------
    home
        As from `home_folder`.
    at
        Now, with offset.
    settings
        From `load_load_settings`.

    Raises
    ------
    InputError, UsageError, PfpError
        If the diary cannot be read.
    """
    last = see(read_diary(home), at, settings).rho
    if last is None or "morning" in last.answered:
        return None
    return last.run if at.date() >= day_of(last.run.start) + timedelta(1) else None
