"""The guided session: its exercises, a timer, and one form for what was done."""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from pfp_sensors.actions.exercise_session import (
    Done,
    progress_now,
    propose_session,
    store_items,
    stored_before,
)
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.errors import UsageError
from pfp_sensors.load.session import make_item
from pfp_sensors.model.diary import KNEES
from pfp_sensors.report.html import blocks
from pfp_sensors.report.session_text import (
    dose_words,
    next_time_text,
    no_session_text,
    recovery_text,
    session_notes,
    session_title,
    stored_words,
)
from pfp_sensors.settings.exercises import load_exercises
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.web.forms import FieldError
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from pfp_sensors.actions.exercise_session import Proposed
    from pfp_sensors.load.session import SessionItem
    from pfp_sensors.model.diary import Knee
    from pfp_sensors.settings.exercise_book import ExerciseBook
    from pfp_sensors.web.visit import Visit

_BEGUN: Final = re.compile(r"[0-9]{8}-[0-9]{6}")
_MOST_SETS: Final = 50
_MOST_REPS: Final = 1000
_MOST_HOLD_S: Final = 3600
_MOST_PAIN: Final = 10
_YES_NO: Final = (("yes", "yes"), ("no", "no"))


def session_page(visit: Visit) -> Page:
    """Show the session that is due, with its timer and its form; or why there is none."""
    proposed, short = _proposed(visit), _is_short(visit)
    session = proposed.session
    if session is None:
        why = blocks(no_session_text(proposed.why_none or "refer").replace("\n", " "))
        return Page("session.html", {"items": (), "why_none": why, "short": short})
    typed = visit.fields.typed("begun")
    return Page(
        "session.html",
        {
            "items": [_item(one) for one in _items(visit, session.items)],
            "short": short,
            "recovery": ""
            if proposed.recovery is None
            else recovery_text(proposed.recovery, short=not session.number),
            "name": session_title(session),
            "notes": session_notes(
                session, proposed.progress, held=proposed.held, left_out=proposed.left_out
            ),
            "cue": session.cue.text,
            "begun": typed if _BEGUN.fullmatch(typed) else f"{visit.at:%Y%m%d-%H%M%S}",
            "steps_at": "/session/steps?short=1" if short else "/session/steps",
            "most_pain": load_load_settings().pain.green,
            "yes_no": _YES_NO,
        },
    )


def session_steps(visit: Visit) -> Response:
    """Send the steps for the timer; ``ident`` is another one wherever a step is."""
    session = _proposed(visit).session
    steps = [] if session is None else [asdict(step) for step in session.guided.steps]
    names = {} if session is None else {item.exercise.id: item.exercise.name for item in session.items}
    ident = hashlib.sha256(repr(steps).encode()).hexdigest()[:16]
    return JSONResponse({"ident": ident, "steps": steps, "names": names})


def store_done(visit: Visit) -> GoTo:
    """Store what was done of the exercises that stood on the page; the same page sent twice is stored once.

    Raises
    ------
    UsageError
        If a field cannot be read, or nothing was done.
    InputError, PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.store.database import open_diary

    begun = visit.fields.typed("begun")
    if not _BEGUN.fullmatch(begun):
        raise UsageError("The form does not say when its page was made.", "Load the page again.")
    items = _posted(visit, load_exercises())
    sets = {(item.exercise.id, side): n for item in items for side, n in _sets(visit, item).items() if n}
    if not sets:
        raise UsageError(
            "Nothing was done, so nothing was stored.", "Say how many sets you did of at least one exercise."
        )
    names = {name for name, _ in sets}
    done = Done(
        sets,
        {
            name: pain
            for name in names
            if (pain := _number(visit, f"pain-{name}", "Pain", 0, _MOST_PAIN)) is not None
        },
        {name: clean == "yes" for name in names if (clean := _form(visit, name)) is not None},
    )
    path = "/session?short=1" if _is_short(visit) else "/session"
    history, name = read_diary(visit.home), f"session-{begun}"
    if stored_before(history, name):
        return GoTo(path, ("That session is in the diary already; nothing was stored twice.",))
    with contextlib.closing(open_diary(visit.home)) as diary:
        stored = store_items(diary, items, done, name=name, at=visit.at)
    said = tuple(stored_words(stored, load_load_settings().pain.green))
    later = " ".join(next_time_text(progress_now(read_diary(visit.home), visit.at), names).splitlines())
    return GoTo(path, (*said, later) if later else said, undo=True)


def _proposed(visit: Visit) -> Proposed:
    return propose_session(read_diary(visit.home), visit.at, short=_is_short(visit))


def _is_short(visit: Visit) -> bool:
    return visit.fields.typed("short") == "1"


def _items(visit: Visit, now: tuple[SessionItem, ...]) -> tuple[SessionItem, ...]:
    """Give the exercises of the page: those of the form where it is shown again, else those due now."""
    if visit.problem is None or not visit.fields.values.get("did"):
        return now
    book = load_exercises()
    due = {item.exercise.id: item for item in now}
    found = [book.find(name) for name in visit.fields.values["did"]]
    return tuple(due.get(one.id, make_item(one, "left")) for one in found if one is not None)


def _item(item: SessionItem) -> dict[str, object]:
    """Word an exercise for the page."""
    one = item.exercise
    return {
        "id": one.id,
        "name": one.name,
        "dose": dose_words(item),
        "how_to": one.how_to,
        "easier": one.regression,
        "fields": [
            (_field(one.id, side), f"Sets done{'' if side is None else f', {side} side'}")
            for side in item.sides or (None,)
        ],
        "reps": item.reps,
        "hold_s": None if item.hold_s is None else f"{item.hold_s:g}",
    }


def _posted(visit: Visit, book: ExerciseBook) -> tuple[SessionItem, ...]:
    """Give the exercises that stood on the page, as they were done."""
    items = []
    for name in dict.fromkeys(visit.fields.values.get("did", ())):
        one = book.find(name)
        if one is None:
            raise UsageError("The form names an exercise that is not in the book.", "Load the page again.")
        item = make_item(one, "left")
        reps = _number(visit, f"reps-{name}", f"{one.name}: repetitions", 1, _MOST_REPS)
        hold_s = _number(visit, f"hold-{name}", f"{one.name}: seconds held", 1, _MOST_HOLD_S)
        items.append(replace(item, reps=reps, hold_s=None if hold_s is None else float(hold_s)))
    return tuple(items)


def _sets(visit: Visit, item: SessionItem) -> dict[Knee | None, int]:
    """Read the sets of each side; 0 where nothing was said."""
    sides: tuple[Knee | None, ...] = KNEES if item.sides else (None,)
    label = f"{item.exercise.name}: sets"
    return {side: _number(visit, _field(item.exercise.id, side), label, 0, _MOST_SETS) or 0 for side in sides}


def _field(name: str, side: Knee | None) -> str:
    return f"sets-{name}" if side is None else f"sets-{name}-{side}"


def _form(visit: Visit, name: str) -> str | None:
    return visit.fields.choice(f"form-{name}", "Clean form", ("yes", "no"))


def _number(visit: Visit, name: str, label: str, least: int, most: int) -> int | None:
    """Read a whole number within its range; raises FieldError."""
    value = visit.fields.whole(name, label)
    if value is not None and not least <= value <= most:
        raise FieldError(name, f"{label} is {value}; it must be {least} to {most}.", "Correct it.")
    return value


ROUTES = (
    get("/session", session_page),
    get("/session/steps", session_steps),
    post("/session", store_done, session_page),
)
