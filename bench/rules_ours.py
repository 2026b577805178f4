"""The rule set as a policy: the real `judge` is asked before each run, over a simulated diary."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from math import isclose
from typing import TYPE_CHECKING, Final

from bench.rules_policies import Wish
from bench.rules_runner import BEFORE_DAYS, RUN_DAYS, RUNS_PER_WEEK, USUAL_PAIN
from pfp_sensors.load.judge import judge
from pfp_sensors.load.stage_review import review_stage
from pfp_sensors.model.diary import (
    Baseline,
    Cap,
    Checkin,
    DiaryEvent,
    History,
    Pain,
    Profile,
    Run,
    RunImpact,
)

if TYPE_CHECKING:
    from bench.rules_policies import Course
    from bench.rules_runner import Chance, Runner
    from pfp_sensors.model.diary import Knee, When
    from pfp_sensors.model.recommendation import Recommendation, Rule
    from pfp_sensors.settings.load_rules import LoadSettings

ZONE: Final = timezone(timedelta(hours=1))
FIRST_DAY: Final = date(2026, 1, 5)
SPEED_MPS: Final = 2.6
IMPACT_G: Final = 9.0
IMPACT_G_PER_MPS: Final = 3.0
OTHER_SHARE: Final = 0.8
"""Of the longest run, as load.md 9 plans the other ones."""
_KNEE: Final[Knee] = "right"
_REPORTED: Final[tuple[When, ...]] = ("before", "during", "after60")


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    """Give a moment; day 0 is the first one."""
    return datetime.combine(FIRST_DAY + timedelta(day), time(hour, minute), ZONE)


class OurRules:
    """The rule set of load.md, followed by someone who answers what was drawn to be answered.

    Two ways of use: ``as_planned`` runs what `pfp week` plans, shorter runs and a longest one on Sunday; else
    every run is as long and as early as `pfp next` allows.

    Attributes
    ----------
    history
        The diary so far.
    bound
        How often each rule set the length of a run, and how often each status came.
    asked
        How often `judge` was asked.
    """

    def __init__(
        self,
        runner: Runner,
        chance: Chance,
        settings: LoadSettings,
        first_pain: int,
        *,
        as_planned: bool = True,
    ) -> None:
        self._runner, self._chance, self._settings = runner, chance, settings
        self._as_planned = as_planned
        self._stage = "walk_run"
        self._moved_to: int | None = None
        self._last_run: int | None = None
        self.bound: Counter[str] = Counter()
        self.asked = 0
        self.history = History(profile=_profile(runner, first_pain), runs=_runs_before(runner, first_pain))
        self._review(0)

    def wish(self, day: int, before: int, course: Course) -> Wish | None:
        """Ask on run days, and on a day to which the rules moved a run."""
        del before, course
        if day % 7 == 0 and day > 0:
            self._review(day)
        if day % 7 not in RUN_DAYS and day != self._moved_to:
            return None
        advice = judge(self.history, moment(day, 7), self._settings)
        self._count(advice)
        self._keep_cap(day, advice)
        earliest = None if advice.earliest_day is None else (advice.earliest_day - FIRST_DAY).days
        self._moved_to = self._later(day, earliest)
        run = advice.next_run
        if run is None or run.max_km is None or earliest is None or earliest > day:
            return None
        share = None if run.max_speed_mps is None else run.max_speed_mps / SPEED_MPS
        km = min(run.max_km, _planned_km(day, advice)) if self._as_planned else run.max_km
        return Wish(km, share, run.max_minutes)

    def told(self, day: int, km: float, speed: float, answers: dict[str, int | None]) -> None:
        """Enter the day: the morning, the run with its answers, and the evening."""
        entries: list[Pain] = []
        if self._last_run == day - 1:
            entries.append(_pain("morning", answers["morning"], moment(day, 6, 30), run=f"r{day - 1}"))
        if km > 0.0:
            self._last_run = day
            run = self._run(day, km, speed)
            self.history = replace(self.history, runs=(*self.history.runs, run))
            later = moment(day, 8) + timedelta(minutes=run.minutes or 0.0)
            times = (moment(day, 7), moment(day, 7, 30), later)
            entries += [
                _pain(when, answers[when], at, run=run.id) for when, at in zip(_REPORTED, times, strict=True)
            ]
        entries.append(_pain("day", answers["day"], moment(day, 21)))
        given = tuple(one for one in entries if one.score is not None)
        self.history = replace(self.history, pain=(*self.history.pain, *given))
        if self._stage == "calm" and answers["day"] is not None:
            values = {"walk_pain": answers["day"], "stairs_pain": answers["day"]}
            checkin = Checkin(moment(day, 21), values)
            self.history = replace(self.history, checkins=(*self.history.checkins, checkin))

    def _review(self, day: int) -> None:
        found = review_stage(self.history, moment(day, 5), self._settings)
        if found.to is not None:
            self._stage = found.to
            event = DiaryEvent(moment(day, 5), "stage", found.to, "program")
            self.history = replace(self.history, events=(event,))

    def _later(self, day: int, earliest: int | None) -> int | None:
        """Give the day to which a run moves: within its week, or the earliest day of all."""
        if earliest is None or earliest <= day:
            return None
        return earliest if not self._as_planned or earliest // 7 == day // 7 else None

    def _count(self, advice: Recommendation) -> None:
        self.asked += 1
        self.bound.update(rule.id for rule in advice.rules if _sets_length(rule, advice))
        self.bound[f"status {advice.status}"] += 1

    def _keep_cap(self, day: int, advice: Recommendation) -> None:
        if advice.dose_km is None and advice.dose_minutes is None:
            return
        cap = Cap(moment(day, 7), advice.dose_km, advice.dose_minutes)
        self.history = replace(self.history, caps=(*self.history.caps, cap))

    def _run(self, day: int, km: float, speed: float) -> Run:
        speed_mps = SPEED_MPS * speed
        impact: dict[Knee | None, RunImpact] = {}
        if self._runner.has_sensor:
            peak = IMPACT_G + IMPACT_G_PER_MPS * (speed_mps - SPEED_MPS) + float(self._chance.impact_g[day])
            impact = {_KNEE: RunImpact(peak, "good")}
        return Run(
            f"r{day}",
            moment(day, 7, 10),
            km=km,
            minutes=1000.0 * km / speed_mps / 60.0,
            speed_mps=speed_mps,
            impact=impact,
            source="typed",
            synthetic=True,
        )


def _sets_length(rule: Rule, advice: Recommendation) -> bool:
    """Tell whether a rule's own limit is the length of the next run, on either axis."""
    run = advice.next_run
    if run is None or not rule.binding:
        return False
    results = {"km": run.max_km, "minutes": run.max_minutes}
    return any(
        limit is not None and axis in rule.limits and isclose(rule.limits[axis], limit)
        for axis, limit in results.items()
    )


