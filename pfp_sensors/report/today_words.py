"""Words of the first page: the last run in one line, what is recording, and what a crash left open."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pfp_sensors.report import page
from pfp_sensors.report.entry_words import measured_words, named_run, score_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from pfp_sensors.load.seen import SeenRun
    from pfp_sensors.model.diary import Pain, Run


def last_run_words(one: SeenRun) -> tuple[str, str]:
    """Describe a run in one line: its day, which a link carries, and what is known of it."""
    run = one.run
    synthetic = "SYNTHETIC: " if run.synthetic else ""
    known = measured_words(run, dose=True) or "distance and minutes are not known"
    return f"{page.day_words(one.day)}, {run.id}", f"{synthetic}{known}"


def entered_words(scores: Iterable[Pain]) -> str:
    """Say which scores of a day are there already; empty where none is."""
    found = [score_words(one) + (f" ({one.knee} knee)" if one.knee else "") for one in scores]
    return f"entered so far: {page.listed(found)}" if found else ""


def lowered_words(one: Pain, score: int) -> str:
    """Ask whether a score that was entered today shall become a lower one."""
    clock = f" at {one.entered:%H:%M}" if isinstance(one.entered, datetime) else ""
    return f"You entered {one.score}{clock}. Change it to {score}?"


def left_open_words(days: Sequence[date | None]) -> str:
    """Say that recordings were not finished, and that nothing written of them is lost."""
    known = [page.day_words(day) for day in days if day is not None]
    of = f" of {page.listed(dict.fromkeys(known))}" if known else ""
    what = "A recording" if len(days) == 1 else f"{len(days)} recordings"
    verb = "was" if len(days) == 1 else "were"
    return (
        f"{what}{of} {verb} left open, as after a crash or an empty battery. What was written until then "
        "is there; finishing it can take a minute."
    )


def finished_words(name: str, rows: Mapping[str, int], notes: Sequence[str]) -> list[str]:
    """Say what a recording that was left open holds."""
    counts = page.listed(f"{sensor} {count} samples" for sensor, count in rows.items())
    return [f"Finished: recording {name}" + (f", {counts}." if counts else "."), *notes]


def entered_run_words(run: Run | None, marked: Sequence[int]) -> str:
    """Say as which run a recording came into the diary; None where no running was found in it."""
    if run is None:
        return "No running was found in it, so it is not in the diary."
    synthetic = ", SYNTHETIC" if run.synthetic else ""
    pain = f", with the worst pain that was marked, {max(marked)}/10" if marked else ""
    return f"It is in the diary as {named_run(run)}{synthetic}{pain}."
