"""What a person said of themselves at the start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pfp_sensors.model.diary_terms import ImpactMode, Knee


@dataclass(frozen=True, slots=True)
class Baseline:
    """Frozen reference of one leg at an easy speed; None where unknown."""

    impact_resultant_g: float | None = None
    speed_mps: float | None = None
    cadence_spm: float | None = None
    slope_g_per_mps: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What the person said of themselves at the start; `DiaryEvent` holds what they confirmed since.

    Attributes
    ----------
    born
        Year of birth.
    adult
        Whether the person said that they have turned 18; None where nobody asked.
    knees
        Those that hurt.
    usual_pain
        0-10 on an ordinary day at rest, by knee; a knee that is missing was not asked.
    planned_runs
        Runs a week.
    days
        Weekdays that suit runs: "mon" ... "sun".
    impact_mode
        None where nobody chose.
    baseline
        By leg; the key None is for one whose leg is unknown.
    screened
        Whether the start questions were answered; the red flags among them are symptoms. None: a year of
        birth, knees and usual pain together count as screened (interface.md).
    flags_asked
        Whether each red flag was asked for at the start and answered; a part of ``screened``.
    typical
        Whether the pain is diagnosed or typical kneecap pain; None where nobody said.
    daily_pain, walk_pain
        0-10 in daily life, and after a 30-minute walk, at the start.
    longest_tolerated_km, longest_tolerated_min
        The longest run that left the knee no worse next morning.
    side, placement
        Where the sensor is worn.
    equipment
        What is at hand: "box", "band", "weights", "stairs".
    hide_protein
        Whether nothing is said of protein (wish, or kidney disease).
    """

    born: int | None = None
    adult: bool | None = None
    knees: tuple[Knee, ...] = ()
    usual_pain: Mapping[Knee, int] = field(default_factory=dict)
    mass_kg: float | None = None
    height_cm: float | None = None
    goal_week_km: float | None = None
    goal_longest_km: float | None = None
    planned_runs: int | None = None
    days: tuple[str, ...] = ()
    impact_mode: ImpactMode | None = None
    baseline: Mapping[Knee | None, Baseline] = field(default_factory=dict)
    screened: bool | None = None
    flags_asked: bool | None = None
    typical: bool | None = None
    daily_pain: int | None = None
    walk_pain: int | None = None
    longest_tolerated_km: float | None = None
    longest_tolerated_min: float | None = None
    side: Knee | None = None
    placement: str | None = None
    equipment: tuple[str, ...] = ()
    aggravators: tuple[str, ...] = ()
    hide_protein: bool | None = None
