"""The index of recordings in the diary: what lies in the folder of runs, found without opening each of them.

The folders are the truth. The index is made from them and can be made again at any time.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.store.database import changes, diary_path, in_plain_words
from pfp_sensors.store.download_files import DOWNLOAD_NAME
from pfp_sensors.store.home import run_folders, start_of
from pfp_sensors.store.home_files import is_watch_alone, kept_file
from pfp_sensors.store.meta_json import META_NAME, RecordingMeta, SealedFile, read_meta
from pfp_sensors.store.packet_files import PACKETS_NAME
from pfp_sensors.store.seals import recording_paths

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.model.recording import Side

State = Literal["finished", "unfinished"]


@dataclass(frozen=True, slots=True)
class IndexedSensor:
    """One sensor of a recording in the index; ``side`` None where unknown."""

    sensor: str
    side: Side | None
    rows: int


@dataclass(frozen=True, slots=True)
class IndexedRun:
    """One recording in the index; None where unknown.

    Attributes
    ----------
    run_id
        Name of its folder.
    folder
        Its path below the home, with forward slashes.
    start_utc
        ISO 8601, in UTC.
    duration_s
        From the first sample to the end of the last one.
    synthetic
        Whether its samples were computed.
    sample_rows
        Samples of all sensors together.
    files
        The seals of its files, by name; empty while unfinished.
    program_version, method_version
        Which version wrote the folder, and which method analysed it.
    """

    run_id: str
    folder: str
    start_utc: str | None
    duration_s: float | None
    synthetic: bool | None
    sensors: tuple[IndexedSensor, ...]
    sample_rows: int | None
    files: Mapping[str, SealedFile]
    state: State
    program_version: str | None
    method_version: str | None


@dataclass(frozen=True, slots=True)
class RebuiltIndex:
    """What an index was made of: the recordings, and why folders were left out."""

    runs: tuple[IndexedRun, ...]
    left_out: tuple[str, ...]


def add_recording(
    connection: sqlite3.Connection, home: Path, folder: Path, *, method_version: str | None = None
) -> IndexedRun:
    """Put a recording into the index, or what the index says of it up to date.

    Parameters
    ----------
    connection
        From `open_diary` of the same home.
    home
        As from `home_folder`.
    folder
        The recording's folder, somewhere below the home.
    method_version
        Which method analysed it; None keeps what the index has, while its files are the same.

    Raises
    ------
    UsageError
        If the folder does not lie below the home.
    InputError
        If it is no recording, or is damaged.
    PfpError
        If the index cannot be written.
    """
    run = _indexed(home, folder, method_version)
    with changes(connection):
        kept = _with_known_method(run, find_recording(connection, run.run_id))
        _put(connection, kept)
    return kept


def list_recordings(connection: sqlite3.Connection) -> tuple[IndexedRun, ...]:
    """List the recordings in the index in order of their start, those of unknown start last.

    Raises
    ------
    InputError, PfpError
        If the index cannot be read.
    """
    with in_plain_words(diary_path(connection)):
        rows = connection.execute("SELECT * FROM recordings ORDER BY start_utc IS NULL, start_utc, run_id")
        return tuple(_from_row(row) for row in rows)


def find_recording(connection: sqlite3.Connection, run_id: str) -> IndexedRun | None:
    """Find one recording by its id; None where the index has none of that name.

    Raises
    ------
    InputError, PfpError
        If the index cannot be read.
    """
    with in_plain_words(diary_path(connection)):
        row = connection.execute("SELECT * FROM recordings WHERE run_id = ?", (run_id,)).fetchone()
    return None if row is None else _from_row(row)


def rebuild_index(connection: sqlite3.Connection, home: Path) -> RebuiltIndex:
    """Make the index anew from the folders of runs; which method analysed a run stays known.

    Raises
    ------
    UsageError, PfpError
        If the folder of runs cannot be read or the index not be written; then it stays as it was. A folder
        that is no recording or is damaged is left out and named, and stops nothing.
    """
    runs, left_out = [], []
    for folder in run_folders(home):
        if kept_file(folder) is not None or is_watch_alone(folder):
            continue  # of others; its run in the diary names it
        try:
            runs.append(_indexed(home, folder, None))
        except InputError as error:
            left_out.append(error.message)
    with changes(connection):
        known = {run.run_id: run for run in list_recordings(connection)}
        connection.execute("DELETE FROM recordings")
        runs = [_with_known_method(run, known.get(run.run_id)) for run in runs]
        for run in runs:
            _put(connection, run)
    return RebuiltIndex(tuple(runs), tuple(left_out))


def _indexed(home: Path, folder: Path, method_version: str | None) -> IndexedRun:
    """Read what the index says of a recording from its folder."""
    try:
        below = folder.absolute().relative_to(home.absolute())
    except ValueError:
        raise UsageError(
            f"{folder} does not lie in {home}.", "Give a recording of this home (--home)."
        ) from None
    finished = (folder / META_NAME).exists()
    begun = (folder / PACKETS_NAME).exists() or (folder / DOWNLOAD_NAME).exists()
    if not (finished or begun or recording_paths(folder)):
        raise InputError(f"{folder} is no recording.", f"Move it out of {folder.parent}.")
    if not finished:
        start = start_of(folder.name)
        return IndexedRun(
            run_id=folder.name,
            folder=below.as_posix(),
            start_utc=None if start is None else start.isoformat(),
            duration_s=None,
            synthetic=None,
            sensors=(),
            sample_rows=None,
            files={},
            state="unfinished",
            program_version=None,
            method_version=method_version,
        )
    return _finished(folder, below.as_posix(), read_meta(folder / META_NAME), method_version)


def _finished(folder: Path, below: str, meta: RecordingMeta, method_version: str | None) -> IndexedRun:
    from pfp_sensors.store.sample_files import read_duration_s, read_facts

    paths = recording_paths(folder)
    sensors = []
    for path in paths:
        known = read_facts(path)
        if known is None:
            raise InputError(f"{path} was not written by this program.", "Move it out of the recording.")
        facts, rows = known
        said = meta.of(facts.sensor)
        side = said.side if "side" in said.said else facts.side
        sensors.append(IndexedSensor(facts.sensor, side, rows))
    return IndexedRun(
        run_id=folder.name,
        folder=below,
        start_utc=_utc(meta.common.start_utc),
        duration_s=read_duration_s(paths),
        synthetic=meta.common.synthetic,
        sensors=tuple(sensors),
        sample_rows=sum(sensor.rows for sensor in sensors),
        files=dict(meta.files),
        state="finished",
        program_version=meta.program_version,
        method_version=method_version,
    )


def _utc(moment: str | None) -> str | None:
    """Give a moment in UTC, so that the order of the texts is the order in time."""
    return None if moment is None else datetime.fromisoformat(moment).astimezone(UTC).isoformat()


def _with_known_method(run: IndexedRun, known: IndexedRun | None) -> IndexedRun:
    """Keep which method analysed a run while its files are those that it analysed."""
    if run.method_version is not None or known is None or dict(known.files) != dict(run.files):
        return run
    return dataclasses.replace(run, method_version=known.method_version)


def _put(connection: sqlite3.Connection, run: IndexedRun) -> None:
    values = {
        **{name: getattr(run, name) for name in _COLUMNS},
        "synthetic": None if run.synthetic is None else int(run.synthetic),
        "sensors": json.dumps([dataclasses.asdict(sensor) for sensor in run.sensors]),
        "files": json.dumps({name: dataclasses.asdict(seal) for name, seal in run.files.items()}),
    }
    connection.execute(
        f"INSERT OR REPLACE INTO recordings ({', '.join(_COLUMNS)}) "
        f"VALUES ({', '.join(':' + name for name in _COLUMNS)})",
        values,
    )


def _from_row(row: sqlite3.Row) -> IndexedRun:
    values: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    values["synthetic"] = None if row["synthetic"] is None else bool(row["synthetic"])
    values["sensors"] = tuple(IndexedSensor(**sensor) for sensor in json.loads(row["sensors"]))
    values["files"] = {name: SealedFile(**seal) for name, seal in json.loads(row["files"]).items()}
    return IndexedRun(**values)


_COLUMNS: Final = tuple(field.name for field in dataclasses.fields(IndexedRun))
"""Columns of the table ``recordings``: the fields of `IndexedRun`."""
