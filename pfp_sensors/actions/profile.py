"""Set a person up: what was answered goes into the diary, and what is still open is named."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.overrule import open_red_flags
from pfp_sensors.actions.setup_changes import RANGES, kept_knees, open_ranges, refuse_loosening
from pfp_sensors.actions.standing import standing_profile
from pfp_sensors.errors import UsageError
from pfp_sensors.model.diary import RED_KINDS, Checkin, DiaryEvent, Profile, Symptom
from pfp_sensors.store.diary import add_entries, put_profile, read_history

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import datetime

    from pfp_sensors.actions.setup_changes import Ranges
    from pfp_sensors.model.diary import Entry, History, ImpactMode, Knee

ADULT_AGE: Final = 18
OLDEST: Final = 110

SAFETY: Final = ("born", "adult", "flags_asked", "typical", "knees", "usual_pain")
"""What must be known before any figures are given."""

QUESTIONS: Final = (
    *SAFETY,
    "daily_pain",
    "walk_pain",
    "aggravators",
    "longest_tolerated_km",
    "longest_tolerated_min",
    "goal_week_km",
    "goal_longest_km",
    "planned_runs",
    "days",
    "impact_mode",
    "side",
    "placement",
    "mass_kg",
    "height_cm",
    "equipment",
    "hide_protein",
)
"""All questions by the field of the profile that they fill, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class SetupAnswers:
    """What was answered; the names are those of `Profile`. None or empty: not asked, or left out.

    Attributes
    ----------
    flags_asked
        True where each red flag was answered.
    red_flags
        Those answered with yes.
    usual_pain
        One score is for every knee that hurts.
    movement
        Movement checks, by the names of `Checkin`.
    """

    born: int | None = None
    adult: bool | None = None
    flags_asked: bool | None = None
    red_flags: tuple[str, ...] = ()
    typical: bool | None = None
    aggravators: tuple[str, ...] = ()
    knees: tuple[Knee, ...] = ()
    usual_pain: int | Mapping[Knee, int] = field(default_factory=dict)
    daily_pain: int | None = None
    walk_pain: int | None = None
    longest_tolerated_km: float | None = None
    longest_tolerated_min: float | None = None
    goal_week_km: float | None = None
    goal_longest_km: float | None = None
    planned_runs: int | None = None
    days: tuple[str, ...] = ()
    impact_mode: ImpactMode | None = None
    side: Knee | None = None
    placement: str | None = None
    mass_kg: float | None = None
    height_cm: float | None = None
    equipment: tuple[str, ...] = ()
    hide_protein: bool | None = None
    movement: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetupOutcome:
    """What the diary holds after the answers.

    Attributes
    ----------
    profile
        With what was confirmed since.
    open
        Questions without an answer, by name.
    red_flags
        Those that nobody has cleared.
    ranges
        What an answer may be now, by name; None where it counts no more.
    kept_knees
        Those that may not be left out any more.
    """

    profile: Profile
    open: tuple[str, ...]
    red_flags: tuple[str, ...]
    ranges: Ranges
    kept_knees: tuple[Knee, ...]

    @property
    def is_clinician_first(self) -> bool:
        """Whether no figures are given, whatever is answered next: see a clinician first."""
        return bool(self.red_flags) or self.profile.adult is False or self.profile.typical is False


def store_setup(connection: sqlite3.Connection, answers: SetupAnswers, *, at: datetime) -> SetupOutcome:
    """Store answers; what was not answered stays as it is.

    Raises
    ------
    UsageError
        If an answer is out of range or contradicts another, or would change what only `pfp confirm` changes
        or what loosens the limits. Nothing is stored then.
    """
    history = read_history(connection)
    answers = _with_age(answers, history.profile, at)
    usual = _usual_pain(answers, history.profile)
    _check_ranges(answers, usual)
    standing = standing_profile(history, at)
    refuse_loosening(answers, usual, standing, history, at)
    known = open_red_flags(history, at)
    entries: list[Entry] = [Symptom(kind, at) for kind in answers.red_flags if kind not in known]
    if answers.movement:
        entries.append(Checkin(at, dict(answers.movement)))
    if answers.impact_mode not in (None, standing.impact_mode):  # since when: X8 asks for it
        entries.append(DiaryEvent(at, "impact_mode", answers.impact_mode, "person"))
    if entries:  # first: a red flag must not be lost
        add_entries(connection, entries, at=at)
    profile = _profile_with(answers, usual, history.profile)
    if not _says_the_same(profile, history.profile):
        put_profile(connection, profile, at=at)
    return setup_state(connection, at)


def setup_state(connection: sqlite3.Connection, at: datetime) -> SetupOutcome:
    """Tell what the diary holds of the start questions, and what is open."""
    return state_of(read_history(connection), at)


