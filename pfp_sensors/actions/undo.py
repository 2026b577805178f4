"""The last entry taken back."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from pfp_sensors.actions.read_diary import has_diary
from pfp_sensors.model.diary import Profile

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.store.diary import StoredEntry


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: an "add", a "correct" or a "profile" of that moment, and its entries.

    ``changed`` names the fields of the profile that are now as they were before.
    """

    what: str
    at: datetime
    entries: tuple[StoredEntry, ...]
    changed: tuple[str, ...] = ()


def undo(home: Path, *, at: datetime) -> Undone | None:
    """Take back what a person did to the diary last; it stays there, marked as taken back.

    Parameters
    ----------
    home
        The folder of the person's own data; nothing is made.
    at
        Now.

    Returns
    -------
    Undone or None
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
    from pfp_sensors.store.diary import read_profile, withdraw_last_act

    if not has_diary(home):
        return None
    with contextlib.closing(open_diary(home)) as diary:
        before = read_profile(diary)
        done = withdraw_last_act(diary, at=at)
        after = read_profile(diary)
    names = (one.name for one in fields(Profile))
    changed = tuple(name for name in names if getattr(before, name) != getattr(after, name))
    return None if done is None else Undone(done.what, done.at, done.entries, changed)
