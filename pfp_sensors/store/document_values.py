"""Checks of single values of a diary document: the plain value in, the model's value out, or what is wrong.

Each check is a function of one value. It knows nothing of where the value stands: `WrongValueError` collects
the place on its way up, and whoever has the whole place turns it into an `InputError`.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pfp_sensors.model.diary import Moment

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
"""Years that a diary may speak of: far enough from the calendar's ends for any window of days."""

_LONGEST_TEXT: Final = 10_000
_LONGEST_NAME: Final = 200
_SHOWN_CHARACTERS: Final = 60
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile("[\n\r\t]")


class WrongValueError(Exception):
    """A value of a document is not what its key takes."""

    def __init__(self, value: object, expected: str, what_to_do: str = "", place: str = "") -> None:
        super().__init__(expected)
        self.found = shown(value)
        self.expected = expected
        self.what_to_do = what_to_do or "Correct the value, or write null if it is not known."
        self.place = place

    def under(self, name: str) -> WrongValueError:
        """Put the name of what holds the value in front of its place."""
        joint = "" if not self.place or self.place.startswith("[") else "."
        self.place = f"{name}{joint}{self.place}"
        return self

    def as_input_error(self, place: str) -> InputError:
        """Say it to the person, with the place of the whole entry in front."""
        whole = self.under(place).place if place else self.place
        whole = whole if whole.isprintable() else _quoted(whole)[1:-1]
        where = f"{whole}: " if whole else ""
        return InputError(f"{where}found {self.found}; expected {self.expected}.", self.what_to_do)


def shown(value: object) -> str:
    """Write a value about as the document has it, a long one cut short."""
    words = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    if isinstance(value, dict):
        return "an object" if value else "an empty object"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = _quoted(value[: _SHOWN_CHARACTERS + 1]) if isinstance(value, str) else repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS + 2 else f"{text[:_SHOWN_CHARACTERS]}..."


def _quoted(text: str) -> str:
    """Put a text in quotes, with escapes where it has characters that a terminal would act on."""
    return f'"{text}"' if text.isprintable() else json.dumps(text)


def number(low: float, high: float, unit: str = "", *, above: bool = False) -> Callable[[Any], float]:
    """Make a check for a number from ``low`` to ``high``; with ``above`` it must be more than ``low``."""
    span = f"more than {low:g} and at most {high:g}" if above else f"from {low:g} to {high:g}"
    expected = f"a number {span}{' ' if unit else ''}{unit}"

    def check(value: Any) -> float:
        if (type(value) is not float and type(value) is not int) or not low <= value <= high:
            raise WrongValueError(value, expected)
        if above and value == low:
            raise WrongValueError(value, expected)
        return float(value)

    return check


def whole(low: int, high: int, unit: str = "") -> Callable[[Any], int]:
    """Make a check for a whole number from ``low`` to ``high``; 9.0 is one."""
    expected = f"a whole number from {low} to {high}{' ' if unit else ''}{unit}"

    def check(value: Any) -> int:
        if (type(value) is not int and type(value) is not float) or not low <= value <= high:
            raise WrongValueError(value, expected)
        if value != int(value):
            raise WrongValueError(value, expected)
        return int(value)

    return check


score = whole(0, 10)
"""Check a score of 0-10."""


def flag(value: Any) -> bool:
    """Check a yes or no."""
    if value is not True and value is not False:
        raise WrongValueError(value, "true or false")
    return bool(value)


def one_of(known: Collection[str], what: str = "") -> Callable[[Any], Any]:
    """Make a check for one of some words."""
    words = frozenset(known)
    label = f"{what}, one of " if what else "one of "

    def check(value: Any) -> Any:
        if not isinstance(value, str) or value not in words:
            raise WrongValueError(value, label + ", ".join(known), nearest(value, known))
        return value

    return check


def nearest(value: object, known: Collection[str]) -> str:
    """Advise the word that was probably meant."""
    import difflib

    word = value.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(value, str) else ""
    near = difflib.get_close_matches(word, list(known), n=1)
    return (
        f'Did you mean "{near[0]}"? Write one of the words of the list.'
        if near
        else ("Write one of the words of the list.")
    )


def text(value: Any) -> str:
    """Check a text that says something."""
    if not free_text(value).strip():
        raise WrongValueError(value, "a text that is not empty")
    return str(value)


def free_text(value: Any) -> str:
    """Check a text, which may be empty."""
    if not isinstance(value, str):
        raise WrongValueError(value, "a text")
    if len(value) > _LONGEST_TEXT:
        raise WrongValueError(value, f"a text of at most {_LONGEST_TEXT} characters", "Shorten it.")
    if not value.isprintable() and _CONTROL.search(value):
        raise WrongValueError(value, "a text without control characters", "Delete them.")
    return value


def name(value: Any) -> str:
    """Check a name or an id: one line that is not empty."""
    if (
        not text(value)
        or len(value) > _LONGEST_NAME
        or (not value.isprintable() and _LINE_ENDS.search(value))
    ):
        raise WrongValueError(value, f"one line of at most {_LONGEST_NAME} characters")
    return str(value)


def moment(value: Any) -> Moment:
    """Check a bare day, or a time with its offset."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return day(value)
    return clock_time(value)


def day(value: Any) -> date:
    """Check a day without a time."""
    expected = f'a day such as "2026-10-01", of the years {FIRST_YEAR} to {LAST_YEAR}'
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise WrongValueError(value, expected)
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise WrongValueError(value, expected, "The calendar has no such day; correct it.") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise WrongValueError(value, expected)
    return found


def clock_time(value: Any) -> datetime:
    """Check a time with its offset."""
    expected = 'a time with its offset such as "2026-10-01T07:00:00+02:00"'
    if not isinstance(value, str) or not _CLOCK.match(value):
        raise WrongValueError(value, expected)
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise WrongValueError(value, expected, "There is no such time; correct it.") from None
    if found.tzinfo is None:
        advice = f'Write the offset from UTC behind it, such as "{value}+01:00", or "{value}Z" for UTC.'
        raise WrongValueError(value, expected, advice)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise WrongValueError(value, f"{expected}, of the years {FIRST_YEAR} to {LAST_YEAR}")
    return found


def entry_time(value: Any) -> datetime:
    """Check when something was entered; where only the day is known its noon (UTC) stands for it."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return datetime.combine(moment(value), time(12), UTC)
    return clock_time(value)


def moment_text(value: Moment) -> str:
    """Write a day as a bare date, a time with its offset."""
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise WrongValueError(str(value), "a time with its offset", "Give the time an offset from UTC.")
    return value.isoformat()


def listed(check: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Make a check for a list whose items pass ``check`` and differ from each other."""

    def check_list(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise WrongValueError(value, 'a list such as ["..."]')
        found: list[Any] = []
        for index, item in enumerate(value):
            try:
                found.append(check(item))
                if found[-1] in found[:-1]:
                    raise WrongValueError(item, "each item once", "Delete the repeated item.")
            except WrongValueError as wrong:
                raise wrong.under(f"[{index}]") from None
        return tuple(found)

    return check_list


def mapping(value: Any, what: str = "an object {...}") -> dict[str, Any]:
    """Check an object."""
    if not isinstance(value, dict):
        raise WrongValueError(value, what)
    return value
