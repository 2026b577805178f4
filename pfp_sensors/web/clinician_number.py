"""The number of the rules that a clinician overrules: chosen in words, typed in its unit."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.errors import UsageError
from pfp_sensors.load.overrides import with_overrides
from pfp_sensors.report.override_words import COMMON, Number, numbers
from pfp_sensors.report.page import moment_words
from pfp_sensors.settings.entries import flat_values
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.web.forms import FieldError, needed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from pfp_sensors.model.diary import History
    from pfp_sensors.web.visit import Visit

OTHER: Final = "other"
"""Chosen where the number is one of the second list."""

_VALUE: Final = "What holds instead"
_UNTIL: Final = "Last day on which it holds"


@dataclass(frozen=True, slots=True)
class SaidNumber:
    """What was chosen and typed, checked by itself; ``value`` as the settings have it."""

    number: Number
    value: str
    until: date
    typed: float

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """Say in words that it contradicts another number; what the rules say of it comes after."""
        try:
            yield
        except UsageError as error:
            raise FieldError(
                "value",
                f"{self.number.words}: {self.typed:g} {self.number.unit} does not go together with another "
                "number, now or when that one has run out. A worse state may not allow more than a better "
                f"one. Allowed by itself: {self.number.range_words}.",
                f"Give another value, or overrule the other number first. In detail: {error.message}",
            ) from error


def offered(history: History, at: datetime) -> tuple[tuple[Number, ...], tuple[Number, ...]]:
    """List the numbers that are asked for first, then all others, with the values in force."""
    settings = with_overrides(load_load_settings(), history, at).settings
    found = numbers(flat_values("load", settings))
    return found[: len(COMMON)], found[len(COMMON) :]


def number_of(visit: Visit) -> SaidNumber:
    """Read number, value and last day.

    Raises
    ------
    FieldError
        If one of them is missing or out of its range: it names the field, the range and the unit.
    """
    number = _chosen(visit)
    label = f"{_VALUE}, {number.unit}" if number.unit else _VALUE
    typed: float = needed(visit.fields.number("value", label), "value", _VALUE)
    is_whole = isinstance(flat_values("load", load_load_settings())[number.key], int)
    if not number.low <= typed <= number.high or (is_whole and typed != int(typed)):
        kind = "a whole number" if is_whole else "a number"
        raise FieldError(
            "value",
            f"{number.words}: {typed:g} {number.unit}".rstrip()
            + f" was given; allowed is {kind} from {number.range_words}.",
            f"Give {kind} in that range; now it is {number.now:g} {number.unit}".rstrip() + ".",
        )
    value = round(typed / number.scale, 12)
    return SaidNumber(number, f"{value:.15g}", _last_day(visit), typed)


def _chosen(visit: Visit) -> Number:
    fields, (common, others) = visit.fields, offered(read_diary(visit.home), visit.at)
    said, other = fields.text("key", "Number to overrule"), fields.text("other", "Another number")
    if other and said not in {None, OTHER}:
        raise FieldError(
            "other", "Two numbers are chosen.", 'Take one of them: for the first, choose "none".'
        )
    if said == OTHER or (said is None and other):
        name, key, among = "other", needed(other, "other", "Another number"), others
    else:
        name, key, among = "key", needed(said, "key", "The number to overrule"), common
    found = next((one for one in among if one.key == key), None)
    if found is None:
        raise FieldError(name, "There is no such number that may be overruled.", "Choose one of the list.")
    return found


def _last_day(visit: Visit) -> date:
    until: date = needed(visit.fields.day("until", _UNTIL), "until", _UNTIL)
    today, longest = visit.at.date(), load_load_settings().override.max_d
    last = today + timedelta(longest)
    if not today <= until <= last:
        raise FieldError(
            "until",
            f"{_UNTIL}: {moment_words(until)} was given; allowed is a day from {moment_words(today)} to "
            f"{moment_words(last)} (at most {longest} days).",
            "Give a day in that span; it can be given anew when it has run out.",
        )
    return until
