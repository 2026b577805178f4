"""A recording that has just been finished and analysed, put into the diary."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from pfp_sensors.actions.new_run import add_with_run_id
from pfp_sensors.actions.run_from_summary import run_from_analysis
from pfp_sensors.errors import InputError, PfpError
from pfp_sensors.load.advised_then import no_run_advised
from pfp_sensors.load.run_context import run_context
from pfp_sensors.model.diary import Pain, Run
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from pfp_sensors.load.run_context import RunContext
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.recommendation import NoRunAdvised

MARKED = "marked while running"
"""Note of a pain score that was given by a key during the run."""


@dataclass(frozen=True, slots=True)
class EnteredRun:
    """A recording as it stands in the diary.

    Attributes
    ----------
    marked
        Pain scores that were given during the run.
    context
        The run among the others.
    no_run
        Why no run was advised when it began; None where one was.
    """

    run: Run
    marked: tuple[int, ...]
    context: RunContext | None
    no_run: NoRunAdvised | None = None


def analyse_recorded(home: Path, folder: Path, at: datetime) -> FileAnalysis:
    """Analyse a recording that has just been finished, with what earlier runs taught about speed.

    A diary that cannot be read teaches nothing here; whoever enters the run into it says what is wrong.

    Raises
    ------
    InputError, PfpError
        If the recording cannot be read.
    """
    from pfp_sensors.actions.analyze import AnalyzeOptions, analyze_file
    from pfp_sensors.actions.import_parts import runs_of
    from pfp_sensors.actions.run_knowledge import learned_before

    learned: tuple[Path, ...] = ()
    with contextlib.suppress(PfpError):
        learned = learned_before(home, runs_of(home), None, at)
    return analyze_file(folder, AnalyzeOptions(learned=learned))


def enter_recording(home: Path, folder: Path, analysis: FileAnalysis, at: datetime) -> EnteredRun | None:
    """Put an analysed recording into the diary, with the pain that was marked in it.

    Pain marks become scores of the worst pain while running; the highest of them counts. One that is in the
    diary already is not entered again.

    Parameters
    ----------
    home
        As from `home_folder`.
    folder
        The recording, below the home.
    analysis
        Of that folder.
    at
        Now, with offset.

    Returns
    -------
    EnteredRun or None
        None where no running was found in it.

    Raises
    ------
    InputError, UsageError, PfpError
        If the diary cannot be read or written: then nothing has changed, and the recording is complete.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import find_run_by_sha256, read_history
    from pfp_sensors.store.meta_json import META_NAME, read_meta

    if all(leg.summary.status == "refused" for leg in analysis.legs):
        return None
    meta = read_meta(folder / META_NAME)
    start = _start(folder, meta.common.start_utc, at - _length(analysis))
    below = folder.absolute().relative_to(home.absolute()).as_posix()
    marks = tuple(_pain_marks(meta.other.get("marks")))
    with contextlib.closing(open_diary(home)) as diary:
        run = find_run_by_sha256(diary, analysis.provenance.source.sha256)
        if run is None:
            (run_id, *_) = add_with_run_id(
                diary,
                lambda name: [
                    run_from_analysis(analysis, name, start, source="recording", recording=below),
                    *(_pain(name, start, at_s, score, at) for at_s, score in marks),
                ],
                at=at,
            )
            run = _find(diary, run_id)
        history, settings = read_history(diary), load_load_settings()
        context = run_context(history, run.id, at, settings)
    no_run = no_run_advised(history, run, at.tzinfo, settings)
    return EnteredRun(run, tuple(score for _, score in marks), context, no_run)


def enter_worst_pain(home: Path, run: Run, score: int, at: datetime) -> str:
    """Write down the worst pain of a run that was just recorded, beside what was marked in it.

    Returns
    -------
    str
        The id of the score.

    Raises
    ------
    InputError, UsageError, PfpError
        If the diary cannot be written.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import add_entry

    with contextlib.closing(open_diary(home)) as diary:
        return add_entry(diary, Pain("during", score, at, run=run.id), at=at)


def _find(diary: sqlite3.Connection, run_id: str) -> Run:
    from pfp_sensors.actions.standing_entries import read_back

    run = read_back(diary, run_id)
    if not isinstance(run, Run):
        raise InputError(f"{run_id} was written as a run, and read back as something else.", "Report this.")
    return run


def _start(folder: Path, start_utc: str | None, latest: datetime) -> datetime:
    """Tell when a recording began, in local time; not later than it can have, which has ended by now.

    The start of a simulated one is ahead of the clock. Put at its end, limits issued right afterwards would
    seem to have been in force for it.
    """
    from pfp_sensors.store.home import start_of

    begun = start_of(folder.name) if start_utc is None else datetime.fromisoformat(start_utc)
    return latest if begun is None else min(begun.astimezone().replace(microsecond=0), latest)


def _length(analysis: FileAnalysis) -> timedelta:
    return timedelta(seconds=ceil(max(leg.summary.recording.duration_s for leg in analysis.legs)))


def _pain_marks(marks: Any) -> Iterator[tuple[float, int]]:
    """Give second and score of each pain mark of ``meta.json``."""
    for mark in marks if isinstance(marks, list) else ():
        if _is_pain(mark):
            yield float(mark["at_s"]), int(mark["score"])


def _is_pain(mark: Any) -> bool:
    if not isinstance(mark, dict) or mark.get("kind") != "pain":
        return False
    score, at_s = mark.get("score"), mark.get("at_s")
    return type(score) is int and 0 <= score <= 10 and isinstance(at_s, (int, float))


def _pain(run_id: str, start: datetime, at_s: float, score: int, at: datetime) -> Pain:
    felt = start + timedelta(seconds=round(max(at_s, 0.0)))
    return Pain("during", score, min(felt, at), run=run_id, note=MARKED)
