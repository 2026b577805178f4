"""What `pfp setup` may change of an answer that is stored: nothing that would loosen the limits (X4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import UsageError
from pfp_sensors.load.screening import screen
from pfp_sensors.load.seen import see
from pfp_sensors.settings.load import load_load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pfp_sensors.actions.profile import SetupAnswers
    from pfp_sensors.model.diary import History, Knee, Profile

    Ranges = Mapping[str, tuple[float, float] | None]

RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "mass_kg": (20, 300),
    "height_cm": (100, 250),
    "goal_week_km": (1, 300),
    "goal_longest_km": (1, 100),
    "planned_runs": (1, 7),
    "daily_pain": (0, 10),
    "walk_pain": (0, 10),
    "longest_tolerated_km": (0.1, 100),
    "longest_tolerated_min": (1, 1440),
}
"""What an answer may be: a slip of the keyboard is refused, no norm is meant."""

START_PAIN: Final = {"daily_pain": "Pain in daily life", "walk_pain": "Pain after a walk"}
"""Scores of the start, which decide where running begins."""

LONGEST: Final = {"longest_tolerated_km": "km", "longest_tolerated_min": "min"}
"""The longest run that was taken well, by unit."""

_CONFIRMED_ONLY: Final = {
    "goal_week_km": "goal",
    "goal_longest_km": "goal",
    "planned_runs": "plan",
    "days": "plan",
    "impact_mode": "plan",
}
_SLIP: Final = "A slip just now: `pfp undo`."


def open_ranges(history: History, at: datetime) -> Ranges:
    """Tell what each answer may be now; None for one that counts no more.

    Once figures can be given, pain of the start may only be said to be higher. Once there is a run, the
    longest run taken well may only be said to be shorter, and when enough runs are answered it has no say.
    """
    found: dict[str, tuple[float, float] | None] = dict(RANGES)
    profile = history.profile
    for name in START_PAIN:
        old = getattr(profile, name)
        if old is not None and _gives_figures(history, at):
            found[name] = (old, RANGES[name][1])
    settings = load_load_settings()
    runs = see(history, at, settings).runs
    is_over = sum(run.is_complete for run in runs) >= settings.first.complete_runs
    for name in LONGEST:
        old = getattr(profile, name)
        if is_over:
            found[name] = None
        elif runs and old is not None:
            found[name] = (RANGES[name][0], old)
    return found


def kept_knees(history: History, at: datetime) -> tuple[Knee, ...]:
    """Name the knees that may not be left out any more: all, once figures can be given."""
    return history.profile.knees if _gives_figures(history, at) else ()


def refuse_loosening(
    answers: SetupAnswers, usual: Mapping[Knee, int], standing: Profile, history: History, at: datetime
) -> None:
    """Refuse to change in passing what changes the limits.

    Raises
    ------
    UsageError
        If an answer would; it names the way that is open.
    """
    _refuse_confirmed(answers, usual, standing, history)
    _refuse_other_knees(answers, kept_knees(history, at))
    ranges = open_ranges(history, at)
    for name, words in START_PAIN.items():
        _refuse_lower(words, getattr(answers, name), ranges[name])
    for name, unit in LONGEST.items():
        new, old = getattr(answers, name), getattr(history.profile, name)
        if new is not None and new != old:
            _refuse_longer(unit, ranges[name], new)


def _gives_figures(history: History, at: datetime) -> bool:
    return not screen(history.profile, at).missing


def _refuse_confirmed(
    answers: SetupAnswers, usual: Mapping[Knee, int], standing: Profile, history: History
) -> None:
    for name, what in _CONFIRMED_ONLY.items():
        new, old = getattr(answers, name), getattr(standing, name)
        if new not in (None, ()) and old not in (None, ()) and new != old:
            raise _confirm_first(f"{name} is stored as {_shown(old)}", what)
    for knee, score in usual.items():
        if standing.usual_pain.get(knee, score) != score:
            raise _confirm_first(
                f"usual_pain of the {knee} knee is stored as {standing.usual_pain[knee]}", "usual-pain"
            )
    measured = bool(standing.baseline) or any(run.impact for run in history.runs)
    if answers.impact_mode == "none" and standing.impact_mode is None and measured:
        raise _confirm_first("The diary has runs with a sensor, so impact counts", "plan")


def _refuse_other_knees(answers: SetupAnswers, kept: tuple[Knee, ...]) -> None:
    left_out = [knee for knee in kept if answers.knees and knee not in answers.knees]
    if left_out:
        raise UsageError(
            f"The {left_out[0]} knee is stored as one that hurts; to leave it out would loosen the limits, "
            "so `pfp setup` does not do it.",
            f"Keep it with --knee both; while it is quiet: `pfp confirm usual-pain {left_out[0]}=0`. {_SLIP}",
        )


def _refuse_lower(words: str, new: int | None, allowed: tuple[float, float] | None) -> None:
    if new is not None and allowed is not None and new < allowed[0]:
        raise UsageError(
            f"{words} at the start is stored as {allowed[0]:g}; a lower one would loosen the limits, so "
            "`pfp setup` does not lower it.",
            f"Say how it is now: `pfp checkin --walk N --stairs N`. The stage follows check-ins. {_SLIP}",
        )


def _refuse_longer(unit: str, allowed: tuple[float, float] | None, new: float) -> None:
    if allowed is None:
        raise UsageError(
            "The longest run taken well before the diary has no effect any more: enough runs are answered, "
            "and they are the measure now.",
            "Leave it out; runs of the diary are corrected with `pfp edit`.",
        )
    if new > allowed[1]:
        raise UsageError(
            f"The longest run taken well is stored as {allowed[1]:g} {unit}; the first runs are judged by "
            "it, so `pfp setup` does not make it longer.",
            f"Go on with runs and their answers: soon those are the measure. {_SLIP}",
        )


def _confirm_first(found: str, what: str) -> UsageError:
    return UsageError(
        f"{found}; it changes the limits, so `pfp setup` does not change it.",
        f"Say so on purpose: `pfp confirm {what} VALUE`. See `pfp confirm --help`.",
    )


def _shown(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else f"{value}"
