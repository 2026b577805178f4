"""Stored recordings analysed again with this version; the diary keeps what each run said before."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pfp_sensors.actions.edited_figures import edited_figures
from pfp_sensors.actions.find_run import find_run, runs_in_order
from pfp_sensors.actions.found_anew import find_anew
from pfp_sensors.actions.joined_run import standing
from pfp_sensors.actions.run_differences import Difference, Recomputed, differences_of
from pfp_sensors.actions.run_from_summary import current_method
from pfp_sensors.actions.run_knowledge import MOST_LEARNED, joined_before, options_of_run
from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.model.diary import Run

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.actions.found_anew import FoundAnew
    from pfp_sensors.settings import SignalSettings

__all__ = ["Difference", "Recomputed", "recompute"]

_TRIES: Final = 3
"""How often a run is analysed anew because somebody changed it while that was going on."""


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
        Told how many analyses are done, how many there are, and the id of the run that is next.
    tell
        Told what became of each run as soon as that is stored.

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
        work = _Work(home, diary, settings, at, Path(scratch), runs, dry_run=dry_run)
        steps = _steps(work, word)
        done = []
        left = sum(one.run.method != work.method for one in steps)
        count = 0
        for step in steps:
            old = step.run.method != work.method
            if progress is not None and old:
                progress(count, left, step.run.id)
            count += old
            if step.aside:
                work.learn_aside(step.run)
                continue
            done.append(work.again(step.run))
            if tell is not None:
                tell(done[-1])
    return tuple(done)


class _Step(NamedTuple):
    """A run to look at; ``aside``: only for what it teaches."""

    run: Run
    aside: bool = False


def _steps(work: _Work, word: str | None) -> tuple[_Step, ...]:
    if word is None:
        ordered = runs_in_order(work.runs.values(), work.at)
        return tuple(_Step(run) for run in ordered if run.recording is not None)
    run = find_run(tuple(work.runs.values()), word, work.at)
    if run.recording is None:
        raise UsageError(
            f"{run.id} has no recording here, so there is nothing to analyse again.",
            "`pfp runs` shows where runs come from; `pfp edit` corrects a figure.",
        )
    if run.method == work.method or not work.learns(run):
        return (_Step(run),)
    teachers = work.teachers(run)[-MOST_LEARNED:]
    return (*(_Step(one, aside=True) for one in teachers if one.method != work.method), _Step(run))


class _Work:
    """Many runs analysed again, one after the other."""

    def __init__(
        self,
        home: Path,
        diary: sqlite3.Connection,
        settings: SignalSettings,
        at: datetime,
        scratch: Path,
        runs: tuple[Run, ...],
        *,
        dry_run: bool,
    ) -> None:
        self.at = at
        self.runs = {run.id: run for run in runs}
        self.method = current_method(settings)
        self._home = home
        self._diary = diary
        self._settings = settings
        self._scratch = scratch
        self._dry_run = dry_run
        self._elsewhere: dict[str, Path] = {}
        self._failed: set[str] = set()
        self._act: int | None = None

    def learns(self, run: Run) -> bool:
        """Tell whether earlier runs say how fast a run was."""
        try:
            known = self._options(run)
        except PfpError:  # told when its turn comes
            return False
        return known.watch is None and known.distance_km is None and known.speed_mps is None

    def teachers(self, run: Run) -> tuple[Run, ...]:
        """List the runs with a watch before a run that have a recording here."""
        joined = joined_before(self.runs.values(), run, self.at)
        return tuple(one for one in joined if one.recording is not None)

    def learn_aside(self, run: Run) -> None:
        """Work out what a run teaches, for others, and store nothing of it."""
        try:
            found = self._found(run)
        except PfpError:  # said of the run that learns
            self._failed.add(run.id)
        else:
            self._elsewhere[run.id] = self._aside(found)

    def again(self, run: Run) -> Recomputed:
        """Analyse a run, and store what differs; anew where somebody changed it meanwhile."""
        for _ in range(_TRIES):
            if run.method == self.method:
                return Recomputed(run, done=False)
            try:
                found = self._found(run)
            except PfpError as error:
                self._failed.add(run.id)
                return Recomputed(run, done=False, error=error)
            self._teach(found)
            done = self._stored(run, found)
            if done is not None:
                return done
            now = self._now(run)
            if now is None:
                return Recomputed(run, done=False, notes=("It was taken back while it was analysed.",))
            run = self.runs[run.id] = now
        changing = PfpError(f"{run.id} was changed again and again while it was analysed.", "Run it again.")
        return Recomputed(run, done=False, error=changing)

    def _found(self, run: Run) -> FoundAnew:
        return find_anew(self._home, run, self._options(run), self._settings)

    def _options(self, run: Run) -> AnalyzeOptions:
        return options_of_run(self._home, self.runs.values(), run, self.at, self._elsewhere)

    def _teach(self, found: FoundAnew) -> None:
        """Keep what a joined run teaches before its figures: whoever finds these new finds that new too."""
        from pfp_sensors.store.recording_names import watch_of

        if not found.teaches:
            return
        if self._dry_run:
            self._elsewhere[found.run.id] = self._aside(found)
        else:
            found.teach(watch_of(self._home, found.run).parent)

    def _aside(self, found: FoundAnew) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self._scratch))
        found.teach(folder)
        return folder

    def _now(self, run: Run) -> Run | None:
        """Read a run as the diary has it; None where it was taken back."""
        from pfp_sensors.store.diary import find_entry

        stored = find_entry(self._diary, run.id)
        if stored is None or stored.state != "current" or not isinstance(stored.entry, Run):
            return None
        return stored.entry

    def _stored(self, run: Run, found: FoundAnew) -> Recomputed | None:
        """Store what was found; None where the run is not what was analysed any more."""
        from pfp_sensors.store.database import changes
        from pfp_sensors.store.diary_edits import correct_in_act

        with contextlib.nullcontext() if self._dry_run else changes(self._diary):
            if self._now(run) != run:
                return None
            stands = standing(run, edited_figures(self._diary, run))
            changed = found.merged(stands)
            if not self._dry_run:
                self._act = correct_in_act(self._diary, run.id, changed, at=self.at, act=self._act)
        differences = differences_of(run, found.merged(()), stands)
        notes = (*found.notes, *self._notes_of_teachers(run))
        self.runs[run.id] = changed
        return Recomputed(changed, True, differences, notes=notes, method_before=run.method)

    def _notes_of_teachers(self, run: Run) -> tuple[str, ...]:
        if not self._failed or not self.learns(run):
            return ()
        failed = [one.id for one in self.teachers(run)[-MOST_LEARNED:] if one.id in self._failed]
        if not failed:
            return ()
        names = ", ".join(failed)
        return (f"Its speed is learned from {names} too, which could not be analysed again.",)


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
