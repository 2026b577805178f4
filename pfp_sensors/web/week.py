"""The week: what of it was done, and the coming seven days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.coming_week import coming_week, week_so_far
from pfp_sensors.load.week_done import KINDS
from pfp_sensors.report import page
from pfp_sensors.report.answer_page import ONE_LINE, is_stopped
from pfp_sensors.report.html import blocks, facts
from pfp_sensors.report.next_answer import answer, what_to_do
from pfp_sensors.report.week_done_text import NOT_MADE_UP, STATE_SIGNS, besides_words, state_words
from pfp_sensors.report.week_text import CLOSING_CUE, KIND_WORDS, below_table, session_words
from pfp_sensors.report.words import NOT_KNEE_LOAD
from pfp_sensors.web.routes import get
from pfp_sensors.web.visit import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.load.week_done import WeekDone
    from pfp_sensors.model.recommendation import PlannedDay, Recommendation, WeekPlan
    from pfp_sensors.web.visit import Visit

_FORMS: Final = {
    "run": ("/runs/new", "Enter a run"),
    "strength": ("/session", "Begin the session"),
    "mobility": ("/session?short=1", "Begin the session"),
    "drill": ("/programme", "Enter what was done"),
    "cross": ("/programme#other", "Enter what was done"),
}
"""Where a session is begun or entered."""


def week_page(visit: Visit) -> Page:
    """Show the week; that a plan was issued is kept, as ``pfp week`` keeps it."""
    week = coming_week(visit.home, visit.at)
    plan, rec, done = week.plan, week.plan.recommendation, week_so_far(week)
    return Page(
        "week.html",
        {
            "answer": answer(rec),
            "why": rec.why,
            "to_do": [blocks(text) for text in what_to_do(rec, ONE_LINE)] if is_stopped(rec) else [],
            "is_set_up": rec.status != "needs_input",
            "so_far": [*_so_far(done)],
            "not_made_up": NOT_MADE_UP if _is_missed(done) else "",
            "days": [_day(day, visit) for day in plan.days],
            "facts": facts(below_table(plan)),
            "moved": plan.moved,
            "dropped": plan.dropped,
            "exercise_note": plan.exercise_note or "",
            "notes": rec.notes,
            "honest": NOT_KNEE_LOAD if _speaks_of_impact(plan, rec) else "",
            "cue": "" if is_stopped(rec) else CLOSING_CUE,
        },
    )


def _so_far(done: WeekDone) -> Iterator[dict[str, object]]:
    """Word each session of the calendar week, by day."""
    rows = [(one.day, one.kind, STATE_SIGNS[one.state], state_words(one, done)) for one in done.sessions]
    rows += [(day, kind, STATE_SIGNS["done"], besides_words(done, day, kind)) for day, kind in done.besides]
    last = None
    for day, kind, sign, words in sorted(rows, key=lambda row: (row[0], KINDS.index(row[1]))):
        named = page.short_day(day)
        yield {"day": named, "again": named == last, "what": KIND_WORDS[kind], "sign": sign, "words": words}
        last = named


def _is_missed(done: WeekDone) -> bool:
    return any(one.state == "not_done" and not one.optional for one in done.sessions)


def _day(day: PlannedDay, visit: Visit) -> dict[str, object]:
    """Word a day; where it is today, with links to where its sessions are begun or entered."""
    is_today = day.date == visit.at.date()
    sessions = [
        {
            "kind": KIND_WORDS[one.kind],
            "is_named": one.text.lower().startswith(one.kind),
            "text": session_words(one),
            "form": _FORMS.get(one.kind) if is_today and (one.items or one.kind == "run") else None,
        }
        for one in day.sessions
    ]
    return {"day": page.day_words(day.date), "is_today": is_today, "sessions": sessions}


def _speaks_of_impact(plan: WeekPlan, rec: Recommendation) -> bool:
    texts = [answer(rec), rec.why, *rec.notes, *plan.moved, *plan.dropped]
    return any("impact" in text.lower() for text in texts)


ROUTES = (get("/week", week_page),)
