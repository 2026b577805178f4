"""A run without any sensor, written down by a form; the checks and words are those of ``pfp add-run``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.add_run import SPEED_MPS, RunGiven, add_run
from pfp_sensors.actions.entry_days import read_clock, read_day
from pfp_sensors.errors import PfpError
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.units import min_per_km
from pfp_sensors.web.forms import FieldError, needed
from pfp_sensors.web.pain import KNEES, WHEN_ASKED, said_of
from pfp_sensors.web.plain_words import of_form
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Moment, When
    from pfp_sensors.web.visit import Visit

PAIN: Final[tuple[When, ...]] = ("before", "during", "after60")

LABELS: Final = {
    "date": "Day",
    "time": "Time it began",
    "minutes": "Minutes of running",
    "km": "Kilometres of running",
    "speed-mps": "Usual pace, minutes per km, such as 5:58",
    "cadence-spm": "Steps per minute of both feet",
    "downhill-min": "Minutes downhill",
    "rpe": "How hard it was",
    **{f"pain-{when}": WHEN_ASKED[when] for when in PAIN},
    "knee": "Knee",
    "note": "Note",
}
"""By option of the command."""


def new_run(visit: Visit) -> Page:
    """Show the form."""
    return Page(
        "add_run.html",
        {
            "labels": {name.replace("-", "_"): label for name, label in LABELS.items()},
            "pains": [f"pain_{when}" for when in PAIN],
            "knees": [("", "not said"), *((knee, knee) for knee in KNEES)],
            "today": visit.at.date(),
        },
    )


def write_run(visit: Visit) -> GoTo:
    """Write the run down; raises as `actions.add_run.add_run`."""
    try:
        written = add_run(visit.home, _given(visit), load_load_settings(), at=visit.at)
    except PfpError as error:
        raise of_form(error, LABELS) from error
    return GoTo(f"/runs/{written.id}", said_of(written), undo=True)


def _given(visit: Visit) -> RunGiven:
    fields = visit.fields
    knee = fields.knee("knee", LABELS["knee"])
    scores = {when: fields.whole(f"pain_{when}", LABELS[f"pain-{when}"]) for when in PAIN}
    return RunGiven(
        start=_start(visit),
        minutes=fields.minutes("minutes", LABELS["minutes"]),
        km=fields.number("km", LABELS["km"]),
        speed_mps=_stored(fields.speed_mps("speed_mps", LABELS["speed-mps"])),
        cadence_spm=fields.number("cadence_spm", LABELS["cadence-spm"]),
        downhill_min=fields.minutes("downhill_min", LABELS["downhill-min"]),
        rpe=fields.whole("rpe", LABELS["rpe"]),
        note=fields.text("note", LABELS["note"]),
        pain={when: score for when, score in scores.items() if score is not None},
        knee=knee,
    )


def _stored(speed_mps: float | None) -> float | None:
    """Check a speed, so that the error is about the pace; a thousandth of it is enough."""
    if speed_mps is not None and not SPEED_MPS[0] <= speed_mps <= SPEED_MPS[1]:
        slowest, fastest = (min_per_km(one) for one in SPEED_MPS)
        raise FieldError(
            "speed_mps", "No person runs at that pace.", f"Give {fastest} to {slowest} minutes per km."
        )
    return None if speed_mps is None else round(speed_mps, 3)


def _start(visit: Visit) -> Moment:
    day = read_day(needed(visit.fields.text("date", "Day"), "date", "Day"), visit.at)
    clock = visit.fields.text("time", LABELS["time"])
    return day if clock is None else read_clock(clock, day, visit.at)


ROUTES = (get("/runs/new", new_run), post("/runs/new", write_run, new_run))
