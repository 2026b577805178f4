"""Strava's bulk export: a zip archive with a table of activities and the file of each."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from pfp_sensors.errors import InputError, PfpError, RefusedError
from pfp_sensors.formats.archive import names_in, open_archive
from pfp_sensors.formats.plain_file import is_odd_name
from pfp_sensors.formats.watch_content import WatchFiles, content_of
from pfp_sensors.formats.watch_sport import take_sport
from pfp_sensors.formats.watch_xml import number_of
from pfp_sensors.model.watch import WatchTotals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.formats.archive import Archive
    from pfp_sensors.formats.watch_content import WatchContent
    from pfp_sensors.model.watch import WatchRun

TABLE_NAME: Final = "activities.csv"

_TABLE = re.compile(r"(?:[^/]+/)?activities\.csv")
_FILE = re.compile(r"(?:^|/)activities/[^/]+\.(?:fit|gpx|tcx)(?:\.gz)?$", re.IGNORECASE)
_MAX_TABLE_BYTES = 64_000_000


class ReadOne(Protocol):
    """Reads one file whose bytes are at hand."""

    def __call__(self, content: WatchContent, *, keep_positions: bool, sport: str) -> tuple[WatchRun, ...]:
        """Read it."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row of the table: file and sport as they stand there ("" where unknown), and totals."""

    file: str
    sport: str
    totals: WatchTotals


def is_strava(path: Path) -> bool:
    """Tell whether a zip archive is a bulk export: it has ``activities.csv`` and a folder ``activities``."""
    names = names_in(path, counts=_is_wanted)
    return _table_in(names) is not None and any(_FILE.search(name) for name in names)


def _is_wanted(name: str) -> bool:
    """Tell the table and the files of activities from photos and the like, of which there may be many."""
    return bool(_TABLE.fullmatch(name) or _FILE.search(name))


def read_strava(path: Path, read_one: ReadOne, *, keep_positions: bool, max_bytes: int) -> WatchFiles:
    """Read the runs of a bulk export; one that cannot be read does not stop the others.

    Parameters
    ----------
    path
        The archive; nothing of it is written to disk.
    read_one
        Reads the file of one activity.
    keep_positions
        Whether the places are kept.
    max_bytes
        Limit for one activity, unpacked.

    Raises
    ------
    InputError
        If it is no such archive, or breaks a limit of `open_archive`; of its members only the table and the
        files of activities count.
    RefusedError
        If nothing in it is a run.
    UsageError
        If a package of the extra ``watch`` is missing.

    Notes
    -----
    The header has several columns of one name, so columns are taken by their occurrence. It is in the
    language of the account: the column of files is found by what stands in it, the others by their English
    names.
    """
    with open_archive(path, counts=_is_wanted) as archive:
        table = _table_in(archive.names)
        if table is None:
            raise InputError(
                f"{path} is a zip archive without {TABLE_NAME}; expected Strava's bulk export.",
                "Unpack any other archive, and give the files of the runs.",
            )
        entries = _entries(archive.read(table, _MAX_TABLE_BYTES))
        folder = table[: -len(TABLE_NAME)]
        return _files(path, archive, folder, entries, read_one, keep_positions, max_bytes)


def _files(
    path: Path,
    archive: Archive,
    folder: str,
    entries: Sequence[_Entry],
    read_one: ReadOne,
    keep_positions: bool,
    max_bytes: int,
) -> WatchFiles:
    runs: list[WatchRun] = []
    problems: list[tuple[str, PfpError]] = []
    others = by_hand = 0
    unsafe: list[str] = []
    for entry in entries:
        if not _may_be_run(entry):
            others += 1
            continue
        if not entry.file or is_odd_name(entry.file):
            unsafe += [entry.file] if entry.file else []
            by_hand += not entry.file
            continue
        member = folder + entry.file
        shown = f"{path}, {member}"
        try:
            if member not in archive.names:
                raise _no_such_member(shown, entry.file)
            content = content_of(shown, archive.read(member, max_bytes))
            found = read_one(content, keep_positions=keep_positions, sport=entry.sport)
        except RefusedError as problem:
            if entry.sport:
                problems.append((shown, problem))
            else:
                others += 1
        except InputError as problem:
            problems.append((shown, problem))
        else:
            runs += _judged(shown, found, entry, problems)
    notes = (*archive.left_out_note, *_notes(others, by_hand, entries), *_unsafe_note(unsafe))
    if not runs and not problems:
        raise RefusedError(f"{path} holds no run. {' '.join(notes)}", "Give an export with runs in it.")
    return WatchFiles(tuple(runs), tuple(problems), notes)