def state_of(history: History, at: datetime) -> SetupOutcome:
    """Tell what a history holds of the start questions, and what is open; an empty one has them all open."""
    profile = standing_profile(history, at)
    ranges = open_ranges(history, at)
    still_open = tuple(name for name in open_questions(profile) if ranges.get(name, ()) is not None)
    flags, knees = open_red_flags(history, at), kept_knees(history, at)
    return SetupOutcome(profile, still_open, flags, ranges, knees)


def open_questions(profile: Profile) -> tuple[str, ...]:
    """Name the questions that have no answer yet, in their order."""
    return tuple(name for name in QUESTIONS if _is_open(profile, name))


def age_says(born: int, at: datetime) -> bool | None:
    """Tell from the year of birth whether a person is of age; None where the birthday decides."""
    years = at.year - born
    return None if years == ADULT_AGE else years > ADULT_AGE


def typical_from(
    diagnosed: bool | None, around: bool | None, aggravators: tuple[str, ...] | None
) -> bool | None:
    """Tell whether it is typical kneecap pain; None where the answers cannot tell.

    Parameters
    ----------
    diagnosed
        Whether a clinician has called it that.
    around
        Whether it is around or behind the kneecap.
    aggravators
        What brings it on, of the typical things; empty for none of them.
    """
    if diagnosed or (around and aggravators):
        return True
    is_told = diagnosed is not None and (around is False or (around is True and aggravators is not None))
    return False if is_told else None


def _is_open(profile: Profile, name: str) -> bool:
    if name == "usual_pain":
        return not profile.knees or not set(profile.knees) <= set(profile.usual_pain)
    if name == "aggravators":
        return not profile.aggravators and profile.typical is None
    if name in {"equipment", "hide_protein", "placement", "side"}:
        return False  # worth knowing, not worth asking for again
    return getattr(profile, name) in (None, ())


def _profile_with(answers: SetupAnswers, usual: Mapping[Knee, int], old: Profile) -> Profile:
    """Put the answers into a profile, and judge anew whether the start questions are answered."""
    names = {one.name for one in fields(Profile)}
    given = {
        one.name: getattr(answers, one.name)
        for one in fields(answers)
        if one.name in names and getattr(answers, one.name) not in (None, (), {})
    }
    profile = replace(old, **given | {"usual_pain": {**old.usual_pain, **usual}})
    return replace(profile, screened=not any(_is_open(profile, name) for name in SAFETY))


def _says_the_same(new: Profile, old: Profile) -> bool:
    """Tell whether nothing changed; that not all is answered is known without being stored."""
    return new == old or (old.screened is None and new == replace(old, screened=False))


def _with_age(answers: SetupAnswers, old: Profile, at: datetime) -> SetupAnswers:
    """Tell from the year of birth whether a person is of age, where it can be told."""
    born = answers.born if answers.born is not None else old.born
    if born is None:
        return answers
    if not at.year - OLDEST <= born <= at.year:
        raise UsageError(
            f"The year of birth is {born}; expected is one from {at.year - OLDEST} to {at.year}.",
            "Give the year with four digits, such as 1990.",
        )
    of_age = age_says(born, at)
    if of_age is None:
        return answers
    if answers.adult is not None and answers.adult is not of_age:
        word = "" if answers.adult else " not"
        raise UsageError(
            f"Born in {born}, and{word} {ADULT_AGE} or older: one of the two cannot be.",
            "Correct one of them.",
        )
    return replace(answers, adult=of_age)


def _usual_pain(answers: SetupAnswers, old: Profile) -> Mapping[Knee, int]:
    """Give the usual pain that was answered, by knee."""
    if not isinstance(answers.usual_pain, int):
        return answers.usual_pain
    knees = answers.knees or old.knees
    if not knees:
        raise UsageError(
            "Usual pain was given, but not of which knee.", "Say so: --knee left, right or both."
        )
    return dict.fromkeys(knees, answers.usual_pain)


def _check_ranges(answers: SetupAnswers, usual: Mapping[Knee, int]) -> None:
    for name, (low, high) in RANGES.items():
        value = getattr(answers, name)
        if value is not None and not low <= value <= high:
            raise UsageError(f"{name} is {value:g}; expected is {low:g} to {high:g}.", "Correct it.")
    for knee, score in usual.items():
        if not 0 <= score <= 10:
            raise UsageError(f"Usual pain, {knee} knee, is {score}; expected is 0 to 10.", "Correct it.")
    unknown = [kind for kind in answers.red_flags if kind not in RED_KINDS]
    if unknown:
        raise UsageError(f"{unknown[0]} is no red flag.", f"Give any of {', '.join(RED_KINDS)}.")
