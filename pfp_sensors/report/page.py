"""Lines of a page of a given width; limits written so that no text allows more than the rules do."""

from __future__ import annotations

import math
import re
import textwrap
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

MIN_WIDTH: Final = 40
"""Narrower pages are written as if they were this wide."""

_LABEL_WIDTH = 18
_NO_BREAK = "\x1f"  # no text has it, and no line is broken at it
_NOISE = 1e-6  # what calculating in floating point may add or take away

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def paragraph(text: str, width: int, first: str = "", rest: str = "") -> str:
    """Wrap to a width; ``first`` and ``rest`` begin its first and its other lines.

    A command between backticks stays on one line where that has room for it, so that it can be copied.
    """
    columns = max(width, MIN_WIDTH)
    room = columns - len(rest) - len("`.")

    def kept_together(command: re.Match[str]) -> str:
        return command[0].replace(" ", _NO_BREAK) if len(command[0]) <= room else command[0]

    filled = textwrap.fill(
        re.sub(r"`[^`]+`", kept_together, text),
        columns,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace(_NO_BREAK, " ")


def bullets(items: Iterable[str], width: int) -> str:
    """Write a list, one bullet for each item."""
    return "\n".join(paragraph(item, width, "  - ", "    ") for item in items)


def section(title: str, items: Iterable[str], width: int) -> list[str]:
    """Write a title with a list below it; nothing where the list is empty."""
    text = bullets(items, width)
    return [f"{title}\n{text}"] if text else []


def row(label: str, text: str, width: int) -> str:
    """Write one line of a table of two columns, the right one wrapped."""
    return paragraph(text, width, f"  {label:<{_LABEL_WIDTH - 1}} ", " " * (_LABEL_WIDTH + 2))


def day_words(day: date) -> str:
    """Write a day, ``Tuesday 24 Nov``, in English wherever the computer stands."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def short_day(day: date) -> str:
    """Write a day in nine or ten characters, ``Tue 24 Nov``."""
    return f"{_WEEKDAYS[day.weekday()][:3]} {short_date(day)}"


def short_date(day: date) -> str:
    """Write a date without its weekday, ``24 Nov``."""
    return f"{day.day:>2} {_MONTHS[day.month - 1]}"


def moment_words(moment: date) -> str:
    """Write a day with its year and, where it is known, the time."""
    words = f"{day_words(moment)} {moment.year}"
    return f"{words}, {moment:%H:%M}" if isinstance(moment, datetime) else words


def km_at_most(km: float) -> str:
    """Write a limit in kilometres, rounded down to 0.1; below that in metres."""
    tenths = math.floor(km * 10 + _NOISE)
    if tenths or km == 0:
        return f"{tenths / 10:.1f} km"
    return f"{math.floor(km * 1000 + _NOISE)} m"


def minutes_at_most(minutes: float) -> str:
    """Write a limit in minutes, rounded down to a whole one; below that in seconds."""
    whole = math.floor(minutes + _NOISE)
    return f"{whole} min" if whole or minutes == 0 else f"{math.floor(minutes * 60 + _NOISE)} s"


def pace_at_most(speed_mps: float) -> str:
    """Write a speed limit as a pace, rounded to the slower second: ``6:16/km``."""
    seconds = math.ceil(1000.0 / speed_mps - _NOISE)
    return f"{seconds // 60}:{seconds % 60:02d}/km"


def g_at_most(impact_g: float) -> str:
    """Write a limit of landing impact, rounded down to 0.1 g."""
    return f"{math.floor(impact_g * 10 + _NOISE) / 10:.1f} g"


def volume_at_most(km: float | None, minutes: float | None, joint: str = " or ") -> str:
    """Write the limits of both axes, those that are known; empty where none is."""
    parts = [] if km is None else [km_at_most(km)]
    if minutes is not None:
        parts.append(minutes_at_most(minutes))
    return joint.join(parts)


def listed(words: Iterable[str], joint: str = "and") -> str:
    """Join words as a sentence does: ``a, b and c``."""
    *most, last = [*words]
    return f"{', '.join(most)} {joint} {last}" if most else last
