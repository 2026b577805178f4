"""What a person's diary holds: the one shape that the store keeps, the rules judge and files carry.

Nothing here is ever filled in: what nobody said is None or absent, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

from pfp_sensors.model.diary_run import Run, RunImpact
from pfp_sensors.model.diary_terms import (
    AMBER_KINDS,
    EVENT_KINDS,
    EXERCISE_KINDS,
    IMPACT_QUALITIES,
    KNEES,
    RED_KINDS,
    SCORE_KINDS,
    WEEKDAYS,
    WHENS,
    ExerciseKind,
    ImpactMode,
    ImpactQuality,
    Knee,
    Moment,
    When,
)
from pfp_sensors.model.profile import Baseline, Profile

__all__ = [
    "AMBER_KINDS",
    "EVENT_KINDS",
    "EXERCISE_KINDS",
    "IMPACT_QUALITIES",
    "KNEES",
    "RED_KINDS",
    "SCORE_KINDS",
    "WEEKDAYS",
    "WHENS",
    "Baseline",
    "Cap",
    "Checkin",
    "DiaryEvent",
    "Entry",
    "Exercise",
    "ExerciseKind",
    "History",
    "ImpactMode",
    "ImpactQuality",
    "Knee",
    "Moment",
    "Override",
    "Pain",
    "Profile",
    "Run",
    "RunImpact",
    "Score",
    "Symptom",
    "When",
]


@dataclass(frozen=True, slots=True)
class Pain:
    """One pain score, 0-10; ``knee`` None counts for every knee that hurts.

    Attributes
    ----------
    when
        Which question it answers; ``before`` to ``morning`` belong to a run, ``day`` to a day.
    score
        None where the question was left unanswered.
    at
        The moment or, with only a date known, the day.
    run
        Id of the run it belongs to, or None.
    entered
        When it was entered; None for ``at``.
    replaces
        Id of the entry that this one corrects.
    """

    when: When
    score: int | None
    at: Moment
    knee: Knee | None = None
    run: str | None = None
    entered: datetime | None = None
    replaces: str | None = None
    note: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Symptom:
    """A warning sign or red flag: one of `AMBER_KINDS` or `RED_KINDS`, from a day on.

    ``end`` None: not over.
    """

    kind: str
    start: Moment
    end: Moment | None = None
    entered: datetime | None = None
    end_entered: datetime | None = None
    knee: Knee | None = None
    note: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Exercise:
    """Something that was done besides running."""

    at: Moment
    kind: ExerciseKind
    name: str
    pain: int | None = None
    sets: int | None = None
    reps: int | None = None
    hold_s: float | None = None
    load_kg: float | None = None
    minutes: float | None = None
    side: Knee | None = None
    knee: Knee | None = None
    rpe: int | None = None
    form_ok: bool | None = None
    session: str | None = None
    entered: datetime | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Checkin:
    """Answers of a daily or weekly check-in by name; a question left out is absent.

    Names: ``stairs_pain``, ``walk_pain`` (after 30 minutes), ``sitting_h``, ``breaks``, ``sleep_h``,
    ``sleep_quality`` (0-10), ``stress`` (0-10), ``protein_g``, ``mass_kg``, ``mood`` (0-10), ``better``
    (text: what went better), ``note`` (text); ``red_flags`` and ``warning_signs`` (each was asked
    for: whether there is any); of the movement checks, with ``_left``
    or ``_right`` behind: ``step_down`` (whether the kneecap stayed over the middle of the foot),
    ``bridge_reps``, ``leg_raise_reps``, ``calf_flexible``, ``thigh_flexible``.
    """

    at: Moment
    values: Mapping[str, Any]
    entered: datetime | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Total of a questionnaire: one of `SCORE_KINDS`."""

    at: Moment
    kind: str
    value: float
    entered: datetime | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """Limits as they were issued: in force for a run that starts at or after ``at`` (a day: 00:00)."""

    at: Moment
    km: float | None
    minutes: float | None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class DiaryEvent:
    """A stored change: one of `EVENT_KINDS`.

    ``by`` is "person", "program", or a clinician's name together with ``role`` and ``reason``.
    """

    at: Moment
    kind: str
    value: Any
    by: str
    role: str | None = None
    reason: str | None = None
    entered: datetime | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A clinician's word on one number, for a time; ``until`` None only where a red flag is cleared.

    Attributes
    ----------
    key
        A key of ``config/load.toml`` such as ``load.cap.session``, or ``red``.
    value
        The number or, for ``red``, the flag that is cleared ("all": every one).
    until
        The last day on which it holds.
    """

    at: Moment
    key: str
    value: Any
    until: date | None
    by: str
    role: str
    reason: str
    entered: datetime | None = None
    id: str | None = None


Entry = Run | Pain | Symptom | Exercise | Checkin | Score | Cap | DiaryEvent | Override


@dataclass(frozen=True, slots=True)
class History:
    """A whole diary; the order within a part does not matter."""

    profile: Profile = field(default_factory=Profile)
    runs: tuple[Run, ...] = ()
    pain: tuple[Pain, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    exercises: tuple[Exercise, ...] = ()
    checkins: tuple[Checkin, ...] = ()
    scores: tuple[Score, ...] = ()
    caps: tuple[Cap, ...] = ()
    events: tuple[DiaryEvent, ...] = ()
    overrides: tuple[Override, ...] = ()
