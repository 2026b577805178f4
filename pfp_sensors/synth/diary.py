"""A diary of four weeks, made up: a runner whose right kneecap hurts and who does well, but for one day.

Synthetic, and every run and score in it says so. Days count back from now, so that it never ages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.model.diary import (
    Checkin,
    DiaryEvent,
    Exercise,
    Pain,
    Profile,
    Run,
    RunImpact,
    Score,
)

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Entry, When

SYNTHETIC_NOTE: Final = "SYNTHETIC: made up for the demo"
"""Stands beside every entry that has room for a note."""

FIRST_DAY: Final = 27
"""The diary begins so many days before now."""

EASY_MPS: Final = 2.80
EASY_SPM: Final = 161.0
USUAL_IMPACT_G: Final = 7.6
"""What the made-up runner is used to. The simulated runner runs as fast and in the same rhythm, and lands at
about 9.7 g (seed 1): harder than this one's tolerance, which is the point of the demo."""

_ASKED: Final[tuple[When, ...]] = ("before", "during", "after60", "morning")


@dataclass(frozen=True, slots=True)
class _Outing:
    days_ago: int
    km: float
    impact_g: float = USUAL_IMPACT_G
    speed_mps: float = EASY_MPS
    pain: tuple[int, int, int, int] = (1, 1, 1, 1)


_OUTINGS: Final = (
    _Outing(27, 4.2, 7.5),
    _Outing(25, 4.2, 7.7, 2.78),
    _Outing(22, 4.2, 7.6, 2.82, (1, 2, 1, 1)),
    _Outing(20, 4.0, 7.4, 2.79),
    _Outing(18, 4.1, 7.8, 2.81),
    _Outing(15, 4.2, 7.6, 2.80),
    _Outing(13, 4.2, 8.2, 2.84, (1, 4, 2, 2)),
    _Outing(10, 3.0, 7.2, 2.62),
    _Outing(7, 3.1, 7.3, 2.64),
    _Outing(3, 3.2, 7.6, 2.80, (1, 2, 1, 1)),
)
"""Ten runs; the seventh hurt, and those after it are shorter and slower."""

_STRENGTH_DAYS_AGO: Final = (26, 23, 19, 16, 12, 9, 5, 2)
_EXERCISES: Final = ("glute_bridge", "clamshell", "squat_modest")


def synthetic_profile(now: datetime) -> Profile:
    """Make the answers of the start: an adult whose right knee hurts a little, with a sensor on that leg."""
    return Profile(
        born=now.year - 36,
        adult=True,
        knees=("right",),
        usual_pain={"right": 1},
        planned_runs=3,
        impact_mode="sensor",
        screened=True,
        flags_asked=True,
        typical=True,
        daily_pain=1,
        walk_pain=1,
        longest_tolerated_km=4.5,
        longest_tolerated_min=30.0,
        goal_week_km=20.0,
        goal_longest_km=8.0,
        side="right",
        placement="shank",
        equipment=("band", "box"),
        aggravators=("stairs", "sitting"),
    )


def synthetic_entries(now: datetime) -> tuple[tuple[datetime, Entry], ...]:
    """Make ten runs with their answers, strength work, one check-in, a questionnaire and a stage.

    Parameters
    ----------
    now
        With offset. Everything lies before its day.

    Returns
    -------
    tuple of (datetime, Entry)
        When it took place, and the entry, in order of time. Limits are not among them: the rules issue those.
    """
    entries: list[tuple[datetime, Entry]] = []
    for number, outing in enumerate(_OUTINGS, 1):
        entries += _run_with_answers(now, f"r{number}", outing)
    for days_ago in _STRENGTH_DAYS_AGO:
        at = _at(now, days_ago, time(18, 30))
        entries += [(at, Exercise(at, "strength", name, pain=1, entered=at)) for name in _EXERCISES]
    begin, yesterday = _at(now, FIRST_DAY, time(6, 0)), _at(now, 1, time(19, 0))
    entries.append(
        (begin, DiaryEvent(begin, "stage", "build", "program", reason=SYNTHETIC_NOTE, entered=begin))
    )
    entries.append((begin, Score(begin, "akps", 74.0, entered=begin)))
    answers = {
        "stairs_pain": 1,
        "walk_pain": 1,
        "sleep_h": 7.5,
        "red_flags": False,
        "warning_signs": False,
        "note": SYNTHETIC_NOTE,
    }
    entries.append((yesterday, Checkin(yesterday, answers, entered=yesterday)))
    return tuple(sorted(entries, key=lambda one: one[0]))


def _run_with_answers(now: datetime, run_id: str, outing: _Outing) -> list[tuple[datetime, Entry]]:
    start = _at(now, outing.days_ago, time(7, 0))
    minutes = round(1000.0 * outing.km / outing.speed_mps / 60.0, 1)
    end = start + timedelta(minutes=minutes)
    run = Run(
        run_id,
        start,
        km=outing.km,
        minutes=minutes,
        speed_mps=outing.speed_mps,
        cadence_spm=EASY_SPM,
        steps=round(minutes * EASY_SPM),
        impact={"right": RunImpact(outing.impact_g, "good")},
        source="recording",
        synthetic=True,
        note=SYNTHETIC_NOTE,
        entered=end,
    )
    moments = (start, end, end + timedelta(hours=1), start + timedelta(days=1))
    scores = [
        (at, Pain(when, score, at, "right", run_id, entered=max(at, end), note=SYNTHETIC_NOTE))
        for when, score, at in zip(_ASKED, outing.pain, moments, strict=True)
    ]
    return [(start, run), *scores]


def _at(now: datetime, days_ago: int, clock: time) -> datetime:
    """Give a time of an earlier day, with the offset of now."""
    return datetime.combine(now.date() - timedelta(days_ago), clock, now.tzinfo)
