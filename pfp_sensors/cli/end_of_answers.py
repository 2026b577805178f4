"""The end of a dialogue: Ctrl-C, a closed terminal or a request to end, without losing what was answered."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


class AnswersEndedError(Exception):
    """Nobody answers any more: the input has ended, Ctrl-C was pressed, or the terminal was closed."""


@dataclass(slots=True)
class _End:
    """Whether the program was asked to end, and whether that may break in just now."""

    asked: bool = False
    breaks_in: bool = False


_END: Final = _End()
_ENDS: Final = ("SIGINT", "SIGHUP", "SIGTERM")
"""Ctrl-C, a closed terminal, a request to end; the second is unknown on Windows."""


@contextmanager
def keeping_answers() -> Iterator[None]:
    """Let Ctrl-C, a closed terminal or a request to end break into `answering` alone, and only once.

    Anywhere else in the block they wait: what was answered is stored first. A terminal that is closed may
    say so more than once.
    """
    if threading.current_thread() is not threading.main_thread():  # signals come to that one alone
        yield
        return
    _END.asked = _END.breaks_in = False
    before = [
        (number, signal.signal(number, _end))
        for name in _ENDS
        if (number := getattr(signal, name, None)) is not None
    ]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
        _END.asked = False


def _end(number: int, _frame: object) -> None:
    """Break in, or let it wait; after Ctrl-C in a dialogue another one may be held, after the others none."""
    is_first = not _END.asked
    if number != signal.SIGINT or not _END.breaks_in:
        _END.asked = True
    if _END.breaks_in and is_first:
        raise KeyboardInterrupt


@contextmanager
def answering() -> Iterator[None]:
    """Take Ctrl-C, or what `keeping_answers` hears, as the end of the answers.

    Raises
    ------
    AnswersEndedError
        In its place.
    """
    try:
        _END.breaks_in = True
        if _END.asked:
            raise AnswersEndedError
        yield
    except KeyboardInterrupt as error:
        raise AnswersEndedError from error
    finally:
        _END.breaks_in = False
