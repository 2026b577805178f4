"""The physiotherapist's page, to read, print and take along, and the forms for a clinician's word."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from pfp_sensors.actions.asked_weeks import USUAL_WEEKS
from pfp_sensors.actions.confirm_baseline import confirm_baseline
from pfp_sensors.actions.overrule import EVERY_FLAG, clear, open_red_flags, override
from pfp_sensors.actions.print_pdf import why_not
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.report_weeks import report_weeks
from pfp_sensors.load.overrides import with_overrides
from pfp_sensors.model.diary import KNEES
from pfp_sensors.report.confirm_text import confirmed_text
from pfp_sensors.report.override_words import number_name, overruled_words, shown_value
from pfp_sensors.report.overruled_text import cleared_text
from pfp_sensors.report.page import moment_words
from pfp_sensors.report.red_flag_words import flag_advice
from pfp_sensors.report.week_page import clinician_sections, week_page
from pfp_sensors.report.week_parts import week_title
from pfp_sensors.report.words import NOT_KNEE_LOAD
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import read_history
from pfp_sensors.web.clinician_number import OTHER, number_of, offered
from pfp_sensors.web.clinician_word import clinician_of
from pfp_sensors.web.forms import FieldError, needed
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page
from pfp_sensors.web.work_folder import pdf_of

if TYPE_CHECKING:
    from pfp_sensors.load.week_report import WeekReport
    from pfp_sensors.web.visit import Visit

WEEKS: Final = ("4", "8", "12", "26")
_NUMBERS: Final = {
    "impact": "Landing impact, g",
    "speed": "At a speed of, m/s",
    "cadence": "Cadence, steps per minute",
    "slope": "More landing impact for each m/s, g",
}


def clinician_page(visit: Visit) -> Page:
    """Show the weeks as a clinician reads them, what was overruled, and the forms for a clinician's word."""
    report = _report(visit)
    history = read_diary(visit.home)
    settings = load_load_settings()
    flags = open_red_flags(history, visit.at)
    held = with_overrides(settings, history, visit.at).overrides
    common, others = offered(history, visit.at)
    return Page(
        "clinician.html",
        {
            "title": week_title(report, clinician=True),
            "report": clinician_sections(report),
            "weeks": _weeks(visit),
            "choices": WEEKS,
            "no_pdf": why_not(),
            "held": [
                (
                    number_name(one.key),
                    shown_value(one.key, one.value),
                    "" if one.until is None else moment_words(one.until),
                    one,
                )
                for one in held
            ],
            "flags": [flag_advice(flag) for flag in flags],
            "flag_choices": [
                *((flag, flag_advice(flag).partition(":")[0]) for flag in flags),
                *([(EVERY_FLAG, "all of them")] if flags else []),
            ],
            "common": [*((one.key, one.choice_words) for one in common), (OTHER, "Another number")],
            "others": [("", "none"), *((one.key, one.choice_words) for one in others)],
            "most_days": settings.override.max_d,
            "numbers": list(_NUMBERS.items()),
            "legs": [("", "not said"), *((knee, knee) for knee in KNEES)],
            "today": visit.at.date(),
            "last_day": visit.at.date() + timedelta(settings.override.max_d),
            "honest": NOT_KNEE_LOAD,
        },
    )


def report_html(visit: Visit) -> Response:
    """Send the page as one HTML file that stands by itself."""
    report = _report(visit)
    return _as_file(visit, week_page(report, clinician=True).encode(), "html", "text/html; charset=utf-8")


def report_pdf(visit: Visit) -> Response:
    """Send the page as a PDF, printed by a browser that is installed here.

    Raises
    ------
    UsageError
        If there is none: it says how to print instead.
    PfpError
        If it did not print.
    """
    problem = why_not()
    if problem is not None:
        raise problem
    content = pdf_of(visit.home, week_page(_report(visit), clinician=True))
    return _as_file(visit, content, "pdf", "application/pdf")


def enter_override(visit: Visit) -> GoTo:
    """Store a clinician's number in place of one of the rules, for a time."""
    said = number_of(visit)
    by = clinician_of(visit.fields)
    with closing(open_diary(visit.home)) as diary, said.in_words():
        stored = override(diary, said.number.key, said.value, said.until, by, at=visit.at)
    return GoTo("/clinician", (overruled_words(stored),), undo=True)


def enter_clear(visit: Visit) -> GoTo:
    """Store that a clinician has looked at a red flag and cleared it."""
    flag = needed(visit.fields.text("flag", "Red flag"), "flag", "The red flag")
    by = clinician_of(visit.fields)
    with closing(open_diary(visit.home)) as diary:
        said = clear(diary, flag, by, at=visit.at)
        left = open_red_flags(read_history(diary), visit.at)
    return GoTo("/clinician", (cleared_text(said, left),), undo=True)


def enter_baseline(visit: Visit) -> GoTo:
    """Store a clinician's own numbers as the baseline of landing impact."""
    fields = visit.fields
    said = {name: fields.number(name, label) for name, label in _NUMBERS.items()}
    words = [f"{name}={value:.15g}" for name, value in said.items() if value is not None]
    leg = fields.knee("leg", "Leg")
    if not words:
        raise FieldError("impact", "The baseline has no number.", "Fill in at least one.")
    by = clinician_of(fields)
    with closing(open_diary(visit.home)) as diary:
        stored = confirm_baseline(diary, [*words, *([f"leg={leg}"] if leg else [])], at=visit.at, by=by)
    told = confirmed_text([stored.event], load_load_settings(), stored.n_runs)
    return GoTo("/clinician", (" ".join(told.split()),), undo=True)


def _report(visit: Visit) -> WeekReport:
    return report_weeks(visit.home, visit.at, weeks=int(_weeks(visit)), plan=False)


def _weeks(visit: Visit) -> str:
    """Read how many weeks are asked for; in a form that does not say so, the usual."""
    said = visit.fields.typed("weeks")
    return said if said in WEEKS else f"{USUAL_WEEKS}"


def _as_file(visit: Visit, content: bytes, ending: str, kind: str) -> Response:
    name = f"pfp-clinician-{visit.at:%Y-%m-%d}.{ending}"
    return Response(
        content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


ROUTES = (
    get("/clinician", clinician_page),
    get("/clinician/report.html", report_html),
    post("/clinician/report.pdf", report_pdf, clinician_page),
    post("/clinician/override", enter_override, clinician_page),
    post("/clinician/clear", enter_clear, clinician_page),
    post("/clinician/baseline", enter_baseline, clinician_page),
)
