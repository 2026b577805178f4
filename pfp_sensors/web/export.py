"""Take your data out: the diary, its tables, and runs, as files for other programs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.export_request import ExportRequest
from pfp_sensors.actions.find_run import runs_in_order
from pfp_sensors.actions.read_diary import has_diary, read_diary
from pfp_sensors.errors import PfpError
from pfp_sensors.report.entry_words import named_run
from pfp_sensors.report.words import count
from pfp_sensors.web.export_offers import NOT_MADE, OFFERS, SENSORS, TYPES, run_offers, runs_for, whole_offers
from pfp_sensors.web.forms import FieldError, needed
from pfp_sensors.web.pages import Notice
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.run import run_of, show_run
from pfp_sensors.web.visit import Page
from pfp_sensors.web.work_folder import WorkFolder, name_part, sent_file

if TYPE_CHECKING:
    from starlette.responses import Response

    from pfp_sensors.actions.export_request import Exported
    from pfp_sensors.model.diary import Run
    from pfp_sensors.web.export_offers import Offer
    from pfp_sensors.web.site import Site
    from pfp_sensors.web.visit import Visit

_MOST_SAID: Final = 5


def export_page(visit: Visit) -> Page:
    """Show everything that can be taken out, each with what it is for; nothing is made by looking."""
    newest = runs_in_order(read_diary(visit.home).runs, visit.at)[::-1]
    return Page(
        "export.html",
        {
            "not_done": NOT_MADE,
            "is_begun": has_diary(visit.home),
            "whole": whole_offers(),
            "of_runs": [(one, _choices(one, runs_for(one, newest))) for one in run_offers()],
        },
    )


def _choices(offer: Offer, runs: list[Run]) -> list[tuple[str, str]]:
    """List the runs to choose from; empty where there is none."""
    first = "choose a run" if offer.kind.run == "must" else "all that have a recording"
    return [("", first), *((run.id, named_run(run)) for run in runs)] if runs else []


def send_whole(offer: Offer, visit: Visit) -> Response:
    """Send what is about the whole diary; raises as its action."""
    return _sent(offer, visit, None)


def send_chosen(offer: Offer, visit: Visit) -> Response:
    """Send what is about the run that was chosen, or all; raises as its action.

    Raises
    ------
    FieldError
        If none was chosen where one must be, or the diary has no such run.
    """
    ident = visit.fields.text("run", "The run")
    if ident is None and offer.kind.run == "must":
        needed(None, "run", "The run")
    run = next((one for one in read_diary(visit.home).runs if one.id == ident), None)
    if ident is not None and run is None:
        raise FieldError("run", "The diary has no such run.", "Choose one of the list.")
    return _sent(offer, visit, run)


def send_this(offer: Offer, visit: Visit) -> Response:
    """Send what is about the run of the address; raises as `run_of` and its action."""
    return _sent(offer, visit, run_of(visit))


def _sent(offer: Offer, visit: Visit, run: Run | None) -> Response:
    """Make the file in a folder of its own, and send it; what was left out is said on the next page."""
    form = visit.fields.choice("form", "Form", [one for one, _ in offer.forms]) or offer.forms[0][0]
    options: dict[str, Any] = {name: visit.fields.ticked(name) for name, _ in offer.boxes}
    sensor = visit.fields.choice("sensor", "Sensor", [one for one, _ in SENSORS if one])
    name = _file_name(offer, run, visit, form)
    folder = WorkFolder(visit.home)
    try:
        path = folder.path / name
        ident = None if run is None else run.id
        request = ExportRequest(visit.home, path, visit.at, run=ident, sensor=sensor, **options)
        done = offer.write(request)
        answer = sent_file(folder, path, name, TYPES[form])
    except PfpError:
        folder.close()
        raise
    _leave_word(visit, name, done)
    return answer


def _file_name(offer: Offer, run: Run | None, visit: Visit, ending: str) -> str:
    """Name a file by what is in it."""
    if run is None:
        return f"pfp-{offer.name}-{visit.at:%Y-%m-%d}{ending}"
    return f"pfp-run-{name_part(run.id)}-{offer.name}{ending}"


def _leave_word(visit: Visit, name: str, done: Exported) -> None:
    if not done.notes:
        return
    site: Site = visit.request.app.state.site
    more = len(done.notes) - _MOST_SAID
    rest = (f"And {count(more, 'more such note')}.",) if more > 0 else ()
    site.leave_notice(visit.session, Notice((f"About {name}:", *done.notes[:_MOST_SAID], *rest)))


def _routes() -> list[Any]:
    found = [get("/export", export_page)]
    for offer in OFFERS:
        send = send_whole if offer.kind.run == "none" else send_chosen
        found.append(post(f"/export/{offer.name}", partial(send, offer), export_page))
    of_one = [one for one in OFFERS if one.kind.run != "none"]
    return [*found, *(post(f"/runs/{{id}}/{one.name}", partial(send_this, one), show_run) for one in of_one)]


ROUTES = tuple(_routes())
