"""The words of a diary: kinds of entries, answers, signs and changes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal, get_args

Knee = Literal["left", "right"]
When = Literal["before", "during", "after60", "morning", "day"]
ImpactQuality = Literal["good", "low", "censored"]
ImpactMode = Literal["sensor", "none"]
DistanceSource = Literal["imu", "treadmill", "watch", "model"]
ExerciseKind = Literal["strength", "mobility", "drill", "cross"]

Moment = datetime | date
"""A moment with its offset or, where only the day is known, that local day."""

KNEES: Final[tuple[Knee, ...]] = get_args(Knee)
WHENS: Final[tuple[When, ...]] = get_args(When)
IMPACT_QUALITIES: Final[tuple[ImpactQuality, ...]] = get_args(ImpactQuality)
DISTANCE_SOURCES: Final[tuple[DistanceSource, ...]] = get_args(DistanceSource)
"""``imu``: the sensor on the shin; ``model``: that, corrected by what runs with a watch taught."""

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
``retrain``: whether the person opted into softer-landing practice. Values are plain, as a file has them: a
day is a text, scores by knee are an object.
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
