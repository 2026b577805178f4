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
from pfp_sensors.actions.pain_place import felt_at
from pfp_sensors.actions.standing_entries import read_back, standing_entries
from pfp_sensors.errors import UsageError
from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import Pain, Run
from pfp_sensors.model.written import Known, Written

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pfp_sensors.model.diary import Entry, Knee, Moment, When
    from pfp_sensors.model.written import Caution
    from pfp_sensors.settings.load_rules import LoadSettings

_RANGES: Final[tuple[tuple[str, str, float, float, str], ...]] = (
    ("minutes", "--minutes", 0.1, 1440.0, "min"),
    ("km", "--km", 0.01, 300.0, "km"),
    ("speed_mps", "--speed-mps", 0.3, 12.0, "m/s"),
    ("cadence_spm", "--cadence-spm", 50.0, 300.0, "steps a minute"),
    ("downhill_min", "--downhill-min", 0.0, 1440.0, "min"),
)
"""What can be true of a run: a slip of the keyboard is refused, no norm is meant."""

_FASTEST_MPS: Final = 7.5
"""Faster than any person runs a kilometre: distance and time do not belong together."""


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
    for name, option, low, high, unit in _RANGES:
        check_range(getattr(given, name), option, low, high, unit)
    check_scale(given.rpe, "--rpe")
    for when, score in given.pain.items():
        check_scale(score, f"--pain-{when}")
    if given.km is not None and given.minutes is not None:
        speed_mps = given.km * 1000.0 / (given.minutes * 60.0)
        if speed_mps > _FASTEST_MPS:
            raise UsageError(
                f"{given.km:g} km in {given.minutes:g} min is faster than anybody runs.",
                "Correct --km (kilometres) or --minutes.",
            )
    if given.downhill_min is not None and given.minutes is not None and given.downhill_min > given.minutes:
        raise UsageError(
            f"--downhill-min is {given.downhill_min:g}, more than the {given.minutes:g} minutes of the run.",
            "Give the minutes of it that went downhill.",
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
    with_it = tuple(Known(one, read_back(diary, one)) for one in ids[1:])
    scores = [one.entry for one in with_it if isinstance(one.entry, Pain)]
    cautions = {caution for pain in scores for caution in pain_cautions(pain, None, settings, at=at)}
    others: tuple[Caution, ...] = ("runs_of_day",) if same_day else ()
    return Written(
        ids[0],
        read_back(diary, ids[0]),
        other_runs=same_day,
        with_it=with_it,
        cautions=(*others, *sorted(cautions)),
    )
