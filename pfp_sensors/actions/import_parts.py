"""What bringing in a recording and bringing in a watch's file have in common: questions to the diary."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pfp_sensors.actions.find_run import runs_on
from pfp_sensors.actions.read_diary import has_diary
from pfp_sensors.actions.standing_entries import read_back, standing_entries
from pfp_sensors.errors import InputError
from pfp_sensors.load.advised_then import no_run_advised
from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import Run
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.model.diary import Moment
    from pfp_sensors.model.recommendation import NoRunAdvised


def known_run(home: Path, sha256: str) -> Run | None:
    """Find the run that came from the same bytes; None where they are new.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read; here and below.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import find_run_by_sha256

    if not has_diary(home):
        return None
    with contextlib.closing(open_diary(home)) as diary:
        return find_run_by_sha256(diary, sha256)


def runs_of(home: Path) -> tuple[Run, ...]:
    """List the runs that stand in the diary; none where there is no diary."""
    from pfp_sensors.store.database import open_diary

    if not has_diary(home):
        return ()
    with contextlib.closing(open_diary(home)) as diary:
        return tuple(one.entry for one in standing_entries(diary, "run") if isinstance(one.entry, Run))


def read_run(diary: sqlite3.Connection, run_id: str) -> Run:
    """Read a run that was just written."""
    run = read_back(diary, run_id)
    if not isinstance(run, Run):
        raise InputError(f"{run_id} was written as a run, and read back as something else.", "Report this.")
    return run


def same_day(home: Path, began: Moment) -> tuple[Run, ...]:
    """List the runs of the day on which one began."""
    return runs_on(runs_of(home), day_of(began))


def no_run_of(home: Path, run: Run, at: datetime) -> NoRunAdvised | None:
    """Tell why no run was advised when this one began; None where one was."""
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import read_history

    with contextlib.closing(open_diary(home)) as diary:
        return no_run_advised(read_history(diary), run, at.tzinfo, load_load_settings())
