"""Totals of questionnaires: a new one, and those before with what a change means."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.add_score import SCALES, add_score, check_score
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.errors import UsageError
from pfp_sensors.load.days import day_of
from pfp_sensors.load.score_changes import score_changes
from pfp_sensors.model.diary import SCORE_KINDS
from pfp_sensors.report import page
from pfp_sensors.report.score_words import ONLY_TOTALS, scale_words, smallest_words, step_words
from pfp_sensors.report.trend_text import SCORE_NAMES, change_words
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.web.days import past_day
from pfp_sensors.web.forms import FieldError, needed
from pfp_sensors.web.pain import said_of
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pfp_sensors.load.score_changes import ScoreChange
    from pfp_sensors.model.diary import Score
    from pfp_sensors.web.visit import Visit

_SCORES: Final = "/scores"


def scores_page(visit: Visit) -> Page:
    """Show the form, and each questionnaire's totals with what their changes mean."""
    scores = sorted(read_diary(visit.home).scores, key=lambda one: (day_of(one.at), str(one.at)))
    by_kind = [(kind, [one for one in scores if one.kind == kind]) for kind in SCORE_KINDS]
    return Page(
        "scores.html",
        {
            "about": ONLY_TOTALS,
            "kinds": [
                (kind, f"{SCORE_NAMES[kind]} ({scale_words(one.full_name, one.top, whole=one.whole)})")
                for kind, one in SCALES.items()
            ],
            "past": [_past(kind, found) for kind, found in by_kind if found],
            "today": visit.at.date(),
        },
    )


def enter_score(visit: Visit) -> GoTo:
    """Write a total down; raises as `add_score`."""
    fields = visit.fields
    kind = needed(fields.choice("kind", "Questionnaire", SCORE_KINDS), "kind", "Which questionnaire")
    value = needed(fields.number("value", "Total"), "value", "The total")
    try:
        check_score(kind, value)
    except UsageError as error:
        raise FieldError("value", error.message, error.what_to_do) from error
    written = add_score(visit.home, kind, value, day=past_day(visit, "day", "Day"), at=visit.at)
    return GoTo(_SCORES, said_of(written), undo=written.how != "known")


def _past(kind: str, scores: list[Score]) -> dict[str, Any]:
    """List the totals of a questionnaire, the latest first, each against the one before."""
    steps = [None, *(_change(scores[k : k + 2]) for k in range(len(scores) - 1))]
    whole = _change(scores)
    change = load_load_settings().change
    smallest = {"akps": change.akps, "koos-pf": change.koos_pf, "uwri": change.uwri}[kind]
    rows = [
        {
            "id": one.id,
            "day": page.moment_words(day_of(one.at)),
            "value": f"{one.value:g}",
            "step": step_words(step),
        }
        for one, step in zip(scores, steps, strict=True)
    ]
    return {
        "name": SCORE_NAMES[kind],
        "rows": rows[::-1],
        "change": "" if whole is None else change_words(whole),
        "smallest": smallest_words(smallest),
    }


def _change(scores: Iterable[Score]) -> ScoreChange | None:
    """Compare the first and the latest total; None where there is but one."""
    return next(iter(score_changes(scores, date.min, (), load_load_settings().change)), None)


ROUTES = (get(_SCORES, scores_page), post(_SCORES, enter_score, scores_page))
