"""A finished recording noted in the diary, so that it is found without opening it."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.collect.finalise import FinishedRecording


def index_run(home: Path, finished: FinishedRecording) -> FinishedRecording:
    """Put a finished recording into the index of the diary.

    The folder is the truth and the index can be made again from it, so a diary that cannot be written costs a
    note and not the recording.

    Parameters
    ----------
    home
        The folder of the person's own data.
    finished
        What was recorded.

    Returns
    -------
    FinishedRecording
        The same, with a note where the index could not be written.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.run_index import add_recording

    try:
        with contextlib.closing(open_diary(home)) as diary:
            add_recording(diary, home, finished.folder)
    except PfpError as error:
        note = f"it is finished, but not in the diary's list yet: {error.message}"
        return replace(finished, notes=(*finished.notes, note))
    return finished
