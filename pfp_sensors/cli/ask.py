"""Questions on a terminal: yes or no, a number, a choice, some words; asked until they are understood."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from pfp_sensors.cli.end_of_answers import AnswersEndedError, answering, keeping_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["AnswersEndedError", "Ask", "answering", "can_ask", "keeping_answers", "on_terminal"]

T = TypeVar("T")

_YES: Final = {"yes", "y"}
_NO: Final = {"no", "n"}
_NOTHING: Final = {"none", "0", "-"}
_LONGEST_TEXT: Final = 1000
_COLUMNS: Final = 80
_ROOM: Final = 20
_ROOM_FOR_YES: Final = 3
"""Columns kept free for an answer."""


def can_ask() -> bool:
    """Tell whether somebody sits at a terminal, to read questions and to answer them."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


@dataclass(frozen=True, slots=True)
class Ask:
    """Asks one question at a time.

    Every question takes ``kept``, what an empty answer means, or ``optional``: then an empty answer is None,
    that is unknown. Without either the question is asked again.

    Attributes
    ----------
    read
        Gives the next line, or "" where there will be none.
    write
        Takes text for the person.
    """

    read: Callable[[], str]
    write: Callable[[str], None]

    def say(self, text: str = "") -> None:
        """Show words, each line of them broken to the page."""
        self._show("\n".join(_on_page(line) for line in text.splitlines() or [""]) + "\n")

    def leave(self, text: str) -> None:
        """Say the last words, if anybody is still there."""
        with suppress(AnswersEndedError):
            self.say(text)

    def yes_no(self, question: str, *, kept: bool | None = None, optional: bool = False) -> bool | None:
        """Ask for yes or no."""
        shown = None if kept is None else ("yes" if kept else "no")
        return self._ask(question, "yes/no", _yes_no, kept=kept, shown=shown, optional=optional)

    def whole(
        self, question: str, low: int, high: int, *, kept: int | None = None, optional: bool = False
    ) -> int | None:
        """Ask for a whole number from ``low`` to ``high``."""
        return self._ask(question, f"{low}-{high}", _whole(low, high), kept=kept, optional=optional)

    def number(
        self, question: str, low: float, high: float, *, kept: float | None = None, optional: bool = False
    ) -> float | None:
        """Ask for a number from ``low`` to ``high``; a decimal comma is understood."""
        shown = None if kept is None else f"{kept:g}"
        return self._ask(
            question, f"{low:g}-{high:g}", _number(low, high), kept=kept, shown=shown, optional=optional
        )

    def choice(
        self, question: str, options: Mapping[str, T], *, kept: T | None = None, optional: bool = False
    ) -> T | None:
        """Ask for one of ``options`` by its word, or by as much of it as no other begins with."""
        shown = next((word for word, value in options.items() if value == kept), None)
        return self._ask(
            question, "/".join(options), _choice(options), kept=kept, shown=shown, optional=optional
        )

    def several(
        self,
        question: str,
        options: tuple[str, ...],
        *,
        kept: tuple[str, ...] | None = None,
        optional: bool = False,
    ) -> tuple[str, ...] | None:
        """Ask for any of ``options``, by word or number, with commas or spaces between, or for "none"."""
        shown = ", ".join(kept or ()) or None
        hint = f"any of {', '.join(options)}" + ("" if kept == () else "; or none")
        return self._ask(question, hint, _several(options), kept=kept, shown=shown, optional=optional)

    def text(self, question: str) -> str | None:
        """Ask for some words; nothing but Enter is None."""
        return self._ask(question, "", _text, optional=True)

    def _ask(
        self,
        question: str,
        hint: str,
        understand: Callable[[str], T],
        *,
        kept: T | None = None,
        shown: object = None,
        optional: bool = False,
    ) -> T | None:
        """Ask until the answer is understood; ``understand`` raises ValueError with what is expected."""
        empty = "Enter: skip" if optional else ""
        if kept is not None:
            empty = "Enter: none" if kept == () else f"Enter: keep {kept if shown is None else shown}"
        prompt = _prompt(question, "; ".join(part for part in (hint, empty) if part))
        while True:
            self._show(prompt)
            answer = self._line().strip()
            if not answer and (kept is not None or optional):
                return kept
            try:
                return understand(answer)
            except ValueError as error:
                self.say(f"  {error}" if answer else f"  This one needs an answer. {error}")

    def _show(self, text: str) -> None:
        try:
            self.write(text)
        except OSError as error:  # the terminal was closed
            raise AnswersEndedError from error

    def _line(self) -> str:
        try:
            line = self.read()
        except OSError as error:  # the terminal was closed
            raise AnswersEndedError from error
        if not line:
            raise AnswersEndedError
        return line


def on_terminal() -> Ask:
    """Ask on standard error and read standard input, whatever bytes come."""

    def read() -> str:
        return sys.stdin.buffer.readline().decode(sys.stdin.encoding or "utf-8", "replace")

    def write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    return Ask(read, write)


def _prompt(question: str, hint: str) -> str:
    """Put what may be answered behind the question, or below it where the answer would find no room."""
    line = f"{question} ({hint}) " if hint else f"{question} "
    room = _COLUMNS - (_ROOM_FOR_YES if hint.startswith("yes/no") else _ROOM)
    if len(line) <= room:
        return line
    return f"{_on_page(question)}\n{_on_page(f'  ({hint})')} "


def _on_page(line: str) -> str:
    from pfp_sensors.report.words import paragraph

    indent = line[: len(line) - len(line.lstrip())]
    return paragraph(line.strip(), indent, indent) if line.strip() else ""


def _yes_no(answer: str) -> bool:
    if answer.lower() in _YES:
        return True
    if answer.lower() in _NO:
        return False
    raise ValueError("Please answer yes or no.")


def _whole(low: int, high: int) -> Callable[[str], int]:
    def understand(answer: str) -> int:
        plain = answer.removeprefix("+")
        if plain.isascii() and plain.isdigit() and len(plain) < 10 and low <= int(plain) <= high:
            return int(plain)
        raise ValueError(f"Please give a whole number from {low} to {high}.")

    return understand


def _number(low: float, high: float) -> Callable[[str], float]:
    def understand(answer: str) -> float:
        expected = f"Please give a number from {low:g} to {high:g}."
        try:
            value = float(answer.replace(",", "."))
        except ValueError:
            raise ValueError(expected) from None
        if not low <= value <= high:  # also not a number
            raise ValueError(expected)
        return value

    return understand


def _choice(options: Mapping[str, T]) -> Callable[[str], T]:
    def understand(answer: str) -> T:
        given = answer.lower()
        meant = [word for word in options if word == given] or [w for w in options if w.startswith(given)]
        if not given or len(meant) != 1:
            raise ValueError(f"Please give one of {', '.join(options)}.")
        return options[meant[0]]

    return understand


def _several(options: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    by_number = {str(number): option for number, option in enumerate(options, 1)}

    def understand(answer: str) -> tuple[str, ...]:
        words = answer.lower().replace(",", " ").split()
        if words and set(words) <= _NOTHING:
            return ()
        words = [by_number.get(word, word) for word in words]
        unknown = [word for word in words if word not in options]
        if unknown or not words:
            found = f"{', '.join(unknown)} is not among them. " if unknown else ""
            raise ValueError(f"{found}Please give any of {', '.join(options)}, or none.")
        return tuple(option for option in options if option in words)

    return understand


def _text(answer: str) -> str:
    return "".join(letter for letter in answer if letter.isprintable())[:_LONGEST_TEXT]