def _no_such_member(shown: str, file: str) -> InputError:
    if not _FILE.search(file):
        return InputError(
            f"{shown} is no file that is read; expected FIT, TCX or GPX.", "Export the run as one of these."
        )
    return InputError(f"{shown} is in the table, not in the archive.", "Ask Strava again.")


def _unsafe_note(unsafe: Sequence[str]) -> tuple[str, ...]:
    """Say which activities have a file whose name leads out of the archive."""
    if not unsafe:
        return ()
    return (
        f"{len(unsafe)} activities were left out as unsafe: the names of their files lead out of the archive "
        f"({unsafe[0][:80]!r}).",
    )


def _may_be_run(entry: _Entry) -> bool:
    """Tell whether the table calls an activity a run, or does not say what it is."""
    try:
        return not entry.sport or take_sport(entry.file, entry.sport).name == "running"
    except RefusedError:
        return False


def _judged(
    member: str, found: Sequence[WatchRun], entry: _Entry, problems: list[tuple[str, PfpError]]
) -> list[WatchRun]:
    """Take runs of which the file or the table says that they are; fill totals the file lacks."""
    if not entry.sport and any(run.sport == "unknown" for run in found):
        problem = RefusedError(
            f"{member} does not say which sport it is of, and the table of the export is not in English.",
            "If it is a run, unpack its file and import that alone.",
        )
        problems.append((member, problem))
        return []
    if len(found) != 1:
        return list(found)
    (run,) = found
    totals = _filled(run.totals, entry.totals)
    note = () if totals == run.totals else ("Totals that its file lacks are from Strava's table.",)
    return [replace(run, totals=totals, notes=(*run.notes, *note))]


def _filled(own: WatchTotals, table: WatchTotals) -> WatchTotals:
    """Put the table's totals where the file has none."""
    return replace(
        own,
        distance_m=table.distance_m if own.distance_m is None else own.distance_m,
        elapsed_s=table.elapsed_s if own.elapsed_s is None else own.elapsed_s,
        ascent_m=table.ascent_m if own.ascent_m is None else own.ascent_m,
        descent_m=table.descent_m if own.descent_m is None else own.descent_m,
    )


def _notes(others: int, by_hand: int, entries: Sequence[_Entry]) -> tuple[str, ...]:
    notes = []
    if others:
        notes.append(f"{others} activities of other sports were left out.")
    if by_hand:
        notes.append(f"{by_hand} activities were typed in by hand and have no file; they were left out.")
    if entries and not any(entry.sport for entry in entries):
        notes.append("The table of the export is not in English: each file was asked for its sport.")
    return tuple(notes)


def _table_in(names: Sequence[str]) -> str | None:
    """Name the table of activities: at the top, or in the one folder around all."""
    found = [name for name in names if _TABLE.fullmatch(name)]
    return min(found, key=len) if found else None


def _entries(data: bytes) -> list[_Entry]:
    """Read the table."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise InputError(
            f"{TABLE_NAME} cannot be read: {error}.", "Ask Strava for the export again."
        ) from error
    if not rows:
        raise InputError(f"{TABLE_NAME} is empty.", "Ask Strava for the export again.")
    head, body = rows[0], [row for row in rows[1:] if any(cell.strip() for cell in row)]
    files = _file_column(head, body)
    return [_entry(head, row, files) for row in body]


def _file_column(head: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Find the column with the names of files, by what stands in it."""
    counts = [sum(bool(_FILE.search(row[k])) for row in rows if k < len(row)) for k in range(len(head))]
    if not counts or not max(counts):
        raise InputError(
            f"{TABLE_NAME} names no file of an activity; expected a column such as activities/123.fit.gz.",
            "Ask Strava for the export again.",
        )
    return counts.index(max(counts))


def _entry(head: Sequence[str], row: Sequence[str], files: int) -> _Entry:
    file = _cell(row, files)
    return _Entry(
        file=file,
        sport=_cell(row, _column(head, "Activity Type", 0)),
        totals=WatchTotals(
            distance_m=_told(row, _column(head, "Distance", 1)),
            elapsed_s=_told(row, _column(head, "Elapsed Time", 0)),
            ascent_m=_told(row, _column(head, "Elevation Gain", 0)),
            descent_m=_told(row, _column(head, "Elevation Loss", 0)),
        ),
    )


def _column(head: Sequence[str], name: str, occurrence: int) -> int | None:
    """Find a column by name and its number among those of that name.

    The first distance is in the unit of the account, the second in metres.
    """
    places = [k for k, cell in enumerate(head) if cell.strip() == name]
    return places[occurrence] if len(places) > occurrence else None


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _told(row: Sequence[str], column: int | None) -> float | None:
    value = number_of(_cell(row, column))
    return value if math.isfinite(value) and value >= 0 else None
