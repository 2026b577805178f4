"""A recording that was handed over as a copy: brought into the diary, and kept with the other recordings."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from pfp_sensors.actions.import_run import Imported, import_run
from pfp_sensors.errors import PfpError

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.model.diary import Moment


def keep_recording(
    home: Path, path: Path, options: AnalyzeOptions, *, start: Moment | None, at: datetime
) -> Imported:
    """Move a recording into the folder of runs and put it into the diary, or leave all as it was.

    So its charts can be drawn later. What `import_run` is told of it beside the file is written into its
    ``meta.json``, for whoever reads it again.

    Parameters
    ----------
    home
        The folder of the person's own data.
    path
        The copy, on the same disk: a folder of pfp, or a file alone in a folder (but for ``meta.json``).
    options, start, at
        As for `import_run`.

    Returns
    -------
    Imported
        Where the diary has the recording already, the copy stays where it is.

    Raises
    ------
    InputError, UsageError, RefusedError, PfpError
        As `import_run`; then the copy stays where it is.
    """
    from pfp_sensors.store.home import new_run_folder
    from pfp_sensors.store.meta_json import META_NAME

    place = path if path.is_dir() else path.parent
    told = _told(place / META_NAME, options)
    rewritten = () if told is None else (META_NAME,)
    kept = new_run_folder(home, _named_after(start, at))
    done = None
    try:
        _move(place, kept, but=rewritten)
        if told is not None:
            _write(kept / META_NAME, told)
        done = import_run(home, kept if path.is_dir() else kept / path.name, options, start=start, at=at)
    except PfpError as error:
        message, advice = (text.replace(str(kept), str(place)) for text in (error.message, error.what_to_do))
        raise type(error)(message, advice) from error
    finally:
        is_added = done is not None and done.how == "added"
        for name in rewritten:  # the other place has the one that counts
            ((place if is_added else kept) / name).unlink(missing_ok=True)
        if not is_added:
            _move(kept, place)
            kept.rmdir()
    return done if done.how != "added" or not path.is_dir() else _indexed(home, kept, done)


def _indexed(home: Path, folder: Path, done: Imported) -> Imported:
    """Put the recording into the index, too; the folder is the truth, so a failure costs a note."""
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.run_index import add_recording

    try:
        with contextlib.closing(open_diary(home)) as diary:
            add_recording(diary, home, folder)
    except PfpError as error:
        return replace(done, notes=(*done.notes, f"not in the list of recordings yet: {error.message}"))
    return done


def _named_after(start: Moment | None, at: datetime) -> datetime:
    if start is None:
        return at
    return start if isinstance(start, datetime) else datetime.combine(start, time()).astimezone()


def _move(source: Path, target: Path, but: tuple[str, ...] = ()) -> None:
    source_files = sorted(file for file in source.iterdir() if file.name not in but)
    target.mkdir(mode=0o700, exist_ok=True)
    for file in source_files:
        file.rename(target / file.name)


def _told(path: Path, options: AnalyzeOptions) -> dict[str, Any] | None:
    """Put what a person knows over what ``meta.json`` says; None where nothing was told."""
    from pfp_sensors.store.meta_json import read_meta

    named = {"side": options.side, "placement": options.placement, "acc_range_g": options.acc_range_g}
    said = {key: value for key, value in named.items() if value is not None}
    if not said:
        return None
    read_meta(path)
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig")) if path.exists() else {}
    sensors = document.get("sensors")
    for own in sensors.values() if isinstance(sensors, dict) and len(sensors) == 1 else ():
        own.update({key: value for key, value in said.items() if key in own})
    return document | said


def _write(path: Path, document: dict[str, Any]) -> None:
    from pfp_sensors.store.meta_json import meta_text
    from pfp_sensors.store.sealed_files import replacing

    with replacing(path) as temporary:
        temporary.write_text(meta_text(document), encoding="utf-8", newline="\n")
