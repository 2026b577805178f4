"""The diary's runs as the JSON documents ``pfp.runs/1`` and ``pfp.run/1``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pfp_sensors.load.answers import REQUIRED
from pfp_sensors.report.recommendation_json import plain
from pfp_sensors.report.runs_text import find_run

if TYPE_CHECKING:
    from pfp_sensors.load.seen import Seen, SeenRun
    from pfp_sensors.model.recommendation import NoRunAdvised

Json = dict[str, Any]


def runs_document(seen: Seen, *, limit: int | None = None) -> Json:
    """Turn the runs of a diary into their document, newest first; ``limit``: how many at most."""
    newest = list(reversed(seen.runs))
    shown = newest if limit is None else newest[:limit]
    return {
        "schema": "pfp.runs/1",
        "as_of": plain(seen.as_of),
        "n_runs": len(newest),
        "runs": [_run(one) for one in shown],
    }


def run_document(seen: Seen, run_id: str, no_run: NoRunAdvised | None = None) -> Json:
    """Turn one run into its document; ``no_run`` where none was advised when it began.

    Raises
    ------
    UsageError
        If the diary knows no such run at that moment.
    """
    found = _run(find_run(seen, run_id))
    advised = {"no_run_advised": None if no_run is None else plain(asdict(no_run))}
    return {"schema": "pfp.run/1", "as_of": plain(seen.as_of), **found, **advised}


def _run(one: SeenRun) -> Json:
    """Write a run under the names of the history file, with its scores and the limits in force."""
    run = one.run
    cap = one.cap
    scores = [
        {"when": item.kind, "score": item.score, "knee": item.knee, "at": item.at, "entered": item.entered}
        for item in one.items
    ]
    return {
        key: plain(value)
        for key, value in {
            "id": run.id,
            "start": run.start,
            "km": run.km,
            "minutes": run.minutes,
            "speed_mps": run.speed_mps,
            "cadence_spm": run.cadence_spm,
            "steps": run.steps,
            "impact": {leg: asdict(reading) for leg, reading in run.impact.items()} or None,
            "heart_rate_bpm": run.heart_rate_bpm,
            "ascent_m": run.ascent_m,
            "descent_m": run.descent_m,
            "distance_source": run.distance_source,
            "distance_error_pct": run.distance_error_pct,
            "downhill_min": run.downhill_min,
            "rpe": run.rpe,
            "pain": scores,
            "unanswered": [name for name in REQUIRED if name not in one.answered],
            "limits": None if cap is None else {"at": cap.at, "km": cap.km, "minutes": cap.minutes},
            "source": run.source,
            "synthetic": run.synthetic,
            "recording": run.recording,
            "watch": run.watch,
            "watch_offset_s": run.watch_offset_s,
            "sha256": run.sha256,
            "note": run.note,
        }.items()
    }
