"""One simulated runner followed under one policy, and what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from bench.rules_knees import first_knee, live_day
from bench.rules_ours import SPEED_MPS, OurRules
from bench.rules_policies import (
    BY_FEEL_STOP,
    ByFeel,
    Course,
    RatioBand,
    TenPercent,
    TenPercentWithBrake,
    Wish,
)
from bench.rules_runner import (
    DAYS,
    ITEMS,
    REST_PAIN,
    RUN_DAYS,
    RUNS_PER_WEEK,
    TOO_MUCH,
    USUAL_PAIN,
    WEEKS,
    chance_of,
)
from pfp_sensors.load.tiers import tier_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.rules_knees import DayPain
    from bench.rules_policies import Policy
    from bench.rules_runner import Chance, Runner
    from pfp_sensors.settings.load_numbers import PainNumbers
    from pfp_sensors.settings.load_rules import LoadSettings

OURS: Final = "this rule set"
GREEDY: Final = "its longest, at once"
"""This rule set, used by someone who always runs the longest run allowed on the first day allowed."""
RIVALS: Final[dict[str, Callable[[], Policy]]] = {
    "10 % a week": TenPercent,
    "10 %, braked by pain": TenPercentWithBrake,
    "ACWR band": RatioBand,
    "by feel": ByFeel,
}
POLICIES: Final = (OURS, GREEDY, *RIVALS)
AT_GOAL: Final = 0.95
"""A week counts as at goal from this share of the goal volume."""


OVERSHOOT: Final = 1.5
"""On a day on which the policy is not followed the run is so many times as long."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one runner under one policy.

    Attributes
    ----------
    flare_days
        Days with true pain of tier 2: noise of reporting left out.
    sore_days
        Days with true pain of 3 or more.
    weeks_to_goal
        The first week (from 1) with the goal volume; None where it was never run.
    weeks_at_goal
        Weeks with the goal volume.
    worst_week
        Mean over the worst week of the worst true pain of each day.
    km
        Run in all.
    skipped
        Planned runs that were not run.
    bound
        How often each rule set the length of a run (this rule set only).
    asked
        How often `judge` was asked.
    """

    flare_days: int
    sore_days: int
    weeks_to_goal: int | None
    weeks_at_goal: int
    worst_week: float
    km: float
    skipped: int
    bound: Counter[str] = field(default_factory=Counter)
    asked: int = 0


def follow_all(runner: Runner, settings: LoadSettings) -> dict[str, Outcome]:
    """Follow one runner under every policy, with the same chance."""
    chance = chance_of(runner)
    found = {
        OURS: follow_ours(runner, settings, chance),
        GREEDY: follow_ours(runner, settings, chance, as_planned=False),
    }
    found |= {name: follow(runner, make(), chance, settings.pain) for name, make in RIVALS.items()}
    return found


def follow_ours(
    runner: Runner,
    settings: LoadSettings,
    chance: Chance,
    *,
    as_planned: bool = True,
) -> Outcome:
    """Follow one runner under the real rules."""
    first_pain = min(10, round(REST_PAIN + runner.start_irritation))
    policy = OurRules(runner, chance, settings, first_pain, as_planned=as_planned)
    found = follow(runner, policy, chance, settings.pain)
    return replace(found, bound=policy.bound, asked=policy.asked)


def follow(runner: Runner, policy: Policy, chance: Chance, pain: PainNumbers) -> Outcome:
    """Follow one runner under one policy through all days."""
    course, knee = Course(runner), first_knee(runner)
    days: list[DayPain] = []
    for day in range(DAYS):
        before = _felt(REST_PAIN + knee.irritation, day, "before", chance)
        wish = policy.wish(day, before, course)
        if not chance.follows[day]:
            wish = _own_way(wish, day, before, runner)
        km, speed = _done(wish, before, float(chance.speed[day]))
        knee, felt = live_day(knee, km, speed, runner)
        days.append(felt)
        scores = _scores(felt, before, day, chance)
        course.km.append(km)
        course.felt.append(max(score for score in scores.values() if score is not None))
        policy.told(day, km, speed, _answered(scores, day, chance))
    return _outcome(runner, course.km, days, pain)


def _own_way(wish: Wish | None, day: int, before: int, runner: Runner) -> Wish | None:
    """Say what someone does who does not follow: half as far again, or a run of old length on a rest day."""
    if wish is not None:
        return Wish(OVERSHOOT * wish.km)
    if day % 7 not in RUN_DAYS or before > BY_FEEL_STOP:
        return None
    return Wish(runner.start_km / RUNS_PER_WEEK)


def _done(wish: Wish | None, before: int, chosen: float) -> tuple[float, float]:
    """Turn a wish into what is run: nothing with a lot of pain, and no faster than the limit."""
    if wish is None or before > TOO_MUCH:
        return 0.0, 1.0
    speed = chosen if wish.speed is None else min(chosen, wish.speed)
    km = wish.km if wish.minutes is None else min(wish.km, wish.minutes * 60.0 * speed * SPEED_MPS / 1000.0)
    return km, speed


def _felt(latent: float, day: int, item: str, chance: Chance) -> int:
    return min(10, max(0, round(latent + float(chance.noise[day, ITEMS.index(item)]))))


def _scores(felt: DayPain, before: int, day: int, chance: Chance) -> dict[str, int | None]:
    """Give all scores of a day as felt; None for what belongs to a run that was not."""
    return {
        "morning": _felt(felt.morning, day, "morning", chance),
        "before": before,
        "during": None if felt.during is None else _felt(felt.during, day, "during", chance),
        "after60": None if felt.after60 is None else _felt(felt.after60, day, "after60", chance),
        "day": _felt(felt.worst, day, "day", chance),
    }


def _answered(scores: dict[str, int | None], day: int, chance: Chance) -> dict[str, int | None]:
    return {
        item: score if chance.is_answered[day, ITEMS.index(item)] else None for item, score in scores.items()
    }


def day_tier(felt: DayPain, pain: PainNumbers) -> int:
    """Give the tier of a day by true pain: every morning counts, whether or not a run lies before it."""
    items = {"morning": felt.morning, "during": felt.during, "after60": felt.after60, "day": felt.worst}
    return max(
        tier_of(item, min(10, round(score)), USUAL_PAIN, pain)
        for item, score in items.items()
        if score is not None
    )


def _outcome(runner: Runner, km: list[float], days: list[DayPain], pain: PainNumbers) -> Outcome:
    weeks = [sum(km[7 * week : 7 * week + 7]) for week in range(WEEKS)]
    at_goal = [week for week, done in enumerate(weeks, start=1) if done >= AT_GOAL * runner.goal_km]
    worst = [felt.worst for felt in days]
    return Outcome(
        flare_days=sum(day_tier(felt, pain) > 1 for felt in days),
        sore_days=sum(one >= 3.0 for one in worst),
        weeks_to_goal=at_goal[0] if at_goal else None,
        weeks_at_goal=len(at_goal),
        worst_week=max(sum(worst[7 * week : 7 * week + 7]) / 7.0 for week in range(WEEKS)),
        km=sum(km),
        skipped=max(0, WEEKS * RUNS_PER_WEEK - sum(one > 0.0 for one in km)),
    )
