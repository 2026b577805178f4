"""Templates to HTML: everything is escaped unless `report` made it as markup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import HTMLResponse

from pfp_sensors import __version__
from pfp_sensors.report.html import Markup, prose
from pfp_sensors.web.arrival import ELSEWHERE
from pfp_sensors.web.command_links import linked
from pfp_sensors.web.forms import FieldError
from pfp_sensors.web.tokens import TOKEN_FIELD

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.responses import Response

    from pfp_sensors.web.site import Site
    from pfp_sensors.web.visit import Page, Visit

STATIC: Final = Path(__file__).parent / "static"

NAVIGATION: Final = (
    ("/", "Today"),
    ("/runs", "Runs"),
    ("/week", "Week"),
    ("/programme", "Programme"),
    ("/trend", "Trend"),
    ("/live", "Live"),
    ("/settings", "Settings"),
)
_YEAR_S: Final = 31_536_000


@dataclass(frozen=True, slots=True)
class Notice:
    """What a form did: sentences, the number of the act that can be taken back at once, and a red flag."""

    said: tuple[str, ...]
    undo_of: str = ""
    alarm: bool = False


def render(visit: Visit, page: Page) -> Response:
    """Write a page, with the notices that wait for this browser.

    A page function's context may hold texts (escaped), and markup of `report` (taken as it is).
    """
    site: Site = visit.request.app.state.site
    problem = visit.problem
    context: dict[str, Any] = {
        "visit": visit,
        "here": "/" + visit.request.url.path.strip("/").partition("/")[0],
        "problem": problem,
        "not_done": "Not stored",
        "wrong_field": problem.field if isinstance(problem, FieldError) else None,
        "notices": [] if problem is not None else site.take_notices(visit.session),
        "token": lambda path: site.tokens.form(visit.session, path),
        **page.context,
    }
    text = environment().get_template(page.template).render(context)
    answer = HTMLResponse(text, status_code=page.status)
    if visit.request.headers.get("sec-fetch-site") not in ELSEWHERE:  # its cookies are kept back there
        name = site.session_cookie
        answer.set_cookie(name, visit.session, httponly=True, samesite="strict", max_age=_YEAR_S)
    return answer


@cache
def environment() -> Environment:
    """Load the templates, each name of which must be given."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"NAVIGATION": NAVIGATION, "VERSION": __version__, "TOKEN_FIELD": TOKEN_FIELD}
    made.filters |= {"said": said, "linked": linked, "ident": ident}
    return made


def said(text: str) -> Markup:
    """Write a sentence of a command for the page: what names a command becomes a link to its form."""
    return linked(prose(text))


def ident(text: str) -> str:
    """Make an identifier of letters, digits and dashes for an element."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
