"""What is said after a recording was brought into the diary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.report import page, words
from pfp_sensors.report.entry_words import measured_words, named_run, run_words
from pfp_sensors.report.no_run_words import no_run_stored
from pfp_sensors.report.understood_text import understood_lines
from pfp_sensors.report.watch_text import joined_line, watch_lines
from pfp_sensors.report.written_text import TAKE_BACK

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.imported import Imported


def imported_text(one: Imported, shown: str | None = None) -> str:
    """Write what was understood, under which id it is, and what is missing.

    Parameters
    ----------
    one
        What became of a recording or of a run of a watch.
    shown
        What to call the file; None: as it was given.
    """
    path, run = shown or one.path, one.run
    if one.how == "known":
        said = f"{path}: the diary has this already, as run {named_run(run)}. Nothing was written."
        return "\n".join([said, *one.notes]) + "\n"
    lines = [f"SYNTHETIC: {path} was computed by a program, not run by a person."] if run.synthetic else []
    lines += _what_became(one, path)
    if one.met is not None:
        lines.append(joined_line(one.met, would=one.how == "understood"))
    measured = measured_words(run, dose=not one.dated)
    lines += [f"Measured: {measured}."] if measured else []
    lines += _not_by_watch(run) if run.source == "watch" and run.method is None else _missing(path, run)
    lines += [f"About the file: {note}" for note in one.notes]
    if one.other_runs:
        same = page.listed(named_run(other) for other in one.other_runs)
        lines.append(f"The same day has {same} too: if it is the same run, take one back.")
    lines += [] if one.no_run is None else [no_run_stored(one.no_run)]
    if run.impact:
        lines.append(words.NOT_KNEE_LOAD)
    if one.how in {"added", "joined"}:
        lines.append(f"How was the knee? `pfp pain SCORE --when during --run {run.id}`")
    return "\n".join(lines) + "\n"


def _what_became(one: Imported, path: str) -> list[str]:
    run = one.run
    if one.how == "added":
        return [f"{path}: written as run {named_run(run)}. {TAKE_BACK}"]
    if one.how == "joined":
        return [f"{path}: now part of run {named_run(run)}. {TAKE_BACK}"]
    what = run_words(run) if one.dated else "an unknown day"
    lines = [f"{path}: understood as a run of {what}. Nothing was written (--dry-run)."]
    lines += [] if one.dated else ["The file does not say when the run began: give it with --start."]
    if one.watch is not None:
        return [*lines, *watch_lines(one.watch)]
    return lines if one.recording is None else [*lines, *understood_lines(one.recording)]


def _missing(path: str, run: Run) -> list[str]:
    """Name what the file did not tell, and where an analysis has the reasons."""
    named = {"distance": run.km, "speed": run.speed_mps, "cadence": run.cadence_spm}
    missing = [name for name, value in named.items() if value is None]
    missing += [] if run.impact else ["landing impact"]
    why = f"; `pfp analyze {path}` says why" if run.method is not None else ""
    return [f"Not told: {page.listed(missing)}{why}."] if missing else []


def _not_by_watch(run: Run) -> list[str]:
    """Name what a watch did not tell; landing impact it never does."""
    named = {"distance": run.km, "cadence": run.cadence_spm, "heart rate": run.heart_rate_bpm}
    missing = [name for name, value in named.items() if value is None]
    return [f"Not told by the watch: {page.listed(missing)}."] if missing else []
