"""A warning sign or red flag written into the diary, or its end."""

from __future__ import annotations

import contextlib
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.actions.entry_days import moment_on
from pfp_sensors.actions.standing_entries import read_back, standing_entries
from pfp_sensors.errors import UsageError
from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import AMBER_KINDS, RED_KINDS, Symptom
from pfp_sensors.model.written import Known, Written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from pfp_sensors.model.diary import Knee
    from pfp_sensors.model.written import Caution


@dataclass(frozen=True, slots=True)
class SymptomGiven:
    """A sign as a person gives it: its kind, the day it began and, where it is over, the day it ended."""

    kind: str
    day: date | None = None
    ended: date | None = None
    knee: Knee | None = None
    note: str | None = None


def symptom_kind(word: str) -> str:
    """Read the name of a sign, however it is spaced.

    Raises
    ------
    UsageError
        If there is no such sign; names the nearest.
    """
    import difflib

    kinds = (*AMBER_KINDS, *RED_KINDS)
    name = word.strip().lower().replace("-", "_").replace(" ", "_")
    if name in kinds:
        return name
    near = difflib.get_close_matches(name, kinds, n=1)
    meant = f"Did you mean `{near[0]}`? " if near else ""
    raise UsageError(
        f"There is no sign {word!r}.",
        f"{meant}Warning signs: {', '.join(AMBER_KINDS)}. Red flags: {', '.join(RED_KINDS)}.",
    )


def add_symptom(home: Path, given: SymptomGiven, *, at: datetime) -> Written:
    """Write a sign down, or the end of one that is open.

    Parameters
    ----------
    home
        The folder of the person's own data; made if it is not there.
    given
        What the person says of it.
    at
        Now, where the person is.

    Raises
    ------
    UsageError
        If there is no such sign, it ends before it begins, or none is open that could end.
    InputError, PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import add_entry, correct_entry

    kind = symptom_kind(given.kind)
    with contextlib.closing(open_diary(home)) as diary:
        same = _same_kind(standing_entries(diary, "symptom"), kind, given.knee)
        ending = _to_end(same, given, kind)
        if ending is not None:
            closed = dataclasses.replace(
                ending, end=given.ended, end_entered=at, note=given.note or ending.note
            )
            written = correct_entry(diary, ending.id or "", closed, at=at)
            others = tuple(_known(one) for one in same if one.end is None and one is not ending)
            cautions = _at_end(kind, others)
            return Written(
                written,
                read_back(diary, written),
                "corrected",
                _known(ending),
                related=others,
                cautions=cautions,
            )
        symptom = Symptom(kind, moment_on(given.day, at), given.ended, knee=given.knee, note=given.note)
        known = next((_known(one) for one in same if _is_same(one, symptom)), None)
        if known is not None:
            return Written(known.id, known.entry, "known", known, cautions=symptom_cautions(kind))
        written = add_entry(diary, symptom, at=at)
        return Written(written, read_back(diary, written), cautions=symptom_cautions(kind))


def _same_kind(standing: Sequence[Known], kind: str, knee: Knee | None) -> list[Symptom]:
    """Pick the signs of a kind and knee, each with its id."""
    return [
        dataclasses.replace(known.entry, id=known.id)
        for known in standing
        if isinstance(known.entry, Symptom) and (known.entry.kind, known.entry.knee) == (kind, knee)
    ]


def _known(symptom: Symptom) -> Known:
    return Known(symptom.id or "", symptom)


def symptom_cautions(kind: str) -> tuple[Caution, ...]:
    """Tell what a sign calls for: a red flag, or care."""
    return ("red_flag",) if kind in RED_KINDS else ("warning_sign",)


def _at_end(kind: str, others: Sequence[Known]) -> tuple[Caution, ...]:
    still: tuple[Caution, ...] = ("still_open",) if others else ()
    return (*still, "end_clears_nothing") if kind in RED_KINDS else still


def _to_end(same: Sequence[Symptom], given: SymptomGiven, kind: str) -> Symptom | None:
    """Find the sign whose end is given; None where both its days are new."""
    ended = given.ended
    if ended is None:
        return None
    if given.day is not None and ended < given.day:
        raise UsageError(
            f"--ended is {ended}; that is before --date, {given.day}.",
            "Give the last day on which it was there.",
        )
    fitting = [one for one in same if one.end is None and day_of(one.start) <= ended]
    if given.day is not None:
        fitting = [one for one in fitting if day_of(one.start) == given.day]
    if not fitting and given.day is None:
        raise UsageError(
            f"No open {kind} that began on or before {ended} is in the diary.",
            "Give --date too: the day on which it began.",
        )
    return max(fitting, key=lambda one: day_of(one.start), default=None)


def _is_same(one: Symptom, symptom: Symptom) -> bool:
    return (day_of(one.start), one.end) == (day_of(symptom.start), symptom.end)
