"""``pfp session``: an exercise session with holds, sides and a get-ready timer."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from pfp_sensors.cli.ask import AnswersEndedError, answering, can_ask, keeping_answers, on_terminal
from pfp_sensors.cli.output import json_line, write_error, write_out
from pfp_sensors.cli.session_player import NEXT, QUIT, SKIP, Stage, play

if TYPE_CHECKING:
    import argparse
    import sqlite3
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from pfp_sensors.actions.exercise_session import Done, Proposed
    from pfp_sensors.cli.ask import Ask
    from pfp_sensors.load.programme import Session
    from pfp_sensors.model.diary import Exercise, Knee

DESCRIPTION = """\
Be guided through the session that is due: what to do, on which side, for how
long, with time to get ready and to rest.

Keys: Enter goes on, s skips the exercise, q quits; what was done is kept. At
the end it asks for pain and clean form. Stop an exercise that hurts more than
2 of 10. --list and --json show the session and begin nothing; nor does it
begin without a terminal, unless --yes is given."""

EXAMPLES = ("pfp session", "pfp session --short --quiet", "pfp session --list")

_REFUSED = 4
_ESCAPED = "\x1b"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--short", action="store_true", help="mobility and light activation, about 10 min")
    parser.add_argument("--list", action="store_true", help="show its exercises and begin nothing")
    parser.add_argument("--quiet", action="store_true", help="no bell")
    parser.add_argument("--yes", action="store_true", help="begin without asking")


def run(args: argparse.Namespace) -> int:
    """Show, play and store the session; exit code 4 while a clinician or the start questions come first."""
    from pfp_sensors.actions.exercise_session import propose_session
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.read_diary import read_diary
    from pfp_sensors.report.session_text import no_session_text, session_text
    from pfp_sensors.store.home import home_folder

    home, at = home_folder(getattr(args, "home", None)), now()
    proposed = propose_session(read_diary(home), at, short=args.short)
    session = proposed.session
    if args.json:
        write_out(json_line(_document(proposed)))
        return 0 if session is not None else _REFUSED
    if session is None:
        write_out(no_session_text(proposed.why_none or "refer"))
        return _REFUSED
    text = session_text(
        session,
        proposed.progress,
        held=proposed.held,
        left_out=proposed.left_out,
        recovery=proposed.recovery,
    )
    if args.list or not (args.yes or can_ask()):
        write_out(text)
        return 0
    write_error(text)
    if not args.yes and not _begins():
        write_out("Nothing was begun.")
        return 0
    from pfp_sensors.store.database import open_diary

    with contextlib.closing(open_diary(home)) as diary, keeping_answers():
        with keys() as key:
            stage = Stage(_write, sys.stderr.isatty(), time.monotonic, key, rings=not args.quiet)
            done = perform(session, stage)
        stored = finish(on_terminal() if can_ask() else None, diary, session, done, at)
    _print(stored, asked=can_ask())
    _print_next_time(home, stored)
    return 0


def perform(session: Session, stage: Stage) -> Done:
    """Play the session and give the sets that were done; Ctrl-C or a closed terminal ends it as q does."""
    from pfp_sensors.actions.exercise_session import Done

    sets, whole = Counter[tuple[str, "Knee | None"]](), False
    with contextlib.suppress(OSError):  # the terminal was closed
        with contextlib.suppress(AnswersEndedError), answering():
            whole = play(session.guided.steps, stage, sets)
        stage.write("\nDone.\n" if whole else "\nStopped; what was done is kept.\n")
    return Done(dict(sets))


def finish(
    ask: Ask | None, diary: sqlite3.Connection, session: Session, done: Done, at: datetime
) -> tuple[Exercise, ...]:
    """Ask for pain and clean form of what was done, where there is somebody to ask, and store it."""
    from pfp_sensors.actions.exercise_session import Done, store_session

    names = {name for name, _ in done.sets}
    pain: dict[str, int] = {}
    form: dict[str, bool] = {}
    if ask is not None and names:
        chosen = {item.exercise.id: item.exercise.name for item in session.items if item.exercise.id in names}
        with contextlib.suppress(AnswersEndedError), answering():
            _ask_after(ask, chosen, pain, form)
    return store_session(diary, session, Done(done.sets, pain, form), at=at)


@contextlib.contextmanager
def keys() -> Iterator[Callable[[float], str | None]]:
    """Read keys one by one while the block runs; without a keyboard only wait.

    Ctrl-C quits like q: what was done is then still asked for and stored.
    """
    try:
        import termios
    except ImportError:  # Windows: the clock alone guides
        yield _only_wait
        return
    if not sys.stdin.isatty():
        yield _only_wait
        return
    keyboard = sys.stdin.fileno()
    before: list[Any] = termios.tcgetattr(keyboard)
    changed = [*before[:6], list(before[6])]
    changed[3] &= ~(termios.ECHO | termios.ICANON)
    changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
    termios.tcsetattr(keyboard, termios.TCSADRAIN, changed)
    try:
        yield lambda wait_s: _wait_for_key(keyboard, wait_s)
    finally:
        with contextlib.suppress(termios.error):  # a closed terminal has no settings to restore
            termios.tcsetattr(keyboard, termios.TCSAFLUSH, before)  # keys pressed too often answer nothing


def _wait_for_key(keyboard: int, wait_s: float) -> str | None:
    import select

    end_s = time.monotonic() + wait_s
    while (left_s := end_s - time.monotonic()) > 0:
        try:
            if not select.select([keyboard], [], [], left_s)[0]:
                return None
            typed = os.read(keyboard, 1)
        except (KeyboardInterrupt, OSError):  # Ctrl-C, or the terminal was closed
            return QUIT
        if not typed:
            return QUIT
        meant = {"\n": NEXT, "\r": NEXT, "s": SKIP, "q": QUIT}.get(typed.decode("latin-1").lower())
        if meant is not None:
            return meant
    return None


def _only_wait(wait_s: float) -> str | None:
    try:
        time.sleep(wait_s)
    except KeyboardInterrupt:
        return QUIT
    return None


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _begins() -> bool:
    try:
        with answering():
            return bool(on_terminal().yes_no("Begin?", kept=True))
    except AnswersEndedError:
        return False


def _ask_after(ask: Ask, chosen: dict[str, str], pain: dict[str, int], form: dict[str, bool]) -> None:
    """Ask for the pain of each exercise, and whether all were clean; Enter leaves it unknown."""
    ask.say("Pain while doing it, 0 to 10:")
    for name, words in chosen.items():
        score = ask.whole(f"  {words}", 0, 10, optional=True)
        if score is not None:
            pain[name] = score
    clean = ask.yes_no("Was the form clean in all of them, to the last repetition?", optional=True)
    for name, words in chosen.items():
        answer = clean if clean is not False else ask.yes_no(f"  {words}: clean?", optional=True)
        if answer is not None:
            form[name] = answer


def _print(stored: tuple[Exercise, ...], *, asked: bool) -> None:
    from pfp_sensors.report.session_text import stored_words
    from pfp_sensors.report.words import paragraph
    from pfp_sensors.settings.load import load_load_settings

    if not stored:
        write_out("Nothing was done, so nothing was stored.")
        return
    first, *others = stored_words(stored, load_load_settings().pain.green)
    write_out(f"{first} `pfp undo` takes it back.")
    if not asked:
        write_out(paragraph("Pain and form were not asked: there is no terminal to answer on."))
    for text in others:
        write_out(paragraph(text))


def _print_next_time(home: Path, stored: tuple[Exercise, ...]) -> None:
    """Say what may become harder next time, or should become easier."""
    from pfp_sensors.actions.exercise_session import progress_now
    from pfp_sensors.actions.now import now
    from pfp_sensors.actions.read_diary import read_diary
    from pfp_sensors.report.session_text import next_time_text

    if stored:
        text = next_time_text(progress_now(read_diary(home), now()), {one.name for one in stored})
        if text:
            write_out(text)


def _document(proposed: Proposed) -> dict[str, Any]:
    from dataclasses import asdict

    session, progress, recovery = proposed.session, proposed.progress, proposed.recovery
    if session is None:
        status = proposed.why_none or "refer"
        return {"schema": "pfp.session/1", "status": status, "minutes": None, "items": [], "steps": []}
    ready = progress.ready
    return {
        "schema": "pfp.session/1",
        "status": "ok",
        "minutes": session.minutes,
        "number": session.number,
        "blocks": list(session.blocks),
        "items": [
            {
                "name": item.exercise.id,
                "title": item.exercise.name,
                "sets": item.sets,
                "reps": item.reps,
                "hold_s": item.hold_s,
                "minutes": item.minutes,
                "sides": list(item.sides),
            }
            for item in session.items
        ],
        "cue": session.cue.text,
        "ready": None if ready is None else {"name": ready.id, "text": ready.progression},
        "easier": [{"name": one.id, "text": one.regression} for one in progress.easier],
        "left_out": [one.id for one in proposed.left_out],
        "done_today": recovery is not None and recovery.is_today,
        "next_from": None if recovery is None else f"{recovery.next_from}",
        "side_differences": [asdict(one) for one in progress.sides],
        "steps": [asdict(step) for step in session.guided.steps],
    }
