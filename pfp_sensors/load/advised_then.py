"""Whether a run was advised at the moment before it began: the diary as it was then, judged again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.days import day_of, known_by, monday_of
from pfp_sensors.load.judge import judge
from pfp_sensors.model.recommendation import NoRunAdvised

if TYPE_CHECKING:
    from datetime import date

    from pfp_sensors.model.diary import History, Moment, Run
    from pfp_sensors.model.recommendation import Recommendation
    from pfp_sensors.settings.load_rules import LoadSettings

_JUST_BEFORE: Final = timedelta(seconds=1)
_LOOK_BACK: Final = timedelta(days=180)  # every window of the rules is shorter; keeps old diaries quick


def no_run_advised(
    history: History, run: Run, zone: tzinfo | None, settings: LoadSettings
) -> NoRunAdvised | None:
    """Tell why no run was advised when a run began; None where one was, or nothing had been asked yet.

    Judged is what had been entered by then. Of a run without a clock that was entered on its own day, the
    other runs of that day count with their pain as far as they were entered before it; of what else was
    entered that day nobody knows whether it came before the run. Of one entered later, the day before counts.

    Parameters
    ----------
    history
        A whole diary, the run in it or not.
    zone
        Where the person is; for runs without an offset of their own.
    settings
        Without a clinician's numbers in place.

    Raises
    ------
    InputError
        If an override that held then names a key or value that is not allowed.
    """
    as_of = _moment(run, zone)
    known = _lately(history, run, as_of)
    if not _has_begun(known, as_of):
        return None
    return _no_run(judge(known, as_of, settings), day_of(run.start))


def _moment(run: Run, zone: tzinfo | None) -> datetime:
    if isinstance(run.start, datetime):
        return run.start - _JUST_BEFORE
    zone = zone or UTC
    day = datetime.combine(run.start, time(), zone)
    entered = None if run.entered is None else run.entered.astimezone(zone)
    return (entered if entered is not None and entered.date() == run.start else day) - _JUST_BEFORE


def _lately(history: History, run: Run, as_of: datetime) -> History:
    """Leave out the run, and what can not matter then or may have come after it began."""
    since = (as_of - _LOOK_BACK).date()
    unclear = None if isinstance(run.start, datetime) else run.start

    def late(moment: Moment) -> bool:
        return since < day_of(moment) != unclear

    return replace(
        history,
        runs=tuple(one for one in history.runs if one.id != run.id and day_of(one.start) > since),
        pain=tuple(
            one
            for one in history.pain
            if one.run != run.id and (late(one.at) or (one.run is not None and day_of(one.at) > since))
        ),
        exercises=tuple(one for one in history.exercises if late(one.at)),
        checkins=tuple(one for one in history.checkins if late(one.at)),
        symptoms=tuple(one for one in history.symptoms if day_of(one.start) != unclear),
        caps=tuple(one for one in history.caps if day_of(one.at) > since),
    )


def _has_begun(known: History, as_of: datetime) -> bool:
    """Tell whether the diary had been used by then: runs brought in later were under no advice."""
    moments: list[Moment] = [one.at for one in known.caps]
    moments += [one.entered or one.start for one in known.runs]
    moments += [one.entered or one.start for one in known.symptoms]
    moments += [one.entered or one.at for one in known.pain]
    moments += [one.entered or one.at for one in known.exercises]
    moments += [one.entered or one.at for one in known.checkins]
    moments += [one.entered or one.at for one in known.events]
    return any(known_by(moment, as_of) for moment in moments)


def _no_run(then: Recommendation, day: date) -> NoRunAdvised | None:
    """Read off an answer why no run was advised on a day, the strongest reason first."""
    if then.status == "needs_input":
        return None
    if then.refer or then.status == "refer":
        return NoRunAdvised("clinician")
    until = then.rest_until if then.rest_until is not None and then.rest_until > day else None
    if then.next_run is None and then.stage == "hold":
        return NoRunAdvised("pause", until)
    if then.next_run is None and then.stage == "calm":
        return NoRunAdvised("calm")
    monday = monday_of(then.as_of.date()) + timedelta(7)
    if then.next_run is None and day < monday:
        return NoRunAdvised("week", monday)
    return None if until is None else NoRunAdvised("rest", until)
