"""A recording read and analysed with all that is known beside it: by a person, a watch, earlier runs."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from pfp_sensors.errors import InputError
from pfp_sensors.settings import load_import_settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.gait.speed_model import SpeedModel
    from pfp_sensors.gait.speed_windows import LearningWindows
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.recording import RecordingFile
    from pfp_sensors.model.watch import JoinedWatch
    from pfp_sensors.settings import ImportSettings, SignalSettings


def read_known(path: Path, options: AnalyzeOptions, limits: ImportSettings | None = None) -> RecordingFile:
    """Read a recording as the options say.

    Raises
    ------
    InputError
        If the file cannot be read or is not what it claims.
    UsageError
        If it holds several sensors and none was chosen.
    """
    from pfp_sensors.formats.read import read_recording_file

    return read_recording_file(
        path,
        sensor=options.sensor,
        side=options.side,
        placement=options.placement,
        acc_range_g=options.acc_range_g,
        max_bytes=(limits or load_import_settings()).max_bytes,
        mapping=options.mapping,
    )


def analyse_known(file: RecordingFile, options: AnalyzeOptions, settings: SignalSettings) -> FileAnalysis:
    """Analyse every leg of a recording with what is known of its distance and speed.

    What an earlier run taught is left out where it cannot be read; a note of the first leg says so.

    Raises
    ------
    InputError
        If the rows of the watch cannot be read.
    """
    from pfp_sensors.analyse import analyse_file

    model, notes = _model(options)
    analysis = analyse_file(
        file,
        settings,
        speed_mps=options.speed_mps,
        distance_km=options.distance_km,
        joined=_joined(options),
        model=model,
    )
    return _noted(analysis, notes)


def learned_runs(paths: Iterable[Path]) -> tuple[tuple[LearningWindows, ...], tuple[str, ...]]:
    """Read what earlier runs taught about speed.

    Parameters
    ----------
    paths
        Files as `write_learned` writes them, in order of time.

    Returns
    -------
    tuple
        What each file that can be read teaches, in the same order; and a sentence for each that cannot.
    """
    from pfp_sensors.gait.speed_windows import LearningWindows
    from pfp_sensors.store.learned_files import ADVICE, read_learned

    names = tuple(one.name for one in fields(LearningWindows))
    windows, notes = [], []
    for path in paths:
        try:
            windows.append(LearningWindows(**read_learned(path, names)))
        except InputError as error:
            notes.append(f"An earlier run could not teach its speed: {error.message} {ADVICE}")
    return tuple(windows), tuple(notes)


def _joined(options: AnalyzeOptions) -> JoinedWatch | None:
    if options.watch is None:
        return None
    from pfp_sensors.model.watch import JoinedWatch
    from pfp_sensors.store.watch_files import read_watch

    return JoinedWatch(read_watch(options.watch.path), options.watch.offset_s)


def _model(options: AnalyzeOptions) -> tuple[SpeedModel | None, tuple[str, ...]]:
    """Learn how fast this person runs at which stride; not where somebody knows it of this run."""
    if not options.learned or options.watch is not None or options.speed_mps or options.distance_km:
        return None, ()
    from pfp_sensors.gait.speed_model import fold_model

    windows, notes = learned_runs(options.learned)
    return fold_model(windows), notes


def _noted(analysis: FileAnalysis, notes: tuple[str, ...]) -> FileAnalysis:
    """Add notes to those of the first leg, so that every report has them once."""
    if not notes:
        return analysis
    first, *others = analysis.legs
    facts = first.summary.recording
    summary = replace(first.summary, recording=replace(facts, notes=(*facts.notes, *notes)))
    return replace(analysis, legs=(replace(first, summary=summary), *others))
