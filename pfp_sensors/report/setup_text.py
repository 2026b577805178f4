"""Words of the start: what the program is and is not, when a clinician comes first, what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS
from pfp_sensors.report.red_flag_words import NOT_A_DIAGNOSIS, WHOM_TO_SEE, flag_advice
from pfp_sensors.report.words import paragraph, row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from pfp_sensors.model.diary import Profile

ABOUT: Final = (
    "pfp keeps a diary of your runs and your knee, and works out from it how far the next run may go at "
    "most. Pain decides first, landing impact second.",
    "It is not a diagnosis, it does not know your knee, and it promises nothing. It is for adults with "
    "kneecap pain. A clinician's word comes before its own.",
    "Landing impact is how hard the shin is shaken at landing. It is not the load on the kneecap, and no "
    "limit for it has been tested in people with kneecap pain.",
    "Fitting the load to the knee, together with knowing why, did as well in a trial with 69 runners as "
    "adding exercises or a new way of running. The evidence for cues (softer steps, quicker steps) is "
    "thin: small groups, short times.",
    "What you enter stays on this computer.",
)
"""Read once at the start: short, and no more certain than the evidence."""

MINOR: Final = (
    "This program is for adults. Growing knees have reasons of their own to hurt: please see a clinician "
    "first, with a parent or guardian. It gives no figures for runs."
)
UNTYPICAL: Final = (
    "What you describe is not typical kneecap pain, and the limits here are made for that. Please see a "
    "clinician first, to find out what it is. The program gives no figures for runs until then."
)
FIRST: Final = "Please have this looked at first:"
_SWELLING_ADVICE: Final = (
    "Swelling that lasts for more than a week, or has come back: within a few days. See a doctor or a "
    "physiotherapist."
)

OPEN_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "born": ("year of birth", "--born"),
    "adult": ("whether you are 18 or older", "--adult or --no-adult"),
    "flags_asked": ("the ten signs that belong to a clinician", "--no-red-flags or --red-flag"),
    "typical": ("whether it is typical kneecap pain", "--typical"),
    "knees": ("which knee hurts", "--knee"),
    "usual_pain": ("usual pain", "--usual-pain"),
    "daily_pain": ("pain in daily life", "--daily-pain"),
    "walk_pain": ("pain after a walk of 30 minutes", "--walk-pain"),
    "aggravators": ("what brings it on", "--aggravators"),
    "longest_tolerated_km": ("longest run the knee took well, km", "--longest-km"),
    "longest_tolerated_min": ("longest run the knee took well, min", "--longest-min"),
    "goal_week_km": ("goal for a week", "--goal-week-km"),
    "goal_longest_km": ("goal for the longest run", "--goal-longest-km"),
    "planned_runs": ("runs a week", "--planned-runs"),
    "days": ("days that suit", "--days"),
    "impact_mode": ("whether a sensor is worn", "--impact-mode"),
    "side": ("leg that carries the sensor", "--side"),
    "placement": ("where the sensor is worn", "--placement"),
    "mass_kg": ("body mass", "--mass-kg"),
    "height_cm": ("height", "--height-cm"),
    "equipment": ("what is at hand", "--equipment"),
    "hide_protein": ("whether protein is left out", "--hide-protein"),
}
"""Each start question in a few words, with the option that answers it."""

_STORED_WORDS: Final = {
    "adult": "18 or older",
    "flags_asked": "Ten signs asked",
    "typical": "Typical pain",
    "daily_pain": "Daily pain",
    "walk_pain": "After a walk",
    "aggravators": "Brought on by",
    "longest_tolerated_km": "Taken well, up to",
    "longest_tolerated_min": "and in minutes",
    "goal_longest_km": "Goal, longest",
    "impact_mode": "Sensor",
    "side": "Sensor leg",
    "placement": "Worn on the",
    "equipment": "At hand",
    "hide_protein": "Protein left out",
}
"""Names of what is stored, where those of the questions are too long for a table."""

_UNITS: Final = {
    "daily_pain": "/10",
    "walk_pain": "/10",
    "longest_tolerated_km": " km",
    "longest_tolerated_min": " min",
    "goal_week_km": " km",
    "goal_longest_km": " km",
    "mass_kg": " kg",
    "height_cm": " cm",
}


def about_text() -> str:
    """Say what the program does and what it is not."""
    return "\n".join(paragraph(part) for part in ABOUT)


def clinician_first_text(flags: Iterable[str], *, minor: bool, untypical: bool) -> str:
    """Say calmly whom to see and why there are no figures; empty where nothing speaks against them."""
    advice, notes = clinician_first(flags, minor=minor, untypical=untypical)
    parts = [FIRST, *(paragraph(one, "  - ", "    ") for one in advice)] if advice else []
    return "\n".join([*parts, *(paragraph(note) for note in notes)])


def clinician_first(
    flags: Iterable[str], *, minor: bool, untypical: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give what to say of each flag, below `FIRST`, and the sentences after them, each on one line."""
    flags = [*flags]
    advice = [flag_advice(flag) for flag in WHOM_TO_SEE if flag in flags]
    advice += [_SWELLING_ADVICE for flag in flags if flag not in RED_KINDS]
    notes = []
    if advice:
        notes.append(
            f"{NOT_A_DIAGNOSIS} No running and no exercises until then. Once a clinician has cleared it, "
            "enter that with `pfp clear`."
        )
    notes += [MINOR] if minor else []
    notes += [UNTYPICAL] if untypical else []
    return tuple(advice), tuple(notes)


