"""The first page: the next run, what is missing, and pain by one tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.actions.next_run import next_run
from pfp_sensors.load.open_answers import open_answers
from pfp_sensors.report import page
from pfp_sensors.report.answer_page import answer_panel, missing_list, rules_table
from pfp_sensors.report.words import NOT_KNEE_LOAD
from pfp_sensors.web.pain import day_questions, question
from pfp_sensors.web.routes import get
from pfp_sensors.web.visit import Page

if TYPE_CHECKING:
    from pfp_sensors.web.visit import Visit


def today(visit: Visit) -> Page:
    """Show the next run and what is asked; the limit is kept as issued, as ``pfp next`` keeps it."""
    judged = next_run(visit.home, visit.at)
    rec = judged.recommendation
    asks = open_answers(judged.history, visit.at, judged.settings)
    return Page(
        "today.html",
        {
            "day": page.day_words(visit.at.date()),
            "is_set_up": rec.status != "needs_input",
            "is_referred": rec.refer or rec.status == "refer",
            "answer": answer_panel(rec),
            "missing": missing_list(rec),
            "rules": rules_table(rec.rules),
            "asks": [question(one) for one in asks],
            "day_asks": day_questions(judged.history.profile.knees, page.day_words(visit.at.date())),
            "honest": NOT_KNEE_LOAD,
        },
    )


ROUTES = (get("/", today),)
