"""One run: what its report says, its pain by one tap, a value corrected, and the page to keep or print."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse, Response

from pfp_sensors.actions.edit_entry import edit_entry
from pfp_sensors.actions.edit_values import UNKNOWN
from pfp_sensors.actions.print_pdf import why_not
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.report_run import report_own_run
from pfp_sensors.errors import UsageError
from pfp_sensors.load.open_answers import open_answers
from pfp_sensors.report.html import Markup
from pfp_sensors.report.run_page import run_page, run_sections, run_title
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.web.command_links import linked
from pfp_sensors.web.export_offers import NOT_MADE, run_offers
from pfp_sensors.web.forms import needed
from pfp_sensors.web.pain import WHEN_ASKED, said_of
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page
from pfp_sensors.web.work_folder import as_file, name_part, pdf_of

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Knee, Run
    from pfp_sensors.model.report import RunReport
    from pfp_sensors.web.site import Site
    from pfp_sensors.web.visit import Visit

VALUES: Final = {
    "km": "Distance, km",
    "minutes": "Running time, minutes, as 20:30 or 20.5",
    "start": "Day, or day and time, as 2026-10-01T07:30",
    "speed_mps": "Pace, minutes per km, as 5:58",
    "cadence_spm": "Steps per minute of both feet",
    "steps": "Steps",
    "downhill_min": "Minutes downhill",
    "rpe": "Effort, 0 to 10",
}
"""What may be corrected beside the note, by its name for `edit_entry`."""


def run_of(visit: Visit) -> Run:
    """Find the run that the address names, by its id and nothing else.

    Raises
    ------
    UsageError
        If the diary has no such run.
    """
    ident = visit.part("id")
    for run in read_diary(visit.home).runs:
        if run.id == ident:
            return run
    raise UsageError("The diary has no such run.", "`pfp runs` shows all of them.")


def report_of(visit: Visit) -> RunReport:
    """Gather the report of the run; raises as `run_of` and `report_own_run`."""
    site: Site = visit.request.app.state.site
    return report_own_run(visit.home, run_of(visit).id, visit.at, look=site.looks.at)


def show_run(visit: Visit) -> Page:
    """Show the run; what is to be answered now stands first."""
    report = report_of(visit)
    ident, note = visit.part("id"), None if report.run is None else report.run.note
    history = read_diary(visit.home)
    opened = [one for one in open_answers(history, visit.at, load_load_settings()) if one.run.id == ident]
    asks = [_ask(ident, one.when, one.knee) for one in opened]
    knees = history.profile.knees or (None,)
    others = [_ask(ident, when, knee) for when in WHEN_ASKED if when != "day" for knee in knees]
    made_here = {f"/runs/{ident}/{name}" for name in ("report.pdf", *(one.name for one in run_offers()))}
    not_made = {"not_done": NOT_MADE} if visit.request.url.path in made_here else {}
    return Page(
        "run.html",
        {
            **not_made,
            "title": run_title(report),
            "ident": ident,
            "sections": _with_own_links(run_sections(report), ident),
            "asks": asks,
            "others": [one for one in others if one not in asks],
            "is_charted": bool(report.charts),
            "values": [("", "choose"), *VALUES.items()],
            "note": note or "",
            "no_pdf": why_not(),
            "offers": [] if report.run is None else run_offers(report.run),
            "has_recording": report.run is not None and report.run.recording is not None,
        },
    )


def _ask(ident: str, when: str, knee: Knee | None) -> dict[str, str | None]:
    """Word a question of this run for the row of scores; the answer leads back here."""
    label = WHEN_ASKED[when] + ("" if knee is None else f", {knee} knee")
    return {"label": label, "when": when, "run": ident, "knee": knee, "from": ident}


def _with_own_links(sections: Markup, ident: str) -> Markup:
    """Lead from a question that is open to where it is answered on this page."""
    here = rf'(?:\b(?:[Ss]ee|on) )?<a href="/runs/{re.escape(ident)}">[Tt]he page of {re.escape(ident)}</a>'
    return Markup(re.sub(here, '<a href="#pain">answer it</a>', linked(sections)))


def correct(visit: Visit) -> GoTo:
    """Correct one value of the run; raises as `edit_entry`."""
    run, fields = run_of(visit), visit.fields
    key = needed(fields.choice("key", "Which value", VALUES), "key", "Which value")
    value = needed(fields.text("value", "New value"), "value", "New value")
    if key == "speed_mps" and value.lower() != UNKNOWN:
        value = f"{fields.speed_mps('value', 'Pace'):.3f}"
    value = value if key == "start" else value.replace(",", ".")
    return _corrected(visit, run, key, value)


def write_note(visit: Visit) -> GoTo:
    """Write the note of the run anew, or take it away where nothing is left; raises as `edit_entry`."""
    return _corrected(visit, run_of(visit), "note", visit.fields.text("note", "Note") or "unknown")


def _corrected(visit: Visit, run: Run, key: str, value: str) -> GoTo:
    written = edit_entry(visit.home, run.id, key, value, load_load_settings(), at=visit.at)
    return GoTo(f"/runs/{run.id}", said_of(written), undo=written.how != "known")


def own_file(visit: Visit) -> Response:
    """Send the page of the run as a file that stands by itself."""
    text = run_page(report_of(visit))
    return HTMLResponse(text, headers=_as_file(visit, "html"))


def own_pdf(visit: Visit) -> Response:
    """Send the page of the run as PDF, printed by a browser of this computer.

    Raises
    ------
    UsageError
        If there is none: it says how to print instead.
    PfpError
        If it did not print.
    """
    report, problem = report_of(visit), why_not()
    if problem is not None:
        raise problem
    content = pdf_of(visit.home, run_page(report))
    return Response(content, media_type="application/pdf", headers=_as_file(visit, "pdf"))


def _as_file(visit: Visit, ending: str) -> dict[str, str]:
    return as_file(f"pfp-run-{name_part(visit.part('id'))}.{ending}")


ROUTES = (
    get("/runs/{id}", show_run),
    get("/runs/{id}/report.html", own_file),
    post("/runs/{id}/report.pdf", own_pdf, show_run),
    post("/runs/{id}/edit", correct, show_run),
    post("/runs/{id}/note", write_note, show_run),
)
