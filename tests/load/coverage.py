"""What a sample of diaries covers: the share of cases per stage, tier, mode, status and rule."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from pfp_sensors.load.judge import judge
from pfp_sensors.model.recommendation import STAGES, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pfp_sensors.settings.load_rules import LoadSettings
    from tests.load.diaries import Case

RULES: Final = (*(f"R{number}" for number in range(1, 19)), *(f"X{number}" for number in range(1, 15)))
CAN_BIND: Final = (
    *(f"R{number}" for number in range(1, 18) if number != 16),
    *("X1", "X2", "X3", "X9", "X11"),
)
"""Rules that limit something by themselves; the others name, count or change another rule's number."""
WANTED: Final = (
    *(f"stage {name}" for name in STAGES),
    *(f"status {name}" for name in STATUSES),
    *(f"tier {tier}" for tier in (None, 0, 1, 2)),
    *(f"mode {mode}" for mode in ("sensor", "none")),
    *(f"fired {rule}" for rule in RULES),
    *(f"bound {rule}" for rule in CAN_BIND),
)


def coverage(cases: Iterable[Case], settings: LoadSettings) -> dict[str, float]:
    """Return the share of cases by what came up in them; what never came up is missing."""
    counts: Counter[str] = Counter()
    number = 0
    for case in cases:
        number += 1
        advice = judge(case.history, case.as_of, settings)
        counts[f"stage {advice.stage}"] += 1
        counts[f"status {advice.status}"] += 1
        counts[f"tier {advice.tier}"] += 1
        sensor = case.history.profile.impact_mode == "sensor" or any(run.impact for run in case.history.runs)
        counts[f"mode {'sensor' if sensor else 'none'}"] += 1
        counts.update({f"fired {rule.id}" for rule in advice.rules if rule.fired})
        counts.update({f"bound {rule.id}" for rule in advice.rules if rule.binding})
    return {name: count / number for name, count in sorted(counts.items())}
