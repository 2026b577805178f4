"""``pfp pain``: a pain score into the diary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.cli.entry_options import (
    add_date,
    add_knee,
    add_note,
    day_option,
    home_of,
    load_numbers,
    whole,
)
from pfp_sensors.cli.entry_output import tell
from pfp_sensors.model.diary import WHENS

if TYPE_CHECKING:
    import argparse

    from pfp_sensors.model.diary import When

DESCRIPTION = """\
Write a pain score of 0 (none) to 10 (the worst you can imagine) into the diary.
A score before, during or 60 minutes after a run goes to the latest run of the
day, a morning score to the run of the day before; the answer says to which.
Answering a question again keeps both scores. Several a day are welcome."""

EXAMPLES = (
    "pfp pain 2 --when during",
    "pfp pain 1 --when after60 --run r12 --knee left",
    'pfp pain 3 --when day --date yesterday --note "long drive"',
)

_MEANINGS: Final = {
    "before": "just before a run",
    "during": "the worst while running",
    "after60": "an hour after it",
    "morning": "the morning after it",
    "day": "the worst of a day",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("score", type=whole, metavar="SCORE", help="0 to 10, a whole number")
    parser.add_argument(
        "--when",
        choices=WHENS,
        help="before, during (the worst) or 60 minutes after a run, the morning after it, or of the day "
        "(on a terminal it is asked for)",
    )
    parser.add_argument(
        "--run", metavar="RUN", help="id of the run, its day, `last`, or `none` (default: see above)"
    )
    add_knee(parser)
    add_date(parser, "the day it was felt (default: today)")
    add_note(parser)


def run(args: argparse.Namespace) -> int:
    """Write the score down and say to which run it belongs; raises as `actions.add_pain.add_pain`."""
    from pfp_sensors.actions.add_pain import PainGiven, add_pain
    from pfp_sensors.actions.entry_ranges import check_scale
    from pfp_sensors.actions.now import now

    at = now()
    check_scale(args.score, "SCORE")
    given = PainGiven(
        args.score,
        args.when or _ask_when(asks=not args.json),
        args.run,
        args.knee,
        day_option(args.date, at),
        args.note,
    )
    return tell(add_pain(home_of(args), given, load_numbers(), at=at), args)


def _ask_when(*, asks: bool) -> When:
    """Ask which question the score answers.

    Raises
    ------
    UsageError
        If there is nobody to ask, or nobody answers.
    """
    from pfp_sensors.cli.ask import AnswersEndedError, answering, can_ask, on_terminal
    from pfp_sensors.errors import UsageError

    words: dict[str, When] = {when: when for when in WHENS}
    if asks and can_ask():
        ask = on_terminal()
        try:
            with answering():
                ask.say("Which pain was it?")
                for when, meaning in _MEANINGS.items():
                    ask.say(f"  {when}: {meaning}")
                answer = ask.choice("When?", words)
        except AnswersEndedError:
            answer = None
        if answer is not None:
            return answer
    meanings = ", ".join(f"{when} ({meaning})" for when, meaning in _MEANINGS.items())
    raise UsageError("--when is missing.", f"Say which pain it was: {meanings}.")
