"""The diary as it lies in a home, read without making anything."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pfp_sensors.errors import UsageError
from pfp_sensors.model.diary import History

if TYPE_CHECKING:
    from pathlib import Path


def has_diary(home: Path) -> bool:
    """Tell whether there is a diary in a home.

    Raises
    ------
    UsageError
        If the home is a file.
    """
    from pfp_sensors.store.database import DIARY_NAME

    if home.exists() and not home.is_dir():
        raise UsageError(f"{home} is a file, not a data folder.", "Give a folder with --home or PFP_HOME.")
    return (home / DIARY_NAME).exists()


def read_diary(home: Path) -> History:
    """Read what counts now in the diary of a home; an empty one where there is none yet.

    Raises
    ------
    UsageError
        If the home is a file, or the diary cannot be opened there.
    InputError, PfpError
        If the diary is damaged, or cannot be read.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import read_history

    if not has_diary(home):
        return History()
    with contextlib.closing(open_diary(home)) as diary:
        return read_history(diary)
