"""Random diaries as people keep them: gaps, flares, forgotten answers, late entries, sensors that fail.

All synthetic. A case is a history and a moment at which it is judged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from random import Random
from typing import TYPE_CHECKING, Final, cast
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from pfp_sensors.model.diary import (
    AMBER_KINDS,
    RED_KINDS,
    Baseline,
    Cap,
    Checkin,
    DiaryEvent,
    Exercise,
    History,
    Override,
    Pain,
    Profile,
    Run,
    RunImpact,
    Score,
    Symptom,
)
from tests.load.draws import Choices, SeededChoices, ShrinkingChoices, chance, one_of

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Knee, When

ZONES: Final = (
    "UTC",
    "Europe/Berlin",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
LAST_DAYS: Final = (
    date(2026, 7, 8),
    date(2026, 4, 1),
    date(2026, 10, 28),
    date(2026, 3, 11),
    date(2026, 1, 3),
)
"""Days about which diaries end; the clocks change shortly before the second to fourth of them."""

ANSWERS: Final[tuple[When, ...]] = ("before", "during", "after60", "morning")
EASY_MPS: Final = 2.8
OWN_G: Final = 8.0
OWN_SPM: Final = 164.0
MOODS: Final = ("green", "green", "green", "amber", "amber_once", "sore_once", "sore_now", "amber_now")
KINDS: Final = (
    *("regular",) * 6,
    "new",
    "new_with_runs",
    "back_after_gap",
    "minutes_only",
    "kilometres_only",
    "neither",
    "silent",
    "forgetful",
    "incomplete",
    "sensor_no_pain",
    *("sensor",) * 6,
    "long",
    "hills",
    *("fast",) * 6,
    *("softer",) * 3,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A diary, the moment at which it is judged, and a number by which checks pick what they change."""

    history: History
    as_of: datetime
    pick: int


@dataclass(frozen=True, slots=True)
class _Plot:
    """What a diary is about."""

    kind: str
    mood: str
    zone: ZoneInfo
    today: date
    knees: tuple[Knee, ...]
    usual: int
    level_km: float
    sensor: bool
    over_g: float


def seeded_case(seed: int) -> Case:
    """Return one case, the same for the same number."""
    return make_case(SeededChoices(Random(seed)))


@st.composite
def diaries(draw: st.DrawFn) -> Case:
    """Draw a case; shrinks towards few runs, no pain, no sensor."""
    return make_case(ShrinkingChoices(draw))


def make_case(choices: Choices) -> Case:
    """Make a case from choices."""
    plot = _plot(choices)
    as_of = _as_of(choices, plot)
    runs, pain, caps = _runs(choices, plot)
    pain += _days(choices, plot)
    runs = [_known_by(run, as_of) for run in runs]
    history = History(
        profile=_profile(choices, plot),
        runs=tuple(run for run in runs if _moment(run.start, plot) < as_of),
        pain=tuple(_told_by(one, as_of) for one in pain if _moment(one.at, plot) <= as_of),
        symptoms=_symptoms(choices, plot),
        exercises=_exercises(choices, plot),
        checkins=_checkins(choices, plot),
        scores=_scores(choices, plot),
        caps=tuple(cap for cap in caps if _moment(cap.at, plot) <= as_of),
        events=_events(choices, plot),
        overrides=_overrides(choices, plot),
    )
    return Case(_corrected(choices, plot, history, as_of), as_of, choices.upto(9999))


def at(zone: ZoneInfo, day: date, hour: int, minute: int = 0) -> datetime:
    """Return a local time with its offset as a file has it."""
    moment = datetime.combine(day, time(hour, minute), zone)
    return moment.replace(tzinfo=timezone(cast("timedelta", moment.utcoffset())))


def _moment(moment: datetime | date, plot: _Plot) -> datetime:
    return moment if isinstance(moment, datetime) else at(plot.zone, moment, 0)


