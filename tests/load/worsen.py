"""Small changes to a diary: each makes one thing worse, or one thing unknown, or changes nothing that counts.

Each returns the changed case, or None where the diary has nothing to change. ``case.pick`` chooses the place.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from pfp_sensors.model.diary import (
    AMBER_KINDS,
    RED_KINDS,
    Cap,
    DiaryEvent,
    Exercise,
    Override,
    Pain,
    RunImpact,
    Symptom,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.model.diary import Run, When
    from tests.load.diaries import Case

T = TypeVar("T")
REQUIRED: tuple[When, ...] = ("during", "after60", "morning")


def moment_of(moment: datetime | date, like: datetime) -> datetime:
    """Return when something happened; a day is its 00:00 at the offset of ``like``."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(0), like.tzinfo)


def local_day(moment: datetime | date) -> date:
    """Return the local day of a moment."""
    return moment.date() if isinstance(moment, datetime) else moment


def latest_run(case: Case) -> Run | None:
    """Return rho: the latest run that began before the moment of the case."""
    runs = [run for run in case.history.runs if moment_of(run.start, case.as_of) <= case.as_of]
    return max(runs, key=lambda run: moment_of(run.start, case.as_of), default=None)


def changed(case: Case, **parts: Any) -> Case:
    """Return the case with parts of its history replaced."""
    return replace(case, history=replace(case.history, **parts))


def with_run(case: Case, old: Run, new: Run) -> Case:
    """Return the case with one run replaced."""
    return changed(case, runs=tuple(new if run is old else run for run in case.history.runs))


def picked(case: Case, options: Sequence[T]) -> T | None:
    """Return one of the options by the number of the case, None where there is none."""
    return options[case.pick % len(options)] if options else None


def runs_in_days(case: Case, days: int, *, with_minutes: bool = False) -> list[Run]:
    """Return the runs of the last days, today among them."""
    since = case.as_of.date() - timedelta(days=days)
    return [
        run
        for run in case.history.runs
        if since < moment_of(run.start, case.as_of).date() <= case.as_of.date()
        and (run.minutes is not None or not with_minutes)
    ]


def only_moments(case: Case) -> bool:
    """Tell whether no run, score or symptom of the last days has only a day instead of a moment."""
    history = case.history
    at = [run.start for run in history.runs] + [one.at for one in history.pain]
    at += [one.start for one in history.symptoms]
    return all(isinstance(moment, datetime) for moment in at)


# --- worse ----------------------------------------------------------------------------------------


def raise_one_score(case: Case) -> Case | None:
    """Raise one pain score that was given, by 1 to 10."""
    more = 1 + case.pick % 7
    places = _scored(case)
    place = picked(case, places)
    if place is None:
        return None
    holder, when = place
    if isinstance(holder, Pain):
        raised = replace(holder, score=min((holder.score or 0) + more, 10))
        return changed(case, pain=tuple(raised if one is holder else one for one in case.history.pain))
    score = min((holder.pain[when] or 0) + more, 10)
    return with_run(case, holder, replace(holder, pain={**holder.pain, when: score}))


def _scored(case: Case) -> list[tuple[Any, Any]]:
    places: list[tuple[Any, Any]] = [(one, one.when) for one in case.history.pain if one.score is not None]
    places += [
        (run, when) for run in case.history.runs for when, score in run.pain.items() if score is not None
    ]
    return places


def add_bad_day(case: Case) -> Case:
    """Add a worst-of-day score of tier 1 or 2 for every knee, some days ago."""
    day = case.as_of.date() - timedelta(days=case.pick % 10)
    worst = max(case.history.profile.usual_pain.values(), default=0) + 2
    entry = Pain("day", min(worst + case.pick % 5, 10), _before(case, day))
    return changed(case, pain=(*case.history.pain, entry))


def add_warning(case: Case) -> Case:
    """Add a warning sign of the last days."""
    kind = sorted(AMBER_KINDS)[case.pick % len(AMBER_KINDS)]
    day = case.as_of.date() - timedelta(days=case.pick % 7)
    return changed(case, symptoms=(*case.history.symptoms, Symptom(kind, day, day)))


def add_red_flag(case: Case) -> Case:
    """Add a red flag of today; clearances that are already there are taken away."""
    kind = sorted(RED_KINDS)[case.pick % len(RED_KINDS)]
    overrides = tuple(one for one in case.history.overrides if one.key != "red")
    flag = Symptom(kind, case.as_of.date())
    return changed(case, symptoms=(*case.history.symptoms, flag), overrides=overrides)


