"""Which keys each kind of entry of a diary document has, and what holds between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.diary import (
    AMBER_KINDS,
    EVENT_KINDS,
    EXERCISE_KINDS,
    KNEES,
    RED_KINDS,
    SCORE_KINDS,
    WHENS,
    Cap,
    Checkin,
    DiaryEvent,
    Exercise,
    Override,
    Pain,
    Run,
    Score,
    Symptom,
)
from pfp_sensors.store.document_fields import Field
from pfp_sensors.store.document_values import (
    WrongValueError,
    day,
    entry_time,
    flag,
    moment,
    moment_text,
    name,
    number,
    one_of,
    score,
    text,
    whole,
)
from pfp_sensors.store.event_values import event_arguments, local_day, override_arguments
from pfp_sensors.store.run_documents import ENTERED, ID, NOTE, RUN_FIELDS, run_arguments

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class EntryTable:
    """One kind of entry: its model, its keys, and what is checked or added once all are read."""

    model: type[Any]
    fields: tuple[Field, ...]
    adjust: Callable[[dict[str, Any]], dict[str, Any]]


_SCORE_LIMITS = {"akps": 100, "koos-pf": 100, "uwri": 36}
"""Highest total of each questionnaire."""

_DATE = Field("date", moment, "at", moment_text, needed=True)
_KNEE = Field("knee", one_of(KNEES, "a knee"))


def _as_is(value: Any) -> Any:
    return value


_PAIN = (
    ID,
    _DATE,
    Field("when", one_of(WHENS, "a question"), needed=True),
    Field("score", score, stated=True),
    _KNEE,
    Field("run", name, null=True),
    ENTERED,
    Field("replaces", name, null=True),
    NOTE,
)
_SYMPTOM = (
    ID,
    Field("kind", one_of((*AMBER_KINDS, *RED_KINDS), "a symptom"), needed=True),
    Field("start", moment, write=moment_text, needed=True),
    Field("end", moment, write=moment_text, null=True),
    Field("end_entered", entry_time, write=moment_text),
    ENTERED,
    _KNEE,
    NOTE,
)
_EXERCISE = (
    ID,
    _DATE,
    Field("kind", one_of(EXERCISE_KINDS), needed=True),
    Field("name", name, needed=True),
    Field("pain", score),
    Field("sets", whole(0, 1000)),
    Field("reps", whole(0, 10_000)),
    Field("hold_s", number(0, 36_000, "s")),
    Field("load_kg", number(0, 1000, "kg")),
    Field("minutes", number(0, 3000, "minutes")),
    Field("side", one_of(KNEES)),
    _KNEE,
    Field("rpe", score),
    Field("form_ok", flag),
    Field("session", name),
    ENTERED,
)
_CHECKIN = (ID, _DATE, ENTERED)
_SCORE = (
    ID,
    _DATE,
    Field("kind", one_of(SCORE_KINDS, "a questionnaire"), needed=True),
    Field("value", number(0, 100), needed=True),
    ENTERED,
)
_CAP = (ID, _DATE, Field("km", number(0, 500, "km")), Field("minutes", number(0, 3000, "minutes")))
_EVENT = (
    ID,
    _DATE,
    Field("kind", one_of(EVENT_KINDS, "a stored change"), needed=True),
    Field("value", _as_is),
    Field("by", name),
    Field("role", name),
    Field("reason", text),
    Field("reason", text),
    ENTERED,
)
_OVERRIDE = (
    ID,
    _DATE,
    Field("key", name, needed=True),
    Field("value", _as_is),
    Field("until", day, write=moment_text, null=True),
    Field("by", name, needed=True),
    Field("role", name, needed=True),
    Field("reason", text, needed=True),
    ENTERED,
)


def _symptom_arguments(found: dict[str, Any]) -> dict[str, Any]:
    if "end" in found and local_day(found["end"]) < local_day(found["start"]):
        first = local_day(found["start"])
        raise WrongValueError(str(found["end"]), f"a day not before its start, {first}", "Correct it.", "end")
    return found


def _score_arguments(found: dict[str, Any]) -> dict[str, Any]:
    highest = _SCORE_LIMITS[found["kind"]]
    if found["value"] > highest:
        expected = f"a total from 0 to {highest} for {found['kind']}"
        raise WrongValueError(found["value"], expected, "Write the total of the questionnaire.", "value")
    return found


def _cap_arguments(found: dict[str, Any]) -> dict[str, Any]:
    return {"km": None, "minutes": None} | found


def _override_arguments(found: dict[str, Any]) -> dict[str, Any]:
    return override_arguments({"until": None, "value": None} | found)


def _event_arguments(found: dict[str, Any]) -> dict[str, Any]:
    """Check a stored change; one that nobody signed has the person's authority, which is the least."""
    return event_arguments({"value": None, "by": "person"} | found)


TABLES: Final = {
    "run": EntryTable(Run, RUN_FIELDS, run_arguments),
    "pain": EntryTable(Pain, _PAIN, _as_is),
    "symptom": EntryTable(Symptom, _SYMPTOM, _symptom_arguments),
    "exercise": EntryTable(Exercise, _EXERCISE, _as_is),
    "checkin": EntryTable(Checkin, _CHECKIN, _as_is),
    "score": EntryTable(Score, _SCORE, _score_arguments),
    "cap": EntryTable(Cap, _CAP, _cap_arguments),
    "event": EntryTable(DiaryEvent, _EVENT, _event_arguments),
    "override": EntryTable(Override, _OVERRIDE, _override_arguments),
}
"""By kind."""
