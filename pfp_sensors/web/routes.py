"""From a page function to a route: the visit is made, forms are checked, errors become pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.formparsers import MultiPartException
from starlette.responses import RedirectResponse
from starlette.routing import Route

from pfp_sensors.actions.entry_list import what_undo_takes
from pfp_sensors.actions.now import now
from pfp_sensors.errors import InputError, PfpError, RefusedError, UsageError
from pfp_sensors.web.forms import Fields, fields_of
from pfp_sensors.web.guard import read_cookie
from pfp_sensors.web.pages import Notice, render
from pfp_sensors.web.tokens import TOKEN_FIELD
from pfp_sensors.web.visit import GoTo, Page, Visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from pfp_sensors.web.site import Site
    from pfp_sensors.web.visit import Handler

_MOST_FIELDS = 1000


def get(path: str, handler: Handler) -> Route:
    """Make the route of a page; the function runs in a thread of its own."""

    async def endpoint(request: Request) -> Response:
        fields = Fields({name: tuple(request.query_params.getlist(name)) for name in request.query_params})
        return await run_in_threadpool(_answered, visit_of(request, fields), handler, None)

    return Route(path, endpoint, methods=["GET"])


def post(path: str, handler: Handler, shows: Handler) -> Route:
    """Make the route of a form.

    Parameters
    ----------
    handler
        Takes the form; called only with a fitting token. It stores what was typed, or raises.
    shows
        The page on which the form stands: shown again, with what was typed and why it was not taken.
    """

    async def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site
        try:
            most_files = site.settings.max_upload_files
            async with request.form(max_files=most_files, max_fields=_MOST_FIELDS) as form:
                visit = visit_of(request, fields_of(form))
                token = visit.fields.typed(TOKEN_FIELD)
                if not site.tokens.fits(token, visit.session, request.url.path):
                    return await run_in_threadpool(_stale, visit, shows)
                return await run_in_threadpool(_answered, visit, handler, shows)
        except MultiPartException as error:
            problem = InputError(f"The form came damaged: {error.message}", "Go back and send it again.")
            return render(visit_of(request, Fields()), problem_page(problem, 400))

    return Route(path, endpoint, methods=["POST"])


def problem_page(problem: PfpError, status: int) -> Page:
    """Make the page that says what went wrong, and nothing else."""
    return Page("problem.html", {"what": problem}, status)


def _answered(visit: Visit, handler: Handler, shows: Handler | None) -> Response:
    """Call a page function, and make HTTP of its answer or its error."""
    try:
        answer = handler(visit)
    except PfpError as error:
        visit, answer = _failed(visit, error, shows)
    if isinstance(answer, GoTo):
        if answer.said:
            site: Site = visit.request.app.state.site
            site.leave_notice(visit.session, Notice(answer.said, _undo_of(visit, answer), answer.alarm))
        return RedirectResponse(answer.path, status_code=303)
    if isinstance(answer, Page):
        return render(visit, answer)
    return answer


def _undo_of(visit: Visit, answer: GoTo) -> str:
    """Name the act that a notice offers to take back: a second click must not take back another."""
    last = what_undo_takes(visit.home, at=visit.at) if answer.undo else None
    return "" if last is None else f"{last.act}"


def _failed(visit: Visit, error: PfpError, shows: Handler | None) -> tuple[Visit, Page | GoTo | Response]:
    """Show the page of the form again, with the error, or the error alone where there is no such page."""
    refused = isinstance(error, (UsageError, RefusedError))
    status = 422 if refused else 400 if isinstance(error, InputError) else 500
    if shows is None:
        return visit, problem_page(error, 404 if isinstance(error, UsageError) else status)
    again = Visit(
        visit.home, visit.at, visit.request, visit.session, visit.settings, visit.fields, problem=error
    )
    try:
        page = shows(again)
    except PfpError:
        return visit, problem_page(error, status)
    return again, Page(page.template, page.context, status) if isinstance(page, Page) else page


def visit_of(request: Request, fields: Fields) -> Visit:
    """Make the visit of a request."""
    site: Site = request.app.state.site
    session = site.tokens.session(read_cookie(request.headers, site.session_cookie))
    return Visit(site.home, now(), request, session, site.settings, fields)


def _stale(visit: Visit, shows: Handler) -> Response:
    """Answer a form whose token does not fit: its page again with what was typed, where it was our own.

    The browser itself has to say that it was: only then is anything of what was sent shown.
    """
    if not _is_own_page(visit.request):
        problem = PfpError(
            "This form is from before `pfp serve` was started, or not from here. Nothing was stored.",
            "Go back, load the page again, and send it once more.",
        )
        return render(visit, problem_page(problem, 403))
    advice = "Look it over, and send it once more."
    if visit.fields.uploads:
        advice = "Look it over, choose the files again, and send it once more."
    error = PfpError(
        "This page was from before the dashboard was started again. Nothing is stored yet.", advice
    )
    again, page = _failed(visit, error, shows)
    if isinstance(page, Page):
        return render(again, Page(page.template, page.context, 403))
    return render(visit, problem_page(error, 403))


def _is_own_page(request: Request) -> bool:
    """Tell whether the browser says that a page of this very address sent the form."""
    headers = request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    is_own = origin == f"http://{headers.get('host', '')}"
    return site == "same-origin" and (origin is None or is_own) if site is not None else is_own