def _known_by(run: Run, as_of: datetime) -> Run:
    """Leave out answers that cannot have been given yet."""
    day = run.start.date() if isinstance(run.start, datetime) else run.start
    hours = {"before": 0.0, "during": 1.0, "after60": 3.0}
    start = run.start if isinstance(run.start, datetime) else datetime.combine(day, time(12), as_of.tzinfo)
    scores = {
        when: score
        for when, score in run.pain.items()
        if (
            when == "morning"
            and day < as_of.date()
            and (as_of.date() > day + timedelta(days=1) or as_of.hour > 8)
        )
        or (when != "morning" and start + timedelta(hours=hours[when]) <= as_of)
    }
    entered = None if run.entered is None else min(run.entered, as_of)
    return replace(run, pain=scores, entered=entered)


def _told_by(one: Pain, as_of: datetime) -> Pain:
    return one if one.entered is None else replace(one, entered=min(one.entered, as_of))


def _plot(choices: Choices) -> _Plot:
    kind = one_of(choices, KINDS)
    knees: tuple[Knee, ...] = one_of(choices, (("right",), ("right",), ("left",), ("left", "right")))
    return _Plot(
        kind=kind,
        mood="green" if kind in {"fast", "softer"} else one_of(choices, MOODS),
        zone=ZoneInfo(one_of(choices, ZONES)),
        today=one_of(choices, LAST_DAYS) + timedelta(days=choices.upto(6)),
        knees=knees,
        usual=one_of(choices, (1,) if kind == "fast" else (1, 0, 2, 3)),
        level_km=one_of(choices, (5.0, 3.0) if kind == "fast" else (5.0, 2.0, 1.5, 3.0, 8.0, 12.0)),
        sensor=kind in {"sensor", "sensor_no_pain", "softer"} or chance(choices, 15),
        over_g=one_of(choices, (0.0, 0.0, 0.6, 1.2, 2.2, 3.5)),
    )


def _as_of(choices: Choices, plot: _Plot) -> datetime:
    hour = one_of(choices, (20, 6, 12, 23))
    return at(plot.zone, plot.today, hour, 59 if hour == 23 else 0)


def _profile(choices: Choices, plot: _Plot) -> Profile:
    mode = one_of(choices, ("sensor", None) if plot.sensor else ("none", None))
    profile = Profile(
        born=1990,
        knees=plot.knees,
        usual_pain=dict.fromkeys(plot.knees, plot.usual),
        planned_runs=1 if plot.kind == "fast" else one_of(choices, (3, None, 1, 2, 4, 5)),
        goal_week_km=one_of(choices, (None, None, 30.0, 8.0)),
        goal_longest_km=one_of(choices, (None, 10.0)),
        impact_mode=mode,
        baseline=_baseline(choices, plot),
        daily_pain=one_of(choices, (1,) if plot.kind == "fast" else (1, 1, 1, 4, None)),
        walk_pain=one_of(choices, (1,) if plot.kind == "fast" else (1, 1, 1, 3, None)),
        longest_tolerated_km=one_of(choices, (None, 3.0)) if plot.kind == "new_with_runs" else None,
        days=one_of(choices, ((), ("tue", "fri", "sun"))),
    )
    if plot.kind != "incomplete":
        return profile
    faults: tuple[dict[str, object], ...] = (
        {"born": None},
        {"born": 2012},
        {"usual_pain": {}},
        {"knees": ()},
        {"typical": False},
    )
    return replace(profile, **one_of(choices, faults))  # type: ignore[arg-type]


def _baseline(choices: Choices, plot: _Plot) -> dict[Knee | None, Baseline]:
    speed = EASY_MPS if plot.kind == "fast" else one_of(choices, (EASY_MPS, EASY_MPS, None))
    cadence = one_of(choices, (None, OWN_SPM))
    if not plot.sensor or chance(choices, 15):
        return {} if speed is None else {None: Baseline(speed_mps=speed, cadence_spm=cadence)}
    own = Baseline(OWN_G, speed, cadence, one_of(choices, (None, None, 3.0)))
    if chance(choices, 30):
        return {"left": own, "right": replace(own, impact_resultant_g=OWN_G + 1.0)}
    return {None: own}


