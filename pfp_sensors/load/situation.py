"""All that the rules look at, and what each of them answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.load.dose import Doses
    from pfp_sensors.load.evidence import Evidence
    from pfp_sensors.load.impact import ImpactView
    from pfp_sensors.load.seen import Seen
    from pfp_sensors.load.stages import StageView
    from pfp_sensors.settings.load_rules import LoadSettings


@dataclass(frozen=True, slots=True)
class Situation:
    """Diary, evidence, impact, reference and stage at a moment; ``planned_runs`` a week."""

    seen: Seen
    evidence: Evidence
    impact: ImpactView
    doses: Doses
    stage: StageView
    planned_runs: int
    settings: LoadSettings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule answers.

    Attributes
    ----------
    fired
        Whether its condition held.
    text
        One sentence of what it saw and asks for.
    factor
        Upper bound of F; None where it sets none.
    speed_share
        Upper bound of the speed as a share of the reference speed.
    rest_h
        Rest that it asks for after the latest run.
    stops
        Whether it stops all running.
    limits, inputs
        More to be shown, by name.
    modifiers
        For the plan, as in `Recommendation.modifiers`.
    missing, notes
        To be listed in the answer.
    """

    id: str
    fired: bool
    text: str
    factor: float | None = None
    speed_share: float | None = None
    rest_h: float | None = None
    stops: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    modifiers: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