def _planned_km(day: int, advice: Recommendation) -> float:
    """Give the length that `pfp week` would plan: the longest run on Sunday, the others 0.8 of it."""
    if advice.week.max_km is None or advice.dose_km is None:
        return float("inf")
    longest = min(advice.dose_km, advice.week.max_km / (1.0 + OTHER_SHARE * (RUNS_PER_WEEK - 1)))
    return longest if day % 7 == RUN_DAYS[-1] else OTHER_SHARE * longest


def _pain(when: When, score: int | None, at: datetime, run: str | None = None) -> Pain:
    return Pain(when, score, at, run=run)


def _profile(runner: Runner, first_pain: int) -> Profile:
    """Give what the person says at the start: also the longest run of the weeks before, as tolerated."""
    longest = runner.start_km / RUNS_PER_WEEK
    baseline: dict[Knee | None, Baseline] = {None: Baseline(speed_mps=SPEED_MPS)}
    if runner.has_sensor:
        baseline = {_KNEE: Baseline(impact_resultant_g=IMPACT_G, speed_mps=SPEED_MPS)}
    return Profile(
        born=1990,
        knees=(_KNEE,),
        usual_pain={_KNEE: USUAL_PAIN},
        goal_week_km=runner.goal_km,
        planned_runs=RUNS_PER_WEEK,
        impact_mode="sensor" if runner.has_sensor else "none",
        baseline=baseline,
        daily_pain=first_pain,
        walk_pain=first_pain,
        longest_tolerated_km=longest,
        longest_tolerated_min=1000.0 * longest / SPEED_MPS / 60.0,
    )


def _runs_before(runner: Runner, first_pain: int) -> tuple[Run, ...]:
    """Give the imported runs of the weeks before, without impact; only the last one is answered."""
    km = runner.start_km / RUNS_PER_WEEK
    days = [day for day in range(-BEFORE_DAYS, 0) if day % 7 in RUN_DAYS]
    answers: dict[When, int | None] = dict.fromkeys(("before", "during", "after60", "morning"), first_pain)
    return tuple(
        Run(
            f"r{day}",
            moment(day, 7),
            km=km,
            minutes=1000.0 * km / SPEED_MPS / 60.0,
            speed_mps=SPEED_MPS,
            pain=answers if day == days[-1] else {},
            source="import",
            synthetic=True,
        )
        for day in days
    )
