"""Which run of the diary a person means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.entry_days import read_day
from pfp_sensors.errors import UsageError
from pfp_sensors.load.days import day_of, instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from pfp_sensors.model.diary import Run

LAST: Final = "last"
_ADVICE: Final = "`pfp runs` lists the runs with their ids; `last` means the latest, a day its only run."


def runs_in_order(runs: Iterable[Run], at: datetime) -> tuple[Run, ...]:
    """Sort runs by their start; one of which only the day is known counts as begun at 00:00."""
    return tuple(sorted(runs, key=lambda run: instant(run.start, at)))


def runs_on(runs: Iterable[Run], day: date) -> tuple[Run, ...]:
    """Pick the runs of a local day, in the order given."""
    return tuple(run for run in runs if day_of(run.start) == day)


def find_run(runs: Sequence[Run], word: str, at: datetime) -> Run:
    """Find the run that a word means: an id, ``last``, or a day with one run.

    Parameters
    ----------
    runs
        All runs of the diary.
    word
        What was typed.
    at
        Now, where the person is.

    Raises
    ------
    UsageError
        If there is none, or the day has several.
    """
    if not runs:
        raise UsageError(
            "There is no run in the diary yet.",
            "`pfp add-run` writes one down, `pfp import` brings in a recording.",
        )
    exact = [run for run in runs if run.id == word]
    named = exact or [run for run in runs if run.id.lower() == word.strip().lower()]
    if named:
        return named[0]
    ordered = runs_in_order(runs, at)
    if word.strip().lower() == LAST:
        return ordered[-1]
    found = runs_on(ordered, _day(word, ordered, at))
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(run.id for run in found)
        raise UsageError(f"There are {len(found)} runs on {day_of(found[0].start)}: {ids}.", "Give its id.")
    raise UsageError(f"There is no run on {word.strip()} in the diary.", _ADVICE)


def _day(word: str, ordered: Sequence[Run], at: datetime) -> date:
    """Read a word as a day; one that looks like none is taken for an id that is not there."""
    text = word.strip().lower()
    if text in {"today", "yesterday"} or (text[:4].isdigit() and text[4:5] == "-"):
        return read_day(word, at, "RUN")
    latest = ", ".join(run.id for run in ordered[-3:])
    raise UsageError(f"There is no run {word!r} in the diary; the latest are {latest}.", _ADVICE)
