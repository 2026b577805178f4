"""``pfp setup``: who the diary is for. Safety questions come first."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.cli.ask import AnswersEndedError, answering, can_ask, keeping_answers, on_terminal
from pfp_sensors.cli.output import json_line, write_out
from pfp_sensors.cli.parser import number
from pfp_sensors.model.diary import KNEES, RED_KINDS

if TYPE_CHECKING:
    import argparse
    import sqlite3
    from datetime import datetime

    from pfp_sensors.actions.profile import SetupOutcome
    from pfp_sensors.cli.ask import Ask

DESCRIPTION = """\
Set the diary up: in a dialogue on a terminal, or by options.

The safety questions come first: age, ten signs that belong to a clinician, the
kind of pain. Without them no figures are given. What is answered is kept, also
where the dialogue is left early (Ctrl-C); nothing else is assumed. Run it
again to see what is stored: Enter keeps it. Usual pain, goal and plan, once
stored, change only by pfp confirm, and a red flag ends only by pfp clear. A
knee can be added and not left out, pain of the start raised and not lowered.

--red-flag takes any of: """ + "\n".join(
    (
        ", ".join([*RED_KINDS][:4]) + ",",
        ", ".join([*RED_KINDS][4:7]) + ",",
        ", ".join([*RED_KINDS][7:]),
    )
)

EXAMPLES = (
    "pfp setup",
    "pfp setup --born 1990 --no-red-flags --typical yes --knee right --usual-pain 1",
    "pfp setup --goal-week-km 30 --planned-runs 3 --days tue,fri,sun",
)

_YES_NO: Final = {"yes": True, "no": False}
_SAME: Final = (
    *("born", "adult", "daily_pain", "walk_pain", "goal_week_km", "goal_longest_km", "planned_runs"),
    *("impact_mode", "side", "placement", "mass_kg", "height_cm"),
)
"""Options that are named like the answer they give."""
_NO_ANSWERS: Final[tuple[Any, ...]] = (None, (), {})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    import argparse

    add = parser.add_argument
    add("--born", type=int, metavar="YEAR", help="year of birth")
    add("--adult", action=argparse.BooleanOptionalAction, help="18 or older (where the year cannot tell)")
    flags = parser.add_mutually_exclusive_group()
    flags.add_argument("--no-red-flags", action="store_true", help="none of the ten signs above is there")
    flags.add_argument(
        "--red-flag",
        nargs="+",
        choices=tuple(RED_KINDS),
        metavar="KIND",
        help="the signs that are there, all of them",
    )
    add("--typical", choices=_YES_NO, help="diagnosed or typical kneecap pain")
    add("--aggravators", type=_listed, metavar="A,B", help="any of squat, stairs, running, sitting")
    add("--knee", choices=("left", "right", "both"), help="which knee hurts")
    add("--usual-pain", metavar="N", help="0-10 on an ordinary day at rest: one number, or right=1,left=0")
    add("--daily-pain", type=int, metavar="N", help="worst pain in daily life these days, 0-10")
    add("--walk-pain", type=int, metavar="N", help="pain after a walk of 30 minutes, 0-10")
    add("--longest-km", type=number, metavar="KM", help="longest run of late that the knee took well")
    add("--longest-min", type=number, metavar="MIN", help="the same in minutes")
    add("--goal-week-km", type=number, metavar="KM", help="goal: kilometres a week")
    add("--goal-longest-km", type=number, metavar="KM", help="goal: longest run")
    add("--planned-runs", type=int, metavar="N", help="runs a week")
    add("--days", type=_listed, metavar="D,D", help="days that suit, such as tue,fri,sun")
    add("--impact-mode", choices=("sensor", "none"), help="whether a motion sensor is worn")
    add("--side", choices=KNEES, help="leg that carries the sensor")
    add("--placement", metavar="P", help="where it is worn, such as shank")
    add("--mass-kg", type=number, metavar="KG", help="body mass")
    add("--height-cm", type=number, metavar="CM", help="height")
    add("--equipment", type=_listed, metavar="A,B", help="any of box, band, weights, stairs")
    add("--hide-protein", choices=_YES_NO, help="say nothing of protein (your wish, or kidney disease)")


def run(args: argparse.Namespace) -> int:
    """Ask, or take what the options say; store it; say what is open.

    Raises
    ------
    UsageError
        If an answer is out of range, or only `pfp confirm` may change it.
    """
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.profile import SetupAnswers, store_setup
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.home import home_folder

    given = {name: answer for name, answer in _given(args).items() if answer not in _NO_ANSWERS}
    with closing(open_diary(home_folder(getattr(args, "home", None)))) as diary:
        if given or args.json or not can_ask():
            state = store_setup(diary, SetupAnswers(**given), at=now())
        else:
            with keeping_answers():
                state = dialogue(on_terminal(), diary, now())
    if args.json:
        write_out(json_line(_document(state)))
    else:
        _print(state, by_option=not can_ask())
    return 0


def dialogue(ask: Ask, diary: sqlite3.Connection, at: datetime) -> SetupOutcome:
    """Hold the dialogue, and store its two parts as they end, or as far as they were answered."""
    from pfp_sensors.actions.profile import SetupAnswers, setup_state, store_setup
    from pfp_sensors.cli.setup_dialogue import ask_rest, ask_safety
    from pfp_sensors.report.setup_text import about_text

    state, given = setup_state(diary, at), dict[str, Any]()
    if state.profile.screened is None:
        ask.say(about_text())
        ask.say()
    try:
        try:
            with answering():
                ask_safety(ask, state, at, given)
        finally:
            state = store_setup(diary, SetupAnswers(**given), at=at)
        given = {}
        if state.is_clinician_first and not _goes_on(ask, state):
            return state
        try:
            with answering():
                ask_rest(ask, state, given)
        finally:
            state = store_setup(diary, SetupAnswers(**given), at=at)
    except AnswersEndedError:
        ask.leave("\nStopped. What you answered is stored; `pfp setup` goes on from there.")
    return state


def _goes_on(ask: Ask, state: SetupOutcome) -> bool:
    """Say whom to see; the other questions can wait."""
    ask.say()
    ask.say(_clinician_first(state))
    with answering():
        return bool(ask.yes_no("Answer the other questions all the same? No figures are given.", kept=False))


def _clinician_first(state: SetupOutcome) -> str:
    from pfp_sensors.report.setup_text import clinician_first_text

    profile = state.profile
    return clinician_first_text(
        state.red_flags, minor=profile.adult is False, untypical=profile.typical is False
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.lower().replace(",", " ").split() if word)


def _given(args: argparse.Namespace) -> dict[str, Any]:
    """Take the options as answers, by the names of `SetupAnswers`."""
    from pfp_sensors.actions.confirm import week_order
    from pfp_sensors.cli.confirm import read_by_knee
    from pfp_sensors.report.setup_questions import AGGRAVATORS, EQUIPMENT

    return {name: getattr(args, name) for name in _SAME} | {
        "flags_asked": True if args.no_red_flags or args.red_flag else None,
        "red_flags": tuple(dict.fromkeys(args.red_flag or ())),
        "typical": _YES_NO.get(args.typical),
        "aggravators": _known(args.aggravators, AGGRAVATORS, "--aggravators"),
        "knees": KNEES if args.knee == "both" else (args.knee,) if args.knee else (),
        "usual_pain": None if args.usual_pain is None else read_by_knee(args.usual_pain, "--usual-pain"),
        "longest_tolerated_km": args.longest_km,
        "longest_tolerated_min": args.longest_min,
        "days": week_order(args.days or ()),
        "equipment": _known(args.equipment, EQUIPMENT, "--equipment"),
        "hide_protein": _YES_NO.get(args.hide_protein),
    }


def _known(given: tuple[str, ...] | None, known: tuple[str, ...], option: str) -> tuple[str, ...]:
    from pfp_sensors.errors import UsageError

    for word in given or ():
        if word not in known:
            raise UsageError(
                f"{option} has {word!r}.", f"Give any of {', '.join(known)}, with commas between."
            )
    return tuple(word for word in known if word in (given or ()))


def _print(state: SetupOutcome, *, by_option: bool) -> None:
    from pfp_sensors.report.setup_text import open_text, profile_text

    parts = [profile_text(state.profile), open_text(state.open, by_option=by_option), _clinician_first(state)]
    if not state.is_clinician_first and state.profile.screened:
        parts.append("Next: your runs (`pfp import`, `pfp add-run`), then `pfp next`.")
    write_out("\n\n".join(part for part in parts if part))


def _document(state: SetupOutcome) -> dict[str, Any]:
    from pfp_sensors.report.setup_text import OPEN_WORDS
    from pfp_sensors.store.diary_documents import profile_values

    return {
        "schema": "pfp.setup/1",
        "profile": profile_values(state.profile),
        "open": [
            {"name": name, "question": OPEN_WORDS[name][0], "option": OPEN_WORDS[name][1]}
            for name in state.open
        ],
        "red_flags": list(state.red_flags),
        "clinician_first": state.is_clinician_first,
    }
