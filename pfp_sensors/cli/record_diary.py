"""What ``pfp record`` asks and tells of the diary. A diary that fails never costs a recording."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

from pfp_sensors.cli.output import flush_out, write_error, write_out
from pfp_sensors.errors import PfpError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pfp_sensors.actions.enter_recording import EnteredRun
    from pfp_sensors.cli.ask import Ask
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.diary import Run

_HIGHEST = 10


def cadence_target(home: Path) -> float:
    """Take the cadence to be held to from the diary, and say where it comes from.

    Raises
    ------
    UsageError
        If the diary does not tell the own cadence, or cannot be read.
    """
    from pfp_sensors.actions.cue_target import cadence_target as target_of
    from pfp_sensors.actions.now import now

    advice = "Give one: --cue cadence --target 172. Usual is 5 % above your own, which `pfp analyze` shows."
    try:
        found = target_of(home, now())
    except PfpError as error:
        raise UsageError(
            f"--cue and --target belong together here: the diary does not tell a target. {error.message}",
            advice,
        ) from error
    if found is None:
        raise UsageError(
            "--cue and --target belong together: your diary does not know your own cadence yet.", advice
        )
    why = "`pfp next` asks for it (R14)" if found.by_rule else "a usual step up"
    own = f"your own in the diary is {found.own_spm:.0f}"
    write_error(f"Cadence target {found.target_spm:.0f} steps/min: {own}; {why}.")
    return found.target_spm


def ask_missing_morning(home: Path) -> None:
    """Ask for the morning score of the last run where it is missing and somebody can answer."""
    from pfp_sensors.cli.ask import AnswersEndedError, can_ask, on_terminal

    if not can_ask():
        return
    with _told_only("The diary could not be asked for a missing morning score"):
        from pfp_sensors.actions.add_pain import PainGiven, add_pain
        from pfp_sensors.actions.now import now
        from pfp_sensors.actions.open_morning import run_without_morning
        from pfp_sensors.settings.load import load_load_settings

        settings = load_load_settings()
        run = run_without_morning(home, now(), settings)
        if run is None:
            return
        ask = on_terminal()
        try:
            score = ask.whole(_morning_question(run), 0, _HIGHEST, optional=True)
        except AnswersEndedError as ended:
            if isinstance(ended.__cause__, KeyboardInterrupt):  # it is the recording that is not wanted
                raise ended.__cause__ from None
            return
        if score is not None:
            add_pain(home, PainGiven(score, "morning", run=run.id), settings, at=now())


def _morning_question(run: Run) -> str:
    from datetime import timedelta

    from pfp_sensors.load.days import day_of
    from pfp_sensors.report.page import day_words

    morning = day_of(run.start) + timedelta(1)
    return f"Pain on the morning of {day_words(morning)}, after your run {run.id}"


def enter_and_tell(home: Path, folder: Path, analysis: FileAnalysis) -> None:
    """Put a recording into the diary, tell what that makes of it, and ask for the worst pain."""
    with _told_only(f"The recording is complete, but it is not in the diary (later: pfp import {folder})"):
        entered = _enter(home, folder, analysis)
        if entered is None:
            write_error("No running was found in it, so it does not count as a run in the diary.")
            return
        from pfp_sensors.cli.judging import page_width
        from pfp_sensors.report.entered_run_text import entered_run_text, how_to_enter_pain

        width = page_width()
        told = entered_run_text(entered.run, entered.marked, entered.context, width, no_run=entered.no_run)
        write_out("\n" + told)
        flush_out()
        answered = _ask_worst_pain(home, entered.run)
        write_out("\n" + how_to_enter_pain(entered.run.id, width, during=not answered))


def enter_as_document(home: Path, folder: Path, analysis: FileAnalysis) -> dict[str, Any]:
    """Put a recording into the diary and give what there is to tell of it as JSON values."""
    from pfp_sensors.report.entered_run_text import entered_run_document

    try:
        entered = _enter(home, folder, analysis)
    except PfpError as error:
        return {"run": None, "problem": error.message}
    if entered is None:
        return {"run": None, "problem": "No running was found in it."}
    return entered_run_document(entered.run, entered.marked, entered.context)


def _enter(home: Path, folder: Path, analysis: FileAnalysis) -> EnteredRun | None:
    from pfp_sensors.actions.enter_recording import enter_recording
    from pfp_sensors.actions.now import now

    return enter_recording(home, folder, analysis, now())


def _ask_worst_pain(home: Path, run: Run) -> bool:
    """Ask for the worst pain while running; tell whether it was answered."""
    from pfp_sensors.actions.enter_recording import enter_worst_pain
    from pfp_sensors.actions.now import now
    from pfp_sensors.cli.ask import AnswersEndedError, can_ask, on_terminal

    if not can_ask():
        return False
    _forget_typed_ahead()
    ask: Ask = on_terminal()
    try:
        score = ask.whole("Worst pain while running", 0, _HIGHEST, optional=True)
    except AnswersEndedError:
        return False
    if score is None:
        return False
    enter_worst_pain(home, run, score, now())
    return True


def _forget_typed_ahead() -> None:
    """Drop keys that were pressed for the recording: they answer no question."""
    try:
        import termios
    except ImportError:  # Windows
        return
    with contextlib.suppress(termios.error):
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


@contextlib.contextmanager
def _told_only(what: str) -> Iterator[None]:
    """Tell of a diary that fails, and go on."""
    try:
        yield
    except PfpError as error:
        write_error(f"{what}: {error.message}")
        if error.what_to_do:
            write_error(error.what_to_do)
