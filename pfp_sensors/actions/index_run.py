"""A finished recording noted in the diary, so that it is found without opening it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def index_run(home: Path, folder: Path) -> None:
    """Put a recording into the index of the diary; the folder stays the truth.

    Raises
    ------
    InputError
        If the folder is damaged, or the diary was made by a newer version.
    PfpError
        If the diary cannot be written.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.run_index import add_recording

    with contextlib.closing(open_diary(home)) as diary:
        add_recording(diary, home, folder)
