"""Policies without a diary: what a person runs today who follows a rule of thumb."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from bench.rules_runner import BEFORE_DAYS, RUN_DAYS, RUNS_PER_WEEK

if TYPE_CHECKING:
    from bench.rules_runner import Runner

BY_FEEL_STOP: Final = 5
BY_FEEL_HALF: Final = 2
LOW_RATIO: Final = 0.8
HIGH_RATIO: Final = 1.3
STOP_RATIO: Final = 1.5
_LEAST_KM: Final = 1.0
"""Shorter than this nobody leaves the house: the run is left out."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be run today: kilometres, no faster than a share of the easy speed, no longer than minutes.

    None without a limit.
    """

    km: float
    speed: float | None = None
    minutes: float | None = None


@dataclass(slots=True)
class Course:
    """What has happened so far: kilometres and worst felt pain by day, and the weeks before the first day."""

    runner: Runner
    km: list[float] = field(default_factory=list)
    felt: list[int] = field(default_factory=list)

    def sum_km(self, days: int) -> float:
        """Add up the last days before today, with those before the first day."""
        done = sum(self.km[-days:])
        before = [
            self.runner.start_km / RUNS_PER_WEEK if day % 7 in RUN_DAYS else 0.0 for day in range(BEFORE_DAYS)
        ]
        missing = days - len(self.km)
        return done + (sum(before[-missing:]) if missing > 0 else 0.0)

    def worst_felt(self, days: int) -> int:
        """Give the worst felt pain of the last days."""
        return max(self.felt[-days:], default=0)


@dataclass(frozen=True, slots=True)
class Today:
    """A run day: its number, the pain felt before a run, and what has happened so far."""

    day: int
    before: int
    course: Course


class Policy(Protocol):
    """Something that says what to run."""

    def wish(self, day: int, before: int, course: Course) -> Wish | None:
        """Say what to run today; None for no run. ``before``: pain felt now."""

    def told(self, day: int, km: float, speed: float, answers: dict[str, int | None]) -> None:
        """Hear what was run and answered on a day."""


class RuleOfThumb:
    """A policy that keeps no diary; the base of all but ours."""

    def wish(self, day: int, before: int, course: Course) -> Wish | None:
        """Say what to run on a run day; a very short run is left out."""
        if day % 7 not in RUN_DAYS:
            return None
        km = self.km_of_run(Today(day, before, course))
        return Wish(km) if km >= _LEAST_KM else None

    def km_of_run(self, today: Today) -> float:
        """Say how far to run on a run day."""
        raise NotImplementedError

    def told(self, day: int, km: float, speed: float, answers: dict[str, int | None]) -> None:
        """Hear, and keep nothing."""


class ByFeel(RuleOfThumb):
    """The goal volume at once; half of it when it hurts, none when it hurts a lot."""

    def km_of_run(self, today: Today) -> float:
        """Say how far to run."""
        whole = today.course.runner.goal_km / RUNS_PER_WEEK
        return 0.0 if today.before > BY_FEEL_STOP else 0.5 * whole if today.before > BY_FEEL_HALF else whole


class TenPercent(RuleOfThumb):
    """Ten percent more each week, up to the goal, whatever the knee says."""

    def km_of_run(self, today: Today) -> float:
        """Say how far to run."""
        week_km = today.course.runner.start_km * 1.10 ** (today.day // 7 + 1)
        return min(week_km, today.course.runner.goal_km) / RUNS_PER_WEEK


class TenPercentWithBrake(RuleOfThumb):
    """Ten percent more after a quiet week, the same after pain above 2, a fifth less after pain above 5."""

    def __init__(self) -> None:
        self._week = 0
        self._week_km: float | None = None

    def km_of_run(self, today: Today) -> float:
        """Say how far to run."""
        runner = today.course.runner
        if self._week_km is None:
            self._week_km = min(1.10 * runner.start_km, runner.goal_km)
        if today.day // 7 > self._week:
            self._week = today.day // 7
            worst = today.course.worst_felt(7)
            factor = 0.8 if worst > BY_FEEL_STOP else 1.0 if worst > BY_FEEL_HALF else 1.10
            self._week_km = max(RUNS_PER_WEEK * 1.6, min(factor * self._week_km, runner.goal_km))
        return 0.0 if today.before > BY_FEEL_STOP else self._week_km / RUNS_PER_WEEK


class RatioBand(RuleOfThumb):
    """Acute against chronic: grow to the top of the band, stop above it, whatever the knee says."""

    def km_of_run(self, today: Today) -> float:
        """Say how far to run."""
        runner = today.course.runner
        chronic = max(today.course.sum_km(28) / 4.0, 0.25 * runner.start_km)
        acute = today.course.sum_km(6)
        if acute > STOP_RATIO * chronic:
            return 0.0
        aim = min(runner.goal_km, HIGH_RATIO * chronic) / RUNS_PER_WEEK
        least = LOW_RATIO * chronic / RUNS_PER_WEEK
        return max(min(aim, HIGH_RATIO * chronic - acute), min(least, runner.goal_km / RUNS_PER_WEEK))


class ShareOfGoal(RuleOfThumb):
    """A fixed share of the goal volume, 0 for none, whatever the knee says; to see that outcomes react."""

    def __init__(self, share: float) -> None:
        self._share = share

    def km_of_run(self, today: Today) -> float:
        """Say how far to run."""
        return self._share * today.course.runner.goal_km / RUNS_PER_WEEK
