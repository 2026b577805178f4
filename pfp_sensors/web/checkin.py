"""The check-in of the day as one form; the signs of the week are its second half."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from pfp_sensors.actions.checkin import RANGES, CheckinAnswers, ongoing, store_checkin
from pfp_sensors.actions.overrule import open_red_flags
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS
from pfp_sensors.report.checkin_words import (
    FOR_INFORMATION,
    Question,
    cautions_of,
    day_questions,
    pain_question,
    stop_lines,
    stored_line,
)
from pfp_sensors.report.setup_text import day_score_words, symptom_question
from pfp_sensors.store.database import open_diary
from pfp_sensors.web.days import past_day
from pfp_sensors.web.forms import FieldError
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from datetime import date

    from pfp_sensors.actions.checkin import CheckinOutcome
    from pfp_sensors.model.diary import History, Knee
    from pfp_sensors.web.forms import Fields
    from pfp_sensors.web.visit import Visit

_NONE = "none"
_GROUPS = {"warning_signs": AMBER_KINDS, "red_flags": RED_KINDS}


def checkin_page(visit: Visit) -> Page:
    """Show the questions on the day, then those on signs."""
    history = read_diary(visit.home)
    asked = _asked(history, visit)
    going_on = ongoing(history)
    return Page(
        "checkin.html",
        {
            "pains": [(name, pain_question(knee)) for name, knee in _pain_fields(history)],
            "questions": day_questions(hide_protein=history.profile.hide_protein),
            "units": {
                name: f"{low:g} to {high:g} {unit}".strip() for name, (low, high, unit) in RANGES.items()
            },
            "going_on": [
                (one.kind, f"{AMBER_KINDS[one.kind]}, since {one.start:%Y-%m-%d}") for one in going_on
            ],
            "signs": {name: [(kind, symptom_question(kind)) for kind in asked[name]] for name in _GROUPS},
            "open_flags": [RED_KINDS[kind] for kind in RED_KINDS if kind not in asked["red_flags"]],
            "no_sign": (_NONE, "None of these this week"),
            "today": visit.at.date(),
        },
    )


def store_answers(visit: Visit) -> GoTo:
    """Store what was answered; raises as `store_checkin`."""
    history = read_diary(visit.home)
    answers = CheckinAnswers(**_given(visit.fields, history, _asked(history, visit)))
    day = past_day(visit, "day", "Day")
    with closing(open_diary(visit.home)) as diary:
        outcome = store_checkin(diary, answers, at=visit.at, day=day)
    new = tuple(kind for kind in outcome.red_flags if kind in answers.signs)
    lines = (
        stored_line(outcome.day, outcome.stored),
        *stop_lines(new),
        *_said(outcome, visit.at.date()),
    )
    is_one_act = not answers.over
    return GoTo("/", lines, undo=is_one_act and bool(outcome.stored), alarm=bool(new))


def _asked(history: History, visit: Visit) -> dict[str, tuple[str, ...]]:
    """List the signs that are asked for: those that are there already are not."""
    known = {one.kind for one in ongoing(history)} | {*open_red_flags(history, visit.at)}
    return {name: tuple(kind for kind in kinds if kind not in known) for name, kinds in _GROUPS.items()}


def _pain_fields(history: History) -> list[tuple[str, Knee | None]]:
    knees = history.profile.knees
    return [(f"pain-{knee}", knee) for knee in knees] if knees else [("pain", None)]


def _given(fields: Fields, history: History, asked: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    pain: dict[Knee | None, int] = {}
    for name, knee in _pain_fields(history):
        score = _in_range(fields.whole(name, "Pain"), name, pain_question(knee), (0, 10))
        if score is not None:
            pain[knee] = score
    values: dict[str, Any] = {}
    for question in day_questions(hide_protein=history.profile.hide_protein):
        answer = _answer(fields, question)
        if answer is not None:
            values[question.name] = answer
    signs = [kind for name in _GROUPS for kind in _signs(fields, name, asked[name], values)]
    over = fields.choices("over", "Over", tuple(one.kind for one in ongoing(history)))
    return {"pain": pain.get(None, pain or None), "values": values, "signs": tuple(signs), "over": over}


def _answer(fields: Fields, question: Question) -> Any:
    name, words = question.name, question.words
    if question.form == "text":
        return fields.text(name, words)
    if question.form == "scale":
        return _in_range(fields.whole(name, words), name, words, (0, 10))
    read = fields.whole if question.form == "whole" else fields.number
    return _in_range(read(name, words), name, words, RANGES[name][:2])


def _in_range(value: Any, name: str, label: str, ends: tuple[float, float]) -> Any:
    if value is not None and not ends[0] <= value <= ends[1]:
        raise FieldError(
            name, f"{label}: found {value:g}.", f"Give a number from {ends[0]:g} to {ends[1]:g}."
        )
    return value


def _signs(fields: Fields, name: str, asked: tuple[str, ...], values: dict[str, Any]) -> tuple[str, ...]:
    """Read a group of signs; only where one or none is ticked it is known whether there is any."""
    found = fields.choices(name, "Signs", (*asked, _NONE))
    if _NONE in found and len(found) > 1:
        raise FieldError(name, "A sign and 'none of these' are both ticked.", "Take one of the ticks out.")
    if found:
        values[name] = _NONE not in found
    return tuple(kind for kind in found if kind != _NONE)


def _said(outcome: CheckinOutcome, today: date) -> list[str]:
    lines = cautions_of(outcome.said)
    if outcome.unscored_pain is not None:
        lines.append(
            "{} `{}`.".format(
                *day_score_words(outcome.unscored_pain, None if outcome.day == today else outcome.day)
            )
        )
    return lines + ([FOR_INFORMATION, *outcome.notes] if outcome.notes else [])


ROUTES = (get("/checkin", checkin_page), post("/checkin", store_answers, checkin_page))
