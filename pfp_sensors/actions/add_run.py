"""A run typed into the diary, without any sensor."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.add_pain import pain_cautions
from pfp_sensors.actions.entry_ranges import check_range, check_scale
from pfp_sensors.actions.find_run import runs_on
from pfp_sensors.actions.new_run import add_with_run_id
from pfp_sensors.actions.overrule import open_red_flags
from pfp_sensors.actions.pain_place import felt_at
from pfp_sensors.actions.standing_entries import read_back, standing_entries
from pfp_sensors.errors import UsageError
from pfp_sensors.load.advised_then import no_run_advised
from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import Pain, Run
from pfp_sensors.model.written import Known, Written

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from pfp_sensors.model.diary import Entry, Knee, Moment, When
    from pfp_sensors.model.written import Caution
    from pfp_sensors.settings.load_rules import LoadSettings

SPEED_MPS: Final = (0.3, 12.0)
"""A speed of running or walking can be."""

_RANGES: Final[tuple[tuple[str, float, float, str], ...]] = (
    ("minutes", 0.1, 1440.0, "min"),
    ("km", 0.01, 300.0, "km"),
    ("speed_mps", *SPEED_MPS, "m/s"),
    ("cadence_spm", 50.0, 300.0, "steps a minute"),
    ("downhill_min", 0.0, 1440.0, "min"),
)
"""What can be true of a run: a slip of the keyboard is refused, no norm is meant."""

_FASTEST_MPS: Final = 7.5
"""Faster than any person runs a kilometre: distance and time do not belong together."""

_OLDEST_Y: Final = 5
"""An older day is taken for a slip of the keyboard: nothing judges by it."""


@dataclass(frozen=True, slots=True)
class RunGiven:
    """A run as a person gives it; what is not known stays None. ``pain`` is by question."""

    start: Moment
    minutes: float | None = None
    km: float | None = None
    speed_mps: float | None = None
    cadence_spm: float | None = None
    rpe: int | None = None
    downhill_min: float | None = None
    note: str | None = None
    pain: Mapping[When, int] = field(default_factory=dict)
    knee: Knee | None = None


def add_run(home: Path, given: RunGiven, settings: LoadSettings, *, at: datetime) -> Written:
    """Write a run down, with its pain scores, as one act.

    Parameters
    ----------
    home
        The folder of the person's own data; made if it is not there.
    given
        What is known of it; at least its minutes or its kilometres.
    settings
        From `load_load_settings`.
    at
        Now, where the person is.

    Returns
    -------
    Written
        With the other runs of that day, and the scores that were written with it.

    Raises
    ------
    UsageError
        If a number cannot be true, neither minutes nor kilometres are known, or the very same run is there.
    InputError, PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.store.database import open_diary

    check_run_given(given)
    _check_day(day_of(given.start), at)
    with contextlib.closing(open_diary(home)) as diary:
        known = [one.entry for one in standing_entries(diary, "run") if isinstance(one.entry, Run)]
        same_day = runs_on(known, day_of(given.start))
        _refuse_same(same_day, given)
        ids = add_with_run_id(diary, lambda run_id: _entries(run_id, given, at), at=at)
        return _written(diary, ids, same_day, settings, at)


def check_run_given(given: RunGiven) -> None:
    """Check that the numbers of a run can be true, also together.

    Raises
    ------
    UsageError
        If one cannot.
    """
    if given.minutes is None and given.km is None:
        raise UsageError("Neither --minutes nor --km is given.", "Give the minutes of running, or both.")
    for name, low, high, unit in _RANGES:
        check_range(getattr(given, name), _option(name), low, high, unit)
    check_scale(given.rpe, "--rpe")
    for when, score in given.pain.items():
        check_scale(score, f"--pain-{when}")
    _check_together(given, _option)


def check_run(run: Run, changed: str) -> None:
    """Check a corrected run as one that is typed in, where the value that was changed has a part in it.

    Parameters
    ----------
    run
        With the correction.
    changed
        Which value, by its name in the history file.

    Raises
    ------
    UsageError
        If it cannot be true.
    """
    for name, low, high, unit in _RANGES:
        if name == changed:
            check_range(getattr(run, name), name, low, high, unit)
    if changed in {"km", "minutes", "downhill_min"}:
        _check_together(run, str)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _check_together(run: RunGiven | Run, named: Callable[[str], str]) -> None:
    """Check that distance, time and downhill belong together."""
    if run.km is not None and run.minutes is not None:
        speed_mps = run.km * 1000.0 / (run.minutes * 60.0)
        if speed_mps > _FASTEST_MPS:
            raise UsageError(
                f"{run.km:g} km in {run.minutes:g} min is faster than anybody runs.",
                f"Correct {named('km')} (kilometres) or {named('minutes')}.",
            )
    if run.downhill_min is not None and run.minutes is not None and run.downhill_min > run.minutes:
        raise UsageError(
            f"{named('downhill_min')} is {run.downhill_min:g}, more than the {run.minutes:g} minutes of the "
            "run.",
            "Give the minutes of it that went downhill.",
        )


def _check_day(day: date, at: datetime) -> None:
    if day.year < at.year - _OLDEST_Y:
        raise UsageError(
            f"--date is {day}; that is more than {_OLDEST_Y} years back.",
            "Is the year right? A run as old as that changes no limit, so it can be left out.",
        )


def _refuse_same(same_day: Sequence[Run], given: RunGiven) -> None:
    """Refuse a run that the diary has with the same clock, or typed with the same numbers."""
    for run in same_day:
        typed_again = run.source == "typed" and (run.km, run.minutes) == (given.km, given.minutes)
        if run.start == given.start and (isinstance(given.start, datetime) or typed_again):
            raise UsageError(
                f"The diary has this run already: {run.id}.",
                f"Change it with `pfp edit {run.id} KEY VALUE`. Was it another run of that day? Give --time.",
            )


def _entries(run_id: str, given: RunGiven, at: datetime) -> list[Entry]:
    run = Run(
        id=run_id,
        start=given.start,
        km=given.km,
        minutes=given.minutes,
        speed_mps=given.speed_mps,
        cadence_spm=given.cadence_spm,
        rpe=given.rpe,
        downhill_min=given.downhill_min,
        note=given.note,
        source="typed",
    )
    scores = [
        Pain(when, score, felt_at(run, when, at), given.knee, run_id) for when, score in given.pain.items()
    ]
    return [run, *scores]


def _written(
    diary: sqlite3.Connection,
    ids: Sequence[str],
    same_day: tuple[Run, ...],
    settings: LoadSettings,
    at: datetime,
) -> Written:
    from pfp_sensors.store.diary import read_history

    with_it = tuple(Known(one, read_back(diary, one)) for one in ids[1:])
    scores = [one.entry for one in with_it if isinstance(one.entry, Pain)]
    history = read_history(diary)
    cautions = {caution for pain in scores for caution in pain_cautions(pain, None, history, settings, at=at)}
    run = read_back(diary, ids[0])
    no_run = no_run_advised(history, run, at.tzinfo, settings) if isinstance(run, Run) else None
    others: tuple[Caution, ...] = ("runs_of_day",) if same_day else ()
    unadvised: tuple[Caution, ...] = ("no_run_advised",) if no_run else ()
    stopped: tuple[Caution, ...] = ("red_flag_open",) if open_red_flags(history, at) else ()
    return Written(
        ids[0],
        run,
        other_runs=same_day,
        with_it=with_it,
        cautions=(*others, *unadvised, *sorted(cautions), *stopped),
        no_run=no_run,
    )
