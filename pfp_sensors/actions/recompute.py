"""Stored recordings analysed again with this version; the diary keeps what each run said before."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pfp_sensors.actions.edited_figures import FIGURES, edited_figures
from pfp_sensors.actions.find_run import find_run, runs_in_order
from pfp_sensors.actions.joined_run import learn, merged, recorded_run, rounded_summary, standing
from pfp_sensors.actions.run_from_summary import current_method
from pfp_sensors.actions.run_knowledge import options_of_run
from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.model.watch import JoinedWatch

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.watch import WatchSummary
    from pfp_sensors.settings import SignalSettings


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure before and now; ``kept`` where the person had corrected it, which stands."""

    figure: str
    before: float | str | None
    now: float | str | None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What became of one run.

    Attributes
    ----------
    done
        Whether it was analysed again; False where this method and these settings made its figures already.
    differences
        Empty where all figures are the same.
    error
        Why it could not be analysed; then it stands as it was.
    """

    run: Run
    done: bool
    differences: tuple[Difference, ...] = ()
    error: PfpError | None = None


def recompute(
    home: Path,
    word: str | None,
    at: datetime,
    *,
    config: Path | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> tuple[Recomputed, ...]:
    """Analyse the recordings of runs again, where another method or other settings made their figures.

    New figures are stored as a correction: what was said before is kept, and so are limits that were issued
    and figures that the person corrected. One recording that cannot be analysed does not stop the others.

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
    progress
        Told the number of a run, how many there are, and its id, before each.

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
        If the diary cannot be read or written.
    """
    from pfp_sensors.actions.read_diary import has_diary
    from pfp_sensors.settings import load_signal_settings
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import read_history

    settings = load_signal_settings(config)
    if not has_diary(home):
        return ()
    with contextlib.closing(open_diary(home)) as diary:
        runs_now = read_history(diary).runs
        runs = _asked(runs_now, word, at)
        done = []
        for number, run in enumerate(runs):
            if progress is not None:
                progress(number, len(runs), run.id)
            done.append(_recomputed(diary, home, run, runs_now, settings, at))
    return tuple(done)


def _asked(runs: tuple[Run, ...], word: str | None, at: datetime) -> tuple[Run, ...]:
    if word is None:
        return tuple(run for run in runs_in_order(runs, at) if run.recording is not None)
    run = find_run(runs, word, at)
    if run.recording is None:
        raise UsageError(
            f"{run.id} has no recording here, so there is nothing to analyse again.",
            "`pfp runs` shows where runs come from; `pfp edit` corrects a figure.",
        )
    return (run,)


def _recomputed(
    diary: sqlite3.Connection,
    home: Path,
    run: Run,
    runs: tuple[Run, ...],
    settings: SignalSettings,
    at: datetime,
) -> Recomputed:
    from pfp_sensors.store.diary import correct_entry

    if run.method == current_method(settings):
        return Recomputed(run, done=False)
    try:
        found = _found(home, runs, run, at, settings)
    except PfpError as error:
        return Recomputed(run, done=False, error=error)
    stands = standing(run, edited_figures(diary, run))
    differences = tuple(_differences(run, found.merged(()), stands))
    changed = found.merged(stands)
    correct_entry(diary, run.id, changed, at=at)
    found.teach(home)
    return Recomputed(changed, True, differences)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the sources of a run say of it today: its recording alone, with its watch, and the watch."""

    run: Run
    alone: FileAnalysis
    beside: FileAnalysis | None
    joined: JoinedWatch | None
    watch: WatchSummary | None

    def merged(self, stands: Collection[str]) -> Run:
        """Put it into the run; the leg of the recording has what it has today."""
        legs = {leg.summary.recording.side for leg in self.alone.legs}
        others = {leg: impact for leg, impact in self.run.impact.items() if leg not in legs}
        return merged(
            self.run if "impact" in stands else replace(self.run, impact=others),
            stands=stands,
            alone=recorded_run(self.run, self.alone),
            beside=None if self.beside is None else recorded_run(self.run, self.beside),
            watch=self.watch,
        ).run

    def teach(self, home: Path) -> None:
        """Keep what a joined run teaches about speed."""
        from pfp_sensors.store.recording_names import watch_of

        if self.beside is not None and self.joined is not None:
            learn(self.beside, self.joined, watch_of(home, self.run).parent)


def _found(home: Path, runs: tuple[Run, ...], run: Run, at: datetime, settings: SignalSettings) -> _Found:
    """Ask every source of a run again; raises as `_analysed`, and where the rows of its watch are damaged."""
    from pfp_sensors.analyse.watch_summary import watch_summary
    from pfp_sensors.store.recording_names import watch_of
    from pfp_sensors.store.watch_files import read_watch

    known = options_of_run(home, runs, run, at)
    if run.watch is None:
        return _Found(run, _analysed(home, run, known, settings), None, None, None)
    rows = read_watch(watch_of(home, run))
    alone = _analysed(home, run, replace(known, watch=None, distance_km=None), settings)
    summary = rounded_summary(watch_summary(rows))
    if known.watch is None:
        return _Found(run, alone, None, None, summary)
    joined = JoinedWatch(rows, known.watch.offset_s)
    return _Found(run, alone, _analysed(home, run, known, settings), joined, summary)


def _analysed(home: Path, run: Run, known: AnalyzeOptions, settings: SignalSettings) -> FileAnalysis:
    """Analyse a run's recording with what is known beside it.

    Raises
    ------
    InputError
        If it is not there, is damaged, has other bytes than when it was entered, or is none of this home.
    """
    from pfp_sensors.actions.analyze import analyze_file
    from pfp_sensors.store.recording_names import recording_of

    folder = recording_of(home, run)
    if not folder.exists():
        raise InputError(f"{run.id}: {folder} is not there any more.", "Restore it from a backup.")
    analysis = analyze_file(folder, known, settings)
    found = analysis.provenance.source.sha256
    if run.sha256 is not None and found != run.sha256:
        raise InputError(
            f"{run.id}: {folder} holds other data than when the run was entered (SHA-256 {found[:12]}, "
            f"expected {run.sha256[:12]}).",
            "Restore it from a backup.",
        )
    if all(leg.summary.status == "refused" for leg in analysis.legs):
        raise InputError(
            f"{run.id}: this version finds no running in {folder}.", f"See `pfp analyze {folder}`."
        )
    return analysis


def _differences(old: Run, new: Run, edited: Collection[str]) -> Iterator[Difference]:
    for name in FIGURES:
        before, now = _flat(old, name), _flat(new, name)
        for key in dict.fromkeys([*before, *now]):
            if before.get(key) != now.get(key):
                yield Difference(key, before.get(key), now.get(key), kept=name in edited)


def _flat(run: Run, name: str) -> dict[str, Any]:
    """Give a figure by its name, impact by leg and part."""
    if name != "impact":
        return {name: getattr(run, name)}
    parts: dict[str, Any] = {}
    for leg, impact in run.impact.items():
        where = "impact" if leg is None else f"impact {leg}"
        parts |= {f"{where} resultant_g": impact.resultant_g, f"{where} quality": impact.quality}
    return parts
