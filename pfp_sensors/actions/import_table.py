"""A table of runs, as `pfp export runs` or a spreadsheet writes it, brought into the diary."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.add_run import check_run
from pfp_sensors.actions.entry_days import not_ahead
from pfp_sensors.actions.import_parts import read_run, runs_of
from pfp_sensors.actions.new_run import add_with_run_id
from pfp_sensors.actions.read_diary import has_diary
from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.model.imported import Imported

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pfp_sensors.formats.runs_table import RunsTable
    from pfp_sensors.model.diary import Pain, Run

SOURCE = "import"

_CHECKED: Final = ("km", "minutes", "speed_mps", "cadence_spm", "downhill_min")
_FIGURES: Final = ("km", "minutes")
_SAME_WITHIN: Final = 0.005
"""A spreadsheet shows two decimals."""

_SAME_SHARE: Final = 0.5
"""Of the shorter of two runs: nobody runs twice at a time."""


def import_table(
    home: Path, path: Path, *, dry_run: bool, at: datetime
) -> tuple[tuple[Imported, ...], tuple[str, ...], tuple[tuple[str, PfpError], ...]]:
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
    runs
        What became of each run.
    notes
        What was passed over or assumed in the table.
    problems
        Runs that were not taken, by their id, and why: they lie in the future, their figures cannot be those
        of a run, or another run of the diary took place at the same time.

    Raises
    ------
    InputError
        If the table cannot be read, or holds no run.
    UsageError
        If its only run cannot be taken.
    PfpError
        If the diary cannot be read or written; runs before that one are in the diary then.
    """
    from pfp_sensors.formats.runs_table import read_runs_table

    table = read_runs_table(path)
    if not table.runs:
        raise InputError(f"{path} has no row below its header.", "Check that the export finished.")
    before = list(runs_of(home))
    there = list(before)
    told = _scores_there(home)
    done: list[Imported] = []
    notes = list(table.notes)
    problems: list[tuple[str, PfpError]] = []
    for row in table.runs:
        known = next((run for run in before if _is_same(run, row)), None)
        if known is not None:
            before.remove(known)
            notes += _lost_scores(known, _scores_of(row, table), told)
            done.append(Imported(str(path), known, "known"))
            continue
        try:
            _check(row, there, at)
        except UsageError as problem:
            problems.append((row.id, problem))
            continue
        pain = [one for one in table.pain if one.run == row.id]
        run = _without_files(row) if dry_run else _added(home, row, pain, at)
        there.append(run)
        done.append(Imported(str(path), run, "understood" if dry_run else "added"))
    if len(table.runs) == len(problems) == 1:
        raise problems[0][1]
    return tuple(done), tuple(notes), tuple(problems)


def _is_same(run: Run, row: Run) -> bool:
    """Tell whether a row is a run of the diary: the same time, and what both know of it is the same.

    Two runs of one day without a clock are the same only where a figure says so, or neither has any.
    """
    if isinstance(run.start, datetime) and isinstance(row.start, datetime):
        return (run.start == row.start or _overlap(run, row)) and not _differing(run, row)
    if run.start != row.start or _differing(run, row):
        return False
    known = [{name for name in _FIGURES if getattr(one, name) is not None} for one in (run, row)]
    return bool(known[0] & known[1]) or not (known[0] or known[1])


def _differing(run: Run, row: Run) -> list[str]:
    """Name the figures that both know, and that differ."""
    pairs = {name: (getattr(run, name), getattr(row, name)) for name in _FIGURES}
    return [
        name
        for name, (one, other) in pairs.items()
        if one is not None and other is not None and not math.isclose(one, other, abs_tol=_SAME_WITHIN)
    ]


def _overlap(one: Run, other: Run) -> bool:
    """Tell whether two runs with a clock took place at the same time, by half of the shorter."""
    if not (isinstance(one.start, datetime) and isinstance(other.start, datetime)):
        return False
    lengths = [timedelta(minutes=run.minutes or 1.0) for run in (one, other)]
    common = min(one.start + lengths[0], other.start + lengths[1]) - max(one.start, other.start)
    return common >= _SAME_SHARE * min(lengths)


def _check(row: Run, there: Sequence[Run], at: datetime) -> None:
    """Check that a run has been, that its figures can be true, and that no other was at that time."""
    if isinstance(row.start, datetime):
        not_ahead(row.start, at, f"the start of {row.id}")
    elif row.start > at.date():
        raise UsageError(
            f"the start of {row.id} is {row.start}; that lies in the future, today is {at.date()}.",
            "Give when it was.",
        )
    for name in _CHECKED:
        if getattr(row, name) is not None:
            check_run(row, name)
    if row.km and row.minutes:
        check_run(replace(row, speed_mps=row.km * 1000.0 / (row.minutes * 60.0)), "speed_mps")
    other = next((run for run in there if _overlap(run, row)), None)
    if other is not None:
        raise UsageError(
            f"{row.id} took place while {other.id} did, which the diary has with other figures: "
            f"{_told(row)} in the table, {_told(other)} in the diary. It was not added as a second run.",
            f"Where the table is right: `pfp edit {other.id} KEY VALUE`.",
        )


def _told(run: Run) -> str:
    told = [
        f"{value:g} {unit}" for value, unit in ((run.km, "km"), (run.minutes, "min")) if value is not None
    ]
    return ", ".join(told) or "no figures"


def _scores_of(row: Run, table: RunsTable) -> tuple[Pain, ...]:
    """Gather the scores of a row, of one knee and of every knee that hurts."""
    from pfp_sensors.formats.counted_pain import short_form

    return (*short_form(row), *(one for one in table.pain if one.run == row.id))


def _scores_there(home: Path) -> frozenset[tuple[object, ...]]:
    """Gather the scores of the diary, by run, question and knee."""
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import read_history

    if not has_diary(home):
        return frozenset()
    with contextlib.closing(open_diary(home)) as diary:
        pain = read_history(diary).pain
    return frozenset((one.run, one.when, one.knee, one.score) for one in pain)


def _lost_scores(known: Run, scores: Sequence[Pain], there: frozenset[tuple[object, ...]]) -> tuple[str, ...]:
    """Say which scores of a row the diary lacks of the run that is there already."""
    lost = [one for one in scores if (known.id, one.when, one.knee, one.score) not in there]
    if not lost:
        return ()
    listed = ", ".join(f"{one.when}{f' {one.knee}' if one.knee else ''} {one.score}" for one in lost)
    return (
        f"{known.id} is in the diary already; pain that the table tells of it beyond that was not added: "
        f"{listed}. `pfp pain` writes it down.",
    )


def _without_files(row: Run) -> Run:
    """Leave out what a row says of files and of an analysis that are not here."""
    return replace(
        row,
        source=row.source or SOURCE,
        recording=None,
        watch=None,
        watch_offset_s=None,
        method=None,
        entered=None,
    )


def _added(home: Path, row: Run, pain: Sequence[Pain], at: datetime) -> Run:
    """Add a run under a new id, with its scores; what it says of files of another home is left out."""
    from pfp_sensors.store.database import open_diary

    new = _without_files(row)
    with contextlib.closing(open_diary(home)) as diary:
        (run_id, *_) = add_with_run_id(
            diary, lambda name: [replace(new, id=name), *(replace(one, run=name) for one in pain)], at=at
        )
        return read_run(diary, run_id)
