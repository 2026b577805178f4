"""A table of runs, as `pfp export runs` or a spreadsheet writes it, brought into the diary."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from pfp_sensors.actions.entry_days import not_ahead
from pfp_sensors.actions.import_parts import read_run, runs_of
from pfp_sensors.actions.new_run import add_with_run_id
from pfp_sensors.errors import InputError
from pfp_sensors.model.imported import Imported

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.model.diary import Pain, Run

SOURCE = "import"


def import_table(
    home: Path, path: Path, *, dry_run: bool, at: datetime
) -> tuple[tuple[Imported, ...], tuple[str, ...]]:
    """Bring the runs of a table into the diary; one that is there already is named, not doubled.

    Parameters
    ----------
    home
        The folder of the person's own data; made if it is not there.
    path
        A CSV or Parquet table with a column ``start``.
    dry_run
        Write nothing.
    at
        Now.

    Returns
    -------
    tuple
        What became of each run, and what was passed over or assumed in the table.

    Raises
    ------
    InputError
        If the table cannot be read, or holds no run.
    UsageError
        If a run lies in the future.
    PfpError
        If the diary cannot be read or written; runs before that one are in the diary then.
    """
    from pfp_sensors.formats.runs_table import read_runs_table

    table = read_runs_table(path)
    if not table.runs:
        raise InputError(f"{path} has no row below its header.", "Check that the export finished.")
    for row in table.runs:
        if isinstance(row.start, datetime):
            not_ahead(row.start, at, f"{path}: the start of {row.id}")
    there = list(runs_of(home))
    done = []
    for row in table.runs:
        known = _there(there, row)
        if known is not None:
            done.append(Imported(str(path), known, "known"))
        elif dry_run:
            done.append(Imported(str(path), row, "understood"))
        else:
            run = _added(home, row, [one for one in table.pain if one.run == row.id], at)
            there.append(run)
            done.append(Imported(str(path), run, "added"))
    return tuple(done), table.notes


def _there(runs: Sequence[Run], row: Run) -> Run | None:
    """Find a run that began at the same moment and is as long: it is the same one."""
    return next(
        (run for run in runs if run.start == row.start and (run.minutes == row.minutes or run.km == row.km)),
        None,
    )


def _added(home: Path, row: Run, pain: Sequence[Pain], at: datetime) -> Run:
    """Add a run under a new id, with its scores; what it says of files of another home is left out."""
    from pfp_sensors.store.database import open_diary

    new = replace(
        row,
        source=row.source or SOURCE,
        recording=None,
        watch=None,
        watch_offset_s=None,
        method=None,
        entered=None,
    )
    with contextlib.closing(open_diary(home)) as diary:
        (run_id, *_) = add_with_run_id(
            diary, lambda name: [replace(new, id=name), *(replace(one, run=name) for one in pain)], at=at
        )
        return read_run(diary, run_id)
