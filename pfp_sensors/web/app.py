"""The dashboard put together: every page, behind the guard."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles

from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.report.page_style import STYLE
from pfp_sensors.web.forms import Fields
from pfp_sensors.web.guard import HEADERS, Guard
from pfp_sensors.web.pages import STATIC, render
from pfp_sensors.web.routes import problem_page, visit_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from pfp_sensors.web.guard import Door
    from pfp_sensors.web.site import Site

_FIRST: Final = ("today", "pain")
_LATER: Final = (
    *("live", "runs", "add_run", "run", "explore", "import_files", "setup", "settings", "keeping"),
    "export",
    *("clinician", "week", "session", "entries", "signs", "checkin", "scores", "programme", "trend"),
)
"""The files with pages, in the order in which their addresses are tried; each has its ``ROUTES``."""


def page_routes(names: Iterable[str] = (*_FIRST, *_LATER)) -> list[Route]:
    """Load files with pages, and gather their routes."""
    return [route for name in names for route in importlib.import_module(f"pfp_sensors.web.{name}").ROUTES]


class _LaterPages:
    """The pages that are loaded when one of them is asked for: the first page need not wait for them."""

    def __init__(self) -> None:
        self._router: Router | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._router is None:
            routes = await run_in_threadpool(page_routes)
            self._router = Router(routes, redirect_slashes=False)
        await self._router(scope, receive, send)


def create_app(site: Site, door: Door) -> Starlette:
    """Make the application.

    Parameters
    ----------
    site
        Whose home, and what the pages share.
    door
        Who may come in.
    """
    app = Starlette(
        routes=[
            Route("/static/report.css", _report_style),
            Mount("/static", StaticFiles(directory=STATIC)),
            *page_routes(_FIRST),
            Mount("", _LaterPages()),
        ],
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
