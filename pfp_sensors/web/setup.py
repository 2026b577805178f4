"""The start questions as ``pfp setup`` asks them: safety first, then what the limits need, then the rest."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.confirm import week_order
from pfp_sensors.actions.profile import (
    SetupAnswers,
    SetupOutcome,
    age_says,
    state_of,
    store_setup,
)
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.setup_changes import RANGES
from pfp_sensors.model.diary import KNEES, RED_KINDS, WEEKDAYS
from pfp_sensors.report import setup_questions as words
from pfp_sensors.report.html import facts
from pfp_sensors.report.setup_text import (
    ABOUT,
    FIRST,
    OPEN_WORDS,
    clinician_first,
    profile_rows,
    symptom_question,
)
from pfp_sensors.store.database import open_diary
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.setup_answers import (
    BY_KNEE,
    NONE_OF_THESE,
    body_answers,
    check_born,
    kind_answers,
    knee_answers,
    range_words,
    sign_answers,
    spoken,
    within,
    yes_no,
)
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from pfp_sensors.web.visit import Visit

YES_NO: Final = (("yes", "yes"), ("no", "no"))
_NUMBERS: Final = tuple(RANGES)
_SAFETY_HERE: Final = ("born", "adult", "flags_asked", "typical")


def safety_page(visit: Visit) -> Page:
    """Ask what must be known before any figures are given: age, the ten signs, the kind of pain."""
    state = setup_of(visit)
    old = state.profile
    return Page(
        "setup.html",
        {
            "words": words,
            "q": words.QUESTIONS,
            "about": ABOUT if not old.screened else (),
            "yes_no": YES_NO,
            "born": old.born,
            "adult": spoken(old.adult),
            "signs": [
                {
                    "name": f"sign_{kind}",
                    "question": symptom_question(kind),
                    "is_open": kind in state.red_flags,
                }
                for kind in RED_KINDS
            ],
            "none_before": "no" if old.flags_asked else None,
            "kind": None if old.typical is None else words.kind_stored(old.typical),
            "aggravators": [*((one, one) for one in words.AGGRAVATORS), (NONE_OF_THESE, "none of these")],
            "brought_on_by": old.aggravators,
        },
    )


def enter_safety(visit: Visit) -> GoTo:
    """Store what was answered; a sign that was named is kept whatever else is missing."""
    state = setup_of(visit)
    born = visit.fields.whole("born", words.QUESTIONS["born"])
    check_born(born, visit.at.year)
    adult = yes_no(visit.fields, "adult", words.QUESTIONS["adult"])
    answers = SetupAnswers(
        born=born,
        adult=adult if born is None or age_says(born, visit.at) is None else None,
        **sign_answers(visit.fields, state),
        **kind_answers(visit.fields),
    )
    done = _store(visit, answers)
    if done.is_clinician_first:
        return GoTo("/setup/stored")
    missing = [OPEN_WORDS[name][0] for name in _SAFETY_HERE if name in done.open]
    if missing:
        return GoTo("/setup", (f"Stored. Still open: {', '.join(missing)}.",))
    return GoTo("/setup/more", ("Stored. What follows is what the limits need, and what is good to know.",))


def more_page(visit: Visit) -> Page:
    """Ask what the limits need, and what is good to know; what is stored is shown or kept."""
    state = setup_of(visit)
    old = state.profile
    kept = {*state.kept_knees}
    return Page(
        "setup_more.html",
        {
            "words": words,
            "q": words.QUESTIONS,
            "was": {name: _plain(getattr(old, name)) for name in _NUMBERS},
            "old": old,
            "clinician_first": state.is_clinician_first,
            "knees": [(word, word) for word, knees in BY_KNEE.items() if kept <= {*knees}],
            "knees_before": next((word for word, knees in BY_KNEE.items() if knees == old.knees), None),
            "usual": [
                {
                    "name": f"usual_pain_{knee}",
                    "kept": words.kept_until(
                        f"Usual pain, {knee} knee", f"{old.usual_pain[knee]}", "usual-pain"
                    )
                    if knee in old.usual_pain
                    else None,
                }
                for knee in KNEES
            ],
            "ranges": {name: range_words(found) for name, found in state.ranges.items()},
            "is_raised_only": any(
                (state.ranges[name] or (0,))[0] > 0 for name in ("daily_pain", "walk_pain")
            ),
            "kept": _kept(state),
            "days": [(day, day) for day in WEEKDAYS],
            "yes_no": YES_NO,
            "sides": [("", "not said"), *((knee, knee) for knee in KNEES)],
            "equipment": [(one, one) for one in words.EQUIPMENT],
            "hide_protein": spoken(old.hide_protein),
        },
    )


def enter_more(visit: Visit) -> GoTo:
    """Store what was answered; what was left out stays as it is, and unknown if it was."""
    fields, state = visit.fields, setup_of(visit)
    wears = yes_no(fields, "impact_mode", words.QUESTIONS["impact_mode"])
    mode = None if wears is None else "sensor" if wears else "none"
    has_sensor = (mode or state.profile.impact_mode) == "sensor"
    found: dict[str, Any] = {
        "impact_mode": mode,
        "side": fields.knee("side", words.QUESTIONS["side"]) if has_sensor else None,
        "placement": (state.profile.placement or "shank") if has_sensor else None,
        "days": week_order(fields.choices("days", words.QUESTIONS["days"], WEEKDAYS)),
        **knee_answers(fields, state),
        **body_answers(fields),
    }
    for name in ("daily_pain", "walk_pain", "planned_runs"):
        found[name] = within(fields.whole(name, words.QUESTIONS[name]), name, state)
    for name in ("longest_tolerated_km", "longest_tolerated_min", "goal_week_km", "goal_longest_km"):
        found[name] = within(fields.number(name, words.QUESTIONS[name]), name, state)
    _store(visit, SetupAnswers(**found))
    return GoTo("/setup/stored", ("Stored.",))


def stored_page(visit: Visit) -> Page:
    """Show what is stored, what is open, and whom to see first where something speaks against running."""
    state = setup_of(visit)
    old = state.profile
    advice, notes = clinician_first(state.red_flags, minor=old.adult is False, untypical=old.typical is False)
    return Page(
        "setup_stored.html",
        {
            "first": FIRST,
            "advice": advice,
            "notes": notes,
            "open": [OPEN_WORDS[name][0] for name in state.open],
            "rows": facts(profile_rows(old)),
            "is_ready": bool(old.screened) and not state.is_clinician_first,
        },
    )


def setup_of(visit: Visit) -> SetupOutcome:
    """Read what the diary holds of the start questions; nothing is made where there is none yet."""
    return state_of(read_diary(visit.home), visit.at)


def _store(visit: Visit, answers: SetupAnswers) -> SetupOutcome:
    with closing(open_diary(visit.home)) as diary:
        return store_setup(diary, answers, at=visit.at)


def _kept(state: SetupOutcome) -> dict[str, str]:
    """Word what is stored and changes only on purpose, by the name of its question."""
    old = state.profile
    shown = {
        "goal_week_km": (None if old.goal_week_km is None else f"{old.goal_week_km:g}", "goal"),
        "goal_longest_km": (None if old.goal_longest_km is None else f"{old.goal_longest_km:g}", "goal"),
        "planned_runs": (None if old.planned_runs is None else f"{old.planned_runs}", "plan"),
        "days": (", ".join(old.days) or None, "plan"),
        "impact_mode": (old.impact_mode, "plan"),
    }
    return {
        name: words.kept_until("Sensor" if name == "impact_mode" else words.QUESTIONS[name], said, what)
        for name, (said, what) in shown.items()
        if said is not None
    }


def _plain(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


ROUTES = (
    get("/setup", safety_page),
    post("/setup", enter_safety, safety_page),
    get("/setup/more", more_page),
    post("/setup/more", enter_more, more_page),
    get("/setup/stored", stored_page),
)
