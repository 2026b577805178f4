"""The dashboard put together: every page, behind the guard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.report.page_style import STYLE
from pfp_sensors.web import (
    add_run,
    checkin,
    clinician,
    entries,
    explore,
    import_files,
    keeping,
    live,
    pain,
    programme,
    run,
    runs,
    scores,
    session,
    settings,
    setup,
    signs,
    today,
    trend,
    week,
)
from pfp_sensors.web.forms import Fields
from pfp_sensors.web.guard import HEADERS, Guard
from pfp_sensors.web.pages import STATIC, render
from pfp_sensors.web.routes import problem_page, visit_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from pfp_sensors.web.guard import Door
    from pfp_sensors.web.site import Site

PAGES = (
    today,
    pain,
    live,
    runs,
    add_run,
    run,
    explore,
    import_files,
    setup,
    settings,
    keeping,
    clinician,
    week,
    session,
    entries,
    signs,
    checkin,
    scores,
    programme,
    trend,
)
"""The files with pages; each has its ``ROUTES``."""


def create_app(site: Site, door: Door) -> Starlette:
    """Make the application.

    Parameters
    ----------
    site
        Whose home, and what the pages share.
    door
        Who may come in.
    """
    static = Mount("/static", StaticFiles(directory=STATIC))
    routes = [Route("/static/report.css", _report_style), static, *(r for page in PAGES for r in page.ROUTES)]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, door=door)],
        exception_handlers={HTTPException: _not_there, Exception: _failed},
    )
    app.router.redirect_slashes = False
    app.state.site = site
    app.state.live_followers = set()
    app.state.is_stopping = lambda: False
    return app


def _report_style(_request: Request) -> Response:
    """Send the style sheet of reports, on which the dashboard's own builds."""
    return PlainTextResponse(STYLE, media_type="text/css")


def _not_there(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    problem = UsageError("There is no such page.", "Choose one from the top of this page.")
    if status != 404:
        problem = UsageError("That cannot be asked of this page.", "Choose one from the top of this page.")
    return render(visit_of(request, Fields()), problem_page(problem, status))


def _failed(request: Request, _error: Exception) -> Response:
    """Say that the program failed; the traceback goes to where `pfp serve` runs."""
    problem = PfpError(
        "The program failed here; this is a bug. What was stored before is still there.",
        "What happened stands in the window where `pfp serve` runs; please report it with those lines.",
    )
    answer = render(visit_of(request, Fields()), problem_page(problem, 500))
    answer.headers.update(HEADERS)  # Starlette sends this one outside of the guard
    return answer
