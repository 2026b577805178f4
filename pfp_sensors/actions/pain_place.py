"""Where a pain score belongs: which run it answers for, and when it was felt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.entry_days import moment_on
from pfp_sensors.actions.find_run import find_run, runs_in_order, runs_on
from pfp_sensors.errors import UsageError
from pfp_sensors.load.days import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.diary import History, Moment, Run, When
    from pfp_sensors.model.written import Caution
    from pfp_sensors.settings.load_numbers import MissingNumbers

NO_RUN: Final = "none"
"""What ``--run`` says where a score belongs to no run."""

_MORNING_DAYS: Final = 2
"""How far back the run of a morning score may lie where none was run the day before."""

_AN_HOUR: Final = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class PainPlace:
    """The run that a score answers for, those it could have meant too, and when the pain was felt."""

    at: Moment
    run: Run | None = None
    others: tuple[Run, ...] = ()
    cautions: tuple[Caution, ...] = ()


def place_pain(
    history: History, when: When, named: str | None, day: date | None, at: datetime, numbers: MissingNumbers
) -> PainPlace:
    """Tell which run a pain score answers for, and when the pain was felt.

    Parameters
    ----------
    history
        The diary.
    when
        Which question is answered; ``day`` belongs to no run.
    named
        The run as the person names it, `NO_RUN`, or None for the latest that fits.
    day
        The day that the person gave; None for today, or for the day that the run asks for.
    at
        Now, where the person is.
    numbers
        Until when an answer an hour after the run is accepted.

    Raises
    ------
    UsageError
        If there is no such run, or the question cannot be about it on that day.
    """
    if when == "day" and named not in {None, NO_RUN}:
        raise UsageError(
            "A score of the day belongs to no run.", "Leave --run out, or give another --when than day."
        )
    if when == "day" or named == NO_RUN:
        return PainPlace(moment_on(day, at))
    if named is not None:
        run = find_run(history.runs, named, at)
        return _placed(run, (), when, _day_of_answer(run, when, day, at), at, numbers)
    fitting = _fitting(history, when, day, at, numbers)
    if not fitting:
        return PainPlace(moment_on(day, at), cautions=("no_run_yet" if when == "before" else "no_run",))
    return _placed(fitting[-1], fitting[:-1], when, day or at.date(), at, numbers)


def _fitting(
    history: History, when: When, day: date | None, at: datetime, numbers: MissingNumbers
) -> Sequence[Run]:
    """List the runs that a score of a day may mean, the likeliest last."""
    runs = runs_in_order(history.runs, at)
    on = day or at.date()
    if when == "morning":
        return _runs_before(runs, history, on)
    found = runs_on(runs, on)
    if found or day is not None or when == "before":
        return found
    patience = timedelta(minutes=numbers.after60_to_min)
    return [
        run for run in runs[-1:] if isinstance(run.start, datetime) and at - _end(run.start, run) <= patience
    ]


def _runs_before(runs: Sequence[Run], history: History, morning: date) -> Sequence[Run]:
    """List runs of the day before, behind older ones whose morning nobody has answered."""
    days = [morning - timedelta(days=back) for back in range(_MORNING_DAYS, 0, -1)]
    answered = {pain.run for pain in history.pain if pain.when == "morning" and pain.score is not None}
    open_runs = [
        run
        for day in days[:-1]
        for run in runs_on(runs, day)
        if run.id not in answered and run.pain.get("morning") is None
    ]
    return [*open_runs, *runs_on(runs, days[-1])]


def _day_of_answer(run: Run, when: When, day: date | None, at: datetime) -> date:
    """Tell the day of an answer about a run that was named; refuse one that it cannot be about."""
    ran = day_of(run.start)
    if when == "morning":
        answered = day or ran + timedelta(days=1)
        if answered <= ran:
            raise UsageError(
                f"A morning score of {run.id} is that of the day after; it was on {ran}.",
                f"Give --date {ran + timedelta(days=1)}, or another run.",
            )
        if answered > at.date():
            raise UsageError(
                f"The morning after {run.id} is that of {answered}; that is not yet.", "Answer it then."
            )
        return answered
    if day is not None and day != ran:
        raise UsageError(
            f"{run.id} was on {ran}, not on {day}.", "Leave --date out, or give the run of that day."
        )
    return ran


def _placed(
    run: Run, others: Sequence[Run], when: When, day: date, at: datetime, numbers: MissingNumbers
) -> PainPlace:
    """Attach a score to a run and tell when the pain was felt, as far as the clock of the run is known."""
    if when == "morning":
        late = day > day_of(_end_of(run)) + timedelta(days=1)
        return PainPlace(moment_on(day, at), run, tuple(others), ("late_morning",) if late else ())
    early = (
        when == "after60"
        and isinstance(run.start, datetime)
        and at < _end(run.start, run) + timedelta(minutes=numbers.after60_from_min)
    )
    return PainPlace(felt_at(run, when, at), run, tuple(others), ("too_early",) if early else ())


def felt_at(run: Run, when: When, at: datetime) -> Moment:
    """Tell when pain before, during or an hour after a run was felt, as far as its clock is known.

    Parameters
    ----------
    run
        The run.
    when
        Which question: "before", "during" or "after60".
    at
        Now: what is answered has been.
    """
    if not isinstance(run.start, datetime):
        return run.start
    end = _end(run.start, run)
    return min({"before": run.start, "during": end, "after60": end + _AN_HOUR}[when], at)


def _end_of(run: Run) -> Moment:
    return _end(run.start, run) if isinstance(run.start, datetime) else run.start


def _end(start: datetime, run: Run) -> datetime:
    return start + timedelta(minutes=run.minutes or 0.0)
