"""A stored run asked again: what its recording, with its watch or without, says with the method of today."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pfp_sensors.actions.edited_figures import impact_name
from pfp_sensors.actions.joined_run import learn, merged, recorded_run, rounded_summary
from pfp_sensors.errors import InputError
from pfp_sensors.model.watch import JoinedWatch

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.actions.joined_run import Merged
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.watch import WatchSummary
    from pfp_sensors.settings import SignalSettings


@dataclass(frozen=True, slots=True)
class FoundAnew:
    """What the sources of a run say of it today.

    Attributes
    ----------
    run
        As the diary has it.
    alone, beside
        The analysis of its recording by itself; and with its watch, None where that could not be laid there.
    joined, watch
        The rows of the watch on the clock of the recording, and what they say by themselves.
    """

    run: Run
    alone: FileAnalysis
    beside: FileAnalysis | None
    joined: JoinedWatch | None
    watch: WatchSummary | None

    def merged(self, stands: Collection[str]) -> Merged:
        """Put it into the run but for what stands; the legs of the recording have what they have today."""
        anew = {leg for leg in self._legs() if impact_name(leg) not in stands}
        others = {leg: impact for leg, impact in self.run.impact.items() if leg not in anew}
        return merged(
            self.run if "impact" in stands else replace(self.run, impact=others),
            stands=stands,
            alone=recorded_run(self.run, self.alone),
            beside=None if self.beside is None else recorded_run(self.run, self.beside),
            watch=self.watch,
        )

    def _legs(self) -> set[str | None]:
        return {leg.summary.recording.side for leg in self.alone.legs}

    @property
    def teaches(self) -> bool:
        """Whether there is a watch from which speed can be learned."""
        return self.beside is not None and self.joined is not None

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not of today: the leg whose recording was not kept."""
        others = sorted(str(leg) for leg in self.run.impact if leg is not None and leg not in self._legs())
        return tuple(
            f"Landing impact of the {leg} leg stays as it was: its recording is not here." for leg in others
        )

    def teach(self, folder: Path) -> None:
        """Keep in a folder what a joined run teaches about speed."""
        if self.beside is not None and self.joined is not None:
            learn(self.beside, self.joined, folder)


def find_anew(home: Path, run: Run, known: AnalyzeOptions, settings: SignalSettings) -> FoundAnew:
    """Ask every source of a run again.

    Parameters
    ----------
    home
        As from `home_folder`.
    run
        One that has a recording.
    known
        What is known beside that, as `options_of_run` tells.
    settings
        Of the signal chain.

    Raises
    ------
    InputError
        If the recording is not there, is damaged, has other bytes than when it was entered, is none of this
        home, or shows no running; or the rows of the watch are damaged.
    """
    from pfp_sensors.analyse.watch_summary import watch_summary
    from pfp_sensors.store.recording_names import watch_of
    from pfp_sensors.store.watch_files import read_watch

    if run.watch is None:
        return FoundAnew(run, _analysed(home, run, known, settings), None, None, None)
    rows = read_watch(watch_of(home, run))
    alone = _analysed(home, run, replace(known, watch=None, distance_km=None), settings)
    summary = rounded_summary(watch_summary(rows))
    if known.watch is None:
        return FoundAnew(run, alone, None, None, summary)
    joined = JoinedWatch(rows, known.watch.offset_s)
    return FoundAnew(run, alone, _analysed(home, run, known, settings), joined, summary)


def _analysed(home: Path, run: Run, known: AnalyzeOptions, settings: SignalSettings) -> FileAnalysis:
    """Analyse a run's recording with what is known beside it."""
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
