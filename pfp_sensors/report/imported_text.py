"""What is said after a recording was brought into the diary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.report import page, words
from pfp_sensors.report.entry_words import measured_words, named_run, run_words
from pfp_sensors.report.no_run_words import no_run_stored
from pfp_sensors.report.written_text import TAKE_BACK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from pfp_sensors.model.diary import Run
    from pfp_sensors.model.recommendation import NoRunAdvised


def imported_text(
    path: str,
    run: Run,
    how: Literal["added", "known", "understood"],
    others: Sequence[Run] = (),
    notes: Sequence[str] = (),
    *,
    dated: bool = True,
    no_run: NoRunAdvised | None = None,
) -> str:
    """Write what was understood, under which id it is, and what is missing.

    Parameters
    ----------
    path
        The recording, as given.
    run
        The run that it became, or is already.
    how
        "known": the diary had it; "understood": nothing was written.
    others
        Other runs of the same day.
    notes
        What reading the file took.
    dated
        Whether it is known when the run began.
    no_run
        Why no run was advised when it began; None where one was.
    """
    if how == "known":
        return (
            f"{path}: the diary has this recording already, as run {named_run(run)}. Nothing was written.\n"
        )
    lines = [f"SYNTHETIC: {path} was computed by a program, not run by a person."] if run.synthetic else []
    if how == "understood":
        what = run_words(run) if dated else "an unknown day"
        lines.append(f"{path}: understood as a run of {what}. Nothing was written (--dry-run).")
        lines += [] if dated else ["The file does not say when the run began: give it with --start."]
    else:
        lines.append(f"{path}: written as run {named_run(run)}. {TAKE_BACK}")
    measured = measured_words(run, dose=not dated)
    lines += [f"Measured: {measured}."] if measured else []
    lines += _missing(path, run)
    lines += [f"About the file: {note}" for note in notes]
    if others:
        same = page.listed(named_run(one) for one in others)
        lines.append(f"The same day has {same} too: if it is the same run, take one back.")
    lines += [] if no_run is None else [no_run_stored(no_run)]
    if run.impact:
        lines.append(words.NOT_KNEE_LOAD)
    if how == "added":
        lines.append(f"How was the knee? `pfp pain SCORE --when during --run {run.id}`")
    return "\n".join(lines) + "\n"


def _missing(path: str, run: Run) -> list[str]:
    """Name what the recording did not tell."""
    named = {"distance": run.km, "speed": run.speed_mps, "cadence": run.cadence_spm}
    missing = [name for name, value in named.items() if value is None]
    missing += [] if run.impact else ["landing impact"]
    return [f"Not told: {page.listed(missing)}; `pfp analyze {path}` says why."] if missing else []