def raise_impact(case: Case) -> Case | None:
    """Raise the impact of one run by 0.5 to 4 g on every leg."""
    run = picked(case, [run for run in case.history.runs if run.impact])
    if run is None:
        return None
    more = 0.5 + (case.pick % 8) / 2.0
    impact = {
        leg: replace(one, resultant_g=None if one.resultant_g is None else one.resultant_g + more)
        for leg, one in run.impact.items()
    }
    return with_run(case, run, replace(run, impact=impact))


def spoil_impact(case: Case) -> Case | None:
    """Mark the impact of one run low or clipped."""
    run = picked(case, [run for run in case.history.runs if run.impact])
    if run is None:
        return None
    quality = ("low", "censored")[case.pick % 2]
    impact = {leg: RunImpact(one.resultant_g, quality) for leg, one in run.impact.items()}  # type: ignore[arg-type]
    return with_run(case, run, replace(run, impact=impact))


WORSENINGS = (raise_one_score, add_bad_day, add_warning, add_red_flag, raise_impact)


# --- unknown --------------------------------------------------------------------------------------


def blank_answer(case: Case) -> Case | None:
    """Take one required answer about the latest run away, for every knee."""
    run = latest_run(case)
    return None if run is None else blank(case, run, REQUIRED[case.pick % 3])


def blank(case: Case, run: Run, when: When) -> Case:
    """Take an answer about a run away, for every knee."""
    answers: Mapping[When, int | None] = {**run.pain, when: None}
    pain = tuple(one for one in case.history.pain if not (one.run == run.id and one.when == when))
    return changed(with_run(case, run, replace(run, pain=answers)), pain=pain)


def drop_impact(case: Case) -> Case | None:
    """Take the impact of the latest run away."""
    run = latest_run(case)
    return None if run is None else with_run(case, run, replace(run, impact={}))


def forget_distances(case: Case) -> Case:
    """Make every distance unknown: of runs and of limits."""
    runs = tuple(replace(run, km=None) for run in case.history.runs)
    caps = tuple(replace(cap, km=None) for cap in case.history.caps)
    profile = replace(case.history.profile, longest_tolerated_km=None)
    return changed(case, runs=runs, caps=caps, profile=profile)


def forget_speeds(case: Case) -> Case:
    """Make every speed unknown: of runs and of the baseline."""
    profile = case.history.profile
    baseline = {leg: replace(one, speed_mps=None) for leg, one in profile.baseline.items()}
    runs = tuple(replace(run, speed_mps=None, km=None) for run in case.history.runs)
    return changed(case, runs=runs, profile=replace(profile, baseline=baseline))


# --- a further run --------------------------------------------------------------------------------


def add_run(
    case: Case, km: float | None, minutes: float | None, scores: Mapping[When, int | None]
) -> Case | None:
    """Add a newest run, two hours and a day before the moment, or None where a later one is there."""
    start = case.as_of - timedelta(hours=26)
    latest = latest_run(case)
    if latest is not None and moment_of(latest.start, case.as_of) >= start:
        return None
    if any(one.entered is not None and one.entered >= start for one in case.history.pain):
        return None  # what came later than the next run is late (X5): another question
    template = latest
    extra = make_run("added", start, km, minutes, scores)
    if template is not None:
        extra = replace(extra, impact=template.impact, speed_mps=template.speed_mps)
    return changed(case, runs=(*case.history.runs, extra))


def make_run(
    name: str, start: datetime, km: float | None, minutes: float | None, scores: Mapping[When, int | None]
) -> Run:
    from pfp_sensors.model.diary import Run

    return Run(id=name, start=start, km=km, minutes=minutes, pain=scores, source="typed", synthetic=True)


def calm_answers(case: Case) -> dict[When, int | None]:
    """Return answers of tier 0 for every knee."""
    return {"before": 0, "during": 0, "after60": 0, "morning": 0}


