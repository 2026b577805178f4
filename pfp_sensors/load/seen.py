"""What of a diary is known at a moment: runs with their answers, and every piece of evidence as one item."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from pfp_sensors.load.answers import (
    REQUIRED,
    after_corrections,
    came_in_time,
    due_at,
    end_of,
    every_knee,
    fits,
)
from pfp_sensors.load.days import day_of, instant, known_by
from pfp_sensors.load.tiers import UsualPain
from pfp_sensors.model.diary import AMBER_KINDS, History, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pfp_sensors.model.diary import Cap, Knee, Moment, Pain
    from pfp_sensors.settings.load_rules import LoadSettings

OfRun = TypeVar("OfRun", "Pain", "Item")


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of evidence.

    Attributes
    ----------
    kind
        ``before`` ... ``day``, ``exercise`` or ``warn``.
    tier
        0-2.
    score
        0-10, or None for a warning sign.
    at
        When it was so.
    entered
        When it was entered.
    run
        Id of the run it belongs to.
    what
        Name of the exercise or sign.
    last_day
        The last day on which it was so: for a sign that lasts, today.
    """

    kind: str
    tier: int
    score: int | None
    at: Moment
    entered: Moment
    run: str | None
    knee: Knee | None
    what: str
    last_day: date

    @property
    def day(self) -> date:
        """Local day on which it was so."""
        return day_of(self.at)


@dataclass(frozen=True, slots=True)
class SeenRun:
    """A run with what is known of it.

    Attributes
    ----------
    cap
        The limits in force at its start.
    items
        Its own scores.
    answered
        Which required answers are there for every knee that hurts.
    in_time
        Which of them came in time: not after a later run began, nor long after they were due (X5).
    """

    run: Run
    start: datetime
    day: date
    end: datetime
    end_day: date
    cap: Cap | None
    items: tuple[Item, ...]
    answered: frozenset[str]
    in_time: frozenset[str]

    @property
    def tier(self) -> int:
        """Highest tier of its own items."""
        return max((item.tier for item in self.items), default=0)

    @property
    def is_complete(self) -> bool:
        """Whether all required answers are there, and came in time."""
        return len(self.in_time) == len(REQUIRED)


@dataclass(frozen=True, slots=True)
class Seen:
    """A diary as it is known at a moment.

    Attributes
    ----------
    history
        Without what lies in the future.
    runs
        In order of their start.
    items
        All evidence, in order of its day.
    has_pain
        Whether any pain score was ever entered.
    """

    history: History
    as_of: datetime
    today: date
    usual: UsualPain
    runs: tuple[SeenRun, ...]
    items: tuple[Item, ...]
    has_pain: bool

    @property
    def rho(self) -> SeenRun | None:
        """The latest run by its start."""
        return self.runs[-1] if self.runs else None


def see(history: History, as_of: datetime, settings: LoadSettings) -> Seen:
    """Take from a diary what is known at a moment.

    Parameters
    ----------
    history
        A whole diary.
    as_of
        With offset; its local day is today.
    """
    known = _known(history, as_of)
    usual = UsualPain(known, as_of)
    today = as_of.date()
    runs = sorted(known.runs, key=lambda run: (instant(run.start, as_of), run.id))
    pain = [*_short_forms(runs, as_of), *after_corrections(known.pain, settings.edit.grace_h)]
    items = sorted(_items(known, pain, usual, today, settings), key=_item_order)
    starts = [instant(run.start, as_of) for run in runs]
    caps = sorted(known.caps, key=lambda cap: _cap_order(cap, as_of))
    pain_of, items_of = _by_run(pain), _by_run(items)
    seen_runs = []
    for place, run in enumerate(runs):
        later = starts[place + 1] if place + 1 < len(runs) else None
        own, evidence = pain_of.get(run.id, []), items_of.get(run.id, [])
        cap = cap_at(caps, run.start, as_of)
        seen_runs.append(_seen_run(run, later, own, evidence, cap, known, as_of, settings))
    knees = known.profile.knees
    has_pain = any(one.score is not None and (one.knee in {None, *knees} or not knees) for one in pain)
    return Seen(known, as_of, today, usual, tuple(seen_runs), tuple(items), has_pain)


def _by_run(entries: Iterable[OfRun]) -> dict[str | None, list[OfRun]]:
    """Group scores or evidence by the run they belong to, in their order."""
    found: dict[str | None, list[OfRun]] = {}
    for one in entries:
        found.setdefault(one.run, []).append(one)
    return found


