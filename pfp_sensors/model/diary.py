"""What a person's diary holds: the one shape that the store keeps, the rules judge and files carry.

Nothing here is ever filled in: what nobody said is None or absent, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

Knee = Literal["left", "right"]
When = Literal["before", "during", "after60", "morning", "day"]
ImpactQuality = Literal["good", "low", "censored"]
ImpactMode = Literal["sensor", "none"]
ExerciseKind = Literal["strength", "mobility", "drill", "cross"]

Moment = datetime | date
"""A moment with its offset or, where only the day is known, that local day."""

KNEES: Final[tuple[Knee, ...]] = get_args(Knee)
WHENS: Final[tuple[When, ...]] = get_args(When)
IMPACT_QUALITIES: Final[tuple[ImpactQuality, ...]] = get_args(ImpactQuality)
EXERCISE_KINDS: Final[tuple[ExerciseKind, ...]] = get_args(ExerciseKind)
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SCORE_KINDS: Final = ("akps", "koos-pf", "uwri")

EVENT_KINDS: Final = (
    "stage",
    "usual_pain",
    "baseline",
    "goal",
    "plan",
    "plan_issued",
    "impact_mode",
    "retrain",
)
"""Stored changes, by kind what the value is.

``stage``: a stage's name; ``usual_pain``: a score, or scores by knee; ``baseline``: as in the profile's file
form, with an optional ``context``; ``goal``: ``week_km`` and ``longest_km``; ``plan``: ``planned_runs`` and
``days``; ``plan_issued``: the first day of a week that was planned; ``impact_mode``: sensor or none;
``retrain``: whether the person opted into softer-landing practice.
"""

AMBER_KINDS: Final = {
    "lingering_tenderness": "tenderness that lingers after a session",
    "night_pain_worse": "night pain that is getting worse",
    "swelling": "new, mild swelling",
    "morning_stiffness": "more stiffness in the morning",
}
"""Warning signs that hold the load (load.md 2, warn)."""

RED_KINDS: Final = {
    "hot_swollen_fever": "a hot, red or swollen knee with fever or feeling ill",
    "trauma": "a significant injury, a pop, or a change of shape",
    "cannot_bear_weight": "you cannot take four steps on it, or cannot move the knee",
    "locking": "the knee locks",
    "large_swelling": "a large swelling, or one that came within about a day",
    "giving_way": "the knee gives way and feels unstable",
    "constant_night_pain": "constant pain at night, or at rest, unrelated to what you do",
    "numbness_or_calf": "numbness or weakness, a cold foot, or swelling or pain of the calf",
    "weight_loss_or_mass": "unexplained weight loss, a hard lump, or a history of cancer",
    "bone_tenderness": "pain on pressing one spot of the bone, or on a hop",
}
"""Signs that stop all running advice until a clinician has cleared them (load.md 8.1)."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Frozen reference of one leg at an easy speed; None where unknown."""

    impact_resultant_g: float | None = None
    speed_mps: float | None = None
    cadence_spm: float | None = None
    slope_g_per_mps: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What the person said of themselves at the start; `DiaryEvent` holds what they confirmed since.

    Attributes
    ----------
    born
        Year of birth.
    adult
        Whether the person said that they have turned 18; None where nobody asked.
    knees
        Those that hurt.
    usual_pain
        0-10 on an ordinary day at rest, by knee; a knee that is missing was not asked.
    planned_runs
        Runs a week.
    days
        Weekdays that suit runs: "mon" ... "sun".
    impact_mode
        None where nobody chose.
    baseline
        By leg; the key None is for one whose leg is unknown.
    screened
        Whether the start questions were answered; the red flags among them are symptoms. None: a year of
        birth, knees and usual pain together count as screened (interface.md).
    flags_asked
        Whether each red flag was asked for at the start and answered; a part of ``screened``.
    typical
        Whether the pain is diagnosed or typical kneecap pain; None where nobody said.
    daily_pain, walk_pain
        0-10 in daily life, and after a 30-minute walk, at the start.
    longest_tolerated_km, longest_tolerated_min
        The longest run that left the knee no worse next morning.
    side, placement
        Where the sensor is worn.
    equipment
        What is at hand: "box", "band", "weights", "stairs".
    hide_protein
        Whether nothing is said of protein (wish, or kidney disease).
    """

    born: int | None = None
    adult: bool | None = None
    knees: tuple[Knee, ...] = ()
    usual_pain: Mapping[Knee, int] = field(default_factory=dict)
    mass_kg: float | None = None
    height_cm: float | None = None
    goal_week_km: float | None = None
    goal_longest_km: float | None = None
    planned_runs: int | None = None
    days: tuple[str, ...] = ()
    impact_mode: ImpactMode | None = None
    baseline: Mapping[Knee | None, Baseline] = field(default_factory=dict)
    screened: bool | None = None
    flags_asked: bool | None = None
    typical: bool | None = None
    daily_pain: int | None = None
    walk_pain: int | None = None
    longest_tolerated_km: float | None = None
    longest_tolerated_min: float | None = None
    side: Knee | None = None
    placement: str | None = None
    equipment: tuple[str, ...] = ()
    aggravators: tuple[str, ...] = ()
    hide_protein: bool | None = None


@dataclass(frozen=True, slots=True)
class RunImpact:
    """Landing impact of a run: median resultant peak in g, and whether it can be judged by."""

    resultant_g: float | None
    quality: ImpactQuality


@dataclass(frozen=True, slots=True)
class Run:
    """One run. Kilometres, minutes and steps are of running only; None where unknown.

    Attributes
    ----------
    id
        Names it for ever.
    start
        With its offset where a clock was there; the day where only that is known.
    impact
        By leg; the key None is for a sensor whose leg is unknown. Empty: not measured.
    pain
        The short form of a file: one score per item, for every knee that hurts. The store holds `Pain`.
    source
        "recording", "import", "typed", or what a file says.
    sha256
        Of the recording or file it was read from.
    recording
        Folder of the recording below the home, with forward slashes.
    method
        Which method and settings of the analysis made its figures; None where no analysis did.
    synthetic
        Whether it was computed.
    entered
        When it came into the diary; None for when it took place.
    """

    id: str
    start: Moment
    km: float | None = None
    minutes: float | None = None
    speed_mps: float | None = None
    cadence_spm: float | None = None
    steps: int | None = None
    impact: Mapping[Knee | None, RunImpact] = field(default_factory=dict)
    downhill_min: float | None = None
    rpe: int | None = None
    pain: Mapping[When, int | None] = field(default_factory=dict)
    source: str | None = None
    sha256: str | None = None
    recording: str | None = None
    method: str | None = None
    synthetic: bool | None = None
    note: str | None = None
    entered: datetime | None = None


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
