"""``pfp add-run``: a run without any sensor into the diary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.actions.typed_clock import clock_minutes
from pfp_sensors.cli.entry_options import (
    add_date,
    add_knee,
    add_note,
    home_of,
    load_numbers,
    whole,
)
from pfp_sensors.cli.entry_output import tell
from pfp_sensors.cli.parser import number

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from pfp_sensors.model.diary import Moment, When

DESCRIPTION = """\
Write a run without any sensor into the diary. Minutes and kilometres are those
of running, without walk breaks. What you leave out stays unknown; without a
time only the day is kept."""

EXAMPLES = (
    "pfp add-run --date today --minutes 25 --km 4.1 --rpe 3 --pain-during 2",
    "pfp add-run --date 2026-10-01 --time 07:30 --minutes 30",
)

_PAIN: tuple[tuple[When, str], ...] = (
    ("before", "just before the run"),
    ("during", "the worst during the run"),
    ("after60", "an hour after"),
)


def minutes(text: str) -> float:
    """Read minutes given as an argument, also with seconds behind a colon."""
    typed = clock_minutes(text)
    return number(text) if typed is None else typed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_date(parser, "the day (default: today)")
    parser.add_argument("--time", metavar="HH:MM", help="when it began (default: only the day is kept)")
    parser.add_argument("--minutes", type=minutes, metavar="M", help="minutes of running, as 20.5 or 20:30")
    parser.add_argument("--km", type=number, metavar="KM", help="kilometres of running")
    parser.add_argument("--speed-mps", type=number, metavar="V", help="usual speed in m/s, where it is known")
    parser.add_argument("--cadence-spm", type=number, metavar="N", help="steps per minute of both feet")
    parser.add_argument("--downhill-min", type=minutes, metavar="M", help="minutes of it downhill")
    parser.add_argument("--rpe", type=whole, metavar="0-10", help="how hard it was")
    for when, meaning in _PAIN:
        parser.add_argument(f"--pain-{when}", type=whole, metavar="0-10", help=f"pain {meaning}")
    add_knee(parser)
    add_note(parser)


def run(args: argparse.Namespace) -> int:
    """Write the run down, with its pain scores; raises as `actions.add_run.add_run`."""
    from pfp_sensors.actions.add_run import RunGiven, add_run
    from pfp_sensors.actions.now import now

    at = now()
    scores: dict[When, int | None] = {when: getattr(args, f"pain_{when}") for when, _ in _PAIN}
    given = RunGiven(
        start=_start(args, at),
        minutes=args.minutes,
        km=args.km,
        speed_mps=args.speed_mps,
        cadence_spm=args.cadence_spm,
        rpe=args.rpe,
        downhill_min=args.downhill_min,
        note=args.note,
        pain={when: score for when, score in scores.items() if score is not None},
        knee=args.knee,
    )
    return tell(add_run(home_of(args), given, load_numbers(), at=at), args)


def _start(args: argparse.Namespace, at: datetime) -> Moment:
    from pfp_sensors.actions.entry_days import read_clock, read_day

    day = read_day(args.date or "today", at)
    return day if args.time is None else read_clock(args.time, day, at)