def capped_latest(case: Case, share: float) -> Case | None:
    """Let the latest run be ``share`` of the limit in force on both axes; None without a limit."""
    run = latest_run(case)
    if run is None or not isinstance(run.start, datetime):
        return None
    start = moment_of(run.start, case.as_of)
    caps = [cap for cap in case.history.caps if moment_of(cap.at, case.as_of) <= start]
    cap = max(caps, key=lambda one: moment_of(one.at, case.as_of), default=None)
    if cap is None or (cap.km is None and cap.minutes is None):
        return None
    km = None if cap.km is None else cap.km * share
    minutes = None if cap.minutes is None else cap.minutes * share
    return with_run(case, run, replace(run, km=km, minutes=minutes, steps=None))


# --- what must change nothing ---------------------------------------------------------------------


def shuffled(case: Case) -> Case:
    """Turn the order of every part round."""
    names = ("runs", "pain", "symptoms", "exercises", "checkins", "scores", "caps", "events", "overrides")
    return changed(case, **{name: tuple(reversed(getattr(case.history, name))) for name in names})


def add_walks(case: Case) -> Case:
    """Add walks without pain on each of the last days."""
    walks = tuple(
        Exercise(_before(case, case.as_of.date() - timedelta(days=age)), "cross", "walk", minutes=60.0)
        for age in range(4)
    )
    return changed(case, exercises=(*case.history.exercises, *walks))


def switch_off_sensor(case: Case) -> Case:
    """Switch to mode none, 0 to 13 days ago."""
    day = case.as_of.date() - timedelta(days=case.pick % 14)
    event = DiaryEvent(_before(case, day), "impact_mode", "none", "person")
    return changed(case, events=(*case.history.events, event))


def add_expired_override(case: Case) -> Case:
    """Add a clinician's word whose last day was yesterday or before."""
    until = case.as_of.date() - timedelta(days=1 + case.pick % 5)
    key, value = (("load.cap.session", 0.0), ("load.week.free_km", 1.0), ("load.pain.rest_h.tier_2", 168.0))[
        case.pick % 3
    ]
    word = Override(
        until - timedelta(days=10), key, value, until, "Dr Synthetic", "physiotherapist", "examined"
    )
    return changed(case, overrides=(*case.history.overrides, word))


def swap_knees(case: Case) -> Case:
    """Call the left knee right and the right knee left, everywhere."""
    other: dict[Any, Any] = {"left": "right", "right": "left", None: None}

    def turned(values: Mapping[Any, Any]) -> dict[Any, Any]:
        return {other.get(key, key): value for key, value in values.items()}

    history = case.history
    profile = replace(
        history.profile,
        knees=tuple(other[knee] for knee in history.profile.knees),
        usual_pain=turned(history.profile.usual_pain),
        baseline=turned(history.profile.baseline),
        side=other[history.profile.side],
    )
    return changed(
        case,
        profile=profile,
        runs=tuple(replace(run, impact=turned(run.impact)) for run in history.runs),
        pain=tuple(replace(one, knee=other[one.knee]) for one in history.pain),
        symptoms=tuple(replace(one, knee=other[one.knee]) for one in history.symptoms),
        exercises=tuple(
            replace(one, knee=other[one.knee], side=other[one.side]) for one in history.exercises
        ),
        events=tuple(
            replace(one, value=turned(one.value)) if isinstance(one.value, dict) else one
            for one in history.events
        ),
    )


def add_quiet_knee(case: Case) -> Case | None:
    """Add answers of 0 for the knee that does not hurt."""
    knees = case.history.profile.knees
    if len(knees) != 1:
        return None
    other = "right" if knees[0] == "left" else "left"
    entries = tuple(
        Pain("day", 0, case.as_of.date() - timedelta(days=age), other)  # type: ignore[arg-type]
        for age in range(1, 4)
    )
    return changed(case, pain=(*case.history.pain, *entries))


def scaled(case: Case, factor: float) -> Case:
    """Multiply every distance by a factor; minutes stay."""
    profile = case.history.profile

    def times(km: float | None) -> float | None:
        return None if km is None else km * factor

    return changed(
        case,
        runs=tuple(replace(run, km=times(run.km)) for run in case.history.runs),
        caps=tuple(Cap(one.at, times(one.km), one.minutes, one.id) for one in case.history.caps),
        profile=replace(
            profile,
            goal_week_km=times(profile.goal_week_km),
            goal_longest_km=times(profile.goal_longest_km),
            longest_tolerated_km=times(profile.longest_tolerated_km),
        ),
    )


def _before(case: Case, day: date) -> datetime:
    """Return a moment of the day that is not after the moment of the case."""
    return min(datetime.combine(day, time(5), case.as_of.tzinfo), case.as_of)
