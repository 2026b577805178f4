"""A run that has both a recording and a watch's rows: its figures, and what it teaches about speed."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from pfp_sensors.actions.edited_figures import FIGURES
from pfp_sensors.actions.run_from_summary import run_from_analysis

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.watch import JoinedWatch


def with_analysis(run: Run, analysis: FileAnalysis, edited: Collection[str] = ()) -> Run:
    """Put the figures of an analysis into a run; those that the person corrected stand."""
    new = run_from_analysis(analysis, run.id, run.start, source=run.source or "import")
    figures = {name: getattr(new, name) for name in FIGURES if name not in edited}
    source = run.distance_source if "km" in edited else new.distance_source
    synthetic = bool(run.synthetic or new.synthetic)
    return replace(run, method=new.method, distance_source=source, synthetic=synthetic, **figures)


def learn(analysis: FileAnalysis, joined: JoinedWatch, folder: Path) -> None:
    """Keep what a joined run teaches about speed beside the rows of its watch, if it teaches anything.

    Raises
    ------
    UsageError, PfpError
        If the folder cannot be written.
    """
    from pfp_sensors.gait.speed_windows import learning_windows
    from pfp_sensors.store.learned_files import write_learned
    from pfp_sensors.store.watch_names import LEARNED_NAME

    best = max(analysis.legs, key=lambda leg: leg.summary.quality.coverage or 0.0)
    windows = learning_windows(best, joined)
    if len(windows.speed_mps) == 0:
        (folder / LEARNED_NAME).unlink(missing_ok=True)
        return
    write_learned(folder, {one.name: getattr(windows, one.name) for one in fields(windows)})
