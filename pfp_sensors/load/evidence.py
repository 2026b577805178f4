"""What the knee says: pain tiers now and over the last days, missing answers, signs (load.md 4 and 8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.answers import REQUIRED, due_at
from pfp_sensors.load.days import day_of, instant, not_before, within
from pfp_sensors.load.tiers import is_by_clinician
from pfp_sensors.model.diary import RED_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pfp_sensors.load.seen import Item, Seen, SeenRun
    from pfp_sensors.model.diary import Moment, Override, Symptom
    from pfp_sensors.settings.load_rules import LoadSettings

SWELLING: Final = "swelling"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the knee says.

    Attributes
    ----------
    t_new, t_7, t_eff
        Tiers; 0 where there is no evidence.
    new
        Items of the latest run, and those dated or entered since it began.
    recent
        Items of the last days.
    unanswered
        Required answers of the latest run that are missing, in their order.
    pending
        Those of them that are not due yet.
    stands_in
        The last completely answered run, where the latest one is not.
    red
        Red flags that no clinician has cleared.
    cleared_on
        Days on which red flags were cleared.
    """

    t_new: int
    t_7: int
    t_eff: int
    new: tuple[Item, ...]
    recent: tuple[Item, ...]
    unanswered: tuple[str, ...]
    pending: tuple[str, ...]
    stands_in: SeenRun | None
    red: tuple[str, ...]
    cleared_on: tuple[date, ...]

    @property
    def new_warning(self) -> bool:
        """Whether the new evidence holds a warning sign."""
        return any(item.kind == "warn" for item in self.new)

    @property
    def recent_warning(self) -> bool:
        """Whether the last days had a warning sign."""
        return any(item.kind == "warn" for item in self.recent)


def weigh(seen: Seen, settings: LoadSettings) -> Evidence:
    """Weigh the evidence that counts at the moment."""
    rho = seen.rho
    recent = tuple(item for item in seen.items if within(item.last_day, seen.today, settings.pain.window_d))
    new = recent if rho is None else tuple(item for item in seen.items if is_new(item, rho))
    unanswered = tuple(name for name in REQUIRED if rho is not None and name not in rho.answered)
    stands_in = _last_complete(seen, settings) if unanswered else None
    t_new = _highest(new)
    t_7 = max(_highest(recent), 0 if stands_in is None else stands_in.tier)
    return Evidence(
        t_new=t_new,
        t_7=t_7,
        t_eff=max(t_new, t_7),
        new=new,
        recent=recent,
        unanswered=unanswered,
        pending=tuple(name for name in unanswered if rho is not None and _pending(name, rho, seen, settings)),
        stands_in=stands_in,
        red=red_flags(seen, settings),
        cleared_on=tuple(sorted(day_of(one.at) for one in _clearances(seen) if _cleared_any(one, seen))),
    )


def is_new(item: Item, rho: SeenRun) -> bool:
    """Tell whether an item belongs to a run, or was dated or entered since it began.

    Where only its day is known and it belongs to another run, that day's run came after it: it cut the dose
    of that one already, and must not do so twice.
    """
    start = rho.run.start
    if item.run == rho.run.id:
        return True
    if item.run is not None and item.entered == item.at and not isinstance(item.at, datetime):
        return item.day > rho.day
    return not_before(item.at, start) or not_before(item.entered, start)


def _highest(items: Iterable[Item]) -> int:
    return max((item.tier for item in items), default=0)


def _last_complete(seen: Seen, settings: LoadSettings) -> SeenRun | None:
    """Give the last completely answered run; of it and the last answered in time the one of higher tier."""
    late = [run for run in seen.runs if within(run.day, seen.today, settings.pain.run_window_d)]
    answered = [run for run in late if len(run.answered) == len(REQUIRED)]
    in_time = [run for run in late if run.is_complete]
    return max([*answered[-1:], *in_time[-1:]], key=lambda run: (run.tier, run.start), default=None)


def _pending(name: str, rho: SeenRun, seen: Seen, settings: LoadSettings) -> bool:
    due = due_at(name, rho.run, settings)
    return seen.as_of < due if isinstance(due, datetime) else seen.today <= due


def red_flags(seen: Seen, settings: LoadSettings) -> tuple[str, ...]:
    """Name the red flags that hold: only a dated clearance ends one."""
    found = {
        sign.kind for sign in seen.history.symptoms if sign.kind in RED_KINDS and not is_cleared(sign, seen)
    }
    swellings = [sign for sign in seen.history.symptoms if sign.kind == SWELLING]
    if any(
        not is_cleared(sign, seen) and (_lasts(sign, seen, settings) or _is_back(sign, swellings, settings))
        for sign in swellings
    ):
        found.add(SWELLING)
    return tuple(sorted(found))


def _lasts(sign: Symptom, seen: Seen, settings: LoadSettings) -> bool:
    return _end_day(sign, seen) - day_of(sign.start) > timedelta(settings.warn.swelling_d)


def _end_day(sign: Symptom, seen: Seen) -> date:
    """Give the last day on which a sign was open: until its end was entered it was."""
    if sign.end is None:
        return seen.today
    ends = [moment for moment in (sign.end, sign.end_entered) if moment is not None]
    return min(max(day_of(moment) for moment in ends), seen.today)


def _is_back(sign: Symptom, swellings: list[Symptom], settings: LoadSettings) -> bool:
    """Tell whether swelling came back after it had ended."""
    return any(
        other.end is not None
        and other is not sign
        and timedelta(1) < day_of(sign.start) - day_of(other.end) <= timedelta(settings.warn.return_d)
        for other in swellings
    )


def _clearances(seen: Seen) -> list[Override]:
    return [
        one
        for one in seen.history.overrides
        if one.key == "red"
        and (one.until is None or one.until >= seen.today)
        and one.value not in (False, None)
        and is_by_clinician(one)
    ]


def _cleared_any(clearance: Override, seen: Seen) -> bool:
    """Tell whether there was a sign for a clearance to end."""
    kinds = {*RED_KINDS, SWELLING}
    return any(sign.kind in kinds and _clears(clearance, sign, seen.as_of) for sign in seen.history.symptoms)


def is_cleared(sign: Symptom, seen: Seen) -> bool:
    """Tell whether a clinician has cleared a sign."""
    return any(_clears(one, sign, seen.as_of) for one in _clearances(seen))


def _clears(clearance: Override, sign: Symptom, as_of: datetime) -> bool:
    """Tell whether a clearance covers a sign: by its name or as one for all, and given after it."""
    kinds = {*RED_KINDS, SWELLING}
    if clearance.value in kinds and clearance.value != sign.kind:
        return False
    return all(_came_first(moment, clearance.at, as_of) for moment in (sign.start, sign.entered) if moment)


def _came_first(moment: Moment, other: Moment, as_of: datetime) -> bool:
    if isinstance(moment, datetime) and isinstance(other, datetime):
        return instant(moment, as_of) <= instant(other, as_of)
    return day_of(moment) <= day_of(other)
