"""``pfp checkin``: the short daily or weekly questions."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.cli.ask import AnswersEndedError, answering, can_ask, keeping_answers, on_terminal
from pfp_sensors.cli.output import json_line, write_out
from pfp_sensors.cli.parser import number

if TYPE_CHECKING:
    import argparse
    import sqlite3
    from datetime import date, datetime

    from pfp_sensors.actions.checkin import CheckinOutcome
    from pfp_sensors.cli.ask import Ask

DESCRIPTION = """\
Answer the short daily questions; --weekly adds those on signs.

On a terminal it asks, and Enter skips; with options it stores what they say.
What is left out stays unknown. What was answered is kept, also where the
dialogue is left early (Ctrl-C). Sleep, stress, sitting, protein and weight are
shown beside the pain and change no limit."""

EXAMPLES = (
    "pfp checkin",
    "pfp checkin --weekly",
    "pfp checkin --pain 2 --stairs 1 --sleep-h 7.5 --stress 3",
    "pfp checkin --pain right=2,left=0 --over swelling",
)

_SAME: Final = ("sitting_h", "breaks", "sleep_h", "sleep_quality", "stress", "protein_g", "mass_kg", "mood")
"""Options that are named like the answer they give."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add("--weekly", action="store_true", help="ask for warning signs and red flags too")
    add("--date", metavar="D", help="the day it is about: YYYY-MM-DD or yesterday (today)")
    add("--pain", metavar="N", help="worst pain of the day, 0-10: one number, or right=2,left=0")
    add("--stairs", type=int, metavar="N", dest="stairs_pain", help="pain on stairs, 0-10")
    add("--walk", type=int, metavar="N", dest="walk_pain", help="pain after a walk of 30 minutes, 0-10")
    add("--sitting-h", type=number, metavar="H", help="hours of sitting")
    add("--breaks", type=int, metavar="N", help="breaks in it")
    add("--sleep-h", type=number, metavar="H", help="hours of sleep last night")
    add("--sleep-quality", type=int, metavar="N", help="how good it was, 0-10")
    add("--stress", type=int, metavar="N", help="0-10")
    add("--protein-g", type=number, metavar="G", help="protein of the day")
    add("--mass-kg", type=number, metavar="KG", help="body mass")
    add("--mood", type=int, metavar="N", help="0-10, 10 is best")
    add("--better", metavar="T", help="what went better")
    add("--note", metavar="T", help="anything else")
    add("--sign", nargs="+", metavar="KIND", help="signs that are new (pfp symptom lists them)")
    add("--no-signs", action="store_true", help="no warning sign and no red flag was there this week")
    add("--over", nargs="+", metavar="KIND", help="warning signs that are over")


def run(args: argparse.Namespace) -> int:
    """Ask, or take what the options say; store it; show notes on daily life.

    Raises
    ------
    UsageError
        If nothing was answered, or an answer is out of range.
    """
    from pfp_sensors.actions.checkin import CheckinAnswers, store_checkin
    from pfp_sensors.actions.entry_days import read_day
    from pfp_sensors.actions.now import now
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.home import home_folder

    at = now()
    day = None if args.date is None else read_day(args.date, at)
    answers = CheckinAnswers(**_given(args))
    with closing(open_diary(home_folder(getattr(args, "home", None)))) as diary, keeping_answers():
        if answers.is_empty and not args.json and can_ask():
            answers = dialogue(on_terminal(), diary, at, weekly=args.weekly)
            if answers.is_empty:
                write_out("Nothing was answered, so nothing was stored.")
                return 0
        outcome = store_checkin(diary, answers, at=at, day=day)
    if args.json:
        write_out(json_line(_document(outcome)))
    else:
        _print(outcome, at.date())
    return 0


def dialogue(ask: Ask, diary: sqlite3.Connection, at: datetime, *, weekly: bool) -> Any:
    """Hold the dialogue; what was answered before it was left is given back.

    Returns
    -------
    CheckinAnswers
        As far as answered.
    """
    from pfp_sensors.actions.checkin import CheckinAnswers
    from pfp_sensors.actions.overrule import open_red_flags
    from pfp_sensors.cli.checkin_dialogue import ask_day, ask_week
    from pfp_sensors.store.diary import read_history

    history, given = read_history(diary), dict[str, Any]()
    try:
        with answering():
            if weekly:  # first: a sign weighs more than a mood
                ask_week(ask, history, open_red_flags(history, at), given)
                ask.say()
            ask_day(ask, history, given)
    except (AnswersEndedError, KeyboardInterrupt):
        ask.leave("\nStopped. What you answered is stored.")
    return CheckinAnswers(**given)


def _given(args: argparse.Namespace) -> dict[str, Any]:
    from pfp_sensors.cli.confirm import read_by_knee
    from pfp_sensors.errors import UsageError

    if args.no_signs and args.sign:
        raise UsageError("--sign and --no-signs contradict each other.", "Give one of them.")
    names = (*_SAME, "stairs_pain", "walk_pain", "better", "note")
    values = {name: getattr(args, name) for name in names if getattr(args, name) not in {None, ""}}
    if args.no_signs:
        values |= {"warning_signs": False, "red_flags": False}
    return {
        "pain": None if args.pain is None else read_by_knee(args.pain, "--pain"),
        "values": values,
        "signs": tuple(dict.fromkeys(args.sign or ())),
        "over": tuple(dict.fromkeys(args.over or ())),
    }


def _print(outcome: CheckinOutcome, today: date) -> None:
    from pfp_sensors.report.checkin_words import FOR_INFORMATION, cautions_of, stored_line
    from pfp_sensors.report.setup_text import clinician_first_text, day_score_text
    from pfp_sensors.report.words import paragraph

    write_out(paragraph(stored_line(outcome.day, outcome.stored)))
    for note in cautions_of(outcome.said):
        write_out(paragraph(note))
    if outcome.notes:
        write_out(FOR_INFORMATION)
        for note in outcome.notes:
            write_out(paragraph(note, "  - ", "    "))
    if outcome.unscored_pain is not None:
        write_out(day_score_text(outcome.unscored_pain, None if outcome.day == today else outcome.day))
    if outcome.red_flags:
        write_out("\n" + clinician_first_text(outcome.red_flags, minor=False, untypical=False))


def _document(outcome: CheckinOutcome) -> dict[str, Any]:
    from pfp_sensors.store.diary_documents import entry_values, kind_of

    return {
        "schema": "pfp.checkin/1",
        "date": outcome.day.isoformat(),
        "stored": [{"entry": kind_of(one), **entry_values(one)} for one in outcome.stored],
        "notes": list(outcome.notes),
        "red_flags": list(outcome.red_flags),
        "cautions": list(dict.fromkeys(caution for one in outcome.said for caution in one.cautions)),
        "day_score_missing": outcome.unscored_pain is not None,
    }
