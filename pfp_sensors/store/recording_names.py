"""Where the diary says that a recording lies: a name below the folder of runs; nothing else is opened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import InputError
from pfp_sensors.store.home import RUNS_FOLDER, runs_folder
from pfp_sensors.store.watch_names import WATCH_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.diary import Run

KEPT_FILES: Final = ("recording.csv", "recording.csv.gz", "recording.parquet", "recording.zip")
"""A recording of others that was sent to the dashboard, as it came, in a folder of runs."""

_NOT: Final = r"/\\:\x00-\x1f\x7f-\x9f\ud800-\udfff"
_FOLDER: Final = rf"[^.{_NOT}][^{_NOT}]{{0,199}}"
_NAME: Final = re.compile(rf"{RUNS_FOLDER}/{_FOLDER}(/({'|'.join(re.escape(name) for name in KEPT_FILES)}))?")
_WATCH: Final = re.compile(rf"{RUNS_FOLDER}/{_FOLDER}/{re.escape(WATCH_NAME)}")


def is_recording_name(text: str) -> bool:
    """Tell whether a text is what a diary calls a recording: ``runs/<folder>``, or a kept file in one."""
    return _NAME.fullmatch(text) is not None


def is_watch_name(text: str) -> bool:
    """Tell whether a text is what a diary calls the rows of a watch: ``runs/<folder>/watch.parquet``."""
    return _WATCH.fullmatch(text) is not None


def recording_of(home: Path, run: Run) -> Path:
    """Tell where the recording of a run lies; whoever opens one asks here.

    The diary may come from a file of somebody else: what it says is believed only where it leads, links
    followed, below the folder of runs.

    Parameters
    ----------
    home
        As from `home_folder`.
    run
        One that has a recording.

    Returns
    -------
    Path
        A folder or a file, whether or not it is there.

    Raises
    ------
    InputError
        If the diary names another place.
    """
    said = run.recording or ""
    return _below(home, run, said if is_recording_name(said) else None)


def watch_of(home: Path, run: Run) -> Path:
    """Tell where the rows of the watch of a run lie; as `recording_of`, and raises as that.

    Parameters
    ----------
    home
        As from `home_folder`.
    run
        One that has a watch.
    """
    said = run.watch or ""
    return _below(home, run, said if is_watch_name(said) else None)


def _below(home: Path, run: Run, said: str | None) -> Path:
    if said is not None:
        place, runs = home / said, runs_folder(home)
        try:
            if runs.resolve() in place.resolve().parents:
                return place
        except (OSError, RuntimeError):  # links in a circle lead nowhere
            pass
    raise InputError(
        f"{run.id}: the diary names a recording that does not lie in the folder of runs.",
        "It was not opened. If it is yours, bring it in again with `pfp import`.",
    )
