"""The calendar week so far: what was planned for which day, and what of it was done or moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal

from pfp_sensors.load.advised_then import no_run_advised
from pfp_sensors.load.days import day_of, first_open_day, monday_of
from pfp_sensors.load.judge import judge
from pfp_sensors.load.plan import plan_week
from pfp_sensors.load.programme import is_paused
from pfp_sensors.load.seen import see

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pfp_sensors.model.diary import Exercise, History, Moment
    from pfp_sensors.model.recommendation import PlannedSession, SessionKind, WeekPlan
    from pfp_sensors.settings.exercise_book import ExerciseBook
    from pfp_sensors.settings.load_rules import LoadSettings

State = Literal["done", "moved", "not_done", "called_off", "to_come"]

KINDS: Final[tuple[SessionKind, ...]] = ("run", "strength", "mobility", "drill", "cross")
"""What may be done of a week; a day of rest is not ticked off."""

_NOON: Final = time(12)
_WEEK: Final = timedelta(7)


@dataclass(frozen=True, slots=True)
class SessionDone:
    """One planned session of the week and what became of it.

    Attributes
    ----------
    state
        ``done`` on its day; ``moved``: done on another day of the week; ``called_off``: not done, and no
        longer advised when its day came; ``not_done``: its day is over and the diary has no entry;
        ``to_come``: planned for today or later, as the plan stands now.
    done_on
        The day with the entry; None where there is none.
    """

    day: date
    kind: SessionKind
    state: State
    done_on: date | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class WeekDone:
    """A week from Monday to Sunday.

    Attributes
    ----------
    sessions
        In the order of their days; none for days before a plan was asked for.
    besides
        Days with something that no plan had asked for.
    unadvised
        Days with a run that began while none was advised.
    """

    monday: date
    today: date
    sessions: tuple[SessionDone, ...]
    besides: tuple[tuple[date, SessionKind], ...]
    unadvised: frozenset[date] = frozenset()

    @property
    def has_begun(self) -> bool:
        """Tell whether there is anything to look back on."""
        return bool(self.besides) or any(one.state != "to_come" for one in self.sessions)


def week_done(history: History, plan: WeekPlan, settings: LoadSettings, book: ExerciseBook) -> WeekDone:
    """Hold the week that runs against what was planned for it.

    The diary remembers when a plan was issued. What it said is planned again from what the diary knew at
    that moment, with the numbers of now; a plan of another version may have said something else. From today
    on the plan of now holds. A session that was done on another day than planned is found by its kind.

    Parameters
    ----------
    history
        A whole diary; what lies after the moment of the plan is not looked at.
    plan
        Of that diary, for the moment asked for.
    settings, book
        As the plan was made with.
    """
    as_of = plan.recommendation.as_of
    known = see(history, as_of, settings).history
    past = _Past(known, as_of, settings, book)
    days = [monday_of(as_of.date()) + timedelta(number) for number in range(7)]
    issued, now = past.issued(days), {day.date: day.sessions for day in plan.days}
    done = _done_days(known, days[0], as_of.date())
    found: list[SessionDone] = []
    besides: list[tuple[date, SessionKind]] = []
    for kind in KINDS:
        asked, coming = _days_of(kind, issued), _days_of(kind, now)
        done_on, left = _matched(asked, done[kind])
        besides += [(day, kind) for day in left]
        for day, session in asked.items():
            if day in done_on:
                state: State = "done" if done_on[day] == day else "moved"
                found.append(SessionDone(day, kind, state, done_on[day], session.optional))
            elif day < min(now, default=day) and past.was_advised(day, kind):
                found.append(SessionDone(day, kind, "not_done", None, session.optional))
            elif day <= as_of.date() and day not in coming:
                found.append(SessionDone(day, kind, "called_off", None, session.optional))
        found += [
            SessionDone(day, kind, "to_come", None, session.optional)
            for day, session in coming.items()
            if day in days and day not in done_on and day not in done[kind]
        ]
    order = sorted(found, key=lambda one: (one.day, KINDS.index(one.kind)))
    unadvised = frozenset(
        day_of(run.start)
        for run in known.runs
        if days[0] <= day_of(run.start) <= days[-1]
        and no_run_advised(known, run, as_of.tzinfo, settings) is not None
    )
    return WeekDone(days[0], as_of.date(), tuple(order), tuple(sorted(besides)), unadvised)


class _Past:
    """Plans of earlier moments, made again from what the diary knew then; each once."""

    def __init__(self, known: History, as_of: datetime, settings: LoadSettings, book: ExerciseBook) -> None:
        self._known, self._as_of = known, as_of
        self._settings, self._book = settings, book
        self._at: dict[datetime, WeekPlan] = {}

    def issued(self, days: list[date]) -> dict[date, tuple[PlannedSession, ...]]:
        """Give what was planned for each day: by the plan issued last before it, else by one of that day."""
        moments = sorted(
            self._moment(one.at)
            for one in self._known.events
            if one.kind == "plan_issued" and days[0] - _WEEK < day_of(one.at) <= days[-1]
        )
        found = {}
        for day in days:
            covering = [one for one in moments if first_open_day(one) <= day < first_open_day(one) + _WEEK]
            before = [one for one in covering if first_open_day(one) < day]
            if covering:
                planned = self._plan(before[-1] if before else covering[0])
                found[day] = next(one.sessions for one in planned.days if one.date == day)
        return found

    def was_advised(self, day: date, kind: SessionKind) -> bool:
        """Tell whether a session was still advised at noon of its day; exercises are unless all wait."""
        planned = self._plan(datetime.combine(day, _NOON, self._as_of.tzinfo))
        if kind == "run":
            return any(_of_kind(one.sessions, kind) for one in planned.days if one.date == day)
        return not is_paused(planned.recommendation)

    def _plan(self, at: datetime) -> WeekPlan:
        if at not in self._at:
            then = see(self._known, at, self._settings).history
            self._at[at] = plan_week(then, judge(then, at, self._settings), self._settings, self._book)
        return self._at[at]

    def _moment(self, at: Moment) -> datetime:
        return at if isinstance(at, datetime) else datetime.combine(at, time(), self._as_of.tzinfo)


def _days_of(
    kind: SessionKind, planned: Mapping[date, tuple[PlannedSession, ...]]
) -> dict[date, PlannedSession]:
    """Give the days with a session of a kind."""
    found = {day: _of_kind(sessions, kind) for day, sessions in planned.items()}
    return {day: one for day, one in found.items() if one is not None}


def _of_kind(sessions: Iterable[PlannedSession], kind: SessionKind) -> PlannedSession | None:
    return next((one for one in sessions if one.kind == kind), None)


def _done_days(known: History, monday: date, today: date) -> dict[SessionKind, list[date]]:
    """Give the days of the week up to today on which each kind was done."""
    found: dict[SessionKind, set[date]] = {kind: set() for kind in KINDS}
    found["run"] |= {day_of(run.start) for run in known.runs}
    for day, kind in exercise_days(known.exercises):
        found[kind].add(day)
    return {kind: sorted(day for day in days if monday <= day <= today) for kind, days in found.items()}


def exercise_days(exercises: Iterable[Exercise]) -> Iterator[tuple[date, SessionKind]]:
    """Give day and kind of what was done; the activation at the end of a mobility session belongs to it."""
    kept = [*exercises]
    mobility = {one.session for one in kept if one.session is not None and one.kind == "mobility"}
    for one in kept:
        yield day_of(one.at), "mobility" if one.session in mobility else one.kind


def _matched(
    asked: Mapping[date, PlannedSession], done: Iterable[date]
) -> tuple[dict[date, date], tuple[date, ...]]:
    """Give for each planned day the day on which it was done, and the days that are left over.

    A day of its own comes first; then each planned session takes the nearest day that is left, what may be
    left out last.
    """
    left = sorted(done)
    found = {day: day for day in asked if day in left}
    left = [day for day in left if day not in found]
    for day in sorted(set(asked) - set(found), key=lambda day: (asked[day].optional, day)):
        if left:
            nearest = min(left, key=lambda other: abs((other - day).days))
            left.remove(nearest)
            found[day] = nearest
    return found, tuple(left)
