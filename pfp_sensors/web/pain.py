"""Pain by one tap or in full, and the last act taken back: the forms that stand on many pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.add_pain import PainGiven, add_pain
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.undo import undo
from pfp_sensors.model.diary import WHENS
from pfp_sensors.report.entry_words import named_run
from pfp_sensors.report.undone_text import undone_text
from pfp_sensors.report.written_text import TAKE_BACK, written_text
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.web.forms import needed
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from pfp_sensors.load.open_answers import OpenAnswer
    from pfp_sensors.model.diary import Knee
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
        score, when, fields.text("run", "Run"), knee, fields.day("day", "Day"), fields.text("note", "Note")
    )
    written = add_pain(visit.home, given, load_load_settings(), at=visit.at)
    return GoTo(_back(visit), said_of(written), undo=written.how != "known")


def take_back(visit: Visit) -> GoTo:
    """Take the last act back, and say what it was; raises as `undo`."""
    done = undo(visit.home, at=visit.at)
    what = None if done is None else done.what
    entries = () if done is None else tuple((one.id, one.entry, one.counts) for one in done.entries)
    changed = () if done is None else done.changed
    return GoTo(_back(visit), tuple(undone_text(what, entries, changed).splitlines()))


def said_of(written: Written) -> tuple[str, ...]:
    """Write what the commands say of an entry; taking it back is a button here."""
    return tuple(line.removesuffix(TAKE_BACK).strip() for line in written_text(written).splitlines())


def question(ask: OpenAnswer) -> dict[str, str | None]:
    """Word an open question for the row of scores."""
    knee = "" if ask.knee is None else f", {ask.knee} knee"
    return {
        "label": f"{WHEN_ASKED[ask.when]} ({named_run(ask.run)}){knee}",
        "when": ask.when,
        "run": ask.run.id,
        "knee": ask.knee,
    }


def day_questions(knees: tuple[Knee, ...], day_words: str) -> list[dict[str, str | None]]:
    """Word the question for the worst of today, for each knee that hurts."""
    return [
        {
            "label": f"The worst of today, {day_words}" + ("" if knee is None else f", {knee} knee"),
            "when": "day",
            "run": None,
            "knee": knee,
        }
        for knee in (knees if len(knees) > 1 else (None,))
    ]


def _back(visit: Visit) -> str:
    """Go back to the run that was answered for where the form stood on its page, else to today."""
    here = visit.fields.typed("from")
    return f"/runs/{here}" if _RUN_ID.fullmatch(here) else "/"


ROUTES = (
    get("/pain", pain_page),
    post("/pain", enter_pain, pain_page),
    post("/undo", take_back, pain_page),
)
