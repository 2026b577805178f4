"""Words of the list of entries: kinds, how an entry stands, its values, and what an undo would take back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS
from pfp_sensors.report import page
from pfp_sensors.report.change_words import CHECKIN_WORDS, EVENT_NAMES
from pfp_sensors.report.entry_words import WHEN_WORDS
from pfp_sensors.report.undone_text import many_corrections, taken_back_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from pfp_sensors.model.diary import Entry, Profile

KIND_WORDS: Final[Mapping[str, str]] = {
    "run": "run",
    "pain": "pain",
    "symptom": "sign",
    "exercise": "exercise",
    "checkin": "check-in",
    "score": "questionnaire",
    "cap": "limit",
    "event": "change",
    "override": "clinician's word",
}

KEY_WORDS: Final[Mapping[str, str]] = {
    "km": "distance in km",
    "minutes": "running time in minutes",
    "speed_mps": "speed in metres per second, or as a pace such as 5:58",
    "cadence_spm": "cadence in steps per minute",
    "steps": "steps",
    "downhill_min": "minutes downhill",
    "rpe": "effort, 0 to 10",
    "score": "pain, 0 to 10",
    "pain": "pain, 0 to 10",
    "when": "which question: before, during, after60, morning or day",
    "knee": "knee: left or right",
    "side": "side: left or right",
    "run": "run, by its id",
    "start": "began: as 2026-11-22, or with a time as 2026-11-22T07:30",
    "end": "over: the last day, as 2026-11-22",
    "date": "day: as 2026-11-22, or with a time as 2026-11-22T07:30",
    "kind": "which one, by its name",
    "name": "exercise",
    "value": "total",
    "sets": "sets",
    "reps": "repetitions",
    "hold_s": "held, in seconds",
    "load_kg": "load in kg",
    "note": "note",
    "form_ok": "form was clean: yes or no",
    "until": "holds until",
    "by": "said by",
    **CHECKIN_WORDS,
}
"""What each value of an entry is, and how it is typed."""

_WORDS_OF_VALUES: Final[Mapping[str, str]] = {**AMBER_KINDS, **RED_KINDS, **EVENT_NAMES, **WHEN_WORDS}

_STILL: Final = "It was entered more than a day ago: taken back, it keeps counting."


def state_words(state: str, replaced_by: str | None, own_id: str, *, counts: bool) -> str:
    """Say how an entry stands where it was corrected or taken back; empty where it simply counts."""
    if state == "current":
        return ""
    if state == "corrected":
        newer = f": {replaced_by} says it anew" if replaced_by not in {None, own_id} else ""
        return f"corrected{newer}"
    return "taken back late, keeps counting" if counts else "taken back"


def when_words(moment: date) -> str:
    """Write when an entry took place, short: ``Sun 22 Nov 2026, 07:30``."""
    time = f", {moment:%H:%M}" if isinstance(moment, datetime) else ""
    return f"{' '.join(page.short_day(moment).split())} {moment.year}{time}"


def key_words(key: str) -> str:
    """Say what a value of an entry is, and how it is typed."""
    return KEY_WORDS.get(key, key.replace("_", " "))


def value_words(value: Any) -> str:
    """Write a value as it stands."""
    if value is None or isinstance(value, bool):
        return "not known" if value is None else "yes" if value else "no"
    return _WORDS_OF_VALUES.get(value, str(value)) if isinstance(value, str) else str(value)


def undo_words(
    what: str,
    at: datetime,
    entries: Sequence[tuple[str, Entry | Profile, bool]],
    changed: Sequence[str] = (),
) -> list[str]:
    """Say what an undo would take back, before it is done.

    Parameters
    ----------
    what
        "add", "correct" or "profile".
    at
        When that was done.
    entries
        Id, entry, and whether it would keep counting.
    changed
        Fields of the profile that would be as before.
    """
    done = "The last correction" if what == "correct" else "The last thing done"
    lines = [f"{done}, on {page.moment_words(at)}:"]
    many = many_corrections(what, entries)
    names = taken_back_names(what, entries, changed) if many is None else [many]
    lines += [f"{named}." for named in names]
    lines += ["The entry will say again what it said before."] if what == "correct" else []
    return lines + ([_STILL] if any(counts for _, _, counts in entries) else [])
