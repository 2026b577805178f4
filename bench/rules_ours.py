"""This rule set as a policy: the real `judge` is asked before each run, over a simulated diary."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
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
    from pfp_sensors.model.recommendation import Recommendation
    from pfp_sensors.settings.load_rules import LoadSettings

ZONE: Final = timezone(timedelta(hours=1))
FIRST_DAY: Final = date(2026, 1, 5)
KEPT_DAYS: Final = 98
"""Older entries are left out of the diary to keep `judge` quick; that this changes nothing is measured."""
SPEED_MPS: Final = 2.6
IMPACT_G: Final = 9.0
IMPACT_G_PER_MPS: Final = 3.0
_KNEE: Final[Knee] = "right"
_REPORTED: Final[tuple[When, ...]] = ("before", "during", "after60")


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    """Give a moment; day 0 is the first one."""
    return datetime.combine(FIRST_DAY + timedelta(day), time(hour, minute), ZONE)


class OurRules:
    """The rule set of load.md, followed by someone who answers what was drawn to be answered.

    Attributes
    ----------
    history
        The diary so far.
    bound
        How often each rule bound, over all days on which it was asked.
    asked
        How often `judge` was asked.
    """

    def __init__(
        self,
        runner: Runner,
        chance: Chance,
        settings: LoadSettings,
        first_pain: int,
        kept_days: int | None = KEPT_DAYS,
    ) -> None:
        self._runner, self._chance, self._settings = runner, chance, settings
        self._kept_days = kept_days
        self._stage = "walk_run"
        self._moved_to: int | None = None
        self._last_run: int | None = None
        self.bound: Counter[str] = Counter()
        self.asked = 0
        self.history = History(profile=_profile(runner, first_pain), runs=_runs_before(runner))
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
        self._moved_to = earliest if earliest is not None and earliest > day else None
        run = advice.next_run
        if run is None or run.max_km is None or earliest is None or earliest > day:
            return None
        return Wish(run.max_km, None if run.max_speed_mps is None else run.max_speed_mps / SPEED_MPS)

    def told(self, day: int, km: float, speed: float, answers: dict[str, int | None]) -> None:
        """Enter the day: the morning, the run with its answers, and the evening."""
        entries: list[Pain] = []
        if self._last_run == day - 1:
            entries.append(
                _pain("morning", answers["morning"], moment(day, 6, 30), run=f"r{day - 1}")
            )
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
        if self._kept_days is not None:
            self.history = trimmed(self.history, day - self._kept_days)

    def _review(self, day: int) -> None:
        found = review_stage(self.history, moment(day, 5), self._settings)
        if found.to is not None:
            self._stage = found.to
            event = DiaryEvent(moment(day, 5), "stage", found.to, "program")
            self.history = replace(self.history, events=(event,))

    def _count(self, advice: Recommendation) -> None:
        self.asked += 1
        self.bound.update(rule.id for rule in advice.rules if rule.binding)
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


def trimmed(history: History, first_day: int) -> History:
    """Leave out runs, answers and limits of days before one; the limit in force before the first run stays."""
    start = moment(first_day, 0)
    old_caps = [cap for cap in history.caps if _is_before(cap, start)]
    return replace(
        history,
        runs=tuple(one for one in history.runs if not _starts_before(one, start)),
        pain=tuple(one for one in history.pain if isinstance(one.at, datetime) and one.at >= start),
        caps=(*old_caps[-1:], *(cap for cap in history.caps if not _is_before(cap, start))),
        checkins=tuple(one for one in history.checkins if isinstance(one.at, datetime) and one.at >= start),
    )


def _is_before(cap: Cap, start: datetime) -> bool:
    return isinstance(cap.at, datetime) and cap.at < start


def _starts_before(run: Run, start: datetime) -> bool:
    return isinstance(run.start, datetime) and run.start < start


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


def _runs_before(runner: Runner) -> tuple[Run, ...]:
    """Give the imported runs of the weeks before, without answers and without impact."""
    km = runner.start_km / RUNS_PER_WEEK
    days = [day for day in range(-BEFORE_DAYS, 0) if day % 7 in RUN_DAYS]
    return tuple(
        Run(
            f"r{day}",
            moment(day, 7),
            km=km,
            minutes=1000.0 * km / SPEED_MPS / 60.0,
            speed_mps=SPEED_MPS,
            source="import",
            synthetic=True,
        )
        for day in days
    )
