"""The questions of ``pfp setup`` on a terminal: safety first, then what the limits need, then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.profile import OLDEST, age_says, typical_from
from pfp_sensors.actions.setup_changes import LONGEST, RANGES, START_PAIN
from pfp_sensors.model.diary import KNEES, RED_KINDS, WEEKDAYS
from pfp_sensors.report.setup_questions import (
    AGGRAVATORS,
    EQUIPMENT,
    KNEES_KEPT,
    LONGEST_OVER,
    MOST_REPETITIONS,
    MOVEMENT,
    MOVEMENT_FIRST,
    ONLY_RAISED,
    QUESTIONS,
    SCORES,
    STAYS_OPEN,
    kept_until,
    kind_stored,
)
from pfp_sensors.report.setup_text import symptom_question

if TYPE_CHECKING:
    from datetime import datetime

    from pfp_sensors.actions.profile import SetupOutcome
    from pfp_sensors.cli.ask import Ask
    from pfp_sensors.model.diary import Knee, Profile

    Given = dict[str, Any]

_BY_KNEE: Final[dict[str, tuple[Knee, ...]]] = {"left": ("left",), "right": ("right",), "both": KNEES}


def ask_safety(ask: Ask, stored: SetupOutcome, at: datetime, given: Given) -> None:
    """Ask what must be known before any figures are given: age, the red flags, the kind of pain.

    Parameters
    ----------
    stored
        What the diary holds already.
    given
        Takes each answer at once, by the names of `SetupAnswers`: what was said stays when the rest does not.

    Raises
    ------
    AnswersEndedError
        If nobody answers any more.
    """
    _ask_age(ask, stored, at, given)
    _ask_red_flags(ask, stored, given)
    _ask_kind(ask, stored, given)


def ask_rest(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    """Ask what the limits need, and what is good to know; as `ask_safety`."""
    _ask_pain(ask, stored, given)
    _ask_running(ask, stored, given)
    _ask_sensor(ask, stored, given)
    _ask_body(ask, stored, given)
    ask.say()
    if ask.yes_no("Four short movement checks now? They are stored, not graded.", optional=True):
        given["movement"] = {}
        _ask_movement(ask, given["movement"])


def _ask_age(ask: Ask, stored: SetupOutcome, at: datetime, given: Given) -> None:
    old = stored.profile
    born = ask.whole(QUESTIONS["born"], at.year - OLDEST, at.year, kept=old.born)
    given["born"] = born
    of_age = age_says(born or at.year, at)
    if of_age is None:
        of_age = ask.yes_no(QUESTIONS["adult"], kept=old.adult)
    given["adult"] = of_age


def _ask_red_flags(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    """Ask for each sign; one that is open stays, and is not asked for again."""
    ask.say(f"\n{QUESTIONS['red_flags']} Yes or no to each of {len(RED_KINDS)}.")
    found: tuple[str, ...] = ()
    for kind in RED_KINDS:
        if kind in stored.red_flags:
            ask.say(f"{symptom_question(kind)} {STAYS_OPEN}")
        elif ask.yes_no(symptom_question(kind), kept=False if stored.profile.flags_asked else None):
            found = (*found, kind)
            given["red_flags"] = found
    given["flags_asked"] = True


def _ask_kind(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    old = stored.profile
    ask.say()
    if old.typical is not None and ask.yes_no(f"{kind_stored(old.typical)} Is that still so?", kept=True):
        return
    named = ask.yes_no(QUESTIONS["named"])
    around = named or ask.yes_no(QUESTIONS["around"])
    found = ask.several(QUESTIONS["aggravators"], AGGRAVATORS, kept=old.aggravators) or ()
    given["aggravators"] = found
    given["typical"] = typical_from(named, around, found)


def _ask_pain(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    old = stored.profile
    ask.say()
    knees = _ask_knees(ask, stored)
    given["knees"] = knees
    ask.say(SCORES)
    usual: dict[Knee, int] = {}
    for knee in knees:
        if knee in old.usual_pain:
            ask.say(kept_until(f"Usual pain, {knee} knee", f"{old.usual_pain[knee]}", "usual-pain"))
        else:
            score = ask.whole(QUESTIONS[f"usual_pain_{knee}"], 0, 10)
            given["usual_pain"] = usual = {**usual, knee: score or 0}
    low = [name for name in START_PAIN if (stored.ranges[name] or (0,))[0] > 0]
    if low:
        ask.say(ONLY_RAISED)
    _ask_start_pain(ask, stored, given, "daily_pain")
    _ask_start_pain(ask, stored, given, "walk_pain")


def _ask_knees(ask: Ask, stored: SetupOutcome) -> tuple[Knee, ...]:
    """Ask which knee hurts; one that is stored is not left out any more."""
    options = {word: knees for word, knees in _BY_KNEE.items() if {*stored.kept_knees} <= {*knees}}
    if len(options) == 1:
        ask.say(KNEES_KEPT)
        return KNEES
    old = stored.profile.knees
    return ask.choice(QUESTIONS["knees"], options, kept=old if old in options.values() else None) or ()


def _ask_start_pain(ask: Ask, stored: SetupOutcome, given: Given, name: str) -> None:
    low, high = stored.ranges[name] or RANGES[name]
    kept = getattr(stored.profile, name)
    _optional(given, name, ask.whole(QUESTIONS[name], int(low), int(high), kept=kept, optional=True))


def _ask_longest(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    """Ask for the longest run that was taken well, until the runs of the diary are the measure."""
    asked = {name: stored.ranges[name] for name in LONGEST}
    if None in asked.values():
        ask.say(f"\n{LONGEST_OVER}")
        return
    ask.say(f"\n{QUESTIONS['longest']}:")
    for name in LONGEST:
        low, high = asked[name] or RANGES[name]
        kept = getattr(stored.profile, name)
        _optional(given, name, ask.number(f"  {QUESTIONS[name]}", low, high, kept=kept, optional=True))


def _ask_running(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    old = stored.profile
    _ask_longest(ask, stored, given)
    if _may_ask(ask, old, "goal_week_km", "goal"):
        _ranged(ask, given, old, "goal_week_km")
    if _may_ask(ask, old, "goal_longest_km", "goal"):
        _ranged(ask, given, old, "goal_longest_km")
    if _may_ask(ask, old, "planned_runs", "plan"):
        low, high = RANGES["planned_runs"]
        _optional(
            given, "planned_runs", ask.whole(QUESTIONS["planned_runs"], int(low), int(high), optional=True)
        )
    if _may_ask(ask, old, "days", "plan"):
        _optional(given, "days", ask.several(QUESTIONS["days"], WEEKDAYS, optional=True))


def _ask_sensor(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    old = stored.profile
    ask.say()
    if old.impact_mode is None:
        wears = ask.yes_no(QUESTIONS["impact_mode"], optional=True)
        if wears is not None:
            given["impact_mode"] = "sensor" if wears else "none"
    else:
        ask.say(kept_until("Sensor", old.impact_mode, "plan impact=..."))
    if given.get("impact_mode", old.impact_mode) == "sensor":
        legs: dict[str, Knee] = {knee: knee for knee in KNEES}
        _optional(given, "side", ask.choice(QUESTIONS["side"], legs, kept=old.side, optional=True))
        _optional(given, "placement", old.placement or "shank")


def _ask_body(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    old = stored.profile
    _ranged(ask, given, old, "mass_kg")
    _ranged(ask, given, old, "height_cm")
    kept = old.equipment or None
    _optional(given, "equipment", ask.several(QUESTIONS["equipment"], EQUIPMENT, kept=kept, optional=True))
    hide = ask.yes_no(QUESTIONS["hide_protein"], kept=old.hide_protein, optional=True)
    _optional(given, "hide_protein", hide)


def _ask_movement(ask: Ask, found: dict[str, Any]) -> None:
    """Ask what was seen and counted on each side; nothing is graded."""
    ask.say(f"{MOVEMENT_FIRST} Enter skips.")
    for number, (to_do, asked) in enumerate(MOVEMENT, 1):
        ask.say(f"{number}. {to_do}")
        for side in KNEES:
            for name, kind, question in asked:
                words = f"  {question.format(side)}"
                answer = (
                    ask.whole(words, 0, MOST_REPETITIONS, optional=True)
                    if kind == "count"
                    else ask.yes_no(words, optional=True)
                )
                _optional(found, f"{name}_{side}", answer)


def _ranged(ask: Ask, given: Given, old: Profile, name: str) -> None:
    low, high = RANGES[name]
    _optional(given, name, ask.number(QUESTIONS[name], low, high, kept=getattr(old, name), optional=True))


def _may_ask(ask: Ask, old: Profile, name: str, confirm: str) -> bool:
    """Tell whether nothing is stored yet; else show it: only `pfp confirm` changes it."""
    stored = getattr(old, name)
    if stored in (None, ()):
        return True
    shown = ", ".join(stored) if isinstance(stored, tuple) else f"{stored:g}"
    ask.say(kept_until(name.replace("_", " ").capitalize(), shown, confirm))
    return False


def _optional(given: Given, name: str, answer: Any) -> None:
    """Keep an answer; one that was skipped stays unknown."""
    if answer is not None:
        given[name] = answer
