"""Pain scores to tiers 0, 1 and 2 (load.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pfp_sensors.load.days import day_of, known_by

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from pfp_sensors.model.diary import DiaryEvent, History, Knee, Override
    from pfp_sensors.settings.load_numbers import PainNumbers


def tier_of(item: str, score: int, usual: int, pain: PainNumbers) -> int:
    """Give the tier of a score.

    Parameters
    ----------
    item
        ``before``, ``during``, ``after60``, ``morning``, ``day`` or ``exercise``.
    score, usual
        0-10; the usual pain of that knee, never today's score before the run.
    """
    if item in {"during", "exercise"}:
        return 0 if score <= pain.green else 1 if score <= pain.amber else 2
    if score > pain.amber:
        return 2
    if item == "day":
        return int(score >= usual + pain.step)
    if item == "morning" and score >= usual + pain.step:
        return 2
    return int(score > usual)


class UsualPain:
    """Usual pain of each knee on each day: what was said at the start, and confirmed since (X4)."""

    def __init__(self, history: History, as_of: datetime) -> None:
        self._knees = history.profile.knees
        self._start = dict(history.profile.usual_pain)
        self._changes = sorted(
            (event for event in history.events if _changes_usual(event, as_of)),
            key=lambda event: (day_of(event.at), str(event.at), str(event.value)),
        )

    def on(self, knee: Knee, day: date) -> int:
        """Give 0-10; 0 for a knee of which nobody said anything: it has no usual pain."""
        found = self._start.get(knee, 0)
        for event in self._changes:
            if day_of(event.at) <= day:
                value = _for_knee(event.value, knee)
                if value is not None and (value < found or is_clinician(event)):
                    found = value
        return found

    def tier(self, item: str, score: int, knee: Knee | None, day: date, pain: PainNumbers) -> int:
        """Give the tier of a score; without a knee it counts for every knee that hurts."""
        knees = (knee,) if knee is not None else self._knees
        usuals = [self.on(one, day) for one in knees] or [0]
        return max(tier_of(item, score, usual, pain) for usual in usuals)


def is_clinician(event: DiaryEvent) -> bool:
    """Tell whether a clinician said so: a name together with a role."""
    return event.by == "clinician" or (event.by not in {"person", "program"} and bool(event.role))


def is_by_clinician(said: Override) -> bool:
    """Tell whether a clinician stands behind a word that only one may give."""
    return said.by.strip().lower() not in {"", "person", "program"} and bool(said.role.strip())


def _changes_usual(event: DiaryEvent, as_of: datetime) -> bool:
    return event.kind == "usual_pain" and known_by(event.at, as_of) and _entered_by(event, as_of)


def _entered_by(event: DiaryEvent, as_of: datetime) -> bool:
    return event.entered is None or event.entered <= as_of


def _for_knee(value: Any, knee: Knee) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return int(value)
    mapping: Mapping[str, Any] = value if isinstance(value, dict) else {}
    found = mapping.get(knee)
    return int(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None