def day_score_words(score: int, day: date | None) -> tuple[str, str]:
    """Say that pain on stairs needs a score of its day to reach the limits, and the command for it.

    ``day`` None is today.
    """
    name, when = ("today", "") if day is None else (f"{day}", f" --date {day}")
    words = (
        f"Pain on stairs and after a walk does not change the limits by itself, and {name} has no score of "
        f"its own. If {score} was the worst of the day, enter it:"
    )
    return words, f"pfp pain {score} --when day{when}"


def day_score_text(score: int, day: date | None) -> str:
    """Write `day_score_words` as lines of a terminal."""
    words, command = day_score_words(score, day)
    return f"{paragraph(words)}\n  {command}"


def profile_text(profile: Profile) -> str:
    """List what is stored of a person."""
    rows = profile_rows(profile)
    if not rows:
        return "Nothing is stored yet."
    return "\n".join(["Stored:", *(row(name, shown) for name, shown in rows)])


def profile_rows(profile: Profile) -> list[tuple[str, str]]:
    """Name what is stored of a person, with what it is."""
    return [
        (_STORED_WORDS.get(name, f"{words[0].upper()}{words[1:]}"), shown)
        for name, (words, _) in OPEN_WORDS.items()
        if (shown := _shown(profile, name))
    ]


def open_text(names: Iterable[str], *, by_option: bool) -> str:
    """List open questions, each with its option where it is to be answered by one; empty without any."""
    lines = [
        paragraph(f"{words} ({option})" if by_option else words, "  - ", "    ")
        for words, option in (OPEN_WORDS[name] for name in names)
    ]
    return "\n".join(["Still open:", *lines]) if lines else ""


def symptom_question(kind: str) -> str:
    """Name a warning sign or red flag as a question with a capital letter."""
    words = RED_KINDS.get(kind) or AMBER_KINDS[kind]
    return f"{words[0].upper()}{words[1:]}?"


def _shown(profile: Profile, name: str) -> str:
    value = getattr(profile, name)
    if value is None or value in ((), {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "usual_pain":
        return ", ".join(f"{knee} {score}/10" for knee, score in sorted(value.items()))
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, str):
        return value
    return f"{value:g}{_UNITS.get(name, '')}"
