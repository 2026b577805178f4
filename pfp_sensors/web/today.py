"""The first page: what comes first, the next run, pain by one tap, the last run, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.next_run import next_run
from pfp_sensors.errors import PfpError
from pfp_sensors.load.open_answers import open_answers
from pfp_sensors.load.seen import see
from pfp_sensors.report import page
from pfp_sensors.report.answer_page import answer_panel, missing_list, rules_table
from pfp_sensors.report.today_words import entered_run_words, finished_words, last_run_words, left_open_words
from pfp_sensors.report.words import NOT_KNEE_LOAD
from pfp_sensors.web.live_state import running_recording
from pfp_sensors.web.pain import day_questions, questions
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.actions.enter_recording import EnteredRun
    from pfp_sensors.actions.next_run import Judged
    from pfp_sensors.web.visit import Visit

_FIRST_ASKED: Final = 3
"""So many open questions stand on the page at once; the others wait behind a word."""


def today(visit: Visit) -> Page:
    """Show the next run and what is asked; the limit is kept as issued, as ``pfp next`` keeps it."""
    judged = next_run(visit.home, visit.at)
    rec = judged.recommendation
    asks = questions(open_answers(judged.history, visit.at, judged.settings))
    shown = _first_asked(asks)
    return Page(
        "today.html",
        {
            "day": page.day_words(visit.at.date()),
            "is_set_up": rec.status != "needs_input",
            "is_referred": rec.refer or rec.status == "refer",
            "is_recording": running_recording(visit.home) is not None,
            "left_open": _left_open(visit.home),
            "answer": answer_panel(rec),
            "missing": missing_list(rec),
            "rules": rules_table(rec.rules),
            "asks": asks[:shown],
            "more_asks": asks[shown:],
            "day_asks": day_questions(judged.history, visit.at.date()),
            "last_run": _last_run(judged, visit),
            "honest": NOT_KNEE_LOAD,
        },
    )


def _first_asked(asks: list[dict[str, str | None]]) -> int:
    """Count the questions that stand on the page at once; the two knees of one question stay together."""
    shown = min(_FIRST_ASKED, len(asks))
    while 0 < shown < len(asks) and _asked(asks[shown]) == _asked(asks[shown - 1]):
        shown += 1
    return shown


def _asked(ask: dict[str, str | None]) -> tuple[str | None, str | None]:
    return ask["run"], ask["when"]


def finish_recordings(visit: Visit) -> GoTo:
    """Finish what a crash left open and bring it into the diary; one that fails does not stop the others."""
    from pfp_sensors.actions.recover import recover

    lines: list[str] = []
    entered = False
    for one in recover(visit.home):
        if one.finished is None:
            lines += [f"Not finished: recording {one.folder.name}.", *_trouble(one.error)]
            continue
        lines += finished_words(one.folder.name, one.finished.rows, one.finished.notes)
        try:
            run = _enter(visit, one.finished.folder)
            lines.append(
                entered_run_words(None if run is None else run.run, () if run is None else run.marked)
            )
            entered = entered or run is not None
        except PfpError as error:
            lines += ["It is not in the diary.", *_trouble(error)]
    return GoTo("/", tuple(lines or ["No recording was left open."]), undo=entered)


def _enter(visit: Visit, folder: Path) -> EnteredRun | None:
    """Bring a finished recording into the diary as `pfp record` does, with the pain that was marked in it."""
    from pfp_sensors.actions.enter_recording import analyse_recorded, enter_recording

    analysis = analyse_recorded(visit.home, folder, visit.at)
    return enter_recording(visit.home, folder, analysis, visit.at)


def _trouble(error: PfpError | None) -> list[str]:
    return [] if error is None else [line for line in (error.message, error.what_to_do) if line]


def _left_open(home: Path) -> str:
    """Say what a crash left open; empty where nothing is."""
    from pfp_sensors.store.home import start_of, unfinished_runs

    if not home.is_dir():
        return ""
    starts = [start_of(folder.name) for folder in unfinished_runs(home)]
    return left_open_words([one and one.astimezone().date() for one in starts]) if starts else ""


def _last_run(judged: Judged, visit: Visit) -> dict[str, Any] | None:
    runs = see(judged.history, visit.at, judged.settings).runs
    if not runs:
        return None
    name, known = last_run_words(runs[-1])
    return {"id": runs[-1].run.id, "name": name, "known": known}


ROUTES = (get("/", today), post("/recover", finish_recordings, today))
