"""Pain by one tap or in full: the forms that stand on many pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.add_pain import PainGiven, add_pain
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import WHENS
from pfp_sensors.report import page
from pfp_sensors.report.entry_words import named_run
from pfp_sensors.report.today_words import entered_words
from pfp_sensors.report.written_text import TAKE_BACK, written_text
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.web.days import past_day
from pfp_sensors.web.forms import needed
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from datetime import date

    from pfp_sensors.load.open_answers import OpenAnswer
    from pfp_sensors.model.diary import History, Knee
    from pfp_sensors.model.written import Written
    from pfp_sensors.web.visit import Visit

KNEES: Final = ("left", "right")
WHEN_ASKED: Final = {
    "before": "Just before the run",
    "during": "The worst while running",
    "after60": "An hour after the run",
    "morning": "The morning after the run",
    "day": "The worst of the day",
}
_RUN_ID: Final = re.compile(r"r[0-9]{1,9}")


def pain_page(visit: Visit) -> Page:
    """Show the form for any pain score."""
    history = read_diary(visit.home)
    runs = sorted(history.runs, key=lambda run: str(run.start), reverse=True)[:20]
    return Page(
        "pain.html",
        {
            "whens": list(WHEN_ASKED.items()),
            "runs": [("", "as the day says"), *((run.id, named_run(run)) for run in runs)],
            "knees": [("", "not said"), *((knee, knee) for knee in KNEES)],
            "today": visit.at.date(),
        },
    )


def enter_pain(visit: Visit) -> GoTo:
    """Write a score down; raises as `add_pain`."""
    fields = visit.fields
    score = needed(fields.whole("score", "Pain"), "score", "Pain")
    when = needed(fields.choice("when", "When", WHENS), "when", "When")
    knee: Knee | None = fields.choice("knee", "Knee", KNEES)  # type: ignore[assignment]
    given = PainGiven(
        score,
        when,
        fields.text("run", "Run"),
        knee,
        past_day(visit, "day", "Day"),
        fields.text("note", "Note"),
    )
    written = add_pain(visit.home, given, load_load_settings(), at=visit.at)
    return GoTo(back_to(visit), said_of(written), undo=written.how != "known")


def said_of(written: Written) -> tuple[str, ...]:
    """Write what the commands say of an entry; taking it back is a button here."""
    return said_lines(written_text(written))


def said_lines(text: str) -> tuple[str, ...]:
    """Split what a command says into sentences of a notice; taking it back is a button here."""
    lines = (line.removesuffix(TAKE_BACK).strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


def question(ask: OpenAnswer) -> dict[str, str | None]:
    """Word an open question for the row of scores."""
    knee = "" if ask.knee is None else f", {ask.knee} knee"
    return {
        "label": f"{WHEN_ASKED[ask.when]} ({named_run(ask.run)}){knee}",
        "when": ask.when,
        "run": ask.run.id,
        "knee": ask.knee,
    }


def day_questions(history: History, day: date) -> list[dict[str, str | None]]:
    """Word the question for the worst of a day, for each knee that hurts, with what is there already."""
    knees = history.profile.knees
    return [_day_question(history, day, knee) for knee in (knees if len(knees) > 1 else (None,))]


def _day_question(history: History, day: date, knee: Knee | None) -> dict[str, str | None]:
    corrected = {one.replaces for one in history.pain}
    known = [
        one
        for one in history.pain
        if one.when == "day" and day_of(one.at) == day and one.id not in corrected
        if knee is None or one.knee in {knee, None}
    ]
    which = "" if knee is None else f", {knee} knee"
    so_far = f"; {entered_words(known)}" if known else ""
    label = f"The worst of today, {page.day_words(day)}{which}{so_far}"
    return {"label": label, "when": "day", "run": None, "knee": knee}


def back_to(visit: Visit) -> str:
    """Name the page on which a form stood: that of a run, the list of entries, else today."""
    here = visit.fields.typed("from")
    if here == "entries":
        return "/entries"
    return f"/runs/{here}" if _RUN_ID.fullmatch(here) else "/"


ROUTES = (
    get("/pain", pain_page),
    post("/pain", enter_pain, pain_page),
)
