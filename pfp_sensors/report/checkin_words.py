"""The questions of the check-in, and what is said after it: one list for the terminal and the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS, Checkin, Pain, Symptom
from pfp_sensors.report import page
from pfp_sensors.report.change_words import checkin_answer
from pfp_sensors.report.entry_words import WHEN_WORDS, entry_words, score_words
from pfp_sensors.report.red_flag_words import NOT_A_DIAGNOSIS, flag_advice
from pfp_sensors.report.written_text import STOP, notes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from pfp_sensors.model.diary import Entry
    from pfp_sensors.model.written import Written

FOR_INFORMATION: Final = "For information; this changes no limit:"


@dataclass(frozen=True, slots=True)
class Question:
    """One question on the day.

    Attributes
    ----------
    name
        Of the answer in a check-in.
    form
        "scale" is a whole number from 0 to 10.
    of
        Asked only where the question of this name was answered with more than 0.
    """

    name: str
    words: str
    form: Literal["scale", "number", "whole", "text"]
    of: str | None = None


_PROTEIN: Final = "protein_g"

_ALL: Final = (
    Question("stairs_pain", "Pain on stairs", "scale"),
    Question("walk_pain", "Pain after a walk of 30 minutes", "scale"),
    Question("sitting_h", "Hours of sitting", "number"),
    Question("breaks", "Breaks in it", "whole", of="sitting_h"),
    Question("sleep_h", "Hours of sleep last night", "number"),
    Question("sleep_quality", "How good was it (10 is best)", "scale"),
    Question("stress", "Stress (10 is most)", "scale"),
    Question(_PROTEIN, "Protein in g", "number"),
    Question("mass_kg", "Body mass in kg", "number"),
    Question("mood", "Mood (10 is best)", "scale"),
    Question("better", "What went better?", "text"),
    Question("note", "Anything else?", "text"),
)


def day_questions(*, hide_protein: bool | None) -> tuple[Question, ...]:
    """List the questions on a day in the order in which they are asked."""
    return tuple(one for one in _ALL if not (hide_protein and one.name == _PROTEIN))


def pain_question(knee: str | None) -> str:
    """Word the question for the worst pain of the day."""
    return "Worst pain of the day" + ("" if knee is None else f", {knee} knee")


def stored_line(day: date, entries: Sequence[Entry]) -> str:
    """Say of which day something was stored, and what."""
    said = [_stored(one) for one in entries]
    return f"Stored for {page.moment_words(day)}: {'; '.join(said) if said else 'nothing'}."


def _stored(entry: Entry) -> str:
    """Name an entry without its day, which is said already."""
    if isinstance(entry, Checkin):
        told = [checkin_answer(name, value) for name, value in entry.values.items()]
        return ", ".join(told) or "check-in"
    if isinstance(entry, Symptom):
        sign = AMBER_KINDS.get(entry.kind) or RED_KINDS.get(entry.kind) or "a sign"
        return sign if entry.end is None else f"{sign}: over"
    if isinstance(entry, Pain):
        knee = "" if entry.knee is None else f", {entry.knee} knee"
        return f"{WHEN_WORDS[entry.when]} {score_words(entry)}{knee}"
    return entry_words(entry)


def cautions_of(said: Iterable[Written]) -> list[str]:
    """Say what pain and warning signs of a check-in call for, each once."""
    return list(dict.fromkeys(note for one in said for note in notes_of(one)))


def stop_lines(flags: Iterable[str]) -> list[str]:
    """Say of open red flags whom to see and how soon, the stop first; empty where none is open."""
    advice = [flag_advice(flag) for flag in flags]
    return [STOP, *advice, NOT_A_DIAGNOSIS] if advice else []
