"""The week so far in words: what was done, moved, or is still to come. Nobody is asked to catch up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.load.week_done import KINDS
from pfp_sensors.report import page
from pfp_sensors.report.no_run_words import UNADVISED
from pfp_sensors.report.recommendation_json import plain
from pfp_sensors.report.week_text import KIND_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pfp_sensors.load.week_done import SessionDone, State, WeekDone
    from pfp_sensors.model.recommendation import SessionKind

STATE_WORDS: Final[Mapping[State, str]] = {
    "done": "done",
    "moved": "moved",
    "not_done": "not done",
    "called_off": "left out, the advice had changed",
    "to_come": "still to come",
}

STATE_SIGNS: Final[Mapping[State, str]] = {
    "done": "\N{CHECK MARK}",
    "moved": "\N{RIGHTWARDS ARROW}",
    "not_done": "\N{EN DASH}",
    "called_off": "\N{MULTIPLICATION SIGN}",
    "to_come": "\N{WHITE CIRCLE}",
}
"""A sign beside each state, never in its place."""

NOT_MADE_UP: Final = "What was not done is not made up: the coming days are planned without it."

_KIND_WIDTH: Final = 10


def week_done_text(done: WeekDone, width: int = 80) -> str:
    """Write the part of ``pfp week`` on the days gone by, a line for each kind; empty where none is."""
    if not done.has_begun:
        return ""
    lines = ["This week so far"]
    for kind in KINDS:
        parts = [in_short(one, done) for one in done.sessions if one.kind == kind]
        parts += [
            f"{_weekday(day)} {besides_words(done, day, other)}"
            for day, other in done.besides
            if other == kind
        ]
        if parts:
            first = f"  {KIND_WORDS[kind]:<{_KIND_WIDTH}}"
            lines.append(page.paragraph("; ".join(parts), width, first, " " * len(first)))
    if any(one.state == "not_done" and not one.optional for one in done.sessions):
        lines.append(page.paragraph(NOT_MADE_UP, width))
    return "\n".join(lines) + "\n"


def in_short(one: SessionDone, done: WeekDone | None = None) -> str:
    """Write what became of a session with its weekday: ``Tue moved to Wed and done``."""
    return f"{_weekday(one.day)} {state_words(one, done)}"


def besides_words(done: WeekDone, day: date, kind: SessionKind) -> str:
    """Write of a day what was done without being planned."""
    return f"done, {UNADVISED}" if kind == "run" and day in done.unadvised else "done as well"


def state_words(one: SessionDone, done: WeekDone | None = None) -> str:
    """Write what became of a session; of a run of the week ``done`` also that none was advised then."""
    unadvised = done is not None and one.kind == "run" and one.done_on in done.unadvised
    said = f", {UNADVISED}" if unadvised else ""
    if one.state == "moved" and one.done_on is not None:
        return f"moved to {_weekday(one.done_on)} and done{said}"
    if one.state == "done":
        return f"{STATE_WORDS[one.state]}{said}"
    words = STATE_WORDS[one.state]
    return f"{words} (it was optional)" if one.state == "not_done" and one.optional else words


def week_done_document(done: WeekDone) -> dict[str, Any]:
    """Turn the week so far into its part of the document of ``pfp week``."""
    found: dict[str, Any] = plain(
        {
            "monday": done.monday,
            "sessions": [
                {
                    "date": one.day,
                    "kind": one.kind,
                    "state": one.state,
                    "done_on": one.done_on,
                    "optional": one.optional,
                }
                for one in done.sessions
            ],
            "besides": [{"date": day, "kind": kind} for day, kind in done.besides],
            "no_run_advised": sorted(done.unadvised),
        }
    )
    return found


def _weekday(day: date) -> str:
    return page.short_day(day)[:3]
