"""Runs of a diary document: their keys, the impact by leg and the short form of pain."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pfp_sensors.model.diary import IMPACT_QUALITIES, WHENS, Knee, RunImpact, When
from pfp_sensors.model.diary_terms import DISTANCE_SOURCES
from pfp_sensors.store.document_fields import Field, read_by_leg, read_fields, write_by_leg, write_fields
from pfp_sensors.store.document_values import (
    WrongValueError,
    entry_time,
    flag,
    free_text,
    mapping,
    moment,
    moment_text,
    name,
    nearest,
    number,
    one_of,
    score,
    text,
    whole,
)
from pfp_sensors.store.profile_documents import cadence, impact_g, run_km, run_minutes, speed

if TYPE_CHECKING:
    from collections.abc import Mapping

_IMPACT_FIELDS = (Field("resultant_g", impact_g, null=True), Field("quality", one_of(IMPACT_QUALITIES)))


def _one_impact(values: dict[str, Any]) -> RunImpact | None:
    """Read the impact of a leg; one without a word on its quality is not good enough to loosen anything."""
    if values and values.keys().isdisjoint(("resultant_g", "quality")):
        raise WrongValueError(values, "an object with resultant_g and quality, or those by leg")
    found = read_fields(values, _IMPACT_FIELDS)
    return RunImpact(found.get("resultant_g"), found.get("quality", "low")) if found else None


def _impact(value: Any) -> dict[Knee | None, RunImpact]:
    return read_by_leg(value, _one_impact)


def _write_impact(parts: Mapping[Knee | None, RunImpact]) -> dict[str, Any] | None:
    return write_by_leg(parts, lambda part: write_fields(part, _IMPACT_FIELDS))


def _answers(value: Any) -> dict[When, int | None]:
    """Read the short form of pain; null is an answer that is missing."""
    found: dict[When, int | None] = {}
    for key, answer in mapping(value).items():
        try:
            if key not in WHENS:
                raise WrongValueError(answer, f"only {', '.join(WHENS)} here", nearest(key, WHENS))
            found[key] = None if answer is None else score(answer)
        except WrongValueError as wrong:
            raise wrong.under(key) from None
    return found


def _write_answers(answers: Mapping[When, int | None]) -> dict[str, Any] | None:
    return {when: answers[when] for when in WHENS if when in answers} or None


ID = Field("id", name)
ENTERED = Field("entered", entry_time, write=moment_text)
NOTE = Field("note", free_text)

RUN_FIELDS = (
    ID,
    Field("start", moment, write=moment_text, needed=True),
    Field("km", run_km),
    Field("minutes", run_minutes),
    Field("speed_mps", speed),
    Field("cadence_spm", cadence),
    Field("steps", whole(0, 1_000_000)),
    Field("impact", _impact, write=_write_impact),
    Field("downhill_min", number(0, 3000, "minutes")),
    Field("rpe", score),
    Field("pain", _answers, write=_write_answers),
    Field("source", name),
    Field("sha256", name),
    Field("recording", text),
    Field("method", name),
    Field("synthetic", flag),
    NOTE,
    ENTERED,
    Field("heart_rate_bpm", number(20, 260, "beats a minute")),
    Field("ascent_m", number(0, 20_000, "metres")),
    Field("descent_m", number(0, 20_000, "metres")),
    Field("distance_source", one_of(DISTANCE_SOURCES)),
    Field("watch", text),
    Field("watch_sha256", name),
    Field("watch_offset_s", number(-100_000, 100_000, "seconds")),
    Field("distance_error_pct", number(0, 100, "percent")),
)


def run_arguments(found: dict[str, Any]) -> dict[str, Any]:
    """Name a run without an id by its start, which neither order nor time of reading changes."""
    if "id" not in found:
        start = found["start"]
        found["id"] = start.strftime("run-%Y-%m-%d-%H%M" if isinstance(start, datetime) else "run-%Y-%m-%d")
    return found
