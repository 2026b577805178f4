"""The total of a questionnaire written into the diary."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.entry_days import moment_on
from pfp_sensors.actions.entry_ranges import check_range
from pfp_sensors.actions.standing_entries import read_back, standing_entries
from pfp_sensors.errors import UsageError
from pfp_sensors.load.days import day_of
from pfp_sensors.model.diary import SCORE_KINDS, Score
from pfp_sensors.model.written import Written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Scale:
    """How far the total of a questionnaire goes, and whether it is a whole number."""

    top: float
    whole: bool
    full_name: str


SCALES: Final[Mapping[str, Scale]] = {
    "akps": Scale(100.0, True, "Anterior Knee Pain Scale"),
    "koos-pf": Scale(100.0, False, "KOOS-PF, the patellofemoral part of the Knee injury and Osteoarthritis "
             "Outcome Score"),
    "uwri": Scale(36.0, True, "University of Wisconsin Running Injury and Recovery Index"),
}  # fmt: skip
"""By name; every one starts at 0, and more is better."""


def add_score(home: Path, kind: str, value: float, *, day: date | None = None, at: datetime) -> Written:
    """Write the total of a questionnaire down.

    Parameters
    ----------
    home
        The folder of the person's own data; made if it is not there.
    kind
        One of `SCORE_KINDS`.
    value
        The total.
    day
        When it was filled in; None for now.
    at
        Now, where the person is.

    Raises
    ------
    UsageError
        If there is no such questionnaire, or the total cannot be one of it.
    InputError, PfpError
        If the diary cannot be read or written.
    """
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import add_entry

    name = kind.strip().lower().replace("_", "-")
    check_score(name, value)
    score = Score(moment_on(day, at), name, value)
    with contextlib.closing(open_diary(home)) as diary:
        for known in standing_entries(diary, "score"):
            if isinstance(known.entry, Score) and _what(known.entry) == _what(score):
                return Written(known.id, known.entry, "known", known)
        written = add_entry(diary, score, at=at)
        return Written(written, read_back(diary, written))


def _what(score: Score) -> object:
    return score.kind, score.value, day_of(score.at)


def check_score(kind: str, value: float) -> None:
    """Check that a total can be one of its questionnaire.

    Raises
    ------
    UsageError
        If there is no such questionnaire, or the total lies outside it.
    """
    if kind not in SCALES:
        raise UsageError(f"There is no questionnaire {kind!r}.", f"Give one of {', '.join(SCORE_KINDS)}.")
    scale = SCALES[kind]
    check_range(value, f"The total of the {kind}", 0.0, scale.top)
    if scale.whole and value != int(value):
        raise UsageError(
            f"The total of the {kind} is {value:g}; it is always a whole number.",
            f"Give a whole number from 0 to {scale.top:g}.",
        )
