"""Pain by one tap or in full: the forms that stand on many pages."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.add_pain import PainGiven, add_pain
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import WHENS
from pfp_sensors.report import page
from pfp_sensors.report.entry_words import named_run
from pfp_sensors.report.today_words import entered_words, lowered_words
from pfp_sensors.report.written_text import TAKE_BACK, written_text
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.web.days import past_day
from pfp_sensors.web.forms import needed
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pfp_sensors.load.open_answers import OpenAnswer
    from pfp_sensors.model.diary import History, Knee, Pain
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


def enter_pain(visit: Visit) -> GoTo | Page:
    """Write a score down, or ask first where a page from before would lower one; raises as `add_pain`."""
    fields = visit.fields
    score = needed(fields.whole("score", "Pain"), "score", "Pain")
    when = needed(fields.choice("when", "When", WHENS), "when", "When")
    knee = fields.knee("knee", "Knee")
    given = PainGiven(
        score,
        when,
        fields.text("run", "Run"),
        knee,
        past_day(visit, "day", "Day"),
        fields.text("note", "Note"),
    )
    since = higher_since(read_diary(visit.home), given, _page_of(visit), visit.at)
    if since is not None and not fields.ticked("sure"):
        kept = {name: fields.typed(name) for name in ("when", "run", "knee", "day", "note", "from")}
        words = lowered_words(since, score)
        return Page(
            "pain_sure.html", {"words": words, "score": score, "kept": kept, "back": back_to(visit)}, 409
        )
    written = add_pain(visit.home, given, load_load_settings(), at=visit.at)
    return GoTo(
        back_to(visit),
        said_of(written),
        undo=written.how != "known",
        alarm="red_flag_open" in written.cautions,
    )


def higher_since(history: History, given: PainGiven, page_of: datetime | None, at: datetime) -> Pain | None:
    """Find the higher score that the same question of a run got today, after its page was made."""
    if page_of is None or given.run is None:
        return None
    corrected = {one.replaces for one in history.pain}
    found = [
        one
        for one in history.pain
        if (one.run, one.when, one.knee) == (given.run, given.when, given.knee)
        if one.id not in corrected and one.score is not None and one.score > given.score
        if isinstance(one.entered, datetime) and one.entered >= page_of and day_of(one.entered) == day_of(at)
    ]
    return found[-1] if found else None


def _page_of(visit: Visit) -> datetime | None:
    """Read when the page was made; None where the form has no moment, or none that is one."""
    try:
        made = datetime.fromisoformat(visit.fields.typed("page_of"))
    except ValueError:
        return None
    return made if made.tzinfo is not None else None


def said_of(written: Written) -> tuple[str, ...]:
    """Write what the commands say of an entry; taking it back is a button here."""
    return said_lines(written_text(written))


def said_lines(text: str) -> tuple[str, ...]:
    """Split what a command says into sentences of a notice; taking it back is a button here."""
    lines = (line.removesuffix(TAKE_BACK).strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


def questions(asks: Sequence[OpenAnswer]) -> list[dict[str, str | None]]:
    """Word open questions for the row of scores; two runs of one day are told apart by their ids."""
    runs = {one.run.id: day_of(one.run.start) for one in asks}
    alike = {day for day in runs.values() if [*runs.values()].count(day) > 1}
    return [_question(one, runs[one.run.id] in alike) for one in asks]


def _question(ask: OpenAnswer, with_id: bool) -> dict[str, str | None]:
    day = page.short_day(day_of(ask.run.start)).strip() + (f" ({ask.run.id})" if with_id else "")
    of_run = ", " if ask.when == "during" else " of "
    knee = "" if ask.knee is None else f", {ask.knee} knee"
    return {
        "label": f"{WHEN_ASKED[ask.when]}{of_run}{day}{knee}",
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
