"""The runs of the diary, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.load.seen import see
from pfp_sensors.report.run_list import run_row
from pfp_sensors.report.words import NOT_KNEE_LOAD
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.web.routes import get
from pfp_sensors.web.visit import Page

if TYPE_CHECKING:
    from pfp_sensors.web.visit import Visit

ON_A_PAGE: Final = 30


def runs_page(visit: Visit) -> Page:
    """Show one page of the list; a page that is not there shows the nearest."""
    newest = see(read_diary(visit.home), visit.at, load_load_settings()).runs[::-1]
    pages = max(1, -(-len(newest) // ON_A_PAGE))
    number = min(max(visit.fields.whole("page", "Page") or 1, 1), pages)
    shown = newest[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    return Page(
        "runs.html",
        {
            "rows": [run_row(one) for one in shown],
            "total": len(newest),
            "number": number,
            "pages": pages,
            "honest": NOT_KNEE_LOAD,
        },
    )


ROUTES = (get("/runs", runs_page),)
