"""The start questions word for word: asked by the dialogue of ``pfp setup`` and by the setup page."""

from __future__ import annotations

from typing import Final, Literal

AGGRAVATORS: Final = ("squat", "stairs", "running", "sitting")
EQUIPMENT: Final = ("box", "band", "weights", "stairs")

QUESTIONS: Final = {
    "born": "Your year of birth",
    "adult": "Have you turned 18?",
    "red_flags": "Is any of these true of your knee or leg?",
    "named": "Has a clinician called it kneecap pain (patellofemoral pain)?",
    "around": "Is the pain around or behind the kneecap?",
    "aggravators": "What brings it on?",
    "knees": "Which knee hurts?",
    "usual_pain_left": "Usual pain of the left knee on an ordinary day, at rest",
    "usual_pain_right": "Usual pain of the right knee on an ordinary day, at rest",
    "daily_pain": "Worst pain in daily life these days",
    "walk_pain": "Pain after a walk of 30 minutes",
    "longest": "Your longest run of late that left the knee no worse the next morning",
    "longest_tolerated_km": "Kilometres",
    "longest_tolerated_min": "Minutes",
    "goal_week_km": "Goal: km a week",
    "goal_longest_km": "Goal: longest run, km",
    "planned_runs": "Runs a week",
    "days": "Days that suit",
    "impact_mode": "Will you wear a motion sensor on the shin?",
    "side": "On which leg?",
    "mass_kg": "Body mass in kg",
    "height_cm": "Height in cm",
    "equipment": "What is at hand?",
    "hide_protein": "Leave out protein (your wish, or kidney disease)?",
}
"""Each question by the answer that it gives."""

SCORES: Final = "Scores are 0 to 10: 0 is no pain, 10 the worst that you can imagine."
KNEES_KEPT: Final = "Knees that hurt: both. None is left out here; a quiet one has a usual pain of 0."
ONLY_RAISED: Final = "Pain at the start is only raised here; for a lower one there is `pfp checkin`."
LONGEST_OVER: Final = "Your longest run before the diary counts no more: the runs in it are the measure."
STAYS_OPEN: Final = "Stored as yes; only `pfp clear` ends it."
MOVEMENT_FIRST: Final = "Stop a check that hurts more than 2 of 10."

MOVEMENT: Final[tuple[tuple[str, tuple[tuple[str, Literal["yes_no", "count"], str], ...]], ...]] = (
    (
        "Step slowly down from a low step, in front of a mirror or a partner.",
        (("step_down", "yes_no", "{}: did the kneecap stay over the middle of the foot?"),),
    ),
    (
        "Lie on your back and lift the hips on one leg, as often as it goes well.",
        (("bridge_reps", "count", "{}: how many"),),
    ),
    (
        "Lie on your back and lift one straight leg, as often as it goes well.",
        (("leg_raise_reps", "count", "{}: how many"),),
    ),
    (
        "Stretch the calf, then the front of the thigh.",
        (("calf_flexible", "yes_no", "{} calf: easy?"), ("thigh_flexible", "yes_no", "{} thigh: easy?")),
    ),
)
"""The four movement checks: what to do, then what is asked of each side, by the names of `Checkin`."""

MOST_REPETITIONS: Final = 200


def kept_until(name: str, shown: str, what: str) -> str:
    """Show an answer that this is not the place to change; ``what`` names it for ``pfp confirm``."""
    return f"{name}: {shown} (changes only by `pfp confirm {what}`)."


def kind_stored(typical: bool) -> str:
    """Say which kind of pain is stored."""
    return f"Stored: {'' if typical else 'not '}typical kneecap pain."
