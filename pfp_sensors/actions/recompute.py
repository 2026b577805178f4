"""Stored recordings analysed again with this version; the diary keeps what each run said before."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pfp_sensors.actions.find_run import find_run, runs_in_order
from pfp_sensors.actions.recompute_work import RecomputeWork
from pfp_sensors.actions.run_differences import Difference, Recomputed
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from pfp_sensors.model.diary import Run

__all__ = ["Difference", "Recomputed", "recompute"]


def recompute(
    home: Path,
    word: str | None,
    at: datetime,
    *,
    config: Path | None = None,
    dry_run: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
    tell: Callable[[Recomputed], None] | None = None,
) -> tuple[Recomputed, ...]:
    """Analyse the recordings of runs again, where another method or other settings made their figures.

    New figures are stored as a correction, each run by itself: what is done stays done. What was said before
    is kept, and so are limits that were issued and figures that the person corrected. One recording that
    cannot be analysed does not stop the others. All that is stored is one act: an undo takes it back as a
    whole, unless the person did something else meanwhile.

    What a run learns its speed from, the runs with a watch before it, is analysed first, and for one run that
    is asked for aside: in which order runs are asked for changes no figure.

    Parameters
    ----------
    home
        As from `home_folder`.
    word
        The run as a person names it; None for all.
    at
        Now, with offset.
    config
        A file of settings to use in place of the shipped ones.
    dry_run
        Say what would differ, and store nothing.
    progress
        Told how many analyses are done, about how many there are, and the id of the run that is next.
    tell
        Told what became of each run as soon as that is stored, also where a Ctrl-C came in between.

    Returns
    -------
    tuple of Recomputed
        The runs that have a recording here, in order of their start.

    Raises
    ------
    UsageError
        If there is no such run, or it has no recording here.
    SettingsError
        If ``config`` has a wrong key or value.
    InputError, PfpError
        If the diary cannot be read or written; the runs that were told of are stored.
    """
    from pfp_sensors.actions.read_diary import has_diary
    from pfp_sensors.settings import load_signal_settings
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import read_history

    settings = load_signal_settings(config)
    if not has_diary(home):
        return ()
    with (
        contextlib.closing(open_diary(home)) as diary,
        tempfile.TemporaryDirectory(prefix="pfp-recompute-") as scratch,
    ):
        runs = read_history(diary).runs
        work = RecomputeWork(home, diary, settings, at, Path(scratch), runs, dry_run=dry_run)
        steps, left = _steps(work, word)
        done: list[Recomputed] = []
        count = 0
        for step in steps:
            old = work.is_old(step.run)
            if progress is not None and old:
                progress(count, max(left, count + 1), step.run.id)
            count += old
            if step.aside:
                work.learn_aside(step.run)
                continue
            done.append(_again(work, step.run, tell))
            if tell is not None:
                tell(done[-1])
    return tuple(done)


def _again(work: RecomputeWork, run: Run, tell: Callable[[Recomputed], None] | None) -> Recomputed:
    """Analyse a run; where Ctrl-C comes after its figures were stored, tell of them before it goes on."""
    try:
        return work.again(run)
    except KeyboardInterrupt:
        stored = work.stored_last()
        if stored is not None and tell is not None:
            tell(stored)
        raise


class _Step(NamedTuple):
    """A run to look at; ``aside``: only for what it teaches."""

    run: Run
    aside: bool = False


def _steps(work: RecomputeWork, word: str | None) -> tuple[Iterable[_Step], int]:
    """Give the runs to look at, one after the other, and about how many of them are to be analysed."""
    if word is None:
        ordered = runs_in_order(work.runs.values(), work.at)
        steps = tuple(_Step(run) for run in ordered if run.recording is not None)
        return steps, sum(work.is_old(one.run) for one in steps)
    run = find_run(tuple(work.runs.values()), word, work.at)
    if run.recording is None:
        raise UsageError(
            f"{run.id} has no recording here, so there is nothing to analyse again.",
            "`pfp runs` shows where runs come from; `pfp edit` corrects a figure.",
        )
    if not work.is_old(run) or not work.learns(run):
        return (_Step(run),), 1
    aside = (_Step(one, aside=True) for one in work.old_teachers(run))
    old = sum(work.is_old(one) for one, _ in work.teachers(run))
    return itertools.chain(aside, (_Step(run),)), old + 1


def baseline_legs(home: Path, done: Iterable[Recomputed], at: datetime) -> tuple[str, ...]:
    """Name the legs whose landing impact changed while a confirmed baseline of before is in force.

    Raises
    ------
    InputError, PfpError
        If the diary cannot be read.
    """
    from pfp_sensors.actions.confirm_baseline import stored_baselines
    from pfp_sensors.actions.read_diary import read_diary

    changed = {each.figure for one in done for each in one.differences if each.unit == "g" and not each.kept}
    if not changed:
        return ()
    baselines = stored_baselines(read_diary(home), at)
    known = [leg for leg, one in baselines.items() if one.impact_resultant_g is not None]
    return tuple("unknown leg" if leg is None else f"{leg} leg" for leg in known)