# --- runs, limits and pain of runs ----------------------------------------------------------------


def _runs(choices: Choices, plot: _Plot) -> tuple[list[Run], list[Pain], list[Cap]]:
    runs: list[Run] = []
    pain: list[Pain] = []
    caps: list[Cap] = []
    with_caps = chance(choices, 55)
    for place, day in enumerate(_run_days(choices, plot)):
        start = at(plot.zone, day, one_of(choices, (7, 18, 12)), choices.upto(59))
        allowed = plot.level_km * one_of(choices, (1.0, 1.0, 1.0, 0.8, 0.5))
        if with_caps and chance(choices, 85):
            issued = start if chance(choices, 60) else day
            caps.append(Cap(at=issued, km=_km(plot, allowed), minutes=_minutes(plot, allowed)))
        km = allowed * one_of(choices, (1.0, 1.0, 1.0, 1.0, 0.9, 1.05, 1.4))
        run = _run(choices, plot, f"r{place}", start, km)
        scores = _answers(choices, plot, place)
        if chance(choices, 35):
            pain += _entries(choices, plot, run, scores)
        else:
            run = replace(run, pain=scores)
        runs.append(run if chance(choices, 90) else replace(run, start=day))
    return runs, pain, caps


def _run_days(choices: Choices, plot: _Plot) -> list[date]:
    """Return days of runs, the latest first, from what the plot is about."""
    if plot.kind == "new":
        return []
    longest = {"new_with_runs": 3, "long": 40}.get(plot.kind, 14)
    count = choices.upto(longest) if plot.kind != "long" else 25 + choices.upto(15)
    count += 5 if plot.kind == "fast" else 0
    ages = (15, 8, 30, 7, 14, 40) if plot.kind == "back_after_gap" else (1, 1, 2, 0, 2, 3, 4, 7)
    day = plot.today - timedelta(days=one_of(choices, ages))
    days = []
    for _ in range(count):
        days.append(day)
        day -= timedelta(days=one_of(choices, (2, 2, 3, 2, 3, 1, 4)))
        if chance(choices, 3):
            day -= timedelta(days=one_of(choices, (7, 14, 20)))
    return days


def _run(choices: Choices, plot: _Plot, name: str, start: datetime, km: float) -> Run:
    fast = plot.kind == "fast"
    speed = 3.2 if fast else one_of(choices, (EASY_MPS, EASY_MPS, 2.4, 3.2, None))
    steps = one_of(choices, (None, round(km * 1000), round(km * 900), round(km * 1150)))
    return Run(
        id=name,
        start=start,
        km=_km(plot, km),
        minutes=_minutes(plot, km),
        speed_mps=speed,
        cadence_spm=one_of(choices, (OWN_SPM, None, 172.0)),
        steps=round(km * 1000) if fast else steps,
        impact=_impact(choices, plot),
        downhill_min=one_of(choices, (0.0, 6.0, 12.0)) if plot.kind == "hills" else None,
        source=one_of(choices, ("import",)) if plot.kind == "new_with_runs" else "typed",
        synthetic=True,
        entered=start + timedelta(days=5) if chance(choices, 3) else None,
    )


def _km(plot: _Plot, km: float) -> float | None:
    return None if plot.kind in {"minutes_only", "neither"} else round(km, 3)


def _minutes(plot: _Plot, km: float) -> float | None:
    return None if plot.kind in {"kilometres_only", "neither"} else round(km * 6.5, 2)


def _impact(choices: Choices, plot: _Plot) -> dict[Knee | None, RunImpact]:
    if not plot.sensor or chance(choices, 15):
        return {}
    quality = one_of(choices, ("good",) * 8 + ("low", "censored"))
    over = 0.0 if plot.kind == "softer" else plot.over_g * one_of(choices, (0.0, 1.0, 1.0))
    legs: tuple[Knee | None, ...] = one_of(choices, ((None,), (None,), ("left", "right"), plot.knees))
    return {leg: RunImpact(round(OWN_G + over + 0.1 * choices.upto(5), 2), quality) for leg in legs}  # type: ignore[arg-type]


