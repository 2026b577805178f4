"""The questions of ``pfp setup`` on a terminal: safety first, then what the limits need, then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.profile import ADULT_AGE, OLDEST, age_says
from pfp_sensors.actions.setup_changes import LONGEST, RANGES, START_PAIN
from pfp_sensors.model.diary import KNEES, RED_KINDS, WEEKDAYS
from pfp_sensors.report.setup_text import symptom_question

if TYPE_CHECKING:
    from datetime import datetime

    from pfp_sensors.actions.profile import SetupOutcome
    from pfp_sensors.cli.ask import Ask
    from pfp_sensors.model.diary import Knee, Profile

    Given = dict[str, Any]

AGGRAVATORS: Final = ("squat", "stairs", "running", "sitting")
EQUIPMENT: Final = ("box", "band", "weights", "stairs")
_BY_KNEE: Final[dict[str, tuple[Knee, ...]]] = {"left": ("left",), "right": ("right",), "both": KNEES}
_REPETITIONS: Final = 200


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
    born = ask.whole("Your year of birth", at.year - OLDEST, at.year, kept=old.born)
    given["born"] = born
    of_age = age_says(born or at.year, at)
    if of_age is None:
        of_age = ask.yes_no(f"Have you turned {ADULT_AGE}?", kept=old.adult)
    given["adult"] = of_age


def _ask_red_flags(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    """Ask for each sign; one that is open stays, and is not asked for again."""
    ask.say(f"\nIs any of these true of your knee or leg? Yes or no to each of {len(RED_KINDS)}.")
    found: tuple[str, ...] = ()
    for kind in RED_KINDS:
        if kind in stored.red_flags:
            ask.say(f"{symptom_question(kind)} Stored as yes; only `pfp clear` ends it.")
        elif ask.yes_no(symptom_question(kind), kept=False if stored.profile.flags_asked else None):
            found = (*found, kind)
            given["red_flags"] = found
    given["flags_asked"] = True


def _ask_kind(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    old = stored.profile
    ask.say()
    if old.typical is not None and ask.yes_no(
        f"Stored: {'' if old.typical else 'not '}typical kneecap pain. Is that still so?", kept=True
    ):
        return
    diagnosed = ask.yes_no("Has a clinician called it kneecap pain (patellofemoral pain)?")
    around = diagnosed or ask.yes_no("Is the pain around or behind the kneecap?")
    found = ask.several("What brings it on?", AGGRAVATORS, kept=old.aggravators) or ()
    given["aggravators"] = found
    given["typical"] = bool(diagnosed or (around and found))


def _ask_pain(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    old = stored.profile
    ask.say()
    knees = _ask_knees(ask, stored)
    given["knees"] = knees
    ask.say("Scores are 0 to 10: 0 is no pain, 10 the worst that you can imagine.")
    usual: dict[Knee, int] = {}
    for knee in knees:
        if knee in old.usual_pain:
            ask.say(
                f"Usual pain, {knee} knee: {old.usual_pain[knee]} (changes only by `pfp confirm usual-pain`)."
            )
        else:
            score = ask.whole(f"Usual pain of the {knee} knee on an ordinary day, at rest", 0, 10)
            given["usual_pain"] = usual = {**usual, knee: score or 0}
    low = [name for name in START_PAIN if (stored.ranges[name] or (0,))[0] > 0]
    if low:
        ask.say("Pain at the start is only raised here; for a lower one there is `pfp checkin`.")
    _ask_start_pain(ask, stored, given, "daily_pain", "Worst pain in daily life these days")
    _ask_start_pain(ask, stored, given, "walk_pain", "Pain after a walk of 30 minutes")


def _ask_knees(ask: Ask, stored: SetupOutcome) -> tuple[Knee, ...]:
    """Ask which knee hurts; one that is stored is not left out any more."""
    options = {word: knees for word, knees in _BY_KNEE.items() if {*stored.kept_knees} <= {*knees}}
    if len(options) == 1:
        ask.say("Knees that hurt: both. None is left out here; a quiet one has a usual pain of 0.")
        return KNEES
    old = stored.profile.knees
    return ask.choice("Which knee hurts?", options, kept=old if old in options.values() else None) or ()


def _ask_start_pain(ask: Ask, stored: SetupOutcome, given: Given, name: str, question: str) -> None:
    low, high = stored.ranges[name] or RANGES[name]
    kept = getattr(stored.profile, name)
    _optional(given, name, ask.whole(question, int(low), int(high), kept=kept, optional=True))


def _ask_longest(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    """Ask for the longest run that was taken well, until the runs of the diary are the measure."""
    asked = {name: stored.ranges[name] for name in LONGEST}
    if None in asked.values():
        ask.say("\nYour longest run before the diary counts no more: the runs in it are the measure.")
        return
    ask.say("\nYour longest run of late that left the knee no worse the next morning:")
    for name, question in zip(LONGEST, ("  Kilometres", "  Minutes"), strict=True):
        low, high = asked[name] or RANGES[name]
        kept = getattr(stored.profile, name)
        _optional(given, name, ask.number(question, low, high, kept=kept, optional=True))


def _ask_running(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    old = stored.profile
    _ask_longest(ask, stored, given)
    if _may_ask(ask, old, "goal_week_km", "goal"):
        _ranged(ask, given, old, "goal_week_km", "Goal: km a week")
    if _may_ask(ask, old, "goal_longest_km", "goal"):
        _ranged(ask, given, old, "goal_longest_km", "Goal: longest run, km")
    if _may_ask(ask, old, "planned_runs", "plan"):
        low, high = RANGES["planned_runs"]
        _optional(given, "planned_runs", ask.whole("Runs a week", int(low), int(high), optional=True))
    if _may_ask(ask, old, "days", "plan"):
        _optional(given, "days", ask.several("Days that suit", WEEKDAYS, optional=True))


def _ask_sensor(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    old = stored.profile
    ask.say()
    if old.impact_mode is None:
        wears = ask.yes_no("Will you wear a motion sensor on the shin?", optional=True)
        if wears is not None:
            given["impact_mode"] = "sensor" if wears else "none"
    else:
        ask.say(f"Sensor: {old.impact_mode} (changes only by `pfp confirm plan impact=...`).")
    if given.get("impact_mode", old.impact_mode) == "sensor":
        legs: dict[str, Knee] = {knee: knee for knee in KNEES}
        _optional(given, "side", ask.choice("On which leg?", legs, kept=old.side, optional=True))
        _optional(given, "placement", old.placement or "shank")


def _ask_body(ask: Ask, stored: SetupOutcome, given: Given) -> None:
    old = stored.profile
    _ranged(ask, given, old, "mass_kg", "Body mass in kg")
    _ranged(ask, given, old, "height_cm", "Height in cm")
    kept = old.equipment or None
    _optional(given, "equipment", ask.several("What is at hand?", EQUIPMENT, kept=kept, optional=True))
    hide = ask.yes_no(
        "Leave out protein (your wish, or kidney disease)?", kept=old.hide_protein, optional=True
    )
    _optional(given, "hide_protein", hide)


def _ask_movement(ask: Ask, found: dict[str, Any]) -> None:
    """Ask what was seen and counted on each side; nothing is graded."""
    ask.say("Stop a check that hurts more than 2 of 10. Enter skips.")
    ask.say("1. Step slowly down from a low step, in front of a mirror or a partner.")
    for side in KNEES:
        seen = ask.yes_no(f"  {side}: did the kneecap stay over the middle of the foot?", optional=True)
        _optional(found, f"step_down_{side}", seen)
    ask.say("2. Lie on your back and lift the hips on one leg, as often as it goes well.")
    _each_side(ask, found, "bridge_reps")
    ask.say("3. Lie on your back and lift one straight leg, as often as it goes well.")
    _each_side(ask, found, "leg_raise_reps")
    ask.say("4. Stretch the calf, then the front of the thigh.")
    for side in KNEES:
        _optional(found, f"calf_flexible_{side}", ask.yes_no(f"  {side} calf: easy?", optional=True))
        _optional(found, f"thigh_flexible_{side}", ask.yes_no(f"  {side} thigh: easy?", optional=True))


def _each_side(ask: Ask, found: dict[str, Any], name: str) -> None:
    for side in KNEES:
        count = ask.whole(f"  {side}: how many", 0, _REPETITIONS, optional=True)
        _optional(found, f"{name}_{side}", count)


def _ranged(ask: Ask, given: Given, old: Profile, name: str, question: str) -> None:
    low, high = RANGES[name]
    _optional(given, name, ask.number(question, low, high, kept=getattr(old, name), optional=True))


def _may_ask(ask: Ask, old: Profile, name: str, confirm: str) -> bool:
    """Tell whether nothing is stored yet; else show it: only `pfp confirm` changes it."""
    stored = getattr(old, name)
    if stored in (None, ()):
        return True
    shown = ", ".join(stored) if isinstance(stored, tuple) else f"{stored:g}"
    ask.say(f"{name.replace('_', ' ').capitalize()}: {shown} (changes only by `pfp confirm {confirm}`).")
    return False


def _optional(given: Given, name: str, answer: Any) -> None:
    """Keep an answer; one that was skipped stays unknown."""
    if answer is not None:
        given[name] = answer
