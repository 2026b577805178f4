"""``pfp exercise``: one line of what was done besides running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.cli.entry_options import add_date, add_knee, day_option, home_of, load_numbers, whole
from pfp_sensors.cli.entry_output import tell
from pfp_sensors.cli.parser import number
from pfp_sensors.model.diary import KNEES

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Write an exercise, or another activity, into the diary: by its name in the
programme, or walk, cycle, pool, other. `pfp session` guides through a whole
strength session instead."""

EXAMPLES = (
    "pfp exercise glute_bridge --sets 3 --reps 12 --pain 0",
    "pfp exercise quad_set --sets 2 --hold-s 10 --side left",
    "pfp exercise cycle --minutes 30 --date yesterday",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="NAME", help="name of the exercise; a wrong one lists them all")
    parser.add_argument("--sets", type=whole, metavar="N", help="how many sets")
    parser.add_argument("--reps", type=whole, metavar="N", help="repetitions of each set")
    parser.add_argument("--hold-s", type=number, metavar="S", help="seconds that it was held")
    parser.add_argument("--load-kg", type=number, metavar="KG", help="weight used")
    parser.add_argument("--minutes", type=number, metavar="M", help="how long")
    parser.add_argument("--side", choices=KNEES, help="which side worked (default: both)")
    parser.add_argument("--pain", type=whole, metavar="0-10", help="worst pain while doing it")
    add_knee(parser)
    parser.add_argument("--rpe", type=whole, metavar="0-10", help="how hard it was")
    parser.add_argument("--form-ok", action="store_true", default=None, help="every repetition was clean")
    add_date(parser, "the day (default: today)")


def run(args: argparse.Namespace) -> int:
    """Write the exercise down; raises as `actions.add_exercise.add_exercise`."""
    from pfp_sensors.actions.add_exercise import ExerciseGiven, add_exercise
    from pfp_sensors.actions.now import now

    at = now()
    given = ExerciseGiven(
        name=args.name,
        sets=args.sets,
        reps=args.reps,
        hold_s=args.hold_s,
        load_kg=args.load_kg,
        minutes=args.minutes,
        side=args.side,
        pain=args.pain,
        knee=args.knee,
        rpe=args.rpe,
        form_ok=args.form_ok,
        day=day_option(args.date, at),
    )
    return tell(add_exercise(home_of(args), given, load_numbers(), at=at), args)
