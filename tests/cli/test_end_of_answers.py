"""A dialogue that is broken off from outside: the window closed, the program asked to end."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.cli import main
from pfp_sensors.cli.ask import AnswersEndedError, Ask, answering, keeping_answers
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import read_history
from tests.cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pfp_sensors.model.diary import History

BASICS = ["--born", "1990", "--no-red-flags", "--typical", "yes", "--knee", "right", "--usual-pain", "1"]
QUESTIONS = [f"{words[0].upper()}{words[1:]}?" for words in RED_KINDS.values()]


def terminate(terminal: Terminal) -> None:
    terminal.process.terminate()
    assert terminal.end() == 0
    assert "What you answered is stored" in terminal.screen.text


def close(terminal: Terminal) -> None:
    terminal.close()


ENDS = pytest.mark.parametrize("end", [close, terminate])


def answer(terminal: Terminal, question: str, keys: str) -> None:
    terminal.until(lambda screen: question in screen.text)
    terminal.type(keys)


def stored(home: Path) -> History:
    with closing(open_diary(home)) as diary:
        return read_history(diary)


@ENDS
def test_setup_that_is_broken_off_keeps_a_red_flag(tmp_path: Path, end: Callable[[Terminal], None]) -> None:
    first, second, third, *_ = QUESTIONS
    with Terminal("setup", home=tmp_path) as terminal:
        answer(terminal, "Your year of birth", "1990\n")
        answer(terminal, first, "no\n")
        answer(terminal, second, "yes\n")
        terminal.until(lambda screen: third in screen.text)
        end(terminal)
    history = stored(tmp_path)
    assert [one.kind for one in history.symptoms] == [[*RED_KINDS][1]]
    assert (history.profile.born, history.profile.screened) == (1990, False)


@ENDS
def test_a_check_in_that_is_broken_off_keeps_a_red_flag(
    tmp_path: Path, end: Callable[[Terminal], None]
) -> None:
    assert main(["setup", *BASICS, "--home", str(tmp_path)]) == 0
    first, second, *_ = QUESTIONS
    with Terminal("checkin", "--weekly", home=tmp_path) as terminal:
        for words in AMBER_KINDS.values():
            answer(terminal, f"{words[0].upper()}{words[1:]}?", "no\n")
        answer(terminal, first, "yes\n")
        terminal.until(lambda screen: second in screen.text)
        end(terminal)
    assert [one.kind for one in stored(tmp_path).symptoms] == [next(iter(RED_KINDS))]


@ENDS
def test_a_session_that_is_broken_off_keeps_what_was_done(
    tmp_path: Path, end: Callable[[Terminal], None]
) -> None:
    assert main(["setup", *BASICS, "--home", str(tmp_path)]) == 0
    with Terminal("session", "--quiet", home=tmp_path) as terminal:
        answer(terminal, "Begin?", "\n")
        answer(terminal, "Warm up", "\n")
        answer(terminal, "Get ready", "\n")
        answer(terminal, "1 of", "\n")
        terminal.until(lambda screen: "Rest" in screen.text)
        if end is close:
            terminal.close()
        else:
            terminal.process.terminate()
            assert terminal.end() == 0
    assert [one.sets for one in stored(tmp_path).exercises] == [1]


# Without the signals' help too: a terminal that is gone may show as a write that fails.
def test_a_terminal_that_takes_no_more_words_ends_the_answers() -> None:
    def write(_: str) -> None:
        raise OSError(5, "Input/output error")

    ask = Ask(lambda: "yes\n", write)
    with pytest.raises(AnswersEndedError):
        ask.yes_no("Q")
    ask.leave("Stopped.")


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM", "SIGINT"])
def test_while_answers_are_stored_an_end_waits(name: str) -> None:
    before = signal.getsignal(getattr(signal, name))
    with keeping_answers():
        os.kill(os.getpid(), getattr(signal, name))  # nothing breaks here
        with pytest.raises(AnswersEndedError), answering():
            raise AssertionError("nobody is asked any more")
    assert signal.getsignal(getattr(signal, name)) == before
    with answering():
        pass


def test_a_second_end_does_not_break_the_storing() -> None:
    with keeping_answers():
        with pytest.raises(AnswersEndedError), answering():
            os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
