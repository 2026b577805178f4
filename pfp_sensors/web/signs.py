"""Warning signs and red flags: what goes on, a new one, and the end of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfp_sensors.actions.add_symptom import SymptomGiven, add_symptom
from pfp_sensors.actions.open_signs import open_signs
from pfp_sensors.errors import UsageError
from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS
from pfp_sensors.report import page
from pfp_sensors.report.red_flag_words import NOT_A_DIAGNOSIS, flag_advice
from pfp_sensors.report.setup_text import symptom_question
from pfp_sensors.report.written_text import STOP
from pfp_sensors.web.days import past_day
from pfp_sensors.web.forms import FieldError, needed
from pfp_sensors.web.pain import KNEES, said_of
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from datetime import date

    from pfp_sensors.model.diary import Symptom
    from pfp_sensors.model.written import Written
    from pfp_sensors.web.visit import Visit

_SIGNS = "/signs"


def signs_page(visit: Visit) -> Page:
    """Show what goes on, and the form for a new sign."""
    found = open_signs(visit.home, at=visit.at)
    return Page(
        "signs.html",
        {
            "stop": STOP if found.red_flags else "",
            "advice": [flag_advice(kind) for kind in found.red_flags],
            "no_diagnosis": NOT_A_DIAGNOSIS,
            "going_on": [_going_on(one) for one in found.going_on],
            "warning_signs": [(kind, symptom_question(kind)) for kind in AMBER_KINDS],
            "red_flags": [(kind, symptom_question(kind)) for kind in RED_KINDS],
            "knees": [("", "not said"), *((knee, knee) for knee in KNEES)],
            "today": visit.at.date(),
        },
    )


def enter_sign(visit: Visit) -> GoTo:
    """Write a sign down; raises as `add_symptom`."""
    fields = visit.fields
    kind = needed(fields.choice("kind", "Sign", (*AMBER_KINDS, *RED_KINDS)), "kind", "Which sign it is")
    knee = fields.knee("knee", "Knee")
    day = past_day(visit, "day", "First day") or visit.at.date()
    ended = past_day(visit, "ended", "Last day")
    _check_order("ended", day, ended)
    given = SymptomGiven(kind, day, ended, knee, fields.text("note", "Note"))
    return _answer(add_symptom(visit.home, given, at=visit.at))


def end_sign(visit: Visit) -> GoTo:
    """Write down that a sign is over; raises as `add_symptom`."""
    entry_id = visit.fields.typed("id")
    found = open_signs(visit.home, at=visit.at).going_on
    sign = next((one for one in found if one.id == entry_id), None)
    if sign is None:
        raise UsageError("That sign does not go on any more.", "Below stands what does.")
    name = f"ended-{entry_id}"
    ended = needed(past_day(visit, name, "Last day"), name, "The last day")
    _check_order(name, day_of(sign.start), ended)
    given = SymptomGiven(sign.kind, day_of(sign.start), ended, sign.knee)
    return _answer(add_symptom(visit.home, given, at=visit.at))


def _check_order(name: str, day: date, ended: date | None) -> None:
    if ended is not None and ended < day:
        raise FieldError(
            name,
            f"The last day is {ended}; the sign began on {day}.",
            "Give the last day on which it was there.",
        )


def _answer(written: Written) -> GoTo:
    """Lead to today after a red flag: the answer there says what holds now, above all else."""
    is_red = "red_flag" in written.cautions
    return GoTo("/" if is_red else _SIGNS, said_of(written), undo=written.how != "known", alarm=is_red)


def _going_on(one: Symptom) -> dict[str, Any]:
    words = AMBER_KINDS.get(one.kind) or RED_KINDS[one.kind]
    knee = f", {one.knee} knee" if one.knee else ""
    return {
        "id": one.id,
        "words": f"{words[0].upper()}{words[1:]}{knee}",
        "since": page.moment_words(day_of(one.start)),
        "start": day_of(one.start),
        "is_red": one.kind in RED_KINDS,
        "note": one.note or "",
    }


ROUTES = (
    get(_SIGNS, signs_page),
    post(_SIGNS, enter_sign, signs_page),
    post(f"{_SIGNS}/over", end_sign, signs_page),
)
