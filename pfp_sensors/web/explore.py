"""The strides of a run as data for the chart that is explored; the page's own charts stay without script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from pfp_sensors.analyse.stride_series import stride_series
from pfp_sensors.errors import UsageError
from pfp_sensors.web.routes import get
from pfp_sensors.web.run import report_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from pfp_sensors.model.analysis import LegAnalysis
    from pfp_sensors.model.report import RunReport
    from pfp_sensors.web.visit import Visit


def series(visit: Visit) -> Response:
    """Send every stride with its cadence, landing impact and speed; null where not known.

    Raises
    ------
    UsageError
        If there is no such run, or no recording of it.
    """
    report = report_of(visit)
    if report.analysis is None:
        raise UsageError("There is no recording of this run here.", "Its page says why.")
    document = {
        "schema": "pfp.series/1",
        "legs": [_leg(leg) for leg in report.analysis.legs],
        "tolerances": _tolerances(report),
    }
    return JSONResponse(document)


def _leg(leg: LegAnalysis) -> dict[str, Any]:
    one = stride_series(leg)
    return {
        "name": one.side or one.sensor,
        "time_s": one.time_s,
        "cadence_spm": one.cadence_spm,
        "impact_g": one.resultant_g,
        "speed_mps": one.speed_mps,
    }


def _tolerances(report: RunReport) -> list[dict[str, Any]]:
    """Give each leg's tolerance; a leg that the diary does not know is null."""
    return [{"leg": one.leg, "impact_g": one.tolerance_g} for one in report.against]


ROUTES = (get("/runs/{id}/series.json", series),)
