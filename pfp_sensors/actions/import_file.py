"""A file of any kind that holds runs, brought into the diary: told apart by its content."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.import_run import import_run
from pfp_sensors.actions.mappings import keep_mapping, mapping_for
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.errors import PfpError
    from pfp_sensors.model.diary import Moment
    from pfp_sensors.model.imported import Imported


_KEPT: Final = "The mapping is kept for tables with the same header: leave --mapping away next time."
_NOT_KEPT: Final = "The table has no header to know it by: give --mapping each time."


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What is said when a file is brought in.

    Attributes
    ----------
    known
        What is known beside a recording.
    start
        When the run began; None for what the file says.
    keep_positions
        Keep where a run of a watch was.
    dry_run
        Write nothing.
    keep_samples
        Keep the samples of a recording with the diary.
    """

    known: AnalyzeOptions
    start: Moment | None = None
    keep_positions: bool = False
    dry_run: bool = False
    keep_samples: bool = True


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of the runs of a file.

    Attributes
    ----------
    runs
        One for a recording; several for an archive or a table of runs.
    problems
        Runs that could not be brought in, by name, while others were.
    notes
        What was passed over in the whole file.
    """

    runs: tuple[Imported, ...]
    problems: tuple[tuple[str, PfpError], ...] = field(default=())
    notes: tuple[str, ...] = ()


def import_file(
    home: Path,
    path: Path,
    options: ImportOptions,
    *,
    at: datetime,
    each: Callable[[int, int], None] | None = None,
) -> ImportedFile:
    """Bring a recording, a watch's file, an archive of a service or a table of runs into the diary.

    Parameters
    ----------
    home
        The folder of the person's own data; made if it is not there.
    path
        The file or folder.
    options
        What the person says of it.
    at
        Now.
    each
        Told the number of a run and how many there are, before each of several.

    Raises
    ------
    InputError, UsageError, RefusedError, PfpError
        As `import_run`, `import_watch` and `import_table`, where nothing could be brought in.
    """
    from pfp_sensors.formats.runs_table import is_runs_table
    from pfp_sensors.formats.watch import is_watch_file

    if is_watch_file(path):
        from pfp_sensors.actions.import_watch import import_watch

        _refuse_start(path, options)
        runs, files = import_watch(
            home, path, keep_positions=options.keep_positions, dry_run=options.dry_run, at=at, each=each
        )
        return ImportedFile(runs, files.problems, files.notes)
    if is_runs_table(path):
        from pfp_sensors.actions.import_table import import_table

        _refuse_start(path, options)
        runs, notes, problems = import_table(home, path, dry_run=options.dry_run, at=at)
        return ImportedFile(runs, problems, notes)
    mapping = options.known.mapping
    known = replace(options.known, mapping=mapping or mapping_for(home, path))
    run = import_run(
        home,
        path,
        known,
        start=options.start,
        dry_run=options.dry_run,
        keep=options.keep_samples,
        at=at,
    )
    if mapping is None or options.dry_run:
        return ImportedFile((run,))
    kept = _KEPT if keep_mapping(home, path, mapping) else _NOT_KEPT
    return ImportedFile((run,), notes=(kept,))


def is_recording(path: Path) -> bool:
    """Tell the recording of a sensor, or what is taken for one, from a watch's file and a table of runs."""
    from pfp_sensors.formats.runs_table import is_runs_table
    from pfp_sensors.formats.watch import is_watch_file

    return not (is_watch_file(path) or is_runs_table(path))


def _refuse_start(path: Path, options: ImportOptions) -> None:
    if options.start is not None:
        raise UsageError(f"{path} says itself when its runs began.", "Leave --start away.")
