"""The samples of a recording that is brought in, kept with the diary: to draw and analyse it again."""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING

from pfp_sensors.errors import InputError, PfpError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pfp_sensors.model.diary import Moment
    from pfp_sensors.model.recording import Recording, RecordingFile


class Kept:
    """Where the samples lie below the home, None where they are not kept; ``notes``: why not."""

    def __init__(self, place: str | None, notes: tuple[str, ...] = ()) -> None:
        self.place = place
        self.notes = notes
        self.stays = False

    def done(self) -> None:
        """Say that the diary names the samples now: whatever happens after that, they stay."""
        self.stays = True


@contextlib.contextmanager
def keeping(home: Path, path: Path, file: RecordingFile, began: Moment) -> Iterator[Kept]:
    """Keep the samples while a run is written into the diary; unless it says `done`, they go again.

    A folder of this program is copied as it is. Any other recording is written as this program writes one,
    with what is known of side, place and range in it; its ``meta.json`` names the SHA-256 of the bytes it was
    read from.

    Parameters
    ----------
    home
        The folder of the person's own data.
    path
        What was read.
    file
        The same, read.
    began
        When the run began.

    Raises
    ------
    UsageError, PfpError
        If the home cannot be written, or the disk is full.
    """
    below = below_home(path, home)
    because = None if below is not None else _not_kept(file)
    if below is not None or because is not None:
        yield Kept(below, () if because is None else (because,))
        return
    from pfp_sensors.store.home import new_run_folder

    folder = new_run_folder(home, _moment(began))
    kept = None
    try:
        kept = _write(path, file, folder, home)
        yield kept
    finally:
        if kept is None or not kept.stays or kept.place is None:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def not_keeping(home: Path, path: Path, _file: RecordingFile, _began: Moment) -> Iterator[Kept]:
    """Keep nothing; a recording that lies in the home stays there."""
    yield Kept(below_home(path, home))


def _not_kept(file: RecordingFile) -> str | None:
    if all(one.acceleration == "measured" for one in file.recordings):
        return None
    return "Its samples are not kept: gravity was put back by calculation, so they are not what was measured."


def _write(path: Path, file: RecordingFile, folder: Path, home: Path) -> Kept:
    from pfp_sensors.store.recording_files import write_recording

    if file.source.format == "pfp-folder":
        _copy_own(path, folder)
    else:
        origin = {"sha256": file.source.sha256, "format": file.source.format}
        try:
            write_recording(folder, _named(file.recordings), extra={"imported": origin})
        except (InputError, UsageError) as error:
            return Kept(None, (f"Its samples are not kept: {error.message}",))
    return Kept(folder.relative_to(home).as_posix())


def _copy_own(path: Path, folder: Path) -> None:
    """Copy what this program wrote into a recording's folder, and nothing else that lies there."""
    from pfp_sensors.store.home_files import files_below, is_own_run_file
    from pfp_sensors.store.meta_json import META_NAME
    from pfp_sensors.store.run_lock import LOCK_NAME
    from pfp_sensors.store.sealed_files import make_private_folder, replacing

    _mark_copy(path, folder)
    for file in files_below(path):
        below = file.relative_to(path).parts
        if file.is_symlink() or not is_own_run_file(below) or below[-1] in {LOCK_NAME, META_NAME}:
            continue
        target = folder.joinpath(*below)
        make_private_folder(target.parent)
        with replacing(target) as temporary, file.open("rb") as source, temporary.open("wb") as copy:
            shutil.copyfileobj(source, copy)


def _mark_copy(path: Path, folder: Path) -> None:
    """Write the ``meta.json`` of a copy, which says that it is one."""
    from pfp_sensors.store.meta_json import META_NAME, meta_text
    from pfp_sensors.store.sealed_files import replacing

    if (path / META_NAME).is_file():
        said = json.loads((path / META_NAME).read_text(encoding="utf-8-sig"))
        with replacing(folder / META_NAME) as temporary:
            text = meta_text({**said, "imported": {"format": "pfp-folder"}})
            temporary.write_text(text, encoding="utf-8", newline="\n")


def _named(recordings: tuple[Recording, ...]) -> tuple[Recording, ...]:
    """Name two legs so that they are found again without asking."""
    if len(recordings) == 1:
        return recordings
    return tuple(one if one.side is None else replace(one, sensor=f"{one.side}_leg") for one in recordings)


def _moment(began: Moment) -> datetime:
    return began if isinstance(began, datetime) else datetime.combine(began, time()).astimezone()


def indexed(home: Path, kept: Kept) -> tuple[str, ...]:
    """Put the recording into the index; the folder is the truth, so a failure only costs a note."""
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.run_index import add_recording

    if kept.place is None or not (home / kept.place).is_dir():
        return ()
    try:
        with contextlib.closing(open_diary(home)) as diary:
            add_recording(diary, home, home / kept.place)
    except PfpError as error:
        return (f"It is not in the list of recordings yet: {error.message}",)
    return ()


def below_home(path: Path, home: Path) -> str | None:
    """Tell where a folder of runs, or a file kept in one, lies below the home; None for any other."""
    from pfp_sensors.store.home import runs_folder
    from pfp_sensors.store.home_files import kept_file
    from pfp_sensors.store.recording_names import is_recording_name

    is_kept = path.parent.parent == runs_folder(home) and kept_file(path.parent) == path
    if not (path.is_dir() or is_kept) or home.resolve() not in path.resolve().parents:
        return None
    below = path.resolve().relative_to(home.resolve()).as_posix()
    return below if is_recording_name(below) else None
