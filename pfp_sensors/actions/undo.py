"""The last entry taken back."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pfp_sensors.actions.read_diary import has_diary

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.store.diary_undo import Withdrawn


def undo(home: Path, *, at: datetime) -> Withdrawn | None:
    """Take back what a person did to the diary last; it stays there, marked as taken back.

    Parameters
    ----------
    home
        The folder of the person's own data; nothing is made.
    at
        Now.

    Returns
    -------
    Withdrawn or None
        None where there is nothing to take back.

    Raises
    ------
    RefusedError
        If a late undo would lower a pain score.
    UsageError
        If the home is a file.
    InputError, PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import withdraw_last_act

    if not has_diary(home):
        return None
    with contextlib.closing(open_diary(home)) as diary:
        return withdraw_last_act(diary, at=at)
