"""A diary brought back from a backup or a history file, and checked after it was written."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError, PfpError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.model.diary import History

_ONLY_DIARY: Final = (
    "Of the archive its history.json was taken: the diary. Recordings and rows of watches come back from a "
    "backup (`pfp backup`) only."
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored.

    Attributes
    ----------
    from_backup
        Whether the file was a backup; else a history file.
    entries
        Of the diary; in a backup with those that were corrected or taken back.
    runs
        Recordings in a backup; runs of a history file, which has no recordings.
    made
        When the backup was made, as it says.
    notes
        What a person should know, in plain sentences.
    """

    home: Path
    from_backup: bool
    entries: int
    runs: int
    made: str | None = None
    notes: tuple[str, ...] = ()


def restore(
    path: Path,
    home: Path,
    at: datetime,
    *,
    replace: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Restored:
    """Bring back a backup or a history file; everything in it is checked before the home is touched.

    Of an archive of everything its history file is taken.

    Parameters
    ----------
    path
        As ``pfp backup``, ``pfp export history`` or ``pfp export all`` wrote it.
    home
        As from `home_folder`; made if it is not there.
    at
        Now, with offset.
    replace
        Replace what is there. A history file replaces the diary alone, and the old one stays in it, marked.
    progress
        Told of the bytes of a backup that are done, and of all.

    Raises
    ------
    InputError
        If the file cannot be read, is neither of the two, or is damaged: the home is as it was.
    UsageError
        If there is something in the home already and it was not said to replace it.
    PfpError
        If the diary is in use, or the disk is full or failing.
    """
    from pfp_sensors.formats.own_archive import is_own_archive

    if _is_zip(path) and not is_own_archive(path):
        return _restore_backup(path, home, replace=replace, progress=progress)
    return _restore_history(path, home, at, replace=replace)


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4).startswith(b"PK") or zipfile.is_zipfile(file)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}.",
            "Give a file that `pfp backup` or `pfp export history` wrote.",
        ) from error


def _restore_backup(
    path: Path, home: Path, *, replace: bool, progress: Callable[[int, int], None] | None
) -> Restored:
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.restore import restore_backup
    from pfp_sensors.store.run_index import rebuild_index

    facts = restore_backup(path, home, replace=replace, progress=progress)
    with contextlib.closing(open_diary(home)) as diary:
        index = rebuild_index(diary, home)
    notes = [f"Not in the list of recordings: {why}" for why in index.left_out]
    if facts.kept_aside is not None:
        notes.append(f"Files that this program did not make were kept in {facts.kept_aside}.")
    return Restored(home, True, facts.entries, facts.runs, facts.made, tuple(notes))


def _restore_history(path: Path, home: Path, at: datetime, *, replace: bool) -> Restored:
    from pfp_sensors.formats.history import history_from_document, read_document, unknown_keys
    from pfp_sensors.formats.own_archive import is_own_archive, read_archived_document
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import read_history
    from pfp_sensors.store.diary_restore import replace_history

    archived = is_own_archive(path)
    document = read_archived_document(path) if archived else read_document(path)
    history, elsewhere = _without_strange_recordings(history_from_document(document, str(path)))
    with contextlib.closing(open_diary(home)) as diary:
        entries = replace_history(diary, history, at=at, replace=replace)
        found = read_history(diary)
    if _content(found) != _content(history):
        raise PfpError(
            f"The diary in {home} does not hold what {path} says: the disk or this program is at fault.",
            "Keep the file, check the disk, and report this.",
        )
    unknown = unknown_keys(document)
    notes = [_ONLY_DIARY] if archived else []
    notes += [f"Not known here, and left out: {', '.join(unknown)}."] if unknown else []
    if elsewhere:
        notes.append(f"Left out, as it is no folder of runs: the recording of {', '.join(elsewhere)}.")
    return Restored(home, False, entries, len(found.runs), None, tuple(notes))


def _without_strange_recordings(history: History) -> tuple[History, tuple[str, ...]]:
    """Leave out where a recording lies if that is no folder of runs; give the ids of those runs, too."""
    from pfp_sensors.store.recording_names import is_recording_name

    strange = [one.id for one in history.runs if one.recording and not is_recording_name(one.recording)]
    runs = (dataclasses.replace(one, recording=None) if one.id in strange else one for one in history.runs)
    return dataclasses.replace(history, runs=tuple(runs)), tuple(strange)


def _content(history: History) -> dict[str, Any]:
    """Give all that a diary says, in any order and without the ids that entries are given when stored."""
    from pfp_sensors.formats.history import SECTIONS, history_document

    document = history_document(history)
    for section in SECTIONS:
        if section != "runs":
            items = [{key: value for key, value in one.items() if key != "id"} for one in document[section]]
            document[section] = sorted(json.dumps(item, sort_keys=True) for item in items)
    return document
