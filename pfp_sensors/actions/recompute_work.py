"""Runs of a diary analysed anew, one after the other: what each teaches, and what is stored of it."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.edited_figures import edited_figures
from pfp_sensors.actions.found_anew import find_anew
from pfp_sensors.actions.joined_run import standing
from pfp_sensors.actions.run_differences import Recomputed, differences_of
from pfp_sensors.actions.run_from_summary import current_method
from pfp_sensors.actions.run_knowledge import (
    MOST_LEARNED,
    joined_before,
    learned_of,
    options_of_run,
    taught_before,
)
from pfp_sensors.errors import PfpError
from pfp_sensors.model.diary import Run

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from datetime import datetime

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.actions.found_anew import FoundAnew
    from pfp_sensors.settings import SignalSettings

_TRIES: Final = 3
"""How often a run is analysed anew because somebody changed it while that was going on."""


class RecomputeWork:
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
        self._storing: Recomputed | None = None

    def is_old(self, run: Run) -> bool:
        """Tell whether another method, or other settings, made the figures of a run."""
        return run.method != self.method

    def learns(self, run: Run) -> bool:
        """Tell whether earlier runs say how fast a run was."""
        try:
            known = self._options(run)
        except PfpError:  # told when its turn comes
            return False
        return known.watch is None and known.distance_km is None and known.speed_mps is None

    def teachers(self, run: Run) -> tuple[tuple[Run, Path], ...]:
        """List the runs from which the speed of a run is learned, and what they teach, as read so far."""
        return taught_before(self._home, self.runs.values(), run, self.at, self._elsewhere)

    def old_teachers(self, run: Run) -> Iterator[Run]:
        """Go back through the runs that may teach, until enough do: each is learned before the next is asked.

        What another method learned from may teach nothing today, and the other way round.
        """
        teach = 0
        for one in reversed(joined_before(self.runs.values(), run, self.at)):
            if one.recording is not None and self.is_old(one):
                yield one
            try:
                teach += learned_of(self._home, one, self._elsewhere) is not None
            except PfpError:  # told when the turn comes of the run that learns
                return
            if teach == MOST_LEARNED:
                return

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
        self._storing = None
        for _ in range(_TRIES):
            if not self.is_old(run):
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
            stored = found.merged(standing(run, edited_figures(self._diary, run)))
            differences = differences_of(run, found.merged(()).run, stored.run)
            notes = (*stored.notes, *found.notes, *self._notes_of_teachers(run))
            done = Recomputed(stored.run, True, differences, notes=notes, method_before=run.method)
            if not self._dry_run:
                self._storing = done
                self._act = correct_in_act(self._diary, run.id, done.run, at=self.at, act=self._act)
        self.runs[run.id] = done.run
        return done

    def stored_last(self) -> Recomputed | None:
        """Give what was stored of the run that was analysed last; None where nothing was."""
        done = self._storing
        return done if done is not None and self._now(done.run) == done.run else None

    def _notes_of_teachers(self, run: Run) -> tuple[str, ...]:
        if not self._failed or not self.learns(run):
            return ()
        failed = [one.id for one, _ in self.teachers(run) if one.id in self._failed]
        if not failed:
            return ()
        names = ", ".join(failed)
        return (f"Its speed is learned from {names} too, which could not be analysed again.",)
