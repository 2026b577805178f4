"""A backup or history file looked into and checked whole, before anything of one's own is touched."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.restore import restore

if TYPE_CHECKING:
    from datetime import datetime

    from pfp_sensors.actions.restore import Restored
    from pfp_sensors.model.diary import History


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file would bring back: the facts of a restore into an empty place, and the diary itself."""

    facts: Restored
    history: History


def look_into_backup(path: Path, at: datetime) -> Contents:
    """Restore a file into a private place beside it that is removed again, and tell what was in it.

    Parameters
    ----------
    path
        In a folder that only its owner can enter, as ``pfp backup`` or ``pfp export history`` wrote it.
    at
        Now, with offset.

    Raises
    ------
    InputError
        If the file cannot be read, is neither of the two, or is damaged.
    PfpError
        If the disk is full or failing.
    """
    with tempfile.TemporaryDirectory(prefix=".pfp-look-", suffix=".part", dir=path.parent) as folder:
        home = Path(folder) / "home"
        facts = restore(path, home, at)
        return Contents(facts, read_diary(home))
