"""What this rule set costs a knee that would have tolerated the growth: one behaviour at a time.

Whatever is lost here is lost without any gain, since nothing hurts under the goal volume either.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.rules_follow import follow_ours
from bench.rules_runner import FACTORS, SEED, WEEKS, chance_of, runner_of
from bench.rules_tables import spread, weeks_to_goal
from bench.tables import Section, Table, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.rules_follow import Outcome
    from bench.rules_runner import Runner
    from pfp_sensors.settings.load_rules import LoadSettings

WAYS: Final = ("ours", "longest, at once", "no lighter week")
EASY_KNEE: Final[dict[str, Any]] = {
    "family": "slow capacity",
    "recovery": "fast",
    "sensitivity": "low",
    "adaptation": "fast",
    "noise of pain": 0.2,
    "unanswered": 0.0,
    "adherence": 1.0,
    "irritated at start": "no",
    "goal km": 25.0,
    "start share": 0.6,
    "sensor": "no",
}
CHANGES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"unanswered": 0.1},
    {"unanswered": 0.3},
    {"noise of pain": 0.5},
    {"noise of pain": 1.0},
    {"adherence": 0.8},
    {"adherence": 0.5},
    {"irritated at start": "yes"},
    {"start share": 0.3},
    {"sensor": "yes"},
    {"unanswered": 0.1, "noise of pain": 0.5, "adherence": 0.8},
)


def easy_runners(change: dict[str, Any], n_seeds: int) -> list[Runner]:
    """Make runners with the easy knee and one change."""
    assert set(EASY_KNEE) == set(FACTORS)
    return [runner_of(EASY_KNEE | change, SEED + number) for number in range(n_seeds)]


def without_lighter_week(settings: LoadSettings) -> LoadSettings:
    """Switch R13 off as far as its bounds allow: what a person could write into a settings file."""
    return replace(settings, deload=replace(settings.deload, weeks=6, share=1.0))


def follow_easy(runner: Runner, settings: LoadSettings) -> tuple[Outcome, ...]:
    """Follow a runner under the ways of using the rules, in the order of `WAYS`."""
    chance = chance_of(runner)
    return (
        follow_ours(runner, settings, chance),
        follow_ours(runner, settings, chance, as_planned=False),
        follow_ours(runner, without_lighter_week(settings), chance),
    )


def costs_section(found: Sequence[Sequence[tuple[Outcome, ...]]]) -> Section:
    """Tell the costs, one row per change; ``found`` in the order of `CHANGES`."""
    goal_km = EASY_KNEE["goal km"]
    start_km = goal_km * EASY_KNEE["start share"]
    text = (
        'A knee that tolerates the growth: model "slow capacity", fast recovery and adaptation, low '
        f"sensitivity, from {start_km:.0f} to {goal_km:.0f} km a week, everything answered and followed, "
        "little noise; each row changes what it names. What is lost here is lost without a gain in this "
        "world: by feel, the goal volume from the first day, the first of these knees has no flare-day "
        f"either. The old volume held for all weeks would be {WEEKS * start_km:.0f} km. The last column of "
        "each kind is this rule set with the lighter week of R13 switched off in the settings "
        "(deload.weeks 6, deload.share 1.0)."
    )
    columns = (
        "changed",
        *(f"goal %: {way}" for way in WAYS),
        *(f"weeks: {way}" for way in WAYS),
        *(f"km: {way}" for way in WAYS),
        "flare-days",
    )
    rows = []
    for change, outcomes in zip(CHANGES, found, strict=True):
        name = ", ".join(f"{factor}: {level}" for factor, level in change.items()) or "nothing"
        ways = [[one[place] for one in outcomes] for place in range(len(WAYS))]
        rows.append(
            (
                name,
                *(percent(float(np.mean([one.weeks_to_goal is not None for one in way])), 0) for way in ways),
                *(spread(map(weeks_to_goal, way)) for way in ways),
                *(spread(one.km for one in way) for way in ways),
                spread(one.flare_days for one in ways[0]),
            )
        )
    table = Table(f"{len(found[0])} runners each", columns, tuple(rows))
    cases = len(WAYS) * len(found) * len(found[0])
    return Section("What the rules cost where nothing is wrong", text, (table,), n_cases=cases)