def _answers(choices: Choices, plot: _Plot, place: int) -> dict[When, int | None]:
    """Return the four answers about a run, counted from the latest (place 0)."""
    if plot.kind in {"silent", "sensor_no_pain"} or (plot.kind == "forgetful" and place < 4):
        return {}
    if plot.kind == "new_with_runs" and chance(choices, 60):
        return {}
    scores = _scores_of_tier(choices, plot, _tier(choices, plot, place))
    for when in ANSWERS:
        if plot.kind != "fast" and chance(choices, 10 if place < 3 else 3):
            scores[when] = None
    return scores


def _tier(choices: Choices, plot: _Plot, place: int) -> int:
    tiers = {
        "green": (0,),
        "amber": (0, 1, 0),
        "amber_once": (1 if place == 1 else 0,),
        "amber_now": (1 if place == 0 else 0,),
        "sore_once": (2 if place in {1, 2} else 0, 0),
        "sore_now": (2 if place == 0 else 0,),
    }[plot.mood]
    return one_of(choices, tiers)


def _scores_of_tier(choices: Choices, plot: _Plot, tier: int) -> dict[When, int | None]:
    calm: dict[When, int | None] = {
        "before": plot.usual,
        "during": 1,
        "after60": plot.usual,
        "morning": plot.usual,
    }
    if tier == 0:
        return calm
    worse: tuple[tuple[When, int], ...] = (
        (("during", 4), ("after60", plot.usual + 1), ("morning", plot.usual + 1), ("during", 5))
        if tier == 1
        else (("during", 7), ("morning", plot.usual + 2), ("after60", 6))
    )
    when, score = one_of(choices, worse)
    return {**calm, when: score}


def _entries(choices: Choices, plot: _Plot, run: Run, scores: dict[When, int | None]) -> list[Pain]:
    """Write the answers as entries of their own, per knee or for all, some of them late."""
    start = cast("datetime", run.start)
    knees: tuple[Knee | None, ...] = one_of(choices, ((None,), (*plot.knees,)))
    delay = timedelta(hours=one_of(choices, (0, 0, 0, 30, 100)))
    length = run.minutes or 40.0
    ages = {"before": -10.0, "during": length / 2.0, "after60": length + 65.0}
    entries = []
    for when, score in scores.items():
        morning = at(plot.zone, start.date() + timedelta(days=1), 7, 30)
        moment = morning if when == "morning" else start + timedelta(minutes=ages[when])
        entered = moment + delay if delay and chance(choices, 50) else None
        entries += [Pain(when, score, moment, knee, run.id, entered) for knee in knees]
    return entries


# --- everything else ------------------------------------------------------------------------------


def _back(choices: Choices, plot: _Plot, last: int) -> date:
    return plot.today - timedelta(days=choices.upto(last))


def _days(choices: Choices, plot: _Plot) -> list[Pain]:
    if plot.kind in {"silent", "sensor_no_pain"}:
        return []
    entries = []
    if chance(choices, 60):
        for age in range(1 + choices.upto(6)):
            score = plot.usual if not chance(choices, 8) else plot.usual + one_of(choices, (2, 1, 3))
            knee = one_of(choices, (None, *plot.knees))
            entries.append(Pain("day", min(score, 10), plot.today - timedelta(days=age), knee))
    if plot.kind == "long" and chance(choices, 50):
        first = plot.today - timedelta(days=42)
        entries += [Pain("day", plot.usual + 2, first + timedelta(days=day)) for day in range(-3, 3)]
    return entries


def _symptoms(choices: Choices, plot: _Plot) -> tuple[Symptom, ...]:
    symptoms: list[Symptom] = []
    if chance(choices, 14):
        kind = one_of(choices, sorted(AMBER_KINDS))
        start = _back(choices, plot, 20)
        end = start + timedelta(days=choices.upto(5)) if chance(choices, 70) else None
        symptoms.append(Symptom(kind, start, end))
        if chance(choices, 30):
            symptoms.append(Symptom(one_of(choices, sorted(AMBER_KINDS)), _back(choices, plot, 10)))
    if chance(choices, 5):
        symptoms.append(Symptom(one_of(choices, sorted(RED_KINDS)), _back(choices, plot, 15)))
    return tuple(symptoms)


