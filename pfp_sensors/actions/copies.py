"""Copies of files that were brought in, which no run of the diary names any more."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pfp_sensors.errors import InputError
from pfp_sensors.model.diary import Run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pfp_sensors.model.diary import Entry
    from pfp_sensors.model.profile import Profile


def remove_copies(home: Path, gone: Iterable[Entry | Profile], stay: Iterable[Run]) -> tuple[str, ...]:
    """Remove the copies that entries name which were taken back, and that no run names which stays.

    What was recorded with this program is never removed: it is no copy. The file that a person brought in
    lies where it lay.

    Parameters
    ----------
    home
        As from `home_folder`.
    gone
        Entries that were taken back.
    stay
        The runs that the diary has now.

    Returns
    -------
    tuple of str
        The folders that were removed, below the home.

    Raises
    ------
    OSError
        If one cannot be removed.
    """
    named = {folder for run in stay for folder in _folders(run)}
    wanted = {folder for one in gone if isinstance(one, Run) for folder in _folders(one)} - named
    removed = []
    for below in sorted(wanted):
        folder = home / below
        if _is_copy(home, folder):
            shutil.rmtree(folder)
            removed.append(below)
    return tuple(removed)


def _folders(run: Run) -> set[str]:
    """Name the folders below the home in which the samples of a run and the rows of its watch lie."""
    from pfp_sensors.store.recording_names import is_recording_name, is_watch_name

    found = set()
    if run.recording is not None and is_recording_name(run.recording):
        found.add("/".join(run.recording.split("/")[:2]))
    if run.watch is not None and is_watch_name(run.watch):
        found.add("/".join(run.watch.split("/")[:2]))
    return found


def _is_copy(home: Path, folder: Path) -> bool:
    """Tell a folder that `pfp import` made, and in which nothing else lies."""
    from pfp_sensors.store.home import runs_folder
    from pfp_sensors.store.home_files import files_below, is_own_run_file, is_watch_alone
    from pfp_sensors.store.meta_json import META_NAME, read_meta

    if folder.is_symlink() or not folder.is_dir() or folder.parent != runs_folder(home):
        return False
    if not all(is_own_run_file(file.relative_to(folder).parts) for file in files_below(folder)):
        return False
    if is_watch_alone(folder):
        return True
    try:
        return "imported" in read_meta(folder / META_NAME).other
    except InputError:
        return False
