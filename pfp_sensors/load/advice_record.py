"""What was advised, and who said what: limits, stages, a clinician's words, flags and warning signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from pfp_sensors.load.days import day_of
from pfp_sensors.load.evidence import is_cleared, red_flags
from pfp_sensors.load.overrides import with_overrides
from pfp_sensors.load.tiers import is_by_clinician
from pfp_sensors.model.diary import RED_KINDS, SCORE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pfp_sensors.load.seen import Seen
    from pfp_sensors.model.diary import Cap, DiaryEvent, Override, Score, Symptom
    from pfp_sensors.settings.load_rules import LoadSettings

OverrideState = Literal["in force", "over", "not counted"]

_CHANGES: Final = ("usual_pain", "baseline", "goal", "plan", "impact_mode", "retrain")


@dataclass(frozen=True, slots=True)
class Overruled:
    """A clinician's word, and whether it holds now; ``not counted``: no name, role or reason stands by it."""

    override: Override
    state: OverrideState


@dataclass(frozen=True, slots=True)
class Sign:
    """A red flag or warning sign.

    Attributes
    ----------
    is_red
        Whether it is a red flag.
    is_cleared
        Whether a clinician has cleared it.
    is_open
        Whether it holds now: a red flag until cleared, a warning sign until its end.
    """

    symptom: Symptom
    is_red: bool
    is_cleared: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class AdviceRecord:
    """What was advised since a day, oldest first.

    Attributes
    ----------
    limits
        As they were issued.
    stage_before
        The stage that held when the days began; None where none was stored.
    stages, changes
        Changes of stage, and of what the person or a clinician confirmed.
    overrides
        Those that held at some time since, and those that hold.
    signs
        Those of the days since, and those that still hold.
    scores
        Questionnaires of the days since.
    red_flags
        Those that hold now, by name (also a warning sign that time made one).
    """

    since: date
    limits: tuple[Cap, ...]
    stage_before: DiaryEvent | None
    stages: tuple[DiaryEvent, ...]
    changes: tuple[DiaryEvent, ...]
    overrides: tuple[Overruled, ...]
    signs: tuple[Sign, ...]
    scores: tuple[Score, ...]
    red_flags: tuple[str, ...]


def advice_record(seen: Seen, since: date, settings: LoadSettings) -> AdviceRecord:
    """Gather what was advised and said since a day.

    Parameters
    ----------
    seen
        A diary as it is known at a moment.
    settings
        Without a clinician's numbers in place.

    Raises
    ------
    InputError
        If an override that holds names a key or value that is not allowed.
    """
    known = seen.history
    stages = sorted((one for one in known.events if one.kind == "stage"), key=_order)
    before = [one for one in stages if day_of(one.at) < since]
    return AdviceRecord(
        since=since,
        limits=tuple(sorted((one for one in known.caps if day_of(one.at) >= since), key=_order)),
        stage_before=before[-1] if before else None,
        stages=tuple(one for one in stages if day_of(one.at) >= since),
        changes=tuple(
            sorted((e for e in known.events if e.kind in _CHANGES and day_of(e.at) >= since), key=_order)
        ),
        overrides=tuple(_overrides(seen, since, settings)),
        signs=tuple(_signs(seen, since)),
        scores=tuple(
            sorted((s for s in known.scores if s.kind in SCORE_KINDS and day_of(s.at) >= since), key=_order)
        ),
        red_flags=red_flags(seen, settings),
    )


def _order(one: Cap | DiaryEvent | Override | Score) -> tuple[date, str]:
    return day_of(one.at), str(one.at)


def _overrides(seen: Seen, since: date, settings: LoadSettings) -> Iterator[Overruled]:
    holding = with_overrides(settings, seen.history, seen.as_of).overrides
    for one in sorted(seen.history.overrides, key=_order):
        state = _state(one, holding, seen)
        if state == "in force" or day_of(one.at) >= since or (one.until is not None and one.until >= since):
            yield Overruled(one, state)


def _state(one: Override, holding: tuple[Override, ...], seen: Seen) -> OverrideState:
    if not is_by_clinician(one):
        return "not counted"
    if one.key == "red":
        return "in force" if one.until is None or one.until >= seen.today else "over"
    return "in force" if one in holding else "over"


def _signs(seen: Seen, since: date) -> Iterator[Sign]:
    for one in sorted(seen.history.symptoms, key=lambda sign: (day_of(sign.start), sign.kind)):
        is_red, cleared = one.kind in RED_KINDS, is_cleared(one, seen)
        last = _last_day(one, seen)
        is_open = not cleared if is_red else last >= seen.today
        if is_open or last >= since:
            yield Sign(one, is_red, cleared, is_open)


def _last_day(sign: Symptom, seen: Seen) -> date:
    """Give the last day of which the diary says that it was so."""
    start = day_of(sign.start)
    if sign.end is not None:
        return max(day_of(sign.end), start)
    days = [item.last_day for item in seen.items if item.what == sign.kind and item.at == sign.start]
    return max([start, *days])
