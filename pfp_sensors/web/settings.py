"""The person's settings: what stands, and what only the person may change, each by a form of its own."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.confirm import (
    confirm_goal,
    confirm_plan,
    confirm_usual_pain,
    practises_softer,
    week_order,
)
from pfp_sensors.actions.confirm_baseline import (
    SUGGESTED,
    confirm_baseline,
    confirm_context,
    stored_baselines,
    suggestion,
)
from pfp_sensors.actions.profile import SetupAnswers, state_of, store_setup
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.model.diary import KNEES, WEEKDAYS
from pfp_sensors.report import setup_questions as words
from pfp_sensors.report.confirm_text import baseline_words, confirmed_text
from pfp_sensors.report.entry_words import named_run
from pfp_sensors.report.html import facts
from pfp_sensors.report.setup_text import profile_rows
from pfp_sensors.report.words import NOT_KNEE_LOAD
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.database import open_diary
from pfp_sensors.web.clinician_word import clinician_if_any
from pfp_sensors.web.forms import FieldError, needed
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.setup_answers import body_answers, spoken, within, yes_no
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pfp_sensors.model.diary import DiaryEvent, History, Knee
    from pfp_sensors.web.visit import Visit

_MODES: Final = (("sensor", "a sensor is worn, impact counts"), ("none", "no sensor; pain decides alone"))


def settings_page(visit: Visit) -> Page:
    """Show what stands, with a form for each thing that changes only on purpose."""
    history = read_diary(visit.home)
    state = state_of(history, visit.at)
    old = state.profile
    return Page(
        "settings.html",
        {
            "home": str(visit.home),
            "q": words.QUESTIONS,
            "is_begun": bool(old.screened) or bool(old.knees) or old.born is not None,
            "rows": facts(profile_rows(old)),
            "usual": [
                (knee, f"usual_pain_{knee}", old.usual_pain[knee]) for knee in KNEES if knee in old.usual_pain
            ],
            "old": old,
            "number": {
                name: None if (value := getattr(old, name)) is None else f"{value:g}"
                for name in ("goal_week_km", "goal_longest_km", "mass_kg", "height_cm")
            },
            "days": [(day, day) for day in WEEKDAYS],
            "modes": [("", "not said"), *_MODES] if old.impact_mode is None else _MODES,
            "softer": "yes" if practises_softer(history) else "no",
            "yes_no": [("yes", "yes"), ("no", "no")],
            "sides": [("", "not said"), *((knee, knee) for knee in KNEES)],
            "equipment": [(one, one) for one in words.EQUIPMENT],
            "hide_protein": spoken(old.hide_protein),
            "honest": NOT_KNEE_LOAD,
            **_baseline(history, visit.at),
        },
    )


def enter_usual_pain(visit: Visit) -> GoTo:
    """Store a new usual pain by knee; one that is left out stays."""
    scores: dict[Knee, int] = {}
    for knee in KNEES:
        name = f"usual_pain_{knee}"
        score = visit.fields.whole(name, words.QUESTIONS[name])
        if score is not None:
            scores[knee] = score
    needed(scores or None, "usual_pain_left", "A score")
    by = clinician_if_any(visit.fields)
    with closing(open_diary(visit.home)) as diary:
        return _said(confirm_usual_pain(diary, scores, at=visit.at, by=by))


def enter_goal(visit: Visit) -> GoTo:
    """Store a new goal; a field that is left empty means no such goal."""
    fields = visit.fields
    changes = {
        name: within(fields.number(f"goal_{name}", words.QUESTIONS[f"goal_{name}"]), f"goal_{name}")
        for name in ("week_km", "longest_km")
    }
    with closing(open_diary(visit.home)) as diary:
        return _said(confirm_goal(diary, changes, at=visit.at))


def enter_plan(visit: Visit) -> GoTo:
    """Store a new plan: runs a week, days, whether impact counts, softer landings."""
    fields = visit.fields
    impact = fields.choice("impact_mode", "Sensor", [mode for mode, _ in _MODES])
    asked = words.QUESTIONS
    with closing(open_diary(visit.home)) as diary:
        events = confirm_plan(
            diary,
            runs=within(fields.whole("planned_runs", asked["planned_runs"]), "planned_runs"),
            days=week_order(fields.choices("days", asked["days"], WEEKDAYS)),
            impact=None if impact is None else "sensor" if impact == "sensor" else "none",
            softer=yes_no(fields, "softer", "Practise softer landings"),
            at=visit.at,
        )
    return _said(*events)


def enter_baseline(visit: Visit) -> GoTo:
    """Take over the baseline that the runs suggest."""
    by = clinician_if_any(visit.fields)
    with closing(open_diary(visit.home)) as diary:
        stored = confirm_baseline(diary, [SUGGESTED], at=visit.at, by=by)
    return _said(stored.event, n_runs=stored.n_runs)


def enter_context(visit: Visit) -> GoTo:
    """Store that sensor, place, strap or leg changed: the old baseline counts no more."""
    text = needed(visit.fields.text("context", "What changed"), "context", "What changed")
    with closing(open_diary(visit.home)) as diary:
        return _said(*confirm_context(diary, text, at=visit.at))


def enter_about(visit: Visit) -> GoTo:
    """Store leg and place of the sensor, body, equipment and the wish about protein."""
    fields = visit.fields
    body = body_answers(fields)
    old = read_diary(visit.home).profile
    if old.equipment and not body["equipment"]:
        raise FieldError(
            "equipment",
            "What is at hand: nothing is ticked, and an empty answer does not replace the stored one.",
            f"Tick what is at hand; stored is {', '.join(old.equipment)}.",
        )
    answers = SetupAnswers(
        side=fields.knee("side", "Leg that carries the sensor"),
        placement=fields.text("placement", "Where it is worn"),
        **body,
    )
    with closing(open_diary(visit.home)) as diary:
        store_setup(diary, answers, at=visit.at)
    return GoTo("/settings", ("Stored.",))


def _baseline(history: History, at: datetime) -> dict[str, Any]:
    """Give the reference in force and, where the runs suggest another, that one with its runs."""
    found = suggestion(history, at)
    named = {run.id: named_run(run) for run in history.runs}
    return {
        "baseline": baseline_words(stored_baselines(history, at), {}),
        "suggested": None if found is None else baseline_words(found.proposal.baseline, found.n_runs),
        "suggested_runs": () if found is None else [(one, named[one]) for one in found.proposal.runs],
        "needs": load_load_settings().impact,
    }


def _said(*events: DiaryEvent, n_runs: Mapping[Knee | None, int] | None = None) -> GoTo:
    told = (confirmed_text([event], load_load_settings(), n_runs or {}) for event in events)
    return GoTo("/settings", tuple(" ".join(text.split()) for text in dict.fromkeys(told)), undo=True)


ROUTES = (
    get("/settings", settings_page),
    post("/settings/usual-pain", enter_usual_pain, settings_page),
    post("/settings/goal", enter_goal, settings_page),
    post("/settings/plan", enter_plan, settings_page),
    post("/settings/baseline", enter_baseline, settings_page),
    post("/settings/context", enter_context, settings_page),
    post("/settings/about", enter_about, settings_page),
)