def _item_order(item: Item) -> tuple[object, ...]:
    return (item.day, str(item.at), item.kind, item.run or "", item.what, item.knee or "", item.score or 0)


def _known(history: History, as_of: datetime) -> History:
    """Leave out what happened or was entered later."""

    def known(moment: Moment, entered: datetime | None) -> bool:
        return known_by(moment, as_of) and (entered is None or entered <= as_of)

    return replace(
        history,
        runs=tuple(one for one in history.runs if known(one.start, one.entered)),
        pain=tuple(one for one in history.pain if known(one.at, one.entered)),
        symptoms=tuple(one for one in history.symptoms if known(one.start, one.entered)),
        exercises=tuple(one for one in history.exercises if known(one.at, one.entered)),
        checkins=tuple(one for one in history.checkins if known(one.at, one.entered)),
        scores=tuple(one for one in history.scores if known(one.at, one.entered)),
        caps=tuple(one for one in history.caps if known_by(one.at, as_of)),
        events=tuple(one for one in history.events if known(one.at, one.entered)),
        overrides=tuple(one for one in history.overrides if known(one.at, one.entered)),
    )


def _short_forms(runs: Iterable[Run], as_of: datetime) -> Iterator[Pain]:
    """Turn the scores that stand with a run into entries of their own, entered when they were due."""
    from pfp_sensors.model.diary import Pain

    for run in runs:
        day = day_of(run.start)
        for when, score in run.pain.items():
            at: Moment = day + timedelta(1) if when == "morning" else run.start
            if known_by(at, as_of):
                yield Pain(when, score, at, run=run.id)


def _items(
    history: History, pain: Iterable[Pain], usual: UsualPain, today: date, settings: LoadSettings
) -> Iterator[Item]:
    for one in pain:
        if one.score is not None:
            day = day_of(one.at)
            tier = usual.tier(one.when, one.score, one.knee, day, settings.pain)
            yield Item(
                one.when, tier, one.score, one.at, one.entered or one.at, one.run, one.knee, one.when, day
            )
    for done in history.exercises:
        if done.pain is not None:
            day = day_of(done.at)
            tier = usual.tier("exercise", done.pain, done.knee, day, settings.pain)
            entered = done.entered or done.at
            yield Item("exercise", tier, done.pain, done.at, entered, None, done.knee, done.name, day)
    for sign in history.symptoms:
        if sign.kind in AMBER_KINDS:
            entered = sign.entered or sign.start
            open_until = today if sign.kind == "swelling" else day_of(sign.start)
            last = open_until if sign.end is None else min(day_of(sign.end), today)
            last = max(last, day_of(sign.start))
            yield Item("warn", 1, None, sign.start, entered, None, sign.knee, sign.kind, last)


def _seen_run(
    run: Run,
    later: datetime | None,
    pain: list[Pain],
    items: list[Item],
    cap: Cap | None,
    history: History,
    as_of: datetime,
    settings: LoadSettings,
) -> SeenRun:
    """Look at a run with its own scores and evidence."""
    start, end = instant(run.start, as_of), end_of(run)
    own = [one for one in pain if one.score is not None]
    answered, in_time = set(), set()
    for name in REQUIRED:
        fitting = [one for one in own if one.when == name and fits(one, run, end, settings)]
        if every_knee(fitting, history):
            answered.add(name)
            due = due_at(name, run, settings)
            if every_knee([one for one in fitting if came_in_time(one, due, later, settings)], history):
                in_time.add(name)
    return SeenRun(
        run=run,
        start=start,
        day=day_of(run.start),
        end=instant(end, as_of),
        end_day=day_of(end),
        cap=cap,
        items=tuple(items),
        answered=frozenset(answered),
        in_time=frozenset(in_time),
    )


def cap_at(caps: Sequence[Cap], start: Moment, as_of: datetime) -> Cap | None:
    """Find the limits in force at a moment: the last issued before it; a bare day begins at 00:00.

    Parameters
    ----------
    caps
        In their order of issue.
    """
    when = instant(start, as_of)
    issued = bisect_right(caps, when, key=lambda cap: instant(cap.at, as_of))
    return caps[issued - 1] if issued else None


def _cap_order(cap: Cap, as_of: datetime) -> tuple[object, ...]:
    """Order by time; of two at once the smaller one is the later."""
    big = float("inf")
    return (
        instant(cap.at, as_of),
        -(big if cap.km is None else cap.km),
        -(big if cap.minutes is None else cap.minutes),
    )