def _exercises(choices: Choices, plot: _Plot) -> tuple[Exercise, ...]:
    done: list[Exercise] = []
    for age in range(choices.upto(10)):
        day = plot.today - timedelta(days=2 * age)
        kind = one_of(choices, ("strength", "strength", "mobility", "cross"))
        score = one_of(choices, (1, 1, 1, 1, 0, None, None, 4, 7)) if chance(choices, 20) else 1
        name = {"strength": "glute_bridge", "mobility": "calf_stretch", "cross": "walk"}[kind]
        done.append(Exercise(at(plot.zone, day, 5), kind, name, score))  # type: ignore[arg-type]
    return tuple(done)


def _checkins(choices: Choices, plot: _Plot) -> tuple[Checkin, ...]:
    days = range(choices.upto(4))
    values = {"stairs_pain": one_of(choices, (1, 3)), "walk_pain": one_of(choices, (1, 3))}
    return tuple(Checkin(plot.today - timedelta(days=day), values) for day in days)


def _scores(choices: Choices, plot: _Plot) -> tuple[Score, ...]:
    if not chance(choices, 15):
        return ()
    first = Score(plot.today - timedelta(days=43), "akps", 70.0)
    return (first, Score(plot.today - timedelta(days=1), "akps", one_of(choices, (72.0, 85.0))))


def _events(choices: Choices, plot: _Plot) -> tuple[DiaryEvent, ...]:
    events: list[DiaryEvent] = []
    stages = (None, "build", "build", "walk_run", "speed_hills", "maintain", "calm")
    stage = one_of(choices, ("build",) if plot.kind == "fast" else stages)
    if stage is not None:
        events.append(DiaryEvent(_back(choices, plot, 90), "stage", stage, "program"))
    if chance(choices, 15):
        events.append(
            DiaryEvent(
                _back(choices, plot, 30), "plan_issued", _back(choices, plot, 20).isoformat(), "program"
            )
        )
    if chance(choices, 8):
        change = one_of(choices, (max(plot.usual - 1, 0), plot.usual))
        events.append(DiaryEvent(_back(choices, plot, 20), "usual_pain", change, "person"))
    if plot.sensor and chance(choices, 12):
        events.append(DiaryEvent(_back(choices, plot, 25), "impact_mode", "none", "person"))
    if plot.kind == "softer" or (plot.sensor and chance(choices, 10)):
        events.append(DiaryEvent(_back(choices, plot, 3), "retrain", True, "person"))
    return tuple(events)


def _overrides(choices: Choices, plot: _Plot) -> tuple[Override, ...]:
    if not chance(choices, 10):
        return ()
    key, value = one_of(
        choices,
        (
            ("red", "all"),
            ("load.cap.session", 0.0),
            ("load.week.free_km", 5.0),
            ("load.pain.rest_h.tier_0", 48.0),
        ),
    )
    day = _back(choices, plot, 30)
    until = None if key == "red" else day + timedelta(days=one_of(choices, (28, 5)))
    return (Override(day, key, value, until, "Dr Synthetic", "physiotherapist", "examined"),)


def _corrected(choices: Choices, plot: _Plot, history: History, as_of: datetime) -> History:
    """Correct one pain entry, some of them late: both stay in the diary."""
    if not history.pain or not chance(choices, 15):
        return history
    old = one_of(choices, history.pain)
    moment = _moment(old.at, plot)
    entered = min(moment + timedelta(hours=one_of(choices, (2, 60))), as_of)
    lower = replace(old, score=max((old.score or 0) - 2, 0), entered=entered, replaces="p-old", id="p-new")
    kept = tuple(replace(one, id="p-old") if one is old else one for one in history.pain)
    return replace(history, pain=(*kept, lower))
