"""``pfp confirm``: what only the person may change, and on purpose."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final, cast

from pfp_sensors.cli.output import json_line, write_out
from pfp_sensors.cli.override import add_clinician
from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    import argparse
    import sqlite3
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pfp_sensors.actions.clinician import Clinician
    from pfp_sensors.model.diary import DiaryEvent, ImpactMode, Knee

    Stored = tuple[tuple[DiaryEvent, ...], Mapping[Knee | None, int]]
    Confirm = Callable[[sqlite3.Connection, list[str], datetime, Clinician | None], Stored]

DESCRIPTION = """\
Change what the limits are measured against. Nothing else changes it.

usual-pain: 0-10 on an ordinary day at rest, one number or right=1,left=0. It
may fall; it rises only with --by, --role and --reason.

baseline suggested: take over what your calm runs suggest: the baseline, or
your own relation of impact and speed. Without a clinician a baseline may not
be higher than the old one.

baseline context=TEXT: sensor, place, strap or leg changed. The old baseline
counts no more, and no run grows until there is a new one.

goal: week_km=30, longest_km=10 or both; none for no such goal.

plan: runs=3, days=tue,fri,sun, impact=sensor or impact=none (landing impact
goes on to count for 14 days after impact=none), softer=yes or softer=no
(practise softer landings; the studies behind it are tiny)."""

EXAMPLES = (
    "pfp confirm usual-pain 1",
    "pfp confirm baseline suggested",
    'pfp confirm baseline context="new strap, lower on the shin"',
    "pfp confirm goal week_km=30 longest_km=10",
    "pfp confirm plan runs=3 days=tue,fri,sun",
    "pfp confirm plan softer=yes",
)


_YES_NO: Final = {"yes": True, "no": False}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", choices=tuple(_CONFIRM), help="what is confirmed")
    parser.add_argument("value", nargs="+", metavar="VALUE", help="its value, as above")
    add_clinician(parser)


def run(args: argparse.Namespace) -> int:
    """Store what is confirmed and repeat it.

    Raises
    ------
    UsageError
        If the value is not understood, out of range, or needs a clinician.
    """
    from pfp_sensors.actions.clinician import clinician
    from pfp_sensors.actions.now import now
    from pfp_sensors.report.confirm_text import confirmed_text
    from pfp_sensors.settings.load import load_load_settings
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary_documents import entry_values
    from pfp_sensors.store.home import home_folder

    said = (args.by, args.role, args.reason)
    by = clinician(*said) if any(word is not None for word in said) else None
    if by is not None and args.what in {"goal", "plan"}:
        raise UsageError(
            f"The {args.what} is the person's own choice.", "Leave out --by, --role and --reason."
        )
    with closing(open_diary(home_folder(getattr(args, "home", None)))) as diary:
        events, n_runs = _CONFIRM[args.what](diary, args.value, now(), by)
    if args.json:
        write_out(json_line({"schema": "pfp.confirm/1", "events": [entry_values(one) for one in events]}))
        return 0
    write_out(confirmed_text(events, load_load_settings(), n_runs))
    return 0


def read_by_knee(text: str, name: str) -> int | dict[Knee, int]:
    """Read one score, or scores by knee such as ``right=1,left=0``.

    Raises
    ------
    UsageError
        If it is neither.
    """
    plain = text.strip()
    if plain.isascii() and plain.isdigit():
        return int(plain[:4])
    found: dict[Knee, int] = {}
    for part in plain.split(","):
        knee, _, score = (piece.strip() for piece in part.partition("="))
        if knee not in {"left", "right"} or not (score.isascii() and score.isdigit()):
            raise UsageError(
                f"{name} is {text!r}; expected is 0 to 10, for one number or by knee.",
                f"Write {name} 1, or {name} right=1,left=0.",
            )
        found[cast("Knee", knee)] = int(score[:4])
    return found


def _usual_pain(diary: sqlite3.Connection, words: list[str], at: datetime, by: Clinician | None) -> Stored:
    from pfp_sensors.actions.confirm import confirm_usual_pain

    return (confirm_usual_pain(diary, read_by_knee(",".join(words), "usual-pain"), at=at, by=by),), {}


def _baseline(diary: sqlite3.Connection, words: list[str], at: datetime, by: Clinician | None) -> Stored:
    from pfp_sensors.actions.confirm_baseline import CONTEXT, confirm_baseline, confirm_context

    if words[0].startswith(CONTEXT):
        return confirm_context(diary, " ".join(words).removeprefix(CONTEXT), at=at, by=by), {}
    stored = confirm_baseline(diary, words, at=at, by=by)
    return (stored.event,), stored.n_runs


def _goal(diary: sqlite3.Connection, words: list[str], at: datetime, _by: Clinician | None) -> Stored:
    from pfp_sensors.actions.confirm import confirm_goal

    said = _pairs(words, ("week_km", "longest_km"))
    return (confirm_goal(diary, {name: _km(name, text) for name, text in said.items()}, at=at),), {}


def _plan(diary: sqlite3.Connection, words: list[str], at: datetime, _by: Clinician | None) -> Stored:
    from pfp_sensors.actions.confirm import confirm_plan

    said = _pairs(words, ("runs", "days", "impact", "softer"))
    runs, impact = said.get("runs"), said.get("impact")
    if runs is not None and not (runs.isascii() and runs.isdigit()):
        raise UsageError(f"runs is {runs!r}, not a whole number.", "Write runs=3.")
    if impact not in {None, "sensor", "none"}:
        raise UsageError(f"impact is {impact!r}.", "Write impact=sensor or impact=none.")
    if said.get("softer", "no") not in _YES_NO:
        raise UsageError(f"softer is {said['softer']!r}.", "Write softer=yes or softer=no.")
    days = tuple(said["days"].lower().split(",")) if "days" in said else None
    events = confirm_plan(
        diary,
        runs=None if runs is None else int(runs[:4]),
        days=days,
        impact=cast("ImpactMode | None", impact),
        softer=_YES_NO.get(said.get("softer", "")),
        at=at,
    )
    return events, {}


_CONFIRM: Final[dict[str, Confirm]] = {
    "usual-pain": _usual_pain,
    "baseline": _baseline,
    "goal": _goal,
    "plan": _plan,
}


def _pairs(words: list[str], names: tuple[str, ...]) -> dict[str, str]:
    """Read ``name=value`` words."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if name not in names or not equals or not value:
            raise UsageError(
                f"{word!r} is not understood.", f"Write {' or '.join(f'{one}=...' for one in names)}."
            )
        found[name] = value
    return found


def _km(name: str, text: str) -> float | None:
    if text == "none":
        return None
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"{name} is {text!r}, not a number.", f"Write {name}=10, or {name}=none.") from error
